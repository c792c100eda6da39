"""The engines and stores broken on purpose, one place at a time: the simulation must notice each."""

from collections.abc import Callable, Iterable
from dataclasses import fields
from typing import Any

import pytest

import app.hub.commit
import app.sync.documents
import app.sync.sending
import app.sync.settling
from app.hub.delivery import Delivery
from app.hub.fence import Fence
from app.hub.peer import Peer
from app.hub.presence import Board
from app.model.change import Part, encode_change
from app.store.memory import MemoryStore
from app.store.memory_state import MemoryTransaction
from app.sync import events
from app.sync.core import Core, changed
from app.sync.edits import Edits
from app.sync.engine import Engine
from app.sync.intake import Intake
from app.sync.outbox import APPLIED, Outbox, Pending
from app.sync.presence import People
from app.sync.replica import Replica
from app.sync.sending import Sending
from app.sync.storage import CacheBatch, Retired
from app.text import compose, transform_pair

Patch = pytest.MonkeyPatch
MUTANTS: dict[str, Callable[[Patch], None]] = {}


def mutant(install: Callable[[Patch], None]) -> Callable[[Patch], None]:
    """Takes a way to break something into the list, under its name."""
    MUTANTS[install.__name__] = install
    return install


# -- the client's queue ------------------------------------------------------------------------------------------------


@mutant
def what_is_in_doubt_is_sent_under_a_new_number(patch: Patch) -> None:
    landed = Outbox.landed

    def renumbered(self: Outbox) -> None:
        landed(self)
        for old in [one for one in self.by_number.values() if one.doubt and not one.is_text]:
            n = max(self.by_number) + 1
            change = changed(old.change, n=n)
            self.remove(old.n)
            self.add(Pending(n, change, encode_change(change)))
            self.queue(self.by_number[n])

    patch.setattr(Outbox, "landed", renumbered)


@mutant
def a_change_leaves_the_overlay_at_its_acknowledgement(patch: Patch) -> None:
    on_result = Sending._on_result

    def early(self: Sending, pending: Pending, result: Any) -> None:
        on_result(self, pending, result)
        if result.status != "refused" and pending.state != APPLIED:
            self.settle(pending, result.seq, result.status)

    patch.setattr(Sending, "_on_result", early)


@mutant
def what_is_sent_is_not_journaled_before(patch: Patch) -> None:
    patch.setattr(app.sync.sending, "Sent", lambda numbers, sent: Retired([]))


@mutant
def the_journal_forgets_the_highest_number(patch: Patch) -> None:
    begin = Engine.begin

    def lower(self: Engine, now: float) -> list[events.Effect]:
        effects = begin(self, now)
        self.core.next_n = max(self.core.outbox.by_number, default=0) + 1
        return effects

    patch.setattr(Engine, "begin", lower)


@mutant
def what_is_being_sent_can_be_discarded(patch: Patch) -> None:
    patch.setattr(app.sync.settling, "_may_be_there", lambda pending: pending.state == "saving")


@mutant
def what_was_refused_is_dropped_without_a_word(patch: Patch) -> None:
    def silent(self: Sending, pending: Pending, code: str, text: str) -> None:
        self._take_out(pending)
        self.core.outbox.remove(pending.n)
        self._look_again([pending])

    patch.setattr(Sending, "reject", silent)


@mutant
def an_edit_over_an_own_pending_one_takes_what_is_beneath_for_seen(patch: Patch) -> None:
    patch.setattr(Edits, "_base", lambda self, channel, items, fields, verb: self.core.channel(channel).seq)


@mutant
def confirmed_is_told_before_it_is_kept(patch: Patch) -> None:
    cache_written = Sending.on_cache_written

    def hasty(self: Sending, numbers: list[int]) -> None:
        for n in numbers:
            pending = self.core.outbox.by_number.get(n)
            if pending is not None and pending.state == APPLIED:
                self.core.tell("confirmed", change=self.core.name(pending), seq=pending.seq, outcome=pending.status)
                pending.told = True
        cache_written(self, numbers)

    patch.setattr(Sending, "on_cache_written", hasty)


# -- the client's replica ----------------------------------------------------------------------------------------------


@mutant
def own_numbers_reach_the_cache_before_their_entries(patch: Patch) -> None:
    # A transaction of their own, and one for what they belong to.
    finish = Core.finish

    def torn(self: Core) -> list[events.Effect]:
        found: list[events.Effect] = []
        for effect in finish(self):
            if isinstance(effect, events.WriteCache) and effect.batch.applied:
                self._tokens += 1
                self.written[self._tokens] = self.written.pop(effect.token, [])
                rest = {one.name: getattr(effect.batch, one.name) for one in fields(CacheBatch)} | {"applied": []}
                found.append(events.WriteCache(self._tokens, CacheBatch(applied=effect.batch.applied)))
                found.append(events.WriteCache(effect.token, CacheBatch(**rest)))
            else:
                found.append(effect)
        return found

    patch.setattr(Core, "finish", torn)


@mutant
def what_waits_is_not_replayed_over_what_came(patch: Patch) -> None:
    apply = Replica.apply

    def bare(self: Replica, channel: str, entry: Any) -> Any:
        rows = apply(self, channel, entry)
        for row in rows:
            self.views.pop(row.id, None)
        return rows

    patch.setattr(Replica, "apply", bare)
    touch = Replica.touch

    def only_new(self: Replica, item: str) -> None:
        if item not in self.confirmed:
            touch(self, item)

    patch.setattr(Replica, "touch", only_new)


@mutant
def entries_are_applied_in_another_order(patch: Patch) -> None:
    entries = Intake._entries

    def reversed_(self: Intake, message: Any) -> bool:
        if len(message.entries) > 1:
            message = type(message)(
                message.ch, message.after, message.entries[1:] + message.entries[:1], message.epoch, message.hash
            )
        return entries(self, message)

    patch.setattr(Intake, "_entries", reversed_)


@mutant
def people_of_a_lost_connection_stay(patch: Patch) -> None:
    patch.setattr(People, "on_lost", lambda self: [])


# -- texts -------------------------------------------------------------------------------------------------------------


@mutant
def a_client_carries_its_edits_on_the_other_side(patch: Patch) -> None:
    pair = transform_pair
    patch.setattr(app.sync.documents, "transform_pair", lambda op, other, side: pair(op, other, "left"))


@mutant
def groups_of_a_text_are_composed_before_they_are_sent(patch: Patch) -> None:
    change_of = changed

    def composed(change: Any, **values: Any) -> Any:
        parts = values.get("parts", [])
        if len(parts) > 1:
            whole = parts[0].op
            for part in parts[1:]:
                whole = compose(whole, part.op)
            ops = [whole] + [[] for _ in parts[1:]]
            values["parts"] = [
                Part(part.n, op, part.at, part.grp, part.heard) for part, op in zip(parts, ops, strict=True)
            ]
        return change_of(change, **values)

    patch.setattr(app.sync.sending, "changed", composed)


@mutant
def the_way_to_a_snapshot_is_not_sent(patch: Patch) -> None:
    patch.setattr(MemoryStore, "text_ops", lambda self, item, name, after: [])


# -- the server --------------------------------------------------------------------------------------------------------


@mutant
def recorded_outcomes_are_not_looked_at(patch: Patch) -> None:
    patch.setattr(MemoryTransaction, "recorded", lambda self, device, numbers: {})


@mutant
def edit_times_are_not_clamped(patch: Patch) -> None:
    patch.setattr(app.hub.commit, "clamped", lambda at, offset, heard, now: at + offset)


@mutant
def the_last_to_arrive_always_wins(patch: Patch) -> None:
    patch.setattr(app.hub.commit._Work, "_wins", lambda self, row, unit, made: True)


@mutant
def a_remove_takes_what_it_had_not_seen(patch: Patch) -> None:
    seen = app.hub.commit._Work._seen

    def all_seen(self: Any, last: Any) -> bool:
        return self.change.verb == "remove" or seen(self, last)

    patch.setattr(app.hub.commit._Work, "_seen", all_seen)


@mutant
def a_load_goes_live_although_more_was_committed(patch: Patch) -> None:
    take = Delivery._take

    def blind(self: Delivery, peer: Peer, stream: Any, event: Any, head: Any) -> Iterable[Any]:
        yield from take(self, peer, stream, event, event.head)

    patch.setattr(Delivery, "_take", blind)


@mutant
def a_slow_reader_is_caught_up_from_the_wrong_place(patch: Patch) -> None:
    behind = Delivery._fall_behind

    def further(self: Delivery, peer: Peer, stream: Any) -> Iterable[Any]:
        if peer.lagging and stream.seq:
            stream.seq += 1
        yield from behind(self, peer, stream)

    patch.setattr(Delivery, "_fall_behind", further)


@mutant
def a_delta_leaves_out_an_entry(patch: Patch) -> None:
    delta = MemoryStore.delta

    def gapped(self: MemoryStore, channel: str, after: int, bytes_max: int) -> Any:
        found = delta(self, channel, after, bytes_max)
        if len(found.entries) > 2:
            found = type(found)(channel, after, found.entries[:1] + found.entries[2:], found.head, found.complete)
        return found

    patch.setattr(MemoryStore, "delta", gapped)


@mutant
def who_leaves_is_still_shown(patch: Patch) -> None:
    def stays(self: Board, peer: Peer, now: float) -> Iterable[Any]:
        self._places.pop(peer.conn, None)
        return ()

    patch.setattr(Board, "leave", stays)


@mutant
def a_newcomer_is_not_told_who_is_there(patch: Patch) -> None:
    patch.setattr(Board, "show", lambda self, peer, channels: ())


@mutant
def what_stands_on_a_failed_change_is_committed(patch: Patch) -> None:
    patch.setattr(Fence, "passed", lambda self, batch: (list(batch), {}))
