"""A step in one readable line: what `scripts/simulate --trace` prints."""

import re
from typing import Any

from app.hub import events as hub_events
from app.model.change import Change, Entry, decode_change
from app.protocol.codec import decode_from_server
from app.protocol.messages import Ack, Entries, Hello, Push, Snapshot, Welcome
from app.sync import events
from app.sync.storage import Made, Sent

_ID = re.compile(r"([0-9a-f]{4})[0-9a-f]{4}-[0-9a-f]{4}-[47][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
_LENGTH_MAX = 400


def describe(step: Any) -> str:
    """One fact, wish, message or list of them in a line, ids cut to four digits."""
    return _ID.sub(r"\1", _said(step))[:_LENGTH_MAX]


def _said(step: Any) -> str:
    match step:
        case str():
            return step
        case list():
            return "[" + ", ".join(map(_said, step)) + "]"
        case events.Received() | events.Send():
            return f"{type(step).__name__} {_message(step.message)}"
        case events.Append():
            return f"Append({step.token}, {_said([_record(record) for record in step.records])})"
        case events.WriteCache():
            return f"WriteCache({step.token}, {_batch(step.batch)})"
        case events.Show():
            return f"Show({[item for _, item, _ in step.items]}, whole={step.whole})"
        case events.Loaded():
            return f"Loaded({step.load}, rows={[row.id for row in step.rows]}, text={step.text}, ops={step.ops})"
        case hub_events.Send():
            return f"Send({step.conns}, {_message(decode_from_server(step.frame))})"
        case hub_events.SendLoaded():
            return f"SendLoaded({step.conn}, {[_message(decode_from_server(frame)) for frame in step.frames]})"
        case hub_events.Commit():
            return f"Commit({[one.tag + ' ' + _change(decode_change(one.sent)) for one in step.submissions]})"
        case _:
            return repr(step)


def _message(message: Any) -> str:
    match message:
        case Push():
            return f"Push({[_change(decode_change(sent)) for sent in message.changes]})"
        case Entries():
            entries = ", ".join(map(_entry, message.entries))
            return f"Entries({message.ch}, after={message.after}, {entries})"
        case Snapshot():
            rows = [row.id for row in message.rows]
            place = f"{message.ch}, seq={message.seq}, page={message.page}"
            return f"Snapshot({place}, rows={rows}, texts={message.texts}, last={message.last})"
        case Ack():
            return (
                f"Ack({[(one.n, one.status, one.seq, one.code) for one in message.results]}, unknown={message.unknown})"
            )
        case Welcome():
            return f"Welcome({message.connection}, heads={message.heads}, highest={message.highest})"
        case Hello():
            doubts = [n for n, _ in message.in_doubt]
            return (
                f"Hello(resume={message.resume}, doubts={doubts}, texts={message.texts}, below={message.settled_below})"
            )
        case _:
            return repr(message)


def _change(change: Change) -> str:
    more = (
        f" rev {change.rev} {[(part.n, part.op) for part in change.parts]}"
        if change.parts
        else f" {change.fields or change.values}"
    )
    return f"{change.n}:{change.verb} {change.kind} {','.join(change.items)} base {change.base}{more}"


def _entry(entry: Entry) -> str:
    writes = [
        (write.item, {**write.fields, **write.add, **write.drop, **write.ops}, write.lost) for write in entry.writes
    ]
    return f"{entry.seq}={entry.dev}:{entry.n} {entry.verb} {entry.kind} {entry.status} {writes}"


def _record(record: Any) -> str:
    if isinstance(record, Made):
        return f"Made {_change(decode_change(record.change))}"
    if isinstance(record, Sent):
        return f"Sent {record.numbers} {_change(decode_change(record.change)) if record.change else ''}"
    return repr(record)


def _batch(batch: Any) -> str:
    channels = {name: seq for name, (_, seq, _) in batch.channels.items()}
    applied = [(n, seq) for n, seq, _ in batch.applied]
    more = f", drop={batch.drop_channels}" if batch.drop_channels else ""
    return f"{channels}, applied={applied}, texts={batch.texts}, ops={batch.ops}, forget={batch.forget_ops}{more}"
