"""Texts in flight: a confirmed text, my operations above it, and how the two are carried over each other (SYNC 7)."""

from collections.abc import Set
from dataclasses import dataclass, field

from app.text import Delete, Op, apply, deleted_length, invert, make_invertible, transform_pair


@dataclass
class Own:
    """One of my operations that is not confirmed yet, by its change number.

    `op` is its current form, on the confirmed text plus my earlier ones. `rev` and `made` are the context and form in
    which it is recorded on disk: revision `rev` plus my earlier ones, carried to it. A `settled` one is in the text
    already, and only matters to others that were recorded on an earlier revision.
    """

    n: int
    rev: int
    made: Op
    op: Op = field(default_factory=list)
    settled: bool = False


@dataclass(frozen=True)
class Past:
    """A committed operation of a text: the revision it reached, whose change it was."""

    rev: int
    dev: str
    n: int
    op: Op


@dataclass(frozen=True)
class Whose:
    """How my own operations are known in a text's history: those of my `devices`, under numbers of mine.

    A copied profile uses both too (case 3), so only the outcome of a number in `sure` is taken for mine unseen.
    """

    devices: Set[str] = frozenset()
    sure: Set[int] = frozenset()


class Diverged(Exception):
    """A committed operation does not fit the text that is here; the channel must be fetched again."""


class Document:
    """One text. `view` is what its reader sees: `body` at `rev`, then `active` in order.

    `latent` operations cannot be shown yet: they stand on a revision that is not here, or on one from which the way to
    `rev` is not known (after a lost cache). They wait until it is. In `unfit` are numbers of mine that fit nowhere:
    what a failing disk kept of them stands on what it did not keep.
    """

    def __init__(self, rev: int, body: str) -> None:
        self.rev = rev
        self.body = body
        self.view = body
        self.active: list[Own] = []
        self.latent: list[Own] = []
        self.found: dict[int, Past] = {}
        self.strange: list[Past] = []
        self.unfit: list[int] = []

    # -- mine --------------------------------------------------------------------------------------------------------

    def edit(self, n: int, op: Op) -> None:
        """My newest operation, on what I see. Raises TextOperationError when it does not fit."""
        self.view = apply(self.view, op)
        self.active.append(Own(n, self.rev, op, op))

    def fits(self, op: Op) -> str:
        """What its reader would see after an operation. Raises TextOperationError when it does not fit."""
        return apply(self.view, op)

    def numbers(self) -> list[int]:
        """The numbers of all my operations that are not confirmed, in order."""
        return sorted(own.n for own in (*self.active, *self.latent))

    def remove(self, n: int) -> list[Own]:
        """Take one of mine away (discarded, refused); the later ones are carried over its inverse.

        Returns the later ones, whose form on disk must be recorded anew, on the revision that is here.
        """
        self.latent = [own for own in self.latent if own.n != n]
        place = next((place for place, own in enumerate(self.active) if own.n == n), None)
        if place is None:
            return []
        below = self.body
        for own in self.active[:place]:
            below = apply(below, own.op)
        gone = self.active.pop(place)
        carried = invert(make_invertible(gone.op, below))
        for later in self.active[place:]:
            later.op, carried = transform_pair(later.op, carried, "right")
            later.made, later.rev = later.op, self.rev
        self._see()
        return self.active[place:]

    # -- committed ---------------------------------------------------------------------------------------------------

    def commit(self, past: Past, mine: bool) -> Op:
        """A committed operation arrives in order. Returns what it does to the view ([] for my own, shown already).

        Raises Diverged when it skips a revision or does not fit.
        """
        if past.rev != self.rev + 1:
            raise Diverged(f"revision {past.rev} on {self.rev}")
        try:
            if mine and self.active and self.active[0].n == past.n:
                return self._confirm(past)
            carried = self._carry(past.op)
        except ValueError as error:
            raise Diverged("an operation that does not fit the text") from error
        if mine:
            self.latent = [own for own in self.latent if own.n != past.n]
        self.rev = past.rev
        self._wake()
        return carried

    def _confirm(self, past: Past) -> Op:
        mine = self.active.pop(0)
        same = make_invertible(mine.op, self.body) == past.op
        self.body = apply(self.body, past.op)
        self.rev = past.rev
        if not same:
            # The server carried it otherwise than I did (which the property tests exclude); its form is the truth.
            self._see()
        self._wake()
        return []

    def _carry(self, op: Op) -> Op:
        body = apply(self.body, op)
        carried = op
        for own in self.active:
            own.op, carried = transform_pair(own.op, carried, "right")
        self.view = apply(self.view, carried) if self.active else body
        self.body = body
        return carried

    def _wake(self) -> None:
        """Latent operations whose revision has come are active from here on."""
        while self.latent and self.latent[0].rev == self.rev:
            self._insert(self.latent.pop(0))
            self._see()

    def _insert(self, own: Own) -> None:
        """Lay one of mine on its revision, before those of mine that were made while it was latent, so without it."""
        own.op = own.made
        place = next((place for place, later in enumerate(self.active) if later.n > own.n), len(self.active))
        carried = own.op
        for later in self.active[place:]:
            later.op, carried = transform_pair(later.op, carried, "right")
        self.active.insert(place, own)

    def _see(self) -> None:
        self.view = self.body
        for own in list(self.active):
            try:
                self.view = apply(self.view, own.op)
            except ValueError:
                self.active.remove(own)
                self.unfit.append(own.n)

    # -- beginning again ---------------------------------------------------------------------------------------------

    def load(self, rev: int, body: str, history: list[Past], whose: Whose, own: list[Own]) -> None:
        """Begin from a confirmed text (a start, a snapshot), with my operations in their recorded forms.

        `history` are the committed operations known up to `rev`, contiguous. My operations are carried through it
        exactly as they were the first time; those whose revision it does not reach become latent. Which of mine it
        holds is then in `found`, and in `strange` what a twin did under a number of mine.
        """
        self.rev, self.body = rev, body
        self.active, self.latent = [], []
        self.found, self.strange = {}, []
        known = {past.rev: past for past in history}
        waiting = sorted(_needed(own, rev, known, whose), key=lambda one: (one.rev, one.n))
        start = waiting[0].rev if waiting else rev
        if any(step not in known for step in range(start + 1, rev + 1)):
            self.latent = sorted(own, key=lambda one: (one.rev, one.n))
            self.view = body
            return
        for step in range(min(start, rev), rev + 1):
            while waiting and waiting[0].rev == step:
                self._insert(waiting.pop(0))
            if step < rev:
                self._pass(known[step + 1], whose)
        self.latent = waiting
        self._see()

    def _pass(self, past: Past, whose: Whose) -> None:
        if past.dev in whose.devices and self.active and self.active[0].n == past.n:
            if past.n in whose.sure or _is_same(self.active[0].op, past.op):
                self.active.pop(0)
                self.found[past.n] = past
                return
            self.strange.append(past)
        carried = past.op
        for own in self.active:
            own.op, carried = transform_pair(own.op, carried, "right")


def _needed(own: list[Own], rev: int, known: dict[int, Past], whose: Whose) -> list[Own]:
    """Mine without those whose outcome every one that is still open was recorded after: the text holds them.

    A settled one whose outcome is not on the way to `rev` comes after it: the cache was lost, and is fetched again.
    """
    first = min((one.rev for one in own if not one.settled), default=None)
    if first is None:
        return []
    committed = {past.n: past.rev for past in known.values() if past.dev in whose.devices}

    def is_needed(one: Own) -> bool:
        if one.n in committed:
            return committed[one.n] > first
        return all(step in known for step in range(one.rev + 1, rev + 1))

    return [one for one in own if not one.settled or is_needed(one)]


def _is_same(op: Op, committed: Op) -> bool:
    """Whether a committed operation is this one of mine, carried to where it was committed."""
    return [_shape(component) for component in op] == [_shape(component) for component in committed]


def _shape(component: int | str | Delete) -> int | str | tuple[int]:
    return (deleted_length(component),) if isinstance(component, dict) else component
