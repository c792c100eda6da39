"""The outbox gives back what was saved and never what was not, in SQLite and in memory alike."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.cache.interface import (
    AnyRecord,
    Made,
    OutboxFile,
    Rejected,
    Renamed,
    Retired,
    Sent,
    Settled,
    StorageFailed,
    StorageFull,
)
from app.cache.memory import MemoryOutbox
from app.cache.outbox import DEAD_RECORDS_MAX, SqliteOutbox
from tests.cache.samples import KEY, day_of_work, made


@pytest.fixture(params=["sqlite", "memory"])
def outbox(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[OutboxFile]:
    file: OutboxFile = SqliteOutbox(tmp_path / "outbox.db", KEY) if request.param == "sqlite" else MemoryOutbox()
    yield file
    file.close()


def after_restart(outbox: OutboxFile, tmp_path: Path) -> tuple[OutboxFile, list[AnyRecord], int]:
    """What the next process finds, and that nothing is said about damage."""
    outbox.close()
    if isinstance(outbox, MemoryOutbox):
        outbox.crash()
    else:
        outbox = SqliteOutbox(tmp_path / "outbox.db", KEY)
    contents = outbox.load()
    assert (contents.damage, contents.kept_copy, contents.highest_known) == ("", "", True)
    return outbox, contents.records, contents.highest


def test_a_new_outbox_is_empty(outbox: OutboxFile) -> None:
    contents = outbox.load()
    assert contents.records == []
    assert contents.highest == 0
    assert contents.damage == ""


def test_records_come_back_in_order_after_a_new_start(outbox: OutboxFile, tmp_path: Path) -> None:
    outbox.load()
    records: list[AnyRecord] = [made(1), made(2), Sent([1], b"as sent"), Rejected(2, "not_allowed", "No."), made(7)]
    outbox.append(records[:1])
    outbox.append([])
    outbox.append(records[1:])
    outbox, found, highest = after_restart(outbox, tmp_path)
    assert found == records
    assert highest == 7
    outbox.append([made(8)])
    _, found, highest = after_restart(outbox, tmp_path)
    assert found == [*records, made(8)]
    assert highest == 8


def test_what_is_retired_does_not_come_back_and_its_number_is_not_free(outbox: OutboxFile, tmp_path: Path) -> None:
    outbox.load()
    outbox.append([made(1), made(2), made(3), Sent([2, 3], b"both")])
    outbox.append([Rejected(1, "archived", "No."), Retired([3]), Retired([1], discarded=True)])
    outbox, found, highest = after_restart(outbox, tmp_path)
    assert found == [made(2), Sent([2, 3], b"both"), Retired([3])]
    outbox.append([Retired([2])])
    outbox, found, highest = after_restart(outbox, tmp_path)
    assert found == []
    assert highest == 3
    _, found, highest = after_restart(outbox, tmp_path)
    assert highest == 3


def test_a_settled_change_stays_while_unsent_text_stands_on_it(outbox: OutboxFile, tmp_path: Path) -> None:
    outbox.load()
    outbox.append([made(1), made(2), Sent([1], b"sent"), Settled([1])])
    outbox, found, _ = after_restart(outbox, tmp_path)
    assert found == [made(1), made(2), Sent([1], b"sent"), Settled([1])]
    outbox.append([Retired([1])])
    _, found, _ = after_restart(outbox, tmp_path)
    assert found == [made(2)]


def test_a_renaming_gives_unsettled_changes_their_new_numbers(outbox: OutboxFile, tmp_path: Path) -> None:
    outbox.load()
    first, second = Renamed("device-2", {2: 12, 3: 13}), Renamed("device-3", {13: 23})
    outbox.append([made(1), made(2), made(3), Retired([1]), first, Retired([12]), second])
    outbox, found, highest = after_restart(outbox, tmp_path)
    assert found == [made(3), first, second]
    assert highest == 23
    outbox.append([Retired([23])])
    _, found, highest = after_restart(outbox, tmp_path)
    assert found == [second]  # it says which device this is
    assert highest == 23


def test_a_long_day_leaves_a_short_journal(outbox: OutboxFile, tmp_path: Path) -> None:
    outbox.load()
    numbers = range(1, DEAD_RECORDS_MAX + 1)
    outbox.append([made(n) for n in numbers])
    outbox.append([Retired([n]) for n in numbers if n % 4])
    if isinstance(outbox, MemoryOutbox):
        assert outbox.length <= len(numbers) // 4
    _, found, highest = after_restart(outbox, tmp_path)
    assert found == [made(n) for n in numbers if not n % 4]
    assert highest == DEAD_RECORDS_MAX


def test_the_journal_is_compacted_while_it_is_used(tmp_path: Path) -> None:
    outbox = SqliteOutbox(tmp_path / "outbox.db", KEY)
    outbox.load()
    outbox.append([made(1, "kept")])
    for start in range(2, 5 * DEAD_RECORDS_MAX, 250):
        numbers = range(start, start + 250)
        outbox.append([made(n, "y" * 300) for n in numbers])
        outbox.append([Retired([*numbers])])
    outbox.close()
    assert (tmp_path / "outbox.db").stat().st_size < 3 * DEAD_RECORDS_MAX * 500
    _, found, highest = after_restart(outbox, tmp_path)
    assert found == [made(1, "kept")]
    assert highest >= 5 * DEAD_RECORDS_MAX - 1


def test_an_append_on_a_full_disk_leaves_nothing_and_the_next_one_works(outbox: OutboxFile, tmp_path: Path) -> None:
    outbox.load()
    outbox.append([made(1)])
    fill_disk(outbox)
    with pytest.raises(StorageFull):
        outbox.append([made(2, "z" * 400_000)])
    free_disk(outbox)
    outbox.append([made(3)])
    _, found, _ = after_restart(outbox, tmp_path)
    assert found == [made(1), made(3)]


def fill_disk(outbox: OutboxFile) -> None:
    if isinstance(outbox, MemoryOutbox):
        outbox.fail_next(StorageFull("full"))
    else:
        assert isinstance(outbox, SqliteOutbox) and outbox._connection is not None
        assert outbox._connection.execute("PRAGMA max_page_count = 20").fetchone() == (20,)


def free_disk(outbox: OutboxFile) -> None:
    if isinstance(outbox, SqliteOutbox):
        assert outbox._connection is not None
        outbox._connection.execute("PRAGMA max_page_count = 100000")


def test_after_a_disk_error_nothing_is_saved_until_the_file_was_read_again() -> None:
    outbox = MemoryOutbox()
    outbox.load()
    outbox.append([made(1)])
    outbox.fail_next(StorageFailed("error"))
    with pytest.raises(StorageFailed):
        outbox.append([made(2)])
    with pytest.raises(StorageFailed):
        outbox.append([made(3)])
    assert outbox.load().records == [made(1)]
    outbox.append([made(4)])
    assert outbox.load().records == [made(1), made(4)]


def test_what_was_reported_as_not_saved_stays_so_though_the_disk_holds_it() -> None:
    outbox = MemoryOutbox()
    outbox.load()
    outbox.append([made(1)])
    outbox.fail_next(StorageFailed("error"), reaches_disk=True)
    with pytest.raises(StorageFailed):
        outbox.append([made(2)])
    contents = outbox.load()
    assert contents.records == [made(1)]
    assert contents.highest == 2
    assert outbox.load().records == [made(1)]


def test_after_a_crash_a_failed_append_may_have_been_saved() -> None:
    outbox = MemoryOutbox()
    outbox.load()
    outbox.fail_next(StorageFailed("error"), reaches_disk=True)
    with pytest.raises(StorageFailed):
        outbox.append([made(2)])
    outbox.crash()
    assert outbox.load().records == [made(2)]


def test_damage_in_memory_is_said_as_on_a_disk() -> None:
    outbox = MemoryOutbox()
    outbox.load()
    outbox.append([made(1), made(2), made(3)])
    outbox.damage(1)
    contents = outbox.load()
    assert contents.records == [made(1), made(3)]
    assert contents.damage == "1 change can't be read; a copy was kept."
    assert contents.kept_copy == "outbox-damaged-1.db"
    assert outbox.load().damage == ""


def test_both_outboxes_agree_on_a_day_of_work(tmp_path: Path) -> None:
    files: list[OutboxFile] = [SqliteOutbox(tmp_path / "outbox.db", KEY), MemoryOutbox()]
    for file in files:
        file.load()
        for records in day_of_work(1, 40):
            file.append(records)
    found = [after_restart(file, tmp_path)[1:] for file in files]
    assert found[0] == found[1]
    assert [record.n for record in found[0][0] if isinstance(record, Made)] == [*range(2, 41, 2)]
