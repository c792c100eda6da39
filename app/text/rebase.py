"""Two histories made for one text moved over each other: pairs and whole lists of operations at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from app.text.compose import cut
from app.text.operation import Component, Delete, Op, append, check_normal, deleted_length
from app.text.transform import Side, check_side


def transform_pair(op: Op, other: Op, side: Side) -> tuple[Op, Op]:
    """Return ``op`` moved over ``other`` and ``other`` moved over ``op``; ``side`` is that of ``op``.

    The same as two calls of ``transform``, in one walk.

    Raises:
        MalformedOperation, OperationTooLarge: as ``check_normal``; code ``bad_side``.

    """
    check_side(side)
    check_normal(op)
    check_normal(other)
    if side == "left":
        return _walk(op, other)
    moved_other, moved = _walk(other, op)
    return moved, moved_other


def transform_many(ops: Sequence[Op], others: Sequence[Op], side: Side) -> tuple[list[Op], list[Op]]:
    """Return the list ``ops`` moved over the list ``others``, and the other way round; ``side`` is that of ``ops``.

    Within each list every operation was made after the one before it; both lists start at the same text. The result is
    that of ``transform`` for each pair in turn, and so are the n times m steps, but a step is only a comparison of
    numbers where two operations do not reach into each other.

    Raises:
        MalformedOperation, OperationTooLarge: as ``transform_pair``, before any work is done.

    """
    check_side(side)
    spans = [_span(check_normal(op)) for op in ops]
    moved_others = []
    for other in [_span(check_normal(op)) for op in others]:
        for index, span in enumerate(spans):
            left, right = (span, other) if side == "left" else (other, span)
            if not _passes(left, right):
                moved_left, moved_right = _walk(_operation(left), _operation(right))
                left, right = _span(moved_left), _span(moved_right)
            spans[index], other = (left, right) if side == "left" else (right, left)
        moved_others.append(_operation(other))
    return [_operation(span) for span in spans], moved_others


def _walk(left: Op, right: Op) -> tuple[Op, Op]:
    """Move two operations in normal form over each other."""
    moved_left: Op = []
    moved_right: Op = []
    skip_left = skip_right = 0  # skips due in the results, written only when something follows
    lefts, rights = iter(left), iter(right)
    mine, theirs = next(lefts, None), next(rights, None)
    while mine is not None and theirs is not None:
        if isinstance(mine, str):
            _put(moved_left, skip_left, mine)
            skip_left, skip_right = 0, skip_right + len(mine)
            mine = next(lefts, None)
        elif isinstance(theirs, str):
            _put(moved_right, skip_right, theirs)
            skip_right, skip_left = 0, skip_left + len(theirs)
            theirs = next(rights, None)
        else:
            mine, theirs, my_rest, their_rest = _aligned(mine, theirs)
            if isinstance(mine, dict):
                if isinstance(theirs, int):
                    _put(moved_left, skip_left, mine)
                    skip_left = 0
            elif isinstance(theirs, dict):
                _put(moved_right, skip_right, theirs)
                skip_right = 0
            else:
                skip_left, skip_right = skip_left + mine, skip_right + mine
            mine = next(lefts, None) if my_rest is None else my_rest
            theirs = next(rights, None) if their_rest is None else their_rest
    _finish(moved_left, skip_left, mine, lefts)
    _finish(moved_right, skip_right, theirs, rights)
    return moved_left, moved_right


_Reach: TypeAlias = int | Delete
_Aligned: TypeAlias = tuple[_Reach, _Reach, _Reach | None, _Reach | None]


def _aligned(mine: _Reach, theirs: _Reach) -> _Aligned:
    """Cut the longer of two skips or deletes to the length of the shorter: (mine, theirs, rest of mine, of theirs)."""
    my_length = mine if isinstance(mine, int) else deleted_length(mine)
    their_length = theirs if isinstance(theirs, int) else deleted_length(theirs)
    if my_length > their_length:
        mine, rest = cut(mine, their_length)
        return mine, theirs, rest, None
    if their_length > my_length:
        theirs, rest = cut(theirs, my_length)
        return mine, theirs, None, rest
    return mine, theirs, None, None


def _put(op: Op, skip: int, component: Component) -> None:
    if skip:
        op.append(skip)
        op.append(component)
    else:
        append(op, component)


def _finish(op: Op, skip: int, component: Component | None, components: Iterator[Component]) -> None:
    """Add what is left of an operation after the other's end; it ends with no skip, being in normal form."""
    if component is None:
        return
    if isinstance(component, int):
        op.append(skip + component)
    else:
        _put(op, skip, component)
    op.extend(components)


@dataclass(slots=True)
class _Span:
    """An operation as the stretch of text that it reaches over; only ``start`` and ``end`` ever change."""

    start: int
    end: int
    growth: int
    opens_with_insert: bool
    closes_with_insert: bool
    body: Op


def _span(op: Op) -> _Span:
    start, body = (op[0], op[1:]) if op and isinstance(op[0], int) else (0, op)
    end, inserted, skipped = start, 0, 0
    for component in body:
        if isinstance(component, str):
            inserted += len(component)
        elif isinstance(component, int):
            skipped += component
        else:
            end += deleted_length(component)
    growth = inserted - (end - start)
    opens, closes = (isinstance(body[0], str), isinstance(body[-1], str)) if body else (False, False)
    return _Span(start, end + skipped, growth, opens, closes, body)


def _operation(span: _Span) -> Op:
    return [span.start, *span.body] if span.start and span.body else list(span.body)


def _passes(left: _Span, right: _Span) -> bool:
    """Move both where one lies wholly before the other, and say whether it was so.

    Where they only touch, the order is in doubt if both insert there; then the left one stands first.
    """
    if left.end <= right.start:
        right.start += left.growth
        right.end += left.growth
        return True
    if right.end < left.start or (
        right.end == left.start and not (right.closes_with_insert and left.opens_with_insert)
    ):
        left.start += right.growth
        left.end += right.growth
        return True
    return False
