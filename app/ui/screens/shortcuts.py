"""The keys of everything, made from the registry of actions."""

from __future__ import annotations

from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QGridLayout, QWidget

from app.ui.actions import Actions
from app.ui.strings import tr
from app.ui.theme.theme import Theme
from app.ui.widgets.label import Label
from app.ui.widgets.popover import Popover

COLUMNS = 2


class ShortcutsPopover(Popover):
    """Words and keys in two columns."""

    def __init__(self, theme: Theme, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.column.setContentsMargins(20, 16, 20, 20)
        self.column.setSpacing(12)
        self.column.addWidget(Label(theme, tr("Keyboard shortcuts"), "section", parent=self.body))
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(6)
        shown = [spec for spec in actions.specs if spec.keys]
        rows = (len(shown) + COLUMNS - 1) // COLUMNS
        for number, spec in enumerate(shown):
            row, column = number % rows, number // rows * 3
            keys = tr(" or ").join(_native(one) for one in spec.keys)
            grid.addWidget(Label(theme, spec.words, "body", parent=self.body), row, column)
            grid.addWidget(Label(theme, keys, "small-medium", "text2", parent=self.body), row, column + 1)
        grid.setColumnMinimumWidth(2, 24)
        self.column.addLayout(grid)


def _native(keys: str) -> str:
    return QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText).replace("+", " ")
