"""Painting: what the lists draw for one row, one person, one state."""
