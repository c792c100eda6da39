"""A server that ends and starts again: from the moment when it listens until a client is back and synchronised."""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

from scripts.lib.bench.child import Child
from scripts.lib.bench.figures import Figure, below, median
from scripts.lib.bench.stage import Stage

ITEM = "reconnect"
TASKS = 500
CLIENTS = 4
AWAY_S = 5.0


async def run(folder: Path, quick: bool) -> list[Figure]:
    """Measure: killed, ended in good order, and away for a while."""
    rounds = 2 if quick else 6
    async with AsyncExitStack() as stack:
        stage = Stage(folder)
        stage.seed(CLIENTS)
        _, items = stage.seed_project(TASKS)
        await stage.start()
        stack.push_async_callback(stage.stop)
        profiles = [str(await stage.profile(f"client-{number}", stage.seats[number])) for number in range(CLIENTS)]
        people = [await stack.enter_async_context(Child("person", one)) for one in profiles]
        raw = await stack.enter_async_context(Child("raw", str(folder / "server")))
        url = await raw.ask("url")
        for person in people:
            await person.ask("start")
        trip = _Trip(stage, people, items)
        connects = [await people[0].ask("dial_raw", url=url, journal=str(folder / "raw.db"))]
        figures: list[Figure] = []
        for name, how, away_s, times in (
            ("killed, started at once", "kill", 0.0, rounds),
            ("SIGTERM, started at once", "stop", 0.0, rounds),
            (f"killed, away for {AWAY_S:g} s", "kill", AWAY_S, max(1, rounds // 2)),
        ):
            back: list[float] = []
            for _ in range(times):
                back += await trip.once(how, away_s)
                connects.append(await people[0].ask("dial_raw", url=url, journal=str(folder / "raw.db")))
            path = median(connects)
            figures += [
                below(ITEM, f"{name}: listening to synced, p50", median(back), "s", 1, path, "raw TLS connect"),
                below(ITEM, f"{name}: listening to synced, worst of {len(back)}", max(back), "s", 1),
            ]
        return figures


class _Trip:
    def __init__(self, stage: Stage, people: list[Child], items: list[str]) -> None:
        self._stage, self._people, self._items = stage, people, items

    async def once(self, how: str, away_s: float) -> list[float]:
        """End the server, edit meanwhile, start it: seconds of each client from its listening to synchronised."""
        await (self._stage.kill() if how == "kill" else self._stage.stop())
        await asyncio.gather(*(person.ask("lost") for person in self._people))
        await self._people[0].ask("edit", items=self._items, count=3, gap_ms=1)
        await asyncio.sleep(away_s)
        listens = await self._stage.start()
        back = await asyncio.gather(*(person.ask("back", since=listens) for person in self._people))
        return [one["synced"] - listens for one in back]
