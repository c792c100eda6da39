"""A server of one's own as a child process: started, started again when it dies, and ended with the program."""

import asyncio
import contextlib
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import filelock
import msgspec

import app
from app.model.change import Refusal

START_S = 30.0
"""From the start of the process to the line that says where it listens; a first start makes a key and a database."""
STOP_S = 8.0
"""The server itself ends within 5 s; then it is killed, and loses nothing that it acknowledged."""
AGAIN_S_FIRST, AGAIN_S_MAX = 0.2, 30.0
STEADY_S = 60.0
"""A server that ran as long as this is started again at once."""
LINE_BYTES_MAX = 64 * 1024
SAID_MAX = 40
LOCK = "server.lock"


class Announcement(msgspec.Struct):
    """The line that a server prints: its address, its key's fingerprint, and an invite until it has an owner."""

    listening: str
    fingerprint: str = ""
    invite: str = ""


@dataclass(frozen=True)
class ServerPlace:
    """How a server is run: its folder, the address it listens on, and a new workspace's name."""

    data: Path
    host: str = "127.0.0.1"
    port: int | None = None
    name: str = ""


LEASH = """
import ctypes, os, sys
ctypes.CDLL(None).prctl(1, 15, 0, 0, 0)
if os.getppid() == int(sys.argv[1]):
    os.execv(sys.executable, [sys.executable, *sys.argv[2:]])
"""
"""Run between this program and the server on Linux: PR_SET_PDEATHSIG, so that a kill -9 of this one ends that one
in good order. Set in a process of its own, since code between fork and exec is unsafe beside threads."""


def program() -> list[str]:
    """How this program is started again, before its arguments; with `environment`."""
    return [sys.executable] if getattr(sys, "frozen", False) else [sys.executable, "-m", "app"]


def command(place: ServerPlace) -> list[str]:
    """The command line of the server process."""
    arguments = ["serve", "--data", str(place.data), "--host", place.host]
    if place.port is not None:
        arguments += ["--port", str(place.port)]
    if place.name:
        arguments += ["--name", place.name]
    if sys.platform == "linux" and not getattr(sys, "frozen", False):
        return [sys.executable, "-c", LEASH, str(os.getpid()), *program()[1:], *arguments]
    return [*program(), *arguments]


def environment() -> dict[str, str]:
    """The child finds the same program, wherever it is started."""
    root = str(Path(app.__file__).resolve().parent.parent)
    found = os.environ.get("PYTHONPATH")
    return {**os.environ, "PYTHONPATH": root + (os.pathsep + found if found else "")}


class LocalServer:
    """One server process. `start` first, then it is kept running until `stop`; both belong to the loop's thread.

    `failed` is told a sentence when it died, each time; it is started again with growing pauses up to 30 s.
    """

    def __init__(self, place: ServerPlace, failed: Callable[[str], None] = lambda _: None) -> None:
        self._place = place
        self._failed = failed
        self._process: asyncio.subprocess.Process | None = None
        self._keeper: asyncio.Task[None] | None = None
        self._reader: asyncio.Task[None] | None = None
        self._said: list[str] = []
        self.announcement = Announcement("")

    @property
    def pid(self) -> int | None:
        """The process, or None while none runs (or when another program runs it)."""
        return self._process.pid if self._process is not None and self._process.returncode is None else None

    async def start(self) -> Announcement:
        """Run it. Raises Refusal `storage` with the server's own sentence when it cannot.

        A server that runs already in this folder (its program was killed) is left running and used.
        """
        if self._is_running_elsewhere():
            return self.announcement
        self.announcement = await self._launch()
        self._place = replace(self._place, port=None)  # from now on its folder remembers the port
        self._keeper = asyncio.create_task(self._keep(), name="keep the local server")
        return self.announcement

    async def stop(self) -> None:
        """End it in good order; killed when it does not end within 8 s."""
        keeper, self._keeper = self._keeper, None
        if keeper is not None:
            keeper.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await keeper
        await self._end()

    def _is_running_elsewhere(self) -> bool:
        lock = self._place.data / LOCK
        if not lock.exists():
            return False
        try:
            with filelock.FileLock(lock, timeout=0, mode=0o600):
                return False
        except filelock.Timeout:
            return True
        except OSError:
            return False

    async def _launch(self) -> Announcement:
        process = self._process = await asyncio.create_subprocess_exec(
            *command(self._place),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env=environment(),
            limit=LINE_BYTES_MAX,
            start_new_session=True,  # Ctrl+C in a terminal is for this program, which ends the server in order
        )
        self._said = []
        self._reader = asyncio.create_task(self._listen(process), name="hear the local server")
        assert process.stdout is not None
        try:
            async with asyncio.timeout(START_S):
                line = await process.stdout.readline()
            return msgspec.json.decode(line, type=Announcement)
        except (TimeoutError, ValueError, msgspec.MsgspecError) as error:
            await self._end()
            raise Refusal("storage", self._reason()) from error

    async def _listen(self, process: asyncio.subprocess.Process) -> None:
        """Its log must be read, or it would stop at a full pipe; the last lines tell why it failed."""
        assert process.stderr is not None
        while True:
            try:
                line = await process.stderr.readline()
            except ValueError:  # a line beyond the limit
                continue
            if not line:
                return
            self._said = [*self._said[1 - SAID_MAX :], line.decode("utf-8", "replace").strip()]

    def _reason(self) -> str:
        own = next((line for line in reversed(self._said) if line.startswith("etal: ")), "")
        return own.removeprefix("etal: ") or "The server on this computer could not be started."

    async def _keep(self) -> None:
        loop = asyncio.get_running_loop()
        pause = AGAIN_S_FIRST
        while True:
            assert self._process is not None
            began = loop.time()
            await self._process.wait()
            self._failed("The server on this computer stopped. It is being started again.")
            if loop.time() - began > STEADY_S:
                pause = AGAIN_S_FIRST
            while True:
                await asyncio.sleep(pause)
                pause = min(AGAIN_S_MAX, pause * 2)
                try:
                    self.announcement = await self._launch()
                    break
                except Refusal as refusal:
                    self._failed(refusal.text)

    async def _end(self) -> None:
        process = self._process
        if process is not None and process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
            try:
                async with asyncio.timeout(STOP_S):
                    await process.wait()
            except TimeoutError:
                with contextlib.suppress(ProcessLookupError):
                    process.kill()
                await process.wait()
        if self._reader is not None:
            await self._reader
            self._reader = None
        self._process = None
