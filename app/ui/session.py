"""One account in the window: its client's patches once a frame, its edits with their errors said, its people."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from functools import lru_cache
from math import ceil
from time import monotonic
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from app.model.change import Refusal
from app.model.kinds import COLOURS
from app.model.row import Row
from app.sync.events import Show, Tell
from app.ui.message import Message
from app.ui.paint.rows import LabelChip, LightState, PersonChip, Presence
from app.ui.strings import tr

if TYPE_CHECKING:
    from app.client.client import Client
    from app.sync.reading import PendingChange

FRAME_MS = 16
"""Patches are handed on at most once in this time; the first one of a quiet moment at once."""
NOBODY = PersonChip("", "", "?", 7)


@dataclass(slots=True)
class Patch:
    """What changed: items with (kind, channel, other author or ""), and channels that changed as a whole."""

    items: dict[str, tuple[str, str, str]] = field(default_factory=dict)
    whole: set[str] = field(default_factory=set)

    def touches(self, kind: str) -> bool:
        """Whether an item of this kind is named, or a whole channel."""
        return bool(self.whole) or any(one[0] == kind for one in self.items.values())


class Session(QObject):
    """What a window knows of its account. It has no widgets; everything belongs to the loop's thread.

    Coalesced to one emission a frame: `rows_changed(Patch)`, `presence_changed(set of (project, item))`,
    `light_changed()` (link or counts), `pending_changed()`. At once and in order: `text_changed(item, field, op, by)`,
    what another's change did to the text as it is seen here, and `text_replaced(item, field)`: read it again.
    `said(Message)` asks for a toast.
    """

    rows_changed = Signal(object)
    presence_changed = Signal(object)
    light_changed = Signal()
    pending_changed = Signal()
    text_changed = Signal(str, str, object, str)
    text_replaced = Signal(str, str)
    project_gone = Signal(str)
    synced = Signal()
    said = Signal(object)

    def __init__(self, client: Client, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.client = client
        self.ready = False
        self._patch = Patch()
        self._authors: dict[str, str] = {}
        self._places: set[tuple[str, str]] = set()
        self._light_due = False
        self._pending_due = False
        self.offline_for_s = 0.0
        self._offline_since: float | None = None
        self._retry_at: float | None = None
        self._flushed_at = 0.0
        self._tasks: set[asyncio.Future[Any]] = set()
        self._chips: dict[str, tuple[Row, PersonChip]] = {}
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self.flush)
        self._unlisten = client.listen(self._hear)

    def close(self) -> None:
        """Listen no more, and give up what the window waits for. The client is left open."""
        self._unlisten()
        self._timer.stop()
        for task in list(self._tasks):
            task.cancel()

    # -- what the client says ------------------------------------------------------------------------------------------

    def _hear(self, said: Tell | Show) -> None:
        if isinstance(said, Show):
            self._note(said)
            return
        facts = said.fields
        match said.name:
            case "text_changed":
                self.text_changed.emit(facts["item"], facts["field"], facts["op"], facts.get("by") or "")
            case "text_replaced":
                self.text_replaced.emit(facts["item"], facts["field"])
            case "presence":
                self._places.add((str(facts["project"]), str(facts.get("item") or "")))
                self._plan()
            case "status":
                retry_in = facts.get("retry_in")
                self._retry_at = None if retry_in is None else monotonic() + float(retry_in)
                self._mark_offline(str(facts["state"]))
                self._light_due = True
                self._plan()
            case "change":
                author = str(facts["author"])
                if author != self.client.user:
                    self._authors[str(facts["item"])] = author
                self._note_queue(author)
                self._plan()
            case "confirmed" | "rejected" | "progress":
                self._pending_due = self._light_due = True
                self._plan()
            case "synced":
                self._pending_due = self._light_due = True
                if not self.ready:  # a small workspace comes entry by entry, never as a whole
                    self.ready = True
                    self._patch.whole.add("")
                self._plan()
                self.synced.emit()
            case "notice":
                self.say(str(facts.get("message", "")), "circle-alert")
            case "revoked":
                self.project_gone.emit(str(facts["project"]))
            case _:
                pass

    def _mark_offline(self, state: str) -> None:
        """Remember how long the last time without a connection was: `offline_for_s`."""
        if state == "offline" and self._offline_since is None:
            self._offline_since = monotonic()
        elif state == "connected" and self._offline_since is not None:
            self.offline_for_s, self._offline_since = monotonic() - self._offline_since, None

    def _note(self, shown: Show) -> None:
        for kind, item, channel in shown.items:
            self._patch.items[item] = (kind, channel, "")
        if shown.whole:
            self._patch.whole.update(shown.whole)
            self.ready = True
        self._note_queue(shown.by)
        self._plan()

    def _note_queue(self, author: str) -> None:
        """What another did leaves an empty queue empty; a queue that is not names the items that they changed."""
        if author in ("", self.client.user) or self.client.counts() != (0, 0):
            self._pending_due = self._light_due = True

    def _plan(self) -> None:
        if not self._timer.isActive():
            since = (monotonic() - self._flushed_at) * 1000
            self._timer.start(max(0, ceil(FRAME_MS - since)))

    def flush(self) -> None:
        """Hand on what gathered, now."""
        self._timer.stop()
        self._flushed_at = monotonic()
        patch, self._patch = self._patch, Patch()
        authors, self._authors = self._authors, {}
        for item in authors.keys() & patch.items.keys():
            patch.items[item] = (*patch.items[item][:2], authors[item])
        places, self._places = self._places, set()
        light, self._light_due = self._light_due, False
        pending, self._pending_due = self._pending_due, False
        if patch.items or patch.whole:
            self.rows_changed.emit(patch)
        if places:
            self.presence_changed.emit(places)
        if pending:
            self.pending_changed.emit()
        if light:
            self.light_changed.emit()

    # -- edits ---------------------------------------------------------------------------------------------------------

    def edit(self, verb: str, kind: str, items: list[str], **arguments: Any) -> asyncio.Future[dict[str, Any]]:
        """An edit: seen when this returns, durable when the future is done. A refusal is shown as a toast.

        The arguments are those of `sync.events.Edited`: fields, name (of a set or text field), values, before, after,
        op. The future raises Refusal; nobody has to wait for it.
        """
        return self.watch(self.client.edit_now(verb, kind, items, **arguments))

    def create(self, kind: str, fields: dict[str, Any], **arguments: Any) -> str:
        """Create an item and answer its id; it is there when this returns."""
        item = str(uuid.uuid4())
        self.edit("create", kind, [item], fields=fields, **arguments)
        return item

    def set_fields(self, kind: str, items: list[str], **fields: Any) -> asyncio.Future[dict[str, Any]]:
        """Set fields of one item, or of many as one change."""
        return self.edit("set", kind, items, fields=fields)

    def add(self, kind: str, item: str, name: str, values: list[str]) -> asyncio.Future[dict[str, Any]]:
        """Add elements to a set field."""
        return self.edit("add", kind, [item], name=name, values=values)

    def remove(self, kind: str, item: str, name: str, values: list[str]) -> asyncio.Future[dict[str, Any]]:
        """Take elements out of a set field."""
        return self.edit("remove", kind, [item], name=name, values=values)

    def edit_text(self, kind: str, item: str, name: str, op: list[Any]) -> asyncio.Future[dict[str, Any]]:
        """Apply a text operation to the text as it is seen here now."""
        return self.edit("edit", kind, [item], name=name, op=op)

    def run(self, work: Coroutine[Any, Any, Any]) -> asyncio.Future[Any]:
        """Start a task that belongs to the window; a Refusal is shown as a toast, a defect goes to the log."""
        return self.watch(asyncio.ensure_future(work))

    def say(self, words: str, icon: str = "check", button: str = "", act: Callable[[], object] | None = None) -> None:
        """Show a toast."""
        self.said.emit(Message(words, icon, button, act))

    def watch(self, task: asyncio.Future[Any]) -> asyncio.Future[Any]:
        """Hold a future until it is done; a Refusal is shown as a toast, a defect goes to the log."""
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Future[Any]) -> None:
        self._tasks.discard(task)
        if task.cancelled():
            return
        error = task.exception()
        if isinstance(error, Refusal):
            self.say(error.text, "circle-alert")
        elif error is not None:
            loop = asyncio.get_running_loop()
            loop.call_exception_handler({"message": "a task of the window failed", "exception": error, "future": task})

    # -- reads ---------------------------------------------------------------------------------------------------------

    def view(self, item: str) -> Row | None:
        """The row as it is seen here: confirmed plus pending."""
        return self.client.view(item)

    def text(self, item: str, name: str) -> str | None:
        """A text as it is seen here; None while it is not loaded (`want` loads it)."""
        return self.client.text(item, name)

    def comments(self, item: str) -> list[Row] | None:
        """Comments on an item, oldest first, those in the trash too; None while they are not loaded."""
        return self.client.comments(item)

    def comment_count(self, item: str) -> int:
        """How many comments an item shows."""
        return self.client.comment_count(item)

    def sync_state(self, item: str) -> str:
        """Nothing, or waiting, sending or rejected."""
        return self.client.sync_state(item)

    def pending(self) -> list[PendingChange]:
        """The queue, oldest first, with refused changes."""
        return self.client.pending()

    def listed(self, kind: str, channel: str | None = None) -> list[Row]:
        """Rows of a kind in their order, without those in the trash."""
        return [row for row in self.client.listed(kind, channel) if not row.trashed]

    def want(self, what: str, key: str, name: str = "") -> asyncio.Future[Any]:
        """Load an item's comments, a text or a row into memory."""
        return self.watch(self.client.want(what, key, name))

    # -- people --------------------------------------------------------------------------------------------------------

    @property
    def me(self) -> PersonChip:
        """This person."""
        return self.person(self.client.user)

    def person(self, user: str) -> PersonChip:
        """Somebody by id; a grey "?" for one who is not known here."""
        row = self.client.view(user)
        if row is None:
            return NOBODY
        kept = self._chips.get(user)
        if kept is not None and kept[0] is row:
            return kept[1]
        name = str(row.value("name") or "")
        chip = PersonChip(user, name, initials(name), int(row.value("slot") or 0), user == self.client.user)
        self._chips[user] = (row, chip)
        return chip

    def everybody(self) -> list[PersonChip]:
        """All people of the workspace, this person first, then by name."""
        chips = [self.person(row.id) for row in self.client.listed("person")]
        return sorted(chips, key=lambda chip: (not chip.is_you, chip.name.casefold()))

    def people_at(self, project: str, item: str = "") -> list[dict[str, Any]]:
        """Who is there, as in the `presence` event: user, name, state, field, cursor."""
        return self.client.people(project, item)

    def presence(self, project: str, item: str = "") -> tuple[Presence, ...]:
        """The same as discs: you first, those editing, then the others."""
        return tuple(
            Presence(self.person(one["user"]), one["state"] in ("editing", "typing"), one["state"] == "away")
            for one in self.people_at(project, item)
        )

    def here(
        self, state: str, project: str = "", item: str = "", name: str = "", cursor: tuple[int, int] | None = None
    ) -> None:
        """Say where this person is: none, viewing, editing, typing or away; `cursor` in code points."""
        self.client.here(state, project, item, name, cursor)

    # -- labels, colours, the light ------------------------------------------------------------------------------------

    def label(self, item: str) -> LabelChip | None:
        """A label by id, or None when it is gone."""
        row = self.client.view(item)
        if row is None or row.trashed:
            return None
        return LabelChip(item, str(row.value("name") or ""), colour_slot(row))

    @property
    def paused(self) -> bool:
        """Whether this person chose to be offline."""
        return self.client.light().code == "paused"

    def light_state(self) -> LightState:
        """The link, and the work that waits, for pill, footer, panel and tray."""
        light = self.client.light()
        waiting, rejected = self.client.counts()
        retry_in = None if self._retry_at is None else max(0, ceil(self._retry_at - monotonic()))
        if light.retry_in is None:
            retry_in = None
        sending = light.state == "connected" and waiting > 0
        state: Any = light.state
        return LightState(state, waiting, rejected, retry_in, sending)


def colour_slot(row: Row) -> int:
    """The slot of a project's or label's colour in `tokens.label`; without one, one that its id gives."""
    name = row.value("colour")
    if name in COLOURS:
        return COLOURS.index(name)
    return sum(row.id.encode()) % len(COLOURS)


@lru_cache(maxsize=1024)
def initials(name: str) -> str:
    """One or two capitals: of the first and the last word."""
    words = [word for word in name.split() if word[0].isalnum()]
    if not words:
        return tr("?")
    return (words[0][0] + (words[-1][0] if len(words) > 1 else "")).upper()
