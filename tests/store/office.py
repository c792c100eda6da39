"""A small office on any store: people who join, make changes and push them; ids and time are counted, not drawn."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from app.hub.facts import Committed, Submission
from app.model.change import Change, Entry, Part, Result, change_hash, decode_change, encode_change
from app.model.identity import project_channel, workspace_channel
from app.model.outcome import apply_write
from app.model.row import HASH_MODULUS, Row, row_hash
from app.protocol.snapshot import from_snapshot, to_snapshot
from app.store.interface import Account, Invite, Store

WORKSPACE = "11111111-1111-4111-8111-111111111111"
DIRECTORY = workspace_channel(WORKSPACE)
START = 1_790_000_000.0


def uuid(number: int) -> str:
    """The `number`th id."""
    return f"{number:08x}-0000-4000-8000-{number:012x}"


@dataclass
class Person:
    """Somebody at one device; `clock_error` is how far that device's clock is ahead, in seconds."""

    office: "Office"
    user: str
    device: str
    n: int = 0
    offset: float = 0.0

    def make(self, verb: str, kind: str, items: list[str], ch: str, **facts: Any) -> bytes:
        """The bytes of a change as of now, made with everything seen unless `base` says otherwise."""
        numbers = facts.pop("parts", [])
        first = self.n + 1
        parts = [Part(first + place, op, self.office.now, "g") for place, op in enumerate(numbers)]
        self.n += max(len(parts), 1)
        values = {
            "base": self.office.seq(ch),
            "at": self.office.now,
            "heard": self.office.now,
            "grp": "g",
            "n": first,
            "parts": parts,
            **facts,
        }
        return encode_change(Change(ch=ch, verb=verb, kind=kind, items=items, **values))

    def push(self, *sent: bytes) -> list[Result]:
        """The results of changes sent in one batch."""
        return [result for _, results in self.committed(*sent).results for result in results]

    def committed(self, *sent: bytes) -> Committed:
        """What a batch became."""
        return self.office.commit([Submission(self.device, one, self.offset, self.device) for one in sent])

    def does(self, verb: str, kind: str, items: str | list[str], ch: str, **facts: Any) -> Result:
        """Makes one change and pushes it; its (last) result."""
        return self.push(self.make(verb, kind, [items] if isinstance(items, str) else items, ch, **facts))[-1]

    # -- what people do ------------------------------------------------------------------------------------------------

    def project(self, name: str = "Q1") -> str:
        """Founds a project; its channel."""
        item = self.office.new_id()
        assert self.does("create", "project", item, project_channel(item), fields={"name": name}).status == "applied"
        return project_channel(item)

    def task(self, ch: str, title: str = "Write it down", **fields: Any) -> str:
        """Makes a task; its id."""
        item = self.office.new_id()
        fields = {"project": ch[2:], "title": title, **fields}
        result = self.does("create", "task", item, ch, fields=fields)
        assert result.status == "applied", result
        return item

    def comment(self, ch: str, on: str, body: str = "Good.", **fields: Any) -> str:
        """Writes a comment; its id."""
        item = self.office.new_id()
        assert self.does("create", "comment", item, ch, fields={"on": on, "body": body, **fields}).status == "applied"
        return item

    def label(self, ch: str, name: str = "Urgent") -> str:
        """Makes a label; its id."""
        item = self.office.new_id()
        fields = {"project": ch[2:], "name": name}
        assert self.does("create", "label", item, ch, fields=fields).status == "applied"
        return item

    def sets(self, ch: str, item: str, *, kind: str = "task", **rest: Any) -> Result:
        """Sets fields; `base`, `at` and `heard` may be given with them."""
        told = {name: rest.pop(name) for name in ("base", "at", "heard") if name in rest}
        return self.does("set", kind, item, ch, fields=rest, **told)

    def types(self, ch: str, item: str, rev: int, *ops: list[Any], **facts: Any) -> list[Result]:
        """Edits the description with one unit of operations."""
        sent = self.make("edit", "task", [item], ch, field="description", rev=rev, parts=list(ops), **facts)
        return self.push(sent)


@dataclass
class Office:
    """One store and its people; time moves only when somebody says so."""

    store: Store
    now: float = START
    ids: int = 1000
    owner: Person = field(init=False)

    def __post_init__(self) -> None:
        if self.store.workspace() == ("", ""):
            self.store.found(WORKSPACE, "Et'al", self.now)
        self.owner = self.join("Sarah", "owner")

    def new_id(self) -> str:
        """An id that nothing has yet."""
        self.ids += 1
        return uuid(self.ids)

    def invite(self, role: str = "member", uses: int = 1, until: float = START + 1e6) -> bytes:
        """A new invite; its secret's hash."""
        secret_hash = change_hash(self.new_id().encode())
        self.store.add_invite(Invite(secret_hash, role, uses, until, self.new_id()))
        return secret_hash

    def join(self, name: str, role: str = "member") -> Person:
        """Somebody new, at one device."""
        user, device = self.new_id(), self.new_id()
        account = Account(user, f"{name}.{self.ids}@example.org", "hash", role)
        self.store.take_invite(
            self.invite(role), account, name, device, change_hash(device.encode()), "laptop", self.now
        )
        return Person(self, user, device)

    def second_device(self, person: Person) -> Person:
        """The same person at another device."""
        device = self.new_id()
        assert self.store.add_device(person.user, device, change_hash(device.encode()), "phone", self.now)
        return Person(self, person.user, device)

    def commit(self, batch: list[Submission]) -> Committed:
        """One batch, at the office's time."""
        return self.store.commit(batch, self.now)

    # -- what stands in the store --------------------------------------------------------------------------------------

    def seq(self, ch: str) -> int:
        """The newest seq of a channel."""
        return self.store.delta(ch, 1 << 40, 1).head.seq

    def rows(self, ch: str) -> dict[str, Row]:
        """A channel's rows, as a snapshot tells them."""
        return {row.id: from_snapshot(row, ch) for row in self.store.snapshot(ch).rows}

    def row(self, ch: str, item: str) -> Row:
        """One row."""
        return self.rows(ch)[item]

    def value(self, ch: str, item: str, name: str) -> Any:
        """One value."""
        return self.row(ch, item).value(name)

    def text(self, ch: str, item: str, name: str = "description") -> tuple[int, str]:
        """Revision and body of a text."""
        found = [(rev, body) for one, at, rev, body in self.store.snapshot(ch).texts if (one, at) == (item, name)]
        return found[0] if found else (0, "")

    def entries(self, ch: str, after: int = 0) -> list[Entry]:
        """The log."""
        return self.store.delta(ch, after, 1 << 40).entries

    def order(self, ch: str, kind: str = "task") -> list[str]:
        """Items in the order of their places, ties by id."""
        found = [row for row in self.rows(ch).values() if row.kind == kind and row.value("position")]
        return [row.id for row in sorted(found, key=lambda row: (row.value("position"), row.id))]


def replayed(entries: Iterable[Entry], ch: str) -> dict[str, Row]:
    """The rows of an empty replica that has applied these entries one by one."""
    rows: dict[str, Row] = {}
    for place, entry in enumerate(entries, start=1):
        assert entry.seq == place
        for write in entry.writes:
            rows[write.item] = apply_write(rows.get(write.item), write, entry, ch)
    return rows


def check_channel(store: Store, ch: str) -> None:
    """What must hold of every channel at every moment: replay equals snapshot, and the hash is that of the rows."""
    snapshot = store.snapshot(ch)
    rows = replayed(store.delta(ch, 0, 1 << 40).entries, ch)
    assert {row.id: to_snapshot(row) for row in rows.values()} == {row.id: row for row in snapshot.rows}
    assert sum(row_hash(row) for row in rows.values()) % HASH_MODULUS == snapshot.head.hash
    assert len(store.delta(ch, 0, 1 << 40).entries) == snapshot.head.seq
    revisions = {(item, name): rev for item, name, rev, _ in snapshot.texts}
    assert {(row.id, name): rev for row in rows.values() for name, rev in row.texts.items()} == revisions


def number_of(sent: bytes) -> int:
    """The number of a change."""
    return decode_change(sent).n
