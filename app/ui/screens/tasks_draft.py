"""The line at the end of a group where a new task is written."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPointF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget

from app.ui.strings import tr
from app.ui.theme.theme import Theme

TITLE_MOST = 500
ICON_X = 10
TEXT_X = 36


class DraftLine(QWidget):
    """`written(title)` with Enter, which leaves the line open for the next; `left` when it is given up."""

    written = Signal(str)
    left = Signal()

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self.status = "todo"
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setProperty("ground", "surface")
        self.edit = QLineEdit(self)
        self.edit.setProperty("bare", True)
        self.edit.setMaxLength(TITLE_MOST)
        self.edit.setPlaceholderText(tr("Title of the new task"))
        self.edit.setAccessibleName(tr("Title of the new task"))
        self.edit.installEventFilter(self)
        self.edit.returnPressed.connect(self._done)
        row = QHBoxLayout(self)
        row.setContentsMargins(TEXT_X, 0, 8, 0)
        row.addWidget(self.edit)
        self.hide()

    def begin(self, status: str) -> None:
        """Write a task of this status."""
        self.status = status
        self.show()
        self.update()
        self.edit.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the status it will have."""
        super().paintEvent(event)
        painter = QPainter(self)
        mirrored = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        x = self.width() - ICON_X - 16 if mirrored else ICON_X
        picture = self._theme.status(self.status, 16, self.devicePixelRatioF())
        painter.drawPixmap(QPointF(x, (self.height() - 16) // 2), picture)
        painter.end()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Esc gives up, and so does leaving the line while it is empty."""
        if isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape:
            if event.type() == QEvent.Type.ShortcutOverride:
                event.accept()
            elif event.type() == QEvent.Type.KeyPress:
                self.edit.clear()
                self.left.emit()
            return True
        if event.type() == QEvent.Type.FocusOut and not self.edit.text().strip() and not self.isHidden():
            self.left.emit()
        return False

    def _done(self) -> None:
        title = self.edit.text().strip()
        if title:
            self.edit.clear()
            self.written.emit(title)
