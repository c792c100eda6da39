"""A client without files or network, with the reads that lists need: rows in a dictionary."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from app.model.identity import project_channel
from app.model.row import Register, Row
from app.sync.events import Show, Tell
from app.sync.link import CONNECTED, Light
from app.sync.reading import PendingChange
from app.ui.session import Session

PROJECT = "project"
CHANNEL = project_channel(PROJECT)
ME = "me"


def make_row(kind: str, item: str, seq: int = 1, **values: Any) -> Row:
    """A row with these registers; sets are given as sets."""
    registers = {name: Register(value, seq) for name, value in values.items() if not isinstance(value, set)}
    sets = {
        name: {one: Register(True, seq) for one in value} for name, value in values.items() if isinstance(value, set)
    }
    return Row(item, kind, CHANNEL, seq, ME, 0.0, 0.0, registers, sets)


class Desk:
    """What a Session reads; `put` and `tell` change it as a client would."""

    user = ME
    workspace_name = "Office"

    def __init__(self) -> None:
        self.rows: dict[str, Row] = {}
        self.states: dict[str, str] = {}
        self.queue: list[PendingChange] = []
        self.at = Light(CONNECTED)
        self.made: list[tuple[str, str, list[str], dict[str, Any]]] = []
        self._hear: list[Callable[[Tell | Show], None]] = []
        self.put(make_row("person", ME, name="Nora Lindqvist", slot=0))
        self.put(make_row("project", PROJECT, name="Spring"))

    def session(self) -> Session:
        return Session(self)  # type: ignore[arg-type]

    def put(self, row: Row) -> None:
        self.rows[row.id] = row

    def tell(self, name: str, **fields: Any) -> None:
        for hear in list(self._hear):
            hear(Tell(name, fields))

    def show(self, *items: str, whole: bool = False) -> None:
        shown = [(self.rows[item].kind, item, CHANNEL) for item in items]
        for hear in list(self._hear):
            hear(Show(shown, "", [CHANNEL] if whole else []))

    # -- what a client answers -----------------------------------------------------------------------------------------

    def listen(self, hear: Callable[[Tell | Show], None]) -> Callable[[], None]:
        self._hear.append(hear)
        return lambda: self._hear.remove(hear)

    def view(self, item: str) -> Row | None:
        return self.rows.get(item)

    def listed(self, kind: str, channel: str | None = None) -> list[Row]:
        rows = [row for row in self.rows.values() if row.kind == kind]
        return sorted(rows, key=lambda row: (str(row.value("position") or ""), row.id))

    def comment_count(self, item: str) -> int:
        return sum(row.value("on") == item for row in self.rows.values())

    def sync_state(self, item: str) -> str:
        return self.states.get(item, "")

    def pending(self) -> list[PendingChange]:
        return self.queue

    def counts(self) -> tuple[int, int]:
        rejected = sum(one.state == "rejected" for one in self.queue)
        return len(self.queue) - rejected, rejected

    def light(self) -> Light:
        return self.at
