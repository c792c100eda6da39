"""The ledger of intentions: what each person asked for, what they were told of it, written down beside the code.

Everything here comes from what goes into a client (requests), what comes out of it (answers, events) and what its
journal holds at a start; nothing is read of the engine but what its person sees at that moment.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from app.hub.facts import Submission
from app.model.change import Change, decode_change
from app.model.identity import parse_change_id
from app.sync import events
from app.sync.storage import AnyRecord, Made, Rejected, Retired, Sent, Settled

if TYPE_CHECKING:
    from tests.simulation.client import Client
    from tests.simulation.server import Server

Key = tuple[str, int]
"""A change, whoever sends it: its group (an intention's own) and its number."""


@dataclass
class Intent:
    """One request of a person. `at` is the true time, `heard_at` the last server time their device then knew.

    `bases` are the seqs that they had seen of each item they change; `partners` the other half of a register
    as they saw it; `inserted` and `removed` are characters, each of which occurs once in a whole schedule.
    """

    client: "Client"
    fact: events.Edited
    at: float
    heard_at: float
    jumped: bool
    bases: dict[str, int] = field(default_factory=dict)
    partners: dict[str, dict[str, Any]] = field(default_factory=dict)
    inserted: str = ""
    removed: str = ""
    answer: events.Answer | None = None
    changes: dict[int, Change] = field(default_factory=dict)
    in_journal: set[int] = field(default_factory=set)

    @property
    def grp(self) -> str:
        """The group that all its changes carry."""
        return self.fact.ids[0]

    @property
    def refused_with(self) -> str:
        """The code with which it was refused at once, empty when it was not."""
        return self.answer.error.code if self.answer is not None and self.answer.error is not None else ""


@dataclass
class Decision:
    """When a change was first decided, and how late the clock measurement was that it was decided with."""

    at: float
    offset: float


class Ledger:
    """Everybody's intentions and what became of them."""

    def __init__(self) -> None:
        self.intents: dict[str, Intent] = {}
        self.confirmed: Counter[Key] = Counter()
        self.rejected: Counter[Key] = Counter()
        self.codes: dict[Key, str] = {}
        self.outcomes: dict[Key, tuple[int, str]] = {}
        self.discarded: set[Key] = set()
        self.maybe_discarded: set[Key] = set()
        self.excused: set[Key] = set()
        self.loose: set[Key] = set()
        self.decisions: dict[Key, Decision] = {}
        self.faults: list[str] = []
        self.hear: Callable[[Client, events.Answer], object] | None = None
        self._asked: dict[tuple[str, int, int], Intent] = {}

    # -- in ----------------------------------------------------------------------------------------------------------

    def intend(self, intent: Intent) -> None:
        """A person asks."""
        self.intents[intent.grp] = intent
        self._asked[intent.client.name, intent.client.life, intent.fact.re] = intent

    def appending(self, client: "Client", records: list[AnyRecord]) -> None:
        """The client wishes to save: changes get their numbers."""
        for record in records:
            if isinstance(record, Made):
                self._made(client, record.n, decode_change(record.change))
            elif isinstance(record, Rejected):
                client.world.watch.own.ended(client, record.n)
            elif isinstance(record, Retired) and record.discarded:
                self.maybe_discarded.update(self._keys(client, record.numbers))

    def _made(self, client: "Client", n: int, change: Change) -> None:
        if client.numbers.get(n) == change.grp:
            return  # the same edit in another form
        intent = self.intents.get(change.grp)
        if intent is None or intent.client is not client:
            self.faults.append(f"{client.name} saves a change that nobody asked for: {change}")
            return
        client.numbers[n] = change.grp
        intent.changes[n] = change
        seen = min((intent.bases[item] for item in change.items if item in intent.bases), default=change.base)
        if change.base > seen:
            self.faults.append(f"{client.name}:{n} says that its author had seen {change.base}, which was {seen}")
        client.world.watch.own.made(client, n, change)

    def restarted(self, client: "Client", records: list[AnyRecord]) -> None:
        """A process begins: what its journal holds is saved, told or not."""
        client.numbers = {}
        client.world.watch.own.restarted(client, records)
        for record in records:
            if isinstance(record, Sent):
                client.world.count("text unit in flight over a restart")
            if isinstance(record, Made):
                change = decode_change(record.change)
                client.numbers[record.n] = change.grp
                self.intents[change.grp].in_journal.add(record.n)

    # -- out ---------------------------------------------------------------------------------------------------------

    def answered(self, client: "Client", answer: events.Answer) -> None:
        """A request is answered."""
        if self.hear is not None:
            self.hear(client, answer)
        intent = self._asked.pop((client.name, client.life, answer.re), None)
        if intent is not None:
            intent.answer = answer
            if answer.error is not None:
                for n in intent.changes:
                    client.world.watch.own.ended(client, n)
        elif "discarded" in answer.result:
            client.world.count("discarded")
            numbers = [parsed[1] for name in answer.result["discarded"] if (parsed := parse_change_id(name))]
            self.discarded.update(self._keys(client, numbers))
            for n in numbers:
                client.world.watch.own.ended(client, n)

    def told(self, client: "Client", tell: events.Tell) -> None:
        """A face hears of something."""
        if tell.name not in ("confirmed", "rejected"):
            if tell.name == "diverged":
                self.faults.append(f"{client.name} found itself diverged in {tell.fields['channel']}")
            return
        device, _, number = tell.fields["change"].rpartition(":")
        n = int(number)
        grp = client.numbers.get(n)
        if device != client.device or grp is None:
            self.faults.append(f"{client.name} is told of a change that is not theirs: {tell}")
            return
        client.world.watch.own.ended(client, n)
        if tell.name == "confirmed":
            self.confirmed[grp, n] += 1
            self.outcomes[grp, n] = (tell.fields["seq"], tell.fields["outcome"])
        else:
            self.rejected[grp, n] += 1
            client.world.count("rejected")
            self.codes[grp, n] = tell.fields["code"]

    def unheard(self, client: "Client", records: list[AnyRecord]) -> None:
        """The process died with these records durable and not told of: the one window in which nothing is told."""
        for record in records:
            if isinstance(record, Retired | Settled):
                self.excused.update(self._keys(client, record.numbers))
            elif isinstance(record, Rejected):
                self.excused.update(self._keys(client, [record.n]))
                self.codes.update((key, record.code) for key in self._keys(client, [record.n]))

    def _keys(self, client: "Client", numbers: list[int]) -> list[Key]:
        return [(client.numbers[n], n) for n in numbers if n in client.numbers]

    # -- a profile put back from a copy (case 3) -----------------------------------------------------------------------

    def settled(self, client: "Client") -> set[Key]:
        """What this client was told the end of."""
        return {key for key in {**self.confirmed, **self.rejected} if self.intents[key[0]].client is client}

    def went_back(self, client: "Client", settled: set[Key]) -> None:
        """What was not settled when the copy was made may be lost here, or told (and, in another form, sent) twice."""
        for intent in self.intents.values():
            if intent.client is client:
                self.loose.update((intent.grp, n) for n in intent.changes if (intent.grp, n) not in settled)

    # -- the server --------------------------------------------------------------------------------------------------

    def submitted(self, batch: list[Submission], server: "Server", known: set[tuple[str, int]]) -> None:
        """A batch is durable; what was decided before in it stays as it was."""
        for one in batch:
            change = decode_change(one.sent)
            for n in change.numbers:
                if (one.device, n) not in known and (one.device, n) not in self.decisions:
                    self.decisions[one.device, n] = Decision(server.timeline.now, one.offset)
