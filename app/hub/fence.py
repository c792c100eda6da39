"""What came after a failed commit fails too: changes of a connection stand on those before, so none may overtake."""

from collections.abc import Iterable

from app.hub.facts import Submission

TAGS_MAX = 10_000
"""Connections remembered at most; one that is forgotten has long been told."""


class Fence:
    """Used where changes are committed: it knows which connections' changes failed, and not yet heard of it.

    The hub counts the failures that it told a connection of and gives each later submission that count (`heard`).
    What was submitted before stands on what failed: committed by itself it would be refused for good, and that refusal
    would be kept.
    """

    def __init__(self) -> None:
        self._failed: dict[str, tuple[int, str]] = {}

    def passed(self, batch: Iterable[Submission]) -> tuple[list[Submission], dict[str, list[Submission]]]:
        """The submissions that may be committed, and by code those that fail without being tried."""
        good: list[Submission] = []
        stopped: dict[str, list[Submission]] = {}
        for one in batch:
            heard, code = self._failed.get(one.tag, (-1, ""))
            if one.heard <= heard:
                stopped.setdefault(code, []).append(one)
            else:
                self._failed.pop(one.tag, None)
                good.append(one)
        return good, stopped

    def fell(self, batch: Iterable[Submission], code: str) -> None:
        """A batch failed: nothing of it was kept, as far as is known."""
        for one in batch:
            self._failed.pop(one.tag, None)
            self._failed[one.tag] = (one.heard, code)
        while len(self._failed) > TAGS_MAX:
            del self._failed[next(iter(self._failed))]
