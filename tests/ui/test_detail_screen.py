"""The detail as a widget: names, keys, states, and that drafts and places are kept."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QTextCursor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QAbstractScrollArea, QApplication, QLineEdit, QPlainTextEdit, QWidget

from app.model.change import Refusal
from app.ui.screens.detail import TaskDetail
from app.ui.theme.theme import Theme
from tests.ui.detail_house import (
    ME,
    OTHER_TASK,
    PROJECT,
    SARAH,
    TASK,
    FakeClient,
    changed,
    row,
    session_of,
    turn,
    until,
)

CTRL = Qt.KeyboardModifier.ControlModifier


class Pane:
    """A detail of 472 px on a made-up account."""

    def __init__(self, theme: Theme, **facts: Any) -> None:
        self.client = FakeClient(**facts)
        self.session = session_of(self.client)
        self.words: list[str] = []
        self.session.said.connect(lambda message: self.words.append(message.words))
        self.detail = TaskDetail(theme, self.session)
        self.detail.resize(472, 804)
        self.detail.show()
        self.closed: list[int] = []
        self.detail.closed.connect(lambda: self.closed.append(1))
        self.detail.activateWindow()
        assert QTest.qWaitForWindowActive(self.detail)

    def comment(self, item: str, by: str = SARAH, **values: Any) -> None:
        made = row("comment", item, by, 1000.0, on=TASK, **{"body": f"Words of {item}", **values})
        self.client.rows[item] = made
        self.client.threads[TASK].append(made)
        self.client.show(("comment", item))
        self.session.flush()

    def change(self, by: str, **values: Any) -> None:
        self.client.rows[TASK] = changed(self.client.rows[TASK], by, **values)
        if by != ME:
            self.client.tell("change", item=TASK, author=by)
        self.client.show(("task", TASK))
        self.session.flush()

    def end(self) -> None:
        self.client.land()
        self.detail.show_task("")
        self.session.close()
        self.detail.close()
        self.detail.deleteLater()


async def test_every_control_has_a_name_and_is_reached_in_reading_order(theme: Theme) -> None:
    pane = Pane(theme)
    pane.comment("a")
    pane.detail.show_task(TASK)
    await turn()
    kinds = (QAbstractButton, QLineEdit, QPlainTextEdit, QAbstractScrollArea)
    for control in pane.detail.findChildren(QWidget):
        if isinstance(control, kinds) and control.isVisible() and control.focusPolicy() != Qt.FocusPolicy.NoFocus:
            assert control.accessibleName(), control
    pane.detail.setFocus()
    seen: list[QWidget] = []
    for _ in range(30):
        QTest.keyClick(seen[-1] if seen else pane.detail, Qt.Key.Key_Tab)
        focus = pane.detail.focusWidget()
        assert focus is not None
        if focus in seen or focus is pane.detail:
            break
        seen.append(focus)
    page, rows = pane.detail.page, pane.detail.page.properties.rows
    wanted: list[QWidget] = [pane.detail.header.more, pane.detail.header.close_button, page.title]
    wanted += [rows[part].value for part in ("status", "due", "assignees", "priority", "labels")]
    wanted += [page.description, page.comments.view, pane.detail.writing.composer.field]
    assert seen == wanted, "Tab goes down the page"
    pane.end()


async def test_letters_change_properties_only_while_no_text_has_the_keyboard(theme: Theme) -> None:
    pane = Pane(theme)
    pane.detail.show_task(TASK)
    pane.detail.setFocus()
    QTest.keyClick(pane.detail, Qt.Key.Key_S)
    popup = QApplication.activePopupWidget()
    assert popup is not None
    QTest.keyClick(popup.body.focusProxy(), Qt.Key.Key_5)  # type: ignore[attr-defined]
    assert pane.client.edits[-1][:3] == ("set", "task", [TASK])
    assert pane.client.edits[-1][3] == {"fields": {"status": "done"}}
    QTest.keyClick(pane.detail.page.description, Qt.Key.Key_S)
    assert QApplication.activePopupWidget() is None
    assert pane.detail.page.description.text().startswith("s")
    pane.end()


async def test_a_property_is_opened_by_click_and_by_enter(theme: Theme) -> None:
    pane = Pane(theme)
    pane.detail.show_task(TASK)
    for part in ("status", "due", "assignees", "priority", "labels"):
        button = pane.detail.page.properties.rows[part].value
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
        popup = QApplication.activePopupWidget()
        assert popup is not None, part
        popup.close()
    QTest.keyClick(pane.detail.page.properties.rows["status"].value, Qt.Key.Key_Space)
    popup = QApplication.activePopupWidget()
    assert popup is not None
    popup.close()
    pane.end()


async def test_esc_leaves_a_text_first_and_then_closes(theme: Theme) -> None:
    pane = Pane(theme)
    pane.detail.show_task(TASK)
    pane.detail.page.description.setFocus()
    QTest.keyClick(pane.detail.page.description, Qt.Key.Key_Escape)
    assert pane.detail.hasFocus() and not pane.closed
    QTest.keyClick(pane.detail, Qt.Key.Key_Escape)
    assert pane.closed == [1]
    pane.end()


async def test_a_draft_is_kept_with_its_task_and_what_it_answers(theme: Theme) -> None:
    pane = Pane(theme)
    pane.comment("a")
    pane.detail.show_task(TASK)
    writing = pane.detail.writing
    writing.answer("a")
    QTest.keyClicks(writing.composer.field, "half a thought")
    pane.detail.show_task(OTHER_TASK)
    assert writing.composer.text() == "" and writing.mode.label.words == ""
    pane.detail.show_task(TASK)
    assert writing.composer.text() == "half a thought"
    assert writing.mode.label.words == "Reply to Sarah: “Words of a”"
    QTest.keyClick(writing.composer.field, Qt.Key.Key_Escape)
    assert writing.mode.label.words == "" and writing.composer.text() == "half a thought"
    pane.end()


async def test_a_comment_that_is_refused_stays_in_the_field(theme: Theme) -> None:
    pane = Pane(theme)
    pane.detail.show_task(TASK)
    pane.client.refuse = Refusal("archived", "This project is archived.")
    writing = pane.detail.writing
    writing.composer.set_text("Important")
    QTest.keyClick(writing.composer.field, Qt.Key.Key_Return, CTRL)
    await turn()
    assert writing.composer.text() == "Important" and pane.words == ["This project is archived."]
    pane.end()


async def test_a_comment_that_could_not_be_saved_comes_back_into_the_field(theme: Theme) -> None:
    pane = Pane(theme)
    pane.detail.show_task(TASK)
    writing = pane.detail.writing
    writing.composer.set_text("Important")
    QTest.keyClick(writing.composer.field, Qt.Key.Key_Return, CTRL)
    assert writing.composer.text() == ""
    QTest.keyClicks(writing.composer.field, "next")
    *_, future = pane.client.edits[-1]
    future.set_exception(Refusal("storage_full", "The disk is full."))
    await turn()
    assert writing.composer.text() == "Important\nnext"
    pane.end()


async def test_nothing_is_sent_that_is_empty_or_too_long(theme: Theme) -> None:
    pane = Pane(theme)
    pane.detail.show_task(TASK)
    composer = pane.detail.writing.composer
    composer.set_text("  \n ")
    QTest.keyClick(composer.field, Qt.Key.Key_Return, CTRL)
    assert not pane.client.edits and not composer.send.isEnabled()
    composer.set_text("x" * 20_001)
    assert not composer.send.isEnabled() and "20000" in composer.send.toolTip()
    composer.set_text("x" * 20_000)
    assert composer.send.isEnabled()
    pane.end()


async def test_typing_is_told_once_in_two_seconds_and_taken_back_when_the_field_is_empty(theme: Theme) -> None:
    pane = Pane(theme)
    pane.detail.show_task(TASK)
    field = pane.detail.writing.composer.field
    QTest.keyClicks(field, "abc")
    told = [where[0] for where in pane.client.said_here]
    assert told.count("typing") == 1 and pane.client.said_here[-1][:4] == ("typing", PROJECT, TASK, "comment")
    for _ in range(3):
        QTest.keyClick(field, Qt.Key.Key_Backspace)
    assert pane.client.said_here[-1][:3] == ("viewing", PROJECT, TASK)
    pane.end()


async def test_the_composer_grows_to_its_bound_and_back(theme: Theme) -> None:
    pane = Pane(theme)
    pane.detail.show_task(TASK)
    composer = pane.detail.writing.composer
    assert composer.height() == theme.metrics.composer
    composer.set_text("\n".join("line" for _ in range(30)))
    assert composer.height() == theme.metrics.composer_most
    composer.set_text("")
    assert composer.height() == theme.metrics.composer
    pane.end()


async def test_what_loads_shows_bars_only_after_a_while_and_a_gone_task_says_so(theme: Theme) -> None:
    pane = Pane(theme)
    del pane.client.texts[TASK, "description"], pane.client.threads[TASK]
    pane.detail.show_task(TASK)
    page = pane.detail.page
    assert page.loading.isVisible() and not page.loading.revealed and not page.description.isVisible()
    assert page.comments.loading.isVisible() and not page.comments.empty.isVisible()
    page.loading.reveal()
    del pane.client.rows[TASK]
    pane.client.show(("task", TASK))
    pane.session.flush()
    assert pane.detail.gone.accessibleName() == "This task is no longer here"
    assert pane.detail.gone.isVisible()
    pane.detail.show_task(OTHER_TASK)
    assert pane.detail.page.isVisible() and page.description.text() == "Other text."
    pane.end()


async def test_a_lost_project_is_named_as_lost(theme: Theme) -> None:
    pane = Pane(theme)
    pane.detail.show_task(TASK)
    del pane.client.rows[TASK], pane.client.rows[PROJECT]
    pane.client.show(("task", TASK))
    pane.session.flush()
    assert pane.detail.gone.accessibleName() == "You no longer have access to this project"
    pane.end()


async def test_offline_says_when_comments_are_sent_and_greys_nothing(theme: Theme) -> None:
    pane = Pane(theme, connected=False)
    pane.detail.show_task(TASK)
    assert pane.detail.writing.line.words == "Comments are sent when you are back online"
    assert not pane.detail.page.description.isReadOnly()
    assert pane.detail.writing.composer.field.isEnabled()
    pane.end()


async def test_only_fields_that_another_changed_are_tinted(moving_theme: Theme) -> None:
    pane = Pane(moving_theme)
    pane.detail.show_task(TASK)
    tints = pane.detail.page.properties._tints
    pane.change(ME, priority=2)
    assert not any(tint.isVisible() for tint in tints.values())
    pane.change(SARAH, status="review")
    assert [part for part, tint in tints.items() if tint.isVisible()] == ["status"]
    pane.end()


async def test_new_comments_do_not_move_what_is_read_but_say_how_many_came(theme: Theme) -> None:
    pane = Pane(theme)
    for number in range(40):
        pane.comment(f"c{number}")
    pane.detail.show_task(TASK)
    await turn()
    QApplication.processEvents()
    bar = pane.detail.page.verticalScrollBar()
    assert bar.maximum() > 0
    bar.setValue(bar.maximum() // 2)
    before = bar.value()
    pane.comment("new")
    pane.comment("newer")
    QApplication.processEvents()
    assert bar.value() == before
    button = pane.detail.page._more
    assert button.isVisible() and button.words == "2 new comments"
    button.click()
    assert bar.value() == bar.maximum() and not button.isVisible()
    pane.comment("newest")
    QApplication.processEvents()
    assert bar.value() == bar.maximum(), "at the end a new one is followed"
    pane.end()


async def test_a_growing_description_does_not_move_the_comments_that_are_read(theme: Theme) -> None:
    pane = Pane(theme)
    for number in range(40):
        pane.comment(f"c{number}")
    pane.detail.show_task(TASK)
    await turn()
    QApplication.processEvents()
    page = pane.detail.page
    page.verticalScrollBar().setValue(600)
    top = page.comments.mapTo(page.viewport(), page.comments.rect().topLeft()).y()
    assert page.description.y() + page.description.height() < 600
    text = "More\nlines\nabove\nwhat\nis\nread\n"
    pane.client.texts[TASK, "description"] = text + "Send it."
    pane.client.tell("text_changed", item=TASK, field="description", op=[text], by=SARAH)
    QApplication.processEvents()
    assert page.comments.mapTo(page.viewport(), page.comments.rect().topLeft()).y() == top
    pane.end()


async def test_a_pasted_title_is_one_line_within_its_bound(theme: Theme) -> None:
    pane = Pane(theme)
    pane.detail.show_task(TASK)
    title = pane.detail.page.title
    title.setFocus()
    title.selectAll()
    title.textCursor().insertText("Two\nlines" + "x" * 600)
    assert "\n" not in title.text() and len(title.text()) == 500
    QTest.keyClick(title, Qt.Key.Key_Return)
    assert pane.client.edits[-1][3]["fields"]["title"].startswith("Two lines")
    pane.end()


async def test_more_comments_than_fit_are_turned_over(theme: Theme) -> None:
    pane = Pane(theme)
    for number in range(250):
        made = row("comment", f"c{number}", SARAH, 1000.0, on=TASK, body=str(number))
        pane.client.rows[made.id] = made
        pane.client.threads[TASK].append(made)
    pane.detail.show_task(TASK)
    section = pane.detail.page.comments
    shown = [entry.id for entry in section.view.entries]
    assert shown[-1] == "c249" and len(shown) == 200 and section.earlier.isVisible()
    section.earlier.click()
    assert section.view.entries[0].id == "c0" and not section.earlier.isVisible() and section.later.isVisible()
    section.later.click()
    assert section.view.entries[-1].id == "c249"
    pane.end()


async def test_a_hidden_pane_saves_what_was_typed(theme: Theme) -> None:
    pane = Pane(theme)
    pane.detail.show_task(TASK)
    field = pane.detail.page.description
    field.moveCursor(QTextCursor.MoveOperation.End)
    QTest.keyClicks(field, " Now")
    assert not pane.client.edits
    pane.detail.hide()
    assert pane.client.texts[TASK, "description"] == "Send it. Now"
    await until(pane.client, lambda: pane.client.edits)
    pane.end()


async def test_links_and_markup_of_others_are_plain_text(theme: Theme) -> None:
    pane = Pane(theme)
    pane.client.rows[TASK] = changed(pane.client.rows[TASK], SARAH, title="<b>Bold</b> & more")
    pane.client.texts[TASK, "description"] = "<img src='https://example.org/x.png'> https://example.org"
    pane.detail.show_task(TASK)
    assert pane.detail.page.title.text() == "<b>Bold</b> & more"
    assert pane.detail.page.description.text().startswith("<img")
    pane.end()
