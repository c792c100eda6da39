"""The soft shadow of what floats, drawn once and stretched as nine pieces."""

from __future__ import annotations

from functools import lru_cache
from math import exp, hypot

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QImage, QPainter, QPixmap

from app.ui.theme.palette import brush, colour, pen
from app.ui.theme.tokens import RADIUS_POPOVER, SHADOW_MARGIN_PX, SHADOW_OFFSET_PX, Tokens

SIGMA_PX = 11.0
CORNER_PX = SHADOW_MARGIN_PX + RADIUS_POPOVER + 16


@lru_cache(maxsize=16)
def shadow_pixmap(tokens: Tokens, dpr: float) -> QPixmap:
    """A square whose corners and edges are pieces of the shadow (0 8 28); its middle is one px wide.

    The blur is a Gaussian of a rounded square, computed from the distance to its edge.
    """
    side = 2 * CORNER_PX + 1
    pixels = round(side * dpr)
    tone = bytes((colour(tokens.shadow).blue(), colour(tokens.shadow).green(), colour(tokens.shadow).red()))
    reach = side / 2 - SHADOW_MARGIN_PX - RADIUS_POPOVER
    data = bytearray()
    for y in range(pixels):
        down = abs((y + 0.5) / dpr - SHADOW_OFFSET_PX - side / 2) - reach
        left = [
            tone + bytes((_strength(abs((x + 0.5) / dpr - side / 2) - reach, down, tokens.shadow_alpha),))
            for x in range((pixels + 1) // 2)
        ]
        data += b"".join(left) + b"".join(reversed(left[: pixels // 2]))
    image = QImage(bytes(data), pixels, pixels, QImage.Format.Format_ARGB32).copy()
    result = QPixmap.fromImage(image)
    result.setDevicePixelRatio(dpr)
    return result


def _strength(across: float, down: float, alpha: float) -> int:
    away = hypot(max(across, 0.0), max(down, 0.0)) + min(max(across, down), 0.0) - RADIUS_POPOVER
    return round(255 * alpha / (1.0 + exp(1.702 * away / SIGMA_PX)))


def paint_shadow(painter: QPainter, box: QRect, tokens: Tokens, dpr: float) -> None:
    """Paint the shadow under `box`; it reaches 28 px beyond it on every side."""
    source = shadow_pixmap(tokens, dpr)
    outer = box.adjusted(-SHADOW_MARGIN_PX, -SHADOW_MARGIN_PX, SHADOW_MARGIN_PX, SHADOW_MARGIN_PX)
    corner = min(CORNER_PX, outer.width() // 2, outer.height() // 2)
    xs = (
        (outer.left(), corner),
        (outer.left() + corner, outer.width() - 2 * corner),
        (outer.left() + outer.width() - corner, corner),
    )
    ys = (
        (outer.top(), corner),
        (outer.top() + corner, outer.height() - 2 * corner),
        (outer.top() + outer.height() - corner, corner),
    )
    side = source.width()
    cut = round(corner * dpr)
    parts = ((0, cut), (round(CORNER_PX * dpr), max(1, round(dpr))), (side - cut, cut))
    for (x, width), (from_x, from_width) in zip(xs, parts, strict=True):
        for (y, height), (from_y, from_height) in zip(ys, parts, strict=True):
            if width > 0 and height > 0:
                target = QRectF(x, y, width, height)
                painter.drawPixmap(target, source, QRectF(from_x, from_y, from_width, from_height))


def paint_raised(painter: QPainter, box: QRect, tokens: Tokens, dpr: float, shadow: bool = True) -> None:
    """Paint a floating panel: shadow (where it can be seen), raised ground, one px border, radius 12."""
    if shadow:
        paint_shadow(painter, box, tokens, dpr)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(pen(tokens.border))
    painter.setBrush(brush(tokens.raised))
    painter.drawRoundedRect(QRectF(box).adjusted(0.5, 0.5, -0.5, -0.5), RADIUS_POPOVER - 0.5, RADIUS_POPOVER - 0.5)
    painter.setBrush(Qt.BrushStyle.NoBrush)
