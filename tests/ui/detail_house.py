"""A made-up account for tests of the detail: one client without network or files, in the form that a Session needs."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from app.model.change import Refusal
from app.model.row import Register, Row
from app.sync.events import Show, Tell
from app.sync.link import Light
from app.text import apply
from app.ui.session import Session

ME, SARAH, MIKE = "me", "sarah", "mike"
PROJECT, TASK, OTHER_TASK = "project", "task", "other"
CHANNEL = "p:project"


def row(kind: str, item: str, by: str = ME, at: float = 1000.0, sets: dict | None = None, **values: Any) -> Row:
    registers = {name: Register(value, 5, by, at) for name, value in values.items() if value is not None}
    elements = {name: {one: Register(True, 5, by) for one in many} for name, many in (sets or {}).items()}
    return Row(item, kind, CHANNEL, 5, by, at, at, registers, elements)


@dataclass
class FakeClient:
    """Holds rows and texts; an edit of a text is seen at once, and its future is the test's to end."""

    user: str = ME
    rows: dict[str, Row] = field(default_factory=dict)
    texts: dict[tuple[str, str], str] = field(default_factory=dict)
    threads: dict[str, list[Row]] = field(default_factory=dict)
    states: dict[str, str] = field(default_factory=dict)
    queue: list[Any] = field(default_factory=list)
    present: list[dict[str, Any]] = field(default_factory=list)
    edits: list[tuple[str, str, list[str], dict[str, Any], asyncio.Future]] = field(default_factory=list)
    said_here: list[tuple] = field(default_factory=list)
    connected: bool = True
    refuse: Refusal | None = None
    joined: bool = True
    hears: list[Callable] = field(default_factory=list)
    news: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        for slot, (user, name) in enumerate(((ME, "Nora Lindqvist"), (SARAH, "Sarah Okafor"), (MIKE, "Mike Tan"))):
            self.rows[user] = row("person", user, name=name, slot=slot, role="member")
        self.rows[PROJECT] = row("project", PROJECT, name="Q1 Marketing")
        self.rows[TASK] = row("task", TASK, project=PROJECT, title="Launch email", status="doing")
        self.rows[OTHER_TASK] = row("task", OTHER_TASK, project=PROJECT, title="Another", status="todo")
        self.texts = {(TASK, "description"): "Send it.", (OTHER_TASK, "description"): "Other text."}
        self.threads = {TASK: [], OTHER_TASK: []}

    def listen(self, hear: Callable) -> Callable[[], None]:
        self.hears.append(hear)
        return lambda: self.hears.remove(hear)

    def tell(self, name: str, **fields: Any) -> None:
        for hear in list(self.hears):
            hear(Tell(name, fields))

    def show(self, *items: tuple[str, str]) -> None:
        for hear in list(self.hears):
            hear(Show([(kind, item, CHANNEL) for kind, item in items], "", []))

    def view(self, item: str) -> Row | None:
        return self.rows.get(item)

    def text(self, item: str, name: str) -> str | None:
        return self.texts.get((item, name))

    def comments(self, item: str) -> list[Row] | None:
        return self.threads.get(item)

    def comment_count(self, item: str) -> int:
        return len(self.threads.get(item, ()))

    def sync_state(self, item: str) -> str:
        return self.states.get(item, "")

    def counts(self) -> tuple[int, int]:
        return len(self.queue), 0

    def pending(self) -> list[Any]:
        return self.queue

    def listed(self, kind: str, channel: str | None = None) -> list[Row]:
        return [one for one in self.rows.values() if one.kind == kind]

    def people(self, project: str, item: str = "") -> list[dict[str, Any]]:
        return self.present

    def light(self) -> Light:
        return Light("connected" if self.connected else "offline", "", "")

    def here(self, *where: Any) -> None:
        self.said_here.append(where)

    def want(self, what: str, key: str, name: str = "") -> asyncio.Future:
        return asyncio.get_running_loop().create_future()

    def edit_now(self, verb: str, kind: str, items: list[str], **arguments: Any) -> asyncio.Future:
        future = asyncio.get_running_loop().create_future()
        if self.refuse is not None:
            future.set_exception(self.refuse)
            future.exception()
            return future
        if verb == "edit":
            key = (items[0], arguments["name"])
            self.texts[key] = apply(self.texts[key], arguments["op"])
        self.edits.append((verb, kind, items, arguments, future))
        self.news.set()
        return future

    def land(self) -> None:
        """Everything is durable."""
        for *_, future in self.edits:
            if not future.done():
                future.set_result({})


def session_of(client: FakeClient) -> Session:
    return Session(client)  # type: ignore[arg-type]


def changed(old: Row, by: str, sets: dict | None = None, **values: Any) -> Row:
    """The same row with other values, written later by somebody."""
    registers = {**old.registers, **{name: Register(value, 9, by, 2000.0) for name, value in values.items()}}
    elements = {**old.sets, **{n: {one: Register(True, 9, by) for one in many} for n, many in (sets or {}).items()}}
    return Row(old.id, old.kind, old.channel, old.seq, old.created_by, old.created_at, 2000.0, registers, elements)


async def until(client: FakeClient, condition: Callable[[], object]) -> None:
    """Until something is so: it is looked at after every edit, and whenever `client.news` is set."""
    async with asyncio.timeout(5):
        while not condition():
            client.news.clear()
            await client.news.wait()


async def turn(times: int = 5) -> None:
    """Let callbacks of the loop run."""
    for _ in range(times):
        await asyncio.sleep(0)
