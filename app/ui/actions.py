"""Everything a person can do by a key or from a menu, declared once: words, keys, icon, and where it acts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

from app.ui.strings import plain_action, tr

Scope = Literal["window", "list"]


@dataclass(frozen=True, slots=True)
class Spec:
    """One action. `scope` list: its keys act only while the task list has the keyboard."""

    id: str
    words: str
    keys: tuple[str, ...] = ()
    icon: str = ""
    scope: Scope = "window"
    danger: bool = False


def specs() -> tuple[Spec, ...]:
    """All actions, in the order they are listed for people."""
    return (
        Spec("new_task", tr("New task"), ("N", "Ctrl+N"), "plus"),
        Spec("new_project", tr("New project"), ("Ctrl+Alt+N",), "folder"),
        Spec("rename_project", tr("Rename project"), ("F2",), "pencil"),
        Spec("invite", tr("Invite people"), ("Ctrl+Alt+I",), "user-plus"),
        Spec("refresh", tr("Check with the server"), ("Ctrl+R", "F5"), "refresh-cw"),
        Spec("pending", tr("Pending changes"), ("Ctrl+Shift+P",), "clock"),
        Spec("pause", tr("Disconnect"), ("Ctrl+Alt+O",), "wifi-off"),
        Spec("next_project", tr("Next project"), ("Ctrl+PgDown",), "arrow-down"),
        Spec("previous_project", tr("Previous project"), ("Ctrl+PgUp",), "arrow-up"),
        Spec("next_pane", tr("Next pane"), ("F6",), "panel-right"),
        Spec("close", tr("Close"), ("Esc",), "x"),
        Spec("next", tr("Next row"), ("J",), "arrow-down", "list"),
        Spec("previous", tr("Previous row"), ("K",), "arrow-up", "list"),
        Spec("open", tr("Open"), (), "panel-right", "list"),
        Spec("status", tr("Status"), ("S",), "circle-dot", "list"),
        Spec("priority", tr("Priority"), ("P",), "flag", "list"),
        Spec("assign", tr("Assign"), ("A",), "user-plus", "list"),
        Spec("labels", tr("Labels"), ("L",), "tag", "list"),
        Spec("due", tr("Due date"), ("D",), "calendar", "list"),
        Spec("move_up", tr("Move up"), ("Ctrl+Shift+Up",), "arrow-up", "list"),
        Spec("move_down", tr("Move down"), ("Ctrl+Shift+Down",), "arrow-down", "list"),
        Spec("trash", tr("Move to trash"), ("Del",), "trash-2", "list", danger=True),
        Spec("comment", tr("Comment"), ("M",), "message-square"),
        Spec("shortcuts", tr("Keyboard shortcuts"), ("F1",), "keyboard"),
        Spec("quit", tr("Quit"), ("Ctrl+Q",), "log-out"),
    )


class Actions(QObject):
    """The actions of one window as QActions; what an action does is connected by the screen that can do it.

    Single letters never act while text is typed: Qt gives a text field its letters first.
    """

    def __init__(self, window: QWidget, only: frozenset[str] | None = None) -> None:
        """`only` these, where the screen can do nothing else."""
        super().__init__(window)
        self.specs = tuple(spec for spec in specs() if only is None or spec.id in only)
        self._actions: dict[str, QAction] = {}
        for spec in self.specs:
            action = QAction(plain_action(spec.words), self)
            action.setData(spec.words)
            action.setShortcuts([QKeySequence(keys) for keys in spec.keys])
            if spec.scope == "window":
                action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
                window.addAction(action)
            else:
                action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            self._actions[spec.id] = action

    def __getitem__(self, name: str) -> QAction:
        """An action by its id. Raises KeyError."""
        return self._actions[name]

    def give(self, view: QWidget) -> None:
        """Let the keys of the list's actions act in this view."""
        for spec in self.specs:
            if spec.scope == "list":
                view.addAction(self._actions[spec.id])

    def on(self, name: str, act: Callable[[], object]) -> None:
        """Do this when the action is triggered."""
        self._actions[name].triggered.connect(lambda: act())

    def keys(self, name: str) -> str:
        """The keys of an action as people read them, such as "Ctrl R"."""
        return self._actions[name].shortcut().toString(QKeySequence.SequenceFormat.NativeText).replace("+", " ")

    def set_words(self, name: str, words: str) -> None:
        """Call an action something else, as its effect changed."""
        action = self._actions[name]
        action.setText(plain_action(words))
        action.setData(words)
