"""The one thread that writes: changes of many connections in one transaction, everything else between them."""

import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

from app.hub.facts import Committed, Submission
from app.hub.fence import Fence
from app.server.logs import defect
from app.store.interface import Store, StoreBroken, StoreFull

BATCH_MAX = 64
"""Changes in one transaction."""
TURN_MAX = 16
"""Changes of one connection in one transaction: who comes meanwhile waits for no more than these."""

R = TypeVar("R")


class _Round:
    """Changes by connection, and the job that comes after all of them."""

    def __init__(self) -> None:
        self.queues: dict[str, deque[Submission]] = {}
        self.job: Callable[[], None] | None = None


class Committer:
    """Takes changes and jobs in; hands outcomes over in the order of their commits.

    `done` and `failed` are called on the writing thread. A change never waits for company: whatever is there when the
    thread is free makes the next batch. Connections take turns, so that a long queue of one delays no other.
    """

    def __init__(
        self,
        store: Store,
        now: Callable[[], float],
        done: Callable[[Committed], None],
        failed: Callable[[list[Submission], str], None],
    ) -> None:
        self._store, self._now, self._done, self._failed = store, now, done, failed
        self._fence = Fence()
        self._rounds: deque[_Round] = deque([_Round()])
        self._changed = threading.Condition()
        self._busy = False
        self._closing = False
        self.healthy = True
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)
        self._thread.start()

    def submit(self, submissions: list[Submission]) -> None:
        """Queues changes behind those of the same connection."""
        with self._changed:
            queues = self._rounds[-1].queues
            for submission in submissions:
                queues.setdefault(submission.tag, deque()).append(submission)
            self._changed.notify_all()

    def run(self, job: Callable[[], R]) -> "Future[R]":
        """Runs a job on the writing thread, after everything queued before."""
        future: Future[R] = Future()

        def work() -> None:
            if not future.set_running_or_notify_cancel():
                return
            try:
                future.set_result(job())
            except BaseException as error:  # noqa: BLE001 - it is the caller's
                future.set_exception(error)

        with self._changed:
            self._rounds[-1].job = work
            self._rounds.append(_Round())
            self._changed.notify_all()
        return future

    def finish(self, timeout_s: float) -> bool:
        """Waits until nothing is queued; False when that takes too long."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._busy and not self._has_work(), timeout_s)

    def close(self) -> None:
        """Ends the thread after what it is doing now."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        self._thread.join()

    def _has_work(self) -> bool:
        first = self._rounds[0]
        return bool(first.queues) or first.job is not None

    def _run(self) -> None:
        while True:
            with self._changed:
                self._busy = False
                self._changed.notify_all()
                self._changed.wait_for(lambda: self._closing or self._has_work())
                if self._closing:
                    return
                self._busy = True
                batch, job = self._next()
            if batch:
                self._commit(batch)
            elif job is not None:
                job()

    def _next(self) -> tuple[list[Submission], Callable[[], None] | None]:
        first = self._rounds[0]
        batch: list[Submission] = []
        for tag in list(first.queues):
            if len(batch) == BATCH_MAX:
                break
            queue = first.queues.pop(tag)
            count = min(TURN_MAX, BATCH_MAX - len(batch), len(queue))
            batch.extend(queue.popleft() for _ in range(count))
            if queue:
                first.queues[tag] = queue  # to the end of the line
        if batch:
            return batch, None
        self._rounds.popleft()
        return [], first.job

    def _commit(self, batch: list[Submission]) -> None:
        batch, stopped = self._fence.passed(batch)
        for code, submissions in stopped.items():
            self._failed(submissions, code)
        if not batch:
            return
        try:
            committed = self._store.commit(batch, self._now())
        except StoreFull:
            self._fell(batch, "disk_full")
        except StoreBroken as error:
            defect("the database failed", error)
            self._fell(batch, "storage")
        except Exception as error:  # noqa: BLE001 - the writer goes on: the batch is told as failed, and what it was
            defect("a batch failed", error)
            self._fell(batch, "storage")
        else:
            self.healthy = True
            self._done(committed)

    def _fell(self, batch: list[Submission], code: str) -> None:
        self.healthy = False
        self._fence.fell(batch, code)
        self._failed(batch, code)
