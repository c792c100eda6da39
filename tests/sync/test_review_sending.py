"""The queue in narrow places: what happens between an edit, its file, the answer of the server and its entry."""

from collections.abc import Callable
from typing import Any

import pytest

from app.cache.interface import StorageFull
from app.model.change import Refusal, Result
from app.protocol.messages import Ack
from app.sync import events
from tests.sync.house import House, Person, new_id


@pytest.fixture
def house() -> House:
    return House("Sarah", "Mike")


def held(house: House, person: Person, which: Callable[[Any], bool]) -> list[Any]:
    """Takes facts on their way to a person out of the queue."""
    found = [fact for who, fact in house.queue if who is person and which(fact)]
    house.queue = type(house.queue)(one for one in house.queue if not (one[0] is person and which(one[1])))
    return found


def received(kind: str) -> Callable[[Any], bool]:
    return lambda fact: isinstance(fact, events.Received) and type(fact.message).__name__ == kind


def saved(fact: Any) -> bool:
    return isinstance(fact, events.Appended)


def failed(fact: Any) -> bool:
    return isinstance(fact, events.AppendFailed)


def until(house: House, person: Person, which: Callable[[Any], bool]) -> None:
    """Goes on until such a fact is on its way to a person."""
    while not any(who is person and which(fact) for who, fact in house.queue):
        assert house.step()


def begin_edit(person: Person, verb: str, kind: str, *items: str, **arguments: Any) -> int:
    """An edit whose file has not answered yet."""
    person.next_re += 1
    ids = [new_id(person.house.rng), new_id(person.house.rng)]
    person.give(events.Edited(person.next_re, verb, kind, list(items), ids, **arguments))
    return person.next_re


def restart(house: House, person: Person) -> None:
    """A kill and a start on what is on the disk."""
    house.drop(person, tell=False)
    person.timers.clear()
    house.queue = type(house.queue)(one for one in house.queue if one[0] is not person)
    person.outbox.crash()
    person.start()
    house.run()


def test_an_edit_of_a_refused_creation_is_refused_once_though_its_file_answers_late(house: House) -> None:
    sarah, mike = house["Sarah"], house["Mike"]
    project = sarah.make("project", name="Q1")
    house.run()
    mike.ask("set", "project", project, fields={"archived": True})
    until(house, sarah, received("Entries"))
    late = held(house, sarah, received("Entries"))
    task = sarah.make("task", project=project, title="too late")
    until(house, sarah, received("Ack"))
    begin_edit(sarah, "set", "task", task, fields={"status": "doing"})
    slow = held(house, sarah, saved)
    house.run()
    for fact in slow + late:
        sarah.give(fact)
    house.run()
    assert [one["code"] for one in sarah.names("rejected")] == ["archived", "blocked"]
    assert [line.state for line in sarah.engine.pending()] == ["rejected", "rejected"]


def test_what_was_typed_after_something_that_could_not_be_saved_is_not_saved_either(house: House) -> None:
    sarah = house["Sarah"]
    project = sarah.make("project", name="Q1")
    task = sarah.make("task", project=project, title="t", description="base")
    house.run()
    sarah.want("text", task, "description")
    house.server.up = False
    house.drop(sarah)
    house.run()
    sarah.outbox.fail_next(StorageFull("full"))
    first = begin_edit(sarah, "edit", "task", task, name="description", op=["not saved "])
    second = begin_edit(sarah, "edit", "task", task, name="description", op=[14, " on it"])
    assert sarah.engine.text(task, "description") == "not saved base on it"
    house.run()
    errors = [sarah.answers[number].error for number in (first, second)]
    assert [error.code for error in errors if error] == ["disk_full", "disk_full"]
    assert sarah.engine.text(task, "description") == "base"
    sarah.ask("edit", "task", task, name="description", op=[4, " saved"])
    restart(house, sarah)
    sarah.want("text", task, "description")
    assert sarah.engine.text(task, "description") == "base saved"
    house.server.up = True
    house.pass_time(60)
    assert sarah.engine.confirmed_text(task, "description") == "base saved"
    assert not sarah.engine.pending()


def test_a_label_of_another_project_is_refused_at_once_as_the_server_would(house: House) -> None:
    sarah = house["Sarah"]
    here, there = sarah.make("project", name="Q1"), sarah.make("project", name="Q2")
    task = sarah.make("task", project=here, title="t")
    label = sarah.make("label", project=there, name="urgent")
    with pytest.raises(Refusal) as refusal:
        sarah.ask("add", "task", task, name="labels", values=[label])
    assert refusal.value.code == "not_found"
    with pytest.raises(Refusal):
        sarah.ask("add", "task", task, name="assignees", values=[task])
    house.run()
    assert not sarah.engine.pending()


def test_what_was_sent_after_something_that_the_full_server_could_not_keep_waits_with_it(house: House) -> None:
    sarah, mike = house["Sarah"], house["Mike"]
    house.server.store.fail_next("full")
    project = sarah.make("project", name="Q1")
    task = sarah.make("task", project=project, title="sent before the first failed")
    house.run()
    assert [line.state for line in sarah.engine.pending()] == ["blocked", "blocked"]
    house.pass_time(10)
    assert not sarah.names("rejected")
    assert not sarah.engine.pending()
    assert mike.engine.view(task) is not None


def test_discarding_a_refused_creation_discards_all_that_stood_on_it(house: House) -> None:
    sarah = house["Sarah"]
    project = sarah.make("project", name="Q1")
    task = sarah.make("task", project=project, title="t")
    sarah.make("comment", on=task, body="c")
    house.queue.clear()  # the server never heard of it; it refuses the first
    first = sarah.engine.pending()[0]
    number = int(first.change.rpartition(":")[2])
    sarah.give(events.Received(Ack([Result(number, "refused", code="bad_value", text="No.")])))
    house.settle_disk(sarah)
    assert [one["code"] for one in sarah.names("rejected")] == ["bad_value", "blocked", "blocked"]
    waiting = [line.change for line in sarah.engine.pending()]
    sarah.next_re += 1
    sarah.give(events.Discarded(sarah.next_re, first.change))
    house.settle_disk(sarah)
    assert sarah.answers[sarah.next_re].result == {"discarded": waiting}
    assert not sarah.engine.pending()


def test_what_was_refused_with_what_it_stands_on_holds_nothing_back_after_a_restart(house: House) -> None:
    sarah, mike = house["Sarah"], house["Mike"]
    project, other = sarah.make("project", name="Q1"), sarah.make("project", name="Q2")
    house.run()
    mike.ask("set", "project", project, fields={"archived": True})
    until(house, sarah, received("Entries"))
    held(house, sarah, received("Entries"))
    task = sarah.make("task", project=project, title="too late")
    sarah.ask("set", "task", task, fields={"status": "doing"})
    until(house, sarah, received("Ack"))
    restart(house, sarah)
    after = sarah.make("task", project=other, title="in time")
    house.pass_time(60)
    assert [one["code"] for one in sarah.names("rejected")] == ["archived", "blocked"]
    assert mike.engine.view(after) is not None


def test_what_stands_on_something_that_the_server_does_not_understand_waits_with_it(house: House) -> None:
    sarah, mike = house["Sarah"], house["Mike"]
    other = sarah.make("project", name="Q2")
    house.run()
    project = sarah.make("project", name="of a newer kind")
    number = int(sarah.engine.pending()[0].change.rpartition(":")[2])
    house.queue.clear()
    refusal = Result(number, "refused", code="version", text="The server must be updated.", retryable=True)
    sarah.give(events.Received(Ack([refusal])))
    sarah.make("task", project=project, title="in it")
    task = sarah.make("task", project=other, title="elsewhere")
    house.pass_time(10)
    assert not sarah.names("rejected")
    assert [line.state for line in sarah.engine.pending()] == ["blocked", "blocked"]
    assert mike.engine.view(task) is not None, "a refused entry blocks only what stands on it"
    house.drop(sarah)
    house.pass_time(10)
    assert not sarah.engine.pending(), "another server is asked again"
    assert not sarah.names("rejected")


def test_an_edit_whose_ground_a_failing_disk_lost_is_refused_and_does_not_end_the_program(house: House) -> None:
    sarah = house["Sarah"]
    project = sarah.make("project", name="Q1")
    task = sarah.make("task", project=project, title="t", description="base")
    house.run()
    sarah.want("text", task, "description")
    house.server.up = False
    house.drop(sarah)
    house.run()
    sarah.ask("edit", "task", task, name="description", op=[4, " more and more"])
    sarah.ask("edit", "task", task, name="description", op=[18, " still"])
    sarah.ask("edit", "task", task, name="description", op=["first "])
    del sarah.outbox._journal[-3]  # the disk said that it failed, and kept what came later all the same
    restart(house, sarah)
    assert [one["code"] for one in sarah.names("rejected")] == ["bad_value"]
    assert sarah.engine.text(task, "description") == "first base"
    house.server.up = True
    house.pass_time(60)
    assert sarah.engine.confirmed_text(task, "description") == "first base"
    assert [line.state for line in sarah.engine.pending()] == ["rejected"]


def test_a_disk_that_fails_is_left_alone_for_a_moment(house: House) -> None:
    sarah = house["Sarah"]
    project = sarah.make("project", name="Q1")
    task = sarah.make("task", project=project, title="t", description="base")
    house.run()
    sarah.want("text", task, "description")
    sarah.give(events.Command("pause"))
    sarah.ask("edit", "task", task, name="description", op=["one "])
    sarah.ask("edit", "task", task, name="description", op=["two "])
    for _ in range(3):
        sarah.outbox.fail_next(StorageFull("full"))
        sarah.give(events.Command("resume"))
        house.run()
        assert sarah.outbox._failure is None, "one try"
        assert [line.state for line in sarah.engine.pending()] == ["waiting", "waiting"]
        sarah.give(events.Command("pause"))
    sarah.give(events.Command("resume"))
    house.pass_time(5)
    assert not sarah.engine.pending()
    assert sarah.engine.confirmed_text(task, "description") == "two one base"


def test_a_neighbour_in_another_project_is_refused_at_once(house: House) -> None:
    sarah = house["Sarah"]
    here, there = sarah.make("project", name="Q1"), sarah.make("project", name="Q2")
    task = sarah.make("task", project=here, title="t")
    other = sarah.make("task", project=there, title="o")
    with pytest.raises(Refusal) as refusal:
        sarah.ask("move", "task", task, before=other)
    assert refusal.value.code == "bad_request"
    sarah.ask("move", "project", there, before=here)
    house.run()
    assert [row.id for row in sarah.engine.listed("project")] == [there, here]


def test_what_was_never_sent_can_be_discarded_after_a_restart_without_a_connection(house: House) -> None:
    sarah = house["Sarah"]
    project = sarah.make("project", name="Q1")
    house.run()
    sarah.ask("set", "project", project, fields={"name": "Q2"})
    house.server.up = False
    house.drop(sarah)
    house.run()
    task = sarah.make("task", project=project, title="never sent")
    restart(house, sarah)
    answers = {}
    for line in sarah.engine.pending():
        sarah.next_re += 1
        sarah.give(events.Discarded(sarah.next_re, line.change))
        house.settle_disk(sarah)
        answers[line.op] = sarah.answers[sarah.next_re].error
    assert answers["create"] is None
    assert answers["set"] is not None and answers["set"].code == "sending", "the server may have it"
    assert sarah.engine.view(task) is None
    house.server.up = True
    house.pass_time(60)
    assert not sarah.engine.pending()
    assert house["Mike"].engine.view(task) is None


def test_nothing_leaves_that_a_full_disk_could_not_note_and_it_goes_on_by_itself(house: House) -> None:
    sarah, mike = house["Sarah"], house["Mike"]
    sarah.give(events.Command("pause"))
    project = sarah.make("project", name="Q1")
    sarah.outbox.fail_next(StorageFull("full"))
    sarah.give(events.Command("resume"))
    house.run()
    assert mike.engine.view(project) is None
    house.pass_time(5)
    assert mike.engine.view(project) is not None


def test_typing_keeps_its_place_when_only_the_end_of_what_it_stands_on_could_be_saved(house: House) -> None:
    sarah, mike = house["Sarah"], house["Mike"]
    project = sarah.make("project", name="Q1")
    task = sarah.make("task", project=project, title="t", description="base")
    house.run()
    sarah.want("text", task, "description")
    sarah.ask("edit", "task", task, name="description", op=[4, " one"])
    sarah.ask("edit", "task", task, name="description", op=[8, " two"])
    until(house, sarah, received("Entries"))
    sarah.outbox.fail_next(StorageFull("full"))
    until(house, sarah, failed)
    slow = held(house, sarah, failed)
    while not any(isinstance(fact, events.CacheWritten) for who, fact in house.queue if who is sarah):
        assert house.step()
    house.run()
    for fact in slow:
        sarah.give(fact)
    house.pass_time(2.5)
    house.server.up = False
    restart(house, sarah)
    house.server.up = True
    house.pass_time(60)
    mike.want("text", task, "description")
    assert mike.engine.text(task, "description") == "base one two"
    assert not sarah.names("rejected")
