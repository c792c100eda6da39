"""Opening an encrypted database file of a profile, its transactions and its errors."""

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal, cast

from sqlcipher3 import dbapi2 as sqlcipher

from app.cache.files import make_private_file
from app.cache.interface import StorageDamaged, StorageFailed, StorageFull, StorageTooNew

Connection = sqlite3.Connection  # sqlcipher3 has no types; its classes are a copy of the standard ones
Synchronous = Literal["NORMAL", "FULL"]

KEY_BYTES = 32
BUSY_MS_MAX = 2_000
"""How long a file may be held by a process that is just ending."""
_FULL = 13
_DAMAGED = (11, 26)  # SQLITE_CORRUPT, SQLITE_NOTADB


def open_database(path: Path, key: bytes, synchronous: Synchronous, newest: int) -> Connection:
    """The one way to open a file of the profile: encrypted pages, mode 0600, write-ahead log, own BEGIN.

    `key` has KEY_BYTES bytes. `newest` is the highest version that this program knows; a newer file is left alone.
    One connection a file: the lock on it is kept until `close`. Raises StorageTooNew, StorageDamaged (a wrong key
    looks the same), StorageFull or StorageFailed.
    """
    assert len(key) == KEY_BYTES
    with storage_errors():
        make_private_file(path)  # before SQLite makes it: the -wal file takes its mode from it
        connection = cast(Connection, sqlcipher.connect(path, isolation_level=None, check_same_thread=False))
    try:
        with storage_errors():
            connection.execute("PRAGMA cipher_log = off")  # else it writes to standard error; any other word is a file
            connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
            connection.execute("PRAGMA temp_store = MEMORY")
            connection.execute(f"PRAGMA busy_timeout = {BUSY_MS_MAX}")
            connection.execute("PRAGMA locking_mode = EXCLUSIVE")  # no -shm file, no lock calls in a transaction
            if file_version(connection) > newest:
                raise StorageTooNew("This profile was used by a newer version of Et'al. It is left as it is.")
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute(f"PRAGMA synchronous = {synchronous}")
            connection.execute("PRAGMA secure_delete = ON")  # what a purge removed is not in the file any more
    except BaseException:
        connection.close()
        raise
    return connection


def file_version(connection: Connection) -> int:
    """The version of the file's tables; 0 in a new file."""
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    assert isinstance(version, int)
    return version


def set_file_version(connection: Connection, version: int) -> None:
    """Takes part in the transaction that is open."""
    connection.execute(f"PRAGMA user_version = {int(version)}")


@contextmanager
def transaction(connection: Connection) -> Iterator[None]:
    """Everything or nothing. Raises StorageFull, StorageFailed or StorageDamaged."""
    with storage_errors():
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise


def empty_log(connection: Connection) -> None:
    """Moves the write-ahead log into the file and cuts it to nothing, with all old page images in it."""
    with storage_errors():
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


@contextmanager
def storage_errors() -> Iterator[None]:
    """Says a database's or file's error in this room's words."""
    try:
        yield
    except sqlcipher.Error as error:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code == _FULL:
            raise StorageFull(str(error)) from error
        if code in _DAMAGED:
            raise StorageDamaged(str(error)) from error
        raise StorageFailed(str(error)) from error
    except OSError as error:
        raise storage_error(error) from error


def storage_error(error: OSError) -> StorageFull | StorageFailed:
    """StorageFull when there is no space or quota left, else StorageFailed."""
    if error.errno in (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)):
        return StorageFull(error.strerror)
    return StorageFailed(error.strerror)
