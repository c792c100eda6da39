"""A process that answers requests, one JSON line each: how it is started, asked and ended, and its own side."""

import asyncio
import json
import os
import sys
import threading
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

ROOT = Path(__file__).resolve().parents[3]
ANSWER_S = 300.0
LINE_BYTES_MAX = 64 << 20

Request = Callable[..., Awaitable[Any]]


def command(module: str, *arguments: str) -> list[str]:
    """How a module of this folder is run."""
    return [sys.executable, "-P", "-m", f"scripts.lib.bench.{module}", *arguments]


def environment(**more: str) -> dict[str, str]:
    """The children find the same program, and paint on no screen unless one is named."""
    return {"QT_QPA_PLATFORM": "offscreen", **os.environ, "PYTHONPATH": str(ROOT), **more}


class Child:
    """A process of this folder; `async with` starts and ends it."""

    def __init__(self, module: str, *arguments: str) -> None:
        self._command = command(module, *arguments)
        self._process: asyncio.subprocess.Process | None = None

    async def __aenter__(self) -> "Child":
        pipe = asyncio.subprocess.PIPE
        self._process = await asyncio.create_subprocess_exec(
            *self._command, stdin=pipe, stdout=pipe, env=environment(), limit=LINE_BYTES_MAX
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        process = self._process
        assert process is not None and process.stdin is not None
        process.stdin.close()
        try:
            async with asyncio.timeout(10):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()

    async def ask(self, do: str, **arguments: Any) -> Any:
        """What the process answers. Raises RuntimeError with its sentence, or when it has ended."""
        process = self._process
        assert process is not None and process.stdin is not None and process.stdout is not None
        process.stdin.write(json.dumps([do, arguments]).encode() + b"\n")
        async with asyncio.timeout(ANSWER_S):
            line = await process.stdout.readline()
        if not line:
            raise RuntimeError(f"{self._command[3]} ended at “{do}”")
        found = json.loads(line)
        if "error" in found:
            raise RuntimeError(f"{self._command[3]}, “{do}”: {found['error']}")
        return found["answer"]


async def answer_requests(requests: Mapping[str, Request]) -> None:
    """The process's side: answers until its standard input ends. Works on every loop, Qt's too."""
    loop = asyncio.get_running_loop()
    lines: asyncio.Queue[str] = asyncio.Queue()

    def read() -> None:
        for line in sys.stdin:
            loop.call_soon_threadsafe(lines.put_nowait, line)
        loop.call_soon_threadsafe(lines.put_nowait, "")

    threading.Thread(target=read, daemon=True).start()
    while line := await lines.get():
        do, arguments = json.loads(line)
        try:
            found = {"answer": await requests[do](**arguments)}
        except Exception as error:  # noqa: BLE001 - raised again where it was asked
            found = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(found), flush=True)
