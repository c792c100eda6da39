"""A disk that reports an error and has kept the batch all the same: nobody misses what it founded."""

from app.protocol.messages import Ack, Entries
from tests.hub.house import Author, House


def test_a_project_that_a_failing_disk_kept_reaches_everybody() -> None:
    house = House()
    _, sarah = house.join("sarah")
    _, mike = house.join("mike")
    one, two = house.connect(sarah), house.connect(mike)
    author = Author(house, sarah)
    project, founding = author.project()
    house.store.fail_next("broken_but_kept")
    house.push(one, founding)
    house.push(one, founding)
    for line in (one, two):
        assert [message.after for message in line.of(Entries) if message.ch == f"p:{project}"] == [0]


def test_it_reaches_everybody_too_when_its_author_comes_back_before_anything_else_is_saved() -> None:
    house = House()
    _, sarah = house.join("sarah")
    _, mike = house.join("mike")
    one, two = house.connect(sarah), house.connect(mike)
    author = Author(house, sarah)
    project, founding = author.project()
    house.store.fail_next("broken_but_kept")
    house.push(one, founding)
    house.hang_up(one)
    one = house.connect(sarah)
    house.push(one, author.task(project)[1])
    for line in (one, two):
        assert next(message.after for message in line.of(Entries) if message.ch == f"p:{project}") == 0


def test_a_project_that_a_failing_disk_did_not_keep_is_mentioned_to_nobody() -> None:
    house = House()
    _, sarah = house.join("sarah")
    _, mike = house.join("mike")
    one, two = house.connect(sarah), house.connect(mike)
    author = Author(house, sarah)
    lost, founding = author.project()
    _, other = author.project("Others")
    house.store.fail_next("broken")
    house.push(one, founding)
    heard = len(two.came)
    house.pass_time(6)
    house.push(one, other)
    assert lost not in repr(two.came[heard:])


def test_an_older_change_that_comes_late_does_not_open_the_way_for_what_stands_on_a_failed_one() -> None:
    house = House()
    _, sarah = house.join("sarah")
    line = house.connect(sarah)
    author = Author(house, sarah)
    _, late = author.project("Late")
    project, founding = author.project()
    _, task = author.task(project)
    house.store.fail_next("full")
    for change in (founding, late, task):
        house.push(line, change)
    results = [(one.n, one.code) for ack in line.of(Ack) for one in ack.results]
    assert results == [(2, "disk_full"), (1, ""), (3, "disk_full")]


def test_what_was_refused_for_now_is_waited_for_however_late_its_author_hears_of_it() -> None:
    house = House()
    _, sarah = house.join("sarah")
    line = house.connect(sarah)
    author = Author(house, sarah)
    _, first = author.project("First")
    project, founding = author.project()
    _, task = author.task(project)
    house.store.fail_next("full")
    house.push(line, first)
    house.push(line, founding)
    house.pass_time(8)
    house.push(line, task)
    for change in (founding, task):  # the first was discarded meanwhile
        house.push(line, change)
    results = [(one.n, one.code) for ack in line.of(Ack) for one in ack.results]
    assert results == [(1, "disk_full"), (2, "disk_full"), (3, "disk_full"), (2, ""), (3, "")]
