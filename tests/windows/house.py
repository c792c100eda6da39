"""A real server over loopback TLS and real windows on it, in one loop; waiting is for what is shown, not for time."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from pathlib import Path

from PySide6.QtCore import QRect
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from app.client.client import Client
from app.server.server import Server
from app.ui.application import Application
from app.ui.models.task_list import TaskList
from app.ui.paint.rows import TaskRow
from app.ui.screens.workspace import WorkspaceScreen
from app.ui.seat import Seat
from app.ui.session import Session
from app.ui.settings import WindowSettings
from tests.server.guest import running

PASSWORD = "correct horse battery staple"
WAIT_S = 15.0
NEAR = 24
"""How far a painted pixel may be from a colour in each channel: edges are smoothed."""


class Member:
    """One person at a window."""

    def __init__(self, seat: Seat) -> None:
        self.seat = seat

    @property
    def session(self) -> Session:
        assert self.seat.session is not None
        return self.seat.session

    @property
    def screen(self) -> WorkspaceScreen:
        assert self.seat.screen is not None
        return self.seat.screen

    @property
    def list(self) -> TaskList:
        tasks = self.screen.tasks.view.tasks
        assert tasks is not None
        return tasks

    def task(self, title: str) -> str:
        """The id of a task by its title, or ""."""
        return next((row.id for row in self.session.listed("task") if row.value("title") == title), "")

    def row(self, title: str) -> TaskRow | None:
        """A task as the list paints it; None while it is not in the list."""
        tasks = self.screen.tasks.view.tasks
        if tasks is None:
            return None
        number = tasks.row_of(self.task(title))
        row = tasks.row_at(number) if number >= 0 else None
        return row if isinstance(row, TaskRow) and row.title == title else None

    def status(self, title: str) -> str:
        row = self.row(title)
        return row.status if row is not None else ""

    def sync(self, title: str) -> str | None:
        row = self.row(title)
        return row.sync_state if row is not None else None

    def painted(self, title: str, colour: str) -> bool:
        """Whether a colour is to be seen in the row of a task, in the pixels of the window."""
        view = self.screen.tasks.view
        index = view.model().index(self.list.row_of(self.task(title)), 0)
        return has_colour(view.viewport(), colour, view.visualRect(index))


def has_colour(widget: QWidget, colour: str, box: QRect | None = None) -> bool:
    """Whether some pixel of a widget (or of a part of it) is nearly this colour."""
    image = widget.grab(box if box is not None else widget.rect()).toImage()
    wanted = QColor(colour)
    for y in range(image.height()):
        for x in range(image.width()):
            found = image.pixelColor(x, y)
            if (
                abs(found.red() - wanted.red()) <= NEAR
                and abs(found.green() - wanted.green()) <= NEAR
                and abs(found.blue() - wanted.blue()) <= NEAR
            ):
                return True
    return False


class Waiting:
    """Waits until something is shown: it looks again after every patch that any window got."""

    def __init__(self) -> None:
        self.news = asyncio.Event()

    def hear(self, session: Session) -> None:
        """Let `until` look again whenever this session shows something."""
        for signal in (
            session.rows_changed,
            session.presence_changed,
            session.light_changed,
            session.pending_changed,
            session.said,
            session.synced,
        ):
            signal.connect(self._tell)

    def _tell(self, *_: object) -> None:
        self.news.set()

    async def until(self, condition: Callable[[], object], wait_s: float = WAIT_S) -> None:
        """Until something is so: it is looked at after every patch that any window got."""
        async with asyncio.timeout(wait_s):
            while True:
                self.news.clear()
                if condition():
                    return
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(0.25):  # what changes without a patch: a page, a toast
                        await self.news.wait()


class House(Waiting):
    """Server, application and people of one test."""

    def __init__(self, folder: Path, server: Server, application: Application) -> None:
        super().__init__()
        self.folder = folder
        self.server = server
        self.application = application
        self.people: dict[str, Member] = {}

    @property
    def fingerprint(self) -> str:
        return self.server.announcement["fingerprint"]

    def seat(self, name: str) -> Seat:
        """A window on a profile of its own, not opened yet."""
        profile = self.folder / name.lower()
        profile.mkdir()
        (profile / "token").touch()  # tokens are kept in files here: no test asks the system's keyring
        seat = self.application.add(profile, WindowSettings(profile / "window.ini"))
        seat.changed.connect(self.news.set)
        return seat

    async def come(self, name: str) -> Member:
        """Somebody joins, by the owner's invite or one that the first person makes, and has a window."""
        profile = self.folder / name.lower()
        invite = self.server.announcement["invite"]
        if self.people:
            first = next(iter(self.people.values()))
            invite = str((await first.session.client.ask("invite", role="member", uses=1, days=1))["invite"])
        seat = self.seat(name)
        async with await Client.open(profile, token_file=profile / "token") as client:
            await client.join(invite, name, f"{name.lower().replace(' ', '.')}@example.org", PASSWORD)
        await seat.open()
        seat.window.resize(1440, 900)
        member = self.people[name] = Member(seat)
        self.hear(member.session)
        await self.until(lambda: member.session.client.light().state == "connected" and member.session.ready)
        await self.until(lambda: member.session.me.name == name)
        return member

    async def activate(self, member: Member) -> None:
        """Give a window the keyboard, so that its shortcuts act."""
        member.seat.window.activateWindow()
        await self.until(member.seat.window.isActiveWindow)


@contextlib.asynccontextmanager
async def house(folder: Path, qapp: QApplication, name: str = "Harbour Studio") -> AsyncIterator[House]:
    """A server with nobody in it yet; at the end everybody leaves in order."""
    async with running(folder / "server", name=name) as server:
        application = Application(qapp, folder, resident=True)
        application.theme.choose("light")
        application.theme.set_reduced_motion(True)
        opened = House(folder, server, application)
        try:
            yield opened
        finally:
            application.tray.hide()
            for seat in application.seats:
                await seat.close()
            application.deleteLater()


@contextlib.asynccontextmanager
async def sarah_and_mike(folder: Path, qapp: QApplication) -> AsyncIterator[tuple[House, Member, Member]]:
    """Two windows on one project with a few tasks."""
    async with house(folder, qapp) as home:
        sarah = await home.come("Sarah Okafor")
        project = sarah.session.create("project", {"name": "Spring", "colour": "teal"})
        for title, status in (("Launch email", "doing"), ("Storyboard", "doing"), ("Poster", "todo")):
            sarah.session.create("task", {"project": project, "title": title, "status": status})
        await sarah.session.client.sync()
        mike = await home.come("Mike Tan")
        await home.until(lambda: mike.status("Poster") and sarah.sync("Poster") == "")
        yield home, sarah, mike


def press(widget: QWidget, keys: str) -> None:
    """Type letters into a widget."""
    QTest.keyClicks(widget, keys)
