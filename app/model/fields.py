"""Field types: what a value may be, and the merge rule that concurrent writes of it follow (SYNC 6)."""

import datetime
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Any

from app.model.change import Refusal
from app.model.identity import is_item_id
from app.model.rank import is_rank


class Rule(Enum):
    """How concurrent writes of a field merge; each rule's law is a property test."""

    LAST_WRITE = "last write wins, by base and by clamped time"
    ELEMENTS = "a set: by element; an add survives a remove that had not seen it"
    TEXT = "text operations"
    RANK = "a place in a list: the server mints the final rank"
    FIXED = "said at creation, never changed"
    SERVER = "written by the server only"


def _bad(text: str) -> Refusal:
    return Refusal("bad_value", text)


@dataclass(frozen=True)
class FieldType:
    """Base of the types: `check` gives the value in its stored form or raises Refusal `bad_value`."""

    def check(self, value: Any) -> Any:
        raise _bad("This kind of value cannot be written.")

    def references(self, value: Any) -> Iterable[str]:
        """Ids of other items that a checked value names."""
        return ()


_NEVER = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_NEVER_IN_LINE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


def check_text(value: Any, length_max: int, *, lines: bool) -> str:
    """Text from outside: a string without lone surrogates, NUL and control characters, within its length.

    `lines` keeps line feeds and tabs. Raises Refusal `bad_value` or `too_large`.
    """
    if not isinstance(value, str):
        raise _bad("Text is expected here.")
    if len(value) > length_max:
        raise Refusal("too_large", f"At most {length_max} characters fit here.")
    if (_NEVER if lines else _NEVER_IN_LINE).search(value):
        raise _bad("This text has characters that cannot be kept.")
    return value


@dataclass(frozen=True)
class Line(FieldType):
    """One line of text; `required` refuses an empty one."""

    length_max: int = 500
    required: bool = False

    def check(self, value: Any) -> Any:
        if value is None and not self.required:
            return None
        text = check_text(value, self.length_max, lines=False)
        if self.required and not text.strip():
            raise _bad("This cannot be empty.")
        return text


@dataclass(frozen=True)
class Body(FieldType):
    """Several lines of text, replaced as a whole (a comment)."""

    length_max: int = 20_000

    def check(self, value: Any) -> Any:
        text = check_text(value, self.length_max, lines=True)
        if not text.strip():
            raise _bad("A comment cannot be empty.")
        return text


TEXT_LENGTH_MAX = 1_000_000
"""Code points in one collaborative text."""


@dataclass(frozen=True)
class Text(FieldType):
    """A text that several people type into; its value at creation is the first operation."""

    def check(self, value: Any) -> Any:
        if value is None:
            return ""
        return check_text(value, TEXT_LENGTH_MAX, lines=True)


@dataclass(frozen=True)
class Choice(FieldType):
    """One of a few words."""

    options: tuple[str, ...]

    def check(self, value: Any) -> Any:
        if value not in self.options or not isinstance(value, str):
            raise _bad("Not one of: " + ", ".join(self.options) + ".")
        return value


@dataclass(frozen=True)
class Whole(FieldType):
    """A whole number between two bounds, both included."""

    low: int
    high: int

    def check(self, value: Any) -> Any:
        if isinstance(value, bool) or not isinstance(value, int) or not self.low <= value <= self.high:
            raise _bad(f"A whole number from {self.low} to {self.high} is expected.")
        return value


@dataclass(frozen=True)
class Flag(FieldType):
    """Yes or no."""

    def check(self, value: Any) -> Any:
        if not isinstance(value, bool):
            raise _bad("Yes or no is expected.")
        return value


_HEX = re.compile(r"#[0-9A-Fa-f]{6}")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d)")


@dataclass(frozen=True)
class Day(FieldType):
    """An ISO 8601 date, or date-time with offset; kept as written."""

    def check(self, value: Any) -> Any:
        if value is None or value == "":
            return None
        if isinstance(value, str) and len(value) <= 40:
            try:
                if _DAY.fullmatch(value):
                    datetime.date.fromisoformat(value)
                    return value
                if _MOMENT.fullmatch(value):
                    datetime.datetime.fromisoformat(value)
                    return value
            except ValueError:
                pass
        raise _bad("A date like 2026-11-27, or a date and time with offset, is expected.")


@dataclass(frozen=True)
class Reference(FieldType):
    """The id of an item of one of `kinds`, or none."""

    kinds: tuple[str, ...]
    required: bool = False

    def check(self, value: Any) -> Any:
        if value is None and not self.required:
            return None
        if not is_item_id(value):
            raise _bad("An item's id is expected.")
        return value

    def references(self, value: Any) -> Iterable[str]:
        return () if value is None else (value,)


ELEMENTS_MAX = 200


@dataclass(frozen=True)
class References(FieldType):
    """A set of ids of one kind."""

    kind: str

    def check(self, value: Any) -> Any:
        if value is None:
            return []
        if not isinstance(value, list) or len(value) > ELEMENTS_MAX or not all(is_item_id(one) for one in value):
            raise _bad(f"A list of at most {ELEMENTS_MAX} ids is expected.")
        return sorted(set(value))

    def references(self, value: Any) -> Iterable[str]:
        return tuple(value)


@dataclass(frozen=True)
class Reactions(FieldType):
    """A set of `user:emoji` marks; each person puts and takes only their own (checked by `may`)."""

    def check(self, value: Any) -> Any:
        if value is None:
            return []
        if not isinstance(value, list) or len(value) > ELEMENTS_MAX:
            raise _bad("A list of reactions is expected.")
        for one in value:
            user, _, emoji = one.partition(":") if isinstance(one, str) else ("", "", "")
            if not is_item_id(user) or not 1 <= len(emoji) <= 16:
                raise _bad("A reaction is one emoji.")
            if any(unicodedata.category(letter) in ("Cc", "Cs", "Zl", "Zp") for letter in emoji):
                raise _bad("A reaction is one emoji.")
        return sorted(set(value))


@dataclass(frozen=True)
class Colour(FieldType):
    """A named colour of the palette, or `#rrggbb`."""

    names: tuple[str, ...]

    def check(self, value: Any) -> Any:
        if value is None:
            return None
        if not isinstance(value, str) or not (value in self.names or _HEX.fullmatch(value)):
            raise _bad("A colour of the palette, or #rrggbb, is expected.")
        return value


@dataclass(frozen=True)
class Rank(FieldType):
    """A place in an ordered list."""

    def check(self, value: Any) -> Any:
        if not is_rank(value):
            raise _bad("Not a place in a list.")
        return value


@dataclass(frozen=True)
class Field:
    """One declaration of a field. `register` names the unit that wins or loses together (SYNC 5, dependent fields).

    `conflict` asks for a decision when two people wrote it apart; `default` is what an unset value means;
    `own` lets only the item's author write it.
    """

    name: str
    type: FieldType
    rule: Rule = Rule.LAST_WRITE
    default: Any = None
    register: str = ""
    conflict: bool = False
    own: bool = False
    required: bool = False

    @property
    def unit(self) -> str:
        """The name of the register group that this field is merged in."""
        return self.register or self.name
