"""Who gets what: every reader has each channel's entries once, in order, without a gap, encoded once for all.

A stream (one channel of one reader) is live, behind or loading. Only a live one is handed committed entries. Nothing is
kept for the others: when a load ends below the channel's head, or a queue that was too long is empty, the next load
begins where the last frame ended. So a slow reader costs no memory and no race can lose an entry (cases 6, 7, 40).
"""

from collections.abc import Iterable, Iterator

from app.hub.commit import Head
from app.hub.events import Effect, Load, LoadDenied, Loaded, Send, SendLoaded
from app.hub.facts import Committed
from app.hub.loading import entry_frames
from app.hub.peer import Flow, Peer, Phase, Stream
from app.model.change import Entry
from app.protocol.codec import BadFrame, encode
from app.protocol.messages import Checked, Gone, Subscribe

LOADS_MAX = 2
"""Loads of one connection under way: the next waits until the shell has taken the frames of one."""


class Delivery:
    """Positions of channels and readers. The heads here only say what was delivered; truth is the store."""

    def __init__(self) -> None:
        self._heads: dict[str, Head] = {}
        self._readers: dict[str, dict[str, Peer]] = {}

    def readers(self, channel: str) -> Iterator[Peer]:
        """Those who may read a channel and follow it."""
        return (peer for peer in self._readers.get(channel, {}).values() if peer.streams[channel].known)

    # -- following ---------------------------------------------------------------------------------------------------

    def begin(self, peer: Peer, heads: dict[str, Head]) -> Iterator[Effect]:
        """A session begins with a stream for every channel it may read, those it wants first first."""
        hello = peer.hello
        assert hello is not None
        for channel in hello.resume:
            if channel not in heads and channel not in peer.founded:
                yield _gone(peer, channel)
        wanted = dict.fromkeys(channel for channel in hello.first if channel in heads)
        for channel in {**wanted, **dict.fromkeys(heads)}:
            head = self._advance(channel, heads[channel])
            stream = self._follow(peer, channel)
            stream.told, stream.access = True, heads[channel].access
            stream.known = stream.access == head.access
            if channel in hello.resume:
                stream.epoch, stream.seq, stream.hash = hello.resume[channel]
        for channel, item, name, revision in hello.texts:
            if channel in peer.streams:
                peer.streams[channel].texts.append((item, name, revision))
        for channel in peer.founded:
            if channel not in peer.streams:
                self._follow(peer, channel)

    def leave(self, peer: Peer) -> None:
        """The connection is gone."""
        for channel in peer.streams:
            self._unfollow(peer, channel)
        peer.streams = {}
        peer.behind = {}

    def _follow(self, peer: Peer, channel: str) -> Stream:
        stream = peer.streams[channel] = Stream(channel)
        self._readers.setdefault(channel, {})[peer.conn] = peer
        peer.behind[channel] = None
        return stream

    def _unfollow(self, peer: Peer, channel: str) -> None:
        readers = self._readers[channel]
        del readers[peer.conn]
        if not readers:
            del self._readers[channel]

    def subscribe(self, peer: Peer, wish: Subscribe) -> Iterator[Effect]:
        """The reader asks for a channel again, from its own position or whole."""
        stream = peer.streams.get(wish.ch) or self._follow(peer, wish.ch)
        stream.asked = stream.told = True
        stream.seq, stream.epoch, stream.hash = wish.seq, wish.epoch, None
        stream.snapshot, stream.texts, stream.begun = wish.snapshot, list(wish.texts), False
        yield from self._fall_behind(peer, stream)

    def check(self, peer: Peer, channel: str, re: int) -> Iterator[Effect]:
        """The reader asks for a channel's seq and hash: the store is asked, and answered in stream order."""
        stream = peer.streams.get(channel) or self._follow(peer, channel)
        stream.asked = stream.told = True
        stream.checks.append(re)
        if stream.flow is Flow.LIVE:
            yield from self._fall_behind(peer, stream)
        else:
            yield from self.pump(peer)

    # -- commits -----------------------------------------------------------------------------------------------------

    def committed(self, committed: Committed, sessions: Iterable[Peer]) -> Iterator[Effect]:
        """Hands new entries to live readers; offers a channel to everybody when it is new or its access changed."""
        everybody = list(sessions)
        for channel, head in committed.heads.items():
            before = self._heads.get(channel)
            self._advance(channel, head)
            if before is None or before.access != head.access or channel in committed.founded:
                yield from self._offer(channel, everybody)
            yield from self._deliver(channel, committed.entries.get(channel, []), head)

    def doubt_all(self, sessions: Iterable[Peer], channels: Iterable[str]) -> Iterator[Effect]:
        """A commit to these channels failed in a way that may have kept it: the store is asked what every reader lacks.

        One of them may be new, and heard of by nobody.
        """
        everybody = list(sessions)
        for channel in channels:
            yield from self._offer(channel, [peer for peer in everybody if channel not in peer.streams])
        for peer in everybody:
            for stream in list(peer.streams.values()):
                stream.asked = True
                yield from self._fall_behind(peer, stream)

    def _offer(self, channel: str, everybody: list[Peer]) -> Iterator[Effect]:
        for peer in everybody:
            stream = peer.streams.get(channel)
            if stream is not None:
                stream.known = False
                yield from self._fall_behind(peer, stream)
            elif peer.phase is Phase.AUTHENTICATING:
                peer.founded.append(channel)
            elif peer.in_session:
                self._follow(peer, channel)
                yield from self.pump(peer)

    def _deliver(self, channel: str, entries: list[Entry], head: Head) -> Iterator[Effect]:
        if not entries:
            return
        ready: list[Peer] = []
        for peer in list(self._readers.get(channel, {}).values()):
            stream = peer.streams[channel]
            if stream.flow is not Flow.LIVE or stream.seq >= entries[-1].seq:
                continue
            if peer.lagging or stream.seq != entries[0].seq - 1 or stream.access != head.access:
                yield from self._fall_behind(peer, stream)
            else:
                ready.append(peer)
        if ready:
            yield from self._fan_out(channel, entries, head, ready)

    def _fan_out(self, channel: str, entries: list[Entry], head: Head, ready: list[Peer]) -> Iterator[Effect]:
        try:
            frames = list(entry_frames(channel, entries, head, encode))
        except BadFrame:
            # An entry that fits no frame (a deletion carries what it deleted) reaches its readers by a snapshot.
            for peer in ready:
                peer.streams[channel].snapshot = True
                yield from self._fall_behind(peer, peer.streams[channel])
            return
        conns = [peer.conn for peer in ready]
        for peer in ready:
            peer.streams[channel].seq = entries[-1].seq
        for frame in frames:
            yield Send(conns, frame)

    # -- loads -------------------------------------------------------------------------------------------------------

    def pump(self, peer: Peer) -> Iterator[Effect]:
        """Begins the loads that may begin: few at a time, none while the queue of this connection is too long."""
        while peer.behind and peer.phase is Phase.SESSION and not peer.lagging and peer.loads < LOADS_MAX:
            channel = next(iter(peer.behind))
            del peer.behind[channel]
            stream = peer.streams[channel]
            if self._is_current(stream):
                stream.flow, stream.hash, stream.begun = Flow.LIVE, None, True
                continue
            peer.loads += 1
            peer.tickets += 1
            stream.flow, stream.ticket = Flow.LOADING, peer.tickets
            yield Load(
                peer.conn,
                channel,
                stream.ticket,
                peer.identity.actor,
                stream.seq,
                stream.epoch,
                stream.hash,
                stream.snapshot,
                stream.texts,
                stream.begun,
            )

    def _is_current(self, stream: Stream) -> bool:
        """Whether a reader that comes back has everything, so that nothing need be read for it."""
        head = self._heads.get(stream.channel)
        if head is None or not stream.known or stream.asked or stream.snapshot or stream.texts:
            return False
        same = (stream.epoch, stream.seq, stream.access) == (head.epoch, head.seq, head.access)
        return same and stream.hash == head.hash

    def loaded(self, peer: Peer, event: Loaded) -> Iterator[Effect]:
        """Frames up to `event.seq` are there: the stream goes live if that is the head, else it is loaded on."""
        peer.loads -= 1
        stream = peer.streams.get(event.channel)
        if stream is not None and stream.flow is Flow.LOADING and stream.ticket == event.ticket:
            head = self._advance(event.channel, event.head)
            if event.head.access == head.access:
                yield from self._take(peer, stream, event, head)
            else:
                yield from self._fall_behind(peer, stream)
        yield from self.pump(peer)

    def _take(self, peer: Peer, stream: Stream, event: Loaded, head: Head) -> Iterator[Effect]:
        stream.known, stream.told, stream.access = True, True, event.head.access
        stream.seq, stream.epoch, stream.hash = event.seq, event.head.epoch, None
        stream.snapshot, stream.texts, stream.begun = False, [], True
        if event.frames:
            yield SendLoaded(peer.conn, event.frames)
        if stream.seq < head.seq:
            yield from self._fall_behind(peer, stream)
            return
        stream.flow, stream.asked = Flow.LIVE, False
        for re in stream.checks:
            yield Send([peer.conn], encode(Checked(re, stream.channel, stream.seq, head.hash)))
        stream.checks = []

    def denied(self, peer: Peer, event: LoadDenied) -> Iterator[Effect]:
        """The channel may not be read: nothing of it follows. Who never heard of it is not told that it is there."""
        peer.loads -= 1
        stream = peer.streams.get(event.channel)
        if stream is not None and stream.flow is Flow.LOADING and stream.ticket == event.ticket:
            self._unfollow(peer, event.channel)
            del peer.streams[event.channel]
            if stream.told:
                yield _gone(peer, event.channel)
        yield from self.pump(peer)

    def _fall_behind(self, peer: Peer, stream: Stream) -> Iterator[Effect]:
        stream.flow = Flow.BEHIND
        peer.behind[stream.channel] = None
        yield from self.pump(peer)

    def _advance(self, channel: str, head: Head) -> Head:
        """Remembers the furthest head heard of; another epoch begins anew."""
        known = self._heads.get(channel)
        if known is None or known.epoch != head.epoch or (head.seq, head.access) >= (known.seq, known.access):
            self._heads[channel] = head
        return self._heads[channel]


def _gone(peer: Peer, channel: str) -> Send:
    return Send([peer.conn], encode(Gone(channel)))
