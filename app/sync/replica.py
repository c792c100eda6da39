"""Confirmed rows and the view above them: what the server said, and what my pending changes make of it (SYNC 3)."""

from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from app.model.change import Change, Entry
from app.model.kinds import KINDS
from app.model.outcome import apply_write
from app.model.rank import between
from app.model.replay import replay
from app.model.row import HASH_MODULUS, Row, row_hash
from app.sync.outbox import Outbox

Place = tuple[str | int, str]
"""Where a row stands in its list: by rank, or by creation for kinds without one; ties by id."""
Spot = tuple[tuple[str, str], Place]
"""Which list (kind and channel), and where in it."""


@dataclass
class Channel:
    """How far a channel is known here. `loaded` is false until its resident rows came from the cache."""

    epoch: str = ""
    seq: int = 0
    hash: int = 0
    loaded: bool = True
    rows: set[str] = field(default_factory=set)


@dataclass
class Layout:
    """Where the rows of a channel stand; made in parts, so that no step of it is long."""

    spots: dict[str, Spot] = field(default_factory=dict)
    orders: dict[tuple[str, str], list[Place]] = field(default_factory=dict)

    def add(self, rows: Iterable[Row]) -> None:
        """Some more rows. Each part is sorted by itself, which leaves little to do at the end."""
        part: dict[tuple[str, str], list[Place]] = {}
        for row in rows:
            spot = _spot(row)
            if spot is not None and row.id not in self.spots:
                self.spots[row.id] = spot
                part.setdefault(spot[0], []).append(spot[1])
        for key, places in part.items():
            places.sort()
            self.orders.setdefault(key, []).extend(places)


class Replica:
    """Rows in memory. Comments are here only for items whose comments were asked for; every other kind always."""

    def __init__(self, author: str, outbox: Outbox) -> None:
        self.author = author
        self.outbox = outbox
        self.channels: dict[str, Channel] = {}
        self.confirmed: dict[str, Row] = {}
        self.views: dict[str, Row] = {}
        self.comments_of: dict[str, dict[str, None]] = {}
        self.counts: dict[str, int] = {}
        self._orders: dict[tuple[str, str], list[Place]] = {}
        self._placed: dict[str, Spot] = {}

    # -- reading -----------------------------------------------------------------------------------------------------

    def view(self, item: str) -> Row | None:
        """The row as its reader sees it: confirmed plus pending."""
        return self.views.get(item) or self.confirmed.get(item)

    def listed(self, kind: str, channel: str | None) -> Iterator[Row]:
        """Rows of a kind in a channel, in order; without a channel those of all, the order over all of them."""
        if channel is not None:
            keys = [(kind, channel)]
        else:
            keys = [key for key in self._orders if key[0] == kind]
        places = self._orders.get(keys[0], []) if len(keys) == 1 else sorted(p for k in keys for p in self._orders[k])
        for _, item in places:
            row = self.view(item)
            if row is not None:
                yield row

    def comments(self, item: str) -> list[Row] | None:
        """Comments on an item in the order of the log, own unsent ones last; None while they are not in memory."""
        if item not in self.comments_of and not self._is_new(item):
            return None
        ids = dict(self.comments_of.get(item, {}))
        ids.update((row.id, None) for row in self.views.values() if row.kind == "comment" and row.value("on") == item)
        rows = [row for row in map(self.view, ids) if row is not None]
        return sorted(rows, key=lambda row: (row.seq, row.id))

    def comment_count(self, item: str) -> int:
        """How many comments an item shows."""
        count = self.counts.get(item, 0)
        for row in self.views.values():
            if row.kind == "comment" and row.value("on") == item:
                was = self.confirmed.get(row.id)
                count += (not row.trashed) - (was is not None and not was.trashed)
        return count

    def _is_new(self, item: str) -> bool:
        return item in self.views and item not in self.confirmed

    # -- loading -----------------------------------------------------------------------------------------------------

    def load_channel(self, channel: str, rows: Iterable[Row], counts: dict[str, int]) -> None:
        """The resident rows of a channel come from the cache."""
        self.channels[channel].loaded = True
        self.counts.update(counts)
        for row in rows:
            self._keep(row)
        self._see_again(channel)

    def load_comments(self, item: str, rows: Iterable[Row]) -> None:
        """The comments on an item come from the cache."""
        here = [row.id for row in self.confirmed.values() if row.kind == "comment" and row.value("on") == item]
        self.comments_of[item] = dict.fromkeys(here)
        for row in rows:
            self.load_row(row)

    def load_row(self, row: Row) -> None:
        """One row that is not resident by itself (a comment). What came meanwhile is newer than what was read."""
        if row.id not in self.confirmed:
            self._put(row)
        self.touch(row.id)

    # -- applying ----------------------------------------------------------------------------------------------------

    def missing(self, entry: Entry) -> list[str]:
        """Items that an entry changes and that are not in memory; they must be loaded first."""
        if KINDS[entry.kind].resident if entry.kind in KINDS else True:
            return []
        return [write.item for write in entry.writes if not write.new and write.item not in self.confirmed]

    def apply(self, channel: str, entry: Entry) -> list[Row]:
        """Apply an entry to confirmed rows. Raises ValueError when it does not fit: the replica has diverged.

        The caller touches the items afterwards, when the pending change of this entry (if mine) is out of the way.
        """
        state = self.channels[channel]
        changed = []
        for write in entry.writes:
            old = self.confirmed.get(write.item)
            new = apply_write(old, write, entry, channel)
            state.hash = (state.hash - (row_hash(old) if old else 0) + row_hash(new)) % HASH_MODULUS
            self._count(old, new)
            self._put(new)
            changed.append(new)
        state.seq = entry.seq
        return changed

    def _put(self, row: Row) -> None:
        self._keep(row)
        if row.id not in self.views:
            self._arrange(row.id)

    def _keep(self, row: Row) -> None:
        self.confirmed[row.id] = row
        self.channels[row.channel].rows.add(row.id)
        if row.kind == "comment" and (on := row.value("on")) in self.comments_of:
            self.comments_of[on][row.id] = None

    def _count(self, old: Row | None, new: Row) -> None:
        if new.kind == "comment":
            on = str(new.value("on"))
            shown = (not new.trashed) - (old is not None and not old.trashed)
            self.counts[on] = self.counts.get(on, 0) + shown

    # -- the view ----------------------------------------------------------------------------------------------------

    def touch(self, item: str) -> None:
        """Replay what is pending for an item over its confirmed row."""
        row = self.confirmed.get(item)
        pending = self.outbox.shown(item)
        for one in pending:
            row = replay(row, one.change, item, self.author, self.place)
        if pending and row is not None:
            self.views[item] = row
        else:
            self.views.pop(item, None)
        self._arrange(item)

    def place(self, change: Change, item: str) -> str:
        """A provisional rank for a creation or move: beside its anchor as it is seen now, or at the end."""
        kind, channel = change.kind, change.ch
        anchor = self.view(change.before or change.after or "")
        rank: str | None = anchor.value("position") if anchor is not None else None
        keys = [key for key in self._orders if key[0] == kind] if kind == "project" else [(kind, channel)]
        if len(keys) == 1:
            places = self._orders.get(keys[0], [])
        else:
            places = sorted(place for key in keys for place in self._orders[key])
        if anchor is None or rank is None:
            last = next((str(rank) for rank, other in reversed(places) if other != item), None)
            return between(last, None)
        spot = bisect_left(places, (rank, anchor.id))
        if change.before:
            beside = next((str(p[0]) for p in reversed(places[:spot]) if p[1] != item), None)
            return between(beside, rank) if beside is None or beside < rank else rank
        beside = next((str(p[0]) for p in places[spot + 1 :] if p[1] != item), None)
        return between(rank, beside) if beside is None or beside > rank else rank

    def _arrange(self, item: str) -> None:
        """Put an item where its view says it stands."""
        row = self.view(item)
        new = _spot(row)
        old = self._placed.get(item)
        if old == new:
            return
        if old is not None:
            order = self._orders[old[0]]
            del order[bisect_left(order, old[1])]
            del self._placed[item]
        if new is not None:
            insort(self._orders.setdefault(new[0], []), new[1])
            self._placed[item] = new

    def _see_again(self, channel: str, layout: Layout | None = None) -> None:
        """Arrange a whole channel at once: sorting is linear where a thousand insertions are not."""
        for key in [key for key in self._orders if key[1] == channel]:
            for _, item in self._orders.pop(key):
                self._placed.pop(item, None)
        if layout is None:
            here = self.channels[channel].rows if channel in self.channels else ()
            layout = Layout()
            layout.add(self.confirmed[item] for item in here if item in self.confirmed)
        for item in layout.spots.keys() & self._placed.keys():  # it stands in another channel still
            key, place = layout.spots.pop(item)
            layout.orders[key].remove(place)
        self._placed.update(layout.spots)
        for key, places in layout.orders.items():
            places.sort()
            self._orders[key] = places
        for item in [row.id for row in self.views.values() if row.channel == channel]:
            self._arrange(item)
        waiting = [
            (pending[0].n, item) for item, pending in self.outbox.by_item.items() if pending[0].change.ch == channel
        ]
        for _, item in sorted(waiting):
            self.touch(item)

    # -- a channel as a whole ----------------------------------------------------------------------------------------

    def replace(self, channel: str, state: Channel, rows: dict[str, Row], layout: Layout) -> int:
        """Take a snapshot for the truth. Returns how many rows in memory were not as it says.

        `layout` is that of the rows, found while the pages came: this step keeps the window waiting.
        """
        old = self.channels.get(channel)
        before = {item: self.confirmed[item] for item in old.rows if item in self.confirmed} if old else {}
        loaded = set(self.comments_of)
        wrong = sum(1 for item, row in before.items() if item not in rows or row_hash(rows[item]) != row_hash(row))
        wrong += len(layout.spots.keys() - before.keys())
        self._empty(channel)
        self.channels[channel] = state
        self._take(channel, rows, loaded)
        self._see_again(channel, layout)
        return wrong

    def _take(self, channel: str, rows: dict[str, Row], loaded: set[str]) -> None:
        for on in loaded & rows.keys():
            self.comments_of[on] = {}
        resident = {item: row for item, row in rows.items() if row.kind != "comment"}
        self.confirmed.update(resident)
        self.channels[channel].rows.update(resident)
        for row in rows.values():
            if row.kind == "comment":
                on = str(row.value("on"))
                self.counts[on] = self.counts.get(on, 0) + (not row.trashed)
                if on in loaded:
                    self._keep(row)

    def drop(self, channel: str) -> None:
        """Forget everything confirmed of a channel; what is pending stays."""
        self._empty(channel)
        self._see_again(channel)

    def _empty(self, channel: str) -> None:
        state = self.channels.pop(channel, None)
        for item in state.rows if state else ():
            self.confirmed.pop(item, None)
            self.counts.pop(item, None)
            self.comments_of.pop(item, None)


_ELSEWHERE = frozenset(kind.name for kind in KINDS.values() if not kind.resident)
_RANKED = frozenset(kind.name for kind in KINDS.values() if kind.ranked)


def _spot(row: Row | None) -> Spot | None:
    if row is None or row.kind in _ELSEWHERE:
        return None
    if row.kind not in _RANKED:
        return (row.kind, row.channel), (row.seq, row.id)
    register = row.registers.get("position")
    return (row.kind, row.channel), (str(register.value or "") if register is not None else "", row.id)
