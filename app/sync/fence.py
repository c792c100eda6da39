"""What was wished to be saved after something that failed fails too: later edits stand on those before."""

from app.sync.events import Append


class Fence:
    """Used where Appends are carried out, in their order.

    The engine says with each what it has heard of (`heard`: the newest token that failed). One that was wished before
    the engine heard of a failure may hold what stands on what failed: saved by itself it would come back at the next
    start, out of place, although its author was told that nothing was saved.
    """

    def __init__(self) -> None:
        self._failed = 0
        self._code = ""

    def stops(self, wish: Append) -> str:
        """The code with which this must fail without being tried, '' when it may be tried."""
        if wish.heard >= self._failed:
            return ""
        self._failed = wish.token
        return self._code

    def fell(self, wish: Append, code: str) -> None:
        """This one failed."""
        self._failed, self._code = wish.token, code
