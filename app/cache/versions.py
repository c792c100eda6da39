"""Versions of the two files' formats."""

CACHE_SCHEMA = 1
OUTBOX_FORMAT = 1
