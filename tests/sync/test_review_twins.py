"""A profile that was copied: both go on, neither loses anything, and what was in both queues is there once."""

from collections.abc import Callable
from typing import Any

import pytest

from app.protocol.messages import Refused
from app.sync import events
from tests.sync.house import House, Person


def offline_pair() -> tuple[House, Person, Person, str]:
    """Sarah with an unsent edit, and a copy of her profile; the server cannot be reached."""
    house = House("Sarah", "Mike")
    sarah = house["Sarah"]
    project = sarah.make("project", name="Q1")
    task = sarah.make("task", project=project, title="t", description="base")
    house.run()
    sarah.want("text", task, "description")
    house.server.up = False
    house.drop(sarah)
    house.run()
    sarah.ask("edit", "task", task, name="description", op=[4, " shared"])
    twin = house.copy(sarah, "Sarah's copy")
    return house, sarah, twin, task


def connect(house: House, person: Person) -> None:
    house.server.up = True
    person.give(events.Command("retry"))
    house.pass_time(30)


def test_what_was_typed_before_the_copy_is_there_once_and_what_each_typed_after_it_too() -> None:
    house, sarah, twin, task = offline_pair()
    sarah.ask("edit", "task", task, name="description", op=[11, " one"])
    twin.start()
    house.run()
    twin.ask("edit", "task", task, name="description", op=[11, " two"])
    connect(house, sarah)
    connect(house, twin)
    for person in (sarah, twin, house["Mike"]):
        person.want("text", task, "description")
        text = person.engine.text(task, "description") or ""
        assert sorted(text.split()) == ["base", "one", "shared", "two"], person.name
        assert not person.engine.pending()
    assert [one["code"] for one in twin.names("notice")] == ["profile_copied"]
    assert len(twin.names("confirmed")) == len({one["change"] for one in twin.names("confirmed")}) == 2
    assert twin.device != sarah.device


def test_a_twin_that_is_met_while_an_edit_is_being_written_down_does_not_stop_the_queue() -> None:
    house, sarah, twin, task = offline_pair()
    sarah.ask("set", "task", task, fields={"status": "doing"})
    twin.start()
    house.run()
    twin.ask("edit", "task", task, name="description", op=["mine "])
    twin.give(events.Command("pause"))
    connect(house, sarah)
    twin.give(events.Command("resume"))
    slow = None
    while slow is None:
        assert house.step()
        slow = held(house, twin, lambda fact: isinstance(fact, events.Appended))
    house.run()
    twin.give(slow)
    house.pass_time(1)
    assert not twin.engine.pending()
    assert "mine" in (twin.engine.text(task, "description") or "")


def test_what_stands_on_a_creation_whose_number_the_twin_used_is_not_refused() -> None:
    house, sarah, twin, _ = offline_pair()
    project = str(sarah.engine.listed("project")[0].id)
    sarah.make("task", project=project, title="of one")
    twin.start()
    house.run()
    task = twin.make("task", project=project, title="of two")
    twin.ask("set", "task", task, fields={"status": "doing"})
    twin.make("comment", on=task, body="c")
    twin.give(events.Command("pause"))
    connect(house, sarah)
    twin.give(events.Command("resume"))
    house.pass_time(30)
    assert not twin.names("rejected")
    assert not twin.engine.pending()
    row = house["Mike"].engine.view(task)
    assert row is not None and row.value("status") == "doing"
    assert house["Mike"].engine.comment_count(task) == 1


def test_typing_that_a_snapshot_holds_already_is_not_sent_again_by_a_profile_put_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    house, sarah, twin, task = offline_pair()
    twin.cache.clear()
    connect(house, sarah)
    mike = house["Mike"]
    mike.want("text", task, "description")
    mike.ask("edit", "task", task, name="description", op=["more "])
    house.run()
    monkeypatch.setattr("app.hub.loading.is_worth_a_delta", lambda *_: False)
    twin.start()
    house.pass_time(30)
    assert "Snapshot" in house.server.sent_kinds
    twin.want("text", task, "description")
    assert twin.engine.text(task, "description") == mike.engine.text(task, "description") == "more base shared"
    assert not twin.engine.pending()
    assert len(twin.names("confirmed")) == 1


def test_a_new_identity_that_is_refused_for_the_moment_is_asked_for_again() -> None:
    house, sarah, twin, task = offline_pair()
    twin.start()
    house.run()
    twin.ask("edit", "task", task, name="description", op=["mine "])
    twin.give(events.Command("pause"))
    sarah.ask("edit", "task", task, name="description", op=["other "])
    connect(house, sarah)
    twin.give(events.Command("resume"))
    while held(house, twin, lambda fact: isinstance(fact, events.Renewed)) is None:
        assert house.step()
    twin.give(events.Received(Refused("too_many_attempts", "Too much at once.", 1 << 40)))
    house.run()
    assert twin.engine.pending()
    house.pass_time(10)
    assert not twin.engine.pending()
    assert "mine" in (twin.engine.text(task, "description") or "")


def held(house: House, person: Person, which: Callable[[Any], bool]) -> Any:
    """Takes the first such fact on its way to a person out of the queue."""
    for place, (who, fact) in enumerate(house.queue):
        if who is person and which(fact):
            del house.queue[place]
            return fact
    return None
