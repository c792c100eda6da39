"""The small signs of a task: its status and its priority, each with a shape of its own."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen, QPixmap

from app.ui.theme.icons import blank_pixmap
from app.ui.theme.palette import brush, pen
from app.ui.theme.tokens import Tokens

STATUSES: Final = ("backlog", "todo", "doing", "review", "done", "cancelled")
PRIORITIES: Final = ("none", "low", "medium", "high", "urgent")
UNIT: Final = 16.0
"""The glyphs are drawn in a square of 16 units."""


@lru_cache(maxsize=256)
def status_pixmap(status: str, size: int, tokens: Tokens, dpr: float = 1.0) -> QPixmap:
    """The sign of a task's status; an unknown status is shown as an open ring, like "todo"."""
    result = blank_pixmap(size, size, dpr)
    painter = _painter(result, size)
    middle = QPointF(8, 8)
    if status == "backlog":
        _dashed_ring(painter, tokens.text3)
    elif status == "doing":
        _ring(painter, tokens.yellow)
        _pie(painter, tokens.yellow, 90, -180)
    elif status == "review":
        _ring(painter, tokens.violet)
        _pie(painter, tokens.violet, 90, -270)
    elif status in ("done", "cancelled"):
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(brush(tokens.green if status == "done" else tokens.text3))
        painter.drawEllipse(middle, 7.25, 7.25)
        painter.setPen(pen(tokens.surface, 1.7))
        if status == "done":
            painter.drawPolyline([QPointF(5.0, 8.3), QPointF(7.1, 10.3), QPointF(11.0, 6.0)])
        else:
            painter.drawLine(QPointF(5.9, 5.9), QPointF(10.1, 10.1))
            painter.drawLine(QPointF(10.1, 5.9), QPointF(5.9, 10.1))
    else:
        _ring(painter, tokens.text3)
    painter.end()
    return result


@lru_cache(maxsize=256)
def priority_pixmap(priority: int, size: int, tokens: Tokens, dpr: float = 1.0) -> QPixmap:
    """The sign of a priority, 0 (none) to 4 (urgent); bars up to three, a square with "!" for urgent."""
    result = blank_pixmap(size, size, dpr)
    painter = _painter(result, size)
    painter.setPen(Qt.PenStyle.NoPen)
    if priority >= 4:
        painter.setBrush(brush(tokens.red))
        painter.drawRoundedRect(QRectF(1, 1, 14, 14), 3.5, 3.5)
        painter.setPen(pen(tokens.surface, 1.9))
        painter.drawLine(QPointF(8, 4.4), QPointF(8, 8.4))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(brush(tokens.surface))
        painter.drawEllipse(QPointF(8, 11.3), 1.15, 1.15)
    else:
        strong = tokens.orange if priority == 3 else tokens.text2
        for place, (x, height) in enumerate(((1.6, 4.0), (6.4, 7.5), (11.2, 11.0))):
            painter.setBrush(brush(strong if place < priority else tokens.line))
            painter.drawRoundedRect(QRectF(x, 13.5 - height, 3.2, height), 1.2, 1.2)
    painter.end()
    return result


def _painter(target: QPixmap, size: int) -> QPainter:
    painter = QPainter(target)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.scale(size / UNIT, size / UNIT)
    return painter


def _ring(painter: QPainter, value: str) -> None:
    painter.setPen(pen(value, 1.5))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawEllipse(QPointF(8, 8), 6.5, 6.5)


def _dashed_ring(painter: QPainter, value: str) -> None:
    line = QPen(pen(value, 1.5))
    line.setCapStyle(Qt.PenCapStyle.FlatCap)
    line.setDashPattern([1.55, 1.853])
    painter.setPen(line)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawEllipse(QPointF(8, 8), 6.5, 6.5)


def _pie(painter: QPainter, value: str, start: int, span: int) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(brush(value))
    painter.drawPie(QRectF(4, 4, 8, 8), start * 16, span * 16)
