"""The panel behind the light: how the connection stands, what waits and why, and what can be done about it."""

from __future__ import annotations

from time import time

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QGuiApplication, QHideEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from app.ui.models.pending_list import PendingList, PendingView
from app.ui.models.taking_back import body_to_copy, reverse, take_back
from app.ui.paint.names import link_word
from app.ui.screens.pending_parts import Figures, PendingRows, progress_words, sentence, status_words
from app.ui.session import Session
from app.ui.strings import tr
from app.ui.theme.theme import Theme
from app.ui.widgets.button import Button
from app.ui.widgets.card import Line
from app.ui.widgets.label import Label
from app.ui.widgets.pill import Light
from app.ui.widgets.popover import Popover

EDGE_PX = 16
CLOCK_MS = 1000


class PendingPanel(Popover):
    """456 px under the pill. `sync_asked` and `sign_in_asked` are for the screen; the rest is done here."""

    sync_asked = Signal()
    sign_in_asked = Signal()

    def __init__(self, theme: Theme, session: Session, queue: PendingList, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._session = session
        self._queue = queue
        self._look = theme
        self.light = Light(theme, 18, self.body)
        self.word = Label(theme, "", "section", parent=self.body)
        self.status = Label(theme, "", "body", "text2", parent=self.body)
        self.retry = Button(theme, tr("Retry now"), "secondary", icon="rotate-cw", parent=self.body)
        self.retry.clicked.connect(self._press)
        self.explanation = Label(theme, "", "small", "text2", wrap=True, parent=self.body)
        self.title = Label(theme, "", "small-strong", parent=self.body)
        self.progress_text = Label(theme, "", "small", "text2", parent=self.body)
        self.progress = QProgressBar(self.body)
        self.progress.setProperty("extent", "panel")
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName(tr("Changes sent"))
        self.rows = PendingRows(theme, self.body)
        self.rows.chosen.connect(self._take)
        self.figures = Figures(theme, self.body)
        self.pause = Button(theme, tr("Disconnect"), "quiet", icon="wifi-off", parent=self.body)
        self.pause.clicked.connect(self._pause)
        self.version = Label(theme, "", "small", "text2", parent=self.body)
        self.sync = Button(theme, tr("Sync now"), "primary", icon="refresh-cw", parent=self.body)
        self.sync.clicked.connect(self.sync_asked)
        self._lay_out()
        self.body.setFocusProxy(self.rows)
        self._clock = QTimer(self)
        self._clock.setInterval(CLOCK_MS)
        self._clock.timeout.connect(self.follow)
        theme.changed.connect(self._restyle)
        session.pending_changed.connect(self.follow)
        session.light_changed.connect(self.follow)
        self._restyle()

    def _restyle(self) -> None:
        self.body.setFixedWidth(self._look.metrics.pending_panel - 2)
        self.follow()

    def showEvent(self, event: QShowEvent) -> None:
        """Count the seconds while it is seen."""
        super().showEvent(event)
        self._clock.start()
        self.follow()

    def hideEvent(self, event: QHideEvent) -> None:
        """Nobody looks: nothing is counted."""
        self._clock.stop()
        super().hideEvent(event)

    def follow(self) -> None:
        """Show how things stand now."""
        session = self._session
        view, state = self._queue.view(time()), session.light_state()
        self.light.set_state(state)
        self.word.setText(link_word(state.link))
        status = status_words(session, view)
        self.status.setText(f"· {status}" if status else "")
        self.explanation.setText(sentence(session, view))
        self._follow_progress(view)
        self._follow_buttons()
        self.figures.follow(session)
        resized = self.rows.show_rows(view)
        self._rule.setVisible(bool(view.rows))
        height = self.sizeHint().height()
        if self.isVisible() and (resized or height != self.height()):
            self.resize(self.width(), height)

    def _follow_progress(self, view: PendingView) -> None:
        shown = bool(view.total or view.rejected)
        for widget in (self.title, self.progress_text):
            widget.setVisible(shown)
        self.progress.setVisible(bool(view.total))
        sending = self._session.client.light().state == "connected"
        self.title.setText(tr("Sending changes") if sending and view.waiting else tr("Pending changes"))
        self.progress_text.setText(progress_words(view))
        self.progress.setMaximum(max(1, view.total))
        self.progress.setValue(view.sent)

    def _follow_buttons(self) -> None:
        client, light = self._session.client, self._session.client.light()
        words, icon = tr("Retry now"), "rotate-cw"
        if light.code == "signed_out":
            words, icon = tr("Sign in"), "key-round"
        elif self._session.paused:
            words, icon = tr("Reconnect"), "wifi"
        elif light.state == "connected":
            words, icon = tr("Disconnect"), "pause"
        self.retry.set_words(words)
        self.retry.set_icon(icon)
        self.pause.setVisible(light.state != "connected" and not self._session.paused)
        version, protocol = client.server_version, client.protocol_version
        told = tr("Server {version} · protocol {n}", version=version.removeprefix("etal "), n=protocol)
        self.version.setText(told if version else client.server_address)
        self.sync.set_possible(light.state == "connected", tr("There is no connection."))

    def _press(self) -> None:
        client, light = self._session.client, self._session.client.light()
        if light.code == "signed_out":
            self.close()
            self.sign_in_asked.emit()
        elif self._session.paused:
            self._session.watch(client.resume())
        elif light.state == "connected":
            self._pause()
        else:
            client.retry()

    def _pause(self) -> None:
        self._session.watch(self._session.client.pause())

    def _take(self, change: str, what: str) -> None:
        match what:
            case "discard":
                self._session.run(take_back(self._session, change))
            case "undo":
                self._session.run(reverse(self._session, change))
            case "copy":
                found = next((one for one in self._session.pending() if one.change == change), None)
                if found is not None:
                    QGuiApplication.clipboard().setText(body_to_copy(self._session, found))
                    self._session.say(tr("Copied"), "copy")
            case _:
                pass

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.addWidget(self.light)
        head.addWidget(self.word)
        head.addWidget(self.status)
        head.setSpacing(6)
        head.addStretch(1)
        head.addWidget(self.retry)
        counts = QHBoxLayout()
        counts.addWidget(self.title)
        counts.addStretch(1)
        counts.addWidget(self.progress_text)
        top = QVBoxLayout()
        top.setContentsMargins(EDGE_PX, 14, EDGE_PX, 14)
        top.setSpacing(8)
        top.addLayout(head)
        top.addWidget(self.explanation)
        top.addLayout(counts)
        top.addWidget(self.progress)
        foot = QHBoxLayout()
        foot.setContentsMargins(EDGE_PX - 4, 10, EDGE_PX, 10)
        foot.setSpacing(12)
        foot.addWidget(self.pause)
        foot.addStretch(1)
        foot.addWidget(self.version)
        foot.addWidget(self.sync)
        self._rule = Line(parent=self.body)
        self.column.addLayout(top)
        self.column.addWidget(self._rule)
        self.column.addWidget(self.rows)
        self.column.addWidget(self.figures)
        self.column.addWidget(Line(parent=self.body))
        self.column.addLayout(foot)
