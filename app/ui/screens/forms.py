"""What the screens for coming in share: a scrolled ground, fields by name, a password with its measure."""

from __future__ import annotations

from collections.abc import Callable
from time import time

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QAction, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QScrollArea, QVBoxLayout, QWidget

from app.ui.models.joining import STEPS, Problems, Strength, check_password, problems_of
from app.ui.strings import tr
from app.ui.theme.icons import icon
from app.ui.theme.palette import brush
from app.ui.theme.theme import Theme
from app.ui.widgets.button import Button
from app.ui.widgets.fields import CheckBox, TextField
from app.ui.widgets.label import Label

BAR_PX, BAR_GAP_PX = 28, 4


class Ground(QScrollArea):
    """The sidebar's ground with one thing in its middle, scrolled when the window is small."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        page = QWidget(self)
        page.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        page.setProperty("ground", "window")
        self.page = page
        self.column = QVBoxLayout(page)
        self.column.setContentsMargins(24, 24, 24, 24)
        self.column.setSpacing(0)
        self.setWidget(page)


class StrengthBars(QWidget):
    """Four bars, filled as far as a password is good."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._strength = Strength(0, "", False)
        self.setFixedSize(QSize(STEPS * (BAR_PX + BAR_GAP_PX) - BAR_GAP_PX, 4))
        theme.changed.connect(self.update)

    def set_strength(self, strength: Strength) -> None:
        """Show how good it is."""
        self._strength = strength
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the bars."""
        tokens = self._theme.tokens
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        full = tokens.green_fill if self._strength.enough else tokens.yellow_fill
        for number in range(STEPS):
            painter.setBrush(brush(full if number < self._strength.steps else tokens.pressed))
            painter.drawRoundedRect(QRectF(number * (BAR_PX + BAR_GAP_PX), 0, BAR_PX, 4), 2, 2)
        painter.end()


class PasswordField(TextField):
    """Hidden letters with an eye to show them; `choosing` adds the measure of a new password."""

    def __init__(self, theme: Theme, label: str, choosing: bool, parent: QWidget | None = None) -> None:
        super().__init__(theme, label, size="form", parent=parent)
        self._look = theme
        self.edit.setEchoMode(QLineEdit.EchoMode.Password)
        self._eye = QAction(tr("Show the password"), self.edit)
        self._eye.triggered.connect(self._toggle)
        self.edit.addAction(self._eye, QLineEdit.ActionPosition.TrailingPosition)
        self._bars: StrengthBars | None = None
        if choosing:
            row = QHBoxLayout()
            row.setSpacing(10)
            self._bars = StrengthBars(theme, self)
            self._words = Label(theme, "", "small", "text2", parent=self)
            row.addWidget(self._bars)
            row.addWidget(self._words, 1)
            layout = self.layout()
            assert isinstance(layout, QVBoxLayout)
            layout.addLayout(row)
            self.edit.textChanged.connect(self._measure)
            self._measure("")
        theme.changed.connect(self._dress)
        self._dress()

    def _measure(self, text: str) -> None:
        strength = check_password(text)
        assert self._bars is not None
        self._bars.set_strength(strength)
        self._words.setText(strength.words if text else tr("At least 12 characters"))

    def _toggle(self) -> None:
        hidden = self.edit.echoMode() == QLineEdit.EchoMode.Password
        self.edit.setEchoMode(QLineEdit.EchoMode.Normal if hidden else QLineEdit.EchoMode.Password)
        self._eye.setText(tr("Hide the password") if hidden else tr("Show the password"))
        self._dress()

    def _dress(self) -> None:
        name = "eye" if self.edit.echoMode() == QLineEdit.EchoMode.Password else "eye-off"
        self._eye.setIcon(icon(name, 16, self._look.tokens.text2))


class Form:
    """Fields by name, the sentence for what is wrong in each, and one for the rest; no widget itself."""

    def __init__(self, theme: Theme, parent: QWidget, submit: Callable[[], object]) -> None:
        self._theme = theme
        self._parent = parent
        self._submit = submit
        self.fields: dict[str, TextField] = {}
        self.general = Label(theme, "", "body", "red", wrap=True, parent=parent)
        self.general.hide()
        self.keep = CheckBox(theme, tr("Keep me signed in with a file that only I can read"), parent)
        self.keep.hide()

    def add(self, name: str, label: str, placeholder: str = "", most: int = 200) -> TextField:
        """A field of 36 px."""
        return self._take(name, TextField(self._theme, label, placeholder, "form", most, self._parent))

    def add_password(self, label: str, choosing: bool) -> TextField:
        """A hidden one."""
        return self._take("password", PasswordField(self._theme, label, choosing, self._parent))

    def typed(self) -> dict[str, str]:
        """What stands in the fields."""
        return {name: field.text() for name, field in self.fields.items()}

    def check(self, new_password: bool) -> bool:
        """Whether everything is filled in; else it is said, and the first wrong field has the keyboard."""
        problems = problems_of(self.typed(), new_password, time())
        self.show_problems(problems)
        return not problems.fields

    def show_problems(self, problems: Problems) -> None:
        """Say what is wrong where it is wrong."""
        for name, field in self.fields.items():
            wrong = problems.fields.get(name, "")
            if wrong or field.edit.property("wrong"):
                field.set_wrong(wrong)
        self.general.setText(problems.general)
        self.general.setVisible(bool(problems.general))
        first = next((self.fields[name] for name in self.fields if name in problems.fields), None)
        if first is not None:
            first.setFocus(Qt.FocusReason.OtherFocusReason)

    def _take(self, name: str, field: TextField) -> TextField:
        self.fields[name] = field
        field.edit.returnPressed.connect(lambda: self._submit())
        return field


def make_title(theme: Theme, words: str, back: Callable[[], object], parent: QWidget) -> tuple[QHBoxLayout, Button]:
    """An arrow back and a title in 20/28."""
    row = QHBoxLayout()
    row.setSpacing(8)
    button = Button(theme, tr("Back"), "icon", icon="arrow-left", parent=parent)
    button.clicked.connect(lambda: back())
    row.addWidget(button)
    row.addWidget(Label(theme, words, "title", parent=parent))
    row.addStretch(1)
    return row, button
