"""From the open socket to the welcome: invite or password, hello, versions, changes in doubt."""

import math
from collections.abc import Iterator

from app.hub.delivery import Delivery
from app.hub.events import Admit, Admitted, Authenticate, Authenticated, Effect, LookedUp, LookUp, Send, Settle
from app.hub.peer import Peer, Phase, Violation
from app.hub.pushes import acknowledge
from app.protocol.codec import encode
from app.protocol.limits import (
    CHANGE_BYTES_MAX,
    CHANGES_PER_PUSH_MAX,
    CHANNELS_MAX,
    FRAME_BYTES_MAX,
    IN_DOUBT_MAX,
    PUSH_WINDOW,
)
from app.protocol.messages import Hello, Join, SignIn, Welcome
from app.protocol.versions import PROTOCOL_MAX, PROTOCOL_MIN

ATTEMPTS_MAX = 10
"""Invites and passwords tried on one connection; the rate over connections is the accounts' concern."""
TEXTS_MAX = 10_000
NUMBER_MAX = 2**53
LIMITS = {
    "frame_bytes": FRAME_BYTES_MAX,
    "change_bytes": CHANGE_BYTES_MAX,
    "changes_per_push": CHANGES_PER_PUSH_MAX,
    "push_window": PUSH_WINDOW,
}


class Door:
    """Who comes in, and with which words."""

    def __init__(self, node: str, app: str, delivery: Delivery) -> None:
        self._node, self._app, self._delivery = node, app, delivery
        self._generation = 0

    def knock(self, peer: Peer, message: Join | SignIn) -> Iterator[Effect]:
        """Somebody without a token."""
        peer.attempts += 1
        if peer.phase is not Phase.NEW or peer.attempts > ATTEMPTS_MAX:
            raise Violation("bad_request")
        peer.phase = Phase.ADMITTING
        yield Admit(peer.conn, message)

    def admitted(self, peer: Peer, event: Admitted, now: float) -> Iterator[Effect]:
        """The token, or why not; the same socket goes on with a hello or another attempt."""
        peer.phase, peer.since = Phase.NEW, now
        yield Send([peer.conn], encode(event.answer))

    def hello(self, peer: Peer, hello: Hello, now: float) -> Iterator[Effect]:
        """A device with a token. What it says is checked before anything is read for it."""
        low, high = hello.versions
        if peer.phase is not Phase.NEW or not _is_sound(hello):
            raise Violation("bad_request")
        if low > PROTOCOL_MAX or high < PROTOCOL_MIN or low > high:
            raise Violation("version")
        peer.phase, peer.hello = Phase.AUTHENTICATING, hello
        peer.offset = measured_offset(hello.clock, now)
        yield Authenticate(peer.conn, hello)

    def welcome(self, peer: Peer, event: Authenticated, now: float) -> Iterator[Effect]:
        """The session begins. A device has one connection: the caller has ended any other of it."""
        hello, device = peer.hello, peer.identity
        assert hello is not None
        # Rises over restarts too, since a server is not started twice in a millisecond.
        self._generation = max(self._generation + 1, int(now * 1000))
        peer.phase, peer.heard, peer.generation = Phase.DOUBTING, now, self._generation
        yield Send(
            [peer.conn],
            encode(
                Welcome(
                    min(hello.versions[1], PROTOCOL_MAX),
                    now,
                    self._node,
                    self._app,
                    device.actor.user,
                    device.actor.workspace,
                    device.actor.role,
                    peer.conn,
                    peer.generation,
                    {channel: (head.epoch, head.seq) for channel, head in event.heads.items()},
                    device.highest,
                    LIMITS,
                )
            ),
        )
        yield from self._delivery.begin(peer, event.heads)
        if hello.in_doubt:
            yield LookUp(peer.conn, device.id, hello.in_doubt)
        else:
            yield from self._open(peer)

    def looked_up(self, peer: Peer, event: LookedUp) -> Iterator[Effect]:
        """Changes in doubt are answered before anything of a channel: a snapshot carries no change ids."""
        yield from acknowledge(peer, event.results, event.unknown)
        yield from self._open(peer)

    def _open(self, peer: Peer) -> Iterator[Effect]:
        peer.phase = Phase.SESSION
        if peer.hello is not None and peer.hello.settled_below > 0:
            yield Settle(peer.identity.id, peer.hello.settled_below)
        peer.hello = None
        yield from self._delivery.pump(peer)


def _is_sound(hello: Hello) -> bool:
    counts = len(hello.resume) <= CHANNELS_MAX and len(hello.first) <= CHANNELS_MAX and len(hello.texts) <= TEXTS_MAX
    numbers = [hello.settled_below, *(seq for _, seq, _ in hello.resume.values())]
    numbers += [revision for _, _, _, revision in hello.texts]
    numbers += [number for number, _ in hello.in_doubt]
    in_bounds = all(0 <= number <= NUMBER_MAX for number in numbers)
    return counts and len(hello.in_doubt) <= IN_DOUBT_MAX and in_bounds


def measured_offset(clock: float, now: float) -> float:
    """Server clock minus the other's clock in seconds; 0 for a clock that is no time."""
    return now - clock if math.isfinite(clock) else 0.0
