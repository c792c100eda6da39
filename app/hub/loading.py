"""A channel for one reader: delta or snapshot, cut into frames. Runs on any thread, on what the store hands out."""

from collections.abc import Callable, Iterator
from typing import Any, Protocol

from app.hub.commit import Head
from app.hub.events import Load, LoadDenied, Loaded
from app.hub.facts import Delta, SnapshotState
from app.model.change import Entry
from app.model.roles import Actor
from app.protocol.codec import BadFrame, plain_size
from app.protocol.limits import BATCH_BYTES, SERVER_PLAIN_BYTES_MAX
from app.protocol.messages import Entries, ServerMessage, Snapshot, TextOps
from app.protocol.snapshot import batches, text_parts

DELTA_BYTES_MAX = 512 << 10
"""Bytes of entries in one load; what is longer comes in several, so that a long delta holds little memory."""

TextOp = tuple[str, int, list[Any]]
"""An operation of a text with device and number of its change."""
Encode = Callable[[ServerMessage], bytes]


class Source(Protocol):
    """What loading asks of a store; each call is one transaction of its own."""

    def may_read(self, actor: Actor, channel: str) -> bool: ...

    def delta(self, channel: str, after: int, bytes_max: int) -> Delta: ...

    def snapshot(self, channel: str) -> SnapshotState: ...

    def delta_bytes(self, channel: str, after: int) -> int: ...

    def snapshot_bytes(self, channel: str) -> int: ...

    def channel_of(self, item: str) -> str | None: ...

    def text_ops(self, item: str, name: str, after: int) -> list[TextOp]: ...


def is_worth_a_delta(delta_bytes: int, snapshot_bytes: int) -> bool:
    """Whether entries cost a reader less than everything; a small delta always does (it brings more than values)."""
    return delta_bytes < BATCH_BYTES or delta_bytes <= snapshot_bytes


def fits(load: Load, delta: Delta) -> bool:
    """Whether a delta brings this reader to the head: their history is this one, and nothing is missing.

    A reader at the head with another hash has diverged (SYNC 10).
    """
    head = delta.head
    if load.after > head.seq or (load.after > 0 and load.epoch != head.epoch):
        return False
    if load.after == head.seq:
        return load.hash is None or load.hash == head.hash
    return bool(delta.entries) and delta.entries[0].seq == load.after + 1


def perform(load: Load, source: Source, encode: Encode) -> Loaded | LoadDenied:
    """Carries out a Load. The right to read is asked after reading too: who lost it meanwhile gets nothing (P1)."""
    denied = LoadDenied(load.conn, load.channel, load.ticket)
    if not source.may_read(load.actor, load.channel):
        return denied
    # Read first, so that they reach no further than what follows of the channel.
    ways = _ways(load, source, encode)
    loaded = _delta(load, source, encode, ways) or _snapshot(load, source, encode)
    return loaded if source.may_read(load.actor, load.channel) else denied


def _delta(load: Load, source: Source, encode: Encode, ways: list[bytes]) -> Loaded | None:
    """The delta, or None where a snapshot is asked for, cheaper or needed: an entry may even fit no frame."""
    channel = load.channel
    if load.snapshot:
        return None
    if not load.goes_on and not is_worth_a_delta(
        source.delta_bytes(channel, load.after), source.snapshot_bytes(channel)
    ):
        return None
    delta = source.delta(channel, load.after, DELTA_BYTES_MAX)
    if not fits(load, delta):
        return None
    try:
        frames = list(entry_frames(channel, delta.entries, delta.head, encode, whole=delta.complete))
    except BadFrame:
        return None
    seq = delta.head.seq if delta.complete else delta.entries[-1].seq
    return Loaded(load.conn, channel, load.ticket, ways + frames, seq, delta.head)


def entry_frames(
    channel: str, entries: list[Entry], head: Head, encode: Encode, *, whole: bool = True
) -> Iterator[bytes]:
    """Frames of consecutive entries; the last carries the channel's hash when they are `whole`, up to the head.

    Raises BadFrame when an entry fits no frame.
    """
    cut = [entries] if len(entries) == 1 else list(batches(entries, plain_size))
    for place, batch in enumerate(cut):
        hash_ = head.hash if whole and place == len(cut) - 1 else None
        yield encode(Entries(channel, batch[0].seq - 1, batch, head.epoch, hash_))


def _snapshot(load: Load, source: Source, encode: Encode) -> Loaded:
    state = source.snapshot(load.channel)
    revisions = {(item, name): rev for item, name, rev, _ in state.texts}
    frames = _ways(load, source, encode, revisions) + snapshot_frames(state, encode)
    return Loaded(load.conn, load.channel, load.ticket, frames, state.head.seq, state.head)


def _ways(load: Load, source: Source, encode: Encode, up_to: dict[tuple[str, str], int] | None = None) -> list[bytes]:
    """Operations of the texts that the reader names, of this channel only; to given revisions, or all there are."""
    frames: list[bytes] = []
    for item, name, after in load.texts:
        if source.channel_of(item) == load.channel:
            ops = source.text_ops(item, name, after)
            if up_to is not None:
                ops = ops[: max(0, up_to.get((item, name), 0) - after)]
            frames += [encode(message) for message in _text_ops(load.channel, item, name, after, ops)]
    return frames


def _text_ops(channel: str, item: str, name: str, after: int, ops: list[TextOp]) -> Iterator[TextOps]:
    for batch in batches(ops, plain_size):
        yield TextOps(channel, item, name, after, batch)
        after += len(batch)


def snapshot_frames(state: SnapshotState, encode: Encode) -> list[bytes]:
    """A snapshot's pages: rows, then texts in parts; the last page has the hash. There is always one page."""
    parts = (part for text in state.texts for part in text_parts(*text))
    pages: list[dict[str, Any]] = [{"rows": rows} for rows in batches(state.rows, plain_size)]
    pages += [{"texts": texts} for texts in batches(parts, plain_size)]
    head, frames = state.head, []
    for number, page in enumerate(pages or [{}]):
        last = number == max(len(pages) - 1, 0)
        message = Snapshot(state.channel, head.epoch, head.seq, number, **page, count=len(state.rows))
        frames.append(encode(_ended(message, head) if last else message))
    return frames


def _ended(page: Snapshot, head: Head) -> Snapshot:
    return Snapshot(
        page.ch, page.epoch, page.seq, page.page, page.rows, page.texts, last=True, hash=head.hash, count=page.count
    )


assert BATCH_BYTES * 8 < SERVER_PLAIN_BYTES_MAX, "a page and one more row fit a frame"
