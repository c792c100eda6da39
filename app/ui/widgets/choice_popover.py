"""Choosing a status, a priority, people or labels: a short list with a filter and the keyboard."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPointF,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QKeyEvent, QPainter, QPixmap
from PySide6.QtWidgets import QFrame, QLineEdit, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from app.ui.paint.checks import checkbox_pixmap
from app.ui.paint.plan import draw_words, elide
from app.ui.paint.rows import one_line
from app.ui.theme.palette import brush
from app.ui.theme.theme import Theme
from app.ui.theme.tokens import RADIUS_CONTROL
from app.ui.widgets.popover import Popover

Picture = Callable[[float], QPixmap]
WIDTH_PX = 240
ROWS_SHOWN = 9
PADDING_PX = 6
FILTER_FROM = 8
"""From this many choices on, a filter stands above them."""
AnyIndex = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing that can be chosen. `hint` stands at the end, such as the number key that takes it."""

    id: str
    words: str
    picture: Picture | None = None
    hint: str = ""
    chosen: bool = False


class ChoiceModel(QAbstractListModel):
    """The choices that match the filter."""

    def __init__(self, choices: Sequence[Choice], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._all = list(choices)
        self.shown = list(choices)

    def rowCount(self, parent: AnyIndex = QModelIndex()) -> int:  # noqa: B008
        """How many match."""
        return 0 if parent.isValid() else len(self.shown)

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """The words, for the screen reader and for typing ahead."""
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return one_line(self.shown[index.row()].words)
        return None

    def narrow(self, text: str) -> None:
        """Show the choices whose words hold every word of the filter."""
        wanted = text.casefold().split()
        self.beginResetModel()
        self.shown = [choice for choice in self._all if all(word in choice.words.casefold() for word in wanted)]
        self.endResetModel()

    def set_chosen(self, name: str, chosen: bool) -> None:
        """Tick or untick one."""
        self._all = [replace(one, chosen=chosen) if one.id == name else one for one in self._all]
        for row, one in enumerate(self.shown):
            if one.id == name:
                self.shown[row] = replace(one, chosen=chosen)
                index = self.index(row)
                self.dataChanged.emit(index, index, [Qt.ItemDataRole.DisplayRole])


class _ChoiceDelegate(QStyledItemDelegate):
    def __init__(self, theme: Theme, model: ChoiceModel, several: bool, parent: QObject) -> None:
        super().__init__(parent)
        self._theme = theme
        self._model = model
        self._several = several

    def sizeHint(self, option: QStyleOptionViewItem, index: AnyIndex) -> QSize:
        return QSize(0, self._theme.metrics.menu_row)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        theme, tokens = self._theme, self._theme.tokens
        choice = self._model.shown[index.row()]
        box: QRect = option.rect
        dpr = painter.device().devicePixelRatio()
        mirrored = option.direction == Qt.LayoutDirection.RightToLeft
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if option.state & (QStyle.StateFlag.State_Selected | QStyle.StateFlag.State_MouseOver):
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(brush(tokens.selected))
            painter.drawRoundedRect(QRectF(box), RADIUS_CONTROL, RADIUS_CONTROL)

        def left(x: float, width: float) -> float:
            return box.right() + 1 - x - width if mirrored else box.left() + x

        x = 10.0
        pictures = [checkbox_pixmap("on" if choice.chosen else "off", tokens, dpr)] if self._several else []
        if choice.picture is not None:
            pictures.append(choice.picture(dpr))
        for picture in pictures:
            width, height = picture.width() / dpr, picture.height() / dpr
            painter.drawPixmap(QPointF(left(x, width), box.top() + round((box.height() - height) / 2)), picture)
            x += width + 10
        end = 10.0
        if choice.chosen and not self._several:
            tick = theme.pixmap("check", 16, tokens.accent_text, dpr)
            painter.drawPixmap(QPointF(left(box.width() - end - 16, 16), box.top() + (box.height() - 16) // 2), tick)
            end += 24
        if choice.hint:
            width = theme.letters("small").horizontalAdvance(choice.hint)
            painter.setFont(theme.font("small"))
            painter.setPen(theme.colour(tokens.text3))
            place = QRectF(left(box.width() - end - width, width), box.top(), width + 1, box.height())
            draw_words(painter, place, choice.hint)
            end += width + 10
        shown = elide(theme, choice.words, "body", box.width() - x - end)
        width = theme.letters("body").horizontalAdvance(shown)
        painter.setFont(theme.font("body"))
        painter.setPen(theme.colour(tokens.text))
        draw_words(painter, QRectF(left(x, width), box.top(), width + 1, box.height()), shown)


class ChoicePopover(Popover):
    """One choice (`picked`, then it closes) or several (`toggled` for each, it stays open).

    Arrows move, Enter or Space takes, 1 to 9 take the first nine while the filter is empty, letters filter.
    """

    picked = Signal(str)
    toggled = Signal(str, bool)

    def __init__(
        self,
        theme: Theme,
        choices: Sequence[Choice],
        placeholder: str,
        several: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(theme, parent)
        self._several = several
        self._model = ChoiceModel(choices, self)
        self.filter = QLineEdit(self.body)
        self.filter.setPlaceholderText(placeholder)
        self.filter.setAccessibleName(placeholder)
        self.filter.setProperty("edge", "line")
        self.filter.setMaxLength(100)
        self.filter.textChanged.connect(self._narrow)
        self.filter.installEventFilter(self)
        self._view = QListView(self.body)
        self._view.setModel(self._model)
        self._view.setItemDelegate(_ChoiceDelegate(theme, self._model, several, self._view))
        self._view.setFrameShape(QFrame.Shape.NoFrame)
        self._view.setProperty("painted", True)
        self._view.setProperty("ground", "raised")
        self._view.setMouseTracking(True)
        self._view.setUniformItemSizes(True)
        self._view.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._view.setAccessibleName(placeholder)
        self._view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._view.clicked.connect(self._take)
        rows = min(max(len(choices), 1), ROWS_SHOWN)
        self._view.setFixedHeight(rows * theme.metrics.menu_row)
        self.column.setContentsMargins(PADDING_PX, PADDING_PX, PADDING_PX, PADDING_PX)
        self.column.setSpacing(PADDING_PX)
        self.column.addWidget(self.filter)
        self.column.addWidget(self._view)
        self.body.setFixedWidth(round(WIDTH_PX * max(1.0, theme.scale)))
        few = len(choices) < FILTER_FROM
        self.filter.setVisible(not few)
        if few:
            self._view.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            self._view.installEventFilter(self)
        self.body.setFocusProxy(self._view if few else self.filter)
        first = next((row for row, one in enumerate(self._model.shown) if one.chosen), 0)
        self._view.setCurrentIndex(self._model.index(first))

    @property
    def current_id(self) -> str:
        """The id of the choice the keyboard is on, or ""."""
        row = self._view.currentIndex().row()
        return self._model.shown[row].id if 0 <= row < len(self._model.shown) else ""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keys typed into the filter that mean the list."""
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            return self._key(event)
        return False

    def _key(self, event: QKeyEvent) -> bool:
        key = event.key()
        if key in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            self._move(1 if key == Qt.Key.Key_Down else -1)
            return True
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._take(self._view.currentIndex())
            return True
        if not self.filter.text():
            if key == Qt.Key.Key_Space:
                self._take(self._view.currentIndex())
                return True
            number = key - Qt.Key.Key_1
            if 0 <= number < min(9, self._model.rowCount()) and not self._several:
                self._take(self._model.index(number))
                return True
        return False

    def _move(self, step: int) -> None:
        count = self._model.rowCount()
        if count:
            row = (self._view.currentIndex().row() + step) % count
            self._view.setCurrentIndex(self._model.index(row))

    def _narrow(self, text: str) -> None:
        self._model.narrow(text)
        self._view.setCurrentIndex(self._model.index(0))

    def _take(self, index: QModelIndex) -> None:
        if not index.isValid():
            return
        choice = self._model.shown[index.row()]
        if self._several:
            self._model.set_chosen(choice.id, not choice.chosen)
            self.toggled.emit(choice.id, not choice.chosen)
            return
        self.close()
        self.picked.emit(choice.id)
