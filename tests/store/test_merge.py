"""Concurrent writes merge as the table says: by base and clamped time, units whole, sets by element."""

import pytest

from tests.store.office import START, Office, Person, check_channel


@pytest.fixture
def mike(office: Office) -> Person:
    return office.join("Mike")


@pytest.fixture
def ch(office: Office) -> str:
    return office.owner.project()


@pytest.fixture
def task(office: Office, ch: str) -> str:
    return office.owner.task(ch)


def test_who_had_seen_the_value_wins_whatever_the_clocks_say(office: Office, mike: Person, ch: str, task: str) -> None:
    sarah = office.owner
    sarah.sets(ch, task, status="doing", at=START + 10**9)
    result = mike.sets(ch, task, status="done", at=1.0, heard=1.0)
    assert result.status == "applied"
    assert office.value(ch, task, "status") == "done"


def test_of_concurrent_writes_the_one_made_later_wins(office: Office, mike: Person, ch: str, task: str) -> None:
    sarah = office.owner
    base = office.seq(ch)
    office.now += 100
    assert sarah.sets(ch, task, status="doing", at=START + 50, heard=START).status == "applied"
    earlier = mike.sets(ch, task, status="done", base=base, at=START + 40, heard=START)
    assert earlier.status == "superseded"
    assert office.value(ch, task, "status") == "doing"
    [write] = office.entries(ch)[-1].writes
    assert (write.fields, write.lost, write.before) == ({}, {"status": "done"}, {"status": "doing"})
    assert mike.sets(ch, task, status="review", base=base, at=START + 60, heard=START).status == "applied"
    assert office.value(ch, task, "status") == "review"
    check_channel(office.store, ch)


def test_a_change_that_wins_in_one_field_and_loses_in_another_is_merged(
    office: Office, mike: Person, ch: str, task: str
) -> None:
    base = office.seq(ch)
    office.now += 100
    office.owner.sets(ch, task, status="doing", at=START + 50, heard=START)
    result = mike.sets(ch, task, status="done", priority=2, base=base, at=START + 40, heard=START)
    assert result.status == "merged"
    [write] = office.entries(ch)[-1].writes
    assert (write.fields, write.lost) == ({"priority": 2}, {"status": "done"})


@pytest.mark.parametrize("error", [-(10.0**9), 10.0**9])
def test_a_wrong_clock_moves_an_edit_only_inside_its_own_window(
    office: Office, mike: Person, ch: str, task: str, error: float
) -> None:
    """Case 12: Mike's edit was made after he last heard and before he came back, whatever his clock says."""
    sarah = office.owner
    base = office.seq(ch)
    mike_heard = START + 10
    office.now = START + 3 * 86_400
    sarah.sets(ch, task, status="doing", at=START + 5, heard=START)  # before Mike last heard anything
    assert mike.sets(ch, task, status="done", base=base, at=START + 20 + error, heard=mike_heard).status == "applied"
    entry = office.entries(ch)[-1]
    assert mike_heard <= entry.made <= office.now


def test_the_measured_offset_corrects_a_wrong_clock(office: Office, mike: Person, ch: str, task: str) -> None:
    base = office.seq(ch)
    office.now = START + 3 * 86_400
    office.owner.sets(ch, task, status="doing", at=office.now - 86_400, heard=START)
    mike.offset = 10.0**9  # Mike's clock is that far behind
    made = office.now - 2 * 86_400
    assert mike.sets(ch, task, status="done", base=base, at=made - 10.0**9, heard=START).status == "superseded"
    assert office.entries(ch)[-1].made == pytest.approx(made)


@pytest.mark.parametrize("at", [float("nan"), float("inf"), float("-inf")])
def test_a_time_that_is_none_counts_as_now(office: Office, ch: str, task: str, at: float) -> None:
    assert office.owner.sets(ch, task, status="doing", at=at, heard=at).status == "applied"
    assert office.entries(ch)[-1].made == office.now


def test_an_earlier_change_of_the_same_device_always_counts_as_seen(office: Office, ch: str, task: str) -> None:
    """Offline, somebody sets and sets again; both carry the same base and the clock went back between them."""
    sarah = office.owner
    base = office.seq(ch)
    first = sarah.make("set", "task", [task], ch, base=base, at=START + 50, fields={"status": "doing"})
    second = sarah.make("set", "task", [task], ch, base=base, at=START - 50, heard=1.0, fields={"status": "done"})
    assert [result.status for result in sarah.push(first, second)] == ["applied", "applied"]
    assert office.value(ch, task, "status") == "done"


def test_a_later_number_of_the_same_device_was_not_seen_by_an_earlier_one(office: Office, ch: str, task: str) -> None:
    sarah = office.owner
    base = office.seq(ch)
    office.now += 100
    first = sarah.make("set", "task", [task], ch, base=base, at=START + 10, heard=START, fields={"status": "doing"})
    second = sarah.make("set", "task", [task], ch, base=base, at=START + 20, heard=START, fields={"status": "done"})
    assert [result.status for result in sarah.push(second, first)] == ["applied", "superseded"]


def test_the_same_value_from_two_sides_is_no_conflict(office: Office, mike: Person, ch: str, task: str) -> None:
    base = office.seq(ch)
    office.now += 100
    office.owner.sets(ch, task, status="done", at=START + 50, heard=START)
    result = mike.sets(ch, task, status="done", base=base, at=START + 10, heard=START)
    assert result.status != "superseded"
    [write] = office.entries(ch)[-1].writes
    assert (write.lost, write.before, write.fields) == ({}, {}, {})


def test_dates_win_or_lose_together(office: Office, mike: Person, ch: str, task: str) -> None:
    sarah = office.owner
    base = office.seq(ch)
    office.now += 100
    sarah.sets(ch, task, start="2026-12-01", due="2026-12-05", at=START + 50, heard=START)
    lost = mike.sets(ch, task, start="2026-11-01", due="2026-11-05", base=base, at=START + 40, heard=START)
    assert lost.status == "superseded"
    assert (office.value(ch, task, "start"), office.value(ch, task, "due")) == ("2026-12-01", "2026-12-05")
    # A write of one of them alone is concurrent with the write of the other: the later one wins, the earlier is lost.
    assert mike.sets(ch, task, due="2026-11-06", base=base, at=START + 41, heard=START).status == "superseded"
    won = mike.sets(ch, task, start="2027-01-01", due="2027-01-05", base=base, at=START + 60, heard=START)
    assert won.status == "applied"
    assert (office.value(ch, task, "start"), office.value(ch, task, "due")) == ("2027-01-01", "2027-01-05")


def test_unset_values_are_one_however_they_are_written(office: Office, ch: str, task: str) -> None:
    sarah = office.owner
    sarah.sets(ch, task, due="2026-12-05")
    sarah.sets(ch, task, due="")
    assert office.value(ch, task, "due") is None
    check_channel(office.store, ch)


def test_an_add_survives_a_remove_that_had_not_seen_it(office: Office, mike: Person, ch: str, task: str) -> None:
    sarah = office.owner
    label = sarah.label(ch)
    sarah.does("add", "task", task, ch, field="labels", values=[label])
    base = office.seq(ch)
    assert sarah.does("remove", "task", task, ch, field="labels", values=[label]).status == "applied"
    assert sarah.does("add", "task", task, ch, field="labels", values=[label]).status == "applied"
    removed = mike.does("remove", "task", task, ch, field="labels", values=[label], base=base)
    assert removed.status == "merged"
    assert set(office.row(ch, task).sets["labels"]) == {label}
    assert mike.does("remove", "task", task, ch, field="labels", values=[label]).status == "applied"
    assert office.row(ch, task).sets["labels"] == {}
    check_channel(office.store, ch)


def test_two_adds_of_the_same_are_two_reasons_to_stay(office: Office, mike: Person, ch: str, task: str) -> None:
    """Mike's add is concurrent with a remove that had seen only Sarah's add: the label is there."""
    sarah = office.owner
    label = sarah.label(ch)
    base = office.seq(ch)
    sarah.does("add", "task", task, ch, field="labels", values=[label])
    seen_by_remover = office.seq(ch)
    mike.does("add", "task", task, ch, field="labels", values=[label], base=base)
    sarah.does("remove", "task", task, ch, field="labels", values=[label], base=seen_by_remover, n=10**6)
    assert set(office.row(ch, task).sets["labels"]) == {label}
    check_channel(office.store, ch)


def test_adding_again_what_is_there_is_a_reason_of_its_own_to_stay(office: Office, ch: str, task: str) -> None:
    sarah, mike = office.owner, office.join("Mike")
    label = sarah.label(ch)
    sarah.does("add", "task", task, ch, field="labels", values=[label, label])
    base = office.seq(ch)
    sarah.does("add", "task", task, ch, field="labels", values=[label])
    assert len(office.row(ch, task).sets["labels"]) == 1
    assert mike.does("remove", "task", task, ch, field="labels", values=[label], base=base).status == "merged"
    assert set(office.row(ch, task).sets["labels"]) == {label}


def test_removing_what_is_not_there_is_no_conflict(office: Office, ch: str, task: str) -> None:
    sarah = office.owner
    labels = [sarah.label(ch), sarah.label(ch)]
    sarah.does("add", "task", task, ch, field="labels", values=labels[:1])
    result = sarah.does("remove", "task", task, ch, field="labels", values=labels[::-1])
    assert result.status == "applied"
    assert office.row(ch, task).sets["labels"] == {}


def test_people_react_for_themselves_only(office: Office, mike: Person, ch: str, task: str) -> None:
    comment = office.owner.comment(ch, task)
    mark = f"{mike.user}:\U0001f44d"
    assert office.owner.does("add", "comment", comment, ch, field="reactions", values=[mark]).code == "not_allowed"
    assert mike.does("add", "comment", comment, ch, field="reactions", values=[mark]).status == "applied"
    assert office.owner.does("remove", "comment", comment, ch, field="reactions", values=[mark]).code == "not_allowed"
    assert set(office.row(ch, comment).sets["reactions"]) == {mark}


def test_a_bulk_is_one_entry_for_many_items(office: Office, ch: str) -> None:
    sarah = office.owner
    tasks = [sarah.task(ch) for _ in range(20)]
    result = sarah.does("set", "task", tasks, ch, fields={"status": "done", "priority": 1})
    assert result.status == "applied"
    assert [write.item for write in office.entries(ch)[-1].writes] == tasks
    assert {office.value(ch, task, "status") for task in tasks} == {"done"}
    check_channel(office.store, ch)
