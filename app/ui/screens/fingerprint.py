"""A server's fingerprint for people to compare: sixteen groups of four, four in a row."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.ui.strings import tr
from app.ui.theme.palette import brush, pen
from app.ui.theme.theme import Theme
from app.ui.theme.tokens import RADIUS_FIELD

STYLE = "mono-large"
COLUMNS = 4
ROW_PX = 30
PADDING_PX = 16


def groups(pin: str) -> list[str]:
    """The groups of a pin (64 hex digits), in capitals."""
    digits = pin.removeprefix("sha256:").upper()
    return [digits[place : place + 4] for place in range(0, len(digits), 4)]


class Fingerprint(QWidget):
    """Painted in the system's mono on an inset ground; empty it keeps its place."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._groups: list[str] = []
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.set_pin("")
        theme.changed.connect(self.update)

    @property
    def shown(self) -> str:
        """What is shown, group by group."""
        return " ".join(self._groups)

    def set_pin(self, pin: str) -> None:
        """Show another key's pin, or none."""
        self._groups = groups(pin)
        words = tr("Fingerprint: {groups}", groups=self.shown) if self._groups else tr("No fingerprint yet")
        self.setAccessibleName(words)
        self.update()

    def sizeHint(self) -> QSize:
        """Four rows."""
        return QSize(320, 4 * ROW_PX + 2 * (PADDING_PX - 4))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the groups."""
        tokens = self._theme.tokens
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(pen(tokens.border))
        painter.setBrush(brush(tokens.inset))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), RADIUS_FIELD, RADIUS_FIELD)
        painter.setFont(self._theme.font(STYLE))
        painter.setPen(self._theme.colour(tokens.text))
        column = (self.width() - 2 * PADDING_PX) / COLUMNS
        for number, group in enumerate(self._groups):
            x = PADDING_PX + (number % COLUMNS) * column
            y = PADDING_PX - 4 + (number // COLUMNS) * ROW_PX
            box = QRectF(x, y, column, ROW_PX)
            painter.drawText(box, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, group)
        painter.end()
