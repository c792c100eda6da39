"""A server in a process of its own, with people, devices and tasks written to its database before it starts."""

import asyncio
import secrets
import time
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import msgspec

from app.client.credentials import open_credentials
from app.client.local_server import Announcement, ServerPlace, command, environment
from app.client.profile import Profile, Settings
from app.hub.facts import Submission
from app.model.change import Change, encode_change
from app.server.invites import new_secret, owner_invite, secret_hash
from app.store.interface import Account
from app.store.sqlite import SqliteStore

BATCH = 64
STATUSES = ("todo", "doing", "review", "done", "backlog")
START_S, STOP_S = 30.0, 10.0


@dataclass
class Seat:
    """A device that may sign in by its token."""

    user: str
    device: str
    token: str


@dataclass
class Stage:
    """The folder of a server and what is in it. `seed` first, then `start`."""

    folder: Path
    seats: list[Seat] = field(default_factory=list)
    workspace: str = ""
    announcement: Announcement = field(default_factory=lambda: Announcement(""))
    _process: asyncio.subprocess.Process | None = None
    _n: int = 0

    @property
    def _data(self) -> Path:
        return self.folder / "server"

    @property
    def url(self) -> str:
        """Where the server listens."""
        return self.announcement.listening

    # -- what is there before ------------------------------------------------------------------------------------------

    def seed(self, people: int) -> None:
        """Found the workspace with so many people, each with one device."""
        self._data.mkdir(parents=True)
        store = SqliteStore(self._data)
        try:
            self.workspace = str(uuid.uuid4())
            store.found(self.workspace, "Bench", time.time())
            for number in range(people):
                secret, invite = owner_invite(time.time())
                store.add_invite(invite)
                seat = Seat(str(uuid.uuid4()), str(uuid.uuid4()), new_secret())
                account = Account(seat.user, f"p{number}@example.org", "!", "owner")
                name = f"Person {number}"
                token = secret_hash(seat.token)
                store.take_invite(secret_hash(secret), account, name, seat.device, token, "bench", time.time())
                self.seats.append(seat)
        finally:
            store.close()

    def seed_project(self, tasks: int, edits: int = 0) -> tuple[str, list[str]]:
        """Make a project with tasks, and edit them so many times in turn: its id and theirs. The server must not run.

        With several edits a task a newcomer is sent a snapshot, since that is shorter than the log.
        """
        project = str(uuid.uuid4())
        made = [(project, self._made("project", project, project, {"name": f"Project of {tasks}"}))]
        made += [self._task(project, number) for number in range(tasks)]
        items = [item for item, _ in made[1:]]
        made += [(item, self._edited(project, item)) for item in (items[number % tasks] for number in range(edits))]
        store = SqliteStore(self._data)
        try:
            for first in range(0, len(made), BATCH):
                batch = [Submission(self.seats[0].device, sent, 0.0) for _, sent in made[first : first + BATCH]]
                store.commit(batch, time.time())
        finally:
            store.close()
        return project, items

    def _task(self, project: str, number: int) -> tuple[str, bytes]:
        item = str(uuid.uuid4())
        fields = {"project": project, "title": f"Task number {number} of this project", "priority": number % 4}
        return item, self._made("task", project, item, {**fields, "status": STATUSES[number % 5]})

    def _edited(self, project: str, item: str) -> bytes:
        return self._made("task", project, item, {"title": "A title that was given later", "due": "2026-12-01"}, "set")

    def _made(
        self, kind: str, project: str, item: str, fields: dict[str, object], verb: Literal["create", "set"] = "create"
    ) -> bytes:
        self._n += 1
        now = time.time()
        group = secrets.token_hex(4)
        return encode_change(Change(self._n, f"p:{project}", verb, kind, [item], 0, now, now, group, fields=fields))

    async def profile(self, name: str, seat: Seat) -> Path:
        """A profile that has joined as this seat; its token is in the file `token` in it. The server must run."""
        folder = self.folder / name
        pin = self.announcement.fingerprint.removeprefix("sha256:")
        settings = Settings(
            server=self.url,
            pins=(pin,),
            user=seat.user,
            device=seat.device,
            workspace=self.workspace,
            workspace_name="Bench",
        )
        with Profile(folder) as profile:
            credentials = await open_credentials(profile, folder / "token")
            await credentials.store_token(seat.token)
            profile.save(settings)
        return folder

    # -- the process ---------------------------------------------------------------------------------------------------

    async def start(self) -> float:
        """Run the server; when it said that it listens, by the monotonic clock."""
        place = ServerPlace(self._data, port=None if self.url else 0)
        process = self._process = await asyncio.create_subprocess_exec(
            *command(place),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env=environment(),
        )
        assert process.stdout is not None
        async with asyncio.timeout(START_S):
            line = await process.stdout.readline()
        listens = time.perf_counter()
        self.announcement = msgspec.json.decode(line, type=Announcement)
        return listens

    async def kill(self) -> None:
        """End it at once."""
        assert self._process is not None
        self._process.kill()
        await self._process.wait()

    async def stop(self) -> None:
        """End it in good order."""
        process = self._process
        if process is None or process.returncode is not None:
            return
        process.terminate()
        try:
            async with asyncio.timeout(STOP_S):
                await process.wait()
        except TimeoutError:
            await self.kill()
