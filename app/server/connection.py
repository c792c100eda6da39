"""One connection: messages in, one after the other; frames out, through a queue that knows when it is too long."""

import asyncio
from collections import deque
from collections.abc import Callable
from time import perf_counter

from websockets.asyncio.server import ServerConnection, broadcast
from websockets.exceptions import ConnectionClosed
from websockets.protocol import State

from app.hub.events import BadFrameReceived, Drained, Event, Lagging, Received
from app.protocol.codec import BadFrame, decode_from_client
from app.protocol.limits import SEND_QUEUE_BYTES_MAX, SEND_QUEUE_FRAMES_MAX

WRITE_NOW_BYTES_MAX = 64 << 10
"""While the socket holds less than this, frames go to it directly."""
OVERFLOW = 8
"""Times the queue's bounds at which a connection that never reads is cut, loads not counted."""
UNCOMMITTED_MAX = 256
"""Changes of one connection without an outcome; beyond, its frames are left unread (SYNC 4)."""
SLICE_S = 0.004
"""Messages of one connection are handled for at most this long before others get their turn."""
FAREWELL_S = 1.0
"""How long what is queued may take to go out before a connection is closed, and closing itself."""
REVOKED_S = 0.08


class Connection:
    """`post` hands facts to the engine; `name` is what it calls this connection, `address` where it comes from."""

    def __init__(self, name: str, wire: ServerConnection, address: str, post: Callable[[Event], None]) -> None:
        self.name, self.address = name, address
        self._wire, self._post = wire, post
        self._queue: deque[bytes] = deque()
        self._queued_bytes = 0
        self._allowed_bytes = 0
        self._allowed_frames = 0
        self._is_lagging = False
        self._uncommitted = 0
        self._may_read = asyncio.Event()
        self._may_read.set()
        self._is_held = False
        self._more = asyncio.Event()
        self._empty = asyncio.Event()
        self._empty.set()
        self._closing: asyncio.Task[None] | None = None
        self._writer = asyncio.create_task(self._write(), name=f"write {name}")

    # -- in ----------------------------------------------------------------------------------------------------------

    async def read(self) -> None:
        """Hands over what comes until the connection ends. A connection with much uncommitted is left unread."""
        try:
            while True:
                started = perf_counter()
                while perf_counter() - started < SLICE_S:
                    if not self._may_read.is_set():
                        await self._may_read.wait()
                    self._hear(await self._wire.recv())
                await asyncio.sleep(0)
        except ConnectionClosed:
            pass
        finally:
            self._writer.cancel()
            ending = [self._writer] if self._closing is None else [self._writer, self._closing]
            await asyncio.gather(*ending, return_exceptions=True)

    def _hear(self, frame: str | bytes) -> None:
        try:
            if isinstance(frame, str):
                raise BadFrame("a text frame")
            message = decode_from_client(frame)
        except BadFrame as bad:
            self._post(BadFrameReceived(self.name, str(bad)))
        else:
            self._post(Received(self.name, message))

    def submitted(self, count: int) -> None:
        """So many changes of this connection wait for a commit."""
        self._uncommitted += count
        self._look()

    def decided(self, count: int) -> None:
        """So many have an outcome."""
        self._uncommitted -= count
        self._look()

    def hold(self) -> None:
        """Reads nothing more: the server ends."""
        self._is_held = True
        self._look()

    def _look(self) -> None:
        if self._is_held or self._uncommitted >= UNCOMMITTED_MAX:
            self._may_read.clear()
        else:
            self._may_read.set()

    # -- out ---------------------------------------------------------------------------------------------------------

    def send(self, frame: bytes) -> None:
        """Sends one frame, at once where the socket takes it. Never waits."""
        if self._closing is not None or self._wire.state is not State.OPEN:
            return
        if not self._queue and self._wire.transport.get_write_buffer_size() < WRITE_NOW_BYTES_MAX:
            broadcast((self._wire,), frame)
            return
        self._queue.append(frame)
        self._queued_bytes += len(frame)
        self._more.set()
        self._empty.clear()
        self._watch()

    def send_loaded(self, frames: list[bytes]) -> None:
        """Sends the frames of a load, which may be longer than the queue should be."""
        if self._queue or len(frames) > 1:
            self._allowed_frames += len(frames)
            self._allowed_bytes += sum(len(frame) for frame in frames)
        for frame in frames:
            self.send(frame)

    def _watch(self) -> None:
        frames, bytes_ = len(self._queue), self._queued_bytes
        if not self._is_lagging and (frames > SEND_QUEUE_FRAMES_MAX or bytes_ > SEND_QUEUE_BYTES_MAX):
            self._is_lagging = True
            self._post(Lagging(self.name))
        frames_max = SEND_QUEUE_FRAMES_MAX * OVERFLOW + self._allowed_frames
        if frames > frames_max or bytes_ > SEND_QUEUE_BYTES_MAX * OVERFLOW + self._allowed_bytes:
            self.cut()

    async def _write(self) -> None:
        try:
            while True:
                await self._more.wait()
                while self._queue:
                    # Stays in the queue until it is written, so that nothing overtakes it.
                    await self._wire.send(self._queue[0])
                    self._queued_bytes -= len(self._queue.popleft())
                self._more.clear()
                self._empty.set()
                self._allowed_bytes = self._allowed_frames = 0
                if self._is_lagging:
                    self._is_lagging = False
                    self._post(Drained(self.name))
        except ConnectionClosed:
            return  # the reader says so

    # -- the end -----------------------------------------------------------------------------------------------------

    def close(self, code: int, reason: str) -> None:
        """Sends what is queued, says goodbye and ends; cut when that takes too long."""
        if self._closing is None:
            limit_s = REVOKED_S if reason == "signed_out" else FAREWELL_S
            self._closing = asyncio.create_task(self._close(code, reason, limit_s), name=f"close {self.name}")

    async def _close(self, code: int, reason: str, limit_s: float) -> None:
        self._is_held = False
        self._may_read.set()
        try:
            async with asyncio.timeout(limit_s):
                await self._empty.wait()
                await self._wire.close(code, reason)
        except TimeoutError:
            pass
        finally:
            self.cut()

    def cut(self) -> None:
        """Ends the connection at once, without a word."""
        self._wire.transport.abort()
