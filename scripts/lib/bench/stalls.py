"""How long the window's thread is kept from its events while ten thousand tasks arrive, at once and one by one."""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from scripts.lib.bench.child import Child
from scripts.lib.bench.figures import Figure, below, percentile
from scripts.lib.bench.stage import Stage

ITEM = "stalls"
TASKS = 10_000
TASKS_QUICK = 3_000
IDLE_S = 2.0
P99_MS, WORST_MS = 16.0, 50.0


async def run(folder: Path, quick: bool) -> list[Figure]:
    """Measure: a snapshot of a project never seen before, then live entries of another one."""
    tasks = TASKS_QUICK if quick else TASKS
    async with AsyncExitStack() as stack:
        stage = Stage(folder)
        stage.seed(2)
        live, _ = stage.seed_project(1)
        await stage.start()
        stack.push_async_callback(stage.stop)
        profile = await stage.profile("profiles/main", stage.seats[0])
        window = await stack.enter_async_context(Child("window", str(profile)))
        idle = await window.ask("idle", seconds=IDLE_S)
        await window.ask("open", project=live)
        await window.ask("until_there", project=live, tasks=1)
        figures = []
        await window.ask("pause")
        await stage.stop()
        big, _ = stage.seed_project(tasks, edits=tasks)  # while the window is apart: it comes to an open window
        await stage.start()
        await window.ask("watch")
        found = await window.ask("until_there", project=big, tasks=tasks)
        figures += _figures(f"{tasks} tasks in a snapshot", found, idle)
        crowd = await stack.enter_async_context(Child("crowd"))
        seat = stage.seats[1]
        await crowd.ask("enter", url=stage.url, seats=[[seat.user, seat.device, seat.token]])
        await window.ask("until_there", project=live, tasks=1)
        await window.ask("watch")
        pouring = asyncio.create_task(crowd.ask("pour", project=live, count=tasks))
        found = await window.ask("until_there", project=live, tasks=tasks + 1)
        await pouring
        return figures + _figures(f"{tasks} tasks live", found, idle)


def _figures(name: str, found: dict[str, Any], idle: dict[str, Any]) -> list[Figure]:
    gaps, calm = found["gaps"], idle["gaps"]
    p99, worst = percentile(gaps, 0.99), max(gaps)
    figures = [
        Figure(ITEM, f"{name}: until all are in the list", found["seconds"], "s"),
        below(ITEM, f"{name}: gap between two 10 ms ticks, p99", p99, "ms", P99_MS, percentile(calm, 0.99), "idle"),
        below(ITEM, f"{name}: the same, worst", worst, "ms", WORST_MS, max(calm), "idle, worst"),
    ]
    figures += [
        Figure(ITEM, f"    seen in gaps over 30 ms: {place}", count, "times") for place, count in found["places"]
    ]
    return figures
