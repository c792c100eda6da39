"""One editor bound to one text of one item for as long as it is shown, never to another."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Any, Final, Literal

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QGuiApplication

from app.model.change import Refusal
from app.text import Op, TextOperationError, difference
from app.ui.models.detail_unsaved import UnsavedTexts
from app.ui.session import Session
from app.ui.widgets.text_editor import TextEditor

FLUSH_MS: Final = 80
"""What is typed within this time becomes one change."""
COMPOSING_MS: Final = 2000
"""How long others' letters wait for a word that is being composed."""
SAVING_AFTER_MS: Final = 400
"""A save that takes longer is shown; the usual one is over in a few ms."""
RETRY_MS: Final = 10_000
STORAGE: Final = ("storage", "storage_full")

TextState = Literal["loading", "saved", "saving", "failed"]


class SharedText(QObject):
    """Brings what is typed to the session, and what others type to the editor.

    `changed` when `state` or `reason` did; `loaded` once, when the text is in the editor.
    """

    changed = Signal()
    loaded = Signal()

    def __init__(
        self, session: Session, editor: TextEditor, item: str, name: str, unsaved: UnsavedTexts, parent: QObject
    ) -> None:
        super().__init__(parent)
        self.item = item
        self.name = name
        self.state: TextState = "loading"
        self.reason = ""
        self._session = session
        self._editor = editor
        self._unsaved = unsaved
        self._open = True
        self._held: list[Op] = []
        self._replaced: str | None = None
        self._lost = False
        self._flying: dict[asyncio.Future[dict[str, Any]], Op] = {}
        self._flush = self._timer(FLUSH_MS, self.flush)
        self._decide = self._timer(0, self._release)
        self._patience = self._timer(COMPOSING_MS, partial(self._release, True))
        self._slow = self._timer(SAVING_AFTER_MS, self._show)
        self._retry = self._timer(RETRY_MS, self.flush)
        editor.open_text("")
        editor.setReadOnly(True)
        editor.edited.connect(self._edited)
        editor.composed.connect(self._release)
        session.text_changed.connect(self._text_changed)
        session.text_replaced.connect(self._text_replaced)
        self._begin()

    # -- coming and going ----------------------------------------------------------------------------------------------

    def _begin(self) -> None:
        text = self._session.text(self.item, self.name)
        if text is None:
            self._session.want("text", self.item, self.name).add_done_callback(lambda _: self._arrived())
            return
        self._editor.open_text(text)
        kept = self._unsaved.take((self.item, self.name), text)
        if kept:
            self._editor.restore(kept)
            self._flush.start()
        self._editor.setReadOnly(False)
        self._set("saved")
        self.loaded.emit()

    def _arrived(self) -> None:
        if self._open and self.state == "loading" and self._session.text(self.item, self.name) is not None:
            self._begin()

    def close(self) -> None:
        """Save what was typed and let the editor go. What cannot be saved is kept and tried again."""
        if not self._open:
            return
        if self._editor.composing:
            QGuiApplication.inputMethod().commit()
        if self.state != "loading":
            self._release(True)
            self.flush()
            if self._editor.local_operation():
                self._unsaved.keep((self.item, self.name), self._editor.base, self._editor.text())
        self._open = False
        self._editor.edited.disconnect(self._edited)
        self._editor.composed.disconnect(self._release)
        self._session.text_changed.disconnect(self._text_changed)
        self._session.text_replaced.disconnect(self._text_replaced)
        for timer in (self._flush, self._decide, self._patience, self._slow, self._retry):
            timer.stop()

    @property
    def settled(self) -> bool:
        """Whether all that was typed is saved."""
        return self.state == "saved" and not self._flying and not self._editor.local_operation()

    # -- from here -----------------------------------------------------------------------------------------------------

    def flush(self) -> None:
        """Hand on what was typed, now."""
        self._flush.stop()
        if not self._open or self.state == "loading" or self._held or self._replaced is not None:
            return
        if not self._editor.local_operation():
            self._settle()
            return
        text = self._session.text(self.item, self.name)
        if text is None:
            self._session.want("text", self.item, self.name).add_done_callback(lambda _: self._flush.start())
            return
        if text != self._editor.base:
            self._take(difference(self._editor.base, text))
        op = self._editor.local_operation()
        if op:
            self._send(op)

    def _send(self, op: Op) -> None:
        try:
            future = self._session.client.edit_now("edit", "task", [self.item], name=self.name, op=op)
        except Refusal as refusal:
            self._fail(refusal)
            return
        if future.done() and not future.cancelled() and (error := future.exception()) is not None:
            self._fail(error)
            return
        self._editor.advance()
        self._flying[future] = op
        if not self._slow.isActive():
            self._slow.start()
        future.add_done_callback(self._landed)

    def _landed(self, future: asyncio.Future[dict[str, Any]]) -> None:
        op = self._flying.pop(future, None)
        if op is None:
            return
        error = None if future.cancelled() else future.exception()
        if error is None:
            if self._open:
                self._settle()
        elif not self._open:
            self._unsaved.keep_operation((self.item, self.name), op)
        else:
            self._lose(error)

    def _lose(self, error: BaseException) -> None:
        """An edit that was shown could not be saved: the text outside is without it, the field keeps it."""
        self._lost = True
        if self._replaced is None:
            self._replaced = self._session.text(self.item, self.name)
            self._held.clear()
        self._decide.start()
        self._fail(error)

    def _settle(self) -> None:
        if self._flying or self._replaced is not None or self._editor.local_operation():
            return
        self._slow.stop()
        self._retry.stop()
        self._set("saved")

    def _fail(self, error: BaseException) -> None:
        refusal = error if isinstance(error, Refusal) else Refusal("storage", str(error))
        if self.state != "failed":
            self._session.say(refusal.text, "circle-alert")
        self._set("failed", refusal.text)
        if refusal.code in STORAGE:
            self._retry.start()

    def _edited(self) -> None:
        if self.state != "loading" and not self._flush.isActive():
            self._flush.start()

    def _show(self) -> None:
        if self._flying and self.state == "saved":
            self._set("saving")

    def _set(self, state: TextState, reason: str = "") -> None:
        if (state, reason) != (self.state, self.reason):
            self.state, self.reason = state, reason
            self.changed.emit()

    # -- from others ---------------------------------------------------------------------------------------------------

    def _text_changed(self, item: str, name: str, op: Op, _by: str) -> None:
        if (item, name) != (self.item, self.name) or self.state == "loading":
            return
        if self._editor.composing or self._replaced is not None:
            self._hold(op)
        elif self._session.text(item, name) != self._editor.base:  # else it was read with one before it
            self._take(op)

    def _text_replaced(self, item: str, name: str) -> None:
        """Read it again: an edit was given up or refused, or everything was fetched anew."""
        text = self._session.text(item, name)
        if (item, name) != (self.item, self.name) or self.state == "loading" or text is None:
            return
        self._replaced = text
        self._held.clear()
        if self._flying or self._editor.composing:
            # It may be an edit of mine that could not be saved, which its future is about to say.
            self._patience.start()
            self._decide.start()
        else:
            self._release()

    def _hold(self, op: Op) -> None:
        self._held.append(op)
        if not self._patience.isActive():
            self._patience.start()

    def _release(self, now: bool = False) -> None:
        """Let what was held go into the editor, unless a word is still being composed (`now`: all the same)."""
        if self._editor.composing and not now:
            return
        self._patience.stop()
        for future in [one for one in self._flying if _has_failed(one)]:
            self._landed(future)
        self._decide.stop()
        replaced, self._replaced = self._replaced, None
        held, self._held = self._held, []
        lost, self._lost = self._lost, False
        if replaced is not None and lost:
            self._editor.rebase(replaced)
        elif replaced is not None and replaced != self._editor.base:
            self._take(difference(self._editor.base, replaced))
        for op in held:
            self._take(op)
        if not lost and self._editor.local_operation():
            self._flush.start()

    def _take(self, op: Op) -> None:
        try:
            self._editor.take_remote(op)
        except TextOperationError:
            text = self._session.text(self.item, self.name)
            if text is not None:
                self._editor.take_remote(difference(self._editor.base, text))

    def _timer(self, interval: int, act: Any) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(interval)
        timer.timeout.connect(act)
        return timer


def _has_failed(future: asyncio.Future[dict[str, Any]]) -> bool:
    return future.done() and not future.cancelled() and future.exception() is not None
