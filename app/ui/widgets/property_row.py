"""One property of a task: its name, and its value that a click edits in place."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import ceil

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QEnterEvent, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QSizePolicy, QWidget

from app.ui.paint.plan import draw_words, elide
from app.ui.strings import tooltip
from app.ui.theme.palette import brush
from app.ui.theme.theme import Theme
from app.ui.theme.tokens import RADIUS_CONTROL
from app.ui.widgets.focus_ring import FocusRingGuard
from app.ui.widgets.label import Label

Picture = Callable[[float], QPixmap]
PADDING_PX = 6
PICTURE_GAP_PX = 2
WORDS_GAP_PX = 7


class ValueButton(QAbstractButton):
    """A value 26 px high: pictures, then words; hover fills it, a click asks to edit.

    When it cannot be edited it is drawn at full contrast with a lock after it, and says why in its tooltip.
    """

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._words = ""
        self._empty = False
        self._late = False
        self._pictures: tuple[Picture, ...] = ()
        self._picture_gap = PICTURE_GAP_PX
        self._locked = False
        self._hovered = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        FocusRingGuard(theme, self)
        theme.changed.connect(self._restyle)

    def set_value(
        self,
        words: str,
        pictures: Sequence[Picture] = (),
        empty: bool = False,
        late: bool = False,
        gap: int = PICTURE_GAP_PX,
    ) -> None:
        """Show words after pictures (`gap` px apart). `empty` is a quiet hint, `late` is red and 500."""
        self._words = words
        self._pictures = tuple(pictures)
        self._empty = empty
        self._late = late
        self._picture_gap = gap
        self.updateGeometry()
        self.update()

    def set_locked(self, locked: bool, why: str = "") -> None:
        """Show that it can only be read."""
        self._locked = locked
        self.setToolTip(tooltip(why) if locked else "")
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """As wide as the value, at most 420 px."""
        return QSize(min(ceil(self._content_width()) + 2 * PADDING_PX, 420), self._theme.metrics.property_value)

    def minimumSizeHint(self) -> QSize:
        """It can shrink: the words end in "…"."""
        return QSize(48, self._theme.metrics.property_value)

    def enterEvent(self, event: QEnterEvent) -> None:
        """The pointer is over it."""
        self._hovered = True
        self.update()
        super().enterEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        """The pointer left."""
        self._hovered = False
        self.update()
        super().leaveEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint ground, pictures, words and lock."""
        theme, tokens, ratio = self._theme, self._theme.tokens, self.devicePixelRatioF()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if (self._hovered or self.isDown()) and not self._locked:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(brush(tokens.pressed if self.isDown() else tokens.hover))
            painter.drawRoundedRect(QRectF(self.rect()), RADIUS_CONTROL, RADIUS_CONTROL)
        x = float(PADDING_PX)
        for draw in self._pictures:
            picture = draw(ratio)
            width, height = picture.width() / ratio, picture.height() / ratio
            painter.drawPixmap(QPointF(self._left(x, width), round((self.height() - height) / 2)), picture)
            x += width + self._picture_gap
        if self._pictures:
            x += WORDS_GAP_PX - self._picture_gap
        style = "body-medium" if self._late else "body"
        tone = tokens.red if self._late else tokens.text3 if self._empty else tokens.text
        room = self.width() - x - PADDING_PX - (20 if self._locked else 0)
        shown = elide(theme, self._words, style, room)
        width = theme.letters(style).horizontalAdvance(shown)
        painter.setFont(theme.font(style))
        painter.setPen(theme.colour(tone))
        box = QRectF(self._left(x, width), 0, width + 1, self.height())
        draw_words(painter, box, shown)
        if self._locked:
            lock = theme.pixmap("lock", 14, tokens.text2, ratio)
            painter.drawPixmap(QPointF(self._left(x + width + 6, 14), (self.height() - 14) // 2), lock)
        painter.end()

    def _content_width(self) -> float:
        width = self._theme.letters("body-medium").horizontalAdvance(self._words[:300]) + 1
        for draw in self._pictures:
            width += draw(1.0).width() + self._picture_gap
        return width + (WORDS_GAP_PX if self._pictures else 0) + (20 if self._locked else 0)

    def _left(self, x: float, width: float) -> float:
        return self.width() - x - width if self.layoutDirection() == Qt.LayoutDirection.RightToLeft else x

    def _restyle(self) -> None:
        self.updateGeometry()
        self.update()


class PropertyRow(QWidget):
    """Key 84 px wide, value beside it; `asked` when the value is clicked or Enter is pressed on it."""

    asked = Signal()

    def __init__(self, theme: Theme, key: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._key = key
        self._label = Label(theme, key, "small", "text3", parent=self)
        self.value = ValueButton(theme, self)
        self.value.clicked.connect(self._ask)
        self._locked = False
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 2, 0, 2)
        row.setSpacing(0)
        row.addWidget(self._label)
        row.addWidget(self.value, 0, Qt.AlignmentFlag.AlignLeading)
        row.addStretch(1)
        self.setFocusProxy(self.value)
        theme.changed.connect(self._restyle)
        self._restyle()

    def set_value(
        self,
        words: str,
        pictures: Sequence[Picture] = (),
        empty: bool = False,
        late: bool = False,
        gap: int = PICTURE_GAP_PX,
        spoken: str = "",
    ) -> None:
        """Show a value; `spoken` is what a screen reader says where the words are not all of it."""
        self.value.set_value(words, pictures, empty, late, gap)
        self.value.setAccessibleName(f"{self._key}: {spoken or words}")

    def set_locked(self, locked: bool, why: str = "") -> None:
        """Only show it, with the reason it cannot be edited."""
        self._locked = locked
        self.value.set_locked(locked, why)

    def _ask(self) -> None:
        if not self._locked:
            self.asked.emit()

    def _restyle(self) -> None:
        self._label.setFixedWidth(self._theme.metrics.property_key - PADDING_PX)
        self.setFixedHeight(self._theme.metrics.property_row)
