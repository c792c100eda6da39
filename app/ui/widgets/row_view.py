"""A list of painted rows that stays fast at a hundred thousand: one column, fixed heights, no widget per row."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QEasingCurve, QEvent, QItemSelectionModel, Qt, QVariantAnimation, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPaintEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHeaderView, QTableView, QWidget

from app.ui.paint.row_delegate import RowDelegate
from app.ui.theme.theme import Theme
from app.ui.theme.tokens import TINT_ALPHA

KEYBOARD_REASONS = (
    Qt.FocusReason.TabFocusReason,
    Qt.FocusReason.BacktabFocusReason,
    Qt.FocusReason.ShortcutFocusReason,
)


class RowView(QTableView):
    """A QTableView of one column. `opened(row)` comes with Enter or a double click, `spot_clicked(row, spot)` with a
    click on a part of a row (names in `RowDelegate.spot_at`).
    """

    opened = Signal(int)
    spot_clicked = Signal(int, str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._delegate: RowDelegate | None = None
        self._tints: dict[str, QVariantAnimation] = {}
        self.setProperty("painted", True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setMouseTracking(True)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.horizontalHeader().hide()
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        rows = self.verticalHeader()
        rows.hide()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setMinimumSectionSize(1)
        rows.setDefaultSectionSize(theme.metrics.task_row)
        theme.changed.connect(self._restyle)

    def use(self, delegate: RowDelegate) -> None:
        """Paint rows with this delegate, and tell it where the pointer and the keyboard are."""
        self._delegate = delegate
        self.setItemDelegate(delegate)

    def selectRow(self, row: int) -> None:
        """Select one row and make it the current one. Qt's own finds no column when reading right to left."""
        index = self.model().index(row, 0)
        flags = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
        self.selectionModel().setCurrentIndex(index, flags)

    def set_group_rows(self, rows: Iterable[int]) -> None:
        """Give the header rows their lower height, after the model was reset; a group count of hundreds is fine."""
        self.set_heights((row, self._theme.metrics.group_row) for row in rows)

    def set_heights(self, heights: Iterable[tuple[int, int]]) -> None:
        """Give single rows another height in px than the usual one."""
        header = self.verticalHeader()
        for row, height in heights:
            header.resizeSection(row, height)

    def flash(self, row: int, task_id: str, colour: str) -> None:
        """Tint a row that another person changed in their colour, fading over 1.2 s (not with reduced motion)."""
        delegate = self._delegate
        if delegate is None or self._theme.motion.tint == 0:
            return
        running = self._tints.pop(task_id, None)
        if running is not None:
            running.stop()
        fade = QVariantAnimation(self)
        fade.setStartValue(TINT_ALPHA)
        fade.setEndValue(0.0)
        fade.setDuration(self._theme.motion.tint)
        fade.setEasingCurve(QEasingCurve.Type.OutCubic)
        index = self.model().index(row, 0)

        def step(value: float) -> None:
            delegate.tints[task_id] = (colour, value)
            self.viewport().update(self.visualRect(index))

        def end() -> None:
            delegate.tints.pop(task_id, None)
            self._tints.pop(task_id, None)
            self.viewport().update(self.visualRect(index))
            fade.deleteLater()

        fade.valueChanged.connect(step)
        fade.finished.connect(end)
        self._tints[task_id] = fade
        fade.start()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Follow the pointer: only the row left and the row entered are painted again."""
        self._hover(self.rowAt(round(event.position().y())))
        super().mouseMoveEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        """No row is under the pointer any more."""
        self._hover(-1)
        super().leaveEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Say which part of a row was clicked."""
        super().mouseReleaseEvent(event)
        delegate = self._delegate
        if delegate is None or event.button() != Qt.MouseButton.LeftButton:
            return
        index = self.indexAt(event.position().toPoint())
        if not index.isValid():
            return
        box = self.visualRect(index)
        point = event.position()
        ratio = self.devicePixelRatioF()
        spot = delegate.spot_at(index.row(), point.x() - box.x(), point.y() - box.y(), box.width(), box.height(), ratio)
        if spot:
            self.spot_clicked.emit(index.row(), spot)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Open the row."""
        super().mouseDoubleClickEvent(event)
        index = self.indexAt(event.position().toPoint())
        if index.isValid() and event.button() == Qt.MouseButton.LeftButton:
            self.opened.emit(index.row())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter opens; every key makes the focus visible."""
        self._show_focus(True)
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self.opened.emit(self.currentIndex().row())
            return
        super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """The pointer hides the focus frame."""
        self._show_focus(False)
        super().mousePressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show the focus frame when it came by the keyboard."""
        self._show_focus(event.reason() in KEYBOARD_REASONS)
        super().focusInEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint, then join the shared clock while a painted row turns."""
        super().paintEvent(event)
        if self._delegate is not None and self._delegate.turning:
            self._theme.ticker.attach(self, self._turn)

    def _turn(self) -> None:
        delegate = self._delegate
        if delegate is None or not delegate.turning:
            self._theme.ticker.detach(self)
            return
        rows, delegate.turning = delegate.turning, set()
        for row in rows:
            box = self.visualRect(self.model().index(row, 0))
            if box.intersects(self.viewport().rect()):
                self.viewport().update(box)

    def _hover(self, row: int) -> None:
        delegate = self._delegate
        if delegate is None or row == delegate.hovered:
            return
        before, delegate.hovered = delegate.hovered, row
        for number in (before, row):
            if number >= 0:
                self.viewport().update(self.visualRect(self.model().index(number, 0)))

    def _show_focus(self, shown: bool) -> None:
        delegate = self._delegate
        if delegate is not None and delegate.keyboard_focus != shown:
            delegate.keyboard_focus = shown
            self.viewport().update(self.visualRect(self.currentIndex()))

    def _restyle(self) -> None:
        self.verticalHeader().setDefaultSectionSize(self._theme.metrics.task_row)
        self.viewport().update()

    def sizeHintForRow(self, row: int) -> int:
        """The fixed height; never asks the model."""
        return self.verticalHeader().sectionSize(row)
