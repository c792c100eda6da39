"""The view of a task list: rows that keep their place while others work, headers of their own height, a draft line."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from app.ui.models.task_list import TaskList
from app.ui.models.task_model import TaskModel
from app.ui.paint.rows import GroupRow, ListRow, TaskRow
from app.ui.paint.task_columns import DUE_PX, task_columns
from app.ui.paint.task_row import TaskRowDelegate
from app.ui.screens.tasks_draft import DraftLine
from app.ui.session import Patch
from app.ui.theme.theme import Theme
from app.ui.widgets.row_view import RowView

NO_MODIFIERS = Qt.KeyboardModifier.NoModifier


class TasksView(RowView):
    """A `RowView` on a `TaskModel`. A plain click on a task opens it; selection and scroll place survive a reset."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._look = theme
        self._model: TaskModel | None = None
        self._kept: tuple[str, list[str], int] = ("", [], 0)
        self.delegate = TaskRowDelegate(theme, self._row_at, self)
        self.use(self.delegate)
        self.draft = DraftLine(theme, self.viewport())
        self.verticalScrollBar().valueChanged.connect(self.place_draft)
        theme.changed.connect(self._set_header_heights)

    # -- the model -----------------------------------------------------------------------------------------------------

    def show_model(self, model: TaskModel | None) -> None:
        """Show another list."""
        old, self._model = self._model, model
        self.setModel(model)
        if old is not None:
            old.deleteLater()
        if model is None:
            return
        model.modelAboutToBeReset.connect(self._keep)
        model.modelReset.connect(self._restore)
        model.rowsInserted.connect(self._inserted)
        for changed in (model.rowsRemoved, model.rowsMoved):
            changed.connect(self.place_draft)
        self._set_header_heights()

    @property
    def tasks(self) -> TaskList | None:
        """The list that is shown."""
        return self._model.list if self._model is not None else None

    def follow(self, patch: Patch) -> None:
        """Take a patch; what is seen stays where it is, and others' changes are tinted."""
        model = self._model
        if model is None:
            return
        bar = self.verticalScrollBar()
        anchor = model.list.task_at(self.rowAt(0)) if bar.value() > 0 else ""
        top = self._top_of(anchor)
        model.list.take(patch)
        if anchor and (now := self._top_of(anchor)) is not None and top is not None and now != top:
            bar.setValue(bar.value() + now - top)
        self.place_draft()

    def _top_of(self, task: str) -> int | None:
        row = self._model.list.row_of(task) if self._model is not None and task else -1
        return self.rowViewportPosition(row) if row >= 0 else None

    def _row_at(self, number: int) -> ListRow | None:
        return self._model.row_at(number) if self._model is not None else None

    def _keep(self) -> None:
        self._kept = (self.current_task(), self.selected_tasks(), self.verticalScrollBar().value())

    def _restore(self) -> None:
        self._set_header_heights()
        current, selected, scrolled = self._kept
        model = self._model
        if model is None:
            return
        if current and (row := model.list.row_of(current)) >= 0:
            self.selectRow(row)
        for task in selected:
            row = model.list.row_of(task)
            if row >= 0 and task != current:
                self.selectionModel().select(model.index(row, 0), self.selectionCommand(model.index(row, 0)))
        self.verticalScrollBar().setValue(scrolled)
        self.place_draft()

    def _inserted(self, _parent: object, first: int, last: int) -> None:
        headers = [row for row in range(first, last + 1) if isinstance(self._row_at(row), GroupRow)]
        if headers:
            self.set_group_rows(headers)
        self.place_draft()

    def _set_header_heights(self) -> None:
        if self._model is not None:
            self.set_group_rows(self._model.list.header_rows())

    # -- selection -----------------------------------------------------------------------------------------------------

    def current_task(self) -> str:
        """The task that the keyboard is on, or ""."""
        index = self.currentIndex()
        return self._model.list.task_at(index.row()) if self._model is not None and index.isValid() else ""

    def selected_tasks(self) -> list[str]:
        """The selected tasks from top to bottom, or the current one."""
        if self._model is None:
            return []
        rows = sorted(index.row() for index in self.selectionModel().selectedIndexes())
        found = [task for row in rows if (task := self._model.list.task_at(row))]
        current = self.current_task()
        return found or ([current] if current else [])

    def select_task(self, task: str) -> bool:
        """Make a task the current one and show it; False when it is not in the list."""
        row = self._model.list.row_of(task) if self._model is not None else -1
        if row < 0:
            return False
        self.selectRow(row)
        self.scrollTo(self.currentIndex())
        return True

    def step(self, by: int) -> None:
        """Go to the next (1) or previous (-1) task, over headers."""
        if self._model is None:
            return
        row = self.currentIndex().row() if self.currentIndex().isValid() else (-1 if by > 0 else self._model.list.count)
        row += by
        while 0 <= row < self._model.list.count:
            if self._model.list.task_at(row):
                self._show_focus(True)
                self.selectRow(row)
                self.scrollTo(self.currentIndex())
                return
            row += by

    # -- places --------------------------------------------------------------------------------------------------------

    def place_for(self, part: str) -> QPoint:
        """A point on the screen below a part of the current row, where a popover opens."""
        box = self.visualRect(self.currentIndex())
        columns = task_columns(box.width(), self._look.scale, self.delegate.compact)
        x = {
            "status": 10.0,
            "assignees": columns.avatars - 44,
            "due": columns.due - DUE_PX,
            "labels": columns.labels_right - 100,
        }.get(part, 36.0)
        if self.layoutDirection() == Qt.LayoutDirection.RightToLeft:
            x = box.width() - x
        bottom = max(0, min(box.bottom() + 1, self.viewport().height()))
        return self.viewport().mapToGlobal(QPoint(box.x() + round(x), bottom + 2))

    def place_draft(self) -> None:
        """Lay the draft line over its row."""
        row = self._model.list.draft_row() if self._model is not None else -1
        if row < 0 or self._model is None:
            self.draft.hide()
            return
        box = self.visualRect(self._model.index(row, 0))
        self.draft.setGeometry(box.adjusted(0, 1, 0, -1))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The draft line follows."""
        super().resizeEvent(event)
        self.place_draft()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A plain click on a task, not on one of its parts, opens it."""
        super().mouseReleaseEvent(event)
        plain = event.button() == Qt.MouseButton.LeftButton and event.modifiers() == NO_MODIFIERS
        index = self.indexAt(event.position().toPoint())
        if plain and index.isValid() and isinstance(self._row_at(index.row()), TaskRow):
            box, point = self.visualRect(index), event.position()
            spot = self.delegate.spot_at(
                index.row(),
                point.x() - box.x(),
                point.y() - box.y(),
                box.width(),
                box.height(),
                self.devicePixelRatioF(),
            )
            if not spot:
                self.opened.emit(index.row())

    def flash_task(self, task: str, colour: str) -> None:
        """Tint a task's row in somebody's colour, if it can be seen."""
        row = self._model.list.row_of(task) if self._model is not None else -1
        if row >= 0 and self.viewport().rect().intersects(self.visualRect(self.model().index(row, 0))):
            self.flash(row, task, colour)
