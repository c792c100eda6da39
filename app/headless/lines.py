"""Lines in from a file descriptor and out to one, neither of which may hold up the loop."""

import asyncio
import os
import select
import threading
from collections import deque

LINE_BYTES_MAX = 16 << 20
"""A longer line is no request; it is skipped to its end without being kept."""
CHUNK_BYTES = 1 << 16
CHUNKS_AHEAD_MAX = 64
"""So much is read ahead of what is handled; then whoever writes to us waits."""
ATOMIC_BYTES = 4096
"""A pipe that select calls writable takes this much without blocking (PIPE_BUF)."""
ENDING_S = 2.0


class LineReader:
    """Reads a descriptor on a thread of its own, for a regular file cannot be awaited. `None` is the end.

    A line that is too long is given as `b""`, like an empty one: both are no request.
    """

    def __init__(self, descriptor: int, line_bytes_max: int = LINE_BYTES_MAX) -> None:
        self._descriptor = descriptor
        self._line_bytes_max = line_bytes_max
        self._loop = asyncio.get_running_loop()
        self._room = threading.Semaphore(CHUNKS_AHEAD_MAX)
        self._chunks: asyncio.Queue[list[bytes | None]] = asyncio.Queue()
        self._lines: deque[bytes | None] = deque()
        threading.Thread(target=self._read, name="standard input", daemon=True).start()

    async def next(self) -> bytes | None:
        """The next line without its end."""
        while not self._lines:
            self._lines.extend(await self._chunks.get())
            self._room.release()
        return self._lines.popleft()

    def end(self) -> None:
        """No more lines: `next` gives None after what was read."""
        self._chunks.put_nowait([None])
        self._lines.append(None)

    def _read(self) -> None:
        rest, skipping = b"", False
        while True:
            try:
                chunk = os.read(self._descriptor, CHUNK_BYTES)
            except OSError:
                chunk = b""
            *whole, rest = (rest + chunk).split(b"\n") if chunk else (rest, b"")
            lines: list[bytes | None] = []
            for line in whole:
                if chunk or line or skipping:
                    lines.append(b"" if skipping or len(line) > self._line_bytes_max else line)
                skipping = False
            if len(rest) > self._line_bytes_max:
                rest, skipping = b"", True
            if not chunk:
                lines.append(None)
            if lines and not self._give(lines):
                return
            if not chunk:
                return

    def _give(self, lines: list[bytes | None]) -> bool:
        self._room.acquire()
        try:
            self._loop.call_soon_threadsafe(self._chunks.put_nowait, lines)
        except RuntimeError:  # the loop has ended meanwhile
            return False
        return True


class LineWriter:
    """Writes each line at once. While the reader of our output is slow, a thread waits for it and the loop does not.

    `gone` is set once nobody reads any more.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._loop = asyncio.get_running_loop()
        self._waiting: deque[bytes] = deque()
        self._more = threading.Condition()
        self._ending = False
        self._thread: threading.Thread | None = None
        self.gone = asyncio.Event()

    def write(self, line: bytes) -> None:
        """One line with its end."""
        if self.gone.is_set():
            return
        with self._more:
            if self._waiting or len(line) > ATOMIC_BYTES or not self._takes():
                self._waiting.append(line)
                self._hand_over()
                return
        try:
            _write_all(self._descriptor, line)
        except OSError:
            self.gone.set()

    async def close(self) -> None:
        """Waits a moment for what is not written yet."""
        with self._more:
            self._ending = True
            self._more.notify()
        if self._thread is not None:
            await asyncio.to_thread(self._thread.join, ENDING_S)

    def _takes(self) -> bool:
        try:
            return bool(select.select([], [self._descriptor], [], 0)[1])
        except (OSError, ValueError):  # a descriptor that select does not know: the thread waits for it
            return False

    def _hand_over(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._drain, name="standard output", daemon=True)
            self._thread.start()
        self._more.notify()

    def _drain(self) -> None:
        while True:
            with self._more:
                self._more.wait_for(lambda: self._waiting or self._ending)
                if not self._waiting:
                    return
                line = self._waiting[0]
            try:
                _write_all(self._descriptor, line)
            except OSError:
                self._loop.call_soon_threadsafe(self.gone.set)
                return
            with self._more:
                self._waiting.popleft()  # only now: until it is written nothing may overtake it


def _write_all(descriptor: int, line: bytes) -> None:
    rest = memoryview(line)
    while rest:
        rest = rest[os.write(descriptor, rest) :]
