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
P99_MS, WORST_MS = 16.0, 50.0


async def run(folder: Path, quick: bool) -> list[Figure]:
    """Measure: a snapshot of a project never seen before, then live entries of another one.

    A second process watches an empty window at the same moments: what it suffers is this machine's.
    """
    tasks = TASKS_QUICK if quick else TASKS
    async with AsyncExitStack() as stack:
        stage = Stage(folder)
        stage.seed(2)
        live, _ = stage.seed_project(1)
        await stage.start()
        stack.push_async_callback(stage.stop)
        profile = await stage.profile("profiles/main", stage.seats[0])
        window = await stack.enter_async_context(Child("window", str(profile)))
        empty = await stack.enter_async_context(Child("window", str(folder / "empty" / "main")))
        await window.ask("open", project=live)
        await window.ask("until_there", project=live, tasks=1)
        await window.ask("pause")
        await stage.stop()
        big, _ = stage.seed_project(tasks, edits=3 * tasks)  # while the window is apart: it comes to an open window
        await stage.start()
        await empty.ask("neighbour")
        await window.ask("watch")
        found = await window.ask("until_there", project=big, tasks=tasks)
        figures = _figures(f"{tasks} tasks in a snapshot", found, await empty.ask("result"))
        crowd = await stack.enter_async_context(Child("crowd"))
        seat = stage.seats[1]
        await crowd.ask("enter", url=stage.url, seats=[[seat.user, seat.device, seat.token]])
        await window.ask("until_there", project=live, tasks=1)
        await empty.ask("neighbour")
        await window.ask("watch")
        pouring = asyncio.create_task(crowd.ask("pour", project=live, count=tasks))
        found = await window.ask("until_there", project=live, tasks=tasks + 1)
        figures += _figures(f"{tasks} tasks live", found, await empty.ask("result"))
        await pouring
        return figures


def _figures(name: str, found: dict[str, Any], empty: dict[str, Any]) -> list[Figure]:
    late, calm = found["late"], empty["late"]
    p99, worst = percentile(late, 0.99), max(late)
    beside, beside_worst = percentile(calm, 0.99), max(calm)
    figures = [
        Figure(ITEM, f"{name}: until all are in the list", found["seconds"], "s"),
        below(ITEM, f"{name}: stall of the thread, p99", p99, "ms", P99_MS, beside, "empty window"),
        below(ITEM, f"{name}: stall of the thread, worst", worst, "ms", WORST_MS, beside_worst, "empty window"),
        Figure(ITEM, f"{name}: its own work between ticks, p99", percentile(found["work"], 0.99), "ms"),
        Figure(ITEM, f"{name}: its own work between ticks, most", max(found["work"]), "ms"),
    ]
    figures += [Figure(ITEM, f"    seen in a stall: {place}", count, "x") for place, count in found["places"]]
    return figures
