"""A profile that is a copy of another notices it, and both keep everything they wrote (case 3)."""

from app.sync.engine import Engine, Identity, Start
from app.sync.events import Renew, Renewed
from tests.sync.house import WORKSPACE, House, Person, new_id


def copied(house: House, original: Person) -> Person:
    """A second program on the same files as they are now, with the same device."""
    copy = Person.__new__(Person)
    copy.__dict__ |= original.__dict__
    copy.cache, copy.outbox = type(original.cache)(), type(original.outbox)()
    copy.told, copy.answers, copy.timers, copy.conn, copy.name = [], {}, {}, None, "Copy"
    copy.outbox.load()
    copy.outbox.append(original.outbox.load().records)
    return copy


def test_a_copy_that_meets_its_twins_entry_before_sending_asks_for_its_own_identity() -> None:
    house = House("Sarah", "Mike")
    sarah = house["Sarah"]
    project = sarah.make("project", name="Q1")
    house.run()
    copy = copied(house, sarah)
    house.people["Copy"] = copy
    wished: list[Renew] = []
    carry = house._carry

    def watching(person: Person, effect: object) -> None:
        if isinstance(effect, Renew):
            wished.append(effect)
        carry(person, effect)  # type: ignore[arg-type]

    house._carry = watching  # type: ignore[method-assign]
    copy.engine = Engine(Identity(copy.device, copy.user, WORKSPACE, run="another"), Start({}, [], copy.outbox.load()))
    house.carry(copy, copy.engine.begin(house.now))
    house.run()
    copy.engine.core.next_n = sarah.engine.core.next_n  # the copy was made before the twin's last change
    sarah.ask("set", "project", project, fields={"name": "From Sarah"})
    mine = copy.make("task", project=project, title="From the copy")
    house.run()
    assert len(wished) == 1, "the copy asks once"
    device = new_id(house.rng)
    house.server.store.add_device(sarah.user, device, b"token", "", house.now)
    copy.give(Renewed(device))
    assert copy.engine.core.identity.device == device
    assert [line.item for line in copy.engine.pending()] == [mine], "and keeps what it wrote"
    assert copy.names("notice")[0]["code"] == "profile_copied"
