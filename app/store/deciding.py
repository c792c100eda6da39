"""One batch of changes decided, each once: the loop that every store runs inside its transaction."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Protocol

import msgspec

from app.hub.commit import Facts, Head, Needs, Resolution, needs, resolve
from app.hub.facts import Committed, Submission
from app.model.change import Change, Entry, Refusal, Result, change_hash, decode_change
from app.model.checks import NUMBER_MAX, PARTS_MAX
from app.model.roles import Actor
from app.model.row import Row
from app.protocol.limits import CHANGE_BYTES_MAX


@dataclass(frozen=True)
class Author:
    """A device as the transaction finds it: its person, and the number below which outcomes may be forgotten."""

    actor: Actor
    revoked: bool
    forgotten_below: int


@dataclass(frozen=True)
class TextStep:
    """One operation of a text: device and number of its change, and the operation as committed."""

    device: str
    n: int
    op: list[Any]


class Transaction(Protocol):
    """What deciding reads and writes; all of it becomes durable together, or none.

    A change writes nothing before it is wholly decided, so a refused one in the middle of a batch leaves no trace but
    its recorded refusal.
    """

    def author(self, device: str) -> Author | None: ...

    def recorded(self, device: str, numbers: list[int]) -> dict[int, tuple[bytes, Result]]:
        """Recorded outcomes among `numbers`, each with the hash of the bytes that it belongs to."""
        ...

    def head(self, channel: str) -> Head | None: ...

    def rows(self, items: Iterable[str]) -> dict[str, Row]: ...

    def text(self, item: str, name: str) -> tuple[int, str]: ...

    def steps(self, item: str, name: str, after: int) -> list[TextStep]: ...

    def last_rank(self, kind: str, scope: str) -> str | None:
        """The highest rank of a kind, in one channel or (`scope` empty) in all."""
        ...

    def rank_beside(self, kind: str, scope: str, rank: str, side: str) -> str | None:
        """The next rank `before` or `after` a rank."""
        ...

    def new_epoch(self) -> str: ...

    def write(self, channel: str, resolution: Resolution) -> None: ...

    def record(self, device: str, sent_hash: bytes, results: list[Result]) -> None: ...

    def see(self, device: str, n: int) -> None:
        """A number was used by a device: its highest never falls."""
        ...


Defect = Callable[[Exception], None]
"""What becomes of an error that no change should be able to bring about; it may raise."""

_DEFECTS = (ArithmeticError, AssertionError, AttributeError, LookupError, RecursionError, TypeError, ValueError)


def decide(transaction: Transaction, batch: Iterable[Submission], now: float, on_defect: Defect) -> Committed:
    """Decides every submission in order; `now` is the server's clock in Unix seconds."""
    deciding = Deciding(transaction, now, on_defect)
    for submission in batch:
        deciding.submit(submission)
    return deciding.committed


class Deciding:
    """One batch under way, and what it has become so far."""

    def __init__(self, transaction: Transaction, now: float, on_defect: Defect) -> None:
        self.committed = Committed()
        self._transaction = transaction
        self._now = now
        self._on_defect = on_defect

    def submit(self, submission: Submission) -> None:
        """Decides one change from outside and notes its results."""
        self.committed.results.append((submission.tag, self._results(submission)))

    def _results(self, submission: Submission) -> list[Result]:
        device, sent = submission.device, submission.sent
        change, numbers = _opened(sent)
        author = self._transaction.author(device)
        if author is None:
            return _refused(numbers, Refusal("not_allowed", "This device is not known here."))
        if len(numbers) > PARTS_MAX or not all(1 <= number <= NUMBER_MAX for number in numbers):
            return _refused(numbers[:1], Refusal("bad_value", "This change has no valid number."))
        sent_hash = change_hash(sent)
        recorded = self._transaction.recorded(device, numbers)
        if recorded:
            return _repeated(numbers, recorded, sent_hash)
        if min(numbers) < author.forgotten_below:
            return _reused(numbers)
        self._transaction.see(device, max(numbers))
        try:
            results = self._decided(author, change, device, sent, sent_hash, submission.offset)
        except Refusal as refusal:
            results = _refused(numbers, refusal)
            if refusal.code == "version":
                return results  # a newer server may know what this is
        self._transaction.record(device, sent_hash, results)
        return results

    def _decided(
        self, author: Author, change: Change | None, device: str, sent: bytes, sent_hash: bytes, offset: float
    ) -> list[Result]:
        if author.revoked:
            raise Refusal("not_allowed", "This device was signed out.")
        if len(sent) > CHANGE_BYTES_MAX:
            raise Refusal("too_large", "This change is too large.")
        if change is None:
            raise Refusal("bad_value", "This is not a change.")
        try:
            return self.apply(author.actor, change, device, sent_hash, offset)
        except _DEFECTS as error:
            self._on_defect(error)
            raise Refusal("bad_value", "The server could not work this change out.") from error

    def apply(self, actor: Actor, change: Change, device: str, sent_hash: bytes, offset: float = 0.0) -> list[Result]:
        """Decides and writes one change that is new. Raises Refusal; nothing of it is then written."""
        facts = self._facts(actor, change, needs(change))
        resolution = resolve(facts, change, device, sent_hash, self._now, offset)
        if facts.head is None:
            head = resolution.head
            resolution.head = Head(head.seq, head.hash, self._transaction.new_epoch(), head.access)
            self.committed.founded.append(change.ch)
        self._transaction.write(change.ch, resolution)
        self.committed.entries.setdefault(change.ch, []).extend(resolution.entries)
        self.committed.heads[change.ch] = resolution.head
        return resolution.results

    def _facts(self, actor: Actor, change: Change, wanted: Needs) -> Facts:
        transaction = self._transaction
        rows = transaction.rows(wanted.items)
        facts = Facts(actor, transaction.head(change.ch), rows)
        if wanted.text is not None and wanted.text[0] in rows:
            item, name, rev = wanted.text
            facts.text = transaction.text(item, name)
            facts.ops = [step.op for step in transaction.steps(item, name, rev)] if rev < facts.text[0] else []
        if wanted.last is not None:
            facts.last = transaction.last_rank(wanted.last, wanted.scope)
        if wanted.beside is not None:
            kind, anchor, side = wanted.beside
            rank = rows[anchor].value("position") if anchor in rows else None
            facts.beside = transaction.rank_beside(kind, wanted.scope, rank, side) if rank is not None else None
        return facts


class _Numbered(msgspec.Struct):
    """What is still looked for in a change that cannot be read."""

    n: int


_decode_number = msgspec.msgpack.Decoder(_Numbered).decode
_UNREADABLE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, OverflowError)


def _opened(sent: bytes) -> tuple[Change | None, list[int]]:
    """The change in the bytes, None if there is none, and the numbers that it settles (0 where none can be read)."""
    try:
        change = decode_change(sent)
    except _UNREADABLE:
        pass
    else:
        return change, list(dict.fromkeys(change.numbers))
    try:
        return None, [_decode_number(sent).n]
    except _UNREADABLE:
        return None, [0]


def _refused(numbers: Iterable[int], refusal: Refusal) -> list[Result]:
    retryable = refusal.code == "version"
    return [Result(n, "refused", code=refusal.code, text=refusal.text, retryable=retryable) for n in numbers]


def _reused(numbers: Iterable[int]) -> list[Result]:
    return _refused(numbers, Refusal("id_reuse", "This number was used for another change: the profile is a copy."))


def _repeated(numbers: list[int], recorded: dict[int, tuple[bytes, Result]], sent_hash: bytes) -> list[Result]:
    if any(known != sent_hash for known, _ in recorded.values()):
        return _reused(numbers)
    return [recorded[n][1] for n in numbers if n in recorded]


def recorded_results(
    doubts: list[tuple[int, bytes]], recorded: dict[int, tuple[bytes, Result]]
) -> tuple[list[Result], list[int]]:
    """Answers to (number, mark) in doubt: recorded results, `id_reuse` where the mark is another's, and unknowns."""
    results, unknown = [], []
    for n, mark in doubts:
        if n not in recorded:
            unknown.append(n)
        elif recorded[n][0].startswith(mark):
            results.append(recorded[n][1])
        else:
            results += _reused([n])
    return results, unknown


def text_steps(entries: Iterable[Entry]) -> Iterable[tuple[str, str, int, int, TextStep]]:
    """The text operations in entries: item, field, revision reached, seq, and the step."""
    for entry in entries:
        for write in entry.writes:
            for name, (rev, op) in write.ops.items():
                yield write.item, name, rev, entry.seq, TextStep(entry.dev, entry.n, op)
