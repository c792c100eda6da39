"""The requests of HEADLESS.md, one function each."""

from typing import Annotated, Any, Literal

import msgspec

from app.client.client import Client
from app.headless.items import known_kind, page, require_place, whole
from app.headless.registry import Outcome, Result, request
from app.model.change import Refusal
from app.sync.reading import PendingChange

Limit = Annotated[int, msgspec.Meta(ge=0)]
Fields = dict[str, Any]
State = Literal["viewing", "editing", "typing", "away"]


class Cursor(msgspec.Struct):
    """A caret, in code points."""

    anchor: Annotated[int, msgspec.Meta(ge=0)]
    head: Annotated[int, msgspec.Meta(ge=0)]


# -- the account ------------------------------------------------------------------------------------------------------


@request
async def join(client: Client, invite: str, name: str, email: str, password: str) -> Outcome:
    return await client.join(invite, name, email, password)


@request
async def sign_in(client: Client, server: str, email: str, password: str, fingerprint: str | None = None) -> Outcome:
    return await client.sign_in(server, fingerprint, email, password)


@request
async def sign_out(client: Client, discard_pending: bool = False) -> Outcome:
    return await client.sign_out(discard_pending)


@request
async def whoami(client: Client) -> Outcome:
    person = client.view(client.user) if client.joined else None
    return {
        "user": client.user or None,
        "workspace": client.workspace or None,
        "workspace_name": client.workspace_name or None,
        "name": person.value("name") if person is not None else None,
        "email": person.value("email") if person is not None else None,
        "role": person.value("role") if person is not None else None,
        "device": client.device or None,
        "server": client.server_address or None,
        "fingerprint": client.fingerprint or None,
    }


@request
async def status(client: Client) -> Outcome:
    light = client.light()
    return {"state": light.state, "reason": light.reason, "retry_in": light.retry_in}


@request
async def devices(client: Client) -> Outcome:
    return client.ask("devices")


@request
async def revoke_device(client: Client, device: str) -> Outcome:
    return client.ask("revoke_device", device=device)


@request
async def change_password(client: Client, current: str, password: str) -> Outcome:
    return client.ask("change_password", current=current, password=password)


@request
async def members(client: Client, project: str | None = None) -> Outcome:
    if project is not None:
        require_place(client, project, None)  # every member reads every project until roles are there
    return client.ask("members")


@request
async def invite(
    client: Client,
    role: str = "member",
    project: str | None = None,
    project_role: str | None = None,
    uses: int = 1,
    days: float = 7,
) -> Outcome:
    optional = {"project": project, "project_role": project_role}
    named = {name: value for name, value in optional.items() if value is not None}
    return client.ask("invite", role=role, uses=uses, days=days, **named)


@request
async def set_role(client: Client, user: str, role: str, project: str | None = None) -> Outcome:
    return client.ask("set_role", user=user, role=role, **({"project": project} if project is not None else {}))


@request
async def remove_member(client: Client, user: str, project: str | None = None) -> Outcome:
    return client.ask("remove_member", user=user, **({"project": project} if project is not None else {}))


# -- edits ------------------------------------------------------------------------------------------------------------


@request
async def create(client: Client, kind: str, fields: Fields, item: str | None = None) -> Outcome:
    known_kind(kind)
    return client.edit_now("create", kind, [item] if item is not None else [], fields=fields)


@request
async def set_(
    client: Client, kind: str, fields: Fields, item: str | None = None, items: list[str] | None = None
) -> Outcome:
    known_kind(kind)
    if (item is None) == (items is None):
        raise Refusal("bad_request", "Either “item” or “items” is needed.")
    return client.edit_now("set", kind, items if items is not None else [str(item)], fields=fields)


@request
async def add(client: Client, kind: str, item: str, field: str, values: list[Any]) -> Outcome:
    known_kind(kind)
    return client.edit_now("add", kind, [item], name=field, values=values)


@request
async def remove(client: Client, kind: str, item: str, field: str, values: list[Any]) -> Outcome:
    known_kind(kind)
    return client.edit_now("remove", kind, [item], name=field, values=values)


@request
async def move(
    client: Client,
    kind: str,
    item: str,
    before: str | None = None,
    after: str | None = None,
    fields: Fields | None = None,
) -> Outcome:
    known_kind(kind)
    if (before is None) == (after is None):
        raise Refusal("bad_request", "Either “before” or “after” is needed.")
    return client.edit_now("move", kind, [item], before=before, after=after, fields=fields or {})


@request
async def edit(client: Client, kind: str, item: str, field: str, op: list[Any]) -> Outcome:
    known_kind(kind)
    return client.edit_now("edit", kind, [item], name=field, op=op)


@request
async def delete(client: Client, kind: str, item: str) -> Outcome:
    known_kind(kind)
    return client.edit_now("delete", kind, [item])


@request
async def restore(client: Client, kind: str, item: str) -> Outcome:
    known_kind(kind)
    return client.edit_now("restore", kind, [item])


@request
async def discard(client: Client, change: str) -> Outcome:
    return client.discard(change)


# -- reading ----------------------------------------------------------------------------------------------------------


@request
async def get(client: Client, kind: str, item: str) -> Outcome:
    return await whole(client, known_kind(kind), item)


@request
async def list_(
    client: Client,
    kind: str,
    project: str | None = None,
    where: Fields | None = None,
    limit: Limit = 1_000,
    after: str | None = None,
) -> Outcome:
    return {"items": await page(client, known_kind(kind), project, where or {}, limit, after)}


@request
async def pending(client: Client) -> Outcome:
    return {"pending": [_line(change) for change in client.pending()]}


def _line(change: PendingChange) -> Result:
    return {
        "change": change.change,
        "kind": change.kind,
        "item": change.item,
        "items": list(change.items),
        "op": change.op,
        "made_at": change.made_at,
        "state": change.state,
        "reason": change.reason or None,
        "code": change.code or None,
    }


# -- presence ---------------------------------------------------------------------------------------------------------


@request
async def open_(client: Client, project: str, item: str | None = None) -> Outcome:
    require_place(client, project, item)
    client.here("viewing", project, item or "")
    return {}


@request
async def close(client: Client, project: str, item: str | None = None) -> Outcome:
    require_place(client, project, item)
    client.leave(project, item or "")
    return {}


@request
async def presence(
    client: Client,
    project: str,
    item: str | None = None,
    field: str | None = None,
    cursor: Cursor | None = None,
    state: State = "viewing",
) -> Outcome:
    require_place(client, project, item)
    caret = (cursor.anchor, cursor.head) if cursor is not None else None
    client.here(state, project, item or "", field or "", caret)
    return {}


@request
async def people(client: Client, project: str, item: str | None = None) -> Outcome:
    require_place(client, project, item)
    return {"people": client.people(project, item or "")}


# -- the connection ---------------------------------------------------------------------------------------------------


@request
async def sync(client: Client) -> Outcome:
    return client.sync()


@request
async def refresh(client: Client) -> Outcome:
    return client.refresh()


@request
async def pause(client: Client) -> Outcome:
    return client.pause()


@request
async def resume(client: Client) -> Outcome:
    return client.resume()


@request
async def mode(client: Client, mode: Literal["foreground", "background", "saver"]) -> Outcome:
    client.mode(mode)
    return {}


@request
async def traffic(client: Client) -> Outcome:
    return {**client.traffic()}
