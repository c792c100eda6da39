"""Named timers of the loop that never fire early, and the watch that notices when the machine slept."""

import asyncio
import time
from collections.abc import Callable

EARLY_S_MAX = 0.000_5
"""The clock's own grain; a coarse timer that ends earlier than this is set again (FACTS 0.4)."""
TICK_S = 1.0
SLEPT_S_MIN = 5.0
"""A gap between two ticks, or between the two clocks, above this is a sleep (SYNC 15)."""


class Timers:
    """One timer a name; setting it again replaces it."""

    def __init__(self, fire: Callable[[str], None]) -> None:
        self._fire = fire
        self._loop = asyncio.get_running_loop()
        self._handles: dict[str, asyncio.TimerHandle] = {}

    def set(self, name: str, delay: float | None) -> None:
        """Fire `name` in `delay` seconds; None cancels it."""
        handle = self._handles.pop(name, None)
        if handle is not None:
            handle.cancel()
        if delay is not None:
            self._arm(name, self._loop.time() + max(0.0, delay))

    def clear(self) -> None:
        """Cancel all."""
        for handle in self._handles.values():
            handle.cancel()
        self._handles.clear()

    def _arm(self, name: str, due: float) -> None:
        self._handles[name] = self._loop.call_at(due, self._ring, name, due)

    def _ring(self, name: str, due: float) -> None:
        if self._loop.time() < due - EARLY_S_MAX:
            self._arm(name, due)
            return
        del self._handles[name]
        self._fire(name)


class SleepWatch:
    """Calls `woke` when the machine was asleep, the process was stopped, or the clock was set."""

    def __init__(self, woke: Callable[[], None]) -> None:
        self._woke = woke
        self._loop = asyncio.get_running_loop()
        self._wall, self._steady = time.time(), time.monotonic()
        self._handle = self._loop.call_later(TICK_S, self._tick)

    def stop(self) -> None:
        """No more ticks."""
        self._handle.cancel()

    def _tick(self) -> None:
        self._handle = self._loop.call_later(TICK_S, self._tick)
        wall, steady = time.time(), time.monotonic()
        passed, skew = steady - self._steady, (wall - self._wall) - (steady - self._steady)
        self._wall, self._steady = wall, steady
        if passed > TICK_S + SLEPT_S_MIN or abs(skew) > SLEPT_S_MIN:
            self._woke()
