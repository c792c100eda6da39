"""The outbox's journal as values: records in a hash chain, what of them still matters, what a hole has cost."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import msgspec

from app.cache.interface import AnyRecord, Made, Record, Rejected, Renamed, Retired, Sent, Settled

HASH_BYTES = 32
NO_CHAIN = bytes(HASH_BYTES)
"""What the first record of all is chained to."""


class Anchor(Record, frozen=True, tag="anchor"):
    """The first row of a journal: what came before it was retired or set aside, the rows after it are all there is.

    `before` is the id of the last row before and `chain` its hash; `highest` the highest change number ever used and
    `waiting` the numbers of the unsettled changes that follow. `damage` and `kept_copy` say why a journal was begun
    anew; they are told until the second file knows of this row.
    """

    before: int
    chain: bytes
    highest: int
    waiting: list[int]
    damage: str = ""
    kept_copy: str = ""


class Void(Record, frozen=True, tag="void"):
    """Rows that were reported as not saved and yet reached the disk: they never counted."""

    rows: list[int]


JournalRecord = AnyRecord | Anchor | Void


@dataclass(frozen=True)
class JournalRow:
    """One row as stored; `digest` is SHA-256 of id and `body`, `chain` SHA-256 of the chain before and `digest`."""

    id: int
    body: bytes
    digest: bytes
    chain: bytes

    @property
    def sound(self) -> bool:
        """Whether the body is what was written, judged by the row alone."""
        return row_digest(self.id, self.body) == self.digest

    def follows(self, chain: bytes) -> bool:
        """Whether this is the row that was written after the one with hash `chain`."""
        return hashlib.sha256(chain + self.digest).digest() == self.chain


_encode = msgspec.msgpack.Encoder().encode
_decoder: msgspec.msgpack.Decoder[JournalRecord] = msgspec.msgpack.Decoder(JournalRecord)


def row_digest(id_: int, body: bytes) -> bytes:
    """What proves a row by itself."""
    return hashlib.sha256(id_.to_bytes(8, "big", signed=True) + body).digest()


def rows_after(last: int, chain: bytes, records: Iterable[JournalRecord]) -> list[JournalRow]:
    """The rows that follow row `last` with hash `chain`."""
    rows = []
    for record in records:
        last += 1
        body = _encode(record)
        digest = row_digest(last, body)
        chain = hashlib.sha256(chain + digest).digest()
        rows.append(JournalRow(last, body, digest, chain))
    return rows


def record_in(row: JournalRow) -> JournalRecord | None:
    """The record in a row, or None when the row is damaged."""
    if not row.sound:
        return None
    try:
        return _decoder.decode(row.body)
    except msgspec.MsgspecError:
        return None


def unbroken(rows: Sequence[JournalRow]) -> bool:
    """Whether rows are a whole journal: an anchor first, no id missing, every body sound and chained."""
    if not rows:
        return False
    anchor = record_in(rows[0])
    if not isinstance(anchor, Anchor) or rows[0].id != anchor.before + 1:
        return False
    last, chain = anchor.before, anchor.chain
    for row in rows:
        if row.id != last + 1 or not row.sound or not row.follows(chain):
            return False
        last, chain = row.id, row.chain
    return all(record_in(row) is not None for row in rows)


class Ledger:
    """The account that a journal's records keep: change numbers unsettled and used, and which records still matter.

    A record matters while a change it speaks of is not retired. The last renaming always does, for it says which
    device this is; an earlier one while a record before it matters.
    """

    def __init__(self) -> None:
        self.highest = 0
        self.waiting: set[int] = set()
        self._kept: dict[int, tuple[AnyRecord, int]] = {}  # by place: the record and how many changes hold it here
        self._places: dict[int, list[int]] = {}  # change number as of now: places of the records about it
        self._partly: dict[int, list[int]] = {}  # by place: retired numbers of a record that others still hold
        self._next = 0

    def note(self, record: JournalRecord) -> None:
        """Takes the next record into account."""
        self._next += 1
        match record:
            case Anchor():
                self.highest = max(self.highest, record.highest)
            case Made():
                self.highest = max(self.highest, record.n)
                self.waiting.add(record.n)
                self._keep(record, [record.n])
            case Sent():
                self._keep(record, record.numbers)
            case Settled():
                self.waiting.difference_update(record.numbers)
                self._keep(record, record.numbers)
            case Rejected():
                self._keep(record, [record.n])
            case Renamed():
                self._rename(record)
            case Retired():
                self._retire(record.numbers)
            case Void():
                pass

    def _keep(self, record: AnyRecord, numbers: list[int]) -> None:
        self._kept[self._next] = (record, len(numbers))
        for n in numbers:
            self._places.setdefault(n, []).append(self._next)

    def _rename(self, record: Renamed) -> None:
        self.highest = max(self.highest, *record.numbers.values(), 0)
        self.waiting = {record.numbers.get(n, n) for n in self.waiting}
        self._places = {record.numbers.get(n, n): places for n, places in self._places.items()}
        self._kept[self._next] = (record, 1)

    def _retire(self, numbers: list[int]) -> None:
        self.waiting.difference_update(numbers)
        for n in numbers:
            for place in self._places.pop(n, ()):
                record, holders = self._kept.pop(place)
                if holders > 1:
                    self._kept[place] = (record, holders - 1)
                    self._partly.setdefault(place, []).append(n)
                else:
                    self._partly.pop(place, None)

    @property
    def dead(self) -> int:
        """How many records no longer matter, the anchor not counted."""
        return max(0, self._next - 1 - len(self._kept) - bool(self._partly))

    def live(self) -> list[AnyRecord]:
        """The records that matter, in order; where one speaks of retired changes too, those are named at the end."""
        kept = [self._kept[place][0] for place in sorted(self._kept)]
        renamings = [index for index, record in enumerate(kept) if isinstance(record, Renamed)]
        idle = {index for index in renamings[:-1] if all(place in renamings for place in range(index))}
        partly = sorted({n for numbers in self._partly.values() for n in numbers})
        retired: list[AnyRecord] = [Retired(partly)] if partly else []
        return [record for index, record in enumerate(kept) if index not in idle] + retired


def ledger_of(records: Iterable[JournalRecord]) -> Ledger:
    """The account of a whole journal."""
    ledger = Ledger()
    for record in records:
        ledger.note(record)
    return ledger


def records_that_count(rows: Sequence[JournalRow]) -> list[JournalRecord]:
    """The sound records from the last anchor on, without those that were reported as not saved."""
    records = [(row.id, record) for row in rows if (record := record_in(row)) is not None]
    void = {row for _, record in records if isinstance(record, Void) for row in record.rows}
    start = max((index for index, (_, record) in enumerate(records) if isinstance(record, Anchor)), default=0)
    return [record for id_, record in records[start:] if id_ not in void]


def lost_changes(records: Sequence[JournalRecord], rows_missing: int, head: tuple[int, int] | None) -> int | None:
    """How many unsettled changes a damaged journal no longer holds; None when nothing can be said.

    `records` are those that could be read; `head` the highest number and the count of unsettled changes from the
    second file, None when that is lost too. Numbers may have gaps, so no more can be lost than rows are missing.
    The answer may be too high, when the notes of what was settled are lost as well; it is never too low.
    """
    ledger = ledger_of(records)
    if records and isinstance(records[0], Anchor):
        seen = {n for record in records if isinstance(record, Retired | Settled) for n in record.numbers}
        seen.update(record.n for record in records if isinstance(record, Made))
        seen.update(n for record in records if isinstance(record, Renamed) for n in record.numbers.values())
        highest, waiting = head if head is not None else (ledger.highest, rows_missing)
        expected = {*records[0].waiting, *range(records[0].highest + 1, highest + 1)}
        return min(rows_missing, waiting, len(expected - seen))
    if head is None:
        return rows_missing or None
    return min(rows_missing, max(0, head[1] - len(ledger.waiting)))


def damage_sentence(lost: int | None, kept_copy: str) -> str:
    """What a person reads about a damaged queue; '' when the file was removed and nothing unsent was in it."""
    if not kept_copy:
        if not lost:
            return ""
        return f"{lost} unsent change{' was' if lost == 1 else 's were'} removed from this computer."
    if lost is None:
        return "The queue of unsent changes can't be read; a copy was kept."
    if lost:
        return f"{lost} change{'' if lost == 1 else 's'} can't be read; a copy was kept."
    return "The queue was damaged. Every change in it could be read; a copy was kept."
