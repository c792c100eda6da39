"""Boxes, dots and switches as pictures, shared by lists and controls."""

from __future__ import annotations

from functools import lru_cache
from typing import Literal

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPixmap

from app.ui.theme.icons import blank_pixmap
from app.ui.theme.palette import brush, pen
from app.ui.theme.tokens import RADIUS_TAG, Tokens

CheckState = Literal["off", "on", "some"]
SWITCH_PX = (32, 18)


@lru_cache(maxsize=64)
def checkbox_pixmap(state: CheckState, tokens: Tokens, dpr: float, size: int = 16) -> QPixmap:
    """A box: empty, with a tick, or with a bar when only some of several are chosen."""
    result = blank_pixmap(size, size, dpr)
    painter = QPainter(result)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.scale(size / 16, size / 16)
    if state == "off":
        painter.setPen(pen(tokens.border_strong))
        painter.setBrush(brush(tokens.surface))
        painter.drawRoundedRect(QRectF(0.5, 0.5, 15, 15), RADIUS_TAG - 0.5, RADIUS_TAG - 0.5)
    else:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(brush(tokens.accent))
        painter.drawRoundedRect(QRectF(0, 0, 16, 16), RADIUS_TAG, RADIUS_TAG)
        painter.setPen(pen(tokens.on_accent, 1.7))
        if state == "on":
            painter.drawPolyline([QPointF(4.2, 8.4), QPointF(6.8, 10.9), QPointF(11.8, 5.4)])
        else:
            painter.drawLine(QPointF(4.6, 8), QPointF(11.4, 8))
    painter.end()
    return result


@lru_cache(maxsize=64)
def radio_pixmap(chosen: bool, tokens: Tokens, dpr: float, size: int = 16) -> QPixmap:
    """A radio dot."""
    result = blank_pixmap(size, size, dpr)
    painter = QPainter(result)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.scale(size / 16, size / 16)
    if chosen:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(brush(tokens.accent))
        painter.drawEllipse(QPointF(8, 8), 8, 8)
        painter.setBrush(brush(tokens.on_accent))
        painter.drawEllipse(QPointF(8, 8), 3, 3)
    else:
        painter.setPen(pen(tokens.border_strong))
        painter.setBrush(brush(tokens.surface))
        painter.drawEllipse(QPointF(8, 8), 7.5, 7.5)
    painter.end()
    return result


@lru_cache(maxsize=64)
def switch_pixmap(on: bool, tokens: Tokens, dpr: float, mirrored: bool = False) -> QPixmap:
    """A switch of 32x18; its knob lies at the end of the line when on."""
    width, height = SWITCH_PX
    result = blank_pixmap(width, height, dpr)
    painter = QPainter(result)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(brush(tokens.accent if on else tokens.border_strong))
    painter.drawRoundedRect(QRectF(0, 0, width, height), height / 2, height / 2)
    painter.setBrush(brush(tokens.on_accent))
    x = width - height / 2 if on != mirrored else height / 2
    painter.drawEllipse(QPointF(x, height / 2), height / 2 - 2, height / 2 - 2)
    painter.end()
    return result
