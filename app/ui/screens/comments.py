"""The comments on an item: the thread, and what can be done with each comment."""

from __future__ import annotations

from time import time
from typing import Final

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Qt, QTimer, Signal
from PySide6.QtGui import QCursor, QGuiApplication
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.model.change import Refusal
from app.ui.models.detail_thread import SHOWN_MOST, Thread
from app.ui.paint.rows import CommentRow
from app.ui.screens.comments_reactions import ReactionPopover
from app.ui.screens.detail_parts import Bars, SectionHead
from app.ui.session import Patch, Session
from app.ui.strings import tr
from app.ui.theme.theme import Theme
from app.ui.widgets.button import Button
from app.ui.widgets.label import Label
from app.ui.widgets.menu import Menu
from app.ui.widgets.thread_view import ThreadView

STEP: Final = SHOWN_MOST // 2


class CommentsSection(QWidget):
    """As high as the thread; the page around it scrolls.

    `reply_asked(comment)`, `edit_asked(comment, body)`; `changed(count, by_another)` when comments came or went;
    `shown_at(rect)` when the keyboard went to a comment, in this widget's coordinates.
    """

    reply_asked = Signal(str)
    edit_asked = Signal(str, str)
    changed = Signal(int, bool)
    shown_at = Signal(QRect)

    def __init__(self, theme: Theme, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._session = session
        self._model: Thread | None = None
        self._rows: list[CommentRow] = []
        self._end: int | None = None
        self._locked = ""
        self.head = SectionHead(theme, tr("Comments"), self)
        self.loading = Bars(theme, parent=self)
        self.empty = Label(theme, tr("No comments yet."), "body", "text3", parent=self)
        self.earlier = Button(theme, tr("Show earlier comments"), "link", parent=self)
        self.later = Button(theme, tr("Show later comments"), "link", parent=self)
        self.view = ThreadView(theme, self)
        self._lay_out()
        self._clock = QTimer(self)
        self._clock.setSingleShot(True)
        self._clock.timeout.connect(self.refresh)
        self.earlier.clicked.connect(lambda: self._turn(-STEP))
        self.later.clicked.connect(lambda: self._turn(STEP))
        self.view.spot_clicked.connect(self._spot)
        self.view.current_moved.connect(lambda box: self.shown_at.emit(box.translated(self.view.pos())))
        self.view.verticalScrollBar().rangeChanged.connect(self._fit)
        self.view.installEventFilter(self)
        session.rows_changed.connect(self._follow)
        session.pending_changed.connect(self._follow_pending)
        theme.changed.connect(self._fit)

    # -- what is shown -------------------------------------------------------------------------------------------------

    def show_item(self, item: str) -> None:
        """Show the comments on another item, or none ("")."""
        self._model = Thread(self._session, item) if item else None
        self._rows, self._end = [], None
        self.view.set_entries([])
        if self._model is not None and not self._model.loaded:
            self._session.want("comments", item).add_done_callback(lambda _: self.refresh())
        self.refresh()

    def set_locked(self, why: str) -> None:
        """Why nothing can be changed here, or ""."""
        self._locked = why

    @property
    def count(self) -> int:
        """How many comments there are."""
        return len(self._rows)

    def place_of(self, comment: str) -> QRect:
        """Where a comment is, in this widget's coordinates."""
        box = self.view.place_of(comment)
        return box.translated(self.view.pos()) if not box.isEmpty() else box

    def refresh(self) -> None:
        """Say everything anew as it is now."""
        model = self._model
        loaded = model is not None and model.loaded
        self.loading.setVisible(model is not None and not loaded)
        before = len(self._rows)
        now = time()
        self._rows = model.rows(now) if model is not None else []
        self._show_window()
        self.empty.setVisible(loaded and not self._rows)
        self.head.set_count(len(self._rows))
        if model is not None:
            self._clock.start(round(model.next_tick(now) * 1000) + 50)
        else:
            self._clock.stop()
        if before != len(self._rows):
            self.view.setAccessibleName(tr("{n} comment|{n} comments", n=len(self._rows)))
            by_another = bool(before) and not (self._rows and self._rows[-1].author.is_you)
            self.changed.emit(len(self._rows) - before, by_another)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The thread's height follows its width."""
        if event.type() == QEvent.Type.Resize:
            self._fit()
        return False

    def _show_window(self) -> None:
        end = len(self._rows) if self._end is None else min(self._end, len(self._rows))
        start = max(0, end - SHOWN_MOST)
        self.view.set_entries(self._rows[start:end])
        self.view.setVisible(bool(self._rows))
        self.earlier.setVisible(start > 0)
        self.later.setVisible(end < len(self._rows))
        self._fit()

    def _turn(self, by: int) -> None:
        end = (len(self._rows) if self._end is None else self._end) + by
        self._end = None if end >= len(self._rows) else max(end, SHOWN_MOST)
        self._show_window()

    def _fit(self, *_: int) -> None:
        height = max(1, self.view.content_height())
        if height != self.view.height():
            self.view.setFixedHeight(height)

    def _follow(self, patch: Patch) -> None:
        if patch.touches("comment") or patch.touches("person"):
            self.refresh()

    def _follow_pending(self) -> None:
        if self._model is not None and self._rows:
            self.refresh()

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.head)
        column.addSpacing(12)
        column.addWidget(self.loading)
        column.addWidget(self.empty)
        column.addWidget(self.earlier, 0, Qt.AlignmentFlag.AlignLeading)
        column.addWidget(self.view)
        column.addWidget(self.later, 0, Qt.AlignmentFlag.AlignLeading)

    # -- what is done --------------------------------------------------------------------------------------------------

    def _spot(self, comment: str, spot: str) -> None:
        row = next((one for one in self._rows if one.id == comment), None)
        model, view = self._model, self._session.view(comment)
        if row is None or model is None or view is None:
            return
        if view.trashed:
            return
        if spot == "reply" and not self._locked:
            self.reply_asked.emit(model.root_of(comment))
        elif spot == "react" and not self._locked:
            self._open_reactions(comment)
        elif spot.startswith("reaction:") and not self._locked:
            self._react(comment, row.reactions[int(spot.partition(":")[2])].emoji)
        elif spot in ("more", "sync"):
            self._open_menu(row, model)

    def _open_reactions(self, comment: str) -> None:
        popover = ReactionPopover(self._theme, self)
        popover.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        popover.picked.connect(lambda emoji: self._react(comment, emoji))
        popover.open_at(self._menu_place(comment))

    def _react(self, comment: str, emoji: str) -> None:
        if self._model is None:
            return
        verb = self._session.remove if self._model.reacted(comment, emoji) else self._session.add
        verb("comment", comment, "reactions", [f"{self._session.client.user}:{emoji}"])
        self._session.flush()

    def _open_menu(self, row: CommentRow, model: Thread) -> None:
        menu = Menu(self._theme, tr("Comment"), self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if not self._locked:
            menu.add(tr("Reply"), lambda: self.reply_asked.emit(model.root_of(row.id)), "reply", "R")
        menu.add(tr("Copy text"), lambda: QGuiApplication.clipboard().setText(row.body), "copy")
        if model.mine(row.id) and not self._locked:
            menu.add(tr("Edit"), lambda: self.edit_asked.emit(row.id, model.body(row.id)), "pencil")
            menu.addSeparator()
            if row.sync_state == "rejected":
                menu.add(tr("Discard"), lambda: self._discard(row.id), "trash-2", danger=True)
            else:
                menu.add(tr("Delete"), lambda: self._delete(row.id), "trash-2", danger=True)
        menu.popup_at(self._menu_place(row.id))

    def _menu_place(self, comment: str) -> QPoint:
        box = QRect(self.view.viewport().mapToGlobal(QPoint(0, 0)), self.view.viewport().size())
        box = self.view.place_of(comment).translated(box.topLeft())
        if box.contains(QCursor.pos()):
            return QCursor.pos()
        return box.topRight() + QPoint(-140, 28)

    def _delete(self, comment: str) -> None:
        self._session.edit("delete", "comment", [comment])
        self._session.say(
            tr("Comment deleted"), "trash-2", tr("Undo"), lambda: self._session.edit("restore", "comment", [comment])
        )

    def _discard(self, comment: str) -> None:
        self._session.run(self._discard_all(comment))

    async def _discard_all(self, comment: str) -> None:
        refused = [one.change for one in self._session.pending() if comment in one.items and one.state == "rejected"]
        for change in reversed(refused):
            try:
                await self._session.client.discard(change)
            except Refusal as refusal:
                if refusal.code != "not_found":  # it went with the one before it
                    raise
