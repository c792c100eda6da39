"""The pinned PySide6 is sound on this Python: thousands of timers and signals take nothing from None and True.

PySide6 6.12 on Python 3.11 drops a reference with each call, until the interpreter aborts.
"""

import os
import subprocess
import sys

import pytest

from app.cli.display import sound

PROBE = """
import sys
from PySide6.QtCore import QCoreApplication, QObject, Signal, QTimerEvent

EVENTS = 5_000

class Clock(QObject):
    ticked = Signal(bool)
    left = 0
    def timerEvent(self, event: QTimerEvent) -> None:
        self.left -= 1
        self.ticked.emit(True)
        if self.left == 0:
            self.killTimer(event.timerId())
            application.quit()

def tick(times: int) -> None:
    heard.clear()
    clock.left = times
    clock.startTimer(0)
    application.exec()
    assert (clock.left, len(heard)) == (0, times)
    heard.clear()

application = QCoreApplication(sys.argv)
clock, heard = Clock(), []
clock.ticked.connect(heard.append)
tick(100)  # what PySide6 loads at first use holds references of its own
before = sys.getrefcount(None), sys.getrefcount(True)
tick(EVENTS)
if sys.version_info < (3, 12):  # later ones never count these objects
    drift = sys.getrefcount(None) - before[0], sys.getrefcount(True) - before[1]
    assert max(map(abs, drift)) < 50, drift
print("sound")
"""


def test_five_thousand_timers_and_signals_leave_none_and_true_alone() -> None:
    result = subprocess.run(
        [sys.executable, "-c", PROBE],
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )
    assert (result.returncode, result.stdout.strip()) == (0, "sound"), result.stderr


@pytest.mark.parametrize(
    ("python", "pyside", "expected"),
    [
        ((3, 11), "6.11.3", True),
        ((3, 11), "6.12.0", False),
        ((3, 11), "6.13.0a1", False),
        ((3, 12), "6.12.0", True),
        ((3, 13), "6.11.3", True),
    ],
)
def test_the_window_refuses_only_the_pair_that_crashes(python: tuple[int, int], pyside: str, expected: bool) -> None:
    assert sound(python, pyside) is expected
