"""What a window looks like in every width, and what it says to those who do not see it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QScrollBar, QWidget

from app.ui.actions import specs
from app.ui.screens.first_run import FirstRun
from app.ui.screens.opening import Opening
from tests.windows.house import house, sarah_and_mike


def nameless(root: QWidget) -> list[str]:
    """Focusable widgets that a screen reader cannot name."""
    found = []
    for widget in root.findChildren(QWidget):
        focusable = widget.focusPolicy() != Qt.FocusPolicy.NoFocus and widget.isVisibleTo(root)
        inner = widget.focusProxy() is not None or isinstance(widget, QScrollBar)
        if focusable and not inner and not widget.accessibleName():
            found.append(type(widget).__name__)
    return found


async def test_everything_that_can_have_the_focus_has_a_name(tmp_path: Path, qapp: QApplication) -> None:
    async with sarah_and_mike(tmp_path, qapp) as (home, sarah, _):
        screen = sarah.screen
        assert nameless(screen.sidebar) + nameless(screen.header) + nameless(screen.tabs) + nameless(screen.tasks) == []
        screen.open_pending()
        assert nameless(screen.pending) == []
        screen.pending.close()
        seat = home.seat("newcomer")
        await seat.open()
        assert seat.entry is not None
        for show in (seat.entry.show_join, seat.entry.show_start, seat.entry.show_sign_in, seat.entry.show_first_run):
            show()
            page = seat.window.page()
            assert page is not None and nameless(page) == []


async def test_the_detail_slides_over_in_a_narrow_window_and_the_sidebar_becomes_a_rail(
    tmp_path: Path, qapp: QApplication
) -> None:
    async with sarah_and_mike(tmp_path, qapp) as (_, sarah, __):
        screen, window = sarah.screen, sarah.seat.window
        screen.open_task(sarah.task("Poster"))
        window.resize(1300, 700)
        list_width, detail = screen.tasks.width(), screen.detail
        assert (screen.sidebar.width(), detail.width()) == (256, 472)
        assert detail.x() > list_width and not screen.body._scrim.isVisible()
        window.resize(1200, 700)
        assert screen.body._scrim.isVisible() and detail.width() == 472
        assert screen.tasks.width() == screen.body.width() and detail.x() == screen.body.width() - 472
        window.resize(900, 600)
        assert screen.sidebar.width() == 56 and not screen.header.share.isVisible()
        screen.body._scrim.pressed.emit()
        assert screen.task == "" and not detail.isVisible()
        window.resize(720, 480)
        assert (window.width(), window.height()) == (720, 480)


async def test_the_list_is_named_row_by_row(tmp_path: Path, qapp: QApplication) -> None:
    async with sarah_and_mike(tmp_path, qapp) as (home, sarah, _):
        await sarah.session.client.pause()
        sarah.session.set_fields("task", [sarah.task("Poster")], priority=4)
        await home.until(lambda: sarah.sync("Poster") == "waiting")
        model = sarah.screen.tasks.view.model()
        names = [model.data(model.index(row, 0), Qt.ItemDataRole.AccessibleTextRole) for row in range(model.rowCount())]
        assert names[0] == "In progress, 2 tasks"
        assert names[-1] == "Poster, to do, urgent priority, waiting to sync"


async def test_the_frame_is_there_before_the_data(tmp_path: Path, qapp: QApplication) -> None:
    async with house(tmp_path, qapp) as home:
        seat = home.seat("newcomer")
        opening = seat.open()
        task = seat.keep(opening)
        await home.until(seat.window.isVisible)
        assert isinstance(seat.window.page(), Opening | FirstRun)
        await task
        assert isinstance(seat.window.page(), FirstRun)


def test_every_action_has_words_and_no_key_acts_twice(qapp: QApplication) -> None:
    declared = specs()
    keys = [key for spec in declared for key in spec.keys]
    assert all(spec.words for spec in declared)
    assert len({spec.id for spec in declared}) == len(declared)
    assert len(set(keys)) == len(keys)
