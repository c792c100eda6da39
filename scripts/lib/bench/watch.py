"""A watch over a window's thread: a tick each 10 ms tells how late it is, a second thread what kept it."""

import sys
import threading
import time
from collections import Counter
from time import perf_counter
from types import FrameType
from typing import Any

from PySide6.QtCore import QObject, Qt, QTimer

TICK_MS = 10
LONG_S = 0.03
"""From here on a gap between ticks is worth knowing what it was spent on."""
OURS = "/app/"


class Watch(QObject):
    """`begin`, then `end`. A stall is how much later than due a tick came: so long a click would have waited too."""

    def __init__(self) -> None:
        super().__init__()
        self._late: list[float] = []
        self._work: list[float] = []
        self._places: Counter[str] = Counter()
        self._last = perf_counter()
        self._worked = 0.0
        self._watching = False
        self._thread_id = threading.get_ident()
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self._tick)

    def begin(self) -> None:
        """Start anew."""
        self._late, self._work, self._places = [], [], Counter()
        self._last, self._worked = perf_counter(), time.thread_time()
        self._watching = True
        self._timer.start()
        threading.Thread(target=self._look, daemon=True).start()

    def end(self) -> dict[str, Any]:
        """`late`: each tick's delay; `work`: the thread's own processor time between ticks; both in ms.

        `places`: where the thread was seen in long delays and how often, the most frequent first.
        """
        self._timer.stop()
        self._watching = False
        return {"late": self._late, "work": self._work, "places": self._places.most_common(12)}

    def _tick(self) -> None:
        now, worked = perf_counter(), time.thread_time()
        self._late.append(max(0.0, (now - self._last) * 1000 - TICK_MS))
        self._work.append((worked - self._worked) * 1000)
        self._last, self._worked = now, worked

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
