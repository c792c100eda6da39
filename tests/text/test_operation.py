"""What a text operation may look like, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from app.text import (
    COUNT_MAX,
    MalformedOperation,
    Op,
    OperationMismatch,
    OperationTooLarge,
    TextOperationError,
    apply,
    check,
    compose,
    invert,
    make_invertible,
    normalize,
    transform,
    transform_many,
    transform_pair,
    transform_position,
)

MALFORMED: list[tuple[Any, str]] = [
    (None, "not_a_list"),
    ("abc", "not_a_list"),
    ((1, "x"), "not_a_list"),
    ({"d": 1}, "not_a_list"),
    ([None], "bad_component"),
    ([True, "x"], "bad_component"),
    ([1.0, "x"], "bad_component"),
    ([b"x"], "bad_component"),
    ([[1], "x"], "bad_component"),
    ([{}], "bad_component"),
    ([{"x": 1}], "bad_component"),
    ([{1: 1}], "bad_component"),
    ([{"d": 1, "x": 1}], "bad_component"),
    ([{"d": True}], "bad_component"),
    ([{"d": 1.5}], "bad_component"),
    ([{"d": None}], "bad_component"),
    ([{"d": ["x"]}], "bad_component"),
    ([0, "x"], "bad_count"),
    ([-1, "x"], "bad_count"),
    ([COUNT_MAX + 1, "x"], "bad_count"),
    ([{"d": 0}], "bad_count"),
    ([{"d": -2}], "bad_count"),
    ([""], "empty_component"),
    ([{"d": ""}], "empty_component"),
    ([1, 1, "x"], "adjacent_components"),
    (["x", 1], "trailing_skip"),
    (["\ud83d"], "lone_surrogate"),
    (["\ud83d\ude00"], "lone_surrogate"),
    ([{"d": "a\udc00"}], "lone_surrogate"),
]


@pytest.mark.parametrize(("op", "code"), MALFORMED)
def test_a_malformed_operation_is_refused_everywhere_with_the_same_code(op: Any, code: str) -> None:
    calls: list[Callable[[], object]] = [
        lambda: check(op),
        lambda: transform_pair(op, ["x"], "left"),
        lambda: transform_pair(["x"], op, "left"),
        lambda: transform_many([["x"], op], [], "right"),
        lambda: transform_many([], [op], "right"),
        lambda: apply("abcdef", op),
        lambda: compose(op, ["x"]),
        lambda: compose(["x"], op),
        lambda: transform(op, ["x"], "left"),
        lambda: transform(["x"], op, "right"),
        lambda: transform_position(3, op),
        lambda: invert(op),
        lambda: make_invertible(op, "abcdef"),
    ]
    for call in calls:
        with pytest.raises(MalformedOperation) as caught:
            call()
        assert caught.value.code == code


@pytest.mark.parametrize(
    ("op", "code"), [case for case in MALFORMED if case[1] not in ("adjacent_components", "trailing_skip")]
)
def test_normalising_mends_only_emptiness_and_neighbours(op: Any, code: str) -> None:
    if code == "empty_component" or op in ([0, "x"], [{"d": 0}]):
        assert check(normalize(op)) in ([], ["x"])
        return
    with pytest.raises(MalformedOperation) as caught:
        normalize(op)
    assert caught.value.code == code


@pytest.mark.parametrize("op", [["a", "b"], [{"d": 1}, {"d": 1}], [1, {"d": "b"}, {"d": 2}, "x"]])
def test_neighbours_that_belong_together_may_not_come_in_from_outside(op: Op) -> None:
    with pytest.raises(MalformedOperation) as caught:
        check(op)
    assert caught.value.code == "adjacent_components"
    assert apply("abcdef", op) == apply("abcdef", check(normalize(op)))


@pytest.mark.parametrize(
    ("op", "code"),
    [
        ([4, "x"], "past_end"),
        ([{"d": 4}], "past_end"),
        ([2, {"d": 2}], "past_end"),
        ([2, {"d": "cd"}], "past_end"),
        ([1, {"d": "x"}], "text_differs"),
        ([{"d": "abd"}, "x"], "text_differs"),
    ],
)
def test_an_operation_that_does_not_fit_the_text_is_refused(op: Op, code: str) -> None:
    for call in (lambda: apply("abc", op), lambda: make_invertible(op, "abc"), lambda: invert(op, "abc")):
        with pytest.raises(OperationMismatch) as caught:
            call()
        assert caught.value.code == code
        assert "abd" not in str(caught.value), "a message repeats text of the document"


def test_limits_are_kept_to_the_last_unit() -> None:
    op: Op = ["x", {"d": 1}] * 3
    assert check(op, components_max=6) == op
    assert apply("abc", op, components_max=6) == "xxx"
    for call in (lambda: check(op, components_max=5), lambda: apply("abc", op, components_max=5)):
        with pytest.raises(OperationTooLarge) as caught:
            call()
        assert caught.value.code == "too_many_components"
    carrying: Op = ["\u00e9a", {"d": "\U0001f600"}]
    assert check(carrying, bytes_max=7) == carrying
    with pytest.raises(OperationTooLarge) as caught:
        check(carrying, bytes_max=6)
    assert caught.value.code == "too_much_text"


def test_an_inverse_needs_to_know_what_was_deleted() -> None:
    op: Op = [1, {"d": 2}, "x"]
    with pytest.raises(MalformedOperation) as caught:
        invert(op)
    assert caught.value.code == "deleted_text_missing"
    assert invert(op, "abcd") == [1, "bc", {"d": "x"}]


def test_sides_and_positions_are_checked() -> None:
    with pytest.raises(MalformedOperation) as caught:
        transform(["x"], ["y"], "middle")  # type: ignore[arg-type]
    assert caught.value.code == "bad_side"
    for position in (-1, True, 1.0):
        with pytest.raises(TextOperationError) as refused:
            transform_position(position, ["x"])  # type: ignore[arg-type]
        assert refused.value.code == "bad_position"


def test_positions_are_code_points() -> None:
    assert apply("a\U0001f600b", [2, "x"]) == "a\U0001f600xb"
    assert apply("e\u0301e", [1, {"d": 1}]) == "ee"
    assert transform_position(3, [{"d": "\U0001f600"}, "yy"]) == 4


def test_the_order_of_insert_and_delete_is_kept_because_it_matters() -> None:
    assert transform([{"d": 1}, "x"], ["y"], "left") == [1, {"d": 1}, "x"]
    assert transform(["x", {"d": 1}], ["y"], "left") == ["x", 1, {"d": 1}]
    assert normalize([{"d": 1}, "x"]) == [{"d": 1}, "x"]


def test_an_undo_of_a_delete_brings_back_only_what_it_took() -> None:
    mine: Op = [1, {"d": "bcde"}]
    theirs: Op = [2, {"d": "cd"}]
    committed = transform(mine, theirs, "right")
    assert committed == [1, {"d": "be"}]
    assert invert(committed) == [1, "be"]
