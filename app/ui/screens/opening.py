"""The window before its data is there: the frame at once, and a sentence when the data cannot be had."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.ui.screens.sidebar_rows import WorkspaceRow
from app.ui.strings import tr
from app.ui.theme.theme import Theme
from app.ui.widgets.button import Button
from app.ui.widgets.card import Line
from app.ui.widgets.label import ElidedLabel
from app.ui.widgets.states import EmptyState, Skeleton

SEEN_S_MAX = 0.3
"""A window that is not shown at all (minimised, on another desktop) is not waited for any longer."""


class Opening(QWidget):
    """Sidebar and header with the names that were seen last, grey shapes for the rest after 150 ms."""

    def __init__(self, theme: Theme, names: tuple[str, str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._painted = asyncio.Event()
        side = QWidget(self)
        side.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        side.setProperty("ground", "window")
        side.setFixedWidth(theme.metrics.sidebar - 1)
        workspace = WorkspaceRow(theme, side)
        workspace.set_name(names[0])
        workspace.setEnabled(False)
        sidebar = QVBoxLayout(side)
        sidebar.setContentsMargins(8, 8, 8, 8)
        sidebar.addWidget(workspace)
        sidebar.addStretch(1)
        main = QWidget(self)
        main.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        main.setProperty("ground", "surface")
        head = QHBoxLayout()
        head.setContentsMargins(44, 0, 16, 0)
        title = ElidedLabel(theme, names[1], "section", parent=main)
        head.addWidget(title)
        head.addStretch(1)
        column = QVBoxLayout(main)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        title.setMinimumHeight(theme.metrics.header)
        column.addLayout(head)
        column.addSpacing(theme.metrics.tabs)
        column.addWidget(Line(parent=main))
        column.addWidget(Skeleton(theme, parent=main), 1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(side)
        row.addWidget(Line(upright=True, parent=self))
        row.addWidget(main, 1)

    @property
    def painted(self) -> bool:
        """Whether it was on the screen."""
        return self._painted.is_set()

    async def seen(self) -> None:
        """Returns once the first frame is on the screen: what is begun before it would delay it."""
        try:
            async with asyncio.timeout(SEEN_S_MAX):
                await self._painted.wait()
        except TimeoutError:
            return

    def paintEvent(self, event: QPaintEvent) -> None:
        """The frame is on its way."""
        super().paintEvent(event)
        if not self._painted.is_set():
            QTimer.singleShot(0, self._painted.set)  # when the loop goes on, it has left


class Failed(QWidget):
    """Why the data cannot be opened, and what can be done."""

    def __init__(
        self,
        theme: Theme,
        sentence: str,
        again: Callable[[], object],
        leave: Callable[[], object],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setProperty("ground", "surface")
        retry = Button(theme, tr("Try again"), "primary", "dialog", "rotate-cw", self)
        retry.clicked.connect(lambda: again())
        close = Button(theme, tr("Quit"), "secondary", "dialog", parent=self)
        close.clicked.connect(lambda: leave())
        title = tr("Your workspace could not be opened")
        self.sentence = sentence
        state = EmptyState(theme, "cloud-alert", title, sentence, (retry, close), "red", self)
        column = QVBoxLayout(self)
        column.addWidget(state)
