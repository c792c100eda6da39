"""Under the thread: who is typing, what is being answered, and the field in which a comment is written."""

from __future__ import annotations

import asyncio
import uuid
from time import monotonic
from typing import Any, Final

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from app.model.kinds import KINDS
from app.protocol.limits import TYPING_REFRESH_S
from app.ui.models.detail import COMMENT_FIELD, Draft, Drafts, typing_people, typing_words
from app.ui.paint.plan import draw_words, elide
from app.ui.paint.rows import one_line
from app.ui.session import Session
from app.ui.strings import tr
from app.ui.theme.icons import TURN_FRAMES
from app.ui.theme.palette import brush
from app.ui.theme.theme import Theme
from app.ui.widgets.button import Button
from app.ui.widgets.composer import Composer
from app.ui.widgets.label import ElidedLabel

LINE_PX: Final = 22
EDGE_PX: Final = 20
BODY_MOST: Final = getattr(KINDS["comment"].fields["body"].type, "length_max", 20_000)
DOTS: Final = 3
QUOTE_MOST: Final = 80


class TypingLine(QWidget):
    """Three dots that move while somebody types, or a hint with an icon; it keeps its place when it is empty."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.words = ""
        self._icon = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def say(self, words: str, icon: str = "") -> None:
        """Show words, after an icon or (without one) after the dots; "" shows nothing."""
        if (words, icon) == (self.words, self._icon):
            return
        self.words, self._icon = words, icon
        self.setAccessibleName(words)
        if words and not icon:
            self._theme.ticker.attach(self, self.update)
        else:
            self._theme.ticker.detach(self)
        self.update()

    def sizeHint(self) -> QSize:
        """One line."""
        return QSize(120, round(LINE_PX * max(1.0, self._theme.scale)))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint icon or dots, then the words."""
        if not self.words:
            return
        theme, tokens = self._theme, self._theme.tokens
        mirrored = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        start = 22.0 if self._icon else 26.0
        if self._icon:
            picture = theme.pixmap(self._icon, 14, tokens.text3, self.devicePixelRatioF())
            painter.drawPixmap(QPointF(self.width() - 14 if mirrored else 0, (self.height() - 14) // 2), picture)
        else:
            self._paint_dots(painter, mirrored)
        shown = elide(theme, self.words, "small", self.width() - start)
        width = theme.letters("small").horizontalAdvance(shown)
        painter.setFont(theme.font("small"))
        painter.setPen(theme.colour(tokens.text3))
        left = self.width() - start - width if mirrored else start
        draw_words(painter, QRectF(left, 0, width + 1, self.height()), shown)
        painter.end()

    def _paint_dots(self, painter: QPainter, mirrored: bool) -> None:
        tokens, frame = self._theme.tokens, self._theme.ticker.frame
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(brush(tokens.text2))
        for number in range(DOTS):
            phase = (frame / TURN_FRAMES - number * 0.15) % 1.0
            lift = 0.0 if phase > 0.4 or not self._theme.ticker.running else 2.0 * (1 - abs(phase - 0.2) / 0.2)
            x = 2.5 + 6.5 * number
            painter.drawEllipse(QPointF(self.width() - x if mirrored else x, self.height() / 2 + 0.5 - lift), 2.0, 2.0)


class _ModeBar(QWidget):
    """What is answered or edited, and a button to stop."""

    stopped = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.label = ElidedLabel(theme, "", "small", "text2", parent=self)
        self.stop = Button(theme, tr("Cancel"), "icon", icon="x", parent=self)
        self.stop.clicked.connect(self.stopped)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 2)
        row.setSpacing(4)
        row.addWidget(self.label, 1)
        row.addWidget(self.stop)
        self.hide()

    def show_words(self, words: str) -> None:
        self.label.set_words(words)
        self.setVisible(bool(words))


class ComposerPanel(QWidget):
    """Writes comments on one item. `sent(comment)` with the id of a new one, `left` when Esc leaves the field."""

    sent = Signal(str)
    left = Signal()

    def __init__(self, theme: Theme, session: Session, drafts: Drafts, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._session = session
        self._drafts = drafts
        self._project = ""
        self._item = ""
        self._typed_at: float | None = None
        self.line = TypingLine(theme, self)
        self.mode = _ModeBar(theme, self)
        self.composer = Composer(theme, tr("Write a comment"), BODY_MOST, self)
        column = QVBoxLayout(self)
        column.setContentsMargins(EDGE_PX, 4, EDGE_PX, 14)
        column.setSpacing(2)
        column.addWidget(self.line)
        column.addWidget(self.mode)
        column.addWidget(self.composer)
        self.setFocusProxy(self.composer)
        self.mode.stopped.connect(self.stop_mode)
        self.composer.typed.connect(self._typed)
        self.composer.sent.connect(self._send)
        self.composer.left.connect(self._leave)
        self.composer.field.focus_changed.connect(self._focused)
        session.presence_changed.connect(self._follow_people)
        session.light_changed.connect(self._show_line)

    # -- what is shown -------------------------------------------------------------------------------------------------

    def show_item(self, project: str, item: str) -> None:
        """Write on another item from now on; each keeps its draft."""
        self._stop_typing()
        self._project, self._item = project, item
        self._show_draft()
        self._show_line()

    def set_possible(self, possible: bool, why_not: str = "") -> None:
        """Whether comments can be written."""
        self.composer.set_possible(possible, why_not)

    def answer(self, comment: str) -> None:
        """Let the draft be a reply."""
        self._drafts.answer(self._item, comment)
        self._show_draft()
        self.composer.field.setFocus(Qt.FocusReason.OtherFocusReason)

    def edit(self, comment: str, body: str) -> None:
        """Take up a comment to change it."""
        self._drafts.edit(self._item, comment, body)
        self._show_draft()
        self.composer.field.setFocus(Qt.FocusReason.OtherFocusReason)

    def stop_mode(self) -> None:
        """No reply, no change of an older comment."""
        draft = self._drafts.of(self._item)
        if draft.editing:
            self._drafts.stop_editing(self._item)
        else:
            draft.reply_to = ""
        self._show_draft()

    def follow(self) -> None:
        """Comments changed: the one that is answered or edited may be gone."""
        draft = self._drafts.of(self._item)
        target = self._session.view(draft.editing or draft.reply_to)
        if (draft.editing or draft.reply_to) and (target is None or target.trashed):
            if draft.editing:
                draft.kept = "\n".join(part for part in (draft.text, draft.kept) if part)  # nothing typed is lost
            self.stop_mode()

    def _show_draft(self) -> None:
        draft = self._drafts.of(self._item)
        self.composer.set_text(draft.text)
        self.mode.show_words(self._mode_words(draft))

    def _mode_words(self, draft: Draft) -> str:
        if draft.editing:
            return tr("Editing your comment")
        if not draft.reply_to:
            return ""
        row = self._session.view(draft.reply_to)
        if row is None:
            return tr("Reply")
        person = self._session.person(row.created_by)
        name = tr("yourself") if person.is_you else person.first_name
        quote = one_line(str(row.value("body") or ""), QUOTE_MOST)
        return tr("Reply to {name}: “{text}”", name=name, text=quote)

    def _follow_people(self, places: set[tuple[str, str]]) -> None:
        if any(project == self._project for project, _ in places):
            self._show_line()

    def _show_line(self) -> None:
        if not self._item:
            self.line.say("")
        elif self._session.client.light().state == "offline":
            self.line.say(tr("Comments are sent when you are back online"), "cloud-off")
        else:
            self.line.say(typing_words(typing_people(self._session, self._project, self._item)))

    # -- what is done --------------------------------------------------------------------------------------------------

    def _typed(self) -> None:
        self._drafts.of(self._item).text = self.composer.text()
        if not self.composer.text().strip():
            self._stop_typing()
            return
        now = monotonic()
        if self._typed_at is None or now - self._typed_at >= TYPING_REFRESH_S:
            self._typed_at = now
            self._session.here("typing", self._project, self._item, COMMENT_FIELD)

    def _stop_typing(self) -> None:
        if self._typed_at is not None:
            self._typed_at = None
            if self._item:
                self._session.here("viewing", self._project, self._item)

    def _focused(self, inside: bool) -> None:
        if not inside:
            self._stop_typing()

    def _leave(self) -> None:
        draft = self._drafts.of(self._item)
        if draft.editing or draft.reply_to:
            self.stop_mode()
        else:
            self.left.emit()

    def _send(self, text: str) -> None:
        draft = self._drafts.of(self._item)
        item, editing, reply_to = self._item, draft.editing, draft.reply_to
        comment = str(uuid.uuid4())
        if editing:
            future = self._session.set_fields("comment", [editing], body=text)
        else:
            fields: dict[str, Any] = {"on": item, "body": text}
            if reply_to:
                fields["reply_to"] = reply_to
            future = self._session.edit("create", "comment", [comment], fields=fields)
        if _failed(future):
            return  # said in a toast; the text stays in the field
        self._drafts.sent(item)
        self._stop_typing()
        self._show_draft()
        future.add_done_callback(lambda done: self._saved(done, item, text, editing, reply_to))
        self._session.flush()
        if not editing:
            self.sent.emit(comment)

    def _saved(self, future: asyncio.Future[Any], item: str, text: str, editing: str, reply_to: str) -> None:
        """What could not be saved after all comes back into the field."""
        if not _failed(future):
            return
        if editing:
            self._drafts.edit(item, editing, text)
        else:
            self._drafts.give_back(item, text, reply_to)
        if item == self._item:
            self._show_draft()


def _failed(future: asyncio.Future[Any]) -> bool:
    return future.done() and not future.cancelled() and future.exception() is not None
