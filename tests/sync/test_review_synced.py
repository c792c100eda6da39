"""What `sync`, `synced`, `pause` and `resume` promise, to the letter."""

import pytest

from app.sync import events
from tests.sync.house import House


@pytest.fixture
def house() -> House:
    return House("Sarah", "Mike")


def test_sync_answers_after_everything_was_confirmed_and_with_its_count(house: House) -> None:
    sarah = house["Sarah"]
    project = sarah.make("project", name="Q1")
    sarah.make("task", project=project, title="t")
    house.queue.clear()  # as if the line were slow: all of it comes with the next connection
    house.drop(sarah)
    house.run()
    sarah.next_re += 1
    sarah.give(events.Command("sync", sarah.next_re))
    while sarah.next_re not in sarah.answers:
        assert house.step()
    assert len(sarah.names("confirmed")) == 2
    assert sarah.answers[sarah.next_re].result == {"sent": 2, "rejected": 0}


def test_synced_comes_after_the_last_confirmed(house: House) -> None:
    sarah = house["Sarah"]
    sarah.give(events.Command("pause"))
    sarah.make("project", name="Q1")
    sarah.told.clear()
    sarah.give(events.Command("resume"))
    house.run()
    names = [tell.name for tell in sarah.told if tell.name in ("confirmed", "synced")]
    assert names == ["confirmed", "synced"]


def test_each_resume_is_followed_by_one_synced(house: House) -> None:
    sarah = house["Sarah"]
    for expected in (1, 2):
        sarah.told.clear()
        for _ in range(expected):
            sarah.give(events.Command("resume"))
            house.run()
        assert len(sarah.names("synced")) == expected


def test_a_rejected_change_holds_back_neither_sync_nor_synced(house: House) -> None:
    sarah, mike = house["Sarah"], house["Mike"]
    project = sarah.make("project", name="Q1")
    house.run()
    sarah.give(events.Command("pause"))
    mike.ask("set", "project", project, fields={"archived": True})
    sarah.make("task", project=project, title="t")
    sarah.told.clear()
    sarah.give(events.Command("resume"))
    sarah.next_re += 1
    sarah.give(events.Command("sync", sarah.next_re))
    house.run()
    names = [tell.name for tell in sarah.told if tell.name in ("rejected", "synced")]
    assert names == ["rejected", "synced"]
    assert sarah.answers[sarah.next_re].result == {"sent": 0, "rejected": 1}


def test_sync_waits_while_the_server_is_full_and_green_does_not_say_that_all_is_well(house: House) -> None:
    sarah = house["Sarah"]
    house.server.store.fail_next("full", "full")
    sarah.told.clear()
    sarah.make("project", name="Q1")
    house.run()
    sarah.next_re += 1
    sarah.give(events.Command("sync", sarah.next_re))
    house.run()
    assert sarah.next_re not in sarah.answers
    light = sarah.engine.light()
    assert (light.state, light.reason) == ("connecting", "The server is full. Your changes wait here.")
    house.pass_time(10)
    assert sarah.answers[sarah.next_re].result == {"sent": 1, "rejected": 0}
    assert sarah.engine.connected
