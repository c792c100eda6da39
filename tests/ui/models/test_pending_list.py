"""The queue in words: what was changed, where, and how far the batch is."""

from __future__ import annotations

import time
from typing import Any

from PySide6.QtWidgets import QApplication

from app.sync.reading import PendingChange
from app.ui.models.pending_list import PendingList, icon_of, what_words
from tests.ui.models.desk import CHANNEL, ME, Desk, make_row

NOW = time.time()


def change(number: int, op: str = "set", kind: str = "task", state: str = "waiting", **values: Any) -> PendingChange:
    fields, prev = values.get("fields", {}), values.get("prev", {})
    items = tuple(values.get("items", ("t0",)))
    return PendingChange(f"c{number}", kind, items[0], items, op, NOW - 180, state, "", "", fields, prev, CHANNEL)


def desk_with_task() -> Desk:
    desk = Desk()
    desk.put(make_row("task", "t0", title="Paid social", status="doing"))
    desk.put(make_row("label", "l0", name="Ads"))
    return desk


def test_each_change_is_said_in_a_few_words(qapp: QApplication) -> None:
    session = desk_with_task().session()
    words = {
        what_words(session, one)
        for one in (
            change(1, fields={"status": "doing"}, prev={"t0": {"status": "todo"}}),
            change(2, fields={"priority": 3, "due": "2026-12-03"}, prev={"t0": {"priority": 0}}),
            change(3, "add", fields={"labels": ["l0"]}),
            change(4, "remove", fields={"assignees": [ME]}),
            change(5, "edit", fields={"description": []}),
            change(6, "create", fields={"title": "Radio", "status": "review"}),
            change(7, "create", "comment", fields={"on": "t0", "body": "Spain wants a tenth more.", "reply_to": "x"}),
            change(8, "delete"),
            change(9, "move", fields={}),
        )
    }
    assert words == {
        "Status: To do → In progress",
        "Priority: No priority → High, Due: Thu 3 Dec",
        "Labels: added Ads",
        "Assignees: removed Nora",
        "Description: text edited",
        "New task in In review",
        "Reply: “Spain wants a tenth more…”",
        "Moved to the trash",
        "Moved in the list",
    }
    assert icon_of(change(1, fields={"status": "doing"})) == "circle-dot"
    session.close()


def test_the_batch_counts_what_was_sent_until_nothing_waits(qapp: QApplication) -> None:
    desk = desk_with_task()
    queue = PendingList(desk.session())
    desk.queue = [change(number, fields={"status": "done"}) for number in range(3)]
    assert (queue.view(NOW).sent, queue.view(NOW).total) == (0, 3)
    desk.queue = [change(2, state="sending"), change(3)]
    view = queue.view(NOW)
    assert (view.sent, view.total, view.waiting) == (2, 4, 2)
    assert [row.state for row in view.rows] == ["sending", "waiting"]
    desk.queue = [change(3, state="rejected")]
    view = queue.view(NOW)
    assert (view.sent, view.total, view.rejected) == (0, 0, 1)


def test_a_row_says_where_and_when(qapp: QApplication) -> None:
    desk = desk_with_task()
    desk.queue = [change(1, fields={"status": "done"}), change(2, items=("t0", "t1"), fields={"status": "done"})]
    rows = PendingList(desk.session()).view(NOW).rows
    assert [(row.item, row.when) for row in rows] == [("Paid social", "3 min ago"), ("2 items", "3 min ago")]
