"""Standard input to requests, answers and events to standard output, until the end."""

import asyncio
import signal
import sys
import time
from pathlib import Path
from typing import Any

import msgspec

import app.headless.requests  # noqa: F401 - registers what can be asked
from app.client.client import Client
from app.headless.events import event_line
from app.headless.lines import LineReader, LineWriter
from app.headless.registry import Outcome, Result, find
from app.model.change import Refusal
from app.sync.events import Show, Tell

SLICE_S = 0.004
"""Requests are handled for at most this long before the connection gets its turn."""
ENDING_S = 5.0
"""How long the end waits for answers that are still due."""
ANSWER_CODES = {"bad_value": "bad_request"}
"""A server's word for a value is that of an event; to a request it is the request that is wrong."""

_encode = msgspec.json.Encoder().encode


class Face:
    """One run: each line begins in its order; what must be waited for is answered when it is there."""

    def __init__(self, client: Client, reader: LineReader, writer: LineWriter) -> None:
        self._client = client
        self._reader = reader
        self._writer = writer
        self._due: set[asyncio.Task[None]] = set()

    def hear(self, said: Tell | Show) -> None:
        """What the client tells becomes a line."""
        event = event_line(said, time.time())
        if event is not None:
            self._write(event)

    async def run(self) -> None:
        """Until the lines end or one says `quit`; answers that are due are waited for, within ENDING_S."""
        busy = 0.0
        while (line := await self._reader.next()) is not None:
            began = time.perf_counter()
            if not await self._one(line):
                break
            busy += time.perf_counter() - began
            if busy > SLICE_S:
                await asyncio.sleep(0)
                busy = 0.0
        if self._due:
            await asyncio.wait(self._due, timeout=ENDING_S)
        for task in list(self._due):
            task.cancel()

    async def _one(self, line: bytes) -> bool:
        """False when the line says `quit`."""
        id_: Any = None
        try:
            asked = _parsed(line)
            id_ = asked.pop("id", None)
            if isinstance(id_, dict | list):
                id_ = None
                raise Refusal("bad_request", "The id of a request is a text, a number, true, false or null.")
            do = asked.pop("do", None)
            if do == "quit":
                await self._quit(id_)
                return False
            outcome = await find(do).call(self._client, asked)
        except Refusal as refusal:
            self._refuse(id_, refusal)
        else:
            self._answer(id_, outcome)
        return True

    async def _quit(self, id_: Any) -> None:
        if self._due:
            await asyncio.wait(self._due, timeout=ENDING_S)
        self._write({"id": id_, "ok": True, "result": {}})

    def _answer(self, id_: Any, outcome: Outcome) -> None:
        if isinstance(outcome, dict):
            self._write({"id": id_, "ok": True, "result": outcome})
            return
        task = asyncio.ensure_future(self._answer_later(id_, outcome))
        self._due.add(task)
        task.add_done_callback(self._due.discard)

    async def _answer_later(self, id_: Any, outcome: "asyncio.Future[Result]") -> None:
        try:
            self._write({"id": id_, "ok": True, "result": await outcome})
        except Refusal as refusal:
            self._refuse(id_, refusal)

    def _refuse(self, id_: Any, refusal: Refusal) -> None:
        code = ANSWER_CODES.get(refusal.code, refusal.code)
        error: Result = {"code": code, "message": refusal.text}
        retry_after = getattr(refusal, "retry_after", 0.0)
        if retry_after:
            error["retry_after"] = retry_after
        self._write({"id": id_, "ok": False, "error": error})

    def _write(self, line: Result) -> None:
        self._writer.write(_encode(line) + b"\n")


def _parsed(line: bytes) -> dict[str, Any]:
    try:
        asked = msgspec.json.decode(line)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise Refusal("bad_request", "This line is no JSON.") from None
    if not isinstance(asked, dict):
        raise Refusal("bad_request", "A request is a JSON object.")
    return asked


async def main(profile: Path, token_file: Path | None) -> int:
    """Opens the profile and serves it. Raises Refusal when it cannot be used, BrokenPipeError when nobody reads."""
    async with await _opened(profile, token_file) as client:
        for note in client.notes:
            print(note, file=sys.stderr, flush=True)
        reader, writer = LineReader(sys.stdin.fileno()), LineWriter(sys.stdout.fileno())
        face = Face(client, reader, writer)
        client.listen(face.hear)
        _on_signals(reader)
        client.start()
        await client.loaded()
        await _first_of(asyncio.create_task(face.run()), client.broken, asyncio.create_task(writer.gone.wait()))
        gone = writer.gone.is_set()
    await writer.close()
    if gone:
        raise BrokenPipeError
    return 0


async def _opened(profile: Path, token_file: Path | None) -> Client:
    """The client; what hinders it is also said as a `notice`, for who reads standard output only."""
    try:
        return await Client.open(profile, token_file=token_file)
    except Refusal as refusal:
        said = {"code": refusal.code, "message": refusal.text, "items": []}
        event = event_line(Tell("notice", said), time.time())
        print(_encode(event).decode(), flush=True)
        raise


def _on_signals(reader: LineReader) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        try:
            loop.add_signal_handler(number, reader.end)
        except NotImplementedError:  # Windows: the process just ends; what was answered is saved
            return


async def _first_of(run: "asyncio.Task[None]", broken: "asyncio.Future[None]", gone: "asyncio.Task[Any]") -> None:
    """Ends with the first of them, and raises what broke the client."""
    try:
        await asyncio.wait({run, broken, gone}, return_when=asyncio.FIRST_COMPLETED)
        for done in (run, broken):
            if done.done():
                done.result()
    finally:
        run.cancel()
        gone.cancel()
        await asyncio.gather(run, gone, return_exceptions=True)
