"""A thousand changes made offline are sent, while somebody else goes on editing and must not be delayed by it."""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

from scripts.lib.bench.child import Child
from scripts.lib.bench.figures import Figure, below, median, percentile
from scripts.lib.bench.stage import Stage

ITEM = "drain"
QUEUED = 1_000
TASKS = 500
GAP_MS = 25.0


async def run(folder: Path, quick: bool) -> list[Figure]:
    """Measure: alone first, then with others at work."""
    rounds = 1 if quick else 3
    async with AsyncExitStack() as stack:
        stage = Stage(folder)
        stage.seed(3)
        project, items = stage.seed_project(TASKS)
        await stage.start()
        stack.push_async_callback(stage.stop)
        profiles = [str(await stage.profile(f"client-{number}", stage.seats[number])) for number in range(3)]
        away, editor, watcher = [await stack.enter_async_context(Child("person", one)) for one in profiles]
        raw = await stack.enter_async_context(Child("raw", str(folder / "server")))
        await away.ask("dial_raw", url=await raw.ask("url"), journal=str(folder / "raw-client.db"))
        for child in (away, editor, watcher):
            await child.ask("start")
        saved, alone, poured, busy, calm, delayed = [], [], [], [], [], []
        for _ in range(rounds):
            poured.append(await away.ask("pour", count=QUEUED))
            saved.append(await away.ask("queue", items=items[: TASKS // 2], count=QUEUED, project=project))
            alone.append(_seconds(await away.ask("drain")))
            calm += await _edits(editor, watcher, items[TASKS // 2 :], 20)
            await away.ask("queue", items=items[: TASKS // 2], count=QUEUED, project=project)
            others = asyncio.create_task(_watched(editor, watcher, items[TASKS // 2 :]))
            await asyncio.sleep(0.1)
            took = await away.ask("drain")
            busy.append(_seconds(took))
            delayed += [ms for made_at, ms in await others if took["began"] <= made_at <= took["synced"]]
        raw_name = f"raw path, {QUEUED} commits"
        return [
            below(ITEM, f"{QUEUED} queued, alone: back to all confirmed", max(alone), "s", 5, median(poured), raw_name),
            below(ITEM, f"{QUEUED} queued, others editing", max(busy), "s", 5, median(poured), raw_name),
            Figure(ITEM, f"{QUEUED} queued: until all are saved here", median(saved), "s"),
            below(ITEM, "others' edits meanwhile: edit to event, worst", max(delayed), "ms", 100, max(calm), "calm"),
            Figure(ITEM, "others' edits meanwhile, p50", median(delayed), "ms", median(calm), "calm"),
            Figure(ITEM, "others' edits meanwhile, p99", percentile(delayed, 0.99), "ms", max(calm), "calm, worst"),
            Figure(ITEM, "others' edits meanwhile: how many were measured", len(delayed), ""),
        ]


def _seconds(took: dict[str, float]) -> float:
    return took["synced"] - took["began"]


async def _edits(editor: Child, watcher: Child, items: list[str], count: int) -> list[float]:
    return [ms for _, ms in await _timed(editor, watcher, items, count)]


async def _timed(editor: Child, watcher: Child, items: list[str], count: int) -> list[tuple[float, float]]:
    made = await editor.ask("edit", items=items, count=count, gap_ms=GAP_MS)
    heard = await watcher.ask("heard", awaited=[change for change, _, _ in made])
    return [(began, (heard[change] - began) * 1000) for change, began, _ in made]


async def _watched(editor: Child, watcher: Child, items: list[str]) -> list[tuple[float, float]]:
    """Edits for about as long as a drain takes: when each was made, and its milliseconds to the other's event."""
    return await _timed(editor, watcher, items, 120)
