"""Requests that are answered later: those to the server, sync, and refresh (HEADLESS)."""

from dataclasses import dataclass

from app.model.change import Refusal
from app.protocol.messages import Answer, Check, Refused, Request
from app.sync.core import Core
from app.sync.events import Asked, Send
from app.sync.intake import Intake
from app.sync.sending import Sending

_OFFLINE = Refusal("offline", "There is no connection to the server. Your changes are kept here.")
_NEEDS_SERVER = Refusal("offline", "This needs a connection to the server.")
_PAUSED = Refusal("offline", "Sync is paused. Your changes are kept here.")


@dataclass
class _Sync:
    """A caller who waits until the queue is empty; `attempts` to connect are left before the answer is offline."""

    re: int
    confirmed: int
    rejected: int
    attempts: int


class Requests:
    """Who waits for what. Everybody is answered once: by the outcome, or with `offline` when the link ends."""

    def __init__(self, core: Core, sending: Sending, intake: Intake) -> None:
        self.core = core
        self.sending = sending
        self.intake = intake
        self.confirmed = 0
        self.rejected = 0
        self._syncs: list[_Sync] = []
        self._refreshes: dict[int, tuple[int, set[str]]] = {}
        self._asked: dict[int, int] = {}
        self._number = 0

    @property
    def sync_waits(self) -> bool:
        """Whether anybody waits for the queue to be empty."""
        return bool(self._syncs)

    def ask(self, fact: Asked) -> None:
        """Pass a request on to the server."""
        core = self.core
        if not core.link.up:
            core.answer(fact.re, error=_NEEDS_SERVER)
            return
        self._number += 1
        self._asked[self._number] = fact.re
        core.out.append(Send(Request(self._number, fact.do, fact.arguments)))

    def answered(self, message: Answer | Refused) -> None:
        """The server's answer to one of them; else it is to the shell's own, for a new identity."""
        re = self._asked.pop(message.re, None)
        if re is None and isinstance(message, Refused):
            self.sending.on_renewal_refused()
        if isinstance(message, Answer):
            self.core.answer(re, message.result)
        else:
            self.core.answer(re, error=Refusal(message.code, message.text))

    def sync(self, re: int) -> None:
        """Send now. Without a connection one whole attempt is made, begun after this request."""
        core = self.core
        if core.link.paused:
            core.answer(re, error=_PAUSED)
            return
        # A connection or an attempt from before may already be dead: it is not the one that was asked for.
        attempts = 2 if core.link.busy else 1
        self._syncs.append(_Sync(re, self.confirmed, self.rejected, attempts))
        if core.link.up:
            self.sending.offer_again(versions=False)
        else:
            core.link.redial()

    def synced(self) -> None:
        """Everything is current and the queue is empty."""
        for one in self._syncs:
            self.core.answer(one.re, {"sent": self.confirmed - one.confirmed, "rejected": self.rejected - one.rejected})
        self._syncs = []

    def refresh(self, re: int) -> None:
        """Compare every channel with the server's."""
        core = self.core
        if not core.link.up:
            core.answer(re, error=_NEEDS_SERVER)
            return
        self._number += 1
        channels = list(core.replica.channels)
        self._refreshes[self._number] = (re, set(channels))
        self.intake.repaired = 0
        core.out.append(Send(Check(self._number, channels)))

    def look_at_refreshes(self) -> None:
        """Answer those of which every channel was compared, and repaired where it was wrong."""
        if not self._refreshes or self.intake.healing:
            return
        here = self.core.replica.channels.keys()  # what may no longer be read is not compared
        for number, (re, channels) in list(self._refreshes.items()):
            if not (channels & here) - self.intake.checked.get(number, set()):
                del self._refreshes[number]
                self.intake.checked.pop(number, None)
                items = sum(len(one.rows) for one in self.core.replica.channels.values())
                self.core.answer(re, {"checked": items, "repaired": self.intake.repaired})

    def lost(self) -> None:
        """The link ended."""
        core = self.core
        again = [one for one in self._syncs if one.attempts > 1 and not core.link.paused]
        for one in self._syncs:
            if one not in again:
                core.answer(one.re, error=_PAUSED if core.link.paused else _OFFLINE)
            one.attempts -= 1
        self._syncs = again
        for re, _ in self._refreshes.values():
            core.answer(re, error=_OFFLINE)
        for re in self._asked.values():
            core.answer(re, error=_OFFLINE)
        self._refreshes, self._asked = {}, {}
        if again:
            core.link.redial()
