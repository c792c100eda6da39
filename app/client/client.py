"""The client that every face uses: one account on one server, its edits and reads, its connection."""

import asyncio
import platform
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Literal

import msgspec

from app.client.admission import ServerRefusal, admit
from app.client.home import Home, open_home
from app.client.links import Address, parse_fingerprint, parse_invite, parse_server_address
from app.client.reads import NOT_JOINED, Reads
from app.client.session import Hear, Result, Session
from app.client.timers import SleepWatch
from app.model.change import Refusal
from app.protocol.messages import Granted, Join, SignIn
from app.sync.engine import Engine
from app.sync.events import Asked, Command, Discarded, HereIs, Show, Tell, Wanted
from app.sync.link import CONNECTED, OFFLINE

DEVICE_NAME_MAX = 100
REVOKE_S = 2.0
"""How long a sign-out waits for the server to hear of it."""

Mode = Literal["foreground", "background", "saver"]


class Client(Reads):
    """One profile at work. Made by `Client.open`; every method belongs to the loop's thread.

    Methods that answer with a future have done their part when they return, so calls take effect in their order. All
    raise Refusal, whose code and sentence are for people. `broken` ends with an exception when the program itself
    failed: what was saved is safe, and the program should end.
    """

    def __init__(self, home: Home, device_name: str) -> None:
        self._home = home
        self._device_name = "".join(c for c in device_name if c.isprintable())[:DEVICE_NAME_MAX]
        self._listeners: list[Hear] = []
        self._mode: Mode = "foreground"
        self._paused = False
        self._closed = False
        self._here = HereIs("none")
        self._synced_at: float | None = None
        self._green = False
        self._watch = SleepWatch(self._woke)
        self.broken: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    # -- life ----------------------------------------------------------------------------------------------------------

    @classmethod
    async def open(cls, profile_dir: Path, *, token_file: Path | None = None, device_name: str = "") -> "Client":
        """Takes the profile in a folder (made when there is none). Raises Refusal, also `profile_in_use`.

        Listen first, then `start`.
        """
        client: Client | None = None

        def hear(said: Tell | Show) -> None:
            if client is not None:
                client._hear(said)

        def broken(error: BaseException) -> None:
            if client is not None and not client.broken.done():
                client.broken.set_exception(error)

        home = await open_home(profile_dir, token_file, hear, broken)
        client = cls(home, device_name or platform.node())
        home.restarted = client._again
        return client

    async def __aenter__(self) -> "Client":
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    def start(self) -> None:
        """Begins to work: a joined profile connects by itself."""
        if self._home.joined and self._home.session is None:
            self._home.begin()

    async def loaded(self) -> None:
        """Returns once what is cached is in memory: from then on reads and edits know all that is here."""
        await self._home.loaded()

    async def close(self) -> None:
        """Ends: what was edited is saved and answered, the server is told, the profile is free for others.

        A second time does nothing.
        """
        if self._closed:
            return
        self._closed = True
        self._watch.stop()
        await self._home.close()
        if self.broken.done():
            self.broken.exception()
        else:
            self.broken.cancel()

    def listen(self, hear: Hear) -> Callable[[], None]:
        """Hear every Tell and Show from now on; call what is returned to stop."""
        self._listeners.append(hear)
        return lambda: self._listeners.remove(hear) if hear in self._listeners else None

    def _hear(self, said: Tell | Show) -> None:
        if isinstance(said, Tell) and said.name in ("synced", "confirmed"):
            self._synced_at = time.time()
        elif isinstance(said, Tell) and said.name == "status":
            # Whoever was green until now was up to date until now.
            if self._green and said.fields["state"] != "connected" and self._synced_at is not None:
                self._synced_at = time.time()
            self._green = said.fields["state"] == "connected"
        for hear in list(self._listeners):
            hear(said)

    def _woke(self) -> None:
        if self._home.session is not None:
            self._home.session.command("wake")

    def _again(self) -> None:
        """A new engine took the place of one whose cache was damaged: it is told what the old one knew."""
        session = self._home.session
        assert session is not None
        if self._paused:
            session.command("pause")
        session.command("foreground" if self._mode == "foreground" else "background")
        session.fact(self._here)

    # -- who -----------------------------------------------------------------------------------------------------------

    @property
    def joined(self) -> bool:
        """Whether the profile belongs to an account."""
        return self._home.joined

    @property
    def user(self) -> str:
        """This person's id, '' before joining."""
        return self._home.settings.user

    @property
    def device(self) -> str:
        """This profile's id among the person's devices."""
        return self._home.settings.device

    @property
    def workspace(self) -> str:
        """The workspace's id, '' before joining."""
        return self._home.settings.workspace

    @property
    def workspace_name(self) -> str:
        """The workspace's name as it is now, or as it was when joining."""
        row = self._home.session.engine.view(self.workspace) if self._home.session else None
        return str((row and row.value("name")) or self._home.settings.workspace_name)

    @property
    def server_address(self) -> str:
        """`wss://host:port`, '' before joining."""
        return self._home.settings.server

    @property
    def fingerprint(self) -> str:
        """`sha256:` and the pin of the server's key, '' where the system's authorities vouch for it."""
        pins = self._home.settings.pins
        return f"sha256:{pins[0]}" if pins else ""

    @property
    def notes(self) -> list[str]:
        """Sentences about where secrets are kept, to be said once."""
        return self._home.credentials.notes

    # -- coming and going ----------------------------------------------------------------------------------------------

    async def join(self, invite: str, name: str, email: str, password: str) -> Result:
        """Takes up an invite: → user, workspace. Raises Refusal."""
        link = parse_invite(invite)
        if self.joined:
            raise Refusal("other_account", "This profile belongs to an account already. Sign out first.")
        device = self.device or str(uuid.uuid4())
        question = Join(link.secret, name, email, password, device, self._device_name)
        granted = await admit(link.address, link.pins, question, self._home.traffic)
        return await self._adopt(granted, link.address, link.pins)

    async def sign_in(self, server: str, fingerprint: str | None, email: str, password: str) -> Result:
        """Signs in by password: → user, workspace. A profile with a queue keeps it for the same person only."""
        address = parse_server_address(server)
        pins = (parse_fingerprint(fingerprint),) if fingerprint else self._known_pins(address)
        question = SignIn(email, password, self.device or str(uuid.uuid4()), self._device_name)
        try:
            granted = await admit(address, pins, question, self._home.traffic)
        except ServerRefusal as refusal:
            if refusal.code != "other_account" or self._home.queue():
                raise
            fresh = msgspec.structs.replace(question, device=str(uuid.uuid4()))
            granted = await admit(address, pins, fresh, self._home.traffic)
        return await self._adopt(granted, address, pins)

    def _known_pins(self, address: Address) -> tuple[str, ...]:
        return self._home.settings.pins if address.url == self._home.settings.server else ()

    async def _adopt(self, granted: Granted, address: Address, pins: tuple[str, ...]) -> Result:
        settings = self._home.settings
        if settings.user and (settings.user, settings.workspace) != (granted.user, granted.workspace):
            if self._home.queue():
                raise Refusal("other_account", "Changes of another account wait here. Sign in as that person first.")
            await self._home.forget()
        new = msgspec.structs.replace(
            self._home.settings,
            server=address.url,
            pins=pins,
            user=granted.user,
            device=granted.device,
            workspace=granted.workspace,
            workspace_name=granted.workspace_name,
        )
        await self._home.save(new)
        await self._home.credentials.store_token(granted.token)
        if self._home.session is None:
            self._home.begin()
        else:
            self._home.session.command("retry")
        return {"user": granted.user, "workspace": granted.workspace}

    async def sign_out(self, discard_pending: bool = False) -> Result:
        """Removes the account from this computer. Refused with `pending` while anything is queued."""
        waiting = self._home.queue()
        if waiting and not discard_pending:
            raise Refusal("pending", f"{waiting} changes are not sent. Send, keep or discard them.")
        session = self._home.session
        if session is not None and session.engine.connected:
            try:
                async with asyncio.timeout(REVOKE_S):
                    await self.ask("revoke_device", device=self.device)
            except (Refusal, TimeoutError):
                pass  # the token is removed here all the same
        shown = session.engine.channels if session is not None else []
        await self._home.forget()
        self._paused, self._here, self._synced_at = False, HereIs("none"), None
        self._hear(Tell("status", {"state": OFFLINE, "reason": NOT_JOINED.text, "retry_in": None}))
        self._hear(Show([], "", shown))
        return {}

    # -- edits ---------------------------------------------------------------------------------------------------------

    async def edit(self, verb: str, kind: str, items: list[str], **arguments: Any) -> Result:
        """An edit, durable when it returns: → item, change, changes. Arguments are those of events.Edited."""
        return await self.edit_now(verb, kind, items, **arguments)

    def edit_now(self, verb: str, kind: str, items: list[str], **arguments: Any) -> "asyncio.Future[Result]":
        """An edit, to be seen when this returns and durable when the future is done."""
        return self._session.edit(verb, kind, items, **arguments)

    def discard(self, change: str) -> "asyncio.Future[Result]":
        """Gives a waiting or rejected change up: → discarded, its id and those of what stood on it."""
        return self._session.ask(lambda re: Discarded(re, change))

    # -- reading (the rest is in Reads) --------------------------------------------------------------------------------

    @property
    def _session(self) -> Session:
        if self._home.session is None:
            raise Refusal(NOT_JOINED.code, NOT_JOINED.text)
        return self._home.session

    @property
    def _engine(self) -> Engine | None:
        return self._home.session.engine if self._home.session is not None else None

    def want(self, what: str, key: str, field: str = "") -> "asyncio.Future[Result]":
        """Bring the comments on an item, a text or a row into memory; done when it is there, or is nowhere."""
        return self._session.ask(lambda re: Wanted(re, what, key, field))

    @property
    def round_trip_ms(self) -> float | None:
        """The last measured round trip."""
        session = self._home.session
        return session.round_trip_s * 1000 if session is not None and session.round_trip_s is not None else None

    @property
    def last_synced_at(self) -> float | None:
        """When everything here was last known to be current, in Unix seconds."""
        session = self._home.session
        if session is not None and session.engine.light().state == CONNECTED and not session.engine.counts()[0]:
            return time.time()
        return self._synced_at

    @property
    def server_version(self) -> str:
        """What the server last said of itself."""
        welcome = self._home.session.welcome if self._home.session else None
        return welcome.app if welcome is not None else ""

    @property
    def protocol_version(self) -> int:
        """The version of the protocol spoken with the server; 0 before the first connection."""
        welcome = self._home.session.welcome if self._home.session else None
        return welcome.version if welcome is not None else 0

    # -- the connection ------------------------------------------------------------------------------------------------

    def sync(self) -> "asyncio.Future[Result]":
        """Send the queue now: → counts once it is empty or refused. Raises Refusal `offline`."""
        return self._command("sync")

    def refresh(self) -> "asyncio.Future[Result]":
        """Compare everything with the server and repair it: → checked, repaired."""
        return self._command("refresh")

    def pause(self) -> "asyncio.Future[Result]":
        """Go offline on purpose."""
        self._paused = True
        return self._command("pause")

    def resume(self) -> "asyncio.Future[Result]":
        """Come back."""
        self._paused = False
        return self._command("resume")

    def retry(self) -> None:
        """Try to connect at once, whatever the back-off says."""
        self._session.command("retry")

    def mode(self, mode: Mode) -> None:
        """How much the connection may cost: `foreground`, or quieter in `background` and `saver`."""
        self._mode = mode
        if self._home.session is not None:
            self._home.session.command("foreground" if mode == "foreground" else "background")

    def ask(self, do: str, **arguments: Any) -> "asyncio.Future[Result]":
        """A request that the server answers after its commit: invite, members, devices, …. Raises Refusal `offline`."""
        return self._session.ask(lambda re: Asked(re, do, arguments))

    def here(
        self, state: str, project: str = "", item: str = "", field: str = "", cursor: tuple[int, int] | None = None
    ) -> None:
        """Where this person is and what they do there: viewing, editing, typing, away or none."""
        self._here = HereIs(state, project, item, field, cursor)
        self._session.fact(self._here)

    def leave(self, project: str, item: str = "") -> None:
        """This person left an item (is still in its project), or the project. Nothing changes for who is elsewhere."""
        here = self._here
        if here.project == project and item in ("", here.item):
            if item:
                self.here("viewing", project)
            else:
                self.here("none")

    def traffic(self) -> dict[str, int]:
        """Bytes and messages in both directions since the start."""
        counted = self._home.traffic
        return {
            "bytes_in": counted.bytes_in,
            "bytes_out": counted.bytes_out,
            "messages": counted.messages_in + counted.messages_out,
            "messages_in": counted.messages_in,
            "messages_out": counted.messages_out,
        }

    def _command(self, what: str) -> "asyncio.Future[Result]":
        return self._session.ask(lambda re: Command(what, re))
