"""Between Qt's document and a text: UTF-16 units and code points, what a text may hold, which window changed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from app.text import Op, apply, deleted_length, difference, normalize

_BREAKS: Final = re.compile("\r\n|[\r\u2028\u2029]")
_KEPT_OUT: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufdd0\ufdd1\ufffc]")
"""Controls, halves of characters, and what Qt's document uses for itself; a no-break space stays."""
LONG_WORD: Final = 1000


def clean(text: str) -> str:
    """A text from outside (typed, pasted, dropped) as it may be kept: every line end is "\\n", no controls."""
    return _KEPT_OUT.sub("", _BREAKS.sub("\n", text))


def from_raw(raw: str) -> str:
    """What `QTextDocument.toRawText` gives, with its own marks as line ends. The length is the same."""
    return raw.replace("\u2029", "\n").replace("\u2028", "\n")


def is_clean(text: str) -> bool:
    """Whether nothing must be kept out."""
    return _KEPT_OUT.search(text) is None


def has_long_word(text: str) -> bool:
    """Whether a run without a space is so long that looking for where to wrap it would stall."""
    return len(text) >= LONG_WORD and max(map(len, text.split()), default=0) >= LONG_WORD


def units(text: str) -> int:
    """The length in UTF-16 units."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def to_units(text: str, point: int) -> int:
    """The place in units of a place in code points (0 to the length)."""
    return point if text.isascii() else units(text[:point])


def to_points(text: str, unit: int) -> int:
    """The place in code points of a place in units; inside a character it is that character's start."""
    if text.isascii():
        return min(unit, len(text))
    head = text[:unit].encode("utf-16-le", "surrogatepass")[: 2 * unit]
    return len(head.decode("utf-16-le", "ignore"))


@dataclass(slots=True)
class Window:
    """The part of a document that changed, in units: from `start`; `before` units long then, `after` now."""

    start: int
    before: int
    after: int

    def widen(self, place: int, removed: int, added: int) -> None:
        """Take in one more change, at a place of the document as it was just before it."""
        end = max(self.start + self.after, place + removed)
        start = min(self.start, place)
        self.before += end - (self.start + self.after) + (self.start - start)
        self.after = end - start + added - removed
        self.start = start


def window_operation(before: str, after: str, window: Window) -> Op:
    """The operation from one text to another that differ in a window only.

    Where the window is wrong (Qt counts a paragraph end that is in no text) the whole texts are compared, so the result
    always fits.
    """
    length_before, length_after = units(before), units(after)
    start = max(0, min(window.start, length_before, length_after))
    tail = max(0, min(length_before - window.start - window.before, length_before - start, length_after - start))
    first = to_points(before, start)
    old_end = _from_end(before, tail, length_before)
    new_end = _from_end(after, tail, length_after)
    op: Op = []
    if first <= old_end and first <= new_end:
        op = difference(before[first:old_end], after[first:new_end])
        op = normalize([first, *op]) if op else []
        if apply(before, op) == after:
            return op
    return difference(before, after)


def _from_end(text: str, tail: int, length: int) -> int:
    """The place in code points that lies `tail` units before the end; inside a character, that character's end."""
    if text.isascii():
        return len(text) - tail
    rest = text.encode("utf-16-le", "surrogatepass")[2 * (length - tail) :]
    return len(text) - len(rest.decode("utf-16-le", "ignore"))


@dataclass(frozen=True, slots=True)
class Step:
    """One step through a document: over so many units, or a deletion of so many, or an insertion."""

    skip: int = 0
    delete: int = 0
    insert: str = ""


def in_units(op: Op, text: str) -> list[Step]:
    """An operation on a text as steps through the document that holds it."""
    steps: list[Step] = []
    at = 0
    for component in op:
        if isinstance(component, str):
            steps.append(Step(insert=component))
            continue
        skips = isinstance(component, int)
        length = component if isinstance(component, int) else deleted_length(component)
        wide = units(text[at : at + length])
        steps.append(Step(skip=wide) if skips else Step(delete=wide))
        at += length
    return steps


def carried(place: int, steps: list[Step]) -> int:
    """Where a place stands after the steps; as in `app.text.transform_position`, before what is inserted there."""
    at = 0
    for step in steps:
        if place <= at:
            break
        if step.insert:
            wide = units(step.insert)
            at += wide
            place += wide
        elif step.delete:
            place -= min(step.delete, place - at)
        else:
            at += step.skip
    return place
