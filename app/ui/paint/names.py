"""What a screen reader says for a row, a light or a person: words for everything shown by shape or colour."""

from __future__ import annotations

from app.ui.paint.rows import CommentRow, GroupRow, LightState, PendingRow, PersonChip, Presence, TaskRow
from app.ui.strings import tr


def status_word(status: str) -> str:
    """The status as people read it, such as "In progress"."""
    words = {
        "backlog": tr("Backlog"),
        "todo": tr("To do"),
        "doing": tr("In progress"),
        "review": tr("In review"),
        "done": tr("Done"),
        "cancelled": tr("Cancelled"),
    }
    return words.get(status, status)


def priority_word(priority: int) -> str:
    """The priority as people read it, 0 (none) to 4 (urgent)."""
    words = (tr("No priority"), tr("Low"), tr("Medium"), tr("High"), tr("Urgent"))
    return words[min(max(priority, 0), 4)]


def link_word(link: str) -> str:
    """The link's state as people read it."""
    words = {"connected": tr("Connected"), "connecting": tr("Connecting"), "offline": tr("Offline")}
    return words[link]


def link_sentence(link: str) -> str:
    """One sentence that says what the state means, for a tooltip."""
    sentences = {
        "connected": tr("Real-time sync is on."),
        "connecting": tr("Establishing the connection."),
        "offline": tr("No connection. You can go on working."),
    }
    return sentences[link]


def sync_word(state: str) -> str:
    """What a sync sign means, in words; empty when everything is sent."""
    words = {
        "waiting": tr("waiting to sync"),
        "sending": tr("sending"),
        "rejected": tr("rejected"),
        "sent": tr("sent"),
    }
    return words.get(state, "")


def light_name(state: LightState) -> str:
    """Such as "Connection: Offline, retrying in 8 seconds, 3 changes waiting"."""
    parts = [tr("Connection: {state}", state=link_word(state.link))]
    if state.link != "connected" and state.retry_in is not None:
        parts.append(tr("retrying in {n} second|retrying in {n} seconds", n=state.retry_in))
    if state.pending:
        parts.append(tr("{n} change waiting|{n} changes waiting", n=state.pending))
    if state.rejected:
        parts.append(tr("{n} change rejected|{n} changes rejected", n=state.rejected))
    return ", ".join(parts)


def people_words(people: tuple[PersonChip, ...]) -> str:
    """Such as "you, Sarah and Mike": you first, others by first name."""
    names = [tr("you") for person in people if person.is_you]
    names += [person.first_name for person in people if not person.is_you]
    if len(names) < 2:
        return names[0] if names else ""
    return tr("{some} and {last}", some=", ".join(names[:-1]), last=names[-1])


def task_row_name(row: TaskRow) -> str:
    """Such as "Launch email, in progress, due Fri 27, assigned to you and Sarah, waiting to sync"."""
    parts = [row.title[:300], status_word(row.status).lower()]
    if row.priority:
        parts.append(tr("{priority} priority", priority=priority_word(row.priority).lower()))
    if row.due_text:
        parts.append(tr("late, due {day}", day=row.due_text) if row.due_late else tr("due {day}", day=row.due_text))
    if row.assignees:
        parts.append(tr("assigned to {people}", people=people_words(row.assignees)))
    if row.labels:
        parts.append(tr("labels {names}", names=", ".join(label.name for label in row.labels[:8])))
    if row.checklist_total:
        done, total = row.checklist_done, row.checklist_total
        parts.append(tr("{done} of {total} steps done", done=done, total=total))
    if row.comment_count:
        parts.append(tr("{n} comment|{n} comments", n=row.comment_count))
    if row.editing_by is not None:
        parts.append(tr("{name} is editing", name=row.editing_by.first_name))
    if row.view_only:
        parts.append(tr("view only"))
    if row.sync_state:
        parts.append(sync_word(row.sync_state))
    if row.sync_reason:
        parts.append(row.sync_reason[:300])
    return ", ".join(parts)


def group_row_name(row: GroupRow) -> str:
    """Such as "In review, 2 tasks, collapsed"."""
    parts = [row.title, tr("{n} task|{n} tasks", n=row.count)]
    if row.collapsed:
        parts.append(tr("collapsed"))
    return ", ".join(parts)


def pending_row_name(row: PendingRow) -> str:
    """Such as "Paid social, Status: To do → In progress, 3 min ago, waiting"."""
    state = {"waiting": tr("waiting"), "sending": tr("sending"), "sent": tr("sent"), "rejected": tr("rejected")}
    parts = [row.item[:300], row.what[:300], row.when, state[row.state], row.reason[:300]]
    return ", ".join(part for part in parts if part)


def presence_name(presence: Presence) -> str:
    """Such as "Sarah Okafor (editing)"; your own is "You"."""
    name = tr("You") if presence.person.is_you else presence.person.name
    if presence.editing:
        return tr("{name} (editing)", name=name)
    return tr("{name} (away)", name=name) if presence.away else name


def comment_row_name(row: CommentRow) -> str:
    """Such as "Sarah Okafor, 2 min: Updated the deadline, waiting to sync"."""
    name = tr("You") if row.author.is_you else row.author.name
    said = tr("{name}, {time}: {text}", name=name, time=row.time_text, text=row.body[:500])
    if row.is_reply:
        said = tr("Reply. {text}", text=said)
    return f"{said}, {sync_word(row.sync_state)}" if row.sync_state else said
