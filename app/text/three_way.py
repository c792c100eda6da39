"""Two texts made from one base brought together, and where they collide."""

from __future__ import annotations

from dataclasses import dataclass

from app.text.difference import Hunk, hunks, operation_of
from app.text.operation import Op, apply, deleted_length
from app.text.transform import transform


@dataclass(frozen=True, slots=True)
class Overlap:
    """A stretch of the base, from ``start`` to ``end``, that both changed, and its three texts: a person decides."""

    start: int
    end: int
    base: str
    mine: str
    current: str


@dataclass(frozen=True, slots=True)
class Merge:
    """``op`` brings what I did into the current text, which it makes ``text``; nothing that was typed is left out."""

    op: Op
    text: str
    overlaps: tuple[Overlap, ...]


@dataclass(frozen=True, slots=True)
class Buried:
    """Another's insert inside deleted text: ``deleted`` characters of the common base were deleted around it."""

    text: str
    deleted: int


def three_way(base: str, mine: str, current: str) -> Merge:
    """Merge the change from ``base`` to ``mine`` into ``current``.

    A change that both made is made once. Where the changes overlap, the merged text has both insertions, the current
    one first, without what either deleted.
    """
    return _merge(base, hunks(base, mine), current)


def three_way_operation(base: str, op: Op, current: str) -> Merge:
    """Merge an operation made for ``base`` into ``current``, as ``three_way`` does.

    Raises:
        TextOperationError: as ``apply(base, op)``.

    """
    apply(base, op)
    return _merge(base, hunks_of(op), current)


def hunks_of(op: Op) -> list[Hunk]:
    """Return the changed places of an operation whose form is known to be right."""
    found: list[Hunk] = []
    at = start = 0
    text = ""
    for component in [*op, 0]:
        if isinstance(component, str):
            text += component
        elif isinstance(component, dict):
            at += deleted_length(component)
        else:
            if at > start or text:
                found.append(Hunk(start, at, text))
            at += component
            start, text = at, ""
    return found


def buried_inserts(deleting: Op, inserting: Op) -> list[Buried]:
    """Return the inserts of one operation that fell inside deletes of another; both were made for one text."""
    found: list[Buried] = []
    deletes = iter(hunks_of(deleting))
    deleted = next(deletes, None)
    for insert in hunks_of(inserting):
        while deleted is not None and deleted.end <= insert.end:
            deleted = next(deletes, None)
        if deleted is not None and insert.text and deleted.start < insert.start:
            found.append(Buried(insert.text, deleted.end - deleted.start))
    return found


def _merge(base: str, my_hunks: list[Hunk], current: str) -> Merge:
    their_hunks = hunks(base, current)
    same = set(my_hunks).intersection(their_hunks)
    my_hunks = [hunk for hunk in my_hunks if hunk not in same]
    op = transform(operation_of(base, my_hunks), operation_of(base, their_hunks), "right")
    return Merge(op, apply(current, op), _overlaps(base, my_hunks, their_hunks))


def _overlaps(base: str, mine: list[Hunk], theirs: list[Hunk]) -> tuple[Overlap, ...]:
    """Walk over both rows of changes and gather those that collide, directly or through a common neighbour."""
    found: list[Overlap] = []
    index = other_index = 0
    while index < len(mine) and other_index < len(theirs):
        if not _collide(mine[index], theirs[other_index]):
            if _is_before(mine[index], theirs[other_index]):
                index += 1
            else:
                other_index += 1
            continue
        first, other_first = index, other_index
        index, other_index = index + 1, other_index + 1
        grown = True
        while grown:
            grown = False
            while index < len(mine) and _collide(mine[index], theirs[other_index - 1]):
                index, grown = index + 1, True
            while other_index < len(theirs) and _collide(mine[index - 1], theirs[other_index]):
                other_index, grown = other_index + 1, True
        found.append(_overlap(base, mine[first:index], theirs[other_first:other_index]))
    return tuple(found)


def _is_before(one: Hunk, other: Hunk) -> bool:
    return (one.end, one.start) < (other.end, other.start)


def _collide(one: Hunk, other: Hunk) -> bool:
    """Say whether a person should see both: they changed the same characters, or typed at the same place."""
    if one.start == one.end == other.start == other.end:
        return not (_has_whole_lines(one.text) and _has_whole_lines(other.text))
    if not one.text and not other.text:
        return False  # who deletes more has it their way
    return one.start < other.end and other.start < one.end


def _has_whole_lines(text: str) -> bool:
    return text.startswith("\n") or text.endswith("\n")


def _overlap(base: str, mine: list[Hunk], theirs: list[Hunk]) -> Overlap:
    start = min(mine[0].start, theirs[0].start)
    end = max(mine[-1].end, theirs[-1].end)
    return Overlap(start, end, base[start:end], _with(base, mine, start, end), _with(base, theirs, start, end))


def _with(base: str, changes: list[Hunk], start: int, end: int) -> str:
    parts: list[str] = []
    for hunk in changes:
        parts += (base[start : hunk.start], hunk.text)
        start = hunk.end
    return "".join([*parts, base[start:end]])
