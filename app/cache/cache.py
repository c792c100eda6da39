"""cache.db: the disposable copy of what the server said, read and written by the driver alone."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from time import sleep
from typing import Any

import msgspec

from app.cache.database import (
    Connection,
    empty_log,
    file_version,
    open_database,
    set_file_version,
    storage_errors,
    transaction,
)
from app.cache.interface import CacheBatch, StorageDamaged
from app.cache.versions import CACHE_SCHEMA
from app.model.kinds import KINDS
from app.model.row import HASH_MODULUS, Row, row_hash

PUT_ROW = (
    "INSERT INTO entity (id, kind, channel, hangs_on, trashed, state) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (id)"
    " DO UPDATE SET kind = excluded.kind, channel = excluded.channel, hangs_on = excluded.hangs_on,"
    " trashed = excluded.trashed, state = excluded.state"
)
PUT_TEXT = "INSERT OR REPLACE INTO text (item, field, rev, body) VALUES (?, ?, ?, ?)"
PUT_OP = "INSERT OR REPLACE INTO text_op (item, field, rev, device, n, op) VALUES (?, ?, ?, ?, ?, ?)"
PUT_CHANNEL = "INSERT OR REPLACE INTO channel (id, epoch, seq, hash) VALUES (?, ?, ?, ?)"
PUT_APPLIED = "INSERT OR REPLACE INTO applied (n, seq, status) VALUES (?, ?, ?)"
FORGET_APPLIED = "DELETE FROM applied WHERE n = ?"
FORGET_OPS = "DELETE FROM text_op WHERE item = ? AND field = ?"
DROP_ITEM = (
    "DELETE FROM entity WHERE id = ?",
    "DELETE FROM text WHERE item = ?",
    "DELETE FROM text_op WHERE item = ?",
)
DROP_CHANNEL = ("DELETE FROM entity WHERE channel = ?", "DELETE FROM channel WHERE id = ?")
DROP_ORPHANS = (
    "DELETE FROM text WHERE item NOT IN (SELECT id FROM entity)",
    "DELETE FROM text_op WHERE item NOT IN (SELECT id FROM entity)",
)
GET_CHANNELS = "SELECT id, epoch, seq, hash FROM channel"
GET_APPLIED = "SELECT n, seq, status FROM applied ORDER BY n"
GET_ROW = "SELECT state FROM entity WHERE id = ?"
GET_ROWS = "SELECT state FROM entity WHERE channel = ? AND kind IN ({kinds})"
GET_CHANNEL_ROWS = "SELECT state FROM entity WHERE channel = ?"
GET_ROWS_ON = "SELECT state FROM entity WHERE hangs_on = ? AND hangs_on <> ''"
GET_COUNTS_ON = (
    "SELECT hangs_on, count(*) FROM entity WHERE channel = ? AND hangs_on <> '' AND trashed = 0 GROUP BY hangs_on"
)
GET_TEXT = "SELECT rev, body FROM text WHERE item = ? AND field = ?"
GET_OPS = "SELECT rev, device, n, op FROM text_op WHERE item = ? AND field = ? AND rev > ? ORDER BY rev"

ROWS_IN_A_ROW = 100
PAUSE_S = 0.0003
"""A long batch lets the interpreter go this often, so that the window's thread, which has just got it too, goes on."""

_encode = msgspec.msgpack.Encoder().encode
_decode_row = msgspec.msgpack.Decoder(Row).decode
_decode_op = msgspec.msgpack.Decoder(list[Any]).decode


def place_of(row: Row) -> str:
    """The item that a row hangs on, as a comment does; '' for rows that stand by themselves or of unknown kind."""
    kind = KINDS.get(row.kind)
    return str(row.value(kind.parent) or "") if kind is not None and kind.home == "on" else ""


def discard_cache(path: Path) -> None:
    """Removes a damaged cache; it is fetched again. Raises StorageFailed."""
    with storage_errors():
        for name in (path.name, path.name + "-wal", path.name + "-shm"):
            path.with_name(name).unlink(missing_ok=True)


class SqliteCache:
    """A CacheFile in SQLite. One thread at a time.

    Raises StorageTooNew, StorageDamaged (then `discard_cache` and open again), StorageFull or StorageFailed.
    """

    def __init__(self, path: Path, key: bytes) -> None:
        self._path = path
        self._key = key
        self._connection = self._open()

    def _open(self) -> Connection:
        connection = open_database(self._path, self._key, "NORMAL", CACHE_SCHEMA)
        version = file_version(connection)
        if 0 < version < CACHE_SCHEMA:  # what an older version kept is fetched again in the new form
            connection.close()
            discard_cache(self._path)
            connection = open_database(self._path, self._key, "NORMAL", CACHE_SCHEMA)
            version = 0
        if version == 0:
            try:
                _make_tables(connection)
            except BaseException:
                connection.close()
                raise
        return connection

    def open_channels(self) -> dict[str, tuple[str, int, int]]:
        """Every cached channel's (epoch, seq, hash)."""
        return {
            channel: (epoch, seq, int.from_bytes(hash_, "big"))
            for channel, epoch, seq, hash_ in self._select(GET_CHANNELS)
        }

    def applied(self) -> list[tuple[int, int, str]]:
        """Own changes (number, seq, status) whose entries are applied, by number."""
        return self._select(GET_APPLIED)

    def rows(self, channel: str, kinds: list[str]) -> list[Row]:
        """A channel's rows of some kinds, in no order."""
        statement = GET_ROWS.format(kinds=", ".join("?" * len(kinds)))
        return self._rows(self._select(statement, (channel, *kinds)))

    def rows_on(self, item: str) -> list[Row]:
        """The comments on an item, oldest first."""
        return sorted(self._rows(self._select(GET_ROWS_ON, (item,))), key=lambda row: (row.seq, row.id))

    def counts_on(self, channel: str) -> dict[str, int]:
        """How many comments that are not in the trash each item of a channel has."""
        return dict(self._select(GET_COUNTS_ON, (channel,)))

    def row(self, item: str) -> Row | None:
        """One row, or None."""
        rows = self._rows(self._select(GET_ROW, (item,)))
        return rows[0] if rows else None

    def hash_of(self, channel: str) -> int:
        """The channel's hash, counted anew from its rows."""
        rows = self._rows(self._select(GET_CHANNEL_ROWS, (channel,)))
        return sum(row_hash(row) for row in rows) % HASH_MODULUS

    def text(self, item: str, name: str) -> tuple[int, str]:
        """Revision and body of a text; (0, '') when there is none."""
        for rev, body in self._select(GET_TEXT, (item, name)):
            return rev, body
        return 0, ""

    def ops(self, item: str, name: str, after: int) -> list[tuple[int, str, int, list[Any]]]:
        """Kept operations after a revision, in order: revision reached, device, number, operation."""
        found = self._select(GET_OPS, (item, name, after))
        try:
            return [(rev, device, n, _decode_op(op)) for rev, device, n, op in found]
        except msgspec.MsgspecError as error:
            raise StorageDamaged(str(error)) from error

    def write(self, batch: CacheBatch) -> None:
        """One transaction, in the order that CacheBatch names.

        One that brings own changes is durable when it returns: the outbox lets go of them then, and a power cut must
        not take from a person what they have seen (SYNC 3, rule 5). The others may be lost with all after them.
        """
        rows = list(_stored(batch.rows))  # encoded before the transaction begins
        ops = [(*place, _encode(op)) for *place, op in batch.ops]
        execute, execute_many = self._connection.execute, self._connection.executemany
        with self._durable() if batch.applied else nullcontext(), transaction(self._connection):
            for channel in batch.drop_channels:
                for statement in DROP_CHANNEL:
                    execute(statement, (channel,))
            if batch.drop_channels:
                for statement in DROP_ORPHANS:
                    execute(statement)
            if batch.forget_ops:
                execute_many(FORGET_OPS, batch.forget_ops)
            if rows:
                execute_many(PUT_ROW, rows)
            if batch.texts:
                execute_many(PUT_TEXT, [(*place, *text) for place, text in batch.texts.items()])
            if ops:
                execute_many(PUT_OP, ops)
            if batch.channels:
                execute_many(PUT_CHANNEL, _channel_rows(batch.channels))
            if batch.applied:
                execute_many(PUT_APPLIED, batch.applied)
            for item in batch.gone:
                for statement in DROP_ITEM:
                    execute(statement, (item,))
        if batch.drop_channels or batch.gone:
            empty_log(self._connection)  # a purge is done when the bytes are gone, the old pages in the log too

    def forget_applied(self, numbers: list[int]) -> None:
        """Own numbers whose retirement the outbox has noted."""
        with transaction(self._connection):
            self._connection.executemany(FORGET_APPLIED, [(n,) for n in numbers])

    def flush(self) -> None:
        """Durable, when it returns, is everything written before."""
        with storage_errors():
            self._connection.execute("PRAGMA wal_checkpoint(PASSIVE)")

    def clear(self) -> None:
        """Drops everything that can be fetched again, and the file's size with it; the applied numbers stay."""
        applied = self.applied()
        self._connection.close()
        discard_cache(self._path)
        self._connection = self._open()
        self.write(CacheBatch(applied=applied))

    def close(self) -> None:
        """Closes the file; a second time does nothing."""
        self._connection.close()

    @contextmanager
    def _durable(self) -> Iterator[None]:
        """A commit inside is on the disk, with all before it, when it returns."""
        with storage_errors():
            self._connection.execute("PRAGMA synchronous = FULL")
            try:
                yield
            finally:
                self._connection.execute("PRAGMA synchronous = NORMAL")

    def _select(self, statement: str, values: tuple[object, ...] = ()) -> list[Any]:
        with storage_errors():
            return self._connection.execute(statement, values).fetchall()

    @staticmethod
    def _rows(found: Iterable[tuple[bytes]]) -> list[Row]:
        try:
            return [_decode_row(state) for (state,) in found]
        except msgspec.MsgspecError as error:
            raise StorageDamaged(str(error)) from error


def _stored(rows: list[Row]) -> Iterator[tuple[str, str, str, str, bool, bytes]]:
    for count, row in enumerate(rows, 1):
        if count % ROWS_IN_A_ROW == 0:
            sleep(PAUSE_S)
        yield row.id, row.kind, row.channel, place_of(row), row.trashed, _encode(row)


def _channel_rows(channels: dict[str, tuple[str, int, int]]) -> list[tuple[str, str, int, bytes]]:
    return [(channel, epoch, seq, hash_.to_bytes(8, "big")) for channel, (epoch, seq, hash_) in channels.items()]


def _make_tables(connection: Connection) -> None:
    from app.cache.schema import cache_statements  # half a second of imports, only for a new file

    with transaction(connection):
        for statement in cache_statements():
            connection.execute(statement)
        set_file_version(connection, CACHE_SCHEMA)
