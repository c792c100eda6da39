"""Deciding's transaction on SQLite: reads on demand, keeps what the batch touched, writes it once at the end."""

import sqlite3
import uuid
from collections.abc import Iterable

from app.hub.commit import Head, Resolution
from app.model.change import Result
from app.model.kinds import KINDS
from app.model.roles import Actor
from app.model.row import Row
from app.store import statements as sql
from app.store.deciding import Author, TextStep, text_steps
from app.store.schema import (
    decode_op,
    decode_result,
    decode_row,
    encode,
    hash_bytes,
    hash_value,
)

Key = tuple[str, str]


class _Channel:
    """A channel's head and sizes as the batch has them."""

    def __init__(self, head: Head, log_bytes: int, state_bytes: int) -> None:
        self.head = head
        self.log_bytes = log_bytes
        self.state_bytes = state_bytes


class SqliteTransaction:
    """Implements `deciding.Transaction` inside one open transaction; `flush` must be called before its end."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._read = connection.execute
        self._workspace: str | None = None
        self._authors: dict[str, Author | None] = {}
        self._channels: dict[str, _Channel | None] = {}
        self._changed_channels: dict[str, _Channel] = {}
        self._rows: dict[str, Row | None] = {}
        self._row_bytes: dict[str, int] = {}
        self._changed_rows: dict[str, Row] = {}
        self._texts: dict[Key, tuple[int, str]] = {}
        self._changed_texts: dict[Key, str] = {}
        self._seen: dict[str, int] = {}

    # -- reading -------------------------------------------------------------------------------------------------------

    def workspace(self) -> str:
        """The id of the workspace, empty before it is founded."""
        if self._workspace is None:
            found = self._read(sql.WORKSPACE).fetchone()
            self._workspace = found[0] if found else ""
        return self._workspace

    def author(self, device: str) -> Author | None:
        """The person of a device as the database says it now."""
        if device not in self._authors:
            found = self._read(sql.AUTHOR, {"device": device}).fetchone()
            author = None
            if found is not None:
                user, role, revoked, forgotten_below = found
                author = Author(Actor(user, self.workspace(), role), bool(revoked), forgotten_below)
            self._authors[device] = author
        return self._authors[device]

    def recorded(self, device: str, numbers: list[int]) -> dict[int, tuple[bytes, Result]]:
        """Recorded outcomes among `numbers`."""
        result = {}
        for n in numbers:
            found = self._read(sql.RECORDED, {"device": device, "n": n}).fetchone()
            if found is not None:
                result[n] = (found[0], decode_result(found[1]))
        return result

    def head(self, channel: str) -> Head | None:
        """The channel's head, None when there is no such channel."""
        known = self._channel(channel)
        return None if known is None else known.head

    def _channel(self, channel: str) -> _Channel | None:
        if channel not in self._channels:
            found = self._read(sql.HEAD, {"channel": channel}).fetchone()
            known = None
            if found is not None:
                seq, stored_hash, epoch, access, log_bytes, state_bytes = found
                known = _Channel(Head(seq, hash_value(stored_hash), epoch, access), log_bytes, state_bytes)
            self._channels[channel] = known
        return self._channels[channel]

    def rows(self, items: Iterable[str]) -> dict[str, Row]:
        """The rows of those items that exist."""
        result = {}
        for item in items:
            row = self._row(item)
            if row is not None:
                result[item] = row
        return result

    def _row(self, item: str) -> Row | None:
        if item not in self._rows:
            found = self._read(sql.ROW, {"item": item}).fetchone()
            self._rows[item] = None if found is None else decode_row(found[0])
            self._row_bytes[item] = 0 if found is None else len(found[0])
        return self._rows[item]

    def text(self, item: str, name: str) -> tuple[int, str]:
        """Revision and body of a text; (0, '') when there is none."""
        key = (item, name)
        if key not in self._texts:
            found = self._read(sql.BODY, {"item": item, "field": name}).fetchone()
            self._texts[key] = (0, "") if found is None else (found[0], found[1])
        return self._texts[key]

    def steps(self, item: str, name: str, after: int) -> list[TextStep]:
        """Operations of a text after a revision, in order."""
        return read_steps(self._connection, item, name, after)

    def last_rank(self, kind: str, scope: str) -> str | None:
        """The highest rank of a kind, in one channel or in all."""
        self._flush_rows()
        return self._rank(sql.LAST_RANK[bool(scope)], {"kind": kind, "scope": scope})

    def rank_beside(self, kind: str, scope: str, rank: str, side: str) -> str | None:
        """The next rank before or after a rank."""
        self._flush_rows()
        return self._rank(sql.RANK_BESIDE[side, bool(scope)], {"kind": kind, "scope": scope, "rank": rank})

    def _rank(self, statement: str, values: dict[str, str]) -> str | None:
        rank = self._read(statement, values).fetchone()[0]
        assert rank is None or isinstance(rank, str)
        return rank

    def new_epoch(self) -> str:
        """A name that no other history of this channel has."""
        return str(uuid.uuid4())

    # -- writing -------------------------------------------------------------------------------------------------------

    def write(self, channel: str, resolution: Resolution) -> None:
        """Takes up what a change became."""
        known = self._channel(channel)
        if known is None:
            known = self._channels[channel] = _Channel(resolution.head, 0, 0)
        known.head = resolution.head
        self._changed_channels[channel] = known
        for entry in resolution.entries:
            stored = encode(entry)
            values = {"channel": channel, "seq": entry.seq, "bytes_before": known.log_bytes, "entry": stored}
            self._connection.execute(sql.ADD_ENTRY, values)
            known.log_bytes += len(stored)
        for item, name, rev, seq, step in text_steps(resolution.entries):
            values = {"item": item, "field": name, "rev": rev, "seq": seq, "device": step.device, "n": step.n}
            self._connection.execute(sql.ADD_STEP, {**values, "op": encode(step.op)})
        self._rows.update(resolution.rows)
        self._changed_rows.update(resolution.rows)
        for key, (rev, body) in resolution.texts.items():
            known.state_bytes += len(body) - len(self.text(*key)[1])
            self._texts[key] = (rev, body)
            self._changed_texts[key] = channel

    def record(self, device: str, sent_hash: bytes, results: list[Result]) -> None:
        """Keeps outcomes of a device's change."""
        for result in results:
            values = {"device": device, "n": result.n, "hash": sent_hash, "result": encode(result)}
            self._connection.execute(sql.ADD_OUTCOME, values)

    def see(self, device: str, n: int) -> None:
        """A number was used."""
        self._seen[device] = max(n, self._seen.get(device, 0))

    def flush(self) -> None:
        """Writes what was kept back, before the transaction ends."""
        self._flush_rows()
        texts = [
            {"item": item, "field": name, "channel": channel, "rev": rev, "body": body}
            for (item, name), channel in self._changed_texts.items()
            for rev, body in (self._texts[item, name],)
        ]
        self._connection.executemany(sql.PUT_TEXT, texts)
        channels = [_channel_values(name, known) for name, known in self._changed_channels.items()]
        self._connection.executemany(sql.PUT_CHANNEL, channels)
        self._connection.executemany(sql.SEE, [{"device": device, "seen": n} for device, n in self._seen.items()])

    def _flush_rows(self) -> None:
        """Ranks are asked of the table, so rows are in it before."""
        if not self._changed_rows:
            return
        values = []
        for item, row in self._changed_rows.items():
            stored = encode(row)
            values.append(_row_values(row, stored))
            known = self._channel(row.channel)
            assert known is not None
            known.state_bytes += len(stored) - self._row_bytes.get(item, 0)
            self._row_bytes[item] = len(stored)
        self._changed_rows.clear()
        self._connection.executemany(sql.PUT_ROW, values)


def read_steps(connection: sqlite3.Connection, item: str, name: str, after: int) -> list[TextStep]:
    """Operations of a text after a revision, in order."""
    found = connection.execute(sql.STEPS, {"item": item, "field": name, "after": after})
    return [TextStep(device, n, decode_op(op)) for device, n, op in found]


def _row_values(row: Row, stored: bytes) -> dict[str, object]:
    parent = KINDS[row.kind].parent
    return {
        "id": row.id,
        "kind": row.kind,
        "channel": row.channel,
        "position": row.value("position"),
        "hangs_on": row.value(parent) if parent else None,
        "trashed": row.trashed,
        "row": stored,
    }


def _channel_values(channel: str, known: _Channel) -> dict[str, object]:
    head = known.head
    return {
        "id": channel,
        "seq": head.seq,
        "hash": hash_bytes(head.hash),
        "epoch": head.epoch,
        "access": head.access,
        "log_bytes": known.log_bytes,
        "state_bytes": known.state_bytes,
    }
