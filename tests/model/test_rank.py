"""Ranks: something always fits between two, in order, and stays short where people really insert."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.model.rank import DIGITS, LENGTH_MAX, between, is_rank, spread

places = st.lists(st.integers(0, 1 << 30), max_size=60)


@given(places)
@settings(deadline=None)
def test_wherever_one_inserts_the_list_stays_in_order(inserts: list[int]) -> None:
    ranks: list[str] = []
    for insert in inserts:
        place = insert % (len(ranks) + 1)
        low = ranks[place - 1] if place else None
        high = ranks[place] if place < len(ranks) else None
        rank = between(low, high)
        assert is_rank(rank)
        assert low is None or low < rank
        assert high is None or rank < high
        ranks.insert(place, rank)
    assert ranks == sorted(set(ranks))


ranks_in_order = (
    st.lists(st.text(DIGITS, min_size=1, max_size=4), min_size=2, max_size=2, unique=True)
    .map(lambda fractions: sorted("a5" + fraction + "V" for fraction in fractions))
)  # fmt: skip


@given(ranks_in_order)
def test_between_any_two_fractions_there_is_room(pair: list[str]) -> None:
    low, high = pair
    middle = between(low, high)
    assert low < middle < high
    assert is_rank(middle)
    assert is_rank(between(None, low))
    assert between(None, low) < low
    assert between(high, None) > high


@pytest.mark.parametrize("side", ["first", "last"])
def test_a_thousand_at_an_end_keep_short_ranks(side: str) -> None:
    ranks = [between(None, None)]
    for _ in range(10_000):
        rank = between(ranks[-1], None) if side == "last" else between(None, ranks[-1])
        assert (rank > ranks[-1]) == (side == "last")
        ranks.append(rank)
    assert max(len(rank) for rank in ranks[:1_000]) <= 3
    assert max(len(rank) for rank in ranks) <= 4


def test_inserts_at_one_place_grow_slowly() -> None:
    low, high = between(None, None), between(between(None, None), None)
    for _ in range(500):
        high = between(low, high)
        assert low < high
    assert len(high) <= LENGTH_MAX


def test_the_ends_of_what_can_be_written_leave_room() -> None:
    highest, first = "z" + DIGITS[-1] * 26, "A" + DIGITS[0] * 26
    assert is_rank(highest)
    above = between(highest, None)
    assert above > highest
    assert between(above, None) > above
    assert not is_rank(first)
    assert not is_rank(first + "V")
    lowest = "A" + DIGITS[0] * 25 + "1"
    assert is_rank(lowest)
    assert between(None, lowest + "V") == lowest


def test_neighbours_out_of_order_are_an_error() -> None:
    for low, high in (("a1", "a0"), ("a1", "a1")):
        with pytest.raises(ValueError, match="order"):
            between(low, high)


@pytest.mark.parametrize("count", [0, 1, 2, 7, 200])
def test_a_block_lies_between_its_neighbours_in_order(count: int) -> None:
    for low, high in ((None, None), ("a0", None), (None, "a0"), ("a0", "a1"), ("a0V", "a1")):
        ranks = spread(low, high, count)
        assert len(ranks) == count
        assert [*([low] if low else []), *ranks, *([high] if high else [])] == sorted(
            {*ranks, *([low] if low else []), *([high] if high else [])}
        )
        assert all(is_rank(rank) for rank in ranks)


def test_what_is_no_rank_is_told_apart() -> None:
    for right in ("a0", "Zz", "a0V", "b00", "Y00", "zz" + "z" * 25):
        assert is_rank(right)
    for wrong in ("", "a", "0", "a00", "b0", "a0 ", "a0é", "a" * (LENGTH_MAX + 1), 5, None, b"a0", ["a0"], "50"):
        assert not is_rank(wrong)


def test_chance_finds_no_two_alike() -> None:
    rng = random.Random(5)
    ranks = spread(None, None, 3)
    for _ in range(2_000):
        place = rng.randrange(len(ranks) + 1)
        block = spread(
            ranks[place - 1] if place else None, ranks[place] if place < len(ranks) else None, rng.randint(1, 3)
        )
        ranks[place:place] = block
    assert ranks == sorted(set(ranks))
