"""A small row of emoji to answer a comment with."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QEnterEvent, QFont, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QWidget

from app.ui.strings import tr
from app.ui.theme.palette import brush
from app.ui.theme.theme import Theme
from app.ui.theme.tokens import RADIUS_CONTROL
from app.ui.widgets.focus_ring import FocusRingGuard
from app.ui.widgets.popover import Popover

CELL_PX: Final = 32
EMOJI_PX: Final = 18


def reactions() -> dict[str, str]:
    """The emoji that are offered, with what a screen reader says."""
    return {
        "👍": tr("Thumbs up"),
        "❤️": tr("Heart"),
        "🎉": tr("Party"),
        "😄": tr("Laughing"),
        "👀": tr("Looking"),
        "🎯": tr("On target"),
        "🙏": tr("Thank you"),
    }


class _Emoji(QAbstractButton):
    def __init__(self, theme: Theme, emoji: str, name: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self.emoji = emoji
        self._hovered = False
        self.setAccessibleName(name)
        self.setToolTip(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        FocusRingGuard(theme, self)

    def sizeHint(self) -> QSize:
        return QSize(CELL_PX, CELL_PX)

    def enterEvent(self, event: QEnterEvent) -> None:
        self._hovered = True
        self.update()
        super().enterEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self._hovered = False
        self.update()
        super().leaveEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._hovered:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(brush(self._theme.tokens.hover))
            painter.drawRoundedRect(QRectF(self.rect()), RADIUS_CONTROL, RADIUS_CONTROL)
        letters = QFont(self._theme.font("body"))
        letters.setPixelSize(EMOJI_PX)
        painter.setFont(letters)
        painter.setPen(self._theme.colour(self._theme.tokens.text))
        painter.drawText(QRectF(self.rect()), Qt.AlignmentFlag.AlignCenter, self.emoji)
        painter.end()


class ReactionPopover(Popover):
    """`picked(emoji)`, then it closes; the arrows move."""

    picked = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        row = QHBoxLayout()
        row.setContentsMargins(6, 6, 6, 6)
        row.setSpacing(2)
        self.buttons = [_Emoji(theme, emoji, name, self.body) for emoji, name in reactions().items()]
        for button in self.buttons:
            button.clicked.connect(lambda _=False, emoji=button.emoji: self._take(emoji))
            row.addWidget(button)
        self.column.addLayout(row)
        self.body.setFocusProxy(self.buttons[0])

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Left and right move, Enter takes."""
        place = next((number for number, button in enumerate(self.buttons) if button.hasFocus()), 0)
        if event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            step = 1 if event.key() == Qt.Key.Key_Right else -1
            self.buttons[(place + step) % len(self.buttons)].setFocus(Qt.FocusReason.TabFocusReason)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._take(self.buttons[place].emoji)
        else:
            super().keyPressEvent(event)

    def _take(self, emoji: str) -> None:
        self.close()
        self.picked.emit(emoji)
