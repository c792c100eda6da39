"""What a change becomes: `needs` names the rows that decide it, `resolve` merges, numbers and explains (SYNC 16)."""

import math
from dataclasses import dataclass, field
from typing import Any

from app.model.change import MARK_BYTES, Change, Entry, Refusal, Result, Write
from app.model.checks import check_form, check_places, checked_fields, checked_values
from app.model.fields import TEXT_LENGTH_MAX, Rule
from app.model.identity import SYSTEM, owner_of
from app.model.kinds import KINDS, Kind
from app.model.outcome import apply_write
from app.model.rank import between
from app.model.roles import Actor, check_change
from app.model.row import HASH_MODULUS, Register, Row, row_hash
from app.text import TextOperationError, apply, make_invertible, transform_many

CARRY_STEPS_MAX = 5_000_000
"""Components met while one edit is carried over a text's history: about a second of work."""

Key = tuple[str, str]
"""A text: its item and field."""


@dataclass(frozen=True)
class Needs:
    """The rows that decide a change: the store loads them inside the transaction, no others.

    `items` are ids; `text` asks for a text's body and its operations after a revision; `last` asks for the highest
    rank of a kind; `beside` for the rank next to an anchor, on the side `before` or `after`. `scope` is the channel in
    which ranks are ordered, empty for all channels (projects).
    """

    items: tuple[str, ...]
    text: tuple[str, str, int] | None = None
    last: str | None = None
    beside: tuple[str, str, str] | None = None
    scope: str = ""


@dataclass(frozen=True)
class Head:
    """A channel's state: newest seq, rolling hash, epoch and access number."""

    seq: int = 0
    hash: int = 0
    epoch: str = ""
    access: int = 0


@dataclass
class Facts:
    """What the store found for `Needs`. `head` is None while the channel does not exist."""

    actor: Actor
    head: Head | None
    rows: dict[str, Row] = field(default_factory=dict)
    text: tuple[int, str] = (0, "")
    ops: list[list[Any]] = field(default_factory=list)
    last: str | None = None
    beside: str | None = None


@dataclass
class Resolution:
    """What the store writes: entries in order, rows and texts as they are afterwards, the channel's new hash."""

    entries: list[Entry]
    rows: dict[str, Row]
    texts: dict[Key, tuple[int, str]]
    head: Head
    results: list[Result]


def needs(change: Change) -> Needs:
    """The rows that decide `change`. Raises Refusal for a change of no known form (before anything is loaded)."""
    check_form(change)
    kind = KINDS[change.kind]
    items = [*change.items, owner_of(change.ch)]
    for name, value in checked_fields(kind, change).items():
        items += kind.fields[name].type.references(value)
    if change.field and change.verb in ("add", "remove"):
        items += kind.fields[change.field].type.references(checked_values(kind, change))
    anchor = change.before or change.after
    beside = None
    if anchor is not None:
        items.append(anchor)
        beside = (kind.name, anchor, "before" if change.before else "after")
    return Needs(
        tuple(dict.fromkeys(items)),
        (change.items[0], change.field, change.rev) if change.verb == "edit" else None,
        kind.name if kind.ranked and (change.verb == "create" or change.verb == "move") else None,
        beside,
        "" if kind.name == "project" else change.ch,
    )


def resolve(facts: Facts, change: Change, device: str, sent_hash: bytes, now: float, offset: float) -> Resolution:
    """Merges one change onto `facts`. `offset` is server clock minus device clock in seconds, `now` the server's.

    Raises Refusal when it cannot be done; nothing is then written.
    """
    project = facts.rows.get(owner_of(change.ch))
    if facts.actor.user != SYSTEM:
        for item in change.items:
            check_change(facts.actor, change, facts.rows.get(item), project)
    check_places(facts.actor, change, facts.rows, facts.head is not None)
    work = _Work(facts, change, device, sent_hash[:MARK_BYTES], now, offset)
    if change.verb == "edit":
        work.edit()
    else:
        work.write()
    return work.resolution()


def clamped(at: float, offset: float, heard: float, now: float) -> float:
    """When an edit was made: the device's time corrected, inside the window in which it truly happened (SYNC 5.2)."""
    corrected = at + offset
    if not math.isfinite(corrected):
        return now
    low = min(heard, now) if math.isfinite(heard) else now
    return max(low, min(corrected, now))


class _Work:
    """One change on its way to a resolution; rows here are the transaction's own."""

    def __init__(self, facts: Facts, change: Change, device: str, mark: bytes, now: float, offset: float) -> None:
        self.facts, self.change, self.device, self.mark, self.now, self.offset = (
            facts,
            change,
            device,
            mark,
            now,
            offset,
        )
        self.kind: Kind = KINDS[change.kind]
        self.head = facts.head or Head()
        self.seq = self.head.seq
        self.hash = self.head.hash
        self.base = min(change.base, self.head.seq)
        self.rows: dict[str, Row] = {}
        self.texts: dict[Key, tuple[int, str]] = {}
        self.entries: list[Entry] = []
        self.results: list[Result] = []

    def resolution(self) -> Resolution:
        head = Head(self.seq, self.hash, self.head.epoch, self.head.access)
        return Resolution(self.entries, self.rows, self.texts, head, self.results)

    # -- fields, sets, places, trash ---------------------------------------------------------------------------------

    def write(self) -> None:
        change = self.change
        made = clamped(change.at, self.offset, change.heard, self.now)
        ranks = self._ranks()
        writes, lost, merged = [], False, False
        for place, item in enumerate(change.items):
            row = self.facts.rows.get(item)
            if change.verb == "create":
                writes.append(self._created(item, ranks[place] if ranks else None))
                continue
            assert row is not None
            if change.verb in ("add", "remove"):
                write = self._elements(row)
                merged = merged or self._survives(row, write)
            else:
                write = self._registers(row, made, ranks[place] if ranks else None)
                lost = lost or bool(write.lost)
            writes.append(write)
        applied = any(write.fields or write.add or write.drop or write.new for write in writes)
        status = "applied" if not lost and not merged else "merged" if applied or merged else "superseded"
        self._log(change.n, made, change.grp, status, writes)

    def _ranks(self) -> list[str]:
        change = self.change
        if not self.kind.ranked or change.verb not in ("create", "move"):
            return []
        anchor = self.facts.rows.get(change.before or change.after or "")
        place = anchor.value("position") if anchor is not None and self._same_list(anchor) else None
        if place is None:
            low, high = self.facts.last, None
        elif change.before:
            low, high = self.facts.beside, place
        else:
            low, high = place, self.facts.beside
        ranks = []
        for _ in change.items:
            low = between(low, high)
            ranks.append(low)
        return ranks

    def _same_list(self, anchor: Row) -> bool:
        return anchor.kind == self.kind.name and (self.kind.name == "project" or anchor.channel == self.change.ch)

    def _created(self, item: str, rank: str | None) -> Write:
        fields, add, ops = {}, {}, {}
        for name, value in checked_fields(self.kind, self.change).items():
            rule = self.kind.fields[name].rule
            if value in (None, "", []):
                continue
            if rule is Rule.ELEMENTS:
                add[name] = value
            elif rule is Rule.TEXT:
                ops[name] = (1, [value])
                self.texts[item, name] = (1, value)
            else:
                fields[name] = value
        if rank is not None:
            fields["position"] = rank
        return Write(item, new=True, fields=fields, add=add, ops=ops)

    def _elements(self, row: Row) -> Write:
        name = self.change.field
        there = row.sets.get(name, {})
        values = checked_values(self.kind, self.change)
        if self.change.verb == "add":
            # What is there already is added anew: a remove that has not seen this add must not undo it.
            return Write(row.id, add={name: values})
        seen = [value for value in values if value in there and self._seen(there[value])]
        return Write(row.id, drop={name: seen})

    def _survives(self, row: Row, write: Write) -> bool:
        """Whether something stays that this change removes, for its author had not seen the add."""
        name = self.change.field
        left = row.sets.get(name, {}).keys() - set(write.drop.get(name, []))
        return self.change.verb == "remove" and any(value in left for value in self.change.values)

    def _seen(self, last: Register) -> bool:
        """Whether the author knew this write: it lies below their base, or this device made it before (SYNC 2)."""
        return self.base >= last.seq or (last.dev == self.device and last.n < self.change.n)

    def _registers(self, row: Row, made: float, rank: str | None) -> Write:
        wanted = dict(checked_fields(self.kind, self.change))
        if self.change.verb in ("delete", "restore"):
            wanted = {"trashed": self.change.verb == "delete"}
        if rank is not None:
            wanted["position"] = rank
        fields: dict[str, Any] = {}
        lost: dict[str, Any] = {}
        before: dict[str, Any] = {}
        for unit in dict.fromkeys(self.kind.fields[name].unit for name in wanted):
            names = [name for name in self.kind.unit(unit) if name in wanted]
            changed = [name for name in names if row.value(name) != wanted[name]]
            if not changed:
                continue  # both set the same: no conflict (case 14)
            target = fields if self._wins(row, unit, made) else lost
            for name in changed:
                target[name] = wanted[name]
                before[name] = row.value(name)
        return Write(row.id, fields=fields, lost=lost, before=before)

    def _wins(self, row: Row, unit: str, made: float) -> bool:
        """SYNC 5: a write that had seen the current value applies; of concurrent ones the later made wins."""
        registers = [row.registers[name] for name in self.kind.unit(unit) if name in row.registers]
        if not registers:
            return True
        last: Register = max(registers, key=lambda register: register.seq)
        return self._seen(last) or made >= last.made

    # -- text --------------------------------------------------------------------------------------------------------

    def edit(self) -> None:
        change = self.change
        item, name = change.items[0], change.field
        rev, body = self.facts.text
        history = self.facts.ops
        if change.rev > rev or len(history) != rev - change.rev:
            raise Refusal("bad_value", "This edit belongs to a text that the server does not have.")
        for part, op in zip(change.parts, _carried([part.op for part in change.parts], history), strict=True):
            try:
                committed = make_invertible(op, body)
                body = apply(body, committed)
            except TextOperationError as error:
                raise Refusal("bad_value", "This edit does not fit the text.") from error
            if len(body) > TEXT_LENGTH_MAX:
                raise Refusal("too_large", f"A text holds at most {TEXT_LENGTH_MAX} characters.")
            rev += 1
            made = clamped(part.at, self.offset, part.heard or change.heard, self.now)
            status = "merged" if history else "applied"
            self._log(part.n, made, part.grp, status, [Write(item, ops={name: (rev, committed)})])
        self.texts[item, name] = (rev, body)

    # -- the log -----------------------------------------------------------------------------------------------------

    def _log(self, n: int, made: float, grp: str, status: str, writes: list[Write]) -> None:
        self.seq += 1
        change = self.change
        by = self.facts.actor.user
        entry = Entry(
            self.seq, self.device, n, by, self.now, made, grp, change.verb, change.kind, status, self.mark, writes
        )
        for write in writes:
            old = self.rows.get(write.item) or self.facts.rows.get(write.item)
            new = apply_write(old, write, entry, change.ch)
            self.hash = (self.hash - (row_hash(old) if old else 0) + row_hash(new)) % HASH_MODULUS
            self.rows[write.item] = new
        self.entries.append(entry)
        self.results.append(Result(n, status, self.seq))


def _carried(ops: list[list[Any]], history: list[list[Any]]) -> list[list[Any]]:
    """Operations made one after the other, carried over a history (incoming right, history left, SYNC 7)."""
    steps = len(history) * sum(len(op) for op in ops) + len(ops) * sum(len(op) for op in history)
    if steps > CARRY_STEPS_MAX:
        raise Refusal("too_large", "This text was changed too often since this edit was made.")
    try:
        return transform_many(ops, history, "right")[0]
    except TextOperationError as error:
        raise Refusal("bad_value", "This is not a text operation.") from error
