"""The app's window in a process of its own, with the watch over its thread."""

import argparse
import asyncio
import sys
from pathlib import Path
from time import perf_counter
from typing import Any

from PySide6.QtWidgets import QMainWindow

from app.ui.application import Application, make_qt
from app.ui.loop import run
from app.ui.models.task_model import TaskModel
from app.ui.seat import Seat
from scripts.lib.bench.child import answer_requests
from scripts.lib.bench.watch import Watch

LOOK_S = 0.02
STILL_S = 0.5
WAIT_S = 240.0


class Watched:
    """One seat of the app, opened when asked."""

    def __init__(self, application: Application, profile: Path) -> None:
        self._application = application
        self._profile = profile
        self._watch = Watch()
        self._empty = QMainWindow()
        self._seat: Seat | None = None

    async def neighbour(self) -> bool:
        """Only watch, with an empty window: what this machine does to a thread that has nothing to do."""
        self._empty.resize(1440, 900)
        self._empty.show()
        self._watch.begin()
        return True

    async def result(self) -> dict[str, Any]:
        """What the watch saw since it began."""
        return self._watch.end()

    async def open(self, project: str) -> bool:
        """Open the window on a project, which need not be here yet, and wait until it is connected."""
        self._application.settings.project = project
        seat = self._seat = self._application.add(
            self._profile, self._application.settings, self._profile / "token", "Bench"
        )
        await seat.open()
        self._application.garbage.settle()
        assert seat.client is not None
        client = seat.client
        await self._until(lambda: client.light().state == "connected")
        return True

    async def pause(self) -> bool:
        """Cut the connection."""
        assert self._seat is not None and self._seat.client is not None
        await self._seat.client.pause()
        return True

    async def watch(self) -> bool:
        """Begin to watch, and come back when paused."""
        self._watch.begin()
        assert self._seat is not None and self._seat.client is not None
        await self._seat.client.resume()
        return True

    async def until_there(self, project: str, tasks: int) -> dict[str, Any]:
        """Wait until the list shows so many tasks and the thread is at rest; what the watch saw meanwhile."""
        assert self._seat is not None and self._seat.client is not None
        client, channel = self._seat.client, f"p:{project}"
        began = perf_counter()
        await self._until(lambda: self._count(project) >= tasks and not client.counts()[0])
        there = perf_counter() - began
        await asyncio.sleep(STILL_S)
        result = {**self._watch.end(), "seconds": there}
        assert sum(not row.trashed for row in client.listed("task", channel)) == tasks
        return result

    def _count(self, project: str) -> int:
        screen = self._seat.screen if self._seat is not None else None
        if screen is None:
            return 0
        if screen.project != project:
            screen.open_project(project)
        model = screen.tasks.view.model()
        return model.list.task_count if isinstance(model, TaskModel) and model.list.project == project else 0

    async def _until(self, holds: Any) -> None:
        async with asyncio.timeout(WAIT_S):
            while not holds():  # noqa: ASYNC110 - what the list shows is told to nobody
                await asyncio.sleep(LOOK_S)


async def main(application: Application, profile: Path) -> int:
    watched = Watched(application, profile)
    names = ("neighbour", "result", "open", "pause", "watch", "until_there")
    await answer_requests({name: getattr(watched, name) for name in names})
    await asyncio.gather(*(seat.close() for seat in application.seats))
    return 0


def start() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("profile", type=Path)
    profile: Path = parser.parse_args().profile
    qt = make_qt()

    async def begin() -> int:
        return await main(Application(qt, profile.parent, resident=False), profile)

    return run(qt, begin())


if __name__ == "__main__":
    sys.exit(start())
