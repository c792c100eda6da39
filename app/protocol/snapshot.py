"""Rows as a snapshot carries them, and back."""

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from app.model.outcome import check_place
from app.model.row import Register, Row
from app.protocol.limits import BATCH_BYTES, PART_CHARACTERS
from app.protocol.messages import SnapRow


def to_snapshot(row: Row) -> SnapRow:
    """A row without what only the server decides by."""
    marks = {
        name: (register.seq, register.by)
        for name, register in row.registers.items()
        if register.seq != row.seq or register.by != row.created_by
    }
    return SnapRow(
        row.id,
        row.kind,
        row.seq,
        row.created_by,
        row.created_at,
        row.changed_at,
        {name: register.value for name, register in row.registers.items()},
        marks,
        {name: {one: added.seq for one, added in elements.items()} for name, elements in row.sets.items()},
        row.texts,
    )


def from_snapshot(row: SnapRow, channel: str) -> Row:
    """The row that a snapshot tells of. Raises ValueError when no honest server would tell it."""
    check_place(row.values)
    registers = {name: Register(value, *row.marks.get(name, (row.seq, row.by))) for name, value in row.values.items()}
    sets = {name: {one: Register(True, seq) for one, seq in elements.items()} for name, elements in row.sets.items()}
    return Row(row.id, row.kind, channel, row.seq, row.by, row.at, row.changed, registers, sets, row.texts)


def text_parts(item: str, field: str, rev: int, body: str) -> Iterator[tuple[str, str, int, str]]:
    """A text in parts that fit a frame; an empty one is a single empty part."""
    for start in range(0, max(len(body), 1), PART_CHARACTERS):
        yield item, field, rev, body[start : start + PART_CHARACTERS]


T = TypeVar("T")


def batches(things: Iterable[T], size: Callable[[T], int]) -> Iterator[list[T]]:
    """Cuts a stream at about BATCH_BYTES, never inside one thing."""
    batch: list[T] = []
    bytes_ = 0
    for thing in things:
        batch.append(thing)
        bytes_ += size(thing)
        if bytes_ >= BATCH_BYTES:
            yield batch
            batch, bytes_ = [], 0
    if batch:
        yield batch
