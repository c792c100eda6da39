"""Servers and headless clients as real processes, driven over their pipes; waiting is for events, never for time."""

import asyncio
import contextlib
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
WAIT_S = 30.0
Line = dict[str, Any]


class Ended(Exception):
    """The process is gone; what it had not answered will not be answered."""


class Process:
    """One `python -m app …`, killed at the latest with its test."""

    def __init__(self, *arguments: object) -> None:
        self.arguments = [str(argument) for argument in arguments]
        self.complaints = b""
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        home = {"HOME": os.environ.get("HOME", "/"), "PATH": os.environ.get("PATH", ""), "QT_QPA_PLATFORM": "offscreen"}
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "app",
            *self.arguments,
            cwd=ROOT,
            env=home,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            limit=1 << 25,
        )
        self._draining = asyncio.create_task(self._drain())

    @property
    def process(self) -> asyncio.subprocess.Process:
        assert self._process is not None
        return self._process

    async def _drain(self) -> None:
        assert self.process.stderr is not None
        while chunk := await self.process.stderr.read(4096):
            self.complaints += chunk

    async def kill(self) -> None:
        """kill -9, and until it is gone."""
        with contextlib.suppress(ProcessLookupError):
            self.process.kill()
        await self.gone()

    async def terminate(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return await self.gone()

    async def gone(self) -> int:
        async with asyncio.timeout(WAIT_S):
            status = await self.process.wait()
            await self._draining
        return status


class ServerProcess(Process):
    """A server; `hello` is what it announced."""

    def __init__(self, data: Path, port: int = 0) -> None:
        super().__init__("serve", "--data", data, "--port", port)
        self.hello: Line = {}

    async def start(self) -> None:
        await super().start()
        assert self.process.stdout is not None
        async with asyncio.timeout(WAIT_S):
            line = await self.process.stdout.readline()
        assert line, self.complaints.decode()
        self.hello = json.loads(line)

    @property
    def port(self) -> int:
        return int(self.hello["listening"].rsplit(":", 1)[1])


class Refused(Exception):
    """The answer to a request was no."""

    def __init__(self, error: Line) -> None:
        super().__init__(str(error))
        self.code = error["code"]
        self.error = error


class HeadlessProcess(Process):
    """A headless client with its own profile and token file."""

    def __init__(self, profile: Path, *more: object) -> None:
        super().__init__("headless", "--profile", profile, "--token-file", f"{profile}.token", *more)
        self.events: list[Line] = []
        self.user = ""
        self._n = 0
        self._waiting: dict[Any, asyncio.Future[Line]] = {}
        self._news = asyncio.Event()
        self.over = False

    async def start(self) -> None:
        await super().start()
        self._reading = asyncio.create_task(self._read())

    async def gone(self) -> int:
        status = await super().gone()
        await self._reading
        return status

    async def _read(self) -> None:
        assert self.process.stdout is not None
        async for text in self.process.stdout:
            if not text.endswith(b"\n"):
                continue  # cut off by a kill
            line = json.loads(text)
            if "event" in line:
                self.events.append(line)
                self._news.set()
            elif (answer := self._waiting.pop(line["id"], None)) is not None and not answer.done():
                answer.set_result(line)
            else:
                self.events.append({"event": "stray", **line})
                self._news.set()
        self.over = True
        self._news.set()
        for answer in self._waiting.values():
            if not answer.done():
                answer.set_exception(Ended())

    async def write(self, text: bytes) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(text)
        with contextlib.suppress(ConnectionError):
            await self.process.stdin.drain()

    def end_of_input(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()

    async def ask(self, do: str, **arguments: Any) -> Line:
        """The whole answer. Raises Ended."""
        if self.over:
            raise Ended
        self._n += 1
        answer: asyncio.Future[Line] = asyncio.get_running_loop().create_future()
        self._waiting[self._n] = answer
        await self.write(json.dumps({"id": self._n, "do": do, **arguments}).encode() + b"\n")
        async with asyncio.timeout(WAIT_S):
            return await answer

    async def do(self, do: str, **arguments: Any) -> Line:
        """The result. Raises Refused or Ended."""
        answer = await self.ask(do, **arguments)
        if not answer["ok"]:
            raise Refused(answer["error"])
        result: Line = answer["result"]
        return result

    async def until(self, event: str, fits: Callable[[Line], bool] = lambda line: True, after: int = 0) -> Line:
        """The first such event from index `after` on."""
        async with asyncio.timeout(WAIT_S):
            while True:
                for line in self.events[after:]:
                    if line["event"] == event and fits(line):
                        return line
                if self.over:
                    raise Ended
                self._news.clear()
                await self._news.wait()

    async def sees(self, kind: str, item: str, **fields: Any) -> Line:
        """What `get` answers, once it has these fields; asked again after each event."""
        while True:
            seen = len(self.events)
            answer = await self.ask("get", kind=kind, item=item)
            if answer["ok"] and fields.items() <= answer["result"]["fields"].items():
                result: Line = answer["result"]
                return result
            await self.until_more(seen)

    async def until_more(self, seen: int) -> None:
        async with asyncio.timeout(WAIT_S):
            while len(self.events) <= seen and not self.over:
                self._news.clear()
                await self._news.wait()

    async def quit(self) -> int:
        await self.ask("quit")
        return await self.gone()


class Team:
    """One server and its clients."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.server = ServerProcess(folder / "server")
        self.started: list[Process] = [self.server]
        self.owner: HeadlessProcess | None = None

    async def client(self, name: str, *more: object) -> HeadlessProcess:
        client = HeadlessProcess(self.folder / name, *more)
        self.started.append(client)
        await client.start()
        return client

    async def join(self, name: str) -> HeadlessProcess:
        client = await self.client(name)
        invite = self.server.hello["invite"] if self.owner is None else (await self.owner.do("invite"))["invite"]
        email = f"{name.lower()}@example.org"
        client.user = (await client.do("join", invite=invite, name=name, email=email, password=password(name)))["user"]
        await client.until("synced")
        self.owner = self.owner or client
        return client

    async def sign_in(self, name: str, profile: str) -> HeadlessProcess:
        client = await self.client(profile)
        hello = self.server.hello
        await client.do(
            "sign_in",
            server=hello["listening"],
            fingerprint=hello["fingerprint"],
            email=f"{name.lower()}@example.org",
            password=password(name),
        )
        await client.until("synced")
        return client

    async def restart_server(self) -> None:
        self.server = ServerProcess(self.folder / "server", self.server.port)
        self.started.append(self.server)
        await self.server.start()


def password(name: str) -> str:
    return f"pass phrase of {name}"


@asynccontextmanager
async def team(folder: Path) -> AsyncIterator[Team]:
    """A running server; everything that was started is gone at the end."""
    there = Team(folder)
    try:
        await there.server.start()
        yield there
    finally:
        for process in there.started:
            if process._process is not None:
                await process.kill()
