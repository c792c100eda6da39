"""Several people type into one text: every replica and the server end with the same characters."""

import random

import pytest

from app.hub import commit as rules
from app.text import Op, apply, transform, transform_many
from tests.generators.text import random_op
from tests.store.office import Office, Person, check_channel


@pytest.fixture
def ch(office: Office) -> str:
    return office.owner.project()


def test_typing_goes_on_from_the_revision_it_reached(office: Office, ch: str) -> None:
    sarah = office.owner
    task = sarah.task(ch)
    assert [result.status for result in sarah.types(ch, task, 0, ["Hello"])] == ["applied"]
    assert [result.status for result in sarah.types(ch, task, 1, [5, " world"], [11, "!"])] == ["applied", "applied"]
    assert office.text(ch, task) == (3, "Hello world!")
    assert office.row(ch, task).texts == {"description": 3}
    check_channel(office.store, ch)


def test_a_description_given_at_creation_is_the_first_revision(office: Office, ch: str) -> None:
    sarah = office.owner
    task = sarah.task(ch, description="First")
    assert office.text(ch, task) == (1, "First")
    assert office.store.text_ops(task, "description", 0) == [(sarah.device, sarah.n, ["First"])]
    assert office.store.channel_of(task) == ch
    assert office.store.channel_of("00000000-0000-4000-8000-0000000000ff") is None
    sarah.types(ch, task, 1, [5, " line"])
    assert office.text(ch, task) == (2, "First line")


def test_an_edit_on_an_older_revision_is_carried_over_what_came_since(office: Office, ch: str) -> None:
    sarah, mike = office.owner, office.join("Mike")
    task = sarah.task(ch, description="ac")
    sarah.types(ch, task, 1, [1, "b"])
    [result] = mike.types(ch, task, 1, [2, "d"])
    assert result.status == "merged"
    assert office.text(ch, task) == (3, "abcd")
    # Committed first stands first where both insert at one place.
    sarah.types(ch, task, 3, [4, "S"])
    mike.types(ch, task, 3, [4, "M"])
    assert office.text(ch, task) == (5, "abcdSM")


def test_the_committed_form_says_what_it_deleted(office: Office, ch: str) -> None:
    sarah, mike = office.owner, office.join("Mike")
    task = sarah.task(ch, description="abcdef")
    mike.types(ch, task, 1, [2, {"d": 2}])
    sarah.types(ch, task, 1, [1, {"d": 4}])
    assert office.entries(ch)[-1].writes[0].ops == {"description": (3, [1, {"d": "be"}])}
    assert office.store.text_ops(task, "description", 1)[-1] == (sarah.device, sarah.n, [1, {"d": "be"}])
    assert office.text(ch, task) == (3, "af")


def test_each_part_of_a_unit_has_its_number_time_group_and_entry(office: Office, ch: str) -> None:
    sarah = office.owner
    task = sarah.task(ch)
    first = sarah.n + 1
    results = sarah.types(ch, task, 0, ["a"], [1, "b"], [2, "c"])
    assert [result.n for result in results] == [first, first + 1, first + 2]
    entries = office.entries(ch)[-3:]
    assert [(entry.n, entry.seq) for entry in entries] == [(result.n, result.seq) for result in results]
    assert len({entry.mark for entry in entries}) == 1
    assert [step[1] for step in office.store.text_ops(task, "description", 0)] == [first, first + 1, first + 2]


@pytest.mark.parametrize("seed", range(12))
def test_concurrent_histories_come_together(office: Office, ch: str, seed: int) -> None:
    """Three clients in the plain form of the algorithm, written anew here: one unit in flight, several groups in it."""
    rng = random.Random(seed)
    people = [office.owner, office.join("Mike"), office.join("Ada")]
    task = people[0].task(ch, description="seed")
    clients = [Typist(person, task, ch) for person in people]
    for _ in range(40):
        client = rng.choice(clients)
        rng.choice([client.type_something, client.type_something, client.send, client.receive])(rng)
    for client in clients * 2:
        client.send(rng)
    for client in clients:
        client.receive(rng)
        assert not client.pending
    rev, body = office.text(ch, task)
    assert {client.body for client in clients} == {body}
    assert rev == len(office.store.text_ops(task, "description", 0))
    check_channel(office.store, ch)


class Typist:
    """A client: its own text, the revision it knows, and its unsent groups."""

    def __init__(self, person: Person, task: str, ch: str) -> None:
        self.person, self.task, self.ch = person, task, ch
        self.rev, self.body = person.office.text(ch, task)
        self.pending: list[Op] = []

    def type_something(self, rng: random.Random) -> None:
        op = random_op(rng, self.body)
        if op:
            self.body = apply(self.body, op)
            self.pending.append(op)

    def send(self, rng: random.Random) -> None:
        if not self.pending:
            return
        results = self.person.types(self.ch, self.task, self.rev, *self.pending)
        assert {result.status for result in results} <= {"applied", "merged"}, results
        own = {result.n for result in results}
        for device, n, op in self.person.office.store.text_ops(self.task, "description", self.rev):
            self.rev += 1
            if device == self.person.device and n in own:
                self.pending.pop(0)
            else:
                self._take(op)

    def receive(self, rng: random.Random) -> None:
        for _, _, op in self.person.office.store.text_ops(self.task, "description", self.rev):
            self._take(op)
            self.rev += 1

    def _take(self, op: Op) -> None:
        carried = []
        for mine in self.pending:
            carried.append(transform(mine, op, "right"))
            op = transform(op, mine, "left")
        self.pending = carried
        self.body = apply(self.body, op)


def test_what_fits_no_text_is_refused_whole(office: Office, ch: str) -> None:
    sarah = office.owner
    task = sarah.task(ch, description="abc")
    wrong: list[list[object]] = [
        [4, "x"],
        [2, {"d": 2}],
        [{"d": "b"}],
        [-1, "x"],
        ["a", "b"],
        [0, "x"],
        [1],
        [{"d": 0}],
        [{"x": 1}],
        [1.5, "x"],
        [True, "x"],
        [["x"]],
        [None],
    ]
    for op in wrong:
        [result] = sarah.types(ch, task, 1, op)
        assert (result.status, result.code) == ("refused", "bad_value"), op
    for rev in (2, 10**9, -1):
        [result] = sarah.types(ch, task, rev, ["x"])
        assert result.code == "bad_value"
    assert office.text(ch, task) == (1, "abc")
    assert sarah.does("edit", "task", task, ch, field="title", parts=[["x"]]).code == "bad_value"
    assert sarah.does("edit", "comment", sarah.comment(ch, task), ch, field="body", parts=[["x"]]).code == "bad_value"


def test_a_text_holds_no_more_than_its_limit(office: Office, ch: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "TEXT_LENGTH_MAX", 10)
    sarah = office.owner
    task = sarah.task(ch, description="12345")
    assert sarah.types(ch, task, 1, [5, "67890"])[0].status == "applied"
    assert [result.code for result in sarah.types(ch, task, 2, [10, "x"])] == ["too_large"]
    assert office.text(ch, task) == (2, "1234567890")


def test_an_edit_too_far_behind_is_refused_before_it_holds_everybody_up(
    office: Office, ch: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "CARRY_STEPS_MAX", 60)
    sarah, mike = office.owner, office.join("Mike")
    task = sarah.task(ch)
    for rev in range(10):
        sarah.types(ch, task, rev, ["x"])
    assert mike.types(ch, task, 8, ["m"], [1, "m"])[0].status == "merged"
    assert {result.code for result in mike.types(ch, task, 0, ["m"], [1, "m"], [2, "m"])} == {"too_large"}


def test_a_unit_carried_at_once_is_what_carrying_it_step_by_step_gives() -> None:
    rng = random.Random(7)
    for _ in range(200):
        body = "some text to start from"
        history, theirs = _chain(rng, body, 4)
        ops, _ = _chain(rng, body, 3)
        expected = []
        past = history
        for op in ops:
            carried = []
            for step in past:
                carried.append(transform(step, op, "left"))
                op = transform(op, step, "right")
            expected.append(op)
            past = carried
        assert transform_many(ops, history, "right")[0] == expected
        for op in expected:
            theirs = apply(theirs, op)


def _chain(rng: random.Random, body: str, length: int) -> tuple[list[Op], str]:
    ops = []
    for _ in range(length):
        ops.append(random_op(rng, body))
        body = apply(body, ops[-1])
    return ops, body
