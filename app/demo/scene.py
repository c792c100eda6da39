"""The scene of the demo: its server, its profiles, its content, and the teammate who never rests."""

from __future__ import annotations

import asyncio
import datetime
import secrets
import uuid
from dataclasses import dataclass
from pathlib import Path

from app.client.admission import admit
from app.client.client import Client
from app.client.links import parse_invite
from app.client.local_server import LocalServer, ServerPlace
from app.client.transport import Traffic
from app.demo.content import (
    AUTHORS,
    CAMPAIGN,
    LAUNCH_EMAIL,
    MIKE,
    NORA,
    OTHERS,
    PROJECTS,
    SARAH,
    WORKSPACE,
    Person,
    Project,
    Talk,
    Task,
)
from app.demo.teammate import Teammate
from app.protocol.messages import Join

DONE_NAME = "filled"
TIMEOUT_S = 60.0


@dataclass(frozen=True)
class Seat:
    """One window of the demo: whose profile, and the task that it shows first ("" for none)."""

    profile: Path
    token_file: Path
    title: str
    task: str


class DemoScene:
    """Everything in one folder; made when it is not there. `open`, `begin`, `close`, in this order."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        data = folder / "server"
        port = None if data.exists() else 0  # the usual one is left to a server that is meant
        self._server = LocalServer(ServerPlace(data, port=port, name=WORKSPACE))
        self._nora: Client | None = None
        self._teammate: Teammate | None = None
        self._work: asyncio.Task[None] | None = None

    async def open(self) -> list[Seat]:
        """Start the server and fill the workspace at the first time. Raises Refusal."""
        announcement = await self._server.start()
        clients = {person.key: await self._open(person) for person in AUTHORS}
        try:
            if not (self._folder / DONE_NAME).exists():
                async with asyncio.timeout(TIMEOUT_S):
                    await self._fill(clients, announcement.invite)
                await asyncio.to_thread((self._folder / DONE_NAME).touch)
        finally:
            for person in (SARAH, MIKE):
                await clients[person.key].close()
        nora = self._nora = clients[NORA.key]
        nora.start()
        async with asyncio.timeout(TIMEOUT_S):
            await _connected(nora)
        launch = next((row.id for row in nora.listed("task") if row.value("title") == LAUNCH_EMAIL), "")
        return [Seat(self._profile(SARAH), self._token(SARAH), "Sarah", launch), self._seat(MIKE, "Mike")]

    async def begin(self) -> None:
        """Let the teammate work."""
        assert self._nora is not None
        self._teammate = Teammate(self._nora, CAMPAIGN.name)
        self._work = asyncio.create_task(self._teammate.work(), name="the teammate")

    async def close(self) -> None:
        """Send the teammate home and end the server."""
        if self._work is not None:
            self._work.cancel()
            await asyncio.gather(self._work, return_exceptions=True)
        if self._nora is not None:
            await self._nora.close()
        await self._server.stop()

    # -- profiles ------------------------------------------------------------------------------------------------------

    def _profile(self, person: Person) -> Path:
        return self._folder / person.key

    def _token(self, person: Person) -> Path:
        return self._profile(person) / "token"

    def _seat(self, person: Person, title: str) -> Seat:
        return Seat(self._profile(person), self._token(person), title, "")

    async def _open(self, person: Person) -> Client:
        return await Client.open(self._profile(person), token_file=self._token(person), device_name="Demo")

    # -- content -------------------------------------------------------------------------------------------------------

    async def _fill(self, clients: dict[str, Client], invite: str) -> None:
        sarah = clients[SARAH.key]
        if not sarah.joined:
            await sarah.join(invite, SARAH.name, SARAH.email, secrets.token_urlsafe(24))
        await _connected(sarah)
        users = {SARAH.key: sarah.user}
        for person in (MIKE, NORA):
            if not clients[person.key].joined:
                link = str((await sarah.ask("invite", role="member", uses=1, days=1))["invite"])
                await clients[person.key].join(link, person.name, person.email, secrets.token_urlsafe(24))
            await _connected(clients[person.key])
            users[person.key] = clients[person.key].user
        await self._bring_others(sarah, users)
        filler = _Filler(clients, users)
        for project in PROJECTS:
            await filler.project(project)
        for client in clients.values():
            await client.sync()

    async def _bring_others(self, sarah: Client, users: dict[str, str]) -> None:
        link = str((await sarah.ask("invite", role="member", uses=len(OTHERS), days=1))["invite"])
        invite = parse_invite(link)
        for person in OTHERS:
            password = secrets.token_urlsafe(24)
            join = Join(invite.secret, person.name, person.email, password, str(uuid.uuid4()), "Demo")
            users[person.key] = (await admit(invite.address, invite.pins, join, Traffic())).user


class _Filler:
    def __init__(self, clients: dict[str, Client], users: dict[str, str]) -> None:
        self._clients = clients
        self._users = users
        self._sarah = clients[SARAH.key]
        self._today = datetime.datetime.now().astimezone().date()

    async def project(self, project: Project) -> None:
        """Make one project with all that is in it."""
        made = await self._sarah.edit("create", "project", [], fields={"name": project.name, "colour": project.colour})
        item = str(made["item"])
        labels = {}
        for name, colour in project.labels.items():
            fields = {"project": item, "name": name, "colour": colour}
            labels[name] = str((await self._sarah.edit("create", "label", [], fields=fields))["item"])
        talks = [(await self._task(item, task, labels), task.talk) for task in project.tasks]
        await self._sarah.sync()
        for task, talk in talks:
            for one in talk:
                await self._talk(task, one)

    async def _task(self, project: str, task: Task, labels: dict[str, str]) -> str:
        due = self._today + datetime.timedelta(days=task.due) if task.due is not None else None
        fields = {
            "project": project,
            "title": task.title,
            "status": task.status,
            "priority": task.priority,
            "labels": [labels[name] for name in task.labels],
            "assignees": [self._users[key] for key in task.assignees],
            "due": due.isoformat() if due is not None else None,
            "description": task.description,
        }
        return str((await self._sarah.edit("create", "task", [], fields=fields))["item"])

    async def _talk(self, task: str, talk: Talk) -> None:
        comment = await self._say(talk.by, {"on": task, "body": talk.text})
        for by, text in talk.replies:
            await self._say(by, {"on": task, "body": text, "reply_to": comment})

    async def _say(self, by: str, fields: dict[str, str]) -> str:
        client = self._clients[by]
        async with asyncio.timeout(TIMEOUT_S):
            while client.view(fields["on"]) is None:
                await _next_news(client)
        item = str((await client.edit("create", "comment", [], fields=fields))["item"])
        await client.sync()
        return item


async def _connected(client: Client) -> None:
    """Wait until this client is connected and has the workspace's people."""
    while client.light().state != "connected" or client.view(client.user) is None:
        await _next_news(client)


async def _next_news(client: Client) -> None:
    """Wait until this client hears of anything."""
    heard: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    unlisten = client.listen(lambda _: None if heard.done() else heard.set_result(None))
    try:
        await heard
    finally:
        unlisten()
