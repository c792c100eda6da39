"""The queue in words: what waits, where and since when, why it was refused, and how to take it back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from app.model.kinds import KINDS
from app.sync.reading import PendingChange
from app.ui.models.times import ago_words, day_of, long_due_words
from app.ui.paint.names import priority_word, status_word
from app.ui.paint.rows import PendingRow, PendingState, one_line
from app.ui.session import Session
from app.ui.strings import tr

ROWS_MOST: Final = 500
"""Shown of a longer queue, the oldest; the panel says how many there are in all."""
QUOTE_MOST: Final = 24
ICONS: Final = {"comment": "message-square", "project": "folder", "label": "tag", "workspace": "settings"}
FIELD_ICONS: Final = {
    "status": "circle-dot",
    "priority": "flag",
    "assignees": "user-plus",
    "labels": "tag",
    "due": "calendar",
    "start": "calendar",
    "title": "type",
    "name": "type",
    "colour": "palette",
    "description": "text-cursor-input",
    "archived": "archive",
}


@dataclass(frozen=True, slots=True)
class PendingView:
    """What the panel shows: rows, how many wait and were refused, and how many of this batch are sent."""

    rows: tuple[PendingRow, ...]
    waiting: int
    rejected: int
    sent: int

    @property
    def total(self) -> int:
        """The size of the batch: sent and waiting."""
        return self.sent + self.waiting


class PendingList:
    """Follows one session's queue. A batch begins when something waits, and ends when nothing does."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._known: dict[str, PendingRow] = {}
        self._batch: set[str] = set()

    def view(self, now: float) -> PendingView:
        """The queue as it is; `now` in Unix seconds. Rows that did not change are the same objects."""
        changes = self._session.pending()
        waiting = {change.change for change in changes if change.state != "rejected"}
        rejected = len(changes) - len(waiting)
        self._batch = (self._batch | waiting) if waiting else set()
        sent = len(self._batch - waiting)
        rows = [self._row(change, now) for change in changes[:ROWS_MOST]]
        self._known = {row.id: row for row in rows}
        return PendingView(tuple(rows), len(waiting), rejected, sent)

    def _row(self, change: PendingChange, now: float) -> PendingRow:
        states: dict[str, PendingState] = {"sending": "sending", "rejected": "rejected"}
        row = PendingRow(
            change.change,
            icon_of(change),
            self._item_words(change),
            what_words(self._session, change),
            ago_words(change.made_at, now),
            states.get(change.state, "waiting"),
            change.reason,
        )
        known = self._known.get(row.id)
        return known if known == row else row

    def _item_words(self, change: PendingChange) -> str:
        if len(change.items) > 1:
            return tr("{n} item|{n} items", n=len(change.items))
        return item_words(self._session, change.item, change.fields)


def item_words(session: Session, item: str, fields: dict[str, Any]) -> str:
    """The title of an item; for a comment that of what it hangs on."""
    row = session.view(item)
    on = fields.get("on") or (row is not None and row.value("on"))
    if on:
        return item_words(session, str(on), {})
    found = (row and (row.value("title") or row.value("name"))) or fields.get("title") or fields.get("name")
    return one_line(str(found)) if found else tr("An item that is not here")


def icon_of(change: PendingChange) -> str:
    """The Lucide icon of a change."""
    if change.op in ("delete", "restore"):
        return "trash-2" if change.op == "delete" else "rotate-ccw"
    if change.kind in ("comment", "label"):
        return ICONS[change.kind]
    if change.op == "create":
        return "plus"
    if change.op == "move":
        return "move"
    if change.op == "edit":
        return "text-cursor-input"
    return next((FIELD_ICONS[name] for name in change.fields if name in FIELD_ICONS), "pencil")


def what_words(session: Session, change: PendingChange) -> str:
    """Such as "Status: To do → In progress" or "Reply: “Dropped. I moved…”"."""
    match change.op:
        case "create":
            return _created(session, change)
        case "delete":
            return tr("Moved to the trash")
        case "restore":
            return tr("Taken out of the trash")
        case "move":
            status = change.fields.get("status")
            return tr("Moved to {status}", status=status_word(str(status))) if status else tr("Moved in the list")
        case "edit":
            return tr("{field}: text edited", field=field_word(next(iter(change.fields), "description")))
        case "add" | "remove":
            return _elements(session, change)
        case _:
            pass
    parts = [_set_words(session, change, name, value) for name, value in change.fields.items()]
    return tr(", ").join(parts) or tr("Changed")


def field_word(name: str) -> str:
    """A field's name as people read it."""
    words = {
        "title": tr("Title"),
        "name": tr("Name"),
        "status": tr("Status"),
        "priority": tr("Priority"),
        "assignees": tr("Assignees"),
        "labels": tr("Labels"),
        "watchers": tr("Watchers"),
        "due": tr("Due"),
        "start": tr("Start"),
        "description": tr("Description"),
        "colour": tr("Colour"),
        "body": tr("Comment"),
        "reactions": tr("Reactions"),
        "archived": tr("Archived"),
    }
    return words.get(name, name)


def _created(session: Session, change: PendingChange) -> str:
    if change.kind == "comment":
        body = str(change.fields.get("body", ""))
        said = quoted(body)
        return tr("Reply: {text}", text=said) if change.fields.get("reply_to") else tr("Comment: {text}", text=said)
    if change.kind == "task":
        status = str(change.fields.get("status") or KINDS["task"].fields["status"].default)
        return tr("New task in {status}", status=status_word(status))
    return tr("New project") if change.kind == "project" else tr("New label")


def quoted(text: str) -> str:
    """A short quotation of a text."""
    short = one_line(text.strip(), QUOTE_MOST)
    return tr("“{text}”", text=short)


def _elements(session: Session, change: PendingChange) -> str:
    name, values = next(iter(change.fields.items()), ("", []))
    shown = _value_words(session, name, values)
    form = tr("{field}: added {values}") if change.op == "add" else tr("{field}: removed {values}")
    return form.format(field=field_word(name), values=shown)


def _set_words(session: Session, change: PendingChange, name: str, value: Any) -> str:
    if name in ("body", "description"):
        return tr("{field}: text edited", field=field_word(name))
    after = _value_words(session, name, value)
    before = change.prev.get(change.item, {}).get(name) if len(change.items) == 1 else None
    if before in (None, "", []) or name in ("title", "name"):
        return tr("{field}: {after}", field=field_word(name), after=after)
    shown = _value_words(session, name, before)
    return tr("{field}: {before} → {after}", field=field_word(name), before=shown, after=after)


def _value_words(session: Session, name: str, value: Any) -> str:
    if value in (None, "", []):
        return tr("none")
    if name == "status":
        return status_word(str(value))
    if name == "priority":
        return priority_word(int(value))
    if name in ("due", "start"):
        day = day_of(value)
        return long_due_words(day, datetime.now().astimezone().date()) if day is not None else str(value)
    if isinstance(value, bool):
        return tr("yes") if value else tr("no")
    if isinstance(value, list):
        return _names(session, name, value)
    return one_line(str(value), 60)


def _names(session: Session, name: str, values: Iterable[Any]) -> str:
    names = []
    for value in values:
        if name == "reactions":
            names.append(str(value).rpartition(":")[2])
        elif name == "labels":
            label = session.label(str(value))
            names.append(label.name if label is not None else tr("a label"))
        else:
            names.append(session.person(str(value)).first_name)
    return tr(", ").join(names)
