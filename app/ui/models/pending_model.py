"""The pending panel's rows handed to a Qt view."""

from __future__ import annotations

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt

from app.ui.paint.names import pending_row_name
from app.ui.paint.rows import PendingRow

AnyIndex = QModelIndex | QPersistentModelIndex
NOWHERE = QModelIndex()


class PendingModel(QAbstractTableModel):
    """At most some hundreds of rows, set as a whole: what did not change is not told."""

    rows: tuple[PendingRow, ...] = ()

    def row_at(self, number: int) -> PendingRow | None:
        """The row that the painter draws."""
        return self.rows[number] if 0 <= number < len(self.rows) else None

    def set_rows(self, rows: tuple[PendingRow, ...]) -> bool:
        """Show these rows; True when the view begins anew, so heights must be set again."""
        old = self.rows
        if [(row.id, row.state) for row in old] != [(row.id, row.state) for row in rows]:
            self.beginResetModel()
            self.rows = rows
            self.endResetModel()
            return True
        self.rows = rows
        for number, (before, after) in enumerate(zip(old, rows, strict=True)):
            if before is not after:
                index = self.index(number, 0)
                self.dataChanged.emit(index, index, [Qt.ItemDataRole.DisplayRole])
        return False

    def rowCount(self, parent: AnyIndex = NOWHERE) -> int:
        """How many changes are shown."""
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: AnyIndex = NOWHERE) -> int:
        """One."""
        return 0 if parent.isValid() else 1

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """The row in words."""
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return pending_row_name(self.rows[index.row()])
        return None
