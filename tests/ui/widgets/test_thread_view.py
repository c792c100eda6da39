"""A thread of comments stays where a person reads it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QFocusEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.ui.paint.rows import ActivityRow, CommentRow, PersonChip
from app.ui.theme.theme import Theme
from app.ui.widgets.thread_view import ENTRIES_MOST, ThreadView

SARAH = PersonChip("s", "Sarah Okafor", "SO", 1)


def comments(first: int, last: int, body: str = "Some words") -> list[CommentRow]:
    return [CommentRow(str(number), SARAH, "2 min", f"{body} {number}") for number in range(first, last)]


def thread(theme: Theme, entries: list[CommentRow]) -> ThreadView:
    view = ThreadView(theme)
    view.resize(420, 300)
    view.show()
    view.set_entries(entries)
    return view


def first_seen(view: ThreadView) -> str:
    row = view._row_under(QPoint(5, 1))
    return view.entries[row].id


def test_what_is_read_stays_when_older_entries_come_above(theme: Theme) -> None:
    view = thread(theme, comments(50, 100))
    view.verticalScrollBar().setValue(700)
    before = first_seen(view)
    view.set_entries(comments(20, 100))
    assert first_seen(view) == before
    view.close()


def test_what_is_read_stays_when_an_entry_above_grows(theme: Theme) -> None:
    view = thread(theme, comments(0, 50))
    view.verticalScrollBar().setValue(700)
    before = first_seen(view)
    view.set_entries([*comments(0, 1, "long\nlong\nlong\nlong"), *comments(1, 50)])
    assert first_seen(view) == before
    view.close()


def test_a_new_entry_is_followed_only_from_the_end(theme: Theme) -> None:
    view = thread(theme, comments(0, 30))
    bar = view.verticalScrollBar()
    bar.setValue(bar.maximum())
    view.set_entries(comments(0, 31))
    assert bar.value() == bar.maximum()
    bar.setValue(100)
    view.set_entries(comments(0, 32))
    assert bar.value() == 100
    view.close()


def test_no_more_than_two_hundred_entries_are_kept(theme: Theme) -> None:
    view = thread(theme, comments(0, 1000))
    assert len(view.entries) == ENTRIES_MOST
    assert view.entries[-1].id == "999"
    view.close()


def test_older_entries_are_asked_for_at_the_top(theme: Theme) -> None:
    view = thread(theme, comments(0, 30))
    asked: list[bool] = []
    view.older_wanted.connect(lambda: asked.append(True))
    view.verticalScrollBar().setValue(200)
    view.verticalScrollBar().setValue(0)
    assert asked == [True]
    view.close()


def test_a_click_on_an_action_names_it_and_its_comment(theme: Theme) -> None:
    view = thread(theme, comments(0, 3))
    clicked: list[tuple[str, str]] = []
    view.spot_clicked.connect(lambda name, spot: clicked.append((name, spot)))
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(view.viewport().width() - 42, 12))
    assert clicked == [("0", "reply")]
    view.close()


def test_a_comment_is_answered_by_keys(theme: Theme) -> None:
    view = thread(theme, comments(0, 3))
    clicked: list[tuple[str, str]] = []
    view.spot_clicked.connect(lambda name, spot: clicked.append((name, spot)))
    QApplication.sendEvent(view, QFocusEvent(QEvent.Type.FocusIn, Qt.FocusReason.TabFocusReason))
    QTest.keyClick(view, Qt.Key.Key_Up)
    QTest.keyClick(view, Qt.Key.Key_R)
    assert clicked == [("1", "reply")]
    assert "Some words 1" in view.accessibleName()
    view.close()


def test_activity_stands_among_comments(theme: Theme) -> None:
    view = ThreadView(theme)
    view.resize(420, 300)
    view.show()
    entry = ActivityRow("a", SARAH, "changed the status:", "", "4 min", "To do", "In progress")
    view.set_entries([*comments(0, 1), entry])
    assert view.content_height() > 60
    assert not view.grab().isNull()
    view.close()
