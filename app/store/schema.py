"""The server's tables, declared once; an item's fields lie in its row's bytes, so tables keep their shape."""

import msgspec
from sqlalchemy import Index, Table
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from app.model.change import Entry, Result
from app.model.row import Row

VERSION = 1
"""`user_version` of the file; rises with each migration (SYNC 13)."""

REGISTRY = registry()
"""Apart from SQLModel's own: the client's files declare tables of the same names."""


class StoreTable(SQLModel, registry=REGISTRY):
    """Base of the tables."""


class Meta(StoreTable, table=True):
    """Single values: the workspace's id."""

    key: str = Field(primary_key=True)
    value: str


class AccountRow(StoreTable, table=True):
    """An account; `email_key` is the e-mail as it is compared."""

    __tablename__ = "account"

    user: str = Field(primary_key=True)
    email: str
    email_key: str = Field(unique=True)
    password_hash: str
    role: str


class DeviceRow(StoreTable, table=True):
    """A device: its token's hash (none once revoked), the highest change number ever seen, and up to where its
    recorded outcomes may have been forgotten."""

    __tablename__ = "device"

    id: str = Field(primary_key=True)
    user: str = Field(index=True)
    name: str
    made_at: float
    token_hash: bytes | None = Field(default=None, unique=True)
    revoked: bool = False
    highest: int = 0
    forgotten_below: int = 0


class InviteRow(StoreTable, table=True):
    """An invite, by the hash of its secret."""

    __tablename__ = "invite"

    secret_hash: bytes = Field(primary_key=True)
    role: str
    uses_left: int
    until: float
    made_by: str


class ChannelRow(StoreTable, table=True):
    """A channel's head, the bytes of its log and of its rows and texts."""

    __tablename__ = "channel"

    id: str = Field(primary_key=True)
    seq: int
    hash: bytes
    epoch: str
    access: int
    log_bytes: int
    state_bytes: int


class EntityRow(StoreTable, table=True):
    """An item: the columns that are queried, and the whole row as MessagePack."""

    __tablename__ = "entity"
    __table_args__ = (
        Index("entity_channel_order", "channel", "kind", "position"),
        Index("entity_order", "kind", "position"),
    )

    id: str = Field(primary_key=True)
    kind: str
    channel: str
    position: str | None = None
    hangs_on: str | None = None
    trashed: bool = False
    row: bytes


class TextRow(StoreTable, table=True):
    """A text that people type into, at its newest revision."""

    __tablename__ = "text"

    item: str = Field(primary_key=True)
    field: str = Field(primary_key=True)
    channel: str = Field(index=True)
    rev: int
    body: str


class TextOpRow(StoreTable, table=True):
    """The operation that brought a text to `rev`, as committed, with device and number of its change."""

    __tablename__ = "text_op"
    __table_args__ = {"sqlite_with_rowid": False}

    item: str = Field(primary_key=True)
    field: str = Field(primary_key=True)
    rev: int = Field(primary_key=True)
    seq: int
    device: str
    n: int
    op: bytes


class LogRow(StoreTable, table=True):
    """An entry of a channel's log; `bytes_before` is the size of all entries before it."""

    __tablename__ = "log"
    __table_args__ = {"sqlite_with_rowid": False}

    channel: str = Field(primary_key=True)
    seq: int = Field(primary_key=True)
    bytes_before: int
    entry: bytes


class OutcomeRow(StoreTable, table=True):
    """What a device's change became, with the hash of its bytes: the same bytes get the same answer for ever."""

    __tablename__ = "outcome"
    __table_args__ = {"sqlite_with_rowid": False}

    device: str = Field(primary_key=True)
    n: int = Field(primary_key=True)
    hash: bytes
    result: bytes


def table(name: str) -> Table:
    """A table by name, for statements of SQLAlchemy Core."""
    return REGISTRY.metadata.tables[name]


encode = msgspec.msgpack.Encoder().encode
decode_row = msgspec.msgpack.Decoder(Row).decode
decode_entry = msgspec.msgpack.Decoder(Entry).decode
decode_result = msgspec.msgpack.Decoder(Result).decode
decode_op = msgspec.msgpack.Decoder(list).decode


def hash_bytes(value: int) -> bytes:
    """A 64-bit hash as it is stored: SQLite's integers have a sign."""
    return value.to_bytes(8, "big")


def hash_value(stored: bytes) -> int:
    """The hash in `stored`."""
    return int.from_bytes(stored, "big")
