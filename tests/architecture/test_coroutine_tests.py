"""Coroutine tests really run, each on the loop that its folder says, and leave no task behind."""

import shutil
from pathlib import Path

import pytest

from tests.architecture.sources import ROOT

pytest_plugins = ["pytester"]


@pytest.fixture
def project(pytester: pytest.Pytester) -> pytest.Pytester:
    """A project with our conftest, where the tests of a test are run in a process of their own."""
    (pytester.path / "tests").mkdir()
    shutil.copy(ROOT / "tests" / "conftest.py", pytester.path / "tests")
    pytester.makeini(
        "[pytest]\nmarkers =\n    qt: Qt's loop\nqt_api = pyside6\ntimeout = 60\naddopts = -p no:asyncio\n"
    )
    return pytester


def run(project: pytest.Pytester, source: str, folder: str = "core") -> pytest.RunResult:
    test: Path = project.path / "tests" / folder / "test_it.py"
    test.parent.mkdir(parents=True, exist_ok=True)
    test.write_text(source)
    return project.runpytest_subprocess(str(test))


def test_a_failing_coroutine_test_fails(project: pytest.Pytester) -> None:
    run(project, "async def test_it():\n    assert 1 == 2\n").assert_outcomes(failed=1)


def test_a_task_left_behind_fails_the_test(project: pytest.Pytester) -> None:
    source = "import asyncio\nasync def test_it():\n    asyncio.create_task(asyncio.Event().wait())\n"
    result = run(project, source)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*1 task(s) left behind*"])


def test_a_coroutine_test_that_hangs_ends_at_its_limit(project: pytest.Pytester) -> None:
    source = "import asyncio, pytest\n@pytest.mark.timeout(4)\nasync def test_it():\n    await asyncio.Event().wait()\n"
    result = run(project, source)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*TimeoutError*"])


def test_tests_of_the_core_run_on_a_plain_loop_with_their_fixtures(project: pytest.Pytester) -> None:
    source = (
        "import asyncio, pytest\n"
        "@pytest.fixture\n"
        "def word():\n    return 'here'\n"
        "@pytest.mark.parametrize('number', [1, 2])\n"
        "async def test_it(word, number):\n"
        "    assert type(asyncio.get_running_loop()).__module__.startswith('asyncio')\n"
        "    assert (word, number in (1, 2)) == ('here', True)\n"
    )
    run(project, source).assert_outcomes(passed=2)


@pytest.mark.parametrize(("folder", "mark"), [("windows", ""), ("ui", ""), ("core", "@pytest.mark.qt\n")])
def test_tests_of_windows_run_on_the_loop_shared_with_qt(project: pytest.Pytester, folder: str, mark: str) -> None:
    source = (
        "import asyncio, pytest\n"
        f"{mark}async def test_it():\n"
        "    from PySide6.QtCore import QTimer\n"
        "    fired = asyncio.Event()\n"
        "    QTimer.singleShot(0, fired.set)\n"
        "    await fired.wait()\n"
    )
    run(project, source, folder).assert_outcomes(passed=1)
