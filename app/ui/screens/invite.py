"""Inviting people: a link to hand on, and the fingerprint that they compare."""

from __future__ import annotations

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget

from app.model.change import Refusal
from app.ui.screens.fingerprint import Fingerprint
from app.ui.screens.paragraph import Paragraph
from app.ui.session import Session
from app.ui.strings import tr
from app.ui.theme.theme import Theme
from app.ui.widgets.button import Button
from app.ui.widgets.label import Label
from app.ui.widgets.popover import Popover

WIDTH_PX = 440
DAYS = 7
USES = 1


class InvitePopover(Popover):
    """Asks the server for an invite when it opens; without a connection it says so."""

    def __init__(self, theme: Theme, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._session = session
        self.body.setFixedWidth(WIDTH_PX)
        self.column.setContentsMargins(20, 16, 20, 20)
        self.column.setSpacing(8)
        title = tr("Invite people to {workspace}", workspace=session.client.workspace_name)
        self.column.addWidget(Label(theme, title, "section", wrap=True, parent=self.body))
        text = tr("One person can join with this link within {n} days. Send it in private.", n=DAYS)
        self.text = Paragraph(theme, text, parent=self.body)
        self.column.addWidget(self.text)
        row = QHBoxLayout()
        row.setSpacing(8)
        self.link = QLineEdit(self.body)
        self.link.setReadOnly(True)
        self.link.setAccessibleName(tr("Invite link"))
        self.link.setPlaceholderText(tr("Making a link…"))
        self.copy = Button(theme, tr("Copy link"), "primary", "dialog", "copy", self.body)
        self.copy.set_possible(False, tr("There is no link yet."))
        self.copy.clicked.connect(self._copy)
        row.addWidget(self.link, 1)
        row.addWidget(self.copy)
        self.column.addLayout(row)
        if session.client.fingerprint:
            self.column.addSpacing(8)
            words = tr("They will be asked whether they see the same numbers:")
            self.column.addWidget(Label(theme, words, "small", "text2", wrap=True, parent=self.body))
            numbers = Fingerprint(theme, self.body)
            numbers.set_pin(session.client.fingerprint)
            self.column.addWidget(numbers)
        self.body.setFocusProxy(self.copy)
        self.closed.connect(session.run(self._ask()).cancel)

    async def _ask(self) -> None:
        try:
            answer = await self._session.client.ask("invite", role="member", uses=USES, days=DAYS)
        except Refusal as refusal:
            self.text.set_words(refusal.text, "red")
            self.link.setPlaceholderText(tr("No link"))
            return
        self.link.setText(str(answer["invite"]))
        self.link.setCursorPosition(0)
        self.copy.set_possible(True)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.link.text())
        self.close()
        self._session.say(tr("Invite link copied"), "copy")
