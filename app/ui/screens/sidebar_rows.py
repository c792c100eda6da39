"""How the sidebar's parts are painted: a project, the row of the workspace, the person at its foot."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPersistentModelIndex, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QEnterEvent, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from app.ui.paint.avatar import AVATAR_GAP_PX, avatar_pixmap, avatar_stack
from app.ui.paint.light import light_pixmap
from app.ui.paint.names import light_name, link_word
from app.ui.paint.plan import draw_words, elide
from app.ui.paint.rows import LightState, PersonChip
from app.ui.strings import tooltip, tr
from app.ui.theme.icons import app_pixmap
from app.ui.theme.palette import brush, pen
from app.ui.theme.theme import Theme
from app.ui.theme.tokens import RADIUS_CONTROL, RADIUS_FIELD
from app.ui.widgets.focus_ring import FocusRingGuard

if TYPE_CHECKING:
    from app.ui.models.project_list import ProjectModel, ProjectRow

AnyIndex = QModelIndex | QPersistentModelIndex
DOT_PX = 10
DOT_X = 10
NAME_X = 33
AVATAR_PX = 16
PEOPLE_MOST = 3
MARK_PX = 24
FOOT_AVATAR_PX = 28


def paint_dot(painter: QPainter, x: float, y: float, colour: str, size: int = DOT_PX) -> None:
    """A project's dot: a small square with round corners, its corner at (x, y)."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(brush(colour))
    painter.drawRoundedRect(QRectF(x, y, size, size), 3, 3)


class ProjectDelegate(QStyledItemDelegate):
    """One project of 30 px: dot, name, who is there; `rail` shows the dot alone."""

    def __init__(self, theme: Theme, model: ProjectModel, parent: QObject) -> None:
        super().__init__(parent)
        self._theme = theme
        self._model = model
        self.rail = False
        self.keyboard = False

    def sizeHint(self, option: QStyleOptionViewItem, index: AnyIndex) -> QSize:
        """30 px high, 32 in the rail."""
        return QSize(0, 32 if self.rail else self._theme.metrics.nav_row)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        """Paint one project."""
        theme, tokens = self._theme, self._theme.tokens
        row = self._model.rows[index.row()]
        box: QRect = option.rect
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        hovered = bool(option.state & QStyle.StateFlag.State_MouseOver)
        if selected or hovered:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(brush(tokens.selected if selected else tokens.pressed))
            painter.drawRoundedRect(QRectF(box), RADIUS_CONTROL, RADIUS_CONTROL)
        if self.keyboard and option.state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(pen(tokens.accent, 2.0))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(box).adjusted(1, 1, -1, -1), RADIUS_CONTROL, RADIUS_CONTROL)
        middle = box.y() + (box.height() - DOT_PX) / 2
        if self.rail:
            paint_dot(painter, box.x() + (box.width() - DOT_PX) / 2, middle, tokens.label(row.slot))
            return
        mirrored = option.direction == Qt.LayoutDirection.RightToLeft
        dot = box.right() + 1 - DOT_X - DOT_PX if mirrored else box.x() + DOT_X
        paint_dot(painter, dot, middle, tokens.label(row.slot))
        end = self._paint_end(painter, row, box, mirrored)
        style = "body-medium" if selected else "body"
        words = elide(theme, row.name, style, box.width() - NAME_X - end)
        painter.setFont(theme.font(style))
        painter.setPen(theme.colour(tokens.accent_text if selected else tokens.text))
        place = QRectF(box).adjusted(end, 0, -NAME_X, 0) if mirrored else QRectF(box).adjusted(NAME_X, 0, -end, 0)
        draw_words(painter, place, words, mirrored)

    def _paint_end(self, painter: QPainter, row: ProjectRow, box: QRect, mirrored: bool) -> float:
        """People and sign at the end of the row; answers how much room they take."""
        tokens, dpr = self._theme.tokens, painter.device().devicePixelRatio()
        x = 8.0

        def put(width: float, height: float) -> QPointF:
            left = box.x() + x if mirrored else box.right() + 1 - x - width
            return QPointF(left, box.y() + round((box.height() - height) / 2))

        if row.sync_state:
            icon, value = (
                ("circle-alert", tokens.red) if row.sync_state == "rejected" else ("refresh-cw", tokens.yellow)
            )
            painter.drawPixmap(put(14, 14), self._theme.pixmap(icon, 14, value, dpr))
            x += 20
        for picture in reversed(avatar_stack(row.people, AVATAR_PX, PEOPLE_MOST, tokens, dpr)):
            painter.drawPixmap(put(AVATAR_PX, AVATAR_PX), picture)
            x += AVATAR_PX + AVATAR_GAP_PX
        return x + 4


class _Row(QAbstractButton):
    """A button as wide as the sidebar that fills on hover."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._hovered = False
        self.rail = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        FocusRingGuard(theme, self)
        theme.changed.connect(self.update)

    def enterEvent(self, event: QEnterEvent) -> None:
        """The pointer is over it."""
        self._hovered = True
        self.update()
        super().enterEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        """The pointer left."""
        self._hovered = False
        self.update()
        super().leaveEvent(event)

    def _begin(self) -> QPainter:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._hovered or self.isDown():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(brush(self._theme.tokens.pressed))
            painter.drawRoundedRect(QRectF(self.rect()), RADIUS_FIELD, RADIUS_FIELD)
        return painter

    def _left(self, x: float, width: float) -> float:
        return self.width() - x - width if self.layoutDirection() == Qt.LayoutDirection.RightToLeft else x

    def _words(self, painter: QPainter, box: QRectF, words: str, style: str, value: str) -> None:
        theme = self._theme
        painter.setFont(theme.font(style))
        painter.setPen(theme.colour(value))
        mirrored = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        place = QRectF(self._left(box.x(), box.width()), box.y(), box.width(), box.height())
        draw_words(painter, place, elide(theme, words, style, box.width()), mirrored)


class WorkspaceRow(_Row):
    """The mark and the workspace's name; a click opens its menu."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._name = ""

    def set_name(self, name: str) -> None:
        """Show another name."""
        self._name = name
        self.setAccessibleName(tr("Workspace {name}, menu", name=name))
        self.setToolTip(tooltip(name) if self.rail else "")
        self.update()

    def sizeHint(self) -> QSize:
        """40 px high."""
        return QSize(40, self._theme.metrics.workspace_row)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint mark, name and the sign of a menu."""
        painter = self._begin()
        ratio = self.devicePixelRatioF()
        top = (self.height() - MARK_PX) // 2
        if self.rail:
            painter.drawPixmap(QPointF((self.width() - 28) // 2, (self.height() - 28) // 2), self._mark(28, ratio))
            painter.end()
            return
        painter.drawPixmap(QPointF(self._left(6, MARK_PX), top), self._mark(MARK_PX, ratio))
        room = self.width() - 38 - 30
        width = min(room, self._theme.letters("body-strong").horizontalAdvance(self._name) + 1)
        self._words(painter, QRectF(38, 0, width, self.height()), self._name, "body-strong", self._theme.tokens.text)
        arrows = self._theme.pixmap("chevrons-up-down", 14, self._theme.tokens.text2, ratio)
        painter.drawPixmap(QPointF(round(self._left(38 + width + 7, 14)), (self.height() - 14) // 2), arrows)
        painter.end()

    def _mark(self, size: int, ratio: float) -> QPixmap:
        return app_pixmap("app-icon", size, ratio)


class PersonRow(_Row):
    """Who is signed in, and the light in small; a click opens the pending changes."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._person: PersonChip | None = None
        self._state = LightState("connecting")

    def set_person(self, person: PersonChip) -> None:
        """Show another person."""
        self._person = person
        self._say()

    def set_state(self, state: LightState) -> None:
        """Show another state of the connection."""
        self._state = state
        self._say()
        if state.link == "connecting":
            self._theme.ticker.attach(self, self.update)
        else:
            self._theme.ticker.detach(self)

    def sizeHint(self) -> QSize:
        """48 px high."""
        return QSize(40, self._theme.metrics.footer - 8)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint person and light."""
        painter = self._begin()
        theme, tokens, ratio = self._theme, self._theme.tokens, self.devicePixelRatioF()
        if self._person is None:
            painter.end()
            return
        light = light_pixmap(self._state.link, 10, tokens, ratio, theme.ticker.frame)
        size = 32 if self.rail else FOOT_AVATAR_PX
        picture = avatar_pixmap(self._person, size, tokens, ratio)
        x = (self.width() - size) / 2 if self.rail else 6
        painter.drawPixmap(QPointF(self._left(x, size), (self.height() - size) // 2), picture)
        if self.rail:
            self._paint_badge(painter, x + size - 10, (self.height() + size) / 2 - 11, light)
            painter.end()
            return
        room = self.width() - 44 - 8
        top = self.height() / 2 - 17
        self._words(painter, QRectF(44, top, room, 18), self._person.name, "body-medium", tokens.text)
        painter.drawPixmap(QPointF(self._left(44, 10), top + 21), light)
        self._words(painter, QRectF(59, top + 17, room - 15, 18), self._line(), "small", tokens.text2)
        painter.end()

    def _paint_badge(self, painter: QPainter, x: float, y: float, light: QPixmap) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(brush(self._theme.tokens.window))
        painter.drawEllipse(QRectF(x - 2, y - 2, 14, 14))
        painter.drawPixmap(QPointF(x, y), light)

    def _line(self) -> str:
        state = self._state
        if state.pending:
            return tr("{link} · {n} waiting|{link} · {n} waiting", n=state.pending, link=link_word(state.link))
        return link_word(state.link)

    def _say(self) -> None:
        name = self._person.name if self._person is not None else ""
        self.setAccessibleName(tr("{name}. {light}", name=name, light=light_name(self._state)))
        self.setToolTip(tooltip(name) if self.rail else "")
        self.update()
