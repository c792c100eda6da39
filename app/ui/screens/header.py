"""The project's header: its name, who is here, what the connection does, and the tabs below."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QSizePolicy, QVBoxLayout, QWidget

from app.ui.actions import Actions
from app.ui.screens.sidebar_rows import paint_dot
from app.ui.session import Patch, Session, colour_slot
from app.ui.strings import tr
from app.ui.theme.theme import Theme
from app.ui.widgets.avatar_row import AvatarRow
from app.ui.widgets.button import Button
from app.ui.widgets.card import Line
from app.ui.widgets.label import ElidedLabel
from app.ui.widgets.pill import Pill
from app.ui.widgets.tabs import Tabs

NAME_MOST = 200
DOT_PX = 12


class _Dot(QWidget):
    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._slot = 0
        self.setFixedSize(QSize(DOT_PX, DOT_PX))
        theme.changed.connect(self.update)

    def set_slot(self, slot: int) -> None:
        self._slot = slot
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_dot(painter, 0, 0, self._theme.tokens.label(self._slot), DOT_PX)
        painter.end()


class ProjectName(QWidget):
    """The name in 16/24 600; a double click or F2 edits it in place. `renamed(text)`."""

    renamed = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.label = ElidedLabel(theme, "", "section", parent=self)
        self.edit = QLineEdit(self)
        self.edit.setMaxLength(NAME_MOST)
        self.edit.setAccessibleName(tr("Name of the project"))
        self.edit.hide()
        self.edit.installEventFilter(self)
        self.edit.returnPressed.connect(self._done)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.label)
        row.addWidget(self.edit)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def begin(self) -> None:
        """Edit the name."""
        self.edit.setText(self.label.words)
        self.edit.setMinimumWidth(min(360, max(160, self.label.sizeHint().width() + 40)))
        self.edit.setFont(self._theme.font("section"))
        self.label.hide()
        self.edit.show()
        self.edit.selectAll()
        self.edit.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Edit the name."""
        self.begin()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Esc gives up; leaving the field keeps what was typed."""
        if isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape:
            if event.type() == QEvent.Type.ShortcutOverride:
                event.accept()
            elif event.type() == QEvent.Type.KeyPress:
                self._end()
            return True
        if event.type() == QEvent.Type.FocusOut and not self.edit.isHidden():
            self._done()
        return False

    def _done(self) -> None:
        name = self.edit.text().strip()
        changed = bool(name) and name != self.label.words
        self._end()
        if changed:
            self.renamed.emit(name)

    def _end(self) -> None:
        self.edit.hide()
        self.label.show()


class Header(QWidget):
    """56 px of name, people, and connection. `pending_asked` when the pill is pressed."""

    pending_asked = Signal()

    def __init__(self, theme: Theme, session: Session, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._session = session
        self._project = ""
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setProperty("ground", "surface")
        self._dot = _Dot(theme, self)
        self.name = ProjectName(theme, self)
        self.name.renamed.connect(self._rename)
        self._rule = Line(upright=True, parent=self)
        self._rule.setFixedHeight(24)
        self.people = AvatarRow(theme, self)
        self.share = Button(theme, tr("Share"), "secondary", icon="user-plus", parent=self)
        self.share.set_hint(actions.keys("invite"))
        self.share.clicked.connect(actions["invite"].trigger)
        self.refresh = Button(theme, tr("Check with the server"), "icon", icon="refresh-cw", parent=self)
        self.refresh.set_hint(actions.keys("refresh"))
        self.refresh.clicked.connect(actions["refresh"].trigger)
        self.pill = Pill(theme, self)
        self.pill.clicked.connect(self.pending_asked)
        row = QHBoxLayout(self)
        row.setContentsMargins(20, 0, 16, 0)
        row.setSpacing(12)
        row.addWidget(self._dot)
        row.addWidget(self.name)
        row.addSpacing(4)
        row.addWidget(self._rule)
        row.addWidget(self.people)
        row.addStretch(1)
        row.addWidget(self.share)
        row.addWidget(self.refresh)
        row.addWidget(self.pill)
        session.rows_changed.connect(self._follow)
        session.presence_changed.connect(self._follow_people)
        session.light_changed.connect(self._follow_light)
        theme.changed.connect(self._restyle)
        self._restyle()
        self._follow_light()

    def show_project(self, project: str) -> None:
        """Show another project, or none ("")."""
        self._project = project
        self._show_name()
        self._show_people()

    def set_narrow(self, narrow: bool) -> None:
        """Below 1000 px: discs without names, and no word on the button."""
        self.people.set_with_names(not narrow)
        self.share.setVisible(not narrow)

    def _follow(self, patch: Patch) -> None:
        if patch.touches("project"):
            self._show_name()
        if patch.touches("person"):
            self._show_people()

    def _follow_people(self, places: set[tuple[str, str]]) -> None:
        if any(project == self._project for project, _ in places):
            self._show_people()

    def _follow_light(self) -> None:
        state = self._session.light_state()
        was = self.pill.state.link
        self.pill.set_state(state)
        if was != state.link:
            self._show_people()

    def _show_name(self) -> None:
        row = self._session.view(self._project)
        shown = row is not None and not row.trashed
        for widget in (self._dot, self.name, self._rule, self.people):
            widget.setVisible(shown)
        if row is not None:
            self.name.label.set_words(str(row.value("name") or ""))
            self._dot.set_slot(colour_slot(row))

    def _show_people(self) -> None:
        offline = self._session.client.light().state == "offline"
        note = tr("Others are not shown while offline") if offline else ""
        self.people.set_people(self._session.presence(self._project), note)

    def _rename(self, name: str) -> None:
        self._session.set_fields("project", [self._project], name=name)

    def _restyle(self) -> None:
        self.setFixedHeight(self._theme.metrics.header)


class TabsRow(QWidget):
    """40 px of tabs, the button for a new task at the end, and the line below."""

    def __init__(self, theme: Theme, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setProperty("ground", "surface")
        self.tabs = Tabs(theme, self)
        self.tabs.setAccessibleName(tr("Views of the project"))
        self.tabs.add(tr("List"), "list")
        self.new = Button(theme, tr("New task"), "primary", icon="plus", parent=self)
        self.new.set_hint(actions.keys("new_task"))
        self.new.clicked.connect(actions["new_task"].trigger)
        row = QHBoxLayout()
        row.setContentsMargins(12, 0, 16, 0)
        row.addWidget(self.tabs, 0, Qt.AlignmentFlag.AlignBottom)
        row.addStretch(1)
        row.addWidget(self.new, 0, Qt.AlignmentFlag.AlignVCenter)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(row, 1)
        column.addWidget(Line(parent=self))
        theme.changed.connect(self._restyle)
        self._restyle()

    def set_possible(self, possible: bool) -> None:
        """Whether there is a project to put a task in."""
        self.new.set_possible(possible, tr("Choose or make a project first."))

    def _restyle(self) -> None:
        self.setFixedHeight(self._theme.metrics.tabs + 1)
