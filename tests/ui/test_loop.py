"""The loop of the window: timers that never end early, an end without a fuss, failures that are said."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]

EARLY = """
import asyncio, time
from PySide6.QtWidgets import QApplication
from app.ui.loop import DELAY_MS_MAX, run
early = []
async def sleeper(delay):
    begun = time.monotonic()
    await asyncio.sleep(delay)
    early.append(delay - (time.monotonic() - begun))
async def main():
    never = asyncio.get_running_loop().call_later(DELAY_MS_MAX / 500, print, "too early")
    await asyncio.gather(*(sleeper(delay / 1000) for delay in range(1, 400, 3)))
    never.cancel()
    return 7
code = run(QApplication([]), main())
print(max(early), code)
"""

FAILING = """
import asyncio, os, signal
from PySide6.QtWidgets import QApplication
from app.ui.loop import catch_failures, run, stop_on_signals
async def main():
    stop, said = asyncio.Event(), []
    stop_on_signals(stop.set)
    catch_failures(said.append, "Something went wrong.")
    asyncio.get_running_loop().call_soon(lambda: 1 / 0)
    asyncio.get_running_loop().call_later(0.05, os.kill, os.getpid(), signal.SIGTERM)
    await stop.wait()
    print(said)
    return 0
raise SystemExit(run(QApplication([]), main()))
"""


def outcome(script: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    command = [sys.executable, "-c", script]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=50, check=False)


def test_no_sleep_ends_early_and_the_answer_of_main_is_the_exit_status() -> None:
    result = outcome(EARLY)
    early, code = result.stdout.split()
    assert float(early) <= 0.0002, result.stderr  # two clocks are compared
    assert code == "7"


def test_a_failing_callback_is_said_and_a_signal_ends_in_order() -> None:
    result = outcome(FAILING)
    assert result.returncode == 0, result.stderr
    assert result.stdout.strip() == "['Something went wrong.']"
    assert "ZeroDivisionError" in result.stderr
