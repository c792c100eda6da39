"""Plain text of several lines, wrapped with a bound on what is laid out."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QTextLayout, QTextOption

from app.ui.theme import fonts
from app.ui.theme.palette import colour

BLOCK_MOST: Final = 12_000
"""Letters laid out of one text; the rest is reached by opening it."""
WORD_MOST: Final = 400
"""A longer word is broken for the layout, whose cost grows with the square of an unbroken run."""


class TextBlock:
    """Wrapped plain text at one width; `height` in px. `cut` tells whether some of the text is not laid out."""

    __slots__ = ("_layouts", "_line", "cut", "height", "style")

    def __init__(self, text: str, style: str, width: float, scale: float = 1.0, mirrored: bool = False) -> None:
        self.style = style
        self.cut = len(text) > BLOCK_MOST
        self._line = fonts.line_height(style, scale)
        self._layouts: list[tuple[QTextLayout, float]] = []
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        option.setTextDirection(Qt.LayoutDirection.LayoutDirectionAuto)
        option.setAlignment(Qt.AlignmentFlag.AlignRight if mirrored else Qt.AlignmentFlag.AlignLeft)
        font = fonts.font(style, scale)
        shift = (self._line - fonts.metrics(style, scale).height()) / 2
        top = 0.0
        for paragraph in _paragraphs(text[:BLOCK_MOST] + ("…" if self.cut else "")):
            layout = QTextLayout(paragraph, font)
            layout.setTextOption(option)
            layout.setCacheEnabled(True)
            layout.beginLayout()
            while (line := layout.createLine()).isValid():
                line.setLineWidth(max(1.0, width))
                line.setPosition(QPointF(0, round(top + shift)))
                top += self._line
            layout.endLayout()
            self._layouts.append((layout, top))
        self.height = top

    def draw(self, painter: QPainter, left: float, top: float, value: str, clip: QRectF | None = None) -> None:
        """Draw the block with its corner at (`left`, `top`), in a token's colour; the pen is left changed.

        Paragraphs outside `clip` (in the painter's coordinates) are skipped.
        """
        painter.setPen(colour(value))
        start = 0.0
        for layout, end in self._layouts:
            if clip is None or (top + end >= clip.top() and top + start <= clip.bottom()):
                layout.draw(painter, QPointF(left, top))
            start = end


def _paragraphs(text: str) -> list[str]:
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2029", "\n").split("\n")
    pieces: list[str] = []
    for line in lines:
        while len(line) > WORD_MOST and " " not in line[:WORD_MOST]:
            pieces.append(line[:WORD_MOST])
            line = line[WORD_MOST:]
        pieces.append(line)
    return pieces
