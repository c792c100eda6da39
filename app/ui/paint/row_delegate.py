"""What every painter of list rows shares with the view: where the pointer and the keyboard are, and what moves."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QStyledItemDelegate


class RowDelegate(QStyledItemDelegate):
    """What the view sets: `hovered` (row number or -1) and `keyboard_focus` (whether keys were used last).

    `tints` maps a row's id to (colour, strength 0.0 to 1.0) while it fades; `turning` gathers the row numbers painted
    with a turning icon since the view last took them.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.hovered = -1
        self.keyboard_focus = False
        self.tints: dict[str, tuple[str, float]] = {}
        self.turning: set[int] = set()

    def spot_at(self, number: int, x: float, y: float, width: int, height: int, dpr: float = 1.0) -> str:
        """The name of what lies at a point of a row (from its top left), or "" for the row itself."""
        return ""

    def reads_right_to_left(self) -> bool:
        """Whether the view reads from right to left."""
        direction = getattr(self.parent(), "layoutDirection", None)
        return direction is not None and direction() == Qt.LayoutDirection.RightToLeft
