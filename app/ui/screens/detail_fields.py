"""The title and the properties of a task: shown, edited in place, tinted for a moment when another changed them."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEasingCurve, Qt, QVariantAnimation, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPixmap, QResizeEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QWidget

from app.ui.models.detail import TaskFacts, assignees_words, due_name, priority_name, status_name
from app.ui.paint.avatar import avatar_pixmap
from app.ui.paint.chip import label_pixmap
from app.ui.paint.names import people_words
from app.ui.paint.rows import LabelChip, PersonChip
from app.ui.screens.detail_header import SyncMark
from app.ui.strings import tr
from app.ui.theme.palette import brush
from app.ui.theme.theme import Theme
from app.ui.theme.tokens import RADIUS_CONTROL, TINT_ALPHA
from app.ui.widgets.property_row import PropertyRow
from app.ui.widgets.text_editor_base import PlainEditor
from app.ui.widgets.text_editor_units import clean

TITLE_MOST = 500
FACES_MOST = 3
LABEL_GAP_PX = 8
MORE_PX = 48
"""Kept for "+n" and the sign of a change that waits."""
TWO_COLUMNS_PX = 400
"""Narrower, the properties stand below each other."""


class Tint(QWidget):
    """A see-through layer over a field, in the colour of who changed it, that fades away."""

    def __init__(self, theme: Theme, over: QWidget) -> None:
        super().__init__(over)
        self._theme = theme
        self._over = over
        self._colour = ""
        self._fade = QVariantAnimation(self)
        self._fade.setStartValue(TINT_ALPHA)
        self._fade.setEndValue(0.0)
        self._fade.setEasingCurve(QEasingCurve.Type.OutCubic)
        self._fade.valueChanged.connect(self.update)
        self._fade.finished.connect(self.hide)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def flash(self, colour: str) -> None:
        """Begin anew, in a colour of the tokens."""
        if not self._theme.motion.tint:
            return
        self._colour = colour
        self.setGeometry(self._over.rect().adjusted(0, 1, 0, -1))
        self._fade.stop()
        self._fade.setDuration(self._theme.motion.tint)
        self.show()
        self.raise_()
        self._fade.start()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint what is left of the colour."""
        share = self._fade.currentValue()
        if not self._colour or share is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setOpacity(float(share))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(brush(self._colour))
        painter.drawRoundedRect(self.rect(), RADIUS_CONTROL, RADIUS_CONTROL)
        painter.end()


class TitleField(PlainEditor):
    """One line that wraps where it is long. `begun` with the first change, `saved` and `reverted` when it ends."""

    begun = Signal()
    saved = Signal()
    reverted = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, "title", tr("Title"), theme.line("title"), 4 * theme.line("title"), parent)
        self.tint = Tint(theme, self)
        self.textChanged.connect(self._changed)
        self.left.connect(self.reverted)
        self.focus_changed.connect(self._focused)
        self._setting = False

    def show_title(self, title: str) -> None:
        """Show a title, unless it is there already."""
        if title != self.text():
            self._setting = True
            self.setPlainText(title)
            self._setting = False
            self.fit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter saves."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.saved.emit()
            return
        super().keyPressEvent(event)

    def _focused(self, inside: bool) -> None:
        if not inside:
            self.saved.emit()

    def _changed(self) -> None:
        if self._setting:
            return
        text = self.text()
        tidy = clean(text).replace("\n", " ")[:TITLE_MOST]
        if tidy != text:
            place = min(self.textCursor().position(), len(tidy))
            self.show_title(tidy)
            cursor = self.textCursor()
            cursor.setPosition(place)
            self.setTextCursor(cursor)
        self.begun.emit()


class Properties(QWidget):
    """Status and due, assignees and priority, labels; `asked(part, row)` when one is to be changed."""

    asked = Signal(str, QWidget)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._columns = 0
        self._facts = TaskFacts()
        self.rows: dict[str, PropertyRow] = {}
        self._marks: dict[str, SyncMark] = {}
        self._tints: dict[str, Tint] = {}
        keys = {
            "status": tr("Status"),
            "due": tr("Due"),
            "assignees": tr("Assignees"),
            "priority": tr("Priority"),
            "labels": tr("Labels"),
        }
        for part, key in keys.items():
            self._add(part, key)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(0)
        self._grid.setVerticalSpacing(0)
        self._arrange(2)

    def show_facts(self, facts: TaskFacts) -> None:
        """Show the values of a task."""
        self._facts = facts
        theme = self._theme
        rows = self.rows
        rows["status"].set_value(status_name(facts), [lambda dpr: theme.status(facts.status, 16, dpr)])
        rows["priority"].set_value(
            priority_name(facts), [lambda dpr: theme.priority(facts.priority, 16, dpr)], empty=not facts.priority
        )
        due = [lambda dpr: theme.pixmap("calendar", 16, theme.tokens.red if facts.late else theme.tokens.text2, dpr)]
        rows["due"].set_value(
            facts.due_words or tr("None"), due, empty=facts.due is None, late=facts.late, spoken=due_name(facts)
        )
        faces = [_face(theme, person) for person in facts.assignees[:FACES_MOST]]
        rows["assignees"].set_value(
            assignees_words(facts.assignees) or tr("Nobody"),
            faces,
            empty=not facts.assignees,
            spoken=people_words(facts.assignees) or tr("nobody"),
        )
        self._show_labels()
        for part, row in rows.items():
            row.set_locked(bool(facts.locked), facts.locked)
            self._marks[part].set_state(facts.waiting.get(part, ""))

    def flash(self, part: str, colour: str) -> None:
        """Tint a property that another changed."""
        self._tints[part].flash(colour)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Two columns where there is room."""
        super().resizeEvent(event)
        self._arrange(2 if self.width() >= TWO_COLUMNS_PX * max(1.0, self._theme.scale) else 1)
        self._show_labels()

    def _show_labels(self) -> None:
        """As many chips as fit, and how many more there are."""
        labels = self._facts.labels
        room = self.width() - self._theme.metrics.property_key - MORE_PX
        chips: list[Callable[[float], QPixmap]] = []
        for label in labels:
            chip = _chip(self._theme, label)
            room -= chip(1.0).width() + LABEL_GAP_PX
            if room < 0:
                break
            chips.append(chip)
        more = len(labels) - len(chips)
        words = tr("+{more}", more=more) if more else "" if chips else tr("None")
        spoken = ", ".join(label.name for label in labels[:20]) or tr("none")
        self.rows["labels"].set_value(words, chips, empty=not labels, gap=LABEL_GAP_PX, spoken=spoken)

    def _add(self, part: str, key: str) -> None:
        row = PropertyRow(self._theme, key, self)
        row.asked.connect(self._asker(part, row))
        mark = SyncMark(self._theme, row)
        layout = row.layout()
        assert isinstance(layout, QHBoxLayout)
        layout.insertWidget(layout.count() - 1, mark)
        self.rows[part], self._marks[part], self._tints[part] = row, mark, Tint(self._theme, row)

    def _asker(self, part: str, row: PropertyRow) -> Callable[[], None]:
        return lambda: self.asked.emit(part, row.value)

    def _arrange(self, columns: int) -> None:
        if columns == self._columns:
            return
        self._columns = columns
        for row in self.rows.values():
            self._grid.removeWidget(row)
        for number, (part, row) in enumerate(self.rows.items()):
            if part == "labels":
                self._grid.addWidget(row, number // columns + number % columns, 0, 1, columns)
            else:
                self._grid.addWidget(row, number // columns, number % columns)
        for column in range(2):
            self._grid.setColumnStretch(column, 1 if column < columns else 0)
            self._grid.setColumnMinimumWidth(column, 0)


def _face(theme: Theme, person: PersonChip) -> Callable[[float], QPixmap]:
    return lambda dpr: avatar_pixmap(person, 20, theme.tokens, dpr)


def _chip(theme: Theme, label: LabelChip) -> Callable[[float], QPixmap]:
    return lambda dpr: label_pixmap(theme, label, dpr)
