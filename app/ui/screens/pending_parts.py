"""Parts of the pending panel: the list of changes, the figures at its foot, and the sentences at its head."""

from __future__ import annotations

from math import ceil
from time import time

from PySide6.QtCore import QEvent, QLocale, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QHBoxLayout, QVBoxLayout, QWidget

from app.ui.models.pending_list import PendingView
from app.ui.models.pending_model import PendingModel
from app.ui.models.times import ago_words
from app.ui.paint.pending_row import PendingRowDelegate
from app.ui.session import Session
from app.ui.strings import tr
from app.ui.theme.theme import Theme
from app.ui.widgets.label import Label
from app.ui.widgets.row_view import RowView

ROWS_SHOWN = 6
TRADITIONAL = QLocale.DataSizeFormat.DataSizeTraditionalFormat
KEYS = {Qt.Key.Key_Delete: "discard", Qt.Key.Key_U: "undo", Qt.Key.Key_C: "copy"}


class PendingRows(RowView):
    """The waiting and refused changes. `chosen(change, what)`: undo, discard or copy, by pointer or by U, Del, C."""

    chosen = Signal(str, str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.changes = PendingModel(self)
        self._painter = PendingRowDelegate(theme, self.changes.row_at, self)
        self.setModel(self.changes)
        self.use(self._painter)
        self.setProperty("ground", "raised")
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setAccessibleName(tr("Pending changes"))
        self.spot_clicked.connect(lambda number, spot: self._choose(number, spot))
        self.installEventFilter(self)
        self.setFixedHeight(0)
        self.hide()

    def show_rows(self, view: PendingView) -> bool:
        """Show these; answers whether the height changed. Six rows are seen, the rest is scrolled to."""
        if not self.changes.set_rows(view.rows):
            return False
        heights = [self._painter.height(row) for row in view.rows]
        self.set_heights(enumerate(heights))
        before = self.height()
        self.setFixedHeight(sum(heights[:ROWS_SHOWN]))
        self.setVisible(bool(heights))
        return self.height() != before

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The keys that take a change back."""
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            what = KEYS.get(Qt.Key(event.key()))
            if what is not None and self.currentIndex().isValid():
                self._choose(self.currentIndex().row(), what)
                return True
        return False

    def _choose(self, number: int, what: str) -> None:
        row = self.changes.row_at(number)
        if row is not None:
            self.chosen.emit(row.id, what)


class Figures(QWidget):
    """Last synced, received, sent, round trip: a word above each figure."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setProperty("ground", "inset")
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 10, 16, 10)
        row.setSpacing(0)
        self._values: list[Label] = []
        for word in (tr("Last synced"), tr("Received"), tr("Sent"), tr("Round trip")):
            column = QVBoxLayout()
            column.setSpacing(1)
            column.addWidget(Label(theme, word, "caption", "text2", parent=self))
            value = Label(theme, "", "small-medium", parent=self)
            column.addWidget(value)
            self._values.append(value)
            row.addLayout(column, 1)

    def follow(self, session: Session) -> None:
        """Show the figures of now."""
        client, locale = session.client, QLocale()
        traffic = client.traffic()
        synced, trip = client.last_synced_at, client.round_trip_ms
        words = [
            ago_words(synced, time()) if synced is not None else tr("Never"),
            locale.formattedDataSize(traffic["bytes_in"], 1, TRADITIONAL),
            locale.formattedDataSize(traffic["bytes_out"], 1, TRADITIONAL),
            tr("{n} ms", n=max(1, round(trip))) if trip is not None else tr("Not known"),
        ]
        if trip is not None and client.light().state != "connected":
            words[3] = tr("{time} before", time=words[3])
        for label, text in zip(self._values, words, strict=True):
            if label.text() != text:
                label.setText(text)


def status_words(session: Session, view: PendingView) -> str:
    """What stands after the light's word, such as "retrying in 8 s"."""
    state = session.light_state()
    if session.paused:
        return tr("disconnected by you")
    if state.link == "connected":
        return tr("sending your changes") if view.waiting else ""
    if state.retry_in is not None and state.link == "offline":
        return tr("retrying in {n} s|retrying in {n} s", n=state.retry_in) if state.retry_in else tr("retrying now")
    return ""


def sentence(session: Session, view: PendingView) -> str:
    """What it means and what is safe."""
    light = session.client.light()
    safe = tr("Your changes are safe on this computer. They are sent when the connection returns.")
    if light.state == "offline":
        if session.paused or not light.reason:
            return safe
        return tr("{reason} {safe}", reason=light.reason, safe=safe)
    if light.state == "connecting":
        return light.reason or tr("Establishing the connection.")
    if view.waiting:
        if session.offline_for_s >= 60:
            return tr(
                "You were offline for {time}. Sent in the order you made them.", time=_span(session.offline_for_s)
            )
        return tr("Sent in the order you made them.")
    if view.rejected:
        return tr("Everything else is sent. What was rejected stays here until you discard it.")
    return tr("Everything is saved and sent.")


def progress_words(view: PendingView) -> str:
    """Such as "0 of 3 sent · 1 rejected"."""
    parts = [tr("{sent} of {total} sent", sent=view.sent, total=view.total)] if view.total else []
    if view.rejected:
        parts.append(tr("{n} rejected|{n} rejected", n=view.rejected))
    return " · ".join(parts)


def _span(seconds: float) -> str:
    minutes = ceil(seconds / 60)
    if minutes < 60:
        return tr("{n} min|{n} min", n=minutes)
    hours, rest = divmod(minutes, 60)
    return tr("{hours} h {minutes} min", hours=hours, minutes=rest)
