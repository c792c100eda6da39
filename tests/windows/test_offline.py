"""Without a connection: work goes on, says that it waits, can be taken back, and is sent on return."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QApplication

from app.ui.theme.tokens import LIGHT
from tests.windows.house import Member, sarah_and_mike


def panel_lines(member: Member) -> list[tuple[str, str, str]]:
    return [(row.item, row.what, row.state) for row in member.screen.pending.rows.changes.rows]


def toast_words(member: Member) -> list[str]:
    return [toast.words for toast in member.seat.window.toasts.toasts]


async def test_work_goes_on_offline_and_is_merged_on_return(tmp_path: Path, qapp: QApplication) -> None:
    async with sarah_and_mike(tmp_path, qapp) as (home, sarah, mike):
        await sarah.session.client.pause()
        await home.until(lambda: sarah.screen.header.pill.accessibleName() == "Connection: Offline")
        sarah.session.set_fields("task", [sarah.task("Poster")], status="doing")
        sarah.session.create("comment", {"on": sarah.task("Storyboard"), "body": "Closer shot, please"})
        mike.session.set_fields("task", [mike.task("Launch email")], status="review")
        name = "Connection: Offline, 2 changes waiting"
        await home.until(lambda: sarah.screen.header.pill.accessibleName() == name)
        row, commented = sarah.row("Poster"), sarah.row("Storyboard")
        assert row is not None and row.sync_state == "waiting" and row.status == "doing"
        assert commented is not None and commented.sync_state == "waiting"
        assert sarah.painted("Poster", LIGHT.yellow)
        assert mike.status("Poster") == "todo"
        sarah.screen.open_pending()
        panel = sarah.screen.pending
        assert panel.word.text() == "Offline"
        assert panel.status.text() == "· disconnected by you"
        assert panel.explanation.text().startswith("Your changes are safe on this computer.")
        assert panel.progress_text.text() == "0 of 2 sent"
        assert panel_lines(sarah) == [
            ("Poster", "Status: To do → In progress", "waiting"),
            ("Storyboard", "Comment: “Closer shot, please”", "waiting"),
        ]
        assert not panel.sync.isEnabled()
        assert panel.retry.words == "Reconnect"
        panel.retry.click()
        await home.until(lambda: sarah.screen.header.pill.accessibleName() == "Connection: Connected")
        await home.until(lambda: mike.status("Poster") == "doing")
        await home.until(lambda: mike.row("Storyboard") and mike.row("Storyboard").comment_count == 1)  # type: ignore[union-attr]
        assert sarah.status("Launch email") == "review"
        await home.until(lambda: sarah.sync("Poster") == "")
        await home.until(lambda: panel_lines(sarah) == [])
        assert panel.explanation.text() == "Everything is saved and sent."
        assert panel.retry.words == "Disconnect"
        panel.close()


async def test_a_waiting_change_can_be_given_up_and_that_can_be_undone(tmp_path: Path, qapp: QApplication) -> None:
    async with sarah_and_mike(tmp_path, qapp) as (home, sarah, mike):
        await sarah.session.client.pause()
        task = sarah.task("Poster")
        await sarah.session.set_fields("task", [task], title="Poster, A0", priority=3)
        await home.until(lambda: sarah.row("Poster, A0"))
        sarah.screen.open_pending()
        change = sarah.screen.pending.rows.changes.rows[0].id
        sarah.screen.pending.rows.chosen.emit(change, "discard")
        await home.until(lambda: sarah.row("Poster"))
        await home.until(lambda: "Change discarded" in toast_words(sarah))
        await home.until(lambda: panel_lines(sarah) == [])
        toast = sarah.seat.window.toasts.toasts[-1]
        assert toast._button is not None
        toast._button.click()
        await home.until(lambda: sarah.row("Poster, A0"))
        assert sarah.row("Poster, A0").priority == 3  # type: ignore[union-attr]
        sarah.screen.pending.close()
        await sarah.session.client.resume()
        await home.until(lambda: mike.row("Poster, A0"))


async def test_a_created_task_that_is_given_up_takes_its_comment_with_it_and_both_come_back(
    tmp_path: Path, qapp: QApplication
) -> None:
    async with sarah_and_mike(tmp_path, qapp) as (home, sarah, mike):
        await sarah.session.client.pause()
        task = sarah.session.create("task", {"project": sarah.screen.project, "title": "Radio spots"})
        await sarah.session.edit("create", "comment", [], fields={"on": task, "body": "Two of 20 seconds"})
        assert len(sarah.session.pending()) == 2
        sarah.screen.pending.follow()
        change = sarah.screen.pending.rows.changes.rows[0].id
        sarah.screen.pending.rows.chosen.emit(change, "discard")
        await home.until(lambda: not sarah.session.pending())
        await home.until(lambda: "2 changes discarded" in toast_words(sarah))
        toast = sarah.seat.window.toasts.toasts[-1]
        assert toast._button is not None
        toast._button.click()
        await home.until(lambda: len(sarah.session.pending()) == 2)
        await sarah.session.client.resume()
        await home.until(lambda: mike.row("Radio spots") and mike.row("Radio spots").comment_count == 1)  # type: ignore[union-attr]


async def test_refresh_says_what_it_found(tmp_path: Path, qapp: QApplication) -> None:
    async with sarah_and_mike(tmp_path, qapp) as (home, sarah, _):
        sarah.screen.header.refresh.click()
        await home.until(lambda: any(words.startswith("Everything is up to date") for words in toast_words(sarah)))
        assert toast_words(sarah)[-1] == "Everything is up to date. Checked 7 items."
        await sarah.session.client.pause()
        sarah.screen.header.refresh.click()
        await home.until(lambda: toast_words(sarah)[-1].startswith("There is no connection."))
