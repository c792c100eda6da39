"""The comments on an item as rows: in threads, with their times, signs and reactions."""

from __future__ import annotations

from typing import Any, Final

from app.model.replay import PENDING_SEQ
from app.model.row import Row
from app.ui.models.detail_times import full_words, next_tick, short_ago
from app.ui.paint.rows import CommentRow, Reaction
from app.ui.session import Session
from app.ui.strings import tr

SHOWN_MOST: Final = 200
"""Comments shown at first; as many more each time older ones are asked for."""


class Thread:
    """Follows the comments on one item. Rows that did not change are the same objects, which keeps their layout."""

    def __init__(self, session: Session, item: str) -> None:
        self.item = item
        self._session = session
        self._known: dict[str, CommentRow] = {}
        self._moments: list[float] = []

    @property
    def loaded(self) -> bool:
        """Whether the comments are in memory."""
        return self._session.comments(self.item) is not None

    def rows(self, now: float) -> list[CommentRow]:
        """Every comment with its replies below it, oldest first; `now` in Unix seconds."""
        comments = self._session.comments(self.item) or []
        replies: dict[str, list[Row]] = {}
        roots: list[Row] = []
        known = {row.id for row in comments}
        for row in comments:
            parent = row.value("reply_to")
            if parent in known:
                if not row.trashed:
                    replies.setdefault(str(parent), []).append(row)
            elif not row.trashed or not parent:
                roots.append(row)
        ordered: list[tuple[Row, bool]] = []
        for root in roots:
            below = replies.get(root.id, [])
            if root.trashed and not below:
                continue
            ordered += [(root, False), *((reply, True) for reply in below)]
        shown = [self._row(row, is_reply, now) for row, is_reply in ordered]
        self._known = {row.id: row for row in shown}
        self._moments = [row.created_at for row, _ in ordered]
        return shown

    def next_tick(self, now: float) -> float:
        """Seconds until a time must be said anew."""
        return next_tick(self._moments, now)

    def mine(self, comment: str) -> bool:
        """Whether this person wrote it and it is still there."""
        row = self._session.view(comment)
        return row is not None and not row.trashed and row.created_by == self._session.client.user

    def body(self, comment: str) -> str:
        """The text of a comment."""
        row = self._session.view(comment)
        return "" if row is None else str(row.value("body") or "")

    def root_of(self, comment: str) -> str:
        """The comment that a reply to this one hangs on: itself, or what it answers."""
        row = self._session.view(comment)
        return str((row and row.value("reply_to")) or comment)

    def reacted(self, comment: str, emoji: str) -> bool:
        """Whether this person gave this reaction."""
        row = self._session.view(comment)
        return row is not None and f"{self._session.client.user}:{emoji}" in row.sets.get("reactions", {})

    def _row(self, row: Row, is_reply: bool, now: float) -> CommentRow:
        state: Any = "" if row.trashed else self._session.sync_state(row.id)
        body = row.registers.get("body")
        edited = body is not None and body.seq != row.seq and not (row.seq >= PENDING_SEQ and body.seq >= PENDING_SEQ)
        made = CommentRow(
            row.id,
            self._session.person(row.created_by),
            short_ago(row.created_at, now),
            tr("This comment was deleted.") if row.trashed else str(row.value("body") or ""),
            is_reply,
            state,
            () if row.trashed else self._reactions(row),
            edited and not row.trashed,
            full_words(row.created_at),
        )
        known = self._known.get(row.id)
        return known if known == made else made

    def _reactions(self, row: Row) -> tuple[Reaction, ...]:
        counts: dict[str, list[str]] = {}
        for element in row.sets.get("reactions", ()):
            user, _, emoji = element.partition(":")
            counts.setdefault(emoji, []).append(user)
        me = self._session.client.user
        return tuple(Reaction(emoji, len(users), me in users) for emoji, users in counts.items())
