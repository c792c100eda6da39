"""What faces read of the engine: rows, texts, the queue, the light, people. Nothing here changes anything."""

from dataclasses import dataclass
from typing import Any

from app.model.identity import user_channel
from app.model.row import Row
from app.sync.core import Core
from app.sync.link import CONNECTED, Light
from app.sync.outbox import ACKED, BLOCKED, OPEN, REJECTED, SENDING, WAITING, Pending

_PUBLIC = {"saving": "waiting", WAITING: "waiting", SENDING: "sending", ACKED: "sending"}


@dataclass(frozen=True)
class PendingChange:
    """One line of the pending list: `made_at` in Unix seconds, `state` waiting, sending, blocked or rejected."""

    change: str
    kind: str
    item: str
    items: tuple[str, ...]
    op: str
    made_at: float
    state: str
    reason: str
    code: str
    fields: dict[str, Any]
    prev: dict[str, dict[str, Any]]
    channel: str


class Reading:
    """The reading half of the engine."""

    def __init__(self, core: Core) -> None:
        self.core = core

    def view(self, item: str) -> Row | None:
        """The row as its reader sees it; None when it is not here (or not loaded: comments)."""
        return self.core.replica.view(item)

    def confirmed(self, item: str) -> Row | None:
        """The row as the server has it."""
        return self.core.replica.confirmed.get(item)

    def text(self, item: str, field: str) -> str | None:
        """A text as its reader sees it; None while it is not loaded."""
        document = self.core.documents.get((item, field))
        return None if document is None else document.view

    def confirmed_text(self, item: str, field: str) -> str | None:
        """A text as the server has it; None while it is not loaded."""
        document = self.core.documents.get((item, field))
        if document is None:
            return None
        return "" if (item, field) in self.core.virtual else document.body

    def listed(self, kind: str, channel: str | None = None) -> list[Row]:
        """Rows of a kind in order (those in the trash too)."""
        return list(self.core.replica.listed(kind, channel))

    def comments(self, item: str) -> list[Row] | None:
        """Comments on an item, oldest first; None while they are not loaded."""
        return self.core.replica.comments(item)

    def comment_count(self, item: str) -> int:
        """How many comments an item shows."""
        return self.core.replica.comment_count(item)

    def is_pending(self, item: str) -> bool:
        """Whether the item has a change that is not settled (a rejected one does not count)."""
        return bool(self.core.outbox.shown(item))

    def sync_state(self, item: str) -> str:
        """What the item's icon shows: waiting, sending, rejected, or nothing."""
        states = [pending.state for pending in self.core.outbox.by_item.get(item, ())]
        if REJECTED in states:
            return "rejected"
        if any(state in (SENDING, ACKED) for state in states):
            return "sending"
        return "waiting" if any(state in OPEN for state in states) else ""

    def pending(self) -> list[PendingChange]:
        """The queue, oldest first, refused changes too until they are discarded."""
        return [
            self._line(pending)
            for _, pending in sorted(self.core.outbox.by_number.items())
            if pending.state in OPEN or pending.state == REJECTED
        ]

    def _line(self, pending: Pending) -> PendingChange:
        change = pending.change
        fields = dict(change.fields)
        if change.field:
            fields[change.field] = list(change.values)
        state = pending.state if pending.state in (BLOCKED, REJECTED) else _PUBLIC[pending.state]
        return PendingChange(
            self.core.name(pending),
            change.kind,
            change.items[0],
            tuple(change.items),
            change.verb,
            change.at,
            state,
            pending.reason,
            pending.code,
            fields,
            change.prev,
            change.ch,
        )

    def counts(self) -> tuple[int, int]:
        """How many changes wait (or are being sent), and how many were refused."""
        states = [pending.state for pending in self.core.outbox.by_number.values()]
        return sum(state in OPEN for state in states), states.count(REJECTED)

    def light(self) -> Light:
        """The traffic light."""
        return self.core.link.state()

    @property
    def connected(self) -> bool:
        """Whether the light is green."""
        return self.core.link.state().state == CONNECTED

    @property
    def round_trip_s(self) -> float | None:
        """The last measured round trip in seconds."""
        return self.core.link.round_trip_s

    def people(self, project: str, item: str = "") -> list[dict[str, Any]]:
        """Who is in a project, or at one of its items; this person first."""
        return self.core.people.at(project, item, self.core.names())

    def busy_items(self, project: str) -> dict[str, list[str]]:
        """Items that somebody else edits or types in, with their user ids."""
        return self.core.people.items_of(project)

    @property
    def own_channel(self) -> str:
        """The channel of this person alone."""
        return user_channel(self.core.identity.user)

    @property
    def channels(self) -> list[str]:
        """The channels that are followed here."""
        return list(self.core.replica.channels)
