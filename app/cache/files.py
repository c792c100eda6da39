"""Files that only their owner may read, written so that a crash leaves the old or the new content."""

import os
from collections.abc import Callable
from pathlib import Path

FILE_MODE = 0o600
FOLDER_MODE = 0o700
_NOFOLLOW = getattr(os, "O_NOFOLLOW", 0)  # Windows has neither the flag nor the attack


def make_private_folder(folder: Path, only_if: Callable[[Path], bool]) -> None:
    """Makes `folder`, and what is missing above it, for its owner alone, whatever the umask.

    A folder that was there is made private when `only_if` says so. Raises OSError.
    """
    new = not folder.exists()
    folder.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
    if folder.stat().st_mode & 0o777 != FOLDER_MODE and (new or only_if(folder)):
        folder.chmod(FOLDER_MODE)


def make_private_file(path: Path) -> None:
    """Makes sure that `path` is a file of mode 0600, and no link to somewhere else. Raises OSError."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | _NOFOLLOW, FILE_MODE)
    try:
        _restrict(path, descriptor)
    finally:
        os.close(descriptor)


def write_private_file(path: Path, content: bytes) -> None:
    """Replaces the content of `path` durably: after a crash it is the old or the new one. Raises OSError."""
    beside = path.with_name(path.name + ".part")
    beside.unlink(missing_ok=True)  # of a run that was killed, or a link that somebody laid
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _NOFOLLOW, FILE_MODE)
    with os.fdopen(descriptor, "wb") as file:
        _restrict(beside, descriptor)
        file.write(content)
        file.flush()
        os.fsync(descriptor)
    os.replace(beside, path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Makes the names in `folder` durable, where the system can do that."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _restrict(path: Path, descriptor: int) -> None:
    if os.fstat(descriptor).st_mode & 0o777 != FILE_MODE:
        path.chmod(FILE_MODE)
