"""Choosing a day: a month of the calendar, the arrows, and the days asked for most."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from PySide6.QtCore import QDate, QEvent, QLocale, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.ui.strings import tr
from app.ui.theme.palette import brush, pen
from app.ui.theme.theme import Theme
from app.ui.theme.tokens import RADIUS_CONTROL
from app.ui.widgets.button import Button
from app.ui.widgets.popover import Popover

CELL_PX: Final = (32, 28)
PADDING_PX: Final = 12
TITLE_PX: Final = 28
WEEKDAYS_PX: Final = 24
WEEKS: Final = 6


def month_start(day: date, first_weekday: int) -> date:
    """The first day shown for the month of `day`; weeks begin on `first_weekday` (1 Monday to 7 Sunday)."""
    first = day.replace(day=1)
    return first - timedelta(days=(first.isoweekday() - first_weekday) % 7)


def add_months(day: date, months: int) -> date:
    """The same day some months on, or the last day of a shorter month."""
    place = day.year * 12 + day.month - 1 + months
    year, month = divmod(place, 12)
    following = date(year + (month == 11), (month + 1) % 12 + 1, 1)
    return date(year, month + 1, min(day.day, (following - timedelta(days=1)).day))


class Calendar(QWidget):
    """Six weeks, painted; `picked(date)` by click or Enter, arrows and page keys move."""

    picked = Signal(object)

    def __init__(self, theme: Theme, today: date, chosen: date | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._today = today
        self._chosen = chosen
        self._cursor = chosen or today
        self._hovered: date | None = None
        self._keyboard = False
        locale = QLocale()
        self._first_weekday = int(locale.firstDayOfWeek().value)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self._say()
        theme.changed.connect(self.update)

    @property
    def cursor_day(self) -> date:
        """The day the keyboard is on; its month is the one shown."""
        return self._cursor

    def turn(self, months: int) -> None:
        """Show another month."""
        self._cursor = add_months(self._cursor, months)
        self._say()
        self.update()

    def sizeHint(self) -> QSize:
        """Seven columns, a title, the weekdays and six weeks."""
        scale = max(1.0, self._theme.scale)
        width = 7 * CELL_PX[0] * scale + 2 * PADDING_PX
        return QSize(round(width), round((TITLE_PX + WEEKDAYS_PX + WEEKS * CELL_PX[1]) * scale) + 2 * PADDING_PX)

    def minimumSizeHint(self) -> QSize:
        """The same."""
        return self.sizeHint()

    def day_at(self, place: QPointF) -> date | None:
        """The day under a point, if any."""
        start = month_start(self._cursor, self._first_weekday)
        for number in range(7 * WEEKS):
            if self._cell(number).contains(place):
                return start + timedelta(days=number)
        return None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Follow the pointer."""
        self._hovered = self.day_at(event.position())
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        """No day is under the pointer."""
        self._hovered = None
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Take the day."""
        day = self.day_at(event.position())
        if day is not None and event.button() == Qt.MouseButton.LeftButton:
            self._cursor = day
            self.picked.emit(day)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows by days and weeks, Page Up and Down by months, Home for today, Enter takes."""
        key = event.key()
        forward = -1 if self.layoutDirection() == Qt.LayoutDirection.RightToLeft else 1
        steps = {
            Qt.Key.Key_Left: -forward,
            Qt.Key.Key_Right: forward,
            Qt.Key.Key_Up: -7,
            Qt.Key.Key_Down: 7,
        }
        self._keyboard = True
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.picked.emit(self._cursor)
        elif key in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
            self.turn(-1 if key == Qt.Key.Key_PageUp else 1)
        elif key == Qt.Key.Key_Home:
            self._cursor = self._today
        else:
            step = next((days for known, days in steps.items() if known == key), 0)
            if not step:
                super().keyPressEvent(event)
                return
            self._cursor += timedelta(days=step)
        self._say()
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the month."""
        theme, tokens = self._theme, self._theme.tokens
        locale = QLocale()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(theme.font("body-strong"))
        painter.setPen(theme.colour(tokens.text))
        scale = max(1.0, theme.scale)
        title = QRectF(PADDING_PX + 8, PADDING_PX, self.width() - 2 * PADDING_PX - 16, TITLE_PX * scale)
        side = Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignVCenter
        name = locale.standaloneMonthName(self._cursor.month)
        painter.drawText(title, side, f"{name} {self._cursor.year}")
        painter.setFont(theme.font("caption"))
        painter.setPen(theme.colour(tokens.text3))
        for column in range(7):
            weekday = (self._first_weekday - 1 + column) % 7 + 1
            box = self._cell(column).translated(0, -WEEKDAYS_PX * scale)
            box.setHeight(WEEKDAYS_PX * scale)
            words = locale.standaloneDayName(weekday, QLocale.FormatType.ShortFormat)[:2]
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, words)
        start = month_start(self._cursor, self._first_weekday)
        for number in range(7 * WEEKS):
            self._paint_day(painter, start + timedelta(days=number), self._cell(number))
        painter.end()

    def _paint_day(self, painter: QPainter, day: date, box: QRectF) -> None:
        theme, tokens = self._theme, self._theme.tokens
        tone = tokens.text if day.month == self._cursor.month else tokens.text3
        strong = day in (self._chosen, self._today)
        if day == self._chosen:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(brush(tokens.accent))
            painter.drawRoundedRect(box, RADIUS_CONTROL, RADIUS_CONTROL)
            tone = tokens.on_accent
        elif day == self._today:
            painter.setPen(pen(tokens.accent))
            painter.setBrush(brush(tokens.hover) if day == self._hovered else Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), RADIUS_CONTROL, RADIUS_CONTROL)
            tone = tokens.accent_text
        elif day == self._hovered:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(brush(tokens.hover))
            painter.drawRoundedRect(box, RADIUS_CONTROL, RADIUS_CONTROL)
        if self._keyboard and day == self._cursor and self.hasFocus():
            painter.setPen(pen(tokens.on_accent if day == self._chosen else tokens.accent, 2.0))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(box.adjusted(2, 2, -2, -2), 4, 4)
        painter.setFont(theme.font("small-strong" if strong else "small", True))
        painter.setPen(theme.colour(tone))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, str(day.day))

    def _cell(self, number: int) -> QRectF:
        scale = max(1.0, self._theme.scale)
        width, height = CELL_PX[0] * scale, CELL_PX[1] * scale
        week, column = divmod(number, 7)
        if self.layoutDirection() == Qt.LayoutDirection.RightToLeft:
            column = 6 - column
        top = PADDING_PX + (TITLE_PX + WEEKDAYS_PX) * scale
        return QRectF(PADDING_PX + column * width, top + week * height, width, height)

    def _say(self) -> None:
        day = QDate(self._cursor.year, self._cursor.month, self._cursor.day)
        self.setAccessibleName(QLocale().toString(day, QLocale.FormatType.LongFormat))


class DatePopover(Popover):
    """A calendar with shortcuts below; `picked` carries a `datetime.date`, or None for no date."""

    picked = Signal(object)

    def __init__(
        self,
        theme: Theme,
        today: date,
        chosen: date | None = None,
        shortcuts: bool = True,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(theme, parent)
        self.calendar = Calendar(theme, today, chosen, self.body)
        self.calendar.picked.connect(self._take)
        self.column.addWidget(self.calendar)
        self.body.setFocusProxy(self.calendar)
        self._before = Button(theme, tr("Previous month"), "icon", icon="chevron-left", parent=self.calendar)
        self._after = Button(theme, tr("Next month"), "icon", icon="chevron-right", parent=self.calendar)
        self._before.clicked.connect(lambda: self.calendar.turn(-1))
        self._after.clicked.connect(lambda: self.calendar.turn(1))
        row = QHBoxLayout(self.calendar)
        row.setContentsMargins(PADDING_PX, PADDING_PX, PADDING_PX, PADDING_PX)
        row.setSpacing(0)
        row.addStretch(1)
        for button in (self._before, self._after):
            row.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
        if shortcuts:
            self._add_shortcuts(theme, today)

    def _add_shortcuts(self, theme: Theme, today: date) -> None:
        week = today + timedelta(days=8 - today.isoweekday())
        row = QHBoxLayout()
        row.setContentsMargins(PADDING_PX - 4, 0, PADDING_PX - 4, PADDING_PX - 2)
        row.setSpacing(0)
        days: tuple[tuple[str, date | None], ...] = (
            (tr("Today"), today),
            (tr("Next week"), week),
            (tr("No date"), None),
        )
        for words, day in days:
            button = Button(theme, words, "quiet", parent=self.body)
            button.clicked.connect(lambda _checked=False, day=day: self._take(day))
            row.addWidget(button)
        self.column.addLayout(row)

    def _take(self, day: date | None) -> None:
        self.close()
        self.picked.emit(day)
