"""The one place where asyncio meets Qt: a loop whose timers never end early, and how it starts and stops."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
from collections.abc import Callable, Coroutine
from math import ceil
from typing import Any, cast

os.environ.setdefault("QT_API", "pyside6")  # qasync takes the first binding it finds otherwise

import qasync
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

DELAY_MS_MAX = 2**31 - 1
"""Qt counts milliseconds in 32 bits; a longer delay ends early, and its owner looks at the clock again."""

logger = logging.getLogger("etal.window")


class _PreciseTimer(qasync._SimpleTimer):  # type: ignore[misc]
    """qasync rounds down and lets Qt fire up to 5 % early, which makes a loop of "not yet: sleep again" spin."""

    def add_callback(self, handle: asyncio.Handle, delay: float = 0) -> asyncio.Handle:
        milliseconds = min(max(0, ceil(delay * 1000)), DELAY_MS_MAX)
        number = self.startTimer(milliseconds, Qt.TimerType.PreciseTimer)
        self._SimpleTimer__callbacks[number] = handle
        return handle


def make_loop(application: QApplication) -> asyncio.AbstractEventLoop:
    """A loop for asyncio on Qt's own. One a process."""
    loop = qasync.QEventLoop(application, already_running=False)
    loop._timer = _PreciseTimer()
    return cast(asyncio.AbstractEventLoop, loop)


def run(application: QApplication, main: Coroutine[Any, Any, int]) -> int:
    """Run until `main` ends, and answer what it answers. Closing the last window ends nothing by itself."""
    application.setQuitOnLastWindowClosed(False)
    with asyncio.Runner(loop_factory=lambda: make_loop(application)) as runner:
        return runner.run(main)


def stop_on_signals(stop: Callable[[], None]) -> None:
    """Call `stop` for SIGTERM and SIGINT, where the system has them. Needs the running loop."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        try:
            loop.add_signal_handler(number, stop)
        except (NotImplementedError, ValueError):  # Windows; or a loop on another thread
            continue


def catch_failures(say: Callable[[str], None], sentence: str) -> None:
    """Write what no task caught to the log, and say that something failed: the window goes on."""

    def failed(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        logger.error("%s", context.get("message", "a callback failed"), exc_info=error)
        if error is not None:
            say(sentence)

    asyncio.get_running_loop().set_exception_handler(failed)
