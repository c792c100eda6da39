"""The field in which a comment is written: 40 px that grow to 160, and the button that sends it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QEnterEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from app.ui.strings import tooltip, tr
from app.ui.theme.palette import brush, pen
from app.ui.theme.theme import Theme
from app.ui.theme.tokens import RADIUS_CONTROL, RADIUS_FIELD
from app.ui.widgets.focus_ring import FocusRingGuard
from app.ui.widgets.text_editor_base import PlainEditor

STYLE = "body"
EDGE_PX = 6
PADDING_PX = 11
SEND_PX = 28


class ComposerField(PlainEditor):
    """Enter is a new line, Ctrl+Enter (Cmd on macOS) sends."""

    send_asked = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Ctrl+Enter sends."""
        entered = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if entered and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.send_asked.emit()
            return
        super().keyPressEvent(event)


class _SendButton(QAbstractButton):
    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._hovered = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(tr("Send"))
        FocusRingGuard(theme, self)

    def sizeHint(self) -> QSize:
        return QSize(SEND_PX, SEND_PX)

    def enterEvent(self, event: QEnterEvent) -> None:
        self._hovered = True
        self.update()
        super().enterEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self._hovered = False
        self.update()
        super().leaveEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = self._theme.tokens
        ground, tone = tokens.pressed, tokens.text3
        if self.isEnabled():
            ground = tokens.accent_pressed if self.isDown() else tokens.accent_hover if self._hovered else tokens.accent
            tone = tokens.on_accent
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(brush(ground))
        painter.drawRoundedRect(QRectF(self.rect()), RADIUS_CONTROL, RADIUS_CONTROL)
        picture = self._theme.pixmap("arrow-up", 16, tone, self.devicePixelRatioF())
        place = (SEND_PX - 16) / 2
        painter.drawPixmap(QPointF(place, place), picture)
        painter.end()


class Composer(QWidget):
    """`sent(text)` when there is something to send and it is asked for; the text stays until `set_text`.

    `typed` for every change by its person, `left` for Esc.
    """

    sent = Signal(str)
    typed = Signal()
    left = Signal()

    def __init__(self, theme: Theme, placeholder: str, longest: int, parent: QWidget | None = None) -> None:
        """`longest` is the most letters that can be sent."""
        super().__init__(parent)
        self._theme = theme
        self._longest = longest
        self._setting = False
        self._why_not = ""
        self.field = ComposerField(theme, STYLE, placeholder, parent=self)
        self.field.setPlaceholderText(placeholder)
        self.send = _SendButton(theme, self)
        self.setFocusProxy(self.field)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.field.grew.connect(self._grow)
        self.field.send_asked.connect(self._ask)
        self.field.left.connect(self.left)
        self.field.textChanged.connect(self._changed)
        self.field.installEventFilter(self)
        self.send.clicked.connect(self._ask)
        self.setCursor(Qt.CursorShape.IBeamCursor)
        theme.changed.connect(self._restyle)
        self._restyle()
        self._judge()

    def text(self) -> str:
        """What was written."""
        return self.field.text()

    def set_text(self, text: str) -> None:
        """Put another text in, with the caret at its end."""
        if text == self.text():
            return
        self._setting = True
        self.field.setPlainText(text)
        self._setting = False
        self.field.moveCursor(self.field.textCursor().MoveOperation.End)
        self.field.fit()
        self._judge()

    def set_possible(self, possible: bool, why_not: str = "") -> None:
        """Whether comments can be written here at all."""
        self._why_not = "" if possible else why_not
        self.field.setReadOnly(not possible)
        self.setToolTip(tooltip(self._why_not))
        self._judge()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Show the frame of the focus."""
        if event.type() in (QEvent.Type.FocusIn, QEvent.Type.FocusOut):
            self.update()
        return False

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """The whole frame is the field."""
        self.field.setFocus(Qt.FocusReason.MouseFocusReason)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Place field and button."""
        super().resizeEvent(event)
        self._place()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint ground and frame."""
        tokens = self._theme.tokens
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(brush(tokens.surface))
        focused = self.field.hasFocus()
        painter.setPen(pen(tokens.accent, 2.0) if focused else pen(tokens.line))
        inset = 1.0 if focused else 0.5
        box = QRectF(self.rect()).adjusted(inset, inset, -inset, -inset)
        painter.drawRoundedRect(box, RADIUS_FIELD - inset, RADIUS_FIELD - inset)
        painter.end()

    def _ask(self) -> None:
        text = self.text().strip()
        if text and self.send.isEnabled():
            self.sent.emit(text)

    def _changed(self) -> None:
        self._judge()
        if not self._setting:
            self.typed.emit()

    def _judge(self) -> None:
        text = self.text()
        too_long = len(text) > self._longest
        why = self._why_not
        if too_long and not why:
            why = tr("At most {most} letters fit into a comment.", most=self._longest)
        self.send.setEnabled(bool(text.strip()) and not why)
        self.send.setToolTip(tooltip(why or tr("Send (Ctrl Enter)")))

    def _vertical_padding(self) -> int:
        return max(4, (self._theme.metrics.composer - self._theme.line(STYLE)) // 2)

    def _grow(self) -> None:
        self.setFixedHeight(self.field.height() + 2 * self._vertical_padding())
        self._place()

    def _place(self) -> None:
        mirrored = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        taken = SEND_PX + EDGE_PX + 8
        width = max(40, self.width() - PADDING_PX - taken)
        top = self._vertical_padding()
        self.field.setGeometry(taken if mirrored else PADDING_PX, top, width, self.field.height())
        x = EDGE_PX if mirrored else self.width() - EDGE_PX - SEND_PX
        self.send.resize(SEND_PX, SEND_PX)
        self.send.move(QPoint(x, self.height() - EDGE_PX - SEND_PX))

    def _restyle(self) -> None:
        metrics, padding = self._theme.metrics, 2 * self._vertical_padding()
        self.field.set_range(metrics.composer - padding, metrics.composer_most - padding)
        self._grow()
        self.update()
