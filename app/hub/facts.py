"""Facts about the log that engine and stores hand each other: submissions, what they became, deltas, snapshots."""

from dataclasses import dataclass, field

from app.hub.commit import Head
from app.model.change import Entry, Result
from app.model.roles import Actor
from app.protocol.messages import SnapRow


@dataclass(frozen=True)
class Submission:
    """One change as it came: its exact bytes, from which device, and that device's clock offset in seconds.

    `tag` is the hub's own mark (the connection); a store repeats it. `heard` counts the failed commits that this
    connection was told of before (see fence).
    """

    device: str
    sent: bytes
    offset: float
    tag: str = ""
    heard: int = 0


@dataclass(frozen=True)
class Committed:
    """What one batch became, durable when handed over.

    `results` pairs each submission's tag with its results, in order. `entries` maps a channel to its new entries in
    order; `heads` gives each changed channel's head after its last entry; `founded` are channels made by this batch.
    """

    results: list[tuple[str, list[Result]]] = field(default_factory=list)
    entries: dict[str, list[Entry]] = field(default_factory=dict)
    heads: dict[str, Head] = field(default_factory=dict)
    founded: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Delta:
    """Entries of a channel after a seq, up to `head` if `complete` (else cut at a size); read in one transaction."""

    channel: str
    after: int
    entries: list[Entry]
    head: Head
    complete: bool


@dataclass(frozen=True)
class SnapshotState:
    """A whole channel as of `head`, read in one transaction: rows and texts (item, field, rev, body)."""

    channel: str
    head: Head
    rows: list[SnapRow]
    texts: list[tuple[str, str, int, str]]


@dataclass(frozen=True)
class Device:
    """A device's account as the database says it: who, in which workspace, and the highest change number seen."""

    id: str
    actor: Actor
    highest: int
    revoked: bool = False
    name: str = ""
