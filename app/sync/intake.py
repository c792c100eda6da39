"""What the server says of channels: entries, snapshots, text operations, in order and in slices (SYNC 10)."""

from collections import deque

from app.model.change import Entry
from app.model.row import HASH_MODULUS, row_hash
from app.protocol.messages import Checked, Entries, Gone, Snapshot, Subscribe, TextOps
from app.protocol.snapshot import from_snapshot
from app.sync.core import Core, Saving, TextKey, project_of
from app.sync.documents import Diverged, Document, Past
from app.sync.events import Command, GoOn, Loaded, Send, SetTimer
from app.sync.outbox import BLOCKED, OPEN, SENDING, WAITING, Pending
from app.sync.replica import Channel
from app.sync.sending import Sending
from app.sync.staging import HEAL_S_MAX, HEALS_AT_ONCE, Staging
from app.sync.storage import AnyRecord
from app.sync.telling import tell_entry
from app.sync.ways import context, waiting_texts
from app.text import apply

ENTRIES_PER_SLICE = 40
DOCUMENTS_MAX = 128
"""Texts kept in memory beyond those that a face looks at or that have unsent edits."""

Item = Entries | Snapshot | Checked | TextOps


class Intake:
    """One queue a channel; each message is taken whole before the next, and waits while rows are being loaded."""

    def __init__(self, core: Core, sending: Sending) -> None:
        self.core = core
        self.sending = sending
        self.queues: dict[str, deque[Item]] = {}
        self.staged: dict[str, Staging] = {}
        self.repaired = 0
        self.checked: dict[int, set[str]] = {}
        self.healing: set[str] = set()
        self.resting: set[str] = set()
        self._heals: dict[str, int] = {}
        self._done: dict[str, int] = {}
        self._budget = ENTRIES_PER_SLICE

    # -- the queues --------------------------------------------------------------------------------------------------

    def take(self, message: Item) -> None:
        """A message about a channel arrived."""
        self.queues.setdefault(message.ch, deque()).append(message)
        if len(self.queues[message.ch]) == 1:
            self.work(message.ch)

    def lost(self) -> None:
        """The connection is gone: what is half here is asked for again."""
        self.queues.clear()
        self.staged.clear()
        self.checked.clear()
        self.healing.clear()
        self.resting.clear()
        self._heals.clear()
        self.core.histories.clear()
        self._done.clear()

    def start_slice(self) -> None:
        """A new step of the engine: its share of work is fresh."""
        self._budget = ENTRIES_PER_SLICE

    def go_on(self) -> None:
        """Work at everything that waits and may go on."""
        for channel in list(self.queues):
            self.work(channel)

    def busy(self) -> bool:
        """Whether anything that arrived is not applied yet."""
        return bool(self.queues or self.staged or self.healing)

    def work(self, channel: str) -> None:
        """Take messages of one channel until one must wait or the slice is over."""
        queue = self.queues.get(channel)
        while queue:
            if not self.core.channel(channel).loaded:
                return
            if self._budget <= 0:
                self.core.out.append(GoOn())
                return
            if not self._one(queue[0]):
                return
            if self.queues.get(channel) is not queue:
                return  # the channel was begun again
            queue.popleft()
            self._done.pop(channel, None)
        self.queues.pop(channel, None)

    def _one(self, message: Item) -> bool:
        if isinstance(message, Entries):
            return self._entries(message)
        if isinstance(message, Snapshot):
            return self._page(message)
        if isinstance(message, TextOps):
            return self._text_ops(message)
        self._compare(message)
        return True

    # -- entries -----------------------------------------------------------------------------------------------------

    def _entries(self, message: Entries) -> bool:
        """True when the message is done; False when it waits for rows or for the next slice."""
        core = self.core
        if message.ch in self.healing or message.ch in self.resting:
            return True  # the whole channel is on its way, and this was sent before it
        if message.ch not in core.replica.channels:
            core.replica.channels[message.ch] = Channel(message.epoch)
        state = core.replica.channels[message.ch]
        if message.epoch and state.epoch and message.epoch != state.epoch:
            return self._diverged(message.ch)
        if message.epoch and not state.epoch:
            state.epoch = message.epoch
        done = self._done.get(message.ch, 0)
        if message.after > state.seq and done == 0:
            return self._again(message.ch, state.seq)
        for entry in message.entries[done:]:
            if self._budget <= 0:
                core.out.append(GoOn())
                return False
            if entry.seq > state.seq:
                if self._must_load(message.ch, entry):
                    return False
                try:
                    if entry.seq != state.seq + 1:
                        raise Diverged(f"entry {entry.seq} after {state.seq}")
                    self._apply(message.ch, entry)
                except (ValueError, Diverged):
                    return self._diverged(message.ch)
            done = self._done[message.ch] = done + 1
            self._budget -= max(1, len(entry.writes) // 4)
        whole = message.hash is not None and message.entries and message.entries[-1].seq == state.seq
        if whole and message.hash != state.hash:
            return self._diverged(message.ch)
        if whole:
            self._heals.pop(message.ch, None)
        core.reached(message.ch)
        return True

    def _must_load(self, channel: str, entry: Entry) -> bool:
        core = self.core
        waits = False
        for item in core.replica.missing(entry):
            core.load("row", item, then=Command("continue"))
            waits = True
        for write in entry.writes:
            for name, (rev, _) in write.ops.items():
                key = (write.item, name)
                if rev > 1 and key not in core.documents:
                    core.load("text", *key, then=Command("continue"), after=context(core, key))
                    waits = True
        return waits

    def _apply(self, channel: str, entry: Entry) -> None:
        core = self.core
        mine = self._mine(entry)
        rows = core.replica.apply(channel, entry)
        core.batch.rows.extend(rows)
        core.heard = max(core.heard, entry.at)
        for write in entry.writes:
            for name, (rev, op) in write.ops.items():
                dev = core.identity.device if mine is not None else entry.dev
                if mine is None and self._is_a_twins(entry.dev, entry.n, entry.mark):
                    dev = ""
                self._commit_text((write.item, name), Past(rev, dev, entry.n, op), entry, mine)
        core.reached(channel)
        if mine is not None:
            self.sending.settle(mine, entry.seq, entry.status)
            if mine.is_text:
                self.sending.pump()
            return
        for row in rows:
            core.replica.touch(row.id)
            core.show(core.replica.view(row.id), entry.by)
        tell_entry(core, channel, entry)

    def _mine(self, entry: Entry) -> Pending | None:
        """The pending change that this entry is the outcome of: by number *and* by what was sent (case 3)."""
        core = self.core
        pending = core.outbox.by_number.get(entry.n)
        if pending is None or pending.state not in OPEN:
            return None
        is_a_twins = self._is_a_twins(entry.dev, entry.n, entry.mark)
        if is_a_twins:
            self._renew(entry.dev)
        # Typing that was in the queue when the profile was copied is one edit, whichever of the two sends it first.
        shared = pending.is_text and any(part.n == entry.n and part.grp == entry.grp for part in pending.change.parts)
        if not shared and (is_a_twins or entry.dev not in core.devices):
            return None
        if entry.writes and entry.writes[0].ops and pending.is_text:
            pending.rev = next(iter(entry.writes[0].ops.values()))[0]
        return pending

    def _is_a_twins(self, dev: str, n: int, mark: bytes = b"") -> bool:
        """Whether what came under my device and number was sent by a copy of this profile, not by me (case 3)."""
        pending = self.core.outbox.by_number.get(n) if dev in self.core.devices else None
        if pending is None or pending.state not in OPEN:
            return False
        if dev in self.core.former or (pending.is_text and not pending.unit):
            return True
        return bool(mark) and pending.mark() != mark

    def _renew(self, dev: str) -> None:
        if dev != self.core.identity.device:
            return  # that was met before, and this profile has a name of its own
        self.core.renewing = True
        self.sending.renew_when_quiet()

    # -- texts -------------------------------------------------------------------------------------------------------

    def _commit_text(self, key: TextKey, past: Past, entry: Entry, mine: Pending | None) -> None:
        core = self.core
        document = core.documents.get(key)
        if document is not None and key in core.virtual and past.rev == 1:
            core.virtual.discard(key)  # my own creation, shown as revision 1 from the start
        elif document is not None:
            own = past.dev in core.devices and past.n in document.numbers()
            latent = len(document.latent)
            done = document.commit(past, own)
            if document.unfit:
                self._look_through(document)
            if len(document.latent) != latent:
                self._woken(key)
            if key in core.histories:
                core.histories[key][past.rev] = past
                self._revive(key, document)
            if done:
                core.tell("text_changed", item=key[0], field=key[1], op=done, by=entry.by)
        else:
            document = Document(past.rev, apply("", past.op))
        core.batch.texts[key] = (document.rev, document.body)
        if core.own_texts(key):
            core.batch.ops.append((*key, past.rev, past.dev, past.n, past.op))
        self._trim_documents()

    def _trim_documents(self) -> None:
        core = self.core
        if len(core.documents) > DOCUMENTS_MAX:
            for key in list(core.documents)[: len(core.documents) - DOCUMENTS_MAX]:
                if key not in core.wanted and not core.own_texts(key):
                    del core.documents[key]

    def is_overtaken(self, loaded: Loaded) -> bool:
        """Whether what was read is older than what came meanwhile; then it must be read again."""
        load = loaded.load
        place = (load.what, load.key, load.field)
        if place in self.core.overtaken:
            self.core.overtaken.discard(place)
            return True
        row = self.core.replica.confirmed.get(load.key) if load.what == "text" else None
        return row is not None and loaded.text[0] < row.texts.get(load.field, 0)

    def on_text(self, loaded: Loaded) -> None:
        """A text came from the cache."""
        key = (loaded.load.key, loaded.load.field)
        core = self.core
        if key in core.documents:
            return
        rev, body = loaded.text
        if rev == 0 and key[0] not in core.replica.confirmed and core.new_document(key) is not None:
            self.sending.pump()
            return
        history = [Past(*op) for op in loaded.ops]
        known = core.histories.get(key, {})
        document = core.open_document(key, rev, body, [*history, *known.values()])
        self._look_through(document)
        if document.latent:
            core.histories.setdefault(key, {}).update({past.rev: past for past in history})
        self._woken(key)

    def _woken(self, key: TextKey) -> None:
        """Edits of this text may leave now."""
        self.core.outbox.release(key[0])
        self.sending.pump()

    def _look_through(self, document: Document) -> None:
        """What a text's history says of my edits: which it holds though nobody said so, and whether I have a twin."""
        for past in document.strange:
            self._renew(past.dev)
        for past in document.found.values():
            pending = self.core.outbox.by_number.get(past.n)
            if pending is None or pending.state not in (WAITING, SENDING, BLOCKED):
                continue
            pending.rev = past.rev
            if pending.state != SENDING:  # else its answer says exactly what became of it
                self.sending.settle(pending, self.core.channel(pending.change.ch).seq, "merged")
        unfit, document.unfit = document.unfit, []
        for n in unfit:
            pending = self.core.outbox.by_number.get(n)
            if pending is not None and pending.state == WAITING and not pending.unit:
                self.sending.reject(pending, "bad_value", "This edit no longer fits the text.")

    def _text_ops(self, message: TextOps) -> bool:
        """The way from a revision to what the server has now: unsent edits are carried along it."""
        core = self.core
        key = (message.item, message.field)
        ways = core.histories.setdefault(key, {})
        for step, (dev, n, op) in enumerate(message.ops, message.after + 1):
            ways[step] = Past(step, dev, n, op)
        document = core.documents.get(key)
        if document is not None:
            self._revive(key, document)
        return True

    def _revive(self, key: TextKey, document: Document) -> None:
        """Latent edits become visible once the way to the present revision is known."""
        if not document.latent:
            return
        ways = self.core.histories.get(key, {})
        owns = self.core.recorded(key)
        start = min((own.rev for own in owns), default=document.rev)
        if any(step not in ways for step in range(start + 1, document.rev + 1)):
            return  # the way is not whole yet
        before = document.view
        history = [past for past in ways.values() if past.rev <= document.rev]
        document.load(document.rev, document.body, history, self.core.whose(key), owns)
        self._look_through(document)
        self._woken(key)
        if document.view != before:
            self.core.tell("text_replaced", item=key[0], field=key[1])

    # -- snapshots ---------------------------------------------------------------------------------------------------

    def _page(self, message: Snapshot) -> bool:
        if message.page == 0:
            self.staged[message.ch] = Staging(message.epoch, message.seq)
        staging = self.staged.get(message.ch)
        if staging is None or staging.seq != message.seq:
            return True  # a page of a snapshot that was begun again
        try:
            rows = [from_snapshot(wire, message.ch) for wire in message.rows]
        except ValueError:
            return self._diverged(message.ch)
        staging.rows.update((row.id, row) for row in rows)
        staging.layout.add(rows)
        staging.hash = (staging.hash + sum(map(row_hash, rows))) % HASH_MODULUS
        for item, name, rev, part in message.texts:
            staging.texts.setdefault((item, name), (rev, []))[1].append(part)
        self._budget -= max(1, len(message.rows) // 8)
        if message.count:
            self.core.tell("progress", task="fetch", done=len(staging.rows), total=message.count)
        if message.last:
            del self.staged[message.ch]
            if staging.hash == message.hash:
                self._take_snapshot(message.ch, staging)
            else:
                return self._diverged(message.ch)
        return True

    def _take_snapshot(self, channel: str, staging: Staging) -> None:
        core = self.core
        state = Channel(staging.epoch, staging.seq, staging.hash)
        wrong = core.replica.replace(channel, state, staging.rows, staging.layout)
        self.resting.discard(channel)
        if channel in self.healing:
            self.healing.discard(channel)
            self.repaired += max(1, wrong)
        batch = core.batch
        batch.drop_channels.append(channel)
        batch.rows.extend(staging.rows.values())
        core.heard = max([core.heard, *(row.changed_at for row in staging.rows.values())])
        for key, (rev, parts) in staging.texts.items():
            body = "".join(parts)
            batch.texts[key] = (rev, body)
            self._begin_text(key, rev, body)
        for key in [key for key in core.documents if key[0] in staging.rows and key not in staging.texts]:
            self._begin_text(key, 0, "")
        core.reached(channel)
        core.overtaken.update(place for place in core.loading if place[0] != "channel")
        for pending in sorted(core.outbox.by_number.values(), key=lambda one: one.n):
            if pending.change.ch == channel and pending.state == "acked" and pending.seq <= staging.seq:
                self.sending.settle(pending, pending.seq, pending.status)
        self._ask_ways(channel)
        core.show_whole(channel)

    def _begin_text(self, key: TextKey, rev: int, body: str) -> None:
        """A text in memory is begun again from a snapshot, with my edits carried to it where the way is known."""
        core = self.core
        old = core.documents.pop(key, None)
        core.virtual.discard(key)
        ways = core.histories.get(key, {})
        history = [past for past in ways.values() if past.rev <= rev]
        if old is None or old.latent:
            # Latent edits stand on settled ones, which only the journal still has.
            if old is not None or core.own_texts(key):
                self._look_through(core.open_document(key, rev, body, history))
        else:
            for own in old.active:
                own.rev, own.made = old.rev, own.op
            document = Document(rev, body)
            document.load(rev, body, history, core.whose(key), [*old.active, *old.latent])
            core.documents[key] = document
            self._look_through(document)
        if old is not None:
            core.tell("text_replaced", item=key[0], field=key[1])
        if core.own_texts(key):
            core.batch.ops.extend((*key, past.rev, past.dev, past.n, past.op) for past in history)
            self._record_anew(key)
            self._woken(key)

    def _record_anew(self, key: TextKey) -> None:
        document = self.core.documents[key]
        for own in document.active:
            own.rev, own.made = document.rev, own.op
        records: list[AnyRecord] = self.core.rerecord(document.active)
        if records:
            self.core.append(Saving("note", records))

    def _ask_ways(self, channel: str) -> None:
        """Unsent edits that a snapshot left behind: the server knows the way."""
        core = self.core
        texts: list[tuple[str, str, int]] = []
        for key, document in core.documents.items():
            row = core.replica.view(key[0])
            if document.latent and row is not None and row.channel == channel:
                start = min(own.rev for own in document.latent)
                if start < document.rev:
                    texts.append((*key, start))
        state = core.channel(channel)
        if texts and core.link.up:
            core.out.append(Send(Subscribe(channel, state.epoch, state.seq, texts=texts)))

    # -- divergence, checks, loss of access --------------------------------------------------------------------------

    def _again(self, channel: str, seq: int = 0) -> bool:
        """Ask for a channel again from what is here; what else waits of it is void."""
        self.queues.pop(channel, None)
        self.staged.pop(channel, None)
        self._done.pop(channel, None)
        state = self.core.channel(channel)
        self.core.out.append(
            Send(Subscribe(channel, state.epoch if seq else "", seq, texts=waiting_texts(self.core, channel)))
        )
        return False

    def _diverged(self, channel: str) -> bool:
        """What is here does not fit what the server says: the channel is fetched whole, and that is said."""
        self.queues.pop(channel, None)
        self.staged.pop(channel, None)
        self._done.pop(channel, None)
        self._heal(channel)
        self.core.tell("diverged", channel=channel)
        return False

    def _heal(self, channel: str) -> None:
        """Fetch a channel whole: at once, but where that does not help, ever less often (FAULTS J97)."""
        tries = self._heals[channel] = self._heals.get(channel, 0) + 1
        if tries <= HEALS_AT_ONCE:
            self.fetch(channel)
        elif channel not in self.resting:
            self.healing.discard(channel)
            self.resting.add(channel)
            self.core.out.append(SetTimer(f"heal {channel}", min(2.0 ** (tries - HEALS_AT_ONCE), HEAL_S_MAX)))

    def rested(self, channel: str) -> None:
        """The pause after vain repairs is over."""
        if channel in self.resting:
            self.fetch(channel)

    def fetch(self, channel: str) -> None:
        """Ask for a channel whole."""
        self.resting.discard(channel)
        if self.core.link.up:
            self.healing.add(channel)
            self.core.out.append(Send(Subscribe(channel, snapshot=True, texts=waiting_texts(self.core, channel))))

    def _compare(self, message: Checked) -> None:
        state = self.core.replica.channels.get(message.ch)
        if state is not None and (state.seq, state.hash) != (message.seq, message.hash):
            self._heal(message.ch)
        self.checked.setdefault(message.re, set()).add(message.ch)

    def gone(self, message: Gone) -> None:
        """The channel may no longer be read: nothing of it stays (SYNC 9)."""
        core = self.core
        channel = message.ch
        self.queues.pop(channel, None)
        self.staged.pop(channel, None)
        self._done.pop(channel, None)
        self.healing.discard(channel)
        self.resting.discard(channel)
        if channel not in core.replica.channels:
            return
        for pending in sorted(core.outbox.by_number.values(), key=lambda one: one.n):
            if pending.change.ch == channel and pending.state in OPEN:
                self.sending.reject(pending, "not_allowed", "You no longer have access to this project.")
        for key in [key for key in core.documents if key[0] in core.replica.channels[channel].rows]:
            core.documents.pop(key)
        core.replica.drop(channel)
        core.batch.drop_channels.append(channel)
        core.tell("revoked", project=project_of(channel))
        core.show_whole(channel)
