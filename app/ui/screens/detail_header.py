"""The top of a task's detail: its project, who else is at it, what waits, and what to do with it; and its notices."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QToolTip, QWidget

from app.ui.models.detail import TaskFacts
from app.ui.paint.avatar import AVATAR_GAP_PX, BADGE_PX, avatar_pixmap, more_pixmap, pencil_badge
from app.ui.paint.names import presence_name, sync_word
from app.ui.paint.rows import Presence
from app.ui.strings import tooltip, tr
from app.ui.theme.icons import turning_pixmap
from app.ui.theme.palette import brush
from app.ui.theme.theme import Theme
from app.ui.theme.tokens import RADIUS_FIELD
from app.ui.widgets.avatar_row import in_order
from app.ui.widgets.button import Button
from app.ui.widgets.label import ElidedLabel, Label

HEADER_PX = 40
FACE_PX = 20
FACES_MOST = 3
ABOVE_PX = 4
BELOW_PX = 8
"""Around a notice, so that its place is empty when it is hidden."""


class Faces(QWidget):
    """Discs of 20 px, at most three and "+n"; a pencil on those who edit."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._people: tuple[Presence, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    @property
    def people(self) -> tuple[Presence, ...]:
        """Who is shown."""
        return self._people

    def set_people(self, people: tuple[Presence, ...]) -> None:
        """Show these people."""
        self._people = in_order(people)
        names = ", ".join(presence_name(one) for one in self._people[:20])
        self.setAccessibleName(tr("Also at this task: {names}", names=names) if names else "")
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """As wide as the discs."""
        count = len(self._people) if len(self._people) <= FACES_MOST else FACES_MOST + 1
        return QSize(max(0, count * (FACE_PX + AVATAR_GAP_PX) - AVATAR_GAP_PX + 4), FACE_PX + 4)

    def event(self, event: QEvent) -> bool:
        """Say who they are."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            words = "\n".join(presence_name(one) for one in self._people[:20])
            QToolTip.showText(event.globalPos(), tooltip(words), self)
            return True
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the discs."""
        tokens, dpr = self._theme.tokens, self.devicePixelRatioF()
        painter = QPainter(self)
        x = 0.0
        for one in self._people[:FACES_MOST]:
            left = self._left(x)
            painter.drawPixmap(QPointF(left, 2), avatar_pixmap(one.person, FACE_PX, tokens, dpr, away=one.away))
            if one.editing:
                badge = pencil_badge(tokens, tokens.surface, dpr)
                painter.drawPixmap(QPointF(left + FACE_PX - BADGE_PX + 3, 2 + FACE_PX - BADGE_PX + 2), badge)
            x += FACE_PX + AVATAR_GAP_PX
        more = len(self._people) - FACES_MOST
        if more > 0:
            painter.drawPixmap(QPointF(self._left(x), 2), more_pixmap(more, FACE_PX, tokens, dpr))
        painter.end()

    def _left(self, x: float) -> float:
        return self.width() - x - FACE_PX if self.layoutDirection() == Qt.LayoutDirection.RightToLeft else x


class SyncMark(QWidget):
    """The sign of what became of a change: waiting stands still, sending turns; nothing when all is sent."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.state = ""
        self.setFixedSize(QSize(16, 16))
        self.hide()

    def set_state(self, state: str) -> None:
        """Show another state, or none ("")."""
        if state == self.state:
            return
        self.state = state
        words = sync_word(state)
        words = words[:1].upper() + words[1:]
        self.setToolTip(tooltip(words))
        self.setAccessibleName(words)
        if state == "sending":
            self._theme.ticker.attach(self, self.update)
        else:
            self._theme.ticker.detach(self)
        self.setVisible(bool(state))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the sign."""
        theme, tokens, dpr = self._theme, self._theme.tokens, self.devicePixelRatioF()
        if self.state == "sending":
            picture = turning_pixmap("refresh-cw", 14, tokens.accent_text, dpr, theme.ticker.frame)
        elif self.state == "rejected":
            picture = theme.pixmap("circle-alert", 14, tokens.red, dpr)
        else:
            picture = theme.pixmap("refresh-cw", 14, tokens.yellow, dpr)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawPixmap(QPointF(1, 1), picture)
        painter.end()


class DetailHeader(QWidget):
    """40 px: the project, who else is here, the task's own menu, and the button that closes."""

    closed = Signal()
    menu_asked = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.project = ElidedLabel(theme, "", "small", "text3", parent=self)
        self.mark = SyncMark(theme, self)
        self.faces = Faces(theme, self)
        self.more = Button(theme, tr("More"), "icon", icon="ellipsis", parent=self)
        self.more.clicked.connect(self.menu_asked)
        self.close_button = Button(theme, tr("Close"), "icon", icon="x", parent=self)
        self.close_button.set_hint(tr("Esc"))
        self.close_button.clicked.connect(self.closed)
        row = QHBoxLayout(self)
        row.setContentsMargins(20, 0, 8, 0)
        row.setSpacing(3)
        row.addWidget(self.project, 1)
        row.addWidget(self.mark)
        row.addSpacing(6)
        row.addWidget(self.faces)
        row.addSpacing(6)
        row.addWidget(self.more)
        row.addWidget(self.close_button)
        theme.changed.connect(self._restyle)
        self._restyle()

    def show_facts(self, facts: TaskFacts) -> None:
        """Show which project it is, and whether something waits."""
        self.project.set_words(facts.project_name)
        self.mark.set_state(facts.sync)
        self.more.setVisible(facts.state == "here")

    def _restyle(self) -> None:
        self.setFixedHeight(round(HEADER_PX * max(1.0, self._theme.scale)))


class Notice(QWidget):
    """A line on a soft ground that says what happened to the task, with one button or none."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._tone: Literal["yellow", "accent"] = "yellow"
        self._icon = "trash-2"
        self._act: Callable[[], object] | None = None
        self.label = Label(theme, "", "body", wrap=True, parent=self)
        self.button = Button(theme, "", "secondary", parent=self)
        self.button.clicked.connect(self._do)
        row = QHBoxLayout(self)
        row.setContentsMargins(38, 8 + ABOVE_PX, 10, 8 + BELOW_PX)
        row.setSpacing(10)
        row.addWidget(self.label, 1)
        row.addWidget(self.button, 0, Qt.AlignmentFlag.AlignTop)
        self.hide()
        theme.changed.connect(self.update)

    @property
    def words(self) -> str:
        """What it says, "" while it is not shown."""
        return self.label.text() if not self.isHidden() else ""

    def say(
        self,
        words: str,
        icon: str,
        tone: Literal["yellow", "accent"] = "yellow",
        button: str = "",
        act: Callable[[], object] | None = None,
    ) -> None:
        """Show a sentence; "" takes the notice away."""
        self._icon, self._tone, self._act = icon, tone, act
        self.label.setText(words)
        self.button.set_words(button)
        self.button.setVisible(bool(button))
        self.setVisible(bool(words))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint ground and icon."""
        tokens = self._theme.tokens
        tone = tokens.yellow if self._tone == "yellow" else tokens.accent_text
        soft = tokens.yellow_soft if self._tone == "yellow" else tokens.selected
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(brush(soft))
        box = QRectF(self.rect()).adjusted(0, ABOVE_PX, 0, -BELOW_PX)
        painter.drawRoundedRect(box, RADIUS_FIELD, RADIUS_FIELD)
        picture = self._theme.pixmap(self._icon, 16, tone, self.devicePixelRatioF())
        mirrored = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        painter.drawPixmap(QPointF(self.width() - 28 if mirrored else 12, 14 + ABOVE_PX), picture)
        painter.end()

    def _do(self) -> None:
        if self._act is not None:
            self._act()
