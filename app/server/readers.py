"""The threads that read: channels for readers, encoded where they are read, and small questions to the store."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from app.hub.events import Authenticate, Authenticated, Load, LoadDenied, Loaded
from app.hub.loading import perform
from app.protocol.codec import Encoder
from app.server.invites import secret_hash
from app.store.interface import Store

AT_ONCE_MAX = 2
"""Loads under way: more would only take the interpreter from the loop."""

R = TypeVar("R")


class _Tools(threading.local):
    """What each thread has for itself."""

    def __init__(self) -> None:
        self.encode = Encoder()


class Readers:
    """Reads in threads. Small questions do not wait behind long loads: each kind has threads of its own."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._tools = _Tools()
        self._loads = ThreadPoolExecutor(AT_ONCE_MAX, thread_name_prefix="load")
        self._questions = ThreadPoolExecutor(AT_ONCE_MAX, thread_name_prefix="read")

    async def ask(self, question: Callable[[], R]) -> R:
        """Answers a question to the store. Raises StoreBroken."""
        return await asyncio.get_running_loop().run_in_executor(self._questions, question)

    async def authenticate(self, wish: Authenticate) -> Authenticated:
        """Whose token it is, and the heads that they may read."""
        return await self.ask(lambda: self._authenticated(wish))

    def _authenticated(self, wish: Authenticate) -> Authenticated:
        device = self._store.device(secret_hash(wish.hello.token))
        heads = self._store.heads(device.actor) if device is not None else {}
        return Authenticated(wish.conn, device, heads)

    async def load(self, wish: Load) -> Loaded | LoadDenied:
        """A channel for one reader, as frames."""
        work = asyncio.get_running_loop().run_in_executor(
            self._loads, lambda: perform(wish, self._store, self._tools.encode)
        )
        return await work

    def close(self) -> None:
        """Ends the threads after what they are doing."""
        self._loads.shutdown(cancel_futures=True)
        self._questions.shutdown(cancel_futures=True)
