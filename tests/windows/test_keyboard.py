"""Everything in the list is done without a pointer."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from tests.windows.house import Member, sarah_and_mike

CTRL_SHIFT = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier


def titles(member: Member, status: str) -> list[str]:
    rows = [row for row in member.session.listed("task") if row.value("status") == status]
    return [str(row.value("title")) for row in rows]


def focus_of(member: Member) -> QWidget:
    widget = member.seat.window.focusWidget()
    assert widget is not None
    return widget


def popup() -> QWidget:
    widget = QApplication.activePopupWidget()
    assert widget is not None
    return widget


async def test_a_task_is_written_moved_and_thrown_away_by_keys_alone(tmp_path: Path, qapp: QApplication) -> None:
    async with sarah_and_mike(tmp_path, qapp) as (home, sarah, mike):
        await home.activate(sarah)
        view = sarah.screen.tasks.view
        view.setFocus()
        view.select_task(sarah.task("Poster"))
        QTest.keyClick(view, Qt.Key.Key_N)
        edit = view.draft.edit
        assert focus_of(sarah) is edit
        QTest.keyClicks(edit, "Book the jingle")
        QTest.keyClick(edit, Qt.Key.Key_Return)
        QTest.keyClicks(edit, "Nail")
        QTest.keyClick(edit, Qt.Key.Key_Return)
        assert titles(sarah, "todo") == ["Poster", "Book the jingle", "Nail"]
        QTest.keyClick(edit, Qt.Key.Key_Escape)
        assert focus_of(sarah) is view and not view.draft.isVisible()
        view.select_task(sarah.task("Poster"))
        QTest.keyClick(view, Qt.Key.Key_J)
        assert view.current_task() == sarah.task("Book the jingle")
        QTest.keyClick(view, Qt.Key.Key_K)
        assert view.current_task() == sarah.task("Poster")
        QTest.keyClick(view, Qt.Key.Key_Down, CTRL_SHIFT)
        await home.until(lambda: titles(mike, "todo") == ["Book the jingle", "Poster", "Nail"])
        assert view.current_task() == sarah.task("Poster")
        QTest.keyClick(view, Qt.Key.Key_Up, CTRL_SHIFT)
        QTest.keyClick(view, Qt.Key.Key_Up, CTRL_SHIFT)
        await home.until(lambda: titles(mike, "doing") == ["Launch email", "Storyboard", "Poster"])
        QTest.keyClick(view, Qt.Key.Key_Delete)
        await home.until(lambda: titles(mike, "doing") == ["Launch email", "Storyboard"])
        toast = sarah.seat.window.toasts.toasts[-1]
        assert toast.words == "Task moved to the trash"
        assert toast._button is not None
        QTest.keyClick(toast._button, Qt.Key.Key_Space)
        await home.until(lambda: titles(mike, "doing") == ["Launch email", "Storyboard", "Poster"])


async def test_status_priority_people_labels_and_day_are_chosen_by_keys(tmp_path: Path, qapp: QApplication) -> None:
    async with sarah_and_mike(tmp_path, qapp) as (home, sarah, mike):
        await home.activate(sarah)
        view = sarah.screen.tasks.view
        view.setFocus()
        view.select_task(sarah.task("Poster"))
        QTest.keyClick(view, Qt.Key.Key_S)
        QTest.keyClick(popup().body.focusProxy(), Qt.Key.Key_4)  # type: ignore[attr-defined]
        await home.until(lambda: mike.status("Poster") == "review")
        assert view.current_task() == sarah.task("Poster")
        await home.activate(sarah)
        QTest.keyClick(view, Qt.Key.Key_P)
        QTest.keyClick(popup().body.focusProxy(), Qt.Key.Key_1)  # type: ignore[attr-defined]
        await home.until(lambda: mike.row("Poster").priority == 4)  # type: ignore[union-attr]
        await home.activate(sarah)
        QTest.keyClick(view, Qt.Key.Key_A)
        QTest.keyClick(popup().body.focusProxy(), Qt.Key.Key_Return)  # type: ignore[attr-defined]
        QTest.keyClick(popup().body.focusProxy(), Qt.Key.Key_Escape)  # type: ignore[attr-defined]
        await home.until(lambda: [one.name for one in mike.row("Poster").assignees] == ["Sarah Okafor"])  # type: ignore[union-attr]
        await home.activate(sarah)
        QTest.keyClick(view, Qt.Key.Key_L)
        field = popup().body.focusProxy()  # type: ignore[attr-defined]
        QTest.keyClicks(field, "Print")
        QTest.keyClick(field, Qt.Key.Key_Return)
        await home.until(lambda: [label.name for label in mike.row("Poster").labels] == ["Print"])  # type: ignore[union-attr]
        await home.activate(sarah)
        QTest.keyClick(view, Qt.Key.Key_D)
        QTest.keyClick(popup().body.focusProxy(), Qt.Key.Key_Return)  # type: ignore[attr-defined]
        await home.until(lambda: mike.row("Poster").due_text == "Today")  # type: ignore[union-attr]


async def test_a_task_is_opened_and_closed_and_panes_are_reached_by_keys(tmp_path: Path, qapp: QApplication) -> None:
    async with sarah_and_mike(tmp_path, qapp) as (home, sarah, _):
        await home.activate(sarah)
        view = sarah.screen.tasks.view
        view.setFocus()
        view.select_task(sarah.task("Storyboard"))
        QTest.keyClick(view, Qt.Key.Key_Return)
        assert sarah.screen.task == sarah.task("Storyboard") and sarah.screen.body.is_open
        await home.until(lambda: sarah.session.people_at(sarah.screen.project, sarah.screen.task))
        sarah.screen._actions["next_pane"].trigger()
        sarah.screen._actions["close"].trigger()
        await home.until(lambda: sarah.screen.task == "" and not sarah.screen.body.is_open)
        assert focus_of(sarah) is view
        QTest.keyClick(view, Qt.Key.Key_P, CTRL_SHIFT)
        assert popup() is sarah.screen.pending
        QTest.keyClick(sarah.screen.pending, Qt.Key.Key_Escape)
        await home.until(lambda: not sarah.screen.pending.isVisible())


async def test_letters_typed_into_a_field_are_no_commands(tmp_path: Path, qapp: QApplication) -> None:
    async with sarah_and_mike(tmp_path, qapp) as (home, sarah, _):
        sarah.screen.header.name.begin()
        edit = sarah.screen.header.name.edit
        edit.clear()
        QTest.keyClicks(edit, "Snap jkl")
        assert edit.text() == "Snap jkl"
        QTest.keyClick(edit, Qt.Key.Key_Return)
        await home.until(lambda: sarah.screen.header.name.label.words == "Snap jkl")
        assert QApplication.activePopupWidget() is None
        assert sarah.list.draft == ""
