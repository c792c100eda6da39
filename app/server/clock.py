"""The server's clock: Unix seconds that follow the machine's clock but never go back."""

import threading
import time

SLOWED = 0.5
"""While the machine's clock is behind what was already told, time passes at this rate until it has caught up."""


class ServerClock:
    """Callable from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._steady = time.monotonic()
        self._told = time.time()

    def now(self) -> float:
        """Unix seconds: the machine's clock, or slowly on from the last answer while that clock was set back."""
        with self._lock:
            steady = time.monotonic()
            slow = self._told + (steady - self._steady) * SLOWED
            self._steady, self._told = steady, max(slow, time.time())
            return self._told
