"""One clock for everything that turns, stopped while nothing that turns can be seen."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QElapsedTimer, QEvent, QObject, QTimer
from PySide6.QtWidgets import QWidget

from app.ui.theme.icons import TURN_FRAMES
from app.ui.theme.motion import Motion

PERIOD_MS = 33


class Ticker(QObject):
    """Calls every attached, visible widget's `update` 30 times a second, and nobody's when none is visible."""

    def __init__(self, motion: Motion, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._motion = motion
        self._callbacks: dict[int, tuple[weakref.ref[QWidget], Callable[[], None]]] = {}
        self._timer = QTimer(self)
        self._timer.setInterval(PERIOD_MS)
        self._timer.timeout.connect(self._tick)
        self._clock = QElapsedTimer()

    @property
    def running(self) -> bool:
        """Whether the timer is on."""
        return self._timer.isActive()

    @property
    def frame(self) -> int:
        """Which of the `TURN_FRAMES` pictures is due; 0 with reduced motion."""
        if self._motion.reduced or not self._timer.isActive():
            return 0
        return int(self._clock.elapsed() * TURN_FRAMES / self._motion.turn) % TURN_FRAMES

    def set_motion(self, motion: Motion) -> None:
        """Take other durations; with reduced motion everything stands still at once."""
        self._motion = motion
        self._start()

    def attach(self, widget: QWidget, update: Callable[[], None]) -> None:
        """Call `update` while `widget` is visible; attaching again replaces the callback."""
        key = id(widget)
        if key not in self._callbacks:
            widget.installEventFilter(self)
            widget.destroyed.connect(partial(self._callbacks.pop, key, None))
        self._callbacks[key] = (weakref.ref(widget), update)
        self._start()

    def detach(self, widget: QWidget) -> None:
        """Stop calling for this widget; the clock stops with the last one."""
        if self._callbacks.pop(id(widget), None) is not None:
            widget.removeEventFilter(self)
        if not self._callbacks:
            self._timer.stop()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Wake the clock when an attached widget is shown again."""
        if event.type() == QEvent.Type.Show:
            self._start()
        return False

    def _start(self) -> None:
        if self._motion.reduced or not self._callbacks:
            self._timer.stop()
        elif not self._timer.isActive():
            self._clock.start()
            self._timer.start()

    def _tick(self) -> None:
        seen = False
        for reference, update in list(self._callbacks.values()):
            widget = reference()
            if widget is not None and widget.isVisible() and not widget.window().isMinimized():
                seen = True
                update()
        if not seen:
            self._timer.stop()
