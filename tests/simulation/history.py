"""What the server's log must have made of everybody's intentions: written again, slow and plain, without the code."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from app.model.change import Entry, Write
from app.model.identity import SYSTEM
from app.model.kinds import KINDS
from tests.simulation.ledger import Intent, Ledger

if TYPE_CHECKING:
    from app.store.memory_state import MemoryState

NEAR = 1e-3
"""Seconds: clocks that are wrong by decades are only so exact."""


def said(value: Any) -> Any:
    """A value as it counts: what is empty was never said."""
    return None if value in (None, "", []) else value


@dataclass
class Stamp:
    """The last write of a register: where, by which change of which device, made when at the earliest and latest."""

    seq: int
    dev: str
    n: int
    earliest: float
    latest: float


@dataclass
class Thing:
    """One item: values, who wrote each register last, elements with the add that put them there, texts."""

    kind: str
    channel: str
    seq: int
    by: str
    values: dict[str, Any] = field(default_factory=dict)
    stamps: dict[str, Stamp] = field(default_factory=dict)
    sets: dict[str, dict[str, Stamp]] = field(default_factory=dict)
    texts: dict[str, tuple[int, str]] = field(default_factory=dict)


class History:
    """Replays logs beside the ledger. `faults` says in words what is not as it should be."""

    def __init__(self, ledger: Ledger, users: dict[str, str]) -> None:
        self.ledger = ledger
        self.users = users
        self.things: dict[str, Thing] = {}
        self.entries: dict[tuple[str, int], list[Entry]] = {}
        self.archived: set[str] = set()
        self.faults: list[str] = []
        self.concurrent = 0

    def replay(self, state: "MemoryState") -> None:
        """All channels, the workspace's first (others refer to its people)."""
        for name, channel in sorted(state.channels.items(), reverse=True):
            at = 0.0
            for seq, entry in enumerate(channel.entries, 1):
                if entry.seq != seq:
                    self.faults.append(f"{name}: entry {seq} has seq {entry.seq}")
                if entry.at < at:
                    self.faults.append(f"{name}: time goes back at {seq}")
                at = entry.at
                self._entry(name, entry)

    def _say(self, channel: str, entry: Entry, what: str) -> None:
        self.faults.append(f"{channel} {entry.seq} ({entry.verb} {entry.kind} {entry.dev[:8]}:{entry.n}): {what}")

    def _entry(self, channel: str, entry: Entry) -> None:
        if entry.dev == SYSTEM:
            for write in entry.writes:
                self.things[write.item] = Thing(entry.kind, channel, entry.seq, SYSTEM, dict(write.fields))
            return
        intent = self.ledger.intents.get(entry.grp)
        if intent is None or entry.n not in intent.changes:
            self._say(channel, entry, "nobody asked for this")
            return
        self.entries.setdefault((entry.grp, entry.n), []).append(entry)
        if entry.by != intent.client.user or entry.dev not in intent.client.devices:
            self._say(channel, entry, "is said to be somebody else's")
        self._check_time(channel, entry, intent)
        if entry.verb == "create":
            self._create(channel, entry, intent)
        elif entry.verb == "edit":
            for write in entry.writes:
                self._text(channel, entry, write)
        elif entry.verb in ("add", "remove"):
            for write in entry.writes:
                self._elements(channel, entry, intent, write)
        else:
            self._registers(channel, entry, intent)

    # -- time --------------------------------------------------------------------------------------------------------

    def _window(self, entry: Entry, intent: Intent) -> tuple[float, float]:
        """When the edit can have been made in the server's eyes, by true time and what the measurement was late by."""
        decision = self.ledger.decisions[entry.dev, entry.n]
        if intent.jumped or intent.client.clock_jumped:
            return intent.heard_at, decision.at
        late = decision.offset + intent.client.clock_error
        made = max(intent.heard_at, min(intent.at + late, decision.at))
        return made - NEAR, made + NEAR

    def _check_time(self, channel: str, entry: Entry, intent: Intent) -> None:
        low, high = self._window(entry, intent)
        if not low - NEAR <= entry.made <= high + NEAR:
            self._say(channel, entry, f"made {entry.made - intent.at:+.3f} s from the truth")
        if entry.made > entry.at + NEAR or entry.made < intent.heard_at - NEAR:
            self._say(channel, entry, "made outside of its window")

    def _stamp(self, entry: Entry, intent: Intent) -> Stamp:
        return Stamp(entry.seq, entry.dev, entry.n, *self._window(entry, intent))

    def _seen(self, intent: Intent, entry: Entry, last: Stamp) -> bool:
        base = min(intent.bases.get(write.item, 0) for write in entry.writes)
        return base >= last.seq or (last.dev == entry.dev and last.n < entry.n)

    # -- verbs -------------------------------------------------------------------------------------------------------

    def _create(self, channel: str, entry: Entry, intent: Intent) -> None:
        (write,) = entry.writes
        if write.item in self.things:
            self._say(channel, entry, "makes an item that is there")
        kind = KINDS[entry.kind]
        thing = self.things[write.item] = Thing(entry.kind, channel, entry.seq, entry.by)
        stamp = self._stamp(entry, intent)
        for name, value in intent.fact.fields.items():
            if name in kind.texts:
                thing.texts[name] = (1, value)
            elif name in kind.sets:
                thing.sets[name] = dict.fromkeys(value, stamp)
            else:
                thing.values[name] = value
        if kind.ranked:
            thing.values["position"] = write.fields.get("position")
        for name in thing.values:
            thing.stamps[kind.fields[name].unit] = stamp

    def _text(self, channel: str, entry: Entry, write: Write) -> None:
        thing = self.things[write.item]
        for name, (rev, op) in write.ops.items():
            before, body = thing.texts.get(name, (0, ""))
            if rev != before + 1:
                self._say(channel, entry, f"revision {rev} after {before}")
            out, at = "", 0
            for part in op:
                if isinstance(part, int):
                    out, at = out + body[at : at + part], at + part
                elif isinstance(part, str):
                    out += part
                else:
                    if body[at : at + len(part["d"])] != part["d"]:
                        self._say(channel, entry, "deletes what is not there")
                    at += len(part["d"])
            thing.texts[name] = (rev, out + body[at:])

    def _elements(self, channel: str, entry: Entry, intent: Intent, write: Write) -> None:
        name, wanted = intent.fact.name, intent.fact.values
        there = self.things[write.item].sets.setdefault(name, {})
        if entry.verb == "add":
            expected = set(wanted)
            found = set(write.add.get(name, ()))
            there.update(dict.fromkeys(expected, self._stamp(entry, intent)))
        else:
            expected = {one for one in wanted if one in there and self._seen(intent, entry, there[one])}
            found = set(write.drop.get(name, ()))
            for one in expected:
                del there[one]
        if expected != found:
            self._say(channel, entry, f"{name}: {len(found)} elements, not {len(expected)}")

    def _registers(self, channel: str, entry: Entry, intent: Intent) -> None:
        wanted = dict(intent.fact.fields)
        if entry.verb in ("delete", "restore"):
            wanted = {"trashed": entry.verb == "delete"}
        lost = False
        # What one change does to several items is decided item by item, on what was there before it.
        for write in entry.writes:
            values = dict(wanted)
            if entry.verb == "move":
                values["position"] = {**write.fields, **write.lost}.get("position")
                if values["position"] is None:
                    self._say(channel, entry, "moves to no place")
            if {"start", "due"} & values.keys():
                values = {**intent.partners[write.item], **values}
            lost = self._item(channel, entry, intent, write, values) or lost
        if entry.verb == "move":
            self._check_place(channel, entry, intent)
        if lost and entry.status == "applied":
            self._say(channel, entry, "lost, and is called applied")

    def _item(self, channel: str, entry: Entry, intent: Intent, write: Write, values: dict[str, Any]) -> bool:
        """Whether a register of the item was lost."""
        thing, kind = self.things[write.item], KINDS[entry.kind]
        lost = False
        for unit in dict.fromkeys(kind.fields[name].unit for name in values):
            names = [name for name in values if kind.fields[name].unit == unit]
            changed = [name for name in names if said(thing.values.get(name)) != said(values[name])]
            if not changed:
                continue
            won = all(name in write.fields for name in changed)
            if not won and not all(name in write.lost for name in changed):
                self._say(channel, entry, f"{unit} was torn apart")
            self._judge(channel, entry, intent, thing, unit, won)
            lost = lost or not won
            if won:
                thing.values.update({name: values[name] for name in changed})
                thing.stamps[unit] = self._stamp(entry, intent)
                if unit == "archived" and values["archived"]:
                    self.archived.add(channel)
        return lost

    def _judge(self, channel: str, entry: Entry, intent: Intent, thing: Thing, unit: str, won: bool) -> None:
        last = thing.stamps.get(unit)
        if last is None or self._seen(intent, entry, last):
            if not won:
                self._say(channel, entry, f"{unit} lost against what its author had seen")
            return
        self.concurrent += 1
        low, high = self._window(entry, intent)
        if low > last.latest and not won:
            self._say(channel, entry, f"{unit} was made later, and lost")
        if high < last.earliest and won:
            self._say(channel, entry, f"{unit} was made earlier, and won")

    def _check_place(self, channel: str, entry: Entry, intent: Intent) -> None:
        anchor, item = intent.fact.before or intent.fact.after, entry.writes[0].item
        if anchor is None or "position" not in entry.writes[0].fields:
            return
        scope = [
            one
            for one, thing in self.things.items()
            if thing.kind == entry.kind and (thing.channel == channel or entry.kind == "project")
        ]
        order = sorted(scope, key=lambda one: (self.things[one].values["position"], one))
        step = order.index(item) - order.index(anchor)
        if step != (-1 if intent.fact.before else 1):
            self._say(channel, entry, "was not put beside its neighbour")
