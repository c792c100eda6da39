"""The link: when to connect, when to give up, and what the light shows (SYNC 15, PRODUCT C2, C3)."""

from dataclasses import dataclass, replace

from app.protocol.limits import BACKGROUND_PING_S
from app.protocol.messages import Ping
from app.sync.events import Connect, Disconnect, Effect, Send, SetTimer

CONNECTED, CONNECTING, OFFLINE = "connected", "connecting", "offline"

FIRST_RETRY_S_MAX = 0.25
BACKOFF_S_FIRST = 0.5
BACKOFF_S_MAX = 30.0
STAY_AWAY_S_MAX = 60.0
"""A server may ask to be left alone for this long at most (FAULTS J98)."""
PING_S = 3.0
PONG_WAIT_S = 2.5
"""Silence is noticed within 3 + 3 + 2.5 s while the window is active (case 31)."""
WELCOME_WAIT_S = 10.0
ANSWER_WAIT_S = 10.0
PROBE_WAIT_S = 2.0
MEASURE_EVERY = 5
"""Each fifth beat measures clock offset and round trip even on a busy connection (case 13)."""

FINAL = ("certificate", "signed_out", "version")
"""Reasons that trying again does not cure soon: retried at the slow end, and said in words."""


@dataclass(frozen=True)
class Light:
    """What the traffic light shows. `retry_in` is seconds from the moment of the change, or None."""

    state: str = OFFLINE
    code: str = ""
    reason: str = ""
    retry_in: float | None = None


class Link:
    """The connection's life. It only speaks of opening and closing; what is said on it is the engine's."""

    def __init__(self, out: list[Effect]) -> None:
        self.out = out
        self.light = Light()
        self.up = False
        self.opened = False
        self.paused = False
        self.hidden = False
        self.round_trip_s: float | None = None
        self._attempt = 0
        self._dialling = False
        self._heard = False
        self._beats = 0
        self._stay_away = 0.0
        self._waiting_long = False
        self._held: Light | None = None

    # -- opening and closing -----------------------------------------------------------------------------------------

    def dial(self) -> None:
        """Try now, whatever the back-off says."""
        if self.paused or self.opened or self._dialling:
            return
        self._dialling = True
        self.out += [SetTimer("retry", None), Connect()]
        if self._attempt == 0:
            self.light = Light(CONNECTING, "", "Establishing the connection.")

    @property
    def busy(self) -> bool:
        """Whether there is a connection or an attempt at one."""
        return self.opened or self._dialling

    def redial(self) -> None:
        """A person asks, the network returned, the machine woke: at once, from the start of the back-off."""
        self._attempt = 0
        self.dial()

    def on_opened(self) -> None:
        """The socket is open; the welcome is awaited."""
        self._dialling, self.opened = False, True
        self.light = Light(CONNECTING, "", "Establishing the connection.")
        self.out.append(SetTimer("welcome", WELCOME_WAIT_S))

    def on_welcome(self) -> None:
        """The session stands."""
        self.up, self._attempt, self._beats, self._waiting_long = True, 0, 0, False
        self._stay_away = 0.0
        self._held, self.light = None, Light(CONNECTED)
        self.out += [SetTimer("welcome", None), SetTimer("beat", self._beat_s())]

    def on_heard(self) -> None:
        """A frame came."""
        self._heard = True

    def on_bye(self, retry_after: float) -> None:
        """The server says that it goes, and when to come back."""
        self._stay_away = min(max(retry_after, 0.0), STAY_AWAY_S_MAX) if retry_after == retry_after else 0.0

    def on_dropped(self, code: str, text: str, chance: float) -> None:
        """The connection is gone, or was not to be had: at once again, then with full jitter up to 30 s."""
        was_up = self.up
        self.up, self.opened, self._dialling = False, False, False
        self.out += [SetTimer(name, None) for name in ("welcome", "beat", "pong", "answer")]
        if self.paused:
            return
        if code in FINAL:
            self._attempt = 10
            delay = BACKOFF_S_MAX * (0.5 + chance / 2)
        elif self._stay_away:
            delay, self._stay_away = self._stay_away, 0.0
        elif was_up:
            delay = chance * FIRST_RETRY_S_MAX
        else:
            delay = chance * min(BACKOFF_S_MAX, BACKOFF_S_FIRST * 2 ** min(self._attempt, 10))
        self._attempt += not was_up
        if was_up and delay <= FIRST_RETRY_S_MAX:
            self.light = Light(CONNECTING, code, text, delay)
        else:
            self.light = Light(OFFLINE, code, text, delay)
        self.out.append(SetTimer("retry", delay))

    def pause(self) -> None:
        """Go offline on purpose."""
        self.paused = True
        if self.opened or self._dialling:
            self.out.append(Disconnect("paused"))
        self.up, self.opened, self._dialling = False, False, False
        self.out += [SetTimer(name, None) for name in ("retry", "welcome", "beat", "pong", "answer")]
        self.light = Light(OFFLINE, "paused", "Sync is paused. Your changes are kept here.")

    def resume(self) -> None:
        """Come back."""
        self.paused = False
        self.redial()

    def cut(self, code: str, text: str) -> None:
        """Give the connection up ourselves; goes on like a loss."""
        self.out.append(Disconnect(text))
        self.on_dropped(code, text, 0.0)

    # -- the beat ----------------------------------------------------------------------------------------------------

    def set_hidden(self, hidden: bool) -> None:
        """A hidden window is quieter."""
        self.hidden = hidden
        if self.up:
            self.out.append(SetTimer("beat", self._beat_s()))

    def beat(self, clock: float) -> None:
        """Regularly: a silent connection is asked, and given up when it stays silent."""
        if not self.up:
            return
        self._beats += 1
        if not self._heard:
            self.out += [Send(Ping(clock)), SetTimer("pong", PONG_WAIT_S)]
        elif self._beats % MEASURE_EVERY == 1:
            self.out.append(Send(Ping(clock)))
        self._heard = False
        self.out.append(SetTimer("beat", self._beat_s()))

    def probe(self, clock: float) -> None:
        """After a sleep or a change of network: is the old connection still alive? Told within 2 s."""
        if self.up:
            self._heard = False
            self.out += [Send(Ping(clock)), SetTimer("pong", PROBE_WAIT_S)]

    def on_pong_due(self) -> None:
        """The answer to a ping is due."""
        if self.up and not self._heard:
            self.cut("silent", "No answer from the server. Working offline.")

    def on_pong(self, sent: float, clock: float) -> None:
        """A round trip was answered."""
        if 0 <= clock - sent < 60:
            self.round_trip_s = clock - sent

    def _beat_s(self) -> float:
        return BACKGROUND_PING_S if self.hidden else PING_S

    # -- the watch over unanswered changes -----------------------------------------------------------------------------

    def on_waiting(self, waiting: bool) -> None:
        """Changes are unanswered (or no longer): green never outlives 10 s of that (PRODUCT C2)."""
        self.out.append(SetTimer("answer", ANSWER_WAIT_S if waiting else None))
        if self._waiting_long:
            self._waiting_long = False
            if self.up:
                self.light = self._held or Light(CONNECTED)

    def on_held(self, code: str, reason: str) -> None:
        """The server takes no changes for the moment, for a reason; with no reason it does again (PRODUCT C2)."""
        was, self._held = self._held, Light(CONNECTING, code, reason) if reason else None
        if self.up and was != self._held and not self._waiting_long:
            self.light = self._held or Light(CONNECTED)

    @property
    def is_held(self) -> bool:
        """Whether the light says that the server takes no changes."""
        return self._held is not None

    def on_answer_due(self) -> None:
        """No answer to a change for 10 s: yellow with the reason, and after as long again a fresh connection."""
        if not self.up:
            return
        if self._waiting_long:
            self.cut("silent", "The server does not answer. Your changes are kept here.")
            return
        self._waiting_long = True
        self.light = Light(CONNECTING, "slow", "Waiting for the server to confirm your changes.")
        self.out.append(SetTimer("answer", ANSWER_WAIT_S))

    def state(self) -> Light:
        """The light as it is now."""
        return replace(self.light)
