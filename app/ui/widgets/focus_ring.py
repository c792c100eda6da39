"""The frame around the control that the keyboard is on: 2 px of accent, 2 px outside it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QRectF, Qt
from PySide6.QtGui import QFocusEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget
from shiboken6 import isValid

from app.ui.theme.palette import pen
from app.ui.theme.theme import Theme
from app.ui.theme.tokens import RADIUS_CONTROL

REACH_PX = 4
KEYBOARD_REASONS = (
    Qt.FocusReason.TabFocusReason,
    Qt.FocusReason.BacktabFocusReason,
    Qt.FocusReason.ShortcutFocusReason,
)


class FocusRing(QWidget):
    """A see-through sibling drawn over a control while it has the keyboard's focus."""

    def __init__(self, theme: Theme, control: QWidget, radius: int) -> None:
        super().__init__(control.parentWidget())
        self._theme = theme
        self._radius = radius
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.follow(control)
        self.raise_()
        self.show()

    def follow(self, control: QWidget) -> None:
        """Lie around the control where it is now."""
        self.setGeometry(control.geometry().adjusted(-REACH_PX, -REACH_PX, REACH_PX, REACH_PX))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the frame."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(pen(self._theme.tokens.accent, 2.0))
        radius = self._radius + REACH_PX - 1
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), radius, radius)
        painter.end()


class FocusRingGuard(QObject):
    """Shows a ring around one control when the focus comes by the keyboard; it lives as long as the control."""

    def __init__(self, theme: Theme, control: QWidget, radius: int = RADIUS_CONTROL) -> None:
        super().__init__(control)
        self._theme = theme
        self._control = control
        self._radius = radius
        self._ring: FocusRing | None = None
        control.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the control's focus and place; the event goes on."""
        kind = event.type()
        if kind == QEvent.Type.FocusIn and isinstance(event, QFocusEvent):
            if event.reason() in KEYBOARD_REASONS:
                self.show_ring()
        elif kind in (QEvent.Type.FocusOut, QEvent.Type.Hide, QEvent.Type.ParentAboutToChange):
            self.hide_ring()
        elif kind in (QEvent.Type.Move, QEvent.Type.Resize) and self._ring is not None and isValid(self._ring):
            self._ring.follow(self._control)
        elif kind == QEvent.Type.KeyPress and self._control.hasFocus():
            self.show_ring()
        return False

    def show_ring(self) -> None:
        """Show the ring now."""
        if self._ring is None and self._control.parentWidget() is not None:
            self._ring = FocusRing(self._theme, self._control, self._radius)

    def hide_ring(self) -> None:
        """Take the ring away."""
        if self._ring is not None:
            if isValid(self._ring):
                self._ring.hide()
                self._ring.deleteLater()
            self._ring = None
