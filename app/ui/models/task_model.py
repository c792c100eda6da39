"""The task list handed to a Qt view: one column, told of every step, with each row as a sentence for screen readers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, QTimer

from app.ui.models.task_list import TaskList
from app.ui.paint.names import group_row_name, task_row_name
from app.ui.paint.rows import GroupRow, ListRow, TaskRow
from app.ui.session import Session
from app.ui.strings import tr

AnyIndex = QModelIndex | QPersistentModelIndex
NOWHERE = QModelIndex()
TEXT_ROLES = (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole)


class TaskModel(QAbstractTableModel):
    """Rows of a `TaskList`; the painter reads them by `row_at`, not through `data`."""

    def __init__(
        self,
        session: Session,
        project: str,
        collapsed: set[str],
        today: Callable[[], date],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._more = QTimer(self)
        self._more.setSingleShot(True)
        self._more.timeout.connect(self._go_on)
        self.list = TaskList(session, project, collapsed, today, self)

    def row_at(self, number: int) -> ListRow | None:
        """The row that the painter draws."""
        return self.list.row_at(number)

    # -- Qt asks -------------------------------------------------------------------------------------------------------

    def rowCount(self, parent: AnyIndex = NOWHERE) -> int:
        """All rows, headers too."""
        return 0 if parent.isValid() else self.list.count

    def columnCount(self, parent: AnyIndex = NOWHERE) -> int:
        """One."""
        return 0 if parent.isValid() else 1

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """The row in words; nothing else is asked of it."""
        if role not in TEXT_ROLES:
            return None
        row = self.list.row_at(index.row())
        match row:
            case TaskRow():
                return task_row_name(row) if role == Qt.ItemDataRole.AccessibleTextRole else row.title[:300]
            case GroupRow():
                return group_row_name(row) if role == Qt.ItemDataRole.AccessibleTextRole else row.title
            case _:
                return tr("New task")

    # -- the list tells ------------------------------------------------------------------------------------------------

    def inserting(self, row: int) -> None:
        """One row will be inserted."""
        self.beginInsertRows(NOWHERE, row, row)

    def inserted(self) -> None:
        """It was."""
        self.endInsertRows()

    def removing(self, row: int) -> None:
        """One row will be removed."""
        self.beginRemoveRows(NOWHERE, row, row)

    def removed(self) -> None:
        """It was."""
        self.endRemoveRows()

    def moving(self, source: int, before: int) -> None:
        """One row will stand before another."""
        self.beginMoveRows(NOWHERE, source, source, NOWHERE, before)

    def moved(self) -> None:
        """It does."""
        self.endMoveRows()

    def changed(self, first: int, last: int) -> None:
        """Rows look different."""
        self.dataChanged.emit(self.index(first, 0), self.index(last, 0), list(TEXT_ROLES))

    def resetting(self) -> None:
        """Everything will be different."""
        self.beginResetModel()

    def was_reset(self) -> None:
        """It is."""
        self.endResetModel()

    def more(self) -> None:
        """More of the list is to be read, after what waits now."""
        self._more.start(0)

    def _go_on(self) -> None:
        self.list.go_on()
