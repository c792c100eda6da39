"""The editor of a shared text: operations out, operations in, and nothing moves for what others do."""

from __future__ import annotations

import random

import pytest
from PySide6.QtCore import QEvent, QMimeData, QPoint, Qt
from PySide6.QtGui import QInputMethodEvent, QTextCursor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.text import apply, transform_pair
from app.ui.theme.theme import Theme
from app.ui.widgets.text_editor import TextEditor
from app.ui.widgets.text_editor_units import Window, clean, to_points, to_units, units, window_operation

LETTERS = "ab c\n\u00a0ü😀👩‍👩‍👧é"


@pytest.fixture
def editor(theme: Theme) -> TextEditor:
    made = TextEditor(theme, "description", "Description", most=220)
    made.resize(420, 220)
    made.show()
    return made


def place(editor: TextEditor, anchor: int, head: int | None = None) -> None:
    text = editor.text()
    cursor = editor.textCursor()
    cursor.setPosition(to_units(text, anchor))
    cursor.setPosition(to_units(text, anchor if head is None else head), QTextCursor.MoveMode.KeepAnchor)
    editor.setTextCursor(cursor)


def test_positions_are_code_points_outside_and_utf_16_units_inside() -> None:
    text = "a😀b"
    assert units(text) == 4
    assert [to_units(text, point) for point in range(4)] == [0, 1, 3, 4]
    assert [to_points(text, unit) for unit in range(5)] == [0, 1, 1, 2, 3]


def test_a_text_from_outside_keeps_no_break_spaces_and_loses_what_no_text_may_hold() -> None:
    assert clean("a\r\nb\rc\u2028d\u2029e\x00\x07\ud800f\u00a0g\th") == "a\nb\nc\nd\ne" + "f\u00a0g\th"


def test_typing_gives_the_operation_at_the_place_where_it_was_typed(editor: TextEditor) -> None:
    editor.open_text("aaaa 😀 end")
    place(editor, 2)
    QTest.keyClicks(editor, "a")
    assert editor.local_operation() == [2, "a"]
    editor.advance()
    assert editor.base == "aaaaa 😀 end"
    place(editor, 7, 6)
    QTest.keyClick(editor, Qt.Key.Key_Backspace)
    assert editor.local_operation() == [6, {"d": "😀"}]


def test_enter_and_shift_enter_are_line_ends(editor: TextEditor) -> None:
    editor.open_text("ab")
    place(editor, 1)
    QTest.keyClick(editor, Qt.Key.Key_Return)
    QTest.keyClick(editor, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    assert editor.local_operation() == [1, "\n\n"]


def test_a_paste_is_plain_and_clean(editor: TextEditor) -> None:
    editor.open_text("x")
    data = QMimeData()
    data.setHtml("<b>bold</b>")
    data.setText("one\r\ntwo\u2028three\u00a0four\x00")
    editor.insertFromMimeData(data)
    editor.advance()
    assert editor.base == "one\ntwo\nthree\u00a0fourx"
    assert not editor.canInsertFromMimeData(QMimeData())


def test_what_an_input_method_brings_is_made_clean(editor: TextEditor) -> None:
    editor.open_text("ab")
    place(editor, 1)
    commit = QInputMethodEvent()
    commit.setCommitString("x\u2028y\x07z")
    QApplication.sendEvent(editor, commit)
    editor.advance()
    assert editor.base == "ax\nyzb"
    assert editor.text() == editor.base


def test_a_letter_of_another_keeps_caret_and_selection_at_their_letters(editor: TextEditor) -> None:
    editor.open_text("one 😀 two three")
    place(editor, 6, 9)
    editor.take_remote(["😀 "])
    assert editor.caret() == (8, 11)
    editor.take_remote([8, "at the anchor "])
    assert editor.caret() == (8, 25), "a caret stays before what is inserted exactly there"
    place(editor, 3)
    editor.take_remote([3, "!"])
    assert editor.caret() == (3, 3)
    editor.take_remote([1, {"d": " "}])
    assert editor.caret() == (2, 2)


def test_a_letter_above_what_is_seen_does_not_move_the_page(editor: TextEditor) -> None:
    editor.open_text("\n".join(f"line {number}" for number in range(200)))
    editor.verticalScrollBar().setValue(100)
    first = editor.firstVisibleBlock().text()
    editor.take_remote([3, "new\nlines\n" * 3])
    assert editor.firstVisibleBlock().text() == first
    editor.take_remote([{"d": editor.base[:60]}])
    assert editor.firstVisibleBlock().text() == first


def test_what_is_typed_and_not_yet_taken_is_carried_over_what_another_did(editor: TextEditor) -> None:
    editor.open_text("hello world")
    place(editor, 5)
    QTest.keyClicks(editor, " big")
    editor.take_remote([{"d": "hello"}, "bye"])
    assert editor.text() == "bye big world"
    assert apply(editor.base, editor.local_operation()) == "bye big world"


def test_a_rebased_field_keeps_its_text_and_says_what_is_missing_outside(editor: TextEditor) -> None:
    editor.open_text("one")
    place(editor, 3)
    QTest.keyClicks(editor, " two")
    editor.advance()
    editor.rebase("one")
    assert editor.text() == "one two"
    assert editor.local_operation() == [3, " two"]


def test_a_composed_word_is_held_until_it_is_finished(editor: TextEditor) -> None:
    editor.open_text("ab")
    heard: list[int] = []
    editor.composed.connect(lambda: heard.append(1))
    QApplication.sendEvent(editor, QInputMethodEvent("に", []))
    assert editor.local_operation() == [] and editor.composing
    commit = QInputMethodEvent()
    commit.setCommitString("日")
    QApplication.sendEvent(editor, commit)
    assert heard == [1]
    assert editor.local_operation() == ["日"]


def test_a_million_letters_without_a_space_are_shown_in_lines(editor: TextEditor) -> None:
    editor.open_text("x" * 100_000 + "\nshort words here")
    assert editor.document().firstBlock().layout().lineCount() > 500
    editor.take_remote([50_000, "y"])
    assert editor.text()[50_000] == "y"


def test_the_field_is_as_high_as_its_text_and_scrolls_beyond(theme: Theme) -> None:
    editor = TextEditor(theme, "description", "Description", least=44, most=220)
    editor.resize(420, 44)
    editor.show()
    editor.open_text("")
    assert editor.height() == 44
    editor.open_text("one\ntwo\nthree")
    assert editor.height() == 3 * theme.line("description")
    editor.open_text("\n" * 100)
    assert editor.height() == 220
    editor.close()


def test_esc_leaves_the_field_and_does_not_reach_the_window(editor: TextEditor) -> None:
    heard: list[int] = []
    editor.left.connect(lambda: heard.append(1))
    QTest.keyClick(editor, Qt.Key.Key_Escape)
    assert heard == [1]


def test_qt_takes_nothing_back(editor: TextEditor) -> None:
    editor.open_text("")
    QTest.keyClicks(editor, "abc")
    QTest.keyClick(editor, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert editor.text() == "abc"
    assert not editor.isUndoRedoEnabled()


@pytest.mark.parametrize("seed", range(12))
def test_random_windows_give_operations_that_fit(seed: int) -> None:
    rng = random.Random(seed)
    for _ in range(60):
        before = "".join(rng.choices(LETTERS, k=rng.randrange(12)))
        after = before
        window: Window | None = None
        for _ in range(rng.randrange(1, 4)):
            start = rng.randrange(len(after) + 1)
            end = rng.randrange(start, len(after) + 1)
            new = "".join(rng.choices(LETTERS, k=rng.randrange(4)))
            at, gone = to_units(after, start), units(after[start:end])
            after = after[:start] + new + after[end:]
            if window is None:
                window = Window(at, gone, units(new))
            else:
                window.widen(at, gone, units(new))
        assert window is not None
        op = window_operation(before, after, window)
        assert (apply(before, op) if op else before) == after


@pytest.mark.parametrize("seed", range(8))
def test_two_editors_on_one_text_end_equal(theme: Theme, seed: int) -> None:
    """A tiny server in between: what it commits first is history ("left"), what comes later is carried over it."""
    rng = random.Random(seed)
    body = "Start 😀 here\nand on"
    editors = [TextEditor(theme, "description", "Description", most=220) for _ in range(2)]
    sent: list[list] = [[], []]
    for one in editors:
        one.open_text(body)
    for _ in range(40):
        number = rng.randrange(2)
        one = editors[number]
        place(one, rng.randrange(len(one.text()) + 1), rng.randrange(len(one.text()) + 1))
        match rng.randrange(4):
            case 0:
                QTest.keyClick(one, Qt.Key.Key_Backspace)
            case 1:
                QTest.keyClick(one, Qt.Key.Key_Return)
            case _:
                one.textCursor().insertText("".join(rng.choices(LETTERS, k=rng.randrange(1, 4))))
        if rng.random() < 0.4:
            first, second = rng.sample(range(2), 2)
            mine, theirs = editors[first].local_operation(), editors[second].local_operation()
            sent[first].append(mine)
            body = apply(body, mine) if mine else body
            editors[first].advance()
            if mine:
                later, _ = transform_pair(theirs, mine, "right")
                editors[second].take_remote(mine)
                assert editors[second].local_operation() == later
            later = editors[second].local_operation()
            body = apply(body, later) if later else body
            editors[second].advance()
            if later:
                editors[first].take_remote(later)
            assert editors[0].text() == editors[1].text() == body
    for one in editors:
        one.close()


def test_a_click_into_the_text_moves_the_caret_there(editor: TextEditor) -> None:
    editor.open_text("first\nsecond")
    line = editor._theme.line("description")
    QTest.mouseClick(editor.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(400, line + line // 2))
    assert editor.caret() == (12, 12)
    assert editor.cursorRect().bottom() <= 2 * line
    QApplication.sendEvent(editor, QEvent(QEvent.Type.Leave))
