"""The cache keeps what it was given, in SQLite and in memory alike."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.cache.cache import SqliteCache
from app.cache.interface import CacheBatch, CacheFile, StorageFailed, StorageFull
from app.cache.memory import UNFLUSHED_COMMITS_MAX, MemoryCache
from app.model.row import HASH_MODULUS, row_hash
from tests.cache.samples import KEY, OTHER_PROJECT, PROJECT, comment, item_id, task


@pytest.fixture(params=["sqlite", "memory"])
def cache(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[CacheFile]:
    file: CacheFile = SqliteCache(tmp_path / "cache.db", KEY) if request.param == "sqlite" else MemoryCache()
    yield file
    file.close()


def reopen(cache: CacheFile, tmp_path: Path) -> CacheFile:
    if isinstance(cache, SqliteCache):
        cache.close()
        cache.__init__(tmp_path / "cache.db", KEY)  # type: ignore[misc]
        return cache
    assert isinstance(cache, MemoryCache)
    cache.flush()
    cache.crash(lose=cache.unflushed)
    return cache


def test_a_new_cache_is_empty(cache: CacheFile) -> None:
    assert cache.open_channels() == {}
    assert cache.applied() == []
    assert cache.rows(PROJECT, ["task"]) == []
    assert cache.rows_on(item_id(1)) == []
    assert cache.row(item_id(1)) is None
    assert cache.text(item_id(1), "description") == (0, "")
    assert cache.ops(item_id(1), "description", 0) == []
    assert cache.hash_of(PROJECT) == 0


def test_everything_written_is_there_after_a_new_start(cache: CacheFile, tmp_path: Path) -> None:
    batch = CacheBatch(
        rows=[task(1), task(2, "Ünïcode 🦉")],
        texts={(item_id(1), "description"): (3, "Some words")},
        ops=[(item_id(1), "description", 3, "device", 7, [5, "words", {"d": 2}])],
        channels={PROJECT: ("epoch", 12, HASH_MODULUS - 1)},
        applied=[(7, 12, "applied"), (5, 11, "merged")],
    )
    cache.write(batch)
    cache = reopen(cache, tmp_path)
    assert sorted(cache.rows(PROJECT, ["task"]), key=lambda row: row.seq) == batch.rows
    assert cache.row(item_id(2)) == task(2, "Ünïcode 🦉")
    assert cache.text(item_id(1), "description") == (3, "Some words")
    assert cache.ops(item_id(1), "description", 2) == [(3, "device", 7, [5, "words", {"d": 2}])]
    assert cache.open_channels() == {PROJECT: ("epoch", 12, HASH_MODULUS - 1)}
    assert cache.applied() == [(5, 11, "merged"), (7, 12, "applied")]


def test_a_new_state_replaces_the_old_one(cache: CacheFile) -> None:
    place = (item_id(1), "description")
    cache.write(CacheBatch(rows=[task(1)], texts={place: (1, "a")}, channels={PROJECT: ("e", 1, 1)}))
    cache.write(
        CacheBatch(
            rows=[task(1, "Other"), task(1, "Last", OTHER_PROJECT)],
            texts={place: (2, "ab")},
            channels={PROJECT: ("f", 2, 0)},
        )
    )
    assert cache.row(item_id(1)) == task(1, "Last", OTHER_PROJECT)
    assert cache.rows(PROJECT, ["task"]) == []
    assert cache.text(*place) == (2, "ab")
    assert cache.open_channels() == {PROJECT: ("f", 2, 0)}


def test_rows_come_by_kind(cache: CacheFile) -> None:
    cache.write(CacheBatch(rows=[task(1), comment(2, item_id(1)), task(3, channel=OTHER_PROJECT)]))
    assert cache.rows(PROJECT, ["task"]) == [task(1)]
    assert cache.rows(PROJECT, ["comment", "label"]) == [comment(2, item_id(1))]
    assert cache.rows(PROJECT, []) == []


def test_comments_come_with_their_item_and_are_counted_without_the_trash(cache: CacheFile) -> None:
    comments = [comment(2, item_id(1)), comment(3, item_id(1)), comment(4, item_id(1), trashed=True)]
    cache.write(CacheBatch(rows=[task(1), *reversed(comments), comment(5, item_id(9), OTHER_PROJECT)]))
    assert cache.rows_on(item_id(1)) == comments
    assert cache.counts_on(PROJECT) == {item_id(1): 2}
    assert cache.rows_on("") == []


def test_operations_come_in_order_and_go_when_nobody_needs_them(cache: CacheFile) -> None:
    place = (item_id(1), "description")
    cache.write(CacheBatch(rows=[task(1)], ops=[(*place, rev, "d", rev, ["x"]) for rev in (3, 1, 2)]))
    assert [rev for rev, *_ in cache.ops(*place, 1)] == [2, 3]
    cache.write(CacheBatch(forget_ops=[place], ops=[(*place, 4, "d", 4, ["y"])]))
    assert cache.ops(*place, 0) == [(4, "d", 4, ["y"])]


def test_a_row_that_is_gone_takes_its_texts_along(cache: CacheFile) -> None:
    place = (item_id(1), "description")
    cache.write(CacheBatch(rows=[task(1), task(2)], texts={place: (1, "a")}, ops=[(*place, 1, "d", 1, ["a"])]))
    cache.write(CacheBatch(rows=[task(1)], gone=[item_id(1)]))
    assert cache.row(item_id(1)) is None
    assert cache.text(*place) == (0, "")
    assert cache.ops(*place, 0) == []
    assert cache.row(item_id(2)) == task(2)


def test_a_dropped_channel_goes_whole_and_before_what_the_same_batch_brings(cache: CacheFile) -> None:
    place, kept = (item_id(1), "description"), (item_id(8), "description")
    cache.write(
        CacheBatch(
            rows=[task(1), comment(2, item_id(1)), task(8, channel=OTHER_PROJECT)],
            texts={place: (1, "a"), kept: (1, "b")},
            ops=[(*place, 1, "d", 1, ["a"])],
            channels={PROJECT: ("e", 1, 1), OTHER_PROJECT: ("o", 4, 4)},
        )
    )
    cache.write(CacheBatch(drop_channels=[PROJECT], rows=[task(3)], channels={PROJECT: ("new", 9, 9)}))
    assert cache.rows(PROJECT, ["task", "comment"]) == [task(3)]
    assert cache.text(*place) == (0, "")
    assert cache.ops(*place, 0) == []
    assert cache.text(*kept) == (1, "b")
    assert cache.open_channels() == {PROJECT: ("new", 9, 9), OTHER_PROJECT: ("o", 4, 4)}


def test_applied_numbers_stay_until_the_outbox_has_noted_them(cache: CacheFile) -> None:
    cache.write(CacheBatch(applied=[(1, 10, "applied"), (2, 11, "applied")]))
    cache.forget_applied([1, 99])
    assert cache.applied() == [(2, 11, "applied")]


def test_a_cleared_cache_keeps_only_what_cannot_be_fetched_again(cache: CacheFile) -> None:
    cache.write(CacheBatch(rows=[task(1)], channels={PROJECT: ("e", 1, 1)}, applied=[(1, 10, "applied")]))
    cache.clear()
    assert cache.open_channels() == {}
    assert cache.row(item_id(1)) is None
    assert cache.applied() == [(1, 10, "applied")]
    cache.write(CacheBatch(rows=[task(1)]))
    assert cache.row(item_id(1)) == task(1)


def test_the_hash_is_counted_from_the_rows_themselves(cache: CacheFile) -> None:
    rows = [task(number) for number in range(1, 20)]
    cache.write(CacheBatch(rows=[*rows, task(50, channel=OTHER_PROJECT)]))
    assert cache.hash_of(PROJECT) == sum(map(row_hash, rows)) % HASH_MODULUS


def numbered(count: int) -> list[CacheBatch]:
    return [CacheBatch(rows=[task(1, f"Title {n}")], channels={PROJECT: ("e", n, n)}) for n in range(1, count + 1)]


def test_a_crash_loses_the_last_commits_and_nothing_before_them() -> None:
    cache = MemoryCache()
    for batch in numbered(5):
        cache.write(batch)
    cache.crash(lose=2)
    assert cache.open_channels() == {PROJECT: ("e", 3, 3)}
    assert cache.row(item_id(1)) == task(1, "Title 3")
    cache.crash(lose=99)
    assert cache.open_channels() == {}


def test_a_crash_loses_nothing_that_was_flushed() -> None:
    cache = MemoryCache()
    batches = numbered(4)
    cache.write(batches[0])
    cache.write(batches[1])
    cache.flush()
    cache.write(batches[2])
    cache.crash(lose=99)
    assert cache.open_channels() == {PROJECT: ("e", 2, 2)}


def test_a_crash_takes_no_own_change_that_the_cache_has_applied() -> None:
    cache = MemoryCache()
    cache.write(numbered(1)[0])
    cache.write(CacheBatch(applied=[(1, 1, "applied")]))
    cache.write(numbered(2)[1])
    cache.crash(lose=99)
    assert cache.applied() == [(1, 1, "applied")]
    assert cache.open_channels() == {PROJECT: ("e", 1, 1)}


def test_old_commits_are_flushed_by_themselves() -> None:
    cache = MemoryCache()
    for batch in numbered(UNFLUSHED_COMMITS_MAX * 3):
        cache.write(batch)
    assert cache.unflushed <= UNFLUSHED_COMMITS_MAX
    cache.crash(lose=10**6)
    (_, seq, _) = cache.open_channels()[PROJECT]
    assert seq >= UNFLUSHED_COMMITS_MAX * 2


@pytest.mark.parametrize("failure", [StorageFull, StorageFailed])
def test_a_failed_write_changes_nothing(failure: Callable[[str], StorageFull | StorageFailed]) -> None:
    cache = MemoryCache()
    cache.write(CacheBatch(rows=[task(1)]))
    cache.fail_next(failure("no"))
    with pytest.raises((StorageFull, StorageFailed)):
        cache.write(CacheBatch(rows=[task(2)]))
    assert cache.row(item_id(2)) is None
    cache.write(CacheBatch(rows=[task(3)]))
    assert cache.row(item_id(3)) == task(3)
