"""The server's log: JSON lines on standard error, without content and without secrets."""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any, TextIO

import structlog

SECRET = frozenset({"password", "secret", "token", "invite", "authorization", "frame", "text", "email"})


def configure(stream: TextIO | None = None) -> None:
    """Sets up structlog; what libraries log through the standard module comes the same way, warnings and above."""
    stream = stream or sys.stderr
    shared: list[Any] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        without_secrets,
    ]
    structlog.configure(
        processors=[*shared, structlog.processors.JSONRenderer()],
        logger_factory=structlog.PrintLoggerFactory(stream),
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(_Plain())
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)


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
