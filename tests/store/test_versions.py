"""Tables keep their shape, and a file of a newer version is left alone."""

import sqlite3
from pathlib import Path

import pytest

from app.model.kinds import KINDS
from app.store import statements
from app.store.interface import StoreTooNew
from app.store.schema import REGISTRY, VERSION
from app.store.sqlite import SqliteStore
from tests.store.office import Office


def test_a_newer_file_is_refused_and_not_touched(tmp_path: Path) -> None:
    SqliteStore(tmp_path).close()
    path = tmp_path / "etal.db"
    with sqlite3.connect(path) as connection:
        connection.execute(f"PRAGMA user_version = {VERSION + 1}")
    connection.close()
    before = path.read_bytes()
    with pytest.raises(StoreTooNew):
        SqliteStore(tmp_path)
    assert path.read_bytes() == before


def test_no_table_names_a_field_of_a_kind_beyond_the_few_that_are_queried() -> None:
    columns = {column.name for name in ("entity", "log") for column in REGISTRY.metadata.tables[name].columns}
    fields = {name for kind in KINDS.values() for name in kind.fields}
    assert columns & fields == {"position", "trashed"}


def test_commits_are_durable_and_readers_never_wait(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path)
    writer = store._database._writer
    assert writer is not None
    settings = {name: writer.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous")}
    assert settings == {"journal_mode": "wal", "synchronous": 2}
    office = Office(store)
    ch = office.owner.project()
    with store._database.writing() as connection:
        connection.execute("UPDATE channel SET access = 9")
        assert store.delta(ch, 0, 1_000).head.access == 0
        with store._database.reading() as reader, pytest.raises(sqlite3.OperationalError):
            reader.execute("DELETE FROM log")
    assert store.delta(ch, 0, 1_000).head.access == 9
    store.close()


def test_every_question_of_a_commit_goes_by_an_index(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path)
    with store._database.reading() as connection:
        asked = [
            statements.AUTHOR,
            statements.RECORDED,
            statements.HEAD,
            statements.ROW,
            statements.BODY,
            statements.STEPS,
            statements.ENTRIES,
            statements.ROWS_OF_CHANNEL,
            statements.TEXTS_OF_CHANNEL,
            statements.DEVICE_OF_TOKEN,
            *statements.LAST_RANK.values(),
            *statements.RANK_BESIDE.values(),
        ]
        for statement in asked:
            names = {word.strip(",)")[1:] for word in statement.split() if word.startswith(":")}
            plan = connection.execute("EXPLAIN QUERY PLAN " + statement, dict.fromkeys(names, "")).fetchall()
            steps = [row[3] for row in plan]
            assert any(step.startswith("SEARCH") for step in steps), (statement, steps)
            assert not any(step.startswith("SCAN") for step in steps), (statement, steps)
    store.close()
