"""The network: connections as TCP gives them. A stream keeps its order and loses nothing; it can stall and be cut."""

from collections import deque
from collections.abc import Callable
from random import Random

from tests.simulation.timeline import Timeline

Take = Callable[[bytes], None]


def is_sign_of_life(frame: bytes) -> bool:
    """Whether a frame is a ping or a pong."""
    return frame[5:9] in (b"ping", b"pong")


class Pipe:
    """One direction of a connection: whole frames on their way, in order, each with a delay of its own."""

    def __init__(self, timeline: Timeline, rng: Random, latency: tuple[float, float], take: Take) -> None:
        self._timeline, self._rng, self._latency, self._take = timeline, rng, latency, take
        self.under_way: deque[tuple[bytes, float]] = deque()
        self.spacing = 0.0
        self.sent_at = timeline.now
        self._last = timeline.now
        self._stalled_until = 0.0
        self._torn = False

    def send(self, frame: bytes) -> None:
        """Puts a frame on its way."""
        if self._torn:
            return
        timeline = self._timeline
        self.under_way.append((frame, timeline.now))
        self._last = max(timeline.now + self._rng.uniform(*self._latency), self._last + self.spacing)
        timeline.at(self._last, self._arrive)

    def stall(self, until: float) -> None:
        """Nothing arrives before `until`; what is on its way waits."""
        self._stalled_until = max(self._stalled_until, until)
        self._last = max(self._last, self._stalled_until)

    @property
    def is_stalled(self) -> bool:
        """Whether nothing arrives at the moment."""
        return self._timeline.now < self._stalled_until

    @property
    def holds_news(self) -> bool:
        """Whether something else than a sign of life is under way."""
        return any(not is_sign_of_life(frame) for frame, _ in self.under_way)

    @property
    def end(self) -> float:
        """When what is on its way has arrived."""
        return self._last if self.under_way else max(self._timeline.now, self._stalled_until)

    def cut(self, keep: int) -> None:
        """The stream ends after the next `keep` frames; the rest of what is under way is lost."""
        self._torn = True
        while len(self.under_way) > keep:
            self.under_way.pop()

    def _arrive(self) -> None:
        if not self.under_way:
            return
        if self.is_stalled:
            self._timeline.at(self._stalled_until, self._arrive)
            return
        frame, self.sent_at = self.under_way.popleft()
        self._take(frame)


class Connection:
    """A socket pair. Each end learns of the end by itself, and at its own time, or not at all."""

    def __init__(
        self, name: str, timeline: Timeline, rng: Random, latency: tuple[float, float], to_server: Take, to_client: Take
    ) -> None:
        self.name = name
        self._timeline, self._rng = timeline, rng
        self.up = Pipe(timeline, rng, latency, to_server)
        self.down = Pipe(timeline, rng, latency, to_client)
        self.client_open = self.server_open = True

    @property
    def is_whole(self) -> bool:
        """Whether both ends still stand."""
        return self.client_open and self.server_open

    def cut(self) -> tuple[float, float]:
        """The network tears it: a beginning of what is under way still arrives. When client and server learn of it."""
        rng = self._rng
        for pipe in (self.up, self.down):
            pipe.cut(rng.randint(0, len(pipe.under_way)))
        return self.down.end + rng.uniform(0.0, 0.2), self.up.end + rng.uniform(0.0, 0.2)

    def end_by_client(self, *, said: bool) -> float | None:
        """The client closes, or its process dies; when the server learns of it, None where nothing tells it."""
        self.client_open = False
        self.down.cut(0)
        if not said and self._rng.random() < 0.5:
            self.up.cut(self._rng.randint(0, len(self.up.under_way)))
        if self.up.is_stalled and self._rng.random() < 0.5:
            self.up.cut(0)
            return None
        return self.up.end + self._rng.uniform(0.0, 0.1)

    def end_by_server(self, *, said: bool) -> float | None:
        """The server closes, or its process dies; when the client learns of it, None where nothing tells it."""
        self.server_open = False
        self.up.cut(0)
        if not said:
            self.down.cut(self._rng.randint(0, len(self.down.under_way)))
        if self.down.is_stalled and self._rng.random() < 0.5:
            self.down.cut(0)
            return None
        return self.down.end + self._rng.uniform(0.0, 0.1)
