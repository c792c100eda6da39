"""The sidebar: workspace, projects with who is there, and the person at its foot; a rail in a narrow window."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QModelIndex, QObject, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QListView, QVBoxLayout, QWidget

from app.model.kinds import COLOURS
from app.ui.actions import Actions
from app.ui.models.project_list import ProjectModel
from app.ui.screens.sidebar_rows import PersonRow, ProjectDelegate, WorkspaceRow
from app.ui.session import Patch, Session
from app.ui.strings import tr
from app.ui.theme.theme import Theme
from app.ui.widgets.button import Button
from app.ui.widgets.card import Line
from app.ui.widgets.focus_ring import KEYBOARD_REASONS
from app.ui.widgets.label import Label

NEW_COLOURS = ("rose", "blue", "teal", "violet", "amber", "slate", "orange", "navy", "maroon")
NAME_MOST = 200


class _ProjectView(QListView):
    """The list of projects; Enter opens, arrows move at once."""

    def __init__(self, theme: Theme, model: ProjectModel, parent: QWidget) -> None:
        super().__init__(parent)
        self.rows = ProjectDelegate(theme, model, self)
        self.setModel(model)
        self.setItemDelegate(self.rows)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setProperty("painted", True)
        self.setProperty("ground", "window")
        self.setMouseTracking(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setAccessibleName(tr("Projects"))

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show the focus when it came by the keyboard."""
        self.rows.keyboard = event.reason() in KEYBOARD_REASONS
        super().focusInEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Any key makes the focus visible."""
        self.rows.keyboard = True
        super().keyPressEvent(event)
        self.viewport().update()


class Sidebar(QWidget):
    """`opened(project)` when another project is wanted, `menu_asked` and `pending_asked` for what opens beside it."""

    opened = Signal(str)
    menu_asked = Signal()
    pending_asked = Signal()

    def __init__(self, theme: Theme, session: Session, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._session = session
        self._rail = False
        self._project = ""
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setProperty("ground", "window")
        self.model = ProjectModel(session, self)
        self.workspace = WorkspaceRow(theme, self)
        self.workspace.clicked.connect(self.menu_asked)
        self.view = _ProjectView(theme, self.model, self)
        self.view.selectionModel().currentChanged.connect(self._current_changed)
        self.view.clicked.connect(lambda index: self._open(index.row()))
        self.model.modelReset.connect(self._select)
        self.person = PersonRow(theme, self)
        self.person.clicked.connect(self.pending_asked)
        self._section = self._make_section(actions)
        self.field = self._make_field()
        self._lay_out()
        session.rows_changed.connect(self._follow)
        session.light_changed.connect(self._follow_light)
        theme.changed.connect(self._restyle)
        self._follow(Patch(whole={""}))
        self._follow_light()
        self.set_rail(False)

    def set_rail(self, rail: bool) -> None:
        """Marks and dots alone, 56 px wide, or everything, 256 px."""
        self._rail = rail
        metrics = self._theme.metrics
        self.setFixedWidth(metrics.rail if rail else metrics.sidebar)
        self.view.rows.rail = self.workspace.rail = self.person.rail = rail
        self._section.setVisible(not rail)
        self._rule.setVisible(rail)
        self.field.hide()
        self.view.setSpacing(0)
        self.view.scheduleDelayedItemsLayout()
        self.workspace.set_name(self._session.client.workspace_name)
        self.person.set_person(self._session.me)
        self.view.viewport().update()

    def show_project(self, project: str) -> None:
        """Mark the project that is open."""
        self._project = project
        self._select()

    def first_project(self) -> str:
        """The first project's id, or ""."""
        return self.model.rows[0].id if self.model.rows else ""

    def step(self, by: int) -> str:
        """The id of the project `by` rows further, or ""."""
        rows = self.model.rows
        place = self.model.row_of(self._project) + by
        return rows[place].id if 0 <= place < len(rows) else ""

    def open_new_project(self) -> None:
        """Open the line for a new project's name."""
        self.field.clear()
        self.field.show()
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)

    # -- making --------------------------------------------------------------------------------------------------------

    def _make_section(self, actions: Actions) -> QWidget:
        section = QWidget(self)
        row = QHBoxLayout(section)
        row.setContentsMargins(8, 0, 2, 0)
        row.addWidget(Label(self._theme, tr("Projects"), "small", "text2", parent=section))
        row.addStretch(1)
        self.add = Button(self._theme, tr("New project"), "icon", icon="plus", parent=section)
        self.add.set_hint(actions.keys("new_project"))
        self.add.clicked.connect(actions["new_project"].trigger)
        row.addWidget(self.add)
        return section

    def _make_field(self) -> QLineEdit:
        field = QLineEdit(self)
        field.setPlaceholderText(tr("Name of the project"))
        field.setAccessibleName(tr("Name of the new project"))
        field.setMaxLength(NAME_MOST)
        field.returnPressed.connect(self._create)
        field.installEventFilter(self)
        field.hide()
        return field

    def _lay_out(self) -> None:
        self._rule = Line(parent=self)
        inner = QVBoxLayout()
        inner.setContentsMargins(8, 8, 8, 0)
        inner.setSpacing(0)
        inner.addWidget(self.workspace)
        inner.addSpacing(10)
        inner.addWidget(self._rule)
        inner.addWidget(self._section)
        inner.addSpacing(2)
        inner.addWidget(self.view, 1)
        inner.addWidget(self.field)
        inner.addSpacing(8)
        foot = QHBoxLayout()
        foot.setContentsMargins(8, 4, 8, 4)
        foot.addWidget(self.person)
        column = QVBoxLayout()
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(inner, 1)
        column.addWidget(Line(parent=self))
        column.addLayout(foot)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addLayout(column, 1)
        row.addWidget(Line(upright=True, parent=self))

    # -- following -----------------------------------------------------------------------------------------------------

    def _follow(self, patch: Patch) -> None:
        if patch.touches("workspace") or patch.touches("person"):
            self.workspace.set_name(self._session.client.workspace_name)
            self.person.set_person(self._session.me)

    def _follow_light(self) -> None:
        self.person.set_state(self._session.light_state())

    def _restyle(self) -> None:
        self.set_rail(self._rail)

    def _select(self) -> None:
        row = self.model.row_of(self._project)
        selection = self.view.selectionModel()
        selection.blockSignals(True)
        self.view.setCurrentIndex(self.model.index(row) if row >= 0 else QModelIndex())
        selection.blockSignals(False)
        self.view.viewport().update()

    def _current_changed(self, current: QModelIndex) -> None:
        if current.isValid() and self.view.hasFocus():
            self._open(current.row())

    def _open(self, row: int) -> None:
        if 0 <= row < len(self.model.rows) and self.model.rows[row].id != self._project:
            self.opened.emit(self.model.rows[row].id)

    # -- a new project -------------------------------------------------------------------------------------------------

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Esc and leaving an empty line close it."""
        if isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape:
            if event.type() == QEvent.Type.ShortcutOverride:
                event.accept()
            elif event.type() == QEvent.Type.KeyPress:
                self.field.hide()
                self.view.setFocus(Qt.FocusReason.OtherFocusReason)
            return True
        if event.type() == QEvent.Type.FocusOut and not self.field.text().strip():
            self.field.hide()
        return False

    def _create(self) -> None:
        name = self.field.text().strip()
        if not name:
            return
        used = [row.slot for row in self.model.rows]
        colour = min(NEW_COLOURS, key=lambda one: used.count(COLOURS.index(one)))
        project = self._session.create("project", {"name": name, "colour": colour})
        self.field.hide()
        self._session.flush()
        self.opened.emit(project)
