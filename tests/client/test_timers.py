"""Timers by name that never fire early, and the watch that notices a sleep."""

import asyncio
import time

from app.client import timers
from app.client.timers import SleepWatch, Timers


async def test_a_timer_fires_once_under_its_name_and_can_be_replaced_or_cancelled():
    fired, done = [], asyncio.Event()

    def fire(name):
        fired.append(name)
        if name == "last":
            done.set()

    some = Timers(fire)
    some.set("replaced", 0.01)
    some.set("replaced", 0.02)
    some.set("cancelled", 0.01)
    some.set("cancelled", None)
    some.set("last", 0.03)
    await done.wait()
    assert fired == ["replaced", "last"]


async def test_a_timer_that_the_loop_ends_early_waits_for_its_time(monkeypatch):
    loop, fired = asyncio.get_running_loop(), asyncio.Event()
    some = Timers(lambda name: fired.set())
    some.set("beat", 0.05)
    due = loop.time() + 0.05
    some._ring("beat", due)  # as a coarse timer does
    assert not fired.is_set()
    await fired.wait()
    assert loop.time() >= due - timers.EARLY_S_MAX


async def test_no_timer_fires_after_the_end():
    fired: list[str] = []
    some = Timers(fired.append)
    some.set("one", 0.0)
    some.clear()
    ended = asyncio.Event()
    asyncio.get_running_loop().call_later(0.02, ended.set)
    await ended.wait()
    assert fired == []


async def test_a_sleep_of_the_machine_is_noticed_by_either_clock(monkeypatch):
    monkeypatch.setattr(timers, "TICK_S", 0.005)
    clock = {"wall": 1000.0, "steady": 50.0}
    monkeypatch.setattr(time, "time", lambda: clock["wall"])
    monkeypatch.setattr(time, "monotonic", lambda: clock["steady"])
    woken = asyncio.Event()
    watch = SleepWatch(woken.set)
    watch._tick()
    assert not woken.is_set()
    clock["wall"] += 3600  # the steady clock stands still in a suspend
    watch._tick()
    assert woken.is_set()
    woken.clear()
    watch._tick()
    assert not woken.is_set()
    clock["wall"] += 60  # the process was stopped: both went on
    clock["steady"] += 60
    watch._tick()
    assert woken.is_set()
    watch.stop()
