"""What the client's engine hears (facts) and what it wishes (effects); the shell only carries them.

`re` is the shell's own mark for a caller that waits for an Answer. All times `now` are Unix seconds of this device's
clock; timers are asked for by delay, since a clock may jump.
"""

from dataclasses import dataclass, field
from typing import Any

from app.model.change import Refusal
from app.model.row import Row
from app.protocol.messages import ClientMessage, ServerMessage
from app.sync.storage import AnyRecord, CacheBatch

# -- facts -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Opened:
    """The socket is open, TLS and pin are right; nothing was said yet."""


@dataclass(frozen=True)
class Received:
    """A message came."""

    message: ServerMessage


@dataclass(frozen=True)
class Dropped:
    """The connection ended or could not be made. `code` is unreachable, certificate, protocol or closed.

    `chance` is a fresh random number in [0, 1) for the back-off.
    """

    code: str
    text: str
    chance: float


@dataclass(frozen=True)
class TimerFired:
    """A timer that was set by SetTimer, under its name."""

    name: str


@dataclass(frozen=True)
class Edited:
    """A person or program edits. `ids` are fresh random ids: the group, and the item of a creation without one.

    `verb` is one of the request's verbs; the arguments are those of HEADLESS.md. Answer: {change, changes, item}.
    """

    re: int
    verb: str
    kind: str
    items: list[str]
    ids: list[str]
    fields: dict[str, Any] = field(default_factory=dict)
    name: str = ""
    values: list[Any] = field(default_factory=list)
    before: str | None = None
    after: str | None = None
    op: list[Any] | None = None


@dataclass(frozen=True)
class Appended:
    """The outbox's records of an Append are durable."""

    token: int


@dataclass(frozen=True)
class AppendFailed:
    """They are not: `code` is disk_full or storage."""

    token: int
    code: str


@dataclass(frozen=True)
class CacheWritten:
    """A WriteCache is committed (all before it too)."""

    token: int


@dataclass(frozen=True)
class CacheFailed:
    """A WriteCache failed; the shell opens a new cache and starts the engine's replica again, or the disk is full."""

    token: int
    code: str


@dataclass(frozen=True)
class Loaded:
    """What a Load asked for. `rows` for a channel, an item's comments or one row; else a text with kept operations."""

    load: "Load"
    rows: list[Row] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    text: tuple[int, str] = (0, "")
    ops: list[tuple[int, str, int, list[Any]]] = field(default_factory=list)


@dataclass(frozen=True)
class Asked:
    """A request to the server that is answered after its commit: invite, members, devices, …."""

    re: int
    do: str
    arguments: dict[str, Any]


@dataclass(frozen=True)
class Wanted:
    """A face asks that something be in memory: `what` is comments, text or row. Answered when it is there."""

    re: int
    what: str
    key: str
    field: str = ""


@dataclass(frozen=True)
class Command:
    """`what`: pause, resume, retry (at once, by request), network (it returned), wake, sync, refresh, continue,
    foreground, background, stop. Those with `re` are answered: sync and refresh with counts, pause at once."""

    what: str
    re: int = 0


@dataclass(frozen=True)
class Discarded:
    """A person gives up a pending or rejected change, by its public id. Answer: {discarded: [ids]}."""

    re: int
    change: str


@dataclass(frozen=True)
class HereIs:
    """Where the person is and what they do: see messages.Here."""

    state: str
    project: str = ""
    item: str = ""
    field: str = ""
    cursor: tuple[int, int] | None = None


@dataclass(frozen=True)
class Renewed:
    """The server gave this profile its own identity (case 3): the new device id."""

    device: str


Fact = (
    Opened
    | Received
    | Dropped
    | TimerFired
    | Edited
    | Appended
    | AppendFailed
    | CacheWritten
    | CacheFailed
    | Loaded
    | Asked
    | Wanted
    | Command
    | Discarded
    | HereIs
    | Renewed
)

# -- wishes ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Connect:
    """Open a connection; answered by Opened or Dropped. Any older one is closed first."""


@dataclass(frozen=True)
class Disconnect:
    """Close the connection; its Dropped is not awaited and later frames of it are not handed over."""

    reason: str


@dataclass(frozen=True)
class Send:
    """Send one message (Hello: the shell fills in the token)."""

    message: ClientMessage


@dataclass(frozen=True)
class SetTimer:
    """Fire TimerFired(name) in `delay` seconds; replaces a timer of that name. None cancels it."""

    name: str
    delay: float | None


@dataclass(frozen=True)
class Append:
    """Make records durable in the outbox, in the order of these effects; answered by Appended or AppendFailed.

    `heard` is the newest token of which AppendFailed was heard: see fence.
    """

    token: int
    records: list[AnyRecord]
    heard: int = 0


@dataclass(frozen=True)
class WriteCache:
    """One transaction of the cache, in the order of these effects."""

    token: int
    batch: CacheBatch


@dataclass(frozen=True)
class ForgetApplied:
    """Own numbers whose retirement is durable: the cache need not remember them."""

    numbers: list[int]


@dataclass(frozen=True)
class Load:
    """Read from the cache, after all WriteCache before it: `what` is channel, comments, row or text.

    channel: `key` is the channel, resident kinds; comments: an item; row: an item; text: an item and `field`, with
    kept operations after `after`.
    """

    what: str
    key: str
    field: str = ""
    after: int = 0


@dataclass(frozen=True)
class GoOn:
    """More is to be done: give Command('continue') after letting others run (a slice is over)."""


@dataclass(frozen=True)
class Answer:
    """The answer to a caller; `error` when it was refused."""

    re: int
    result: dict[str, Any] = field(default_factory=dict)
    error: Refusal | None = None


@dataclass(frozen=True)
class Tell:
    """Something that a face may tell of: an event of HEADLESS.md by `name` with its fields."""

    name: str
    fields: dict[str, Any]


@dataclass(frozen=True)
class Show:
    """Items (kind, id, channel) whose look changed, for the faces to read again; `by` names another author.

    `whole` names channels that changed as a whole (a snapshot, a start).
    """

    items: list[tuple[str, str, str]]
    by: str = ""
    whole: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Renew:
    """Ask the server for an identity of this profile's own (case 3); answered by Renewed."""


Effect = (
    Connect
    | Disconnect
    | Send
    | SetTimer
    | Append
    | WriteCache
    | ForgetApplied
    | Load
    | GoOn
    | Answer
    | Tell
    | Show
    | Renew
)
