"""Passwords: rules, hashing and checking, a few at a time and never on the loop."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import argon2
from argon2.profiles import RFC_9106_LOW_MEMORY

from app.model.change import Refusal
from app.protocol.limits import PASSWORD_BYTES_MAX, PASSWORD_CHARACTERS_MIN

AT_ONCE_MAX = 2
"""Each takes 64 MiB and about 0.1 s of a core."""
WAITING_MAX = 16
"""Beyond this a person is asked to try again, so that nobody waits longer than 2 s."""

R = TypeVar("R")


def check_rules(password: str, email: str) -> None:
    """Raises Refusal `bad_value` or `too_large` for a password that is not acceptable."""
    if len(password) < PASSWORD_CHARACTERS_MIN:
        raise Refusal("bad_value", f"A password has {PASSWORD_CHARACTERS_MIN} characters or more.")
    check_size(password)
    if password.casefold() == email.casefold():
        raise Refusal("bad_value", "The e-mail is no good password.")


def check_size(password: str) -> None:
    """Raises Refusal before anything is spent on a password that is too long, or is no text."""
    try:
        size = len(password.encode())
    except UnicodeEncodeError:
        raise Refusal("bad_value", "This password has characters that cannot be kept.") from None
    if size > PASSWORD_BYTES_MAX:
        raise Refusal("too_large", f"A password has at most {PASSWORD_BYTES_MAX} bytes.")


class Passwords:
    """argon2id with the low-memory parameters of RFC 9106, in threads of its own."""

    def __init__(self) -> None:
        self._hasher = argon2.PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY)
        self._threads = ThreadPoolExecutor(AT_ONCE_MAX, thread_name_prefix="password")
        self._waiting = 0
        self._nobodys = self._hasher.hash("nobody has this password")

    async def hash(self, password: str) -> str:
        """The hash to keep. Raises Refusal when too many wait."""
        return await self._work(lambda: self._hasher.hash(password))

    async def verify(self, password: str, hash_: str | None) -> bool:
        """Whether the password is that of the hash; without a hash it takes as long and is wrong."""
        wrong_anyway = hash_ is None
        against = self._nobodys if hash_ is None else hash_
        return await self._work(lambda: self._matches(against, password)) and not wrong_anyway

    def _matches(self, hash_: str, password: str) -> bool:
        try:
            return self._hasher.verify(hash_, password)
        except argon2.exceptions.Argon2Error:
            return False
        except argon2.exceptions.InvalidHashError:
            return False

    async def _work(self, work: Callable[[], R]) -> R:
        if self._waiting >= WAITING_MAX:
            raise Refusal("too_many_attempts", "Too many people are signing in at this moment. Try again in a moment.")
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        finally:
            self._waiting -= 1

    def close(self) -> None:
        """Ends the threads; what waits is given up."""
        self._threads.shutdown(wait=False, cancel_futures=True)
