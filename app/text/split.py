"""An operation that is too large to be sent, as several that are not."""

from __future__ import annotations

from typing import Final

from app.text.compose import cut
from app.text.operation import (
    CARRIED_BYTES_MAX,
    COMPONENTS_MAX,
    Component,
    Delete,
    Op,
    append,
    check_normal,
    trim,
)

CHARACTER_BYTES_MAX: Final = 4


def split(op: Op, *, components_max: int = COMPONENTS_MAX, bytes_max: int = CARRIED_BYTES_MAX) -> list[Op]:
    """Return operations that do one after the other what ``op`` does, each of which ``check`` lets pass.

    An operation within the limits comes back as the only one; an empty one gives none.

    Raises:
        MalformedOperation, OperationTooLarge: as ``check_normal``.
        ValueError: ``components_max`` below 2 or ``bytes_max`` below 4.

    """
    if components_max < 2 or bytes_max < CHARACTER_BYTES_MAX:
        raise ValueError("A part needs room for a skip and one character.")
    check_normal(op)
    parts: list[Op] = []
    part: Op = []
    at = 0  # in the text as the parts so far leave it
    left = bytes_max
    for component in op:
        if isinstance(component, int):
            append(part, component)
            at += component
            continue
        rest: str | Delete | None = component
        while rest is not None:
            piece, piece_bytes, later = _fitting(rest, left)
            if piece is None or len(part) >= components_max:
                parts.append(trim(part))
                part, left = [at] if at else [], bytes_max
                continue
            append(part, piece)
            left -= piece_bytes
            at += len(piece) if isinstance(piece, str) else 0
            rest = later
    return [one for one in [*parts, trim(part)] if one]


def _fitting(component: str | Delete, left: int) -> tuple[Component | None, int, str | Delete | None]:
    """Return as much of an insert or delete as fits into ``left`` bytes, its bytes, and what remains."""
    content = component if isinstance(component, str) else component["d"]
    if isinstance(content, int):
        return component, 0, None
    encoded = content[:left].encode()
    if len(content) <= left and len(encoded) <= left:
        return component, len(encoded), None
    length = len(encoded[:left].decode(errors="ignore"))  # drops half a character at the end
    if not length:
        return None, 0, component
    size = len(content[:length].encode())
    if isinstance(component, str):
        return component[:length], size, component[length:]
    first, rest = cut(component, length)
    return first, size, rest if isinstance(rest, dict) else None
