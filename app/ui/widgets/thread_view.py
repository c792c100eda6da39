"""Comments or activity, one below the other: painted entries of different heights in one scroll area."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate

from PySide6.QtCore import QEasingCurve, QEvent, QPoint, QRect, QRectF, QSize, Qt, QVariantAnimation, Signal
from PySide6.QtGui import QFocusEvent, QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QToolTip, QWidget

from app.ui.paint.comment import CommentPainter
from app.ui.paint.names import comment_row_name
from app.ui.paint.rows import ActivityRow, CommentRow
from app.ui.strings import tooltip, tr
from app.ui.theme.palette import pen
from app.ui.theme.theme import Theme
from app.ui.theme.tokens import RADIUS_CONTROL
from app.ui.widgets.focus_ring import KEYBOARD_REASONS

Entry = CommentRow | ActivityRow
ENTRIES_MOST = 200
"""Entries kept at once; older ones are asked for with `older_wanted`."""


class ThreadView(QAbstractScrollArea):
    """Shows at most 200 entries; what is on the screen stays there when entries above it come, grow or go.

    `spot_clicked(id, spot)` names parts as `CommentPainter.spot_at` does. `older_wanted` comes when the top is reached.
    """

    spot_clicked = Signal(str, str)
    older_wanted = Signal()
    current_moved = Signal(QRect)
    """Where the entry is that the keyboard went to, for a page that scrolls as a whole."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._painter = CommentPainter(theme)
        self._entries: tuple[Entry, ...] = ()
        self._bottoms: list[int] = []
        self._hovered = -1
        self._current = -1
        self._keyboard = False
        self._growing: dict[str, QVariantAnimation] = {}
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setProperty("ground", "surface")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.viewport().setMouseTracking(True)
        self.verticalScrollBar().valueChanged.connect(self._scrolled)
        self.verticalScrollBar().setSingleStep(32)
        theme.changed.connect(self._measure)

    @property
    def entries(self) -> tuple[Entry, ...]:
        """What is shown, the first at the top."""
        return self._entries

    def set_entries(self, entries: Sequence[Entry]) -> None:
        """Show these (the last 200 of them). The entry at the top of the screen keeps its place; one that is new at
        the end grows in when the end was in sight.
        """
        anchor, shift = self._anchor()
        at_end = self._at_end()
        known = {entry.id for entry in self._entries}
        self._entries = tuple(entries[-ENTRIES_MOST:])
        self._current = min(self._current, len(self._entries) - 1)
        new = self._entries[-1] if self._entries and known and self._entries[-1].id not in known else None
        if new is not None and at_end and self._theme.motion.entry:
            self._grow(new.id)
        self._measure()
        if at_end:
            self.verticalScrollBar().setValue(self.verticalScrollBar().maximum())
            return
        for row, entry in enumerate(self._entries):
            if entry.id == anchor:
                self.verticalScrollBar().setValue(self._top(row) + shift)
                return

    def content_height(self) -> int:
        """The height of all entries, for a page that scrolls as a whole."""
        return self._bottoms[-1] if self._bottoms else 0

    def place_of(self, name: str) -> QRect:
        """Where an entry is, in the coordinates of the viewport; empty when it is not shown."""
        for row, entry in enumerate(self._entries):
            if entry.id == name:
                top = self._top(row) - self.verticalScrollBar().value()
                return QRect(0, top, self.viewport().width(), self._bottoms[row] - self._top(row))
        return QRect()

    def sizeHint(self) -> QSize:
        """As high as its content, at most 600 px."""
        return QSize(400, min(self.content_height(), 600))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Wrap again for the new width."""
        super().resizeEvent(event)
        anchor, shift = self._anchor()
        at_end = self._at_end()
        self._measure()
        bar = self.verticalScrollBar()
        place = next((self._top(row) + shift for row, one in enumerate(self._entries) if one.id == anchor), bar.value())
        bar.setValue(bar.maximum() if at_end else place)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the entries that can be seen."""
        if not self._entries:
            return
        painter = QPainter(self.viewport())
        offset = self.verticalScrollBar().value()
        for row in range(self._row_at(offset + event.rect().top()), len(self._entries)):
            top = self._top(row) - offset
            if top > event.rect().bottom():
                break
            entry = self._entries[row]
            box = QRect(0, top, self.viewport().width(), self._bottoms[row] - self._top(row))
            painter.setOpacity(self._share(entry.id))
            self._paint_entry(painter, entry, box, row in (self._hovered, self._current if self._keyboard else -1))
            painter.setOpacity(1.0)
            if row == self._current and self._keyboard and self.hasFocus():
                painter.setPen(pen(self._theme.tokens.accent, 2.0))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                frame = QRectF(box).adjusted(1, 1, -1, -5)
                painter.drawRoundedRect(frame, RADIUS_CONTROL, RADIUS_CONTROL)
        painter.end()
        if any(isinstance(entry, CommentRow) and entry.sync_state == "sending" for entry in self._entries):
            self._theme.ticker.attach(self, self.viewport().update)
        else:
            self._theme.ticker.detach(self)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Show the actions of the entry under the pointer."""
        self._hover(self._row_under(event.position().toPoint()))

    def leaveEvent(self, event: QEvent) -> None:
        """Hide the actions."""
        self._hover(-1)
        super().leaveEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Say what was clicked."""
        place = event.position().toPoint()
        row = self._row_under(place)
        if row < 0 or event.button() != Qt.MouseButton.LeftButton:
            return
        self._current, self._keyboard = row, False
        spot = self._spot(row, place)
        if spot:
            self.spot_clicked.emit(self._entries[row].id, spot)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Up and down move between entries, R answers, Enter opens the actions of one."""
        key = event.key()
        if key in (Qt.Key.Key_Down, Qt.Key.Key_Up) and self._entries:
            step = 1 if key == Qt.Key.Key_Down else -1
            self._move_to(min(max(self._current + step, 0), len(self._entries) - 1))
        elif key in (Qt.Key.Key_R, Qt.Key.Key_Return, Qt.Key.Key_Enter) and 0 <= self._current < len(self._entries):
            self.spot_clicked.emit(self._entries[self._current].id, "reply" if key == Qt.Key.Key_R else "more")
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show where the keyboard is."""
        if event.reason() in KEYBOARD_REASONS and self._entries:
            self._move_to(self._current if self._current >= 0 else len(self._entries) - 1)
        super().focusInEvent(event)

    def viewportEvent(self, event: QEvent) -> bool:
        """Give the full date of a comment as its tooltip."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            row = self._row_under(event.pos())
            entry = self._entries[row] if row >= 0 else None
            full = entry.full_time if isinstance(entry, CommentRow) else ""
            QToolTip.showText(event.globalPos(), tooltip(full), self)
            return True
        return super().viewportEvent(event)

    def _paint_entry(self, painter: QPainter, entry: Entry, box: QRect, active: bool) -> None:
        ratio, mirrored = self.devicePixelRatioF(), self._mirrored()
        if isinstance(entry, CommentRow):
            layout = self._painter.lay_out(entry, box.width(), ratio, mirrored)
            self._painter.draw(painter, layout, box.x(), box.y(), active=active)
        else:
            self._painter.draw_activity(painter, entry, QRectF(box), ratio, mirrored)

    def _spot(self, row: int, place: QPoint) -> str:
        entry = self._entries[row]
        if not isinstance(entry, CommentRow):
            return "item"
        layout = self._painter.lay_out(entry, self.viewport().width(), self.devicePixelRatioF(), self._mirrored())
        top = self._top(row) - self.verticalScrollBar().value()
        return self._painter.spot_at(layout, place.x(), place.y() - top)

    def _move_to(self, row: int) -> None:
        self._current, self._keyboard = row, True
        bar = self.verticalScrollBar()
        if self._top(row) < bar.value():
            bar.setValue(self._top(row))
        elif self._bottoms[row] > bar.value() + self.viewport().height():
            bar.setValue(self._bottoms[row] - self.viewport().height())
        entry = self._entries[row]
        if isinstance(entry, CommentRow):
            self.setAccessibleName(comment_row_name(entry))
        self.current_moved.emit(self.place_of(entry.id))
        self.viewport().update()

    def _measure(self) -> None:
        ratio, mirrored, width = self.devicePixelRatioF(), self._mirrored(), max(1, self.viewport().width())
        heights = (
            self._painter.lay_out(entry, width, ratio, mirrored).height
            if isinstance(entry, CommentRow)
            else self._painter.activity_height()
            for entry in self._entries
        )
        shares = (self._share(entry.id) for entry in self._entries)
        self._bottoms = list(accumulate(round(h * s) for h, s in zip(heights, shares, strict=True)))
        bar = self.verticalScrollBar()
        bar.setPageStep(self.viewport().height())
        bar.setRange(0, max(0, self.content_height() - self.viewport().height()))
        if not self._entries:
            self.setAccessibleName(tr("No entries"))
        self.viewport().update()

    def _grow(self, name: str) -> None:
        growth = QVariantAnimation(self)
        growth.setStartValue(0.0)
        growth.setEndValue(1.0)
        growth.setDuration(self._theme.motion.entry)
        growth.setEasingCurve(QEasingCurve.Type.OutCubic)
        growth.valueChanged.connect(self._grown)
        growth.finished.connect(lambda: self._growing.pop(name, growth).deleteLater())
        self._growing[name] = growth
        growth.start()

    def _grown(self) -> None:
        self._measure()
        self.verticalScrollBar().setValue(self.verticalScrollBar().maximum())

    def _share(self, name: str) -> float:
        growth = self._growing.get(name)
        return float(growth.currentValue() or 0.0) if growth is not None else 1.0

    def _anchor(self) -> tuple[str, int]:
        if not self._entries:
            return "", 0
        offset = self.verticalScrollBar().value()
        row = self._row_at(offset)
        return self._entries[row].id, offset - self._top(row)

    def _at_end(self) -> bool:
        bar = self.verticalScrollBar()
        return bool(self._entries) and bar.maximum() > 0 and bar.value() >= bar.maximum() - 2

    def _top(self, row: int) -> int:
        return self._bottoms[row - 1] if row else 0

    def _row_at(self, y: int) -> int:
        return min(bisect_right(self._bottoms, y), len(self._bottoms) - 1)

    def _row_under(self, place: QPoint) -> int:
        y = place.y() + self.verticalScrollBar().value()
        return self._row_at(y) if self._bottoms and y < self._bottoms[-1] else -1

    def _hover(self, row: int) -> None:
        if row != self._hovered:
            self._hovered = row
            self.viewport().update()

    def _scrolled(self, value: int) -> None:
        self.viewport().update()
        if value == 0 and self._entries:
            self.older_wanted.emit()

    def _mirrored(self) -> bool:
        return self.layoutDirection() == Qt.LayoutDirection.RightToLeft
