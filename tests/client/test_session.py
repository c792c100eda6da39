"""The engine's hands: wishes in order, one connection at a time, and nothing heard of one that was given up."""

import asyncio
from contextlib import asynccontextmanager

import pytest

from app.cache.memory import MemoryCache, MemoryOutbox
from app.client.session import Session
from app.client.storage import CacheWriter, OutboxWriter
from app.client.transport import ConnectionFailed, Traffic, open_connection
from app.model.change import Refusal
from app.protocol.codec import decode_from_client, encode
from app.protocol.messages import Bye, Hello
from app.sync.engine import Engine, Identity, Start
from app.sync.events import Command, Dropped, Fact, Received, Tell
from tests.cache.samples import item_id
from tests.client.listening import listening


class Ways:
    """The way to a bare server inside this machine."""

    def __init__(self, address):
        self.address = address
        self.dials = 0

    async def dial(self):
        self.dials += 1
        return await open_connection(self.address, (), Traffic())

    def token(self):
        return "the token"

    async def renewed(self, granted):
        raise AssertionError("no new identity was asked for")


class Watched(Session):
    """A session that remembers its facts and what it told."""

    def __init__(self, ways, outbox):
        self.facts = []
        self.told = []
        self.news = asyncio.Event()
        self.defects: list[BaseException] = []
        engine = Engine(Identity(item_id(1), item_id(2), item_id(3)), Start())
        super().__init__(engine, outbox, ways, self.hear, self.defects.append)

    def hear(self, said):
        if isinstance(said, Tell):
            self.told.append(said)

    def fact(self, fact):
        self.facts.append(fact)
        super().fact(fact)
        self.news.set()

    async def until(self, holds):
        async with asyncio.timeout(10):
            while not holds():
                self.news.clear()
                await self.news.wait()


@asynccontextmanager
async def session_with(ways):
    heard: list[Fact] = []
    outbox = OutboxWriter(MemoryOutbox(), heard.append)
    await outbox.load()
    session = Watched(ways, outbox)
    cache = CacheWriter(MemoryCache(), session.fact, heard.clear, heard.clear)
    session.begin(cache)
    try:
        yield session
    finally:
        await session.close()
        await cache.close()
        await outbox.close()


async def test_the_hello_carries_the_token_that_only_the_shell_knows():
    said = asyncio.get_running_loop().create_future()

    async def talk(wire):
        said.set_result(decode_from_client(await wire.recv()))
        await wire.wait_closed()

    async with listening(None, talk) as server, session_with(Ways(server.address)):
        hello = await said
    assert isinstance(hello, Hello)
    assert hello.token == "the token"


async def test_nothing_is_heard_of_a_connection_that_the_engine_gave_up():
    async def talk(wire):
        await wire.recv()
        await wire.send(encode(Bye("too old", "version")))
        await wire.send(encode(Bye("and another thing", "version")))
        await wire.wait_closed()
        closed.set()

    closed = asyncio.Event()
    async with listening(None, talk) as server, session_with(Ways(server.address)) as session:
        await session.until(lambda: any(isinstance(fact, Received) for fact in session.facts))
        await closed.wait()
        await asyncio.gather(*session._tasks)
        heard = [fact.message for fact in session.facts if isinstance(fact, Received)]
        assert heard == [Bye("too old", "version")]
        assert not any(isinstance(fact, Dropped) for fact in session.facts)
        assert session.engine.light().code == "version"
    assert session.defects == []


async def test_a_lost_connection_is_told_once_and_made_again():
    lives = 0

    async def talk(wire):
        nonlocal lives
        lives += 1
        await wire.recv()
        wire.transport.abort()

    async with listening(None, talk) as server:
        ways = Ways(server.address)
        async with session_with(ways) as session:
            await session.until(lambda: sum(isinstance(fact, Dropped) for fact in session.facts) >= 2)
    assert lives >= 2 and ways.dials >= 2


async def test_a_failure_to_dial_is_told_in_its_words():
    class Nowhere(Ways):
        async def dial(self):
            raise ConnectionFailed("signed_out", "Sign in again.")

    async with session_with(Nowhere(None)) as session:
        await session.until(lambda: any(isinstance(fact, Dropped) for fact in session.facts))
        assert session.engine.light().reason == "Sign in again."


async def test_whoever_waits_at_the_end_is_answered():
    class Never(Ways):
        async def dial(self):
            await asyncio.Event().wait()

    async with session_with(Never(None)) as session:
        waiting = session.ask(lambda re: Command("sync", re))
    assert waiting.done() and waiting.exception().code == "storage"


async def test_a_connection_that_ends_in_an_unforeseen_way_is_tried_again_like_any_other():
    class Odd(Ways):
        async def dial(self):
            self.dials += 1
            raise ValueError("nobody thought of this")

    ways = Odd(None)
    async with session_with(ways) as session:
        await session.until(lambda: sum(isinstance(fact, Dropped) for fact in session.facts) >= 2)
        waiting = session.ask(lambda re: Command("sync", re))
        async with asyncio.timeout(5):
            with pytest.raises(Refusal) as refused:
                await waiting
            assert refused.value.code == "offline"
    assert ways.dials >= 2
    assert session.defects == []
