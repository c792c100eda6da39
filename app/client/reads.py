"""What a face reads of a client: the engine's reads, with an empty answer before an account is joined."""

from typing import Any

from app.model.change import Refusal
from app.model.row import Row
from app.sync.engine import Engine
from app.sync.link import OFFLINE, Light
from app.sync.reading import PendingChange

NOT_JOINED = Refusal("signed_out", "This profile belongs to no account yet. Join with an invite, or sign in.")


class Reads:
    """The reading half of Client. Nothing here changes anything or waits; rows are immutable."""

    @property
    def _engine(self) -> Engine | None:
        raise AssertionError("a client has an engine, or none yet")

    def view(self, item: str) -> Row | None:
        """The row as its reader sees it, confirmed plus pending; None when it is not here (comments: not loaded)."""
        return self._engine.view(item) if self._engine else None

    def confirmed(self, item: str) -> Row | None:
        """The row as the server has it."""
        return self._engine.confirmed(item) if self._engine else None

    def text(self, item: str, field: str) -> str | None:
        """A text as its reader sees it; None while it is not loaded (`want` it)."""
        return self._engine.text(item, field) if self._engine else None

    def confirmed_text(self, item: str, field: str) -> str | None:
        """A text as the server has it; None while it is not loaded."""
        return self._engine.confirmed_text(item, field) if self._engine else None

    def listed(self, kind: str, channel: str | None = None) -> list[Row]:
        """Rows of a kind in order, those in the trash too."""
        return self._engine.listed(kind, channel) if self._engine else []

    def comments(self, item: str) -> list[Row] | None:
        """Comments on an item, oldest first; None while they are not loaded."""
        return self._engine.comments(item) if self._engine else None

    def comment_count(self, item: str) -> int:
        """How many comments an item shows."""
        return self._engine.comment_count(item) if self._engine else 0

    def is_pending(self, item: str) -> bool:
        """Whether the item has a change that is not settled (a rejected one does not count)."""
        return self._engine.is_pending(item) if self._engine else False

    def sync_state(self, item: str) -> str:
        """What the item's icon shows: waiting, sending, rejected, or nothing."""
        return self._engine.sync_state(item) if self._engine else ""

    def pending(self) -> list[PendingChange]:
        """The queue, oldest first, refused changes too until they are discarded."""
        return self._engine.pending() if self._engine else []

    def counts(self) -> tuple[int, int]:
        """How many changes wait (or are being sent), and how many were refused."""
        return self._engine.counts() if self._engine else (0, 0)

    def light(self) -> Light:
        """The traffic light."""
        return self._engine.light() if self._engine else Light(OFFLINE, NOT_JOINED.code, NOT_JOINED.text)

    def people(self, project: str, item: str = "") -> list[dict[str, Any]]:
        """Who is in a project, or at one of its items; this person first."""
        return self._engine.people(project, item) if self._engine else []

    def busy_items(self, project: str) -> dict[str, list[str]]:
        """Items that somebody else edits or types in, with their user ids."""
        return self._engine.busy_items(project) if self._engine else {}
