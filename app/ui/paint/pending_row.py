"""The painter of the pending panel: one unsent change, why it waits, and what can be done."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyle, QStyleOptionViewItem

from app.ui.paint.chip import state_tag
from app.ui.paint.plan import Plan, elide
from app.ui.paint.row_delegate import RowDelegate
from app.ui.paint.rows import PendingRow
from app.ui.strings import tr
from app.ui.theme.palette import brush, pen
from app.ui.theme.theme import Theme
from app.ui.theme.tokens import RADIUS_CONTROL

EDGE_PX = 16
TEXT_PX = 42
REASON_PX = 30


class PendingRowDelegate(RowDelegate):
    """Rows of 54 px: icon, item, what and when, state tag; rejected ones grow by a line with the reason.

    Undo and discard appear on the row in `hovered` or with the keyboard's focus. `spot_at` names what was clicked:
    "undo", "discard", "copy", "file" or "".
    """

    def __init__(self, theme: Theme, row_at: Callable[[int], PendingRow | None], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._row_at = row_at
        self._plans: dict[str, tuple[PendingRow, tuple[int, float, bool, bool, int], Plan]] = {}

    def height(self, row: PendingRow) -> int:
        """The row's height in px: 54, with a bar 66, with a reason 84; grown with the text size."""
        extra = REASON_PX if row.state == "rejected" else 12 if row.progress is not None else 0
        return self._theme.metrics.pending_row + round(extra * self._theme.scale)

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        """The height of the row at this index."""
        row = self._row_at(index.row())
        return QSize(0, self.height(row) if row is not None else 0)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Paint one change. Pen, brush and font of the painter are left changed."""
        row = self._row_at(index.row())
        if row is None:
            return
        box: QRect = option.rect
        tokens = self._theme.tokens
        focused = self.keyboard_focus and bool(option.state & QStyle.StateFlag.State_HasFocus)
        active = focused or index.row() == self.hovered
        mirrored = option.direction == Qt.LayoutDirection.RightToLeft
        plan = self._plan(row, box.width(), painter.device().devicePixelRatio(), active, mirrored)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if active:
            painter.fillRect(box, brush(tokens.hover))
        plan.draw(painter, box.x(), box.y())
        if row.progress is not None and row.state == "sending":
            self._paint_bar(painter, box, row.progress, mirrored)
        painter.fillRect(QRect(box.x(), box.bottom(), box.width(), 1), brush(tokens.border))
        self._paint_frames(painter, plan, box)
        if focused:
            painter.setPen(pen(tokens.accent, 2.0))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(box).adjusted(1, 1, -1, -1), RADIUS_CONTROL, RADIUS_CONTROL)

    def spot_at(self, number: int, x: float, y: float, width: int, height: int, dpr: float = 1.0) -> str:
        """What lies at a point of the row, measured from its top left."""
        row = self._row_at(number)
        if row is None:
            return ""
        plan = self._plan(row, width, dpr, True, self.reads_right_to_left())
        return next((name for name, place in plan.spots.items() if place.contains(x, y)), "")

    def _plan(self, row: PendingRow, width: int, dpr: float, active: bool, mirrored: bool) -> Plan:
        key = (width, dpr, active, mirrored, self._theme.generation)
        kept = self._plans.get(row.id)
        if kept is not None and kept[0] is row and kept[1] == key:
            return kept[2]
        plan = Plan(self._theme, width, self._theme.metrics.pending_row, dpr, mirrored)
        self._lay_out(plan, row, width, active)
        if len(self._plans) > 400:
            self._plans.clear()
        self._plans[row.id] = (row, key, plan)
        return plan

    def _lay_out(self, plan: Plan, row: PendingRow, width: int, active: bool) -> None:
        theme, tokens = self._theme, self._theme.tokens
        scale = theme.scale
        plan.picture(EDGE_PX, theme.pixmap(row.icon, 16, tokens.text2, plan.dpr, plan.mirrored))
        tag = state_tag(theme, row.state, plan.dpr, plan.mirrored)
        right = width - EDGE_PX - tag.width() / plan.dpr
        plan.picture(right, tag)
        if active and row.state in ("waiting", "sending"):
            for name, icon in (("discard", "trash-2"), ("undo", "undo-2")):
                plan.picture(right - 16 - 10, theme.pixmap(icon, 14, tokens.text2, plan.dpr, plan.mirrored))
                plan.spot(name, right - 33, 28, (theme.metrics.pending_row - 28) / 2, 28)
                right -= 28
        room = right - 12 - TEXT_PX
        middle = theme.metrics.pending_row / 2
        item = elide(theme, row.item, "body-medium", room, middle=row.has_file)
        plan.text(TEXT_PX, item, "body-medium", tokens.text, middle=middle - 8.5 * scale)
        what = " · ".join(part for part in (row.what, row.when) if part)
        plan.text(TEXT_PX, elide(theme, what, "small", room), "small", tokens.text2, middle=middle + 9 * scale)
        if row.state == "rejected":
            self._lay_out_reason(plan, row, width)

    def _lay_out_reason(self, plan: Plan, row: PendingRow, width: int) -> None:
        theme, tokens = self._theme, self._theme.tokens
        middle = theme.metrics.pending_row + 10 * theme.scale
        right = float(width - EDGE_PX)
        first = ("file", tr("Show file")) if row.has_file else ("copy", tr("Copy"))
        for name, words in (("discard", tr("Discard")), first):
            text_width = theme.letters("small-medium").horizontalAdvance(words)
            left = right - text_width - 18
            plan.text(left + 9, words, "small-medium", tokens.text, middle=middle)
            plan.spot(name, left, right - left, middle - 12, 24)
            right = left - 8
        reason = elide(theme, row.reason, "small", right - 8 - TEXT_PX)
        plan.text(TEXT_PX, reason, "small", tokens.red, middle=middle)

    def _paint_frames(self, painter: QPainter, plan: Plan, box: QRect) -> None:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(pen(self._theme.tokens.line))
        for place in plan.spots.values():
            if place.top() > self._theme.metrics.pending_row - 8:
                frame = place.translated(box.x(), box.y()).adjusted(0.5, 0.5, -0.5, -0.5)
                painter.drawRoundedRect(frame, RADIUS_CONTROL, RADIUS_CONTROL)

    def _paint_bar(self, painter: QPainter, box: QRect, progress: float, mirrored: bool) -> None:
        tokens = self._theme.tokens
        top = box.y() + self._theme.metrics.pending_row - 2
        whole = QRectF(box.x() + TEXT_PX, top, box.width() - TEXT_PX - EDGE_PX, 4)
        if mirrored:
            whole.moveLeft(box.x() + EDGE_PX)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(brush(tokens.pressed))
        painter.drawRoundedRect(whole, 2, 2)
        done = QRectF(whole)
        done.setWidth(whole.width() * min(1.0, max(0.0, progress)))
        if mirrored:
            done.moveRight(whole.right())
        painter.setBrush(brush(tokens.accent))
        painter.drawRoundedRect(done, 2, 2)
