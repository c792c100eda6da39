"""A device's connections one after the other: what has gone is forgotten, and nobody is ended twice."""

from app.protocol.messages import Bye
from tests.hub.house import House


def test_a_run_that_comes_back_says_nothing_to_its_connection_of_before() -> None:
    house = House()
    _, device = house.join("sarah")
    first = house.connect(device, run="one")
    house.hang_up(first)
    heard = len(first.came)
    house.connect(device, run="one")
    assert first.closed is None
    assert len(first.came) == heard


def test_a_newer_connection_of_a_run_ends_the_older_one_and_takes_its_place() -> None:
    house = House()
    _, device = house.join("sarah")
    lines = [house.connect(device, run="one") for _ in range(3)]
    assert [[bye.code for bye in line.of(Bye)] for line in lines] == [["replaced"], ["replaced"], []]
