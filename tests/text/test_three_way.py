"""Two texts made from one base come together without losing what was typed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.text import (
    Buried,
    Hunk,
    Op,
    OperationMismatch,
    Overlap,
    apply,
    buried_inserts,
    hunks_of,
    three_way,
    three_way_operation,
)
from tests.generators.text import ops, texts


@given(texts, texts)
def test_a_side_that_changed_nothing_leaves_the_other_as_it_is(base: str, changed: str) -> None:
    assert three_way(base, changed, base).text == changed
    mine = three_way(base, base, changed)
    both = three_way(base, changed, changed)
    for merge in (mine, both):
        assert (merge.text, merge.op, merge.overlaps) == (changed, [], ())


@given(texts, texts, texts)
def test_the_merged_operation_leads_from_the_current_to_the_merged_text(base: str, mine: str, current: str) -> None:
    merge = three_way(base, mine, current)
    assert apply(current, merge.op) == merge.text
    for overlap in merge.overlaps:
        assert overlap.base == base[overlap.start : overlap.end]
        assert overlap.mine != overlap.current
        assert base[: overlap.start] + overlap.mine + base[overlap.end :] != base


@given(st.data())
def test_every_letter_that_either_typed_is_in_the_merged_text(data: st.DataObject) -> None:
    base = data.draw(texts)
    mine, mine_typed = _signed(data.draw(ops(base)), 0xE000)
    theirs, theirs_typed = _signed(data.draw(ops(base)), 0xF0000)
    for merge in (
        three_way_operation(base, mine, apply(base, theirs)),
        three_way(base, apply(base, mine), apply(base, theirs)),
    ):
        assert all(merge.text.count(letter) == 1 for letter in mine_typed + theirs_typed)


def _signed(op: Op, first: int) -> tuple[Op, str]:
    """Return the operation with each letter it inserts made another, so that none is in doubt, and these letters."""
    signed: Op = []
    letters = ""
    for component in op:
        if isinstance(component, str):
            start = first + len(letters)
            component = "".join(map(chr, range(start, start + len(component))))
            letters += component
        signed.append(component)
    return signed, letters


def test_changes_in_different_places_merge_without_a_question() -> None:
    base = "Milk, bread and butter"
    merge = three_way(base, "Oat milk, bread and butter", "Milk, bread and salted butter")
    assert (merge.text, merge.overlaps) == ("Oat milk, bread and salted butter", ())


def test_the_same_change_made_by_both_is_made_once() -> None:
    base = "a list\nend"
    merge = three_way(base, "a list\nmore\nend!", "a list\nmore\nend")
    assert (merge.text, merge.overlaps) == ("a list\nmore\nend!", ())


def test_a_word_both_replaced_has_both_words_and_asks() -> None:
    merge = three_way("the cat sat", "the dog sat", "the bird sat")
    assert merge.text == "the birddog sat"
    assert merge.overlaps == (Overlap(4, 7, "cat", "dog", "bird"),)


def test_several_changes_that_hang_together_are_one_question() -> None:
    base = "one two three four five six"
    merge = three_way_operation(base, [4, {"d": "two"}, "2", 7, {"d": "four five"}, "4 5"], "one 2 3 4 five six")
    assert [overlap.base for overlap in merge.overlaps] == ["two three four five"]
    assert merge.overlaps[0].mine == "2 three 4 5"
    assert merge.overlaps[0].current == "2 3 4 five"


@pytest.mark.parametrize(
    ("base", "mine", "current", "asks"),
    [
        ("cat", "cart", "cast", True),  # both typed into one word
        ("Buy milk", "Buy milk and eggs", "Buy milk and bread", True),
        ("log\n", "log\nmine\n", "log\ntheirs\n", False),  # two new lines at one place
        ("0123456789", "0189", "056789", False),  # two overlapping deletes
        ("0123456789", "09", "01234x56789", True),  # typed into what I deleted
        ("0123456789", "01239", "0123x456789", False),  # typed beside it
    ],
)
def test_a_person_is_asked_only_where_something_has_to_be_decided(
    base: str, mine: str, current: str, asks: bool
) -> None:
    assert bool(three_way(base, mine, current).overlaps) is asks


def test_an_operation_that_was_not_made_for_the_base_is_refused() -> None:
    with pytest.raises(OperationMismatch):
        three_way_operation("abc", [{"d": "x"}], "abc")


def test_changed_places_are_read_from_an_operation_in_either_order() -> None:
    assert hunks_of([2, "x", {"d": 3}, "y", 1, {"d": "ab"}]) == [Hunk(2, 5, "xy"), Hunk(6, 8, "")]
    assert hunks_of([]) == []


@given(st.data())
def test_a_buried_insert_is_one_whose_both_neighbours_are_deleted(data: st.DataObject) -> None:
    text = data.draw(texts)
    deleting, inserting = data.draw(ops(text)), data.draw(ops(text))
    gone: set[int] = set()
    for hunk in hunks_of(deleting):
        gone.update(range(hunk.start, hunk.end))
    expected = [
        hunk.text
        for hunk in hunks_of(inserting)
        if hunk.text and {hunk.start - 1, *range(hunk.start, hunk.end + 1)} <= gone
    ]
    assert [buried.text for buried in buried_inserts(deleting, inserting)] == expected


def test_a_buried_insert_tells_how_much_was_deleted_around_it() -> None:
    assert buried_inserts([3, {"d": 50}], [10, "fresh", 60, "elsewhere"]) == [Buried("fresh", 50)]
    assert buried_inserts([3, {"d": 50}], [3, "before", 50, "behind"]) == []
