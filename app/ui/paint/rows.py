"""What the painters are fed: small frozen rows that hold exactly what is shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

SyncState = Literal["", "waiting", "sending", "rejected"]
LinkState = Literal["connected", "connecting", "offline"]
PendingState = Literal["waiting", "sending", "sent", "rejected"]

TEXT_MOST: Final = 300
"""Letters of one line handed to the layout; a word of a megabyte would stall it for seconds."""


def one_line(text: str, most: int = TEXT_MOST) -> str:
    """The text cut to `most` letters with its line breaks turned to spaces: what one row can show."""
    if len(text) > most:
        text = text[:most] + "…"
    return text.replace("\n", " ").replace("\r", " ").replace("\u2028", " ").replace("\u2029", " ")


@dataclass(frozen=True, slots=True)
class PersonChip:
    """A person as shown: the slot decides the colour (tokens.people), the initials are always shown."""

    id: str
    name: str
    initials: str
    colour_slot: int = 0
    is_you: bool = False

    @property
    def first_name(self) -> str:
        """The first word of the name."""
        return self.name.split(" ", 1)[0] if self.name else self.initials


@dataclass(frozen=True, slots=True)
class LabelChip:
    """A label: its words and the slot of its dot (tokens.label)."""

    id: str
    name: str
    colour_slot: int = 0


@dataclass(frozen=True, slots=True)
class TaskRow:
    """One task in a list. A new object for every change: painters keep layouts by identity."""

    id: str
    title: str
    status: str = "todo"
    priority: int = 0
    labels: tuple[LabelChip, ...] = ()
    assignees: tuple[PersonChip, ...] = ()
    due_text: str = ""
    due_late: bool = False
    comment_count: int = 0
    checklist_done: int = 0
    checklist_total: int = 0
    has_files: bool = False
    sync_state: SyncState = ""
    sync_reason: str = ""
    editing_by: PersonChip | None = None
    view_only: bool = False
    checked: bool = False

    @property
    def finished(self) -> bool:
        """Whether the title is shown quietly."""
        return self.status in ("done", "cancelled")


@dataclass(frozen=True, slots=True)
class GroupRow:
    """The header above the tasks of one group."""

    key: str
    title: str
    count: int
    collapsed: bool = False
    can_add: bool = True


ListRow = TaskRow | GroupRow


@dataclass(frozen=True, slots=True)
class PendingRow:
    """One change that is not sent yet. `icon` names a Lucide icon; `progress` is 0.0 to 1.0, or None."""

    id: str
    icon: str
    item: str
    what: str
    when: str
    state: PendingState = "waiting"
    reason: str = ""
    progress: float | None = None
    has_file: bool = False


@dataclass(frozen=True, slots=True)
class Reaction:
    """An emoji under a comment, how many gave it, and whether you did."""

    emoji: str
    count: int
    mine: bool = False


@dataclass(frozen=True, slots=True)
class CommentRow:
    """One comment. `body` is plain text and may have several lines."""

    id: str
    author: PersonChip
    time_text: str
    body: str
    is_reply: bool = False
    sync_state: SyncState = ""
    reactions: tuple[Reaction, ...] = ()
    edited: bool = False
    full_time: str = ""


@dataclass(frozen=True, slots=True)
class ActivityRow:
    """One sentence of what happened: who, a quiet verb, and the things it names."""

    id: str
    person: PersonChip
    verb: str
    item: str
    time_text: str
    before: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class Presence:
    """A person who is here: editing, only viewing, or away."""

    person: PersonChip
    editing: bool = False
    away: bool = False


@dataclass(frozen=True, slots=True)
class LightState:
    """What the connection light says. `retry_in` is in whole seconds, or None when nothing is planned."""

    link: LinkState
    pending: int = 0
    rejected: int = 0
    retry_in: int | None = None
    sending: bool = False
