"""A project's tasks on their way into a list: each with its group and its place, in parts of a few milliseconds."""

from __future__ import annotations

from itertools import islice
from typing import Final

from app.model.row import Row

STATUS_ORDER: Final = ("review", "doing", "todo", "backlog", "done", "cancelled")
PART_MOST: Final = 1000
"""A longer list is read again in parts of this many rows, a few milliseconds each, while the old one is shown."""

Key = tuple[str, str]


class Reading:
    """A project's tasks on their way into a list: rows in their order, `stale` ones to be looked at again."""

    __slots__ = ("_rows", "keys", "placed", "stale")

    def __init__(self, rows: list[Row]) -> None:
        self._rows = iter(rows)
        self.keys: dict[str, list[Key]] = {status: [] for status in STATUS_ORDER}
        self.placed: dict[str, tuple[str, Key]] = {}
        self.stale: set[str] = set()

    def read(self, most: int) -> bool:
        """Some more rows; whether that was all."""
        keys, placed, count = self.keys, self.placed, 0
        for row in islice(self._rows, most):
            count += 1
            if not row.trashed:
                spot = placed[row.id] = spot_of(row)
                keys[spot[0]].append(spot[1])
        return count < most


def status_of(row: Row) -> str:
    """The group of a task; one of a newer version's statuses is shown as to do."""
    status = row.value("status")
    return status if status in STATUS_ORDER else "todo"


def spot_of(row: Row) -> tuple[str, Key]:
    """The group of a task, and its place there: by rank, ties by id."""
    return status_of(row), (str(row.value("position") or ""), row.id)
