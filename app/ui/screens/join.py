"""Joining with an invite: who you are on the left, whether it is the right server on the right."""

from __future__ import annotations

from time import time

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QVBoxLayout, QWidget

from app.client.links import Invite
from app.model.change import Refusal
from app.ui.models.joining import check_invite, problems_of_refusal
from app.ui.screens.fingerprint import Fingerprint
from app.ui.screens.forms import Form, Ground, make_title
from app.ui.screens.paragraph import Paragraph
from app.ui.strings import tr
from app.ui.theme.palette import brush
from app.ui.theme.theme import Theme
from app.ui.widgets.button import Button
from app.ui.widgets.card import Card, Line
from app.ui.widgets.fields import CheckBox
from app.ui.widgets.label import ElidedLabel, Label

WIDTH_PX = 880
NARROW_PX = 840
LINK_MOST = 2048
EDGE_PX = 32


class _Shield(QWidget):
    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._bad = False
        self.setFixedSize(QSize(40, 40))
        theme.changed.connect(self.update)

    def set_bad(self, bad: bool) -> None:
        self._bad = bad
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = self._theme.tokens
        tone, soft = (tokens.red, tokens.red_soft) if self._bad else (tokens.green, tokens.green_soft)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(brush(soft))
        painter.drawRoundedRect(QRectF(self.rect()), 8, 8)
        name = "shield-alert" if self._bad else "shield-check"
        painter.drawPixmap(QPointF(10, 10), self._theme.pixmap(name, 20, tone, self.devicePixelRatioF()))
        painter.end()


class ServerPanel(QWidget):
    """The server that an invite names: address, fingerprint, and what was found when it was asked."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._shield = _Shield(theme, self)
        self.address = ElidedLabel(theme, tr("The invite says which server"), "small", "text2", parent=self)
        self.numbers = Fingerprint(theme, self)
        self.same = self._line("shield-check", tr("Checked when the link is here"))
        self.pinned = self._line("pin", tr("Et’al will refuse any other key from now on"))
        self.compared = CheckBox(theme, tr("I compared the numbers, or I trust the link I was sent"), self)
        self.different = Button(theme, tr("It is different"), "danger-secondary", "large", parent=self)
        self.join = Button(theme, tr("Join the workspace"), "primary", "large", parent=self)
        head = QHBoxLayout()
        head.setSpacing(12)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(Label(theme, tr("Is this the right server?"), "body-strong", parent=self))
        words.addWidget(self.address)
        head.addWidget(self._shield)
        head.addLayout(words, 1)
        text = tr("Compare these numbers with the ones your colleague sees under Share. They must be the same.")
        foot = QHBoxLayout()
        foot.addWidget(self.different)
        foot.addStretch(1)
        foot.addWidget(self.join)
        column = QVBoxLayout(self)
        column.setContentsMargins(EDGE_PX, EDGE_PX, EDGE_PX, EDGE_PX)
        column.setSpacing(0)
        column.addLayout(head)
        column.addSpacing(14)
        column.addWidget(Paragraph(theme, text, parent=self))
        column.addSpacing(12)
        column.addWidget(self.numbers)
        column.addSpacing(12)
        for line in (self.same, self.pinned):
            row = QHBoxLayout()
            row.setSpacing(8)
            row.addWidget(line[0], 0, Qt.AlignmentFlag.AlignTop)
            row.addWidget(line[1], 1)
            column.addLayout(row)
            column.addSpacing(6)
        column.addSpacing(10)
        column.addWidget(self.compared)
        column.addStretch(1)
        column.addSpacing(20)
        column.addLayout(foot)

    def show_invite(self, invite: Invite | None) -> None:
        """Show the server of an invite before it was asked."""
        self.compared.setChecked(False)
        self._shield.set_bad(False)
        if invite is None:
            self.address.set_words(tr("The invite says which server"))
            self.numbers.set_pin("")
            self._say(tr("Checked when the link is here"), "circle-dashed", "text2")
            return
        host, port = invite.address.host, invite.address.port
        self.address.set_words(tr("{host} · port {port} · TLS 1.3", host=host, port=port))
        self.numbers.set_pin(invite.pins[0] if invite.pins else "")
        self._say(tr("Asking the server…"), "circle-dashed", "text2")

    def show_answer(self, pinned: bool, refusal: Refusal | None) -> None:
        """Show what was found: the same key as in the link, or why not."""
        self._shield.set_bad(refusal is not None)
        if refusal is not None:
            self._say(refusal.text, "circle-alert", "red")
        elif pinned:
            self._say(tr("The same as the fingerprint in your invite link"), "circle-check", "green")
        else:
            self._say(tr("An authority that this computer trusts vouches for it"), "circle-check", "green")

    def _line(self, icon: str, words: str) -> tuple[Label, Label]:
        sign = Label(self._theme, parent=self)
        sign.setPixmap(self._theme.pixmap(icon, 16, self._theme.tokens.text2, self.devicePixelRatioF()))
        return sign, Label(self._theme, words, "small", "text2", wrap=True, parent=self)

    def _say(self, words: str, icon: str, tone: str) -> None:
        sign, label = self.same
        value = str(getattr(self._theme.tokens, tone))
        sign.setPixmap(self._theme.pixmap(icon, 16, value, self.devicePixelRatioF()))
        label.setText(words)
        label.set_tone("red" if tone == "red" else "text" if tone == "green" else "text2")


class Join(Ground):
    """`submitted(fields, in_file)` with invite, name, email, password; `invite_given(text)` asks for its server."""

    submitted = Signal(object, bool)
    invite_given = Signal(str)
    back_asked = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._busy = False
        card = Card(theme, padding=0, parent=self.page)
        card.column.setContentsMargins(0, 0, 0, 0)
        card.setMaximumWidth(WIDTH_PX)
        left = QWidget(card)
        self.form = Form(theme, left, self.submit)
        self.server = ServerPanel(theme, card)
        self._lay_out_left(left)
        self._halves = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._halves.setSpacing(0)
        self._between = Line(upright=True, parent=card)
        self._halves.addWidget(left, 1)
        self._halves.addWidget(self._between)
        self._halves.addWidget(self.server, 1)
        card.column.addLayout(self._halves)
        middle = QHBoxLayout()
        middle.addStretch(1)
        middle.addWidget(card, 100)
        middle.addStretch(1)
        self.note = Label(theme, "", "small", "text2", wrap=True, parent=self.page)
        self.note.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.column.addStretch(1)
        self.column.addLayout(middle)
        self.column.addSpacing(16)
        self.column.addWidget(self.note)
        self.column.addStretch(1)
        self.server.join.clicked.connect(self.submit)
        self.server.different.clicked.connect(self._different)
        self.server.compared.toggled.connect(self._follow)
        self._judge("")

    def resizeEvent(self, event: QResizeEvent) -> None:
        """In a narrow window the halves stand below each other."""
        narrow = self.width() < NARROW_PX
        down, across = QBoxLayout.Direction.TopToBottom, QBoxLayout.Direction.LeftToRight
        self._halves.setDirection(down if narrow else across)
        self._between.setVisible(not narrow)
        super().resizeEvent(event)

    @property
    def invite(self) -> str:
        """The link as it was typed."""
        return self.form.fields["invite"].text().strip()

    def set_invite(self, link: str) -> None:
        """Put a link in, such as one that the program was started with."""
        self.form.fields["invite"].set_text(link)
        self.form.fields["invite"].edit.setCursorPosition(0)
        self.form.fields["name"].setFocus(Qt.FocusReason.OtherFocusReason)

    def set_note(self, note: str, choice: bool) -> None:
        """Say below where the sign-in is kept; `choice` offers a file."""
        self.note.setText(note)
        self.form.keep.setVisible(choice)

    def set_busy(self, busy: bool) -> None:
        """While the server answers, nothing can be sent twice."""
        self._busy = busy
        self.server.join.set_words(tr("Joining…") if busy else tr("Join the workspace"))
        self._follow()

    def show_refusal(self, refusal: Refusal) -> None:
        """Say why it did not work, where it belongs."""
        if refusal.code in ("certificate", "unreachable"):
            self.server.show_answer(True, refusal)
        self.form.show_problems(problems_of_refusal(refusal, frozenset(self.form.fields)))

    def submit(self) -> None:
        """Join, if everything is there."""
        if self._busy or not self.form.check(new_password=True):
            return
        if not self.server.compared.isChecked():
            self.server.compared.setFocus(Qt.FocusReason.TabFocusReason)
            return
        self.submitted.emit(self.form.typed(), self.form.keep.isChecked())

    def _lay_out_left(self, left: QWidget) -> None:
        title, self.back = make_title(self._theme, tr("Join a workspace"), self.back_asked.emit, left)
        form = self.form
        invite = form.add("invite", tr("Invite link"), tr("etal://…"), LINK_MOST)
        invite.edit.textChanged.connect(self._judge)
        form.add("name", tr("Your name"))
        form.add("email", tr("Email"))
        form.add_password(tr("Choose a password"), choosing=True)
        column = QVBoxLayout(left)
        column.setContentsMargins(EDGE_PX - 6, EDGE_PX - 4, EDGE_PX, EDGE_PX)
        column.setSpacing(0)
        column.addLayout(title)
        fields = QVBoxLayout()
        fields.setContentsMargins(6, 0, 0, 0)
        fields.setSpacing(14)
        column.addSpacing(18)
        for field in form.fields.values():
            fields.addWidget(field)
        fields.addWidget(form.keep)
        fields.addWidget(form.general)
        column.addLayout(fields)
        column.addStretch(1)

    def _judge(self, text: str) -> None:
        check = check_invite(text, time())
        field = self.form.fields["invite"]
        if check.wrong:
            field.set_wrong(check.wrong)
        else:
            field.set_hint(check.hint, good=bool(check.hint))
        self.server.show_invite(check.invite)
        if check.invite is not None:
            self.invite_given.emit(text.strip())
        self._follow()

    def _follow(self) -> None:
        possible = self.server.compared.isChecked() and not self._busy
        self.server.join.set_possible(possible, tr("Compare the numbers first."))
        self.server.different.setEnabled(not self._busy)

    def _different(self) -> None:
        self.form.fields["invite"].set_text("")
        words = tr("Then do not join. Ask your colleague for a new link, in another way.")
        self.form.fields["invite"].set_wrong(words)
        self.form.fields["invite"].setFocus(Qt.FocusReason.OtherFocusReason)
