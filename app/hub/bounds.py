"""Deadlines and rates as values: when to look at a connection again, and how much it may say."""

import heapq


class Deadlines:
    """At which time each connection is to be looked at again; a later wish for the same one costs nothing."""

    def __init__(self) -> None:
        self._heap: list[tuple[float, str]] = []
        self._wanted: dict[str, float] = {}

    def want(self, conn: str, at: float) -> None:
        """Looks at `conn` at `at` or before."""
        if at < self._wanted.get(conn, float("inf")):
            self._wanted[conn] = at
            heapq.heappush(self._heap, (at, conn))

    def forget(self, conn: str) -> None:
        """Does not look at `conn` again."""
        self._wanted.pop(conn, None)

    def next(self) -> float | None:
        """The earliest time wanted."""
        while self._heap and self._wanted.get(self._heap[0][1]) != self._heap[0][0]:
            heapq.heappop(self._heap)
        return self._heap[0][0] if self._heap else None

    def due(self, now: float) -> list[str]:
        """The connections whose time has come, earliest first; each must be wanted anew."""
        found = []
        while (at := self.next()) is not None and at <= now:
            conn = heapq.heappop(self._heap)[1]
            del self._wanted[conn]
            found.append(conn)
        return found


_ROUNDING = 1e-3
"""Times of today are known to 2e-7 s only; without this a token could be late for ever by less than that."""


class Budget:
    """A token bucket: `per_s` on average, `burst` at once."""

    def __init__(self, per_s: float, burst: float, now: float) -> None:
        self._per_s, self._burst = per_s, burst
        self._left, self._at = burst, now

    def take(self, now: float) -> bool:
        """Whether one more is within the rate; it is then counted."""
        self._refill(now)
        if self._left < 1 - _ROUNDING:
            return False
        self._left -= 1
        return True

    def ready_at(self, now: float) -> float:
        """When one more will be within the rate."""
        self._refill(now)
        return now + max(0.0, 1 - self._left) / self._per_s

    def _refill(self, now: float) -> None:
        self._left = min(self._burst, self._left + max(0.0, now - self._at) * self._per_s)
        self._at = now
