"""Who may do what: `may(actor, …)` is asked at commit and at send, from the first day (SYNC 9)."""

from dataclasses import dataclass

from app.model.change import Change, Refusal
from app.model.identity import owner_of
from app.model.kinds import KINDS
from app.model.row import Row


@dataclass(frozen=True)
class Actor:
    """Who acts: an account's user id, workspace and role, as the database says it in this transaction."""

    user: str
    workspace: str
    role: str


def may_read(actor: Actor, channel: str, project: Row | None) -> bool:
    """Whether the actor may read a channel; `project` is the row at the head of a `p:` channel."""
    if channel.startswith("w:"):
        return owner_of(channel) == actor.workspace
    if channel.startswith("u:"):
        return owner_of(channel) == actor.user
    return actor.role in ("owner", "admin", "member") and project is not None and not project.value("private")


def check_change(actor: Actor, change: Change, row: Row | None, project: Row | None) -> None:
    """Raises Refusal when the actor may not make this change to `row` (None for a creation).

    What may not be read is refused in the same words as what is not there (FAULTS D59).
    """
    kind = KINDS[change.kind]
    creates_channel = change.verb == "create" and kind.name == "project"
    if actor.role not in ("owner", "admin", "member"):
        raise Refusal("not_allowed", "Your role does not allow changes here.")
    if not creates_channel and not may_read(actor, change.ch, project):
        raise Refusal("not_found", "This item does not exist, or you have no access to it.")
    if kind.name == "workspace" and actor.role not in ("owner", "admin"):
        raise Refusal("not_allowed", "Only an owner or an admin may change the workspace.")
    if change.fields.get("private"):
        raise Refusal("not_available", "Private projects are not available on this server.")
    if row is not None:
        _check_own(actor, change, row)
    if project is not None and project.value("archived") and not _unarchives(change):
        raise Refusal("archived", "This project is archived. Nothing in it can be changed.")
    _check_reactions(actor, change)


def _check_own(actor: Actor, change: Change, row: Row) -> None:
    kind = KINDS[change.kind]
    own_fields = [name for name in change.fields if name in kind.fields and kind.fields[name].own]
    deletes = change.verb in ("delete", "restore") and any(field.own for field in kind.fields.values())
    if own_fields and row.created_by != actor.user:
        raise Refusal("not_allowed", "Only its author may edit this.")
    if deletes and row.created_by != actor.user and actor.role not in ("owner", "admin"):
        raise Refusal("not_allowed", "Only its author, an owner or an admin may delete this.")


def _unarchives(change: Change) -> bool:
    return change.kind == "project" and change.verb == "set" and change.fields == {"archived": False}


def _check_reactions(actor: Actor, change: Change) -> None:
    marks = change.values if change.field == "reactions" else change.fields.get("reactions", [])
    if any(str(mark).partition(":")[0] != actor.user for mark in marks or []):
        raise Refusal("not_allowed", "You can only give and take your own reactions.")


def may_invite(actor: Actor, role: str) -> bool:
    """Whether the actor may invite somebody as `role`: never above their own (FAULTS C47)."""
    rank = {"owner": 3, "admin": 2, "member": 1, "guest": 0}
    return actor.role in ("owner", "admin", "member") and role in rank and rank[role] <= rank[actor.role]
