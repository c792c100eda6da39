"""What is opened from a task's detail: the popover of a property, and the task's menu."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from app.ui.screens.task_popovers import (
    due_popover,
    labels_popover,
    open_popover,
    people_popover,
    priority_popover,
    status_popover,
)
from app.ui.session import Session
from app.ui.strings import tr
from app.ui.theme.theme import Theme
from app.ui.widgets.menu import Menu
from app.ui.widgets.popover import Popover


def property_popover(theme: Theme, session: Session, part: str, item: str, today: date, parent: QWidget) -> Popover:
    """What chooses a property of a task: status, priority, assignees, labels or (anything else) due."""
    popover: Popover
    match part:
        case "status":
            popover = status_popover(theme, session, [item], parent)
        case "priority":
            popover = priority_popover(theme, session, [item], parent)
        case "assignees":
            popover = people_popover(theme, session, [item], parent)
        case "labels":
            popover = labels_popover(theme, session, [item], parent)
        case _:
            popover = due_popover(theme, session, [item], today, parent)
    return open_popover(popover)


def task_menu(
    theme: Theme, locked: bool, choose: Callable[[str], None], trash: Callable[[], None], parent: QWidget
) -> Menu:
    """The menu of a task; it ends when it closes."""
    menu = Menu(theme, tr("Task"), parent)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    for part, icon, keys, words in (
        ("status", "circle-dot", "S", tr("Status")),
        ("assignees", "user-plus", "A", tr("Assign")),
        ("due", "calendar", "D", tr("Due date")),
        ("priority", "flag", "P", tr("Priority")),
        ("labels", "tag", "L", tr("Labels")),
    ):
        menu.add(words, partial(choose, part), icon, keys, possible=not locked)
    menu.addSeparator()
    menu.add(tr("Move to trash"), trash, "trash-2", danger=True, possible=not locked)
    menu.ensurePolished()
    return menu
