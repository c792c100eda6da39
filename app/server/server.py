"""The server from start to end: one line that says where it listens, then service, then an orderly goodbye."""

import asyncio
import contextlib
import gc
import random
import secrets
import signal
import sys
import uuid
from collections.abc import Callable, Coroutine
from typing import Any

import msgspec
import structlog

from app import __version__
from app.hub.events import Draining
from app.hub.facts import Committed, Submission
from app.hub.hub import Hub
from app.model.change import Refusal
from app.server import certificates, listener
from app.server.accounts import Accounts
from app.server.certificates import Identity
from app.server.clock import ServerClock
from app.server.committer import Committer
from app.server.configuration import DataDirectory, Options, Place, Settings, bind, reachable_host
from app.server.errors import ServerFailure
from app.server.invites import link, owner_invite
from app.server.logs import configure, defect, finish
from app.server.readers import Readers
from app.server.requests import Requests
from app.server.shell import Shell
from app.store.interface import Store, StoreBroken, StoreFull, StoreTooNew
from app.store.sqlite import SqliteStore

WORKSPACE = "Workspace"
"""Name of a workspace that was given none."""
COMMIT_S = 3.0
"""At the end: how long what was accepted may take to be committed."""
GOODBYE_S = 1.2
SPREAD_S_MAX = 10.0
SPREAD_PER_CLIENT_S = 0.02
"""Clients of a server that ends come back within this much for each of them, so that few are back at once."""

log = structlog.get_logger()


def serve(options: Options) -> int:
    """Serves until SIGTERM or SIGINT; answers the exit status. Why it cannot start is one line on standard error."""
    configure()
    try:
        directory = DataDirectory(options.data)
        try:
            return _runner()(_serve(options, directory))
        finally:
            directory.release()
    except ServerFailure as failure:
        print("etal:", failure.sentence, file=sys.stderr, flush=True)
        return 1
    finally:
        finish()


def _runner() -> Callable[[Coroutine[Any, Any, int]], int]:
    try:
        import uvloop
    except ImportError:  # there is none for Windows
        return asyncio.run
    return uvloop.run


async def _serve(options: Options, directory: DataDirectory) -> int:
    server = Server(options, directory)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        with contextlib.suppress(NotImplementedError):  # Windows: Ctrl+C ends it there
            loop.add_signal_handler(number, stop.set)
    loop.set_exception_handler(_on_loop_error)
    await server.start()
    gc.collect()
    gc.freeze()  # what is there now stays: the collector need not look at it again and again
    print(msgspec.json.encode(server.announcement).decode(), flush=True)
    await stop.wait()
    await server.stop()
    return 0


def _on_loop_error(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Sockets that break in the middle are everyday; anything else is a defect, told without content."""
    error = context.get("exception")
    if isinstance(error, OSError | EOFError):
        return
    if error is not None:
        defect("the loop met an error", error)
    else:
        log.warning("the loop met an error", what=str(context.get("message", ""))[:100])


class Server:
    """A running server. `start` raises ServerFailure; `announcement` is the line that tells where it listens."""

    def __init__(self, options: Options, directory: DataDirectory) -> None:
        self._options, self._directory = options, directory
        self._clock = ServerClock()
        self.announcement: dict[str, str] = {}

    async def start(self) -> None:
        """Opens the database, certificate and socket, and accepts connections."""
        _raise_file_limit()
        self._store = self._open_store()
        try:
            await self._open_door()
        except BaseException:
            self._store.close()
            raise

    async def _open_door(self) -> None:
        options, now = self._options, self._clock.now
        settings = self._directory.settings()
        identity = certificates.load(self._directory.path, options.certificate, options.key)
        socket = bind(options, settings)
        place = Place(options.host, socket.getsockname()[1])
        self._directory.remember(Settings(place.port))
        reachable = Place(reachable_host(options.host), place.port)
        # What an authority vouches for may be renewed with another key: no pin then.
        pins = [] if identity.is_vouched_for else [identity.pin]
        self.announcement = {"listening": f"wss://{place.authority}", "fingerprint": identity.fingerprint}
        try:
            self._invite_owner(reachable, pins)
        except (StoreBroken, StoreFull) as error:
            socket.close()
            raise ServerFailure(f"The database in {self._directory.path} cannot be written: {error}.") from error
        self._readers = Readers(self._store)
        node = str(uuid.uuid4())
        run = secrets.token_hex(4)
        self._committer = Committer(self._store, now, self._on_committed, self._on_failed)
        self._shell = Shell(Hub(node, __version__), self._store, self._committer, self._readers, now, run)
        self._accounts = Accounts(self._store, self._committer, self._readers, now, self._shell.committed)
        requests = Requests(self._store, self._committer, self._readers, self._accounts, reachable, pins, now)
        self._shell.employ(self._accounts, requests)
        gate = listener.Gate(
            self._names(identity), lambda: self._committer.healthy, lambda: len(self._shell.connections)
        )
        self._server = await listener.listen(socket, identity.context, gate, self._shell.serve)
        log.info("listening", address=place.authority, version=__version__, node=node)

    def _on_committed(self, done: Committed) -> None:
        self._shell.committed(done)

    def _on_failed(self, submissions: list[Submission], code: str) -> None:
        self._shell.commit_failed(submissions, code)

    def _is_healthy(self) -> bool:
        return self._committer.healthy

    def _names(self, identity: Identity) -> tuple[str, ...]:
        return (*identity.names, self._options.host.lower())

    def _open_store(self) -> Store:
        path = self._directory.path
        try:
            store = SqliteStore(path)
            if not store.workspace()[0]:
                store.found(str(uuid.uuid4()), self._options.name or WORKSPACE, self._clock.now())
        except StoreTooNew:
            raise ServerFailure(f"{path} was written by a newer version of the server. Update this program.") from None
        except (StoreBroken, StoreFull) as error:
            raise ServerFailure(f"The database in {path} cannot be used: {error}.") from error
        except Refusal as refusal:
            raise ServerFailure(f"--name: {refusal.text}") from None
        return store

    def _invite_owner(self, place: Place, pins: list[str]) -> None:
        """Until the owner has joined each start prints a new invite; older ones stay good until one was taken up."""
        if not self._store.owner_exists():
            secret, invite = owner_invite(self._clock.now())
            self._store.add_invite(invite)
            self.announcement["invite"] = link(place, secret, pins, invite.until)

    async def stop(self) -> None:
        """Commits what was accepted, tells clients when to come back, and ends within about 5 s."""
        log.info("stopping", connections=len(self._shell.connections))
        self._server.close(close_connections=False)
        for connection in self._shell.connections:
            connection.hold()
        finished = await asyncio.to_thread(self._committer.finish, COMMIT_S)
        await asyncio.sleep(0)  # what the committer told last is handled first
        connections = self._shell.connections
        spread_s = min(SPREAD_S_MAX, SPREAD_PER_CLIENT_S * len(connections))
        self._shell.post(Draining({one.name: random.uniform(0, spread_s) for one in connections}))
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(GOODBYE_S):
                await self._server.wait_closed()
        for connection in self._shell.connections:
            connection.cut()
        await self._shell.close()
        self._accounts.close()
        await asyncio.to_thread(self._close_threads)
        log.info("stopped", complete=finished)

    def _close_threads(self) -> None:
        self._committer.close()
        self._readers.close()
        self._store.close()


def _raise_file_limit() -> None:
    """Each connection is a file; the usual limit of 1,024 is a soft one."""
    if sys.platform == "win32":
        return
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < hard:
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
