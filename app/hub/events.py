"""What the hub's engine hears (facts) and what it wishes (effects); the shell only carries them.

`conn` is the shell's name for a connection, never used twice; it is the name of the session in presence, too. All
times are Unix seconds of the server's clock, which does not go back.
"""

import msgspec

from app.hub.commit import Head
from app.hub.facts import Committed, Device, Submission
from app.model.change import Result
from app.model.roles import Actor
from app.protocol.messages import Answer, ClientMessage, Granted, Hello, Join, Refused, Request, SignIn

# -- facts -------------------------------------------------------------------------------------------------------------


class Opened(msgspec.Struct, frozen=True):
    """A client's socket is open; nothing was said yet."""

    conn: str


class Received(msgspec.Struct, frozen=True):
    """A whole frame came and was a message."""

    conn: str
    message: ClientMessage


class BadFrameReceived(msgspec.Struct, frozen=True):
    """A frame came that is no message; `reason` holds none of its content."""

    conn: str
    reason: str


class Closed(msgspec.Struct, frozen=True):
    """The socket is gone, whoever closed it. Nothing about this connection follows."""

    conn: str


class Lagging(msgspec.Struct, frozen=True):
    """More waits to be sent to this connection than its queue should hold."""

    conn: str


class Drained(msgspec.Struct, frozen=True):
    """The queue of a lagging connection is empty again."""

    conn: str


class Admitted(msgspec.Struct, frozen=True):
    """Answer to Admit: the device's new token, or why not."""

    conn: str
    answer: Granted | Refused


class Authenticated(msgspec.Struct, frozen=True):
    """Answer to Authenticate: whose token it is (None: nobody's) and the heads of every channel they may read.

    `device` and `heads` are read after everything that the hub heard as committed before it wished this.
    """

    conn: str
    device: Device | None
    heads: dict[str, Head] = {}


class LookedUp(msgspec.Struct, frozen=True):
    """Answer to LookUp: recorded results, and the numbers that never arrived."""

    conn: str
    results: list[Result]
    unknown: list[int]


class CommitDone(msgspec.Struct, frozen=True):
    """A batch is durable. Batches are told in the order of their commits."""

    committed: Committed


class CommitFailed(msgspec.Struct, frozen=True):
    """Nothing of these submissions was kept: `code` is disk_full or storage. They may be sent again."""

    submissions: list[Submission]
    code: str


class Loaded(msgspec.Struct, frozen=True):
    """Answer to Load: frames that bring a reader to `seq`, read while the channel's head was `head`."""

    conn: str
    channel: str
    ticket: int
    frames: list[bytes]
    seq: int
    head: Head


class LoadDenied(msgspec.Struct, frozen=True):
    """Answer to Load: the channel does not exist, or this person may not read it (the two look the same)."""

    conn: str
    channel: str
    ticket: int


class Answered(msgspec.Struct, frozen=True):
    """Answer to Perform."""

    conn: str
    answer: Answer | Refused | Granted


class DevicesEnded(msgspec.Struct, frozen=True):
    """These devices' tokens are no longer good: revoked, or ended by a new password."""

    devices: list[str]


class Failed(msgspec.Struct, frozen=True):
    """A wish for this connection could not be carried out, for the database could not be read."""

    conn: str


class Tick(msgspec.Struct, frozen=True):
    """The time that `next_deadline` named has come."""


class Draining(msgspec.Struct, frozen=True):
    """The server ends; what was accepted is committed. `waits` gives each connection its seconds to stay away."""

    waits: dict[str, float]


Event = (
    Opened
    | Received
    | BadFrameReceived
    | Closed
    | Lagging
    | Drained
    | Admitted
    | Authenticated
    | LookedUp
    | CommitDone
    | CommitFailed
    | Loaded
    | LoadDenied
    | Answered
    | DevicesEnded
    | Failed
    | Tick
    | Draining
)

# -- effects -----------------------------------------------------------------------------------------------------------


class Send(msgspec.Struct, frozen=True):
    """Put one encoded frame into the queues of these connections, in the order of the effects."""

    conns: list[str]
    frame: bytes


class SendLoaded(msgspec.Struct, frozen=True):
    """Put the frames of a Load into a connection's queue. At most LOADS_MAX loads of a connection are under way."""

    conn: str
    frames: list[bytes]


class CloseConnection(msgspec.Struct, frozen=True):
    """Send what is queued within a short time, then close. `code` is a WebSocket close code."""

    conn: str
    code: int
    reason: str


class Admit(msgspec.Struct, frozen=True):
    """Let somebody in by invite or password → Admitted."""

    conn: str
    message: Join | SignIn


class Authenticate(msgspec.Struct, frozen=True):
    """Find the device of a hello's token and the heads it may read → Authenticated or Failed."""

    conn: str
    hello: Hello


class LookUp(msgspec.Struct, frozen=True):
    """Find recorded outcomes of (number, mark) → LookedUp or Failed.

    They are looked for after everything is decided that was wished by a Commit before.
    """

    conn: str
    device: str
    doubts: list[tuple[int, bytes]]


class Settle(msgspec.Struct, frozen=True):
    """Recorded outcomes of this device below a number may be forgotten. No answer."""

    device: str
    below: int


class Commit(msgspec.Struct, frozen=True):
    """Decide these submissions, in order and after those wished before → CommitDone or CommitFailed."""

    submissions: list[Submission]


class Load(msgspec.Struct, frozen=True):
    """Read a channel for a reader that has it up to `after` → Loaded, LoadDenied or Failed.

    `goes_on` says that the reader was sent the channel up to there in this session; it gets entries then, for it named
    no texts that could be carried over a snapshot. `epoch` is the reader's ('' when there is nothing), `hash` the
    reader's at `after`, None when not known; `snapshot` asks for all of it. `texts` are (item, field, revision) whose
    operations come first.
    """

    conn: str
    channel: str
    ticket: int
    actor: Actor
    after: int
    epoch: str
    hash: int | None = None
    snapshot: bool = False
    texts: list[tuple[str, str, int]] = []
    goes_on: bool = False


class Perform(msgspec.Struct, frozen=True):
    """Carry out a request of a session → Answered."""

    conn: str
    device: Device
    request: Request


Effect = Send | SendLoaded | CloseConnection | Admit | Authenticate | LookUp | Settle | Commit | Load | Perform
