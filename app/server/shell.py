"""Carries out what the engine wishes and brings the facts back; it decides nothing."""

import asyncio
import itertools
from collections.abc import Callable, Coroutine
from time import perf_counter
from typing import Any, assert_never

import structlog

from app.hub.events import (
    Admit,
    Admitted,
    Answered,
    Authenticate,
    CloseConnection,
    Closed,
    Commit,
    CommitDone,
    CommitFailed,
    DevicesEnded,
    Effect,
    Event,
    Failed,
    Load,
    LookedUp,
    LookUp,
    Opened,
    Perform,
    Send,
    SendLoaded,
    Settle,
    Tick,
)
from app.hub.facts import Committed, Submission
from app.hub.hub import Hub
from app.protocol.messages import Granted, Refused
from app.server.accounts import Accounts
from app.server.committer import Committer
from app.server.connection import Connection
from app.server.logs import defect
from app.server.readers import Readers
from app.server.requests import Requests
from app.server.wire import Wire
from app.store.interface import Store, StoreBroken, StoreFull

SLOW_S = 0.1
"""A fact that took the engine longer than this is worth a line in the log."""

log = structlog.get_logger()


class Shell:
    """The engine's hands: everything here runs on the loop, but for what the committer and the readers do."""

    def __init__(
        self, hub: Hub, store: Store, committer: Committer, readers: Readers, now: Callable[[], float], run: str
    ) -> None:
        self._hub, self._store, self._committer, self._readers, self._now = hub, store, committer, readers, now
        self._loop = asyncio.get_running_loop()
        self._connections: dict[str, Connection] = {}
        self._names = (f"{run}-{count}" for count in itertools.count(1))
        self._facts: list[Event] = []
        self._is_handling = False
        self._timer: asyncio.TimerHandle | None = None
        self._timer_at = 0.0
        self._tasks: set[asyncio.Task[None]] = set()
        self._accounts: Accounts | None = None
        self._requests: Requests | None = None

    def employ(self, accounts: Accounts, requests: Requests) -> None:
        """Who admits people, and who answers requests."""
        self._accounts, self._requests = accounts, requests

    @property
    def connections(self) -> list[Connection]:
        """Those that are open."""
        return list(self._connections.values())

    # -- facts -------------------------------------------------------------------------------------------------------

    async def serve(self, wire: Wire, address: str) -> None:
        """One connection from its opening to its end."""
        name = next(self._names)
        connection = self._connections[name] = Connection(name, wire, address, self.post)
        log.info("connected", conn=name, address=address)
        self.post(Opened(name))
        try:
            await connection.read()
        finally:
            del self._connections[name]
            self.post(Closed(name))
            log.info("disconnected", conn=name, code=wire.close_code)

    def post(self, event: Event) -> None:
        """Tells the engine a fact and carries out what it wishes. What follows from that is told in its turn."""
        self._facts.append(event)
        if self._is_handling:
            return
        self._is_handling = True
        try:
            while self._facts:
                self._handle(self._facts.pop(0))
        finally:
            self._is_handling = False
        self._set_timer()

    def _handle(self, event: Event) -> None:
        started = perf_counter()
        conn: str = getattr(event, "conn", "")
        try:
            effects = self._hub.handle(event, self._now())
        except Exception as error:  # noqa: BLE001 - a defect of ours ends this connection and nobody else's
            defect("the engine failed", error)
            if conn in self._connections:
                self._connections[conn].cut()
            return
        for effect in effects:
            self._carry_out(effect)
        took = perf_counter() - started
        if took > SLOW_S:
            log.warning("slow", event=type(event).__name__, seconds=round(took, 3))

    def _set_timer(self) -> None:
        at = self._hub.next_deadline()
        if at is None or (self._timer is not None and at >= self._timer_at):
            return
        if self._timer is not None:
            self._timer.cancel()
        self._timer_at = at
        self._timer = self._loop.call_later(max(0.0, at - self._now()), self._tick)

    def _tick(self) -> None:
        self._timer = None
        self.post(Tick())

    # -- wishes ------------------------------------------------------------------------------------------------------

    def _carry_out(self, effect: Effect) -> None:
        match effect:
            case Send():
                for conn in effect.conns:
                    connection = self._connections.get(conn)
                    if connection is not None:
                        connection.send(effect.frame)
            case SendLoaded():
                if effect.conn in self._connections:
                    self._connections[effect.conn].send_loaded(effect.frames)
            case CloseConnection():
                log.info("closing", conn=effect.conn, reason=effect.reason)
                if effect.conn in self._connections:
                    self._connections[effect.conn].close(effect.code, effect.reason)
            case Commit():
                self._commit(effect.submissions)
            case Settle():
                self._committer.run(lambda: self._settle(effect))
            case _:
                self._start(effect)

    def _start(self, effect: LookUp | Authenticate | Load | Admit | Perform) -> None:
        """Begins work that answers with a fact; when the database cannot be read, that is the fact."""
        work: Coroutine[Any, Any, None]
        match effect:
            case LookUp():
                work = self._look_up(effect)
            case Authenticate():
                work = self._authenticate(effect)
            case Load():
                work = self._load(effect)
            case Admit():
                work = self._admit(effect)
            case Perform():
                work = self._perform(effect)
            case _:
                assert_never(effect)
        task = self._loop.create_task(self._guarded(work, effect.conn))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _guarded(self, work: Coroutine[Any, Any, None], conn: str) -> None:
        try:
            await work
        except Exception as error:  # noqa: BLE001 - told as a fact: this connection ends, the server goes on
            defect("work for a connection failed", error)
            self.post(Failed(conn))

    def _commit(self, submissions: list[Submission]) -> None:
        connection = self._connections.get(submissions[0].tag)
        if connection is not None:
            connection.submitted(len(submissions))
        self._committer.submit(submissions)

    def committed(self, done: Committed) -> None:
        """A batch is durable. Callable from any thread."""
        self._loop.call_soon_threadsafe(self._on_committed, done)

    def commit_failed(self, submissions: list[Submission], code: str) -> None:
        """Nothing of it was kept. Callable from any thread."""
        self._loop.call_soon_threadsafe(self._on_failed, submissions, code)

    def _on_committed(self, done: Committed) -> None:
        self.post(CommitDone(done))
        for tag, _ in done.results:
            connection = self._connections.get(tag)
            if connection is not None:
                connection.decided(1)

    def _on_failed(self, submissions: list[Submission], code: str) -> None:
        self.post(CommitFailed(submissions, code))
        for submission in submissions:
            connection = self._connections.get(submission.tag)
            if connection is not None:
                connection.decided(1)

    async def _look_up(self, wish: LookUp) -> None:
        # On the writing thread: after everything that the device's old connection had pushed.
        job = self._committer.run(lambda: self._store.outcomes(wish.device, wish.doubts))
        results, unknown = await asyncio.wrap_future(job)
        self.post(LookedUp(wish.conn, results, unknown))

    def _settle(self, wish: Settle) -> None:
        try:
            self._store.settle(wish.device, wish.below)
        except (StoreFull, StoreBroken) as error:
            defect("old outcomes were not forgotten", error)

    async def _authenticate(self, wish: Authenticate) -> None:
        self.post(await self._readers.authenticate(wish))

    async def _load(self, wish: Load) -> None:
        self.post(await self._readers.load(wish))

    async def _admit(self, wish: Admit) -> None:
        assert self._accounts is not None
        connection = self._connections.get(wish.conn)
        if connection is None:
            return
        try:
            answer: Granted | Refused = await self._accounts.admit(wish.message, connection.address)
        except StoreFull:
            answer = Refused("disk_full", "The server is full.", retry_after=5.0)
        if isinstance(answer, Refused):
            log.info("refused", conn=wish.conn, address=connection.address, code=answer.code)
        self.post(Admitted(wish.conn, answer))

    async def _perform(self, wish: Perform) -> None:
        assert self._requests is not None
        ended: list[str] = []
        answer: Granted | Refused | Any
        try:
            answer, ended = await self._requests.answer(wish)
        except StoreFull:
            answer = Refused("disk_full", "The server is full.", wish.request.re, 5.0)
        self.post(Answered(wish.conn, answer))
        if ended:
            self.post(DevicesEnded(ended))

    async def close(self) -> None:
        """Ends what is still under way."""
        if self._timer is not None:
            self._timer.cancel()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
