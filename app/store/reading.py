"""What is read from SQLite in one state of the database: heads, deltas, snapshots, outcomes."""

import sqlite3
from typing import Any

from app.hub.commit import Head
from app.hub.facts import Delta, SnapshotState
from app.model.change import Entry, Result
from app.model.identity import owner_of
from app.model.roles import Actor, may_read
from app.store import statements as sql
from app.store.deciding import recorded_results
from app.store.schema import decode_entry, decode_row, hash_value
from app.store.snapshots import snapshot_state
from app.store.transaction import SqliteTransaction, read_steps


def heads(connection: sqlite3.Connection, actor: Actor) -> dict[str, Head]:
    """Heads of the channels that the actor may read."""
    result = {}
    for channel, seq, stored_hash, epoch, access, row in connection.execute(sql.HEADS):
        if may_read(actor, channel, None if row is None else decode_row(row)):
            result[channel] = Head(seq, hash_value(stored_hash), epoch, access)
    return result


def may_read_now(connection: sqlite3.Connection, actor: Actor, channel: str) -> bool:
    """Whether the channel exists and the actor may read it."""
    transaction = SqliteTransaction(connection)
    if transaction.head(channel) is None:
        return False
    owner = owner_of(channel)
    return may_read(actor, channel, transaction.rows([owner]).get(owner))


def delta(connection: sqlite3.Connection, channel: str, after: int, bytes_max: int) -> Delta:
    """Entries after `after`; at least one where there is one."""
    head = SqliteTransaction(connection).head(channel) or Head()
    entries: list[Entry] = []
    size = 0
    for (stored,) in connection.execute(sql.ENTRIES, {"channel": channel, "after": after}):
        if entries and size + len(stored) > bytes_max:
            return Delta(channel, after, entries, head, complete=False)
        entries.append(decode_entry(stored))
        size += len(stored)
    return Delta(channel, after, entries, head, complete=True)


def snapshot(connection: sqlite3.Connection, channel: str) -> SnapshotState:
    """The channel whole."""
    head = SqliteTransaction(connection).head(channel) or Head()
    found = connection.execute(sql.ROWS_OF_CHANNEL, {"channel": channel})
    rows = [decode_row(stored) for (stored,) in found]
    texts = connection.execute(sql.TEXTS_OF_CHANNEL, {"channel": channel}).fetchall()
    return snapshot_state(channel, head, rows, texts)


def delta_bytes(connection: sqlite3.Connection, channel: str, after: int) -> int:
    """Bytes of the log after `after`."""
    found = connection.execute(sql.HEAD, {"channel": channel}).fetchone()
    if found is None:
        return 0
    start = connection.execute(sql.BYTES_BEFORE, {"channel": channel, "seq": after + 1}).fetchone()
    return 0 if start is None else int(found[4]) - int(start[0])


def snapshot_bytes(connection: sqlite3.Connection, channel: str) -> int:
    """Bytes of the channel's rows and texts as they are stored."""
    found = connection.execute(sql.HEAD, {"channel": channel}).fetchone()
    return 0 if found is None else int(found[5])


def text_ops(connection: sqlite3.Connection, item: str, name: str, after: int) -> list[tuple[str, int, list[Any]]]:
    """Operations of a text after a revision."""
    return [(step.device, step.n, step.op) for step in read_steps(connection, item, name, after)]


def outcomes(
    connection: sqlite3.Connection, device: str, doubts: list[tuple[int, bytes]]
) -> tuple[list[Result], list[int]]:
    """Answers to changes in doubt."""
    recorded = SqliteTransaction(connection).recorded(device, [n for n, _ in doubts if -(2**63) <= n < 2**63])
    return recorded_results(doubts, recorded)
