"""Committing changes: the merge laws against plain oracles, and nothing but refusals for whatever is asked."""

import itertools
import random
from typing import Any, get_type_hints

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.hub.commit import Facts, Head, Resolution, clamped, needs, resolve
from app.model.change import Change, Part, Refusal, Write
from app.model.identity import project_channel, workspace_channel
from app.model.roles import Actor
from app.model.row import HASH_MODULUS, Register, Row, row_hash
from tests.generators.structs import valid

WORKSPACE, PROJECT, TASK, LABEL, OTHER = (f"{number:08x}-0000-4000-8000-000000000000" for number in range(1, 6))
CH = project_channel(PROJECT)
NOW = 1_790_000_000.0


def person(number: int) -> str:
    return f"{number:08x}-0000-7000-9000-000000000000"


def actor(number: int, role: str = "member") -> Actor:
    return Actor(person(number), WORKSPACE, role)


def row(item: str, kind: str, channel: str = CH, **values: Any) -> Row:
    registers = {name: Register(value, 1, person(1)) for name, value in values.items()}
    return Row(item, kind, channel, 1, person(1), NOW - 900, NOW - 900, registers)


class Server:
    """State and head of one project, on which changes are resolved one after the other."""

    def __init__(self) -> None:
        self.rows = {
            PROJECT: row(PROJECT, "project", name="P", position="a0"),
            TASK: row(TASK, "task", title="T", project=PROJECT, position="a0"),
            LABEL: row(LABEL, "label", name="L", project=PROJECT),
            person(1): row(person(1), "person", workspace_channel(WORKSPACE), name="Sarah"),
        }
        self.head = Head(1, sum(map(row_hash, self.rows.values())) % HASH_MODULUS, "epoch", 3)
        self.texts: dict[tuple[str, str], tuple[int, str]] = {}
        self.ops: dict[tuple[str, str], list[list[Any]]] = {}

    def facts(self, who: Actor, change: Change) -> Facts:
        wanted = needs(change)
        facts = Facts(who, self.head, {item: self.rows[item] for item in wanted.items if item in self.rows})
        if wanted.text:
            item, name, rev = wanted.text
            facts.text = self.texts.get((item, name), (0, ""))
            facts.ops = self.ops.get((item, name), [])[rev:]
        return facts

    def resolve(self, change: Change, who: int = 1, device: int = 0, *, now: float = NOW) -> Resolution:
        """Resolves and takes over what came of it."""
        told = resolve(self.facts(actor(who), change), change, person(device or who), b"h" * 32, now, 0.0)
        self.rows.update(told.rows)
        self.texts.update(told.texts)
        self.head = told.head
        for entry in told.entries:
            for write in entry.writes:
                for name, (_, op) in write.ops.items():
                    self.ops.setdefault((write.item, name), []).append(op)
        return told


def change(n: int = 1, verb: str = "set", **facts: Any) -> Change:
    told = {"kind": "task", "items": [TASK], "base": 1, "at": NOW, "heard": NOW - 100, "grp": "g", **facts}
    return Change(n, told.pop("ch", CH), verb, **told)


# -- numbers, heads, hashes --------------------------------------------------------------------------------------------


def test_a_resolution_counts_on_from_the_head_and_keeps_the_hash() -> None:
    server = Server()
    told = server.resolve(change(fields={"title": "New", "status": "doing"}))
    assert [entry.seq for entry in told.entries] == [2]
    assert told.head == Head(2, sum(map(row_hash, server.rows.values())) % HASH_MODULUS, "epoch", 3)
    [write] = told.entries[0].writes
    assert write.before == {"title": "T", "status": None}
    parts = [Part(2, ["x"], NOW, "g"), Part(3, [1, "y"], NOW, "g")]
    told = server.resolve(change(2, "edit", field="description", parts=parts))
    assert [(entry.seq, entry.n) for entry in told.entries] == [(3, 2), (4, 3)]
    assert [result.seq for result in told.results] == [3, 4]
    assert told.head.hash == sum(map(row_hash, server.rows.values())) % HASH_MODULUS


def test_needs_names_all_that_decides_and_nothing_else() -> None:
    told = needs(change(fields={"title": "x"}))
    assert (set(told.items), told.text, told.last, told.beside) == ({TASK, PROJECT}, None, None, None)
    told = needs(change(verb="add", field="labels", values=[LABEL]))
    assert set(told.items) == {TASK, PROJECT, LABEL}
    told = needs(change(verb="move", after=OTHER))
    assert set(told.items) == {TASK, PROJECT, OTHER}
    assert (told.last, told.beside, told.scope) == ("task", ("task", OTHER, "after"), CH)
    created = change(verb="create", items=[OTHER], fields={"project": PROJECT, "title": "x", "labels": [LABEL]})
    told = needs(created)
    assert set(told.items) == {OTHER, PROJECT, LABEL}
    assert (told.last, told.scope) == ("task", CH)
    told = needs(change(verb="create", kind="project", ch=project_channel(OTHER), items=[OTHER], fields={"name": "x"}))
    assert (told.last, told.scope) == ("project", "")


# -- last write wins ---------------------------------------------------------------------------------------------------

moments = st.floats(0, 1e6)


@given(moments, st.floats(-1e9, 1e9), moments, moments)
def test_a_time_is_moved_only_into_its_window(at: float, offset: float, heard: float, now: float) -> None:
    made = clamped(at, offset, heard, now)
    assert min(heard, now) <= made <= now
    if min(heard, now) <= at + offset <= now:
        assert made == at + offset


def test_edits_whose_windows_do_not_meet_are_never_turned_round() -> None:
    """SYNC 5: 20,000 pairs, clocks wrong by up to 10^5 either way; by raw clocks a third would be wrong."""
    rng = random.Random(5)
    turned = raw_turned = 0
    for _ in range(20_000):
        heard_1, arrived_1 = sorted(rng.uniform(0, 1e5) for _ in range(2))
        heard_2 = arrived_1 + rng.uniform(0, 1e4)
        arrived_2 = heard_2 + rng.uniform(0, 1e4)
        true_1, true_2 = rng.uniform(heard_1, arrived_1), rng.uniform(heard_2, arrived_2)
        said_1, said_2 = true_1 + rng.uniform(-1e5, 1e5), true_2 + rng.uniform(-1e5, 1e5)
        raw_turned += said_1 > said_2
        turned += clamped(said_1, 0, heard_1, arrived_1) > clamped(said_2, 0, heard_2, arrived_2)
    assert turned == 0
    assert raw_turned > 2_000  # the test would notice


@pytest.mark.parametrize("order", list(itertools.permutations(range(4))))
def test_concurrent_writes_end_the_same_in_whatever_order_they_arrive(order: tuple[int, ...]) -> None:
    server = Server()
    for place in order:
        server.resolve(change(fields={"title": f"by {place}"}, at=NOW - 50 + place), who=place + 1)
    assert server.rows[TASK].value("title") == "by 3"


@given(
    st.lists(st.tuples(st.integers(1, 3), st.integers(0, 6), st.integers(0, 90), st.sampled_from("abc")), max_size=12)
)
@settings(max_examples=60, deadline=None)
def test_last_write_wins_agrees_with_a_plain_telling(writes: list[tuple[int, int, int, str]]) -> None:
    """Who has seen the value writes over it; else the later time made, and of equal times the later arrival."""
    server = Server()
    value, seq, made_last, device_last = "T", 1, 0.0, 1
    for n, (who, behind, ago, wanted) in enumerate(writes, start=1):
        base = max(0, server.head.seq - behind)
        made = NOW - ago
        told = server.resolve(change(n, fields={"title": wanted}, base=base, at=made), who=who)
        if wanted != value and (base >= seq or device_last == who or made >= made_last):
            value, seq, made_last, device_last = wanted, told.head.seq, made, who
            assert told.results[0].status == "applied"
        elif wanted != value:
            assert told.results[0].status == "superseded"
            assert told.entries[0].writes == [Write(TASK, lost={"title": wanted}, before={"title": value})]
        assert server.rows[TASK].value("title") == value


# -- sets --------------------------------------------------------------------------------------------------------------


@given(st.lists(st.tuples(st.integers(1, 3), st.sampled_from(["add", "remove"]), st.integers(0, 5)), max_size=14))
@settings(max_examples=80, deadline=None)
def test_an_element_is_there_while_one_add_was_seen_by_no_remove(steps: list[tuple[int, str, int]]) -> None:
    server = Server()
    adds: list[tuple[int, int]] = []
    for n, (who, verb, behind) in enumerate(steps, start=1):
        base = max(1, server.head.seq - behind)
        told = server.resolve(change(n, verb, field="labels", values=[LABEL], base=base), who=who)
        if verb == "add":
            adds.append((told.head.seq, who))
        else:
            newest = max(adds, default=None)
            if newest is not None and (base >= newest[0] or newest[1] == who):
                adds.clear()
        assert (LABEL in server.rows[TASK].sets.get("labels", {})) == bool(adds)
        assert told.results[0].status == ("merged" if verb == "remove" and adds else "applied")


# -- whatever is asked -------------------------------------------------------------------------------------------------

HINTS = get_type_hints(Change)
GOOD = [
    change(fields={"title": "x"}),
    change(fields={"start": "2026-11-27", "due": None}),
    change(verb="add", field="labels", values=[LABEL]),
    change(verb="remove", field="labels", values=[LABEL]),
    change(verb="move", before=OTHER),
    change(verb="delete"),
    change(verb="restore"),
    change(verb="create", items=[OTHER], fields={"project": PROJECT, "title": "x", "description": "d"}),
    change(verb="create", kind="comment", items=[OTHER], fields={"on": TASK, "body": "x", "reactions": []}),
    change(verb="create", kind="project", ch=project_channel(OTHER), items=[OTHER], fields={"name": "x"}),
    change(kind="workspace", ch=workspace_channel(WORKSPACE), items=[WORKSPACE], fields={"name": "x"}),
    change(kind="person", ch=workspace_channel(WORKSPACE), items=[person(1)], fields={"role": "owner"}),
]
FIELDS = ("title", "status", "labels", "start", "position", "trashed", "parent", "description")
OPS: list[Any] = [
    [], ["x"], [5, "x"], [{"d": 1}], [-1], [0], [None], [[]], [{}], [{"d": -1}], [{"d": ""}], [True, "x"],
    [2**31, "x"], ["x"] * 20_000, ["\ud800"], [1.5], [{"d": 1, "e": 2}], "text", [{"d": 2**63}],
]  # fmt: skip
WRONG: tuple[Any, ...] = (
    None,
    True,
    -1,
    2**64 - 1,
    1.5,
    float("nan"),
    "",
    "\x00",
    "x" * 2_000,
    [],
    [None],
    [[]],
    {},
    {"d": 1},
    b"x",
)
HOSTILE: dict[str, list[Any]] = {
    "n": [0, -1, 2**53, 2**63],
    "ch": ["", "p:", CH.upper(), project_channel(OTHER), "u:" + person(1), "u:" + OTHER, workspace_channel(OTHER)],
    "verb": ["", "SET", "drop", "edit", "create", "move", "add"],
    "kind": ["", "project", "label", "comment", "person", "workspace", "table"],
    "items": [[], [""], [TASK, TASK], [OTHER], [PROJECT], [LABEL], [TASK, LABEL], [person(1)], ["\ud800"]],
    "base": [0, -1, 2**53, 2**60],
    "at": [float("nan"), float("inf"), -1e308, 1e308],
    "heard": [float("nan"), float("inf"), -1e308, 1e308],
    "grp": ["", "x" * 65, "\x00"],
    "schema": [0, -1, 2, 2**40],
    "fields": [
        {},
        *({name: wrong} for name in FIELDS for wrong in WRONG),
        {"": 1},
        {"x" * 1000: 1},
        {"private": True},
        {"private": [True]},
        {"reactions": 5},
        {"reactions": [5]},
    ],
    "field": ["", "title", "labels", "description", "reactions", "x"],
    "values": [[], [""], ["x"], [LABEL, OTHER], [TASK], [LABEL] * 300],
    "before": ["", "x", TASK, PROJECT, OTHER, LABEL],
    "after": ["", "x", TASK, PROJECT, OTHER, LABEL],
    "rev": [-1, 1, 2**53, 2**60],
    "parts": [
        *([(1, op, NOW, "g")] for op in OPS),
        [(2, ["x"], NOW, "g"), (1, ["y"], NOW, "g")],
        [(1, ["x"], float("nan"), "g")] * 2,
        [(1, ["x"], NOW, "g")] * 501,
    ],
}


@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_a_hostile_value_in_any_place_of_any_change_is_refused_or_harmless(name: str) -> None:
    assert set(HOSTILE) | {"prev"} == set(Change.__struct_fields__), "a field has no hostile values"
    for good, value in itertools.product(GOOD, HOSTILE[name]):
        if name == "parts":
            value = [Part(*part) for part in value]
            good = msgspec.structs.replace(good, verb="edit", field="description", fields={}, values=[])
        harmless_or_refused(msgspec.structs.replace(good, **{name: value}))


@pytest.mark.parametrize("seed", range(5))
def test_changes_put_together_by_chance_are_refused_or_harmless(seed: int) -> None:
    rng = random.Random(seed)
    applied = 0
    for _ in range(800):
        one = rng.choice(GOOD)
        for _ in range(rng.randint(1, 3)):
            name = rng.choice(sorted(HOSTILE))
            if name == "parts":
                continue
            pool = [*HOSTILE[name], valid(rng, HINTS[name]), *(getattr(good, name) for good in GOOD)]
            one = msgspec.structs.replace(one, **{name: rng.choice(pool)})
        applied += harmless_or_refused(one)
    assert applied > 20


CODES = {"bad_value", "not_found", "not_allowed", "not_available", "version", "too_large", "archived"}


def harmless_or_refused(one: Change) -> bool:
    """Whether it was applied; then rows, hash and seq fit, and nothing of another channel was touched."""
    server = Server()
    before = dict(server.rows)
    try:
        told = server.resolve(one, who=1)
    except Refusal as refusal:
        assert refusal.code in CODES
        assert server.rows == before
        return False
    assert [entry.seq for entry in told.entries] == list(range(2, 2 + len(told.entries)))
    changed = {item: new for item, new in server.rows.items() if before.get(item) != new}
    assert all(new.channel == one.ch for new in changed.values())
    assert all(entry.by == person(1) and entry.at == NOW and NOW - 1e9 < entry.made <= NOW for entry in told.entries)
    assert told.head.hash == sum(map(row_hash, server.rows.values())) % HASH_MODULUS
    return True
