"""Items lie in one order; what is trashed, archived or elsewhere is reached only as it may be."""

import random
from collections.abc import Callable

import pytest

from app.model.identity import SYSTEM, project_channel, user_channel, workspace_channel
from tests.store.office import DIRECTORY, WORKSPACE, Office, Person, check_channel, uuid


@pytest.fixture
def mike(office: Office) -> Person:
    return office.join("Mike")


@pytest.fixture
def ch(office: Office) -> str:
    return office.owner.project()


def move(person: Person, ch: str, items: str | list[str], **where: str) -> None:
    assert person.does("move", "task", items, ch, **where).status == "applied"


def test_new_items_come_last_and_moves_put_them_where_they_say(office: Office, ch: str) -> None:
    sarah = office.owner
    a, b, c, d = (sarah.task(ch) for _ in range(4))
    assert office.order(ch) == [a, b, c, d]
    move(sarah, ch, d, before=a)
    move(sarah, ch, a, after=c)
    assert office.order(ch) == [d, b, c, a]
    move(sarah, ch, b, before=c)
    assert office.order(ch) == [d, b, c, a]
    move(sarah, ch, d)
    assert office.order(ch) == [b, c, a, d]
    check_channel(office.store, ch)


def test_a_block_moves_as_one_and_stays_together(office: Office, ch: str) -> None:
    sarah = office.owner
    tasks = [sarah.task(ch) for _ in range(8)]
    move(sarah, ch, [tasks[6], tasks[0], tasks[3]], after=tasks[4])
    assert office.order(ch) == [tasks[place] for place in (1, 2, 4, 6, 0, 3, 5, 7)]
    move(sarah, ch, tasks[5:], before=tasks[1])
    assert office.order(ch) == [tasks[place] for place in (5, 6, 7, 1, 2, 4, 0, 3)]


def test_within_one_batch_each_creation_comes_after_the_one_before(office: Office, ch: str) -> None:
    sarah = office.owner
    items = [office.new_id() for _ in range(6)]
    sent = [sarah.make("create", "task", [one], ch, fields={"project": ch[2:], "title": "x"}) for one in items]
    sent.insert(3, sarah.make("move", "task", [items[0]], ch, after=items[2]))
    sarah.push(*sent)
    assert office.order(ch) == [items[place] for place in (1, 2, 0, 3, 4, 5)]


def test_a_hundred_inserts_at_one_place_keep_a_total_order(office: Office, ch: str) -> None:
    people = [office.owner, office.join("Mike"), office.join("Ada")]
    first, last = office.owner.task(ch), office.owner.task(ch)
    for place in range(100):
        move(people[place % 3], ch, office.owner.task(ch), after=first)
    positions = [row.value("position") for row in office.rows(ch).values() if row.kind == "task"]
    assert len(set(positions)) == len(positions) == 102
    order = office.order(ch)
    assert (order[0], order[-1]) == (first, last)
    check_channel(office.store, ch)


@pytest.mark.parametrize("seed", range(3))
def test_many_moves_agree_with_a_plain_list(office: Office, ch: str, seed: int) -> None:
    rng = random.Random(seed)
    sarah = office.owner
    order = [sarah.task(ch) for _ in range(7)]
    for _ in range(40):
        anchor, *block = rng.sample(order, rng.randint(2, 4))
        side = rng.choice(["before", "after"])
        move(sarah, ch, block, **{side: anchor})
        order = [one for one in order if one not in block]
        place = order.index(anchor) + (side == "after")
        order[place:place] = block
        assert office.order(ch) == order


def test_a_neighbour_that_is_gone_or_of_another_list_means_the_end(office: Office, ch: str) -> None:
    sarah = office.owner
    other = sarah.project("Other")
    far = [sarah.task(other) for _ in range(9)]
    tasks = [sarah.task(ch) for _ in range(3)]
    move(sarah, ch, tasks[0], before=far[0])
    assert office.order(ch) == [tasks[1], tasks[2], tasks[0]]
    move(sarah, ch, tasks[1], after=ch[2:])
    move(sarah, ch, tasks[2], after=uuid(9))
    assert office.order(ch) == [tasks[0], tasks[1], tasks[2]]


def test_projects_are_ordered_across_channels(office: Office) -> None:
    sarah = office.owner
    a, b, c = (sarah.project(name) for name in "ABC")
    assert sarah.does("move", "project", c[2:], c, before=a[2:]).status == "applied"

    def order() -> list[str]:
        return sorted((a, b, c), key=lambda ch: str(office.value(ch, ch[2:], "position")))

    assert order() == [c, a, b]
    assert sarah.does("move", "project", c[2:], c, after=a[2:]).status == "applied"
    assert order() == [a, c, b]


def test_of_two_concurrent_moves_the_later_made_wins(office: Office, mike: Person, ch: str) -> None:
    sarah = office.owner
    a, b, c = (sarah.task(ch) for _ in range(3))
    base = office.seq(ch)
    office.now += 100
    sarah.does("move", "task", c, ch, before=a, at=office.now - 10, heard=office.now - 90)
    lost = mike.does("move", "task", c, ch, before=b, base=base, at=office.now - 20, heard=office.now - 90)
    assert lost.status == "superseded"
    assert office.order(ch) == [c, a, b]


def test_labels_and_comments_have_no_order(office: Office, ch: str) -> None:
    label = office.owner.label(ch)
    assert office.owner.does("move", "label", label, ch).code == "bad_value"


# -- trash and archive -------------------------------------------------------------------------------------------------


def test_edits_to_a_trashed_item_are_kept_and_come_back_with_it(office: Office, mike: Person, ch: str) -> None:
    sarah = office.owner
    task = sarah.task(ch)
    base = office.seq(ch)
    assert sarah.does("delete", "task", task, ch).status == "applied"
    assert office.row(ch, task).trashed
    assert mike.sets(ch, task, title="Kept", base=base).status == "applied"
    assert mike.types(ch, task, 0, ["also kept"], base=base)[0].status == "applied"
    assert office.row(ch, task).trashed
    assert sarah.does("restore", "task", task, ch).status == "applied"
    row = office.row(ch, task)
    assert (row.trashed, row.value("title"), office.text(ch, task)) == (False, "Kept", (1, "also kept"))
    check_channel(office.store, ch)


def test_a_child_made_offline_joins_its_trashed_parent(office: Office, mike: Person, ch: str) -> None:
    task = office.owner.task(ch)
    office.owner.does("delete", "task", task, ch)
    comment = mike.comment(ch, task)
    assert office.value(ch, comment, "on") == task


def test_deleting_what_is_deleted_is_no_conflict(office: Office, mike: Person, ch: str) -> None:
    task = office.owner.task(ch)
    base = office.seq(ch)
    office.owner.does("delete", "task", task, ch)
    assert mike.does("delete", "task", task, ch, base=base, at=1.0, heard=1.0).status != "superseded"
    assert office.row(ch, task).trashed


def test_a_comment_is_deleted_by_its_author_or_an_admin(office: Office, mike: Person, ch: str) -> None:
    ada = office.join("Ada")
    task = office.owner.task(ch)
    mine, other = mike.comment(ch, task), mike.comment(ch, task)
    assert ada.does("delete", "comment", mine, ch).code == "not_allowed"
    assert mike.does("delete", "comment", mine, ch).status == "applied"
    assert office.owner.does("delete", "comment", other, ch).status == "applied"


def test_nobody_writes_in_another_persons_comment_not_even_in_a_bulk(office: Office, mike: Person, ch: str) -> None:
    ada = office.join("Ada")
    task = office.owner.task(ch)
    hers, his = ada.comment(ch, task), mike.comment(ch, task)
    assert ada.sets(ch, his, kind="comment", body="Bad.").code == "not_allowed"
    assert ada.does("set", "comment", [hers, his], ch, fields={"body": "Bad."}).code == "not_allowed"
    assert ada.does("delete", "comment", [hers, his], ch).code == "not_allowed"
    assert office.value(ch, his, "body") == office.value(ch, hers, "body") == "Good."
    assert not office.row(ch, hers).trashed


def test_an_archived_project_takes_nothing_but_its_return(office: Office, mike: Person, ch: str) -> None:
    sarah = office.owner
    task = sarah.task(ch)
    assert sarah.sets(ch, ch[2:], kind="project", archived=True).status == "applied"
    assert mike.sets(ch, task, title="Late").code == "archived"
    assert mike.types(ch, task, 0, ["late"])[0].code == "archived"
    assert mike.does("delete", "task", task, ch).code == "archived"
    assert mike.sets(ch, ch[2:], kind="project", name="Late").code == "archived"
    assert mike.sets(ch, ch[2:], kind="project", archived=False).status == "applied"
    assert mike.sets(ch, task, title="In time").status == "applied"


# -- what may not be reached -------------------------------------------------------------------------------------------


def test_references_stay_inside_the_channel(office: Office, ch: str) -> None:
    sarah = office.owner
    other = sarah.project("Other")
    far_task, far_label = sarah.task(other), sarah.label(other)
    task = sarah.task(ch)
    fields = {"project": ch[2:], "title": "x"}
    tries = [
        sarah.make("create", "comment", [office.new_id()], ch, fields={"on": far_task, "body": "Hi"}),
        sarah.make("create", "task", [office.new_id()], ch, fields={**fields, "labels": [far_label]}),
        sarah.make("create", "task", [office.new_id()], ch, fields={**fields, "parent": far_task}),
        sarah.make("create", "task", [office.new_id()], ch, fields={**fields, "parent": ch[2:]}),
        sarah.make("add", "task", [task], ch, field="labels", values=[far_label]),
        sarah.make("add", "task", [task], ch, field="labels", values=[task]),
        sarah.make("add", "task", [task], ch, field="assignees", values=[uuid(2)]),
        sarah.make("set", "task", [far_task], ch, fields={"title": "Stolen"}),
        sarah.make("set", "task", [task, far_task], ch, fields={"title": "Stolen"}),
        sarah.make("edit", "task", [far_task], ch, field="description", parts=[["stolen"]]),
        sarah.make("delete", "label", [task], ch),
    ]
    seq = office.seq(ch)
    assert {(result.code, result.text) for result in sarah.push(*tries)} == {
        ("not_found", "This item does not exist, or you have no access to it.")
    }
    assert office.seq(ch) == seq
    assert sarah.does("add", "task", task, ch, field="assignees", values=[sarah.user]).status == "applied"


def test_a_task_says_the_project_it_lies_in(office: Office, ch: str) -> None:
    sarah = office.owner
    other = sarah.project("Other")
    fields = {"project": other[2:], "title": "x"}
    assert sarah.does("create", "task", office.new_id(), ch, fields=fields).code in ("bad_value", "not_found")
    assert sarah.does("create", "task", office.new_id(), project_channel(uuid(4)), fields=fields).status == "refused"


@pytest.mark.parametrize("channel", [user_channel, workspace_channel])
def test_only_a_projects_own_channel_is_founded(office: Office, channel: Callable[[str], str]) -> None:
    item = office.new_id()
    result = office.owner.does("create", "project", item, channel(item), fields={"name": "Odd"})
    assert result.status == "refused"
    assert office.store.snapshot(channel(item)).rows == []
    assert office.owner.does("create", "project", item, DIRECTORY, fields={"name": "Odd"}).status == "refused"


def test_an_id_is_used_once(office: Office, ch: str) -> None:
    sarah = office.owner
    task = sarah.task(ch)
    fields = {"project": ch[2:], "title": "Again"}
    assert sarah.does("create", "task", task, ch, fields=fields).code == "bad_value"
    assert sarah.does("create", "project", task, project_channel(task), fields={"name": "x"}).code == "bad_value"
    assert office.value(ch, task, "title") == "Write it down"


def test_replies_have_one_level(office: Office, ch: str) -> None:
    sarah = office.owner
    task = sarah.task(ch)
    comment = sarah.comment(ch, task)
    reply = sarah.comment(ch, task, reply_to=comment)
    fields = {"on": task, "body": "Deeper", "reply_to": reply}
    assert sarah.does("create", "comment", office.new_id(), ch, fields=fields).code == "bad_value"


def test_a_private_project_is_refused_and_never_silently_public(office: Office, ch: str) -> None:
    item = office.new_id()
    fields = {"name": "Secret", "private": True}
    assert office.owner.does("create", "project", item, project_channel(item), fields=fields).code == "not_available"
    assert office.owner.sets(ch, ch[2:], kind="project", private=True).code == "not_available"
    assert office.store.snapshot(project_channel(item)).rows == []
    assert not office.value(ch, ch[2:], "private")


def test_people_and_workspace_are_made_by_the_server_alone(office: Office, mike: Person) -> None:
    sarah = office.owner
    person = {"name": "Eve", "email": "e@example.org", "slot": 1, "role": "owner"}
    tries = [
        sarah.make("create", "person", [office.new_id()], DIRECTORY, fields=person),
        sarah.make("delete", "person", [mike.user], DIRECTORY),
        sarah.make("restore", "person", [mike.user], DIRECTORY),
        sarah.make("delete", "workspace", [WORKSPACE], DIRECTORY),
        sarah.make("create", "workspace", [uuid(6)], workspace_channel(uuid(6)), fields={"name": "Mine"}),
        mike.make("set", "workspace", [WORKSPACE], DIRECTORY, fields={"name": "Mine"}),
    ]
    results = [*sarah.push(*tries[:-1]), *mike.push(tries[-1])]
    assert {result.status for result in results} == {"refused"}
    assert mike.sets(DIRECTORY, mike.user, kind="person", role="owner").code == "bad_value"
    assert sarah.sets(DIRECTORY, WORKSPACE, kind="workspace", name="New name").status == "applied"
    assert office.store.workspace() == (WORKSPACE, "New name")
    assert all(entry.by != SYSTEM for entry in office.entries(DIRECTORY)[-1:])
