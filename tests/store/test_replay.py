"""Whatever is done to whatever kind: a replica that applies the entries has what a snapshot says, hash included."""

import random
from collections.abc import Callable
from itertools import count
from typing import Any

import pytest

from app.hub.facts import Submission
from app.model.change import VERBS
from app.model.fields import (
    Body,
    Choice,
    Colour,
    Day,
    Field,
    Flag,
    Line,
    Reactions,
    Reference,
    References,
    Rule,
    Text,
    Whole,
)
from app.model.identity import owner_of, project_channel
from app.model.kinds import KINDS, Kind
from app.store.memory import MemoryStore
from tests.generators.text import random_op
from tests.store.office import DIRECTORY, Office, Person, check_channel, uuid


class Chance:
    """Draws values for fields by their types, and changes for kinds by the table: a new kind is covered by itself."""

    def __init__(self, office: Office, people: list[Person], seed: int) -> None:
        self.rng = random.Random(seed)
        self.office, self.people = office, people

    def of_kind(self, ch: str, kinds: tuple[str, ...]) -> list[str]:
        channels = (ch, DIRECTORY)
        return [row.id for one in channels for row in self.office.rows(one).values() if row.kind in kinds]

    def value(self, field: Field, ch: str, person: Person) -> Any:
        rng, type_ = self.rng, field.type
        drawn: dict[type, Callable[[], Any]] = {
            Line: lambda: rng.choice(["One", "Two", "Three"]),
            Body: lambda: rng.choice(["Yes.", "No,\nnot now."]),
            Text: lambda: rng.choice(["", "Words", "\U0001f44d"]),
            Flag: lambda: False,
            Day: lambda: rng.choice([None, "2026-11-27", "2026-12-01T10:00:00+01:00"]),
            Reactions: lambda: [f"{person.user}:{rng.choice('ab')}"],
        }
        if isinstance(type_, Choice):
            return rng.choice(type_.options)
        if isinstance(type_, Whole):
            return rng.randint(type_.low, type_.high)
        if isinstance(type_, Colour):
            return rng.choice([None, "#a0b1c2", *type_.names])
        if isinstance(type_, References):
            found = self.of_kind(ch, (type_.kind,))
            return rng.sample(found, min(len(found), 2))
        if isinstance(type_, Reference):
            found = self.of_kind(ch, type_.kinds)
            return rng.choice(found) if found and (type_.required or rng.random() < 0.3) else None
        return drawn[type(type_)]()

    def change(self, person: Person, ch: str, kind: Kind, verb: str) -> bytes | None:
        """A change of this kind and verb, or None where there is nothing to change."""
        rng = self.rng
        base = max(0, self.office.seq(ch) - rng.choice([0, 0, 0, 3, 10]))
        told: dict[str, Any] = {"base": base, "at": self.office.now + rng.choice([0, -5, 5, 1e9, -1e9])}
        told["heard"] = self.office.now - 60
        if verb == "create":
            item = self.office.new_id()
            names = [name for name, field in kind.fields.items() if self._given(field)]
            fields = {name: self.value(kind.fields[name], ch, person) for name in names}
            fields = {name: owner_of(ch) if name == "project" else value for name, value in fields.items()}
            return person.make("create", kind.name, [item], ch, fields=fields, **told)
        there = self.of_kind(ch, (kind.name,))
        if not there:
            return None
        items = rng.sample(there, 1 if verb == "edit" else min(len(there), rng.choice([1, 1, 3])))
        if verb == "set":
            names = [name for name, field in kind.fields.items() if field.rule is Rule.LAST_WRITE and name != "trashed"]
            chosen = rng.sample(names, min(len(names), 2))
            told["fields"] = {name: self.value(kind.fields[name], ch, person) for name in chosen}
        elif verb in ("add", "remove") and kind.sets:
            name = rng.choice(kind.sets)
            told |= {"field": name, "values": self.value(kind.fields[name], ch, person)}
        elif verb == "edit" and kind.texts:
            name = rng.choice(kind.texts)
            rev, body = self.office.text(ch, items[0], name)
            told |= {"field": name, "rev": rev, "parts": [random_op(rng, body) or ["x"]]}
        elif verb == "move":
            told |= {rng.choice(["before", "after"]): rng.choice(there)} if rng.random() < 0.8 else {}
        return person.make(verb, kind.name, items, ch, **told)

    def _given(self, field: Field) -> bool:
        if field.rule in (Rule.SERVER, Rule.RANK) or field.name == "trashed":
            return False
        return field.required or self.rng.random() < 0.5


@pytest.mark.parametrize("seed", range(4))
def test_entries_applied_one_by_one_equal_a_fresh_snapshot(office: Office, seed: int) -> None:
    people = [office.owner, office.join("Mike"), office.second_device(office.owner)]
    chance = Chance(office, people, seed)
    ch = people[0].project()
    applied: dict[tuple[str, str], int] = {}
    for round_ in range(80):
        office.now += 1
        batch = []
        for _ in range(6):
            kind = chance.rng.choice([kind for kind in KINDS.values() if kind.name not in ("workspace", "person")])
            verb = "create" if round_ < 3 else chance.rng.choice(VERBS)
            person = chance.rng.choice(people)
            if kind.name == "project" and verb == "create":
                continue
            sent = chance.change(person, ch, kind, verb)
            if sent is not None:
                batch.append((kind.name, verb, Submission(person.device, sent, 0.0)))
        committed = office.commit([submission for _, _, submission in batch])
        for (kind_name, verb, _), (_, results) in zip(batch, committed.results, strict=True):
            applied[kind_name, verb] = applied.get((kind_name, verb), 0) + (results[0].status != "refused")
        if round_ % 20 == 19:
            check_channel(office.store, ch)
    check_channel(office.store, DIRECTORY)
    done = {pair for pair, times in applied.items() if times}
    for kind in KINDS.values():
        if kind.creatable and kind.name != "project":
            assert {(kind.name, verb) for verb in ("create", "set", "delete", "restore")} <= done
            assert {(kind.name, "move")} <= done or not kind.ranked
            assert {(kind.name, "add"), (kind.name, "remove")} <= done or not kind.sets
            assert {(kind.name, "edit")} <= done or not kind.texts


@pytest.mark.parametrize("seed", range(2))
def test_both_stores_become_the_same_from_the_same_changes(office: Office, seed: int) -> None:
    """What one store decides, the other decides: the recorded bytes give the same log there."""
    numbers = count(1)
    twin = Office(MemoryStore(lambda: uuid(next(numbers))))
    people = [office.owner, office.join("Mike")]
    assert twin.join("Mike").device == people[1].device
    chance = Chance(office, people, seed)
    channel = project_channel(uuid(77))
    founding = people[0].make("create", "project", [uuid(77)], channel, fields={"name": "P"})
    for one in (office, twin):
        one.commit([Submission(people[0].device, founding, 0.0)])
    for round_ in range(25):
        office.now = twin.now = office.now + 1
        batch = []
        for _ in range(5):
            kind = chance.rng.choice([KINDS["task"], KINDS["comment"], KINDS["label"]])
            person = chance.rng.choice(people)
            sent = chance.change(person, channel, kind, "create" if round_ < 3 else chance.rng.choice(VERBS))
            batch += [Submission(person.device, sent, 0.0, "t")] if sent is not None else []
        mine, theirs = office.commit(batch), twin.commit(batch)
        assert mine.results == theirs.results
        assert mine.entries == theirs.entries
        assert [head.hash for head in mine.heads.values()] == [head.hash for head in theirs.heads.values()]
    assert office.store.snapshot(channel).rows == twin.store.snapshot(channel).rows
    assert office.store.snapshot_bytes(channel) == twin.store.snapshot_bytes(channel)
    assert office.store.delta_bytes(channel, 3) == twin.store.delta_bytes(channel, 3)
