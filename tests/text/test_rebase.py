"""Moving many operations over each other at once is the same as moving them one by one."""

from __future__ import annotations

import copy
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.text import MalformedOperation, Op, Side, apply, transform, transform_many, transform_pair
from tests.generators.text import ops, random_op, random_text, texts, texts_with_two_ops

OPPOSITE: dict[Side, Side] = {"left": "right", "right": "left"}
sides: st.SearchStrategy[Side] = st.sampled_from(list(OPPOSITE))


def _one_by_one(mine: list[Op], theirs: list[Op], side: Side) -> tuple[list[Op], list[Op]]:
    mine = list(mine)
    moved = []
    for other in theirs:
        for index, op in enumerate(mine):
            mine[index], other = transform(op, other, side), transform(other, op, OPPOSITE[side])
        moved.append(other)
    return mine, moved


@given(texts_with_two_ops(), sides)
@settings(max_examples=400)
def test_a_pair_is_moved_as_two_single_transforms_move_it(drawn: tuple[str, Op, Op], side: Side) -> None:
    _, mine, theirs = drawn
    before = copy.deepcopy((mine, theirs))
    expected = transform(mine, theirs, side), transform(theirs, mine, OPPOSITE[side])
    assert transform_pair(mine, theirs, side) == expected
    assert transform_many([mine], [theirs], side) == ([expected[0]], [expected[1]])
    assert (mine, theirs) == before


@given(st.data(), sides)
@settings(max_examples=200)
def test_lists_are_moved_as_single_transforms_move_them(data: st.DataObject, side: Side) -> None:
    text = data.draw(texts)
    lists: list[list[Op]] = [[], []]
    ends = []
    for history in lists:
        now = text
        for _ in range(data.draw(st.integers(0, 4))):
            history.append(data.draw(ops(now, edits_max=2)))
            now = apply(now, history[-1])
        ends.append(now)
    before = copy.deepcopy(lists)
    mine, theirs = transform_many(lists[0], lists[1], side)
    assert (mine, theirs) == _one_by_one(lists[0], lists[1], side)
    assert lists == before
    for op in theirs:
        ends[0] = apply(ends[0], op)
    for op in mine:
        ends[1] = apply(ends[1], op)
    assert ends[0] == ends[1]


@pytest.mark.parametrize("letters", [6, 40, 400])
def test_long_lists_on_texts_of_any_length_are_moved_exactly(letters: int) -> None:
    rng = random.Random(letters)
    text = random_text(rng, letters)
    mine, theirs = _history(rng, text), _history(rng, text)
    for side in OPPOSITE:
        assert transform_many(mine, theirs, side) == _one_by_one(mine, theirs, side)


def _history(rng: random.Random, text: str) -> list[Op]:
    history = []
    for _ in range(40):
        history.append(random_op(rng, text, 2))
        text = apply(text, history[-1])
    return history


def test_operations_that_are_not_in_normal_form_are_not_moved_in_pairs() -> None:
    for call in (
        lambda: transform_pair(["a", "b"], ["x"], "left"),
        lambda: transform_many([["x"]], [[{"d": 1}, {"d": 1}]], "left"),
    ):
        with pytest.raises(MalformedOperation) as caught:
            call()
        assert caught.value.code == "adjacent_components"
