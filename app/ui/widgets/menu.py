"""A menu in the house style: icon, words, keys, and red for what takes something away."""

from __future__ import annotations

from collections.abc import Callable
from math import ceil

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QAction, QKeySequence, QPainter, QPaintEvent, QPixmap, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QMenu, QWidget

from app.ui.paint.plan import draw_words, elide
from app.ui.paint.shadow import paint_raised
from app.ui.strings import plain_action
from app.ui.theme.compositor import has_compositor
from app.ui.theme.palette import brush
from app.ui.theme.theme import Theme
from app.ui.theme.tokens import DISABLED_ALPHA, RADIUS_CONTROL, SHADOW_MARGIN_PX
from app.ui.widgets.popover import round_off

Picture = Callable[[float], QPixmap]
"""Gives a 16 px picture for a pixel ratio."""
PADDING_PX = 6
INSET_PX = 10
ICON_PX = 16
ICON_GAP_PX = 10
KEYS_GAP_PX = 32


class Menu(QMenu):
    """Opened with `popup_at` or `popup_below`; never with exec, which would nest an event loop.

    Geometry, keys and screen reader are Qt's; only the painting is ours.
    """

    def __init__(self, theme: Theme, title: str = "", parent: QWidget | None = None) -> None:
        super().__init__(plain_action(title), parent)
        self._theme = theme
        self._pictures: dict[QAction, Picture] = {}
        self._danger: set[QAction] = set()
        self._keys: dict[QAction, str] = {}
        self._shadowed = has_compositor()
        self.margin = SHADOW_MARGIN_PX if self._shadowed else 0
        flags = Qt.WindowType.FramelessWindowHint | Qt.WindowType.NoDropShadowWindowHint
        self.setWindowFlags(self.windowFlags() | flags)
        self.setAttribute(Qt.WidgetAttribute.WA_TranslucentBackground, self._shadowed)
        self.setContentsMargins(self.margin, self.margin, self.margin, self.margin)
        self.setToolTipsVisible(True)
        self.aboutToShow.connect(self._widen)
        self.setProperty("painted", True)

    def add(
        self,
        words: str,
        act: Callable[[], object],
        icon: str = "",
        keys: str = "",
        danger: bool = False,
        picture: Picture | None = None,
        possible: bool = True,
    ) -> QAction:
        """Add an entry. `keys` is only shown, such as "Ctrl Shift C"; `picture` replaces the icon."""
        action = QAction(plain_action(words), self)
        action.setData(words)
        action.setEnabled(possible)
        action.triggered.connect(lambda: act())
        if keys:
            self._keys[action] = keys
        self._dress(action, icon, danger, picture)
        self.addAction(action)
        return action

    def add_action(self, action: QAction, icon: str = "", danger: bool = False) -> None:
        """Add an action that exists already, such as one of the window's registry, with its own keys."""
        self._dress(action, icon, danger, None)
        self.addAction(action)

    def add_menu(self, words: str, icon: str = "", picture: Picture | None = None) -> Menu:
        """Add an entry that opens another menu beside it."""
        child = Menu(self._theme, words, self)
        child.menuAction().setData(words)
        self._dress(child.menuAction(), icon, False, picture)
        self.addMenu(child)
        return child

    def popup_at(self, place: QPoint) -> None:
        """Open with its visible corner at a point of the screen."""
        self.popup(place - QPoint(self.margin, self.margin))

    def popup_below(self, anchor: QWidget, gap: int = 6) -> None:
        """Open under a control, start edges aligned."""
        self._widen()
        x = anchor.width() - self.sizeHint().width() + 2 * self.margin
        left = x if anchor.layoutDirection() == Qt.LayoutDirection.RightToLeft else 0
        self.popup_at(anchor.mapToGlobal(QPoint(left, anchor.height() + gap)))

    def showEvent(self, event: QShowEvent) -> None:
        """A menu beside its parent closes the gap that the room for the shadow would leave."""
        super().showEvent(event)
        beside = self.parentWidget()
        if isinstance(beside, Menu) and beside.isVisible() and self.margin:
            shift = self.margin - 2
            self.move(self.x() + (-shift if self.x() > beside.x() else shift), self.y())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Round the corners where the window cannot be half transparent."""
        super().resizeEvent(event)
        if not self._shadowed:
            round_off(self)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the panel and its entries."""
        painter = QPainter(self)
        box = self.rect().adjusted(self.margin, self.margin, -self.margin, -self.margin)
        paint_raised(painter, box, self._theme.tokens, self.devicePixelRatioF(), self._shadowed)
        for action in self.actions():
            if action.isVisible():
                self._paint_entry(painter, action, self.actionGeometry(action))
        painter.end()

    def _widen(self) -> None:
        """Make room for icon, words and keys of the widest entry; Qt knows of none of our drawing."""
        widest = 0.0
        for action in self.actions():
            if not action.isSeparator():
                keys = self._keys_of(action)
                width = self._theme.letters("body").horizontalAdvance(self._words_of(action)[:80])
                width += KEYS_GAP_PX + self._theme.letters("small").horizontalAdvance(keys) if keys else 24
                widest = max(widest, width)
        inner = ceil(widest) + 2 * INSET_PX + ICON_PX + ICON_GAP_PX
        self.setMinimumWidth(inner + 2 * (self.margin + PADDING_PX + 1))

    def _paint_entry(self, painter: QPainter, action: QAction, place: QRect) -> None:
        tokens = self._theme.tokens
        if action.isSeparator():
            painter.fillRect(QRect(place.x(), place.center().y(), place.width(), 1), brush(tokens.border))
            return
        painter.setOpacity(1.0 if action.isEnabled() else DISABLED_ALPHA)
        if action is self.activeAction() and action.isEnabled():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(brush(tokens.selected))
            painter.drawRoundedRect(QRectF(place), RADIUS_CONTROL, RADIUS_CONTROL)
        tone = tokens.red if action in self._danger else tokens.text
        mirrored = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        inner = QRectF(place).adjusted(INSET_PX, 0, -INSET_PX, 0)
        picture = self._picture_of(action)
        if picture is not None:
            x = inner.right() - ICON_PX if mirrored else inner.left()
            painter.drawPixmap(QPointF(x, place.y() + (place.height() - ICON_PX) // 2), picture)
        shift = ICON_PX + ICON_GAP_PX
        words = inner.adjusted(0, 0, -shift, 0) if mirrored else inner.adjusted(shift, 0, 0, 0)
        painter.setFont(self._theme.font("body"))
        painter.setPen(self._theme.colour(tone))
        shown = elide(self._theme, self._words_of(action), "body", words.width())
        draw_words(painter, words, shown, mirrored)
        keys = self._keys_of(action)
        if keys:
            painter.setFont(self._theme.font("small"))
            painter.setPen(self._theme.colour(tokens.text3))
            draw_words(painter, inner, keys, mirrored, at_end=True)
        elif action.menu() is not None:
            arrow = self._theme.pixmap("chevron-right", 14, tokens.text3, self.devicePixelRatioF(), mirrored)
            x = inner.left() if mirrored else inner.right() - 14
            painter.drawPixmap(QPointF(x, place.y() + (place.height() - 14) // 2), arrow)
        painter.setOpacity(1.0)

    def _dress(self, action: QAction, icon: str, danger: bool, picture: Picture | None) -> None:
        if danger:
            self._danger.add(action)
        if picture is not None:
            self._pictures[action] = picture
        elif icon:
            theme = self._theme

            def draw(dpr: float) -> QPixmap:
                tone = theme.tokens.red if danger else theme.tokens.text2
                return theme.pixmap(icon, ICON_PX, tone, dpr)

            self._pictures[action] = draw

    def _picture_of(self, action: QAction) -> QPixmap | None:
        if action.isCheckable():
            if not action.isChecked():
                return None
            return self._theme.pixmap("check", ICON_PX, self._theme.tokens.accent_text, self.devicePixelRatioF())
        draw = self._pictures.get(action)
        return draw(self.devicePixelRatioF()) if draw is not None else None

    def _words_of(self, action: QAction) -> str:
        words = action.data()
        if isinstance(words, str):
            return words
        return "&".join(part.replace("&", "") for part in action.text().split("&&"))

    def _keys_of(self, action: QAction) -> str:
        kept = self._keys.get(action)
        if kept is not None:
            return kept
        return action.shortcut().toString(QKeySequence.SequenceFormat.NativeText).replace("+", " ")
