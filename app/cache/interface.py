"""What the client's two files do; the SQLite and the memory version pass the same tests."""

from dataclasses import dataclass, field
from typing import Any, Protocol

import msgspec

from app.model.row import Row


class Record(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="r"):
    """Base of the outbox's rows; the journal keeps their MessagePack bytes in a hash chain."""


class Made(Record, tag="made"):
    """A change as its author made it: number and the bytes of the change in the form made."""

    n: int
    change: bytes


class Sent(Record, tag="sent"):
    """The exact bytes of a change before they leave for the first time, and the numbers that they settle."""

    numbers: list[int]
    change: bytes


class Rejected(Record, tag="rejected"):
    """A change was refused: it stays listed until discarded."""

    n: int
    code: str
    text: str


class Retired(Record, tag="retired"):
    """A change is settled (its entry is in the cache) or was discarded; nothing of it is needed any more."""

    numbers: list[int]
    discarded: bool = False


class Renamed(Record, tag="renamed"):
    """The profile was a copy: from here on this device id, and unsettled changes have the new numbers."""

    device: str
    numbers: dict[int, int]


AnyRecord = Made | Sent | Rejected | Retired | Renamed


@dataclass(frozen=True)
class OutboxContents:
    """What the journal holds at start: sound live records in order, the highest number ever used, and damage.

    `damage` is a sentence for people, empty when all is sound; `kept_copy` names the file set aside.
    """

    records: list[AnyRecord]
    highest: int
    damage: str = ""
    kept_copy: str = ""


class OutboxFile(Protocol):
    """The append-only journal. Blocks; the client calls it on its own writer thread."""

    def load(self) -> OutboxContents:
        """All live records. Damage is found by the chain and by the second file, and said; sound rows are given."""
        ...

    def append(self, records: list[AnyRecord]) -> None:
        """Durable when it returns. Raises StorageFull or StorageFailed; then nothing of it counts as saved."""
        ...

    def close(self) -> None: ...


@dataclass(frozen=True)
class CacheBatch:
    """One transaction of the cache, applied in order.

    `rows` are new states; `gone` rows to drop; `texts` bodies by (item, field): (rev, body); `ops` operations kept
    for texts with unsent edits: (item, field, rev, op); `forget_ops` texts whose kept operations may go; `channels`
    (epoch, seq, hash) reached; `drop_channels` channels to evict whole; `applied` own change numbers that these
    entries carry.
    """

    rows: list[Row] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    texts: dict[tuple[str, str], tuple[int, str]] = field(default_factory=dict)
    ops: list[tuple[str, str, int, list[Any]]] = field(default_factory=list)
    forget_ops: list[tuple[str, str]] = field(default_factory=list)
    channels: dict[str, tuple[str, int, int]] = field(default_factory=dict)
    drop_channels: list[str] = field(default_factory=list)
    applied: list[int] = field(default_factory=list)


class CacheFile(Protocol):
    """The disposable copy of what the server said. Blocks; the client calls it on its own writer thread."""

    def open_channels(self) -> dict[str, tuple[str, int, int]]:
        """Every cached channel's (epoch, seq, hash)."""
        ...

    def applied(self) -> list[int]:
        """Own change numbers whose entries the cache has applied (not yet forgotten)."""
        ...

    def rows(self, channel: str, kinds: list[str]) -> list[Row]:
        """A channel's rows of some kinds."""
        ...

    def rows_on(self, item: str) -> list[Row]:
        """The comments on an item."""
        ...

    def counts_on(self, channel: str) -> dict[str, int]:
        """How many comments that are not in the trash each item of a channel has."""
        ...

    def row(self, item: str) -> Row | None: ...

    def text(self, item: str, name: str) -> tuple[int, str]:
        """Revision and body of a text; (0, '') when there is none."""
        ...

    def ops(self, item: str, name: str, after: int) -> list[tuple[int, list[Any]]]:
        """Kept operations after a revision, in order."""
        ...

    def write(self, batch: CacheBatch) -> None:
        """One transaction. Raises StorageFull or StorageFailed."""
        ...

    def forget_applied(self, numbers: list[int]) -> None:
        """Own numbers whose retirement the outbox has noted."""
        ...

    def clear(self) -> None:
        """Drop everything that can be fetched again."""
        ...

    def close(self) -> None: ...


class StorageFull(Exception):
    """The disk is full."""


class StorageFailed(Exception):
    """The disk or database reported an error; the file must be opened and verified again before it is used."""


class StorageTooNew(Exception):
    """The file was written by a newer version; it is left alone."""


class StorageDamaged(Exception):
    """The cache cannot be read; it is rebuilt from the server."""
