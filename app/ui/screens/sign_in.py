"""Signing in with e-mail and password, on a server that is known or named."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.model.change import Refusal
from app.ui.models.joining import problems_of_refusal
from app.ui.screens.forms import Form, Ground, make_title
from app.ui.screens.paragraph import Paragraph
from app.ui.strings import tr
from app.ui.theme.theme import Theme
from app.ui.widgets.button import Button
from app.ui.widgets.card import Card
from app.ui.widgets.label import Label

WIDTH_PX = 440
EDGE_PX = 32


class AccountForm(Ground):
    """One card of fields and one button. `submitted(fields, in_file)`."""

    submitted = Signal(object, bool)
    back_asked = Signal()

    def __init__(
        self, theme: Theme, title: str, text: str, button: str, busy: str, choosing: bool, parent: QWidget | None = None
    ) -> None:
        """`button` and `busy` are its words at rest and while it works; `choosing` says that a password is new."""
        super().__init__(parent)
        self._words = (button, busy)
        self._choosing = choosing
        card = Card(theme, padding=0, parent=self.page)
        card.column.setContentsMargins(EDGE_PX - 6, EDGE_PX - 4, EDGE_PX, EDGE_PX)
        card.column.setSpacing(0)
        card.setMaximumWidth(WIDTH_PX)
        self.form = Form(theme, card, self.submit)
        head, self.back = make_title(theme, title, self.back_asked.emit, card)
        card.column.addLayout(head)
        self.rows = QVBoxLayout()
        self.rows.setContentsMargins(6, 12, 0, 0)
        self.rows.setSpacing(14)
        self.rows.addWidget(Paragraph(theme, text, parent=card))
        self.go = Button(theme, button, "primary", "large", parent=card)
        self.go.clicked.connect(self.submit)
        card.column.addLayout(self.rows)
        self.note = Label(theme, "", "small", "text2", wrap=True, parent=self.page)
        self.note.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        middle = QHBoxLayout()
        middle.addStretch(1)
        middle.addWidget(card, 100)
        middle.addStretch(1)
        self.column.addStretch(1)
        self.column.addLayout(middle)
        self.column.addSpacing(16)
        self.column.addWidget(self.note)
        self.column.addStretch(1)

    def finish_layout(self) -> None:
        """Lay out the fields that were added to the form, then what stands below them."""
        for field in self.form.fields.values():
            self.rows.addWidget(field)
        for widget in (self.form.keep, self.form.general, self.go):
            self.rows.addWidget(widget)

    def set_note(self, note: str, choice: bool) -> None:
        """Say below where the sign-in is kept; `choice` offers a file."""
        self.note.setText(note)
        self.form.keep.setVisible(choice)

    def set_busy(self, busy: bool) -> None:
        """While it works, nothing can be sent twice."""
        self.go.set_words(self._words[1] if busy else self._words[0])
        self.go.set_possible(not busy, tr("Wait for the answer."))

    def show_refusal(self, refusal: Refusal) -> None:
        """Say why it did not work, where it belongs."""
        self.form.show_problems(problems_of_refusal(refusal, frozenset(self.form.fields)))

    def submit(self) -> None:
        """Go on, if everything is there."""
        if self.go.isEnabled() and self.form.check(self._choosing):
            self.submitted.emit(self.form.typed(), self.form.keep.isChecked())


class SignIn(AccountForm):
    """Server, fingerprint, e-mail, password."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        text = tr("Use the e-mail and password with which you joined.")
        super().__init__(theme, tr("Sign in"), text, tr("Sign in"), tr("Signing in…"), False, parent)
        self.form.add("server", tr("Server"), tr("wss://sync.example.org:7464"))
        fingerprint = self.form.add("fingerprint", tr("Fingerprint of the server"), tr("sha256:…"))
        fingerprint.set_hint(tr("Needed where no authority vouches for the server. A colleague sees it under Share."))
        self.form.add("email", tr("Email"))
        self.form.add_password(tr("Password"), choosing=False)
        self.finish_layout()

    def set_server(self, address: str, fingerprint: str) -> None:
        """The server that this profile belongs to; it is not asked for again."""
        self.form.fields["server"].set_text(address)
        self.form.fields["fingerprint"].set_text(fingerprint)
        self.form.fields["server"].setVisible(not address)
        self.form.fields["fingerprint"].setVisible(not address)
