"""A profile: the folder of one account on one server, its lock and its settings."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any

import filelock
import msgspec

from app.cache.files import make_private_folder, write_private_file
from app.model.change import Refusal

PROFILE_FORMAT = 1
_SETTINGS = "profile.json"
_LOCK = "lock"


class Settings(msgspec.Struct, frozen=True):
    """What a profile remembers beside its two databases.

    `server` is the address as `wss://host:port`, `pins` are SHA-256 of its key in hex. `clock_offset` is the server's
    time less this computer's, in seconds, as last measured. `secret` names the profile in the system keyring, so that
    a copied folder still finds its key; `key_in_keyring` says that the key was put there.
    """

    format: int = PROFILE_FORMAT
    server: str = ""
    pins: tuple[str, ...] = ()
    user: str = ""
    device: str = ""
    workspace: str = ""
    workspace_name: str = ""
    clock_offset: float = 0.0
    secret: str = ""
    key_in_keyring: bool = False


class Profile:
    """A profile in use by this process alone, until `close` or the end of the process.

    Makes the folder when there is none: mode 0700, files 0600, whatever the umask. Blocks on files.
    Raises Refusal: `profile_in_use`, `version` (made by a newer program; left alone) or `storage` (the folder cannot
    be written, or the settings cannot be read).
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with _said(folder):
            make_private_folder(folder, only_if=_is_ours)
            self._lock = filelock.FileLock(folder / _LOCK, timeout=0, mode=0o600, thread_local=False)
            try:
                self._lock.acquire()
            except filelock.Timeout as error:
                raise Refusal("profile_in_use", "Another Et'al is using this profile.") from error
        try:
            self._stored = self._read()
            self.settings = self._settings()
        except BaseException:
            self.close()
            raise

    @property
    def cache_path(self) -> Path:
        """The disposable copy of what the server said."""
        return self.folder / "cache.db"

    @property
    def outbox_path(self) -> Path:
        """The journal of unsent changes; `outbox.head` belongs to it."""
        return self.folder / "outbox.db"

    @property
    def key_path(self) -> Path:
        """The key of both, where there is no keyring."""
        return self.folder / "key"

    def save(self, settings: Settings) -> None:
        """Replaces the settings durably; fields that only a newer program knows stay. Raises Refusal `storage`."""
        stored = self._stored | msgspec.to_builtins(settings)
        with _said(self.folder):
            write_private_file(self.folder / _SETTINGS, msgspec.json.format(msgspec.json.encode(stored)))
        self._stored, self.settings = stored, settings

    def close(self) -> None:
        """Lets another process have the profile; a second time does nothing."""
        self._lock.release(force=True)

    def __enter__(self) -> "Profile":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _read(self) -> dict[str, Any]:
        path = self.folder / _SETTINGS
        with _said(self.folder):
            if not path.exists():
                return {}
            content = path.read_bytes()
        try:
            return msgspec.json.decode(content, type=dict[str, Any])
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            raise self._unreadable() from error

    def _settings(self) -> Settings:
        found = self._stored.get("format", PROFILE_FORMAT)
        if isinstance(found, int) and found > PROFILE_FORMAT:
            raise Refusal("version", "This profile was used by a newer version of Et'al. It is left as it is.")
        try:
            return msgspec.convert(self._stored, Settings)
        except msgspec.MsgspecError as error:
            raise self._unreadable() from error

    def _unreadable(self) -> Refusal:
        return Refusal("storage", f"The settings of the profile {self.folder} can't be read.")


def _is_ours(folder: Path) -> bool:
    """Whether a folder is a profile's or empty. One with other things in it keeps the mode that its owner chose."""
    return (folder / _SETTINGS).exists() or not any(folder.iterdir())


@contextmanager
def _said(folder: Path) -> Iterator[None]:
    """Says what the system says about files in a sentence."""
    try:
        yield
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise Refusal("disk_full", "The disk is full.") from error
        if error.errno in (errno.EEXIST, errno.ENOTDIR):
            raise Refusal("storage", f"{folder} is not a folder.") from error
        reason = error.strerror or "error"
        raise Refusal("storage", f"The folder {folder} can't be written ({reason.lower()}).") from error
