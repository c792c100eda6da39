"""Taking back a change that is not sent, and taking that back again."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from app.model.change import Refusal
from app.model.kinds import KINDS
from app.sync.reading import PendingChange
from app.text import transform
from app.text.difference import difference
from app.ui.session import Session
from app.ui.strings import tr


@dataclass
class Taken:
    """What is needed to make given-up changes again: the changes, the texts, and who stood before a moved item."""

    changes: list[PendingChange]
    texts: dict[tuple[str, str], str] = field(default_factory=dict)
    before: dict[str, str] = field(default_factory=dict)


def body_to_copy(session: Session, change: PendingChange) -> str:
    """The words of a refused change, for the clipboard."""
    parts = []
    for name, value in change.fields.items():
        if change.op == "edit":
            parts.append(session.text(change.item, name) or "")
        elif isinstance(value, str):
            parts.append(value)
    return tr("\n").join(part for part in parts if part)


async def take_back(session: Session, change: str) -> None:
    """Give a change up, with what stands on it, and offer to make it again. Raises Refusal when it is being sent."""
    taken = _remember(session, change)
    answer = await session.client.discard(change)
    gone = set(answer.get("discarded") or [change])
    changes = [one for one in taken.changes if one.change in gone]
    ops = {key: difference(session.text(*key) or "", text) for key, text in taken.texts.items()}
    bases = {key: session.text(*key) or "" for key in taken.texts}
    words = tr("Change discarded|{n} changes discarded", n=len(changes))

    def again() -> None:
        for one in changes:
            _make_again(session, one, taken, ops, bases)

    session.say(words, "trash-2", tr("Undo"), again)


async def reverse(session: Session, change: str) -> None:
    """Undo a change that waits: given up when that is still possible, else made good by an opposite one."""
    try:
        await take_back(session, change)
    except Refusal as refusal:
        if refusal.code != "sending":
            raise
        one = next((one for one in session.pending() if one.change == change), None)
        if one is not None:
            _opposite(session, one)


def _remember(session: Session, change: str) -> Taken:
    changes = session.pending()
    taken = Taken(changes)
    for one in changes:
        if one.op == "edit" and one.fields:
            name = next(iter(one.fields))
            taken.texts[one.item, name] = session.text(one.item, name) or ""
        elif one.op == "move" and one.change == change:
            rows = [row.id for row in session.client.listed(one.kind, one.channel)]
            place = rows.index(one.item) if one.item in rows else 0
            taken.before[one.item] = rows[place - 1] if place else ""
    return taken


def _make_again(
    session: Session,
    one: PendingChange,
    taken: Taken,
    ops: dict[tuple[str, str], list[Any]],
    bases: dict[tuple[str, str], str],
) -> None:
    items = list(one.items)
    match one.op:
        case "create":
            session.edit("create", one.kind, items, fields=one.fields)
        case "add" | "remove":
            for name, values in one.fields.items():
                session.edit(one.op, one.kind, items, name=name, values=list(values))
        case "move":
            place = {"after": before} if (before := taken.before.get(one.item, "")) else {}
            session.edit("move", one.kind, items, fields=one.fields, **place)
        case "edit":
            name = next(iter(one.fields), KINDS[one.kind].texts[0])
            key = (one.item, name)
            op = ops.pop(key, [])
            meanwhile = difference(bases.get(key, ""), session.text(*key) or "")
            if op:
                session.edit_text(one.kind, one.item, name, transform(op, meanwhile, "left"))
        case "delete" | "restore":
            session.edit(one.op, one.kind, items)
        case _:
            session.edit("set", one.kind, items, fields=one.fields)


def _opposite(session: Session, one: PendingChange) -> None:
    opposites = {"create": "delete", "delete": "restore", "restore": "delete", "add": "remove", "remove": "add"}
    if one.op in ("add", "remove"):
        for name, values in one.fields.items():
            session.edit(opposites[one.op], one.kind, list(one.items), name=name, values=list(values))
    elif one.op in opposites:
        session.edit(opposites[one.op], one.kind, list(one.items))
    else:
        for item in one.items:
            before = one.prev.get(item, {})
            fields = {name: before.get(name) for name in one.fields}
            if fields and one.op == "set":
                session.edit("set", one.kind, [item], fields=fields)
