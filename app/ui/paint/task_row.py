"""The task list's painter: one row or group header, in every state, from cached pieces."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyle, QStyleOptionViewItem

from app.ui.paint.avatar import AVATAR_GAP_PX, avatar_stack
from app.ui.paint.checks import checkbox_pixmap
from app.ui.paint.chip import editor_tag, label_pixmap
from app.ui.paint.plan import Plan, elide
from app.ui.paint.row_delegate import RowDelegate
from app.ui.paint.rows import GroupRow, ListRow, TaskRow
from app.ui.paint.task_columns import AVATARS_PX, DUE_PX, GAP_PX, SYNC_PX, TaskColumns, task_columns
from app.ui.theme.icons import turning_pixmap
from app.ui.theme.palette import brush, pen
from app.ui.theme.theme import Theme
from app.ui.theme.tokens import RADIUS_CONTROL

SELECTED: Final = QStyle.StateFlag.State_Selected
HAS_FOCUS: Final = QStyle.StateFlag.State_HasFocus
PLANS_MOST: Final = 600
NO_PEN: Final = Qt.PenStyle.NoPen
NO_BRUSH: Final = Qt.BrushStyle.NoBrush


class TaskRowDelegate(RowDelegate):
    """Paints rows it reads by `row_at(row_number)`; about 0.1 ms a row once laid out.

    What the screen sets: `selecting` (check boxes are shown), `compact` (a window below 1000 px).
    """

    def __init__(self, theme: Theme, row_at: Callable[[int], ListRow | None], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._row_at = row_at
        self._plans: dict[str, tuple[ListRow, tuple[int, float, bool, bool, bool, int], Plan]] = {}
        self.selecting = False
        self.compact = False

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        """The fixed height of the row: 36 for a task, 32 for a group header, grown with the text size."""
        sizes = self._theme.metrics
        height = sizes.group_row if isinstance(self._row_at(index.row()), GroupRow) else sizes.task_row
        return QSize(0, height)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Paint one row. Pen, brush and font of the painter are left changed."""
        number = index.row()
        row = self._row_at(number)
        if row is None:
            return
        state = option.state
        box = option.rect
        mirrored = option.direction == Qt.LayoutDirection.RightToLeft
        selected = bool(state & SELECTED)
        plan = self._plan(row, box.width(), box.height(), painter.device().devicePixelRatio(), selected, mirrored)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if isinstance(row, TaskRow):
            self._paint_ground(painter, row, box, number == self.hovered, selected)
        plan.draw(painter, box.x(), box.y())
        if isinstance(row, TaskRow):
            self._paint_sync(painter, row, plan, box, number)
        if self.keyboard_focus and state & HAS_FOCUS:
            painter.setPen(pen(self._theme.tokens.accent, 2.0))
            painter.setBrush(NO_BRUSH)
            painter.drawRoundedRect(QRectF(box).adjusted(1, 1, -1, -1), RADIUS_CONTROL, RADIUS_CONTROL)

    def spot_at(self, number: int, x: float, y: float, width: int, height: int, dpr: float = 1.0) -> str:
        """What lies at a point of a row (from its top left): "status", "check", "assignees", "due", "labels", "sync",
        "toggle", "add", or "" for the row itself.
        """
        row = self._row_at(number)
        if row is None:
            return ""
        mirrored = self.reads_right_to_left()
        plan = self._plan(row, width, height, dpr, False, mirrored)
        for name, place in plan.spots.items():
            if place.contains(x, y):
                return name
        return ""

    def _plan(self, row: ListRow, width: int, height: int, dpr: float, selected: bool, mirrored: bool) -> Plan:
        key = (width, dpr, selected, mirrored, self.selecting, self._theme.generation)
        name = row.id if isinstance(row, TaskRow) else f"group:{row.key}"
        kept = self._plans.get(name)
        if kept is not None and kept[0] is row and kept[1] == key:
            return kept[2]
        plan = Plan(self._theme, width, height, dpr, mirrored)
        if isinstance(row, TaskRow):
            self._lay_out_task(plan, row, width, selected)
        else:
            self._lay_out_group(plan, row, width)
        if len(self._plans) >= PLANS_MOST:
            self._plans.clear()
        self._plans[name] = (row, key, plan)
        return plan

    def _paint_ground(self, painter: QPainter, row: TaskRow, box: QRect, hovered: bool, selected: bool) -> None:
        tokens = self._theme.tokens
        inner = QRectF(box).adjusted(0, 1, 0, -1)
        value = tokens.selected if selected else tokens.hover if hovered else ""
        if value:
            painter.setPen(NO_PEN)
            painter.setBrush(brush(value))
            painter.drawRoundedRect(inner, RADIUS_CONTROL, RADIUS_CONTROL)
        tint = self.tints.get(row.id)
        if tint is not None and tint[1] > 0:
            painter.setPen(NO_PEN)
            painter.setBrush(self._theme.colour(tint[0], round(tint[1], 2)))
            painter.drawRoundedRect(inner, RADIUS_CONTROL, RADIUS_CONTROL)
        if row.editing_by is not None:
            painter.setPen(pen(tokens.person(row.editing_by.colour_slot).fill, 1.5))
            painter.setBrush(NO_BRUSH)
            painter.drawRoundedRect(inner.adjusted(0.75, 0.75, -0.75, -0.75), RADIUS_CONTROL, RADIUS_CONTROL)

    def _paint_sync(self, painter: QPainter, row: TaskRow, plan: Plan, box: QRect, number: int) -> None:
        if row.sync_state != "sending":
            return
        place = plan.spots["sync"]
        picture = turning_pixmap(
            "refresh-cw", SYNC_PX, self._theme.tokens.accent_text, plan.dpr, self._theme.ticker.frame
        )
        left, top = QRectF(box).left() + place.x(), QRectF(box).top()
        painter.drawPixmap(round(left), round(top + (place.height() - SYNC_PX) / 2), picture)
        self.turning.add(number)

    def _lay_out_group(self, plan: Plan, row: GroupRow, width: int) -> None:
        tokens = self._theme.tokens
        mirrored = plan.mirrored
        arrow = "chevron-right" if row.collapsed else "chevron-down"
        plan.picture(8, self._theme.pixmap(arrow, 14, tokens.text2, plan.dpr, mirrored))
        title = elide(self._theme, row.title, "body-strong", width - 120)
        end = plan.text(30, title, "body-strong", tokens.text)
        end = plan.text(end + 8, str(row.count), "body", tokens.text3, True)
        plan.spot("toggle", 0, end)
        if row.can_add:
            plan.picture(width - 24, self._theme.pixmap("plus", 16, tokens.text2, plan.dpr))
            plan.spot("add", width - 30, 28)

    def _lay_out_task(self, plan: Plan, row: TaskRow, width: int, selected: bool) -> None:
        theme, tokens = self._theme, self._theme.tokens
        columns = task_columns(width, theme.scale, self.compact)
        x = 10.0
        if self.selecting:
            plan.picture(x, checkbox_pixmap("on" if selected else "off", tokens, plan.dpr))
            plan.spot("check", x - 5, 26)
            x += 26
        plan.picture(x, theme.status(row.status, 16, plan.dpr))
        plan.spot("status", x - 5, 26)
        self._lay_out_right(plan, row, columns)
        end = self._lay_out_labels(plan, row, columns) - GAP_PX
        self._lay_out_title(plan, row, x + 26, end, selected)

    def _lay_out_title(self, plan: Plan, row: TaskRow, left: float, right: float, selected: bool) -> None:
        theme, tokens = self._theme, self._theme.tokens
        tag = editor_tag(theme, row.editing_by, plan.dpr, plan.mirrored) if row.editing_by is not None else None
        room = right - left
        if tag is not None:
            room -= tag.width() / plan.dpr + 8
        if row.view_only:
            room -= 14 + 8
        style = "body-medium" if selected else "body"
        shown = elide(theme, row.title, style, room)
        x = plan.text(left, shown, style, tokens.text3 if row.finished else tokens.text)
        if shown != row.title:
            x = left + room
        if row.view_only:
            x = plan.picture(x + 8, theme.pixmap("lock", 14, tokens.text2, plan.dpr))
        if tag is not None:
            plan.picture(x + 8, tag)

    def _lay_out_labels(self, plan: Plan, row: TaskRow, columns: TaskColumns) -> float:
        x = columns.labels_right
        shown = row.labels[: columns.labels]
        for label in reversed(shown):
            chip = label_pixmap(self._theme, label, plan.dpr, plan.mirrored)
            x -= chip.width() / plan.dpr
            plan.picture(x, chip)
            x -= GAP_PX
        if shown:
            plan.spot("labels", x + GAP_PX, columns.labels_right - x - GAP_PX)
            x += GAP_PX
        return x

    def _lay_out_right(self, plan: Plan, row: TaskRow, columns: TaskColumns) -> None:
        theme, tokens = self._theme, self._theme.tokens
        plan.spot("sync", columns.sync - SYNC_PX, SYNC_PX)
        if row.sync_state == "waiting":
            plan.picture(columns.sync - SYNC_PX, theme.pixmap("refresh-cw", SYNC_PX, tokens.yellow, plan.dpr))
        elif row.sync_state == "rejected":
            plan.picture(columns.sync - SYNC_PX, theme.pixmap("circle-alert", SYNC_PX, tokens.red, plan.dpr))
        due_width = DUE_PX * theme.scale
        if row.due_text:
            style = "small-medium" if row.due_late else "small"
            value = tokens.red if row.due_late else tokens.text2
            plan.text_before(columns.due, elide(theme, row.due_text, style, due_width + 8), style, value, True)
        plan.spot("due", columns.due - due_width, due_width)
        self._lay_out_people(plan, row, columns.avatars)
        if row.has_files and columns.clip is not None:
            plan.picture(columns.clip - 16, theme.pixmap("paperclip", 14, tokens.text2, plan.dpr))
        if row.comment_count and columns.comments is not None:
            left = columns.comments - 32 * theme.scale
            end = plan.picture(left, theme.pixmap("message-square", 14, tokens.text2, plan.dpr))
            plan.text(end + 3, str(min(row.comment_count, 999)), "small", tokens.text2, True)
        if row.checklist_total and columns.checklist is not None:
            left = columns.checklist - 42 * theme.scale
            end = plan.picture(left, theme.pixmap("list-checks", 14, tokens.text2, plan.dpr, plan.mirrored))
            plan.text(end + 3, f"{row.checklist_done}/{row.checklist_total}", "small", tokens.text2, True)

    def _lay_out_people(self, plan: Plan, row: TaskRow, right: float) -> None:
        tokens = self._theme.tokens
        x = right
        if row.assignees:
            for picture in reversed(avatar_stack(row.assignees, 20, 2, tokens, plan.dpr)):
                x -= picture.width() / plan.dpr
                plan.picture(x, picture)
                x -= AVATAR_GAP_PX
        elif not row.view_only and not row.finished:
            plan.picture(right - 18, self._theme.pixmap("user-plus", 16, tokens.text2, plan.dpr))
        plan.spot("assignees", right - AVATARS_PX, AVATARS_PX)
