"""The order between the two files: no text edit is saved before the revision that it stands on (SYNC 3.3)."""

from collections import deque
from collections.abc import Callable

from app.model.change import Change, decode_change
from app.sync.events import Append, WriteCache
from app.sync.storage import AnyRecord, Made, Sent

TextKey = tuple[str, str]


class SaveOrder:
    """Holds an Append back until the cache has written the texts that its edits stand on.

    Were the program killed between the two files, a text edit on a revision that the cache does not have could not be
    shown, and what is typed next would not stand on it. On a quiet line nothing is held; Appends stay in their order.
    """

    def __init__(self, append: Callable[[Append], None]) -> None:
        self._append = append
        self._writing: dict[TextKey, int] = {}
        self._held: deque[tuple[Append, int]] = deque()
        self._open = False

    def writing(self, wish: WriteCache) -> None:
        """The cache is to write this; said before the Appends of the same step."""
        for key in wish.batch.texts:
            self._writing[key] = wish.token

    def append(self, wish: Append) -> None:
        """Make it durable, as soon as it may be."""
        after = 0
        if self._writing and not self._open:
            after = max((self._writing.get(key, 0) for key in map(_text_of, wish.records) if key), default=0)
        self._held.append((wish, after))
        self._release()

    def written(self, token: int) -> None:
        """The cache has written this and all before it."""
        self._open = False
        self._writing = {key: last for key, last in self._writing.items() if last > token}
        self._held = deque((wish, after if after > token else 0) for wish, after in self._held)
        self._release()

    def stop_waiting(self) -> None:
        """The cache cannot be written for now; the queue must not wait for it."""
        self._open = True
        self._held = deque((wish, 0) for wish, _ in self._held)
        self._release()

    def _release(self) -> None:
        while self._held and self._held[0][1] == 0:
            self._append(self._held.popleft()[0])


def _text_of(record: AnyRecord) -> TextKey | None:
    if not isinstance(record, Made | Sent) or not record.change:
        return None
    change: Change = decode_change(record.change)
    return (change.items[0], change.field) if change.verb == "edit" else None
