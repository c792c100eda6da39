"""What the memory store keeps, and deciding's transaction on it."""

from bisect import bisect_left, insort
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import msgspec

from app.hub.commit import Head, Resolution
from app.model.change import Entry, Result
from app.model.roles import Actor
from app.model.row import Row
from app.store.deciding import Author, TextStep, text_steps
from app.store.interface import Account, Invite

Key = tuple[str, str]


@dataclass
class MemoryChannel:
    """A channel: its log, with the bytes before each entry, and its rows and texts."""

    head: Head
    entries: list[Entry] = field(default_factory=list)
    bytes_before: list[int] = field(default_factory=lambda: [0])
    rows: dict[str, Row] = field(default_factory=dict)
    texts: dict[Key, tuple[int, str]] = field(default_factory=dict)


@dataclass
class MemoryDevice:
    """A device of an account."""

    id: str
    user: str
    name: str
    made_at: float
    token_hash: bytes
    revoked: bool = False
    highest: int = 0
    forgotten_below: int = 0


encode = msgspec.msgpack.Encoder().encode


@dataclass
class MemoryState:
    """All that is durable."""

    workspace: str = ""
    channels: dict[str, MemoryChannel] = field(default_factory=dict)
    rows: dict[str, Row] = field(default_factory=dict)
    steps: dict[Key, list[TextStep]] = field(default_factory=dict)
    ranks: dict[Key, list[str]] = field(default_factory=dict)
    outcomes: dict[str, dict[int, tuple[bytes, Result]]] = field(default_factory=dict)
    accounts: dict[str, Account] = field(default_factory=dict)
    devices: dict[str, MemoryDevice] = field(default_factory=dict)
    invites: dict[bytes, Invite] = field(default_factory=dict)


class MemoryTransaction:
    """Implements `deciding.Transaction` straight on the state: a change writes only once it is decided."""

    def __init__(self, state: MemoryState, new_epoch: Callable[[], str]) -> None:
        self._state = state
        self.new_epoch = new_epoch

    def author(self, device: str) -> Author | None:
        """The person of a device."""
        known = self._state.devices.get(device)
        if known is None:
            return None
        actor = Actor(known.user, self._state.workspace, self._state.accounts[known.user].role)
        return Author(actor, known.revoked, known.forgotten_below)

    def recorded(self, device: str, numbers: list[int]) -> dict[int, tuple[bytes, Result]]:
        """Recorded outcomes among `numbers`."""
        known = self._state.outcomes.get(device, {})
        return {n: known[n] for n in numbers if n in known}

    def head(self, channel: str) -> Head | None:
        """The channel's head."""
        known = self._state.channels.get(channel)
        return None if known is None else known.head

    def rows(self, items: Iterable[str]) -> dict[str, Row]:
        """The rows of those items that exist."""
        rows = self._state.rows
        return {item: rows[item] for item in items if item in rows}

    def text(self, item: str, name: str) -> tuple[int, str]:
        """Revision and body of a text."""
        row = self._state.rows.get(item)
        return (0, "") if row is None else self._state.channels[row.channel].texts.get((item, name), (0, ""))

    def steps(self, item: str, name: str, after: int) -> list[TextStep]:
        """Operations of a text after a revision."""
        return self._state.steps.get((item, name), [])[max(after, 0) :]

    def last_rank(self, kind: str, scope: str) -> str | None:
        """The highest rank of a kind."""
        ranks = self._state.ranks.get((kind, scope))
        return ranks[-1] if ranks else None

    def rank_beside(self, kind: str, scope: str, rank: str, side: str) -> str | None:
        """The next rank before or after a rank."""
        ranks = self._state.ranks.get((kind, scope), [])
        place = bisect_left(ranks, rank)
        if side == "before":
            return ranks[place - 1] if place > 0 else None
        while place < len(ranks) and ranks[place] == rank:
            place += 1
        return ranks[place] if place < len(ranks) else None

    def write(self, channel: str, resolution: Resolution) -> None:
        """Takes up what a change became."""
        known = self._state.channels.get(channel)
        if known is None:
            known = self._state.channels[channel] = MemoryChannel(resolution.head)
        known.head = resolution.head
        for entry in resolution.entries:
            known.entries.append(entry)
            known.bytes_before.append(known.bytes_before[-1] + len(encode(entry)))
        for item, name, _, _, step in text_steps(resolution.entries):
            self._state.steps.setdefault((item, name), []).append(step)
        for item, row in resolution.rows.items():
            self._place(self._state.rows.get(item), row)
            known.rows[item] = self._state.rows[item] = row
        known.texts.update(resolution.texts)

    def _place(self, old: Row | None, new: Row) -> None:
        before, after = (None if old is None else old.value("position")), new.value("position")
        if before == after:
            return
        for scope in (new.channel, ""):
            ranks = self._state.ranks.setdefault((new.kind, scope), [])
            if before is not None:
                del ranks[bisect_left(ranks, before)]
            insort(ranks, after)

    def record(self, device: str, sent_hash: bytes, results: list[Result]) -> None:
        """Keeps outcomes of a device's change."""
        known = self._state.outcomes.setdefault(device, {})
        for result in results:
            known[result.n] = (sent_hash, result)

    def see(self, device: str, n: int) -> None:
        """A number was used."""
        known = self._state.devices[device]
        known.highest = max(known.highest, n)
