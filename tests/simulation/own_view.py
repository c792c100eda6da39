"""What each person sees of their own work: it stays until its outcome is here, and nothing of it is there twice."""

from typing import TYPE_CHECKING, Any

from app.model.change import Change, decode_change
from app.model.kinds import KINDS
from app.sync.storage import AnyRecord, Made

if TYPE_CHECKING:
    from tests.simulation.client import Client
    from tests.simulation.world import World


class OwnView:
    """Edits of fields that are made and whose end was not told, by client and item (SYNC 3.5)."""

    def __init__(self, world: "World") -> None:
        self.world = world
        self._open: dict[str, dict[str, dict[int, dict[str, Any]]]] = {}

    def made(self, client: "Client", n: int, change: Change) -> None:
        """A change is made, and seen from now on."""
        values = seen_values(change)
        if values:
            items = self._open.setdefault(client.name, {})
            for item in change.items:
                items.setdefault(item, {})[n] = values

    def ended(self, client: "Client", n: int) -> None:
        """Its end was told, or it was given up."""
        for edits in self._open.get(client.name, {}).values():
            edits.pop(n, None)

    def restarted(self, client: "Client", records: list[AnyRecord]) -> None:
        """A process begins: what its journal holds is what is seen."""
        self._open.pop(client.name, None)
        for record in records:
            if isinstance(record, Made):
                self.made(client, record.n, decode_change(record.change))

    def check(self, client: "Client", items: set[str]) -> None:
        """These items are shown."""
        engine = client.engine
        if engine is None:
            return
        for item in items:
            edits = {} if client.was_put_back else self._open.get(client.name, {}).get(item, {})
            newest: dict[str, tuple[int, Any]] = {}
            for n, values in edits.items():
                newest.update((name, (n, value)) for name, value in values.items())
            row = engine.view(item) if newest else None
            for name, (n, value) in newest.items():
                if (
                    row is not None
                    and (row.value(name) or None) != (value or None)
                    and self._still_waits(client, n, row.channel)
                ):
                    self.world.say(
                        f"{client.name} sees {name} {row.value(name)!r} and wrote {value!r}, which still waits"
                    )
            self._check_letters(client, item)

    def _still_waits(self, client: "Client", n: int, channel: str) -> bool:
        """Whether nothing that decided this change can be here."""
        if (client.numbers.get(n, ""), n) in self.world.ledger.maybe_discarded:
            return False
        outcome = self.world.server.store._state.outcomes.get(client.device, {}).get(n)
        if outcome is None:
            return True
        assert client.engine is not None
        known = client.engine.core.replica.channels.get(channel)
        return outcome[1].status != "refused" and known is not None and known.seq < outcome[1].seq

    def _check_letters(self, client: "Client", item: str) -> None:
        assert client.engine is not None
        text = client.engine.text(item, "description")
        if text and len(set(text)) != len(text):
            self.world.say(f"{client.name} sees a letter twice in the text of {item[:8]}")


def seen_values(change: Change) -> dict[str, Any]:
    """What a change lets its author see in an item's fields."""
    if change.verb in ("delete", "restore"):
        return {"trashed": change.verb == "delete"}
    if change.verb not in ("set", "create"):
        return {}
    kind = KINDS[change.kind]
    return {name: value for name, value in change.fields.items() if name not in kind.texts and name not in kind.sets}
