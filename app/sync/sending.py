"""Sending what waits, and what its answers bring about; a new identity for a copied profile (SYNC 11)."""

from collections.abc import Iterable

from app.model.change import Change, Part, Result, encode_change
from app.protocol.limits import BATCH_BYTES, CHANGES_PER_PUSH_MAX
from app.protocol.messages import Ack, Push
from app.sync.core import Core, Saving, changed
from app.sync.events import Renew, Send, SetTimer
from app.sync.outbox import ACKED, BLOCKED, OPEN, SENDING, WAITING, Pending
from app.sync.settling import Settling
from app.sync.storage import AnyRecord, Made, Renamed, Sent

PARTS_PER_UNIT_MAX = 200
AGAIN_S = 3.0
"""A change that the server could not take for the moment is offered again after this."""

_SENTENCES = {
    "disk_full": "The server is full. Your changes wait here.",
    "storage": "The server could not save this now. It is sent again.",
    "version": "The server must be updated for this change.",
}


class Sending(Settling):
    """The way of each change from the queue to its settlement."""

    def __init__(self, core: Core) -> None:
        super().__init__(core)
        self._refused_texts: list[Pending] = []
        self._resting: list[Pending] = []

    # -- leaving -----------------------------------------------------------------------------------------------------

    def pump(self) -> None:
        """Send everything that may leave now."""
        core = self.core
        if not core.link.up or core.renewing or core.awaiting_doubts or core.held_back or core.catching_up:
            self.watch()
            return
        if self._must_note():
            self.watch()
            return
        frame: list[bytes] = []
        size = 0
        while (pending := core.outbox.next()) is not None:
            blocker = core.outbox.stands_on(pending, BLOCKED) if self._not_understood else None
            if blocker is not None:
                self._block(pending, blocker.code, blocker.reason)
                continue
            if pending.is_text and not pending.unit:
                self._journal_unit(pending)
                continue
            sent = pending.unit or pending.made
            for member in self._members(pending):
                core.outbox.flying(member)
            if frame and (len(frame) >= CHANGES_PER_PUSH_MAX or size + len(sent) > BATCH_BYTES):
                core.out.append(Send(Push(frame)))
                frame, size = [], 0
            frame.append(sent)
            size += len(sent)
        if frame:
            core.out.append(Send(Push(frame)))
        self.watch()

    def _must_note(self) -> bool:
        """What was made without a connection is first noted as sent, so that a later start knows what may be there."""
        if self._noting:
            return True
        fresh = [one for one in self.core.outbox.unnoted.values() if one.state == WAITING and not one.doubt]
        if fresh:
            self._noting = True
            self.core.append(Saving("noted", [Sent([one.n for one in fresh], b"")], fresh))
        return self._noting

    _noting = False

    def on_noted(self, saving: Saving) -> None:
        """It is in the journal, and may leave."""
        self._noting = False
        for pending in saving.pending:
            self.core.outbox.noted(pending)

    def on_note_failed(self) -> None:
        """It is not, and waits: were it sent, a later start would let it be discarded though the server has it."""
        self._note_failed = True
        self.core.out.append(SetTimer("again", AGAIN_S))

    _note_failed = False

    def watch(self) -> None:
        """Green never outlives 10 s of unanswered changes: the watch runs while any is out."""
        waiting = self.core.outbox.in_flight > 0
        if waiting != self._watched:
            self._watched = waiting
            self.core.link.on_waiting(waiting)

    _watched = False

    def restart_watch(self) -> None:
        """An answer came: what is still out has its time anew."""
        self._watched = False
        self.core.link.on_waiting(False)
        self.watch()

    def _members(self, pending: Pending) -> list[Pending]:
        numbers = pending.unit_numbers or [pending.n]
        found = [self.core.outbox.by_number.get(n) for n in numbers]
        return [one for one in found if one is not None and one.state == WAITING]

    def sent_at_once(self, pending: Pending) -> list[AnyRecord]:
        """What will leave at once is journaled as sent with its making: one fsync, not two.

        Of a text only a lone edit on a quiet line, for others may still change their form.
        """
        core = self.core
        if not core.link.up or core.renewing:
            return []
        if not pending.is_text:
            core.outbox.noted(pending)
            return [Sent([pending.n], b"")]
        document = core.documents.get(pending.text_key)
        alone = len(self.core.own_texts(pending.text_key)) == 1
        if document is None or not alone or len(document.active) != 1 or document.latent:
            return []
        self._seal(pending.made, pending.change, [pending])
        return [Sent([pending.n], b"")]

    def _journal_unit(self, first: Pending) -> None:
        """Waiting edits of one text leave together, each with its own number, in the form they have now."""
        core = self.core
        key = first.text_key
        document = core.documents.get(key)
        forms = {own.n: own for own in document.active} if document else {}
        if document is None or first.n not in forms or document.active[0].n != first.n:
            # Not here yet, or an earlier edit is acknowledged and not applied: what would be sent stands on it.
            core.outbox.park(first)
            return
        members = [one for one in core.outbox.waiting_text(key, PARTS_PER_UNIT_MAX) if one.n in forms]
        made = [one.change.parts[0] for one in members]
        parts = [Part(part.n, forms[part.n].op, part.at, part.grp, part.heard) for part in made]
        unit = changed(members[0].change, n=members[0].n, rev=document.rev, parts=parts)
        sent = encode_change(unit)
        self._seal(sent, unit, members)
        for own in document.active:
            own.rev, own.made = document.rev, own.op
        records: list[AnyRecord] = [Sent([one.n for one in members], sent)]
        records += core.rerecord([own for own in document.active if own.n > members[-1].n])
        for one in members:
            core.outbox.flying(one)
        core.append(Saving("sent", records, members, connection=core.connection))

    def _seal(self, sent: bytes, unit: Change, members: Iterable[Pending]) -> None:
        numbers = [one.n for one in members]
        for one in members:
            one.unit, one.unit_change, one.unit_numbers = sent, unit, numbers

    def on_sent_saved(self, saving: Saving) -> None:
        """The exact bytes are in the journal: they may leave, if it is still the same connection."""
        core = self.core
        if core.link.up and core.connection == saving.connection and not core.renewing:
            core.out.append(Send(Push([saving.pending[0].unit])))
            self.watch()
        elif core.link.up and core.connection == saving.connection:
            # A twin was met meanwhile: it never left, and leaves under a new name.
            for pending in [one for one in saving.pending if one.state == SENDING]:
                core.outbox.leave(pending)
                core.outbox.queue(pending)

    def on_sent_failed(self, saving: Saving) -> None:
        """They are not: the edits wait, and another try is made."""
        core = self.core
        for pending in [one for one in saving.pending if one.state in (SENDING, WAITING)]:
            core.outbox.leave(pending)
            pending.unit, pending.unit_change, pending.unit_numbers = b"", None, []
            pending.doubt, pending.state = False, WAITING
            self._resting.append(pending)  # not tried again at once: a disk that fails is not to be kept busy
        core.out.append(SetTimer("again", AGAIN_S))

    # -- answers -----------------------------------------------------------------------------------------------------

    def on_ack(self, ack: Ack) -> None:
        """What the server says of changes."""
        core = self.core
        self._refused_texts = []
        for n in ack.unknown:
            pending = core.outbox.by_number.get(n)
            if pending is not None and pending.doubt:
                pending.doubt = pending.kept = False
                if pending.state == WAITING:
                    core.outbox.queue(pending)
        for result in ack.results:
            pending = core.outbox.by_number.get(result.n)
            if pending is not None and pending.state in OPEN:
                pending.doubt = False
                self._on_result(pending, result)
        for pending in sorted(self._refused_texts, key=lambda one: -one.n):
            self.reject(pending, pending.code, pending.reason)
        # The answer to many doubts comes in parts, and nothing may overtake what is still in doubt.
        core.awaiting_doubts = core.awaiting_doubts and any(one.doubt for one in core.outbox.by_number.values())
        self._show_held()
        self.restart_watch()
        self.renew_when_quiet()
        self.pump()

    def _on_result(self, pending: Pending, result: Result) -> None:
        core = self.core
        pending.kept = result.code == "storage"
        if result.status != "refused":
            pending.seq, pending.status = result.seq, result.status
            if not pending.is_text:
                core.outbox.leave(pending)
            pending.state = ACKED
            if core.channel(pending.change.ch).seq >= result.seq:
                self.settle(pending, result.seq, result.status)
            return
        if result.code == "id_reuse" and core.damaged and pending.is_text and not pending.unit:
            # The journal lost the bytes that were sent: the server has this edit, in the form that it was sent in.
            self.settle(pending, result.seq, "applied")
        elif result.code == "id_reuse" and pending.is_text and pending.rev:
            # This profile was put back: it had sent this edit before, in another form, and the text holds it.
            self.settle(pending, core.channel(pending.change.ch).seq, "merged")
        elif result.code == "id_reuse":
            core.outbox.leave(pending)
            core.renewing, pending.state = True, WAITING
        elif core.renewing and core.outbox.stands_on(pending, WAITING):
            core.outbox.leave(pending)
            pending.state = WAITING  # what it stands on is sent under a new name, and so is this
        elif result.retryable:
            self._block(pending, result.code, _SENTENCES.get(result.code, result.text))
        elif (blocker := core.outbox.stands_on(pending, BLOCKED)) is not None:
            self._block(pending, blocker.code, blocker.reason)  # this refusal says nothing while that one waits
        elif pending.is_text:
            pending.code, pending.reason = result.code, result.text
            self._refused_texts.append(pending)
        else:
            self.reject(pending, result.code, result.text)

    def look_at_held(self) -> None:
        """What was held may have been settled or given up without an answer; while it is offered again it still is."""
        if self.core.link.is_held and not self.core.outbox.in_flight:
            self._show_held()

    def _show_held(self) -> None:
        """The light says while the server takes nothing: green would say that all is on its way."""
        held = (one for one in self.core.outbox.by_number.values() if one.state == BLOCKED and one.code != "version")
        first = next(held, None)
        self.core.link.on_held(*((first.code, first.reason) if first is not None else ("", "")))

    def _block(self, pending: Pending, code: str, reason: str) -> None:
        core = self.core
        core.outbox.leave(pending)
        pending.state, pending.code, pending.reason = BLOCKED, code, reason
        if code == "version":
            self._not_understood = True
        else:
            core.held_back = True
            core.out.append(SetTimer("again", AGAIN_S))

    _not_understood = False

    def offer_again(self, *, versions: bool) -> None:
        """What the server could not take is offered again; what it did not understand only to another server."""
        core = self.core
        core.held_back = False
        self._not_understood = self._not_understood and not versions
        if self._note_failed:
            self._noting = self._note_failed = False
        resting, self._resting = self._resting, []
        for pending in resting:
            if pending.state == WAITING:
                core.outbox.queue(pending)
        for pending in core.outbox.by_number.values():
            if pending.state == BLOCKED and (versions or pending.code != "version"):
                pending.code = pending.reason = ""
                core.outbox.queue(pending)
        self.pump()

    # -- a copied profile (case 3) -----------------------------------------------------------------------------------

    def renew_when_quiet(self) -> None:
        """A number of mine was used by another: once nothing is in doubt, this profile asks for its own identity."""
        core = self.core
        if not core.renewing or not core.link.up or self._renewal_asked:
            return
        unclear = any(one.state in (SENDING, ACKED) or one.doubt for one in core.outbox.by_number.values())
        if not unclear:
            self._renewal_asked = True
            core.out.append(Renew())

    _renewal_asked = False

    def on_renewal_refused(self) -> None:
        """The server gave no identity (a request that is nobody else's was refused): it is asked again later."""
        if self._renewal_asked:
            self.core.out.append(SetTimer("renew", AGAIN_S))

    def on_renewal_due(self) -> None:
        """The pause after that is over; the end of this step asks."""
        self._renewal_asked = False

    def on_lost(self) -> None:
        """The connection ended."""
        self._renewal_asked = False
        self._watched = False
        self.core.outbox.landed()

    def renewed(self, device: str) -> None:
        """From here on this profile is its own: what it had not settled is sent under the new name."""
        core = self.core
        former = core.identity.device
        core.former.add(former)
        core.identity = core.identity.renamed(device)
        core.renewing = self._renewal_asked = False
        core.catching_up = True  # first what the twin sent of what was in both queues, or it would be there twice
        waiting = [one for one in core.outbox.by_number.values() if one.state in (WAITING, BLOCKED)]
        records: list[AnyRecord] = [Renamed(device, {}, former)]
        for one in waiting:
            core.outbox.queue(one)
            records += _unsealed(one)
        core.append(Saving("note", records))
        items = list(dict.fromkeys(item for one in waiting for item in one.change.items))
        message = "This profile is a copy; it now has its own identity."
        core.tell("notice", code="profile_copied", message=message, items=items)


def _unsealed(pending: Pending) -> list[AnyRecord]:
    """A text edit that was sealed together with others stands alone again, in the form it had there."""
    unit = pending.unit_change
    if unit is None or not pending.is_text:
        return []
    parts = [part for part in unit.parts if part.n == pending.n]
    pending.change = changed(pending.change, rev=unit.rev, parts=parts)
    pending.made = encode_change(pending.change)
    pending.unit, pending.unit_change, pending.unit_numbers = b"", None, []
    return [Made(pending.n, pending.made)]
