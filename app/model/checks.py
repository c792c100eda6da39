"""Checks of a change from outside: form and values before loading, places and references after."""

from typing import Any

from app.model.change import VERBS, Change, Refusal
from app.model.fields import TEXT_LENGTH_MAX, Rule, check_text
from app.model.identity import SYSTEM, is_channel_id, is_item_id, owner_of, project_channel, workspace_channel
from app.model.kinds import KINDS, SCHEMA, Kind
from app.model.roles import Actor
from app.model.row import Row
from app.text import TextOperationError, check

ITEMS_MAX = 1_000
"""Items in one bulk change."""
PARTS_MAX = 500
"""Undo groups in one text edit (SYNC 7)."""
NUMBER_MAX = 2**53

_FOUNDERS = {"project": project_channel, "workspace": workspace_channel}
"""Kinds whose creation makes a channel."""

_NOT_THERE = Refusal("not_found", "This item does not exist, or you have no access to it.")


def check_form(change: Change) -> None:
    """Raises Refusal when the change has no form that this server knows: nothing of it is then looked at further."""
    if change.kind not in KINDS or change.verb not in VERBS or change.schema > SCHEMA:
        raise Refusal("version", "The server must be updated for this change.")
    numbers = (change.n, change.base, change.rev)
    if not all(0 <= number <= NUMBER_MAX for number in numbers) or change.n == 0 or not is_channel_id(change.ch):
        raise _bad("This change has no valid number or channel.")
    if not 1 <= len(change.items) <= ITEMS_MAX or len(set(change.items)) != len(change.items):
        raise _bad(f"A change names 1 to {ITEMS_MAX} different items.")
    if not all(is_item_id(item) for item in change.items) or len(change.grp) > 64:
        raise _bad("An item's id is a lower-case UUID.")
    for anchor in (change.before, change.after):
        if anchor is not None and not is_item_id(anchor):
            raise _bad("A neighbour is named by its id.")
    _check_verb(KINDS[change.kind], change)


def _bad(text: str) -> Refusal:
    return Refusal("bad_value", text)


def _check_verb(kind: Kind, change: Change) -> None:
    if change.verb == "edit":
        _check_edit(kind, change)
    elif change.parts:
        raise _bad("Only a text edit has parts.")
    if change.verb in ("add", "remove") and change.field not in kind.sets:
        raise _bad("This field is not a set.")
    if change.verb == "move" and not kind.ranked:
        raise _bad("Items of this kind have no order.")
    if change.verb == "create" and len(change.items) != 1:
        raise _bad("One creation makes one item.")
    if change.verb == "set" and not change.fields:
        raise _bad("Nothing is set.")
    if change.verb in ("delete", "restore", "add", "remove", "edit") and change.fields:
        raise _bad("This kind of change sets no fields.")


def _check_edit(kind: Kind, change: Change) -> None:
    if change.field not in kind.texts or len(change.items) != 1:
        raise _bad("This field is not a text.")
    if not 1 <= len(change.parts) <= PARTS_MAX or change.parts[0].n != change.n:
        raise _bad(f"A text edit has 1 to {PARTS_MAX} parts, the first with its number.")
    numbers = [part.n for part in change.parts]
    if numbers != sorted(set(numbers)) or numbers[-1] > NUMBER_MAX:
        raise _bad("The parts of a text edit are numbered in order.")
    for part in change.parts:
        try:
            check(part.op)
        except TextOperationError as error:
            raise _bad("This is not a text operation.") from error
        check_inserts(part.op)


def check_inserts(op: list[Any]) -> None:
    """Raises Refusal `bad_value` when an operation brings characters into a text that cannot be kept."""
    for component in op:
        if isinstance(component, str):
            check_text(component, TEXT_LENGTH_MAX, lines=True)


def checked_fields(kind: Kind, change: Change) -> dict[str, Any]:
    """The change's fields in their stored form. Raises Refusal for an unknown, unwritable or ill-valued field."""
    creates = change.verb == "create"
    result = {}
    for name, value in change.fields.items():
        declared = kind.fields.get(name)
        if declared is None:
            raise Refusal("version", f"The server must be updated for the field {name[:40]}.")
        system = not kind.creatable and creates
        writable = declared.rule is Rule.LAST_WRITE or (creates and declared.rule is not Rule.RANK)
        if name == "trashed" or (declared.rule is Rule.SERVER and not system) or not (writable or system):
            raise _bad(f"The field {name} is not set in this way.")
        result[name] = declared.type.check(value)
    if creates:
        missing = [name for name, declared in kind.fields.items() if declared.required and not result.get(name)]
        if missing:
            raise _bad(f"The field {missing[0]} is needed.")
    return result


def checked_values(kind: Kind, change: Change) -> list[str]:
    """The elements of an add or remove, in their stored form."""
    values = kind.fields[change.field].type.check(change.values)
    if not isinstance(values, list) or not values:
        raise _bad("Nothing is named.")
    return values


def check_places(actor: Actor, change: Change, rows: dict[str, Row], channel_exists: bool) -> None:
    """Raises Refusal unless every item and every reference lies where this change may reach it."""
    kind = KINDS[change.kind]
    if not kind.creatable and change.verb in ("create", "delete", "restore") and actor.user != SYSTEM:
        raise Refusal("not_allowed", "Only the server makes or removes these.")
    if change.verb == "create":
        _check_creation(kind, change, rows, channel_exists)
    else:
        for item in change.items:
            row = rows.get(item)
            if row is None or row.kind != change.kind or row.channel != change.ch:
                raise _NOT_THERE
    home = {change.ch, f"w:{actor.workspace}"}
    for name, value in checked_fields(kind, change).items():
        check_references(kind, name, value, rows, home)
    if change.verb == "add":
        check_references(kind, change.field, checked_values(kind, change), rows, home)


def _check_creation(kind: Kind, change: Change, rows: dict[str, Row], channel_exists: bool) -> None:
    item = change.items[0]
    if item in rows:
        raise _bad("There is an item with this id already.")
    founds = owner_of(change.ch) == item
    if founds == channel_exists or founds != (kind.name in _FOUNDERS):
        raise _NOT_THERE
    if founds and change.ch != _FOUNDERS[kind.name](item):
        raise _bad("A channel of this name is not made in this way.")
    if kind.home == "project" and not founds and change.fields.get("project") != owner_of(change.ch):
        raise _bad("The item belongs to another project.")


def check_references(kind: Kind, name: str, value: Any, rows: dict[str, Row], home: set[str]) -> None:
    """Raises Refusal unless everything that a checked value names is of the right kind and in one of these channels."""
    field_type = kind.fields[name].type
    wanted: tuple[str, ...] = getattr(field_type, "kinds", ()) or (getattr(field_type, "kind", ""),)
    for reference in field_type.references(value):
        row = rows.get(reference)
        if row is None or row.channel not in home or row.kind not in wanted:
            raise _NOT_THERE
        if name == "reply_to" and row.value("reply_to"):
            raise _bad("Replies have one level.")
