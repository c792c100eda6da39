"""Two texts compared: the small operation that makes one of the other."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from itertools import accumulate
from typing import Final, NamedTuple, TypeAlias

from app.text.matching import Effort, Match, matches
from app.text.operation import Op

CHANCE_MAX: Final = 12
"""Characters up to which a likeness between two larger changes is taken for chance."""

HUNKS_MAX: Final = 3_000
"""Changed places in one difference; beyond, the nearest ones become one."""

LONG_WORD: Final = 32
"""Characters from which a changed word is compared letter by letter (addresses, text without spaces)."""

LETTERS_MAX: Final = 5_000
"""Characters up to which this is done."""

LONG_PASSAGE: Final = 2_000
"""Characters from which a changed passage is first compared in pieces of about ``PIECE_LENGTH``."""

PIECE_LENGTH: Final = 40

# Scripts written without spaces are compared by character.
_UNSPACED: Final = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_WORDS: Final = re.compile(rf"[^\W{_UNSPACED}]+|\s+|.", re.DOTALL)


class Hunk(NamedTuple):
    """A changed place: characters ``start`` to ``end`` of the text before become ``text``."""

    start: int
    end: int
    text: str


def difference(before: str, after: str) -> Op:
    """Return a small operation that turns ``before`` into ``after``; its deletes carry their text.

    What stays alike between two changes is left alone, so that another's edits there survive, unless it looks like
    chance: two people's rewritings of one sentence must not be mixed word by word. Both texts have no lone surrogates.
    """
    return operation_of(before, hunks(before, after))


def operation_of(before: str, changes: Iterable[Hunk]) -> Op:
    """Return the operation that makes these changes to ``before``: deleted text first, then the new one."""
    op: Op = []
    at = 0
    for start, end, text in changes:
        if start > at:
            op.append(start - at)
        if end > start:
            op.append({"d": before[start:end]})
        if text:
            op.append(text)
        at = end
    return op


def hunks(before: str, after: str) -> list[Hunk]:
    """Return the changed places, in order, at least one character apart and at most ``HUNKS_MAX``."""
    found = _trimmed(before, Hunk(0, len(before), after))
    effort = Effort()
    for items in (_lines, _pieces, _words, _letters):
        found = [piece for hunk in found for piece in _split(before, hunk, items, effort)]
    return _slid(before, _limited(before, _melted(before, found)))


_Items: TypeAlias = tuple[Sequence[str], Sequence[str]]
"""Both sides of a changed place, cut up."""


def _lines(old: str, new: str) -> _Items:
    return old.splitlines(keepends=True), new.splitlines(keepends=True)


def _pieces(old: str, new: str) -> _Items:
    """Cut long passages after each of one letter that is neither rare nor frequent.

    A change spoils only the pieces around it (content-defined chunks), so long lines compare as fast as short ones.
    """
    if min(len(old), len(new)) < LONG_PASSAGE:
        return (old,), (new,)
    wanted = len(old) // PIECE_LENGTH
    letter = min(Counter(old).items(), key=lambda counted: (abs(counted[1] - wanted), counted[0]))[0]
    return _cut_after(old, letter), _cut_after(new, letter)


def _cut_after(text: str, letter: str) -> list[str]:
    *pieces, last = text.split(letter)
    pieces = [piece + letter for piece in pieces]
    return [*pieces, last] if last else pieces


def _words(old: str, new: str) -> _Items:
    return _WORDS.findall(old), _WORDS.findall(new)


def _letters(old: str, new: str) -> _Items:
    """Cut up only one long word that became another: letters that two passages share are chance."""
    if all(LONG_WORD <= len(text) <= LETTERS_MAX and len(text.split(None, 1)) == 1 for text in (old, new)):
        return old, new
    return (old,), (new,)


def _split(before: str, hunk: Hunk, items: Callable[[str, str], _Items], effort: Effort) -> list[Hunk]:
    """Compare both sides of a changed place item by item and return the places that differ."""
    if hunk.start == hunk.end or not hunk.text:
        return [hunk]
    old, new = items(before[hunk.start : hunk.end], hunk.text)
    if len(old) == 1 and len(new) == 1:
        return [hunk]
    offsets = list(accumulate(map(len, old), initial=hunk.start))
    new_offsets = list(accumulate(map(len, new), initial=0))
    found: list[Hunk] = []
    at = new_at = 0
    for match in [*matches(old, new, effort), Match(len(old), len(new), 0)]:
        text = hunk.text[new_offsets[new_at] : new_offsets[match.after]]
        found += _trimmed(before, Hunk(offsets[at], offsets[match.before], text))
        at, new_at = match.before + match.length, match.after + match.length
    return found


def _trimmed(before: str, hunk: Hunk) -> list[Hunk]:
    """Return the changed place without what is alike at its start and end, or nothing if all is."""
    old, new = before[hunk.start : hunk.end], hunk.text
    if old == new:
        return []
    first = _common_start(old, new)
    last = _common_end(old[first:], new[first:])
    return [Hunk(hunk.start + first, hunk.end - last, new[first : len(new) - last])]


def _common_start(one: str, other: str) -> int:
    alike, limit = 0, min(len(one), len(other))
    while alike < limit:  # comparing halves is a copy of memory, not a loop over characters
        middle = (alike + limit + 1) // 2
        if one.startswith(other[alike:middle], alike):
            alike = middle
        else:
            limit = middle - 1
    return alike


def _common_end(one: str, other: str) -> int:
    alike, limit = 0, min(len(one), len(other))
    while alike < limit:
        middle = (alike + limit + 1) // 2
        if one.endswith(other[len(other) - middle : len(other) - alike], 0, len(one) - alike):
            alike = middle
        else:
            limit = middle - 1
    return alike


def _melted(before: str, changes: list[Hunk]) -> list[Hunk]:
    """Join neighbours around a chance likeness: one of few characters, shorter than both changes."""
    result: list[Hunk] = []
    for hunk in changes:
        joined = hunk
        while result:
            likeness = joined.start - result[-1].end
            if likeness > CHANCE_MAX or likeness >= min(_size(result[-1]), _size(joined)):
                break
            joined = _join(before, result.pop(), joined)
        result.append(joined)
    return result


def _limited(before: str, changes: list[Hunk]) -> list[Hunk]:
    """Join the neighbours that stand nearest until no more than ``HUNKS_MAX`` are left."""
    surplus = len(changes) - HUNKS_MAX
    if surplus <= 0:
        return changes
    distances = sorted((changes[index].start - changes[index - 1].end, index) for index in range(1, len(changes)))
    nearest = {index for _, index in distances[:surplus]}
    result = changes[:1]
    for index, hunk in enumerate(changes[1:], 1):
        result.append(_join(before, result.pop(), hunk) if index in nearest else hunk)
    return result


def _slid(before: str, changes: list[Hunk]) -> list[Hunk]:
    """Move each pure insert or delete as far to the end as it has the same effect, so that equal changes look equal."""
    result: list[Hunk] = []
    limit = len(before)
    for start, end, text in reversed(changes):
        moved = 0
        if start == end or not text:
            edge = text or before[start:end]
            while end + moved < limit and before[end + moved] == edge[moved % len(edge)]:
                moved += 1
            turn = moved % len(text) if text else 0
            text = text[turn:] + text[:turn]
        result.append(Hunk(start + moved, end + moved, text))
        limit = start + moved - 1  # changes stay apart
    return result[::-1]


def _size(hunk: Hunk) -> int:
    return max(hunk.end - hunk.start, len(hunk.text))


def _join(before: str, first: Hunk, second: Hunk) -> Hunk:
    return Hunk(first.start, second.end, first.text + before[first.end : second.start] + second.text)
