"""The screen of a workspace: sidebar, header, list and detail put together, and what they ask of each other."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.model.change import Refusal
from app.ui.actions import Actions
from app.ui.models.pending_list import PendingList
from app.ui.screens.detail import TaskDetail
from app.ui.screens.header import Header, TabsRow
from app.ui.screens.invite import InvitePopover
from app.ui.screens.pending import PendingPanel
from app.ui.screens.shortcuts import ShortcutsPopover
from app.ui.screens.sidebar import Sidebar
from app.ui.screens.task_popovers import open_popover
from app.ui.screens.tasks import TasksPane
from app.ui.screens.workspace_body import Body
from app.ui.screens.workspace_menu import make_menu
from app.ui.session import Patch, Session
from app.ui.settings import WindowSettings
from app.ui.strings import tr
from app.ui.theme.theme import Theme
from app.ui.theme.tokens import NARROW_PX, WIDE_PX


class WorkspaceScreen(QWidget):
    """`quit_asked`, `sign_in_asked` and `sign_out_asked` are for the window."""

    quit_asked = Signal()
    sign_in_asked = Signal()
    sign_out_asked = Signal()

    def __init__(self, theme: Theme, session: Session, settings: WindowSettings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._session = session
        self._actions = actions = Actions(self)
        self._settings = settings
        self.project = ""
        self.task = ""
        self._wanted = ""
        self._queue = PendingList(session)
        self.sidebar = Sidebar(theme, session, actions, self)
        self.header = Header(theme, session, actions, self)
        self.tabs = TabsRow(theme, actions, self)
        self.tasks = TasksPane(theme, session, actions, settings, self)
        self.detail = TaskDetail(theme, session, self)
        self.body = Body(theme, self.tasks, self.detail, self)
        self.pending = PendingPanel(theme, session, self._queue, self)
        self._lay_out()
        self._connect()
        self._choose_project()

    # -- projects and tasks --------------------------------------------------------------------------------------------

    def open_project(self, project: str) -> None:
        """Show another project."""
        if project == self.project:
            return
        self.close_task()
        self.project = project
        self._settings.project = project
        self.sidebar.show_project(project)
        self.header.show_project(project)
        self.tabs.set_possible(bool(project))
        self.tasks.show_project(project)
        self._remember_names()
        self._be_here()

    def open_task(self, task: str) -> None:
        """Show a task beside the list, in its own project."""
        row = self._session.view(task)
        if row is None:
            return
        self.open_project(str(row.value("project")))
        self.task = task
        self.detail.show_task(task)
        self.body.open_side()
        self.tasks.view.select_task(task)
        self._be_here()

    def open_when_here(self, task: str) -> None:
        """Show a task now, or as soon as it is here."""
        self._wanted = task
        self._follow_wanted()

    def _follow_wanted(self) -> None:
        if self._wanted and self._session.view(self._wanted) is not None:
            task, self._wanted = self._wanted, ""
            self.open_task(task)

    def close_task(self) -> None:
        """Show the list alone."""
        if not self.task:
            return
        self.task = ""
        self.body.close_side()
        self.detail.show_task("")
        self.tasks.focus_list()
        self._be_here()

    def open_pending(self) -> None:
        """Open (or close) the panel under the pill."""
        if self.pending.isVisible():
            self.pending.close()
            return
        self.header.pill.set_held(True)
        self.pending.open_below(self.header.pill, "end")

    def refresh(self) -> None:
        """Compare everything with the server, and say what was found."""
        self._session.run(self._refresh())

    # -- inside --------------------------------------------------------------------------------------------------------

    async def _refresh(self) -> None:
        client = self._session.client
        self.header.refresh.set_possible(False, tr("Checking…"))
        try:
            if client.light().state != "connected":
                client.retry()
            if client.counts()[0]:
                await client.sync()
            found = await client.refresh()
        except Refusal as refusal:
            if refusal.code != "offline":
                raise
            self._session.say(tr("There is no connection. Your changes are safe on this computer."), "cloud-off")
            return
        finally:
            self.header.refresh.set_possible(True)
        checked, repaired = int(found.get("checked", 0)), int(found.get("repaired", 0))
        if repaired:
            words = tr("{n} item was out of date and is fixed.|{n} items were out of date and are fixed.", n=repaired)
        else:
            words = tr(
                "Everything is up to date. Checked {n} item.|Everything is up to date. Checked {n} items.", n=checked
            )
        self._session.say(words)

    def _lay_out(self) -> None:
        column = QVBoxLayout()
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.header)
        column.addWidget(self.tabs)
        column.addWidget(self.body, 1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.sidebar)
        row.addLayout(column, 1)

    def _connect(self) -> None:
        actions = self._actions
        self.sidebar.opened.connect(self.open_project)
        self.sidebar.menu_asked.connect(self._open_menu)
        self.sidebar.pending_asked.connect(self.open_pending)
        self.header.pending_asked.connect(self.open_pending)
        self.tasks.opened.connect(self.open_task)
        self.tasks.pending_asked.connect(self.open_pending)
        self.detail.closed.connect(self.close_task)
        self.body.dismissed.connect(self.close_task)
        self.pending.closed.connect(lambda: self.header.pill.set_held(False))
        self.pending.sync_asked.connect(self.refresh)
        self.pending.sign_in_asked.connect(self.sign_in_asked)
        actions.on("new_project", self._new_project)
        actions.on("rename_project", self.header.name.begin)
        actions.on("invite", self._invite)
        actions.on("refresh", self.refresh)
        actions.on("pending", self.open_pending)
        actions.on("pause", self._pause)
        actions.on("next_project", lambda: self._step(1))
        actions.on("previous_project", lambda: self._step(-1))
        actions.on("next_pane", self._next_pane)
        actions.on("close", self.close_task)
        actions.on("comment", self._comment)
        actions.on("shortcuts", self._open_shortcuts)
        actions.on("quit", self.quit_asked.emit)
        self._session.rows_changed.connect(self._follow)
        self._session.light_changed.connect(self._follow_light)
        self._session.project_gone.connect(self._gone)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Below 1280 px the detail slides over the list, below 1000 px the sidebar becomes a rail."""
        super().resizeEvent(event)
        narrow = self.width() < NARROW_PX
        self.sidebar.set_rail(narrow)
        self.header.set_narrow(narrow)
        self.tasks.set_compact(narrow)
        self.body.set_wide(self.width() >= WIDE_PX)

    def _follow(self, patch: Patch) -> None:
        if self.project:
            row = self._session.view(self.project)
            if row is None or row.trashed or row.value("archived"):
                self.project = ""
        if self.task and (self.task in patch.items or patch.whole):
            row = self._session.view(self.task)
            mine = row is not None and row.trashed and row.registers["trashed"].by == self._session.client.user
            if row is None or mine:  # what another moved to the trash stays, and says so
                self.close_task()
        if not self.project:
            self._choose_project()
        self._follow_wanted()

    def _follow_light(self) -> None:
        self._actions.set_words("pause", tr("Reconnect") if self._session.paused else tr("Disconnect"))

    def _choose_project(self) -> None:
        """The project shown last, else the first."""
        wanted = self._settings.project
        row = self._session.view(wanted) if wanted else None
        usable = row is not None and row.kind == "project" and not row.trashed and not row.value("archived")
        project = wanted if usable else self.sidebar.first_project()
        if project or self._session.ready:
            self.project = " "  # anything that no project is called, so that "" is shown too
            self.open_project(project)

    def _gone(self, project: str) -> None:
        if project == self.project:
            self._session.say(tr("You no longer have access to this project."), "lock")
            self.project = ""
            self._choose_project()

    def _be_here(self) -> None:
        if self.project:
            self._session.here("viewing", self.project, self.task)

    def _remember_names(self) -> None:
        row = self._session.view(self.project)
        name = str(row.value("name") or "") if row is not None else ""
        self._settings.seen = (self._session.client.workspace_name, name)

    def _step(self, by: int) -> None:
        project = self.sidebar.step(by)
        if project:
            self.open_project(project)

    def _next_pane(self) -> None:
        panes: list[QWidget] = [self.sidebar.view, self.tasks.view]
        if self.body.is_open:
            panes.append(self.detail)
        focus = self.window().focusWidget()
        place = next((n for n, pane in enumerate(panes) if pane is focus or pane.isAncestorOf(focus)), 0)
        panes[(place + 1) % len(panes)].setFocus(Qt.FocusReason.TabFocusReason)

    def _new_project(self) -> None:
        if self.width() < NARROW_PX:
            self.sidebar.set_rail(False)
        self.sidebar.open_new_project()

    def _comment(self) -> None:
        task = self.task or self.tasks.view.current_task()
        if task:
            if task != self.task:
                self.open_task(task)
            self.detail.focus_composer()

    def _pause(self) -> None:
        client = self._session.client
        self._session.watch(client.resume() if self._session.paused else client.pause())

    def _invite(self) -> None:
        popover = open_popover(InvitePopover(self._theme, self._session, self))
        anchor = self.header.share if self.header.share.isVisible() else self.header.refresh
        popover.open_below(anchor, "end")

    def _open_shortcuts(self) -> None:
        popover = ShortcutsPopover(self._theme, self._actions, self)
        open_popover(popover).open_below(self.header.refresh, "end")

    def _open_menu(self) -> None:
        menu = make_menu(self._theme, self._actions, self._settings, self.sign_out_asked.emit, self)
        menu.popup_below(self.sidebar.workspace)
