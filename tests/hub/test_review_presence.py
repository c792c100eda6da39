"""Presence for a reader whose queue was too long: what is left of it is told in the order in which it ended."""

from app.hub.events import Drained, Lagging
from app.protocol.messages import Here, Presence
from tests.hub.house import Author, House


def test_who_went_away_and_came_back_while_a_reader_lagged_is_there_for_it() -> None:
    house = House()
    _, sarah = house.join("sarah")
    _, mike = house.join("mike")
    first = house.connect(sarah)
    author = Author(house, sarah)
    here, change = author.project()
    there, other = author.project("Others")
    house.push(first, change, other)
    reader = house.connect(mike)
    house.happen(Lagging(reader.conn))
    for project in (here, there, here):
        house.say(first, Here("viewing", project))
        house.pass_time(1)
    house.happen(Drained(reader.conn))
    place = ""
    for presence in reader.of(Presence):
        place = "" if presence.state == "none" else presence.project
    assert place == here
