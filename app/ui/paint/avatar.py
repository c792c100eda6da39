"""People as discs with initials: pictures kept by person, size and theme."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFont, QPainter, QPen, QPixmap

from app.ui.paint.rows import PersonChip
from app.ui.theme.fonts import font
from app.ui.theme.icons import blank_pixmap, icon_pixmap
from app.ui.theme.palette import brush, colour, pen
from app.ui.theme.tokens import Tokens

RING_PX: Final = 1.5
RING_GAP_PX: Final = 2.0
RING_MARGIN_PX: Final = 4
"""How far the editing ring reaches beyond the disc, rounded up to whole px."""
BADGE_PX: Final = 12
AVATAR_GAP_PX: Final = 2
INITIALS_PX: Final = {16: 7, 20: 9, 24: 10, 28: 11, 32: 13}


@lru_cache(maxsize=64)
def _initials_font(pixels: int) -> QFont:
    result = QFont(font("caption-strong"))
    result.setPixelSize(pixels)
    return result


def avatar_pixmap(
    person: PersonChip, size: int, tokens: Tokens, dpr: float, *, editing: bool = False, away: bool = False
) -> QPixmap:
    """A person's disc of `size` px. With `editing` the picture is 8 px wider and taller, for the ring around it."""
    return _avatar(person.initials[:3].upper(), person.colour_slot, size, tokens, dpr, editing, away)


@lru_cache(maxsize=1024)
def _avatar(initials: str, slot: int, size: int, tokens: Tokens, dpr: float, editing: bool, away: bool) -> QPixmap:
    margin = RING_MARGIN_PX if editing else 0
    result = blank_pixmap(size + 2 * margin, size + 2 * margin, dpr)
    painter = QPainter(result)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(margin, margin)
    look = tokens.person(slot)
    centre, radius = QPointF(size / 2, size / 2), size / 2
    if away:
        line = QPen(pen(look.fill, 1.2))
        line.setCapStyle(Qt.PenCapStyle.FlatCap)
        line.setDashPattern([2.4, 2.0])
        painter.setPen(line)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(centre, radius - 0.75, radius - 0.75)
    else:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(brush(look.fill))
        painter.drawEllipse(centre, radius, radius)
    if editing:
        painter.setPen(pen(look.fill, RING_PX))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        reach = radius + RING_GAP_PX + RING_PX / 2
        painter.drawEllipse(centre, reach, reach)
    painter.setFont(_initials_font(INITIALS_PX.get(size, max(7, round(size * 0.4)))))
    painter.setPen(colour(tokens.text2 if away else look.text))
    painter.drawText(QRectF(0, 0, size, size), Qt.AlignmentFlag.AlignCenter, initials)
    painter.end()
    return result


@lru_cache(maxsize=64)
def pencil_badge(tokens: Tokens, ground: str, dpr: float) -> QPixmap:
    """The 12 px badge that says "editing" where no name stands beside the disc."""
    result = blank_pixmap(BADGE_PX, BADGE_PX, dpr)
    painter = QPainter(result)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(brush(ground))
    painter.drawEllipse(QRectF(0, 0, BADGE_PX, BADGE_PX))
    painter.drawPixmap(QPointF(1.5, 1.5), icon_pixmap("pencil", 9, tokens.text2, dpr))
    painter.end()
    return result


@lru_cache(maxsize=128)
def more_pixmap(count: int, size: int, tokens: Tokens, dpr: float) -> QPixmap:
    """The disc "+n" that stands for the people not shown."""
    result = blank_pixmap(size, size, dpr)
    painter = QPainter(result)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(brush(tokens.pressed))
    painter.drawEllipse(QRectF(0, 0, size, size))
    painter.setFont(_initials_font(INITIALS_PX.get(size, max(7, round(size * 0.4)))))
    painter.setPen(colour(tokens.text2))
    painter.drawText(QRectF(0, 0, size, size), Qt.AlignmentFlag.AlignCenter, f"+{min(count, 99)}")
    painter.end()
    return result


def avatar_stack(people: Sequence[PersonChip], size: int, most: int, tokens: Tokens, dpr: float) -> list[QPixmap]:
    """The pictures of a row of people, `most` at the most: the last place becomes "+n" when there are more."""
    if len(people) <= most:
        return [avatar_pixmap(person, size, tokens, dpr) for person in people]
    shown = [avatar_pixmap(person, size, tokens, dpr) for person in people[: most - 1]]
    return [*shown, more_pixmap(len(people) - (most - 1), size, tokens, dpr)]
