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


@dataclass
class Channel:
    """How far a channel is known here. `loaded` is false until its resident rows came from the cache."""

    epoch: str = ""
    seq: int = 0
    hash: int = 0
    loaded: bool = True
    rows: set[str] = field(default_factory=set)


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
        self._placed: dict[str, tuple[tuple[str, str], Place]] = {}

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

    def _see_again(self, channel: str) -> None:
        """Arrange a whole channel at once: sorting is linear where a thousand insertions are not."""
        for key in [key for key in self._orders if key[1] == channel]:
            for _, item in self._orders.pop(key):
                self._placed.pop(item, None)
        fresh = [row.id for row in self.views.values() if row.channel == channel]
        for item in [*self.channels[channel].rows, *fresh] if channel in self.channels else fresh:
            spot = _spot(self.view(item))
            if spot is not None and item not in self._placed:
                self._orders.setdefault(spot[0], []).append(spot[1])
                self._placed[item] = spot
        for key in [key for key in self._orders if key[1] == channel]:
            self._orders[key].sort()
        waiting = [
            (pending[0].n, item) for item, pending in self.outbox.by_item.items() if pending[0].change.ch == channel
        ]
        for _, item in sorted(waiting):
            self.touch(item)

    # -- a channel as a whole ----------------------------------------------------------------------------------------

    def replace(self, channel: str, state: Channel, rows: dict[str, Row]) -> int:
        """Take a snapshot for the truth. Returns how many rows in memory were not as it says."""
        old = self.channels.get(channel)
        before = {item: self.confirmed[item] for item in old.rows if item in self.confirmed} if old else {}
        loaded = set(self.comments_of)
        wrong = sum(1 for item, row in before.items() if item not in rows or row_hash(rows[item]) != row_hash(row))
        wrong += sum(1 for item, row in rows.items() if item not in before and _resident(row.kind))
        self._empty(channel)
        self.channels[channel] = state
        self._take(rows, loaded)
        self._see_again(channel)
        return wrong

    def _take(self, rows: dict[str, Row], loaded: set[str]) -> None:
        for on in loaded & rows.keys():
            self.comments_of[on] = {}
        for row in rows.values():
            if row.kind == "comment":
                on = str(row.value("on"))
                self.counts[on] = self.counts.get(on, 0) + (not row.trashed)
                if on not in loaded:
                    continue
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


def _resident(kind: str) -> bool:
    return kind not in KINDS or KINDS[kind].resident


def _spot(row: Row | None) -> tuple[tuple[str, str], Place] | None:
    if row is None or not _resident(row.kind):
        return None
    ranked = row.kind in KINDS and KINDS[row.kind].ranked
    return (row.kind, row.channel), ((str(row.value("position") or ""), row.id) if ranked else (row.seq, row.id))
