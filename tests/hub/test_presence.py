"""Who is where: told at once to those who may know, and to nobody else."""

import pytest

from app.hub.events import Drained, Lagging, Load
from app.protocol.limits import DEAD_S, TYPING_S
from app.protocol.messages import Here, Presence, Welcome
from tests.hub.house import Author, House, Line


class Office(House):
    """Three people in one project."""

    def __init__(self) -> None:
        super().__init__()
        self.sarah_id, self.sarah = self.join("sarah")
        _, self.mike = self.join("mike")
        self.project, change = Author(self, self.sarah).project()
        first = self.connect(self.sarah)
        self.push(first, change)
        self.hang_up(first)
        self.a, self.b = self.connect(self.sarah), self.connect(self.mike)


@pytest.fixture
def office() -> Office:
    return Office()


def said(line: Line) -> list[tuple[str, str]]:
    return [(presence.state, presence.item) for presence in line.of(Presence)]


def test_others_are_told_who_it_is_by_the_server(office: Office) -> None:
    task = office.uuid()
    office.say(office.a, Here("editing", office.project, task, "title", (1, 3), 7))
    (presence,) = office.b.of(Presence)
    generation = office.a.of(Welcome)[0].generation
    assert presence == Presence(
        office.project,
        office.a.conn,
        generation,
        office.sarah_id,
        office.sarah,
        "editing",
        task,
        "title",
        (1, 3),
        7,
    )
    assert not office.a.of(Presence)


def test_a_newcomer_is_told_who_is_there(office: Office) -> None:
    office.say(office.a, Here("viewing", office.project))
    _, anna = office.join("anna")
    newcomer = office.connect(anna)
    assert said(newcomer) == [("viewing", "")]


def test_who_learns_of_a_project_later_is_told_who_is_there(office: Office) -> None:
    author = Author(office, office.mike)
    office.held = {Load}
    project, change = author.project("Secret")
    office.push(office.b, change)
    office.release(choose=lambda effect: isinstance(effect, Load) and effect.conn == office.b.conn)
    office.say(office.b, Here("viewing", project))
    assert said(office.a) == []
    office.release()
    assert said(office.a) == [("viewing", "")]


def test_leaving_is_told_at_once_to_the_same_persons_other_devices_too(office: Office) -> None:
    phone = office.uuid()
    office.store.add_device(office.sarah_id, phone, phone.encode(), "phone", office.now)
    other = office.connect(phone)
    office.say(office.a, Here("viewing", office.project))
    office.hang_up(office.a)
    assert said(office.b) == said(other) == [("viewing", ""), ("none", "")]


def test_going_to_another_project_is_leaving_the_first(office: Office) -> None:
    author = Author(office, office.mike)
    second, change = author.project("Second")
    office.push(office.b, change)
    office.say(office.a, Here("viewing", office.project))
    office.say(office.a, Here("viewing", second))
    told = [(presence.project, presence.state) for presence in office.b.of(Presence)]
    assert told == [(office.project, "viewing"), (office.project, "none"), (second, "viewing")]


def test_who_may_not_read_a_project_neither_sees_nor_is_seen(office: Office) -> None:
    _, guest = office.join("gus", "guest")
    line = office.connect(guest)
    office.say(office.a, Here("viewing", office.project))
    office.say(line, Here("viewing", office.project))
    assert said(line) == []
    assert said(office.a) == []


@pytest.mark.parametrize(
    "here",
    [
        {"cursor": (0, 2**62)},
        {"cursor": (-1, 0)},
        {"state": "owner"},
        {"item": "../x"},
        {"field": "no such field"},
        {"rev": 2**60},
        {"project": "x"},
    ],
    ids=str,
)
def test_what_makes_no_sense_is_not_told(office: Office, here: dict[str, object]) -> None:
    whole = {"state": "viewing", "project": office.project, **here}
    office.say(office.a, Here(**whole))  # type: ignore[arg-type]
    assert said(office.b) == []
    assert office.a.closed is None


def test_a_thousand_words_a_second_become_a_few_and_the_last_one_is_told(office: Office) -> None:
    for place in range(1_000):
        office.now += 0.001
        office.say(office.a, Here("typing", office.project, cursor=(place, place)))
        if (at := office.hub.next_deadline()) is not None and at <= office.now:
            office.pass_time(0)
    assert len(office.b.of(Presence)) <= 45
    office.pass_time(0.1)
    assert office.b.of(Presence)[-1].cursor == (999, 999)


def test_typing_that_is_not_refreshed_ends(office: Office) -> None:
    office.say(office.a, Here("typing", office.project))
    office.pass_time(TYPING_S - 1)
    office.say(office.a, Here("typing", office.project))
    office.pass_time(TYPING_S - 1)
    assert said(office.b)[-1] == ("typing", "")
    office.pass_time(1.1)
    assert said(office.b)[-1] == ("editing", "")


def test_a_dead_peer_is_gone_within_fifteen_seconds(office: Office) -> None:
    office.say(office.a, Here("viewing", office.project))
    for _ in range(15):
        office.pass_time(1, answering=False)
        office.say(office.b, Here("viewing", office.project))
    assert office.a.closed == "silent"
    assert said(office.b)[-1] == ("none", "")
    assert DEAD_S < 15


def test_the_late_leaving_of_an_old_socket_does_not_remove_the_new_one(office: Office) -> None:
    office.say(office.a, Here("viewing", office.project))
    again = office.connect(office.sarah)
    office.say(again, Here("viewing", office.project))
    told = [(presence.connection, presence.state) for presence in office.b.of(Presence)]
    assert told == [(office.a.conn, "viewing"), (office.a.conn, "none"), (again.conn, "viewing")]


def test_a_slow_reader_is_told_the_last_of_what_it_missed(office: Office) -> None:
    office.happen(Lagging(office.b.conn))
    for state in ("viewing", "editing", "away"):
        office.say(office.a, Here(state, office.project))
    assert said(office.b) == []
    office.happen(Drained(office.b.conn))
    assert said(office.b) == [("away", "")]


def test_a_thousand_flaps_leave_no_ghost(office: Office) -> None:
    line = office.a
    for _ in range(1_000):
        office.say(line, Here("viewing", office.project))
        line = office.connect(office.sarah)
    office.hang_up(line)
    there: dict[str, str] = {}
    for presence in office.b.of(Presence):
        there[presence.connection] = presence.state
    assert set(there.values()) == {"none"}
    _, anna = office.join("anna")
    assert said(office.connect(anna)) == []


def test_who_is_in_a_project_that_is_only_just_made_is_there_once_it_is(office: Office) -> None:
    author = Author(office, office.mike)
    project, change = author.project("New")
    office.say(office.b, Here("viewing", office.project))
    office.say(office.b, Here("editing", project))
    assert said(office.a) == [("viewing", ""), ("none", "")], "they are no longer where they were"
    office.push(office.b, change)
    assert [(one.project, one.state) for one in office.a.of(Presence)][2:] == [(project, "editing")]
