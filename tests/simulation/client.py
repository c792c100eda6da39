"""A simulated client: the real engine over its files; its shell carries out wishes with delays and dies anywhere."""

import copy
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import msgspec

from app.cache.interface import StorageFailed, StorageFull
from app.cache.memory import MemoryCache, MemoryOutbox
from app.protocol.codec import decode_from_server, encode
from app.protocol.messages import Granted, Hello, Pong, Push, Request, Welcome
from app.sync import events
from app.sync.engine import Engine, Identity, Start
from app.sync.storage import AnyRecord
from tests.simulation.disk import Disk
from tests.simulation.network import Connection
from tests.simulation.server import WORKSPACE

if TYPE_CHECKING:
    from tests.simulation.world import World


class Client:
    """One profile over all its lives. `engine` is None while no process runs."""

    def __init__(self, world: "World", name: str, device: str, user: str, clock_error: float) -> None:
        self.world, self.name, self.user = world, name, user
        self.device = self.token = device
        self.devices = [device]
        self.clock_error = clock_error
        self.clock_jumped = False
        self.was_put_back = False
        self.cache, self.outbox = MemoryCache(), MemoryOutbox()
        self.engine: Engine | None = None
        self.disk: Disk
        self.life = 0
        self.connection: Connection | None = None
        self.asleep_until = 0.0
        self.failure: StorageFull | StorageFailed | None = None
        self.paused = False
        self.heard_at = 0.0
        self.here: events.HereIs | None = None
        self.unanswered: set[int] = set()
        self.numbers: dict[int, str] = {}
        self._dials = 0
        self._timers: dict[str, int] = {}
        self._timers_set = 0
        self._copy: tuple[MemoryCache, MemoryOutbox, str, set[tuple[str, int]]] | None = None

    @property
    def clock(self) -> float:
        """What this device takes for the time."""
        return self.world.timeline.now + self.clock_error

    def trace(self, what: str, of: object) -> None:
        """Notes a step."""
        self.world.trace(self.name, what, of)

    # -- life --------------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """A process begins on what the files hold."""
        if self.engine is not None:
            return
        self.trace("start", "")
        self.life += 1
        self.paused = False
        self.asleep_until = self.heard_at = 0.0
        self.here = None
        self.unanswered.clear()
        self._timers.clear()
        self._read_or_drop_cache()
        self.disk = Disk(self, self.outbox, self.cache)
        contents = self.outbox.load()
        self.world.ledger.restarted(self, contents.records)
        start = Start(self.cache.open_channels(), self.cache.applied(), contents)
        self.engine = Engine(Identity(self.device, self.user, WORKSPACE), start)
        self.carry(self.engine.begin(self.clock))

    def _read_or_drop_cache(self) -> None:
        if self.cache.is_damaged:
            self.world.count("cache damaged")
            self.cache = MemoryCache()

    def crash(self, *, power: bool | None = None, restart: bool = True) -> None:
        """The process dies now: killed, or the power goes and unflushed commits of the cache with it."""
        if self.engine is None:
            return
        world, rng = self.world, self.world.rng
        power = rng.random() < world.plan.power if power is None else power
        self.trace("crash", "power" if power else "kill")
        world.count("client crash by power" if power else "client crash")
        world.ledger.unheard(self, self.disk.not_told)
        if world.people_pending(self):
            world.count("crash with unsent changes")
        self.engine = None
        self.life += 1
        self._hang_up(said=False)
        self.outbox.crash()
        if power:
            lost = rng.randint(0, self.cache.unflushed)
            self.cache.crash(lost)
            if lost:
                world.count("cache commits lost", lost)
        if rng.random() < world.plan.lose_cache and not world.quiet:
            world.count("cache lost")
            self.cache = MemoryCache()
        if restart:
            world.after_faults(rng.choice((0.0, rng.uniform(0.05, 8.0))), self.start)

    def begin_anew(self) -> None:
        """The cache cannot be read: the shell ends the engine, drops the cache and begins anew."""
        self.world.count("cache damaged")
        self.world.ledger.unheard(self, self.disk.not_told)
        self.engine = None
        self.life += 1
        self._hang_up(said=True)
        self.outbox.crash()
        self.cache = MemoryCache()
        self.world.timeline.after(0.01, self.start)

    def keep_copy(self) -> None:
        """A backup of the profile is made, as it is now."""
        self._copy = (
            copy.deepcopy(self.cache),
            copy.deepcopy(self.outbox),
            self.device,
            self.world.ledger.settled(self),
        )

    def go_back(self) -> None:
        """The profile is put back from its backup (case 3)."""
        if self._copy is None:
            return
        self.crash(power=False, restart=False)
        self.world.count("profile put back")
        self.was_put_back = True
        self.trace("put back", "")
        self.cache, self.outbox, self.device, settled = self._copy
        self.token = self.device
        self.outbox.crash()
        self._copy = None
        self.world.ledger.went_back(self, settled)
        self.world.timeline.after(0.1, self.start)

    def sleep(self, until: float) -> None:
        """The machine is suspended: nothing of it happens before `until`."""
        if self.engine is None:
            return
        self.world.count("sleep")
        self.asleep_until = until
        if self.connection is not None:
            self.connection.down.stall(until)
        self.do(0.0, self.give, events.Command("wake"))

    def do(self, delay: float, act: Callable[..., None], *arguments: Any) -> None:
        """Lets something happen later in this life."""
        self.world.timeline.after(delay, self._if_alive, self.life, act, arguments)

    def _if_alive(self, life: int, act: Callable[..., None], arguments: tuple[Any, ...]) -> None:
        if life != self.life:
            return
        timeline = self.world.timeline
        if timeline.now < self.asleep_until:
            timeline.at(self.asleep_until, self._if_alive, life, act, arguments)
            return
        act(*arguments)

    # -- the engine --------------------------------------------------------------------------------------------------

    def give(self, fact: events.Fact, records: list[AnyRecord] | None = None) -> None:
        """One step of the engine; `records` are what became durable with it."""
        if self.engine is None:
            return
        self.trace("fact", fact)
        self.carry(self.engine.handle(fact, self.clock), records)

    def carry(self, effects: list[events.Effect], records: list[AnyRecord] | None = None) -> None:
        """Carries wishes out, and may die between any two."""
        world, life = self.world, self.life
        for effect in effects:
            if world.strikes("step_crash"):
                world.count("crash between two wishes")
                if records:
                    world.ledger.unheard(self, records)
                self.crash()
            if life != self.life:
                return
            self.trace("wish", effect)
            self._carry(effect)

    def _carry(self, effect: events.Effect) -> None:
        match effect:
            case events.Send():
                self._send(effect)
            case events.Append():
                self.world.ledger.appending(self, effect.records)
                self.disk.append(effect)
            case events.WriteCache() | events.Load() | events.ForgetApplied():
                if isinstance(effect, events.WriteCache):
                    self.world.watch.write(self, effect.batch)
                self.disk.do(effect)
            case events.Tell():
                self.world.ledger.told(self, effect)
            case events.Show():
                self.world.watch.show(self, effect)
            case events.Answer():
                self.unanswered.discard(effect.re)
                self.world.ledger.answered(self, effect)
            case events.SetTimer():
                self._set_timer(effect)
            case events.GoOn():
                self.do(0.0, self.give, events.Command("continue"))
                self.world.count("slice over")
            case events.Connect():
                self._connect()
            case events.Disconnect():
                self._hang_up(said=True)
            case events.Renew():
                self._send(events.Send(Request(1 << 40, "renew")))

    def _set_timer(self, effect: events.SetTimer) -> None:
        if effect.delay is None:
            self._timers.pop(effect.name, None)
            return
        self._timers_set += 1
        self._timers[effect.name] = self._timers_set
        self.do(effect.delay, self._ring, effect.name, self._timers_set)

    def _ring(self, name: str, number: int) -> None:
        if self._timers.get(name) == number:
            del self._timers[name]
            self.give(events.TimerFired(name))

    # -- the connection ----------------------------------------------------------------------------------------------

    def _connect(self) -> None:
        self._hang_up(said=True)
        self._dials += 1
        self.do(self.world.dial_s(), self._dialled, self._dials)

    def _dialled(self, number: int) -> None:
        if number != self._dials:
            return
        connection = self.world.open_connection(self)
        if connection is None:
            self.give(events.Dropped("unreachable", "No answer.", self.world.rng.random()))
            return
        self.connection = connection
        self.give(events.Opened())

    def _send(self, effect: events.Send) -> None:
        connection, message = self.connection, effect.message
        if connection is None:
            return
        if isinstance(message, Hello):
            message = msgspec.structs.replace(message, token=self.token)
        connection.up.send(encode(message))
        if isinstance(message, Push) and self.world.strikes("push_cut"):
            self.world.count("cut with a push under way")
            self.world.cut(connection)

    def _hang_up(self, *, said: bool) -> None:
        self._dials += 1
        connection, self.connection = self.connection, None
        if connection is not None and connection.client_open:
            at = connection.end_by_client(said=said)
            if at is not None:
                self.world.timeline.at(at, self.world.server.lost, connection)

    def hear(self, connection: Connection, frame: bytes) -> None:
        """A frame arrived."""
        if connection is not self.connection or self.engine is None:
            return
        message = decode_from_server(frame)
        self.world.watch.down(self, connection, message, len(frame))
        if isinstance(message, Granted):
            self.token = self.device = message.device
            self.devices.append(message.device)
            self.world.count("new identity")
            self.give(events.Renewed(message.device))
            return
        if isinstance(message, Welcome | Pong):
            self.heard_at = max(self.heard_at, message.server_time)
        self.give(events.Received(message))

    def lost(self, connection: Connection) -> None:
        """The kernel says that the connection is gone."""
        self.do(0.0, self._dropped, connection)

    def _dropped(self, connection: Connection) -> None:
        if connection is not self.connection:
            return
        self.connection = None
        connection.client_open = False
        self.give(events.Dropped("closed", "The connection was lost.", self.world.rng.random()))
