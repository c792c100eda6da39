"""A watch over the window's thread: a tick each 10 ms tells how long it was kept, a second thread by what."""

import sys
import threading
import time
from collections import Counter
from time import perf_counter
from types import FrameType

from PySide6.QtCore import QObject, Qt, QTimer

TICK_MS = 10
LONG_S = 0.03
"""From here on a gap is worth knowing what it was spent on."""
OURS = "/app/"


class Watch(QObject):
    """`begin`, then `end`: all gaps between two ticks in ms, a tick's own 10 ms included."""

    def __init__(self) -> None:
        super().__init__()
        self._gaps: list[float] = []
        self._places: Counter[str] = Counter()
        self._last = perf_counter()
        self._watching = False
        self._thread_id = threading.get_ident()
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self._tick)

    def begin(self) -> None:
        """Start anew."""
        self._gaps, self._places, self._last = [], Counter(), perf_counter()
        self._watching = True
        self._timer.start()
        threading.Thread(target=self._look, daemon=True).start()

    def end(self) -> tuple[list[float], list[list[object]]]:
        """The gaps, and where the thread was seen in long ones: place and how often, the most frequent first."""
        self._timer.stop()
        self._watching = False
        return self._gaps, [[place, count] for place, count in self._places.most_common(12)]

    def _tick(self) -> None:
        now = perf_counter()
        self._gaps.append((now - self._last) * 1000)
        self._last = now

    def _look(self) -> None:
        while self._watching:
            time.sleep(TICK_MS / 2000)
            if perf_counter() - self._last > LONG_S:
                self._places[place_of(sys._current_frames().get(self._thread_id))] += 1


def place_of(frame: FrameType | None) -> str:
    """The three innermost calls of our own code that a thread is in."""
    calls: list[str] = []
    while frame is not None and len(calls) < 3:
        name = frame.f_code.co_filename
        if OURS in name:
            calls.append(f"{name.rpartition(OURS)[2]}:{frame.f_lineno} {frame.f_code.co_name}")
        frame = frame.f_back
    return " < ".join(calls) or "Qt or Python itself"
