"""One account in one window: from the first frame over coming in to the workspace, and out again."""

from __future__ import annotations

import asyncio
import importlib
import logging
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from app.ui.message import Message
from app.ui.screens.opening import Failed, Opening
from app.ui.screens.window import Window
from app.ui.settings import WindowSettings
from app.ui.strings import tr
from app.ui.theme.icons import app_icon
from app.ui.theme.theme import Theme

if TYPE_CHECKING:
    from app.client.client import Client
    from app.client.local_server import LocalServer
    from app.ui.screens.workspace import WorkspaceScreen
    from app.ui.seat_entry import Entry
    from app.ui.session import Session

logger = logging.getLogger("etal.window")

IMPORTED_LATE = ("app.ui.seat_entry", "app.ui.screens.workspace")
"""Databases, TLS and the workspace: half a second that nobody waits for before the first frame."""


class Seat(QObject):
    """A window with its profile. `changed` when light or queue did, `quit_asked` when the program is to end."""

    changed = Signal()
    quit_asked = Signal()

    def __init__(
        self,
        theme: Theme,
        settings: WindowSettings,
        profile: Path,
        token_file: Path | None = None,
        title: str = "",
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.theme = theme
        self.settings = settings
        self.profile = profile
        self.window = Window(theme, settings, title)
        self.window.quit_asked.connect(self.quit_asked)
        self.window.hidden_changed.connect(self._hide)
        self.window.activated.connect(self._retry)
        self.session: Session | None = None
        self.client: Client | None = None
        self.screen: WorkspaceScreen | None = None
        self.entry: Entry | None = None
        self.server: LocalServer | None = None
        self.link = ""
        self.task = ""
        self._token_file = token_file
        self._tasks: set[asyncio.Task[Any]] = set()

    # -- opening -------------------------------------------------------------------------------------------------------

    async def open(self) -> None:
        """Show the frame at once, then open the profile while it is seen."""
        names = self.settings.seen
        opening = Opening(self.theme, names)
        self.window.show_page(opening)
        self.window.place()
        self.window.show()
        await opening.seen()
        self.window.setWindowIcon(app_icon())
        for room in IMPORTED_LATE:
            await asyncio.to_thread(importlib.import_module, room)
        await self.start()

    async def start(self) -> None:
        """Open the profile and go on as it is: joined, or not yet."""
        from app.client.client import Client
        from app.model.change import Refusal
        from app.ui.admission import open_client

        try:
            if self._token_file is not None:
                client = await Client.open(self.profile, token_file=self._token_file)
            else:
                client = await open_client(self.profile)
        except Refusal as refusal:
            self._fail(refusal.text)
            return
        self.use(client)
        if client.joined:
            await self._start_own_server()
            self.enter()
            client.start()
        else:
            self.welcome()

    def use(self, client: Client) -> None:
        """Work with this client from now on."""
        from app.ui.session import Session

        if self.session is not None:
            self.session.close()
        self.client = client
        self.session = Session(client, self)
        self.session.said.connect(self.window.say)
        self.session.light_changed.connect(self.changed)
        self.session.pending_changed.connect(self.changed)
        self.keep(self._watch(client))

    def enter(self) -> None:
        """Show the workspace."""
        from app.ui.screens.workspace import WorkspaceScreen

        assert self.session is not None and self.client is not None
        screen = WorkspaceScreen(self.theme, self.session, self.settings)
        screen.quit_asked.connect(self.quit_asked)
        screen.sign_out_asked.connect(self._ask_sign_out)
        screen.sign_in_asked.connect(self._sign_in_again)
        self.screen, self.entry = screen, None
        self.window.show_page(screen, brings_actions=True)
        self.window.set_subject(self.client.workspace_name)
        self.session.flush()
        screen.tasks.focus_list()
        if self.task:
            screen.open_when_here(self.task)
        self.changed.emit()

    def welcome(self) -> None:
        """Show the ways to come in; at once the one that a link asks for."""
        from app.ui.seat_entry import Entry

        self.screen = None
        self.window.set_subject("")
        self.entry = Entry(self)
        self.entry.show_first_run()
        if self.link:
            self.open_link(self.link)
        self.changed.emit()

    def open_link(self, link: str) -> None:
        """Come up and open an invite or an item."""
        from app.ui.instance import link_item

        self.window.come_up()
        if not link:
            return
        item = link_item(link)
        if self.entry is not None:
            self.link = ""
            self.entry.show_join(link if item is None else "")
        elif self.screen is not None and self.session is not None:
            if item is None:
                self.window.say(Message(tr("You are in a workspace already. Sign out to join another."), "info"))
            elif self.session.view(item) is None:
                self.window.say(Message(tr("This item is not here, or you have no access to it."), "circle-alert"))
            else:
                self.screen.open_task(item)
        else:
            self.link = link

    # -- the end -------------------------------------------------------------------------------------------------------

    @property
    def waiting(self) -> int:
        """How many changes are not sent."""
        return self.client.counts()[0] if self.client is not None else 0

    async def close(self) -> None:
        """Close window, client and own server. Everything saved is durable before."""
        self.window.end()
        if self.session is not None:
            self.session.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self.client is not None:
            await self.client.close()
        if self.server is not None:
            await self.server.stop()
        self.window.deleteLater()

    def keep(self, work: Any) -> asyncio.Task[Any]:
        """Run a task that belongs to this window; a Refusal is shown, a defect goes to the log."""
        task: asyncio.Task[Any] = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)
        return task

    def _done(self, task: asyncio.Task[Any]) -> None:
        from app.model.change import Refusal

        self._tasks.discard(task)
        if task.cancelled():
            return
        error = task.exception()
        if isinstance(error, Refusal):
            self.window.say(Message(error.text, "circle-alert"))
        elif error is not None:
            asyncio.get_running_loop().call_exception_handler(
                {"message": "a task of a window failed", "exception": error}
            )

    # -- inside --------------------------------------------------------------------------------------------------------

    async def _start_own_server(self) -> None:
        from app.model.change import Refusal
        from app.ui.admission import has_own_server, own_server

        if self.server is None and await asyncio.to_thread(has_own_server, self.profile):
            self.server = own_server(self.profile, self.tell)
            try:
                await self.server.start()
            except Refusal as refusal:
                self.tell(refusal.text)

    def tell(self, sentence: str) -> None:
        """Say something that went wrong."""
        self.window.say(Message(sentence, "circle-alert"))

    def tell_good(self, sentence: str) -> None:
        """Say something that went well."""
        self.window.say(Message(sentence))

    def _fail(self, sentence: str) -> None:
        page = Failed(self.theme, sentence, lambda: self.keep(self.start()), self.quit_asked.emit)
        self.window.show_page(page)

    async def _watch(self, client: Client) -> None:
        await asyncio.wait([client.broken])  # its own future: a cancelled `await` of it would end it
        if client.broken.cancelled():
            return
        from app.ui.screens.sheet import Answer, Sheet

        logger.error("the client failed", exc_info=client.broken.exception())
        text = tr("Something went wrong that should not have. Everything you saved is safe. Start Et'al again.")
        answers = (Answer(tr("Quit"), self.quit_asked.emit, "primary"),)
        Sheet(self.theme, self.window, tr("Et'al has to close"), text, answers)

    def _hide(self, hidden: bool) -> None:
        if self.client is not None:
            self.client.mode("background" if hidden else "foreground")

    def _retry(self) -> None:
        """Whoever turns to an offline window wants it connected; waiting out the pause would look broken."""
        if self.client is not None and self.client.light().state == "offline" and self.client.light().retry_in:
            self.client.retry()

    # -- signing out and in --------------------------------------------------------------------------------------------

    def _ask_sign_out(self) -> None:
        from app.ui.screens.sheet import Answer, Sheet

        waiting = self.waiting
        if not waiting:
            text = tr("The copy of your workspace on this computer is deleted. On the server nothing changes.")
            answers: tuple[Answer, ...] = (
                Answer(tr("Sign out"), lambda: self.keep(self._sign_out(False)), "secondary"),
                Answer(tr("Stay"), lambda: None, "primary"),
            )
            Sheet(self.theme, self.window, tr("Sign out of this computer?"), text, answers, lambda: None)
            return
        title = tr("{n} change is not sent|{n} changes are not sent", n=waiting)
        text = tr("They exist only on this computer. Send them first, or give them up.")
        answers = (
            Answer(tr("Discard and sign out"), lambda: self.keep(self._sign_out(True)), "danger-secondary"),
            Answer(tr("Send now"), lambda: self.keep(self._send_and_sign_out()), "secondary"),
            Answer(tr("Stay"), lambda: None, "primary"),
        )
        Sheet(self.theme, self.window, title, text, answers, lambda: None)

    async def _send_and_sign_out(self) -> None:
        assert self.client is not None
        await self.client.sync()
        await self._sign_out(False)

    async def _sign_out(self, discard: bool) -> None:
        assert self.client is not None
        await self.client.sign_out(discard)
        self.settings.project, self.settings.seen = "", ("", "")
        self.welcome()

    def _sign_in_again(self) -> None:
        from app.ui.seat_entry import Entry

        Entry(self).show_sign_in_over()
