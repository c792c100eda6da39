"""A real client in a process of its own: it edits, notes when others' edits arrive, queues, drains and returns."""

import argparse
import asyncio
import random
import sys
from pathlib import Path
from time import perf_counter
from typing import Any

from app.client.client import Client
from app.sync.events import Show, Tell
from scripts.lib.bench.child import answer_requests
from scripts.lib.bench.raw import RawClient

SYNC_S = 120.0


class Person:
    """One client and what it heard. All times are the monotonic clock's, which all processes share."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.raw: RawClient | None = None
        self._heard: dict[str, float] = {}
        self._synced_at = 0.0
        self._connected_at = 0.0
        self._news = asyncio.Event()
        self._edits = 0
        client.listen(self._hear)

    def _hear(self, said: Tell | Show) -> None:
        now = perf_counter()
        if isinstance(said, Show):
            return
        if said.name == "change" and said.fields["author"] != self.client.user:
            self._heard[said.fields["change"]] = now
        elif said.name == "status" and said.fields["state"] == "connected":
            self._connected_at = now
        elif said.name == "synced":
            self._synced_at = now
        self._news.set()

    async def _until(self, since: float) -> None:
        async with asyncio.timeout(SYNC_S):
            while self._synced_at < since:
                self._news.clear()
                await self._news.wait()

    # -- requests ------------------------------------------------------------------------------------------------------

    async def start(self) -> dict[str, float]:
        """Connect; when that and the first synchronisation were done."""
        began = perf_counter()
        self.client.start()
        await self._until(began)
        return {"connected": self._connected_at, "synced": self._synced_at}

    async def edit(self, items: list[str], count: int, gap_ms: float) -> list[list[Any]]:
        """So many lone edits with pauses of about `gap_ms`: for each its id, when it was made and when it was saved."""
        made: list[list[Any]] = []
        for _ in range(count):
            self._edits += 1
            item = items[self._edits % len(items)]
            began = perf_counter()
            result = await self.client.edit("set", "task", [item], fields={"title": f"Edited {self._edits} times"})
            made.append([result["change"], began, perf_counter()])
            await asyncio.sleep(gap_ms / 1000 * random.uniform(0.6, 1.4))
        return made

    async def heard(self, awaited: list[str]) -> dict[str, float]:
        """Others' changes since the last question, with the moment of each, once those awaited are among them."""
        async with asyncio.timeout(SYNC_S):
            while not self._heard.keys() >= set(awaited):
                self._news.clear()
                await self._news.wait()
        heard, self._heard = self._heard, {}
        return heard

    async def dial_raw(self, url: str, journal: str) -> float:
        """Connect to the raw echo as well; seconds."""
        self.raw = RawClient(url, Path(journal))
        return await self.raw.open()

    async def echo(self, count: int, gap_ms: float) -> list[float]:
        """So many rounds of the raw path, in seconds each."""
        assert self.raw is not None
        took = []
        for _ in range(count):
            took.append(await self.raw.echo())
            await asyncio.sleep(gap_ms / 1000 * random.uniform(0.6, 1.4))
        return took

    async def pour(self, count: int) -> float:
        """So many raw messages at once; seconds until all came back."""
        assert self.raw is not None
        return await self.raw.pour(count)

    async def queue(self, items: list[str], count: int, project: str) -> float:
        """Go offline and make so many changes, half fields and half new tasks. Seconds until all are saved."""
        await self.client.pause()
        began = perf_counter()
        waiting = []
        for number in range(count):
            if number % 2:
                fields = {"project": project, "title": f"Made offline {number}"}
                waiting.append(self.client.edit_now("create", "task", [], fields=fields))
            else:
                item = items[number // 2 % len(items)]
                waiting.append(self.client.edit_now("set", "task", [item], fields={"priority": number % 4}))
        await asyncio.gather(*waiting)
        return perf_counter() - began

    async def drain(self) -> dict[str, float]:
        """Come back; when that began, when connected, and when everything was confirmed."""
        began = perf_counter()
        await self.client.resume()
        await self._until(began)
        while self.client.counts()[0]:
            self._news.clear()
            await self._news.wait()
        return {"began": began, "connected": self._connected_at, "synced": perf_counter()}

    async def back(self, since: float) -> dict[str, float]:
        """Wait until synchronised after `since`; when connected and when synchronised."""
        await self._until(since)
        return {"connected": self._connected_at, "synced": self._synced_at}

    async def lost(self) -> bool:
        """Wait until the connection is seen to be gone."""
        async with asyncio.timeout(SYNC_S):
            while self.client.light().state == "connected":
                self._news.clear()
                await self._news.wait()
        return True


async def main(profile: Path) -> None:
    async with await Client.open(profile, token_file=profile / "token") as client:
        person = Person(client)
        names = ("start", "edit", "heard", "dial_raw", "echo", "pour", "queue", "drain", "back", "lost")
        try:
            await answer_requests({name: getattr(person, name) for name in names})
        finally:
            if person.raw is not None:
                await person.raw.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("profile", type=Path)
    sys.exit(asyncio.run(main(parser.parse_args().profile)))
