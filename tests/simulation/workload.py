"""What people do: edits of every kind on the same few items, so that they collide."""

from typing import TYPE_CHECKING, Any

from app.model.kinds import KINDS
from app.model.row import Row
from app.sync import events
from app.sync.engine import Engine
from tests.simulation.client import Client
from tests.simulation.ledger import Intent

if TYPE_CHECKING:
    from tests.simulation.world import World

MOST = {"project": 2, "task": 5, "label": 3, "comment": 8}
"""How many items of a kind a person makes before only changing what is there."""
DAYS = ("2026-11-27", "2026-11-28", "2027-01-05", None)
WEIGHTS: dict[str, dict[str, int]] = {
    "": {
        "text": 8, "replace": 2, "status": 5, "title": 3, "dates": 4, "bulk": 2, "elements": 5, "move": 4, "trash": 3,
        "task": 3, "comment": 4, "reply": 2, "body": 2, "label": 2, "project": 1, "rename": 2, "here": 4, "discard": 2,
        "pause": 2, "refresh": 1, "sync": 1, "want": 2, "members": 1, "archive": 1, "retry": 1,
    },
    "text": {"text": 30, "replace": 4, "title": 1, "here": 1, "discard": 3, "pause": 3, "want": 2, "task": 1},
    "fields": {"status": 10, "title": 8, "dates": 8, "bulk": 5, "trash": 4, "discard": 2, "pause": 2, "rename": 3},
    "lists": {"move": 12, "elements": 14, "task": 4, "label": 3, "comment": 4, "pause": 2, "trash": 2, "discard": 1},
}  # fmt: skip


class Workload:
    """Lets people act on what they see."""

    def __init__(self, world: "World") -> None:
        self.world = world
        self.rng = world.rng
        weights = WEIGHTS[world.plan.focus]
        self._names = [name for name in weights if name != "archive" or world.plan.archives]
        self._weights = [weights[name] for name in self._names]
        self._re = 0
        self._markers = 0

    # -- asking ------------------------------------------------------------------------------------------------------

    def act(self, client: Client) -> None:
        """One deed of one person."""
        name = self.rng.choices(self._names, self._weights)[0]
        getattr(self, f"_{name}")(client)

    def edit(self, client: Client, verb: str, kind: str, *items: str, seen: str = "", **arguments: Any) -> None:
        """Asks for an edit, and writes down what is meant by it. `seen` is the text that an edit of it stands on."""
        engine = client.engine
        assert engine is not None
        self._re += 1
        fact = events.Edited(self._re, verb, kind, list(items), [self.world.new_id(), self.world.new_id()], **arguments)
        now = self.world.timeline.now
        intent = Intent(client, fact, now, client.heard_at, client.clock_jumped)
        rows = [row for item in items if (row := engine.view(item)) is not None]
        self._note_bases(client, intent, rows)
        self._note_text(intent, seen)
        self.world.ledger.intend(intent)
        self._give(client, fact)

    def _give(self, client: Client, fact: events.Fact) -> None:
        client.unanswered.add(self._re)
        client.give(fact)

    def _note_bases(self, client: Client, intent: Intent, rows: list[Row]) -> None:
        """What somebody has seen is what arrived, but not what lies under an own edit that still waits (SYNC 2)."""
        engine, fact = client.engine, intent.fact
        assert engine is not None
        units = written(fact)
        waiting = (
            [line for line in engine.pending() if line.state != "rejected"] if units and fact.verb != "create" else []
        )
        for row in rows:
            channel = engine.core.replica.channels.get(row.channel)
            base = channel.seq if channel else 0
            for line in waiting:
                if row.id in line.items and line.op != "create":
                    earlier = self._earlier(client, line.change)
                    if earlier is not None and units & written(earlier.fact):
                        base = min(base, *(earlier.bases.get(item, base) for item in line.items))
            intent.bases[row.id] = base
            if units & {"dates"}:
                intent.partners[row.id] = {name: row.value(name) for name in ("start", "due")}

    def _earlier(self, client: Client, change: str) -> Intent | None:
        grp = client.numbers.get(int(change.rpartition(":")[2]))
        return self.world.ledger.intents.get(grp) if grp is not None else None

    def _note_text(self, intent: Intent, seen: str) -> None:
        fact = intent.fact
        if fact.op is not None:
            at = 0
            for part in fact.op:
                if isinstance(part, int):
                    at += part
                elif isinstance(part, str):
                    intent.inserted += part
                else:
                    length = part["d"] if isinstance(part["d"], int) else len(part["d"])
                    intent.removed += seen[at : at + length]
                    at += length
        elif "description" in fact.fields:
            text = fact.fields["description"] or ""
            intent.inserted = "".join(letter for letter in text if letter not in seen)
            intent.removed = "".join(letter for letter in seen if letter not in text)

    def _new_letters(self, count: int) -> str:
        """Letters that occur nowhere else in this schedule: a lost or doubled one is seen."""
        start = 0x4E00 + self._markers
        self._markers += count
        return "".join(chr(start + i) for i in range(count))

    # -- what is there -----------------------------------------------------------------------------------------------

    def _pick(self, client: Client, kind: str) -> Row | None:
        assert client.engine is not None
        rows = client.engine.listed(kind)
        if not rows:
            return None
        return rows[min(int(self.rng.expovariate(1.0)), len(rows) - 1)]

    def _some(self, client: Client, kind: str) -> list[str]:
        assert client.engine is not None
        rows = [row.id for row in client.engine.listed(kind)]
        return self.rng.sample(rows, self.rng.randint(1, min(len(rows), 4))) if rows else []

    def _pick_comment(self, client: Client) -> Row | None:
        engine = client.engine
        assert engine is not None
        task = self._pick(client, "task")
        if task is None:
            return None
        comments = engine.comments(task.id)
        if comments is None:
            self._want_it(client, "comments", task.id)
        return self.rng.choice(comments) if comments else None

    # -- deeds -------------------------------------------------------------------------------------------------------

    def _project(self, client: Client) -> None:
        assert client.engine is not None
        if len(client.engine.listed("project")) < MOST["project"]:
            self.edit(client, "create", "project", fields={"name": f"Plan {self._re}"})

    def _task(self, client: Client) -> None:
        project = self._pick(client, "project")
        assert client.engine is not None
        if project is None or len(client.engine.listed("task", project.channel)) >= MOST["task"]:
            return
        fields: dict[str, Any] = {"project": project.id, "title": f"Task {self._re}"}
        if self.rng.random() < 0.5:
            fields["description"] = self._new_letters(self.rng.randint(1, 6))
        if self.rng.random() < 0.2:
            fields["assignees"] = [client.user]
        self.edit(client, "create", "task", fields=fields)

    def _label(self, client: Client) -> None:
        project = self._pick(client, "project")
        assert client.engine is not None
        if project is not None and len(client.engine.listed("label", project.channel)) < MOST["label"]:
            self.edit(client, "create", "label", fields={"project": project.id, "name": f"Label {self._re}"})

    def _comment(self, client: Client, reply: bool = False) -> None:
        task = self._pick(client, "task")
        assert client.engine is not None
        if task is None or client.engine.comment_count(task.id) >= MOST["comment"]:
            return
        fields = {"on": task.id, "body": f"Comment {self._re}"}
        first = [row.id for row in client.engine.comments(task.id) or () if not row.value("reply_to")]
        if reply and first:
            fields["reply_to"] = self.rng.choice(first)
        self.edit(client, "create", "comment", fields=fields)

    def _reply(self, client: Client) -> None:
        self._comment(client, reply=True)

    def _body(self, client: Client) -> None:
        comment = self._pick_comment(client)
        if comment is not None:
            verb = self.rng.choice(("set", "set", "delete", "restore", "add"))
            if verb == "set":
                self.edit(client, "set", "comment", comment.id, fields={"body": f"Better {self._re}"})
            elif verb == "add":
                self.edit(client, "add", "comment", comment.id, name="reactions", values=[f"{client.user}:👍"])
            else:
                self.edit(client, verb, "comment", comment.id)

    def _status(self, client: Client) -> None:
        self._set(client, {"status": self.rng.choice(("todo", "doing", "review", "done"))})

    def _title(self, client: Client) -> None:
        self._set(
            client, {"title": f"Title {self._re}", **({"priority": self.rng.randint(0, 4)} if self._re % 3 else {})}
        )

    def _dates(self, client: Client) -> None:
        fields = {name: self.rng.choice(DAYS) for name in ("start", "due") if self.rng.random() < 0.6}
        self._set(client, fields or {"due": self.rng.choice(DAYS)})

    def _set(self, client: Client, fields: dict[str, Any]) -> None:
        task = self._pick(client, "task")
        if task is not None:
            self.edit(client, "set", "task", task.id, fields=fields)

    def _bulk(self, client: Client) -> None:
        items = self._some(client, "task")
        if items:
            fields = {"status": self.rng.choice(("todo", "done")), "due": self.rng.choice(DAYS)}
            self.edit(client, "set", "task", *items, fields=fields)

    def _rename(self, client: Client) -> None:
        kind = self.rng.choice(("project", "label"))
        row = self._pick(client, kind)
        if row is not None:
            self.edit(client, "set", kind, row.id, fields={"name": f"Name {self._re}"})

    def _archive(self, client: Client) -> None:
        row = self._pick(client, "project")
        if row is not None:
            self.edit(client, "set", "project", row.id, fields={"archived": not row.value("archived")})

    def _elements(self, client: Client) -> None:
        task = self._pick(client, "task")
        assert client.engine is not None
        if task is None:
            return
        name = self.rng.choice(("labels", "labels", "assignees"))
        kind, channel = ("label", task.channel) if name == "labels" else ("person", None)
        there = [row.id for row in client.engine.listed(kind, channel)]
        if there:
            values = self.rng.sample(there, self.rng.randint(1, min(2, len(there))))
            verb = self.rng.choice(("add", "add", "remove"))
            self.edit(client, verb, "task", task.id, name=name, values=values)

    def _move(self, client: Client) -> None:
        kind = "task" if self.rng.random() < 0.85 else "project"
        row, anchor = self._pick(client, kind), self._pick(client, kind)
        if row is None:
            return
        side: dict[str, Any] = {}
        if anchor is not None and anchor.id != row.id and anchor.channel == row.channel:
            side = {self.rng.choice(("before", "after")): anchor.id}
        self.edit(client, "move", kind, row.id, **side)

    def _trash(self, client: Client) -> None:
        kind = self.rng.choice(("task", "task", "label"))
        row = self._pick(client, kind)
        if row is not None:
            self.edit(client, "restore" if row.trashed else "delete", kind, row.id)

    def _text(self, client: Client) -> None:
        """Somebody types, or takes something away."""
        task = self._pick(client, "task")
        assert client.engine is not None
        text = client.engine.text(task.id, "description") if task is not None else None
        if task is None:
            return
        if text is None:
            self._want_it(client, "text", task.id, "description")
            return
        for _ in range(self.rng.choice((1, 1, 3))):
            engine: Engine | None = client.engine  # an edit may end in a crash
            text = engine.text(task.id, "description") if engine is not None else None
            if text is None:
                return
            op = self._op(text)
            self.edit(client, "edit", "task", task.id, seen=text, name="description", op=op)

    def _op(self, text: str) -> list[Any]:
        op: list[Any] = []
        at = self.rng.randint(0, len(text))
        if at:
            op.append(at)
        if at < len(text) and self.rng.random() < 0.35:
            length = self.rng.randint(1, min(4, len(text) - at))
            op.append({"d": text[at : at + length] if self.rng.random() < 0.5 else length})
            if self.rng.random() < 0.5:
                return op
        insert = self._new_letters(self.rng.randint(1, 3))
        op.insert(len(op) - self.rng.randint(0, 1) if op and isinstance(op[-1], dict) else len(op), insert)
        return op

    def _replace(self, client: Client) -> None:
        task = self._pick(client, "task")
        assert client.engine is not None
        text = client.engine.text(task.id, "description") if task is not None else None
        if task is None or text is None:
            return
        start = self.rng.randint(0, len(text))
        end = self.rng.randint(start, len(text))
        new = text[:start] + self._new_letters(self.rng.randint(0, 3)) + text[end:]
        self.edit(client, "set", "task", task.id, seen=text, fields={"description": new})

    # -- everything else ---------------------------------------------------------------------------------------------

    def _want(self, client: Client) -> None:
        task = self._pick(client, "task")
        if task is not None:
            self._want_it(client, *self.rng.choice((("comments", task.id), ("text", task.id, "description"))))

    def _want_it(self, client: Client, what: str, key: str, field: str = "") -> None:
        self._re += 1
        self._give(client, events.Wanted(self._re, what, key, field))

    def _here(self, client: Client) -> None:
        project, task = self._pick(client, "project"), self._pick(client, "task")
        state = self.rng.choice(("viewing", "viewing", "editing", "typing", "away", "none"))
        if project is None or state == "none":
            here = events.HereIs("none")
        elif task is None or task.channel[2:] != project.id or state in ("viewing", "away"):
            here = events.HereIs(state, project.id)
        else:
            here = events.HereIs(state, project.id, task.id, "description", (1, 2))
        client.here = here
        client.give(here)

    def _discard(self, client: Client) -> None:
        assert client.engine is not None
        lines = client.engine.pending()
        if lines:
            self._re += 1
            self._give(client, events.Discarded(self._re, self.rng.choice(lines).change))

    def _pause(self, client: Client) -> None:
        if not client.paused:
            client.paused = True
            self._command(client, "pause")
            client.do(self.rng.uniform(0.1, 8.0), self._resume, client)

    def _resume(self, client: Client) -> None:
        client.paused = False
        self._command(client, "resume")

    def _retry(self, client: Client) -> None:
        self._command(client, self.rng.choice(("retry", "network", "wake")))

    def _refresh(self, client: Client) -> None:
        self._command(client, "refresh")

    def _sync(self, client: Client) -> None:
        self._command(client, "sync")

    def _command(self, client: Client, what: str) -> None:
        self._re += 1
        self._give(client, events.Command(what, self._re))

    def command(self, client: Client, what: str) -> int:
        """Gives a command that is answered, under the number returned."""
        self._command(client, what)
        return self._re

    def _members(self, client: Client) -> None:
        self._re += 1
        self._give(client, events.Asked(self._re, "members", {}))


def written(fact: events.Edited) -> set[str]:
    """The registers that a request writes, as the table of kinds groups them."""
    kind = KINDS[fact.kind]
    names = (
        {"trashed"} if fact.verb in ("delete", "restore") else {"position"} if fact.verb == "move" else set(fact.fields)
    )
    if fact.verb == "set":
        names = {name for name in names if name not in kind.texts}
    return {kind.fields[name].unit for name in names} if fact.verb not in ("add", "remove", "edit") else set()
