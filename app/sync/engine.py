"""The client's engine: facts in, wishes out. It decides everything; the shell only carries (STYLE, 'a pure engine')."""

from dataclasses import dataclass, field
from typing import Any, assert_never

from app.model.change import Refusal
from app.model.checks import NUMBER_MAX
from app.protocol.limits import IN_DOUBT_MAX
from app.protocol.messages import (
    Ack,
    Answer,
    Bye,
    Checked,
    Entries,
    Gone,
    Granted,
    Hello,
    Ping,
    Pong,
    Presence,
    Refused,
    ServerMessage,
    Snapshot,
    TextOps,
    Welcome,
)
from app.protocol.versions import PROTOCOL_MAX, PROTOCOL_MIN
from app.sync.core import Core, Identity, Saving
from app.sync.edits import Edits
from app.sync.events import (
    Appended,
    AppendFailed,
    Asked,
    CacheFailed,
    CacheWritten,
    Command,
    Discarded,
    Dropped,
    Edited,
    Effect,
    Fact,
    HereIs,
    Loaded,
    Opened,
    Received,
    Renewed,
    Send,
    SetTimer,
    TimerFired,
    Wanted,
)
from app.sync.intake import Intake
from app.sync.outbox import OPEN, SAVING, WAITING, Pending
from app.sync.reading import Reading
from app.sync.replica import Channel
from app.sync.requests import Requests
from app.sync.sending import Sending
from app.sync.start import take_up
from app.sync.storage import OutboxContents
from app.sync.telling import tell_people
from app.sync.ways import context, text_revision

RESAVE_S = 2.0

Wish = Wanted | Asked | Command | Discarded | HereIs | Renewed
"""Facts that come from a face, not from the disk or the network."""

_SAVING_FAILED = {
    "disk_full": "Disk full: this change is not saved.",
    "storage": "The disk reported an error: this change is not saved.",
}


@dataclass(frozen=True)
class Start:
    """What the two files hold at the start: cached channels (epoch, seq, hash), own applied changes, the journal."""

    channels: dict[str, tuple[str, int, int]] = field(default_factory=dict)
    applied: list[tuple[int, int, str]] = field(default_factory=list)
    outbox: OutboxContents = field(default_factory=lambda: OutboxContents([], 0))


class Engine(Reading):
    """One profile's mind. `handle` takes a fact and the device's clock (Unix seconds) and returns wishes in order."""

    def __init__(self, identity: Identity, start: Start) -> None:
        super().__init__(Core(identity))
        self.sending = Sending(self.core)
        self.edits = Edits(self.core, self.sending)
        self.intake = Intake(self.core, self.sending)
        self._start = start
        self._told_light: tuple[str, str, float | None] | None = None
        self._welcome: Welcome | None = None
        self._unsynced = False
        self._requests = Requests(self.core, self.sending, self.intake)
        self._unsaved: list[Saving] = []

    # -- in and out --------------------------------------------------------------------------------------------------

    def begin(self, now: float) -> list[Effect]:
        """The first step: rows are asked of the cache, the link is dialled."""
        core = self.core
        core.now = now
        for name, (epoch, seq, hash_) in self._start.channels.items():
            core.replica.channels[name] = Channel(epoch, seq, hash_, loaded=False)
            core.load("channel", name)
        take_up(core, self._start.outbox, self._start.applied)
        self.sending.on_cache_written([n for n, _, _ in self._start.applied])
        self.sending.retire_settled({one.text_key for one in core.outbox.by_number.values() if one.state == "settled"})
        core.link.dial()
        return self._finish()

    def handle(self, fact: Fact, now: float) -> list[Effect]:
        """One step."""
        self.core.now = now
        self.intake.start_slice()
        self._handle(fact)
        return self._finish()

    def _handle(self, fact: Fact) -> None:
        match fact:
            case Received():
                self.core.link.on_heard()
                self._receive(fact.message)
            case Edited():
                self.edits.edit(fact)
            case Appended():
                saving = self.core.savings.pop(fact.token)
                self.core.on_saved(saving)
                self._appended(saving)
            case AppendFailed():
                self.core.failed = max(self.core.failed, fact.token)
                self._append_failed(self.core.savings.pop(fact.token), fact.code)
            case CacheWritten():
                self.sending.on_cache_written(self.core.written.pop(fact.token, []))
            case CacheFailed():
                self.core.written.pop(fact.token, None)
            case Loaded():
                self._loaded(fact)
            case Opened():
                self._opened()
            case Dropped():
                self._dropped(fact)
            case TimerFired():
                self._timer(fact.name)
            case _:
                self._handle_wish(fact)

    def _handle_wish(self, fact: Wish) -> None:
        match fact:
            case Wanted():
                self._wanted(fact)
            case Asked():
                self._requests.ask(fact)
            case Command():
                self._command(fact)
            case Discarded():
                self.sending.discard(fact)
            case HereIs():
                self._tell_places(self.core.people.set_here(fact, self.core.link.up))
            case Renewed():
                self.sending.renewed(fact.device)
                self._cut("renewed", "This profile has its own identity now.")
            case _:
                assert_never(fact)

    def _finish(self) -> list[Effect]:
        self.sending.renew_when_quiet()
        if self.core.catching_up and self._welcome is not None and self._is_current(self._welcome):
            self.core.catching_up = False
        core = self.core
        core.outbox.release_all()
        self.sending.pump()  # whatever this step released: no part needs to remember it
        self.sending.look_at_held()
        self._check_synced()
        light = self.core.link.state()
        told = (light.state, light.reason, light.retry_in)
        if told != self._told_light:
            self._told_light = told
            self.core.tell("status", state=light.state, reason=light.reason, retry_in=light.retry_in, code=light.code)
        return self.core.finish()

    # -- storage -----------------------------------------------------------------------------------------------------

    def _appended(self, saving: Saving) -> None:
        core = self.core
        match saving.purpose:
            case "made":
                for pending in saving.pending:
                    if pending.state == SAVING:  # else it was refused meanwhile, with what it stands on
                        core.outbox.queue(pending)
                    self._tell_own(pending)
                core.answer(saving.re, saving.result)
                self.sending.pump()
            case "sent":
                self.sending.on_sent_saved(saving)
            case "noted":
                self.sending.on_noted(saving)
            case "settled":
                self._requests.confirmed += sum(not pending.told for pending in saving.pending)
                self.sending.on_settled_saved(saving)
            case "rejected":
                untold = [one for one in saving.pending if not one.told]
                self._requests.rejected += len(untold)
                for pending in untold:
                    pending.told = True
                    core.tell("rejected", change=core.name(pending), code=pending.code, message=pending.reason)
            case "discarded":
                self.sending.retire_settled({one.text_key for one in saving.pending if one.is_text})
                core.answer(saving.re, saving.result)
                self.sending.pump()
            case _:
                pass

    def _tell_own(self, pending: Pending) -> None:
        core, change = self.core, pending.change
        names = [change.field] if change.field else [*change.fields]
        if change.verb == "move":
            names.append("position")
        if change.verb in ("delete", "restore"):
            names = ["trashed"]
        for item in change.items:
            core.tell(
                "change",
                change=core.name(pending),
                seq=None,
                author=core.identity.user,
                kind=change.kind,
                item=item,
                project=change.ch[2:] if change.ch.startswith("p:") else None,
                op=change.verb,
                fields=names,
                pending=True,
            )

    def _append_failed(self, saving: Saving, code: str) -> None:
        core = self.core
        if saving.purpose == "made":
            for pending in reversed(saving.pending):
                self._take_back(pending)
            core.answer(saving.re, error=Refusal(code, _SAVING_FAILED.get(code, _SAVING_FAILED["storage"])))
        elif saving.purpose == "sent":
            self.sending.on_sent_failed(saving)
        elif saving.purpose == "noted":
            self.sending.on_note_failed()
        else:
            self._unsaved.append(saving)
            core.out.append(SetTimer("resave", RESAVE_S))

    def _take_back(self, pending: Pending) -> None:
        """What was not saved is not shown. What was typed after it fails too (see fence), and is taken back next."""
        core = self.core
        pending.told = True  # by the error that its caller gets
        if pending.is_text and pending.text_key in core.documents:
            core.documents[pending.text_key].remove(pending.n)
            core.tell("text_replaced", item=pending.text_key[0], field=pending.text_key[1])
        core.outbox.remove(pending.n)
        for item in pending.change.items:
            before = core.replica.view(item)
            core.replica.touch(item)
            core.show(core.replica.view(item) or before, core.identity.user)

    def _loaded(self, fact: Loaded) -> None:
        core, load = self.core, fact.load
        if self.intake.is_overtaken(fact):
            core.out.append(load)
            return
        waiting = core.loading.pop((load.what, load.key, load.field), [])
        if load.what == "channel" and load.key in core.replica.channels:
            core.replica.load_channel(load.key, fact.rows, fact.counts)
            core.heard = max([core.heard, *(row.changed_at for row in fact.rows)])
            core.show_whole(load.key)
        elif load.what == "comments":
            core.replica.load_comments(load.key, [row for row in fact.rows if row.channel in core.replica.channels])
            core.show(core.replica.view(load.key))
        elif load.what == "row":
            rows = [row for row in fact.rows if row.channel in core.replica.channels]
            for row in rows:
                core.replica.load_row(row)
            if not rows:
                core.absent.add(load.key)
        elif load.what == "text":
            self.intake.on_text(fact)
        for then in waiting:
            self._handle(then)
        core.absent.clear()
        self.intake.go_on()

    def _wanted(self, fact: Wanted) -> None:
        core = self.core
        if fact.what == "comments":
            there = core.replica.comments(fact.key) is not None
        elif fact.what == "text":
            key = (fact.key, fact.field)
            core.wanted.add(key)
            fresh = key not in core.documents and fact.key not in core.replica.confirmed
            there = key in core.documents or (fresh and core.new_document(key) is not None)
        else:
            there = core.replica.view(fact.key) is not None or fact.key in core.absent
        if there:
            core.answer(fact.re)
        elif fact.what == "text":
            core.load("text", fact.key, fact.field, then=fact, after=context(core, (fact.key, fact.field)))
        else:
            core.load(fact.what, fact.key, then=fact)

    # -- the link ----------------------------------------------------------------------------------------------------

    def _opened(self) -> None:
        core = self.core
        core.connection += 1
        core.link.on_opened()
        channels = {name: (one.epoch, one.seq, one.hash) for name, one in core.replica.channels.items() if one.epoch}
        asked = [one for _, one in sorted(core.outbox.by_number.items()) if one.doubt and one.state in OPEN]
        doubts = asked[:IN_DOUBT_MAX]
        for one in core.outbox.by_number.values():
            one.doubt = False
        for one in doubts:
            one.doubt = True
        core.awaiting_doubts = bool(doubts)
        texts = {one.text_key: one.change.ch for one in core.outbox.by_number.values() if one.is_text}
        ways = [(ch, *key, text_revision(core, key)) for key, ch in sorted(texts.items())]
        here = core.people.here.project
        hello = Hello(
            token="",
            device=core.identity.device,
            versions=(PROTOCOL_MIN, PROTOCOL_MAX),
            clock=core.now,
            app=core.identity.app,
            resume=channels,
            in_doubt=[(one.n, one.mark()) for one in doubts],
            texts=[(ch, item, name, rev) for ch, item, name, rev in ways if rev is not None],
            first=[f"p:{here}"] if here else [],
            settled_below=min(core.outbox.by_number, default=core.next_n),
            caps=["zstd"],
            run=core.identity.run,
        )
        core.out.append(Send(hello))

    def _receive(self, message: ServerMessage) -> None:
        core = self.core
        match message:
            case Welcome():
                self._on_welcome(message)
            case Ack():
                self.sending.on_ack(message)
            case Entries() | Snapshot() | TextOps() | Checked():
                self.intake.take(message)
                self._requests.look_at_refreshes()
            case Presence():
                self._tell_places(core.people.on_presence(message))
            case Gone():
                self.intake.gone(message)
                self._requests.look_at_refreshes()
            case Ping():
                core.out.append(Send(Pong(message.clock, core.now)))
            case Pong():
                core.link.on_pong(message.clock, core.now)
                core.heard = max(core.heard, message.server_time)
            case Refused() if message.re == 0:
                self._cut(message.code, message.text)
            case Answer() | Refused():
                self._requests.answered(message)
            case Granted():
                pass  # the shell takes what a renewal grants
            case Bye():
                core.link.on_bye(message.retry_after)
                if message.code in ("signed_out", "version"):
                    core.link.cut(message.code, message.reason)
                    self._lost()
            case _:
                assert_never(message)

    def _on_welcome(self, message: Welcome) -> None:
        core = self.core
        self._welcome, self._unsynced = message, True
        core.heard = max(core.heard, message.server_time)
        core.next_n = max(core.next_n, min(message.highest, NUMBER_MAX) + 1)
        core.link.on_welcome()
        core.out.append(Send(Ping(core.now)))
        core.people.on_up()
        for channel in [name for name in core.replica.channels if name not in message.heads]:
            self.intake.gone(Gone(channel))
        self.sending.offer_again(versions=True)
        self.sending.renew_when_quiet()

    def _dropped(self, fact: Dropped) -> None:
        self.core.link.on_dropped(fact.code, fact.text, fact.chance)
        self._lost()

    def _lost(self) -> None:
        core = self.core
        self._welcome = None
        self.sending.on_lost()
        self.intake.lost()
        self._tell_places(core.people.on_lost())
        self._requests.lost()

    def _timer(self, name: str) -> None:
        core = self.core
        match name:
            case "retry":
                core.link.dial()
            case "welcome":
                self._cut("silent", "The server does not answer.")
            case "beat":
                core.link.beat(core.now)
            case "pong":
                self._ended_by(core.link.on_pong_due)
            case "answer":
                self._ended_by(core.link.on_answer_due)
            case "renew":
                self.sending.on_renewal_due()
            case "again":
                self.sending.offer_again(versions=False)
            case "resave":
                unsaved, self._unsaved = self._unsaved, []
                for saving in unsaved:
                    saving.records = core.still_true(saving.records)
                    core.append(saving)
            case "here":
                core.people.on_may_say()
            case "own typing":
                self._tell_places(core.people.on_own_typing_over(core.link.up))
            case _ if name.startswith("heal "):
                self.intake.rested(name.removeprefix("heal "))
            case _ if name.startswith("typing "):
                self._tell_places(core.people.on_typing_over(name.removeprefix("typing ")))
            case _:
                pass

    def _ended_by(self, step: Any) -> None:
        was_up = self.core.link.up
        step()
        if was_up and not self.core.link.up:
            self._lost()

    def _cut(self, code: str, text: str) -> None:
        self.core.link.cut(code, text)
        self._lost()

    def _tell_places(self, places: list[tuple[str, str]]) -> None:
        for project, item in places:
            tell_people(self.core, project, item)

    # -- requests ----------------------------------------------------------------------------------------------------

    def _command(self, fact: Command) -> None:
        core = self.core
        match fact.what:
            case "continue":
                self.intake.go_on()
                self._requests.look_at_refreshes()
            case "pause":
                core.link.pause()
                self._lost()
                core.answer(fact.re)
            case "resume":
                self._unsynced = self._unsynced or core.link.up
                core.link.resume()
                core.answer(fact.re)
            case "retry" | "network" | "wake":
                core.link.probe(core.now)
                core.link.redial()
                core.answer(fact.re)
            case "sync":
                self._requests.sync(fact.re)
            case "refresh":
                self._requests.refresh(fact.re)
            case "foreground" | "background":
                core.link.set_hidden(fact.what == "background")
                core.people.set_quiet(fact.what == "background", core.link.up)
            case _:
                pass

    # -- synced ------------------------------------------------------------------------------------------------------

    def _check_synced(self) -> None:
        core = self.core
        if self._welcome is None or not (self._unsynced or self._requests.sync_waits):
            return
        if core.renewing or core.outbox.open() or not self._is_current(self._welcome):
            return
        if self._unsynced:
            self._unsynced = False
            core.tell("synced")
        self._requests.synced()

    def _is_current(self, welcome: Welcome) -> bool:
        channels = self.core.replica.channels
        return not self.intake.busy() and all(
            name in channels and channels[name].loaded and channels[name].seq >= seq
            for name, (_, seq) in welcome.heads.items()
            if name not in self.intake.resting
        )


__all__ = ["OPEN", "WAITING", "Engine", "Identity", "Start"]
