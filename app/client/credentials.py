"""The two secrets of a profile: the session's token and the key of its files."""

import asyncio
import contextlib
import errno
import secrets
import threading
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol, TypeVar

import msgspec

from app.cache.database import KEY_BYTES
from app.cache.files import FILE_MODE, write_private_file
from app.client.profile import Profile
from app.model.change import Refusal

KEYRING_WAIT_S = 30.0
"""How long the keyring may take, a person's answer to its question included."""
SERVICE = "Et'al"
TOKEN_BYTES_MAX = 4096
KEY_IN_FILE = (
    "The key of the local copy is in a file that only you can read: whoever can read this disk can read the copy."
)
TOKEN_IN_MEMORY = (
    "There is no system keyring: you stay signed in until this program ends."
    " With --token-file, a file that only you can read keeps you signed in."
)
KEYRING_SILENT = (
    "The key of this profile is in the system keyring, which does not give it. Unlock the keyring, then start again."
)
KEYRING_NOT_ASKED = (
    "The key of this profile is in the system keyring, which is not asked with --token-file. Start without it."
)

_Found = TypeVar("_Found")


class KeyringUnavailable(Exception):
    """There is no keyring, it is locked, or it did not answer in time."""


class TokenPlace(Protocol):
    """Where the token is kept."""

    async def read(self) -> str | None: ...

    async def write(self, token: str | None) -> None: ...


class Credentials:
    """The secrets of an open profile.

    `key` has KEY_BYTES bytes; `notes` are sentences to be said once on standard error; `token` is None while signed
    out.
    """

    def __init__(self, key: bytes, token: str | None, place: TokenPlace, notes: list[str]) -> None:
        self.key = key
        self.token = token
        self.notes = notes
        self._place = place

    async def store_token(self, token: str) -> None:
        """Keeps a new token. Raises Refusal `storage` or `disk_full` when its file cannot be written.

        It is in memory in any case; where the keyring does not take it, only there, and `notes` says so.
        """
        self.token = token
        try:
            await self._place.write(token)
        except KeyringUnavailable:
            if TOKEN_IN_MEMORY not in self.notes:
                self.notes.append(TOKEN_IN_MEMORY)

    async def clear_token(self) -> None:
        """Signs out: the token is nowhere any more. Raises Refusal `storage`."""
        self.token = None
        try:
            await self._place.write(None)
        except KeyringUnavailable as error:
            raise Refusal("storage", "The system keyring did not remove the sign-in.") from error


async def open_credentials(
    profile: Profile, token_file: Path | None = None, wait_s: float = KEYRING_WAIT_S
) -> Credentials:
    """Finds the secrets of `profile`, and makes its key when it is new.

    With `token_file` the keyring is not asked at all. Raises Refusal `storage` when the key is in a keyring that does
    not give it: a new one would make the unsent changes unreadable.
    """
    if token_file is not None:
        if profile.settings.key_in_keyring and not profile.key_path.exists():
            raise Refusal("storage", KEYRING_NOT_ASKED)
        key = await asyncio.to_thread(_key_in_file, profile.key_path)
        place: TokenPlace = TokenFile(token_file)
        return Credentials(key, await place.read(), place, [KEY_IN_FILE])
    notes: list[str] = []
    ring = await _ring_of(profile, wait_s)
    found = await _key_in_ring(profile, ring)
    if found is None:
        found = await asyncio.to_thread(_key_in_file, profile.key_path)
        notes.append(KEY_IN_FILE)
    try:
        token = await ring.read()
    except KeyringUnavailable:
        notes.append(TOKEN_IN_MEMORY)
        return Credentials(found, None, TokenInMemory(), notes)
    return Credentials(found, token, ring, notes)


async def _ring_of(profile: Profile, wait_s: float) -> "TokenInKeyring":
    if not profile.settings.secret:
        named = msgspec.structs.replace(profile.settings, secret=str(uuid.uuid4()))
        await asyncio.to_thread(profile.save, named)
    return TokenInKeyring(profile.settings.secret, wait_s)


async def _key_in_ring(profile: Profile, ring: "TokenInKeyring") -> bytes | None:
    """The key in the keyring, put there for a new profile; None when it belongs in the file."""
    if await asyncio.to_thread(profile.key_path.exists):
        return None
    if profile.settings.key_in_keyring:
        try:
            kept = await ring.get("key")
        except KeyringUnavailable as error:
            raise Refusal("storage", KEYRING_SILENT) from error
        if kept is None:
            raise Refusal("storage", KEYRING_SILENT)
        return _key_from(kept)
    key = secrets.token_bytes(KEY_BYTES)
    try:
        await ring.put("key", key.hex())
    except KeyringUnavailable:
        return None
    await asyncio.to_thread(profile.save, msgspec.structs.replace(profile.settings, key_in_keyring=True))
    return key


def _key_in_file(path: Path) -> bytes:
    with _said(path):
        if path.exists():
            _make_private(path)
            return _key_from(path.read_text("ascii", "replace"))
        key = secrets.token_bytes(KEY_BYTES)
        write_private_file(path, key.hex().encode())
        return key


def _key_from(text: str) -> bytes:
    try:
        key = bytes.fromhex(text.strip())
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise Refusal("storage", "The key of this profile is damaged: its files can't be opened.")
    return key


class TokenInMemory:
    """Keeps nothing: the credentials hold the token, and it ends with the process."""

    async def read(self) -> str | None:
        return None

    async def write(self, token: str | None) -> None:
        return


class TokenFile:
    """The token in a file of mode 0600 that a person named."""

    def __init__(self, path: Path) -> None:
        self._path = path

    async def read(self) -> str | None:
        return await asyncio.to_thread(self._read)

    async def write(self, token: str | None) -> None:
        await asyncio.to_thread(self._write, token)

    def _read(self) -> str | None:
        with _said(self._path):
            if not self._path.exists():
                return None
            _make_private(self._path)
            with self._path.open("rb") as file:
                content = file.read(TOKEN_BYTES_MAX)
        return content.decode("ascii", "replace").strip() or None

    def _write(self, token: str | None) -> None:
        with _said(self._path):
            if token is None:
                self._path.unlink(missing_ok=True)
            else:
                write_private_file(self._path, token.encode())


class TokenInKeyring:
    """The token in the system keyring; every call runs on a thread of its own, for a keyring may ask a person.

    The thread is a daemon: a question that nobody answers must not hold up the end of the program.
    """

    def __init__(self, name: str, wait_s: float) -> None:
        self._name = name
        self._wait_s = wait_s

    async def read(self) -> str | None:
        """The token, or None. Raises KeyringUnavailable."""
        return await self.get("token")

    async def write(self, token: str | None) -> None:
        """Keeps or removes the token. Raises KeyringUnavailable."""
        if token is None:
            await self._ask(lambda: _remove(f"{self._name} token"))
        else:
            await self.put("token", token)

    async def get(self, what: str) -> str | None:
        """A secret of this profile, or None. Raises KeyringUnavailable."""
        return await self._ask(lambda: _get(f"{self._name} {what}"))

    async def put(self, what: str, secret: str) -> None:
        """Keeps a secret and reads it back: a null keyring takes everything and gives nothing.

        Raises KeyringUnavailable.
        """
        if await self._ask(lambda: _put(f"{self._name} {what}", secret)) != secret:
            raise KeyringUnavailable

    async def _ask(self, question: Callable[[], _Found]) -> _Found:
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[_Found] = loop.create_future()

        def tell(call: Callable[[], None]) -> None:
            with contextlib.suppress(RuntimeError):  # the loop has ended meanwhile: nobody waits
                loop.call_soon_threadsafe(lambda: None if answer.done() else call())

        def run() -> None:
            try:
                found = question()
            except KeyringUnavailable as error:
                unavailable = error
                tell(lambda: answer.set_exception(unavailable))
            else:
                tell(lambda: answer.set_result(found))

        threading.Thread(target=run, name="keyring", daemon=True).start()
        try:
            return await asyncio.wait_for(answer, self._wait_s)
        except TimeoutError as error:
            raise KeyringUnavailable from error


def _get(name: str) -> str | None:
    with _keyring_errors():
        import keyring
        from keyring.backends import null

        if isinstance(keyring.get_keyring(), null.Keyring):  # it gives nothing and says nothing
            raise KeyringUnavailable
        return keyring.get_password(SERVICE, name)


def _put(name: str, secret: str) -> str | None:
    with _keyring_errors():
        import keyring

        keyring.set_password(SERVICE, name, secret)
        return keyring.get_password(SERVICE, name)


def _remove(name: str) -> None:
    with _keyring_errors():
        import keyring

        if keyring.get_password(SERVICE, name) is not None:
            keyring.delete_password(SERVICE, name)


@contextlib.contextmanager
def _keyring_errors() -> Iterator[None]:
    try:
        from keyring.errors import KeyringError
    except ImportError as error:
        raise KeyringUnavailable(str(error)) from error
    try:
        yield
    except (KeyringError, OSError, RuntimeError) as error:  # a bus that is gone shows as the last two
        raise KeyringUnavailable(str(error)) from error


def _make_private(path: Path) -> None:
    if path.stat().st_mode & 0o077:
        path.chmod(FILE_MODE)


@contextlib.contextmanager
def _said(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        code = "disk_full" if error.errno == errno.ENOSPC else "storage"
        reason = (error.strerror or "error").lower()
        raise Refusal(code, f"{path} can't be read or written ({reason}).") from error
