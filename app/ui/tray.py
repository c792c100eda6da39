"""The tray's icon: the light's shape, a sentence, and the few things that are wanted without the window."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import QMenu, QSystemTrayIcon

from app.ui.paint.names import link_word
from app.ui.paint.rows import LightState, LinkState
from app.ui.strings import plain_action, tr
from app.ui.theme.icons import tray_icon

ORDER: tuple[LinkState, ...] = ("connected", "connecting", "offline")


def together(states: list[LightState]) -> LightState:
    """One light for several accounts: the worst link, and all that waits; no account hides another's trouble."""
    if not states:
        return LightState("offline")
    worst = max(states, key=lambda one: ORDER.index(one.link))
    return LightState(
        worst.link,
        sum(one.pending for one in states),
        sum(one.rejected for one in states),
        worst.retry_in,
        any(one.sending for one in states),
    )


def sentence(state: LightState, paused: bool = False) -> str:
    """Such as "All changes are sent." or "Offline · 3 changes waiting · retrying in 8 s"."""
    parts = [tr("Disconnected by you") if paused else link_word(state.link)]
    if state.pending:
        parts.append(tr("{n} change waiting|{n} changes waiting", n=state.pending))
    if state.rejected:
        parts.append(tr("{n} change rejected|{n} changes rejected", n=state.rejected))
    if not state.pending and not state.rejected:
        parts.append(tr("all changes are sent"))
    if state.link == "offline" and state.retry_in and not paused:
        parts.append(tr("retrying in {n} s|retrying in {n} s", n=state.retry_in))
    return " · ".join(parts)


class Tray(QObject):
    """Signals say what was chosen. Without a tray on this desktop nothing is shown and nothing is lost."""

    open_asked = Signal()
    sync_asked = Signal()
    pause_asked = Signal()
    quit_asked = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._icon = QSystemTrayIcon(self)
        self._menu = QMenu()
        self.status = self._add("", None)
        self.status.setEnabled(False)
        self._menu.addSeparator()
        self.open = self._add(tr("Open Et'al"), self.open_asked)
        self.sync = self._add(tr("Sync now"), self.sync_asked)
        self.pause = self._add(tr("Disconnect"), self.pause_asked)
        self._menu.addSeparator()
        self.quit = self._add(tr("Quit"), self.quit_asked)
        self._icon.setContextMenu(self._menu)
        self._icon.activated.connect(self._activated)
        self._state: LightState | None = None
        self._shown = False
        self.set_state(LightState("connecting"), paused=False)
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._draw)

    @property
    def available(self) -> bool:
        """Whether this desktop has a tray now; it may come and go."""
        return QSystemTrayIcon.isSystemTrayAvailable()

    def show(self) -> None:
        """Be in the tray, where there is one."""
        self._shown = True
        self._draw()
        self._icon.show()

    def hide(self) -> None:
        """Leave the tray."""
        self._icon.hide()

    def set_state(self, state: LightState, paused: bool) -> None:
        """Show another state; the tooltip says it in a sentence."""
        words = sentence(state, paused)
        self._icon.setToolTip(tr("Et'al: {state}", state=words))
        self.status.setText(plain_action(words))
        self.sync.setEnabled(state.link == "connected")
        self.pause.setText(tr("Reconnect") if paused else tr("Disconnect"))
        if self._state is None or (self._state.link, bool(self._state.rejected)) != (state.link, bool(state.rejected)):
            self._state = state
            self._draw()

    def tell_still_there(self) -> None:
        """Said once: the program goes on without its window."""
        words = tr("It goes on here. Changes still arrive; Quit is in this menu.")
        self._icon.showMessage(tr("Et'al"), words, self._icon.icon())

    def _add(self, words: str, signal: object) -> QAction:
        action = QAction(plain_action(words), self._menu)
        if signal is not None:
            action.triggered.connect(signal)
        self._menu.addAction(action)
        return action

    def _draw(self) -> None:
        if self._state is not None and self._shown:  # its pictures take longer than the first frame may
            dark = QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark
            self._icon.setIcon(tray_icon(self._state.link, bool(self._state.rejected), dark))

    def _activated(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        if reason in (QSystemTrayIcon.ActivationReason.Trigger, QSystemTrayIcon.ActivationReason.DoubleClick):
            self.open_asked.emit()
