"""Several lines of plain words at the line height that the drawings have, which QLabel cannot do."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.ui.paint.text_block import TextBlock
from app.ui.theme.theme import Theme
from app.ui.widgets.label import Tone

WIDTH_PX = 320


class Paragraph(QWidget):
    """Wraps to the width it gets. Read by screen readers as its accessible name."""

    def __init__(
        self, theme: Theme, words: str = "", style: str = "body", tone: Tone = "text2", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._style = style
        self._tone = tone
        self._words = ""
        self._laid_out: tuple[tuple[int, int, bool], TextBlock] | None = None
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.set_words(words)
        theme.changed.connect(self._restyle)

    def text(self) -> str:
        """What it says."""
        return self._words

    def set_words(self, words: str, tone: Tone | None = None) -> None:
        """Say something else, perhaps in another tone."""
        if words == self._words and tone in (None, self._tone):
            return
        self._words = words
        self._tone = tone or self._tone
        self.setAccessibleName(words)
        self._restyle()

    def hasHeightForWidth(self) -> bool:
        """It wraps."""
        return True

    def heightForWidth(self, width: int) -> int:
        """All its lines."""
        return round(self._block(width).height)

    def sizeHint(self) -> QSize:
        """At a width that reads well."""
        return QSize(WIDTH_PX, self.heightForWidth(WIDTH_PX))

    def minimumSizeHint(self) -> QSize:
        """It can be narrow."""
        return QSize(80, self._theme.line(self._style))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the lines."""
        tokens = self._theme.tokens
        value = tokens.accent_text if self._tone == "accent" else getattr(tokens, self._tone)
        painter = QPainter(self)
        self._block(self.width()).draw(painter, 0, 0, value)
        painter.end()

    def _block(self, width: int) -> TextBlock:
        mirrored = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        key = (width, self._theme.generation, mirrored)
        if self._laid_out is None or self._laid_out[0] != key:
            self._laid_out = (key, TextBlock(self._words, self._style, width, self._theme.scale, mirrored))
        return self._laid_out[1]

    def _restyle(self) -> None:
        self._laid_out = None
        self.updateGeometry()
        self.update()
