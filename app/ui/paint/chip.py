"""Small marks with words: labels, state tags, counts, keys, and the tag of who is editing."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPixmap

from app.ui.paint.plan import elide, short_static
from app.ui.paint.rows import LabelChip, PersonChip
from app.ui.strings import tr
from app.ui.theme.fonts import font
from app.ui.theme.icons import blank_pixmap, icon_pixmap
from app.ui.theme.palette import brush, colour, pen
from app.ui.theme.theme import Theme
from app.ui.theme.tokens import RADIUS_TAG, Tokens

LABEL_WIDEST_PX = 120


def label_pixmap(theme: Theme, label: LabelChip, dpr: float, mirrored: bool = False) -> QPixmap:
    """A label: an outlined pill of 20 px with a coloured dot before its words, at most 120 px wide."""
    scale = theme.scale
    words = elide(theme, label.name[:60], "caption", LABEL_WIDEST_PX * scale - 29)
    return _label(words, label.colour_slot, theme.tokens, scale, dpr, mirrored)


@lru_cache(maxsize=512)
def _label(words: str, slot: int, tokens: Tokens, scale: float, dpr: float, mirrored: bool) -> QPixmap:
    static, size = short_static(words, "caption", scale, False)
    height = round(20 * scale)
    width = round(20 + size.width() + 9)
    result = blank_pixmap(width, height, dpr)
    painter = _painter(result)
    painter.setPen(pen(tokens.line))
    painter.setBrush(brush(tokens.surface))
    painter.drawRoundedRect(QRectF(0.5, 0.5, width - 1, height - 1), height / 2 - 0.5, height / 2 - 0.5)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(brush(tokens.label(slot)))
    painter.drawEllipse(QPointF(width - 11 if mirrored else 11, height / 2), 3.5, 3.5)
    painter.setFont(font("caption", scale))
    painter.setPen(colour(tokens.text2))
    painter.drawStaticText(QPointF(9 if mirrored else 20, round((height - size.height()) / 2)), static)
    painter.end()
    return result


TAG_LOOKS = {
    "waiting": ("clock", "yellow", "yellow_soft"),
    "sending": ("arrow-up", "accent_text", "selected"),
    "rejected": ("circle-alert", "red", "red_soft"),
    "sent": ("check", "green", "green_soft"),
}


def tag_words(state: str) -> str:
    """The word on a state tag."""
    words = {
        "waiting": tr("Waiting"),
        "sending": tr("Sending"),
        "rejected": tr("Rejected"),
        "sent": tr("Sent"),
    }
    return words[state]


def state_tag(theme: Theme, state: str, dpr: float, mirrored: bool = False) -> QPixmap:
    """The tag of a change: waiting, sending, sent or rejected, each with its own icon and word."""
    icon, tone, soft = TAG_LOOKS[state]
    tokens = theme.tokens
    look = (icon, getattr(tokens, tone), getattr(tokens, soft))
    return tag_pixmap(tag_words(state), *look, theme.scale, dpr, mirrored)


@lru_cache(maxsize=256)
def tag_pixmap(
    words: str, icon: str, tone: str, ground: str, scale: float, dpr: float, mirrored: bool = False
) -> QPixmap:
    """A tag of 20 px: an icon (or none, "") and a word on a soft ground."""
    static, size = short_static(words, "caption-strong", scale, False)
    height = round(20 * scale)
    start = 23 if icon else 7
    width = round(start + size.width() + 7)
    result = blank_pixmap(width, height, dpr)
    painter = _painter(result)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(brush(ground))
    painter.drawRoundedRect(QRectF(0, 0, width, height), RADIUS_TAG, RADIUS_TAG)
    if icon:
        left = width - 19 if mirrored else 7
        painter.drawPixmap(QPointF(left, (height - 12) / 2), icon_pixmap(icon, 12, tone, dpr))
    painter.setFont(font("caption-strong", scale))
    painter.setPen(colour(tone))
    painter.drawStaticText(QPointF(7 if mirrored else start, round((height - size.height()) / 2)), static)
    painter.end()
    return result


def editor_tag(theme: Theme, person: PersonChip, dpr: float, mirrored: bool = False) -> QPixmap:
    """Who is editing: a pencil and a first name on the person's own colour, 18 px high."""
    look = theme.tokens.person(person.colour_slot)
    words = elide(theme, person.first_name, "caption-strong", 96 * theme.scale)
    return _editor_tag(words, look.fill, look.text, theme.scale, dpr, mirrored)


@lru_cache(maxsize=256)
def _editor_tag(words: str, fill: str, ink: str, scale: float, dpr: float, mirrored: bool) -> QPixmap:
    static, size = short_static(words, "caption-strong", scale, False)
    height = round(18 * scale)
    width = round(20 + size.width() + 7)
    result = blank_pixmap(width, height, dpr)
    painter = _painter(result)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(brush(fill))
    painter.drawRoundedRect(QRectF(0, 0, width, height), RADIUS_TAG, RADIUS_TAG)
    left = width - 17 if mirrored else 7
    painter.drawPixmap(QPointF(left, (height - 10) / 2), icon_pixmap("pencil", 10, ink, dpr))
    painter.setFont(font("caption-strong", scale))
    painter.setPen(colour(ink))
    painter.drawStaticText(QPointF(7 if mirrored else 20, round((height - size.height()) / 2)), static)
    painter.end()
    return result


def count_pixmap(theme: Theme, count: int, dpr: float, *, strong: bool = False) -> QPixmap:
    """A count of 18 px; `strong` is the accent, for what waits for you. Beyond 999 it says "999+"."""
    tokens = theme.tokens
    words = str(count) if count < 1000 else "999+"
    if strong:
        return _count(words, tokens.on_accent, tokens.accent, theme.scale, dpr)
    return _count(words, tokens.text2, tokens.pressed, theme.scale, dpr)


@lru_cache(maxsize=256)
def _count(words: str, tone: str, ground: str, scale: float, dpr: float) -> QPixmap:
    static, size = short_static(words, "caption-strong", scale, True)
    height = round(18 * scale)
    width = max(round(20 * scale), round(size.width() + 12))
    result = blank_pixmap(width, height, dpr)
    painter = _painter(result)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(brush(ground))
    painter.drawRoundedRect(QRectF(0, 0, width, height), height / 2, height / 2)
    painter.setFont(font("caption-strong", scale, True))
    painter.setPen(colour(tone))
    painter.drawStaticText(QPointF((width - size.width()) / 2, round((height - size.height()) / 2)), static)
    painter.end()
    return result


def key_pixmap(theme: Theme, keys: str, dpr: float) -> QPixmap:
    """A key to press, such as "Ctrl K", in a small frame of 18 px."""
    tokens = theme.tokens
    return _key(keys, tokens.text2, tokens.hover, tokens.line, theme.scale, dpr)


@lru_cache(maxsize=128)
def _key(words: str, tone: str, ground: str, edge: str, scale: float, dpr: float) -> QPixmap:
    static, size = short_static(words, "caption", scale, False)
    height = round(18 * scale)
    width = round(size.width() + 12)
    result = blank_pixmap(width, height, dpr)
    painter = _painter(result)
    painter.setPen(pen(edge))
    painter.setBrush(brush(ground))
    painter.drawRoundedRect(QRectF(0.5, 0.5, width - 1, height - 1), RADIUS_TAG, RADIUS_TAG)
    painter.setFont(font("caption", scale))
    painter.setPen(colour(tone))
    painter.drawStaticText(QPointF(6, round((height - size.height()) / 2)), static)
    painter.end()
    return result


def _painter(target: QPixmap) -> QPainter:
    painter = QPainter(target)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    return painter
