"""Words on the window: always plain text, in a style and tone of the theme."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from app.ui.paint.plan import draw_words, elide
from app.ui.strings import tooltip
from app.ui.theme.theme import Theme

Tone = Literal["text", "text2", "text3", "accent", "green", "yellow", "red"]


class Label(QLabel):
    """A label that never reads markup."""

    def __init__(
        self,
        theme: Theme,
        words: str = "",
        style: str = "body",
        tone: Tone = "text",
        wrap: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._style = style
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setProperty("tone", tone)
        self.setWordWrap(wrap)
        self.setText(words)
        self._restyle()
        theme.changed.connect(self._restyle)

    def set_tone(self, tone: Tone) -> None:
        """Show it in another tone; a rare change, such as a state that turned."""
        if self.property("tone") != tone:
            self.setProperty("tone", tone)
            self.style().unpolish(self)
            self.style().polish(self)

    def _restyle(self) -> None:
        self.setFont(self._theme.font(self._style))


class ElidedLabel(QWidget):
    """One line that ends in "…" when it is too long, with the whole text in its tooltip."""

    def __init__(
        self,
        theme: Theme,
        words: str = "",
        style: str = "body",
        tone: Tone = "text",
        middle: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._style = style
        self._tone = tone
        self._middle = middle
        self._words = ""
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.set_words(words)
        theme.changed.connect(self._restyle)

    @property
    def words(self) -> str:
        """The whole text."""
        return self._words

    def set_words(self, words: str) -> None:
        """Show another text."""
        self._words = words
        self.setAccessibleName(words[:1000])
        self.updateGeometry()
        self.update()

    def set_tone(self, tone: Tone) -> None:
        """Show it in another tone."""
        self._tone = tone
        self.update()

    def sizeHint(self) -> QSize:
        """As wide as the text (its first 300 letters), one line high."""
        width = self._theme.letters(self._style).horizontalAdvance(self._words[:300])
        return QSize(round(width) + 2, self._theme.line(self._style))

    def minimumSizeHint(self) -> QSize:
        """It can shrink to a few letters."""
        return QSize(min(self.sizeHint().width(), 32), self._theme.line(self._style))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint what fits."""
        shown = elide(self._theme, self._words, self._style, self.width(), self._middle)
        self.setToolTip(tooltip(self._words) if shown != self._words else "")
        painter = QPainter(self)
        painter.setFont(self._theme.font(self._style))
        tokens = self._theme.tokens
        value = tokens.accent_text if self._tone == "accent" else getattr(tokens, self._tone)
        painter.setPen(self._theme.colour(value))
        mirrored = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        draw_words(painter, QRectF(self.rect()), shown, mirrored)
        painter.end()

    def _restyle(self) -> None:
        self.updateGeometry()
        self.update()
