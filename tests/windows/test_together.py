"""Two windows on one server: what one person does is painted in the other's window."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QApplication

from app.ui.theme.tokens import LIGHT
from tests.windows.house import sarah_and_mike


async def test_a_change_in_one_window_is_painted_in_the_other(tmp_path: Path, qapp: QApplication) -> None:
    async with sarah_and_mike(tmp_path, qapp) as (home, sarah, mike):
        assert mike.status("Launch email") == "doing"
        assert not mike.painted("Launch email", LIGHT.green)
        sarah.session.set_fields("task", [sarah.task("Launch email")], status="done")
        await home.until(lambda: mike.status("Launch email") == "done")
        assert mike.painted("Launch email", LIGHT.green)
        assert sarah.painted("Launch email", LIGHT.green)


async def test_the_changed_row_is_tinted_in_its_authors_colour_and_only_elsewhere(
    tmp_path: Path, qapp: QApplication
) -> None:
    async with sarah_and_mike(tmp_path, qapp) as (home, sarah, mike):
        home.application.theme.set_reduced_motion(False)
        task = sarah.task("Poster")
        sarah.session.set_fields("task", [task], title="Poster, A1")
        await home.until(lambda: mike.row("Poster, A1"))
        colour = LIGHT.person(mike.session.person(sarah.session.me.id).colour_slot).fill
        await home.until(lambda: mike.screen.tasks.view.delegate.tints)
        assert mike.screen.tasks.view.delegate.tints[task][0] == colour
        assert not sarah.screen.tasks.view.delegate.tints
        home.application.theme.set_reduced_motion(True)


async def test_people_are_seen_coming_editing_and_going(tmp_path: Path, qapp: QApplication) -> None:
    async with sarah_and_mike(tmp_path, qapp) as (home, sarah, mike):
        people = sarah.screen.header.people
        await home.until(lambda: people.accessibleName() == "Here now: You, Mike Tan")
        mike.session.here("editing", mike.screen.project, mike.task("Storyboard"), "title")
        await home.until(lambda: people.accessibleName() == "Here now: You, Mike Tan (editing)")
        row = sarah.row("Storyboard")
        assert row is not None and row.editing_by is not None and row.editing_by.name == "Mike Tan"
        assert sarah.painted("Storyboard", LIGHT.person(row.editing_by.colour_slot).fill)
        await mike.session.client.pause()
        await home.until(lambda: people.accessibleName() == "Here now: You")
        row = sarah.row("Storyboard")
        assert row is not None and row.editing_by is None


async def test_a_new_project_and_its_people_stand_in_the_others_sidebar(tmp_path: Path, qapp: QApplication) -> None:
    async with sarah_and_mike(tmp_path, qapp) as (home, sarah, mike):
        mike.screen.sidebar.open_new_project()
        mike.screen.sidebar.field.setText("Autumn & winter")
        mike.screen.sidebar.field.returnPressed.emit()
        assert mike.screen.header.name.label.words == "Autumn & winter"
        rows = sarah.screen.sidebar.model
        await home.until(lambda: [row.name for row in rows.rows] == ["Spring", "Autumn & winter"])
        await home.until(lambda: [one.name for one in rows.rows[1].people] == ["Mike Tan"])
        sarah.screen.open_project(rows.rows[1].id)
        assert sarah.screen.header.name.label.words == "Autumn & winter"
        assert sarah.screen.tasks.no_tasks.isVisible()
        sarah.screen.header.name.renamed.emit("Autumn")
        await home.until(lambda: mike.screen.header.name.label.words == "Autumn")


async def test_rows_that_others_insert_above_leave_what_is_seen_in_its_place(
    tmp_path: Path, qapp: QApplication
) -> None:
    async with sarah_and_mike(tmp_path, qapp) as (home, sarah, mike):
        project = sarah.screen.project
        for number in range(60):
            sarah.session.create("task", {"project": project, "title": f"Step {number}", "status": "todo"})
        await home.until(lambda: mike.row("Step 59"))
        view = mike.screen.tasks.view
        mike.seat.window.resize(1300, 520)
        view.verticalScrollBar().setValue(600)
        top = mike.list.task_at(view.rowAt(0))
        before = view.rowViewportPosition(mike.list.row_of(top))
        sarah.session.create("task", {"project": project, "title": "Urgent", "status": "review"})
        await home.until(lambda: mike.row("Urgent"))
        assert mike.list.task_at(view.rowAt(0)) == top
        assert view.rowViewportPosition(mike.list.row_of(top)) == before
