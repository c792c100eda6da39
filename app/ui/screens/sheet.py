"""A question over a window: a veil, a card with words and buttons. It blocks nothing but the window."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.ui.paint.shadow import paint_raised
from app.ui.screens.paragraph import Paragraph
from app.ui.theme.theme import Theme
from app.ui.theme.tokens import SHADOW_MARGIN_PX
from app.ui.widgets.button import Button, ButtonKind
from app.ui.widgets.label import Label
from app.ui.widgets.states import Scrim

WIDTH_PX = 440
PADDING_PX = 20


@dataclass(frozen=True, slots=True)
class Answer:
    """One button of a sheet and what it does."""

    words: str
    act: Callable[[], object]
    kind: ButtonKind = "secondary"
    icon: str = ""


class Sheet(QWidget):
    """Covers `over`. The last answer has the focus; Esc and a click on the veil do `dismissed`, if it is given."""

    def __init__(
        self,
        theme: Theme,
        over: QWidget,
        title: str,
        text: str,
        answers: Sequence[Answer],
        dismissed: Callable[[], object] | None = None,
    ) -> None:
        super().__init__(over)
        self._theme = theme
        self._over = over
        self._dismissed = dismissed
        self.setAccessibleName(title)
        self._scrim = Scrim(theme, self)
        self._scrim.pressed.connect(self._dismiss)
        self.card = _SheetCard(theme, self)
        self.card.column.addWidget(Label(theme, title, "section", wrap=True, parent=self.card))
        self.card.column.addWidget(Paragraph(theme, text, parent=self.card))
        row = QHBoxLayout()
        row.setContentsMargins(0, 12, 0, 0)
        row.setSpacing(8)
        row.addStretch(1)
        self.buttons: list[Button] = []
        for answer in answers:
            button = Button(theme, answer.words, answer.kind, "dialog", answer.icon, self.card)
            button.clicked.connect(self._answerer(answer))
            row.addWidget(button)
            self.buttons.append(button)
        self.card.column.addLayout(row)
        over.installEventFilter(self)
        self.setGeometry(over.rect())
        self._place()
        self.show()
        self.raise_()
        self.buttons[-1].setFocus(Qt.FocusReason.OtherFocusReason)

    def close_sheet(self) -> None:
        """Take it away."""
        self._over.removeEventFilter(self)
        self.hide()
        self.deleteLater()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Cover the window as its size changes."""
        if event.type() == QEvent.Type.Resize:
            self.setGeometry(self._over.rect())
            self._place()
        return False

    def event(self, event: QEvent) -> bool:
        """Keep Esc for the sheet: the window's actions wait."""
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc dismisses."""
        if event.key() == Qt.Key.Key_Escape:
            self._dismiss()

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Tab stays among the buttons."""
        place = next((number for number, button in enumerate(self.buttons) if button.hasFocus()), -1)
        target = self.buttons[(place + (1 if forward else -1)) % len(self.buttons)]
        target.setFocus(Qt.FocusReason.TabFocusReason if forward else Qt.FocusReason.BacktabFocusReason)
        return True

    def _answerer(self, answer: Answer) -> Callable[[], None]:
        def act() -> None:
            self.close_sheet()
            answer.act()

        return act

    def _dismiss(self) -> None:
        if self._dismissed is not None:
            self.close_sheet()
            self._dismissed()

    def _place(self) -> None:
        margin = SHADOW_MARGIN_PX
        width = min(WIDTH_PX, self.width() - 32) + 2 * margin
        height = self.card.heightForWidth(width)
        self.card.setGeometry((self.width() - width) // 2, max(0, (self.height() - height) // 2), width, height)


class _SheetCard(QWidget):
    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self.column = QVBoxLayout(self)
        edge = SHADOW_MARGIN_PX + PADDING_PX
        self.column.setContentsMargins(edge, edge, edge, edge)
        self.column.setSpacing(8)
        theme.changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        margin = SHADOW_MARGIN_PX
        box = self.rect().adjusted(margin, margin, -margin, -margin)
        paint_raised(painter, box, self._theme.tokens, self.devicePixelRatioF(), True)
        painter.end()
