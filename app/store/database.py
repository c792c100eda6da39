"""The server's database file: opened with its permissions and version, one writer, readers beside it."""

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.schema import CreateIndex, CreateTable

from app.store.interface import StoreBroken, StoreFull, StoreTooNew
from app.store.schema import REGISTRY, VERSION
from app.store.statements import DIALECT

FILE_NAME = "etal.db"
BUSY_MS = 10_000
READERS_KEPT = 8
"""Idle reading connections kept open; more are opened when more read at once."""
CHECKPOINT_PAGES = 4_000
"""Pages in the log file after which a commit copies them back: a little over 16 MB."""


class Database:
    """All connections to one file. Writing is one at a time; reading goes on meanwhile, each on a state of its own.

    After an error of the disk the file is closed, opened again and checked before it is used: pages of a failed sync
    count as clean for the system, so trying again would prove nothing (FAULTS 2, fsync error).
    """

    def __init__(self, directory: Path) -> None:
        """Raises StoreTooNew for a newer file, StoreBroken when it cannot be opened or made."""
        self._path = directory / FILE_NAME
        self._turn = threading.Lock()
        self._idle: list[sqlite3.Connection] = []
        self._idle_turn = threading.Lock()
        self._generation = 0
        self._closed = False
        with _errors():
            _make_private(directory, self._path)
            self._writer: sqlite3.Connection | None = self._opened()
        try:
            with _errors():
                _migrate(self._writer)
        except BaseException:
            self._writer.close()
            raise

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction, durable when the block ends; an exception rolls it back. Raises StoreFull, StoreBroken."""
        with self._turn:
            with _errors():
                connection = self._ready_writer()
                connection.execute("BEGIN IMMEDIATE")
            try:
                with _errors():
                    yield connection
                    connection.execute("COMMIT")
            except BaseException as error:
                self._roll_back(connection, broken=isinstance(error, StoreBroken))
                raise

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A connection that sees one state of the database until the block ends. Raises StoreBroken."""
        connection, generation = self._reader()
        sound = False
        try:
            with _errors():
                connection.execute("BEGIN")
                yield connection
                connection.execute("COMMIT")
                sound = True
        finally:
            self._give_back(connection, generation, sound)

    def close(self) -> None:
        """Ends all connections, once what is being written is done."""
        with self._turn:
            self._closed = True
            self._drop_connections()

    def _opened(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self._path, timeout=BUSY_MS / 1000, isolation_level=None, check_same_thread=False, cached_statements=256
        )
        try:
            (mode,) = connection.execute("PRAGMA journal_mode = WAL").fetchone()
            if mode != "wal":  # said instead of raised when the disk fails or others hold the file
                raise StoreBroken("the database could not be opened for writing")
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")
            connection.execute("PRAGMA trusted_schema = OFF")
            connection.execute("PRAGMA temp_store = MEMORY")
        except BaseException:
            connection.close()
            raise
        return connection

    def _ready_writer(self) -> sqlite3.Connection:
        if self._closed:
            raise StoreBroken("the store is closed")
        if self._writer is None:
            writer = self._opened()
            try:
                _verify(writer)
            except BaseException:
                writer.close()
                raise
            self._writer = writer
        return self._writer

    def _roll_back(self, connection: sqlite3.Connection, *, broken: bool) -> None:
        try:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
        except sqlite3.Error:
            broken = True
        if broken:
            self._drop_connections()

    def _drop_connections(self) -> None:
        if self._writer is not None:
            self._writer.close()
            self._writer = None
        with self._idle_turn:
            self._generation += 1
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    def _reader(self) -> tuple[sqlite3.Connection, int]:
        with self._idle_turn:
            if self._closed:
                raise StoreBroken("the store is closed")
            if self._idle:
                return self._idle.pop(), self._generation
            generation = self._generation
        with _errors():
            connection = self._opened()
            connection.execute("PRAGMA query_only = ON")
        return connection, generation

    def _give_back(self, connection: sqlite3.Connection, generation: int, sound: bool) -> None:
        with self._idle_turn:
            if sound and generation == self._generation and len(self._idle) < READERS_KEPT:
                self._idle.append(connection)
                return
        connection.close()


def _make_private(directory: Path, path: Path) -> None:
    """Folder 0700 and file 0600 whatever the umask; SQLite gives its -wal and -shm the file's own mode."""
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    if directory.stat().st_mode & 0o077:
        directory.chmod(0o700)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        if os.fstat(descriptor).st_mode & 0o077:
            os.fchmod(descriptor, 0o600)
    finally:
        os.close(descriptor)


def _migrate(connection: sqlite3.Connection) -> None:
    """Makes the tables of a fresh file. Raises StoreTooNew and leaves the file alone when it is newer."""
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version > VERSION:
        raise StoreTooNew("The data directory was written by a newer version of the server.")
    if version == VERSION:
        return
    connection.execute("BEGIN IMMEDIATE")
    for table in REGISTRY.metadata.sorted_tables:
        connection.execute(str(CreateTable(table).compile(dialect=DIALECT)))
        for index in sorted(table.indexes, key=lambda index: str(index.name)):
            connection.execute(str(CreateIndex(index).compile(dialect=DIALECT)))
    connection.execute(f"PRAGMA user_version = {VERSION}")
    connection.execute("COMMIT")


def _verify(connection: sqlite3.Connection) -> None:
    """After an error: what the log file holds is written to the database anew and synced, and the whole is checked."""
    busy, *_ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if busy or verdict != "ok":
        raise StoreBroken("the database did not pass its check")


@contextmanager
def _errors() -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        if getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_FULL:
            raise StoreFull("the disk is full") from error
        raise StoreBroken(f"the database reported {_name(error)}") from error
    except OSError as error:
        raise StoreBroken(f"the data directory cannot be used: {error.strerror}") from error


def _name(error: sqlite3.Error) -> str:
    return getattr(error, "sqlite_errorname", type(error).__name__)
