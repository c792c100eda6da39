"""What a screen shows when there is nothing to show: empty, loading, failed, and the veil behind what slides over."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from app.ui.theme.palette import brush
from app.ui.theme.theme import Theme
from app.ui.widgets.button import Button
from app.ui.widgets.label import Label

StateTone = Literal["accent", "red", "yellow"]
TILE_PX = 56
TILE_RADIUS_PX = 16
TILE_ICON_PX = 26
TEXT_WIDEST_PX = 380
LOADING_AFTER_MS = 150


class IconTile(QWidget):
    """A soft square of 56 px with an icon in it."""

    def __init__(self, theme: Theme, icon: str, tone: StateTone = "accent", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._icon = icon
        self._tone = tone
        self.setFixedSize(TILE_PX, TILE_PX)
        theme.changed.connect(self.update)

    def set_look(self, icon: str, tone: StateTone) -> None:
        """Show another icon in another tone."""
        self._icon, self._tone = icon, tone
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the tile."""
        tokens = self._theme.tokens
        tone, soft = {
            "accent": (tokens.accent_text, tokens.selected),
            "red": (tokens.red, tokens.red_soft),
            "yellow": (tokens.yellow, tokens.yellow_soft),
        }[self._tone]
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(brush(soft))
        painter.drawRoundedRect(QRectF(self.rect()), TILE_RADIUS_PX, TILE_RADIUS_PX)
        place = (TILE_PX - TILE_ICON_PX) / 2
        picture = self._theme.pixmap(self._icon, TILE_ICON_PX, tone, self.devicePixelRatioF())
        painter.drawPixmap(QPointF(place, place), picture)
        painter.end()


class EmptyState(QWidget):
    """Tile, title, a sentence, one or two buttons (made by the screen and handed over)."""

    def __init__(
        self,
        theme: Theme,
        icon: str,
        title: str,
        text: str,
        buttons: tuple[Button, ...] = (),
        tone: StateTone = "accent",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._tile = IconTile(theme, icon, tone, self)
        self._title = Label(theme, title, "section", wrap=True, parent=self)
        self._text = Label(theme, text, "body", "text2", wrap=True, parent=self)
        for label in (self._title, self._text):
            label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addStretch(1)
        for button in buttons:
            row.addWidget(button)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 20, 20, 20)
        column.setSpacing(0)
        column.addStretch(1)
        column.addWidget(self._tile, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addSpacing(16)
        column.addWidget(self._title, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addSpacing(4)
        column.addWidget(self._text, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addSpacing(16)
        column.addLayout(row)
        column.addStretch(1)
        self.setAccessibleName(title)
        self.setAccessibleDescription(text)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the words narrow, and narrower in a small window."""
        widest = min(round(TEXT_WIDEST_PX * max(1.0, self._theme.scale)), max(120, self.width() - 40))
        for label in (self._title, self._text):
            label.setFixedWidth(widest)
        super().resizeEvent(event)

    def set_words(self, icon: str, title: str, text: str, tone: StateTone = "accent") -> None:
        """Say something else."""
        self._tile.set_look(icon, tone)
        self._title.setText(title)
        self._text.setText(text)
        self.setAccessibleName(title)
        self.setAccessibleDescription(text)


class Skeleton(QWidget):
    """Grey shapes of the rows to come; still, and shown only when loading takes longer than 150 ms."""

    def __init__(self, theme: Theme, rows: int = 8, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._rows = rows
        self._due = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(LOADING_AFTER_MS)
        self._timer.timeout.connect(self.reveal)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        theme.changed.connect(self.update)

    @property
    def revealed(self) -> bool:
        """Whether the shapes can be seen yet."""
        return self._due

    def reveal(self) -> None:
        """Show the shapes now."""
        self._due = True
        self.update()

    def showEvent(self, event: QShowEvent) -> None:
        """Begin to wait."""
        self._due = False
        self._timer.start()
        super().showEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the shapes."""
        if not self._due:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(brush(self._theme.tokens.skeleton))
        shares = (0.62, 0.5, 0.68, 0.44, 0.56, 0.44, 0.6, 0.52)
        room = max(60, self.width() - 230)
        top = 14.0
        for number in range(self._rows):
            head = number % 5 == 0
            self._bar(painter, 16 if head else 20, top + (11 if head else 10), 14 if head else 16, 14 if head else 16)
            self._bar(painter, 40 if head else 48, top + 13, 120 if head else room * shares[number % 8], 10)
            if not head:
                right = self.width() - 16
                self._bar(painter, right - 44, top + 13, 44, 10)
                self._bar(painter, right - 76, top + 8, 20, 20)
                self._bar(painter, right - 140, top + 9, 52, 18)
            top += self._theme.metrics.task_row
        painter.end()

    def _bar(self, painter: QPainter, x: float, y: float, width: float, height: float) -> None:
        left = self.width() - x - width if self.layoutDirection() == Qt.LayoutDirection.RightToLeft else x
        painter.drawRoundedRect(QRectF(left, y, width, height), height / 2, height / 2)


class Scrim(QWidget):
    """The veil over a window while a dialog or the sliding detail is open; a click on it asks to close."""

    pressed = Signal()

    def __init__(self, theme: Theme, over: QWidget) -> None:
        super().__init__(over)
        self._theme = theme
        self._over = over
        over.installEventFilter(self)
        self.setGeometry(over.rect())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Cover the whole of it when its size changes."""
        if event.type() == QEvent.Type.Resize:
            self.setGeometry(self._over.rect())
        return False

    def sizeHint(self) -> QSize:
        """The size of what it covers."""
        return self._over.size()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Ask to close."""
        self.pressed.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the veil."""
        tokens = self._theme.tokens
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._theme.colour(tokens.scrim, tokens.scrim_alpha))
        painter.end()
