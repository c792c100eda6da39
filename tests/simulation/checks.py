"""After quiet: what everybody has, was told and sees, against the server, the ledger and plain rules."""

import hashlib
from collections import Counter
from typing import TYPE_CHECKING, Any

import msgspec

from app.model.row import Row
from app.store.memory_state import MemoryState
from tests.simulation.history import History
from tests.simulation.ledger import Intent, Key

if TYPE_CHECKING:
    from tests.simulation.client import Client
    from tests.simulation.world import World

LEGITIMATE = ("archived", "blocked")
"""Why a change may be refused for good here: a project was archived meanwhile, or what it stands on was refused."""


def check(world: "World") -> list[str]:
    """Everything that is not as it should be, in words."""
    state = world.server.store._state
    history = History(world.ledger, {client.name: client.user for client in world.clients})
    history.replay(state)
    world.count("concurrent writes", history.concurrent)
    faults = [*world.ledger.faults, *history.faults]
    faults += _server(state, history)
    for client in world.clients:
        faults += _replica(world, client, state)
        faults += _people(world, client)
    faults += _intentions(world, history)
    faults += _letters(world, history)
    return faults


# -- the server --------------------------------------------------------------------------------------------------------


def _plain(row: Row) -> dict[str, Any]:
    """What two replicas must agree on of a row."""
    return {
        "kind": row.kind,
        "channel": row.channel,
        "seq": row.seq,
        "by": row.created_by,
        "at": row.created_at,
        "changed": row.changed_at,
        "values": {name: one.value for name, one in row.registers.items() if one.value not in (None, "", [])},
        "sets": {name: sorted(elements) for name, elements in row.sets.items() if elements},
        "texts": {name: rev for name, rev in row.texts.items() if rev},
    }


def slow_hash(row: Row) -> int:
    """A row's hash as ARCHITECTURE and SYNC say it, counted here again."""
    one = _plain(row)
    body: list[Any] = [row.id, one["kind"], one["seq"], one["by"], one["at"], one["changed"]]
    body += [one["values"], one["sets"], one["texts"]]
    encoded = msgspec.msgpack.encode(body, order="deterministic")
    return int.from_bytes(hashlib.blake2b(encoded, digest_size=8).digest(), "big")


def _server(state: MemoryState, history: History) -> list[str]:
    faults = []
    for item, thing in history.things.items():
        row = state.rows.get(item)
        if row is None:
            faults.append(f"the server has no {thing.kind} {item[:8]}")
            continue
        one = _plain(row)
        wanted = {name: value for name, value in thing.values.items() if value not in (None, "", [])}
        if one["values"] != wanted:
            faults.append(f"the server's {thing.kind} {item[:8]} has {one['values']}, not {wanted}")
        sets = {name: sorted(elements) for name, elements in thing.sets.items() if elements}
        if one["sets"] != sets:
            faults.append(f"the server's {thing.kind} {item[:8]} has sets {one['sets']}, not {sets}")
        for name, text in thing.texts.items():
            if state.channels[thing.channel].texts.get((item, name)) != text:
                faults.append(f"the server's text of {item[:8]} is not what its operations make")
    for name, channel in state.channels.items():
        if channel.head.seq != len(channel.entries):
            faults.append(f"{name}: head {channel.head.seq} with {len(channel.entries)} entries")
        if channel.head.hash != sum(map(slow_hash, channel.rows.values())) % (1 << 64):
            faults.append(f"{name}: the hash is not that of the rows")
        ranks = Counter((row.kind, row.value("position")) for row in channel.rows.values() if row.value("position"))
        faults += [f"{name}: {count} {kind}s at one place" for (kind, _), count in ranks.items() if count > 1]
    return faults


# -- replicas ----------------------------------------------------------------------------------------------------------


def _replica(world: "World", client: "Client", state: MemoryState) -> list[str]:
    engine, name = client.engine, client.name
    if engine is None:
        return [f"{name} does not run"]
    faults = []
    cached = client.cache.open_channels()
    for ch, channel in state.channels.items():
        known, head = engine.core.replica.channels.get(ch), channel.head
        if known is None:
            faults.append(f"{name} does not know {ch[:10]}")
            continue
        if (known.epoch, known.seq, known.hash) != (head.epoch, head.seq, head.hash):
            faults.append(f"{name} has {ch[:10]} at {known.seq}, hash {known.hash == head.hash}, not at {head.seq}")
        if cached.get(ch) != (head.epoch, head.seq, head.hash):
            faults.append(f"{name}'s cache has {ch[:10]} at {cached.get(ch)}, not at {head.seq}")
        if client.cache.hash_of(ch) != head.hash:
            faults.append(f"{name}'s cache of {ch[:10]} has another hash than it says")
        for item, row in channel.rows.items():
            faults += _row(client, item, row)
        for (item, field), text in channel.texts.items():
            faults += _text(client, item, field, text)
    known_rows = {row.id for ch in state.channels for row in client.cache.rows(ch, list(world.kinds))}
    if known_rows - state.rows.keys():
        faults.append(f"{name}'s cache has rows that the server does not have")
    for kind in world.kinds:
        order = [row.id for row in engine.listed(kind)] if kind != "comment" else []
        rows = [row for row in state.rows.values() if row.kind == kind and kind != "comment"]
        ranked = sorted(rows, key=lambda row: (row.value("position") or row.seq, row.id))
        if order != [row.id for row in ranked] and kind in ("task", "project"):
            faults.append(f"{name} lists {kind}s in another order")
    return [*faults, *_unsettled(client)]


def _row(client: "Client", item: str, row: Row) -> list[str]:
    engine, wanted = client.engine, _plain(row)
    assert engine is not None
    cached, known, seen = client.cache.row(item), engine.confirmed(item), engine.view(item)
    faults = []
    if cached is None or _plain(cached) != wanted:
        faults.append(f"{client.name}'s cache has another {row.kind} {item[:8]}")
    if known is None:
        if row.kind != "comment":
            faults.append(f"{client.name} does not have {row.kind} {item[:8]}")
        return faults
    if _plain(known) != wanted:
        faults.append(f"{client.name} has another {row.kind} {item[:8]}: {_plain(known)}, not {wanted}")
    if seen is not known:
        faults.append(f"{client.name} sees another {row.kind} {item[:8]} than is confirmed, with nothing pending")
    if row.kind == "task":
        comments = engine.comments(item)
        there = list(_comments(client, item))
        if comments is not None and [one.id for one in comments] != there:
            faults.append(f"{client.name} sees {len(comments)} comments on {item[:8]}, not {len(there)}")
    return faults


def _comments(client: "Client", item: str) -> list[str]:
    rows = client.world.server.store._state.rows.values()
    found = [row for row in rows if row.kind == "comment" and row.value("on") == item]
    engine = client.engine
    assert engine is not None
    if engine.comment_count(item) != sum(not row.trashed for row in found):
        return ["another count"]
    return [row.id for row in sorted(found, key=lambda row: row.seq)]


def _text(client: "Client", item: str, field: str, text: tuple[int, str]) -> list[str]:
    engine = client.engine
    assert engine is not None
    faults = []
    if client.cache.text(item, field) != text:
        faults.append(
            f"{client.name}'s cache has the text of {item[:8]} at {client.cache.text(item, field)}, not {text}"
        )
    confirmed, seen = engine.confirmed_text(item, field), engine.text(item, field)
    if seen is not None and (confirmed != text[1] or seen != text[1]):
        faults.append(f"{client.name} sees the text of {item[:8]} as {seen!r} over {confirmed!r}, not {text[1]!r}")
    return faults


def _unsettled(client: "Client") -> list[str]:
    """What the client still holds of changes, with nobody having anything left to say."""
    engine, faults = client.engine, []
    assert engine is not None
    lines = engine.pending()
    faults += [
        f"{client.name} still holds {one.change[-4:]} as {one.state}" for one in lines if one.state != "rejected"
    ]
    rejected = {int(one.change.rpartition(":")[2]) for one in lines}
    kept = {n for n, _ in engine.core.outbox.by_number.items()}
    if kept != rejected:
        faults.append(f"{client.name} keeps settled changes: {sorted(kept - rejected)}")
    if engine.core.replica.views.keys() and not lines:
        faults.append(f"{client.name} overlays {len(engine.core.replica.views)} rows with nothing pending")
    if client.unanswered:
        faults.append(f"{client.name} was never answered: {sorted(client.unanswered)}")
    return faults


def _people(world: "World", client: "Client") -> list[str]:
    """People are exactly who is connected and said to be there; nobody else, and typing has ended."""
    engine, faults = client.engine, []
    assert engine is not None
    projects = [item for item, row in world.server.store._state.rows.items() if row.kind == "project"]
    for project in projects:
        wanted = {
            other.user
            for other in world.clients
            if other.here is not None and other.here.state != "none" and other.here.project == project
        }
        people = engine.people(project)
        if {one["user"] for one in people} != wanted or len(people) != len(wanted):
            faults.append(f"{client.name} sees {len(people)} people in a project, not {len(wanted)}")
        if any(one["state"] == "typing" for one in people):
            faults.append(f"{client.name} sees somebody type who does not")
    return faults


# -- intentions --------------------------------------------------------------------------------------------------------


def _intentions(world: "World", history: History) -> list[str]:
    faults = []
    for intent in world.ledger.intents.values():
        named = intent.answer.result.get("changes", []) if intent.answer is not None else []
        if not intent.refused_with and len(named) > len(intent.changes):
            faults.append(f"{intent.client.name}'s {intent.fact.verb} was answered with changes that nobody made")
        for n in intent.changes:
            what = _change(world, history, intent, (intent.grp, n))
            if what:
                who = f"{intent.client.name}:{n} ({intent.fact.verb} {intent.fact.kind})"
                faults.append(f"{who}: {what}")
    return faults


def _change(world: "World", history: History, intent: Intent, key: Key) -> str:
    """What is wrong with one change, '' when it is as it should be."""
    ledger = world.ledger
    entries = history.entries.get(key, [])
    confirmed, rejected = ledger.confirmed[key], ledger.rejected[key]
    if key in ledger.loose:
        return "applied more than twice" if len(entries) > 2 else ""
    if len(entries) > 1:
        return f"applied {len(entries)} times"
    if intent.refused_with:
        if intent.refused_with != "storage" and entries:
            return f"applied, though it was answered with {intent.refused_with}"
        if intent.refused_with != "storage" or not entries:
            return ""
    if key in ledger.discarded:
        return "applied, though it was discarded" if entries or confirmed else ""
    if entries:
        return _applied(entries[0].status, entries[0].seq, world, key)
    if confirmed:
        return "told as confirmed, and not in the log"
    saved = intent.answer is not None or key[1] in intent.in_journal
    if not saved or key in ledger.maybe_discarded:
        return ""
    if rejected != 1 and not (rejected == 0 and key in ledger.excused):
        return f"saved, and neither applied nor refused (told {rejected} times)"
    return _refused(ledger.codes.get(key, ""), intent, history)


def _applied(status: str, seq: int, world: "World", key: Key) -> str:
    ledger = world.ledger
    confirmed = ledger.confirmed[key]
    if ledger.rejected[key]:
        return "applied, and told as refused"
    if confirmed > 1 or (confirmed == 0 and key not in ledger.excused):
        return f"applied, and told {confirmed} times"
    if confirmed and ledger.outcomes[key] != (seq, status):
        return f"told as {ledger.outcomes[key]}, and is {(seq, status)}"
    return ""


def _refused(code: str, intent: Intent, history: History) -> str:
    if code not in LEGITIMATE:
        return f"refused with {code}"
    if code == "archived" and not history.archived:
        return "refused for a project that was never archived"
    return ""


def _letters(world: "World", history: History) -> list[str]:
    """Every letter that somebody wrote and nobody took away is there, once; what was taken away is gone."""
    ledger = world.ledger
    removed: set[str] = set()
    wanted: dict[str, Intent] = {}
    loose: set[str] = set()
    for intent in ledger.intents.values():
        texts = intent.inserted or intent.removed or intent.fact.fields.get("description") or ""
        if not texts:
            continue
        keys = [(intent.grp, n) for n, change in intent.changes.items() if change.verb in ("edit", "create")]
        written = intent.inserted or (
            intent.fact.fields.get("description") or "" if intent.fact.verb == "create" else ""
        )
        if any(key in ledger.loose for key in keys):
            loose.update(written, intent.removed)
        elif any(key in history.entries for key in keys):
            removed.update(intent.removed)
            wanted.update(dict.fromkeys(written, intent))
    found = Counter(letter for thing in history.things.values() for _, body in thing.texts.values() for letter in body)
    faults = []
    for letter, intent in wanted.items():
        count = found.pop(letter, 0)
        if letter not in loose and count != (letter not in removed):
            faults.append(f"a letter of {intent.client.name} is there {count} times, removed: {letter in removed}")
    faults += [f"a letter that nobody wrote is there {count} times" for one, count in found.items() if one not in loose]
    return faults
