"""An editor bound to one text: saved in small changes, merged with what others type, and never lost."""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.model.change import Refusal
from app.text import apply
from app.ui.models.detail_unsaved import UnsavedTexts
from app.ui.screens.detail_text import SharedText
from app.ui.session import Session
from app.ui.theme.theme import Theme
from app.ui.widgets.text_editor import TextEditor
from tests.ui.detail_house import OTHER_TASK, SARAH, TASK, FakeClient, session_of, turn, until

FULL = Refusal("storage_full", "The disk is full.")
FIELD = "description"


class Desk:
    """One editor, its session, and what belongs to them."""

    def __init__(self, theme: Theme) -> None:
        self.client = FakeClient()
        self.session: Session = session_of(self.client)
        self.unsaved = UnsavedTexts(self.session)
        self.editor = TextEditor(theme, "description", "Description", most=220)
        self.owner = QObject()
        self.words: list[str] = []
        self.session.said.connect(lambda message: self.words.append(message.words))

    def open(self, item: str = TASK) -> SharedText:
        shared = SharedText(self.session, self.editor, item, FIELD, self.unsaved, self.owner)
        shared.changed.connect(self.client.news.set)
        return shared

    def type(self, text: str) -> None:
        self.editor.moveCursor(self.editor.textCursor().MoveOperation.End)
        QTest.keyClicks(self.editor, text)

    def text(self, item: str = TASK) -> str:
        return self.client.texts[item, FIELD]

    def remote(self, op: list, item: str = TASK) -> None:
        self.client.texts[item, FIELD] = apply(self.text(item), op)
        self.client.tell("text_changed", item=item, field=FIELD, op=op, by=SARAH)


async def test_letters_typed_together_become_one_change(theme: Theme) -> None:
    desk = Desk(theme)
    shared = desk.open()
    desk.type(" Today")
    assert not desk.client.edits
    await until(desk.client, lambda: desk.client.edits)
    assert desk.text() == "Send it. Today"
    assert len(desk.client.edits) == 1
    before = shared.settled
    desk.client.land()
    await turn()
    assert (before, shared.settled, shared.state) == (False, True, "saved")


async def test_closing_saves_at_once_and_another_text_is_never_written(theme: Theme) -> None:
    desk = Desk(theme)
    for _ in range(100):
        first = desk.open(TASK)
        desk.type("a")
        first.close()
        second = desk.open(OTHER_TASK)
        desk.type("b")
        second.close()
    assert desk.text(TASK) == "Send it." + "a" * 100
    assert desk.text(OTHER_TASK) == "Other text." + "b" * 100
    desk.client.land()
    await turn()


async def test_a_letter_of_another_joins_what_is_not_flushed_yet(theme: Theme) -> None:
    desk = Desk(theme)
    shared = desk.open()
    desk.type(" Mine")
    desk.remote(["Now: "])
    desk.remote([10, {"d": "it."}, "them."])
    assert desk.editor.text() == "Now: Send them. Mine"
    shared.flush()
    assert desk.text() == desk.editor.text()
    desk.client.land()
    await turn()


async def test_two_letters_of_another_that_came_in_one_step_are_both_taken_before_mine_goes_out(theme: Theme) -> None:
    """The engine has both already when the first is told; mine must not be measured against the wrong text."""
    desk = Desk(theme)
    shared = desk.open()
    desk.type("!")
    desk.client.texts[TASK, FIELD] = "12" + desk.text()
    desk.client.tell("text_changed", item=TASK, field=FIELD, op=["1"], by=SARAH)
    shared.flush()
    desk.client.tell("text_changed", item=TASK, field=FIELD, op=[1, "2"], by=SARAH)
    shared.flush()
    assert desk.editor.text() == desk.text() == "12Send it.!"
    desk.client.land()
    await turn()


async def test_what_another_writes_waits_for_a_word_that_is_being_composed(theme: Theme) -> None:
    desk = Desk(theme)
    shared = desk.open()
    QApplication.sendEvent(desk.editor, QInputMethodEvent("に", []))
    desk.remote(["X"])
    assert desk.editor.text() == "Send it."
    commit = QInputMethodEvent()
    commit.setCommitString("日")
    QApplication.sendEvent(desk.editor, commit)
    assert desk.editor.text() == "X日Send it." or desk.editor.text() == "日XSend it."
    shared.flush()
    assert desk.text() == desk.editor.text()
    desk.client.land()
    await turn()


async def test_a_full_disk_loses_no_letter_and_saving_goes_on_when_there_is_room(theme: Theme) -> None:
    desk = Desk(theme)
    shared = desk.open()
    desk.type(" Mine")
    shared.flush()
    *_, future = desk.client.edits[-1]
    desk.client.texts[TASK, FIELD] = "Send it."  # the engine takes it back, says so, and answers
    desk.client.tell("text_replaced", item=TASK, field=FIELD)
    future.set_exception(FULL)
    await until(desk.client, lambda: shared.state == "failed")
    await turn()
    assert desk.editor.text() == "Send it. Mine"
    assert shared.reason == FULL.text and desk.words == [FULL.text]
    desk.remote(["Others: "])
    assert desk.editor.text() == "Others: Send it. Mine"
    shared.flush()
    desk.client.land()
    await until(desk.client, lambda: shared.state == "saved")
    assert desk.text() == "Others: Send it. Mine"


async def test_a_text_that_is_refused_at_once_stays_in_the_field(theme: Theme) -> None:
    desk = Desk(theme)
    shared = desk.open()
    desk.client.refuse = Refusal("too_large", "At most 1000000 characters fit here.")
    desk.type(" Mine")
    shared.flush()
    assert shared.state == "failed"
    assert desk.editor.text() == "Send it. Mine" and desk.text() == "Send it."
    desk.client.refuse = None
    shared.flush()
    desk.client.land()
    await until(desk.client, lambda: shared.state == "saved")
    assert desk.text() == "Send it. Mine"


async def test_what_could_not_be_saved_before_the_task_was_closed_comes_back_with_it(theme: Theme) -> None:
    desk = Desk(theme)
    shared = desk.open()
    desk.client.refuse = FULL
    desk.type(" Mine")
    shared.close()
    assert desk.text() == "Send it." and len(desk.unsaved) == 1
    desk.client.texts[TASK, FIELD] = "Please send it."
    desk.client.refuse = None
    again = desk.open()
    assert desk.editor.text() == "Please send it. Mine"
    again.flush()
    assert desk.text() == "Please send it. Mine"
    desk.client.land()
    await turn()


async def test_an_edit_that_fails_after_its_editor_was_closed_is_tried_again(theme: Theme) -> None:
    desk = Desk(theme)
    shared = desk.open()
    desk.type(" Mine")
    shared.close()
    *_, future = desk.client.edits[-1]
    desk.client.texts[TASK, FIELD] = "Send it."
    future.set_exception(FULL)
    await turn()
    assert len(desk.unsaved) == 1
    desk.unsaved.retry()
    assert desk.text() == "Send it. Mine" and len(desk.unsaved) == 0
    desk.client.land()
    await turn()


async def test_a_replaced_text_is_read_again_where_it_differs(theme: Theme) -> None:
    desk = Desk(theme)
    shared = desk.open()
    desk.editor.moveCursor(desk.editor.textCursor().MoveOperation.End)
    desk.client.texts[TASK, FIELD] = "Do send it."
    desk.client.tell("text_replaced", item=TASK, field=FIELD)
    assert desk.editor.text() == "Do send it."
    assert desk.editor.caret() == (11, 11)
    assert shared.settled


async def test_a_text_that_is_not_here_yet_cannot_be_written_over(theme: Theme) -> None:
    desk = Desk(theme)
    del desk.client.texts[TASK, FIELD]
    shared = desk.open()
    assert shared.state == "loading" and desk.editor.isReadOnly()
    QTest.keyClicks(desk.editor, "lost?")
    assert desk.editor.text() == ""
    shared.close()
    assert not desk.client.edits
