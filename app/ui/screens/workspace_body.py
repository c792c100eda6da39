"""Where list and detail stand: beside each other in a wide window, the detail sliding over the list in a narrow one."""

from __future__ import annotations

from PySide6.QtCore import QEasingCurve, QPoint, QPropertyAnimation, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from app.ui.theme.theme import Theme
from app.ui.widgets.card import Line
from app.ui.widgets.states import Scrim

LIST_LEAST_PX = 56
"""Of the list that stays to be seen beside a detail that slid over it."""


class Body(QWidget):
    """Lays out `main` and, while it is open, `side`; `dismissed` when the veil is pressed."""

    dismissed = Signal()

    def __init__(self, theme: Theme, main: QWidget, side: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._wide = True
        self.is_open = False
        self._main = main
        self._side = side
        main.setParent(self)
        self._scrim = Scrim(theme, main)
        self._scrim.pressed.connect(self.dismissed)
        self._scrim.hide()
        self._line = Line(upright=True, parent=self)
        side.setParent(self)
        side.hide()
        self._line.hide()
        self._slide = QPropertyAnimation(side, b"pos", self)
        self._slide.setEasingCurve(QEasingCurve.Type.OutCubic)

    def set_wide(self, wide: bool) -> None:
        """Whether there is room for both."""
        self._wide = wide
        self._place()

    def open_side(self) -> None:
        """Show the detail."""
        was, self.is_open = self.is_open, True
        self._place()
        if not was and not self._wide:
            self._slide_in()

    def close_side(self) -> None:
        """Hide the detail."""
        self.is_open = False
        self._place()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lay out again."""
        super().resizeEvent(event)
        self._place()

    def _place(self) -> None:
        self._slide.stop()
        width, height = self.width(), self.height()
        mirrored = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        side = min(self._theme.metrics.detail, max(0, width - LIST_LEAST_PX)) if self.is_open else 0
        main = width - side - 1 if self._wide and side else width
        self._main.setGeometry(width - main if mirrored else 0, 0, main, height)
        self._line.setGeometry(side if mirrored else width - side - 1, 0, 1, height)
        self._side.setGeometry(0 if mirrored else width - side, 0, side, height)
        self._line.setVisible(self.is_open)
        self._side.setVisible(self.is_open)
        self._scrim.setVisible(self.is_open and not self._wide)
        if self.is_open and not self._wide:
            self._scrim.raise_()
            self._side.raise_()

    def _slide_in(self) -> None:
        duration = self._theme.motion.slide
        if not duration:
            return
        place = self._side.pos()
        away = -self._side.width() if place.x() == 0 else self._side.width()
        self._slide.setDuration(duration)
        self._slide.setStartValue(place + QPoint(away, 0))
        self._slide.setEndValue(place)
        self._slide.start()
