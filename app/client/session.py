"""The engine's hands: carries out its wishes (socket, timers, files) and brings the facts back, in order."""

import asyncio
import itertools
import random
import time
import uuid
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any, Protocol, assert_never

import msgspec

from app.client.ordering import SaveOrder
from app.client.storage import CacheWriter, OutboxWriter
from app.client.timers import Timers
from app.client.transport import Connection, ConnectionFailed
from app.model.change import Refusal
from app.protocol.messages import Granted, Hello, Pong, Request, ServerMessage, Welcome
from app.sync.engine import Engine
from app.sync.events import (
    Answer,
    Append,
    CacheWritten,
    Command,
    Connect,
    Disconnect,
    Dropped,
    Edited,
    Effect,
    Fact,
    ForgetApplied,
    GoOn,
    Load,
    Opened,
    Received,
    Renew,
    Renewed,
    Send,
    SetTimer,
    Show,
    Tell,
    TimerFired,
    WriteCache,
)

Hear = Callable[[Tell | Show], None]
RENEWAL = 1 << 40
"""The number of the shell's own request; the engine's begin at 1."""

Broken = Callable[[BaseException], None]
Result = dict[str, Any]


class Ways(Protocol):
    """What a session needs of its surroundings."""

    async def dial(self) -> Connection:
        """A new connection to this profile's server. Raises ConnectionFailed."""
        ...

    def token(self) -> str:
        """This device's token."""
        ...

    async def renewed(self, granted: Granted) -> None:
        """Keep the profile's new identity."""
        ...


class Session:
    """One engine at work, from `begin` to `close`. All methods belong to the loop's thread.

    `broken` is told when the engine failed, which is a defect: everything saved is durable, and the program ends.
    """

    def __init__(self, engine: Engine, outbox: OutboxWriter, ways: Ways, hear: Hear, broken: Broken) -> None:
        self.engine = engine
        self.welcome: Welcome | None = None
        self.round_trip_s: float | None = None
        self._order = SaveOrder(outbox.append)
        self._cache: CacheWriter | None = None
        self._ways = ways
        self._hear = hear
        self._broken = broken
        self._loop = asyncio.get_running_loop()
        self._timers = Timers(self._ring)
        self._callers: dict[int, asyncio.Future[Result]] = {}
        self._numbers = itertools.count(1)
        self._effects: deque[Effect] = deque()
        self._carrying = False
        self._closed = False
        self._live: asyncio.Task[None] | None = None
        self._connection: Connection | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    # -- facts ---------------------------------------------------------------------------------------------------------

    def begin(self, cache: CacheWriter) -> None:
        """Start the engine; `cache` answers to this session's `fact`."""
        self._cache = cache
        self._carry(self.engine.begin(time.time()))

    def fact(self, fact: Fact) -> None:
        """Tell the engine, and carry out what it wishes. Nothing is told after `close`."""
        if isinstance(fact, CacheWritten):
            self._order.written(fact.token)
        if self._closed:
            return
        try:
            self._carry(self.engine.handle(fact, time.time()))
        except Exception as error:  # noqa: BLE001 - a defect of the engine must end the program, wherever it shows
            self._broken(error)

    def ask(self, make: Callable[[int], Fact]) -> asyncio.Future[Result]:
        """Tell the engine something that is answered. The fact is handled when this returns, the answer may come later.

        The future raises Refusal.
        """
        re = next(self._numbers)
        caller: asyncio.Future[Result] = self._loop.create_future()
        self._callers[re] = caller
        if self._closed:
            self._answer(Answer(re, {}, Refusal("storage", "The program is ending.")))
        else:
            self.fact(make(re))
        return caller

    def edit(self, verb: str, kind: str, items: list[str], **arguments: Any) -> asyncio.Future[Result]:
        """An edit; what it does is to be seen when this returns, and it is durable when the future is done."""
        ids = [str(uuid.uuid4()), str(uuid.uuid4())]
        return self.ask(lambda re: Edited(re, verb, kind, items, ids, **arguments))

    def cache_is_stuck(self) -> None:
        """The cache cannot be written for now: edits are saved all the same."""
        self._order.stop_waiting()

    def command(self, what: str) -> None:
        """A command that nobody waits for."""
        self.fact(Command(what))

    def _ring(self, name: str) -> None:
        self.fact(TimerFired(name))

    # -- wishes --------------------------------------------------------------------------------------------------------

    def _carry(self, effects: list[Effect]) -> None:
        """In the order of the wishes, also when a listener causes more of them meanwhile."""
        for effect in effects:
            if isinstance(effect, WriteCache):
                self._order.writing(effect)
        self._effects.extend(effects)
        if self._carrying:
            return
        self._carrying = True
        try:
            while self._effects:
                self._one(self._effects.popleft())
        finally:
            self._carrying = False

    def _one(self, effect: Effect) -> None:
        match effect:
            case Send():
                self._send(effect)
            case Append():
                self._order.append(effect)
            case WriteCache() | Load() | ForgetApplied():
                assert self._cache is not None
                self._cache.do(effect)
            case Tell() | Show():
                self._hear(effect)
            case Answer():
                self._answer(effect)
            case SetTimer():
                self._timers.set(effect.name, effect.delay)
            case GoOn():
                self._loop.call_soon(self.command, "continue")
            case Connect():
                self._hang_up()
                self._live = asyncio.create_task(self._talk(), name="talk with the server")
                self._keep_task(self._live)
            case Disconnect():
                self._hang_up()
            case Renew():
                self._keep(self._renew())
            case _:
                assert_never(effect)

    def _send(self, effect: Send) -> None:
        message = effect.message
        if isinstance(message, Hello):
            message = msgspec.structs.replace(message, token=self._ways.token())
        if self._connection is not None:
            self._connection.send(message)

    def _answer(self, answer: Answer) -> None:
        caller = self._callers.pop(answer.re, None)
        if caller is None or caller.done():
            return
        if answer.error is not None:
            caller.set_exception(answer.error)
            caller.exception()  # whoever does not wait for it need not hear of it
        else:
            caller.set_result(answer.result)

    # -- the connection ------------------------------------------------------------------------------------------------

    async def _talk(self) -> None:
        try:
            connection = self._connection = await self._ways.dial()
            self.fact(Opened())
            await connection.run(lambda message: self._received(connection, message))
        except ConnectionFailed as failed:
            self._talked(failed)
        except Exception:  # noqa: BLE001 - whatever ended it, the engine must hear of it, or it would wait for ever
            self._talked(ConnectionFailed("protocol", "The connection ended in a way that was not foreseen."))

    def _talked(self, failed: ConnectionFailed) -> None:
        if self._live is not asyncio.current_task():
            return  # it was given up by the engine: its end is no news
        self._hang_up()
        self.fact(Dropped(failed.code, failed.text, random.random()))

    def _received(self, connection: Connection, message: ServerMessage) -> None:
        if connection is not self._connection:
            return  # it was given up while this was on its way
        match message:
            case Welcome():
                self.welcome = message
            case Pong():
                self.round_trip_s = max(0.0, time.time() - message.clock)
            case Granted():
                self._keep(self._take_identity(message))
                return
            case _:
                pass
        self.fact(Received(message))

    def _hang_up(self) -> None:
        """Ends the connection and any attempt; what was queued for it may still leave."""
        connection, self._connection = self._connection, None
        live, self._live = self._live, None
        if live is not None and live is not asyncio.current_task():
            live.cancel()
        if connection is not None:
            self._keep(connection.close())

    async def _renew(self) -> None:
        if self._connection is not None:
            self._connection.send(Request(RENEWAL, "renew", {"device": str(uuid.uuid4())}))

    async def _take_identity(self, granted: Granted) -> None:
        await self._ways.renewed(granted)
        self.fact(Renewed(granted.device))

    # -- the end -------------------------------------------------------------------------------------------------------

    async def close(self) -> None:
        """Ends connection and timers; callers that still wait are refused. The files stay open."""
        self._closed = True
        self._timers.clear()
        self._hang_up()
        for re in list(self._callers):
            self._answer(Answer(re, {}, Refusal("storage", "The program is ending.")))
        while self._tasks:
            await asyncio.wait(self._tasks)

    def _keep(self, work: Awaitable[None]) -> None:
        async def run() -> None:
            await work

        self._keep_task(asyncio.create_task(run()))

    def _keep_task(self, task: asyncio.Task[None]) -> None:
        """A task must be held by somebody until it is done; a failure is not lost."""
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self._broken(error)
