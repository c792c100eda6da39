"""Texts that could not be saved (a full disk): kept while the program runs, and tried again."""

from __future__ import annotations

from app.model.change import Refusal
from app.text import Op, TextOperationError, apply, difference, transform
from app.ui.session import Session

Key = tuple[str, str]


class UnsavedTexts:
    """By item and field: the text that was known outside, and what its person made of it."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._texts: dict[Key, tuple[str, str]] = {}

    def __len__(self) -> int:
        return len(self._texts)

    def keep(self, key: Key, base: str, text: str) -> None:
        """Keep a text that its editor gives up."""
        self._texts[key] = (base, text)

    def keep_operation(self, key: Key, op: Op) -> None:
        """Keep an operation that was taken back after its editor was closed."""
        now = self._session.text(*key) or ""
        base, text = self._texts.get(key, (now, now))
        try:
            self._texts[key] = (base, apply(text, op))
        except TextOperationError:
            # Another changed the same letters in between; what was typed is put at the end rather than lost.
            typed = "".join(part for part in op if isinstance(part, str))
            self._texts[key] = (base, text + typed)

    def take(self, key: Key, now: str) -> Op:
        """What is not saved of a text, on the text as it is `now`; it is not kept any longer."""
        base, text = self._texts.pop(key, (now, now))
        mine, theirs = difference(base, text), difference(base, now)
        return transform(mine, theirs, "right") if theirs else mine

    def retry(self) -> None:
        """Try to save all of them again; those that fail stay."""
        for key in list(self._texts):
            now = self._session.text(*key)
            if now is None:
                self._session.want("text", *key)
                continue
            kept = self._texts[key]
            op = self.take(key, now)
            if op:
                self._save(key, op, kept)

    def _save(self, key: Key, op: Op, kept: tuple[str, str]) -> None:
        try:
            future = self._session.client.edit_now("edit", "task", [key[0]], name=key[1], op=op)
        except Refusal:
            self._texts[key] = kept
            return
        if future.done() and future.exception() is not None:
            self._texts[key] = kept
            return
        future.add_done_callback(lambda done: self._landed(key, op, done.cancelled() or done.exception() is not None))

    def _landed(self, key: Key, op: Op, failed: bool) -> None:
        if failed:
            self.keep_operation(key, op)
