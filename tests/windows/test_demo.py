"""The demo: within seconds a newcomer sees a teammate type, comment and move things, and can pull the connection."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from app.demo.content import CAMPAIGN, LAUNCH_EMAIL, PROJECTS
from app.demo.scene import DemoScene
from app.ui.application import Application
from app.ui.session import Patch
from app.ui.settings import WindowSettings
from tests.windows.house import Member, Waiting


@asynccontextmanager
async def demo(folder: Path, qapp: QApplication) -> AsyncIterator[tuple[Waiting, Member, Member]]:
    scene = DemoScene(folder)
    application = Application(qapp, folder, resident=False)
    application.theme.set_reduced_motion(True)
    waiting = Waiting()
    members = []
    try:
        for place in await scene.open():
            seat = application.add(place.profile, WindowSettings(place.profile / "window.ini"), place.token_file)
            seat.task = place.task
            await seat.open()
            members.append(Member(seat))
            waiting.hear(members[-1].session)
        await scene.begin()
        yield waiting, members[0], members[1]
    finally:
        application.tray.hide()
        for seat in application.seats:
            await seat.close()
        await scene.close()


@pytest.mark.slow
async def test_a_newcomer_sees_people_at_work_and_pulls_the_connection(tmp_path: Path, qapp: QApplication) -> None:
    async with demo(tmp_path, qapp) as (waiting, sarah, mike):
        by_nora: set[str] = set()

        def follow(patch: Patch) -> None:
            for _, _, author in patch.items.values():
                by_nora.update([sarah.session.person(author).name] if author else [])

        sarah.session.rows_changed.connect(follow)
        await waiting.until(lambda: sarah.screen.sidebar.model.rows)
        assert [row.name for row in sarah.screen.sidebar.model.rows] == [project.name for project in PROJECTS]
        assert sarah.list.task_count == len(CAMPAIGN.tasks) == 16
        await waiting.until(lambda: sarah.screen.task == sarah.task(LAUNCH_EMAIL))
        await waiting.until(lambda: "Nora Lindqvist (editing)" in sarah.screen.header.people.accessibleName())
        await waiting.until(lambda: "Mike Tan" in sarah.screen.header.people.accessibleName())
        await waiting.until(lambda: by_nora)
        assert by_nora == {"Nora Lindqvist"}
        sarah.screen.open_pending()
        sarah.screen.pending.retry.click()
        await waiting.until(lambda: sarah.screen.pending.word.text() == "Offline")
        sarah.session.set_fields("task", [sarah.task("Record the voice-over")], status="doing")
        await waiting.until(lambda: sarah.sync("Record the voice-over") == "waiting")
        sarah.screen.pending.retry.click()
        await waiting.until(lambda: mike.status("Record the voice-over") == "doing")
        sarah.screen.pending.close()
