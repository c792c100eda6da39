"""Choosing status, priority, people, labels and days of tasks: what is offered, and the change each choice makes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter, QPixmap
from PySide6.QtWidgets import QLineEdit, QWidget

from app.model.kinds import COLOURS, STATUSES
from app.model.row import Row
from app.ui.models.times import day_of
from app.ui.paint.avatar import avatar_pixmap
from app.ui.paint.names import priority_word, status_word
from app.ui.paint.rows import LabelChip, PersonChip
from app.ui.session import Session
from app.ui.strings import tr
from app.ui.theme.icons import blank_pixmap
from app.ui.theme.palette import brush
from app.ui.theme.theme import Theme
from app.ui.widgets.choice_popover import Choice, ChoicePopover, Picture
from app.ui.widgets.date_popover import DatePopover
from app.ui.widgets.popover import Popover

NEW_LABEL = "new"
LABEL_MOST = 100
ICON_PX = 16
AVATAR_PX = 20


def status_popover(theme: Theme, session: Session, tasks: Sequence[str], parent: QWidget) -> ChoicePopover:
    """One status for all `tasks`; the number keys take it."""
    now = _shared(session, tasks, "status") or "todo"

    def picture(status: str) -> Picture:
        return lambda dpr: theme.status(status, ICON_PX, dpr)

    choices = [
        Choice(one, status_word(one), picture(one), str(number), one == now) for number, one in enumerate(STATUSES, 1)
    ]
    popover = ChoicePopover(theme, choices, tr("Status"), parent=parent)
    popover.picked.connect(lambda one: session.set_fields("task", list(tasks), status=one))
    return popover


def priority_popover(theme: Theme, session: Session, tasks: Sequence[str], parent: QWidget) -> ChoicePopover:
    """One priority for all `tasks`."""
    now = int(_shared(session, tasks, "priority") or 0)

    def picture(priority: int) -> Picture:
        return lambda dpr: theme.priority(priority, ICON_PX, dpr)

    choices = [Choice(str(one), priority_word(one), picture(one), chosen=one == now) for one in (4, 3, 2, 1, 0)]
    popover = ChoicePopover(theme, choices, tr("Priority"), parent=parent)
    popover.picked.connect(lambda one: session.set_fields("task", list(tasks), priority=int(one)))
    return popover


def people_popover(theme: Theme, session: Session, tasks: Sequence[str], parent: QWidget) -> ChoicePopover:
    """Everybody of the workspace; each choice assigns or takes away at once."""
    rows = _rows(session, tasks)

    def picture(person: PersonChip) -> Picture:
        return lambda dpr: avatar_pixmap(person, AVATAR_PX, theme.tokens, dpr)

    choices = [
        Choice(
            person.id,
            tr("{name} (you)", name=person.name) if person.is_you else person.name,
            picture(person),
            chosen=all(person.id in row.sets.get("assignees", ()) for row in rows),
        )
        for person in session.everybody()
    ]
    popover = ChoicePopover(theme, choices, tr("Assign to"), several=True, parent=parent)
    popover.toggled.connect(lambda person, on: _change_elements(session, tasks, "assignees", person, on))
    return popover


def labels_popover(theme: Theme, session: Session, tasks: Sequence[str], parent: QWidget) -> Popover:
    """The project's labels, and one more to be made; without any, the line for its name at once."""
    rows = _rows(session, tasks)
    labels = session.listed("label", rows[0].channel) if rows else []
    if not labels:
        return new_label_popover(theme, session, tasks, parent)

    choices = []
    for row in labels:
        chip = session.label(row.id)
        if chip is not None:
            chosen = all(row.id in task.sets.get("labels", ()) for task in rows)
            choices.append(Choice(row.id, chip.name, _dot(theme, chip), chosen=chosen))
    choices.append(Choice(NEW_LABEL, tr("New label…"), lambda dpr: theme.pixmap("plus", 14, theme.tokens.text2, dpr)))
    popover = ChoicePopover(theme, choices, tr("Labels"), several=True, parent=parent)

    def toggled(label: str, on: bool) -> None:
        if label != NEW_LABEL:
            _change_elements(session, tasks, "labels", label, on)
            return
        place = popover.mapToGlobal(popover.panel_rect().topLeft())
        popover.close()
        new_label_popover(theme, session, tasks, parent).open_at(place)

    popover.toggled.connect(toggled)
    return popover


def new_label_popover(theme: Theme, session: Session, tasks: Sequence[str], parent: QWidget) -> Popover:
    """A line for the name of a new label, which the tasks then get."""
    popover = Popover(theme, parent)
    field = QLineEdit(popover.body)
    field.setPlaceholderText(tr("Name of the new label"))
    field.setAccessibleName(tr("Name of the new label"))
    field.setMaxLength(LABEL_MOST)
    popover.body.setFixedWidth(240)
    popover.body.setFocusProxy(field)
    popover.column.setContentsMargins(8, 8, 8, 8)
    popover.column.addWidget(field)

    def create() -> None:
        name = field.text().strip()
        rows = _rows(session, tasks)
        popover.close()
        if name and rows:
            label = _make_label(session, rows[0], name)
            for row in rows:
                session.add("task", row.id, "labels", [label])

    field.returnPressed.connect(create)
    return popover


def due_popover(theme: Theme, session: Session, tasks: Sequence[str], today: date, parent: QWidget) -> DatePopover:
    """One due day for all `tasks`, or none."""
    popover = DatePopover(theme, today, day_of(_shared(session, tasks, "due")), parent=parent)

    def picked(day: date | None) -> None:
        session.set_fields("task", list(tasks), due=day.isoformat() if day is not None else None)

    popover.picked.connect(picked)
    return popover


def open_popover(popover: Popover) -> Popover:
    """Let a popover end when it closes."""
    popover.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    return popover


def _dot(theme: Theme, label: LabelChip) -> Picture:
    def draw(dpr: float) -> QPixmap:
        result = blank_pixmap(ICON_PX, ICON_PX, dpr)
        painter = QPainter(result)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(brush(theme.tokens.label(label.colour_slot)))
        painter.drawEllipse(4, 4, 8, 8)
        painter.end()
        return result

    return draw


def _make_label(session: Session, task: Row, name: str) -> str:
    existing = session.listed("label", task.channel)
    for row in existing:
        if str(row.value("name")).casefold() == name.casefold():
            return row.id
    colour = COLOURS[len(existing) % len(COLOURS)]
    return session.create("label", {"project": task.value("project"), "name": name, "colour": colour})


def _change_elements(session: Session, tasks: Sequence[str], name: str, value: str, on: bool) -> None:
    items = [row.id for row in _rows(session, tasks) if (value in row.sets.get(name, ())) != on]
    if items:
        session.edit("add" if on else "remove", "task", items, name=name, values=[value])


def _rows(session: Session, tasks: Sequence[str]) -> list[Row]:
    return [row for task in tasks if (row := session.view(task)) is not None]


def _shared(session: Session, tasks: Sequence[str], name: str) -> Any:
    values = {row.value(name) for row in _rows(session, tasks)}
    return values.pop() if len(values) == 1 else None
