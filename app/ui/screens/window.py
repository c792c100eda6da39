"""The window itself: one page at a time, messages at its bottom, its place on the screen remembered."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QCloseEvent, QHideEvent, QShowEvent
from PySide6.QtWidgets import QMainWindow, QStackedWidget, QWidget

from app.ui.actions import Actions
from app.ui.message import Message
from app.ui.settings import WindowSettings
from app.ui.strings import tr
from app.ui.theme.theme import Theme
from app.ui.theme.tokens import WINDOW_LEAST_PX
from app.ui.widgets.toast import ToastHost

SIZE_PX = (1440, 900)


class Window(QMainWindow):
    """`close_asked` when a person closes it, which does nothing by itself; `hidden_changed` when nobody can see it,
    `activated` when somebody turns to it.
    """

    close_asked = Signal()
    quit_asked = Signal()
    hidden_changed = Signal(bool)
    activated = Signal()

    def __init__(self, theme: Theme, settings: WindowSettings, title: str = "") -> None:
        super().__init__()
        self._theme = theme
        self._settings = settings
        self._name = title
        self._ending = False
        self._hidden = True
        self.setMinimumSize(*WINDOW_LEAST_PX)
        self._stack = QStackedWidget(self)
        self.setCentralWidget(self._stack)
        self.toasts = ToastHost(theme, self)
        self._actions = Actions(self, frozenset({"quit"}))
        self._actions.on("quit", self.quit_asked.emit)
        self.set_subject("")

    def place(self) -> None:
        """Stand where it stood last, else 1440x900 or as much as the screen has."""
        geometry = self._settings.geometry
        if geometry is not None and self.restoreGeometry(geometry):
            return
        free = self.screen().availableGeometry()
        self.resize(min(SIZE_PX[0], free.width()), min(SIZE_PX[1], free.height()))

    def set_subject(self, subject: str) -> None:
        """What the title bar says before the program's name."""
        parts = [part for part in (self._name, subject, tr("Et'al")) if part]
        self.setWindowTitle(" – ".join(parts))

    def show_page(self, page: QWidget, brings_actions: bool = False) -> None:
        """Show a page and end the one before. `brings_actions`: it has its own keys, that of quitting too."""
        before = self._stack.currentWidget()
        self._stack.addWidget(page)
        self._stack.setCurrentWidget(page)
        self._actions["quit"].setEnabled(not brings_actions)
        if before is not None:
            self._stack.removeWidget(before)
            before.deleteLater()

    def cover(self, page: QWidget) -> None:
        """Show a page over the one before, which stays."""
        self._stack.addWidget(page)
        self._stack.setCurrentWidget(page)

    def uncover(self, page: QWidget) -> None:
        """End a page that covers another."""
        self._stack.removeWidget(page)
        page.deleteLater()

    def page(self) -> QWidget | None:
        """What is shown."""
        return self._stack.currentWidget()

    def say(self, message: Message) -> None:
        """Show a short message at the bottom."""
        self.toasts.show(message.words, message.icon, message.button, message.act)

    def come_up(self) -> None:
        """Be seen, and have the keyboard."""
        if self.isMinimized():
            self.setWindowState(self.windowState() & ~Qt.WindowState.WindowMinimized)
        self.show()
        self.raise_()
        self.activateWindow()

    def remember(self) -> None:
        """Keep its place for the next time."""
        self._settings.geometry = self.saveGeometry()
        self._settings.save()

    def end(self) -> None:
        """Close for good."""
        self.remember()
        self._ending = True
        self.close()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Whether it closes, hides or asks first is decided elsewhere."""
        if self._ending:
            event.accept()
            return
        event.ignore()
        self.close_asked.emit()

    def changeEvent(self, event: QEvent) -> None:
        """Being made small hides it as well."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.WindowStateChange:
            self._tell_hidden()
        elif event.type() == QEvent.Type.ActivationChange and self.isActiveWindow():
            self.activated.emit()

    def showEvent(self, event: QShowEvent) -> None:
        """It can be seen."""
        super().showEvent(event)
        self._tell_hidden()

    def hideEvent(self, event: QHideEvent) -> None:
        """It cannot."""
        super().hideEvent(event)
        self._tell_hidden()

    def _tell_hidden(self) -> None:
        hidden = not self.isVisible() or self.isMinimized()
        if hidden != self._hidden:
            self._hidden = hidden
            self.hidden_changed.emit(hidden)
