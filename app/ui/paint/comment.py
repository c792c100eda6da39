"""Comments and activity: how high each is at a width, and how it is drawn."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPixmap

from app.ui.paint.avatar import avatar_pixmap
from app.ui.paint.plan import Plan, elide
from app.ui.paint.rows import ActivityRow, CommentRow, Reaction
from app.ui.paint.text_block import TextBlock
from app.ui.strings import tr
from app.ui.theme.fonts import font, metrics
from app.ui.theme.icons import blank_pixmap, turning_pixmap
from app.ui.theme.palette import brush, colour, pen
from app.ui.theme.theme import Theme
from app.ui.theme.tokens import Tokens

REPLY_INDENT_PX: Final = 34
AVATAR_PX: Final = 24
REPLY_AVATAR_PX: Final = 20
TEXT_GAP_PX: Final = 10
HEAD_PX: Final = 24
REACTIONS_GAP_PX: Final = 6
BELOW_PX: Final = 8
ACTIONS: Final = ("smile-plus", "reply", "ellipsis")
ACTION_SPOTS: Final = ("react", "reply", "more")


@dataclass(frozen=True, slots=True)
class CommentLayout:
    """One comment laid out at a width: `height` in px includes the space below; spots are what can be clicked."""

    row: CommentRow
    width: int
    generation: int
    head: Plan
    body: TextBlock
    body_left: float
    body_top: float
    height: int
    chips: tuple[tuple[float, QPixmap], ...]
    spots: dict[str, QRectF]
    mirrored: bool


class CommentPainter:
    """Lays out and draws comments and activity entries; keeps what it laid out by identity of the row."""

    def __init__(self, theme: Theme) -> None:
        self._theme = theme
        self._kept: dict[str, CommentLayout] = {}

    def lay_out(self, row: CommentRow, width: int, dpr: float = 1.0, mirrored: bool = False) -> CommentLayout:
        """The layout of a comment at `width` px; about 0.2 ms the first time, a look-up after."""
        kept = self._kept.get(row.id)
        if (
            kept is not None
            and kept.row is row
            and kept.width == width
            and kept.generation == self._theme.generation
            and kept.head.dpr == dpr
            and kept.mirrored == mirrored
        ):
            return kept
        if len(self._kept) > 400:
            self._kept.clear()
        self._kept[row.id] = self._new(row, width, dpr, mirrored)
        return self._kept[row.id]

    def draw(self, painter: QPainter, layout: CommentLayout, left: float, top: float, *, active: bool = False) -> None:
        """Draw a comment; `active` (hover or focus) shows its actions. Pen and font are left changed."""
        theme, tokens = self._theme, self._theme.tokens
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        layout.head.draw(painter, left, top)
        if layout.row.sync_state == "sending":
            place = layout.head.spots["sync"]
            picture = turning_pixmap("refresh-cw", 14, tokens.accent_text, layout.head.dpr, theme.ticker.frame)
            painter.drawPixmap(QPointF(left + place.x(), top + round((HEAD_PX * theme.scale - 14) / 2)), picture)
        layout.body.draw(painter, left + layout.body_left, top + layout.body_top, tokens.text)
        chip_top = top + layout.body_top + layout.body.height + REACTIONS_GAP_PX
        for x, picture in layout.chips:
            painter.drawPixmap(QPointF(left + x, chip_top), picture)
        if active:
            for name, icon in zip(ACTION_SPOTS, ACTIONS, strict=True):
                spot = layout.spots[name]
                picture = theme.pixmap(icon, 16, tokens.text2, layout.head.dpr, layout.mirrored)
                painter.drawPixmap(QPointF(left + spot.x() + 6, top + spot.y() + 6), picture)

    def spot_at(self, layout: CommentLayout, x: float, y: float) -> str:
        """What lies at a point of the comment: "react", "reply", "more", "reaction:N", "sync", or ""."""
        return next((name for name, place in layout.spots.items() if place.contains(x, y)), "")

    def _new(self, row: CommentRow, width: int, dpr: float, mirrored: bool) -> CommentLayout:
        theme, scale = self._theme, self._theme.scale
        indent = REPLY_INDENT_PX if row.is_reply else 0
        size = REPLY_AVATAR_PX if row.is_reply else AVATAR_PX
        text_left = indent + size + TEXT_GAP_PX
        head_height = HEAD_PX * scale
        head = Plan(theme, width, head_height, dpr, mirrored)
        head.picture(indent, avatar_pixmap(row.author, size, theme.tokens, dpr), (HEAD_PX - size) / 2)
        self._lay_out_head(head, row, text_left, width - 100)
        body = TextBlock(row.body, "body", width - text_left, scale, mirrored)
        body_left = 0.0 if mirrored else float(text_left)
        chips, spots = self._lay_out_reactions(row, text_left, width, head_height + body.height, dpr, mirrored)
        for place, name in enumerate(ACTION_SPOTS):
            x = width - 28 * (len(ACTION_SPOTS) - place)
            spots[name] = QRectF(width - x - 28 if mirrored else x, (head_height - 28) / 2, 28, 28)
        if "sync" in head.spots:
            spots["sync"] = head.spots["sync"]
        below = (round(22 * scale) + REACTIONS_GAP_PX if chips else 0) + BELOW_PX
        height = round(head_height + body.height + below)
        return CommentLayout(
            row, width, theme.generation, head, body, body_left, head_height, height, tuple(chips), spots, mirrored
        )

    def _lay_out_head(self, head: Plan, row: CommentRow, left: float, right: float) -> None:
        theme, tokens = self._theme, self._theme.tokens
        name = tr("You") if row.author.is_you else row.author.name
        x = head.text(left, elide(theme, name, "body-strong", right - left - 60), "body-strong", tokens.text)
        when = tr("{time} · edited", time=row.time_text) if row.edited else row.time_text
        x = head.text(x + 6, when, "small", tokens.text3)
        signs = {
            "waiting": ("refresh-cw", tokens.yellow, tr("Waiting to sync")),
            "rejected": ("circle-alert", tokens.red, tr("Rejected")),
        }
        if row.sync_state == "sending":
            head.spot("sync", x + 8, 14)
            head.text(x + 25, tr("Sending"), "small", tokens.accent_text)
        elif row.sync_state in signs:
            icon, tone, words = signs[row.sync_state]
            head.spot("sync", x + 8, 80)
            x = head.picture(x + 8, theme.pixmap(icon, 14, tone, head.dpr))
            head.text(x + 3, words, "small", tone)

    def _lay_out_reactions(
        self, row: CommentRow, left: float, width: int, top: float, dpr: float, mirrored: bool
    ) -> tuple[list[tuple[float, QPixmap]], dict[str, QRectF]]:
        chips: list[tuple[float, QPixmap]] = []
        spots: dict[str, QRectF] = {}
        x = left
        for number, reaction in enumerate(row.reactions[:12]):
            picture = reaction_pixmap(self._theme, reaction, dpr)
            wide, high = picture.width() / dpr, picture.height() / dpr
            if x + wide > width:
                break
            place = width - x - wide if mirrored else x
            chips.append((place, picture))
            spots[f"reaction:{number}"] = QRectF(place, top + REACTIONS_GAP_PX, wide, high)
            x += wide + 6
        return chips, spots

    def activity_height(self) -> int:
        """The height of an activity entry: a sentence, and its time below."""
        return round(36 * self._theme.scale) + BELOW_PX

    def draw_activity(
        self, painter: QPainter, row: ActivityRow, box: QRectF, dpr: float, mirrored: bool = False
    ) -> None:
        """Draw one activity entry into `box`: who in 600, the verb quiet, what it names in 500, the time below."""
        theme, tokens = self._theme, self._theme.tokens
        plan = Plan(theme, box.width(), 24 * theme.scale, dpr, mirrored)
        plan.picture(0, avatar_pixmap(row.person, 24, tokens, dpr), 0)
        x = float(24 + TEXT_GAP_PX)
        middle = 10 * theme.scale
        who = tr("You") if row.person.is_you else row.person.first_name
        right = box.width()
        for words, style, tone in (
            (who, "body-strong", tokens.text),
            (row.verb, "body", tokens.text2),
            (row.item, "body-medium", tokens.text),
            (row.before, "body-medium", tokens.text),
            ("→" if row.after and row.before else "", "body", tokens.text2),
            (row.after, "body-medium", tokens.text),
        ):
            if words and x < right - 12:
                x = plan.text(x, elide(theme, words, style, right - x), style, tone, middle=middle) + 4
        plan.text(24 + TEXT_GAP_PX, row.time_text, "small", tokens.text3, middle=middle + 18 * theme.scale)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        plan.draw(painter, box.x(), box.y())


def reaction_pixmap(theme: Theme, reaction: Reaction, dpr: float) -> QPixmap:
    """A reaction of 22 px: emoji and count; yours in accent."""
    return _reaction(reaction.emoji[:4], min(reaction.count, 999), reaction.mine, theme.tokens, theme.scale, dpr)


@lru_cache(maxsize=300)
def _reaction(emoji: str, count: int, mine: bool, tokens: Tokens, scale: float, dpr: float) -> QPixmap:
    words = f"{emoji} {count}"
    style = font("small", scale)
    width = round(metrics("small", scale).horizontalAdvance(words) + 18)
    height = round(22 * scale)
    result = blank_pixmap(width, height, dpr)
    painter = QPainter(result)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(pen(tokens.accent if mine else tokens.line))
    painter.setBrush(brush(tokens.selected if mine else tokens.surface))
    painter.drawRoundedRect(QRectF(0.5, 0.5, width - 1, height - 1), height / 2 - 0.5, height / 2 - 0.5)
    painter.setFont(style)
    painter.setPen(colour(tokens.accent_text if mine else tokens.text2))
    painter.drawText(QRectF(0, 0, width, height), Qt.AlignmentFlag.AlignCenter, words)
    painter.end()
    return result
