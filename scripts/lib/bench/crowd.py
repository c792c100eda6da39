"""Many bare connections in one process: they read everything, answer pings, and edit or pour in tasks when asked."""

import argparse
import asyncio
import random
import ssl
import sys
import time
import uuid
from time import perf_counter
from typing import Any

import uvloop
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from app.model.change import Change, encode_change
from app.protocol.codec import decode_from_server, encode
from app.protocol.limits import CHANGES_PER_PUSH_MAX
from app.protocol.messages import Hello, Ping, Pong, Push, Welcome
from scripts.lib.bench.child import answer_requests
from scripts.lib.bench.stage import Seat

PING_BYTES_MAX = 64
"""Only what is as short as a ping is decoded: the crowd must not take the processors from who is measured."""


class Guest:
    """One connection that keeps nothing of what it reads."""

    def __init__(self, seat: Seat, socket: ClientConnection) -> None:
        self.seat = seat
        self._socket = socket
        self._n = 0
        self._head: dict[str, int] = {}
        self.frames = 0
        self._more = asyncio.Event()
        self._reader: asyncio.Task[None] | None = None

    async def enter(self) -> None:
        """Say hello; returns with the welcome."""
        await self._socket.send(encode(Hello(self.seat.token, self.seat.device, (1, 1), time.time(), caps=["zstd"])))
        while not isinstance(welcome := decode_from_server(await self._socket.recv(decode=False)), Welcome):
            pass
        self._n = welcome.highest
        self._head = {channel: seq for channel, (_, seq) in welcome.heads.items()}
        self._reader = asyncio.create_task(self._read())

    async def _read(self) -> None:
        try:
            while True:
                frame = await self._socket.recv(decode=False)
                self.frames += 1
                self._more.set()
                if len(frame) <= PING_BYTES_MAX:
                    message = decode_from_server(frame)
                    if isinstance(message, Ping):
                        await self._socket.send(encode(Pong(message.clock, time.time())))
        except ConnectionClosed:
            return

    async def quiet(self, seconds: float) -> None:
        """Returns once nothing has come for so long."""
        while True:
            self._more.clear()
            try:
                async with asyncio.timeout(seconds):
                    await self._more.wait()
            except TimeoutError:
                return

    def change(self, verb: Any, project: str, item: str, fields: dict[str, Any]) -> bytes:
        """A change of a task, as it is sent."""
        self._n += 1
        now, channel = time.time(), f"p:{project}"
        base = self._head.get(channel, 0)
        return encode_change(Change(self._n, channel, verb, "task", [item], base, now, now, "g", fields=fields))

    async def push(self, changes: list[bytes]) -> None:
        """Send them; waits only where the socket does."""
        await self._socket.send(encode(Push(changes)))

    async def leave(self) -> None:
        """Hang up."""
        await self._socket.close()
        if self._reader is not None:
            await self._reader


class Crowd:
    """All of them."""

    def __init__(self) -> None:
        self.guests: list[Guest] = []

    async def enter(self, url: str, seats: list[list[str]]) -> int:
        """Connect one for each seat; how many there are now."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        for user, device, token in seats:
            socket = await connect(f"{url}/sync", ssl=context, compression=None, ping_interval=None, proxy=None)
            guest = Guest(Seat(user, device, token), socket)
            await guest.enter()
            self.guests.append(guest)
        await self.guests[-1].quiet(0.5)
        return len(self.guests)

    async def edit(self, project: str, items: list[str], per_s: float, seconds: float) -> int:
        """Everybody edits at random moments, together `per_s`; how many edits that were."""
        end, count = perf_counter() + seconds, 0
        while perf_counter() < end:
            await asyncio.sleep(random.expovariate(per_s))
            place = random.randrange(len(self.guests))
            guest, item = self.guests[place], items[place % len(items)]
            await guest.push([guest.change("set", project, item, {"title": f"Somebody's edit {count}"})])
            count += 1
        return count

    async def pour(self, project: str, count: int) -> dict[str, float]:
        """The first one makes so many tasks as fast as the server takes them: when it began and when all came back."""
        guest = self.guests[0]
        began = perf_counter()
        made: list[bytes] = []
        for number in range(count):
            fields = {"project": project, "title": f"Poured in as number {number}", "status": "todo"}
            made.append(guest.change("create", project, str(uuid.uuid4()), fields))
            if len(made) == CHANGES_PER_PUSH_MAX or number == count - 1:
                await guest.push(made)
                made = []
        sent = perf_counter()
        await guest.quiet(1.0)
        return {"began": began, "sent": sent, "ended": perf_counter() - 1.0}

    async def frames(self) -> int:
        """How many frames all have read."""
        return sum(guest.frames for guest in self.guests)

    async def leave(self) -> None:
        """Everybody hangs up."""
        for guest in self.guests:
            await guest.leave()
        self.guests = []


async def main() -> None:
    crowd = Crowd()
    names = ("enter", "edit", "pour", "frames", "leave")
    await answer_requests({name: getattr(crowd, name) for name in names})
    await crowd.leave()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.parse_args()
    sys.exit(uvloop.run(main()))
