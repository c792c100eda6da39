"""outbox.db: the append-only journal of what this person did and the server has not settled."""

from collections.abc import Sequence
from pathlib import Path

from app.cache.database import (
    Connection,
    empty_log,
    file_version,
    open_database,
    storage_errors,
    transaction,
)
from app.cache.head import Head, HeadFile
from app.cache.interface import AnyRecord, OutboxContents, StorageDamaged, StorageFailed, StorageFull
from app.cache.journal import (
    NO_CHAIN,
    Anchor,
    JournalRecord,
    JournalRow,
    Ledger,
    Void,
    damage_sentence,
    ledger_of,
    lost_changes,
    record_in,
    records_that_count,
    rows_after,
    unbroken,
)
from app.cache.migrations import OUTBOX_STEPS, make_outbox_tables, migrate
from app.cache.rebuild import (
    PUT_RECORD,
    Images,
    columns,
    finish_replacement,
    keep_copy,
    prepare_journal,
    read_images,
    sound_rows,
)
from app.cache.versions import OUTBOX_FORMAT

GET_RECORDS = "SELECT id, body, digest, chain FROM record ORDER BY id"
DROP_RECORDS = "DELETE FROM record WHERE id <= ?"
DEAD_RECORDS_MAX = 1_000
"""More dead records than this, and more than unsettled changes, and the journal is compacted."""
UNCHECKED = "The queue's second file was missing; what the queue holds was checked without it."

End = tuple[int, bytes]
"""Id and chain of a journal's last row."""


class SqliteOutbox:
    """An OutboxFile in SQLite, with its second file beside it. One thread at a time; `load` comes first.

    A record counts as saved once its row is durable *and* the second file says so. After StorageFailed the disk may
    hold the rows or not: the files are closed, and the next `load` voids what was not reported as saved.
    """

    def __init__(self, path: Path, key: bytes) -> None:
        self._path = path
        self._key = key
        self._head_file = HeadFile(path.with_suffix(".head"))
        self._connection: Connection | None = None
        self._ledger = Ledger()
        self._saved: End | None = None

    def load(self) -> OutboxContents:
        """All live records. Damage is found by the chain and by the second file, and said; sound rows are given.

        Raises StorageTooNew, StorageFull or StorageFailed; nothing of the journal is lost by that.
        """
        self.close()
        try:
            finish_replacement(self._path)
            images = read_images(self._path)
            head = self._head_file.read()
            return self._load(images, head)
        except BaseException:
            self.close()
            raise

    def append(self, records: list[AnyRecord]) -> None:
        """Durable when it returns. Raises StorageFull (nothing happened) or StorageFailed (`load` before going on)."""
        if not records:
            return
        try:
            self._save(records)
        except (StorageFailed, StorageDamaged) as error:
            self.close()
            raise StorageFailed(str(error)) from error
        if self._ledger.dead > max(DEAD_RECORDS_MAX, len(self._ledger.waiting)):
            self._compact()

    def close(self) -> None:
        """Closes both files; a second time does nothing."""
        connection, self._connection = self._connection, None
        self._head_file.close()
        if connection is not None:
            connection.close()

    def _load(self, images: Images, head: Head | None) -> OutboxContents:
        try:
            rows = self._read(images)
        except StorageDamaged:
            return self._rebuild(images, [], head)
        if unbroken(rows) and (head is None or _agrees(rows, head)):
            return self._resume(rows, head)
        if not rows and head is None and len(sound_rows(images, [], self._key, None)) <= 1:
            return self._begin()  # a new profile, or one that was killed while it was made
        return self._rebuild(images, rows, head)

    def _read(self, images: Images) -> list[JournalRow]:
        """Opens the journal and reads all its rows; none when it is new."""
        self._connection = connection = open_database(self._path, self._key, "FULL", OUTBOX_FORMAT)
        with storage_errors():
            version = file_version(connection)
            if version == 0:
                return []
            if version < OUTBOX_FORMAT:
                keep_copy(self._path, images, f"format-{version}")
                migrate(connection, OUTBOX_STEPS)
            return [JournalRow(*row) for row in connection.execute(GET_RECORDS)]

    def _begin(self) -> OutboxContents:
        assert self._connection is not None
        rows = rows_after(0, NO_CHAIN, [Anchor(0, NO_CHAIN, 0, [])])
        with transaction(self._connection):
            make_outbox_tables(self._connection)
            self._connection.executemany(PUT_RECORD, map(columns, rows))
        self._take(rows)
        self._write_head(_end(rows))
        return OutboxContents([], 0)

    def _resume(self, rows: list[JournalRow], head: Head | None) -> OutboxContents:
        """Goes on with a sound journal: what was not reported as saved is voided, what is settled is left behind."""
        anchor = record_in(rows[0])
        assert isinstance(anchor, Anchor)
        known = head is not None or len(rows) == 1  # one row: killed before the second file was made
        damage, kept_copy = "" if known else UNCHECKED, ""
        if head is not None and head.rows < rows[0].id:  # killed while it was begun: nobody heard what it says
            damage, kept_copy = anchor.damage, anchor.kept_copy
        unsaved = self._unsaved(rows)
        highest = max(ledger_of(_records(rows)).highest, head.highest if head is not None else 0)
        self._take(rows)
        self._ledger.highest = highest
        if unsaved:
            self._save([Void(unsaved)])
            self._take([*rows, *rows_after(*_end(rows), [Void(unsaved)])])
            self._ledger.highest = highest
        elif head is None or head.rows != rows[-1].id:
            self._write_head(_end(rows))
        if self._ledger.dead:
            self._compact()
        if self._connection is None:
            raise StorageFailed("The queue's file could not be written.")
        return OutboxContents(self._ledger.live(), highest, damage, kept_copy, highest_known=known)

    def _rebuild(self, images: Images, rows: list[JournalRow], head: Head | None) -> OutboxContents:
        """A damaged journal: a copy is set aside, and a new journal begins with what can still be read."""
        sound = sound_rows(images, rows, self._key, head)
        unsaved = self._unsaved(sound)
        records = records_that_count([row for row in sound if row.id not in unsaved])
        last = max(sound[-1].id if sound else 0, head.rows if head is not None else 0)
        first = max((row.id for row in sound if isinstance(record_in(row), Anchor)), default=1)
        missing = last - first + 1 - sum(1 for row in sound if row.id >= first)
        lost = lost_changes(records, missing, (head.highest, head.waiting) if head is not None else None)
        kept_copy = keep_copy(self._path, images, "damaged")

        ledger = ledger_of(records)
        highest = max(ledger_of(_records(sound)).highest, head.highest if head is not None else 0)
        chain = head.chain if head is not None and head.rows == last else NO_CHAIN
        damage = damage_sentence(lost, kept_copy)
        anchor = Anchor(last, chain, highest, sorted(ledger.waiting), damage, kept_copy)
        new = rows_after(last, chain, [anchor, *ledger.live()])
        prepare_journal(self._path, self._key, new)
        self.close()  # not before: closing cuts a damaged log, and a kill would leave nothing to read
        finish_replacement(self._path)
        self._connection = open_database(self._path, self._key, "FULL", OUTBOX_FORMAT)
        self._take(new)
        self._write_head(_end(new))
        return OutboxContents(self._ledger.live(), highest, damage, kept_copy, highest_known=head is not None)

    def _save(self, records: Sequence[JournalRecord]) -> None:
        """One transaction, then the second file."""
        if self._connection is None or self._saved is None:
            raise StorageFailed("The queue's file must be opened again first.")
        rows = rows_after(*self._saved, records)
        with transaction(self._connection):
            if len(rows) == 1:
                self._connection.execute(PUT_RECORD, columns(rows[0]))
            else:
                self._connection.executemany(PUT_RECORD, map(columns, rows))
        for record in records:
            self._ledger.note(record)
        try:
            self._write_head(_end(rows))
        except StorageFull as error:  # the rows are in the file, and yet do not count
            raise StorageFailed(str(error)) from error
        self._saved = _end(rows)

    def _compact(self) -> None:
        """Leaves dead records behind: a new anchor and the living ones, in one transaction.

        What is in the journal is safe already, so a full disk only puts this off, and any other error is met again,
        and said, by the next append.
        """
        assert self._connection is not None and self._saved is not None
        last, chain = self._saved
        anchor = Anchor(last, chain, self._ledger.highest, sorted(self._ledger.waiting))
        rows = rows_after(last, chain, [anchor, *self._ledger.live()])
        try:
            with transaction(self._connection):
                self._connection.execute(DROP_RECORDS, (last,))
                self._connection.executemany(PUT_RECORD, map(columns, rows))
            self._take(rows)
            self._write_head(_end(rows))
            empty_log(self._connection)
        except StorageFull:
            return
        except (StorageFailed, StorageDamaged):
            self.close()

    def _take(self, rows: Sequence[JournalRow]) -> None:
        """Takes a whole journal as what is saved."""
        self._ledger = ledger_of(records_that_count(rows))
        self._saved = _end(rows)

    def _unsaved(self, rows: Sequence[JournalRow]) -> list[int]:
        """Ids of rows that reached the disk although their append reported a failure."""
        if self._saved is None or not rows or rows[0].id > self._saved[0]:
            return []  # nothing was reported yet, or the failure was in a compaction, which changes nothing
        return [row.id for row in rows if row.id > self._saved[0]]

    def _write_head(self, end: End) -> None:
        self._head_file.write(Head(*end, self._ledger.highest, len(self._ledger.waiting)))


def _end(rows: Sequence[JournalRow]) -> End:
    return rows[-1].id, rows[-1].chain


def _records(rows: Sequence[JournalRow]) -> list[JournalRecord]:
    return [record for row in rows if (record := record_in(row)) is not None]


def _agrees(rows: Sequence[JournalRow], head: Head) -> bool:
    """Whether a whole journal reaches as far as the second file says; further is normal, for that is written after."""
    anchor = record_in(rows[0])
    assert isinstance(anchor, Anchor)
    if head.rows > rows[-1].id:
        return False
    if head.rows >= rows[0].id:
        return rows[head.rows - rows[0].id].chain == head.chain
    return head.rows != anchor.before or anchor.chain == head.chain
