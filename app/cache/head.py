"""outbox.head: how far the journal reached, so that a journal that lost its end is noticed."""

import hashlib
import os
import struct
from dataclasses import dataclass
from pathlib import Path

from app.cache.database import storage_errors
from app.cache.files import make_private_file, sync_folder

_MAGIC = b"etalhead"
_FORM = struct.Struct(">8sQQQQ32s")  # magic, generation, rows, highest, waiting, chain
_DIGEST_BYTES = 32
SLOT_BYTES = 4096
"""Each slot lies in a page of its own: a write that is torn spoils one and leaves the other."""
_SLOTS = 2
_sync = getattr(os, "fdatasync", os.fsync)


@dataclass(frozen=True)
class Head:
    """The journal's end: id and hash of its last row, the highest change number ever used, unsettled changes."""

    rows: int
    chain: bytes
    highest: int
    waiting: int


class HeadFile:
    """Two checked slots written in turn, in place: a third of the cost of a new file and a rename."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor = -1
        self._generation = 0

    def read(self) -> Head | None:
        """The last end that was written whole, or None. Raises StorageFailed."""
        with storage_errors():
            if not self._path.exists():
                return None
            self._open()
            found = [slot for slot in map(self._read_slot, range(_SLOTS)) if slot is not None]
        if not found:
            return None
        self._generation, head = max(found, key=lambda slot: slot[0])
        return head

    def write(self, head: Head) -> None:
        """Durable when it returns. Raises StorageFull or StorageFailed."""
        generation = self._generation + 1
        content = _FORM.pack(_MAGIC, generation, head.rows, head.highest, head.waiting, head.chain)
        with storage_errors():
            self._open()
            os.lseek(self._descriptor, generation % _SLOTS * SLOT_BYTES, os.SEEK_SET)
            os.write(self._descriptor, content + hashlib.sha256(content).digest())
            _sync(self._descriptor)
        self._generation = generation

    def close(self) -> None:
        """Closes the file; a second time does nothing."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def _open(self) -> None:
        if self._descriptor >= 0:
            return
        make_private_file(self._path)
        self._descriptor = os.open(self._path, os.O_RDWR | getattr(os, "O_BINARY", 0))
        if os.fstat(self._descriptor).st_size < _SLOTS * SLOT_BYTES:
            os.ftruncate(self._descriptor, 0)
            os.write(self._descriptor, bytes(_SLOTS * SLOT_BYTES))  # written, not a hole: later writes need no space
            os.fsync(self._descriptor)
            sync_folder(self._path.parent)

    def _read_slot(self, slot: int) -> tuple[int, Head] | None:
        os.lseek(self._descriptor, slot * SLOT_BYTES, os.SEEK_SET)
        content = os.read(self._descriptor, _FORM.size + _DIGEST_BYTES)
        body, digest = content[: _FORM.size], content[_FORM.size :]
        if not body.startswith(_MAGIC) or hashlib.sha256(body).digest() != digest:
            return None
        _, generation, rows, highest, waiting, chain = _FORM.unpack(body)
        return generation, Head(rows, chain, highest, waiting)
