"""Both files in memory, on a disk that forgets what was not flushed and fails when it is told to."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from app.cache.cache import place_of
from app.cache.interface import (
    AnyRecord,
    CacheBatch,
    OutboxContents,
    StorageDamaged,
    StorageFailed,
    StorageFull,
)
from app.cache.journal import NO_CHAIN, Anchor, JournalRecord, Ledger, damage_sentence, ledger_of, lost_changes
from app.cache.outbox import DEAD_RECORDS_MAX
from app.model.row import HASH_MODULUS, Row, row_hash

UNFLUSHED_COMMITS_MAX = 64
"""Older commits count as flushed, as a full write-ahead log is moved into the file."""


@dataclass
class _Tables:
    rows: dict[str, Row] = field(default_factory=dict)
    texts: dict[tuple[str, str], tuple[int, str]] = field(default_factory=dict)
    ops: dict[tuple[str, str], dict[int, tuple[str, int, list[Any]]]] = field(default_factory=dict)
    channels: dict[str, tuple[str, int, int]] = field(default_factory=dict)
    applied: dict[int, tuple[int, str]] = field(default_factory=dict)

    def copy(self) -> "_Tables":
        ops = {place: dict(kept) for place, kept in self.ops.items()}
        return _Tables(dict(self.rows), dict(self.texts), ops, dict(self.channels), dict(self.applied))

    def write(self, batch: CacheBatch) -> None:
        if batch.drop_channels:
            for item in [row.id for row in self.rows.values() if row.channel in batch.drop_channels]:
                self._drop(item)
            for channel in batch.drop_channels:
                self.channels.pop(channel, None)
        for place in batch.forget_ops:
            self.ops.pop(place, None)
        for row in batch.rows:
            self.rows[row.id] = row
        self.texts.update(batch.texts)
        for item, name, rev, device, n, op in batch.ops:
            self.ops.setdefault((item, name), {})[rev] = (device, n, op)
        self.channels.update(batch.channels)
        self.applied.update({n: (seq, status) for n, seq, status in batch.applied})
        for item in batch.gone:
            self._drop(item)

    def _drop(self, item: str) -> None:
        self.rows.pop(item, None)
        for table in (self.texts, self.ops):
            for place in [place for place in table if place[0] == item]:
                del table[place]


class MemoryCache:
    """A CacheFile for tests and simulation. `crash` loses the last commits that were not flushed."""

    def __init__(self) -> None:
        self._flushed = _Tables()
        self._commits: list[Callable[[_Tables], None]] = []
        self._tables = _Tables()
        self._failure: StorageFull | StorageFailed | None = None
        self._damaged = False

    @property
    def unflushed(self) -> int:
        """How many commits a crash may lose."""
        return len(self._commits)

    def crash(self, lose: int) -> None:
        """The power goes: the last `lose` unflushed commits are lost, at most all of them."""
        kept = self._commits[: max(0, len(self._commits) - lose)]
        self._tables = self._flushed.copy()
        for commit in kept:
            commit(self._tables)
        self._commits = kept

    def fail_next(self, failure: StorageFull | StorageFailed) -> None:
        """The next transaction does not happen and raises `failure`."""
        self._failure = failure

    def damage(self) -> None:
        """From here on the file cannot be read; a new one takes its place."""
        self._damaged = True

    @property
    def is_damaged(self) -> bool:
        """Whether `damage` was done to it."""
        return self._damaged

    def open_channels(self) -> dict[str, tuple[str, int, int]]:
        return dict(self._read().channels)

    def applied(self) -> list[tuple[int, int, str]]:
        return [(n, *rest) for n, rest in sorted(self._read().applied.items())]

    def rows(self, channel: str, kinds: list[str]) -> list[Row]:
        return [row for row in self._read().rows.values() if row.channel == channel and row.kind in kinds]

    def rows_on(self, item: str) -> list[Row]:
        found = [row for row in self._read().rows.values() if item and place_of(row) == item]
        return sorted(found, key=lambda row: (row.seq, row.id))

    def counts_on(self, channel: str) -> dict[str, int]:
        counts: dict[str, int] = {}
        for row in self._read().rows.values():
            if row.channel == channel and not row.trashed and (place := place_of(row)):
                counts[place] = counts.get(place, 0) + 1
        return counts

    def row(self, item: str) -> Row | None:
        return self._read().rows.get(item)

    def hash_of(self, channel: str) -> int:
        return sum(row_hash(row) for row in self._read().rows.values() if row.channel == channel) % HASH_MODULUS

    def text(self, item: str, name: str) -> tuple[int, str]:
        return self._read().texts.get((item, name), (0, ""))

    def ops(self, item: str, name: str, after: int) -> list[tuple[int, str, int, list[Any]]]:
        kept = self._read().ops.get((item, name), {})
        return [(rev, *kept[rev]) for rev in sorted(kept) if rev > after]

    def write(self, batch: CacheBatch) -> None:
        self._commit(lambda tables: tables.write(batch))
        if batch.applied:  # durable at once, as in SQLite
            self._flush(len(self._commits))

    def forget_applied(self, numbers: list[int]) -> None:
        def forget(tables: _Tables) -> None:
            for n in numbers:
                tables.applied.pop(n, None)

        self._commit(forget)

    def flush(self) -> None:
        self._read()
        self._flush(len(self._commits))

    def clear(self) -> None:
        self._tables = _Tables(applied=dict(self._read().applied))
        self._flushed = self._tables.copy()
        self._commits = []

    def close(self) -> None:
        self._flush(len(self._commits))

    def _read(self) -> _Tables:
        if self._damaged:
            raise StorageDamaged("The local copy was damaged.")
        return self._tables

    def _commit(self, commit: Callable[[_Tables], None]) -> None:
        tables = self._read()
        if self._failure is not None:
            failure, self._failure = self._failure, None
            raise failure
        commit(tables)
        self._commits.append(commit)
        if len(self._commits) > UNFLUSHED_COMMITS_MAX:
            self._flush(len(self._commits) - UNFLUSHED_COMMITS_MAX // 2)

    def _flush(self, count: int) -> None:
        for commit in self._commits[:count]:
            commit(self._flushed)
        del self._commits[:count]


class MemoryOutbox:
    """An OutboxFile for tests and simulation: what was reported as saved survives every crash."""

    def __init__(self) -> None:
        self._journal: list[JournalRecord] = [Anchor(0, NO_CHAIN, 0, [])]
        self._ledger = ledger_of(self._journal)
        self._lost_rows = 0
        self._unsaved = 0
        self._copies = 0
        self._failure: StorageFull | StorageFailed | None = None
        self._reaches_disk = False
        self._open = False

    @property
    def length(self) -> int:
        """How many records the journal holds, the anchor not counted."""
        return len(self._journal) - 1

    def crash(self) -> None:
        """The process ends. Rows of a failed append that reached the disk can no more be told from saved ones."""
        self._unsaved = 0
        self._failure = None
        self._open = False

    def fail_next(self, failure: StorageFull | StorageFailed, reaches_disk: bool = False) -> None:
        """The next append raises `failure`; with `reaches_disk` its rows are on the disk all the same."""
        self._failure = failure
        self._reaches_disk = reaches_disk

    def damage(self, place: int) -> None:
        """The record at `place`, 0 for the first after the anchor, cannot be read any more."""
        del self._journal[place + 1]
        self._lost_rows += 1

    def load(self) -> OutboxContents:
        highest = max(self._ledger.highest, ledger_of(self._journal).highest)
        if self._unsaved:
            del self._journal[-self._unsaved :]
            self._unsaved = 0
        damage = kept_copy = ""
        if self._lost_rows:
            self._copies += 1
            kept_copy = f"outbox-damaged-{self._copies}.db"
            head = (self._ledger.highest, len(self._ledger.waiting))
            lost = lost_changes(self._journal, self._lost_rows, head)
            damage = damage_sentence(lost, kept_copy)
            self._lost_rows = 0
        readable = ledger_of(self._journal)
        readable.highest = highest
        self._compact(readable)
        self._open = True
        return OutboxContents(readable.live(), highest, damage, kept_copy)

    def append(self, records: list[AnyRecord]) -> None:
        if not self._open:
            raise StorageFailed("The queue's file must be opened again first.")
        if self._failure is not None:
            failure, self._failure = self._failure, None
            if self._reaches_disk:
                self._journal += records
                self._unsaved = len(records)
            self._open = isinstance(failure, StorageFull)
            raise failure
        self._journal += records
        for record in records:
            self._ledger.note(record)
        if self._ledger.dead > max(DEAD_RECORDS_MAX, len(self._ledger.waiting)):
            self._compact(self._ledger)

    def close(self) -> None:
        self._open = False

    def _compact(self, ledger: Ledger) -> None:
        self._journal = [Anchor(0, NO_CHAIN, ledger.highest, sorted(ledger.waiting)), *ledger.live()]
        self._ledger = ledger_of(self._journal)
