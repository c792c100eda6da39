"""When Python looks for unreachable cycles: never in the middle of a flood, where a full look takes 80 ms."""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtGui import QGuiApplication

YOUNG, MIDDLE = 5000, 20
NEVER = 1 << 30
LOOK_MS = 300_000
DUE = 5
"""Middle collections since the last full one after which it is not put off any longer: half a million new objects."""


class Garbage(QObject):
    """Takes full collections over from the allocator: they wait until nobody is there, or until much is due."""

    def __init__(self, application: QGuiApplication, parent: QObject | None = None) -> None:
        super().__init__(parent)
        gc.set_threshold(YOUNG, MIDDLE, NEVER)
        application.applicationStateChanged.connect(self._left_alone)
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_MS)
        self._timer.timeout.connect(self._look)
        self._timer.start()

    def settle(self) -> None:
        """What is here after the start stays: it is never looked at again."""
        gc.collect()
        gc.freeze()

    def _left_alone(self, state: Qt.ApplicationState) -> None:
        if state != Qt.ApplicationState.ApplicationActive and gc.get_count()[2]:
            gc.collect()

    def _look(self) -> None:
        if gc.get_count()[2] >= DUE:
            gc.collect()
