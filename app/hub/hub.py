"""The server's engine: facts in, wishes out, without clock, chance, disk or network."""

from collections.abc import Iterator
from typing import assert_never

from app.hub import pushes
from app.hub.bounds import Deadlines
from app.hub.delivery import Delivery
from app.hub.door import NUMBER_MAX, Door, measured_offset
from app.hub.events import (
    Admitted,
    Answered,
    Authenticated,
    BadFrameReceived,
    Closed,
    CommitDone,
    CommitFailed,
    DevicesEnded,
    Drained,
    Draining,
    Effect,
    Event,
    Failed,
    Lagging,
    LoadDenied,
    Loaded,
    LookedUp,
    Opened,
    Perform,
    Received,
    Send,
    Tick,
)
from app.hub.farewell import farewell
from app.hub.peer import Peer, Phase, Violation
from app.hub.presence import Board
from app.model.identity import is_channel_id
from app.protocol.codec import BadFrame, encode
from app.protocol.limits import CHANNELS_MAX, DEAD_S, HELLO_WAIT_S, IDLE_PING_S
from app.protocol.messages import (
    Check,
    ClientMessage,
    Hello,
    Here,
    Join,
    Ping,
    Pong,
    Push,
    Refused,
    Request,
    SignIn,
    Subscribe,
)

REQUESTS_MAX = 16
"""Requests of one connection without an answer."""


class Hub:
    """One server's mind. `handle` is the only way in; what it answers is carried out in order.

    `node` names this run of the server, `app` its version.
    """

    def __init__(self, node: str, app: str) -> None:
        self._peers: dict[str, Peer] = {}
        self._runs: dict[tuple[str, str], Peer] = {}
        self._deadlines = Deadlines()
        self._delivery = Delivery()
        self._board = Board(self._delivery)
        self._door = Door(node, app, self._delivery)
        self._is_draining = False
        self._in_doubt: set[str] = set()

    def handle(self, event: Event, now: float) -> list[Effect]:
        """What follows from `event` at `now` (Unix seconds, never going back)."""
        effects: list[Effect] = []
        conn: str = getattr(event, "conn", "")
        try:
            for effect in self._handled(event, now):
                effects.append(effect)  # noqa: PERF402 - what came before a violation counts
        except Violation as violation:
            effects.extend(self._end(self._peers[conn], violation.code, now))
        self._look_again(conn, now)
        return effects

    def next_deadline(self) -> float | None:
        """When to send Tick next, or None. An earlier Tick does no harm."""
        return self._deadlines.next()

    @property
    def connections(self) -> int:
        """How many sockets are open."""
        return len(self._peers)

    # -- events ------------------------------------------------------------------------------------------------------

    def _handled(self, event: Event, now: float) -> Iterator[Effect]:
        match event:
            case Opened():
                yield from self._opened(event.conn, now)
            case CommitDone():
                yield from pushes.committed(self._peers, event.committed, now)
                yield from self._delivery.committed(event.committed, self._peers.values())
                if self._in_doubt:
                    channels, self._in_doubt = sorted(self._in_doubt), set()
                    yield from self._delivery.doubt_all(self._peers.values(), channels)
            case CommitFailed():
                if event.code == "storage":
                    # After an error of the disk a batch may be there although it was not said to be: it is asked for
                    # now, and once more when a commit shows that the disk is sound again.
                    self._in_doubt |= pushes.channels(event.submissions)
                    yield from self._delivery.doubt_all(self._peers.values(), self._in_doubt)
                yield from pushes.failed(self._peers, event, now)
            case DevicesEnded():
                yield from self._devices_ended(event.devices, now)
            case Draining():
                self._is_draining = True
                for peer in list(self._peers.values()):
                    yield from self._end(peer, "restart", now, event.waits.get(peer.conn, 0.0))
            case Tick():
                for conn in self._deadlines.due(now):
                    yield from self._due(conn, now)
                    self._look_again(conn, now)
            case _:
                speaker = self._peers.get(event.conn)
                if speaker is not None:
                    yield from self._of_peer(speaker, event, now)

    def _of_peer(
        self,
        peer: Peer,
        event: Received
        | BadFrameReceived
        | Closed
        | Lagging
        | Drained
        | Admitted
        | Authenticated
        | LookedUp
        | Loaded
        | LoadDenied
        | Answered
        | Failed,
        now: float,
    ) -> Iterator[Effect]:
        if isinstance(event, Closed):
            yield from self._leave(peer, now)
            del self._peers[peer.conn]
            self._deadlines.forget(peer.conn)
            return
        if peer.phase is Phase.ENDED:
            return
        match event:
            case Received():
                peer.heard, peer.pinged = now, False
                yield from self._received(peer, event.message, now)
            case BadFrameReceived():
                raise Violation("bad_request")
            case Lagging():
                peer.lagging = True
            case Drained():
                peer.lagging = False
                yield from self._board.catch_up(peer)
                yield from self._delivery.pump(peer)
            case Admitted():
                yield from self._door.admitted(peer, event, now)
            case Authenticated():
                yield from self._authenticated(peer, event, now)
            case LookedUp():
                yield from self._door.looked_up(peer, event)
            case Loaded():
                yield from self._loaded(peer, event, now)
            case LoadDenied():
                yield from self._board.lost(peer, event.channel, now)
                yield from self._delivery.denied(peer, event)
            case Answered():
                yield from self._answered(peer, event)
            case Failed():
                raise Violation("storage")
            case _:
                assert_never(event)

    def _opened(self, conn: str, now: float) -> Iterator[Effect]:
        assert conn not in self._peers, "names of connections are never used twice"
        peer = self._peers[conn] = Peer(conn, now)
        if self._is_draining:
            yield from self._end(peer, "restart", now)

    def _authenticated(self, peer: Peer, event: Authenticated, now: float) -> Iterator[Effect]:
        hello, device = peer.hello, event.device
        assert hello is not None
        if device is None or device.revoked or device.id != hello.device or peer.revoked:
            raise Violation("signed_out")
        run = (device.id, hello.run)
        other = self._runs.get(run)
        if other is not None:
            # The old socket ends before the new one counts: what it still says would come out of order. A copied
            # profile is another run: the two would end each other for ever, and are told apart by their changes.
            yield from self._end(other, "replaced", now)
        peer.device, peer.run = device, hello.run
        self._runs[run] = peer
        yield from self._door.welcome(peer, event, now)
        yield from self._board.show(peer, [stream.channel for stream in peer.streams.values() if stream.known])

    def _loaded(self, peer: Peer, event: Loaded, now: float) -> Iterator[Effect]:
        before = peer.streams.get(event.channel)
        was_known = before is not None and before.known
        yield from self._delivery.loaded(peer, event)
        after = peer.streams.get(event.channel)
        if not was_known and after is not None and after.known:
            yield from self._board.gained(peer, event.channel, now)

    def _answered(self, peer: Peer, event: Answered) -> Iterator[Effect]:
        peer.requests -= 1
        try:
            yield Send([peer.conn], encode(event.answer))
        except BadFrame:
            re = getattr(event.answer, "re", 0)
            yield Send([peer.conn], encode(Refused("too_large", "The answer is too large to be sent.", re)))

    def _devices_ended(self, devices: list[str], now: float) -> Iterator[Effect]:
        for peer in list(self._peers.values()):
            if peer.phase is Phase.AUTHENTICATING and peer.hello is not None and peer.hello.device in devices:
                peer.revoked = True
            elif peer.device is not None and peer.device.id in devices and peer.phase is not Phase.ENDED:
                yield from self._end(peer, "signed_out", now)

    # -- messages ----------------------------------------------------------------------------------------------------

    def _received(self, peer: Peer, message: ClientMessage, now: float) -> Iterator[Effect]:
        if not isinstance(message, Push) and not peer.budget.take(now):
            raise Violation("too_many_messages")
        match message:
            case Join() | SignIn():
                yield from self._door.knock(peer, message)
            case Hello():
                yield from self._door.hello(peer, message, now)
            case Ping():
                peer.offset = measured_offset(message.clock, now)
                if not peer.lagging:
                    yield Send([peer.conn], encode(Pong(message.clock, now)))
            case Pong():
                pass
            case Push() | Subscribe() | Check() | Here() | Request():
                if not peer.in_session:
                    raise Violation("bad_request")
                yield from self._in_session(peer, message, now)
            case _:
                assert_never(message)

    def _in_session(
        self, peer: Peer, message: Push | Subscribe | Check | Here | Request, now: float
    ) -> Iterator[Effect]:
        match message:
            case Push():
                yield from pushes.push(peer, message, now)
            case Subscribe():
                if not _may_follow(peer, [message.ch]) or not 0 <= message.seq <= NUMBER_MAX:
                    raise Violation("bad_request")
                yield from self._delivery.subscribe(peer, message)
            case Check():
                if not _may_follow(peer, message.channels):
                    raise Violation("bad_request")
                for channel in dict.fromkeys(message.channels):
                    yield from self._delivery.check(peer, channel, message.re)
            case Here():
                yield from self._board.say(peer, message, now)
            case Request():
                yield from self._requested(peer, message)
            case _:
                assert_never(message)

    def _requested(self, peer: Peer, message: Request) -> Iterator[Effect]:
        if peer.requests >= REQUESTS_MAX:
            yield Send([peer.conn], encode(Refused("too_many_attempts", "Too much at once.", message.re, 1.0)))
            return
        peer.requests += 1
        yield Perform(peer.conn, peer.identity, message)

    # -- life --------------------------------------------------------------------------------------------------------

    def _end(self, peer: Peer, code: str, now: float, retry_after: float = 0.0) -> Iterator[Effect]:
        if peer.phase is not Phase.ENDED:
            yield from farewell(peer, code, retry_after)
            yield from self._leave(peer, now)

    def _leave(self, peer: Peer, now: float) -> Iterator[Effect]:
        yield from self._board.leave(peer, now)
        self._delivery.leave(peer)
        if peer.device is not None and self._runs.get((peer.device.id, peer.run)) is peer:
            del self._runs[peer.device.id, peer.run]

    def _due(self, conn: str, now: float) -> Iterator[Effect]:
        peer = self._peers.get(conn)
        if peer is None:
            return
        if peer.phase is Phase.NEW and now >= peer.since + HELLO_WAIT_S:
            yield from self._end(peer, "too_slow", now)
        elif peer.in_session and not peer.uncommitted:
            if now >= peer.heard + DEAD_S:
                yield from self._end(peer, "silent", now)
            elif now >= peer.heard + IDLE_PING_S and not peer.pinged:
                peer.pinged = True
                yield Send([conn], encode(Ping(now)))
        yield from self._board.due(conn, now)

    def _look_again(self, conn: str, now: float) -> None:
        peer = self._peers.get(conn)
        if peer is None:
            return
        if peer.phase is Phase.NEW:
            self._deadlines.want(conn, peer.since + HELLO_WAIT_S)
        elif peer.in_session:
            silence = now if peer.uncommitted else peer.heard  # who waits for us need not speak
            self._deadlines.want(conn, silence + (DEAD_S if peer.pinged else IDLE_PING_S))
            place_at = self._board.due_at(conn, now)
            if place_at is not None:
                self._deadlines.want(conn, place_at)


def _may_follow(peer: Peer, channels: list[str]) -> bool:
    new = [channel for channel in channels if channel not in peer.streams]
    return len(peer.streams) + len(new) <= CHANNELS_MAX and all(is_channel_id(channel) for channel in new)
