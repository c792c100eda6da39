"""Closing, quitting, coming back: one instance, a tray only where there is one, nothing lost without a word."""

from __future__ import annotations

import asyncio
import os
import stat
import sys
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QSystemTrayIcon

from app.ui.instance import Instance, InstanceUnreachable, place
from app.ui.screens.sheet import Sheet
from tests.windows.house import house, sarah_and_mike

PIN = "ab" * 32
ROOT = Path(__file__).parents[2]
INVITE = f"etal://127.0.0.1:7464/j/0123456789abcdef?v=1&pin={PIN}"


SECOND = """
import sys
from PySide6.QtCore import QCoreApplication
from app.ui.instance import InstanceUnreachable, hand_over
qt = QCoreApplication([])
try:
    print(hand_over(sys.argv[1], sys.argv[2]))
except InstanceUnreachable:
    print("no answer")
"""


async def second_start(name: str, link: str) -> str:
    """Another process that finds the place: what came of it."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", SECOND, name, link, cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    answer, _ = await process.communicate()
    return answer.decode().strip()


async def test_a_second_start_hands_its_link_to_the_first(tmp_path: Path, qapp: QApplication) -> None:
    name = place(tmp_path)
    first = Instance(name)
    asked: list[str] = []
    first.asked.connect(asked.append)
    assert await second_start(name, "") == "False"
    assert first.listen()
    assert await second_start(name, INVITE) == "True"
    assert await second_start(name, "") == "True"
    assert asked == [INVITE, ""]
    assert await second_start(name, "etal://evil host/../../x") == "no answer"
    assert asked == [INVITE, ""]
    first.close()
    assert await second_start(name, "") == "False"


def test_the_place_is_in_a_folder_of_this_person_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    folder = Path(place(tmp_path / "profiles")).parent
    assert str(os.getuid()) in folder.name
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert place(tmp_path / "profiles") != place(tmp_path / "others")
    folder.chmod(0o755)
    with pytest.raises(InstanceUnreachable):
        place(tmp_path / "profiles")


async def test_without_a_tray_closing_ends_the_program(
    tmp_path: Path, qapp: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QSystemTrayIcon, "isSystemTrayAvailable", staticmethod(lambda: False))
    async with house(tmp_path, qapp) as home:
        sarah = await home.come("Sarah Okafor")
        sarah.seat.window.close()
        assert home.application.stop.is_set()


async def test_with_a_tray_closing_hides_and_the_tray_brings_back(
    tmp_path: Path, qapp: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = [True]
    monkeypatch.setattr(QSystemTrayIcon, "isSystemTrayAvailable", staticmethod(lambda: there[0]))
    async with house(tmp_path, qapp) as home:
        sarah = await home.come("Sarah Okafor")
        sarah.seat.window.close()
        assert not sarah.seat.window.isVisible() and not home.application.stop.is_set()
        home.application.tray.open.trigger()
        assert sarah.seat.window.isVisible()
        there[0] = False  # it is asked again at each close: a tray may go
        sarah.seat.window.close()
        assert home.application.stop.is_set()


async def test_quitting_with_unsent_changes_asks_once_and_loses_nothing(tmp_path: Path, qapp: QApplication) -> None:
    async with sarah_and_mike(tmp_path, qapp) as (home, sarah, mike):
        await sarah.session.client.pause()
        await sarah.session.set_fields("task", [sarah.task("Poster")], title="Poster, A2")
        home.application.quit()
        sheet = sarah.seat.window.findChild(Sheet)
        assert sheet is not None and sheet.accessibleName() == "1 change is not sent yet"
        assert [button.words for button in sheet.buttons] == ["Send now", "Quit"]
        assert not home.application.stop.is_set()
        await sarah.session.client.resume()
        sheet.buttons[0].click()
        await asyncio.wait_for(home.application.stop.wait(), 10)
        await home.until(lambda: mike.row("Poster, A2"))


async def test_the_tray_says_in_a_sentence_how_things_stand(tmp_path: Path, qapp: QApplication) -> None:
    async with sarah_and_mike(tmp_path, qapp) as (home, sarah, mike):
        tray = home.application.tray
        await home.until(lambda: tray.status.text() == "Connected · all changes are sent")
        tray.pause.trigger()
        await home.until(lambda: tray.status.text() == "Disconnected by you · all changes are sent")
        sarah.session.set_fields("task", [sarah.task("Poster")], status="done")
        await home.until(lambda: tray.status.text() == "Disconnected by you · 1 change waiting")
        assert tray.pause.text() == "Reconnect" and not tray.sync.isEnabled()
        tray.pause.trigger()
        await home.until(lambda: mike.status("Poster") == "done")
        await home.until(lambda: tray.status.text() == "Connected · all changes are sent")


async def test_place_theme_and_project_are_remembered(tmp_path: Path, qapp: QApplication) -> None:
    async with sarah_and_mike(tmp_path, qapp) as (home, sarah, _):
        second = sarah.session.create("project", {"name": "Autumn", "colour": "rose"})
        sarah.session.flush()
        sarah.screen.open_project(second)
        sarah.seat.window.resize(781, 611)
        profile = sarah.seat.profile
        await sarah.seat.close()
        home.application.seats.remove(sarah.seat)
        seat = home.application.add(profile, type(sarah.seat.settings)(profile / "window.ini"))
        await seat.open()
        assert (seat.window.width(), seat.window.height()) == (781, 611)
        assert seat.screen is not None
        await home.until(lambda: seat.screen is not None and seat.screen.project == second)
        assert seat.settings.seen == ("Harbour Studio", "Autumn")
