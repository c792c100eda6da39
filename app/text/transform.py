"""Text operations and positions moved over operations that came first."""

from __future__ import annotations

from typing import Literal, TypeAlias

from app.text.compose import cut
from app.text.errors import MalformedOperation
from app.text.operation import Component, Delete, Op, append, check_form, deleted_length, trim

Side: TypeAlias = Literal["left", "right"]


def check_side(side: str) -> None:
    """Raise MalformedOperation unless ``side`` is ``left`` or ``right``."""
    if side not in ("left", "right"):
        raise MalformedOperation("bad_side", "The side is 'left' or 'right'.")


def transform(op: Op, other: Op, side: Side) -> Op:
    """Return ``op`` as it must be after ``other``; both were made for the same text.

    Where both insert at one place, the one on the ``left`` stands first. The server's history is left, what comes in is
    right (SYNC 7). Applying ``op`` and then ``other`` transformed with the opposite side gives the same text as the
    other way round.

    Raises:
        MalformedOperation, OperationTooLarge: as ``check_form``; code ``bad_side``.

    """
    check_side(side)
    check_form(op)
    check_form(other)
    return transform_walk(op, other, side)


def transform_walk(op: Op, other: Op, side: Side) -> Op:
    """Transform two operations whose form is known to be right."""
    first = side == "left"
    result: Op = []
    components = iter(op)
    current: Component | None = next(components, None)
    for step in other:
        if current is None:
            break
        if isinstance(step, str):
            if first and isinstance(current, str):
                append(result, current)
                current = next(components, None)
            append(result, len(step))
            continue
        kept = isinstance(step, int)
        left = step if isinstance(step, int) else deleted_length(step)
        while left and current is not None:
            if isinstance(current, str):
                append(result, current)
                current = next(components, None)
                continue
            done, rest = _taken(current, left)
            left -= done if isinstance(done, int) else deleted_length(done)
            if kept:
                append(result, done)
            current = next(components, None) if rest is None else rest
    while current is not None:
        append(result, current)
        current = next(components, None)
    return trim(result)


def _taken(component: int | Delete, length: int) -> tuple[int | Delete, int | Delete | None]:
    """Split a skip or delete after ``length`` characters: (what was taken, what is left or None)."""
    own = component if isinstance(component, int) else deleted_length(component)
    return (component, None) if own <= length else cut(component, length)


def transform_position(position: int, op: Op) -> int:
    """Return where a caret at ``position`` (code points from the start) stands after ``op``.

    A caret exactly where ``op`` inserts stays before the insert; one inside deleted text falls to its start.

    Raises:
        MalformedOperation: as ``check_form``; code ``bad_position`` for a negative one.

    """
    if type(position) is not int or position < 0:
        raise MalformedOperation("bad_position", "A position is a whole number from 0.")
    check_form(op)
    at = 0
    for component in op:
        if position <= at:
            break
        if isinstance(component, int):
            at += component
        elif isinstance(component, str):
            at += len(component)
            position += len(component)
        else:
            position -= min(deleted_length(component), position - at)
    return position
