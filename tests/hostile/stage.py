"""A server, an honest person on it, and an attacker with an account: each attack may end only its own connection."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, MutableMapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import Any

import structlog
from websockets.exceptions import ConnectionClosed

from app.protocol.messages import Ack, Answer, Granted, Request
from app.server.server import Server
from tests.server.guest import Guest, running


@dataclass
class Stage:
    """Who is there. `log` is what the server logged."""

    server: Server
    honest: Guest
    mallory: Guest
    project: str
    log: list[MutableMapping[str, Any]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return self.server.announcement["listening"]

    @asynccontextmanager
    async def attacker(self, **hello: Any) -> AsyncIterator[Guest]:
        """A fresh connection of the attacker's device, in session."""
        async with Guest(self.url).takes_over(self.mallory) as guest:
            await guest.hello(**hello)
            yield guest
            self.mallory.n = guest.n

    async def honest_works(self) -> float:
        """The honest person's push is answered; the seconds it took."""
        started = perf_counter()
        ack = await self.honest.push(self.honest.task(self.project)[1])
        assert ack.results[-1].status == "applied"
        return perf_counter() - started

    def defects(self) -> list[MutableMapping[str, Any]]:
        return [line for line in self.log if line["log_level"] == "error"]


@asynccontextmanager
async def stage(data: Path) -> AsyncIterator[Stage]:
    with structlog.testing.capture_logs() as log:
        async with running(data) as server:
            url = server.announcement["listening"]
            async with Guest(url) as honest:
                assert isinstance(await honest.join(server.announcement["invite"]), Granted)
                await honest.hello()
                await honest.say(Request(1, "invite", {}))
                invite = (await honest.get(Answer)).result["invite"]
                project, change = honest.project()
                await honest.push(change)
                async with Guest(url) as mallory:
                    assert isinstance(await mallory.join(invite, "Mallory"), Granted)
                scene = Stage(server, honest, mallory, project, log)
                yield scene
                await scene.honest_works()
        assert scene.defects() == []
        assert "Traceback" not in str(log)


async def closes(guest: Guest, attack: Callable[[], Any]) -> int | None:
    """The attack ends the attacker's connection; the close code."""
    try:
        await attack()
    except ConnectionClosed:
        pass
    return await guest.ending()


def resident_bytes() -> int:
    """Memory of this process, server and clients together."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


async def flood(guest: Guest, frames: list[bytes]) -> None:
    """Sends as fast as the socket takes it, reading what comes meanwhile."""
    assert guest.socket is not None
    reader = asyncio.create_task(guest.ending())
    try:
        for frame in frames:
            await guest.socket.send(frame)
    except ConnectionClosed:
        pass
    finally:
        reader.cancel()
        await asyncio.gather(reader, return_exceptions=True)


def acknowledged(guest: Guest) -> int:
    return sum(len(message.results) for message in guest.arrived if isinstance(message, Ack))
