"""Every message, one struct each, told apart by its tag; unknown fields are ignored, so either side may add some."""

from typing import Any

import msgspec

from app.model.change import Entry, Result


class Message(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="t"):
    """Base of all messages."""


# -- before a session --------------------------------------------------------------------------------------------------


class Join(Message, frozen=True, tag="join"):
    """Client: take up an invite. `device` is a fresh id made by the client. Never compressed."""

    secret: str
    name: str
    email: str
    password: str
    device: str
    device_name: str = ""


class SignIn(Message, frozen=True, tag="sign_in"):
    """Client: an account's e-mail and password, for a new device or one that was here before. Never compressed."""

    email: str
    password: str
    device: str
    device_name: str = ""


class Granted(Message, frozen=True, tag="granted"):
    """Server: the answer to join, sign_in and renew; the token is this device's alone. Never compressed."""

    token: str
    user: str
    device: str
    workspace: str
    workspace_name: str = ""


class Refused(Message, frozen=True, tag="refused"):
    """Server: a request before or in a session was refused; `re` repeats its number (0 before a session)."""

    code: str
    text: str
    re: int = 0
    retry_after: float = 0.0


class Hello(Message, frozen=True, tag="hello"):
    """Client: begin a session. Never compressed.

    `resume` maps a channel to (epoch, seq, hash) of what is here; `in_doubt` are (number, mark) of changes that may
    have been sent without an outcome seen, the mark being the start of the hash of what was sent; `texts` are
    (channel, item, field, revision) of texts with unsent edits, whose later operations must come before what follows
    of their channel; `first` are channels to be sent first; `clock` is this device's clock. `run` names this run of
    the program: a newer connection of the same run ends the older one.
    """

    token: str
    device: str
    versions: tuple[int, int]
    clock: float
    schema: int = 1
    app: str = ""
    resume: dict[str, tuple[str, int, int]] = {}
    in_doubt: list[tuple[int, bytes]] = []
    texts: list[tuple[str, str, str, int]] = []
    first: list[str] = []
    settled_below: int = 0
    caps: list[str] = []
    run: str = ""


class Welcome(Message, frozen=True, tag="welcome"):
    """Server: the session stands. `heads` maps every channel that this person may read to (epoch, seq).

    `highest` is the highest change number ever seen of this device: a client below it has lost its queue and goes
    on above it. `connection` names this session in presence; `generation` rises with each connection.
    """

    version: int
    server_time: float
    node: str
    app: str
    user: str
    workspace: str
    role: str
    connection: str
    generation: int
    heads: dict[str, tuple[str, int]]
    highest: int = 0
    limits: dict[str, int] = {}
    caps: list[str] = []


# -- the session -------------------------------------------------------------------------------------------------------


class Push(Message, frozen=True, tag="push"):
    """Client: changes, each in the exact bytes that are in its journal."""

    changes: list[bytes]


class Ack(Message, frozen=True, tag="ack"):
    """Server: what became of changes, once that is durable. `unknown` are numbers in doubt that never arrived."""

    results: list[Result] = []
    unknown: list[int] = []


class Entries(Message, frozen=True, tag="entries"):
    """Server: log entries after `seq` of a channel, in order and gapless; `hash` is the channel's after the last.

    `hash` is absent (None) inside a long delta. `epoch` comes with the first of a channel. The same bytes go to every
    reader.
    """

    ch: str
    after: int
    entries: list[Entry]
    epoch: str = ""
    hash: int | None = None


class SnapRow(msgspec.Struct, frozen=True, omit_defaults=True):
    """A row in a snapshot: values, set elements with the seq of their add, and revisions of texts.

    `marks` gives (seq, author) of registers that were written after the creation.
    """

    id: str
    kind: str
    seq: int
    by: str
    at: float
    changed: float
    values: dict[str, Any] = {}
    marks: dict[str, tuple[int, str]] = {}
    sets: dict[str, dict[str, int]] = {}
    texts: dict[str, int] = {}


class Snapshot(Message, frozen=True, tag="snapshot"):
    """Server: a page of a channel as of `seq`; the last page has `last` and the channel's hash."""

    ch: str
    epoch: str
    seq: int
    page: int
    rows: list[SnapRow] = []
    texts: list[tuple[str, str, int, str]] = []
    """Texts, or parts of them, in order: item, field, revision, characters."""
    last: bool = False
    hash: int = 0
    count: int = 0
    """Rows of the whole snapshot, for a progress bar."""


class TextOps(Message, frozen=True, tag="text_ops"):
    """Server: the operations of one text after revision `after`, each with device and number of its change.

    Sent for the texts that a hello or subscribe names, before what follows of their channel, so that unsent edits can
    be carried over what a snapshot already holds.
    """

    ch: str
    item: str
    field: str
    after: int
    ops: list[tuple[str, int, list[Any]]]


class Subscribe(Message, frozen=True, tag="subscribe"):
    """Client: send this channel again from `seq` on; `snapshot` asks for all of it (after damage or divergence)."""

    ch: str
    epoch: str = ""
    seq: int = 0
    snapshot: bool = False
    texts: list[tuple[str, str, int]] = []


class Gone(Message, frozen=True, tag="gone"):
    """Server: this channel may no longer be read; nothing of it follows."""

    ch: str
    reason: str = ""


class Check(Message, frozen=True, tag="check"):
    """Client: say seq and hash of these channels, in stream order (refresh)."""

    re: int
    channels: list[str]


class Checked(Message, frozen=True, tag="checked"):
    """Server: one channel's seq and hash, sent after every entry up to that seq."""

    re: int
    ch: str
    seq: int
    hash: int


class Here(Message, frozen=True, tag="here"):
    """Client: where this device's person is, and what they do there.

    `state` is viewing, editing, typing, away or none (gone from everywhere). `project` and `item` are ids.
    """

    state: str
    project: str = ""
    item: str = ""
    field: str = ""
    cursor: tuple[int, int] | None = None
    rev: int = 0


class Presence(Message, frozen=True, tag="presence"):
    """Server: one connection's presence; identity and generation are the server's own words (SYNC 8).

    `whole` says that everybody else in this project is gone: it comes first after a welcome.
    """

    project: str
    connection: str
    generation: int
    user: str
    device: str
    state: str
    item: str = ""
    field: str = ""
    cursor: tuple[int, int] | None = None
    rev: int = 0


class Request(Message, frozen=True, tag="request"):
    """Client: something answered after the server's commit: invite, members, set_role, devices, renew, ….

    `re` is repeated in Answer or Refused.
    """

    re: int
    do: str
    arguments: dict[str, Any] = {}


class Answer(Message, frozen=True, tag="answer"):
    """Server: the result of a request."""

    re: int
    result: dict[str, Any] = {}


class Ping(Message, frozen=True, tag="ping"):
    """Either side: is anybody there? `clock` is the sender's."""

    clock: float


class Pong(Message, frozen=True, tag="pong"):
    """The answer: the ping's clock back, and the sender's own."""

    clock: float
    server_time: float = 0.0


class Bye(Message, frozen=True, tag="bye"):
    """Server: this connection ends; come back after `retry_after` seconds at the earliest (bounded by the client)."""

    reason: str
    code: str = ""
    retry_after: float = 0.0


ClientMessage = Join | SignIn | Hello | Push | Subscribe | Check | Here | Request | Ping | Pong
ServerMessage = (
    Granted
    | Refused
    | Welcome
    | Ack
    | Entries
    | Snapshot
    | TextOps
    | Gone
    | Checked
    | Presence
    | Answer
    | Ping
    | Pong
    | Bye
)
PRIVATE: tuple[type[Message], ...] = (Join, SignIn, Granted, Hello, Request, Answer)
"""Never compressed: credentials share no compressed frame with other text (SYNC 4)."""
