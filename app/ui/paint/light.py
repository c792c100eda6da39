"""The connection light: disc, turning ring with a gap, disc with a cross; told apart without colour."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen, QPixmap

from app.ui.paint.rows import LinkState
from app.ui.theme.icons import TURN_FRAMES, blank_pixmap
from app.ui.theme.palette import brush, pen
from app.ui.theme.tokens import Tokens

UNIT: Final = 12.0
GAP_DEGREES: Final = 100


@lru_cache(maxsize=512)
def light_pixmap(link: LinkState, size: int, tokens: Tokens, dpr: float, frame: int = 0) -> QPixmap:
    """The light at `size` px (10 in the footer, 12 in the pill, 18 in panels); `frame` turns the ring."""
    result = blank_pixmap(size, size, dpr)
    painter = QPainter(result)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.scale(size / UNIT, size / UNIT)
    if link == "connected":
        _disc(painter, tokens.green_fill, 5.0)
    elif link == "connecting":
        _ring(painter, tokens, 360.0 * (frame % TURN_FRAMES) / TURN_FRAMES)
    else:
        _disc(painter, tokens.red_fill, 5.75)
        painter.setPen(pen(tokens.surface, 1.7))
        painter.drawLine(QPointF(4.2, 4.2), QPointF(7.8, 7.8))
        painter.drawLine(QPointF(7.8, 4.2), QPointF(4.2, 7.8))
    painter.end()
    return result


def _disc(painter: QPainter, value: str, radius: float) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(brush(value))
    painter.drawEllipse(QPointF(6, 6), radius, radius)


def _ring(painter: QPainter, tokens: Tokens, turned: float) -> None:
    line = QPen(pen(tokens.yellow_fill, 2.0))
    line.setCapStyle(Qt.PenCapStyle.FlatCap)
    painter.setPen(line)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    start = round((90 - turned) * 16)
    painter.drawArc(QRectF(1.4, 1.4, 9.2, 9.2), start, -(360 - GAP_DEGREES) * 16)
