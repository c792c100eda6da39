"""Replaying a pending change over a confirmed row, by intention: what its author sees until the outcome comes."""

from collections.abc import Callable

from app.model.change import Change
from app.model.fields import Rule
from app.model.kinds import KINDS
from app.model.row import Register, Row

PENDING_SEQ = 1 << 60
"""Rows that are not confirmed yet come after all others, in the order in which they were made."""


def replay(row: Row | None, change: Change, item: str, author: str, place: Callable[[Change, str], str]) -> Row | None:
    """The row as `author` sees it with one of their pending changes; `place` mints a provisional rank.

    None when there is nothing to show: the change is to an item that is not here.
    """
    if change.verb == "create":
        return row or _created(change, item, author, place)
    if row is None:
        return None
    registers, sets = row.registers, row.sets
    if change.verb in ("add", "remove"):
        sets = {**sets, change.field: _elements(sets.get(change.field, {}), change, author)}
    else:
        values = dict(change.fields)
        if change.verb in ("delete", "restore"):
            values["trashed"] = change.verb == "delete"
        if change.verb == "move":
            values["position"] = place(change, item)
        pending = {name: Register(value, PENDING_SEQ + change.n, author, change.at) for name, value in values.items()}
        registers = {**registers, **pending}
    return Row(
        row.id,
        row.kind,
        row.channel,
        row.seq,
        row.created_by,
        row.created_at,
        max(row.changed_at, change.at),
        registers,
        sets,
        row.texts,
    )


def _created(change: Change, item: str, author: str, place: Callable[[Change, str], str]) -> Row:
    kind = KINDS[change.kind]
    seq = PENDING_SEQ + change.n
    registers: dict[str, Register] = {}
    sets: dict[str, dict[str, Register]] = {}
    for name, value in change.fields.items():
        rule = kind.fields[name].rule
        if value in (None, "", []) or rule is Rule.TEXT:
            continue
        if rule is Rule.ELEMENTS:
            sets[name] = {element: Register(True, seq, author) for element in value}
        else:
            registers[name] = Register(value, seq, author, change.at)
    if kind.ranked:
        registers["position"] = Register(place(change, item), seq, author, change.at)
    return Row(item, change.kind, change.ch, seq, author, change.at, change.at, registers, sets)


def _elements(elements: dict[str, Register], change: Change, author: str) -> dict[str, Register]:
    if change.verb == "remove":
        return {one: added for one, added in elements.items() if one not in change.values}
    added = Register(True, PENDING_SEQ + change.n, author, change.at)
    return {**elements, **{one: added for one in change.values if one not in elements}}
