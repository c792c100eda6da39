"""The two files of a profile, each behind a writer thread of its own: wishes of the engine, and the answers."""

import asyncio
from collections.abc import Callable
from typing import assert_never

from app.cache.interface import (
    CacheFile,
    OutboxContents,
    OutboxFile,
    StorageDamaged,
    StorageFailed,
    StorageFull,
    StorageTooNew,
)
from app.client.worker import Worker
from app.model.kinds import KINDS
from app.sync.events import (
    Append,
    Appended,
    AppendFailed,
    CacheFailed,
    CacheWritten,
    Fact,
    ForgetApplied,
    Load,
    Loaded,
    WriteCache,
)
from app.sync.fence import Fence

RECORDS_PER_COMMIT_MAX = 2_000
"""Appends that wait together share one commit and one fsync, up to about this many records."""
FULL_AGAIN_S = 2.0
"""A cache on a full disk tries again after this."""

Hear = Callable[[Fact], None]
RESIDENT = [kind.name for kind in KINDS.values() if kind.resident]


class OutboxWriter:
    """The journal's thread. All Appends that wait become durable by one commit; each is answered, in order."""

    def __init__(self, file: OutboxFile, hear: Hear) -> None:
        self._file = file
        self._hear = hear
        self._loop = asyncio.get_running_loop()
        self._must_load = True
        self._fence = Fence()
        self._worker: Worker[Append] = Worker("outbox", self._work)

    async def load(self) -> OutboxContents:
        """What the journal holds, after all appends before. Raises the errors of OutboxFile.load."""
        return await self._worker.call(self._begin)

    def append(self, wish: Append) -> None:
        """Make records durable; answered by Appended or AppendFailed."""
        self._worker.put(wish)

    async def drained(self) -> None:
        """Returns once all appends before are answered."""
        await self._worker.call(lambda: None)

    async def close(self) -> None:
        """Saves what waits and closes the file."""
        await self._worker.stop()
        await asyncio.to_thread(self._file.close)

    def _begin(self) -> OutboxContents:
        self._fence = Fence()  # an engine that starts from here has heard of no failure, and counts anew
        return self._load()

    def _load(self) -> OutboxContents:
        contents = self._file.load()
        self._must_load = False
        return contents

    def _work(self, waiting: list[Append]) -> None:
        while waiting:
            group, waiting = _cut(waiting)
            stopped = [(wish, code) for wish in group if (code := self._fence.stops(wish))]
            self._answer([AppendFailed(wish.token, code) for wish, code in stopped])
            self._save(group[len(stopped) :])  # what fails without being tried was wished before all that is tried

    def _save(self, group: list[Append]) -> None:
        if not group:
            return
        records = [record for wish in group for record in wish.records]
        try:
            if self._must_load:
                self._load()  # after an error of the disk the journal is opened and verified anew, never just retried
            self._file.append(records)
        except StorageFull:
            self._fell(group, "disk_full")
        except (StorageFailed, StorageTooNew, StorageDamaged):
            self._must_load = True
            self._fell(group, "storage")
        else:
            self._answer([Appended(wish.token) for wish in group])

    def _fell(self, group: list[Append], code: str) -> None:
        self._fence.fell(group[-1], code)
        self._answer([AppendFailed(wish.token, code) for wish in group])

    def _answer(self, facts: list[Appended] | list[AppendFailed]) -> None:
        self._loop.call_soon_threadsafe(self._tell, facts)

    def _tell(self, facts: list[Appended] | list[AppendFailed]) -> None:
        for fact in facts:
            self._hear(fact)


def _cut(waiting: list[Append]) -> tuple[list[Append], list[Append]]:
    records = 0
    for place, wish in enumerate(waiting):
        records += len(wish.records)
        if records >= RECORDS_PER_COMMIT_MAX:
            return waiting[: place + 1], waiting[place + 1 :]
    return waiting, []


class CacheWriter:
    """The cache's thread. Writes and reads in the order of the wishes.

    A full disk is waited for: later wishes wait too, and `notice` is called once. After damage nothing more is done:
    `damaged` is called once, and the owner begins a new cache.
    """

    def __init__(self, file: CacheFile, hear: Hear, full: Callable[[], None], damaged: Callable[[], None]) -> None:
        self._file = file
        self._hear = hear
        self._full = full
        self._damaged = damaged
        self._loop = asyncio.get_running_loop()
        self._broken = False
        self._stuck = asyncio.Event()
        self._worker: Worker[WriteCache | Load | ForgetApplied] = Worker("cache", self._work)

    async def start(self) -> tuple[dict[str, tuple[str, int, int]], list[tuple[int, int, str]]]:
        """The channels that are here and the own changes that they hold. Raises the errors of CacheFile."""
        return await self._worker.call(lambda: (self._file.open_channels(), self._file.applied()))

    def do(self, wish: WriteCache | Load | ForgetApplied) -> None:
        """Queue a wish: writes are answered by CacheWritten or CacheFailed, loads by Loaded."""
        self._worker.put(wish)

    async def drained(self) -> None:
        """Returns once everything wished before is done and answered, or the disk is full and it may take for ever."""
        done = asyncio.ensure_future(self._worker.call(lambda: None))
        stuck = asyncio.ensure_future(self._stuck.wait())
        await asyncio.wait({done, stuck}, return_when=asyncio.FIRST_COMPLETED)
        for waiter in (done, stuck):
            waiter.cancel()

    async def verify(self) -> bool:
        """Whether every channel's rows still have the hash that was kept with them (FAULTS 1.1)."""

        def sound() -> bool:
            channels = self._file.open_channels()
            return all(self._file.hash_of(name) == hash_ for name, (_, _, hash_) in channels.items())

        try:
            return self._broken or await self._worker.call(sound)
        except StorageDamaged:
            return False
        except (StorageFull, StorageFailed):
            return True  # nothing was learnt; the next write says what is wrong with the disk

    async def clear(self) -> None:
        """Drops everything that can be fetched again. Raises the errors of CacheFile."""
        await self._worker.call(self._file.clear)

    async def close(self) -> None:
        """Writes what waits, makes it durable and closes the file."""
        await self._worker.stop()
        await asyncio.to_thread(self._close_file)

    def _close_file(self) -> None:
        try:
            if not self._broken:
                self._file.flush()
        except (StorageFull, StorageFailed, StorageDamaged):
            pass  # only the newest part of a copy; it is fetched again
        finally:
            self._file.close()

    def _work(self, wishes: list[WriteCache | Load | ForgetApplied]) -> None:
        for wish in wishes:
            if self._broken:
                if isinstance(wish, WriteCache):
                    self._say(CacheFailed(wish.token, "storage"))
                continue
            try:
                self._do_when_there_is_room(wish)
            except (StorageDamaged, StorageFailed, StorageTooNew):
                self._broken = True
                self._loop.call_soon_threadsafe(self._damaged)
                if isinstance(wish, WriteCache):
                    self._say(CacheFailed(wish.token, "storage"))

    def _do_when_there_is_room(self, wish: WriteCache | Load | ForgetApplied) -> None:
        told = False
        while True:
            try:
                self._one(wish)
                if told:
                    self._loop.call_soon_threadsafe(self._stuck.clear)
                return
            except StorageFull:
                if not told:
                    told = True
                    self._loop.call_soon_threadsafe(self._on_full)
                if not self._worker.pause(FULL_AGAIN_S):
                    return  # the program ends; what was not kept is fetched again

    def _on_full(self) -> None:
        self._stuck.set()
        self._full()

    def _one(self, wish: WriteCache | Load | ForgetApplied) -> None:
        match wish:
            case WriteCache():
                self._file.write(wish.batch)
                self._say(CacheWritten(wish.token))
            case ForgetApplied():
                self._file.forget_applied(wish.numbers)
            case Load():
                self._say(self._read(wish))
            case _:
                assert_never(wish)

    def _read(self, wish: Load) -> Loaded:
        file = self._file
        match wish.what:
            case "channel":
                return Loaded(wish, rows=file.rows(wish.key, RESIDENT), counts=file.counts_on(wish.key))
            case "comments":
                return Loaded(wish, rows=file.rows_on(wish.key))
            case "row":
                row = file.row(wish.key)
                return Loaded(wish, rows=[row] if row is not None else [])
            case _:
                ops = file.ops(wish.key, wish.field, wish.after)
                return Loaded(wish, text=file.text(wish.key, wish.field), ops=ops)

    def _say(self, fact: Fact) -> None:
        self._loop.call_soon_threadsafe(self._hear, fact)
