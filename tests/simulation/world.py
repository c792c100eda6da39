"""One schedule: people, a server and what happens to them, all from a seed; then quiet, rest, and the checks."""

import hashlib
import traceback
import uuid
import zlib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from app.model.kinds import KINDS
from tests.simulation.checks import check
from tests.simulation.client import Client
from tests.simulation.describe import describe
from tests.simulation.faults import Faults
from tests.simulation.ledger import Ledger
from tests.simulation.network import Connection
from tests.simulation.plan import Plan, Rates, draw, in_force
from tests.simulation.server import Server
from tests.simulation.timeline import Timeline
from tests.simulation.watch import Watch
from tests.simulation.workload import Workload

START = 1_790_000_000.0
REST_S_MAX = 100.0
"""So soon after the last fault everything is at rest: the longest back-off, and as long for what it waits for."""
CALM_S = 12.0
"""So long nothing but signs of life may be said once all is at rest."""
NAMES = ("Sarah", "Mike", "Anna", "Tom", "Lea")


@dataclass
class Outcome:
    """What a schedule came to. `digest` differs when anything at all went otherwise."""

    seed: int
    faults: list[str]
    counts: Counter[str]
    digest: str
    steps: int
    simulated_s: float
    trace: list[str] = field(default_factory=list)


class World:
    """A seed's world."""

    kinds = tuple(KINDS)

    def __init__(self, seed: int, *, tracing: bool = False) -> None:
        self.seed = seed
        self.rng = Random(seed)
        self.plan: Plan = draw(self.rng)
        self.timeline = Timeline(START)
        self.counts: Counter[str] = Counter()
        self.faults: list[str] = []
        self.tracing = tracing
        self.lines: list[str] = []
        self.quiet = True
        self.clients: list[Client] = []
        self.ledger = Ledger()
        self.watch = Watch(self)
        self.connections: list[Connection] = []
        self._rates = Rates()
        self._connected = 0
        self._digest = 0
        self.server = Server(self)
        self.workload = Workload(self)
        self.trouble = Faults(self)

    # -- for everybody -----------------------------------------------------------------------------------------------

    def new_id(self) -> str:
        """A version 4 UUID by this seed's chance."""
        return str(uuid.UUID(int=self.rng.getrandbits(128), version=4))

    def count(self, what: str, by: int = 1) -> None:
        """Counts something rare."""
        self.counts[what] += by

    def say(self, fault: str) -> None:
        """Notes something that must not be."""
        self.faults.append(f"at {self.timeline.now - START:.3f}: {fault}")

    def strikes(self, rate: str) -> bool:
        """Whether a fault at a single step happens now."""
        chance: float = getattr(self._rates, rate)
        return chance > 0.0 and self.rng.random() < chance

    def after_faults(self, delay: float, act: Callable[[], None]) -> None:
        """What heals: after `delay`, but soon once the faults are over."""
        self.timeline.after(min(delay, 1.0) if self.quiet else delay, act)

    def trace(self, who: str, what: str, of: object) -> None:
        """Notes a step in the digest, and in words when asked to."""
        if self.tracing:
            self._digest = zlib.crc32(repr(of).encode(), self._digest)
            self.lines.append(f"{self.timeline.now - START:9.4f} {who:7} {what:5} {describe(of)}")

    def note(self, frame: bytes) -> None:
        """A frame arrived: it goes into the digest."""
        self._digest = zlib.crc32(frame, self._digest)

    # -- the network -------------------------------------------------------------------------------------------------

    def open_connection(self, client: Client) -> Connection | None:
        """A connection, or None when nobody answers."""
        if not self.server.accepts or self.trouble.is_unreachable(client):
            self.count("connection refused")
            return None
        self._connected += 1
        name = f"c{self._connected}"
        # A dead run's socket is nobody's: its frames fall on the floor.
        run = self.server.run
        connection: Connection

        def to_server(frame: bytes) -> None:
            self.note(frame)
            if self.server.run == run:
                self.server.hear(name, frame)

        def to_client(frame: bytes) -> None:
            self.note(frame)
            client.hear(connection, frame)
            if self.server.run == run:
                self.server.drained(name)

        connection = Connection(name, self.timeline, self.rng, self.plan.latency, to_server, to_client)
        self.connections = [one for one in self.connections if one.is_whole]
        self.connections.append(connection)
        self.server.accept(connection)
        self.timeline.after(0.0, self._reset_if_dead, client, connection, run)
        return connection

    def _reset_if_dead(self, client: Client, connection: Connection, run: int) -> None:
        if self.server.run != run and connection.name not in self.server.lines:
            client.lost(connection)

    def dial_s(self) -> float:
        """How long it takes until a connection stands, or is given up."""
        return self.rng.uniform(*self.plan.latency) + self.trouble.dial_s()

    def cut(self, connection: Connection) -> None:
        """The network tears a connection; both ends learn of it, each in its time."""
        at_client, at_server = connection.cut()
        self.timeline.at(at_client, self.client_lost, connection)
        self.timeline.at(at_server, self.server.lost, connection)

    def client_lost(self, connection: Connection) -> None:
        """A client's kernel says that its connection is gone."""
        for client in self.clients:
            client.lost(connection)

    def people_pending(self, client: Client) -> bool:
        """Whether a person's changes are not settled."""
        return client.engine is not None and client.engine.counts()[0] > 0

    # -- a schedule --------------------------------------------------------------------------------------------------

    def run(self) -> Outcome:
        """From the beginning to the checks."""
        plan = self.plan
        with in_force(plan):
            self._people()
            self.timeline.run_until(START + 3.0)
            self._begin_items()
            self.timeline.run_until(START + 6.0)
            self.quiet, self._rates = False, plan.rates
            self.trouble.begin()
            end = self.timeline.now + plan.seconds
            for client in self.clients:
                self.timeline.after(self.rng.expovariate(1 / plan.edit_every), self._act, client, end)
            self.timeline.run_until(end)
            self.quiet, self._rates = True, Rates()
            self.trouble.end()
            self._rest()
            self.faults += self._ended()
        digest = hashlib.sha256(
            f"{self._digest} {self.timeline.steps} {sorted(self.counts.items())}".encode()
        ).hexdigest()
        simulated = self.timeline.now - START
        return Outcome(self.seed, self.faults, self.counts, digest[:16], self.timeline.steps, simulated, self.lines)

    def _people(self) -> None:
        plan = self.plan
        for place in range(plan.clients):
            name, device = NAMES[place], self.new_id()
            shared = plan.shared_user and place == plan.clients - 1
            user = self.server.invite(
                name, device, "owner" if place == 0 else "member", self.clients[0].user if shared else ""
            )
            self.clients.append(Client(self, name, device, user, plan.clock_errors[place]))
        for client in self.clients:
            self.timeline.after(self.rng.uniform(0.0, 0.5), client.start)

    def _begin_items(self) -> None:
        first = self.clients[0]
        assert first.engine is not None
        self.workload.edit(first, "create", "project", fields={"name": "Plan"})
        for deed in (self.workload._task, self.workload._task, self.workload._label):
            deed(first)

    def _act(self, client: Client, end: float) -> None:
        if self.timeline.now >= end:
            return
        self.timeline.after(self.rng.expovariate(1 / self.plan.edit_every), self._act, client, end)
        if client.engine is not None and self.timeline.now >= client.asleep_until:
            self.workload.act(client)

    # -- quiet -------------------------------------------------------------------------------------------------------

    def _rest(self) -> None:
        """Goes on until everything is at rest and stays so. Nothing is asked for: it must come to rest by itself."""
        began = self.timeline.now
        for client in self.clients:
            if client.paused and client.engine is not None:
                client.do(0.0, self.workload._resume, client)
        while (why := self._restless()) and self.timeline.now < began + REST_S_MAX:
            self.timeline.run_until(self.timeline.now + 1.0)
        if why:
            self.say(f"not at rest after {REST_S_MAX:.0f} s: {why}")
            return
        self.counts["seconds until rest"] = int(self.timeline.now - began)
        self.timeline.run_until(self.timeline.now + 1.5)
        self.watch.calm = True
        self.timeline.run_until(self.timeline.now + CALM_S)
        if why := self._restless():
            self.say(f"no longer at rest: {why}")

    def _restless(self) -> str:
        """What is not at rest yet, '' when everything is."""
        if not self.server.accepts or not self.server.is_idle:
            return "the server works"
        for client in self.clients:
            engine = client.engine
            if engine is None or not client.disk.is_idle:
                return f"{client.name} starts or writes"
            if not engine.connected or not self._is_heard(client):
                return f"{client.name} is not connected"
            if engine.core.people.here.state == "typing":
                return f"{client.name} types"
            if engine.counts()[0]:
                return f"{client.name} has unsent changes"
            if client.unanswered:
                return f"{client.name} waits for an answer"
            if engine.intake.busy():
                return f"{client.name} takes something in"
        if any(pipe.holds_news for one in self.connections for pipe in (one.up, one.down) if one.is_whole):
            return "something is under way"
        return ""

    def _is_heard(self, client: Client) -> bool:
        """Whether a connection stands at both ends, so that nobody has yet to find out that it does not."""
        connection = client.connection
        if connection is None or self.timeline.now < client.asleep_until:
            return False
        stalled = connection.up.is_stalled or connection.down.is_stalled
        return connection.is_whole and connection.name in self.server.lines and not stalled

    def _ended(self) -> list[str]:
        """The checks, a refresh that finds nothing, and a start without a network that shows the same."""
        faults = check(self)
        if not faults and not self.faults:
            faults += self.watch.refreshed() + self.watch.started_offline()
        return faults


def run(seed: int, *, tracing: bool = False) -> Outcome:
    """One schedule. What an engine raises is a fault like any other, and ends it."""
    world = World(seed, tracing=tracing)
    try:
        return world.run()
    except Exception as error:  # noqa: BLE001 - whatever it is, it belongs to this seed
        where = traceback.extract_tb(error.__traceback__)[-1]
        world.say(f"{type(error).__name__} in {Path(where.filename).name}:{where.lineno}: {error}")
        return Outcome(seed, world.faults, world.counts, "", world.timeline.steps, 0.0, world.lines)
