"""The tables of the profile's two files; their shape stays when a field or kind is added.

Only imported when a file is made or migrated: SQLModel costs more than half a second of a start. The statements of
the hot paths stand beside their code, and a test holds them against these tables.
"""

from sqlalchemy import Index, MetaData, text
from sqlalchemy.dialects import sqlite
from sqlalchemy.orm import registry
from sqlalchemy.schema import CreateIndex, CreateTable
from sqlmodel import Field, SQLModel

_cache_tables = registry()
_outbox_tables = registry()


class CacheTable(SQLModel, registry=_cache_tables):
    """Base of the tables of cache.db."""


class OutboxTable(SQLModel, registry=_outbox_tables):
    """Base of the tables of outbox.db."""


class EntityTable(CacheTable, table=True):
    """A row (MessagePack of app.model.row.Row) and the few facts that are queried."""

    __tablename__ = "entity"
    __table_args__ = (
        Index("entity_by_channel", "channel", "kind"),
        Index("entity_by_place", "hangs_on", sqlite_where=text("hangs_on <> ''")),
    )
    id: str = Field(primary_key=True)
    kind: str
    channel: str
    hangs_on: str
    trashed: bool
    state: bytes


class TextTable(CacheTable, table=True):
    """A text at the revision that the cache has reached."""

    __tablename__ = "text"
    item: str = Field(primary_key=True)
    field: str = Field(primary_key=True)
    rev: int
    body: str


class TextOperationTable(CacheTable, table=True):
    """Operations (MessagePack) kept for texts with unsent edits; `rev` is the revision that each reached."""

    __tablename__ = "text_op"
    item: str = Field(primary_key=True)
    field: str = Field(primary_key=True)
    rev: int = Field(primary_key=True)
    device: str
    n: int
    op: bytes


class ChannelTable(CacheTable, table=True):
    """How far a channel is cached; `hash` as eight bytes, most significant first."""

    __tablename__ = "channel"
    id: str = Field(primary_key=True)
    epoch: str
    seq: int
    hash: bytes


class AppliedTable(CacheTable, table=True):
    """Own changes whose entries are applied and whose retirement the outbox has not noted yet."""

    __tablename__ = "applied"
    n: int = Field(primary_key=True)
    seq: int
    status: str


class RecordTable(OutboxTable, table=True):
    """A record of the journal: `digest` is the hash of its body, `chain` that of the chain before it and `digest`."""

    __tablename__ = "record"
    id: int = Field(primary_key=True)
    body: bytes
    digest: bytes
    chain: bytes


def _statements(metadata: MetaData) -> list[str]:
    dialect = sqlite.dialect()
    made = []
    for table in metadata.sorted_tables:
        made.append(str(CreateTable(table).compile(dialect=dialect)))
        made.extend(
            str(CreateIndex(index).compile(dialect=dialect))
            for index in sorted(table.indexes, key=lambda index: str(index.name))
        )
    return made


def cache_statements() -> list[str]:
    """What makes the tables of an empty cache.db."""
    return _statements(_cache_tables.metadata)


def outbox_statements() -> list[str]:
    """What makes the tables of an empty outbox.db."""
    return _statements(_outbox_tables.metadata)
