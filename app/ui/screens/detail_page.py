"""The scrolling part of a task's detail: title, properties, description, comments, one below the other."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QObject, QRect, Qt, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from app.ui.screens.comments import CommentsSection
from app.ui.screens.detail_fields import Properties, TitleField
from app.ui.screens.detail_header import Notice, SyncMark
from app.ui.screens.detail_parts import Bars, SavedMark
from app.ui.session import Session
from app.ui.strings import tr
from app.ui.theme.theme import Theme
from app.ui.widgets.button import Button
from app.ui.widgets.card import Line
from app.ui.widgets.label import Label
from app.ui.widgets.text_editor import TextEditor

EDGE_PX: Final = 20
BAR_PX: Final = 10
DESCRIPTION_SHARE: Final = 0.62
"""Of the page's height that a long description may take before it scrolls by itself."""
DESCRIPTION_LINES_LEAST: Final = 2
CARET_MARGIN_PX: Final = 24
PARAGRAPH_PX: Final = 8
END_PX: Final = 8


class DetailPage(QScrollArea):
    """Scrolls as a whole. What is read stays where it is when the description above it grows by another's hand."""

    def __init__(self, theme: Theme, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.content = QWidget(self)
        self.content.setProperty("clear", True)
        self.notice = Notice(theme, self.content)
        self.title = TitleField(theme, self.content)
        self.title_notice = Notice(theme, self.content)
        self.properties = Properties(theme, self.content)
        self.heading = Label(theme, tr("Description"), "small-strong", "text2", parent=self.content)
        self.saved = SavedMark(theme, self.content)
        self.sent = SyncMark(theme, self.content)
        self.loading = Bars(theme, parent=self.content)
        self.description = TextEditor(theme, "description", tr("Description"), parent=self.content, gap=PARAGRAPH_PX)
        self.description.setPlaceholderText(tr("Add a description…"))
        self.made = Label(theme, "", "small", "text3", wrap=True, parent=self.content)
        self.comments = CommentsSection(theme, session, self.content)
        self._unseen = 0
        self._more = Button(theme, "", "primary", icon="arrow-down", parent=self)
        self._more.clicked.connect(self.to_end)
        self._more.hide()
        self._lay_out()
        self.setWidget(self.content)
        self.description.caret_moved.connect(self._show_caret)
        self.description.installEventFilter(self)
        self.comments.shown_at.connect(self._show_comment)
        self.verticalScrollBar().setSingleStep(32)
        self.verticalScrollBar().valueChanged.connect(self._scrolled)
        self.verticalScrollBar().rangeChanged.connect(self._bar)
        theme.changed.connect(self._bounds)

    # -- scrolling -----------------------------------------------------------------------------------------------------

    @property
    def at_end(self) -> bool:
        """Whether the last comment is in sight (a page that fits is)."""
        bar = self.verticalScrollBar()
        return bar.value() >= bar.maximum() - END_PX

    def to_top(self) -> None:
        """Show the beginning."""
        self._unseen = 0
        self._more.hide()
        self.verticalScrollBar().setValue(0)

    def to_end(self) -> None:
        """Show the end, once the page has its new height."""
        layout = self.content.layout()
        if layout is not None:
            layout.activate()
        self.content.resize(self.content.width(), self.content.minimumSizeHint().height())
        self.verticalScrollBar().setValue(self.verticalScrollBar().maximum())

    def news(self, count: int) -> None:
        """So many comments of others came: followed from the end, else only said, without any movement."""
        if self.at_end and self.verticalScrollBar().maximum() > 0 and not self._unseen:
            QTimer.singleShot(0, self, self.to_end)
            return
        self._unseen += count
        self._more.set_words(tr("{n} new comment|{n} new comments", n=self._unseen))
        QTimer.singleShot(0, self, self._place_more)

    def _place_more(self) -> None:
        if self.at_end:
            self._unseen = 0
        self._more.setVisible(bool(self._unseen))
        self._more.adjustSize()
        view = self.viewport()
        self._more.move((view.width() - self._more.width()) // 2, view.height() - self._more.height() - 8)
        self._more.raise_()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The description changed its height above what is read: go along with it."""
        if event.type() == QEvent.Type.Resize and isinstance(event, QResizeEvent):
            grown = event.size().height() - event.oldSize().height()
            bottom = self.description.y() + event.oldSize().height()
            bar = self.verticalScrollBar()
            if grown and event.oldSize().height() > 0 and bottom < bar.value():
                bar.setRange(bar.minimum(), max(bar.maximum(), bar.value() + grown))
                bar.setValue(bar.value() + grown)
        return False

    def _scrolled(self) -> None:
        if self._unseen and self.at_end:
            self._place_more()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """A long description may take a share of the height."""
        super().resizeEvent(event)
        self._bounds()
        self._place_more()

    def _bounds(self) -> None:
        line = self._theme.line("description")
        lines = max(6, int(self.viewport().height() * DESCRIPTION_SHARE) // line)
        self.description.set_range(DESCRIPTION_LINES_LEAST * line, lines * line)

    def _bar(self, _least: int, most: int) -> None:
        """The scroll bar stands in the margin, so nothing is wrapped anew when it comes or goes."""
        layout = self.content.layout()
        if layout is None:
            return
        right = EDGE_PX - BAR_PX if most > 0 else EDGE_PX
        mirrored = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        margins = (right, 0, EDGE_PX, EDGE_PX) if mirrored else (EDGE_PX, 0, right, EDGE_PX)
        layout.setContentsMargins(*margins)

    def _show_caret(self) -> None:
        box = self.description.cursorRect().translated(self.description.viewport().pos() + self.description.pos())
        self._show_box(box.adjusted(0, -CARET_MARGIN_PX, 0, CARET_MARGIN_PX))

    def _show_comment(self, box: QRect) -> None:
        self._show_box(box.translated(self.comments.pos()))

    def _show_box(self, box: QRect) -> None:
        bar = self.verticalScrollBar()
        if box.bottom() > bar.value() + self.viewport().height():
            bar.setValue(box.bottom() - self.viewport().height())
        if box.top() < bar.value():
            bar.setValue(max(0, box.top()))

    # -- laying out ----------------------------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self.heading)
        head.addWidget(self.sent)
        head.addStretch(1)
        head.addWidget(self.saved)
        column = QVBoxLayout(self.content)
        column.setContentsMargins(EDGE_PX, 0, EDGE_PX, EDGE_PX)
        column.setSpacing(0)
        column.addWidget(self.notice)
        column.addSpacing(2)
        column.addWidget(self.title)
        column.addWidget(self.title_notice)
        column.addSpacing(8)
        column.addWidget(self.properties)
        column.addSpacing(8)
        column.addWidget(Line(parent=self.content))
        column.addSpacing(10)
        column.addLayout(head)
        column.addSpacing(8)
        column.addWidget(self.loading)
        column.addWidget(self.description)
        column.addSpacing(12)
        column.addWidget(self.made)
        column.addSpacing(8)
        column.addWidget(self.comments)
        column.addStretch(1)
