"""The writer threads: in order, one commit for what waits together, and nothing called saved that is not."""

import asyncio
import threading
from typing import Any

from app.cache.interface import StorageDamaged, StorageFailed, StorageFull
from app.cache.memory import MemoryCache, MemoryOutbox
from app.client import storage
from app.client.storage import CacheWriter, OutboxWriter
from app.sync.events import (
    Append,
    Appended,
    AppendFailed,
    CacheFailed,
    CacheWritten,
    Fact,
    ForgetApplied,
    Load,
    WriteCache,
)
from app.sync.storage import CacheBatch
from tests.cache.samples import PROJECT, item_id, made, task


class Slow:
    """A journal whose disk can be held up and made to fail; it counts commits."""

    def __init__(self):
        self.file = MemoryOutbox()
        self.free = threading.Event()
        self.free.set()
        self.commits = []
        self.loads = 0
        self.failing = []

    def load(self):
        self.loads += 1
        return self.file.load()

    def append(self, records):
        self.free.wait(10)
        if self.failing:
            raise self.failing.pop(0)
        self.file.append(records)
        self.commits.append(len(records))

    def close(self):
        self.file.close()


async def test_appends_that_wait_together_share_one_commit_and_are_answered_in_order():
    slow = Slow()
    heard: list[Fact] = []
    writer = OutboxWriter(slow, heard.append)
    await writer.load()
    slow.free.clear()
    for n in range(1, 101):
        writer.append(Append(n, [made(n)]))
    slow.free.set()
    await writer.drained()
    assert heard == [Appended(n) for n in range(1, 101)]
    assert sum(slow.commits) == 100
    assert len(slow.commits) <= 2, "the first alone, the rest together"
    await writer.close()


async def test_a_full_disk_is_said_and_the_next_append_is_tried_again():
    slow = Slow()
    heard: list[Fact] = []
    writer = OutboxWriter(slow, heard.append)
    await writer.load()
    slow.failing = [StorageFull("full")]
    writer.append(Append(1, [made(1)]))
    await writer.drained()
    writer.append(Append(2, [made(2)]))
    writer.append(Append(3, [made(3)], heard=1))
    writer.append(Append(4, [made(4)], heard=3))
    await writer.drained()
    told = [AppendFailed(1, "disk_full"), AppendFailed(2, "disk_full"), AppendFailed(3, "disk_full"), Appended(4)]
    assert heard == told, "what was wished before the failure was heard of fails with it"
    assert (await writer.load()).records == [made(4)]
    heard.clear()
    writer.append(Append(1, [made(5)]))
    await writer.drained()
    assert heard == [Appended(1)], "a new engine begins anew"
    await writer.close()


async def test_after_an_error_of_the_disk_the_journal_is_read_again_before_it_is_used():
    slow = Slow()
    heard: list[Fact] = []
    writer = OutboxWriter(slow, heard.append)
    await writer.load()
    slow.failing = [StorageFailed("input/output error")]
    writer.append(Append(1, [made(1)]))
    await writer.drained()
    assert (heard, slow.loads) == ([AppendFailed(1, "storage")], 1)
    writer.append(Append(2, [made(2)], heard=1))
    await writer.drained()
    assert (heard[-1], slow.loads) == (Appended(2), 2)
    await writer.close()


async def test_what_waits_at_the_end_is_still_saved():
    slow = Slow()
    heard: list[Fact] = []
    writer = OutboxWriter(slow, heard.append)
    await writer.load()
    slow.free.clear()
    for n in range(1, 6):
        writer.append(Append(n, [made(n)]))
    slow.free.set()
    await writer.close()
    assert sum(slow.commits) == 5


class Cache(MemoryCache):
    """A cache whose next calls fail as they are told."""

    def __init__(self):
        super().__init__()
        self.failing = []

    def write(self, batch):
        if self.failing:
            raise self.failing.pop(0)
        super().write(batch)


def nothing() -> tuple[list[Any], list[str]]:
    return [], []


def cache_writer(file, heard, said):
    return CacheWriter(file, heard.append, lambda: said.append("full"), lambda: said.append("damaged"))


async def test_a_load_sees_every_write_before_it():
    heard, said = nothing()
    writer = cache_writer(Cache(), heard, said)
    batch = CacheBatch(rows=[task(1)], texts={(item_id(1), "description"): (3, "hello")}, applied=[(7, 1, "applied")])
    writer.do(WriteCache(1, batch))
    writer.do(Load("row", item_id(1)))
    writer.do(Load("text", item_id(1), "description"))
    writer.do(Load("channel", PROJECT))
    writer.do(Load("comments", item_id(1)))
    writer.do(ForgetApplied([7]))
    await writer.drained()
    written, row, text, channel, comments = heard
    assert written == CacheWritten(1)
    assert [one.id for one in row.rows] == [one.id for one in channel.rows] == [item_id(1)]
    assert text.text == (3, "hello")
    assert comments.rows == []
    assert await writer.start() == ({}, [])
    await writer.close()


async def test_a_full_disk_is_waited_for_in_order_and_said_once(monkeypatch):
    monkeypatch.setattr(storage, "FULL_AGAIN_S", 0.01)
    file, (heard, said) = Cache(), nothing()
    file.failing = [StorageFull("full"), StorageFull("full"), StorageFull("full")]
    both = asyncio.Event()

    def hear(fact):
        heard.append(fact)
        if len(heard) == 2:
            both.set()

    writer = CacheWriter(file, hear, lambda: said.append("full"), lambda: said.append("damaged"))
    for token in (1, 2):
        writer.do(WriteCache(token, CacheBatch(rows=[task(token)])))
    await both.wait()
    assert heard == [CacheWritten(1), CacheWritten(2)]
    assert said == ["full"]
    await writer.close()


async def test_the_end_does_not_wait_for_a_full_disk():
    file, (heard, said) = Cache(), nothing()
    file.failing = [StorageFull("full")] * 1000
    writer = cache_writer(file, heard, said)
    writer.do(WriteCache(1, CacheBatch(rows=[task(1)])))
    async with asyncio.timeout(5):
        await writer.drained()
        await writer.close()
    assert (heard, said) == ([], ["full"])


async def test_a_damaged_cache_is_said_once_and_used_no_more():
    file, (heard, said) = Cache(), nothing()
    file.failing = [StorageDamaged("malformed")]
    writer = cache_writer(file, heard, said)
    for token in (1, 2):
        writer.do(WriteCache(token, CacheBatch(rows=[task(token)])))
    writer.do(Load("row", item_id(1)))
    await writer.drained()
    assert heard == [CacheFailed(1, "storage"), CacheFailed(2, "storage")]
    assert said == ["damaged"]
    await writer.close()


async def test_rows_that_do_not_fit_their_hash_are_noticed():
    file, (heard, said) = Cache(), nothing()
    writer = cache_writer(file, heard, said)
    writer.do(WriteCache(1, CacheBatch(rows=[task(1)], channels={PROJECT: ("epoch", 1, 0)})))
    assert not await writer.verify()
    right = file.hash_of(PROJECT)
    writer.do(WriteCache(2, CacheBatch(channels={PROJECT: ("epoch", 1, right)})))
    assert await writer.verify()
    await writer.close()
