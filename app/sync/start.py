"""Taking up the queue at the start: what the journal holds, laid beside what the cache has applied (SYNC 3.3)."""

from app.model.change import Change, decode_change
from app.sync.core import Core
from app.sync.outbox import APPLIED, REJECTED, SETTLED, WAITING, Pending
from app.sync.storage import Made, OutboxContents, Rejected, Renamed, Retired, Sent, Settled


def take_up(core: Core, contents: OutboxContents, applied: list[tuple[int, int, str]]) -> None:
    """Put the journal's live changes into the queue; damage is told, and no number is used twice."""
    device = core.identity.device
    for record in contents.records:
        match record:
            case Made():
                _made(core, record)
            case Sent():
                _sent(core, record)
            case Rejected():
                _marked(core, [record.n], REJECTED, record.code, record.text)
            case Settled():
                _marked(core, record.numbers, SETTLED)
            case Retired():
                for n in record.numbers:
                    core.outbox.remove(n)
            case Renamed():
                device = record.device
                core.former |= {record.former} - {""}
    core.identity = core.identity.renamed(device)
    core.damaged = bool(contents.damage)
    _begin(core, applied)
    core.next_n = max([contents.highest, *core.outbox.by_number, 0]) + 1
    if contents.damage:
        copy = f" {contents.kept_copy}" if contents.kept_copy else ""
        core.tell("notice", code="queue_damaged", message=contents.damage + copy, items=[])


def _made(core: Core, record: Made) -> None:
    change: Change = decode_change(record.change)
    old = core.outbox.by_number.get(record.n)
    if old is not None:
        # The same edit in a later form: an earlier neighbour was discarded, or sent before it.
        old.change, old.made = change, record.change
        old.unit, old.unit_change, old.unit_numbers = b"", None, []
    else:
        core.outbox.add(Pending(record.n, change, record.change))


def _sent(core: Core, record: Sent) -> None:
    for n in record.numbers:
        pending = core.outbox.by_number.get(n)
        if pending is None:
            continue
        core.outbox.noted(pending)
        if pending.is_text:
            pending.unit = record.change or pending.made
            pending.unit_change = decode_change(pending.unit)
            pending.unit_numbers = list(record.numbers)


def _marked(core: Core, numbers: list[int], state: str, code: str = "", reason: str = "") -> None:
    for n in numbers:
        pending = core.outbox.by_number.get(n)
        if pending is not None:
            pending.state, pending.code, pending.reason = state, code, reason
            pending.told = True


def _begin(core: Core, applied: list[tuple[int, int, str]]) -> None:
    outcomes = {n: (seq, status) for n, seq, status in applied}
    for n, pending in sorted(core.outbox.by_number.items()):
        if n in outcomes and pending.state not in (REJECTED, SETTLED):
            pending.state = APPLIED
            pending.seq, pending.status = outcomes[n]
        elif pending.state not in (REJECTED, SETTLED):
            core.outbox.queue(pending)
            # Whatever may have left before the crash is asked about before it is sent (again).
            # After damage that is everything: the note that it was sent may be what was lost.
            pending.doubt = core.damaged or (bool(pending.unit) if pending.is_text else n not in core.outbox.unnoted)
            assert pending.state == WAITING
        for item in pending.change.items:
            core.replica.touch(item)
        if pending.is_text:
            pending.recorded = (pending.unit_change or pending.change).rev
            core.load("text", *pending.text_key, after=_context(core, pending.text_key))


def _context(core: Core, key: tuple[str, str]) -> int:
    return min((one.unit_change or one.change).rev for one in core.own_texts(key))
