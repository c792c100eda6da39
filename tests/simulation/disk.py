"""A simulated client's two writer threads: wishes in order, each with a delay, on files that can be full or fail."""

from collections import deque
from typing import TYPE_CHECKING

from app.cache.interface import StorageDamaged, StorageFailed, StorageFull
from app.cache.memory import MemoryCache, MemoryOutbox
from app.model.kinds import KINDS
from app.sync import events
from app.sync.fence import Fence
from app.sync.storage import AnyRecord

if TYPE_CHECKING:
    from tests.simulation.client import Client

RESIDENT = [kind.name for kind in KINDS.values() if kind.resident]
FULL_AGAIN_S = 2.0


class Disk:
    """Lives as long as the process: what it has not done is gone with it. `unheard` are durable but not yet told."""

    def __init__(self, client: "Client", outbox: MemoryOutbox, cache: MemoryCache) -> None:
        self.client = client
        self.outbox, self.cache = outbox, cache
        self.unheard: dict[int, list[AnyRecord]] = {}
        self._uncertain: list[AnyRecord] = []
        self._appends: deque[events.Append] = deque()
        self.fence = Fence()
        self._appending = False
        self._must_load = False
        self._wishes: deque[events.WriteCache | events.Load | events.ForgetApplied] = deque()
        self._working = False
        self._told_at = 0.0

    @property
    def not_told(self) -> list[AnyRecord]:
        """Records that are on the disk, or may be after an error that was reported, and of which nobody heard."""
        return [*self._uncertain, *(record for records in self.unheard.values() for record in records)]

    @property
    def is_idle(self) -> bool:
        """Whether nothing is asked of it."""
        return not (self._appends or self._appending or self._wishes or self._working or self.unheard)

    def _delay(self) -> float:
        world = self.client.world
        return world.rng.uniform(*world.plan.disk)

    def _tell(self, delay: float, fact: events.Fact) -> None:
        """Facts of both threads reach the loop in the order in which they were put there."""
        now = self.client.world.timeline.now
        self._told_at = max(self._told_at, now + delay)
        self.client.do(self._told_at - now, self._heard, fact)

    def _heard(self, fact: events.Fact) -> None:
        if isinstance(fact, events.Appended):
            records = self.unheard.pop(fact.token)
            self.client.give(fact, records)
        else:
            self.client.give(fact)

    # -- the outbox --------------------------------------------------------------------------------------------------

    def append(self, wish: events.Append) -> None:
        """All that waits becomes durable together."""
        self._appends.append(wish)
        if not self._appending:
            self._begin_append()

    def _begin_append(self) -> None:
        self._appending = True
        group, self._appends = list(self._appends), deque()
        self.client.do(self._delay(), self._append, group)

    def _append(self, group: list[events.Append]) -> None:
        world = self.client.world
        stopped: list[events.Fact] = [
            events.AppendFailed(wish.token, code) for wish in group if (code := self.fence.stops(wish))
        ]
        facts = self._save(group[len(stopped) :])
        facts = stopped + facts
        self.client.trace("disk", facts)
        if world.strikes("disk_crash"):
            world.count("crash after append")
            self.client.crash()
            return
        delay = self._delay() / 4
        for fact in facts:
            self._tell(delay, fact)
        self._appending = False
        if self._appends:
            self._begin_append()

    def _save(self, group: list[events.Append]) -> list[events.Fact]:
        world, failure = self.client.world, self.client.failure
        if not group:
            return []
        if failure is not None:
            reaches = isinstance(failure, StorageFailed) and world.rng.random() < 0.5
            self.outbox.fail_next(failure, reaches)
        records = [record for wish in group for record in wish.records]
        try:
            if self._must_load:
                self.outbox.load()
                self._must_load, self._uncertain = False, []
            self.outbox.append(records)
        except StorageFull:
            world.count("client disk full")
            return self._fell(group, "disk_full")
        except StorageFailed:
            world.count("client disk error")
            self._must_load, self._uncertain = True, records
            return self._fell(group, "storage")
        self.unheard.update((wish.token, wish.records) for wish in group)
        return [events.Appended(wish.token) for wish in group]

    def _fell(self, group: list[events.Append], code: str) -> list[events.Fact]:
        self.fence.fell(group[-1], code)
        return [events.AppendFailed(wish.token, code) for wish in group]

    # -- the cache ---------------------------------------------------------------------------------------------------

    def do(self, wish: events.WriteCache | events.Load | events.ForgetApplied) -> None:
        """Reads and writes in the order of the wishes."""
        self._wishes.append(wish)
        if not self._working:
            self._working = True
            self.client.do(self._delay(), self._work)

    def _work(self) -> None:
        world = self.client.world
        wish = self._wishes[0]
        if isinstance(self.client.failure, StorageFull) and not isinstance(wish, events.Load):
            self.cache.fail_next(StorageFull("the disk is full"))
        try:
            fact = self._one(wish)
        except StorageFull:
            world.count("cache disk full")
            self.client.do(FULL_AGAIN_S, self._work)
            return
        except StorageDamaged:
            self.client.begin_anew()
            return
        self._wishes.popleft()
        if isinstance(wish, events.WriteCache) and world.strikes("disk_crash"):
            world.count("crash between the two files" if wish.batch.applied else "crash after cache commit")
            self.client.crash()
            return
        if fact is not None:
            self._tell(self._delay() / 4, fact)
        if self._wishes:
            self.client.do(self._delay(), self._work)
        else:
            self._working = False

    def _one(self, wish: events.WriteCache | events.Load | events.ForgetApplied) -> events.Fact | None:
        cache = self.cache
        if isinstance(wish, events.WriteCache):
            cache.write(wish.batch)
            return events.CacheWritten(wish.token)
        if isinstance(wish, events.ForgetApplied):
            cache.forget_applied(wish.numbers)
            return None
        return load(cache, wish)


def load(cache: MemoryCache, wish: events.Load) -> events.Loaded:
    """What a Load asks for."""
    match wish.what:
        case "channel":
            return events.Loaded(wish, rows=cache.rows(wish.key, RESIDENT), counts=cache.counts_on(wish.key))
        case "comments":
            return events.Loaded(wish, rows=cache.rows_on(wish.key))
        case "row":
            row = cache.row(wish.key)
            return events.Loaded(wish, rows=[row] if row is not None else [])
        case _:
            ops = cache.ops(wish.key, wish.field, wish.after)
            return events.Loaded(wish, text=cache.text(wish.key, wish.field), ops=ops)
