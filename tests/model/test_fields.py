"""Field types keep what they promise: a checked value is in its stored form, anything else is refused."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.model.change import Refusal
from app.model.fields import (
    ELEMENTS_MAX,
    TEXT_LENGTH_MAX,
    Body,
    Choice,
    Colour,
    Day,
    FieldType,
    Flag,
    Line,
    Rank,
    Reactions,
    Reference,
    References,
    Text,
    Whole,
    check_text,
)
from app.model.kinds import KINDS

ID = "5f0c1f0e-8a54-4f5e-9d8e-3f1f6a1f2b3c"
OTHER = "0e4b7a8c-1d2e-7f3a-8b5c-6d7e8f9a0b1c"
STRANGE = [
    float("nan"),
    float("inf"),
    1.5,
    -1,
    2**64,
    b"bytes",
    {},
    {"d": 1},
    [[]],
    [None],
    (),
    True,
    False,
    0,
    "",
    "a\ud800",
]

TAKES: list[tuple[FieldType, list[Any]]] = [
    (Line(10), ["", "ten chars.", None, "é\U0001f44d", "\u2028\u202e"]),
    (Line(10, required=True), ["x", " x "]),
    (Body(10), ["two\nlines", "a\tb"]),
    (Text(), ["", "any\ntext"]),
    (Choice(("a", "b")), ["a", "b"]),
    (Whole(0, 4), [0, 4]),
    (Flag(), [True, False]),
    (Day(), ["2026-11-27", "2024-02-29", "2026-11-27T10:00Z", "2026-11-27T10:00:00.123+05:30", "0001-01-01"]),
    (Reference(("task",)), [ID, OTHER, None]),
    (References("label"), [[], [ID], sorted([ID, OTHER])]),
    (Reactions(), [[], [f"{ID}:\U0001f44d"], [f"{ID}::)"]]),
    (Colour(("blue",)), ["blue", "#a0B1c2", None]),
    (Rank(), ["a0", "a0V"]),
]
REFUSES: list[tuple[FieldType, list[Any]]] = [
    (Line(10), ["eleven char", "a\nb", "a\tb", "a\x00", "\x7f", "\x85", "a\ud800", 5, ["x"]]),
    (Line(10, required=True), ["", "   ", None, "\u3000"]),
    (Body(10), ["", " \n ", None, "a\x00", "eleven char"]),
    (Text(), ["a\x00", "a\ud800", 5]),
    (Choice(("a", "b")), ["c", "", None, 1, True, ["a"], {"a": 1}]),
    (Whole(0, 4), [-1, 5, True, 1.0, "1", None, 2**64]),
    (Flag(), [0, 1, "true", None]),
    (Day(), ["2026-11-31", "0000-01-01", "2026-02-29", "27.11.2026", "2026-11-27T25:00Z", "2026-11-27T10:00:60Z"]),
    (
        Day(),
        ["2026-11-27T10:00", "2026-11-27T10:00+99:99", "2026-11-27 ", "2026-1-1", "2026-11-27T10:00Z\n", 5, "x" * 41],
    ),
    (Day(), ["\u0662\u0660\u0662\u0666-11-27", "20261127", "2026-W48-5"]),
    (Reference(("task",)), [ID.upper(), ID + "\n", "", ID[:-1], "x", 5, "5f0c1f0e-8a54-1f5e-9d8e-3f1f6a1f2b3c"]),
    (Reference(("task",), required=True), [None]),
    (References("label"), [ID, [ID.upper()], [5], ["x"], [ID] * (ELEMENTS_MAX + 1), {ID: 1}]),
    (Reactions(), ["x", ["x"], [f"{ID}:"], [f"x:{ID}"], [f"{ID}:" + "a" * 17], [f"{ID}:\n"], [f"{ID}:\u2028"], [5]]),
    (Colour(("blue",)), ["red", "#12345", "#1234567", "#gggggg", "", 5]),
    (Rank(), ["", "a", "a00", None, 5, "z" * 200]),
]


@pytest.mark.parametrize(("type_", "values"), TAKES, ids=lambda one: type(one).__name__)
def test_what_a_type_takes_stays_as_it_is(type_: FieldType, values: list[Any]) -> None:
    for value in values:
        expected = [] if value is None and isinstance(type_, References | Reactions) else value
        assert type_.check(value) == expected
        assert type_.check(type_.check(value)) == type_.check(value)


@pytest.mark.parametrize(("type_", "values"), REFUSES, ids=lambda one: type(one).__name__)
def test_what_a_type_does_not_take_is_refused_with_a_sentence(type_: FieldType, values: list[Any]) -> None:
    for value in values:
        with pytest.raises(Refusal) as caught:
            type_.check(value)
        assert caught.value.code in ("bad_value", "too_large"), value
        assert caught.value.text.endswith(".")


def test_unset_is_written_in_one_way() -> None:
    assert Day().check("") is None
    assert References("label").check(None) == []
    assert Text().check(None) == ""
    assert References("label").check([OTHER, ID, OTHER]) == sorted({ID, OTHER})


FIELDS = [
    pytest.param(field.type, id=f"{kind.name}.{field.name}")
    for kind in KINDS.values()
    for field in kind.fields.values()
]


@pytest.mark.parametrize("type_", FIELDS)
def test_nothing_strange_brings_a_field_of_the_table_down(type_: FieldType) -> None:
    for value in STRANGE:
        try:
            stored = type_.check(value)
        except Refusal:
            continue
        assert type_.check(stored) == stored
        assert all(isinstance(one, str) for one in type_.references(stored))


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30) | st.binary(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@given(anything)
def test_a_type_answers_with_a_value_or_a_refusal_whatever_comes(value: Any) -> None:
    for type_, _ in TAKES:
        try:
            type_.check(value)
        except Refusal as refusal:
            assert refusal.code in ("bad_value", "too_large")


def test_the_longest_text_is_counted_in_characters() -> None:
    assert check_text("\U0001f44d" * 5, 5, lines=False)
    with pytest.raises(Refusal) as caught:
        check_text("x" * 6, 5, lines=True)
    assert caught.value.code == "too_large"
    assert TEXT_LENGTH_MAX == 1_000_000
