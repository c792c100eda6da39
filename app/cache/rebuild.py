"""Setting a damaged outbox aside and beginning a new one with what can be read; a kill in between is harmless."""

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from app.cache.database import open_database, storage_errors, transaction
from app.cache.files import sync_folder, write_private_file
from app.cache.head import Head
from app.cache.interface import StorageFailed
from app.cache.journal import JournalRow
from app.cache.migrations import make_outbox_tables
from app.cache.salvage import salvage
from app.cache.versions import OUTBOX_FORMAT

PUT_RECORD = "INSERT INTO record (id, body, digest, chain) VALUES (?, ?, ?, ?)"


@dataclass(frozen=True)
class Images:
    """The bytes of a journal's file and of its write-ahead log."""

    database: bytes
    log: bytes


def columns(row: JournalRow) -> tuple[int, bytes, bytes, bytes]:
    """A row as PUT_RECORD takes it."""
    return row.id, row.body, row.digest, row.chain


def read_images(path: Path) -> Images:
    """The bytes as they are, before SQLite opens them: closing it cuts a damaged log. Raises StorageFailed."""
    log = path.with_name(path.name + "-wal")
    with storage_errors():
        return Images(*(file.read_bytes() if file.exists() else b"" for file in (path, log)))


def keep_copy(path: Path, images: Images, why: str) -> str:
    """Keeps the bytes as `<name>-<why>-<n>.db` with the log beside it; the file's name, '' when there are none.

    Raises StorageFull or StorageFailed.
    """
    if not images.database and not images.log:
        return ""
    number = 1
    while (target := path.with_name(f"{path.stem}-{why}-{number}{path.suffix}")).exists():
        number += 1
    with storage_errors():
        if images.log:
            write_private_file(target.with_name(target.name + "-wal"), images.log)
        write_private_file(target, images.database)
    return target.name


def sound_rows(images: Images, read: Iterable[JournalRow], key: bytes, head: Head | None) -> list[JournalRow]:
    """Every row that proves itself, whether SQLite gave it (`read`) or only the raw pages do; ids rise.

    Where two rows claim one id, one of them never counted (its transaction failed): the chain tells which.
    """
    candidates: dict[int, list[JournalRow]] = {}
    for row in (*read, *salvage(images.database, images.log, key)):
        if row.sound:
            candidates.setdefault(row.id, []).append(row)
    chosen: list[JournalRow] = []
    for id_ in sorted(candidates, reverse=True):
        rows = candidates[id_]
        if head is not None and id_ == head.rows:
            fitting = [row for row in rows if row.chain == head.chain]
        elif chosen and chosen[-1].id == id_ + 1:
            fitting = [row for row in rows if chosen[-1].follows(row.chain)]
        else:
            fitting = rows
        chosen.append((fitting or rows)[-1])
    return chosen[::-1]


def prepare_journal(path: Path, key: bytes, rows: Sequence[JournalRow]) -> None:
    """Makes a new journal with `rows` beside the old one; `finish_replacement` puts it in its place.

    Raises StorageFull or StorageFailed.
    """
    part, new = _beside(path, ".part"), _beside(path, ".new")
    with storage_errors():
        _remove(part)
    connection = open_database(part, key, "FULL", OUTBOX_FORMAT)
    try:
        with transaction(connection):
            make_outbox_tables(connection)
            connection.executemany(PUT_RECORD, map(columns, rows))
    finally:
        connection.close()
    if _beside(part, "-wal").exists():
        raise StorageFailed("The new queue could not be written whole.")
    with storage_errors():
        os.replace(part, new)  # from here on the replacement is finished by whoever comes next
        sync_folder(path.parent)


def finish_replacement(path: Path) -> None:
    """Ends a replacement that was cut short: a log of the old journal must never be replayed onto the new one.

    Raises StorageFailed.
    """
    new = _beside(path, ".new")
    if not new.exists():
        return
    with storage_errors():
        for ending in ("-wal", "-shm"):
            _beside(path, ending).unlink(missing_ok=True)
        sync_folder(path.parent)
        os.replace(new, path)
        sync_folder(path.parent)


def _beside(path: Path, ending: str) -> Path:
    return path.with_name(path.name + ending)


def _remove(path: Path) -> None:
    for ending in ("", "-wal", "-shm"):
        _beside(path, ending).unlink(missing_ok=True)
