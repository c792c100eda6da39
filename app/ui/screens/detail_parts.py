"""Small parts of a detail: a heading, grey bars while something loads, and whether a text is saved."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.ui.paint.plan import draw_words
from app.ui.screens.detail_text import TextState
from app.ui.strings import tooltip, tr
from app.ui.theme.palette import brush
from app.ui.theme.theme import Theme
from app.ui.widgets.states import LOADING_AFTER_MS

COUNT_GAP_PX = 8
BAR_PX = 10
BAR_STEP_PX = 22


class SectionHead(QWidget):
    """Words and a count over a line, as a tab that is the only one."""

    def __init__(self, theme: Theme, words: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._words = words
        self._count = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.set_count(0)
        theme.changed.connect(self.updateGeometry)

    def set_count(self, count: int) -> None:
        """Show how many there are; 0 shows no number."""
        self._count = str(count) if count else ""
        self.setAccessibleName(tr("{words}, {count}", words=self._words, count=count) if count else self._words)
        self.update()

    def sizeHint(self) -> QSize:
        """As high as tabs."""
        return QSize(120, self._theme.metrics.tabs + 1)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint words, count, line, and the accent under the words."""
        theme, tokens = self._theme, self._theme.tokens
        wide = theme.letters("body-medium").horizontalAdvance(self._words)
        more = theme.letters("small", True).horizontalAdvance(self._count) + COUNT_GAP_PX if self._count else 0.0
        mirrored = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        bottom = self.height() - 1
        painter = QPainter(self)
        painter.fillRect(QRectF(0, bottom, self.width(), 1), brush(tokens.border))
        left = self.width() - wide - more if mirrored else 0.0
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(brush(tokens.accent))
        painter.drawRoundedRect(QRectF(left, bottom - 1, wide + more, 2), 1, 1)
        painter.setFont(theme.font("body-medium"))
        painter.setPen(theme.colour(tokens.text))
        box = QRectF(left + more if mirrored else left, 0, wide + 1, bottom)
        draw_words(painter, box, self._words)
        painter.setFont(theme.font("small", True))
        painter.setPen(theme.colour(tokens.text3))
        box = QRectF(left if mirrored else left + wide + COUNT_GAP_PX, 0, more + 1, bottom)
        draw_words(painter, box, self._count)
        painter.end()


class Bars(QWidget):
    """Lines of text to come; still, and shown only when loading takes longer than 150 ms."""

    def __init__(self, theme: Theme, count: int = 3, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._count = count
        self.revealed = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(LOADING_AFTER_MS)
        self._timer.timeout.connect(self.reveal)
        self.setAccessibleName(tr("Loading"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.hide()

    def reveal(self) -> None:
        """Show the bars now."""
        self.revealed = True
        self.update()

    def sizeHint(self) -> QSize:
        """As many lines as there are bars."""
        return QSize(200, self._count * BAR_STEP_PX)

    def showEvent(self, event: QShowEvent) -> None:
        """Begin to wait."""
        self.revealed = False
        self._timer.start()
        super().showEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the bars."""
        if not self.revealed:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(brush(self._theme.tokens.skeleton))
        for number, share in zip(range(self._count), (0.9, 0.75, 0.5, 0.8, 0.6), strict=False):
            width = self.width() * share
            left = self.width() - width if self.layoutDirection() == Qt.LayoutDirection.RightToLeft else 0.0
            painter.drawRoundedRect(QRectF(left, number * BAR_STEP_PX + 6, width, BAR_PX), BAR_PX / 2, BAR_PX / 2)
        painter.end()


class SavedMark(QWidget):
    """An icon and a word: saved on this computer, being saved, or not saved with the reason in the tooltip."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.state: TextState = "loading"
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    @property
    def words(self) -> str:
        """What it says."""
        return {"loading": "", "saved": tr("Saved"), "saving": tr("Saving…"), "failed": tr("Not saved")}[self.state]

    def set_state(self, state: TextState, reason: str = "") -> None:
        """Show another state."""
        self.state = state
        self.setToolTip(tooltip(reason if reason else tr("Saved on this computer.") if state == "saved" else ""))
        self.setAccessibleName(f"{self.words}: {reason}" if reason else self.words)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Icon and word."""
        width = self._theme.letters("small").horizontalAdvance(self.words)
        return QSize(round(width) + 20, self._theme.line("small"))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint icon and word."""
        if self.state == "loading":
            return
        theme, tokens = self._theme, self._theme.tokens
        icons = {"saved": "check", "saving": "refresh-cw", "failed": "circle-alert"}
        tone = tokens.red if self.state == "failed" else tokens.text3
        mirrored = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        painter = QPainter(self)
        picture = theme.pixmap(icons[self.state], 14, tone, self.devicePixelRatioF())
        painter.drawPixmap(QPointF(self.width() - 14 if mirrored else 0, (self.height() - 14) // 2), picture)
        painter.setFont(theme.font("small"))
        painter.setPen(theme.colour(tone))
        box = QRectF(0 if mirrored else 19, 0, self.width() - 19, self.height())
        draw_words(painter, box, self.words, mirrored)
        painter.end()
