"""From what a person asks to changes: checked, numbered, shown at once, saved (SYNC 2)."""

from collections.abc import Iterator
from typing import Any

from app.model.change import Change, Part, Refusal, encode_change
from app.model.checks import ITEMS_MAX, check_inserts, check_references, checked_fields, checked_values
from app.model.fields import TEXT_LENGTH_MAX, Rule
from app.model.identity import is_item_id, project_channel, workspace_channel
from app.model.kinds import KINDS, SCHEMA, Kind
from app.model.roles import Actor, check_change
from app.model.row import Row
from app.sync.core import Core, Saving, TextKey, changed
from app.sync.documents import Document
from app.sync.events import Edited
from app.sync.outbox import OPEN, Pending
from app.sync.sending import Sending
from app.sync.storage import AnyRecord, Made
from app.text import TextOperationError, check, difference, normalize, split

_NOT_FOUND = "This item does not exist, or you have no access to it."


class Edits:
    """Turns Edited facts into pending changes."""

    def __init__(self, core: Core, sending: Sending) -> None:
        self.core = core
        self.sending = sending

    def edit(self, fact: Edited) -> None:
        """One request. Answered when durable, or at once when it cannot be done."""
        try:
            if self._waits(fact):
                return
            drafts = list(self._drafts(fact))
        except Refusal as error:
            self.core.answer(fact.re, error=error)
            return
        if not drafts:
            self.core.answer(fact.re, {"change": None, "changes": [], "item": fact.items[0] if fact.items else None})
            return
        self._take_up(fact, drafts)

    # -- what must be in memory first --------------------------------------------------------------------------------

    def _waits(self, fact: Edited) -> bool:
        kind = self._kind(fact)
        if fact.verb == "create":
            return False
        for item in fact.items:
            row = self.core.replica.view(item)
            if row is None and not kind.resident:
                if item in self.core.absent:
                    raise Refusal("not_found", _NOT_FOUND)
                self.core.load("row", item, then=fact)
                return True
            for name in self._texts(kind, fact):
                if row is not None and self._document((item, name)) is None:
                    self.core.load("text", item, name, then=fact, after=self._context((item, name)))
                    return True
        return False

    def _context(self, key: TextKey) -> int:
        revisions = [(one.unit_change or one.change).rev for one in self.core.own_texts(key)]
        return min(revisions, default=1 << 53)

    def _texts(self, kind: Kind, fact: Edited) -> list[str]:
        names = [fact.name] if fact.verb == "edit" else list(fact.fields) if fact.verb == "set" else []
        return [name for name in names if name in kind.texts]

    def _document(self, key: TextKey) -> Document | None:
        document = self.core.documents.get(key)
        if document is None and key[0] not in self.core.replica.confirmed:
            document = self.core.new_document(key)
        return document

    def _shown(self, key: TextKey) -> Document:
        """A text as it can be edited: with all of mine that is not confirmed, for the next stands on it."""
        document = self._document(key)
        assert document is not None
        if document.latent:
            raise Refusal("offline", "What you wrote here before is not in place yet: the text is still being fetched.")
        return document

    # -- drafts ------------------------------------------------------------------------------------------------------

    def _kind(self, fact: Edited) -> Kind:
        kind = KINDS.get(fact.kind)
        if kind is None:
            raise Refusal("not_available", "This kind of item is not available in this version.")
        return kind

    def _drafts(self, fact: Edited) -> Iterator[Change]:
        kind = self._kind(fact)
        if fact.verb == "create":
            yield self._create(kind, fact)
            return
        rows = [self._row(kind, item) for item in dict.fromkeys(fact.items)]
        if not rows:
            raise Refusal("bad_request", "An item must be named.")
        if fact.verb == "edit":
            if fact.op:
                yield from self._edit(kind, fact, rows[0], fact.op)
        elif fact.verb == "set":
            yield from self._set(kind, fact, rows)
        elif fact.verb in ("add", "remove"):
            yield from self._elements(kind, fact, rows, fact.verb, fact.name, fact.values)
        elif fact.verb == "move":
            yield self._move(kind, fact, rows)
        elif fact.verb in ("delete", "restore"):
            yield from self._bulk(kind, fact, rows, {})
        else:
            raise Refusal("bad_request", "There is no such change.")

    def _row(self, kind: Kind, item: str) -> Row:
        row = self.core.replica.view(item) if is_item_id(item) else None
        if row is None or row.kind != kind.name:
            raise Refusal("not_found", _NOT_FOUND)
        return row

    def _draft(self, kind: Kind, fact: Edited, channel: str, items: list[str], verb: str, **values: Any) -> Change:
        draft = Change(
            0,
            channel,
            verb,
            kind.name,
            items,
            self._base(channel, items, values.get("fields", {}), verb),
            self.core.now,
            self.core.heard,
            fact.ids[0],
            SCHEMA,
            **values,
        )
        self._check(kind, draft)
        return draft

    def _base(self, channel: str, items: list[str], fields: dict[str, Any], verb: str) -> int:
        """What lies under my own pending edit of the same field I have not seen: its base goes on (SYNC 2)."""
        base = self.core.channel(channel).seq
        names = {*fields, *({"trashed"} if verb in ("delete", "restore") else {"position"} if verb == "move" else ())}
        for item in items:
            for pending in self.core.outbox.by_item.get(item, ()):
                if pending.state in OPEN and names & _written(pending.change):
                    base = min(base, pending.change.base)
        return base

    def _check(self, kind: Kind, draft: Change) -> None:
        core = self.core
        project = core.replica.view(draft.ch[2:])
        me = core.replica.view(core.identity.user)
        actor = Actor(core.identity.user, core.identity.workspace, str((me and me.value("role")) or "member"))
        creating = draft.verb == "create"
        check_change(actor, draft, None if creating else core.replica.view(draft.items[0]), project)
        try:
            fields = checked_fields(kind, draft)
            values = checked_values(kind, draft) if draft.verb in ("add", "remove") else []
        except Refusal as error:
            code = "bad_request" if error.code in ("bad_value", "version") else error.code
            raise Refusal(code, error.text) from error
        named = {**fields, draft.field: values} if draft.verb == "add" else fields
        home = {draft.ch, workspace_channel(core.identity.workspace)}
        for name, value in named.items():
            if name != "reply_to":  # comments are not all here: the server looks
                references = kind.fields[name].type.references(value)
                rows = {one: row for one in references if (row := core.replica.view(one)) is not None}
                check_references(kind, name, value, rows, home)

    # -- each verb ---------------------------------------------------------------------------------------------------

    def _create(self, kind: Kind, fact: Edited) -> Change:
        item = fact.items[0] if fact.items else fact.ids[1]
        if not is_item_id(item):
            raise Refusal("bad_request", "An item's id is a lower-case UUID of version 4 or 7.")
        if not kind.creatable:
            raise Refusal("not_allowed", "Only the server makes items of this kind.")
        if self.core.replica.view(item) is not None:
            raise Refusal("bad_request", "There is an item with this id already.")
        fields = {name: value for name, value in fact.fields.items() if value not in (None, "", [])}
        if fields.get("private"):
            raise Refusal("not_available", "Private projects are not available in this version.")
        if "reactions" in fields:
            fields["reactions"] = self._reactions(fields["reactions"])
        parent = self.core.replica.view(str(fields.get("reply_to", "")))
        if parent is not None and parent.value("reply_to"):
            fields["reply_to"] = parent.value("reply_to")  # a reply to a reply hangs on the same comment
        draft = self._draft(kind, fact, self._home(kind, item, fields), [item], "create", fields=fields)
        stored = checked_fields(kind, draft)
        return changed(draft, fields={name: value for name, value in stored.items() if value not in (None, "", [])})

    def _home(self, kind: Kind, item: str, fields: dict[str, Any]) -> str:
        if kind.name == "project":
            return project_channel(item)
        if kind.home == "workspace":
            return workspace_channel(self.core.identity.workspace)
        named = fields.get("project" if kind.home == "project" else "on")
        if named is None:
            raise Refusal("bad_request", f"The field {'project' if kind.home == 'project' else 'on'} is needed.")
        row = self.core.replica.view(named) if isinstance(named, str) else None
        if row is None or (kind.home == "project" and row.kind != "project"):
            raise Refusal("not_found", _NOT_FOUND)
        return row.channel

    def _set(self, kind: Kind, fact: Edited, rows: list[Row]) -> Iterator[Change]:
        if not fact.fields:
            raise Refusal("bad_request", "Nothing is set.")
        plain: dict[str, Any] = {}
        later: list[Change] = []
        for name, value in fact.fields.items():
            declared = kind.fields.get(name)
            rule = declared.rule if declared else None
            if declared is None or name == "trashed" or rule in (Rule.FIXED, Rule.SERVER, Rule.RANK):
                raise Refusal("bad_request", f"The field {name[:40]} cannot be set.")
            if rule is Rule.TEXT:
                later += [draft for row in rows for draft in self._replace(kind, fact, row, name, value)]
            elif rule is Rule.ELEMENTS:
                later += self._assign(kind, fact, rows, name, value)
            else:
                plain[name] = value
        if plain:
            yield from self._bulk(kind, fact, rows, plain)
        yield from later

    def _bulk(self, kind: Kind, fact: Edited, rows: list[Row], fields: dict[str, Any]) -> Iterator[Change]:
        by_channel: dict[str, list[Row]] = {}
        for row in rows:
            by_channel.setdefault(row.channel, []).append(row)
        for channel, together in by_channel.items():
            for start in range(0, len(together), ITEMS_MAX):
                part = together[start : start + ITEMS_MAX]
                for same, group in _alike(kind, part, fields).items():
                    wanted = {**fields, **dict(same)}
                    names = list(wanted) or ["trashed"]
                    prev = {row.id: {name: row.value(name) for name in names if row.value(name)} for row in group}
                    items = [row.id for row in group]
                    draft = self._draft(kind, fact, channel, items, fact.verb, fields=wanted, prev=_filled(prev))
                    yield changed(draft, fields=checked_fields(kind, draft))

    def _elements(
        self, kind: Kind, fact: Edited, rows: list[Row], verb: str, name: str, values: list[Any]
    ) -> Iterator[Change]:
        if name not in kind.sets:
            raise Refusal("bad_request", f"The field {name[:40]} is not a set.")
        if name == "reactions":
            values = self._reactions(values)
        by_channel: dict[str, list[str]] = {}
        for row in rows:
            by_channel.setdefault(row.channel, []).append(row.id)
        for channel, items in by_channel.items():
            draft = self._draft(kind, fact, channel, items, verb, field=name, values=values)
            yield changed(draft, values=checked_values(kind, draft))

    def _assign(self, kind: Kind, fact: Edited, rows: list[Row], name: str, value: Any) -> list[Change]:
        if not isinstance(value, list | None):
            raise Refusal("bad_request", f"The field {name[:40]} is a set: a list is expected.")
        wanted = self._reactions(value or []) if name == "reactions" else value or []
        drafts: list[Change] = []
        for row in rows:
            there = row.sets.get(name, {})
            add = [one for one in wanted if one not in there]
            drop = [one for one in there if one not in wanted]
            for verb, values in (("add", add), ("remove", drop)):
                if values:
                    drafts += self._elements(kind, fact, [row], verb, name, values)
        return drafts

    def _reactions(self, values: Any) -> list[Any]:
        if not isinstance(values, list):
            raise Refusal("bad_request", "A list of reactions is expected.")
        me = self.core.identity.user
        return [
            one if not isinstance(one, str) or is_item_id(one.partition(":")[0]) else f"{me}:{one}" for one in values
        ]

    def _move(self, kind: Kind, fact: Edited, rows: list[Row]) -> Change:
        if not kind.ranked:
            raise Refusal("bad_request", "Items of this kind have no order.")
        anchor = fact.before or fact.after
        if anchor is not None and self._row(kind, anchor).channel != rows[0].channel and kind.name != "project":
            raise Refusal("bad_request", "Its neighbour is in another project.")
        if anchor in fact.items:
            raise Refusal("bad_request", "An item is not its own neighbour.")
        if len({row.channel for row in rows}) != 1:
            raise Refusal("bad_request", "Items of one project are moved at a time.")
        prev = {row.id: {"position": row.value("position")} for row in rows}
        draft = self._draft(
            kind,
            fact,
            rows[0].channel,
            [row.id for row in rows],
            "move",
            fields=dict(fact.fields),
            prev=prev,
            before=fact.before,
            after=None if fact.before else fact.after,
        )
        return changed(draft, fields=checked_fields(kind, draft))

    def _replace(self, kind: Kind, fact: Edited, row: Row, name: str, value: Any) -> list[Change]:
        document = self._shown((row.id, name))
        try:
            text = kind.fields[name].type.check(value)
        except Refusal as error:
            raise Refusal("bad_request" if error.code == "bad_value" else error.code, error.text) from error
        op = difference(document.view, text)
        return self._edit(kind, fact, row, op, name) if op else []

    def _edit(self, kind: Kind, fact: Edited, row: Row, op: list[Any], name: str = "") -> list[Change]:
        """One change, or several where an operation is too large to be sent as one (SYNC 7)."""
        name = name or fact.name
        if name not in kind.texts:
            raise Refusal("bad_request", f"The field {name[:40]} is not a text.")
        document = self._shown((row.id, name))
        try:
            pieces = [check(piece) for piece in split(normalize(op))]
            after = document.fits(normalize(op))
        except TextOperationError as error:
            raise Refusal("bad_request", f"This operation does not fit the text: {error}") from error
        if len(after) > TEXT_LENGTH_MAX:
            raise Refusal("too_large", f"A text holds at most {TEXT_LENGTH_MAX} characters.")
        try:
            check_inserts(op)
        except Refusal as error:
            raise Refusal("bad_request", error.text) from error
        draft = self._draft(kind, fact, row.channel, [row.id], "edit", field=name, rev=document.rev)
        return [changed(draft, parts=[Part(0, piece, self.core.now, fact.ids[0], self.core.heard)]) for piece in pieces]

    # -- taking up ---------------------------------------------------------------------------------------------------

    def _take_up(self, fact: Edited, drafts: list[Change]) -> None:
        core = self.core
        records: list[AnyRecord] = []
        taken: list[Pending] = []
        for draft in drafts:
            n = core.next_n
            core.next_n += 1
            parts = [Part(n, part.op, part.at, part.grp, part.heard) for part in draft.parts]
            change = changed(draft, n=n, parts=parts)
            pending = Pending(n, change, encode_change(change))
            core.outbox.add(pending)
            taken.append(pending)
            records.append(Made(n, pending.made))
            self._show(pending)
            records += self.sending.sent_at_once(pending)
        names = [core.name(one) for one in taken]
        result = {"change": names[0], "changes": names, "item": taken[0].change.items[0]}
        core.append(Saving("made", records, taken, fact.re, result))

    def _show(self, pending: Pending) -> None:
        core = self.core
        if pending.is_text:
            document = self._document(pending.text_key)
            assert document is not None
            document.edit(pending.n, pending.change.parts[0].op)
        for item in pending.change.items:
            core.replica.touch(item)
            core.show(core.replica.view(item), core.identity.user)


def _written(change: Change) -> set[str]:
    extra = {"trashed"} if change.verb in ("delete", "restore") else {"position"} if change.verb == "move" else set()
    return {*change.fields, *extra} if change.verb != "create" else set()


def _filled(prev: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {item: values for item, values in prev.items() if values}


def _alike(kind: Kind, rows: list[Row], fields: dict[str, Any]) -> dict[tuple[tuple[str, Any], ...], list[Row]]:
    """Rows grouped by what completes the registers being set: fields that win or lose together go together."""
    partners = sorted({name for one in fields for name in kind.unit(kind.fields[one].unit)} - set(fields))
    groups: dict[tuple[tuple[str, Any], ...], list[Row]] = {}
    for row in rows:
        groups.setdefault(tuple((name, row.value(name)) for name in partners), []).append(row)
    return groups
