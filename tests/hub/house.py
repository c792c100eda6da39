"""A server without network and disk: the real engine on the memory store, carried out step by step by a test."""

import itertools
import uuid
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from app.hub.events import (
    Admit,
    Admitted,
    Answered,
    Authenticate,
    Authenticated,
    CloseConnection,
    Closed,
    Commit,
    CommitDone,
    CommitFailed,
    Effect,
    Event,
    Load,
    LookedUp,
    LookUp,
    Opened,
    Perform,
    Received,
    Send,
    SendLoaded,
    Settle,
    Tick,
)
from app.hub.facts import Submission
from app.hub.fence import Fence
from app.hub.hub import Hub
from app.hub.loading import perform
from app.model.change import Change, encode_change
from app.protocol.codec import Encoder, decode_from_server
from app.protocol.messages import Answer, ClientMessage, Hello, Ping, Pong, Push, Refused, ServerMessage
from app.store.interface import Account, Invite, StoreBroken, StoreFull
from app.store.memory import MemoryStore

M = TypeVar("M")
WORKSPACE = "11111111-1111-4111-8111-111111111111"
CLOCK = 1_800_000_000.0


@dataclass
class Line:
    """One connection's other end: what came, and how it was closed."""

    conn: str
    came: list[ServerMessage] = field(default_factory=list)
    closed: str | None = None

    def of(self, kind: type[M]) -> list[M]:
        """The messages of a type that came, in order."""
        return [message for message in self.came if isinstance(message, kind)]


class House:
    """Carries out effects at once, but for the kinds in `held`, which wait for `release`."""

    def __init__(self) -> None:
        self.now = CLOCK
        self._ids = itertools.count(1)
        self.store = MemoryStore(self.uuid)
        self.store.found(WORKSPACE, "Office", self.now)
        self.hub = Hub("node", "1.0")
        self.fence = Fence()
        self.lines: dict[str, Line] = {}
        self.held: set[type[Effect]] = set()
        self.waiting: deque[Effect] = deque()
        self.loads = 0

    def uuid(self) -> str:
        return str(uuid.UUID(int=next(self._ids), version=4))

    # -- people ------------------------------------------------------------------------------------------------------

    def join(self, name: str, role: str = "member") -> tuple[str, str]:
        """Makes an account with one device; answers device and token."""
        user, device = self.uuid(), self.uuid()
        self.store.add_invite(Invite(name.encode(), role, 1, self.now + 60, ""))
        account = Account(user, f"{name}@example.org", "", role)
        done = self.store.take_invite(name.encode(), account, name, device, device.encode(), "laptop", self.now)
        self.happen(CommitDone(done))
        return user, device

    def open(self) -> Line:
        conn = f"c{next(self._ids)}"
        line = self.lines[conn] = Line(conn)
        self.happen(Opened(conn))
        return line

    def connect(self, device: str, **hello: object) -> Line:
        line = self.open()
        self.say(line, Hello(device, device, (1, 1), self.now, **hello))  # type: ignore[arg-type]
        return line

    def say(self, line: Line, message: ClientMessage) -> None:
        self.happen(Received(line.conn, message))

    def push(self, line: Line, *changes: Change) -> None:
        self.say(line, Push([encode_change(change) for change in changes]))

    def hang_up(self, line: Line) -> None:
        self.happen(Closed(line.conn))

    # -- time --------------------------------------------------------------------------------------------------------

    def pass_time(self, seconds: float, *, answering: bool = True) -> None:
        """Lets time pass from deadline to deadline; lines answer pings unless told otherwise."""
        end = self.now + seconds
        while (at := self.hub.next_deadline()) is not None and at <= end:
            self.now = max(self.now, at)
            before = {conn: len(line.of(Ping)) for conn, line in self.lines.items()}
            self.happen(Tick())
            if answering:
                for conn, line in self.lines.items():
                    if len(line.of(Ping)) > before[conn]:
                        self.say(line, Pong(self.now, self.now))
        self.now = end

    # -- carrying out ------------------------------------------------------------------------------------------------

    def happen(self, event: Event) -> None:
        for effect in self.hub.handle(event, self.now):
            if type(effect) in self.held:
                self.waiting.append(effect)
            else:
                self._carry_out(effect)

    def release(self, count: int | None = None, choose: Callable[[Effect], bool] = lambda _: True) -> None:
        """Carries out held effects, the oldest first; what they bring about is held again."""
        chosen = [effect for effect in self.waiting if choose(effect)][:count]
        for effect in chosen:
            self.waiting.remove(effect)
            self._carry_out(effect)

    def _carry_out(self, effect: Effect) -> None:
        match effect:
            case Send():
                for conn in effect.conns:
                    self.lines[conn].came.append(decode_from_server(effect.frame))
            case SendLoaded():
                self.lines[effect.conn].came += [decode_from_server(frame) for frame in effect.frames]
            case CloseConnection():
                self.lines[effect.conn].closed = effect.reason
                self.happen(Closed(effect.conn))
            case Commit():
                self._commit(effect)
            case Load():
                self.loads += 1
                self.happen(perform(effect, self.store, Encoder()))
            case Authenticate():
                self.happen(self.authenticated(effect))
            case LookUp():
                self.happen(LookedUp(effect.conn, *self.store.outcomes(effect.device, effect.doubts)))
            case Settle():
                self.store.settle(effect.device, effect.below)
            case Admit():
                self.happen(Admitted(effect.conn, Refused("invite_invalid", "This invite is not known here.")))
            case Perform():
                self.happen(Answered(effect.conn, Answer(effect.request.re, {"did": effect.request.do})))

    def authenticated(self, wish: Authenticate) -> Authenticated:
        device = self.store.device(wish.hello.token.encode())
        heads = self.store.heads(device.actor) if device is not None else {}
        return Authenticated(wish.conn, device, heads)

    def _commit(self, wish: Commit) -> None:
        batch, stopped = self.fence.passed(wish.submissions)
        for code, submissions in stopped.items():
            self.happen(CommitFailed(submissions, code))
        if not batch:
            return
        try:
            done = self.store.commit(batch, self.now)
        except StoreFull:
            self._fell(batch, "disk_full")
        except StoreBroken:
            self._fell(batch, "storage")
        else:
            self.happen(CommitDone(done))

    def _fell(self, batch: list[Submission], code: str) -> None:
        self.fence.fell(batch, code)
        self.happen(CommitFailed(batch, code))


class Author:
    """Makes changes of one device, numbered."""

    def __init__(self, house: House, device: str) -> None:
        self._house, self._device, self._n = house, device, 0

    def change(self, channel: str, verb: str, kind: str, item: str, base: int = 0, **rest: object) -> Change:
        self._n += 1
        now = self._house.now
        return Change(self._n, channel, verb, kind, [item], base, now, now, "g", **rest)  # type: ignore[arg-type]

    def project(self, name: str = "Plans") -> tuple[str, Change]:
        item = self._house.uuid()
        return item, self.change(f"p:{item}", "create", "project", item, fields={"name": name})

    def task(self, project: str, title: str = "Task") -> tuple[str, Change]:
        item = self._house.uuid()
        return item, self.change(f"p:{project}", "create", "task", item, fields={"project": project, "title": title})
