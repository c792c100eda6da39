"""Short messages at the bottom of the window that go by themselves."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEasingCurve, QEvent, QObject, QPoint, QPropertyAnimation, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QEnterEvent, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QWidget

from app.ui.paint.plan import draw_words, elide
from app.ui.strings import plain_action
from app.ui.theme.palette import brush, mix
from app.ui.theme.theme import Theme
from app.ui.theme.tokens import RADIUS_CONTROL, RADIUS_FIELD
from app.ui.widgets.announcer import Announcer
from app.ui.widgets.focus_ring import FocusRingGuard

SHOWN_MS = 5000
SHOWN_WITH_BUTTON_MS = 8000
TOASTS_MOST = 3
ABOVE_EDGE_PX = 24
BETWEEN_PX = 8
WIDEST_PX = 560


class _ToastButton(QAbstractButton):
    def __init__(self, theme: Theme, words: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._words = words
        self.setText(plain_action(words))
        self.setAccessibleName(words)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        FocusRingGuard(theme, self)

    def sizeHint(self) -> QSize:
        width = self._theme.letters("body-strong").horizontalAdvance(self._words)
        return QSize(round(width) + 16, self._theme.metrics.button)

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = self._theme.tokens
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        share = 0.24 if self.isDown() else 0.18 if self.underMouse() else 0.12
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(brush(mix(tokens.surface, tokens.text, share)))
        painter.drawRoundedRect(QRectF(self.rect()), RADIUS_CONTROL, RADIUS_CONTROL)
        painter.setFont(self._theme.font("body-strong"))
        painter.setPen(self._theme.colour(tokens.surface))
        painter.drawText(QRectF(self.rect()), Qt.AlignmentFlag.AlignCenter, self._words)
        painter.end()


class Toast(QWidget):
    """One message, 40 px high, in inverse colours; it stays while the pointer or the focus is on it."""

    gone = Signal()

    def __init__(
        self,
        theme: Theme,
        words: str,
        icon: str = "check",
        button: str = "",
        act: Callable[[], object] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._words = words
        self._icon = icon
        self._button: _ToastButton | None = None
        self.setAccessibleName(words)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SHOWN_WITH_BUTTON_MS if button else SHOWN_MS)
        self._timer.timeout.connect(self.leave)
        if button:
            self._button = _ToastButton(theme, button, self)
            self._button.installEventFilter(self)
            row = QHBoxLayout(self)
            row.setContentsMargins(8, 6, 8, 6)
            row.addStretch(1)
            row.addWidget(self._button)
            if act is not None:
                self._button.clicked.connect(lambda: act())
            self._button.clicked.connect(self.leave)
        theme.changed.connect(self.update)

    @property
    def words(self) -> str:
        """What it says."""
        return self._words

    def start(self) -> None:
        """Begin to count the seconds it is shown."""
        self._timer.start()

    def leave(self) -> None:
        """Go away now."""
        self._timer.stop()
        self.gone.emit()

    def sizeHint(self) -> QSize:
        """As wide as icon, words and button, at most 560 px."""
        width = 42 + self._theme.letters("body-medium").horizontalAdvance(self._words[:300]) + 24
        if self._button is not None:
            width += self._button.sizeHint().width() - 6
        return QSize(min(round(width), WIDEST_PX), self._theme.metrics.toast)

    def enterEvent(self, event: QEnterEvent) -> None:
        """Stay while the pointer is here."""
        self._timer.stop()
        super().enterEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        """Count again."""
        if self._button is None or not self._button.hasFocus():
            self._timer.start()
        super().leaveEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay while the button has the focus."""
        if event.type() == QEvent.Type.FocusIn:
            self._timer.stop()
        elif event.type() == QEvent.Type.FocusOut and not self.underMouse():
            self._timer.start()
        return False

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint ground, icon and words."""
        theme, tokens = self._theme, self._theme.tokens
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(brush(tokens.text))
        painter.drawRoundedRect(QRectF(self.rect()), RADIUS_FIELD, RADIUS_FIELD)
        mirrored = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        picture: QPixmap = theme.pixmap(self._icon, 16, tokens.surface, self.devicePixelRatioF(), mirrored)
        x = self.width() - 30 if mirrored else 14
        painter.drawPixmap(x, (self.height() - 16) // 2, picture)
        taken = self._button.width() + 16 if self._button is not None else 16
        box = QRectF(40, 0, self.width() - 40 - taken, self.height())
        if mirrored:
            box.moveLeft(taken)
        painter.setFont(theme.font("body-medium"))
        painter.setPen(theme.colour(tokens.surface))
        shown = elide(theme, self._words, "body-medium", box.width())
        draw_words(painter, box, shown, mirrored)
        painter.end()


class ToastHost(QObject):
    """Shows toasts over one window, at its bottom centre, three at the most: the oldest makes room."""

    def __init__(self, theme: Theme, window: QWidget) -> None:
        super().__init__(window)
        self._theme = theme
        self._window = window
        self._toasts: list[Toast] = []
        self._announcer = Announcer(window)
        window.installEventFilter(self)

    @property
    def toasts(self) -> tuple[Toast, ...]:
        """Those shown now, the newest last."""
        return tuple(self._toasts)

    def show(self, words: str, icon: str = "check", button: str = "", act: Callable[[], object] | None = None) -> Toast:
        """Show a message for 5 s, or 8 s when it has a button that does `act`."""
        while len(self._toasts) >= TOASTS_MOST:
            self._remove(self._toasts[0])
        toast = Toast(self._theme, words, icon, button, act, self._window)
        toast.gone.connect(lambda: self._remove(toast))
        self._toasts.append(toast)
        toast.resize(toast.sizeHint())
        toast.show()
        self._place()
        self._slide_in(toast)
        toast.raise_()
        toast.start()
        self._announcer.say(words)
        return toast

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keep the toasts at the bottom when the window's size changes."""
        if event.type() == QEvent.Type.Resize and self._toasts:
            self._place()
        return False

    def _remove(self, toast: Toast) -> None:
        if toast in self._toasts:
            self._toasts.remove(toast)
            toast.hide()
            toast.deleteLater()
            self._place()

    def _place(self) -> None:
        bottom = self._window.height() - ABOVE_EDGE_PX
        for toast in reversed(self._toasts):
            width = min(toast.sizeHint().width(), self._window.width() - 2 * ABOVE_EDGE_PX)
            toast.resize(width, toast.sizeHint().height())
            bottom -= toast.height()
            toast.move((self._window.width() - width) // 2, bottom)
            bottom -= BETWEEN_PX

    def _slide_in(self, toast: Toast) -> None:
        duration = self._theme.motion.toast
        if not duration:
            return
        slide = QPropertyAnimation(toast, b"pos", toast)
        slide.setStartValue(toast.pos() + QPoint(0, ABOVE_EDGE_PX + toast.height()))
        slide.setEndValue(toast.pos())
        slide.setDuration(duration)
        slide.setEasingCurve(QEasingCurve.Type.OutCubic)
        slide.start(QPropertyAnimation.DeletionPolicy.DeleteWhenStopped)
