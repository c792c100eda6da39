"""The queue: what is not settled yet, in which order it may be sent, and what stands on what (SYNC 11)."""

import heapq
from dataclasses import dataclass, field
from typing import Any

from app.model.change import MARK_BYTES, Change, change_hash
from app.model.identity import change_id, owner_of
from app.protocol.limits import BATCH_BYTES, CHANGES_PER_PUSH_MAX, PUSH_WINDOW

SAVING, WAITING, SENDING, ACKED, BLOCKED, REJECTED, APPLIED, SETTLED = (
    "saving",
    "waiting",
    "sending",
    "acked",
    "blocked",
    "rejected",
    "applied",
    "settled",
)
OPEN = (SAVING, WAITING, SENDING, ACKED, BLOCKED)
IN_FLIGHT_MAX = PUSH_WINDOW * CHANGES_PER_PUSH_MAX


@dataclass
class Pending:
    """One change from the edit to its settlement.

    `made` is the form made; `unit` the exact bytes sent, with the numbers in it, once they were journaled. `doubt`
    says that it may have been sent in an earlier connection and that nothing was heard of it, `kept` that the server's
    disk failed with it and may have it all the same, `cached` that the cache's file has its entry, `recorded` on which
    revision a text edit stands in the journal. `seq`, `rev` (of a
    text) and `status` are the outcome's; `code` and `reason` say why it is blocked or rejected.
    """

    n: int
    change: Change
    made: bytes
    state: str = SAVING
    unit: bytes = b""
    unit_numbers: list[int] = field(default_factory=list)
    unit_change: Change | None = None
    doubt: bool = False
    kept: bool = False
    cached: bool = False
    recorded: int = 0
    seq: int = 0
    rev: int = 0
    status: str = ""
    code: str = ""
    reason: str = ""
    told: bool = False
    out: bool = False

    @property
    def is_text(self) -> bool:
        """Whether it is a text edit, whose form is carried while it waits."""
        return self.change.verb == "edit"

    @property
    def text_key(self) -> tuple[str, str]:
        """The text that it edits."""
        return self.change.items[0], self.change.field

    def mark(self) -> bytes:
        """The start of the hash of what was (or will be) sent."""
        return change_hash(self.unit or self.made)[:MARK_BYTES]


class Outbox:
    """All pending changes by number, by item, and the order in which they may leave."""

    def __init__(self) -> None:
        self.by_number: dict[int, Pending] = {}
        self.by_item: dict[str, list[Pending]] = {}
        self._ready: list[int] = []
        self._parked: dict[str, list[int]] = {}
        self._texts_out: dict[tuple[str, str], int] = {}
        self.in_flight = 0
        self.unnoted: dict[int, Pending] = {}

    def add(self, pending: Pending) -> None:
        """Take up a change; numbers rise."""
        self.by_number[pending.n] = pending
        if not pending.is_text:
            self.unnoted[pending.n] = pending
        for item in pending.change.items:
            self.by_item.setdefault(item, []).append(pending)

    def remove(self, n: int) -> None:
        """Let go of a change."""
        pending = self.by_number.pop(n, None)
        if pending is None:
            return
        self.leave(pending)
        self.noted(pending)
        for item in pending.change.items:
            rest = [one for one in self.by_item.get(item, []) if one.n != n]
            if rest:
                self.by_item[item] = rest
            else:
                self.by_item.pop(item, None)

    def noted(self, pending: Pending) -> None:
        """The journal says that it may have left (of a text edit its unit says so)."""
        self.unnoted.pop(pending.n, None)

    def open(self) -> bool:
        """Whether anything is still to be sent, answered or told. What was refused, or needs another server, is not."""
        return any(_is_under_way(pending) for pending in self.by_number.values())

    def shown(self, item: str) -> list[Pending]:
        """Changes of an item that its author sees, in order."""
        return [pending for pending in self.by_item.get(item, ()) if pending.state in OPEN]

    # -- order of sending --------------------------------------------------------------------------------------------

    def queue(self, pending: Pending) -> None:
        """It is durable and waits to be sent; what was parked of its item may have waited for it."""
        pending.state = WAITING
        self.release(pending.change.items[0])
        heapq.heappush(self._ready, pending.n)

    def leave(self, pending: Pending) -> None:
        """It was answered: room in the window, and its text may send again. Once is enough."""
        if not pending.out:
            return
        pending.out = False
        self.in_flight -= 1
        if pending.is_text:
            self._texts_out[pending.text_key] -= 1
            if self._texts_out[pending.text_key] == 0:
                del self._texts_out[pending.text_key]
                self.release(pending.change.items[0])

    def park(self, pending: Pending) -> None:
        """It may not leave yet: its text is not here, or the way to the revision that it stands on is not known."""
        self._parked.setdefault(pending.change.items[0], []).append(pending.n)

    def release(self, item: str) -> None:
        """What was parked of an item is looked at again."""
        for n in self._parked.pop(item, ()):
            heapq.heappush(self._ready, n)

    def release_all(self) -> None:
        """Nothing is out, so nothing can release what is parked: all of it is looked at again."""
        if self._parked and not self.in_flight:
            for item in list(self._parked):
                self.release(item)

    def flying(self, pending: Pending) -> None:
        """It is being sent."""
        pending.state, pending.out = SENDING, True
        self.in_flight += 1
        if pending.is_text:
            self._texts_out[pending.text_key] = self._texts_out.get(pending.text_key, 0) + 1

    def landed(self) -> None:
        """The connection ended: what was being sent is in doubt, in the same bytes."""
        self.in_flight = 0
        self._texts_out.clear()
        self._parked.clear()
        self._ready = []
        for pending in self.by_number.values():
            pending.out = False
            if pending.state in (SENDING, ACKED):
                # Acked ones too: their entry may now come inside a snapshot, which carries no change ids.
                pending.doubt = True
                pending.state = WAITING
            pending.doubt = pending.doubt or pending.kept
            if pending.state == WAITING:
                self._ready.append(pending.n)
        heapq.heapify(self._ready)

    def next(self) -> Pending | None:
        """The next change that may leave now, or None. The caller sends it or says `park`."""
        while self._ready and self.in_flight < IN_FLIGHT_MAX:
            n = heapq.heappop(self._ready)
            pending = self.by_number.get(n)
            if pending is None or pending.state != WAITING or pending.doubt:
                continue
            item = pending.change.items[0]
            if item in self._parked or (pending.is_text and pending.text_key in self._texts_out):
                self.park(pending)
                continue
            return pending
        return None

    def waiting_text(self, key: tuple[str, str], limit: int) -> list[Pending]:
        """Waiting edits of one text, in order, up to a number and a size: they leave as one unit."""
        unit: list[Pending] = []
        size = 0
        for pending in self.by_item.get(key[0], ()):
            if not pending.is_text or pending.text_key != key or pending.state != WAITING or pending.doubt:
                if unit:
                    break
                continue
            size += len(pending.made)
            if len(unit) >= limit or (unit and size > BATCH_BYTES):
                break
            unit.append(pending)
        return unit

    # -- what stands on what -----------------------------------------------------------------------------------------

    def dependants(self, pending: Pending, states: tuple[str, ...] = OPEN) -> list[Pending]:
        """Changes (open ones) that cannot be without a creation: of the item itself, and of what hangs on it."""
        if pending.change.verb != "create":
            return []
        gone = {pending.change.items[0]}
        found: list[Pending] = []
        for later in sorted(self.by_number.values(), key=lambda one: one.n):
            if later.n == pending.n or later.state not in states:
                continue
            if gone & _stands_on(later.change):
                found.append(later)
                if later.change.verb == "create":
                    gone.add(later.change.items[0])
        return found

    def stands_on(self, pending: Pending, state: str) -> Pending | None:
        """An earlier change in this state that it stands on: one of the same items, or what made one that it names."""
        names = _stands_on(pending.change)
        for name in names:
            for one in self.by_item.get(name, ()):
                is_ground = one.change.verb == "create" or name in pending.change.items
                if one.n < pending.n and one.state == state and is_ground:
                    return one
        return None


def _is_under_way(pending: Pending) -> bool:
    if pending.state in (APPLIED, REJECTED):
        return not pending.told
    return pending.state in OPEN and not (pending.state == BLOCKED and pending.code == "version")


def _stands_on(change: Change) -> set[str]:
    names: set[str] = {*change.items, owner_of(change.ch)}
    references: list[Any] = [change.fields.get(name) for name in ("on", "reply_to", "parent", "project")]
    return names | {value for value in references if isinstance(value, str)} | set(change.values)


def public_id(device: str, pending: Pending) -> str:
    """The change's name in events and lists."""
    return change_id(device, pending.n)
