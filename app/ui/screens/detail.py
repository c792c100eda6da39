"""The detail of one task: read and changed in place, with whoever else is at it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from time import time
from typing import Final

from PySide6.QtCore import QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent, QHideEvent, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from app.ui.models.detail import Drafts, TaskFacts, TitleEdit, changed_fields, task_facts
from app.ui.models.detail_unsaved import UnsavedTexts
from app.ui.paint.rows import Presence, one_line
from app.ui.screens.comments_composer import ComposerPanel
from app.ui.screens.detail_actions import property_popover, task_menu
from app.ui.screens.detail_header import DetailHeader
from app.ui.screens.detail_page import DetailPage
from app.ui.screens.detail_text import RETRY_MS, SharedText
from app.ui.session import Patch, Session
from app.ui.strings import tr
from app.ui.theme.palette import pen
from app.ui.theme.theme import Theme
from app.ui.widgets.announcer import Announcer
from app.ui.widgets.focus_ring import KEYBOARD_REASONS
from app.ui.widgets.states import EmptyState

DESCRIPTION: Final = "description"
CLOCK_MS: Final = 60_000
KEYS: Final = {
    Qt.Key.Key_S: "status",
    Qt.Key.Key_A: "assignees",
    Qt.Key.Key_D: "due",
    Qt.Key.Key_L: "labels",
    Qt.Key.Key_P: "priority",
}


class TaskDetail(QWidget):
    """`show_task` shows one task or none (""). `closed` when its person closes it, `notice(words)` for what is said.

    S, A, D, L, P change a property while no text has the keyboard.
    """

    closed = Signal()
    notice = Signal(str)

    def __init__(self, theme: Theme, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._session = session
        self._facts = TaskFacts()
        self._title = TitleEdit()
        self._drafts = Drafts()
        self._unsaved = UnsavedTexts(session)
        self._shared: SharedText | None = None
        self._keyboard = False
        self._project = ""
        self.item = ""
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setProperty("ground", "surface")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(tr("Task"))
        self.header = DetailHeader(theme, self)
        self.page = DetailPage(theme, session, self)
        self.writing = ComposerPanel(theme, session, self._drafts, self)
        self.gone = EmptyState(theme, "eye-off", "", "", parent=self)
        self._stack = QStackedWidget(self)
        self._announcer = Announcer(self)
        self._clock = self._timer(CLOCK_MS, self._tick)
        self._again = self._timer(RETRY_MS, self._retry)
        self._caret = self._timer(100, self._say_caret)
        self._caret.setSingleShot(True)
        self._lay_out()
        self._connect()

    # -- from the window -----------------------------------------------------------------------------------------------

    def show_task(self, item: str) -> None:
        """Show another task; what was typed into the one before is saved there."""
        if item == self.item:
            return
        self._save_title()
        if self._shared is not None:
            self._shared.close()
            self._shared.deleteLater()
            self._shared = None
        if len(self._unsaved):
            self._again.start()
        self.item = item
        self._facts, self._project = TaskFacts(), ""
        self.page.title_notice.say("", "")
        self._follow_facts("")
        self.writing.show_item(self._facts.project, item)
        self.page.comments.show_item(item)
        if item:
            self._open_text()
            self._clock.start()
            self.page.to_top()
        else:
            self._clock.stop()
        self._show_people()

    def clear(self) -> None:
        """Show none."""
        self.show_task("")

    def focus_composer(self) -> None:
        """Begin to write a comment."""
        if self._facts.state != "gone":
            self.writing.composer.field.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def flush(self) -> None:
        """Save what was typed, now."""
        self._save_title()
        if self._shared is not None:
            self._shared.flush()

    # -- what is shown -------------------------------------------------------------------------------------------------

    def _follow(self, patch: Patch) -> None:
        if not self.item:
            return
        kind, _, author = patch.items.get(self.item, ("", "", ""))
        if kind or patch.whole or any(patch.touches(one) for one in ("project", "label", "person")):
            self._follow_facts(author)
        if patch.touches("comment"):
            self.writing.follow()

    def _follow_facts(self, author: str) -> None:
        before, facts = self._facts, task_facts(self._session, self.item, time(), today())
        self._facts = facts
        self._project = facts.project or self._project
        self._stack.setCurrentIndex(1 if self.item and facts.state == "gone" else 0)
        if facts.state == "gone":
            self._show_gone()
            return
        self.header.show_facts(facts)
        self._show_title(facts)
        self.page.properties.show_facts(facts)
        self.page.made.setText(facts.made_words)
        self.page.sent.set_state(facts.waiting.get(DESCRIPTION, ""))
        self._show_locks(before, facts)
        if author and before.item == facts.item:
            colour = self._theme.tokens.person(self._session.person(author).colour_slot).fill
            for name in changed_fields(before, facts):
                if name == "title":
                    self.page.title.tint.flash(colour)
                else:
                    self.page.properties.flash(name, colour)

    def _show_gone(self) -> None:
        self.header.more.hide()
        if not self._project or self._session.view(self._project) is not None:
            words = tr("It was removed, or you lost access to it.")
            self.gone.set_words("eye-off", tr("This task is no longer here"), words)
        else:
            words = tr("Its tasks were deleted from this computer.")
            self.gone.set_words("lock", tr("You no longer have access to this project"), words)

    def _show_title(self, facts: TaskFacts) -> None:
        shown = self._title.follow(facts.title, facts.title_by)
        if shown is not None:
            self.page.title.show_title(shown)
        elif self._title.theirs and not self._title.by.is_you:
            theirs = one_line(self._title.theirs, 120)
            words = tr("{name} changed it to “{title}” meanwhile.", name=self._title.by.first_name, title=theirs)
            self.page.title_notice.say(words, "pencil", "accent", tr("Use theirs"), self._use_theirs)

    def _show_locks(self, before: TaskFacts, facts: TaskFacts) -> None:
        locked = facts.locked
        self.page.title.setReadOnly(bool(locked))
        self.page.comments.set_locked(locked)
        self.writing.set_possible(not locked, locked)
        if self._shared is not None and self._shared.state != "loading":
            self.page.description.setReadOnly(bool(locked))
        if facts.state == "trashed":
            by = facts.trashed_by
            words = tr("You moved this task to the trash.")
            if not by.is_you:
                words = tr("{name} moved this task to the trash.", name=by.first_name)
            self.page.notice.say(words, "trash-2", "yellow", tr("Restore"), self._restore)
            if before.state == "here":
                self._announcer.say(words)
                self.notice.emit(words)
        else:
            self.page.notice.say(locked, "lock")

    def _follow_people(self, places: set[tuple[str, str]]) -> None:
        if any(project == self._facts.project for project, _ in places):
            self._show_people()

    def _show_people(self) -> None:
        others: tuple[Presence, ...] = ()
        if self._facts.project and self.item:
            others = tuple(
                one for one in self._session.presence(self._facts.project, self.item) if not one.person.is_you
            )
        self.header.faces.set_people(others)

    def _tick(self) -> None:
        if self.item:
            self._follow_facts("")

    # -- the text ------------------------------------------------------------------------------------------------------

    def _open_text(self) -> None:
        shared = SharedText(self._session, self.page.description, self.item, DESCRIPTION, self._unsaved, self)
        self._shared = shared
        shared.changed.connect(self._show_saved)
        shared.loaded.connect(self._show_saved)
        self._show_saved()

    def _show_saved(self) -> None:
        shared = self._shared
        if shared is None:
            return
        loading = shared.state == "loading"
        self.page.loading.setVisible(loading)
        self.page.description.setVisible(not loading)
        self.page.saved.set_state(shared.state, shared.reason)
        if not loading:
            self.page.description.setReadOnly(bool(self._facts.locked))

    def _retry(self) -> None:
        self._unsaved.retry()
        if not len(self._unsaved):
            self._again.stop()

    def _say_caret(self) -> None:
        if self.item and self.page.description.hasFocus() and not self._facts.locked:
            self._session.here("editing", self._facts.project, self.item, DESCRIPTION, self.page.description.caret())

    def _description_focus(self, inside: bool) -> None:
        if inside:
            self._caret.start()
            return
        self._caret.stop()
        if self._shared is not None:
            self._shared.flush()
        self._be_viewing()

    def _be_viewing(self) -> None:
        if self.item and self._facts.project:
            self._session.here("viewing", self._facts.project, self.item)

    # -- the title -----------------------------------------------------------------------------------------------------

    def _begin_title(self) -> None:
        if not self._title.active and self.item:
            self._title.begin(self._facts.title)
            self._session.here("editing", self._facts.project, self.item, "title")

    def _save_title(self) -> None:
        if not self._title.active:
            return
        wanted = self._title.end(self.page.title.text())
        if wanted is not None and self.item:
            self._session.set_fields("task", [self.item], title=wanted)
        self._end_title()

    def _revert_title(self) -> None:
        self._title.end("")
        self._end_title()
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def _use_theirs(self) -> None:
        self._revert_title()

    def _end_title(self) -> None:
        self.page.title_notice.say("", "")
        row = self._session.view(self.item) if self.item else None
        if row is not None:
            self.page.title.show_title(str(row.value("title") or ""))
        self._be_viewing()

    # -- what is done --------------------------------------------------------------------------------------------------

    def choose(self, part: str, anchor: QWidget | None = None) -> None:
        """Open the popover for a property: status, priority, assignees, labels or due."""
        if not self.item or self._facts.locked or self._facts.state != "here":
            return
        place = anchor or self.page.properties.rows[part].value
        property_popover(self._theme, self._session, part, self.item, today(), self).open_below(place)

    def trash(self) -> None:
        """Move the task to the trash; a toast takes it back."""
        item = self.item
        if not item:
            return
        self._session.edit("delete", "task", [item])
        words = tr("Task moved to the trash")
        self._session.say(words, "trash-2", tr("Undo"), lambda: self._session.edit("restore", "task", [item]))
        self.closed.emit()

    def _restore(self) -> None:
        self._session.edit("restore", "task", [self.item])

    def _open_menu(self) -> None:
        menu = task_menu(self._theme, bool(self._facts.locked), self.choose, self.trash, self)
        corner = self.header.more.mapToGlobal(QPoint(self.header.more.width(), self.header.more.height() + 6))
        menu.popup_at(corner - QPoint(menu.sizeHint().width() - 2 * menu.margin, 0))

    def _comments_came(self, more: int, by_another: bool) -> None:
        if more > 0 and by_another:
            self.page.news(more)

    def _comment_sent(self, _comment: str) -> None:
        QTimer.singleShot(0, self, self.page.to_end)

    # -- Qt ------------------------------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """The keys of properties; Esc closes."""
        part = KEYS.get(Qt.Key(event.key()))
        if part is not None and event.modifiers() == Qt.KeyboardModifier.NoModifier:
            self.choose(part)
        elif event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
        else:
            super().keyPressEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:
        """A hidden window keeps nothing to itself."""
        self.flush()
        super().hideEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show a frame when the keyboard came by the keyboard."""
        self._keyboard = event.reason() in KEYBOARD_REASONS
        self.update()
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Hide the frame."""
        self.update()
        super().focusOutEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the ground, and the frame of the focus."""
        super().paintEvent(event)
        if self._keyboard and self.hasFocus():
            painter = QPainter(self)
            painter.setPen(pen(self._theme.tokens.accent, 2.0))
            painter.drawRect(self.rect().adjusted(1, 1, -1, -1))
            painter.end()

    def _lay_out(self) -> None:
        main = QWidget(self)
        column = QVBoxLayout(main)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.page, 1)
        column.addWidget(self.writing)
        self._stack.addWidget(main)
        self._stack.addWidget(self.gone)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self.header)
        whole.addWidget(self._stack, 1)

    def _connect(self) -> None:
        session, page = self._session, self.page
        session.rows_changed.connect(self._follow)
        session.pending_changed.connect(self._tick)
        session.presence_changed.connect(self._follow_people)
        self.header.closed.connect(self.closed)
        self.header.menu_asked.connect(self._open_menu)
        page.title.begun.connect(self._begin_title)
        page.title.saved.connect(self._save_title)
        page.title.reverted.connect(self._revert_title)
        page.properties.asked.connect(self.choose)
        page.description.caret_moved.connect(self._caret_moved)
        page.description.focus_changed.connect(self._description_focus)
        page.description.left.connect(self._leave)
        page.comments.reply_asked.connect(self.writing.answer)
        page.comments.edit_asked.connect(self.writing.edit)
        page.comments.changed.connect(self._comments_came)
        self.writing.sent.connect(self._comment_sent)
        self.writing.left.connect(self._leave)

    def _caret_moved(self) -> None:
        if not self._caret.isActive():
            self._caret.start()

    def _leave(self) -> None:
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def _timer(self, interval: int, act: Callable[[], None]) -> QTimer:
        timer = QTimer(self)
        timer.setInterval(interval)
        timer.timeout.connect(act)
        return timer


def today() -> date:
    """The day of this computer's clock and zone."""
    return datetime.now().astimezone().date()
