"""When the disk fails nothing of the batch counts, and the store goes on as soon as it can."""

import os
import sqlite3
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from app.hub import commit as rules
from app.store import deciding
from app.store.interface import StoreBroken, StoreFull
from app.store.memory import Failure, MemoryStore
from app.store.sqlite import SqliteStore
from tests.store.office import Office, check_channel, uuid


@pytest.fixture
def disk_office(tmp_path: Path) -> Iterator[Office]:
    store = SqliteStore(tmp_path / "data")
    yield Office(store)
    store.close()


def memory_store() -> MemoryStore:
    numbers = count(1)
    return MemoryStore(lambda: uuid(next(numbers)))


def writer(office: Office) -> sqlite3.Connection:
    assert isinstance(office.store, SqliteStore)
    connection = office.store._database._writer
    assert connection is not None
    return connection


def test_a_full_disk_refuses_the_whole_batch_and_the_next_one_may_pass(disk_office: Office) -> None:
    office = disk_office
    sarah = office.owner
    ch = sarah.project()
    (pages,) = writer(office).execute("PRAGMA page_count").fetchone()
    writer(office).execute(f"PRAGMA max_page_count = {pages + 2}")
    small = sarah.make("set", "project", [ch[2:]], ch, fields={"name": "Small"})
    fields = {"project": ch[2:], "title": "Large", "description": "x" * 100_000}
    large = sarah.make("create", "task", [office.new_id()], ch, fields=fields)
    with pytest.raises(StoreFull):
        sarah.push(small, large)
    assert office.value(ch, ch[2:], "name") == "Q1"
    assert office.seq(ch) == 1
    assert sarah.push(small)[0].status == "applied"  # reads go on, and what fits is taken
    writer(office).execute("PRAGMA max_page_count = 1000000")
    assert [result.seq for result in sarah.push(small, large)] == [2, 3]
    check_channel(office.store, ch)


class DiskError(sqlite3.OperationalError):
    sqlite_errorcode = sqlite3.SQLITE_IOERR_FSYNC
    sqlite_errorname = "SQLITE_IOERR_FSYNC"


class FailingConnection:
    """A connection whose next COMMIT reports an error of the disk."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def execute(self, statement: str, *values: object) -> object:
        if statement == "COMMIT":
            raise DiskError("disk I/O error")
        return self._connection.execute(statement, *values)  # type: ignore[arg-type]

    def __getattr__(self, name: str) -> object:
        return getattr(self._connection, name)


def test_after_an_error_of_the_disk_the_file_is_opened_anew_and_checked(disk_office: Office) -> None:
    office = disk_office
    sarah = office.owner
    ch = sarah.project()
    assert isinstance(office.store, SqliteStore)
    database = office.store._database
    broken = writer(office)
    database._writer = FailingConnection(broken)  # type: ignore[assignment]
    sent = sarah.make("set", "project", [ch[2:]], ch, fields={"name": "Q2"})
    with pytest.raises(StoreBroken):
        sarah.push(sent)
    assert database._writer is None
    with pytest.raises(sqlite3.ProgrammingError):
        broken.execute("SELECT 1")
    assert office.value(ch, ch[2:], "name") == "Q1"
    assert sarah.push(sent)[0].seq == 2
    assert database._writer is not broken
    check_channel(office.store, ch)


def test_a_file_that_does_not_pass_its_check_stays_closed(disk_office: Office, tmp_path: Path) -> None:
    office = disk_office
    ch = office.owner.project()
    assert isinstance(office.store, SqliteStore)
    office.store._database._drop_connections()
    path = tmp_path / "data" / "etal.db"
    content = bytearray(path.read_bytes())
    content[4096:] = bytes(len(content) - 4096)
    path.write_bytes(content)
    for _ in range(2):
        with pytest.raises(StoreBroken):
            office.owner.sets(ch, ch[2:], kind="project", name="Q2")


def test_a_closed_store_says_so(disk_office: Office) -> None:
    disk_office.store.close()
    with pytest.raises(StoreBroken):
        disk_office.store.workspace()
    with pytest.raises(StoreBroken):
        disk_office.store.commit([], disk_office.now)
    disk_office.store.close()


@pytest.mark.parametrize(("failure", "kept"), [("full", False), ("broken", False), ("broken_but_kept", True)])
def test_the_memory_store_fails_when_it_is_told_to(failure: Failure, kept: bool) -> None:
    store = memory_store()
    office = Office(store)
    ch = office.owner.project()
    sent = office.owner.make("set", "project", [ch[2:]], ch, fields={"name": "Q2"})
    store.fail_next(failure)
    with pytest.raises(StoreFull if failure == "full" else StoreBroken):
        office.owner.push(sent)
    assert office.seq(ch) == 1 + kept
    assert office.owner.push(sent)[0].seq == 2
    assert office.seq(ch) == 2
    check_channel(store, ch)


def test_a_defect_of_ours_refuses_the_one_change_and_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    resolve = rules.resolve

    def poisoned(facts: object, change: object, *rest: object) -> object:
        if "poison" in repr(change):
            raise KeyError("poison and other content")
        return resolve(facts, change, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(deciding, "resolve", poisoned)
    store = SqliteStore(tmp_path)
    office = Office(store)
    sarah = office.owner
    ch = sarah.project()
    sent = [sarah.make("set", "project", [ch[2:]], ch, fields={"name": name}) for name in ("a", "poison", "b")]
    assert [result.status for result in sarah.push(*sent)] == ["applied", "refused", "applied"]
    assert office.seq(ch) == 3
    assert "KeyError" in caplog.text
    assert "content" not in caplog.text
    store.close()

    strict = Office(memory_store())
    ch = strict.owner.project()
    with pytest.raises(KeyError):
        strict.owner.sets(ch, ch[2:], kind="project", name="poison")


# -- the file ----------------------------------------------------------------------------------------------------------


def test_only_the_server_reads_its_files_whatever_the_umask(tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        directory = tmp_path / "a" / "data"
        store = SqliteStore(directory)
        office = Office(store)
        office.owner.project()
        assert directory.stat().st_mode & 0o777 == 0o700
        modes = {path.name: path.stat().st_mode & 0o777 for path in directory.iterdir()}
        assert modes == {"etal.db": 0o600, "etal.db-wal": 0o600, "etal.db-shm": 0o600}
        store.close()
    finally:
        os.umask(old)


def test_files_that_others_could_read_are_closed_to_them(tmp_path: Path) -> None:
    SqliteStore(tmp_path).close()
    tmp_path.chmod(0o755)
    (tmp_path / "etal.db").chmod(0o644)
    SqliteStore(tmp_path).close()
    assert tmp_path.stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "etal.db").stat().st_mode & 0o777 == 0o600


def test_a_link_in_place_of_the_file_is_not_followed(tmp_path: Path) -> None:
    target = tmp_path / "elsewhere"
    target.write_bytes(b"")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "etal.db").symlink_to(target)
    with pytest.raises(StoreBroken):
        SqliteStore(tmp_path / "data")
    assert target.read_bytes() == b""


def test_a_directory_that_cannot_be_is_refused_with_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    for place in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(StoreBroken, match="data directory"):
            SqliteStore(place)


def test_what_is_no_database_is_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "etal.db").write_bytes(b"these are not the pages " * 1000)
    with pytest.raises(StoreBroken):
        SqliteStore(tmp_path)
    assert (tmp_path / "etal.db").read_bytes() == b"these are not the pages " * 1000
