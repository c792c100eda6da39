"""Items as a program sees them: fields by name, unset ones absent, texts and comments brought into memory first."""

import asyncio
from typing import Any

from app.client.client import Client
from app.headless.registry import Result
from app.model.change import Refusal
from app.model.fields import Rule
from app.model.identity import project_channel
from app.model.kinds import KINDS, TRASHED, Kind
from app.model.row import Row

KINDS_LATER = ("note", "attachment")
LIMIT_MAX = 1_000
EVERY_ITEM = ("created_by", "created_at", "changed_at")
NOT_FOUND = "This item does not exist, or you have no access to it."


def known_kind(name: str) -> Kind:
    """The kind of a name. Raises Refusal `bad_request`, or `not_available` for what a later version has."""
    if name in KINDS_LATER:
        raise Refusal("not_available", f"Items of the kind {name} are not available in this version.")
    kind = KINDS.get(name)
    if kind is None:
        raise Refusal("bad_request", f"There is no kind “{name[:40]}”.")
    return kind


async def find_row(client: Client, kind: Kind, item: str) -> Row:
    """The row as the person sees it. Raises Refusal `not_found`."""
    row = client.view(item)
    if row is None and not kind.resident:
        await client.want("row", item)
        row = client.view(item)
    if row is None or row.kind != kind.name:
        raise Refusal("not_found", NOT_FOUND)
    return row


def require_place(client: Client, project: str, item: str | None) -> None:
    """Raises Refusal `not_found` unless the project is here, and the item in it."""
    row = client.view(project)
    if row is None or row.kind != "project":
        raise Refusal("not_found", NOT_FOUND)
    if item is not None:
        inside = client.view(item)
        if inside is None or inside.channel != row.channel:
            raise Refusal("not_found", NOT_FOUND)


async def whole(client: Client, kind: Kind, item: str) -> Result:
    """What `get` answers."""
    row = await find_row(client, kind, item)
    await load_texts(client, kind, [row])
    row = client.view(item) or row
    confirmed = client.confirmed(item)
    return {
        "fields": fields_of(client, kind, row),
        "confirmed": fields_of(client, kind, confirmed, pending=False) if confirmed is not None else {},
        "pending": client.is_pending(item),
        "deleted": row.trashed,
    }


async def load_texts(client: Client, kind: Kind, rows: list[Row]) -> None:
    """Brings the texts of rows into memory, those that are not empty."""
    wanted = [
        client.want("text", row.id, name)
        for row in rows
        for name in kind.texts
        if client.text(row.id, name) is None and (row.texts.get(name) or client.is_pending(row.id))
    ]
    if wanted:
        await asyncio.gather(*wanted)


def fields_of(client: Client, kind: Kind, row: Row, *, pending: bool = True) -> Result:
    """The set fields of a row by name; `pending` false gives texts as the server has them."""
    read = client.text if pending else client.confirmed_text
    found: Result = {name: register.value for name, register in row.registers.items() if name not in kind.fields}
    for name, field in kind.fields.items():
        if field.rule is Rule.TEXT:
            found[name] = read(row.id, name)
        elif field.rule is Rule.ELEMENTS:
            found[name] = sorted(row.sets.get(name, ()))
        elif name != TRASHED.name:
            value = row.value(name)
            found[name] = field.default if value is None else value
    found.update(created_by=row.created_by, created_at=row.created_at, changed_at=row.changed_at)
    return {name: value for name, value in found.items() if value not in (None, "", [])}


async def page(
    client: Client, kind: Kind, project: str | None, where: dict[str, Any], limit: int, after: str | None
) -> list[Result]:
    """What `list` answers: rows in order, after one of them, that fit `where`. Raises Refusal."""
    if project is not None:
        require_place(client, project, None)
    _check_names(kind, where)
    rows = await _all_rows(client, kind, project, where)
    if after is not None:
        place = next((place for place, row in enumerate(rows) if row.id == after), None)
        if place is None:
            raise Refusal("not_found", NOT_FOUND)
        rows = rows[place + 1 :]
    if any(kind.fields[name].rule is Rule.TEXT for name in where if name in kind.fields):
        await load_texts(client, kind, rows)
    fitting = [row for row in rows if _fits(client, kind, row, where)][: min(limit, LIMIT_MAX)]
    await load_texts(client, kind, fitting)
    return [
        {"item": row.id, **fields_of(client, kind, client.view(row.id) or row), "pending": client.is_pending(row.id)}
        for row in fitting
    ]


async def _all_rows(client: Client, kind: Kind, project: str | None, where: dict[str, Any]) -> list[Row]:
    channel = project_channel(project) if project is not None else None
    if kind.resident:
        return client.listed(kind.name, channel)
    on = where.get(kind.parent)
    if isinstance(on, str):
        items = [on] if (row := client.view(on)) is not None and channel in (None, row.channel) else []
    else:
        items = _commented(client, channel, every=bool(where.get("deleted")))
    await asyncio.gather(*(client.want("comments", item) for item in items))
    return sorted(
        (row for item in items for row in client.comments(item) or ()), key=lambda row: (row.channel, row.seq, row.id)
    )


def _commented(client: Client, channel: str | None, *, every: bool) -> list[str]:
    bearers = [row.id for name in ("project", "task") for row in client.listed(name, channel)]
    return [item for item in bearers if every or client.comment_count(item)]


def _check_names(kind: Kind, where: dict[str, Any]) -> None:
    for name, value in where.items():
        if name not in kind.fields and name not in (*EVERY_ITEM, "deleted"):
            raise Refusal("bad_request", f"Items of the kind {kind.name} have no field “{name[:40]}”.")
        if name == "deleted" and not isinstance(value, bool):
            raise Refusal("bad_request", "“deleted” is true or false.")


def _fits(client: Client, kind: Kind, row: Row, where: dict[str, Any]) -> bool:
    if row.trashed != where.get("deleted", False):
        return False
    asked = [(name, value) for name, value in where.items() if name != "deleted"]
    if not asked:
        return True
    fields = fields_of(client, kind, row)
    return all(_equal(fields.get(name), value) for name, value in asked)


def _equal(found: Any, asked: Any) -> bool:
    """Unset is unset however it is written; a set fits one of its elements, or the whole of it in any order."""
    if asked in (None, "", []):
        return found is None
    if isinstance(found, list):
        return sorted(asked, key=str) == found if isinstance(asked, list) else asked in found
    return bool(found == asked) and isinstance(found, bool) == isinstance(asked, bool)
