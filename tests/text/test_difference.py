"""Two texts compared: the operation is right, small, and leaves alone what did not change."""

from __future__ import annotations

import random
import time
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.text import Op, apply, check, difference, hunks, hunks_of, invert, operation_of, transform
from app.text.difference import HUNKS_MAX
from tests.generators.text import LETTERS, ops, random_text, texts

WORDS = [
    "the",
    "plan",
    "was",
    "made",
    "by",
    "Anna",
    "and",
    "nobody",
    "knew",
    "\u4f60\u597d",
    "e\u0301t\u00e9",
    "\U0001f600",
]


@given(texts, texts)
@settings(max_examples=300)
def test_the_difference_of_any_two_texts_makes_one_of_the_other(before: str, after: str) -> None:
    op = check(difference(before, after))
    assert apply(before, op) == after
    assert apply(after, invert(op)) == before
    assert (op == []) == (before == after)
    assert operation_of(before, hunks_of(op)) == op


@given(st.lists(st.sampled_from([*WORDS, " ", "\n"]), max_size=60), st.data())
def test_the_difference_after_an_edit_is_no_larger_than_the_edit(words: list[str], data: st.DataObject) -> None:
    before = " ".join(words)
    op = data.draw(ops(before, edits_max=1))
    after = apply(before, op)
    found = difference(before, after)
    assert apply(before, found) == after
    assert _touched(found) <= _touched(op)


def _touched(op: Op) -> int:
    return sum(hunk.end - hunk.start + len(hunk.text) for hunk in hunks_of(op))


@pytest.mark.parametrize(
    ("before", "after", "op"),
    [
        ("same", "same", []),
        ("", "new", ["new"]),
        ("old", "", [{"d": "old"}]),
        ("recieve", "receive", [3, {"d": "ie"}, "ei"]),
        ("foo bar", "fooX barX", [3, "X", 4, "X"]),
        ("buy milk and bread", "buy oat milk and some bread", [4, "oat ", 9, "some "]),
        ("\u4f60\u597d\u4e16\u754c\u4eca\u5929", "\u4f60\u597d\u65b0\u4e16\u754c\u660e\u5929",
         [2, "\u65b0", 2, {"d": "\u4eca"}, "\u660e"]),
        ("the quick fox", "an ugly bear", [{"d": "the quick fox"}, "an ugly bear"]),
        ("a\U0001f600b", "a\U0001f601b", [1, {"d": "\U0001f600"}, "\U0001f601"]),
    ],
)  # fmt: skip
def test_the_difference_is_what_a_person_would_say_changed(before: str, after: str, op: Op) -> None:
    assert difference(before, after) == op


def test_anothers_edit_between_two_changes_survives() -> None:
    before = "Milk, bread and butter for the weekend"
    mine = difference(before, "Oat milk, bread and butter for the whole weekend")
    theirs = difference(before, "Milk, dark bread and butter for the weekend")
    assert apply(apply(before, theirs), transform(mine, theirs, "right")) == (
        "Oat milk, dark bread and butter for the whole weekend"
    )


def test_a_long_word_is_compared_letter_by_letter() -> None:
    before = "https://example.org/" + "0123456789abcdef" * 4
    after = before.replace("example", "exbmple").replace("f01", "f#01")
    assert _touched(difference(before, after)) == 2 + 3


def test_hunks_stand_apart_and_their_number_is_bounded() -> None:
    before = "word " * (HUNKS_MAX + 50)
    places = [f"word{index} " for index in range(HUNKS_MAX + 50)]
    after = "".join(place if index % 3 else place + "more " for index, place in enumerate(places))
    for old, new in ((before, after), ("".join(places), after)):
        found = hunks(old, new)
        assert 0 < len(found) <= HUNKS_MAX
        assert all(one.end < other.start for one, other in pairwise(found))
        assert apply(old, operation_of(old, found)) == new


def _prose(rng: random.Random, characters: int, space: str) -> str:
    words = ["".join(rng.choices("abcdefghij", k=rng.randint(2, 9))) for _ in range(2_000)]
    parts: list[str] = []
    while characters > 0:
        parts.append(rng.choice(words) + (space if rng.random() < 0.02 else " "))
        characters -= len(parts[-1])
    return "".join(parts)


@pytest.mark.parametrize("space", ["\n", " "], ids=["in lines", "in one line"])
def test_a_million_characters_with_a_hundred_edits_give_a_small_operation(space: str) -> None:
    rng = random.Random(space)
    before = after = _prose(rng, 1_000_000, space)
    for _ in range(100):
        at = rng.randrange(len(after) - 10)
        after = after[:at] + rng.choice(["x", "some words ", ""]) + after[at + rng.randint(0, 6) :]
    op = difference(before, after)
    assert apply(before, op) == after
    assert _touched(op) < 5_000


@pytest.mark.parametrize("kind", ["rewritten", "reversed", "periodic", "random"])
def test_comparing_texts_that_share_nothing_comes_to_an_end(kind: str) -> None:
    """Work is bounded by counted steps; the time here is only a net under them, far above what they take."""
    rng = random.Random(kind)
    before = "ab " * 70_000 if kind == "periodic" else _prose(rng, 200_000, " ")
    after = {
        "rewritten": lambda: _prose(rng, 200_000, " "),
        "reversed": lambda: before[::-1],
        "periodic": lambda: "ba  " * 50_000,
        "random": lambda: "".join(rng.choices(LETTERS, k=100_000)),
    }[kind]()
    started = time.process_time()
    op = difference(before, after)
    assert time.process_time() - started < 20
    assert apply(before, op) == after


def test_random_edits_of_random_texts_are_found() -> None:
    rng = random.Random(3)
    for _ in range(150):
        before = random_text(rng, 200)
        at, end = sorted(rng.randint(0, len(before)) for _ in range(2))
        after = before[:at] + random_text(rng, 20) + before[end:]
        assert apply(before, check(difference(before, after))) == after
