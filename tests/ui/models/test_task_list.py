"""The task list follows every change by small steps, and always is what a fresh look would show."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import Any
from unittest.mock import patch

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QAbstractItemModel
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication

from app.ui.models import task_list
from app.ui.models.task_list import STEPS_MOST
from app.ui.models.task_model import TaskModel
from app.ui.models.task_reading import STATUS_ORDER
from app.ui.paint.rows import GroupRow, ListRow, TaskRow
from app.ui.session import Patch
from tests.ui.models.desk import CHANNEL, PROJECT, Desk, make_row

TODAY = date(2026, 11, 24)
ITEMS = [f"t{number}" for number in range(8)]
ranks = st.sampled_from(["a", "b", "c", "d", "m", "z"])

one_write = st.tuples(st.sampled_from(ITEMS), st.sampled_from(STATUS_ORDER), ranks, st.booleans())
steps = st.one_of(
    st.tuples(st.just("write"), st.lists(one_write, min_size=1, max_size=4)),
    st.tuples(st.just("toggle"), st.sampled_from(STATUS_ORDER)),
    st.tuples(st.just("draft"), st.sampled_from(("", *STATUS_ORDER))),
    st.tuples(st.just("whole"), st.none()),
)


def model_of(desk: Desk, collapsed: set[str] | None = None) -> TaskModel:
    return TaskModel(desk.session(), PROJECT, collapsed or set(), lambda: TODAY)


def rows_of(model: TaskModel) -> list[ListRow | None]:
    return [model.row_at(number) for number in range(model.rowCount())]


def put(desk: Desk, item: str, status: str, rank: str, trashed: bool = False, **values: Any) -> None:
    desk.put(
        make_row("task", item, project=PROJECT, title=item, status=status, position=rank, trashed=trashed, **values)
    )


def patch_of(*items: str) -> Patch:
    return Patch(dict.fromkeys(items, ("task", CHANNEL, "")))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(steps, max_size=12))
def test_small_steps_lead_to_what_a_fresh_look_shows(qapp: QApplication, script: list[tuple[str, object]]) -> None:
    desk = Desk()
    for number, item in enumerate(ITEMS[:4]):
        put(desk, item, STATUS_ORDER[number % 3], "b")
    model = model_of(desk)
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    for what, argument in script:
        if what == "write":
            assert isinstance(argument, list)
            for item, status, rank, trashed in argument:
                put(desk, item, status, rank, trashed)
            model.list.take(patch_of(*{item for item, *_ in argument}))
        elif what == "toggle":
            model.list.toggle(str(argument))
        elif what == "draft":
            model.list.open_draft(str(argument)) if argument else model.list.close_draft()
        else:
            model.list.take(Patch(whole={CHANNEL}))
        draft = model.list.draft
        fresh = model_of(desk, model.list.collapsed)
        if draft:
            fresh.list.open_draft(draft)
        assert rows_of(model) == rows_of(fresh)
        for number in range(model.rowCount()):
            task = model.list.task_at(number)
            assert not task or model.list.row_of(task) == number
    assert isinstance(tester.model(), QAbstractItemModel)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.one_of(one_write, st.sampled_from(["whole", "part"])), max_size=16))
def test_a_long_list_read_again_in_parts_ends_as_a_fresh_look_shows(qapp: QApplication, script: list[Any]) -> None:
    desk = Desk()
    for number, item in enumerate(ITEMS):
        put(desk, item, STATUS_ORDER[number % 3], "b")
    with patch.object(task_list, "PART_MOST", 3):
        model = model_of(desk)
        tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
        for step in script:
            if step == "whole":
                model.list.take(Patch(whole={CHANNEL}))
            elif step == "part":
                model.list.go_on()
            else:
                put(desk, *step)
                model.list.take(patch_of(step[0]))
                assert rows_of(model) == rows_of(model_of(desk)), "what is shown meanwhile follows too"
        while model.list.is_reading:
            model.list.go_on()
        assert rows_of(model) == rows_of(model_of(desk))
    assert isinstance(tester.model(), QAbstractItemModel)


async def test_a_long_list_is_read_on_by_itself(qapp: QApplication) -> None:
    desk = Desk()
    model = model_of(desk)
    for item in ITEMS:
        put(desk, item, "todo", "a")
    with patch.object(task_list, "PART_MOST", 3):
        model.list.take(Patch(whole={CHANNEL}))
        assert model.list.is_reading and model.rowCount() == 0
        done = asyncio.Event()
        model.modelReset.connect(done.set)
        await done.wait()
    assert model.rowCount() == len(ITEMS) + 1


def test_groups_stand_in_their_order_and_only_while_they_have_tasks(qapp: QApplication) -> None:
    desk = Desk()
    put(desk, "t0", "done", "a")
    put(desk, "t1", "todo", "b")
    put(desk, "t2", "review", "c")
    model = model_of(desk)
    assert [row.title if isinstance(row, GroupRow) else row and row.id for row in rows_of(model)] == [
        "In review",
        "t2",
        "To do",
        "t1",
        "Done",
        "t0",
    ]
    put(desk, "t2", "done", "c")
    model.list.take(patch_of("t2"))
    assert [row.title for row in rows_of(model) if isinstance(row, GroupRow)] == ["To do", "Done"]


def test_a_row_says_when_it_is_due_and_that_it_is_late(qapp: QApplication) -> None:
    desk = Desk()
    days = {"t0": "2026-11-24", "t1": "2026-11-27", "t2": "2026-12-03", "t3": "2026-11-20", "t4": "2027-01-05"}
    for item, due in days.items():
        put(desk, item, "todo", "a", due=due)
    put(desk, "t5", "done", "a", due="2026-11-20")
    model = model_of(desk)
    found = {row.id: (row.due_text, row.due_late) for row in rows_of(model) if isinstance(row, TaskRow)}
    assert found == {
        "t0": ("Today", False),
        "t1": ("Fri 27", False),
        "t2": ("3 Dec", False),
        "t3": ("20 Nov", True),
        "t4": ("5 Jan 2027", False),
        "t5": ("20 Nov", False),
    }


def test_many_changes_at_once_are_one_reset_and_rows_are_made_only_when_painted(qapp: QApplication) -> None:
    desk = Desk()
    model = model_of(desk)
    resets: list[int] = []
    model.modelReset.connect(lambda: resets.append(1))
    items = [f"n{number:05}" for number in range(STEPS_MOST + 1)]
    for item in items:
        put(desk, item, "todo", "a")
    model.list.take(patch_of(*items))
    assert len(resets) == 1 and model.rowCount() == len(items) + 1
    assert model.list._rows == {}


def test_a_row_that_did_not_change_stays_the_same_object(qapp: QApplication) -> None:
    desk = Desk()
    put(desk, "t0", "todo", "a")
    put(desk, "t1", "todo", "b")
    model = model_of(desk)
    first, second = model.row_at(1), model.row_at(2)
    put(desk, "t1", "todo", "b", priority=3)
    model.list.take(patch_of("t1"))
    assert model.row_at(1) is first and model.row_at(2) is not second
