"""The look in force: it follows the system or a person's choice and dresses the application."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QGuiApplication, QPixmap
from PySide6.QtWidgets import QApplication

from app.ui.theme import fonts, icons, palette
from app.ui.theme.glyphs import priority_pixmap, status_pixmap
from app.ui.theme.motion import FULL, REDUCED, Motion, system_prefers_less_motion
from app.ui.theme.stylesheet import build_stylesheet
from app.ui.theme.ticker import Ticker
from app.ui.theme.tokens import DARK, LIGHT, Metrics, Tokens

Choice = Literal["system", "light", "dark"]


class Theme(QObject):
    """Tokens, metrics, fonts, icons and motion of the moment, given to every widget that paints.

    `changed` is emitted after any of them changed: a widget repaints, and throws away what it laid out. Only the
    thread of the window may use it.
    """

    changed = Signal()

    def __init__(
        self,
        application: QApplication,
        choice: Choice = "system",
        reduced_motion: bool | None = None,
        scale: float = 1.0,
        parent: QObject | None = None,
    ) -> None:
        """`reduced_motion` None follows the system; `scale` is the text size, 0.8 to 2.0."""
        super().__init__(parent)
        self._application = application
        self._choice: Choice = choice
        self._reduced = reduced_motion
        self.scale = min(2.0, max(0.8, scale))
        self.tokens: Tokens = LIGHT
        self.metrics = Metrics()
        self.motion: Motion = FULL
        self.generation = 0
        self.ticker = Ticker(FULL, self)
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._follow_system)
        self._install()

    @property
    def choice(self) -> Choice:
        """What the person chose."""
        return self._choice

    def choose(self, choice: Choice) -> None:
        """Follow the system, or stay light or dark."""
        self._choice = choice
        self._install()

    def set_scale(self, scale: float) -> None:
        """Set the text size, 0.8 to 2.0 (values outside are brought to the edge)."""
        self.scale = min(2.0, max(0.8, scale))
        self._install()

    def set_reduced_motion(self, reduced: bool | None) -> None:
        """Stop all motion, allow it, or (None) do as the system says."""
        self._reduced = reduced
        self._install()

    def font(self, style: str, figures: bool = False) -> QFont:
        """The font of a type style at the chosen text size."""
        return fonts.font(style, self.scale, figures)

    def letters(self, style: str, figures: bool = False) -> QFontMetricsF:
        """The measures of a type style at the chosen text size."""
        return fonts.metrics(style, self.scale, figures)

    def line(self, style: str) -> int:
        """The line height of a type style, in px."""
        return fonts.line_height(style, self.scale)

    def pixmap(self, name: str, size: int, colour: str, dpr: float, mirrored: bool = False) -> QPixmap:
        """A Lucide icon in a colour of the tokens."""
        return icons.icon_pixmap(name, size, colour, dpr, mirrored)

    def status(self, status: str, size: int, dpr: float) -> QPixmap:
        """The sign of a task's status in this theme."""
        return status_pixmap(status, size, self.tokens, dpr)

    def priority(self, priority: int, size: int, dpr: float) -> QPixmap:
        """The sign of a priority in this theme."""
        return priority_pixmap(priority, size, self.tokens, dpr)

    def colour(self, value: str, alpha: float = 1.0) -> QColor:
        """A token as Qt's colour."""
        return palette.colour(value, alpha)

    def _follow_system(self) -> None:
        if self._choice == "system":
            self._install()

    def _install(self) -> None:
        if self._choice == "system":
            dark = QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark
        else:
            dark = self._choice == "dark"
        self.tokens = DARK if dark else LIGHT
        self.metrics = Metrics().scaled(self.scale)
        reduced = system_prefers_less_motion() if self._reduced is None else self._reduced
        self.motion = REDUCED if reduced else FULL
        self.ticker.set_motion(self.motion)
        self.generation += 1
        self._application.setStyle("Fusion")
        self._application.setFont(self.font("body"))
        self._application.setPalette(palette.build_palette(self.tokens))
        self._application.setStyleSheet(build_stylesheet(self.tokens, self.metrics, self.scale))
        self.changed.emit()
