"""A thread that does blocking work in order, and hands what it found back to the loop."""

import asyncio
import threading
from collections import deque
from collections.abc import Callable
from typing import Any, Generic, TypeVar

T = TypeVar("T")
Job = TypeVar("Job")


class Worker(Generic[Job]):
    """One thread, one queue. The owner says what a batch of waiting jobs is and how it is done.

    `work` is called on the thread with all jobs that wait at that moment, in order; it must not raise. After `stop`
    what is queued is still done.
    """

    def __init__(self, name: str, work: Callable[[list[Job]], None]) -> None:
        self._work = work
        self._jobs: deque[Job | Callable[[], None]] = deque()
        self._wake = threading.Condition()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def put(self, job: Job) -> None:
        """Queue a job."""
        with self._wake:
            self._jobs.append(job)
            self._wake.notify()

    async def call(self, function: Callable[[], T]) -> T:
        """What `function` returns or raises when it is called on the thread, after all jobs queued before it."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[T] = loop.create_future()

        def settle(setter: Callable[[Any], None], value: Any) -> None:
            if not answer.done():
                setter(value)

        def run() -> None:
            try:
                result = function()
            except Exception as error:  # noqa: BLE001 - raised again where it is awaited
                loop.call_soon_threadsafe(settle, answer.set_exception, error)
            else:
                loop.call_soon_threadsafe(settle, answer.set_result, result)

        with self._wake:
            self._jobs.append(run)
            self._wake.notify()
        return await answer

    def pause(self, seconds: float) -> bool:
        """On the thread: wait; false at once when the worker is to stop."""
        return not self._stopping.wait(seconds)

    async def stop(self) -> None:
        """Does what is queued, then ends the thread."""
        self._stopping.set()
        with self._wake:
            self._wake.notify()
        await asyncio.to_thread(self._thread.join)

    def _run(self) -> None:
        while True:
            with self._wake:
                self._wake.wait_for(lambda: self._jobs or self._stopping.is_set())
                if not self._jobs:
                    return
                jobs = self._take()
            self._do(jobs)

    def _take(self) -> list[Job | Callable[[], None]]:
        """All jobs up to the first call, or one call."""
        taken: list[Job | Callable[[], None]] = []
        while self._jobs and not (callable(self._jobs[0]) and taken):
            taken.append(self._jobs.popleft())
            if callable(taken[0]):
                break
        return taken

    def _do(self, jobs: list[Job | Callable[[], None]]) -> None:
        first = jobs[0]
        if callable(first):
            first()
        else:
            self._work([job for job in jobs if not callable(job)])
