"""A text that several people edit at once: what is typed as operations, what others did without moving the caret."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QInputMethodEvent, QTextCursor
from PySide6.QtWidgets import QWidget

from app.text import Op, apply, compose, transform_pair
from app.ui.theme.theme import Theme
from app.ui.widgets.text_editor_base import WHOLE, PlainEditor
from app.ui.widgets.text_editor_units import (
    Window,
    carried,
    clean,
    in_units,
    is_clean,
    to_points,
    units,
    window_operation,
)


class TextEditor(PlainEditor):
    """Holds a text as it is known outside (`base`) and what its person did to it since (`local_operation`).

    `edited` when its person changed something. `composed` when an input method has finished a word.
    """

    edited = Signal()
    composed = Signal()

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
        super().__init__(theme, style, name, least, most, parent, gap)
        self.base = ""
        self.composing = False
        self._local: Op = []
        self._known = ""  # base with _local: the document as it was when it was last read
        self._window: Window | None = None
        self.document().contentsChange.connect(self._note)

    # -- from outside --------------------------------------------------------------------------------------------------

    def open_text(self, text: str) -> None:
        """Show another text; nothing of the one before it is kept. The caret stands at its start."""
        self.composing = False
        self._quiet = True
        self.setPlainText(text)
        self._quiet = False
        self.base = self._known = text
        self._local, self._window = [], None
        self.fit()

    def take_remote(self, op: Op) -> None:
        """Another's operation on `base`: caret, selection and scroll stay at the letters they are at.

        Raises TextOperationError when it does not fit.
        """
        mine = self.local_operation()
        base = apply(self.base, op)
        self._local, moved = transform_pair(mine, op, "right")
        self._put(moved)
        self.base = base
        self._known = apply(self._known, moved)

    def rebase(self, text: str) -> None:
        """What is in the field stays; it is measured against another text from now on."""
        shown = self._read()
        self.base = self._known = text
        self._local = []
        self._window = Window(0, units(text), units(shown))

    def restore(self, op: Op) -> None:
        """Do an operation as if its person had just done it; nothing was done since `base`."""
        self._put(op)
        self._local = op
        self._known = apply(self._known, op)

    # -- to outside ----------------------------------------------------------------------------------------------------

    def local_operation(self) -> Op:
        """What was done here since `base`; empty when nothing was."""
        if self._window is not None:
            shown = self._read()
            op = window_operation(self._known, shown, self._window)
            self._window = None
            self._local = compose(self._local, op) if self._local else op
            self._known = shown
        return self._local

    def advance(self) -> None:
        """What was done here is known outside now."""
        self.local_operation()
        self.base, self._local = self._known, []

    def caret(self) -> tuple[int, int]:
        """Anchor and head in code points."""
        cursor, text = self.textCursor(), self.text()
        return to_points(text, cursor.anchor()), to_points(text, cursor.position())

    # -- inside --------------------------------------------------------------------------------------------------------

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        """Know whether a word is being composed."""
        was, self.composing = self.composing, bool(event.preeditString())
        super().inputMethodEvent(event)
        if was and not self.composing:
            self.composed.emit()

    def _note(self, place: int, removed: int, added: int) -> None:
        if self._quiet:
            return
        if self._window is None:
            self._window = Window(place, removed, added)
        else:
            self._window.widen(place, removed, added)
        self.edited.emit()

    def _read(self) -> str:
        """The document's text; what may not be kept (an input method can bring it) is taken out of it first."""
        shown = self.text()
        if not is_clean(shown):
            wanted = clean(shown)
            self._put(window_operation(shown, wanted, Window(0, units(shown), units(wanted))), shown)
            shown = wanted
            self._window = Window(0, units(self._known), units(shown))
        return shown

    def _put(self, op: Op, text: str | None = None) -> None:
        """Carry an operation out on the document, which holds `text` (by default what is known of it)."""
        steps = in_units(op, self._known if text is None else text)
        caret, top = self.textCursor(), self._top()
        anchor, head = carried(caret.anchor(), steps), carried(caret.position(), steps)
        self._quiet = True
        cursor = QTextCursor(self.document())
        cursor.beginEditBlock()
        at = 0
        for step in steps:
            if step.skip:
                at += step.skip
            elif step.delete:
                cursor.setPosition(at)
                cursor.setPosition(at + step.delete, QTextCursor.MoveMode.KeepAnchor)
                cursor.removeSelectedText()
            else:
                cursor.setPosition(at)
                cursor.insertText(step.insert)
                at += units(step.insert)
        cursor.endEditBlock()
        caret = self.textCursor()
        if (caret.anchor(), caret.position()) != (anchor, head):
            caret.setPosition(anchor)
            caret.setPosition(head, QTextCursor.MoveMode.KeepAnchor)
            self.setTextCursor(caret)
        self._scroll_to(carried(top, steps))
        self._quiet = False

    def _top(self) -> int:
        """The first place that can be seen, in units."""
        block = self.firstVisibleBlock()
        if not block.isValid() or not self.verticalScrollBar().value():
            return 0
        line = self.verticalScrollBar().value() - block.firstLineNumber()
        layout = block.layout()
        start = layout.lineAt(line).textStart() if 0 < line < layout.lineCount() else 0
        return block.position() + start

    def _scroll_to(self, place: int) -> None:
        block = self.document().findBlock(place)
        line = block.layout().lineForTextPosition(place - block.position())
        value = block.firstLineNumber() + (line.lineNumber() if line.isValid() else 0)
        if self.verticalScrollBar().value() != value:
            self.verticalScrollBar().setValue(value)
