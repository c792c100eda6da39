"""Events as lines: what the client tells, under the names and fields of HEADLESS.md."""

from app.headless.registry import Result
from app.sync.events import Show, Tell

EVENTS = (
    "status",
    "change",
    "confirmed",
    "rejected",
    "presence",
    "notification",
    "conflict",
    "revoked",
    "progress",
    "synced",
    "notice",
)


def event_line(said: Tell | Show, now: float) -> Result | None:
    """The event of what was told, `at` in Unix seconds; None for what only a window is told."""
    if isinstance(said, Show) or said.name not in EVENTS:
        return None
    return {"event": said.name, "at": now, **said.fields}
