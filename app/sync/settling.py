"""How a change ends: settled by its entry, refused with what stands on it, or given up by its author (SYNC 11)."""

from collections.abc import Iterable

from app.model.change import Refusal
from app.model.checks import NUMBER_MAX
from app.model.identity import parse_change_id
from app.sync.core import Core, Saving, TextKey
from app.sync.events import Discarded, ForgetApplied
from app.sync.outbox import ACKED, APPLIED, OPEN, REJECTED, SAVING, SENDING, SETTLED, Pending
from app.sync.storage import AnyRecord, Rejected, Retired, Settled


class Settling:
    """The ways out of the queue; sending is the way through it."""

    def __init__(self, core: Core) -> None:
        self.core = core

    # -- settlement --------------------------------------------------------------------------------------------------

    def settle(self, pending: Pending, seq: int, status: str) -> None:
        """Its entry is applied (or lies in a snapshot that is): it leaves the overlay, and is told once saved."""
        core = self.core
        core.outbox.leave(pending)
        pending.state, pending.seq, pending.status = APPLIED, seq, status
        pending.doubt = pending.kept = False
        core.batch.applied.append((pending.n, seq, status))
        if pending.is_text:
            core.outbox.release(pending.change.items[0])
        for item in pending.change.items:
            core.replica.touch(item)
            core.show(core.replica.view(item), core.identity.user)

    def on_cache_written(self, numbers: list[int]) -> None:
        """The cache knows that these are applied: the outbox notes it, then it is told (SYNC 3.3)."""
        core = self.core
        found = [core.outbox.by_number.get(n) for n in numbers]
        applied = [one for one in found if one is not None and one.state == APPLIED]
        for one in applied:
            one.cached = True
        if not applied:
            return
        kept = [one for one in applied if self._stood_upon(one)]
        gone = [one for one in applied if one not in kept]
        records: list[AnyRecord] = []
        if gone:
            records.append(Retired([one.n for one in gone]))
        if kept:
            records.append(Settled([one.n for one in kept]))
        core.append(Saving("settled", records, applied))

    def _stood_upon(self, pending: Pending) -> bool:
        """Whether later edits of the text, not yet in the cache, stand on a revision from before this one's outcome."""
        if not pending.is_text:
            return False
        reached = pending.rev or NUMBER_MAX  # unknown after a start or a snapshot: whatever is open may stand on it
        return any(
            one.n > pending.n and _may_come_back(one) and one.recorded < reached
            for one in self.core.own_texts(pending.text_key)
        )

    def on_settled_saved(self, saving: Saving) -> None:
        """Durably settled: now it is told, once."""
        core = self.core
        gone = {n for record in saving.records if isinstance(record, Retired) for n in record.numbers}
        for pending in saving.pending:
            if not pending.told:
                pending.told = True
                core.tell("confirmed", change=core.name(pending), seq=pending.seq, outcome=pending.status)
            if pending.n in gone:
                core.outbox.remove(pending.n)
            else:
                pending.state = SETTLED
        if gone:
            core.out.append(ForgetApplied(sorted(gone)))
        self.retire_settled({one.text_key for one in saving.pending if one.is_text})

    def retire_settled(self, keys: Iterable[TextKey]) -> None:
        """Settled edits of a text on which nothing unsent stands any more are let go."""
        core = self.core
        for key in sorted(keys):
            free = [one for one in core.own_texts(key) if one.state == SETTLED and not self._stood_upon(one)]
            if free:
                for one in free:
                    one.state = APPLIED
                core.append(Saving("settled", [Retired([one.n for one in free])], free))
            if not core.own_texts(key):
                core.batch.forget_ops.append(key)

    # -- refusal and discarding --------------------------------------------------------------------------------------

    def reject(self, pending: Pending, code: str, text: str) -> None:
        """Refused for good: out of the view, listed with its reason until discarded; what stands on it with it."""
        core = self.core
        dependants = [*core.outbox.dependants(pending), *self._stands_unseen_on(pending)]
        records: list[AnyRecord] = []
        for one in (pending, *dependants):
            own = one is pending
            one.code = code if own else "blocked"
            one.reason = text if own else "This belongs to an item that was refused."
            records += self._take_out(one)
            one.state, one.doubt, one.kept = REJECTED, False, False
            records.append(Rejected(one.n, one.code, one.reason))
        self._look_again((pending, *dependants))
        core.append(Saving("rejected", records, [pending, *dependants]))
        self.retire_settled({one.text_key for one in (pending, *dependants) if one.is_text})

    def _take_out(self, pending: Pending) -> list[AnyRecord]:
        """Out of the texts, its later neighbours carried over the gap."""
        core = self.core
        core.outbox.leave(pending)
        if pending.change.verb == "create":
            for key in [key for key in core.documents if key[0] == pending.change.items[0]]:
                core.documents.pop(key)
                core.virtual.discard(key)
        if not pending.is_text:
            return []
        document = core.documents.get(pending.text_key)
        return core.rerecord(document.remove(pending.n)) if document is not None else []

    def _stands_unseen_on(self, pending: Pending) -> list[Pending]:
        """Later edits of a text that is not here (yet): they cannot be carried over the gap that this one leaves."""
        if not pending.is_text:
            return []
        document = self.core.documents.get(pending.text_key)
        if document is not None and all(own.n != pending.n for own in document.latent):
            return []
        later = self.core.own_texts(pending.text_key)
        return [one for one in later if one.n > pending.n and one.state in OPEN]

    def _look_again(self, changes: Iterable[Pending]) -> None:
        core = self.core
        for pending in changes:
            for item in pending.change.items:
                before = core.replica.view(item)
                core.replica.touch(item)
                core.show(core.replica.view(item) or before, core.identity.user)

    def discard(self, fact: Discarded) -> None:
        """A person gives a change up. Refused while it may already be with the server."""
        core = self.core
        parsed = parse_change_id(fact.change)
        pending = core.outbox.by_number.get(parsed[1]) if parsed and parsed[0] == core.identity.device else None
        if pending is None or pending.state in (APPLIED, SETTLED):
            core.answer(fact.re, error=Refusal("not_found", "There is no such waiting change."))
            return
        together = [pending, *(core.outbox.dependants(pending) if pending.state in OPEN else self._blocked_by(pending))]
        unseen = [later for one in together for later in self._stands_unseen_on(one) if later not in together]
        if unseen or any(_may_be_there(one) for one in together):
            core.answer(fact.re, error=Refusal("sending", "This change is being sent and cannot be taken back now."))
            return
        records: list[AnyRecord] = []
        for one in together:
            records += self._take_out(one)
        records.append(Retired([one.n for one in together], discarded=True))
        for one in together:
            core.outbox.remove(one.n)
        self._look_again(together)
        result = {"discarded": [core.name(one) for one in together]}
        core.append(Saving("discarded", records, together, fact.re, result))
        self.retire_settled({one.text_key for one in together if one.is_text})

    def _blocked_by(self, pending: Pending) -> list[Pending]:
        return [one for one in self.core.outbox.dependants(pending, (REJECTED,)) if one.code == "blocked"]


def _may_be_there(pending: Pending) -> bool:
    """Whether the server may have it, or get it: a disk that reported an error may have kept it all the same."""
    sealed = pending.state in OPEN and bool(pending.unit)
    return pending.state in (SAVING, SENDING, ACKED) or pending.doubt or pending.kept or sealed


def _may_come_back(pending: Pending) -> bool:
    """Whether it is laid on its text again after a start: the cache does not have its outcome."""
    return pending.state in OPEN or (pending.state == APPLIED and not pending.cached)
