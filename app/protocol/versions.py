"""Versions of the protocol that this program speaks."""

PROTOCOL_MIN = 1
PROTOCOL_MAX = 1
"""The server serves N-2 to N; a range is offered in `hello` and the highest common one is used (SYNC 13)."""
