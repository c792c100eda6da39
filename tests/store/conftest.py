"""Every story about stores is told on each of them."""

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Protocol

import pytest

from app.store.interface import Store
from app.store.memory import MemoryStore
from app.store.sqlite import SqliteStore
from tests.store.office import Office, uuid


class Shelf(Protocol):
    """Where a store's data lies between two runs of the server."""

    def open(self) -> Store: ...


class MemoryShelf:
    """Keeps the newest memory store and lets it die at each opening."""

    def __init__(self) -> None:
        numbers = count(1)
        self._store = MemoryStore(lambda: uuid(next(numbers)))

    def open(self) -> Store:
        self._store = self._store.crash()
        return self._store


class SqliteShelf:
    """A directory."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._open: list[SqliteStore] = []

    def open(self) -> Store:
        self.close()
        self._open.append(SqliteStore(self.directory))
        return self._open[-1]

    def close(self) -> None:
        for store in self._open:
            store.close()
        self._open.clear()


@pytest.fixture(params=["memory", "sqlite"])
def shelf(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Shelf]:
    if request.param == "memory":
        yield MemoryShelf()
        return
    shelf = SqliteShelf(tmp_path / "data")
    yield shelf
    shelf.close()


@pytest.fixture
def office(shelf: Shelf) -> Office:
    return Office(shelf.open())


Reopen = Callable[[], Office]


@pytest.fixture
def reopen(shelf: Shelf, office: Office) -> Reopen:
    """The server ends and starts again; the same office stands on what was durable."""

    def again() -> Office:
        office.store = shelf.open()
        return office

    return again
