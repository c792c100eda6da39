"""Two people and a server, without faults: what one writes the other sees, and what is offline is sent later."""

import pytest

from app.model.change import Refusal
from tests.sync.house import House


@pytest.fixture
def house() -> House:
    return House("Sarah", "Mike")


def both(house: House, kind: str, item: str, field: str) -> tuple[object, object]:
    return tuple(person.engine.view(item).value(field) for person in house.people.values())  # type: ignore[union-attr]


def test_what_one_creates_the_other_sees(house: House) -> None:
    project = house["Sarah"].make("project", name="Q1")
    task = house["Sarah"].make("task", project=project, title="Book the venue")
    house.run()
    assert both(house, "task", task, "title") == ("Book the venue", "Book the venue")
    house["Mike"].ask("set", "task", task, fields={"status": "doing"})
    house.run()
    assert both(house, "task", task, "status") == ("doing", "doing")
    assert [tell["outcome"] for tell in house["Mike"].names("confirmed")] == ["applied"]
    assert len(house["Sarah"].names("confirmed")) == 2
    assert not house["Sarah"].engine.pending()
    assert not house["Sarah"].outbox.load().records


def test_offline_edits_are_kept_and_sent(house: House) -> None:
    sarah, mike = house["Sarah"], house["Mike"]
    project = sarah.make("project", name="Q1")
    house.run()
    house.server.up = False
    house.drop(sarah)
    house.run()
    tasks = [sarah.make("task", project=project, title=f"offline {i}") for i in range(30)]
    sarah.ask("set", "task", tasks[3], fields={"due": "2026-11-27"})
    assert sarah.engine.is_pending(tasks[0])
    sarah.start()  # a kill and a start offline
    house.run()
    assert [row.id for row in sarah.engine.listed("task")] == tasks
    assert [line.item for line in sarah.engine.pending()] == [*tasks, tasks[3]]
    house.server.up = True
    house.pass_time(60)
    assert [row.id for row in mike.engine.listed("task")] == tasks
    assert mike.engine.view(tasks[3]).value("due") == "2026-11-27"  # type: ignore[union-attr]
    assert not sarah.engine.pending()
    assert len(sarah.names("confirmed")) == 32


def test_two_type_into_one_text(house: House) -> None:
    sarah, mike = house["Sarah"], house["Mike"]
    project = sarah.make("project", name="Q1")
    task = sarah.make("task", project=project, title="t", description="Hello")
    house.run()
    mike.want("text", task, "description")
    assert mike.engine.text(task, "description") == "Hello"
    for i in range(5):
        sarah.ask("edit", "task", task, name="description", op=[f"<{i}>"])
        mike.ask(
            "edit", "task", task, name="description", op=[len(mike.engine.text(task, "description") or ""), f"({i})"]
        )
        for _ in range(house.rng.randrange(6)):
            house.step()
    house.run()
    text = sarah.engine.text(task, "description")
    assert text == mike.engine.text(task, "description")
    assert text == "<4><3><2><1><0>Hello(0)(1)(2)(3)(4)"
    assert not sarah.engine.pending() and not mike.engine.pending()


def test_unsent_typing_survives_a_kill_and_remote_edits(house: House) -> None:
    sarah, mike = house["Sarah"], house["Mike"]
    project = sarah.make("project", name="Q1")
    task = sarah.make("task", project=project, title="t", description="middle")
    house.run()
    mike.want("text", task, "description")
    house.server.up = False
    house.drop(sarah)
    house.run()
    for i in range(5):
        sarah.ask("edit", "task", task, name="description", op=[f"<{i}>"])
    house.server.up = True
    for i in range(5):
        mike.ask("edit", "task", task, name="description", op=[f"({i})"])
    house.run()
    sarah.start()
    house.pass_time(60)
    assert sarah.engine.text(task, "description") == mike.engine.text(task, "description")
    assert mike.engine.text(task, "description") == "(4)(3)(2)(1)(0)<4><3><2><1><0>middle"


def test_a_refused_creation_takes_what_stands_on_it_along(house: House) -> None:
    sarah = house["Sarah"]
    project = sarah.make("project", name="Q1")
    house.run()
    house.drop(sarah)
    house.run()
    house.server.up = False
    house.pass_time(1)
    with pytest.raises(Refusal):
        sarah.make("task", project=project, title="", description="x")


def test_a_lost_cache_is_fetched_again_and_the_queue_kept(house: House) -> None:
    sarah, mike = house["Sarah"], house["Mike"]
    project = sarah.make("project", name="Q1")
    task = sarah.make("task", project=project, title="t", description="one")
    house.run()
    house.server.up = False
    house.drop(sarah)
    house.run()
    sarah.ask("edit", "task", task, name="description", op=[3, " two"])
    sarah.cache.clear()
    sarah.start()
    house.run()
    house.server.up = True
    house.pass_time(60)
    sarah.want("text", task, "description")
    mike.want("text", task, "description")
    assert sarah.engine.text(task, "description") == mike.engine.text(task, "description") == "one two"
    assert not sarah.engine.pending()


def test_presence_comes_and_goes(house: House) -> None:
    from app.sync.events import HereIs

    sarah, mike = house["Sarah"], house["Mike"]
    project = sarah.make("project", name="Q1")
    house.run()
    sarah.give(HereIs("viewing", project))
    house.run()
    assert [one["name"] for one in mike.engine.people(project)] == ["Sarah"]
    house.drop(sarah)
    house.run()
    house.pass_time(0.3)
    assert [one["name"] for one in mike.engine.people(project)] == ["Sarah"]
    sarah.give(HereIs("none"))
    house.pass_time(1)
    assert mike.engine.people(project) == []
