"""A small panel that floats below what opened it and closes when you turn away."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QEasingCurve, QMargins, QPoint, QRect, QRectF, Qt, QVariantAnimation, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent, QPainter, QPainterPath, QPaintEvent, QRegion, QResizeEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget
from shiboken6 import isValid

from app.ui.paint.shadow import paint_raised
from app.ui.theme.compositor import has_compositor
from app.ui.theme.theme import Theme
from app.ui.theme.tokens import RADIUS_POPOVER, SHADOW_MARGIN_PX

TRAVEL_PX = 4
GAP_PX = 6


def round_off(widget: QWidget) -> None:
    """Cut a window's corners round by a mask, where they cannot be see-through."""
    path = QPainterPath()
    path.addRoundedRect(QRectF(widget.rect()), RADIUS_POPOVER, RADIUS_POPOVER)
    widget.setMask(QRegion(path.toFillPolygon().toPolygon()))


class Popover(QWidget):
    """Put content into `body`. Esc or a click outside closes it; the focus goes back to what opened it.

    Where nothing composes the screen (bare X11) it has no shadow, only its border.
    """

    closed = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(
            parent,
            Qt.WindowType.Popup | Qt.WindowType.FramelessWindowHint | Qt.WindowType.NoDropShadowWindowHint,
        )
        self._theme = theme
        self._anchor: QWidget | None = None
        self._target = QPoint()
        self._shadowed = has_compositor()
        self.margin = SHADOW_MARGIN_PX if self._shadowed else 0
        self.setAttribute(Qt.WidgetAttribute.WA_TranslucentBackground, self._shadowed)
        self.body = QWidget(self)
        self.column = QVBoxLayout(self.body)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(0)
        frame = QVBoxLayout(self)
        frame.setContentsMargins(self.margin + 1, self.margin + 1, self.margin + 1, self.margin + 1)
        frame.addWidget(self.body)
        self._motion = QVariantAnimation(self)
        self._motion.setStartValue(0.0)
        self._motion.setEndValue(1.0)
        self._motion.setEasingCurve(QEasingCurve.Type.OutCubic)
        self._motion.valueChanged.connect(self._step)
        theme.changed.connect(self.update)

    def panel_rect(self) -> QRect:
        """The visible panel, without the shadow, in the popover's coordinates."""
        return self.rect().adjusted(self.margin, self.margin, -self.margin, -self.margin)

    def open_below(self, anchor: QWidget, align: Literal["start", "end"] = "start", gap: int = GAP_PX) -> None:
        """Open `gap` px under `anchor`, start or end edges aligned, above it when there is no room below."""
        mirrored = anchor.layoutDirection() == Qt.LayoutDirection.RightToLeft
        left_edge = (align == "start") != mirrored
        corner = anchor.mapToGlobal(QPoint(0, anchor.height() + gap))
        self.adjustSize()
        panel = self.sizeHint().shrunkBy(self._margins())
        x = corner.x() if left_edge else corner.x() + anchor.width() - panel.width()
        above = anchor.mapToGlobal(QPoint(0, 0)).y() - gap - panel.height()
        self._anchor = anchor
        self.open_at(QPoint(x, corner.y()), above)

    def open_at(self, place: QPoint, above: int | None = None) -> None:
        """Open with the panel's corner at a point of the screen, moved so that all of it is seen."""
        self.adjustSize()
        panel = QRect(place, self.sizeHint().shrunkBy(self._margins()))
        screen = self.screen() if self._anchor is None else self._anchor.screen()
        free = screen.availableGeometry()
        if panel.bottom() > free.bottom() and above is not None and above >= free.top():
            panel.moveTop(above)
        panel.moveLeft(max(free.left(), min(panel.left(), free.right() - panel.width() + 1)))
        panel.moveTop(max(free.top(), min(panel.top(), free.bottom() - panel.height() + 1)))
        self._target = panel.topLeft() - QPoint(self.margin, self.margin)
        duration = self._theme.motion.popover_in
        self.move(self._target - QPoint(0, TRAVEL_PX if duration else 0))
        self.setWindowOpacity(0.0 if duration else 1.0)
        self.show()
        self.body.setFocus(Qt.FocusReason.PopupFocusReason)
        if duration:
            self._motion.setDuration(duration)
            self._motion.start()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc closes."""
        if event.key() == Qt.Key.Key_Escape:
            self.close()
            return
        super().keyPressEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:
        """Give the focus back and say that it closed."""
        super().hideEvent(event)
        self._motion.stop()
        if self._anchor is not None and isValid(self._anchor):
            self._anchor.setFocus(Qt.FocusReason.PopupFocusReason)
        self.closed.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Round the corners where the window cannot be half transparent."""
        super().resizeEvent(event)
        if not self._shadowed:
            round_off(self)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint shadow, ground and border."""
        painter = QPainter(self)
        paint_raised(painter, self.panel_rect(), self._theme.tokens, self.devicePixelRatioF(), self._shadowed)
        painter.end()

    def _margins(self) -> QMargins:
        return QMargins(self.margin, self.margin, self.margin, self.margin)

    def _step(self, share: float) -> None:
        self.setWindowOpacity(share)
        self.move(self._target - QPoint(0, round(TRAVEL_PX * (1.0 - share))))
