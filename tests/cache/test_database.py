"""The profile's files: encrypted, for their owner alone, checked before they are used."""

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from app.cache import cache as cache_module
from app.cache import rebuild
from app.cache.cache import SqliteCache, discard_cache
from app.cache.database import open_database
from app.cache.interface import (
    CacheBatch,
    StorageDamaged,
    StorageFailed,
    StorageFull,
    StorageTooNew,
)
from app.cache.outbox import GET_RECORDS, SqliteOutbox
from app.cache.schema import cache_statements, outbox_statements
from app.cache.versions import CACHE_SCHEMA
from tests.cache.samples import CANARY, KEY, PROJECT, WRONG_KEY, comment, item_id, made, task

ROOT = Path(__file__).parents[2]


@pytest.fixture
def open_umask() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


def write_canary(folder: Path) -> tuple[SqliteCache, SqliteOutbox]:
    cache = SqliteCache(folder / "cache.db", KEY)
    cache.write(
        CacheBatch(
            rows=[task(1, CANARY), comment(2, item_id(1))],
            texts={(item_id(1), "description"): (1, CANARY)},
            ops=[(item_id(1), "description", 1, "device", 1, [CANARY])],
        )
    )
    outbox = SqliteOutbox(folder / "outbox.db", KEY)
    outbox.load()
    outbox.append([made(1, CANARY)])
    return cache, outbox


def files_with(folder: Path, word: str) -> list[str]:
    return [path.name for path in folder.rglob("*") if path.is_file() and word.encode() in path.read_bytes()]


def test_no_word_of_the_content_stands_in_any_file(tmp_path: Path) -> None:
    files = write_canary(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} >= {"cache.db-wal", "outbox.db-wal", "outbox.head"}
    assert files_with(tmp_path, CANARY) == []
    for file in files:
        file.close()
    assert files_with(tmp_path, CANARY) == []
    assert SqliteCache(tmp_path / "cache.db", KEY).row(item_id(1)) == task(1, CANARY)  # and yet it is there


def plain_bytes(folder: Path) -> bytes:
    """Every page of the cache and its log, decrypted."""
    from app.cache.salvage import _decryptor, _frames_of, _pages_of

    opened = _decryptor(KEY)
    pages = [opened(number, page) for number, page in _pages_of((folder / "cache.db").read_bytes())]
    frames = _frames_of((folder / "cache.db-wal").read_bytes())
    return b"".join([*pages, *(opened(number, page) for number, page, _ in frames)])


@pytest.mark.parametrize("purge", ["drop", "gone", "clear"])
def test_what_was_purged_is_not_in_the_decrypted_pages_either(tmp_path: Path, purge: str) -> None:
    cache, _ = write_canary(tmp_path)
    assert CANARY.encode() in plain_bytes(tmp_path)
    match purge:
        case "drop":
            cache.write(CacheBatch(drop_channels=[PROJECT]))
        case "gone":
            cache.write(CacheBatch(gone=[item_id(1)]))
        case _:
            cache.clear()
    assert CANARY.encode() not in plain_bytes(tmp_path)


def test_files_are_for_their_owner_alone_whatever_the_umask(tmp_path: Path, open_umask: None) -> None:
    cache, outbox = write_canary(tmp_path)
    modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}
    assert set(modes) == {"cache.db", "cache.db-wal", "outbox.db", "outbox.db-wal", "outbox.head"}
    assert set(modes.values()) == {0o600}
    cache.close()
    outbox.close()
    (tmp_path / "outbox.db").write_bytes(b"\1" * 9000)  # a damaged queue makes more files
    (tmp_path / "outbox.db").chmod(0o644)
    assert outbox.load().kept_copy == "outbox-damaged-1.db"
    outbox.close()
    assert {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {0o600}


def test_a_link_in_the_place_of_a_file_is_not_followed(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.touch()
    (tmp_path / "cache.db").symlink_to(elsewhere)
    with pytest.raises(StorageFailed):
        SqliteCache(tmp_path / "cache.db", KEY)
    assert elsewhere.read_bytes() == b""


def test_the_statements_name_the_columns_of_the_schema() -> None:
    columns: dict[str, list[str]] = {}
    for statement in (*cache_statements(), *outbox_statements()):
        if found := re.match(r"\s*CREATE TABLE (\w+) \((.*)\)\s*$", statement, re.S):
            lines = [line.strip().split()[0] for line in found[2].split("\n") if line.strip()]
            columns[found[1]] = [name.strip('"') for name in lines if name not in ("PRIMARY", "CHECK")]
    puts = [value for name, value in vars(cache_module).items() if name.startswith("PUT_")]
    seen = set()
    for statement in (*puts, rebuild.PUT_RECORD):
        found = re.match(r"INSERT (?:OR \w+ )?INTO (\w+) \(([^)]*)\)", statement)
        assert found is not None
        assert found[2].split(", ") == columns[found[1]], statement
        seen.add(found[1])
    assert seen == set(columns)
    assert re.findall(r"excluded\.(\w+)", cache_module.PUT_ROW) == columns["entity"][1:]
    assert GET_RECORDS.startswith(f"SELECT {', '.join(columns['record'])} FROM record")


def test_an_existing_profile_is_read_without_the_heavy_libraries(tmp_path: Path) -> None:
    for file in write_canary(tmp_path):
        file.close()
    program = f"""
import sys
import time
from pathlib import Path
from app.cache.cache import SqliteCache
from app.cache.outbox import SqliteOutbox
from tests.cache.samples import KEY, PROJECT
cache = SqliteCache(Path({str(tmp_path)!r}) / "cache.db", KEY)
assert len(cache.rows(PROJECT, ["task"])) == 1
assert len(SqliteOutbox(Path({str(tmp_path)!r}) / "outbox.db", KEY).load().records) == 1
print(sorted({{"sqlmodel", "sqlalchemy", "pydantic", "cryptography", "keyring"}} & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=30)
    assert done.stdout.strip() == "[]", done.stderr
    assert done.stderr == ""


def test_a_newer_cache_is_refused_and_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    SqliteCache(tmp_path / "cache.db", KEY).close()
    before = (tmp_path / "cache.db").read_bytes()
    monkeypatch.setattr(cache_module, "CACHE_SCHEMA", CACHE_SCHEMA - 1)
    with pytest.raises(StorageTooNew):
        SqliteCache(tmp_path / "cache.db", KEY)
    assert (tmp_path / "cache.db").read_bytes() == before


def test_an_older_cache_is_begun_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cache, _ = write_canary(tmp_path)
    cache.close()
    monkeypatch.setattr(cache_module, "CACHE_SCHEMA", CACHE_SCHEMA + 1)
    newer = SqliteCache(tmp_path / "cache.db", KEY)
    assert newer.row(item_id(1)) is None
    newer.write(CacheBatch(rows=[task(3)]))
    newer.close()
    assert SqliteCache(tmp_path / "cache.db", KEY).row(item_id(3)) == task(3)


def test_a_cache_that_was_damaged_is_noticed_and_can_be_begun_anew(tmp_path: Path) -> None:
    path = tmp_path / "cache.db"
    cache = SqliteCache(path, KEY)
    cache.write(CacheBatch(rows=[task(number) for number in range(1, 300)]))
    cache.close()
    sound = path.read_bytes()
    places = range(100, len(sound), len(sound) // 20)
    noticed = 0
    for place in places:
        flipped = bytearray(sound)
        flipped[place] ^= 1
        path.write_bytes(flipped)
        try:
            with closing(SqliteCache(path, KEY)) as cache:
                assert [cache.row(item_id(number)) for number in range(1, 300)] == [task(n) for n in range(1, 300)]
        except StorageDamaged:
            noticed += 1
    assert noticed > len(places) // 2  # the others hit an index that was not read
    with pytest.raises(StorageDamaged):
        path.write_bytes(b"\0" + sound[1:])
        SqliteCache(path, KEY)
    discard_cache(path)
    assert SqliteCache(path, KEY).rows(PROJECT, ["task"]) == []


def test_another_key_looks_like_damage(tmp_path: Path) -> None:
    SqliteCache(tmp_path / "cache.db", KEY).close()
    with pytest.raises(StorageDamaged):
        SqliteCache(tmp_path / "cache.db", WRONG_KEY)


def test_a_full_disk_changes_nothing_in_the_cache(tmp_path: Path) -> None:
    cache = SqliteCache(tmp_path / "cache.db", KEY)
    cache.write(CacheBatch(rows=[task(1)]))
    assert cache._connection.execute("PRAGMA max_page_count = 30").fetchone() == (30,)
    with pytest.raises(StorageFull):
        cache.write(CacheBatch(rows=[task(1, "Changed"), *(task(number, "x" * 500) for number in range(2, 900))]))
    assert cache.row(item_id(1)) == task(1)
    cache.write(CacheBatch(rows=[task(1, "Changed")]))
    assert cache.row(item_id(1)) == task(1, "Changed")


def test_a_file_that_another_process_holds_is_an_error_and_not_a_wait_for_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.cache.database.BUSY_MS_MAX", 10)
    connection = open_database(tmp_path / "a.db", KEY, "FULL", 1)
    connection.execute("CREATE TABLE a (b INTEGER)")
    with pytest.raises(StorageFailed):
        open_database(tmp_path / "a.db", KEY, "FULL", 1).execute("SELECT 1")
    connection.close()


@pytest.mark.parametrize("name", ["", "missing/folder"])
def test_a_place_that_cannot_be_opened_is_a_failure(tmp_path: Path, name: str) -> None:
    with pytest.raises(StorageFailed):
        SqliteCache(tmp_path / name / "cache.db" if name else tmp_path, KEY)


@pytest.mark.root
@pytest.mark.skipif(shutil.which("strace") is None or os.geteuid() != 0, reason="needs strace, as root")
def test_the_cache_is_synced_only_for_a_batch_with_own_changes(tmp_path: Path) -> None:
    SqliteCache(tmp_path / "cache.db", KEY).close()
    program = f"""
import os
from pathlib import Path
from app.cache.cache import SqliteCache
from app.cache.interface import CacheBatch
from tests.cache.samples import KEY, task
cache = SqliteCache(Path({str(tmp_path)!r}) / "cache.db", KEY)
cache.write(CacheBatch(rows=[task(1)]))
for applied in ([], [(1, 1, "applied")], []):
    os.write(1, b"begin\\n")
    cache.write(CacheBatch(rows=[task(2)], applied=applied))
os.write(1, b"end\\n")
"""
    command = ["strace", "-f", "-qq", "-e", "trace=fsync,fdatasync,write", sys.executable, "-c", program]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=30)
    assert done.stdout.split() == ["begin"] * 3 + ["end"], done.stderr
    parts = re.split(r'write\(1, "(?:begin|end)', done.stderr)
    assert [part.count("sync(") for part in parts[1:4]] == [0, 1, 0]


def test_ten_thousand_rows_fit_into_a_moment(tmp_path: Path) -> None:
    """The bar for a bulk change is one second; the cache takes about a tenth of it."""
    rows = [task(number) for number in range(10_000)]
    with closing(SqliteCache(tmp_path / "cache.db", KEY)) as cache:
        fastest = 60.0
        for _ in range(3):
            begun = time.perf_counter()
            cache.write(CacheBatch(rows=rows))
            fastest = min(fastest, time.perf_counter() - begun)
        assert len(cache.rows(PROJECT, ["task"])) == 10_000
    assert fastest < 0.3
