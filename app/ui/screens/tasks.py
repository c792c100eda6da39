"""The list of a project's tasks, and all that can be done to them there by pointer and keyboard."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from app.ui.actions import Actions
from app.ui.models.task_model import TaskModel
from app.ui.paint.rows import GroupRow, TaskRow
from app.ui.screens.task_popovers import (
    due_popover,
    labels_popover,
    open_popover,
    people_popover,
    priority_popover,
    status_popover,
)
from app.ui.screens.tasks_view import TasksView
from app.ui.session import Patch, Session
from app.ui.settings import WindowSettings
from app.ui.strings import tr
from app.ui.theme.theme import Theme
from app.ui.widgets.button import Button
from app.ui.widgets.popover import Popover
from app.ui.widgets.states import EmptyState, Skeleton

EDGE_PX = 8
TINTS_MOST = 40
"""More changes at once are a flood, not something to look at."""
SPOTS = {"status": "status", "assignees": "assign", "due": "due", "labels": "labels"}


def today() -> date:
    """The day of this computer's clock and zone."""
    return datetime.now().astimezone().date()


class TasksPane(QWidget):
    """`opened(task)` when a task is to be shown, `pending_asked` when a sync sign is pressed."""

    opened = Signal(str)
    pending_asked = Signal()

    def __init__(
        self, theme: Theme, session: Session, actions: Actions, settings: WindowSettings, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._session = session
        self._actions = actions
        self._settings = settings
        self._model: TaskModel | None = None
        self.project = ""
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setProperty("ground", "surface")
        self.view = TasksView(theme, self)
        self.view.setAccessibleName(tr("Tasks"))
        self.view.opened.connect(self._open_row)
        self.view.spot_clicked.connect(self._spot_clicked)
        self.view.draft.written.connect(self._write)
        self.view.draft.left.connect(self._leave_draft)
        self._stack = QStackedWidget(self)
        self.no_tasks = self._make_no_tasks()
        self.no_projects = self._make_no_projects()
        self.loading = Skeleton(theme, parent=self)
        for page in (self.view, self.no_tasks, self.no_projects, self.loading):
            self._stack.addWidget(page)
        column = QVBoxLayout(self)
        column.setContentsMargins(EDGE_PX, 10, EDGE_PX, EDGE_PX)
        column.addWidget(self._stack)
        self._midnight = QTimer(self)
        self._midnight.setSingleShot(True)
        self._midnight.timeout.connect(self._new_day)
        self._connect_actions()
        session.rows_changed.connect(self._follow)
        session.presence_changed.connect(self._follow_people)
        session.pending_changed.connect(self._follow_pending)
        self._new_day()
        self._choose_page()

    # -- what is shown -------------------------------------------------------------------------------------------------

    def show_project(self, project: str) -> None:
        """Show the tasks of another project; "" shows that there is none."""
        self._leave_draft()
        self.project = project
        self._model = None
        if project:
            self._model = TaskModel(self._session, project, self._settings.collapsed(project), today, self)
            self._model.list.set_busy(self._session.client.busy_items(project))
            self._model.list.follow_pending()
        self.view.show_model(self._model)
        self._choose_page()

    def set_compact(self, compact: bool) -> None:
        """A window below 1000 px: labels fold to one."""
        if self.view.delegate.compact != compact:
            self.view.delegate.compact = compact
            if self._model is not None:
                self._model.list.restyle()

    def focus_list(self) -> None:
        """Put the keyboard on the list."""
        self.view.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _choose_page(self) -> None:
        if self._model is not None and (self._model.list.task_count or self._model.list.draft):
            page: QWidget = self.view
        elif self._model is not None:
            page = self.no_tasks
        elif self._session.ready:
            page = self.no_projects
        else:
            page = self.loading
        if self._stack.currentWidget() is not page:
            self._stack.setCurrentWidget(page)

    def _follow(self, patch: Patch) -> None:
        self.view.follow(patch)
        self._choose_page()
        if len(patch.items) > TINTS_MOST or not self.isVisible():
            return
        for item, (kind, _, author) in patch.items.items():
            if author:
                row = self._session.view(item)
                task = str(row.value("on")) if kind == "comment" and row is not None else item
                self.view.flash_task(task, self._theme.tokens.person(self._session.person(author).colour_slot).fill)

    def _follow_people(self, places: set[tuple[str, str]]) -> None:
        if self._model is not None and any(project == self.project for project, _ in places):
            self._model.list.set_busy(self._session.client.busy_items(self.project))

    def _follow_pending(self) -> None:
        if self._model is not None:
            self._model.list.follow_pending()

    def _new_day(self) -> None:
        if self._model is not None:
            self._model.list.restyle()
        now = datetime.now().astimezone()
        midnight = (now + timedelta(days=1)).replace(hour=0, minute=0, second=1, microsecond=0)
        self._midnight.start(round((midnight - now).total_seconds() * 1000))

    # -- what is done --------------------------------------------------------------------------------------------------

    def new_task(self, status: str = "") -> None:
        """Open the line for a new task: in a group, in that of the current task, or under To do."""
        if self._model is None:
            return
        if not status:
            row = self._model.list.row_of(self.view.current_task())
            status = self._model.list.status_at(row)
            status = "todo" if status in ("", "done", "cancelled") else status
        row = self._model.list.open_draft(status)
        self._choose_page()
        self.view.scrollTo(self._model.index(row, 0))
        self.view.place_draft()
        self.view.draft.begin(status)

    def _write(self, title: str) -> None:
        fields = {"project": self.project, "title": title, "status": self.view.draft.status}
        self._session.create("task", fields)
        self._session.flush()
        if self._model is not None:
            self.view.scrollTo(self._model.index(self._model.list.draft_row(), 0))
            self.view.place_draft()

    def _leave_draft(self) -> None:
        had_focus = self.view.draft.edit.hasFocus()
        self.view.draft.hide()
        if self._model is not None:
            self._model.list.close_draft()
            self._choose_page()
        if had_focus:
            self.focus_list()

    def trash(self) -> None:
        """Move the selected tasks to the trash; a toast takes it back."""
        tasks = self.view.selected_tasks()
        if not tasks or self._model is None:
            return
        row = self._model.list.row_of(tasks[-1])
        following = self._model.list.task_at(row + 1) or self._model.list.task_at(row - 1)
        self._session.edit("delete", "task", tasks)
        self._session.flush()
        self.view.select_task(following)
        words = tr("Task moved to the trash|{n} tasks moved to the trash", n=len(tasks))
        self._session.say(words, "trash-2", tr("Undo"), lambda: self._session.edit("restore", "task", tasks))

    def move_task(self, step: int) -> None:
        """Move the current task one place up (-1) or down (1), over the edge of its group into the next."""
        task = self.view.current_task()
        if not task or self._model is None:
            return
        beside = self._model.list.neighbours(task)[0 if step < 0 else 1]
        if beside:
            place = {"before": beside} if step < 0 else {"after": beside}
            self._session.edit("move", "task", [task], **place)
        else:
            row = self._model.list.row_of(task)
            status, first, last = self._model.list.beside(self._model.list.status_at(row), step)
            if not status:
                return
            place = {"after": last} if step < 0 else {"before": first}
            self._session.edit("move", "task", [task], fields={"status": status}, **place)
        self._session.flush()
        self.view.select_task(task)

    def choose(self, part: str) -> None:
        """Open the popover for a part of the selected tasks: status, priority, assignees, labels or due."""
        tasks = self.view.selected_tasks()
        if not tasks:
            return
        theme, session = self._theme, self._session
        popover: Popover
        match part:
            case "status":
                popover = status_popover(theme, session, tasks, self)
            case "priority":
                popover = priority_popover(theme, session, tasks, self)
            case "assignees":
                popover = people_popover(theme, session, tasks, self)
            case "labels":
                popover = labels_popover(theme, session, tasks, self)
            case _:
                popover = due_popover(theme, session, tasks, today(), self)
        open_popover(popover).open_at(self.view.place_for(part))

    # -- inside --------------------------------------------------------------------------------------------------------

    def _connect_actions(self) -> None:
        actions = self._actions
        actions.give(self.view)
        actions.on("next", lambda: self.view.step(1))
        actions.on("previous", lambda: self.view.step(-1))
        actions.on("open", lambda: self._open_row(self.view.currentIndex().row()))
        actions.on("status", lambda: self.choose("status"))
        actions.on("priority", lambda: self.choose("priority"))
        actions.on("assign", lambda: self.choose("assignees"))
        actions.on("labels", lambda: self.choose("labels"))
        actions.on("due", lambda: self.choose("due"))
        actions.on("move_up", lambda: self.move_task(-1))
        actions.on("move_down", lambda: self.move_task(1))
        actions.on("trash", self.trash)
        actions.on("new_task", self.new_task)

    def _open_row(self, number: int) -> None:
        if self._model is None:
            return
        match self._model.row_at(number):
            case TaskRow() as row:
                self.opened.emit(row.id)
            case GroupRow() as row:
                self._toggle(row.key, number)
            case _:
                pass

    def _toggle(self, status: str, number: int) -> None:
        if self._model is not None:
            self._model.list.toggle(status)
            self._settings.set_collapsed(self.project, self._model.list.collapsed)
            self.view.setCurrentIndex(self._model.index(number, 0))

    def _spot_clicked(self, number: int, spot: str) -> None:
        if self._model is None:
            return
        row = self._model.row_at(number)
        if isinstance(row, GroupRow):
            if spot == "add":
                self.new_task(row.key)
            else:
                self._toggle(row.key, number)
        elif spot == "sync":
            if isinstance(row, TaskRow) and row.sync_state:
                self.pending_asked.emit()
            else:
                self._open_row(number)
        else:
            self.view.selectRow(number)
            self.choose(spot)

    def _make_no_tasks(self) -> EmptyState:
        button = Button(self._theme, tr("New task"), "primary", "dialog", "plus", self)
        button.clicked.connect(lambda: self.new_task())
        return EmptyState(
            self._theme, "list-checks", tr("No tasks yet"), tr("Write the first one."), (button,), parent=self
        )

    def _make_no_projects(self) -> EmptyState:
        button = Button(self._theme, tr("New project"), "primary", "dialog", "plus", self)
        button.clicked.connect(self._actions["new_project"].trigger)
        words = tr("A project holds the tasks of one piece of work. Everybody here sees it at once.")
        return EmptyState(self._theme, "folder", tr("No projects yet"), words, (button,), parent=self)
