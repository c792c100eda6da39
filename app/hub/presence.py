"""Who is where: by connection and generation, told at once, never stored (SYNC 8)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from app.hub.bounds import Budget
from app.hub.delivery import Delivery
from app.hub.events import Effect, Send
from app.hub.peer import Peer
from app.model.fields import TEXT_LENGTH_MAX
from app.model.identity import is_item_id, project_channel
from app.protocol.codec import encode
from app.protocol.limits import PRESENCE_PER_S_MAX, TYPING_S
from app.protocol.messages import Here, Presence

STATES = ("viewing", "editing", "typing", "away", "none")
BURST = 10
"""What may be said at once; above the rate the latest word waits its turn and takes the place of those before."""
NOWHERE = Here("none")
FIELD_LENGTH_MAX = 40
_REVISION_MAX = 2**53


@dataclass(slots=True)
class Place:
    """Where one connection is, what it last said and may not tell yet, and when its typing ends.

    `waiting` is above the rate; `elsewhere` is in a project that this person may not read so far.
    """

    peer: Peer
    budget: Budget
    here: Here = NOWHERE
    waiting: Here | None = None
    elsewhere: Here | None = None
    typing_until: float | None = None


class Board:
    """Everybody's places. What it tells goes to those who may read the project, and to nobody else."""

    def __init__(self, delivery: Delivery) -> None:
        self._delivery = delivery
        self._places: dict[str, Place] = {}
        self._projects: dict[str, dict[str, Place]] = {}

    def say(self, peer: Peer, here: Here, now: float) -> Iterator[Effect]:
        """A person says where they are. What makes no sense is not heard.

        In a project that they may not read they are nowhere; when they may (it was only just made), they are there.
        """
        if not _is_sound(here):
            return
        place = self._places.get(peer.conn)
        if place is None:
            place = self._places[peer.conn] = Place(peer, Budget(PRESENCE_PER_S_MAX, BURST, now))
        place.elsewhere = None
        if here.state != "none" and not self._may_read(peer, here.project):
            yield from self._move(place, NOWHERE, now)
            place.elsewhere = here
        elif place.budget.take(now) or here.state == "none":
            yield from self._move(place, here, now)
        else:
            place.waiting = here

    def due_at(self, conn: str, now: float) -> float | None:
        """When something is to be told for this connection without its saying anything."""
        place = self._places.get(conn)
        if place is None:
            return None
        times = [place.typing_until] if place.typing_until is not None else []
        if place.waiting is not None:
            times.append(place.budget.ready_at(now))
        return min(times, default=None)

    def due(self, conn: str, now: float) -> Iterator[Effect]:
        """Tells what had to wait, and ends typing that was not refreshed."""
        place = self._places.get(conn)
        if place is None:
            return
        if place.waiting is not None:
            if not self._may_read(place.peer, place.waiting.project):
                place.waiting = None
            elif place.budget.take(now):
                yield from self._move(place, place.waiting, now)
        elif place.typing_until is not None and place.typing_until <= now:
            here = place.here
            stopped = Here("editing", here.project, here.item, here.field, here.cursor, here.rev)
            yield from self._move(place, stopped, now)

    def leave(self, peer: Peer, now: float) -> Iterator[Effect]:
        """The connection is gone: it is nowhere, at once."""
        place = self._places.get(peer.conn)
        if place is not None:
            yield from self._move(place, NOWHERE, now)
            del self._places[peer.conn]

    def lost(self, peer: Peer, channel: str, now: float) -> Iterator[Effect]:
        """The person may no longer read a channel: they are not there for others either."""
        place = self._places.get(peer.conn)
        if place is not None and project_channel(place.here.project) == channel:
            yield from self._move(place, NOWHERE, now)

    def gained(self, peer: Peer, channel: str, now: float) -> Iterator[Effect]:
        """The person may read a channel from now on: they see who is there, and are seen if they are there."""
        yield from self.show(peer, [channel])
        place = self._places.get(peer.conn)
        elsewhere = place.elsewhere if place is not None else None
        if elsewhere is not None and project_channel(elsewhere.project) == channel:
            yield from self.say(peer, elsewhere, now)

    def show(self, peer: Peer, channels: Iterable[str]) -> Iterator[Effect]:
        """Tells a newcomer who is in these channels."""
        for channel in channels:
            for place in self._projects.get(channel[2:], {}).values():
                if place.peer is not peer:
                    yield Send([peer.conn], _frame(place.peer, place.here))

    def catch_up(self, peer: Peer) -> Iterator[Effect]:
        """Tells a reader whose queue was too long what it missed: each connection's place as it is now."""
        missed, peer.missed = peer.missed, {}
        for (_, project), frame in missed.items():
            if self._may_read(peer, project):
                yield Send([peer.conn], frame)

    def _move(self, place: Place, here: Here, now: float) -> Iterator[Effect]:
        old, place.here, place.waiting = place.here, here, None
        place.typing_until = now + TYPING_S if here.state == "typing" else None
        if old.project and (old.project != here.project or here.state == "none"):
            del self._projects[old.project][place.peer.conn]
            if not self._projects[old.project]:
                del self._projects[old.project]
            yield from self._tell(place.peer, Here("none", old.project))
        if here.state == "none":
            place.here = NOWHERE
        else:
            self._projects.setdefault(here.project, {})[place.peer.conn] = place
            yield from self._tell(place.peer, here)

    def _tell(self, about: Peer, here: Here) -> Iterator[Effect]:
        frame = _frame(about, here)
        conns = []
        for reader in self._delivery.readers(project_channel(here.project)):
            if reader is about:
                continue
            if reader.lagging:
                reader.missed.pop((about.conn, here.project), None)  # the latest comes last
                reader.missed[about.conn, here.project] = frame
            else:
                conns.append(reader.conn)
        if conns:
            yield Send(conns, frame)

    def _may_read(self, peer: Peer, project: str) -> bool:
        stream = peer.streams.get(project_channel(project))
        return stream is not None and stream.known


def _frame(about: Peer, here: Here) -> bytes:
    """The server writes who it is (nobody can be somebody else)."""
    device = about.identity
    return encode(
        Presence(
            here.project,
            about.conn,
            about.generation,
            device.actor.user,
            device.id,
            here.state,
            here.item,
            here.field,
            here.cursor,
            here.rev,
        )
    )


def _is_sound(here: Here) -> bool:
    if here.state not in STATES:
        return False
    if here.state == "none":
        return True
    if not is_item_id(here.project) or not (here.item == "" or is_item_id(here.item)):
        return False
    if here.cursor is not None and not all(0 <= place <= TEXT_LENGTH_MAX for place in here.cursor):
        return False
    return 0 <= here.rev <= _REVISION_MAX and (here.field == "" or _is_name(here.field))


def _is_name(field: str) -> bool:
    """A field's name, of this version or a later one; `comment` where a new comment is being written."""
    return len(field) <= FIELD_LENGTH_MAX and field.isascii() and field.isidentifier()
