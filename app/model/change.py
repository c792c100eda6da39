"""What a client asks for (a change) and what the server says happened (an entry of the log)."""

import hashlib
from typing import Any, Literal

import msgspec

Verb = Literal["create", "set", "add", "remove", "move", "edit", "delete", "restore"]
VERBS: tuple[Verb, ...] = ("create", "set", "add", "remove", "move", "edit", "delete", "restore")
Status = Literal["applied", "merged", "superseded"]


class Part(msgspec.Struct, frozen=True, array_like=True):
    """One undo group of a text edit: its own change number, operation, time made and group.

    `heard` is the last server time heard before this one was made; the first part's may stand in the change alone.
    """

    n: int
    op: list[Any]
    at: float
    grp: str
    heard: float = 0.0


class Change(msgspec.Struct, frozen=True, omit_defaults=True):
    """An intention of one person, in the form that is sent; its bytes never change once journaled (SYNC 2).

    `base` is the channel's seq that the author had applied, `at` the device's own clock when the edit was made,
    `heard` the last server time heard before it. `items` has one id, or many for a bulk change. `prev` holds the
    values the author saw, by item and field. A text edit (`verb` edit) carries `rev` and a list of `parts`, the first
    of which has the number `n`; each part stands on the one before it.
    """

    n: int
    ch: str
    verb: str
    kind: str
    items: list[str]
    base: int
    at: float
    heard: float
    grp: str
    schema: int = 1
    fields: dict[str, Any] = {}
    prev: dict[str, dict[str, Any]] = {}
    field: str = ""
    values: list[str] = []
    before: str | None = None
    after: str | None = None
    rev: int = 0
    parts: list[Part] = []

    @property
    def numbers(self) -> list[int]:
        """The change numbers that this form settles: one, or one for each part of a text edit."""
        return [part.n for part in self.parts] if self.parts else [self.n]


class Write(msgspec.Struct, frozen=True, omit_defaults=True):
    """What an entry did to one item.

    `fields` are registers written, `lost` those that lost against a later write (with this change's value), `before`
    the value before for each of both. `add` and `drop` are set elements; `ops` maps a text field to the revision it
    reached and the operation as committed (invertible).
    """

    item: str
    new: bool = False
    fields: dict[str, Any] = {}
    before: dict[str, Any] = {}
    lost: dict[str, Any] = {}
    add: dict[str, list[str]] = {}
    drop: dict[str, list[str]] = {}
    ops: dict[str, tuple[int, list[Any]]] = {}


class Entry(msgspec.Struct, frozen=True, omit_defaults=True):
    """An outcome in a channel's log: gapless `seq`, author, server time `at`, time made `made`, group, writes.

    `mark` is the start of the hash of the change as sent: a device knows its own entry by number *and* mark, so a
    copied profile is noticed instead of taking another's entry for its own (case 3).
    """

    seq: int
    dev: str
    n: int
    by: str
    at: float
    made: float
    grp: str
    verb: str
    kind: str
    status: str
    mark: bytes = b""
    writes: list[Write] = []


MARK_BYTES = 8


def change_hash(sent: bytes) -> bytes:
    """SHA-256 of a change as sent, the other half of its identity (SYNC 1)."""
    return hashlib.sha256(sent).digest()


class Result(msgspec.Struct, frozen=True, omit_defaults=True):
    """What became of one change: its status and seq, or why it was refused.

    `status` is applied, merged, superseded or refused. `code` is one of the codes of HEADLESS.md; `retryable` says
    that the same bytes may be sent again later.
    """

    n: int
    status: str
    seq: int = 0
    code: str = ""
    text: str = ""
    retryable: bool = False


class Refusal(Exception):
    """A change or request that cannot be done: stable `code` and a sentence for people."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code
        self.text = text


_encode = msgspec.msgpack.Encoder().encode
_decode_change = msgspec.msgpack.Decoder(Change).decode


def encode_change(change: Change) -> bytes:
    """The bytes that are journaled, hashed and sent."""
    return _encode(change)


def decode_change(sent: bytes) -> Change:
    """The change in `sent`. Raises msgspec.MsgspecError, RecursionError or UnicodeDecodeError on bad input."""
    return _decode_change(sent)
