"""Grounds and lines: a card with a thin border, and a divider."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from app.ui.theme.theme import Theme
from app.ui.widgets.label import Label


class Card(QFrame):
    """A surface with a border and radius 10; its content goes into `column`."""

    def __init__(self, theme: Theme, title: str = "", padding: int = 16, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "card")
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(padding, padding - 4, padding, padding)
        self.column.setSpacing(8)
        if title:
            self.column.addWidget(Label(theme, title, "small-strong", "text2", parent=self))


class Line(QFrame):
    """A divider of one px, across or (with `upright`) from top to bottom."""

    def __init__(self, upright: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "line")
        self.setFrameShape(QFrame.Shape.NoFrame)
        if upright:
            self.setFixedWidth(1)
        else:
            self.setFixedHeight(1)
