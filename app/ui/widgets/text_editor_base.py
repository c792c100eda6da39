"""A plain text field of several lines in the house style: set line height, grows with its text, keeps text clean."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QMimeData, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QFocusEvent,
    QGuiApplication,
    QKeyEvent,
    QResizeEvent,
    QTextDocument,
    QTextOption,
)
from PySide6.QtWidgets import QFrame, QPlainTextEdit, QWidget

from app.ui.strings import tr
from app.ui.theme.theme import Theme
from app.ui.widgets.menu import Menu
from app.ui.widgets.text_editor_layout import LineLayout
from app.ui.widgets.text_editor_units import clean, from_raw

WHOLE = 10_000


class PlainEditor(QPlainTextEdit):
    """Only plain text, no undo of Qt's (it would take back what others wrote).

    It is as high as its text, between `least` and `most` px, and scrolls beyond. `grew` when its height changed,
    `left` when Esc was pressed in it, `caret_moved` when its person moved the caret,
    `focus_changed` when the keyboard came or went (not for a menu of the field).
    """

    grew = Signal()
    left = Signal()
    focus_changed = Signal(bool)
    caret_moved = Signal()

    def __init__(
        self,
        theme: Theme,
        style: str,
        name: str,
        least: int = 0,
        most: int = WHOLE,
        parent: QWidget | None = None,
        gap: int = 0,
    ) -> None:
        """`gap` is kept between paragraphs, in px."""
        super().__init__(parent)
        self._theme = theme
        self._style = style
        self._least = least
        self._most = most
        self._gap = gap
        self._quiet = False
        document = QTextDocument(self)
        self._lines = LineLayout(document)
        document.setDocumentLayout(self._lines)
        document.setDocumentMargin(0)
        document.setUndoRedoEnabled(False)
        self.setDocument(document)
        # Qt lays out first, and looking for the best place to wrap costs the square of a long word's length; the
        # lines that are seen are made by LineLayout, which wraps between words.
        self.setWordWrapMode(QTextOption.WrapMode.WrapAnywhere)
        self.setProperty("bare", True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setTabChangesFocus(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(name)
        self._lines.documentSizeChanged.connect(self.fit)
        self.cursorPositionChanged.connect(self._caret)
        theme.changed.connect(self._restyle)
        self._restyle()

    def text(self) -> str:
        """The text as it is in the field."""
        return from_raw(self.document().toRawText())

    def set_range(self, least: int, most: int) -> None:
        """Other bounds of its height in px."""
        if (least, most) != (self._least, self._most):
            self._least, self._most = least, most
            self.fit()

    def fit(self) -> None:
        """Take the height of the text, within the bounds."""
        wanted = self._lines.lines_height(self._most + 1)
        height = min(max(wanted, self._least), self._most)
        policy = Qt.ScrollBarPolicy
        bar = policy.ScrollBarAsNeeded if wanted > self._most else policy.ScrollBarAlwaysOff
        if bar != self.verticalScrollBarPolicy():
            self.setVerticalScrollBarPolicy(bar)
        if height != self.height() or height != self.minimumHeight():
            self.setFixedHeight(height)
            self.grew.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Wrap for the new width."""
        mirrored = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        self._lines.set_width(self.viewport().width(), mirrored)
        super().resizeEvent(event)
        self.fit()

    def event(self, event: QEvent) -> bool:
        """Keep Esc from the window while text is edited: it leaves the field first."""
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and event.key() == Qt.Key.Key_Escape
        ):
            event.accept()
            return True
        return super().event(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """The keyboard came."""
        super().focusInEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self.focus_changed.emit(True)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """The keyboard went."""
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self.focus_changed.emit(False)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc leaves; every Enter is a plain line end."""
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
            return
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not self.isReadOnly():
            self.textCursor().insertText("\n")
            self.ensureCursorVisible()
            return
        super().keyPressEvent(event)

    def canInsertFromMimeData(self, source: QMimeData) -> bool:
        """Text only: no files, no pictures."""
        return source.hasText()

    def insertFromMimeData(self, source: QMimeData) -> None:
        """Paste or drop text, made clean."""
        if source.hasText() and not self.isReadOnly():
            self.textCursor().insertText(clean(source.text()))
            self.ensureCursorVisible()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """A menu without undo, which is not Qt's to do here."""
        menu = Menu(self._theme, tr("Text"), self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        selected, writable = self.textCursor().hasSelection(), not self.isReadOnly()
        menu.add(tr("Cut"), self.cut, "scissors", tr("Ctrl X"), possible=selected and writable)
        menu.add(tr("Copy"), self.copy, "copy", tr("Ctrl C"), possible=selected)
        pasteable = writable and bool(QGuiApplication.clipboard().text())
        menu.add(tr("Paste"), self.paste, "clipboard", tr("Ctrl V"), possible=pasteable)
        menu.add(tr("Select all"), self.selectAll, "", tr("Ctrl A"))
        menu.popup_at(event.globalPos())

    def _caret(self) -> None:
        if not self._quiet and self.hasFocus():
            self.caret_moved.emit()

    def _restyle(self) -> None:
        self.setFont(self._theme.font(self._style))
        self._lines.set_line(self._theme.line(self._style), self._theme.letters(self._style).height(), self._gap)
        self.document().markContentsDirty(0, self.document().characterCount())
        self.fit()
