"""The projects of a workspace as the sidebar shows them: in their order, with who is there."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from app.ui.paint.rows import PersonChip, one_line
from app.ui.session import Patch, Session, colour_slot
from app.ui.strings import tr

AnyIndex = QModelIndex | QPersistentModelIndex
NOWHERE = QModelIndex()


@dataclass(frozen=True, slots=True)
class ProjectRow:
    """One project: the slot of its dot, the others who are there, and whether a change of it waits."""

    id: str
    name: str
    slot: int
    people: tuple[PersonChip, ...] = ()
    sync_state: str = ""


class ProjectModel(QAbstractListModel):
    """The projects that are neither archived nor in the trash. Some hundreds at most: each is compared."""

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.rows: list[ProjectRow] = []
        session.rows_changed.connect(self._follow)
        session.presence_changed.connect(self.reload)
        self.reload()

    def row_of(self, item: str) -> int:
        """The row of a project, or -1."""
        return next((number for number, row in enumerate(self.rows) if row.id == item), -1)

    def rowCount(self, parent: AnyIndex = NOWHERE) -> int:
        """How many projects."""
        return 0 if parent.isValid() else len(self.rows)

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """The name, and in words who is there."""
        row = self.rows[index.row()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return row.name if role == Qt.ItemDataRole.DisplayRole else None
        if role == Qt.ItemDataRole.AccessibleTextRole:
            if not row.people:
                return row.name
            names = ", ".join(person.first_name for person in row.people)
            return tr("{project}, here now: {names}", project=row.name, names=names)
        return None

    def reload(self) -> None:
        """Read projects and people again, and tell only what differs."""
        fresh = self._read()
        if [row.id for row in fresh] != [row.id for row in self.rows]:
            self.beginResetModel()
            self.rows = fresh
            self.endResetModel()
            return
        for number, (old, new) in enumerate(zip(self.rows, fresh, strict=True)):
            if old != new:
                self.rows[number] = new
                self.dataChanged.emit(self.index(number), self.index(number))

    def _read(self) -> list[ProjectRow]:
        session = self._session
        rows = []
        for project in session.listed("project"):
            if project.value("archived"):
                continue
            others = tuple(one.person for one in session.presence(project.id) if not one.person.is_you)
            name = one_line(str(project.value("name") or ""))
            rows.append(ProjectRow(project.id, name, colour_slot(project), others, session.sync_state(project.id)))
        return rows

    def _follow(self, patch: Patch) -> None:
        if patch.touches("project") or patch.touches("person"):
            self.reload()
