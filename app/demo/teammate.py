"""A simulated teammate: types, comments, moves tasks and looks around, as a person with a keyboard would."""

from __future__ import annotations

import asyncio
import random
from typing import Any, Final

from app.client.client import Client
from app.demo.content import LAUNCH_EMAIL, REMARKS, SENTENCES, STORYBOARD
from app.model.change import Refusal
from app.model.identity import project_channel
from app.model.row import Row
from app.sync.events import Show, Tell
from app.text import transform_position

SEED: Final = 7
KEY_S: Final = (0.05, 0.16)
"""Between two keys, in seconds."""
REST_S: Final = (1.2, 3.0)
"""Between two deeds."""
COMMENTS_MOST: Final = 6
"""Own comments that are left standing, so that a demo left open does not fill up."""
NEXT_STATUS: Final = {"todo": "doing", "doing": "review", "review": "done", "done": "todo", "backlog": "todo"}


class Teammate:
    """One person's day, over and over. The same seed does the same things in the same order."""

    def __init__(self, client: Client, project: str, seed: int = SEED, pace: float = 1.0) -> None:
        """`pace` multiplies every pause; 0 is as fast as it goes."""
        self._client = client
        self._name = project
        self._chance = random.Random(seed)
        self._pace = pace
        self._typed: list[tuple[str, str]] = []
        self._said: list[str] = []
        self._project = ""
        self._caret = 0
        self.deeds = 0

    async def work(self) -> None:
        """Until cancelled; what the server refuses is left, and the day goes on."""
        deeds = (self._type, self._advance, self._comment, self._look, self._set_priority, self._type, self._advance)
        while True:
            for deed in deeds:
                try:
                    await deed()
                except Refusal:
                    pass  # somebody else was faster: the item is gone, or is not to be edited any more
                self.deeds += 1
                await self._rest()

    # -- deeds ---------------------------------------------------------------------------------------------------------

    async def _type(self) -> None:
        """Write a sentence into a description, letter by letter; the one before it goes first when there are two."""
        task = self._task(LAUNCH_EMAIL) or self._any_task()
        if task is None:
            return
        await self._client.want("text", task.id, "description")
        if len(self._typed) >= 2:
            await self._erase(*self._typed.pop(0))
        sentence = SENTENCES[self.deeds % len(SENTENCES)]
        if sentence.strip() in self._text(task.id):
            return
        self._caret = len(self._text(task.id))
        stop = self._client.listen(lambda told: self._follow(task.id, told))
        try:
            for letter in sentence:
                op = _insert(self._caret, letter)
                self._caret += 1
                await self._client.edit("edit", "task", [task.id], name="description", op=op)
                self._client.here("editing", self._project, task.id, "description", (self._caret, self._caret))
                await self._pause(KEY_S)
        finally:
            stop()
        self._typed.append((task.id, sentence))
        await self._rest()
        self._client.here("viewing", self._project, task.id)

    def _follow(self, task: str, told: Tell | Show) -> None:
        """What others type before the caret moves it; what they type elsewhere leaves it where it is."""
        if isinstance(told, Tell) and told.name == "text_changed" and told.fields["item"] == task:
            self._caret = transform_position(self._caret, told.fields["op"])

    async def _erase(self, task: str, sentence: str) -> None:
        """Take an own sentence out again, in one go and only where it stands whole: nothing of anybody else's goes."""
        start = self._text(task).find(sentence)
        if start >= 0:
            op: list[Any] = [start, {"d": sentence}] if start else [{"d": sentence}]
            await self._client.edit("edit", "task", [task], name="description", op=op)
            self._client.here("editing", self._project, task, "description", (start, start))

    async def _advance(self) -> None:
        """Move a task to its next status."""
        task = self._any_task()
        if task is None:
            return
        self._client.here("editing", self._project, task.id)
        await self._rest()
        status = NEXT_STATUS.get(str(task.value("status") or "todo"), "todo")
        await self._client.edit("set", "task", [task.id], fields={"status": status})
        self._client.here("viewing", self._project, task.id)

    async def _comment(self) -> None:
        """Type a comment where others see it coming, and send it."""
        task = self._task(STORYBOARD if self.deeds % 2 else LAUNCH_EMAIL) or self._any_task()
        if task is None:
            return
        remark = REMARKS[self.deeds % len(REMARKS)]
        for _ in range(4):
            self._client.here("typing", self._project, task.id, "comment")
            await self._pause((0.5, 1.0))
        made = await self._client.edit("create", "comment", [], fields={"on": task.id, "body": remark})
        self._said.append(str(made["item"]))
        self._client.here("viewing", self._project, task.id)
        if len(self._said) > COMMENTS_MOST:
            await self._client.edit("delete", "comment", [self._said.pop(0)])

    async def _look(self) -> None:
        """Just look at another task."""
        task = self._any_task()
        if task is not None:
            self._client.here("viewing", self._project, task.id)

    async def _set_priority(self) -> None:
        task = self._any_task()
        if task is not None:
            self._client.here("editing", self._project, task.id)
            await self._rest()
            await self._client.edit("set", "task", [task.id], fields={"priority": self._chance.randrange(5)})
            self._client.here("viewing", self._project, task.id)

    # -- inside --------------------------------------------------------------------------------------------------------

    def _tasks(self) -> list[Row]:
        if not self._project:
            rows = self._client.listed("project")
            self._project = next((row.id for row in rows if row.value("name") == self._name), "")
        return [row for row in self._client.listed("task", project_channel(self._project)) if not row.trashed]

    def _task(self, title: str) -> Row | None:
        return next((row for row in self._tasks() if row.value("title") == title), None)

    def _any_task(self) -> Row | None:
        tasks = [row for row in self._tasks() if row.value("title") not in (LAUNCH_EMAIL, STORYBOARD)]
        return self._chance.choice(tasks) if tasks else None

    def _text(self, task: str) -> str:
        return self._client.text(task, "description") or ""

    async def _rest(self) -> None:
        await self._pause(REST_S)

    async def _pause(self, bounds: tuple[float, float]) -> None:
        await asyncio.sleep(self._chance.uniform(*bounds) * self._pace)


def _insert(at: int, text: str) -> list[Any]:
    return [at, text] if at else [text]
