"""Kinds, fields, merge rules and roles; how an outcome changes a row."""
