"""What a task's detail says, without a window."""

from __future__ import annotations

from datetime import date, timedelta
from time import time
from typing import Any

import pytest

from app.model.replay import PENDING_SEQ
from app.model.row import Register, Row
from app.sync.reading import PendingChange
from app.ui.models.detail import (
    Drafts,
    TitleEdit,
    assignees_words,
    changed_fields,
    task_facts,
    typing_people,
    typing_words,
)
from app.ui.models.detail_thread import Thread
from app.ui.models.detail_times import full_words, next_tick, short_ago, when_words
from app.ui.session import NOBODY, Session
from tests.ui.detail_house import CHANNEL, ME, MIKE, PROJECT, SARAH, TASK, FakeClient, changed, row, session_of

TODAY = date(2026, 11, 24)
NOW = 10_000.0


@pytest.fixture
def client() -> FakeClient:
    return FakeClient()


@pytest.fixture
def session(client: FakeClient) -> Session:
    return session_of(client)


def comment(client: FakeClient, item: str, by: str = SARAH, at: float = NOW - 200, **values: Any) -> Row:
    made = row("comment", item, by, at, on=TASK, **{"body": "Words", **values})
    client.rows[item] = made
    client.threads[TASK].append(made)
    return made


def test_a_task_is_said_in_words(client: FakeClient, session: Session) -> None:
    client.rows["l"] = row("label", "l", name="Copy", colour="blue")
    client.rows[TASK] = changed(
        client.rows[TASK], SARAH, {"assignees": [SARAH, ME], "labels": ["l", "unknown"]}, due="2026-11-27", priority=3
    )
    facts = task_facts(session, TASK, NOW, TODAY)
    assert facts.state == "here" and facts.project_name == "Q1 Marketing"
    assert [person.id for person in facts.assignees] == [ME, SARAH], "you come first"
    assert assignees_words(facts.assignees) == "You, Sarah"
    assert [label.name for label in facts.labels] == ["Copy"], "a label that is gone is not shown"
    assert facts.due == date(2026, 11, 27) and not facts.late and "27" in facts.due_words
    assert facts.made_words.startswith("Created by you, ") and "changed by Sarah" in facts.made_words


def test_a_late_task_says_so_in_words_unless_it_is_done(client: FakeClient, session: Session) -> None:
    client.rows[TASK] = changed(client.rows[TASK], ME, due="2026-11-20")
    facts = task_facts(session, TASK, NOW, TODAY)
    assert facts.late and facts.due_words == "20 Nov, late"
    client.rows[TASK] = changed(client.rows[TASK], ME, status="done")
    assert not task_facts(session, TASK, NOW, TODAY).late


def test_a_task_in_the_trash_says_who_put_it_there_and_is_locked(client: FakeClient, session: Session) -> None:
    client.rows[TASK] = changed(client.rows[TASK], MIKE, trashed=True)
    facts = task_facts(session, TASK, NOW, TODAY)
    assert facts.state == "trashed" and facts.trashed_by.name == "Mike Tan" and facts.locked


def test_a_task_of_an_archived_project_is_locked_and_says_why(client: FakeClient, session: Session) -> None:
    client.rows[PROJECT] = changed(client.rows[PROJECT], ME, archived=True)
    assert "archived" in task_facts(session, TASK, NOW, TODAY).locked


def test_a_task_that_is_not_here_is_gone(session: Session) -> None:
    assert task_facts(session, "nowhere", NOW, TODAY).state == "gone"
    assert task_facts(session, ME, NOW, TODAY).state == "gone", "a person is no task"


def test_waiting_fields_are_named_until_they_are_sent(client: FakeClient, session: Session) -> None:
    client.states[TASK] = "waiting"
    client.queue = [
        PendingChange("1", "task", TASK, (TASK,), "set", NOW, "waiting", "", "", {"status": "done"}, {}, CHANNEL),
        PendingChange("2", "task", "x", ("x",), "set", NOW, "waiting", "", "", {"title": "y"}, {}, CHANNEL),
        PendingChange("3", "task", TASK, (TASK,), "set", NOW, "rejected", "No.", "", {"due": None}, {}, CHANNEL),
    ]
    facts = task_facts(session, TASK, NOW, TODAY)
    assert facts.sync == "waiting" and facts.waiting == {"status": "waiting", "due": "rejected"}


def test_only_fields_of_the_same_task_count_as_changed(client: FakeClient, session: Session) -> None:
    before = task_facts(session, TASK, NOW, TODAY)
    client.rows[TASK] = changed(client.rows[TASK], SARAH, status="done", title="Other")
    after = task_facts(session, TASK, NOW, TODAY)
    assert changed_fields(before, after) == ("title", "status")
    assert changed_fields(task_facts(session, "other", NOW, TODAY), after) == ()


def test_replies_stand_below_what_they_answer(client: FakeClient, session: Session) -> None:
    comment(client, "a", at=1000)
    comment(client, "b", at=1001)
    comment(client, "a1", ME, at=1002, reply_to="a")
    comment(client, "b1", at=1003, reply_to="b")
    comment(client, "a2", at=1004, reply_to="a")
    thread = Thread(session, TASK)
    assert [(one.id, one.is_reply) for one in thread.rows(NOW)] == [
        ("a", False),
        ("a1", True),
        ("a2", True),
        ("b", False),
        ("b1", True),
    ]
    assert thread.root_of("a1") == "a" and thread.root_of("a") == "a"


def test_a_deleted_comment_stays_as_a_place_only_while_it_has_replies(client: FakeClient, session: Session) -> None:
    gone = comment(client, "a", body="Secret")
    reply = comment(client, "a1", reply_to="a")
    deleted = changed(gone, SARAH, trashed=True)
    client.threads[TASK] = [deleted, reply]
    client.rows["a"] = deleted
    rows = Thread(session, TASK).rows(NOW)
    assert [one.body for one in rows] == ["This comment was deleted.", "Words"]
    client.threads[TASK] = [deleted, changed(reply, SARAH, trashed=True)]
    assert Thread(session, TASK).rows(NOW) == []


def test_an_edited_comment_says_so_and_a_new_one_that_waits_does_not(client: FakeClient, session: Session) -> None:
    client.threads[TASK] = [changed(comment(client, "a"), SARAH, body="Better")]
    pending = Register("New", PENDING_SEQ + 3, ME)
    later = {"body": Register("New and better", PENDING_SEQ + 4, ME)}
    client.threads[TASK].append(
        Row("b", "comment", CHANNEL, PENDING_SEQ + 3, ME, NOW, NOW, {"on": pending, "body": pending})
    )
    client.threads[TASK].append(Row("c", "comment", CHANNEL, PENDING_SEQ + 3, ME, NOW, NOW, later))
    client.states["b"] = "waiting"
    rows = Thread(session, TASK).rows(NOW)
    assert [(one.edited, one.sync_state) for one in rows] == [(True, ""), (False, "waiting"), (False, "")]


def test_reactions_are_counted_by_emoji_and_mine_is_marked(client: FakeClient, session: Session) -> None:
    made = row("comment", "a", SARAH, on=TASK, body="x", sets={"reactions": [f"{ME}:👍", f"{SARAH}:👍", f"{MIKE}:🎯"]})
    client.rows["a"] = made
    client.threads[TASK] = [made]
    thread = Thread(session, TASK)
    assert [(one.emoji, one.count, one.mine) for one in thread.rows(NOW)[0].reactions] == [
        ("👍", 2, True),
        ("🎯", 1, False),
    ]
    assert thread.reacted("a", "👍") and not thread.reacted("a", "🎯")


def test_rows_that_say_the_same_are_the_same_objects(client: FakeClient, session: Session) -> None:
    comment(client, "a", at=NOW - 200)
    thread = Thread(session, TASK)
    first = thread.rows(NOW)[0]
    assert thread.rows(NOW + 1)[0] is first
    assert thread.rows(NOW + 60)[0] is not first


@pytest.mark.parametrize(
    ("passed", "words"),
    [(0, "Just now"), (44, "Just now"), (45, "1 min"), (179, "2 min"), (3599, "59 min"), (3600, "1 h"), (7300, "2 h")],
)
def test_ages_are_short(passed: float, words: str) -> None:
    assert short_ago(NOW, NOW + passed) == words


def test_the_next_tick_comes_exactly_when_a_time_must_be_said_anew() -> None:
    now = time()
    moments = [now - 50, now - 20, now - 4000]
    for _ in range(50):
        said = [short_ago(one, now) for one in moments]
        wait = next_tick(moments, now)
        assert [short_ago(one, now + wait - 0.01) for one in moments] == said
        now += wait
    assert next_tick([], now) == 3600
    assert when_words(now, now) == "just now" and full_words(now)
    assert timedelta(seconds=next_tick([now - 90_000], now)) <= timedelta(hours=1)


def test_who_is_typing_is_named_without_oneself_and_without_those_who_edit_a_field(
    client: FakeClient, session: Session
) -> None:
    def one(user: str, state: str, field: str | None = None) -> dict[str, object]:
        return {"user": user, "name": "", "state": state, "field": field, "cursor": None}

    client.present = [one(ME, "typing"), one(SARAH, "typing", "comment"), one(MIKE, "typing", "description")]
    assert [person.id for person in typing_people(session, PROJECT, TASK)] == [SARAH]
    client.present = [one(SARAH, "typing"), one(MIKE, "typing")]
    people = typing_people(session, PROJECT, TASK)
    assert typing_words(people) == "Sarah and Mike are typing…"
    assert typing_words(people[:1]) == "Sarah is typing…"
    assert typing_words([]) == ""


def test_each_task_keeps_its_own_draft() -> None:
    drafts = Drafts()
    drafts.of("a").text = "for a"
    drafts.answer("a", "comment")
    drafts.of("b").text = "for b"
    assert (drafts.of("a").text, drafts.of("a").reply_to, drafts.of("b").text) == ("for a", "comment", "for b")
    drafts.sent("a")
    assert drafts.of("a").empty and drafts.of("a").reply_to == "" and not drafts.of("b").empty


def test_editing_an_older_comment_puts_the_draft_aside_and_back() -> None:
    drafts = Drafts()
    drafts.of("a").text = "half a thought"
    drafts.answer("a", "root")
    drafts.edit("a", "mine", "Old words")
    assert (drafts.of("a").text, drafts.of("a").editing, drafts.of("a").reply_to) == ("Old words", "mine", "")
    drafts.sent("a")
    assert (drafts.of("a").text, drafts.of("a").editing, drafts.of("a").reply_to) == ("half a thought", "", "root")


def test_a_comment_that_could_not_be_saved_comes_back_before_what_was_written_since() -> None:
    drafts = Drafts()
    drafts.of("a").text = "second"
    drafts.give_back("a", "first", "root")
    assert drafts.of("a").text == "first\nsecond" and drafts.of("a").reply_to == "root"


def test_a_title_being_typed_is_not_overwritten_and_knows_the_others() -> None:
    title = TitleEdit()
    assert title.follow("One", NOBODY) == "One"
    title.begin("One")
    assert title.follow("One", NOBODY) is None and title.theirs == ""
    assert title.follow("Two", NOBODY) is None and title.theirs == "Two"
    assert title.end("One  and\u00a0more ") == "One  and\u00a0more"
    assert not title.active and title.theirs == "" and title.end("anything") is None


def test_an_emptied_or_unchanged_title_is_not_saved() -> None:
    title = TitleEdit()
    title.begin("One")
    assert title.end("   ") is None
    title.begin("One")
    assert title.end("One") is None
