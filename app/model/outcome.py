"""Applying outcomes: the one function through which server and clients turn log entries into rows.

Because both sides apply the same entry with the same function, a replica that has applied entries `1..S` equals a
fresh snapshot at `S` by construction (and by test).
"""

from typing import Any

from app.model.change import Entry, Write
from app.model.row import Register, Row


def apply_write(row: Row | None, write: Write, entry: Entry, channel: str) -> Row:
    """The row after `write`, one of the writes of `entry`.

    Raises ValueError when the entry does not fit the row: a write to an item that is not there, or a text operation
    that skips a revision. A replica that meets this has diverged and fetches the channel again.
    """
    check_place(write.fields)
    if row is None:
        if not write.new:
            raise ValueError(f"an outcome for an item that is not here: {write.item}")
        row = Row(write.item, entry.kind, channel, entry.seq, entry.by, entry.at, entry.at)
    registers = row.registers
    stamp = (entry.seq, entry.by, entry.made, entry.dev, entry.n)
    if write.fields:
        registers = {**registers, **{name: Register(value, *stamp) for name, value in write.fields.items()}}
    return Row(
        row.id,
        row.kind,
        row.channel,
        row.seq,
        row.created_by,
        row.created_at,
        entry.at if _touches(write) else row.changed_at,
        registers,
        _sets(row.sets, write, Register(True, *stamp)) if write.add or write.drop else row.sets,
        _texts(row.texts, write) if write.ops else row.texts,
    )


def check_place(values: dict[str, Any]) -> None:
    """Raises ValueError when an item is said to hang on what can be no item; everything else is looked up by nobody."""
    if not isinstance(values.get("on") or "", str):
        raise ValueError("an item that hangs on nothing that could be an item")


def _touches(write: Write) -> bool:
    return bool(write.new or write.fields or write.add or write.drop or write.ops)


def _sets(sets: dict[str, dict[str, Register]], write: Write, added: Register) -> dict[str, dict[str, Register]]:
    result = dict(sets)
    for name in {**write.add, **write.drop}:
        elements = dict(result.get(name, {}))
        for element in write.drop.get(name, ()):
            elements.pop(element, None)
        for element in write.add.get(name, ()):
            elements[element] = added
        result[name] = elements
    return result


def _texts(texts: dict[str, int], write: Write) -> dict[str, int]:
    for name, (rev, _) in write.ops.items():
        if rev != texts.get(name, 0) + 1:
            raise ValueError(f"a text operation to revision {rev} on revision {texts.get(name, 0)}")
    return {**texts, **{name: rev for name, (rev, _) in write.ops.items()}}
