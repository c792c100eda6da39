"""From the start of the process to the first painted window, beside a window of Qt with nothing in it."""

import asyncio
import json
from contextlib import AsyncExitStack
from pathlib import Path
from time import perf_counter

from PySide6.QtCore import QSettings

from scripts.lib.bench.child import Child, command, environment
from scripts.lib.bench.figures import Figure, against, below, median
from scripts.lib.bench.stage import Stage

ITEM = "start"
TASKS = 200
WAIT_S = 15.0


async def run(folder: Path, quick: bool) -> list[Figure]:
    """Measure, in turns; the first turn only warms up."""
    turns = 4 if quick else 11
    async with AsyncExitStack() as stack:
        stage = Stage(folder)
        stage.seed(1)
        project, _ = stage.seed_project(TASKS)
        await stage.start()
        stack.push_async_callback(stage.stop)
        profile = await stage.profile("profiles/main", stage.seats[0])
        async with Child("person", str(profile)) as person:  # fills the cache, as every start but the first finds it
            await person.ask("start")
        settings = QSettings(str(profile.parent / "window.ini"), QSettings.Format.IniFormat)
        settings.setValue("project", project)
        settings.sync()
        empty, opened = [], []
        for _ in range(turns):
            empty.append(await _opened())
            opened.append(await _opened(str(profile.parent)))
    nothing = median([one["painted"] for one in empty[1:]])
    first, listed = (median([one[what] for one in opened[1:]]) for what in ("painted", "rows"))
    worst = max(one["painted"] for one in opened[1:])
    return [
        below(ITEM, "start to first painted window, median", first, "s", 1, nothing, "empty window"),
        against(ITEM, "start to first painted window, median", first, "s", nothing, "empty window", 3),
        Figure(ITEM, "start to first painted window, worst", worst, "s", nothing, "empty window"),
        Figure(ITEM, f"start to the list painted ({TASKS} tasks), median", listed, "s", nothing, "empty window"),
    ]


async def _opened(*arguments: str) -> dict[str, float]:
    """Seconds from the start of the process to each thing that it says; then it is ended."""
    said: dict[str, float] = {}
    began = perf_counter()
    process = await asyncio.create_subprocess_exec(
        *command("opened", *arguments),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        env=environment(),
    )
    assert process.stdout is not None
    try:
        async with asyncio.timeout(WAIT_S):
            while said.keys() < ({"painted", "rows"} if arguments else {"painted"}):
                line = await process.stdout.readline()
                if not line:
                    raise RuntimeError("the window ended before it was painted")
                what, moment = json.loads(line)
                said[what] = moment - began
    finally:
        if process.returncode is None:
            (process.terminate if arguments else process.kill)()
        await process.wait()
    return said
