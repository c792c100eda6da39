"""What is filled in and switched: a field with its error, boxes, dots, switches and segments."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QButtonGroup,
    QCheckBox,
    QHBoxLayout,
    QLineEdit,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from app.ui.paint.checks import SWITCH_PX, CheckState, checkbox_pixmap, radio_pixmap, switch_pixmap
from app.ui.paint.plan import draw_words
from app.ui.theme.palette import brush, pen
from app.ui.theme.theme import Theme
from app.ui.theme.tokens import DISABLED_ALPHA, RADIUS_CONTROL, RADIUS_FIELD
from app.ui.widgets.focus_ring import FocusRingGuard
from app.ui.widgets.label import Label

BOX_PX = 16
BOX_GAP_PX = 8


class TextField(QWidget):
    """A labelled line of text with a hint below it, or what is wrong. `edit` is the line itself."""

    def __init__(
        self,
        theme: Theme,
        label: str = "",
        placeholder: str = "",
        size: Literal["field", "form"] = "field",
        most: int = 1000,
        parent: QWidget | None = None,
    ) -> None:
        """`most` bounds the letters that can be typed or pasted."""
        super().__init__(parent)
        self._theme = theme
        self.edit = QLineEdit(self)
        self.edit.setProperty("extent", size)
        self.edit.setProperty("wrong", False)
        self.edit.setMaxLength(most)
        self.edit.setPlaceholderText(placeholder)
        self.edit.setAccessibleName(label or placeholder)
        self._label = Label(theme, label, "body-medium", parent=self)
        self._label.setVisible(bool(label))
        self._label.setBuddy(self.edit)
        self._icon = Label(theme, parent=self)
        self._below = Label(theme, "", "small", "text2", wrap=True, parent=self)
        foot = QHBoxLayout()
        foot.setSpacing(6)
        foot.setContentsMargins(0, 0, 0, 0)
        foot.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        foot.addWidget(self._below, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self._label)
        column.addWidget(self.edit)
        column.addLayout(foot)
        self.setFocusProxy(self.edit)
        self.set_hint("")

    def text(self) -> str:
        """What was typed."""
        return self.edit.text()

    def set_text(self, text: str) -> None:
        """Put text in."""
        self.edit.setText(text)

    def set_hint(self, hint: str, good: bool = False) -> None:
        """Say something below the field; `good` says it in green with a tick."""
        self._say(hint, "check" if good else "", "green" if good else "text2", False)

    def set_wrong(self, reason: str) -> None:
        """Say what is wrong, in words, with a sign and a red edge; "" takes it away."""
        self._say(reason, "circle-alert" if reason else "", "red" if reason else "text2", bool(reason))

    def _say(self, words: str, icon: str, tone: Literal["green", "red", "text2"], wrong: bool) -> None:
        self._below.setText(words)
        self._below.set_tone(tone)
        self._below.setVisible(bool(words))
        self._icon.setVisible(bool(icon))
        if icon:
            value = {"green": self._theme.tokens.green, "red": self._theme.tokens.red}[tone]
            self._icon.setPixmap(self._theme.pixmap(icon, 14, value, self.devicePixelRatioF()))
        self.edit.setAccessibleDescription(words)
        if self.edit.property("wrong") != wrong:
            self.edit.setProperty("wrong", wrong)
            self.edit.style().unpolish(self.edit)
            self.edit.style().polish(self.edit)


class CheckBox(QCheckBox):
    """A box of 16 px with words; the third state means some of several."""

    def __init__(self, theme: Theme, words: str = "", parent: QWidget | None = None) -> None:
        super().__init__(words.replace("&", "&&"), parent)
        self._theme = theme
        self._words = words
        self.setAccessibleName(words)
        FocusRingGuard(theme, self)
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        """At least 24 px high, so it can be hit."""
        return _mark_size(self._theme, self._words, BOX_PX)

    def minimumSizeHint(self) -> QSize:
        """The same."""
        return self.sizeHint()

    def hitButton(self, pos: QPoint) -> bool:
        """The whole control can be clicked."""
        return self.rect().contains(pos)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the box and its words."""
        states: dict[Qt.CheckState, CheckState] = {
            Qt.CheckState.Unchecked: "off",
            Qt.CheckState.Checked: "on",
            Qt.CheckState.PartiallyChecked: "some",
        }
        ratio = self.devicePixelRatioF()
        picture = checkbox_pixmap(states[self.checkState()], self._theme.tokens, ratio)
        painter = QPainter(self)
        _paint_mark(painter, self, self._theme, picture.width() / ratio, self._words)
        painter.drawPixmap(_mark_place(self, BOX_PX, BOX_PX), picture)
        painter.end()


class RadioButton(QRadioButton):
    """A dot of 16 px with words."""

    def __init__(self, theme: Theme, words: str = "", parent: QWidget | None = None) -> None:
        super().__init__(words.replace("&", "&&"), parent)
        self._theme = theme
        self._words = words
        self.setAccessibleName(words)
        FocusRingGuard(theme, self)
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        """At least 24 px high."""
        return _mark_size(self._theme, self._words, BOX_PX)

    def minimumSizeHint(self) -> QSize:
        """The same."""
        return self.sizeHint()

    def hitButton(self, pos: QPoint) -> bool:
        """The whole control can be clicked."""
        return self.rect().contains(pos)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the dot and its words."""
        picture = radio_pixmap(self.isChecked(), self._theme.tokens, self.devicePixelRatioF())
        painter = QPainter(self)
        _paint_mark(painter, self, self._theme, BOX_PX, self._words)
        painter.drawPixmap(_mark_place(self, BOX_PX, BOX_PX), picture)
        painter.end()


class Switch(QCheckBox):
    """A switch of 32x18 for a setting that acts at once; its words come first where it stands in a form."""

    def __init__(self, theme: Theme, words: str = "", parent: QWidget | None = None) -> None:
        super().__init__(words.replace("&", "&&"), parent)
        self._theme = theme
        self._words = words
        self.setAccessibleName(words)
        FocusRingGuard(theme, self, 9)
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        """At least 24 px high."""
        return _mark_size(self._theme, self._words, SWITCH_PX[0])

    def minimumSizeHint(self) -> QSize:
        """The same."""
        return self.sizeHint()

    def hitButton(self, pos: QPoint) -> bool:
        """The whole control can be clicked."""
        return self.rect().contains(pos)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the switch and its words."""
        mirrored = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        picture = switch_pixmap(self.isChecked(), self._theme.tokens, self.devicePixelRatioF(), mirrored)
        painter = QPainter(self)
        _paint_mark(painter, self, self._theme, SWITCH_PX[0], self._words)
        painter.drawPixmap(_mark_place(self, *SWITCH_PX), picture)
        painter.end()


def _mark_size(theme: Theme, words: str, mark: int) -> QSize:
    width = float(mark)
    if words:
        width += BOX_GAP_PX + theme.letters("body").horizontalAdvance(words) + 2
    return QSize(round(width), max(24, theme.line("body")))


def _mark_place(control: QAbstractButton, width: int, height: int) -> QPointF:
    mirrored = control.layoutDirection() == Qt.LayoutDirection.RightToLeft
    return QPointF(control.width() - width if mirrored else 0, (control.height() - height) // 2)


def _paint_mark(painter: QPainter, control: QAbstractButton, theme: Theme, mark: float, words: str) -> None:
    if not control.isEnabled():
        painter.setOpacity(DISABLED_ALPHA)
    if not words:
        return
    painter.setFont(theme.font("body"))
    painter.setPen(theme.colour(theme.tokens.text))
    mirrored = control.layoutDirection() == Qt.LayoutDirection.RightToLeft
    start = mark + BOX_GAP_PX
    box = QRectF(0 if mirrored else start, 0, control.width() - start, control.height())
    draw_words(painter, box, words, mirrored)


class Segments(QWidget):
    """Two to four choices side by side, one of them taken, such as Write and Read."""

    chosen = Signal(int)

    def __init__(self, theme: Theme, words: tuple[str, ...], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._group = QButtonGroup(self)
        row = QHBoxLayout(self)
        row.setContentsMargins(2, 2, 2, 2)
        row.setSpacing(0)
        for number, name in enumerate(words):
            button = _Segment(theme, name, self)
            self._group.addButton(button, number)
            row.addWidget(button)
        self._group.button(0).setChecked(True)
        self._group.idClicked.connect(self.chosen.emit)
        theme.changed.connect(self.update)

    @property
    def current(self) -> int:
        """Which one is taken, from 0."""
        return self._group.checkedId()

    def set_current(self, number: int) -> None:
        """Take another, without the signal."""
        self._group.button(number).setChecked(True)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the frame around the choices."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(pen(self._theme.tokens.line))
        painter.setBrush(brush(self._theme.tokens.window))
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.drawRoundedRect(box, RADIUS_FIELD - 0.5, RADIUS_FIELD - 0.5)
        painter.end()


class _Segment(QAbstractButton):
    def __init__(self, theme: Theme, words: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._words = words
        self.setCheckable(True)
        self.setAutoExclusive(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setText(words.replace("&", "&&"))
        self.setAccessibleName(words)
        FocusRingGuard(theme, self)

    def sizeHint(self) -> QSize:
        width = self._theme.letters("small-medium").horizontalAdvance(self._words)
        return QSize(round(width) + 20, self._theme.metrics.button - 4)

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = self._theme.tokens
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.isChecked():
            painter.setPen(pen(tokens.line))
            painter.setBrush(brush(tokens.surface))
            box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
            painter.drawRoundedRect(box, RADIUS_CONTROL - 0.5, RADIUS_CONTROL - 0.5)
        painter.setFont(self._theme.font("small-medium"))
        painter.setPen(self._theme.colour(tokens.text if self.isChecked() else tokens.text2))
        painter.drawText(QRectF(self.rect()), Qt.AlignmentFlag.AlignCenter, self._words)
        painter.end()
