"""The table of kinds and fields: one declaration each, from which checks, wire, storage and forms follow."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from app.model.fields import (
    Body,
    Choice,
    Colour,
    Day,
    Field,
    FieldType,
    Flag,
    Line,
    Rank,
    Reactions,
    Reference,
    References,
    Rule,
    Text,
    Whole,
)

SCHEMA = 1
"""Version of this table; rises when a kind or field is added."""

COLOURS = ("blue", "orange", "teal", "violet", "amber", "maroon", "navy", "slate", "rose")
STATUSES = ("backlog", "todo", "doing", "review", "done", "cancelled")
ROLES = ("owner", "admin", "member", "guest")


@dataclass(frozen=True)
class Kind:
    """One kind of item.

    `home` says in which channel it lives: `project` (its `project` field or itself), `on` (the channel of the item it
    hangs on) or `workspace`. `parent` is the field that names what it depends on. `resident` kinds are kept in memory
    while their channel is followed; others are loaded when asked for. `creatable` kinds are made by clients.
    """

    name: str
    home: str
    fields: Mapping[str, Field]
    parent: str = ""
    resident: bool = True
    creatable: bool = True
    word: str = ""

    @property
    def ranked(self) -> bool:
        """Whether items of this kind have a place in an ordered list."""
        return "position" in self.fields

    @property
    def texts(self) -> tuple[str, ...]:
        """The fields that several people type into."""
        return tuple(name for name, field in self.fields.items() if field.rule is Rule.TEXT)

    @property
    def sets(self) -> tuple[str, ...]:
        """The fields that are sets of elements."""
        return tuple(name for name, field in self.fields.items() if field.rule is Rule.ELEMENTS)

    def unit(self, register: str) -> tuple[str, ...]:
        """The fields that win or lose together with `register`."""
        return tuple(name for name, field in self.fields.items() if field.unit == register)


TRASHED = Field("trashed", Flag(), default=False)
"""Every item that clients make can lie in the trash; a register like any other, so edits to it still merge."""


def _kind(
    name: str, home: str, *fields: Field, parent: str = "", resident: bool = True, creatable: bool = True
) -> Kind:
    declared = {field.name: field for field in (*fields, TRASHED)}
    return Kind(name, home, MappingProxyType(declared), parent, resident, creatable, name)


def _position() -> Field:
    return Field("position", Rank(), Rule.RANK)


def _server(name: str, type_: FieldType) -> Field:
    return Field(name, type_, Rule.SERVER)


KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        kind.name: kind
        for kind in (
            _kind("workspace", "workspace", Field("name", Line(200, required=True), conflict=True), creatable=False),
            _kind(
                "person",
                "workspace",
                _server("name", Line(200, required=True)),
                _server("email", Line(320)),
                _server("slot", Whole(0, 7)),
                _server("role", Choice(ROLES)),
                creatable=False,
            ),
            _kind(
                "project",
                "project",
                Field("name", Line(200, required=True), conflict=True, required=True),
                Field("colour", Colour(COLOURS)),
                Field("icon", Line(40)),
                Field("archived", Flag(), default=False),
                Field("private", Flag(), default=False),
                _position(),
            ),
            _kind(
                "task",
                "project",
                Field("project", Reference(("project",), required=True), Rule.FIXED, required=True),
                Field("title", Line(500, required=True), conflict=True, required=True),
                Field("status", Choice(STATUSES), default="todo"),
                Field("priority", Whole(0, 4), default=0),
                Field("assignees", References("person"), Rule.ELEMENTS),
                Field("watchers", References("person"), Rule.ELEMENTS),
                Field("labels", References("label"), Rule.ELEMENTS),
                Field("start", Day(), register="dates"),
                Field("due", Day(), register="dates"),
                Field("description", Text(), Rule.TEXT),
                Field("parent", Reference(("task",)), Rule.FIXED),
                _position(),
                parent="project",
            ),
            _kind(
                "comment",
                "on",
                Field("on", Reference(("task", "project"), required=True), Rule.FIXED, required=True),
                Field("reply_to", Reference(("comment",)), Rule.FIXED),
                Field("body", Body(), own=True, required=True),
                Field("reactions", Reactions(), Rule.ELEMENTS),
                parent="on",
                resident=False,
            ),
            _kind(
                "label",
                "project",
                Field("project", Reference(("project",), required=True), Rule.FIXED, required=True),
                Field("name", Line(100, required=True), conflict=True, required=True),
                Field("colour", Colour(COLOURS)),
                parent="project",
            ),
        )
    }
)
