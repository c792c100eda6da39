"""The app as a whole: one instance, its windows, the tray, and how it ends."""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QObject, QRect
from PySide6.QtWidgets import QApplication

from app.client.paths import default_profile_root
from app.ui.garbage import Garbage
from app.ui.instance import Instance, InstanceUnreachable, hand_over, place
from app.ui.loop import catch_failures, stop_on_signals
from app.ui.loop import run as run_loop
from app.ui.network import NetworkWatch
from app.ui.seat import Seat
from app.ui.settings import WindowSettings
from app.ui.strings import tr
from app.ui.theme.theme import Theme
from app.ui.tray import Tray, together

if TYPE_CHECKING:
    from app.ui.screens.sheet import Sheet

PROFILE = "main"
"""The one profile of now; the folder has room for more."""


class Options(Protocol):
    """What the command line says."""

    @property
    def link(self) -> str | None: ...
    @property
    def profiles(self) -> Path | None: ...


class Place(Protocol):
    """One window of a scene: its profile, what its title begins with, and the task that it shows first."""

    @property
    def profile(self) -> Path: ...
    @property
    def token_file(self) -> Path: ...
    @property
    def title(self) -> str: ...
    @property
    def task(self) -> str: ...


class Scene(Protocol):
    """A made-up situation that is shown in several windows: the demo."""

    async def open(self) -> Sequence[Place]: ...
    async def begin(self) -> None: ...
    async def close(self) -> None: ...


class Application(QObject):
    """Windows and tray of one process. `resident`: closing the window may leave it in the tray."""

    def __init__(self, qt: QApplication, folder: Path, resident: bool) -> None:
        super().__init__()
        self._qt = qt
        self._folder = folder
        self._resident = resident
        self.settings = WindowSettings(folder / "window.ini")
        self.theme = Theme(qt, self.settings.theme, parent=self)
        self.seats: list[Seat] = []
        self.stop = asyncio.Event()
        self.garbage = Garbage(qt, self)
        self.tray = Tray(self)
        self.tray.open_asked.connect(self.come_up)
        self.tray.sync_asked.connect(self._sync)
        self.tray.pause_asked.connect(self._pause)
        self.tray.quit_asked.connect(self.quit)
        self._sheet: Sheet | None = None

    # -- windows -------------------------------------------------------------------------------------------------------

    def add(self, profile: Path, settings: WindowSettings, token_file: Path | None = None, title: str = "") -> Seat:
        """A window for a profile, not opened yet."""
        seat = Seat(self.theme, settings, profile, token_file, title, self)
        seat.changed.connect(self._follow)
        seat.quit_asked.connect(self.quit)
        seat.window.close_asked.connect(lambda: self._close(seat))
        self.seats.append(seat)
        return seat

    def come_up(self, link: str = "") -> None:
        """Show the windows, and open what a second start was given."""
        for seat in self.seats:
            seat.open_link(link)

    async def wait(self) -> None:
        """Until the program is to end; then close everything in order."""
        network = NetworkWatch(self)  # asks the system's service: after the first frame
        network.returned.connect(self._retry)
        await self.stop.wait()
        self.tray.hide()
        await asyncio.gather(*(seat.close() for seat in self.seats))
        self.settings.save()

    # -- closing and quitting ------------------------------------------------------------------------------------------

    def _close(self, seat: Seat) -> None:
        """A window was closed: into the tray where there is one now, else the program ends with its last window."""
        if self._resident and self.tray.available:
            seat.window.remember()
            seat.window.hide()
            if not self.settings.tray_told:
                self.settings.tray_told = True
                self.tray.tell_still_there()
        elif any(other is not seat and other.window.isVisible() for other in self.seats):
            seat.window.remember()
            seat.window.hide()
        else:
            self.quit()

    def quit(self) -> None:
        """End; when changes wait, ask once whether to send them first. Nothing is lost either way."""
        from app.ui.screens.sheet import Answer, Sheet

        waiting = sum(seat.waiting for seat in self.seats)
        if not waiting or self.stop.is_set():
            self.stop.set()
            return
        seat = max(self.seats, key=lambda one: one.waiting)
        seat.window.come_up()
        if self._sheet is not None:
            self._sheet.close_sheet()
        title = tr("{n} change is not sent yet|{n} changes are not sent yet", n=waiting)
        text = tr("They are saved on this computer and will be sent the next time you open Et'al.")
        answers = (
            Answer(tr("Send now"), lambda: seat.keep(self._send_and_quit()), "secondary", "refresh-cw"),
            Answer(tr("Quit"), self.stop.set, "primary"),
        )
        self._sheet = Sheet(self.theme, seat.window, title, text, answers, lambda: None)
        self._sheet.destroyed.connect(self._forget_sheet)

    async def _send_and_quit(self) -> None:
        for seat in self.seats:
            if seat.client is not None and seat.waiting:
                seat.client.retry()
                await seat.client.sync()
        self.stop.set()

    def _forget_sheet(self) -> None:
        self._sheet = None

    # -- the tray ------------------------------------------------------------------------------------------------------

    def _follow(self) -> None:
        sessions = [seat.session for seat in self.seats if seat.session is not None and seat.screen is not None]
        paused = bool(sessions) and all(session.paused for session in sessions)
        self.tray.set_state(together([session.light_state() for session in sessions]), paused)

    def _retry(self) -> None:
        for seat in self.seats:
            if seat.session is not None:
                seat.session.client.retry()

    def _sync(self) -> None:
        for seat in self.seats:
            if seat.screen is not None:
                seat.screen.refresh()

    def _pause(self) -> None:
        sessions = [seat.session for seat in self.seats if seat.session is not None and seat.screen is not None]
        paused = bool(sessions) and all(session.paused for session in sessions)
        for session in sessions:
            session.watch(session.client.resume() if paused else session.client.pause())


def run(options: Options) -> int:
    """Open the app; a second start hands its link to the first. Answers the exit status."""
    folder = options.profiles or default_profile_root()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    qt = make_qt()
    link = options.link or ""
    try:
        name = place(folder)
        if hand_over(name, link):
            return 0
    except InstanceUnreachable as error:
        print("etal:", error, file=sys.stderr)
        return 1
    return run_loop(qt, _main(qt, folder, name, link))


def run_scene(scene: Scene, folder: Path, ready: str) -> int:
    """Show a scene in its windows; `ready` is printed when they can be seen."""
    qt = make_qt()
    return run_loop(qt, _play(qt, scene, folder, ready))


def make_qt() -> QApplication:
    """The one QApplication, named as the desktop file names it."""
    logging.basicConfig(format="%(levelname)s %(name)s: %(message)s", level=logging.WARNING)
    QApplication.setApplicationName("etal")
    QApplication.setApplicationDisplayName(tr("Et'al"))
    QApplication.setDesktopFileName("etal")
    qt = QApplication(sys.argv[:1])
    return qt


async def _main(qt: QApplication, folder: Path, name: str, link: str) -> int:
    application = Application(qt, folder, resident=True)
    instance = Instance(name, application)
    instance.listen()
    instance.asked.connect(application.come_up)
    stop_on_signals(application.stop.set)
    seat = application.add(folder / PROFILE, application.settings)
    seat.link = link
    catch_failures(seat.tell, tr("Something went wrong. It is written to the log."))
    await seat.open()
    application.tray.show()
    application.garbage.settle()
    await application.wait()
    instance.close()
    return 0


async def _play(qt: QApplication, scene: Scene, folder: Path, ready: str) -> int:
    from app.model.change import Refusal

    application = Application(qt, folder, resident=False)
    stop_on_signals(application.stop.set)
    try:
        places = await scene.open()
        for number, one in enumerate(places):
            settings = WindowSettings(one.profile / "window.ini")
            seat = application.add(one.profile, settings, one.token_file, one.title)
            catch_failures(seat.tell, tr("Something went wrong. It is written to the log."))
            seat.task = one.task
            await seat.open()
            _beside(seat, number, len(places))
        application.tray.show()
        application.garbage.settle()
        await scene.begin()
        print(ready, flush=True)
        await application.wait()
    except Refusal as refusal:
        print("etal:", refusal.text, file=sys.stderr)
        return 1
    finally:
        await scene.close()
    return 0


def _beside(seat: Seat, number: int, count: int) -> None:
    """Windows that were never placed share the screen, side by side."""
    if seat.settings.geometry is not None:
        return
    free = seat.window.screen().availableGeometry()
    width = max(seat.window.minimumWidth(), free.width() // count)
    height = min(900, free.height() - 40)
    left = min(free.left() + number * (free.width() // count), max(free.left(), free.right() - width))
    seat.window.setGeometry(QRect(left, free.top() + 32, width, height))
