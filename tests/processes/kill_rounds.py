"""kill -9 of client and server again and again amid edits, judged by a ledger of what was asked and answered."""

import asyncio
import re
from collections import Counter
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any

from tests.processes.driving import Ended, HeadlessProcess, Line, Team, team

EMOJI_FIRST = 0x1F300
EDITS_BEFORE_KILL = 4
"""A round goes on until so many of its edits are answered, then for a random time more."""


@dataclass
class Ledger:
    """What was asked, and of that what was answered; kept by the test, in the order of asking."""

    asked: int = 0
    answered: dict[str, list[int]] = field(default_factory=lambda: {"task": [], "text": [], "comment": [], "mark": []})
    colours: list[tuple[str, bool]] = field(default_factory=list)
    refused: list[Line] = field(default_factory=list)

    @property
    def total(self) -> int:
        return sum(map(len, self.answered.values())) + sum(done for _, done in self.colours)


@dataclass
class Report:
    """How it went."""

    edits: int
    client_kills: int
    server_kills: int
    amid_edits: int
    resent: int
    faults: list[str]


class Rounds:
    """Sarah edits and is killed; Mike watches and is not; the server is killed under both."""

    def __init__(self, there: Team, sarah: HeadlessProcess, mike: HeadlessProcess, random: Random) -> None:
        self.there, self.sarah, self.mike, self.random = there, sarah, mike, random
        self.ledger = Ledger()
        self.events: list[Line] = []
        self.kills = [0, 0]
        self.asked_at_kill: list[tuple[str, int]] = []
        self.amid = 0
        self.resent = 0
        self.going = True

    async def prepare(self) -> None:
        made: dict[str, Any] = await self.sarah.do("create", kind="project", fields={"name": "P"})
        self.project = made["item"]
        fields = {"project": self.project, "title": "text"}
        self.task = (await self.sarah.do("create", kind="task", fields=fields))["item"]
        fields = {"on": self.task, "body": "marks"}
        self.comment = (await self.sarah.do("create", kind="comment", fields=fields))["item"]
        await self.sarah.do("sync")
        await self.mike.sees("comment", self.comment)

    # -- edits ---------------------------------------------------------------------------------------------------------

    async def edits(self) -> None:
        while self.going:
            self.ledger.asked += 1
            try:
                await self._edit(self.ledger.asked)
            except Ended:
                return

    async def _edit(self, n: int) -> None:
        what = self.random.choice(("task", "text", "text", "comment", "mark", "colour"))
        if what == "colour":
            self.ledger.colours.append((f"#{n:06x}", False))
            answer = await self.sarah.ask(
                "set", kind="project", item=self.project, fields={"colour": self.ledger.colours[-1][0]}
            )
            if answer["ok"]:
                self.ledger.colours[-1] = (f"#{n:06x}", True)
        else:
            answer = await self._ask(what, n)
            if answer["ok"]:
                self.ledger.answered[what].append(n)
        if not answer["ok"]:
            self.ledger.refused.append(answer["error"])

    async def _ask(self, what: str, n: int) -> Line:
        ask = self.sarah.ask
        match what:
            case "task":
                return await ask("create", kind="task", fields={"project": self.project, "title": f"t{n}"})
            case "text":
                return await ask("edit", kind="task", item=self.task, field="description", op=[f"<{n}>"])
            case "comment":
                return await ask("create", kind="comment", fields={"on": self.task, "body": f"c{n}"})
            case _:
                mark = chr(EMOJI_FIRST + n)
                return await ask("add", kind="comment", item=self.comment, field="reactions", values=[mark])

    # -- kills ---------------------------------------------------------------------------------------------------------

    async def round(self, who: str) -> None:
        """`who` is client, server or both."""
        self.going = True
        editing = asyncio.create_task(self.edits())
        before = self.ledger.total
        while self.ledger.total < before + EDITS_BEFORE_KILL and not editing.done():
            await self.sarah.until_more(len(self.sarah.events))
        wait = asyncio.get_running_loop().create_future()
        asyncio.get_running_loop().call_later(self.random.uniform(0, 0.2), wait.set_result, None)
        await wait
        self.amid += not editing.done()
        self.asked_at_kill.append((who, self.ledger.asked))
        if who in ("server", "both"):
            await self.there.server.kill()
            self.kills[1] += 1
        if who in ("client", "both"):
            self.events += await self._kill_client()
        if who in ("server", "both"):
            await self.there.restart_server()
        self.going = False
        await editing

    async def _kill_client(self) -> list[Line]:
        old = self.sarah
        await old.kill()
        self.kills[0] += 1
        self.sarah = await self.there.client("Sarah")
        self.resent += bool((await self.sarah.do("pending"))["pending"])
        return old.events

    # -- the judgement -------------------------------------------------------------------------------------------------

    async def faults(self) -> list[str]:
        await self.sarah.do("sync")
        await self.mike.do("sync")
        found = [f"refused: {self.ledger.refused}"] if self.ledger.refused else []
        if left := (await self.sarah.do("pending"))["pending"]:
            found.append(f"still pending: {left}")
        fresh = await self.there.sign_in("Mike", "Fresh")
        for name, client in (("Sarah", self.sarah), ("Mike", self.mike), ("a fresh device", fresh)):
            found += [f"{name}: {fault}" for fault in await self._faults_at(client)]
        self.events += self.sarah.events
        found += self._faults_in_events()
        for name, client in (("Sarah", self.sarah), ("Mike", self.mike)):
            if (await client.do("refresh"))["repaired"]:
                found.append(f"{name}: refresh found a divergence")
        return found

    async def _faults_at(self, client: HeadlessProcess) -> list[str]:
        titles = Counter(row["title"] for row in await self._rows(client, "task", project=self.project))
        bodies = Counter(row["body"] for row in await self._rows(client, "comment", where={"on": self.task}))
        text = (await client.do("get", kind="task", item=self.task))["fields"].get("description", "")
        marks = (await client.do("get", kind="comment", item=self.comment))["fields"].get("reactions", [])
        colour = (await client.do("get", kind="project", item=self.project))["fields"].get("colour")
        letters = [int(n) for n in re.findall(r"<(\d+)>", text)]
        answered = self.ledger.answered
        found = [f"lost task {n}" for n in answered["task"] if titles[f"t{n}"] == 0]
        found += [f"lost comment {n}" for n in answered["comment"] if bodies[f"c{n}"] == 0]
        found += [f"lost letter {n}" for n in answered["text"] if n not in letters]
        found += [
            f"lost mark {n}" for n in answered["mark"] if not any(m.endswith(chr(EMOJI_FIRST + n)) for m in marks)
        ]
        twice = [word for counted in (titles, bodies, Counter(letters)) for word, n in counted.items() if n > 1]
        found += [f"twice: {word}" for word in twice]
        if text != "".join(f"<{n}>" for n in sorted(letters, reverse=True)):
            wrong = [(a, b) for a, b in pairwise(letters) if a <= b]
            found.append(f"letters out of order or torn: {wrong[:5]}; asked at each kill: {self.asked_at_kill}")
        if colour not in self._possible_colours():
            found.append(f"the colour is {colour}, not one of {self._possible_colours()}")
        return found

    def _possible_colours(self) -> list[str | None]:
        """The last one answered, or one asked for after it without an answer."""
        possible: list[str | None] = [None]
        for colour, done in self.ledger.colours:
            possible = [colour] if done else [*possible, colour]
        return possible

    async def _rows(self, client: HeadlessProcess, kind: str, **arguments: Any) -> list[Line]:
        rows: list[Line] = []
        while True:
            after = {"after": rows[-1]["item"]} if rows else {}
            page = (await client.do("list", kind=kind, limit=500, **arguments, **after))["items"]
            rows += page
            if not page:
                return rows

    def _faults_in_events(self) -> list[str]:
        said = Counter(line["change"] for line in self.events if line["event"] == "confirmed")
        found = [f"confirmed {n} times: {change}" for change, n in said.items() if n > 1]
        found += [f"rejected: {line}" for line in self.events if line["event"] == "rejected"]
        found += [f"notice: {line}" for line in self.events if line["event"] == "notice"]
        seen = [line for line in self.mike.events if line["event"] == "change" and line["project"] == self.project]
        heard = Counter((line["change"], line["item"]) for line in seen)
        found += [f"Mike heard of {one} {n} times" for one, n in heard.items() if n > 1]
        seqs = [line["seq"] for line in seen]
        if seqs != sorted(seqs):
            found.append("Mike heard of changes out of order")
        return found


async def kill_rounds(folder: Path, rounds: int, seed: int) -> Report:
    """Kills the client, the server and both by turns, `rounds` times in all, then judges what is there."""
    async with team(folder) as there:
        sarah, mike = await there.join("Sarah"), await there.join("Mike")
        work = Rounds(there, sarah, mike, Random(seed))
        await work.prepare()
        for n in range(rounds):
            await work.round(("client", "server", "both")[n % 3])
        faults = await work.faults()
        return Report(work.ledger.total, work.kills[0], work.kills[1], work.amid, work.resent, faults)
