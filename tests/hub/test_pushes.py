"""What becomes of pushed changes: acknowledged once durable, refused, or kept waiting by a full disk."""

import pytest

from app.hub.events import Commit
from app.model.change import encode_change
from app.protocol.limits import CHANGE_BYTES_MAX, CHANGES_PER_PUSH_MAX
from app.protocol.messages import Ack, Entries, Push
from tests.hub.house import Author, House, Line


@pytest.fixture
def house() -> House:
    return House()


def results(line: Line) -> list[tuple[int, str, str]]:
    return [(one.n, one.status, one.code) for ack in line.of(Ack) for one in ack.results]


def test_a_change_is_acknowledged_after_its_commit_and_not_before(house: House) -> None:
    _, sarah = house.join("sarah")
    line = house.connect(sarah)
    house.held = {Commit}
    _, change = Author(house, sarah).project()
    house.push(line, change)
    assert results(line) == []
    house.release()
    assert results(line) == [(1, "applied", "")]


def test_the_same_bytes_again_get_the_same_answer_and_no_second_entry(house: House) -> None:
    _, sarah = house.join("sarah")
    line = house.connect(sarah)
    project, change = Author(house, sarah).project()
    house.push(line, change)
    house.push(line, change)
    first, second = line.of(Ack)
    assert first.results[0].seq == second.results[0].seq == 1
    assert len([one for one in line.of(Entries) if one.ch == f"p:{project}"]) == 1


def test_a_refused_change_has_an_answer_and_no_entry_and_the_others_go_on(house: House) -> None:
    _, sarah = house.join("sarah")
    line = house.connect(sarah)
    author = Author(house, sarah)
    project, change = author.project()
    bad = author.change(f"p:{project}", "set", "task", house.uuid(), fields={"title": "Nowhere"})
    house.push(line, change, bad, author.task(project)[1])
    assert [(n, status) for n, status, _ in results(line)] == [(1, "applied"), (2, "refused"), (3, "applied")]


@pytest.mark.parametrize("changes", [[], [b"\xc1"], [b""], [b"\x81\xa1n\x01"]], ids=repr)
def test_what_is_no_change_ends_the_connection_and_keeps_nothing(house: House, changes: list[bytes]) -> None:
    _, sarah = house.join("sarah")
    line = house.connect(sarah)
    house.held = {Commit}
    house.say(line, Push([encode_change(Author(house, sarah).project()[1]), *changes] if changes else []))
    assert line.closed == "bad_request"
    assert not house.waiting


def test_more_changes_than_fit_a_push_end_the_connection(house: House) -> None:
    _, sarah = house.join("sarah")
    line = house.connect(sarah)
    author = Author(house, sarah)
    house.push(line, *[author.project()[1] for _ in range(CHANGES_PER_PUSH_MAX + 1)])
    assert line.closed == "bad_request"


def test_a_change_that_is_too_large_is_refused_alone(house: House) -> None:
    _, sarah = house.join("sarah")
    line = house.connect(sarah)
    author = Author(house, sarah)
    large = author.project("x" * CHANGE_BYTES_MAX)[1]
    house.push(line, large, author.project()[1])
    assert sorted(results(line)) == [(1, "refused", "too_large"), (2, "applied", "")]


def test_on_a_full_disk_changes_may_be_sent_again_and_nothing_overtakes_them(house: House) -> None:
    _, sarah = house.join("sarah")
    line = house.connect(sarah)
    author = Author(house, sarah)
    project, change = author.project()
    task = author.task(project)[1]
    house.store.fail_next("full")
    house.push(line, change)
    house.push(line, task)  # was on its way when the disk was full
    assert results(line) == [(1, "refused", "disk_full"), (2, "refused", "disk_full")]
    assert all(one.retryable for ack in line.of(Ack) for one in ack.results)
    house.push(line, change, task)
    assert results(line)[2:] == [(1, "applied", ""), (2, "applied", "")]


def test_a_change_given_up_after_a_full_disk_does_not_hold_the_others_for_ever(house: House) -> None:
    _, sarah = house.join("sarah")
    line = house.connect(sarah)
    author = Author(house, sarah)
    house.store.fail_next("full")
    house.push(line, author.project()[1])
    _, later = author.project()
    house.push(line, later)
    assert results(line)[-1] == (2, "refused", "disk_full")
    house.push(line, later)
    assert results(line)[-1] == (2, "applied", "")


def test_a_full_disk_for_one_does_not_hold_another(house: House) -> None:
    (_, sarah), (_, mike) = house.join("sarah"), house.join("mike")
    one, two = house.connect(sarah), house.connect(mike)
    house.store.fail_next("full")
    house.push(one, Author(house, sarah).project()[1])
    house.push(two, Author(house, mike).project()[1])
    assert results(two) == [(1, "applied", "")]


def test_who_pushed_and_left_is_not_waited_for(house: House) -> None:
    (_, sarah), (_, mike) = house.join("sarah"), house.join("mike")
    one, two = house.connect(sarah), house.connect(mike)
    house.held = {Commit}
    project, change = Author(house, sarah).project()
    house.push(one, change)
    house.hang_up(one)
    house.release()
    assert [entry.seq for message in two.of(Entries) if message.ch == f"p:{project}" for entry in message.entries] == [
        1
    ]
    assert results(one) == []


def test_a_commit_that_was_kept_although_it_failed_reaches_every_reader_after_the_next(house: House) -> None:
    (_, sarah), (_, mike) = house.join("sarah"), house.join("mike")
    one, two = house.connect(sarah), house.connect(mike)
    author = Author(house, sarah)
    project, founded = author.project()
    house.push(one, founded)
    kept = author.task(project)[1]
    house.store.fail_next("broken_but_kept")
    house.push(one, kept)
    assert results(one)[-1] == (2, "refused", "storage")
    house.push(one, kept)
    assert results(one)[-1] == (2, "applied", "")
    for line in (one, two):
        entries = [entry for message in line.of(Entries) if message.ch == f"p:{project}" for entry in message.entries]
        assert [entry.seq for entry in entries] == [1, 2]
