"""The connection light of the header: light, word, and what waits or was rejected."""

from __future__ import annotations

from math import ceil

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, QVariantAnimation
from PySide6.QtGui import QEnterEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from app.ui.paint.light import light_pixmap
from app.ui.paint.names import light_name, link_sentence, link_word
from app.ui.paint.plan import draw_words
from app.ui.paint.rows import LightState
from app.ui.strings import tooltip, tr
from app.ui.theme.icons import turning_pixmap
from app.ui.theme.palette import brush, pen
from app.ui.theme.theme import Theme
from app.ui.widgets.announcer import Announcer
from app.ui.widgets.focus_ring import FocusRingGuard

LIGHT_PX = 12
SIGN_PX = 13
DOT_GAP_PX = 7
COUNT_GAP_PX = 4
STYLE = "small-medium"


class Pill(QAbstractButton):
    """A button 28 px high that always says how things stand; a click opens the pending changes."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._state = LightState("connecting")
        self._before = self._state.link
        self._hovered = False
        self._held = False
        self._announcer = Announcer(self)
        self._fade = QVariantAnimation(self)
        self._fade.setStartValue(0.0)
        self._fade.setEndValue(1.0)
        self._fade.valueChanged.connect(self.update)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        FocusRingGuard(theme, self, theme.metrics.pill // 2)
        theme.changed.connect(self._restyle)
        self._say_state()

    @property
    def state(self) -> LightState:
        """What is shown."""
        return self._state

    def set_state(self, state: LightState) -> None:
        """Show another state; the light fades over 150 ms and the change is announced."""
        if state == self._state:
            return
        old, self._state = self._state, state
        self._say_state()
        if (old.link, old.rejected) != (state.link, state.rejected):
            self._announcer.say(light_name(state))
        if old.link != state.link:
            self._before = old.link
            if self._theme.motion.light_fade:
                self._fade.setDuration(self._theme.motion.light_fade)
                self._fade.start()
        self.updateGeometry()
        self.update()

    def set_held(self, held: bool) -> None:
        """Keep it looking pressed, while its panel is open."""
        self._held = held
        self.update()

    def sizeHint(self) -> QSize:
        """As wide as what it says."""
        return QSize(ceil(self._width()), self._theme.metrics.pill)

    def minimumSizeHint(self) -> QSize:
        """The same: the state is never cut."""
        return self.sizeHint()

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

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint edge, light and words."""
        theme, tokens = self._theme, self._theme.tokens
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        held = self._held or self.isDown()
        painter.setPen(pen(tokens.red if self._state.rejected else tokens.line))
        painter.setBrush(brush(tokens.pressed if held else tokens.hover if self._hovered else tokens.surface))
        radius = self.height() / 2 - 0.5
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
        self._paint_light(painter)
        x = 10.0 + LIGHT_PX + 7
        x = self._paint_text(painter, x, link_word(self._state.link), tokens.text)
        if self._state.pending:
            x = self._paint_text(painter, x + DOT_GAP_PX, "·", tokens.text2) + DOT_GAP_PX
            frame = theme.ticker.frame if self._state.sending else 0
            picture = turning_pixmap("refresh-cw", SIGN_PX, tokens.text, self.devicePixelRatioF(), frame)
            painter.drawPixmap(QPointF(self._left(x, SIGN_PX), (self.height() - SIGN_PX) // 2), picture)
            x = self._paint_text(painter, x + SIGN_PX + COUNT_GAP_PX, str(self._state.pending), tokens.text)
        if self._state.rejected:
            x = self._paint_text(painter, x + DOT_GAP_PX, "·", tokens.text2) + DOT_GAP_PX
            self._paint_text(painter, x, self._rejected_words(), tokens.red)
        painter.end()

    def _paint_light(self, painter: QPainter) -> None:
        tokens, ratio = self._theme.tokens, self.devicePixelRatioF()
        frame = self._theme.ticker.frame
        place = QPointF(self._left(10, LIGHT_PX), (self.height() - LIGHT_PX) // 2)
        share = 1.0
        if self._fade.state() == QVariantAnimation.State.Running:
            share = float(self._fade.currentValue())
            painter.setOpacity(1.0 - share)
            painter.drawPixmap(place, light_pixmap(self._before, LIGHT_PX, tokens, ratio, frame))
        painter.setOpacity(share)
        painter.drawPixmap(place, light_pixmap(self._state.link, LIGHT_PX, tokens, ratio, frame))
        painter.setOpacity(1.0)

    def _paint_text(self, painter: QPainter, x: float, words: str, value: str) -> float:
        width = self._theme.letters(STYLE, True).horizontalAdvance(words)
        painter.setFont(self._theme.font(STYLE, True))
        painter.setPen(self._theme.colour(value))
        box = QRectF(self._left(x, width), 0, width + 1, self.height())
        draw_words(painter, box, words)
        return x + width

    def _left(self, x: float, width: float) -> float:
        return self.width() - x - width if self.layoutDirection() == Qt.LayoutDirection.RightToLeft else x

    def _width(self) -> float:
        letters = self._theme.letters(STYLE, True)
        width = 10 + LIGHT_PX + 7 + letters.horizontalAdvance(link_word(self._state.link)) + 12
        dot = letters.horizontalAdvance("·") + 2 * DOT_GAP_PX
        if self._state.pending:
            width += dot + SIGN_PX + COUNT_GAP_PX + letters.horizontalAdvance(str(self._state.pending))
        if self._state.rejected:
            width += dot + letters.horizontalAdvance(self._rejected_words())
        return width

    def _rejected_words(self) -> str:
        return tr("{n} rejected|{n} rejected", n=self._state.rejected)

    def _say_state(self) -> None:
        self.setAccessibleName(light_name(self._state))
        self.setToolTip(tooltip(link_sentence(self._state.link)))
        if self._state.link == "connecting" or self._state.sending:
            self._theme.ticker.attach(self, self.update)
        else:
            self._theme.ticker.detach(self)

    def _restyle(self) -> None:
        self.updateGeometry()
        self.update()


class Light(QWidget):
    """The light alone, for the footer (10 px) and the panels (18 px)."""

    def __init__(self, theme: Theme, size: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._size = size
        self._state = LightState("connecting")
        self.setFixedSize(size, size)
        theme.changed.connect(self.update)
        self.set_state(self._state)

    def set_state(self, state: LightState) -> None:
        """Show another state."""
        self._state = state
        self.setAccessibleName(light_name(state))
        if state.link == "connecting":
            self._theme.ticker.attach(self, self.update)
        else:
            self._theme.ticker.detach(self)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the light."""
        painter = QPainter(self)
        ratio = self.devicePixelRatioF()
        frame = self._theme.ticker.frame
        painter.drawPixmap(0, 0, light_pixmap(self._state.link, self._size, self._theme.tokens, ratio, frame))
        painter.end()
