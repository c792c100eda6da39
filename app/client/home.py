"""A profile in use: its files open, its engine at work, begun anew after damage, emptied at the end of an account."""

import asyncio
import secrets
from collections.abc import Callable
from pathlib import Path

import msgspec

from app import __version__
from app.client.credentials import Credentials, open_credentials
from app.client.files import open_cache, outbox_of, remove_cache, remove_outbox, storage_refusals
from app.client.links import Address, parse_server_address
from app.client.profile import Profile, Settings
from app.client.session import Hear, Session
from app.client.storage import CacheWriter, OutboxWriter
from app.client.transport import Connection, ConnectionFailed, Traffic, open_connection
from app.protocol.messages import Granted
from app.sync.engine import Engine, Identity, Start
from app.sync.events import Fact, Show, Tell
from app.sync.storage import Made, OutboxContents

SIGN_IN_AGAIN = "You are signed out. Sign in again; your changes are kept here."
CACHE_DAMAGED = "The local copy was damaged and is fetched again. Your unsent changes are kept."
CACHE_FULL = "The disk is full. What others do is shown, but not kept here until there is room."


class Home:
    """Owner of profile, secrets, both files and the session. Made by `open_home`; it is a session's `Ways`."""

    def __init__(self, profile: Profile, credentials: Credentials, hear: Hear, broken: Callable[[BaseException], None]):
        self.profile = profile
        self.credentials = credentials
        self.traffic = Traffic()
        self.session: Session | None = None
        self._hear = hear
        self._broken = broken
        self._outbox: OutboxWriter | None = None
        self._contents = OutboxContents([], 0)
        self._cache: CacheWriter | None = None
        self._start = Start()
        self._notices: list[Tell] = []
        self._healing: asyncio.Task[None] | None = None
        self._watching: asyncio.Task[None] | None = None
        self.restarted: Callable[[], None] = lambda: None

    @property
    def settings(self) -> Settings:
        """What the profile remembers."""
        return self.profile.settings

    @property
    def joined(self) -> bool:
        """Whether it belongs to an account."""
        return bool(self.settings.user)

    @property
    def address(self) -> Address | None:
        """Where its server is; None while there is none."""
        return parse_server_address(self.settings.server) if self.settings.server else None

    # -- what a session needs ------------------------------------------------------------------------------------------

    async def dial(self) -> Connection:
        """A new connection to the server. Raises ConnectionFailed."""
        address = self.address
        if address is None or not self.credentials.token:
            raise ConnectionFailed("signed_out", SIGN_IN_AGAIN)
        return await open_connection(address, self.settings.pins, self.traffic)

    def token(self) -> str:
        """This device's token."""
        return self.credentials.token or ""

    async def renewed(self, granted: Granted) -> None:
        """The profile was a copy: it goes on as another device of the same account."""
        await self.save(msgspec.structs.replace(self.settings, device=granted.device))
        await self.credentials.store_token(granted.token)

    async def save(self, settings: Settings) -> None:
        """Keeps settings durably. Raises Refusal."""
        await asyncio.to_thread(self.profile.save, settings)

    # -- life ----------------------------------------------------------------------------------------------------------

    async def open_files(self) -> None:
        """Opens both files and reads what an engine starts from. Raises Refusal."""
        self._outbox = OutboxWriter(outbox_of(self.profile, self.credentials.key), self._fact)
        with storage_refusals():
            self._contents = await self._outbox.load()
        await self._open_cache()

    async def _open_cache(self) -> None:
        opened = await open_cache(self.profile, self.credentials.key)
        if opened.rebuilt:
            self._notices.append(_notice("cache_damaged", CACHE_DAMAGED))
        self._cache = CacheWriter(opened.file, self._fact, self._on_full, self._on_damaged)
        with storage_refusals():
            channels, applied = await self._cache.start()
        self._start = Start(channels, applied, self._contents)

    def begin(self) -> Session:
        """Starts the engine of the joined account. It dials by itself."""
        assert self.session is None and self.joined and self._outbox is not None and self._cache is not None
        settings = self.settings
        app, run = f"etal {__version__}", secrets.token_hex(8)
        identity = Identity(settings.device, settings.user, settings.workspace, app, run)
        self.session = Session(Engine(identity, self._start), self._outbox, self, self._hear, self._broken)
        self.session.begin(self._cache)
        notices, self._notices = self._notices, []
        for notice in notices:
            self._hear(notice)
        self._watching = asyncio.create_task(self._verify(self._cache), name="verify the cache")
        return self.session

    async def loaded(self) -> None:
        """Returns once what is cached is in memory."""
        if self._cache is not None:
            await self._cache.drained()

    async def close(self) -> None:
        """Ends the session once what it saved is answered, then closes both files and lets the profile go."""
        if self._healing is not None:
            await self._healing
        await self._end()
        if self._outbox is not None:
            await self._outbox.close()
        await asyncio.to_thread(self.profile.close)

    async def _end(self) -> None:
        """Ends session and cache; the journal stays open."""
        if self._watching is not None:
            self._watching.cancel()
            self._watching = None
        if self.session is not None:
            assert self._outbox is not None and self._cache is not None
            await self._cache.drained()
            self.session.cache_is_stuck()  # whatever still waits for it is saved now
            await self._outbox.drained()
            await self.session.close()
            self.session = None
        if self._cache is not None:
            await self._cache.close()
            self._cache = None

    async def forget(self) -> None:
        """The account's data leaves this computer: cache, queue, token, names. Raises Refusal."""
        await self._end()
        if self._outbox is not None:
            await self._outbox.close()
            self._outbox = None
        await self.credentials.clear_token()
        kept = self.settings
        await self.save(Settings(secret=kept.secret, key_in_keyring=kept.key_in_keyring))
        await remove_cache(self.profile)
        await remove_outbox(self.profile)
        await self.open_files()

    def queue(self) -> int:
        """How many changes are here that the server has not settled, refused ones too."""
        if self.session is not None:
            return sum(self.session.engine.counts())
        return len({record.n for record in self._contents.records if isinstance(record, Made)})

    # -- damage --------------------------------------------------------------------------------------------------------

    async def _verify(self, cache: CacheWriter) -> None:
        if not await cache.verify() and cache is self._cache:
            self._on_damaged()

    def _on_damaged(self) -> None:
        if self.session is not None:
            self.session.cache_is_stuck()
        if self._healing is None:
            self._healing = asyncio.create_task(self._heal(), name="begin a new cache")
            self._healing.add_done_callback(self._healed)

    async def _heal(self) -> None:
        """The cache is begun anew: the queue is read again, and everything else is fetched."""
        old = self.session.engine.channels if self.session is not None else []
        await self._end()
        assert self._outbox is not None
        with storage_refusals():
            self._contents = await self._outbox.load()
        await remove_cache(self.profile)
        self._notices.append(_notice("cache_damaged", CACHE_DAMAGED))
        await self._open_cache()
        if self.joined:
            self.begin()
            self._hear(Show([], "", old))
            self.restarted()

    def _healed(self, task: asyncio.Task[None]) -> None:
        self._healing = None
        if not task.cancelled() and (error := task.exception()) is not None:
            self._broken(error)

    def _on_full(self) -> None:
        if self.session is not None:
            self.session.cache_is_stuck()
        self._hear(_notice("disk_full", CACHE_FULL))

    def _fact(self, fact: Fact) -> None:
        if self.session is not None:
            self.session.fact(fact)


def _notice(code: str, message: str) -> Tell:
    return Tell("notice", {"code": code, "message": message, "items": []})


async def open_home(folder: Path, token_file: Path | None, hear: Hear, broken: Callable[[BaseException], None]) -> Home:
    """Takes a profile and opens everything in it. Raises Refusal; then the profile is free again."""
    profile = await asyncio.to_thread(Profile, folder)
    home: Home | None = None
    try:
        home = Home(profile, await open_credentials(profile, token_file), hear, broken)
        await home.open_files()
    except BaseException:
        if home is not None:
            await home.close()
        else:
            profile.close()
        raise
    return home
