"""How tests run: no display, coroutine tests on a loop of their own, no task left behind."""

import asyncio
import inspect
import os
from collections.abc import Coroutine, Iterator
from pathlib import Path
from typing import Any

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

TESTS = Path(__file__).parent
QT_FOLDERS = (TESTS / "ui", TESTS / "windows")
LIMIT_S = 60.0  # of pytest-timeout, as pyproject.toml says


def needs_qt(item: pytest.Item) -> bool:
    return item.get_closest_marker("qt") is not None or any(folder in item.path.parents for folder in QT_FOLDERS)


@pytest.fixture(scope="session")
def qloop(qapp: Any) -> Iterator[asyncio.AbstractEventLoop]:
    """The one loop that Qt and asyncio share in this process; `qapp` is pytest-qt's."""
    import qasync

    qapp.setQuitOnLastWindowClosed(False)
    loop = qasync.QEventLoop(qapp, already_running=False)
    asyncio.set_event_loop(loop)
    yield loop
    asyncio.set_event_loop(None)
    loop.close()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if inspect.iscoroutinefunction(getattr(item, "obj", None)) and needs_qt(item):
            item.fixturenames.insert(0, "qloop")  # type: ignore[attr-defined]


def time_limit_s(item: pytest.Item) -> float:
    """Some seconds under the limit of pytest-timeout, so that a coroutine that hangs fails with its own traceback."""
    marker = item.get_closest_marker("timeout")
    limit_s = LIMIT_S
    if marker is not None:
        limit_s = float(marker.args[0] if marker.args else marker.kwargs["timeout"])
    return max(limit_s - 10, limit_s / 2)


def run(loop: asyncio.AbstractEventLoop, test: Coroutine[Any, Any, None], limit_s: float) -> list[str]:
    """Runs one test on `loop`; answers the tasks it left behind, which are cancelled and awaited."""
    before = asyncio.all_tasks(loop)
    try:
        loop.run_until_complete(asyncio.wait_for(test, limit_s))
    finally:
        left = [task for task in asyncio.all_tasks(loop) - before if not task.done()]
        names = [repr(task) for task in left]
        for task in left:
            task.cancel()
        if left:
            loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
    return names


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    arguments = {name: pyfuncitem.funcargs[name] for name in pyfuncitem._fixtureinfo.argnames}
    test = pyfuncitem.obj(**arguments)
    if needs_qt(pyfuncitem):
        left = run(pyfuncitem._request.getfixturevalue("qloop"), test, time_limit_s(pyfuncitem))
    else:
        with asyncio.Runner() as runner:
            left = run(runner.get_loop(), test, time_limit_s(pyfuncitem))
    if left:
        pytest.fail(f"{len(left)} task(s) left behind: {left[0]}")
    return True
