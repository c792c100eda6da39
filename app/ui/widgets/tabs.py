"""The tabs of a screen: icon, word, and two px of accent under the one shown."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFocusEvent, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QTabBar, QWidget

from app.ui.paint.plan import draw_words
from app.ui.strings import plain_action
from app.ui.theme.palette import brush, pen
from app.ui.theme.theme import Theme
from app.ui.theme.tokens import RADIUS_CONTROL
from app.ui.widgets.focus_ring import KEYBOARD_REASONS

ICON_PX = 16
PADDING_PX = 10
UNDERLINE_INSET_PX = 8
GAP_PX = 8


class Tabs(QTabBar):
    """A tab bar 40 px high; `currentChanged(number)` as in Qt. Arrows move, the reading direction is respected."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._words: list[str] = []
        self._icons: list[str] = []
        self._counts: list[int | None] = []
        self._keyboard = False
        self.setDrawBase(False)
        self.setExpanding(False)
        self.setMouseTracking(True)
        self.setUsesScrollButtons(False)
        theme.changed.connect(self._restyle)

    def add(self, words: str, icon: str = "", count: int | None = None) -> int:
        """Add a tab and return its number."""
        self._words.append(words)
        self._icons.append(icon)
        self._counts.append(count)
        number = self.addTab(plain_action(words))
        self.setAccessibleTabName(number, words)
        return number

    def set_count(self, number: int, count: int | None) -> None:
        """Show a count after the word, or none."""
        self._counts[number] = count
        self.updateGeometry()
        self.update()

    def tabSizeHint(self, index: int) -> QSize:
        """As wide as icon, word and count."""
        return QSize(round(self._content_width(index)) + 2 * PADDING_PX, self._theme.metrics.tabs)

    def minimumTabSizeHint(self, index: int) -> QSize:
        """The same: words are never cut."""
        return self.tabSizeHint(index)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show the focus when it came by the keyboard."""
        self._keyboard = event.reason() in KEYBOARD_REASONS
        super().focusInEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Any key makes the focus visible."""
        self._keyboard = True
        super().keyPressEvent(event)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the tabs."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        under = self.tabAt(self.mapFromGlobal(self.cursor().pos())) if self.underMouse() else -1
        for number in range(self.count()):
            self._paint_tab(painter, number, number == under)
        painter.end()

    def _paint_tab(self, painter: QPainter, number: int, hovered: bool) -> None:
        theme, tokens = self._theme, self._theme.tokens
        box = QRectF(self.tabRect(number))
        current = number == self.currentIndex()
        tone = tokens.text if current or hovered else tokens.text2
        mirrored = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        x = float(PADDING_PX)

        def left(width: float) -> float:
            return box.right() - x - width if mirrored else box.left() + x

        if self._icons[number]:
            picture = theme.pixmap(self._icons[number], ICON_PX, tone, self.devicePixelRatioF(), mirrored)
            painter.drawPixmap(QPointF(left(ICON_PX), round(box.center().y() - ICON_PX / 2)), picture)
            x += ICON_PX + GAP_PX
        for words, value in ((self._words[number], tone), (self._count_words(number), tokens.text3)):
            if words:
                width = theme.letters("body-medium").horizontalAdvance(words)
                painter.setFont(theme.font("body-medium"))
                painter.setPen(theme.colour(value))
                draw_words(painter, QRectF(left(width), box.y(), width + 1, box.height()), words)
                x += width + GAP_PX
        if current:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(brush(tokens.accent))
            inset = UNDERLINE_INSET_PX
            line = QRectF(box.left() + inset, box.bottom() - 2, box.width() - 2 * inset, 2)
            painter.drawRoundedRect(line, 1, 1)
            if self._keyboard and self.hasFocus():
                painter.setPen(pen(tokens.accent, 2.0))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRoundedRect(box.adjusted(1, 5, -1, -6), RADIUS_CONTROL, RADIUS_CONTROL)

    def _content_width(self, number: int) -> float:
        letters = self._theme.letters("body-medium")
        width = letters.horizontalAdvance(self._words[number]) if number < len(self._words) else 0.0
        if number < len(self._icons) and self._icons[number]:
            width += ICON_PX + GAP_PX
        count = self._count_words(number)
        return width + (GAP_PX + letters.horizontalAdvance(count) if count else 0)

    def _count_words(self, number: int) -> str:
        count = self._counts[number] if number < len(self._counts) else None
        return "" if count is None else str(count)

    def _restyle(self) -> None:
        self.updateGeometry()
        self.update()
