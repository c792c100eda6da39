"""Lines of a set height for a plain text editor, and words of any length wrapped without a stall."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QTextBlock, QTextDocument, QTextOption
from PySide6.QtWidgets import QPlainTextDocumentLayout

from app.ui.widgets.text_editor_units import has_long_word

LAID_OUT_MOST = 400
"""Lines measured to find how high a text is; beyond, it scrolls anyway."""


class LineLayout(QPlainTextDocumentLayout):
    """Lays a block out again when Qt has laid it out with the font's own line height.

    Qt gives the first line y = 0; here it stands a little lower, which tells the two apart.
    """

    def __init__(self, document: QTextDocument) -> None:
        super().__init__(document)
        self._line = 20
        self._shift = 1.0
        self._width = 1.0
        self._gap = 0
        self._mirrored = False

    def set_line(self, line: int, letters_height: float, gap: int = 0) -> None:
        """The height of a line in px, in which letters of a height are centred, and the gap between paragraphs."""
        self._line = line
        self._gap = gap
        self._shift = max(0.5, (line - letters_height) / 2)

    def set_width(self, width: float, mirrored: bool = False) -> None:
        """The width to wrap at, and whether lines begin at the right; the editor tells Qt the same by its own size."""
        self._width = max(1.0, width)
        self._mirrored = mirrored

    def blockBoundingRect(self, block: QTextBlock) -> QRectF:
        """The place of a paragraph: whole lines."""
        if not block.isValid() or not block.isVisible():
            return QRectF()
        layout = block.layout()
        if not layout.lineCount() or layout.lineAt(0).y() == 0.0:
            self._lay_out(block)
        bottom = self._gap if block.next().isValid() else self.document().documentMargin()
        return QRectF(0.0, 0.0, self._width, layout.lineCount() * self._line + bottom)

    def lines_height(self, most: int) -> int:
        """The height of all text in px, or `most` when it is higher."""
        height, block = 0.0, self.document().firstBlock()
        while block.isValid() and height < most:
            height += self.blockBoundingRect(block).height()
            block = block.next()
        return min(most, round(height))

    def _lay_out(self, block: QTextBlock) -> None:
        option = QTextOption(self.document().defaultTextOption())
        if not has_long_word(block.text()):
            option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        option.setTextDirection(Qt.LayoutDirection.LayoutDirectionAuto)
        option.setAlignment(Qt.AlignmentFlag.AlignRight if self._mirrored else Qt.AlignmentFlag.AlignLeft)
        margin = self.document().documentMargin()
        layout = block.layout()
        layout.setTextOption(option)
        layout.beginLayout()
        y, count = self._shift, 0
        while (line := layout.createLine()).isValid():
            line.setLineWidth(max(1.0, self._width - 2 * margin))
            line.setPosition(QPointF(margin, y))
            y += self._line
            count += 1
        layout.endLayout()
        block.setLineCount(count)
