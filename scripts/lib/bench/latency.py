"""From an edit to another client's event, with few and with fifty connected, beside the raw path."""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

from scripts.lib.bench.child import Child
from scripts.lib.bench.figures import Figure, against, below, median, percentile
from scripts.lib.bench.stage import Stage

ITEM = "latency"
CLIENTS = 50
TASKS = 200
BLOCKS = 10
GAP_MS = 40.0
BUSY_PER_S = 20.0


class Pair:
    """One who edits and one who sees it, and the raw path of the first."""

    def __init__(self, editor: Child, watcher: Child, items: list[str]) -> None:
        self._editor, self._watcher, self._items = editor, watcher, items
        self.raw: list[float] = []
        self.saved: list[float] = []

    async def block(self, count: int) -> list[float]:
        """So many edits: milliseconds from each to the other's event."""
        made = await self._editor.ask("edit", items=self._items, count=count, gap_ms=GAP_MS)
        heard = await self._watcher.ask("heard", awaited=[change for change, _, _ in made])
        self.saved += [(saved - began) * 1000 for _, began, saved in made]
        return [(heard[change] - began) * 1000 for change, began, _ in made]

    async def blocks(self, blocks: int, each: int) -> list[float]:
        """Blocks of edits, a block of the raw path beside each, so that both meet the same moments of the machine."""
        took: list[float] = []
        for _ in range(blocks):
            took += await self.block(each)
            self.raw += [1000 * one for one in await self._editor.ask("echo", count=each, gap_ms=GAP_MS / 2)]
        return took


async def run(folder: Path, quick: bool) -> list[Figure]:
    """Measure."""
    blocks, each = (3, 15) if quick else (BLOCKS, 25)
    async with AsyncExitStack() as stack:
        stage = Stage(folder)
        stage.seed(CLIENTS)
        project, items = stage.seed_project(TASKS)
        await stage.start()
        stack.push_async_callback(stage.stop)
        profiles = [str(await stage.profile(f"client-{number}", stage.seats[number])) for number in range(2)]
        editor, watcher = [await stack.enter_async_context(Child("person", one)) for one in profiles]
        raw = await stack.enter_async_context(Child("raw", str(folder / "server")))
        await editor.ask("dial_raw", url=await raw.ask("url"), journal=str(folder / "raw-client.db"))
        for child in (editor, watcher):
            await child.ask("start")
        pair = Pair(editor, watcher, items[: TASKS // 2])
        await pair.block(10)
        pair.saved.clear()
        two = await pair.blocks(blocks, each)
        figures = _lone(two, pair)
        pair.raw.clear()
        crowd = await stack.enter_async_context(Child("crowd"))
        seats = [[seat.user, seat.device, seat.token] for seat in stage.seats[2:]]
        await crowd.ask("enter", url=stage.url, seats=seats)
        fifty = await pair.blocks(blocks, each)
        figures += _crowded(fifty, pair, "quiet")
        pair.raw.clear()
        figures += await _busy(pair, crowd, project, items[TASKS // 2 :], blocks, each)
        return figures


async def _busy(pair: Pair, crowd: Child, project: str, items: list[str], blocks: int, each: int) -> list[Figure]:
    seconds = blocks * each * GAP_MS * 1.5 / 1000
    edits = asyncio.create_task(crowd.ask("edit", project=project, items=items, per_s=BUSY_PER_S, seconds=seconds))
    took = await pair.blocks(blocks, each)
    await edits
    return _crowded(took, pair, f"{BUSY_PER_S:g} edits/s of others")


def _lone(took: list[float], pair: Pair) -> list[Figure]:
    path = median(pair.raw)
    return [
        against(ITEM, "lone edit, 2 clients: edit to event, median", median(took), "ms", path, "raw path", 3),
        Figure(ITEM, "lone edit, 2 clients: edit to saved here, median", median(pair.saved), "ms", path, "raw path"),
    ]


def _crowded(took: list[float], pair: Pair, how: str) -> list[Figure]:
    name = f"{CLIENTS} clients, {how}: edit to event"
    p50, p99 = (percentile(took, share) for share in (0.5, 0.99))
    raw_p50, raw_p99 = (percentile(pair.raw, share) for share in (0.5, 0.99))
    return [
        against(ITEM, f"{name}, p50", p50, "ms", raw_p50, "raw path", 3 if how == "quiet" else None),
        below(ITEM, f"{name}, p99", p99, "ms", 100, raw_p99, "raw path"),
    ]
