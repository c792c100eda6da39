"""A running server on this machine, and a bare client that speaks to it in frames."""

import asyncio
import re
import ssl
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import time
from types import TracebackType
from typing import Any, TypeVar

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from app.model.change import Change, encode_change
from app.protocol.codec import decode_from_server, encode
from app.protocol.messages import Ack, ClientMessage, Granted, Hello, Join, Push, ServerMessage, SignIn, Welcome
from app.server.configuration import DataDirectory
from app.server.server import Server

WAIT_S = 15.0
PASSWORD = "correct horse battery"
M = TypeVar("M", bound=ServerMessage)


@dataclass
class Options:
    """How a test starts a server."""

    data: Path
    host: str = "127.0.0.1"
    port: int | None = 0
    name: str | None = "Office"
    certificate: Path | None = None
    key: Path | None = None


@asynccontextmanager
async def running(data: Path, **options: Any) -> AsyncIterator[Server]:
    """A server in this process, stopped at the end as SIGTERM stops one."""
    directory = DataDirectory(data)
    server = Server(Options(data, **options), directory)
    try:
        await server.start()
        yield server
        await server.stop()
    finally:
        directory.release()


def trusting() -> ssl.SSLContext:
    """A context that takes any certificate: what is tested here is the server."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def secret_of(invite: str) -> str:
    found = re.fullmatch(r"etal://[^/]+/j/([A-Za-z0-9_-]+)\?v=1(&pin=[0-9a-f]{64})?&until=\d+", invite)
    assert found is not None, invite
    return found[1]


@dataclass
class Guest:
    """One connection: what came, and what is asked for next."""

    url: str
    context: ssl.SSLContext = field(default_factory=trusting)
    arrived: list[ServerMessage] = field(default_factory=list)
    device: str = ""
    token: str = ""
    user: str = ""
    workspace: str = ""
    n: int = 0
    socket: ClientConnection | None = None

    async def __aenter__(self) -> "Guest":
        self.socket = await connect(
            f"{self.url}/sync", ssl=self.context, compression=None, ping_interval=None, close_timeout=0.2, proxy=None
        )
        self._seen = 0
        return self

    async def __aexit__(self, _kind: type | None, _error: BaseException | None, _trace: TracebackType | None) -> None:
        assert self.socket is not None
        await self.socket.close()

    async def say(self, *messages: ClientMessage) -> None:
        assert self.socket is not None
        for message in messages:
            await self.socket.send(encode(message))

    async def send_bytes(self, frame: bytes | str) -> None:
        assert self.socket is not None
        await self.socket.send(frame)

    async def next(self) -> ServerMessage:
        """The next message, whatever it is."""
        assert self.socket is not None
        async with asyncio.timeout(WAIT_S):
            message = decode_from_server(await self.socket.recv(decode=False))
        self.arrived.append(message)
        return message

    async def get(self, kind: type[M]) -> M:
        """The next message of a kind; others before it are kept in `arrived`."""
        while True:
            message = await self.next()
            if isinstance(message, kind):
                return message

    async def ending(self) -> int | None:
        """Reads on until the connection ends; its close code."""
        assert self.socket is not None
        try:
            while True:
                await self.next()
        except ConnectionClosed:
            return self.socket.close_code

    # -- handshake ---------------------------------------------------------------------------------------------------

    async def join(self, invite: str, name: str = "Sarah", password: str = PASSWORD) -> ServerMessage:
        device = str(uuid.uuid4())
        await self.say(Join(secret_of(invite), name, f"{name.lower()}@example.org", password, device, "laptop"))
        return self._admitted(await self.next())

    async def sign_in(self, email: str, password: str = PASSWORD, device: str = "") -> ServerMessage:
        await self.say(SignIn(email, password, device or str(uuid.uuid4()), "phone"))
        return self._admitted(await self.next())

    def _admitted(self, answer: ServerMessage) -> ServerMessage:
        if isinstance(answer, Granted):
            self.device, self.token, self.user = answer.device, answer.token, answer.user
            self.workspace = answer.workspace
        return answer

    async def hello(self, **fields: Any) -> Welcome:
        await self.say(Hello(self.token, self.device, (1, 1), time(), **fields))
        return await self.get(Welcome)

    def takes_over(self, other: "Guest") -> "Guest":
        """The same device on a new connection."""
        self.device, self.token, self.user, self.n = other.device, other.token, other.user, other.n
        self.workspace = other.workspace
        return self

    # -- changes -----------------------------------------------------------------------------------------------------

    def change(self, channel: str, verb: str, kind: str, item: str, base: int = 0, **rest: Any) -> Change:
        self.n += 1
        return Change(self.n, channel, verb, kind, [item], base, time(), time(), "g", **rest)

    def project(self, name: str = "Plans") -> tuple[str, Change]:
        item = str(uuid.uuid4())
        return item, self.change(f"p:{item}", "create", "project", item, fields={"name": name})

    def task(self, project: str, title: str = "Task") -> tuple[str, Change]:
        item = str(uuid.uuid4())
        return item, self.change(f"p:{project}", "create", "task", item, fields={"project": project, "title": title})

    async def push(self, *changes: Change) -> Ack:
        """Pushes and waits for the acknowledgement."""
        await self.say(Push([encode_change(change) for change in changes]))
        return await self.get(Ack)
