"""A row laid out once and drawn many times: texts and pictures at fixed places."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPixmap, QStaticText, QTextOption

from app.ui.paint.rows import TEXT_MOST, one_line
from app.ui.theme import fonts
from app.ui.theme.palette import colour
from app.ui.theme.theme import Theme


def make_static(text: str, font: QFont) -> QStaticText:
    """One line of plain text, shaped once. The caller has bounded its length."""
    result = QStaticText(text)
    result.setTextFormat(Qt.TextFormat.PlainText)
    result.setPerformanceHint(QStaticText.PerformanceHint.AggressiveCaching)
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.NoWrap)
    result.setTextOption(option)
    result.prepare(font=font)
    return result


@lru_cache(maxsize=4096)
def short_static(text: str, style: str, scale: float, figures: bool) -> tuple[QStaticText, QSizeF]:
    """A shaped short text that many rows share (dates, counts), and its size in px."""
    static = make_static(text, fonts.font(style, scale, figures))
    return static, static.size()


def elide(theme: Theme, text: str, style: str, width: float, middle: bool = False) -> str:
    """The text with an ellipsis where it does not fit `width` px; the middle goes for file names.

    At most `TEXT_MOST` letters reach the layout, so the cost does not grow with the text.
    """
    mode = Qt.TextElideMode.ElideMiddle if middle else Qt.TextElideMode.ElideRight
    if middle and len(text) > TEXT_MOST:
        half = TEXT_MOST // 2
        text = f"{text[:half]}…{text[-half:]}"
    return theme.letters(style).elidedText(one_line(text), mode, max(0.0, width))


def draw_words(painter: QPainter, box: QRectF, words: str, mirrored: bool = False, at_end: bool = False) -> None:
    """Draw one line at the start (or `at_end`) of a box, seen in the window's reading direction.

    The letters run in the direction of their own script: English in a mirrored window keeps its full stop at its end.
    """
    painter.setLayoutDirection(Qt.LayoutDirection.LayoutDirectionAuto)
    side = Qt.AlignmentFlag.AlignRight if mirrored != at_end else Qt.AlignmentFlag.AlignLeft
    painter.drawText(box, side | Qt.AlignmentFlag.AlignAbsolute | Qt.AlignmentFlag.AlignVCenter, words)


class Plan:
    """What one row draws, in places measured from its top left; drawn mirrored when reading right to left."""

    __slots__ = ("_height", "_mirrored", "_pictures", "_texts", "_theme", "_width", "dpr", "spots")

    def __init__(self, theme: Theme, width: float, height: float, dpr: float, mirrored: bool = False) -> None:
        self._theme = theme
        self._width = width
        self._height = height
        self._mirrored = mirrored
        self._texts: list[tuple[QPointF, QStaticText, QFont, QColor]] = []
        self._pictures: list[tuple[QPointF, QPixmap]] = []
        self.dpr = dpr
        self.spots: dict[str, QRectF] = {}

    @property
    def mirrored(self) -> bool:
        """Whether the row is read from right to left."""
        return self._mirrored

    def picture(self, x: float, pixmap: QPixmap, y: float | None = None) -> float:
        """Put a picture at `x`, in the middle of the height unless `y` is given; return the x after it."""
        width, height = pixmap.width() / self.dpr, pixmap.height() / self.dpr
        top = round((self._height - height) / 2) if y is None else y
        self._pictures.append((QPointF(self._left(x, width), top), pixmap))
        return x + width

    def text(
        self, x: float, text: str, style: str, value: str, figures: bool = False, middle: float | None = None
    ) -> float:
        """Put a short or already elided text at `x`, its line centred on `middle`; return the x after it."""
        scale = self._theme.scale
        font = fonts.font(style, scale, figures)
        if len(text) <= 24:
            static, size = short_static(text, style, scale, figures)
        else:
            static = make_static(text, font)
            size = static.size()
        centre = self._height / 2 if middle is None else middle
        place = QPointF(self._left(x, size.width()), round(centre - size.height() / 2))
        self._texts.append((place, static, font, colour(value)))
        return x + size.width()

    def text_before(
        self, right: float, text: str, style: str, value: str, figures: bool = False, middle: float | None = None
    ) -> float:
        """Put a short text so that it ends at `right`; return its left edge."""
        width = short_static(text, style, self._theme.scale, figures)[1].width()
        self.text(right - width, text, style, value, figures, middle)
        return right - width

    def spot(self, name: str, x: float, width: float, y: float = 0.0, height: float | None = None) -> None:
        """Remember where something that can be clicked lies."""
        self.spots[name] = QRectF(self._left(x, width), y, width, self._height if height is None else height)

    def draw(self, painter: QPainter, left: float, top: float) -> None:
        """Draw everything with the row's corner at (`left`, `top`); pen and font are left changed."""
        corner = QPointF(left, top)
        for place, pixmap in self._pictures:
            painter.drawPixmap(corner + place, pixmap)
        for place, static, font, value in self._texts:
            painter.setFont(font)
            painter.setPen(value)
            painter.drawStaticText(corner + place, static)

    def _left(self, x: float, width: float) -> float:
        return self._width - x - width if self._mirrored else x
