"""The server's log: JSON lines on standard error, without content and without secrets."""

import contextlib
import logging
import queue
import sys
import threading
import time
from collections.abc import MutableMapping
from typing import Any, TextIO, cast

import structlog

SECRET = frozenset({"password", "secret", "token", "invite", "authorization", "frame", "text", "email"})

LINES_WAITING_MAX = 10_000
FINISH_S = 0.5


def configure(stream: TextIO | None = None) -> None:
    """Sets up structlog; what libraries log through the standard module comes the same way, warnings and above."""
    stream = stream or cast(TextIO, Unblocking(sys.stderr))
    shared: list[Any] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        without_secrets,
    ]
    structlog.configure(
        processors=[*shared, structlog.processors.JSONRenderer()],
        logger_factory=structlog.WriteLoggerFactory(stream),
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(_Plain())
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)


class Unblocking:
    """A stream that never makes the server wait for who reads its log: lines go out in a thread, and beyond
    LINES_WAITING_MAX they are dropped."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._lines: queue.Queue[str] = queue.Queue(LINES_WAITING_MAX)
        threading.Thread(target=self._write, name="log", daemon=True).start()

    def write(self, line: str) -> int:
        """Queues a line."""
        with contextlib.suppress(queue.Full):
            self._lines.put_nowait(line)
        return len(line)

    def flush(self) -> None:
        """Nothing: `finish` waits."""

    def finish(self) -> None:
        """Waits a moment for the last lines to go out."""
        deadline = time.monotonic() + FINISH_S
        while self._lines.unfinished_tasks and time.monotonic() < deadline:
            time.sleep(0.001)

    def _write(self) -> None:
        while True:
            line = self._lines.get()
            try:
                self._stream.write(line)
                self._stream.flush()
            except (OSError, ValueError):
                pass  # nobody reads the log any more
            self._lines.task_done()


def finish() -> None:
    """Lets the last lines out before the process ends."""
    for handler in logging.getLogger().handlers:
        stream = getattr(handler, "stream", None)
        if isinstance(stream, Unblocking):
            stream.finish()


def without_secrets(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Takes out what must not be in a log, whoever put it there."""
    for name in SECRET & event.keys():
        event[name] = "(not logged)"
    return event


def defect(name: str, error: BaseException) -> None:
    """Logs an error of ours by its kind and place: its text and its frames' values could quote content."""
    structlog.get_logger().error(name, error=type(error).__name__, at=place_of(error))


def place_of(error: BaseException) -> str:
    """File and line where an exception was raised."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return "" if trace is None else f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}"


class _Plain(logging.Formatter):
    """One JSON line a record, never a traceback."""

    def format(self, record: logging.LogRecord) -> str:
        error = record.exc_info[1] if record.exc_info else None
        event: dict[str, Any] = {"event": record.getMessage().splitlines()[0][:300] if record.msg else ""}
        event |= {"logger": record.name, "level": record.levelname.lower()}
        if error is not None:
            event |= {"error": type(error).__name__, "at": place_of(error)}
        stamped = structlog.processors.TimeStamper(fmt="iso", utc=True)(None, "", event)
        return str(structlog.processors.JSONRenderer()(None, "", stamped))
