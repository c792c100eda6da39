"""A server that errs or lies about a channel: the replica heals, nobody waits for ever, nothing goes in circles."""

import pytest

from app.hub.commit import Head
from app.model.change import Entry, Write
from app.protocol.messages import Checked, Entries, Gone, Subscribe
from app.sync import events
from tests.sync.house import House, Person


@pytest.fixture
def house() -> House:
    house = House("Sarah", "Mike")
    project = house["Sarah"].make("project", name="Q1")
    house["Sarah"].make("task", project=project, title="t", description="base")
    house.run()
    return house


def channel_of(person: Person) -> str:
    return str(person.engine.listed("task")[0].channel)


def hear(person: Person, message: object) -> list[events.Effect]:
    """What a person's engine wishes when the server says this; nothing of it is carried out."""
    return person.engine.handle(events.Received(message), person.house.now)  # type: ignore[arg-type]


def subscriptions(effects: list[events.Effect]) -> list[Subscribe]:
    sent = [effect.message for effect in effects if isinstance(effect, events.Send)]
    return [message for message in sent if isinstance(message, Subscribe)]


def ask(person: Person, what: str) -> int:
    person.next_re += 1
    person.give(events.Command(what, person.next_re))
    return person.next_re


def test_another_history_is_fetched_whole_instead_of_being_asked_for_again_and_again(house: House) -> None:
    sarah = house["Sarah"]
    channel = channel_of(sarah)
    strange = Entries(channel, 0, [], "ffffffff-ffff-4fff-8fff-ffffffffffff")
    assert [wish.snapshot for wish in subscriptions(hear(sarah, strange))] == [True]


def test_a_gap_inside_one_message_is_a_divergence(house: House) -> None:
    sarah = house["Sarah"]
    channel, task = channel_of(sarah), sarah.engine.listed("task")[0]
    seq = sarah.engine.core.replica.channels[channel].seq
    late = Entry(seq + 2, "d", 1, "u", 2.0, 2.0, "g", "set", "task", "applied", writes=[Write(task.id, fields={})])
    assert [wish.snapshot for wish in subscriptions(hear(sarah, Entries(channel, seq, [late])))] == [True]
    assert sarah.engine.core.replica.channels[channel].seq == seq


def test_what_no_honest_server_says_of_a_row_is_a_divergence_and_not_the_end_of_the_program(house: House) -> None:
    sarah = house["Sarah"]
    channel = channel_of(sarah)
    seq = sarah.engine.core.replica.channels[channel].seq
    write = Write("00000000-0000-4000-8000-00000000abcd", new=True, fields={"on": ["a list"], "body": "x"})
    lie = Entry(seq + 1, "d", 1, "u", 2.0, 2.0, "g", "create", "comment", "applied", writes=[write])
    assert [wish.snapshot for wish in subscriptions(hear(sarah, Entries(channel, seq, [lie])))] == [True]


def test_a_channel_that_goes_while_it_is_repaired_lets_nobody_wait(house: House) -> None:
    sarah = house["Sarah"]
    channel = channel_of(sarah)
    sarah.engine.core.replica.channels[channel].hash ^= 1
    refresh = ask(sarah, "refresh")
    while not sarah.engine.intake.healing:
        assert house.step()
    sarah.give(events.Received(Gone(channel)))
    house.run()
    sync = ask(sarah, "sync")
    house.run()
    assert sarah.answers[refresh].error is None
    assert sarah.answers[sync].error is None


def test_a_channel_that_is_not_there_for_the_server_does_not_hold_a_refresh_back(house: House) -> None:
    sarah = house["Sarah"]
    channel = channel_of(sarah)
    refresh = ask(sarah, "refresh")
    house.queue.clear()
    for other in [name for name in sarah.engine.channels if name != channel]:
        state = sarah.engine.core.replica.channels[other]
        sarah.give(events.Received(Checked(1, other, state.seq, state.hash)))
    assert refresh not in sarah.answers
    sarah.give(events.Received(Gone(channel)))
    assert sarah.answers[refresh].error is None


def test_a_check_of_a_channel_that_nobody_asked_for_is_not_heard(house: House) -> None:
    sarah = house["Sarah"]
    assert not subscriptions(hear(sarah, Checked(7, "p:00000000-0000-4000-8000-00000000abcd", 5, 5)))
    sync = ask(sarah, "sync")
    house.run()
    assert sarah.answers[sync].error is None


def test_a_channel_that_never_agrees_is_fetched_ever_less_often_and_holds_nobody_up(house: House) -> None:
    sarah = house["Sarah"]
    channel = channel_of(sarah)
    store = house.server.store
    head = store._state.channels[channel].head
    store._state.channels[channel].head = Head(head.seq, head.hash ^ 1, head.epoch, head.access)
    before = house.server.sent_kinds.count("Snapshot")
    refresh = ask(sarah, "refresh")
    house.run()
    house.pass_time(300)
    assert house.server.sent_kinds.count("Snapshot") - before < 30, "of two pages each"
    assert refresh in sarah.answers
    sync = ask(sarah, "sync")
    house.run()
    assert sync in sarah.answers
    store._state.channels[channel].head = head
    house.pass_time(120)
    assert sarah.engine.core.replica.channels[channel].hash == head.hash
    assert not sarah.engine.intake.resting
