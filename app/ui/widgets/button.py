"""Buttons of every kind: primary, secondary, quiet, danger, and those with only an icon."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QEnterEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QPushButton, QSizePolicy, QWidget

from app.ui.paint.plan import draw_words
from app.ui.strings import plain_action, tooltip
from app.ui.theme.palette import brush, pen
from app.ui.theme.theme import Theme
from app.ui.theme.tokens import DISABLED_ALPHA, RADIUS_CONTROL, RADIUS_FIELD
from app.ui.widgets.focus_ring import FocusRingGuard

ButtonKind = Literal["primary", "secondary", "quiet", "danger", "danger-secondary", "icon", "link"]
ButtonSize = Literal["small", "dialog", "large"]

PADDING_PX = {"small": 11, "dialog": 13, "large": 17}
ICON_PX = 16
ICON_GAP_PX = 6


class Button(QPushButton):
    """A button with plain words. `why_not` becomes the tooltip while it is disabled.

    An "icon" button shows no words; they are its accessible name and its tooltip.
    """

    def __init__(
        self,
        theme: Theme,
        words: str,
        kind: ButtonKind = "secondary",
        size: ButtonSize = "small",
        icon: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._words = ""
        self._icon_name = icon
        self._hint = ""
        self._why_not = ""
        self._hovered = False
        self._held = False
        self.setProperty("kind", kind)
        self.setProperty("extent", size)
        self.setAutoDefault(False)
        self.setCursor(Qt.CursorShape.PointingHandCursor if kind == "link" else Qt.CursorShape.ArrowCursor)
        self.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Fixed)
        self.set_words(words)
        FocusRingGuard(theme, self, RADIUS_CONTROL if size == "small" else RADIUS_FIELD)
        theme.changed.connect(self._restyle)

    @property
    def kind(self) -> str:
        """What the button looks like."""
        return str(self.property("kind"))

    @property
    def words(self) -> str:
        """What it says."""
        return self._words

    def set_words(self, words: str) -> None:
        """Say something else."""
        self._words = words
        self.setText(plain_action(words))
        self.setAccessibleName(words)
        self._say_why()
        self.updateGeometry()

    def set_icon(self, name: str) -> None:
        """Show another Lucide icon; "" for none."""
        self._icon_name = name
        self.updateGeometry()
        self.update()

    def set_hint(self, hint: str) -> None:
        """What the tooltip says beside the words, such as the keys."""
        self._hint = hint
        self._say_why()

    def set_possible(self, possible: bool, why_not: str = "") -> None:
        """Enable the button, or disable it with the reason as its tooltip."""
        self._why_not = "" if possible else why_not
        self.setEnabled(possible)
        self._say_why()

    def set_held(self, held: bool) -> None:
        """Keep it looking pressed, while what it opened is open."""
        self._held = held
        self.update()

    def sizeHint(self) -> QSize:
        """28, 32 or 36 px high, as wide as its words need."""
        size = str(self.property("extent"))
        metrics = self._theme.metrics
        height = {"small": metrics.button, "dialog": metrics.button_dialog, "large": metrics.button_large}[size]
        if self.kind == "icon":
            return QSize(height, height)
        padding = 2 if self.kind == "link" else PADDING_PX[size]
        width = self._content_width() + 2 * padding
        return QSize(round(width), height)

    def minimumSizeHint(self) -> QSize:
        """The same: words are never cut."""
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
        """Paint ground, edge, icon and words of the moment."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if not self.isEnabled():
            painter.setOpacity(DISABLED_ALPHA)
        ground, edge, tone = self._look()
        radius = RADIUS_CONTROL if str(self.property("extent")) == "small" else RADIUS_FIELD
        box = QRectF(self.rect())
        if ground:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(brush(ground))
            painter.drawRoundedRect(box, radius, radius)
        if edge:
            painter.setPen(pen(edge))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), radius - 0.5, radius - 0.5)
        self._paint_content(painter, tone)
        painter.end()

    def _paint_content(self, painter: QPainter, tone: str) -> None:
        theme = self._theme
        mirrored = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        x = (self.width() - self._content_width()) / 2
        words = "" if self.kind == "icon" else self._words
        text_width = theme.letters("body-medium").horizontalAdvance(words)
        if self._icon_name:
            picture = theme.pixmap(self._icon_name, ICON_PX, tone, self.devicePixelRatioF(), mirrored)
            left = self.width() - x - ICON_PX if mirrored else x
            painter.drawPixmap(QPointF(round(left), (self.height() - ICON_PX) // 2), picture)
            x += ICON_PX + ICON_GAP_PX
        if words:
            painter.setFont(theme.font("body-medium"))
            painter.setPen(theme.colour(tone))
            left = self.width() - x - text_width if mirrored else x
            box = QRectF(left, 0, text_width + 1, self.height())
            draw_words(painter, box, words)

    def _content_width(self) -> float:
        words = "" if self.kind == "icon" else self._words
        width = self._theme.letters("body-medium").horizontalAdvance(words)
        if self._icon_name:
            width += ICON_PX + (ICON_GAP_PX if words else 0)
        return width

    def _look(self) -> tuple[str, str, str]:
        tokens = self._theme.tokens
        enabled = self.isEnabled()
        down = enabled and (self.isDown() or self.isChecked() or self._held)
        over = enabled and self._hovered
        neutral = tokens.pressed if down else tokens.hover if over else ""
        match self.kind:
            case "primary":
                fill = tokens.accent_pressed if down else tokens.accent_hover if over else tokens.accent
                return fill, "", tokens.on_accent
            case "danger":
                fill = tokens.danger_pressed if down else tokens.danger_hover if over else tokens.danger
                return fill, "", tokens.on_accent
            case "secondary":
                return neutral or tokens.surface, tokens.line, tokens.text
            case "danger-secondary":
                return neutral or tokens.surface, tokens.line, tokens.red
            case "icon":
                return neutral, "", tokens.text if neutral else tokens.text2
            case "link":
                return "", "", tokens.accent_text
            case _:
                return neutral, "", tokens.text2

    def _say_why(self) -> None:
        words = self._why_not or (self._words if self.kind == "icon" else "")
        if self._hint:
            words = f"{words} ({self._hint})" if words else self._hint
        self.setToolTip(tooltip(words))

    def _restyle(self) -> None:
        self.updateGeometry()
        self.update()
