"""The first screen: start a workspace here, join one, or look around."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from app.ui.screens.forms import Ground
from app.ui.screens.paragraph import Paragraph
from app.ui.strings import tr
from app.ui.theme.icons import app_pixmap
from app.ui.theme.palette import brush, pen
from app.ui.theme.theme import Theme
from app.ui.theme.tokens import RADIUS_CARD
from app.ui.widgets.button import Button, ButtonKind
from app.ui.widgets.label import Label

MARK_PX = 68
TILE_PX = 44
CARD_PX = 340
CARDS_PX = 3 * CARD_PX + 2 * 16


class _Tile(QWidget):
    def __init__(self, theme: Theme, icon: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._icon = icon
        self.setFixedSize(QSize(TILE_PX, TILE_PX))
        theme.changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = self._theme.tokens
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(brush(tokens.selected))
        painter.drawRoundedRect(QRectF(self.rect()), 10, 10)
        place = (TILE_PX - 20) / 2
        picture = self._theme.pixmap(self._icon, 20, tokens.accent_text, self.devicePixelRatioF())
        painter.drawPixmap(QPointF(place, place), picture)
        painter.end()


class WayCard(QWidget):
    """One of the three ways: tile, title, two or three lines, a button as wide as the card."""

    def __init__(
        self, theme: Theme, icon: str, title: str, text: str, button: str, primary: bool, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._primary = primary
        kind: ButtonKind = "primary" if primary else "secondary"
        self.button = Button(theme, button, kind, "large", parent=self)
        column = QVBoxLayout(self)
        column.setContentsMargins(25, 25, 25, 25)
        column.setSpacing(0)
        column.addWidget(_Tile(theme, icon, self))
        column.addSpacing(16)
        column.addWidget(Label(theme, title, "section", wrap=True, parent=self))
        column.addSpacing(6)
        column.addWidget(Paragraph(theme, text, parent=self))
        column.addStretch(1)
        column.addSpacing(18)
        column.addWidget(self.button)
        self.setMaximumWidth(CARD_PX)
        theme.changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint ground and edge; the first way has the accent's."""
        tokens = self._theme.tokens
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        width = 2.0 if self._primary else 1.0
        painter.setPen(pen(tokens.accent if self._primary else tokens.border, width))
        painter.setBrush(brush(tokens.surface))
        inset = width / 2
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(inset, inset, -inset, -inset), RADIUS_CARD, RADIUS_CARD)
        painter.end()


class FirstRun(Ground):
    """Signals say which way was chosen."""

    start_asked = Signal()
    join_asked = Signal()
    demo_asked = Signal()
    sign_in_asked = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._mark = QLabel(self.page)
        self._mark.setAccessibleName(tr("Et'al"))
        self._cards = self._make_cards()
        sign_in = QHBoxLayout()
        sign_in.setSpacing(2)
        self.sign_in = Button(theme, tr("Sign in"), "link", parent=self.page)
        self.sign_in.clicked.connect(self.sign_in_asked)
        sign_in.addStretch(1)
        sign_in.addWidget(Label(theme, tr("I already have an account:"), "small", "text2", parent=self.page))
        sign_in.addWidget(self.sign_in)
        sign_in.addStretch(1)
        self.note = Label(theme, "", "small", "text2", wrap=True, parent=self.page)
        self.note.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        cards = QHBoxLayout()
        cards.setSpacing(16)
        cards.addStretch(1)
        for card in self._cards:
            cards.addWidget(card, 100)
        cards.addStretch(1)
        column = self.column
        column.addStretch(1)
        column.addWidget(self._mark, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addSpacing(20)
        for words, style, tone in (
            (tr("Welcome to Et’al"), "display", "text"),
            (tr("Projects and tasks your team keeps together, online and off."), "note", "text2"),
        ):
            label = Label(theme, words, style, "text" if tone == "text" else "text2", wrap=True, parent=self.page)
            label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            column.addWidget(label)
        column.addSpacing(32)
        column.addLayout(cards)
        column.addSpacing(28)
        column.addLayout(sign_in)
        column.addSpacing(8)
        column.addWidget(self.note)
        column.addStretch(1)
        theme.changed.connect(self._restyle)
        self._restyle()

    def set_note(self, note: str) -> None:
        """Say something below, such as why the last profile cannot be used."""
        self.note.setText(note)

    def _make_cards(self) -> tuple[WayCard, ...]:
        ways = (
            (
                "monitor",
                tr("Start a workspace on this computer"),
                tr(
                    "Et’al runs the server here for you. Teammates on your network can join with a link."
                    " You can move it to a host later."
                ),
                tr("Start a workspace"),
                self.start_asked,
            ),
            (
                "link",
                tr("Join with an invite link"),
                tr("Someone sent you a link that begins with etal://. It also carries the server’s fingerprint."),
                tr("Join a workspace"),
                self.join_asked,
            ),
            (
                "sparkles",
                tr("Look around the demo"),
                tr("A made-up project with made-up teammates who type and comment. Nothing leaves this computer."),
                tr("Open the demo"),
                self.demo_asked,
            ),
        )
        cards: list[WayCard] = []
        for icon, title, text, button, signal in ways:
            card = WayCard(self._theme, icon, title, text, button, not cards, self.page)
            card.button.clicked.connect(signal)
            cards.append(card)
        return tuple(cards)

    def _restyle(self) -> None:
        self._mark.setPixmap(app_pixmap("app-icon", MARK_PX, self.devicePixelRatioF()))
