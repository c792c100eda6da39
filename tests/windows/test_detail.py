"""The detail in two real windows on one server: typing together, comments, and who is typing."""

from __future__ import annotations

import random
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QTextCursor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.ui.paint.rows import CommentRow
from app.ui.screens.detail import TaskDetail
from app.ui.theme.tokens import LIGHT
from app.ui.widgets.text_editor import TextEditor
from tests.windows.house import House, Member, has_colour, sarah_and_mike

CTRL = Qt.KeyboardModifier.ControlModifier
PIECES = ("a", "word ", "😀", "\n", "é", "👩‍👩‍👧 ", "\u00a0", "日本")


def detail(member: Member) -> TaskDetail:
    return member.screen.detail


def editor(member: Member) -> TextEditor:
    return detail(member).page.description


def entries(member: Member) -> list[CommentRow]:
    return [one for one in detail(member).page.comments.view.entries if isinstance(one, CommentRow)]


async def open_both(home: House, sarah: Member, mike: Member, title: str = "Launch email") -> str:
    task = sarah.task(title)
    for member in (sarah, mike):
        member.screen.open_task(task)
        home_editor = editor(member)
        home_editor.edited.connect(home._tell)
        member.session.text_changed.connect(home._tell)
    await home.until(lambda: all(not editor(member).isReadOnly() for member in (sarah, mike)))
    return task


def settled(member: Member) -> bool:
    shared = detail(member)._shared
    return shared is not None and shared.settled and member.session.client.counts()[0] == 0


async def test_typing_in_both_editors_at_once_ends_equal(tmp_path: Path, qapp: QApplication) -> None:
    rng = random.Random(7)
    async with sarah_and_mike(tmp_path, qapp) as (home, sarah, mike):
        task = await open_both(home, sarah, mike)
        for turn in range(60):
            for member in (sarah, mike):
                field = editor(member)
                cursor = field.textCursor()
                if turn % 7 == 0:
                    cursor.movePosition(rng.choice((QTextCursor.MoveOperation.Start, QTextCursor.MoveOperation.End)))
                elif turn % 5 == 0:
                    cursor.movePosition(QTextCursor.MoveOperation.PreviousWord, QTextCursor.MoveMode.KeepAnchor)
                field.setTextCursor(cursor)
                field.textCursor().insertText(rng.choice(PIECES))
            if turn % 10 == 0:
                await home.until(lambda: settled(sarah) or settled(mike))
        await home.until(lambda: settled(sarah) and settled(mike) and editor(sarah).text() == editor(mike).text())
        text = editor(sarah).text()
        assert len(text) > 60
        assert sarah.session.client.confirmed_text(task, "description") == text
        assert mike.session.client.confirmed_text(task, "description") == text


async def test_a_letter_of_another_moves_neither_caret_nor_selection_nor_scroll(
    tmp_path: Path, qapp: QApplication
) -> None:
    async with sarah_and_mike(tmp_path, qapp) as (home, sarah, mike):
        await open_both(home, sarah, mike)
        lines = "\n".join(f"line {number} 😀" for number in range(80))
        editor(sarah).textCursor().insertText(lines)
        await home.until(lambda: editor(mike).text() == lines)
        field = editor(mike)
        field.moveCursor(QTextCursor.MoveOperation.End)
        field.moveCursor(QTextCursor.MoveOperation.StartOfLine, QTextCursor.MoveMode.KeepAnchor)
        selected, first = field.textCursor().selectedText(), field.firstVisibleBlock().text()
        assert selected and field.verticalScrollBar().value() > 0
        cursor = editor(sarah).textCursor()
        cursor.setPosition(0)
        cursor.insertText("above\nand above that\n")
        await home.until(lambda: editor(mike).text().startswith("above\n"))
        assert field.textCursor().selectedText() == selected
        assert field.firstVisibleBlock().text() == first


async def test_a_comment_and_its_reply_appear_at_the_other(tmp_path: Path, qapp: QApplication) -> None:
    async with sarah_and_mike(tmp_path, qapp) as (home, sarah, mike):
        await open_both(home, sarah, mike)
        await home.activate(sarah)
        QTest.keyClick(detail(sarah), Qt.Key.Key_M)
        field = detail(sarah).writing.composer.field
        assert sarah.seat.window.focusWidget() is field
        QTest.keyClicks(field, "Version B")
        QTest.keyClick(field, Qt.Key.Key_Return)
        QTest.keyClicks(field, "reads best")
        QTest.keyClick(field, Qt.Key.Key_Return, CTRL)
        assert field.text() == ""
        assert [one.body for one in entries(sarah)] == ["Version B\nreads best"], "seen here at once"
        await home.until(lambda: len(entries(mike)) == len(entries(sarah)) == 1)
        assert entries(mike)[0].author.name == "Sarah Okafor"
        detail(mike).page.comments.view.spot_clicked.emit(entries(mike)[0].id, "reply")
        assert "Sarah" in detail(mike).writing.mode.label.words
        detail(mike).writing.composer.set_text("Dropped. ")
        QTest.keyClick(detail(mike).writing.composer.field, Qt.Key.Key_Return, CTRL)
        await home.until(lambda: len(entries(sarah)) == 2)
        reply = entries(sarah)[1]
        assert (reply.body, reply.is_reply, reply.author.name) == ("Dropped.", True, "Mike Tan")
        assert detail(mike).writing.mode.label.words == ""
        await home.until(lambda: entries(sarah)[0].sync_state == "" and entries(mike)[1].sync_state == "")


async def test_a_reaction_an_edit_and_a_deletion_reach_the_other(tmp_path: Path, qapp: QApplication) -> None:
    async with sarah_and_mike(tmp_path, qapp) as (home, sarah, mike):
        task = await open_both(home, sarah, mike)
        comment = sarah.session.create("comment", {"on": task, "body": "First words"})
        await home.until(lambda: len(entries(mike)) == len(entries(sarah)) == 1)
        detail(mike).page.comments._react(comment, "👍")
        await home.until(lambda: [one.emoji for one in entries(sarah)[0].reactions] == ["👍"])
        assert not entries(sarah)[0].reactions[0].mine and entries(mike)[0].reactions[0].mine
        detail(sarah).page.comments.edit_asked.emit(comment, "First words")
        detail(sarah).writing.composer.set_text("Better words")
        QTest.keyClick(detail(sarah).writing.composer.field, Qt.Key.Key_Return, CTRL)
        await home.until(lambda: [(one.body, one.edited) for one in entries(mike)] == [("Better words", True)])
        detail(sarah).page.comments._delete(comment)
        await home.until(lambda: not entries(mike))
        toast = sarah.seat.window.toasts.toasts[-1]
        assert toast.words == "Comment deleted" and toast._button is not None
        toast._button.click()
        await home.until(lambda: [one.body for one in entries(mike)] == ["Better words"])


async def test_who_is_typing_is_said_and_ends(tmp_path: Path, qapp: QApplication) -> None:
    async with sarah_and_mike(tmp_path, qapp) as (home, sarah, mike):
        await open_both(home, sarah, mike)
        line = detail(mike).writing.line
        QTest.keyClicks(detail(sarah).writing.composer.field, "W")
        await home.until(lambda: line.words == "Sarah is typing…")
        assert detail(mike).header.faces.people[0].person.name == "Sarah Okafor"
        await home.until(lambda: line.words == "", 8)
        assert detail(sarah).writing.composer.text() == "W"
        QTest.keyClicks(detail(sarah).writing.composer.field, "ell")
        QTest.keyClick(detail(sarah).writing.composer.field, Qt.Key.Key_Return, CTRL)
        await home.until(lambda: [one.body for one in entries(mike)] == ["Well"])
        assert line.words == ""


async def test_who_edits_the_description_is_seen_with_a_caret(tmp_path: Path, qapp: QApplication) -> None:
    async with sarah_and_mike(tmp_path, qapp) as (home, sarah, mike):
        task = await open_both(home, sarah, mike)
        await home.activate(sarah)
        editor(sarah).setFocus()
        QTest.keyClicks(editor(sarah), "Hi ")
        editor(sarah).textCursor().insertText("😀")

        def seen() -> list[tuple[str, str | None, dict[str, int] | None]]:
            people = mike.session.people_at(mike.screen.project, task)
            return [(one["state"], one["field"], one["cursor"]) for one in people if one["name"] == "Sarah Okafor"]

        await home.until(lambda: seen() == [("editing", "description", {"anchor": 4, "head": 4})])
        QTest.keyClick(editor(sarah), Qt.Key.Key_Escape)
        await home.until(lambda: seen() == [("viewing", None, None)])


async def test_switching_tasks_two_hundred_times_never_writes_into_another(tmp_path: Path, qapp: QApplication) -> None:
    async with sarah_and_mike(tmp_path, qapp) as (home, sarah, mike):
        names = ("Launch email", "Storyboard", "Poster")
        tasks = [sarah.task(name) for name in names]
        for task in tasks:
            await sarah.session.want("text", task, "description")
        for turn in range(200):
            task = tasks[turn % 3]
            sarah.screen.open_task(task)
            assert not editor(sarah).isReadOnly()
            editor(sarah).moveCursor(QTextCursor.MoveOperation.End)
            QTest.keyClicks(editor(sarah), "LSP"[turn % 3])
        sarah.screen.close_task()
        texts = [sarah.session.text(task, "description") for task in tasks]
        assert texts == ["L" * 67, "S" * 67, "P" * 66]
        for task in tasks:
            await mike.session.want("text", task, "description")
        await home.until(lambda: [mike.session.text(task, "description") for task in tasks] == texts)


async def test_a_task_that_another_throws_away_says_who_and_can_be_restored(tmp_path: Path, qapp: QApplication) -> None:
    async with sarah_and_mike(tmp_path, qapp) as (home, sarah, mike):
        task = await open_both(home, sarah, mike)
        mike.session.edit("delete", "task", [task])
        notice = detail(sarah).page.notice
        await home.until(lambda: notice.words == "Mike moved this task to the trash.")
        assert detail(sarah).item == task and editor(sarah).isReadOnly()
        notice.button.click()
        await home.until(lambda: notice.words == "" and not editor(sarah).isReadOnly())
        await home.until(lambda: mike.row("Launch email"))


async def test_a_changed_property_is_painted_and_tinted_at_the_other(tmp_path: Path, qapp: QApplication) -> None:
    async with sarah_and_mike(tmp_path, qapp) as (home, sarah, mike):
        task = await open_both(home, sarah, mike)
        home.application.theme.set_reduced_motion(False)
        sarah.session.set_fields("task", [task], status="done", due="2026-11-27")
        row = detail(mike).page.properties.rows["status"]
        await home.until(lambda: row.value.accessibleName() == "Status: Done")
        assert detail(mike).page.properties._tints["status"].isVisible()
        assert detail(mike).page.properties._tints["due"].isVisible()
        assert not detail(mike).page.properties._tints["priority"].isVisible()
        assert not detail(sarah).page.properties._tints["status"].isVisible()
        home.application.theme.set_reduced_motion(True)
        assert has_colour(row, LIGHT.green)


async def test_a_title_that_is_typed_survives_another_that_comes_meanwhile(tmp_path: Path, qapp: QApplication) -> None:
    async with sarah_and_mike(tmp_path, qapp) as (home, sarah, mike):
        task = await open_both(home, sarah, mike)
        await home.activate(sarah)
        title = detail(sarah).page.title
        title.setFocus()
        title.moveCursor(QTextCursor.MoveOperation.End)
        QTest.keyClicks(title, " today")
        mike.session.set_fields("task", [task], title="Launch letter")
        await home.until(lambda: "Mike" in detail(sarah).page.title_notice.words)
        assert title.text() == "Launch email today"
        QTest.keyClick(title, Qt.Key.Key_Return)
        await home.until(lambda: mike.row("Launch email today"))
        assert detail(sarah).page.title_notice.words == ""
        QTest.keyClicks(title, "!")
        QTest.keyClick(title, Qt.Key.Key_Escape)
        assert title.text() == "Launch email today"
        assert sarah.session.client.counts() == (0, 0)


async def test_without_a_connection_comments_wait_and_say_so(tmp_path: Path, qapp: QApplication) -> None:
    async with sarah_and_mike(tmp_path, qapp) as (home, sarah, mike):
        task = await open_both(home, sarah, mike)
        await sarah.session.client.pause()
        line = detail(sarah).writing.line
        await home.until(lambda: line.words == "Comments are sent when you are back online")
        detail(sarah).writing.composer.set_text("Later")
        QTest.keyClick(detail(sarah).writing.composer.field, Qt.Key.Key_Return, CTRL)
        QTest.keyClicks(editor(sarah), "Written offline")
        sarah.session.set_fields("task", [task], priority=4)
        detail(sarah).flush()
        await home.until(lambda: entries(sarah)[0].sync_state == "waiting")
        await home.until(lambda: detail(sarah).page.properties._marks["priority"].state == "waiting")
        assert detail(sarah).header.mark.state == "waiting"
        assert detail(sarah).page.sent.state == "waiting"
        assert detail(sarah)._shared.state == "saved"  # type: ignore[union-attr]
        assert not entries(mike)
        await sarah.session.client.resume()
        await home.until(lambda: [one.body for one in entries(mike)] == ["Later"])
        await home.until(lambda: editor(mike).text() == "Written offline")
        await home.until(lambda: detail(sarah).header.mark.state == "" and entries(sarah)[0].sync_state == "")
        assert line.words == ""
