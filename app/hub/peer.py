"""A connection as the engine knows it: how far its handshake is, who it is, how far it has each channel."""

from dataclasses import dataclass, field
from enum import Enum

from app.hub.bounds import Budget
from app.hub.facts import Device
from app.protocol.limits import MESSAGES_PER_S_MAX
from app.protocol.messages import Hello


class Phase(Enum):
    """How far the handshake is."""

    NEW = "nothing valid was said yet"
    ADMITTING = "an invite or a password is being looked at"
    AUTHENTICATING = "a token is being looked at"
    DOUBTING = "welcomed; what became of its changes in doubt is being looked up, no channel is sent yet"
    SESSION = "all is open"
    ENDED = "told to go; what it still says is not heard"


class Flow(Enum):
    """How a channel reaches a reader."""

    LIVE = "committed entries go out directly"
    BEHIND = "waits for its turn to be loaded"
    LOADING = "a load is under way; what is committed meanwhile comes with the next one"


@dataclass(slots=True)
class Stream:
    """One channel of one reader: what was sent up to `seq`, or will be once the queue is empty.

    `access` is the channel's access number at which the right to read was last granted; `known` says that it stands.
    `told` says that the reader knows of the channel, `asked` that only the store may answer for it. `hash` is the
    reader's own at `seq`, before the first load. `checks` wait for the stream to be live, `begun` says that something
    of it was sent since the reader last asked for it.
    """

    channel: str
    seq: int = 0
    epoch: str = ""
    hash: int | None = None
    access: int = 0
    flow: Flow = Flow.BEHIND
    known: bool = False
    told: bool = False
    asked: bool = False
    snapshot: bool = False
    texts: list[tuple[str, str, int]] = field(default_factory=list)
    checks: list[int] = field(default_factory=list)
    ticket: int = 0
    begun: bool = False


class Peer:
    """One connection. `uncommitted` counts submissions without a result, `requests` those without an answer.

    `failures` counts the failed commits that it was told of; `held` are the numbers of changes that it was asked to
    send again, with the code.
    """

    def __init__(self, conn: str, now: float) -> None:
        self.conn = conn
        self.phase = Phase.NEW
        self.since = self.heard = now
        self.pinged = False
        self.attempts = 0
        self.budget = Budget(MESSAGES_PER_S_MAX, MESSAGES_PER_S_MAX, now)
        self.hello: Hello | None = None
        self.run = ""
        self.revoked = False
        self.device: Device | None = None
        self.offset = 0.0
        self.generation = 0
        self.streams: dict[str, Stream] = {}
        self.behind: dict[str, None] = {}
        self.founded: list[str] = []
        self.loads = 0
        self.tickets = 0
        self.lagging = False
        self.missed: dict[tuple[str, str], bytes] = {}
        self.uncommitted = 0
        self.failures = 0
        self.requests = 0
        self.held: dict[int, str] = {}

    @property
    def identity(self) -> Device:
        """The device behind a session."""
        assert self.device is not None
        return self.device

    @property
    def in_session(self) -> bool:
        """Whether the handshake is done, so that pushes and requests are heard."""
        return self.phase in (Phase.DOUBTING, Phase.SESSION)


class Violation(Exception):
    """What no honest client does: this connection ends, with one of the codes of `farewell`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code
