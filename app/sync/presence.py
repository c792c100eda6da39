"""Who is where: what the server says of others, and what it is told of this person (SYNC 8)."""

from typing import Any

from app.protocol.limits import TYPING_S
from app.protocol.messages import Here, Presence
from app.sync.events import Effect, HereIs, Send, SetTimer

RANKS = {"away": 0, "viewing": 1, "editing": 2, "typing": 3}
HERE_EVERY_S = 0.1
"""Presence is sent at most ten times a second (SYNC 7)."""


class People:
    """Sessions by connection, as the server named them; shown by person, one avatar for all their devices."""

    def __init__(self, user: str, out: list[Effect]) -> None:
        self.user = user
        self.out = out
        self.here = HereIs("none")
        self._others: dict[str, Presence] = {}
        self._sent: HereIs | None = None
        self._held = False
        self._quiet = False

    # -- others ------------------------------------------------------------------------------------------------------

    def on_presence(self, message: Presence) -> list[tuple[str, str]]:
        """Take in what the server says. Returns the (project, item) places whose people changed."""
        old = self._others.get(message.connection)
        if old is not None and old.generation > message.generation:
            return []
        if message.state == "none" and (old is None or old.project != message.project):
            return []  # they left a place where they were before this one
        places = [(old.project, old.item)] if old else []
        self.out.append(SetTimer(f"typing {message.connection}", TYPING_S if message.state == "typing" else None))
        if message.state == "none":
            del self._others[message.connection]
        else:
            self._others[message.connection] = message
            places.append((message.project, message.item))
        return list(dict.fromkeys(places))

    def on_typing_over(self, connection: str) -> list[tuple[str, str]]:
        """A typing mark was not renewed: it ends here, whatever the server says (case 39)."""
        old = self._others.get(connection)
        if old is None or old.state != "typing":
            return []
        self._others[connection] = Presence(
            old.project, old.connection, old.generation, old.user, old.device, "viewing", old.item
        )
        return [(old.project, old.item)]

    def on_comment(self, author: str, item: str) -> list[tuple[str, str]]:
        """A comment arrived: its author no longer types it."""
        places: list[tuple[str, str]] = []
        for connection, other in list(self._others.items()):
            if other.user == author and other.item == item:
                places += self.on_typing_over(connection)
        return places

    def on_lost(self) -> list[tuple[str, str]]:
        """Without a connection nobody else is known to be anywhere."""
        places = [(other.project, other.item) for other in self._others.values()]
        self.out += [SetTimer(f"typing {connection}", None) for connection in self._others]
        self._others.clear()
        self._sent, self._held = None, False
        return list(dict.fromkeys(places))

    def at(self, project: str, item: str, names: dict[str, str]) -> list[dict[str, Any]]:
        """People in a project (or at one item of it), this person first, the rest by what they do, then by name."""
        best: dict[str, tuple[int, dict[str, Any]]] = {}
        if self.here.state != "none" and self.here.project == project and item in ("", self.here.item):
            best[self.user] = _seen(self.user, self.here.state, self.here.field, self.here.cursor, names)
        for _, other in sorted(self._others.items()):
            if other.project != project or (item and other.item != item):
                continue
            seen = _seen(other.user, other.state, other.field, other.cursor, names)
            if other.user not in best or best[other.user][0] < seen[0]:
                best[other.user] = seen
        order = sorted(best.items(), key=lambda one: (one[0] != self.user, one[1][0] < 2, one[1][1]["name"], one[0]))
        return [seen for _, (_, seen) in order]

    def items_of(self, project: str) -> dict[str, list[str]]:
        """Who else edits or types where: item to user ids, for marks on rows."""
        found: dict[str, list[str]] = {}
        for _, other in sorted(self._others.items()):
            if other.project == project and other.item and other.state in ("editing", "typing"):
                users = found.setdefault(other.item, [])
                if other.user != self.user and other.user not in users:
                    users.append(other.user)
        return found

    # -- this person -------------------------------------------------------------------------------------------------

    def set_here(self, here: HereIs, up: bool) -> list[tuple[str, str]]:
        """This person moved or began something else. Returns the places whose people changed."""
        old, self.here = self.here, here
        self.out.append(SetTimer("own typing", TYPING_S if here.state == "typing" else None))
        if up and not self._quiet:
            self._say(again=here.state == "typing")
        places = [(old.project, old.item), (here.project, here.item)] if old != here else []
        return [place for place in dict.fromkeys(places) if place[0]]

    def on_own_typing_over(self, up: bool) -> list[tuple[str, str]]:
        """Five seconds without a key."""
        here = self.here
        return self.set_here(HereIs("viewing", here.project, here.item), up) if here.state == "typing" else []

    def on_up(self) -> None:
        """A new connection: say where this person is."""
        self._sent, self._held = None, False
        if self.here.state != "none" and not self._quiet:
            self._say(again=False)

    def on_may_say(self) -> None:
        """The pause between two words is over; the latest is said."""
        held, self._held = self._held, False
        if held and self._sent is not None and self._sent != self.here and not self._quiet:
            self._say(again=False)

    def set_quiet(self, quiet: bool, up: bool) -> None:
        """A hidden window says nothing about its person (PRODUCT B3)."""
        self._quiet = quiet
        if up:
            if quiet and self._sent is not None and self._sent.state != "none":
                self._sent = HereIs("none")
                self.out.append(Send(Here("none")))
            elif not quiet:
                self._say(again=False)

    def _say(self, *, again: bool) -> None:
        if self._held or (self._sent == self.here and not again):
            return
        here = self._sent = self.here
        self._held = True
        self.out += [
            Send(Here(here.state, here.project, here.item, here.field, here.cursor)),
            SetTimer("here", HERE_EVERY_S),
        ]


def _seen(
    user: str, state: str, field: str, cursor: tuple[int, int] | None, names: dict[str, str]
) -> tuple[int, dict[str, Any]]:
    caret = {"anchor": cursor[0], "head": cursor[1]} if cursor else None
    person = {"user": user, "name": names.get(user, ""), "state": state, "field": field or None, "cursor": caret}
    return RANKS.get(state, 1), person
