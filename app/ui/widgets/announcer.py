"""What a screen reader is told without being asked: politely, and at most once in five seconds."""

from __future__ import annotations

from PySide6.QtCore import QTimer
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QWidget

PAUSE_MS = 5000


class Announcer(QTimer):
    """Speaks for one widget. What comes during the pause waits; only the latest of it is said."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        self._widget = widget
        self._waiting = ""
        self.said: list[str] = []
        self.setSingleShot(True)
        self.setInterval(PAUSE_MS)
        self.timeout.connect(self._continue)

    def say(self, words: str) -> None:
        """Say it now, or when the pause is over."""
        if self.isActive():
            self._waiting = words
            return
        self._speak(words)

    def _continue(self) -> None:
        if self._waiting:
            words, self._waiting = self._waiting, ""
            self._speak(words)

    def _speak(self, words: str) -> None:
        self.said = [*self.said[-9:], words]
        event = QAccessibleAnnouncementEvent(self._widget, words)
        event.setPoliteness(QAccessible.AnnouncementPoliteness.Polite)
        QAccessible.updateAccessibility(event)
        self.start()
