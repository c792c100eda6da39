"""The ways into a workspace as one conversation: which page is shown, and what happens when it is filled in."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from app.client.client import Client
from app.client.links import parse_invite
from app.client.local_server import environment, program
from app.model.change import Refusal
from app.ui.admission import ask_server, keep_token_in_file, keeps_token_in_memory, own_invite, own_server
from app.ui.screens.first_run import FirstRun
from app.ui.screens.join import Join
from app.ui.screens.sign_in import AccountForm, SignIn
from app.ui.screens.start_workspace import StartWorkspace
from app.ui.strings import tr

if TYPE_CHECKING:
    from app.ui.seat import Seat

Fields = dict[str, str]


class Entry(QObject):
    """Pages for one seat that has no account yet."""

    def __init__(self, seat: Seat) -> None:
        super().__init__(seat)
        self._seat = seat
        self._asking: asyncio.Task[None] | None = None

    # -- pages ---------------------------------------------------------------------------------------------------------

    def show_first_run(self) -> None:
        """The three ways."""
        page = FirstRun(self._seat.theme)
        page.start_asked.connect(self.show_start)
        page.join_asked.connect(self.show_join)
        page.demo_asked.connect(self._open_demo)
        page.sign_in_asked.connect(self.show_sign_in)
        self._seat.window.show_page(page)

    def show_join(self, link: str = "") -> None:
        """Joining with an invite."""
        page = Join(self._seat.theme)
        page.back_asked.connect(self.show_first_run)
        page.invite_given.connect(lambda text: self._ask_server(page, text))
        page.submitted.connect(lambda fields, in_file: self._run(page, lambda: self._join(fields, in_file)))
        page.set_note(*self._note())
        self._seat.window.show_page(page)
        if link:
            page.set_invite(link)
        else:
            page.form.fields["invite"].setFocus()

    def show_start(self) -> None:
        """Starting a workspace here."""
        page = StartWorkspace(self._seat.theme)
        page.back_asked.connect(self.show_first_run)
        page.submitted.connect(lambda fields, in_file: self._run(page, lambda: self._start(fields, in_file)))
        page.set_note(*self._note())
        self._seat.window.show_page(page)
        page.form.fields["workspace"].setFocus()

    def show_sign_in(self) -> None:
        """Signing in with a password."""
        page = SignIn(self._seat.theme)
        page.back_asked.connect(self.show_first_run)
        page.submitted.connect(lambda fields, in_file: self._run(page, lambda: self._sign_in(fields, in_file)))
        page.set_note(*self._note())
        self._seat.window.show_page(page)
        page.form.fields["server"].setFocus()

    def show_sign_in_over(self) -> None:
        """Signing in again, over the workspace, which stays as it is."""
        client = self._client
        page = SignIn(self._seat.theme)
        page.set_server(client.server_address, client.fingerprint)
        page.back_asked.connect(lambda: self._seat.window.uncover(page))

        async def again(fields: Fields) -> None:
            await client.sign_in(fields["server"], fields["fingerprint"] or None, fields["email"], fields["password"])
            self._seat.window.uncover(page)

        page.submitted.connect(lambda fields, _: self._run(page, lambda: again(fields)))
        self._seat.window.cover(page)
        page.form.fields["email"].setFocus()

    # -- what they do --------------------------------------------------------------------------------------------------

    @property
    def _client(self) -> Client:
        client = self._seat.client
        assert client is not None
        return client

    def _note(self) -> tuple[str, bool]:
        if keeps_token_in_memory(self._client):
            words = tr("This computer has no keyring: you stay signed in until Et'al ends, unless a file keeps you in.")
            return words, True
        return tr("Your sign-in is kept in this computer’s keyring, never in a file."), False

    def _run(self, page: Join | AccountForm, work: Callable[[], Awaitable[None]]) -> None:
        async def run() -> None:
            page.set_busy(True)
            try:
                await work()
            except Refusal as refusal:
                page.show_refusal(refusal)
            finally:
                if self._seat.window.page() is page:
                    page.set_busy(False)

        self._seat.keep(run())

    async def _join(self, fields: Fields, in_file: bool) -> None:
        await self._keep_in_file(in_file)
        await self._client.join(
            fields["invite"].strip(), fields["name"].strip(), fields["email"].strip(), fields["password"]
        )
        self._seat.enter()

    async def _sign_in(self, fields: Fields, in_file: bool) -> None:
        await self._keep_in_file(in_file)
        fingerprint = fields["fingerprint"].strip() or None
        await self._client.sign_in(fields["server"].strip(), fingerprint, fields["email"].strip(), fields["password"])
        self._seat.enter()

    async def _start(self, fields: Fields, in_file: bool) -> None:
        server = own_server(self._seat.profile, self._seat.tell, fields["workspace"].strip())
        announcement = await server.start()
        self._seat.server = server
        try:
            if not announcement.invite:
                text = tr(
                    "A workspace was started here before. Sign in to it at {address}.", address=announcement.listening
                )
                raise Refusal("other_account", text)
            await self._join({**fields, "invite": own_invite(announcement.invite)}, in_file)
        except BaseException:
            self._seat.server = None
            await server.stop()
            raise

    async def _keep_in_file(self, in_file: bool) -> None:
        if in_file and keeps_token_in_memory(self._client):
            self._seat.use(await keep_token_in_file(self._client, self._seat.profile))

    def _ask_server(self, page: Join, link: str) -> None:
        if self._asking is not None:
            self._asking.cancel()

        async def ask() -> None:
            refusal = await ask_server(link)
            if self._seat.window.page() is page and page.invite == link:
                page.server.show_answer(bool(parse_invite(link).pins), refusal)

        self._asking = self._seat.keep(ask())

    def _open_demo(self) -> None:
        async def start() -> None:
            quiet = asyncio.subprocess.DEVNULL
            await asyncio.create_subprocess_exec(
                *program(), "demo", stdin=quiet, stdout=quiet, stderr=quiet, env=environment(), start_new_session=True
            )
            self._seat.tell_good(tr("The demo opens in two windows of its own."))

        self._seat.keep(start())
