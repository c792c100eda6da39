"""What the parts of the client's engine share: its state, the wishes of this step and the cache's next transaction."""

from dataclasses import dataclass, field, replace
from typing import Any

from app.model.change import Change, Part, Refusal, encode_change
from app.model.identity import change_id, owner_of
from app.model.row import Row
from app.sync.documents import Document, Own, Past, Whose
from app.sync.events import Answer, Append, Effect, Fact, Load, Show, Tell, WriteCache
from app.sync.link import Link
from app.sync.outbox import ACKED, APPLIED, OPEN, SETTLED, Outbox, Pending
from app.sync.presence import People
from app.sync.replica import Channel, Replica
from app.sync.storage import AnyRecord, CacheBatch, Made, Rejected, Sent

TextKey = tuple[str, str]
"""A text: its item and field."""


@dataclass(frozen=True)
class Identity:
    """Whose engine this is. `device` is this profile's own; `app` names program and version, `run` this start of it."""

    device: str
    user: str
    workspace: str
    app: str = ""
    run: str = ""

    def renamed(self, device: str) -> "Identity":
        """The same, under another device id."""
        return replace(self, device=device)


@dataclass
class Saving:
    """What an Append is for, so that its answer is acted on: made, noted, sent, rejected, settled, discarded, note."""

    purpose: str
    records: list[AnyRecord]
    pending: list[Pending] = field(default_factory=list)
    re: int | None = None
    result: dict[str, Any] = field(default_factory=dict)
    connection: int = 0
    revisions: dict[int, int] = field(default_factory=dict)


class Core:
    """State with one owner each (outbox, replica, documents, link, people) and the helpers all parts use."""

    def __init__(self, identity: Identity) -> None:
        self.identity = identity
        self.out: list[Effect] = []
        self.outbox = Outbox()
        self.replica = Replica(identity.user, self.outbox)
        self.link = Link(self.out)
        self.people = People(identity.user, self.out)
        self.documents: dict[TextKey, Document] = {}
        self.virtual: set[TextKey] = set()
        self.histories: dict[TextKey, dict[int, Past]] = {}
        self.wanted: set[TextKey] = set()
        self.absent: set[str] = set()
        self.overtaken: set[tuple[str, str, str]] = set()
        self.loading: dict[tuple[str, str, str], list[Fact]] = {}
        self.now = 0.0
        self.heard = 0.0
        self.next_n = 1
        self.connection = 0
        self.renewing = False
        self.catching_up = False
        self.former: set[str] = set()
        self.awaiting_doubts = False
        self.held_back = False
        self.damaged = False
        self.savings: dict[int, Saving] = {}
        self.failed = 0
        self.written: dict[int, list[int]] = {}
        self._tokens = 0
        self._batch = CacheBatch()
        self._dirty = False
        self._shown: dict[tuple[str, str, str], None] = {}
        self._whole: dict[str, None] = {}
        self._by: set[str] = set()

    # -- wishes ------------------------------------------------------------------------------------------------------

    def tell(self, event: str, **fields: Any) -> None:
        """Tell the faces of something that happened."""
        self.out.append(Tell(event, fields))

    def answer(self, re: int | None, result: dict[str, Any] | None = None, error: Refusal | None = None) -> None:
        """Answer a caller."""
        if re is not None and re != 0:
            self.out.append(Answer(re, result or {}, error))

    def append(self, saving: Saving) -> None:
        """Make records durable; what it is for is remembered until the answer."""
        self._tokens += 1
        self.savings[self._tokens] = saving
        saving.revisions = self._revisions(saving.records)
        self.out.append(Append(self._tokens, saving.records, self.failed))

    def _revisions(self, records: list[AnyRecord]) -> dict[int, int]:
        """The revisions on which text edits stand once these records are durable."""
        written = [one for one in records if isinstance(one, Made | Sent)]
        numbers = [n for one in written for n in ([one.n] if isinstance(one, Made) else one.numbers)]
        found = (self.outbox.by_number.get(n) for n in numbers)
        return {one.n: (one.unit_change or one.change).rev for one in found if one is not None and one.is_text}

    def on_saved(self, saving: Saving) -> None:
        """These records are durable."""
        for n, rev in saving.revisions.items():
            pending = self.outbox.by_number.get(n)
            if pending is not None:
                pending.recorded = rev

    def load(self, what: str, key: str, name: str = "", *, then: Fact | None = None, after: int = 0) -> None:
        """Read something from the cache once; `then` is handled again when it is here."""
        place = (what, key, name)
        if place not in self.loading:
            self.loading[place] = []
            self._flush()  # what is read must hold what this step has applied so far
            self.out.append(Load(what, key, name, after))
        if then is not None:
            self.loading[place].append(then)

    def show(self, row: Row | None, by: str = "") -> None:
        """A row's look changed; for a comment that of its item too."""
        if row is None:
            return
        self._shown[row.kind, row.id, row.channel] = None
        self._by.add(by)
        if row.kind == "comment":
            on = self.replica.view(str(row.value("on")))
            if on is not None:
                self._shown[on.kind, on.id, on.channel] = None

    def show_whole(self, channel: str) -> None:
        """A channel changed as a whole."""
        self._whole[channel] = None

    # -- the cache's next transaction --------------------------------------------------------------------------------

    @property
    def batch(self) -> CacheBatch:
        """What the cache is to write at the end of this step."""
        self._dirty = True
        return self._batch

    def reached(self, channel: str) -> None:
        """The cache's rows of this channel are as of its seq from this transaction on."""
        state = self.replica.channels[channel]
        self.batch.channels[channel] = (state.epoch, state.seq, state.hash)

    def _flush(self) -> None:
        if self._dirty:
            self._tokens += 1
            self.written[self._tokens] = [n for n, _, _ in self._batch.applied]
            self.out.append(WriteCache(self._tokens, self._batch))
            self._batch, self._dirty = CacheBatch(), False

    def finish(self) -> list[Effect]:
        """End a step: one cache transaction and one patch, then everything wished for."""
        self._flush()
        if self._shown or self._whole:
            by = next(iter(self._by)) if len(self._by) == 1 else ""
            self.out.append(Show(list(self._shown), by, list(self._whole)))
            self._shown, self._whole, self._by = {}, {}, set()
        done = list(self.out)
        self.out.clear()
        return done

    # -- names -------------------------------------------------------------------------------------------------------

    def name(self, pending: Pending) -> str:
        """The public id of a change of mine."""
        return change_id(self.identity.device, pending.n)

    @property
    def devices(self) -> set[str]:
        """This profile's device id, and those that it had before it was renamed."""
        return {self.identity.device, *self.former}

    def names(self) -> dict[str, str]:
        """People's names by user id."""
        rows = self.replica.listed("person", None)
        return {row.id: str(row.value("name") or "") for row in rows}

    def channel(self, name: str) -> Channel:
        """How far a channel is known here (nothing of a channel that is new)."""
        return self.replica.channels.get(name) or Channel()

    # -- texts -------------------------------------------------------------------------------------------------------

    def own_texts(self, key: TextKey) -> list[Pending]:
        """My edits of a text that are not confirmed, in order."""
        return [one for one in self.outbox.by_item.get(key[0], ()) if one.is_text and one.text_key == key]

    def open_document(self, key: TextKey, rev: int, body: str, history: list[Past]) -> Document:
        """Put a text in memory, my unconfirmed edits above it."""
        document = Document(rev, body)
        document.load(rev, body, history, self.whose(key), self.recorded(key))
        self.documents[key] = document
        self.outbox.release(key[0])
        return document

    def recorded(self, key: TextKey) -> list[Own]:
        """My edits of a text as they stand in the journal, settled ones too while later ones stand on them."""
        owns = []
        for one in self.own_texts(key):
            if one.state not in OPEN and one.state not in ("applied", "settled"):
                continue
            form = one.unit_change or one.change
            op = next(part.op for part in form.parts if part.n == one.n)
            owns.append(Own(one.n, form.rev, list(op), settled=one.state in ("applied", "settled")))
        return owns

    def whose(self, key: TextKey) -> Whose:
        """How my edits of a text are known among committed ones."""
        known = {one.n for one in self.own_texts(key) if one.state in (ACKED, APPLIED, SETTLED)}
        return Whose(self.devices, known)

    def new_document(self, key: TextKey) -> Document | None:
        """The text of an item that I have just made: nobody else can have written it (its revision 1 is mine)."""
        for one in self.outbox.shown(key[0]):
            if one.change.verb == "create":
                value = one.change.fields.get(key[1]) or ""
                if value:
                    self.virtual.add(key)
                return self.open_document(key, 1 if value else 0, value, [])
        return None

    def still_true(self, records: list[AnyRecord]) -> list[AnyRecord]:
        """Records that could not be saved, without what later ones have overtaken."""
        found: list[AnyRecord] = []
        for record in records:
            pending = self.outbox.by_number.get(record.n) if isinstance(record, Made | Rejected) else None
            if isinstance(record, Made):
                if pending is not None and not pending.unit and pending.state in OPEN:
                    found.append(Made(record.n, pending.made))
            elif pending is not None or not isinstance(record, Rejected):
                found.append(record)
        return found

    def rerecord(self, later: list[Own]) -> list[AnyRecord]:
        """Records that give unsent edits of a text their present form, on the revision that is here."""
        records: list[AnyRecord] = []
        for own in later:
            pending = self.outbox.by_number.get(own.n)
            if pending is None or pending.unit:
                continue
            part = replace_part(pending.change, own)
            pending.change = part
            pending.made = encode_change(part)
            records.append(Made(own.n, pending.made))
        return records


def changed(change: Change, **values: Any) -> Change:
    """A change with some of its fields replaced."""
    fields = {name: getattr(change, name) for name in change.__struct_fields__}
    return Change(**{**fields, **values})


def replace_part(change: Change, own: Own) -> Change:
    """A text edit of one part in another form and on another revision."""
    part = change.parts[0]
    return changed(change, rev=own.rev, parts=[Part(part.n, own.op, part.at, part.grp, part.heard)])


def project_of(channel: str) -> str | None:
    """The project whose channel this is, None for others."""
    return owner_of(channel) if channel.startswith("p:") else None
