"""Simulated time: what is to happen, in order of time, and of having been asked for."""

import heapq
from collections.abc import Callable
from typing import Any

Act = Callable[..., None]


class Timeline:
    """The one clock that is right; seconds since 1970. Nothing happens but what was asked for here."""

    def __init__(self, start: float) -> None:
        self.now = start
        self.steps = 0
        self._heap: list[tuple[float, int, Act, tuple[Any, ...]]] = []
        self._asked = 0

    def after(self, delay: float, act: Act, *arguments: Any) -> None:
        """Lets `act` happen in `delay` seconds."""
        self.at(self.now + delay, act, *arguments)

    def at(self, time: float, act: Act, *arguments: Any) -> None:
        """Lets `act` happen at `time`, or now where that is past."""
        self._asked += 1
        heapq.heappush(self._heap, (max(time, self.now), self._asked, act, arguments))

    def run_until(self, end: float) -> None:
        """Lets everything happen that is due before `end`."""
        heap = self._heap
        while heap and heap[0][0] < end:
            self.now, _, act, arguments = heapq.heappop(heap)
            self.steps += 1
            act(*arguments)
        self.now = end
