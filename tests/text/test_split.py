"""A paste that is too large for one operation goes out as several."""

from __future__ import annotations

from functools import reduce

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.text import CARRIED_BYTES_MAX, Op, apply, check, difference, split
from tests.generators.text import ops, texts


@given(st.data(), st.integers(2, 5), st.integers(4, 12))
def test_the_parts_do_together_what_the_whole_does_and_each_is_within_limits(
    data: st.DataObject, components_max: int, bytes_max: int
) -> None:
    text = data.draw(texts)
    op = data.draw(ops(text))
    parts = split(op, components_max=components_max, bytes_max=bytes_max)
    for part in parts:
        assert check(part, components_max=components_max, bytes_max=bytes_max) and part
    assert reduce(apply, parts, text) == apply(text, op)


@given(st.data())
def test_an_operation_within_limits_stays_whole(data: st.DataObject) -> None:
    op = data.draw(ops(data.draw(texts)))
    assert split(op) == ([op] if op else [])


@pytest.mark.parametrize("letter", ["x", "\u05d0", "\u4e2d", "\U0001f600"])
def test_a_megabyte_replaced_by_a_paste_goes_out_in_few_parts(letter: str) -> None:
    before, after = "old\n" * 75_000, letter * 300_000
    op: Op = difference(before, after)
    parts = split(op)
    size = len(before) + len(after.encode())
    assert size / CARRIED_BYTES_MAX <= len(parts) <= size / CARRIED_BYTES_MAX + 2
    assert reduce(apply, map(check, parts), before) == after


def test_limits_that_leave_no_room_are_refused() -> None:
    for limits in ({"components_max": 1}, {"bytes_max": 3}):
        with pytest.raises(ValueError, match="room"):
            split(["x"], **limits)
