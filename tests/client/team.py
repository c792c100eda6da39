"""A server in this process and clients of it, for stories about the client's shell."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from app.client.client import Client
from app.server.server import Server
from app.sync.events import Show, Tell
from tests.server.guest import running

PASSWORD = "correct horse battery"
WAIT_S = 15.0


@dataclass
class Person:
    """A client with what it told, and ways to wait for more."""

    client: Client
    told: list[Tell] = field(default_factory=list)
    shown: list[Show] = field(default_factory=list)
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    def hear(self, said: Tell | Show) -> None:
        if isinstance(said, Tell):
            self.told.append(said)
        else:
            self.shown.append(said)
        self._news.set()

    async def until(self, holds: Callable[[], Any]) -> Any:
        """What `holds` gives, as soon as it gives something; asked anew with each piece of news."""
        async with asyncio.timeout(WAIT_S):
            while not (found := holds()):
                self._news.clear()
                await self._news.wait()
        return found

    def heard(self, name: str, **fields: Any) -> list[Tell]:
        return [tell for tell in self.told if tell.name == name and fields.items() <= tell.fields.items()]

    async def connected(self) -> None:
        await self.until(lambda: self.client.light().state == "connected")

    async def synced(self, times: int = 1) -> None:
        await self.until(lambda: len(self.heard("synced")) >= times)

    async def create(self, kind: str, **fields: Any) -> str:
        return str((await self.client.edit("create", kind, [], fields=fields))["item"])

    def value(self, item: str, name: str) -> Any:
        row = self.client.view(item)
        return row and row.value(name)


@dataclass
class Team:
    """The server, and where people live."""

    folder: Path
    server: Server
    stack: AsyncExitStack

    @property
    def url(self) -> str:
        return str(self.server.announcement["listening"])

    async def at_home(self, name: str) -> Person:
        """A person's client in their profile, started (whoever lives there)."""
        client = await Client.open(self.folder / name, token_file=self.folder / f"{name}.token")
        self.stack.push_async_callback(client.close)
        person = Person(client)
        client.listen(person.hear)
        client.start()
        await client.loaded()
        return person

    async def join(self, name: str, invite: str | None = None) -> Person:
        person = await self.at_home(name)
        link = invite or str(self.server.announcement["invite"])
        await person.client.join(link, name, f"{name.lower()}@example.org", PASSWORD)
        await person.synced()
        return person

    async def colleague(self, owner: Person, name: str) -> Person:
        return await self.join(name, (await owner.client.ask("invite", role="member"))["invite"])


@asynccontextmanager
async def team(folder: Path, **options: Any) -> AsyncIterator[Team]:
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(running(folder / "server", **options))
        people = await stack.enter_async_context(AsyncExitStack())
        yield Team(folder, server, people)
