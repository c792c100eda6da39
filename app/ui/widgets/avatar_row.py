"""Who is here, in the header: you, those editing, then the others by name."""

from __future__ import annotations

from math import ceil

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QToolTip, QWidget

from app.ui.paint.avatar import BADGE_PX, RING_MARGIN_PX, avatar_pixmap, more_pixmap, pencil_badge
from app.ui.paint.names import presence_name
from app.ui.paint.plan import draw_words
from app.ui.paint.rows import Presence
from app.ui.strings import tooltip, tr
from app.ui.theme.theme import Theme
from app.ui.widgets.focus_ring import FocusRingGuard

AVATAR_PX = 24
NAME_GAP_PX = 6
BETWEEN_PX = 16
BETWEEN_BARE_PX = 8


def in_order(people: tuple[Presence, ...]) -> tuple[Presence, ...]:
    """You first, then those editing, then the others, each by name."""
    return tuple(sorted(people, key=lambda one: (not one.person.is_you, not one.editing, one.person.name.casefold())))


class AvatarRow(QAbstractButton):
    """A row of discs, with names while they fit; a click (or Enter) asks for the whole list."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._people: tuple[Presence, ...] = ()
        self._note = ""
        self._with_names = True
        self._places: list[tuple[QRectF, str]] = []
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        FocusRingGuard(theme, self)
        theme.changed.connect(self._restyle)

    def set_people(self, people: tuple[Presence, ...], note: str = "") -> None:
        """Show these people; `note` stands after them, such as why others are not shown."""
        self._people = in_order(people)
        self._note = note
        names = ", ".join(presence_name(one) for one in self._people[:20])
        self.setAccessibleName(tr("Here now: {names}", names=names or tr("nobody")))
        self.updateGeometry()
        self.update()

    def set_with_names(self, with_names: bool) -> None:
        """Names beside the discs, or (in a narrow window) discs alone with a pencil for who edits."""
        self._with_names = with_names
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """All the people with names, 32 px high for the editing ring."""
        width = sum(self._width(one) for one in self._people)
        between = BETWEEN_PX if self._with_names else BETWEEN_BARE_PX
        width += between * max(0, len(self._people) - 1) + 2 * RING_MARGIN_PX
        if self._note:
            width += between + self._theme.letters("small").horizontalAdvance(self._note)
        return QSize(min(ceil(width), 640), AVATAR_PX + 2 * RING_MARGIN_PX)

    def minimumSizeHint(self) -> QSize:
        """Three discs."""
        return QSize(3 * (AVATAR_PX + BETWEEN_BARE_PX), AVATAR_PX + 2 * RING_MARGIN_PX)

    def event(self, event: QEvent) -> bool:
        """Answer with the name of the person under the pointer."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            for place, name in self._places:
                if place.contains(QPointF(event.pos())):
                    QToolTip.showText(event.globalPos(), tooltip(name), self)
                    return True
            QToolTip.hideText()
            return True
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the people that fit, and "+n" for the others."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._places = []
        with_names = self._with_names and self._whole_width() <= self.width()
        between = BETWEEN_PX if with_names else BETWEEN_BARE_PX
        x = float(RING_MARGIN_PX)
        for number, one in enumerate(self._people):
            left = len(self._people) - number
            room = self.width() - x - AVATAR_PX - RING_MARGIN_PX
            if left > 1 and room < AVATAR_PX + between:
                self._paint_more(painter, x, left)
                break
            x = self._paint_one(painter, x, one, with_names) + between
        if self._note and with_names:
            self._paint_words(painter, x, self._note, "small", self._theme.tokens.text2)
        painter.end()

    def _paint_one(self, painter: QPainter, x: float, one: Presence, with_names: bool) -> float:
        tokens, ratio = self._theme.tokens, self.devicePixelRatioF()
        picture = avatar_pixmap(one.person, AVATAR_PX, tokens, ratio, editing=one.editing, away=one.away)
        margin = RING_MARGIN_PX if one.editing else 0
        left = self._left(x, AVATAR_PX)
        painter.drawPixmap(QPointF(left - margin, RING_MARGIN_PX - margin), picture)
        self._places.append((QRectF(left, RING_MARGIN_PX, AVATAR_PX, AVATAR_PX), presence_name(one)))
        if not with_names:
            if one.editing:
                corner = AVATAR_PX - BADGE_PX + 3
                painter.drawPixmap(
                    QPointF(left + corner, RING_MARGIN_PX + corner), pencil_badge(tokens, tokens.surface, ratio)
                )
            return x + AVATAR_PX
        x += AVATAR_PX + NAME_GAP_PX
        name, state = self._words(one)
        x = self._paint_words(painter, x, name, "body", tokens.text2)
        if state:
            x = self._paint_words(painter, x + 4, state, "small", tokens.text2)
        return x

    def _paint_words(self, painter: QPainter, x: float, words: str, style: str, value: str) -> float:
        width = self._theme.letters(style).horizontalAdvance(words)
        painter.setFont(self._theme.font(style))
        painter.setPen(self._theme.colour(value))
        box = QRectF(self._left(x, width), 0, width + 1, self.height())
        draw_words(painter, box, words)
        return x + width

    def _paint_more(self, painter: QPainter, x: float, count: int) -> None:
        picture = more_pixmap(count, AVATAR_PX, self._theme.tokens, self.devicePixelRatioF())
        left = self._left(x, AVATAR_PX)
        painter.drawPixmap(QPointF(left, RING_MARGIN_PX), picture)
        names = ", ".join(presence_name(one) for one in self._people[-count:][:20])
        self._places.append((QRectF(left, RING_MARGIN_PX, AVATAR_PX, AVATAR_PX), names))

    def _words(self, one: Presence) -> tuple[str, str]:
        name = tr("You") if one.person.is_you else one.person.first_name[:40]
        state = tr("(editing)") if one.editing else tr("(away)") if one.away else ""
        return name, state

    def _width(self, one: Presence) -> float:
        if not self._with_names:
            return AVATAR_PX
        name, state = self._words(one)
        width = AVATAR_PX + NAME_GAP_PX + self._theme.letters("body").horizontalAdvance(name)
        return width + (4 + self._theme.letters("small").horizontalAdvance(state) if state else 0)

    def _whole_width(self) -> float:
        width = sum(self._width(one) for one in self._people) + BETWEEN_PX * max(0, len(self._people) - 1)
        return width + 2 * RING_MARGIN_PX

    def _left(self, x: float, width: float) -> float:
        return self.width() - x - width if self.layoutDirection() == Qt.LayoutDirection.RightToLeft else x

    def _restyle(self) -> None:
        self.updateGeometry()
        self.update()
