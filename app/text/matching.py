"""What two sequences have in common, found in bounded time."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple, TypeAlias

EDITS_MAX: Final = 96
"""Differences up to which the shortest edit is looked for; the time grows with their square."""

STEPS_PER_ITEM: Final = 6
"""Comparisons allowed for each item before the search for the shortest edit is given up."""

LONG: Final = 1_000
"""Items from which anchors are looked for first."""

DEPTH_MAX: Final = 6
"""How often a gap between anchors is searched for anchors of its own."""


EFFORT: Final = 1_000_000
"""Steps of all searches for one pair of texts, some tenths of a second; then only anchors are used."""


@dataclass(slots=True)
class Effort:
    """What may still be spent on one comparison; shared by its parts."""

    left: int = EFFORT


class Match(NamedTuple):
    """``length`` items that stand in both sequences, from ``before`` in the one and from ``after`` in the other."""

    before: int
    after: int
    length: int


_Trail: TypeAlias = "tuple[_Trail, Match] | None"


def matches(before: Sequence[str], after: Sequence[str], effort: Effort) -> list[Match]:
    """Return what is alike in both, in order and without crossings.

    Short sequences: the shortest edit (Myers 1986, "An O(ND) difference algorithm"). Long or very different ones: items
    that occur once in both are taken as anchors (patience diff), and the gaps between them are searched in turn. What
    is too different to be matched within the bounds is left unmatched.
    """
    found: list[Match] = []
    gaps = [(0, len(before), 0, len(after), 0)]
    while gaps:
        start, end, other_start, other_end, depth = gaps.pop()
        mine, theirs = before[start:end], after[other_start:other_end]
        anchors = _anchors(mine, theirs) if min(len(mine), len(theirs)) > LONG else []
        if not anchors:
            whole = _shortest_edit(mine, theirs, effort)
            if whole is not None:
                found += [Match(start + match.before, other_start + match.after, match.length) for match in whole]
                continue
            anchors = _anchors(mine, theirs)
        at, other_at = start, other_start
        for match in anchors:
            place = Match(start + match.before, other_start + match.after, match.length)
            found.append(place)
            if depth < DEPTH_MAX and at < place.before and other_at < place.after:
                gaps.append((at, place.before, other_at, place.after, depth + 1))
            at, other_at = place.before + place.length, place.after + place.length
        if anchors and depth < DEPTH_MAX:
            gaps.append((at, end, other_at, other_end, depth + 1))
    return sorted(found)


def _shortest_edit(before: Sequence[str], after: Sequence[str], effort: Effort) -> list[Match] | None:
    """Return what the shortest edit keeps, or None if it takes too many edits or too much effort to find."""
    if not before or not after:
        return []
    length, other_length = len(before), len(after)
    if abs(length - other_length) > EDITS_MAX:
        return None
    steps, steps_max = 0, STEPS_PER_ITEM * (length + other_length)
    furthest: dict[int, int] = {1: 0}  # on each diagonal (before minus after), how far one comes
    trails: dict[int, _Trail] = {1: None}
    for edits in range(EDITS_MAX + 1):
        steps_before = steps
        for diagonal in range(-edits, edits + 1, 2):
            came_from = _better_neighbour(furthest, diagonal, edits)
            at = furthest[came_from] + (came_from < diagonal)
            start = at
            while at < length and at - diagonal < other_length and before[at] == after[at - diagonal]:
                at += 1
            furthest[diagonal], trail = at, trails[came_from]
            if at > start:
                trail = (trail, Match(start, start - diagonal, at - start))
            trails[diagonal] = trail
            if at >= length and at - diagonal >= other_length:
                return _followed(trail)
            steps += at - start
        effort.left -= edits + steps - steps_before
        if steps > steps_max or effort.left < 0:
            return None
    return None


def _better_neighbour(furthest: dict[int, int], diagonal: int, edits: int) -> int:
    if diagonal == -edits or (diagonal != edits and furthest[diagonal - 1] < furthest[diagonal + 1]):
        return diagonal + 1
    return diagonal - 1


def _followed(trail: _Trail) -> list[Match]:
    found: list[Match] = []
    while trail is not None:
        trail, match = trail
        found.append(match)
    return found[::-1]


def _anchors(before: Sequence[str], after: Sequence[str]) -> list[Match]:
    """Return the longest rising row of items that occur once in both, with their like neighbours."""
    once = {item for item, count in Counter(before).items() if count == 1}
    once &= {item for item, count in Counter(after).items() if count == 1}
    places = {item: index for index, item in enumerate(after) if item in once}
    pairs = [(index, places[item]) for index, item in enumerate(before) if item in once]
    tops: list[int] = []  # the smallest end of a rising row of each length
    rows: list[_Trail] = []
    for index, place in pairs:
        size = bisect_left(tops, place)
        row = (rows[size - 1] if size else None, Match(index, place, 1))
        if size == len(tops):
            tops.append(place)
            rows.append(row)
        else:
            tops[size], rows[size] = place, row
    return _extended(before, after, _followed(rows[-1])) if rows else []


def _extended(before: Sequence[str], after: Sequence[str], anchors: list[Match]) -> list[Match]:
    """Widen each anchor over the like items beside it; what a wider one covers is dropped."""
    result: list[Match] = []
    at = other_at = 0
    for start, other_start, _ in anchors:
        if start < at:
            continue
        first, end, other_end = start, start + 1, other_start + 1
        while first > at and other_start > other_at and before[first - 1] == after[other_start - 1]:
            first, other_start = first - 1, other_start - 1
        while end < len(before) and other_end < len(after) and before[end] == after[other_end]:
            end, other_end = end + 1, other_end + 1
        result.append(Match(first, other_start, end - first))
        at, other_at = end, other_end
    return result
