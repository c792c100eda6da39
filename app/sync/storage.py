"""What the client keeps on disk: records of the outbox's journal and transactions of the cache."""

from dataclasses import dataclass, field
from typing import Any

import msgspec

from app.model.row import Row


class Record(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="r"):
    """Base of the outbox's rows; the journal keeps their MessagePack bytes in a hash chain."""


class Made(Record, frozen=True, tag="made"):
    """A change as its author made it: number and the bytes of the change in the form made."""

    n: int
    change: bytes


class Sent(Record, frozen=True, tag="sent"):
    """The exact bytes of a change before they leave for the first time, and the numbers that they settle.

    Without bytes: these changes leave in the form in which they were made.
    """

    numbers: list[int]
    change: bytes


class Rejected(Record, frozen=True, tag="rejected"):
    """A change was refused: it stays listed until discarded."""

    n: int
    code: str
    text: str


class Settled(Record, frozen=True, tag="settled"):
    """Changes whose entries are in the cache and of which was told, but on which later unsent text stands."""

    numbers: list[int]


class Retired(Record, frozen=True, tag="retired"):
    """A change is settled (its entry is in the cache) or was discarded; nothing of it is needed any more."""

    numbers: list[int]
    discarded: bool = False


class Renamed(Record, frozen=True, tag="renamed"):
    """The profile was a copy: from here on this device id, no more the `former`; unsettled changes have new numbers."""

    device: str
    numbers: dict[int, int]
    former: str = ""


AnyRecord = Made | Sent | Rejected | Settled | Retired | Renamed


@dataclass(frozen=True)
class OutboxContents:
    """What the journal holds at start: sound live records in order, the highest number ever used, and damage.

    `damage` is a sentence for people, empty when all is sound; `kept_copy` names the file set aside. `highest_known`
    is false when the second file was lost: a number above `highest` may have been used, so a new device id is due.
    """

    records: list[AnyRecord]
    highest: int
    damage: str = ""
    kept_copy: str = ""
    highest_known: bool = True


@dataclass(frozen=True)
class CacheBatch:
    """One transaction of the cache, applied in order.

    `rows` are new states; `gone` rows to drop; `texts` bodies by (item, field): (rev, body); `ops` operations kept
    for texts with unsent edits: (item, field, rev, device, number, op); `forget_ops` texts whose kept operations may
    go; `channels` (epoch, seq, hash) reached; `drop_channels` channels to evict whole, before all else; `applied` own
    changes (number, seq, status) that these entries carry.
    """

    rows: list[Row] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    texts: dict[tuple[str, str], tuple[int, str]] = field(default_factory=dict)
    ops: list[tuple[str, str, int, str, int, list[Any]]] = field(default_factory=list)
    forget_ops: list[tuple[str, str]] = field(default_factory=list)
    channels: dict[str, tuple[str, int, int]] = field(default_factory=dict)
    drop_channels: list[str] = field(default_factory=list)
    applied: list[tuple[int, int, str]] = field(default_factory=list)
