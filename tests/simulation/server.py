"""The simulated server: the real hub on the memory store; its shell carries out wishes late and dies anywhere."""

import hashlib
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from app.hub import events
from app.hub.facts import Submission
from app.hub.fence import Fence
from app.hub.hub import Hub
from app.hub.loading import perform
from app.model.change import change_hash, decode_change
from app.protocol.codec import decode_from_client, decode_from_server, encode
from app.protocol.messages import Answer, Granted, Hello, Ping, Push, Refused, Snapshot
from app.store.interface import Account, Invite, StoreBroken, StoreFull
from app.store.memory import MemoryStore
from tests.simulation.network import Connection

if TYPE_CHECKING:
    from tests.simulation.world import World

WORKSPACE = "11111111-1111-4111-8111-111111111111"


class Line:
    """The server's end of a connection: the queue before the socket, and what is left unread."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.queue: deque[bytes] = deque()
        self.allowed = 0
        self.lagging = False
        self.uncommitted = 0
        self.unread: deque[bytes] = deque()
        self.measured_late = 0.0
        self.closing = False


class Server:
    """One server over all its runs; `store` is what survives."""

    def __init__(self, world: "World") -> None:
        self.world = world
        self.rng = world.rng
        self.timeline = world.timeline
        self.store = MemoryStore(world.new_id)
        self.store.found(WORKSPACE, "Harbour Studio", self.timeline.now)
        self.up = False
        self.run = 0
        self.full_until = 0.0
        self.hub: Hub
        self.lines: dict[str, Line] = {}
        self._work: deque[Submission | Callable[[], None]] = deque()
        self._working = False
        self._told_at = 0.0
        self._tick_at = 0.0
        self._stopping = False
        self.failure: str = ""
        self.start()

    def invite(self, name: str, device: str, role: str, user: str = "") -> str:
        """Makes an account with a device, or gives an account another one; answers the user."""
        now, token = self.timeline.now, hashlib.sha256(device.encode()).digest()
        if user:
            self.store.add_device(user, device, token, name, now)
            return user
        user = self.world.new_id()
        self.store.add_invite(Invite(token, role, 1, now + 1_000, user))
        account = Account(user, f"{name.lower()}@example.org", "x", role)
        self.store.take_invite(token, account, name, device, token, name, now)
        return user

    # -- life --------------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """A new run on what is durable."""
        self.run += 1
        self.hub = Hub(f"node {self.run}", "simulated")
        self.fence = Fence()
        self.up, self._stopping, self._working = True, False, False
        self._told_at = self._tick_at = 0.0
        self._reading = 0

    def crash(self) -> None:
        """The process dies now; what a commit had made durable stays."""
        if not self.up:
            return
        world = self.world
        world.count("server crash")
        world.trace("server", "crash", "")
        self.up = False
        self.run += 1
        self.store = self.store.crash()
        self._work.clear()
        for line in list(self.lines.values()):
            self._hang_up(line, said=False)
        self.lines.clear()
        world.after_faults(self.rng.uniform(0.1, 6.0), self.start)

    def stop(self) -> None:
        """SIGTERM: nobody new comes in, what was accepted is committed, everybody is told."""
        if self.up and not self._stopping:
            self.world.count("server stop")
            self._stopping = True
            self._do(0.0, self._drain)

    def _drain(self) -> None:
        if self._work or self._working:
            self._do(0.01, self._drain)
            return
        self.handle(events.Draining({name: self.rng.uniform(0.0, 3.0) for name in self.lines}))
        self._do(1.0, self._stopped)

    def _stopped(self) -> None:
        self.up = False
        self.run += 1
        self.store = self.store.crash()
        for line in list(self.lines.values()):
            self._hang_up(line, said=True)
        self.lines.clear()
        self.world.after_faults(self.rng.uniform(0.1, 3.0), self.start)

    @property
    def is_idle(self) -> bool:
        """Whether nothing is to be written, read or sent."""
        return not (self._work or self._working or self._reading or any(line.queue for line in self.lines.values()))

    @property
    def accepts(self) -> bool:
        """Whether a new connection is taken."""
        return self.up and not self._stopping

    def _hang_up(self, line: Line, *, said: bool) -> None:
        at = line.connection.end_by_server(said=said)
        if at is not None:
            self.timeline.at(at, self.world.client_lost, line.connection)

    def _do(self, delay: float, act: Callable[..., None], *arguments: Any) -> None:
        """Lets something happen later in this run, if it lives so long."""
        self.timeline.after(delay, self._if_alive, self.run, act, arguments)

    def _if_alive(self, run: int, act: Callable[..., None], arguments: tuple[Any, ...]) -> None:
        if run == self.run:
            act(*arguments)

    def _tell(self, event: events.Event) -> None:
        """A fact from the writer's thread: told later, in the order of its work."""
        delay = self.rng.uniform(*self.world.plan.commit)
        self._told_at = max(self._told_at, self.timeline.now + delay)
        self._do(self._told_at - self.timeline.now, self.handle, event)

    # -- the engine --------------------------------------------------------------------------------------------------

    def handle(self, event: events.Event) -> None:
        """One step of the hub, and what it wishes."""
        world = self.world
        run = self.run
        effects = self.hub.handle(event, self.timeline.now)
        for effect in effects:
            if world.strikes("server_step_crash"):
                self.crash()
            if run != self.run:
                return
            world.trace("server", "wish", effect)
            self._carry(effect)
        self._set_tick()

    def _set_tick(self) -> None:
        at = self.hub.next_deadline()
        if at is not None and (self._tick_at <= self.timeline.now or at < self._tick_at):
            self._tick_at = at
            self._do(max(0.0, at - self.timeline.now), self._tick, at)

    def _tick(self, at: float) -> None:
        if at == self._tick_at:
            self._tick_at = 0.0
            self.handle(events.Tick())

    def _carry(self, effect: events.Effect) -> None:  # noqa: C901 - one case a wish
        match effect:
            case events.Send():
                for conn in effect.conns:
                    self._send(conn, effect.frame)
            case events.SendLoaded():
                line = self.lines.get(effect.conn)
                if line is not None:
                    line.allowed += len(effect.frames)
                    for frame in effect.frames:
                        self._send(effect.conn, frame)
            case events.CloseConnection():
                line = self.lines.get(effect.conn)
                if line is not None:
                    line.closing = True
                    self._finish(line)
            case events.Authenticate():
                self._do(self._read_s(), self._authenticate, effect)
            case events.LookUp():
                self._queue(lambda: self._tell(self._looked_up(effect)))
            case events.Settle():
                self._queue(lambda: self.store.settle(effect.device, effect.below))
            case events.Commit():
                self._submit(effect)
            case events.Load():
                self._reading += 1
                self._do(self._read_s(), self._load, effect)
            case events.Perform():
                self._queue(lambda: self._perform(effect))
            case events.Admit():
                raise AssertionError("nobody joins here")

    def _read_s(self) -> float:
        return self.rng.uniform(*self.world.plan.read)

    # -- sockets -----------------------------------------------------------------------------------------------------

    def accept(self, connection: Connection) -> None:
        """A socket opened."""
        self.lines[connection.name] = Line(connection)
        self.handle(events.Opened(connection.name))

    def hear(self, name: str, frame: bytes) -> None:
        """A frame arrived; beyond so many changes without an outcome it is left unread."""
        line = self.lines.get(name)
        if line is None or line.closing:
            return
        if line.unread or line.uncommitted >= self.world.plan.uncommitted_max:
            line.unread.append(frame)
            self.world.count("frames left unread")
            return
        self._read(line, frame)

    def _read(self, line: Line, frame: bytes) -> None:
        message = decode_from_client(frame)
        if isinstance(message, Hello | Ping):
            line.measured_late = self.timeline.now - line.connection.up.sent_at
        self.world.watch.up(line.connection, message)
        if isinstance(message, Push):
            line.uncommitted += len(message.changes)
        self.handle(events.Received(line.connection.name, message))

    def _read_on(self, line: Line) -> None:
        while line.unread and line.uncommitted < self.world.plan.uncommitted_max and not line.closing:
            self._read(line, line.unread.popleft())
            if line.connection.name not in self.lines:
                return

    def lost(self, connection: Connection) -> None:
        """The socket is gone, as the server's kernel says."""
        if self.lines.pop(connection.name, None) is not None:
            connection.server_open = False
            self.handle(events.Closed(connection.name))

    def _send(self, conn: str, frame: bytes) -> None:
        line = self.lines.get(conn)
        if line is None or line.closing:
            return
        if line.queue or len(line.connection.down.under_way) >= self.world.plan.window_frames:
            line.queue.append(frame)
            if not line.lagging and len(line.queue) > self.world.plan.queue_frames_max + line.allowed:
                line.lagging = True
                self.world.count("lag")
                self._do(0.0, self.handle, events.Lagging(conn))
        else:
            line.connection.down.send(frame)

    def drained(self, name: str) -> None:
        """A frame left the socket: there is room for the next."""
        line = self.lines.get(name)
        if line is None:
            return
        while line.queue and len(line.connection.down.under_way) < self.world.plan.window_frames:
            line.connection.down.send(line.queue.popleft())
        if not line.queue and line.lagging:
            line.lagging, line.allowed = False, 0
            self._do(0.0, self.handle, events.Drained(name))
        if line.closing:
            self._finish(line)

    def _finish(self, line: Line) -> None:
        """Closes once what is queued has left, or when that takes too long."""
        if not line.queue:
            self._shut(line)
        else:
            self._do(1.0, self._shut, line)

    def _shut(self, line: Line) -> None:
        if self.lines.get(line.connection.name) is line:
            del self.lines[line.connection.name]
            self._hang_up(line, said=True)
            self._do(0.0, self.handle, events.Closed(line.connection.name))

    # -- the store ---------------------------------------------------------------------------------------------------

    def _authenticate(self, wish: events.Authenticate) -> None:
        device = self.store.device(hashlib.sha256(wish.hello.token.encode()).digest())
        heads = self.store.heads(device.actor) if device is not None else {}
        self._do(self._read_s(), self.handle, events.Authenticated(wish.conn, device, heads))

    def _load(self, wish: events.Load) -> None:
        loaded = perform(wish, self.store, encode)
        self.world.watch.load(wish, loaded, self.store)
        self._do(self._read_s(), self._loaded, loaded)

    def _loaded(self, loaded: events.Loaded | events.LoadDenied) -> None:
        self._reading -= 1
        if isinstance(loaded, events.Loaded) and self.store.delta(loaded.channel, 0, 1).head.seq > loaded.head.seq:
            self.world.count("load raced by a commit")
            if isinstance(decode_from_server(loaded.frames[-1]) if loaded.frames else None, Snapshot):
                self.world.count("snapshot raced by a commit")
        self.handle(loaded)

    def _looked_up(self, wish: events.LookUp) -> events.LookedUp:
        results, unknown = self.store.outcomes(wish.device, wish.doubts)
        self.world.count("in doubt answered", len(results))
        self.world.count("in doubt unknown", len(unknown))
        return events.LookedUp(wish.conn, results, unknown)

    def _perform(self, wish: events.Perform) -> None:
        answer: Answer | Granted | Refused
        if wish.request.do == "renew":
            device, actor = self.world.new_id(), wish.device.actor
            token = hashlib.sha256(device.encode()).digest()
            self.store.add_device(actor.user, device, token, "renewed", self.timeline.now)
            answer = Granted(device, actor.user, device, actor.workspace)
        else:
            answer = Answer(wish.request.re, {"members": len(self.store.members())})
        self._tell(events.Answered(wish.conn, answer))

    def _submit(self, wish: events.Commit) -> None:
        for submission in wish.submissions:
            self._queue(submission)

    def _queue(self, work: Submission | Callable[[], None]) -> None:
        self._work.append(work)
        if not self._working:
            self._working = True
            self._do(self.rng.uniform(*self.world.plan.commit), self._write)

    def _write(self) -> None:
        """The writer's thread takes what is there: changes up to the next job, or the job."""
        batch: list[Submission] = []
        while self._work and len(batch) < self.world.plan.batch_max:
            work = self._work[0]
            if isinstance(work, Submission):
                batch.append(work)
                self._work.popleft()
                continue
            if not batch:
                self._work.popleft()
                work()
            break
        if batch:
            self._commit(self._in_turns(batch))
        if self._work:
            self._do(self.rng.uniform(*self.world.plan.commit), self._write)
        else:
            self._working = False

    def _in_turns(self, batch: list[Submission]) -> list[Submission]:
        """Changes of one connection stay in order; whose turn comes when is chance."""
        queues: dict[str, deque[Submission]] = {}
        for one in batch:
            queues.setdefault(one.tag, deque()).append(one)
        turns = [one.tag for one in batch]
        self.rng.shuffle(turns)
        return [queues[tag].popleft() for tag in turns]

    def _commit(self, batch: list[Submission]) -> None:
        world = self.world
        if world.strikes("commit_crash"):
            world.count("crash before commit")
            self.crash()
            return
        batch, stopped = self.fence.passed(batch)
        for code, submissions in stopped.items():
            self._tell(events.CommitFailed(submissions, code))
            self._decided(submissions)
        if not batch:
            return
        failure = self.failure if self.timeline.now < self.full_until else ""
        if world.strikes("commit_fails"):
            failure = self.rng.choice(("full", "broken", "broken_but_kept"))
        if failure:
            self.store.fail_next(failure)  # type: ignore[arg-type]
        recorded = self._recorded(batch)
        try:
            done = self.store.commit(batch, self.timeline.now)
        except (StoreFull, StoreBroken) as error:
            code = "disk_full" if isinstance(error, StoreFull) else "storage"
            world.count(f"commit failed: {code}")
            if failure == "broken_but_kept":
                world.count("commit failed, but kept")
                world.ledger.submitted(batch, self, recorded)
            self.fence.fell(batch, code)
            self._tell(events.CommitFailed(batch, code))
        else:
            world.ledger.submitted(batch, self, recorded)
            if world.strikes("commit_crash"):
                world.count("crash after commit")
                self.crash()
                return
            self._tell(events.CommitDone(done))
        self._decided(batch)

    def _decided(self, batch: list[Submission]) -> None:
        for one in batch:
            line = self.lines.get(one.tag)
            if line is not None:
                line.uncommitted -= 1
                if line.unread:
                    self._do(0.0, self._read_on, line)

    def _recorded(self, batch: list[Submission]) -> set[tuple[str, int]]:
        """Which of these were decided before: sent twice, decided once."""
        known: set[tuple[str, int]] = set()
        for one in batch:
            numbers = decode_change(one.sent).numbers
            found = self.store.outcomes(one.device, [(n, change_hash(one.sent)) for n in numbers])[0]
            if found:
                self.world.count("resent")
                known.update((one.device, result.n) for result in found)
        return known
