"""One task as its detail shows it: fields in words, what waits, what is possible and why not."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Final, Literal

from app.model.row import Row
from app.ui.models.detail_times import when_words
from app.ui.models.times import day_of, due_words, long_due_words
from app.ui.paint.names import people_words, priority_word, status_word
from app.ui.paint.rows import LabelChip, PersonChip
from app.ui.session import NOBODY, Session
from app.ui.strings import tr

TaskState = Literal["here", "trashed", "gone"]
QUEUE_LOOKED_THROUGH: Final = 500
"""With a longer queue only the task's own sign is shown, not those of its fields."""
PEOPLE_NAMED: Final = 2


@dataclass(frozen=True, slots=True)
class TaskFacts:
    """What is shown of a task. `locked` says why nothing of it can be changed, or "".

    `waiting` maps a field to what became of its change: waiting, sending or rejected.
    """

    item: str = ""
    state: TaskState = "gone"
    project: str = ""
    project_name: str = ""
    title: str = ""
    status: str = "todo"
    priority: int = 0
    due: date | None = None
    due_words: str = ""
    late: bool = False
    assignees: tuple[PersonChip, ...] = ()
    labels: tuple[LabelChip, ...] = ()
    trashed_by: PersonChip = NOBODY
    locked: str = ""
    sync: str = ""
    waiting: dict[str, str] = field(default_factory=dict)
    made_words: str = ""
    title_by: PersonChip = NOBODY


SHOWN_FIELDS: Final = ("title", "status", "priority", "due", "assignees", "labels")


def task_facts(session: Session, item: str, now: float, today: date) -> TaskFacts:
    """The task as it is seen here; `now` in Unix seconds."""
    row = session.view(item) if item else None
    if row is None or row.kind != "task":
        return TaskFacts(item)
    project = session.view(str(row.value("project")))
    due = day_of(row.value("due"))
    status = str(row.value("status") or "todo")
    late = due is not None and due < today and status not in ("done", "cancelled")
    named = [session.label(one) for one in row.sets.get("labels", ())]
    return TaskFacts(
        item,
        "trashed" if row.trashed else "here",
        str(row.value("project")),
        str((project and project.value("name")) or ""),
        str(row.value("title") or ""),
        status,
        int(row.value("priority") or 0),
        due,
        _due_words(due, today, late) if due is not None else "",
        late,
        _people(session, row),
        tuple(label for label in named if label is not None),
        _author(session, row, "trashed") if row.trashed else NOBODY,
        _why_locked(row, project),
        session.sync_state(item),
        waiting_fields(session, item),
        made_words(session, row, now),
        _author(session, row, "title"),
    )


def changed_fields(before: TaskFacts, after: TaskFacts) -> tuple[str, ...]:
    """The fields of the same task that look different."""
    if before.item != after.item:
        return ()
    return tuple(name for name in SHOWN_FIELDS if getattr(before, name) != getattr(after, name))


def waiting_fields(session: Session, item: str) -> dict[str, str]:
    """Which fields of an item have a change that is not settled."""
    if not session.sync_state(item) or sum(session.client.counts()) > QUEUE_LOOKED_THROUGH:
        return {}
    found: dict[str, str] = {}
    for change in session.pending():
        if item in change.items:
            state = change.state if change.state in ("sending", "rejected") else "waiting"
            found.update(dict.fromkeys(change.fields, state))
    return found


def made_words(session: Session, row: Row, now: float) -> str:
    """Such as "Created by Sarah, 12 Nov · Changed by you, 2 min ago"."""
    made = tr("Created by {name}, {when}", name=_name(session, row.created_by), when=when_words(row.created_at, now))
    if row.changed_at <= row.created_at + 1:
        return made
    when = when_words(row.changed_at, now)
    by = _last_author(row)
    changed = (
        tr("changed by {name}, {when}", name=_name(session, by), when=when) if by else tr("changed {when}", when=when)
    )
    return tr("{made} · {changed}", made=made, changed=changed)


def due_name(facts: TaskFacts) -> str:
    """The due day as a screen reader says it."""
    if facts.due is None:
        return tr("no due date")
    return facts.due_words


def status_name(facts: TaskFacts) -> str:
    """The status as people read it."""
    return status_word(facts.status)


def priority_name(facts: TaskFacts) -> str:
    """The priority as people read it."""
    return priority_word(facts.priority)


def assignees_words(people: tuple[PersonChip, ...]) -> str:
    """Such as "You, Sarah", "You +2"."""
    named = people if len(people) <= PEOPLE_NAMED else people[:1]
    names = [tr("You") if person.is_you else person.first_name for person in named]
    words = tr(", ").join(names)
    more = len(people) - len(names)
    return tr("{names} +{n}", names=words, n=more) if more else words


def typing_words(people: list[PersonChip]) -> str:
    """Such as "Sarah is typing…", "Sarah and Mike are typing…"."""
    if not people:
        return ""
    if len(people) == 1:
        return tr("{name} is typing…", name=people[0].first_name)
    return tr("{names} are typing…", names=people_words(tuple(people)))


def typing_people(session: Session, project: str, item: str) -> list[PersonChip]:
    """Who writes a comment on an item now, without this person."""
    me = session.client.user
    return [
        session.person(one["user"])
        for one in session.people_at(project, item)
        if one["state"] == "typing" and one["user"] != me and one["field"] in (None, "", COMMENT_FIELD)
    ]


COMMENT_FIELD: Final = "comment"
"""What `presence` names while a comment is written."""


@dataclass(slots=True)
class Draft:
    """A comment that is being written: what it answers, or which comment it will replace.

    `kept` is the comment that was being written before an older one was taken up to be edited.
    """

    text: str = ""
    reply_to: str = ""
    editing: str = ""
    kept: str = ""
    kept_reply: str = ""

    @property
    def empty(self) -> bool:
        """Whether there is nothing to send."""
        return not self.text.strip()


class Drafts:
    """A draft for each item, as long as the program runs."""

    def __init__(self) -> None:
        self._drafts: dict[str, Draft] = {}

    def of(self, item: str) -> Draft:
        """The draft of an item; a new one is empty."""
        return self._drafts.setdefault(item, Draft())

    def answer(self, item: str, comment: str) -> None:
        """Let it be a reply ("" for none)."""
        draft = self.of(item)
        self.stop_editing(item)
        draft.reply_to = comment

    def edit(self, item: str, comment: str, body: str) -> None:
        """Take up a comment of this person's to change it."""
        draft = self.of(item)
        if not draft.editing:
            draft.kept, draft.kept_reply = draft.text, draft.reply_to
        draft.text, draft.reply_to, draft.editing = body, "", comment

    def stop_editing(self, item: str) -> None:
        """Go back to the comment that was being written."""
        draft = self.of(item)
        if draft.editing:
            draft.text, draft.reply_to, draft.editing = draft.kept, draft.kept_reply, ""
            draft.kept = draft.kept_reply = ""

    def sent(self, item: str) -> None:
        """The draft became a comment."""
        draft = self.of(item)
        if draft.editing:
            self.stop_editing(item)
        else:
            self._drafts.pop(item, None)

    def give_back(self, item: str, text: str, reply_to: str = "") -> None:
        """A comment that could not be saved comes back, before what was written since."""
        draft = self.of(item)
        if draft.editing:
            draft.kept = "\n".join(part for part in (text, draft.kept) if part)
            return
        draft.text = "\n".join(part for part in (text, draft.text) if part)
        draft.reply_to = draft.reply_to or reply_to


class TitleEdit:
    """The title while it is edited: mine stays in the field whatever another does meanwhile.

    `theirs` is another's new title that came since, with its author.
    """

    def __init__(self) -> None:
        self.base: str | None = None
        self.theirs = ""
        self.by: PersonChip = NOBODY

    @property
    def active(self) -> bool:
        """Whether the title is being changed here."""
        return self.base is not None

    def begin(self, shown: str) -> None:
        """The first letter was typed over what is shown."""
        if self.base is None:
            self.base = shown

    def follow(self, title: str, by: PersonChip) -> str | None:
        """A title came. Answers what the field is to show, or None: it keeps what is in it."""
        if self.base is None:
            return title
        if title != self.base:
            self.theirs, self.by, self.base = title, by, title
        return None

    def end(self, typed: str) -> str | None:
        """What to save, or None when nothing was changed (or all was deleted)."""
        if self.base is None:
            return None
        base, self.base, self.theirs, self.by = self.base, None, "", NOBODY
        wanted = typed.strip()
        return wanted if wanted and wanted != base else None


def _due_words(due: date, today: date, late: bool) -> str:
    return tr("{day}, late", day=due_words(due, today)) if late else long_due_words(due, today)


def _people(session: Session, row: Row) -> tuple[PersonChip, ...]:
    people = map(session.person, row.sets.get("assignees", ()))
    return tuple(sorted(people, key=lambda one: (not one.is_you, one.name.casefold())))


def _why_locked(row: Row, project: Row | None) -> str:
    if row.trashed:
        return tr("This task is in the trash.")
    if project is not None and project.value("archived"):
        return tr("This project is archived. Nothing in it can be changed.")
    return ""


def _author(session: Session, row: Row, name: str) -> PersonChip:
    register = row.registers.get(name)
    return session.person(register.by) if register is not None and register.by else NOBODY


def _last_author(row: Row) -> str:
    """Who wrote last; "" when that was a text's letter, whose author the row does not hold."""
    registers = [*row.registers.values(), *(one for elements in row.sets.values() for one in elements.values())]
    last = max(registers, key=lambda one: one.seq, default=None)
    return last.by if last is not None and not row.texts else ""


def _name(session: Session, user: str) -> str:
    person = session.person(user)
    return tr("you") if person.is_you else person.first_name
