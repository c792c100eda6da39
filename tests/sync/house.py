"""A small house for stories: real engines and a real hub on memory files, one step at a time, no faults by itself."""

import copy
import hashlib
import random
import uuid
from collections import deque
from typing import Any

import msgspec

from app.cache.interface import StorageFull
from app.cache.memory import MemoryCache, MemoryOutbox
from app.hub import events as hub_events
from app.hub.events import Admit, Authenticate, CloseConnection, Commit, LookUp, Perform, SendLoaded, Settle
from app.hub.events import Load as HubLoad
from app.hub.fence import Fence
from app.hub.hub import Hub
from app.hub.loading import perform
from app.model.change import Refusal
from app.protocol.codec import decode_from_client, decode_from_server, encode
from app.protocol.messages import Hello
from app.store.interface import Account, Invite, StoreFull
from app.store.memory import MemoryStore
from app.sync import events
from app.sync.engine import Engine, Identity, Start
from app.sync.fence import Fence as JournalFence

WORKSPACE = "11111111-1111-4111-8111-111111111111"


def new_id(rng: random.Random) -> str:
    """A version 4 UUID from a seeded generator."""
    return str(uuid.UUID(int=rng.getrandbits(128), version=4))


class Server:
    """The hub on a memory store; what it wishes is carried out at once."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.store = MemoryStore(lambda: new_id(rng))
        self.store.found(WORKSPACE, "Harbour Studio", 1.0)
        self.hub = Hub("node", "test")
        self.fence = Fence()
        self.up = True
        self.sent_kinds: list[str] = []

    def invite(self, name: str, device: str, now: float, role: str = "member") -> str:
        user = new_id(self.rng)
        secret = hashlib.sha256(device.encode()).digest()
        self.store.add_invite(Invite(secret, role, 1, now + 1000, user))
        account = Account(user, f"{name.lower()}@example.org", "x", role)
        self.store.take_invite(secret, account, name, device, hashlib.sha256(device.encode()).digest(), "", now)
        return user


class Person:
    """One profile: an engine, its two files, and what its faces were told."""

    def __init__(self, house: "House", name: str) -> None:
        self.house, self.name = house, name
        self.device = new_id(house.rng)
        self.user = house.server.invite(name, self.device, house.now)
        self.cache, self.outbox = MemoryCache(), MemoryOutbox()
        self.told: list[events.Tell] = []
        self.answers: dict[int, events.Answer] = {}
        self.timers: dict[str, float] = {}
        self.conn: str | None = None
        self.next_re = 0
        self.engine: Engine
        self.clock_error = 0.0

    def start(self) -> "Person":
        contents = self.outbox.load()
        self.fence = JournalFence()
        start = Start(self.cache.open_channels(), self.cache.applied(), contents)
        identity = Identity(self.device, self.user, WORKSPACE, run=new_id(self.house.rng))
        self.engine = Engine(identity, start)
        self.house.carry(self, self.engine.begin(self.house.now + self.clock_error))
        return self

    def give(self, fact: events.Fact) -> None:
        if isinstance(fact, events.Renewed):
            self.device = fact.device
        self.house.carry(self, self.engine.handle(fact, self.house.now + self.clock_error))

    def ask(self, verb: str, kind: str, *items: str, **arguments: Any) -> dict[str, Any]:
        self.next_re += 1
        ids = [new_id(self.house.rng), new_id(self.house.rng)]
        self.give(events.Edited(self.next_re, verb, kind, list(items), ids, **arguments))
        self.house.settle_disk(self)
        answer = self.answers[self.next_re]
        if answer.error:
            raise answer.error
        return answer.result

    def make(self, kind: str, **fields: Any) -> str:
        return str(self.ask("create", kind, fields=fields)["item"])

    def want(self, what: str, key: str, field: str = "") -> None:
        self.next_re += 1
        self.give(events.Wanted(self.next_re, what, key, field))
        self.house.run()
        assert self.next_re in self.answers

    def names(self, event: str) -> list[dict[str, Any]]:
        return [tell.fields for tell in self.told if tell.name == event]


class House:
    """Everybody and the server; `run` goes on until nothing is left to do (timers fire only by `pass_time`)."""

    def __init__(self, *names: str, seed: int = 1) -> None:
        self.rng = random.Random(seed)
        self.now = 1_000_000.0
        self.server = Server(self.rng)
        self.people = {name: Person(self, name) for name in names}
        self.queue: deque[tuple[Person | None, Any]] = deque()
        self.by_conn: dict[str, Person] = {}
        self.conns = 0
        for person in self.people.values():
            person.start()
        self.run()

    def __getitem__(self, name: str) -> Person:
        return self.people[name]

    # -- the clients' shell ------------------------------------------------------------------------------------------

    def carry(self, person: Person, effects: list[events.Effect]) -> None:
        for effect in effects:
            self._carry(person, effect)

    def _carry(self, person: Person, effect: events.Effect) -> None:
        match effect:
            case events.Connect():
                self._connect(person)
            case events.Disconnect():
                self.drop(person, tell=False)
            case events.Send():
                self._send(person, effect)
            case events.SetTimer():
                person.timers.pop(effect.name, None)
                if effect.delay is not None:
                    person.timers[effect.name] = self.now + effect.delay
            case events.Append():
                self.queue.append((person, self._append(person, effect)))
            case events.WriteCache():
                person.cache.write(effect.batch)
                self.queue.append((person, events.CacheWritten(effect.token)))
            case events.ForgetApplied():
                person.cache.forget_applied(effect.numbers)
            case events.Load():
                self.queue.append((person, self._load(person, effect)))
            case events.Renew():
                self._renew(person)
            case events.GoOn():
                self.queue.append((person, events.Command("continue")))
            case events.Answer():
                person.answers[effect.re] = effect
            case events.Tell():
                person.told.append(effect)
            case _:
                pass

    def _renew(self, person: Person) -> None:
        device = new_id(self.rng)
        token = hashlib.sha256(device.encode()).digest()
        self.server.store.add_device(person.user, device, token, "", self.now)
        self.queue.append((person, events.Renewed(device)))

    def copy(self, person: Person, name: str) -> Person:
        """A copy of somebody's profile, as on another computer; not started yet."""
        twin = copy.copy(person)
        twin.name, twin.conn, twin.told, twin.answers, twin.timers = name, None, [], {}, {}
        twin.cache, twin.outbox = copy.deepcopy(person.cache), copy.deepcopy(person.outbox)
        twin.outbox.crash()
        self.people[name] = twin
        return twin

    def _send(self, person: Person, effect: events.Send) -> None:
        message = effect.message
        if isinstance(message, Hello):
            message = msgspec.structs.replace(message, token=person.device)
        if person.conn is not None:
            self.queue.append((None, hub_events.Received(person.conn, decode_from_client(encode(message)))))

    def _append(self, person: Person, wish: events.Append) -> events.Appended | events.AppendFailed:
        if code := person.fence.stops(wish):
            return events.AppendFailed(wish.token, code)
        try:
            person.outbox.append(wish.records)
        except StorageFull:
            person.fence.fell(wish, "disk_full")
            return events.AppendFailed(wish.token, "disk_full")
        return events.Appended(wish.token)

    def _load(self, person: Person, load: events.Load) -> events.Loaded:
        cache = person.cache
        if load.what == "channel":
            kinds = ["workspace", "person", "project", "task", "label"]
            return events.Loaded(load, cache.rows(load.key, kinds), cache.counts_on(load.key))
        if load.what == "comments":
            return events.Loaded(load, cache.rows_on(load.key))
        if load.what == "row":
            row = cache.row(load.key)
            return events.Loaded(load, [row] if row else [])
        return events.Loaded(
            load, text=cache.text(load.key, load.field), ops=cache.ops(load.key, load.field, load.after)
        )

    def _connect(self, person: Person) -> None:
        if not self.server.up:
            self.queue.append((person, events.Dropped("unreachable", "no server", self.rng.random())))
            return
        self.conns += 1
        person.conn = f"c{self.conns}"
        self.by_conn[person.conn] = person
        self.queue.append((None, hub_events.Opened(person.conn)))
        self.queue.append((person, events.Opened()))

    def drop(self, person: Person, *, tell: bool = True) -> None:
        """The connection is cut; what is in flight of it is gone."""
        conn, person.conn = person.conn, None
        if conn is None:
            return
        self.by_conn.pop(conn, None)
        self.queue = deque(
            one for one in self.queue if not (one[0] is person and isinstance(one[1], events.Received | events.Opened))
        )
        self.queue = deque(one for one in self.queue if getattr(one[1], "conn", "") != conn)
        self.queue.append((None, hub_events.Closed(conn)))
        if tell:
            self.queue.append((person, events.Dropped("closed", "cut", self.rng.random())))

    # -- the server's shell ------------------------------------------------------------------------------------------

    def _serve(self, effects: list[hub_events.Effect]) -> None:
        store = self.server.store
        for effect in effects:
            match effect:
                case hub_events.Send():
                    for conn in effect.conns:
                        self._deliver(conn, effect.frame)
                case SendLoaded():
                    for frame in effect.frames:
                        self._deliver(effect.conn, frame)
                case CloseConnection():
                    person = self.by_conn.get(effect.conn)
                    if person is not None:
                        self.drop(person)
                case Authenticate():
                    device = store.device(hashlib.sha256(effect.hello.token.encode()).digest())
                    heads = store.heads(device.actor) if device else {}
                    self.queue.append((None, hub_events.Authenticated(effect.conn, device, heads)))
                case LookUp():
                    results, unknown = store.outcomes(effect.device, effect.doubts)
                    self.queue.append((None, hub_events.LookedUp(effect.conn, results, unknown)))
                case Settle():
                    store.settle(effect.device, effect.below)
                case Commit():
                    self._commit(effect)
                case HubLoad():
                    self.queue.append((None, perform(effect, store, encode)))
                case Perform() | Admit():
                    raise Refusal("not_available", "not in this house")

    def _commit(self, wish: Commit) -> None:
        batch, stopped = self.server.fence.passed(wish.submissions)
        for code, submissions in stopped.items():
            self.queue.append((None, hub_events.CommitFailed(submissions, code)))
        if not batch:
            return
        try:
            self.queue.append((None, hub_events.CommitDone(self.server.store.commit(batch, self.now))))
        except StoreFull:
            self.server.fence.fell(batch, "disk_full")
            self.queue.append((None, hub_events.CommitFailed(batch, "disk_full")))

    def _deliver(self, conn: str, frame: bytes) -> None:
        person = self.by_conn.get(conn)
        if person is not None:
            message = decode_from_server(frame)
            self.server.sent_kinds.append(type(message).__name__)
            self.queue.append((person, events.Received(message)))

    # -- time --------------------------------------------------------------------------------------------------------

    def step(self) -> bool:
        if not self.queue:
            return False
        person, fact = self.queue.popleft()
        if person is None:
            self._serve(self.server.hub.handle(fact, self.now))
        elif isinstance(fact, events.Received) and person.conn is None:
            pass
        else:
            person.give(fact)
        return True

    def run(self, steps_max: int = 100_000) -> None:
        """Until nothing is left to do."""
        for _ in range(steps_max):
            if not self.step():
                return
        raise AssertionError("the house does not come to rest")

    def settle_disk(self, person: Person) -> None:
        """Until this person's files have answered."""
        for place, (who, fact) in enumerate(list(self.queue)):
            if who is person and isinstance(fact, events.Appended | events.AppendFailed | events.Loaded):
                del self.queue[place]
                person.give(fact)
                self.settle_disk(person)
                return

    def pass_time(self, seconds: float) -> None:
        """Let timers fire in their order, once what happened before is done."""
        self.run()
        end = self.now + seconds
        while True:
            due = [(at, name, who) for who in self.people.values() for name, at in who.timers.items() if at <= end]
            hub_at = self.server.hub.next_deadline()
            if hub_at is not None and hub_at <= end and (not due or hub_at < min(due, key=lambda one: one[0])[0]):
                self.now = max(self.now, hub_at)
                self._serve(self.server.hub.handle(hub_events.Tick(), self.now))
            elif due:
                at, name, who = min(due, key=lambda one: (one[0], one[1], one[2].name))
                self.now = max(self.now, at)
                who.timers.pop(name)
                who.give(events.TimerFired(name))
            else:
                break
            self.run()
        self.now = end
