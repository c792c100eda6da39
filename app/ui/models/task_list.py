"""The task list of one project as rows: grouped by status, in their order, changed by the smallest steps."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Callable
from datetime import date
from typing import Any, Final, Protocol

from app.model.identity import project_channel
from app.model.row import Row
from app.ui.models.task_reading import PART_MOST, STATUS_ORDER, Key, Reading, spot_of, status_of
from app.ui.models.times import day_of, due_words
from app.ui.paint.names import status_word
from app.ui.paint.rows import GroupRow, ListRow, SyncState, TaskRow
from app.ui.session import Patch, Session

STEPS_MOST: Final = 12
"""More changed rows than this in one patch, and the list is shown anew: a step costs 0.5 ms, a reset 1 to 3 ms."""
COMMENTS_LOOKED_THROUGH: Final = 200
"""With a longer queue a row's own state is enough; waiting comments are in the panel."""


class ListObserver(Protocol):
    """What is told of each step before and after it; row numbers as in Qt's models."""

    def inserting(self, row: int) -> None: ...
    def inserted(self) -> None: ...
    def removing(self, row: int) -> None: ...
    def removed(self) -> None: ...
    def moving(self, source: int, before: int) -> None: ...
    def moved(self) -> None: ...
    def changed(self, first: int, last: int) -> None: ...
    def resetting(self) -> None: ...
    def was_reset(self) -> None: ...
    def more(self) -> None:
        """Call `go_on` when others had their turn."""
        ...


class Group:
    """The tasks of one status, sorted; `shown` while its header is in the list."""

    __slots__ = ("_row", "collapsed", "draft", "keys", "shown", "status")

    def __init__(self, status: str, collapsed: bool) -> None:
        self.status = status
        self.keys: list[Key] = []
        self.collapsed = collapsed
        self.draft = False
        self.shown = False
        self._row: GroupRow | None = None

    @property
    def wanted(self) -> bool:
        """Whether it has anything to show."""
        return bool(self.keys) or self.draft

    @property
    def open_count(self) -> int:
        """The rows of its tasks that are in the list."""
        return 0 if self.collapsed else len(self.keys)

    @property
    def size(self) -> int:
        """All its rows in the list, with header and the line for a new task."""
        return self.shown + (self.open_count + self.draft if self.shown else 0)

    @property
    def header(self) -> GroupRow:
        """Its header row, the same object while nothing of it changes."""
        row = self._row
        if row is None or (row.count, row.collapsed) != (len(self.keys), self.collapsed):
            row = self._row = GroupRow(self.status, status_word(self.status), len(self.keys), self.collapsed)
        return row


class TaskList:
    """Rows by number, made when they are asked for. `today` is a function, for late and "Today"."""

    def __init__(
        self, session: Session, project: str, collapsed: set[str], today: Callable[[], date], observer: ListObserver
    ) -> None:
        self.project = project
        self.channel = project_channel(project)
        self._session = session
        self._today = today
        self._observer = observer
        self._groups = {status: Group(status, status in collapsed) for status in STATUS_ORDER}
        self._placed: dict[str, tuple[str, Key]] = {}
        self._rows: dict[str, TaskRow] = {}
        self._busy: dict[str, list[str]] = {}
        self._commented: dict[str, str] = {}
        self._reading: Reading | None = None
        rows = self._listed()
        reading = Reading(rows)
        reading.read(len(rows))
        self._take_over(reading)

    # -- reading -------------------------------------------------------------------------------------------------------

    @property
    def count(self) -> int:
        """How many rows the list has."""
        return sum(group.size for group in self._groups.values())

    @property
    def task_count(self) -> int:
        """How many tasks there are, shown or folded away."""
        return len(self._placed)

    @property
    def is_reading(self) -> bool:
        """Whether the whole list is being read again."""
        return self._reading is not None

    @property
    def collapsed(self) -> set[str]:
        """The folded groups."""
        return {group.status for group in self._groups.values() if group.collapsed}

    @property
    def draft(self) -> str:
        """The status under which a new task is being written, or ""."""
        return next((group.status for group in self._groups.values() if group.draft), "")

    def header_rows(self) -> list[int]:
        """The numbers of the group headers."""
        return [self._start(group) for group in self._groups.values() if group.shown]

    def draft_row(self) -> int:
        """The number of the line for a new task, or -1."""
        for group in self._groups.values():
            if group.draft:
                return self._start(group) + group.size - 1
        return -1

    def row_at(self, number: int) -> ListRow | None:
        """The row to paint; None for the line of a new task, and outside of the list."""
        group, place = self._find(number)
        if group is None:
            return None
        if place < 0:
            return group.header
        if place < group.open_count:
            return self._task_row(group.keys[place][1])
        return None

    def task_at(self, number: int) -> str:
        """The id of the task in a row, or ""."""
        group, place = self._find(number)
        return group.keys[place][1] if group is not None and 0 <= place < group.open_count else ""

    def row_of(self, item: str) -> int:
        """The row of a task, or -1 when it is not in the list (or folded away)."""
        found = self._placed.get(item)
        if found is None:
            return -1
        group = self._groups[found[0]]
        if group.collapsed:
            return -1
        return self._start(group) + 1 + bisect_left(group.keys, found[1])

    def status_at(self, number: int) -> str:
        """The status of the group that a row belongs to, or ""."""
        group, _ = self._find(number)
        return group.status if group is not None else ""

    def neighbours(self, item: str) -> tuple[str, str]:
        """The tasks before and after a task within its group, each "" when there is none."""
        status, key = self._placed[item]
        keys = self._groups[status].keys
        place = bisect_left(keys, key)
        return (keys[place - 1][1] if place else "", keys[place + 1][1] if place + 1 < len(keys) else "")

    def beside(self, status: str, step: int) -> tuple[str, str, str]:
        """The next shown group up (-1) or down (1): its status, its first and its last task; "" when there is none."""
        order = (
            STATUS_ORDER[STATUS_ORDER.index(status) + 1 :] if step > 0 else STATUS_ORDER[: STATUS_ORDER.index(status)]
        )
        for name in order if step > 0 else reversed(order):
            keys = self._groups[name].keys
            if keys:
                return name, keys[0][1], keys[-1][1]
        return "", "", ""

    # -- changing ------------------------------------------------------------------------------------------------------

    def take(self, patch: Patch) -> None:
        """Follow a patch of the session."""
        if self.channel in patch.whole:
            self.reload()
            return
        tasks = [item for item, (kind, channel, _) in patch.items.items() if kind == "task" and channel == self.channel]
        if self._reading is not None:
            self._reading.stale.update(tasks)
        if any(kind in ("label", "person", "project") for kind, _, _ in patch.items.values()):
            self.restyle()
        if len(tasks) > STEPS_MOST:
            self._observer.resetting()
            for item in tasks:
                self._forget(item)
                self._place(item)
            self._observer.was_reset()
            return
        for item in tasks:
            self._step(item)

    def reload(self) -> None:
        """Read the whole project again."""
        rows = self._listed()
        self._reading = Reading(rows)
        if len(rows) < PART_MOST:
            self.go_on()
        else:
            self._observer.more()

    def go_on(self) -> None:
        """Read some more of what `reload` began; the list changes at the end, as one."""
        reading = self._reading
        if reading is None:
            return
        if not reading.read(PART_MOST):
            self._observer.more()
            return
        self._reading = None
        self._observer.resetting()
        self._take_over(reading)
        self._observer.was_reset()

    def restyle(self) -> None:
        """Make every row anew: names, colours or the day changed."""
        self._rows.clear()
        if self.count:
            self._observer.changed(0, self.count - 1)

    def set_busy(self, busy: dict[str, list[str]]) -> None:
        """Who else edits which task."""
        old, self._busy = self._busy, busy
        for item in old.keys() | busy.keys():
            if old.get(item) != busy.get(item):
                self._refresh(item)

    def follow_pending(self) -> None:
        """Mark tasks whose comments wait to be sent."""
        found: dict[str, str] = {}
        waiting, rejected = self._session.client.counts()
        if 0 < waiting + rejected <= COMMENTS_LOOKED_THROUGH:
            for one in self._session.pending():
                if one.kind == "comment":
                    row = self._session.view(one.item)
                    on = str(one.fields.get("on") or (row and row.value("on")) or "")
                    found[on] = "waiting" if one.state == "blocked" else one.state
        old, self._commented = self._commented, found
        for item in old.keys() | found.keys():
            if old.get(item) != found.get(item):
                self._refresh(item)

    def toggle(self, status: str) -> None:
        """Fold or unfold a group; a line for a new task in it goes."""
        group = self._groups[status]
        if group.draft:
            self.close_draft()
        self._observer.resetting()
        group.collapsed = not group.collapsed
        self._observer.was_reset()

    def open_draft(self, status: str) -> int:
        """Put the line for a new task at the end of a group, and answer its row."""
        if self.draft == status:
            return self.draft_row()
        self.close_draft()
        group = self._groups[status]
        if group.collapsed:
            self.toggle(status)
        if not group.shown:
            self._show_header(group)
        row = self._start(group) + group.size
        self._observer.inserting(row)
        group.draft = True
        self._observer.inserted()
        return row

    def close_draft(self) -> None:
        """Take that line away."""
        for group in self._groups.values():
            if group.draft:
                self._observer.removing(self._start(group) + group.size - 1)
                group.draft = False
                self._observer.removed()
                self._drop_header(group)

    # -- steps ---------------------------------------------------------------------------------------------------------

    def _step(self, item: str) -> None:
        old, new = self._placed.get(item), self._spot(item)
        self._rows.pop(item, None)
        if old == new:
            self._tell(item)
        elif old is None:
            self._insert(item, new)
        elif new is None:
            self._remove(item, old)
        elif self._groups[old[0]].collapsed or self._groups[new[0]].collapsed:
            self._remove(item, old)
            self._insert(item, new)
        else:
            self._move(item, old, new)

    def _insert(self, item: str, new: tuple[str, Key] | None) -> None:
        if new is None:
            return
        group = self._groups[new[0]]
        if not group.shown:
            self._show_header(group)
        place = bisect_left(group.keys, new[1])
        if not group.collapsed:
            self._observer.inserting(self._start(group) + 1 + place)
        group.keys.insert(place, new[1])
        self._placed[item] = new
        if not group.collapsed:
            self._observer.inserted()
        self._header_changed(group)

    def _remove(self, item: str, old: tuple[str, Key]) -> None:
        group = self._groups[old[0]]
        place = bisect_left(group.keys, old[1])
        if not group.collapsed:
            self._observer.removing(self._start(group) + 1 + place)
        del group.keys[place]
        del self._placed[item]
        if not group.collapsed:
            self._observer.removed()
        self._header_changed(group)
        self._drop_header(group)

    def _move(self, item: str, old: tuple[str, Key], new: tuple[str, Key]) -> None:
        source, target = self._groups[old[0]], self._groups[new[0]]
        if not target.shown:
            self._show_header(target)
        start = self._start(source) + 1 + bisect_left(source.keys, old[1])
        before = self._start(target) + 1 + bisect_left(target.keys, new[1])
        moves = before not in (start, start + 1)
        if moves:
            self._observer.moving(start, before)
        source.keys.remove(old[1])
        insort(target.keys, new[1])
        self._placed[item] = new
        if moves:
            self._observer.moved()
        for group in {old[0]: source, new[0]: target}.values():
            self._header_changed(group)
        self._tell(item)
        self._drop_header(source)

    def _show_header(self, group: Group) -> None:
        self._observer.inserting(self._start(group))
        group.shown = True
        self._observer.inserted()

    def _drop_header(self, group: Group) -> None:
        if group.shown and not group.wanted:
            self._observer.removing(self._start(group))
            group.shown = False
            self._observer.removed()

    def _header_changed(self, group: Group) -> None:
        row = self._start(group)
        self._observer.changed(row, row)

    def _refresh(self, item: str) -> None:
        self._rows.pop(item, None)
        self._tell(item)

    def _tell(self, item: str) -> None:
        number = self.row_of(item)
        if number >= 0:
            self._observer.changed(number, number)

    # -- inside --------------------------------------------------------------------------------------------------------

    def _listed(self) -> list[Row]:
        return self._session.client.listed("task", self.channel)

    def _take_over(self, reading: Reading) -> None:
        self._rows.clear()
        self._placed = reading.placed
        for status, keys in reading.keys.items():
            self._groups[status].keys = keys
        for item in reading.stale:
            self._forget(item)
            self._place(item)
        for group in self._groups.values():
            group.shown = group.wanted

    def _forget(self, item: str) -> None:
        self._rows.pop(item, None)
        old = self._placed.pop(item, None)
        if old is not None:
            group = self._groups[old[0]]
            del group.keys[bisect_left(group.keys, old[1])]
            group.shown = group.wanted

    def _place(self, item: str) -> None:
        new = self._spot(item)
        if new is not None:
            insort(self._groups[new[0]].keys, new[1])
            self._placed[item] = new
            self._groups[new[0]].shown = True

    def _spot(self, item: str) -> tuple[str, Key] | None:
        row = self._session.view(item)
        if row is None or row.trashed or row.channel != self.channel:
            return None
        return spot_of(row)

    def _start(self, group: Group) -> int:
        start = 0
        for other in self._groups.values():
            if other is group:
                return start
            start += other.size
        raise AssertionError("a group of another list")

    def _find(self, number: int) -> tuple[Group | None, int]:
        for group in self._groups.values():
            if 0 <= number < group.size:
                return group, number - 1
            number -= group.size
        return None, -1

    def _task_row(self, item: str) -> TaskRow | None:
        kept = self._rows.get(item)
        if kept is None:
            row = self._session.view(item)
            if row is None:
                return None
            kept = self._rows[item] = self._make(row)
        return kept

    def _make(self, row: Row) -> TaskRow:
        session = self._session
        today, due = self._today(), day_of(row.value("due"))
        status = status_of(row)
        named = [found for name in row.sets.get("labels", ()) if (found := session.view(name)) is not None]
        named.sort(key=lambda found: (found.seq or 1 << 60, found.id))
        labels = [label for found in named if (label := session.label(found.id)) is not None]
        busy = self._busy.get(row.id)
        own: Any = session.sync_state(row.id) or self._commented.get(row.id, "")
        sync: SyncState = own
        return TaskRow(
            row.id,
            str(row.value("title") or ""),
            status,
            int(row.value("priority") or 0),
            tuple(labels),
            tuple(sorted(map(session.person, row.sets.get("assignees", ())), key=lambda one: not one.is_you)),
            due_words(due, today) if due is not None else "",
            due is not None and due < today and status not in ("done", "cancelled"),
            session.comment_count(row.id),
            sync_state=sync,
            editing_by=session.person(busy[0]) if busy else None,
        )
