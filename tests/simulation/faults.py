"""What goes wrong, and when: each fault at its own rate, on somebody by chance, until the faults are over."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from app.cache.interface import StorageFailed, StorageFull

if TYPE_CHECKING:
    from tests.simulation.client import Client
    from tests.simulation.world import World


class Faults:
    """Brings faults about by the rates of the plan."""

    def __init__(self, world: "World") -> None:
        self.world = world
        self.rng = world.rng
        self._unreachable: dict[str, float] = {}
        self._hanging = 0.0

    def begin(self) -> None:
        """From here on things go wrong."""
        rates = self.world.plan.rates
        deeds: dict[str, Callable[[], None]] = {
            "cut": self._cut,
            "stall": self._stall,
            "slow_reader": self._slow_reader,
            "client_crash": self._client_crash,
            "client_sleep": self._client_sleep,
            "client_disk": self._client_disk,
            "client_clock": self._client_clock,
            "cache_damage": self._cache_damage,
            "server_crash": self.world.server.crash,
            "server_stop": self.world.server.stop,
            "server_disk": self._server_disk,
        }
        for name, deed in deeds.items():
            rate: float = getattr(rates, name)
            if rate:
                self._again(rate, deed, first=True)
        if self.world.plan.roll_back:
            client = self._somebody()
            copied = self.rng.uniform(0.0, self.world.plan.seconds / 2)
            self.world.timeline.after(copied, client.keep_copy)
            self.world.timeline.after(self.rng.uniform(copied, self.world.plan.seconds), client.go_back)

    def end(self) -> None:
        """Everything is whole again; who was away comes back."""
        self._unreachable.clear()
        self._hanging = 0.0
        self.world.server.full_until = 0.0
        for client in self.world.clients:
            client.failure = None
            if client.engine is not None and client.cache.is_damaged:
                client.begin_anew()  # a check of the whole file finds it
        for connection in self.world.connections:
            for pipe in (connection.up, connection.down):
                pipe.spacing = 0.0

    def is_unreachable(self, client: "Client") -> bool:
        """Whether this client has no network at the moment."""
        return self.world.timeline.now < self._unreachable.get(client.name, 0.0)

    def dial_s(self) -> float:
        """How much longer a connection takes."""
        return self._hanging

    def _again(self, rate: float, deed: Callable[[], None], *, first: bool = False) -> None:
        if self.world.quiet:
            return
        if not first:
            deed()
        self.world.timeline.after(self.rng.expovariate(rate), self._step, rate, deed)

    def _step(self, rate: float, deed: Callable[[], None]) -> None:
        self._again(rate, deed)

    def _somebody(self) -> "Client":
        return self.rng.choice(self.world.clients)

    # -- faults ------------------------------------------------------------------------------------------------------

    def _cut(self) -> None:
        client = self._somebody()
        if self.rng.random() < 0.3:
            self._unreachable[client.name] = self.world.timeline.now + self.rng.uniform(0.1, 10.0)
        if client.connection is not None and client.connection.is_whole:
            self.world.count("cut")
            if client.connection.up.under_way or client.connection.down.under_way:
                self.world.count("cut with frames under way")
            self.world.cut(client.connection)

    def _stall(self) -> None:
        client = self._somebody()
        if client.connection is None:
            self._hanging = self.rng.choice((0.0, 0.0, 4.0))
            return
        self.world.count("stall")
        until = self.world.timeline.now + self.rng.choice((0.3, 3.0, 20.0))
        pipes = (client.connection.up, client.connection.down)
        for pipe in self.rng.choice((pipes, pipes[:1], pipes[1:])):
            pipe.stall(until)

    def _slow_reader(self) -> None:
        client = self._somebody()
        if client.connection is not None:
            client.connection.down.spacing = self.rng.choice((0.05, 0.5, 2.0))
            self.world.timeline.after(self.rng.uniform(1.0, 8.0), self._faster, client)

    def _faster(self, client: "Client") -> None:
        if client.connection is not None:
            client.connection.down.spacing = 0.0

    def _client_crash(self) -> None:
        self._somebody().crash()

    def _client_sleep(self) -> None:
        self._somebody().sleep(self.world.timeline.now + self.rng.choice((1.0, 7.0, 25.0)))

    def _client_disk(self) -> None:
        client = self._somebody()
        client.failure = StorageFull("full") if self.rng.random() < 0.7 else StorageFailed("error")
        self.world.timeline.after(self.rng.uniform(0.05, 5.0), self._disk_works, client)

    def _disk_works(self, client: "Client") -> None:
        client.failure = None

    def _client_clock(self) -> None:
        client = self._somebody()
        client.clock_error += self.rng.choice((-86_400.0, -5.0, 5.0, 3_600.0, 31_557_600.0))
        client.clock_jumped = True
        self.world.count("clock jump")

    def _cache_damage(self) -> None:
        client = self._somebody()
        if client.engine is not None:
            client.cache.damage()

    def _server_disk(self) -> None:
        server = self.world.server
        server.failure = self.rng.choice(("full", "full", "broken", "broken_but_kept"))
        server.full_until = self.world.timeline.now + self.rng.uniform(0.05, 4.0)
