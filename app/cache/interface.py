"""What the client's two files do; the SQLite and the memory version pass the same tests."""

from typing import Any, Protocol

from app.model.row import Row
from app.sync.storage import (
    AnyRecord,
    CacheBatch,
    Made,
    OutboxContents,
    Record,
    Rejected,
    Renamed,
    Retired,
    Sent,
    Settled,
)

__all__ = [
    "AnyRecord",
    "CacheBatch",
    "CacheFile",
    "Made",
    "OutboxContents",
    "OutboxFile",
    "Record",
    "Rejected",
    "Renamed",
    "Retired",
    "Sent",
    "Settled",
    "StorageDamaged",
    "StorageFailed",
    "StorageFull",
    "StorageTooNew",
]


class OutboxFile(Protocol):
    """The append-only journal. Blocks; the client calls it on its own writer thread."""

    def load(self) -> OutboxContents:
        """All live records. Damage is found by the chain and by the second file, and said; sound rows are given."""
        ...

    def append(self, records: list[AnyRecord]) -> None:
        """Durable when it returns. Raises StorageFull or StorageFailed; then nothing of it counts as saved."""
        ...

    def close(self) -> None: ...


class CacheFile(Protocol):
    """The disposable copy of what the server said. Blocks; the client calls it on its own writer thread."""

    def open_channels(self) -> dict[str, tuple[str, int, int]]:
        """Every cached channel's (epoch, seq, hash)."""
        ...

    def applied(self) -> list[tuple[int, int, str]]:
        """Own changes (number, seq, status) whose entries the cache has applied (not yet forgotten)."""
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

    def ops(self, item: str, name: str, after: int) -> list[tuple[int, str, int, list[Any]]]:
        """Kept operations after a revision, in order: revision reached, device, number, operation."""
        ...

    def write(self, batch: CacheBatch) -> None:
        """One transaction, durable at once if it brings own changes. Raises StorageFull or StorageFailed."""
        ...

    def forget_applied(self, numbers: list[int]) -> None:
        """Own numbers whose retirement the outbox has noted."""
        ...

    def hash_of(self, channel: str) -> int:
        """A channel's hash, counted anew from its rows: differs from the one kept when the cache was damaged."""
        ...

    def flush(self) -> None:
        """Makes what was written durable. A commit alone may be lost with the ones after it when the power goes."""
        ...

    def clear(self) -> None:
        """Drop everything that can be fetched again; the applied own changes stay."""
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
