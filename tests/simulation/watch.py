"""What is watched while it happens: the stream on each wire, what is loaded, what each person sees of their own."""

from typing import TYPE_CHECKING, Any

import msgspec

import app.hub.loading
from app.cache.memory import MemoryCache
from app.hub.events import Load, LoadDenied, Loaded
from app.protocol.codec import decode_from_server
from app.protocol.messages import (
    Ack,
    ClientMessage,
    Entries,
    Presence,
    Push,
    ServerMessage,
    Snapshot,
    Subscribe,
    TextOps,
)
from app.store.memory import MemoryStore
from app.sync import events
from app.sync.engine import Engine, Identity, Start
from app.sync.storage import CacheBatch
from tests.simulation import disk
from tests.simulation.client import Client
from tests.simulation.network import Connection
from tests.simulation.own_view import OwnView

if TYPE_CHECKING:
    from tests.simulation.world import World

_NEWS = (Ack, Entries, Snapshot, TextOps, Presence, Push, Subscribe)


class Watch:
    """Notes what must not be, and counts what is rare."""

    def __init__(self, world: "World") -> None:
        self.world = world
        self.own = OwnView(world)
        self.calm = False
        self._reached: dict[tuple[str, str], int] = {}
        self._again: set[tuple[str, str]] = set()
        self._begun: dict[tuple[str, str], int] = {}
        self._cached: dict[tuple[str, int, str], int] = {}

    # -- the wire ----------------------------------------------------------------------------------------------------

    def up(self, connection: Connection, message: ClientMessage) -> None:
        """A client says something."""
        if isinstance(message, Subscribe):
            self._again.add((connection.name, message.ch))
            self.world.count("subscribed again")
            if message.snapshot:
                self.world.say(f"{connection.name} asks for all of {message.ch[:10]} again")
        self._news(message)

    def down(self, client: Client, connection: Connection, message: ServerMessage, size: int) -> None:
        """The server says something: each channel's entries come once, in order, without a gap."""
        self._news(message)
        if isinstance(message, Entries):
            key = (connection.name, message.ch)
            reached = self._reached.get(key)
            if reached is not None and message.after < reached and key in self._again:
                self._again.discard(key)  # what was live when it asked again comes before what it asked for
            elif reached is not None and message.after != reached:
                self.world.say(f"{client.name} is sent {message.ch[:10]} after {message.after}, and has {reached}")
            seqs = [entry.seq for entry in message.entries]
            if seqs != list(range(message.after + 1, message.after + 1 + len(seqs))):
                self.world.say(f"{client.name} is sent a gap in {message.ch[:10]}")
            self._reached[key] = message.after + len(seqs)
            if key in self._begun:
                self.world.count("entries after a snapshot")
        elif isinstance(message, Snapshot):
            key = (connection.name, message.ch)
            self.world.count("snapshot page")
            self._reached[key] = self._begun[key] = message.seq
        elif isinstance(message, TextOps):
            self.world.count("text carried over others")
        elif isinstance(message, Ack):
            self.world.count("id_reuse", sum(result.code == "id_reuse" for result in message.results))

    def _news(self, message: ClientMessage | ServerMessage) -> None:
        if self.calm and isinstance(message, _NEWS):
            self.world.say(f"{type(message).__name__} although all was at rest")

    def load(self, wish: Load, loaded: Loaded | LoadDenied, store: MemoryStore) -> None:
        """A channel was read for somebody: whole only where its entries could not do, or would cost more."""
        if isinstance(loaded, LoadDenied) or not loaded.frames:
            return
        if not isinstance(decode_from_server(loaded.frames[-1]), Snapshot):
            return
        self.world.count("snapshot")
        if wish.texts:
            self.world.count("snapshot under a text in flight")
        channel = store._state.channels[wish.channel]
        missing = sum(len(msgspec.msgpack.encode(entry)) for entry in channel.entries[wish.after :])
        rows = sum(len(msgspec.msgpack.encode(row)) for row in channel.rows.values())
        whole = rows + sum(len(body) for _, body in channel.texts.values())
        same = wish.after == 0 or (wish.epoch == channel.head.epoch and wish.after <= channel.head.seq)
        if same and not wish.snapshot and (missing < vars(app.hub.loading)["BATCH_BYTES"] or missing <= whole):
            self.world.say(f"all of {wish.channel[:10]} is sent ({whole} bytes) where {missing} bytes would do")

    # -- a client's own --------------------------------------------------------------------------------------------

    def write(self, client: Client, batch: CacheBatch) -> None:
        """A channel in the cache never goes back within a life."""
        for channel, (_, seq, _) in batch.channels.items():
            key = (client.name, client.life, channel)
            if seq < self._cached.get(key, 0):
                self.world.say(f"{client.name}'s cache of {channel[:10]} goes back to {seq}")
            self._cached[key] = seq

    def show(self, client: Client, effect: events.Show) -> None:
        """What I wrote and what still waits is what I see (SYNC 3.5)."""
        engine = client.engine
        if engine is None:
            return
        shown = {item for _, item, _ in effect.items}
        if effect.whole:
            shown.update(row.id for channel in effect.whole for row in engine.listed("task", channel))
        self.own.check(client, shown)

    # -- at the end --------------------------------------------------------------------------------------------------

    def refreshed(self) -> list[str]:
        """Everybody asks whether all is right, and it is."""
        world, faults = self.world, []
        self.calm = False
        asked = [(client, world.workload.command(client, "refresh")) for client in world.clients]
        repaired: dict[str, Any] = {}
        world.ledger.hear = lambda client, answer: repaired.setdefault(f"{client.name} {answer.re}", answer)
        world.timeline.run_until(world.timeline.now + 8.0)
        for client, re in asked:
            answer = repaired.get(f"{client.name} {re}")
            if answer is None or answer.error is not None or answer.result.get("repaired") != 0:
                faults.append(f"{client.name}'s refresh says {answer}")
        return faults

    def started_offline(self) -> list[str]:
        """A start without a network shows what the last one showed."""
        faults = []
        for client in self.world.clients:
            before = client.engine
            assert before is not None
            rows = {row.id: row for kind in self.world.kinds if kind != "comment" for row in before.listed(kind)}
            engine = _offline(client, client.cache)
            after = {row.id for kind in self.world.kinds if kind != "comment" for row in engine.listed(kind)}
            if after != rows.keys() or any(engine.view(item) != row for item, row in rows.items()):
                faults.append(f"{client.name} sees something else after a start without a network")
            if engine.counts()[0] or [one.change for one in engine.pending()] != [
                one.change for one in before.pending()
            ]:
                faults.append(f"{client.name} has something unsent after a start without a network")
        return faults


def _offline(client: Client, cache: MemoryCache) -> Engine:
    contents = client.outbox.load()
    engine = Engine(Identity(client.device, client.user, ""), Start(cache.open_channels(), cache.applied(), contents))
    wishes = engine.begin(client.clock)
    while wishes:
        loads = [wish for wish in wishes if isinstance(wish, events.Load)]
        wishes = [more for wish in loads for more in engine.handle(disk.load(cache, wish), client.clock)]
    return engine
