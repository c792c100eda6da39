"""A channel's snapshot, put together the same way by every store."""

from collections.abc import Iterable

from app.hub.commit import Head
from app.hub.facts import SnapshotState
from app.model.kinds import KINDS
from app.model.row import Row
from app.protocol.snapshot import to_snapshot

_KIND_ORDER = {name: (not kind.resident, place) for place, (name, kind) in enumerate(KINDS.items())}


def snapshot_state(
    channel: str, head: Head, rows: Iterable[Row], texts: list[tuple[str, str, int, str]]
) -> SnapshotState:
    """The snapshot of these rows; those that a first picture needs come first."""
    ordered = sorted(rows, key=lambda row: (_KIND_ORDER[row.kind], row.id))
    return SnapshotState(channel, head, [to_snapshot(row) for row in ordered], texts)
