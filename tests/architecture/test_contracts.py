"""The rooms import as their contracts say, and a breach of each contract is noticed."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.sources import ROOT, project_files

ROOMS = [
    "text",
    "model",
    "protocol",
    "sync",
    "hub",
    "cache",
    "store",
    "client",
    "server",
    "ui",
    "headless",
    "demo",
    "cli",
]


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as run; run()", "--no-cache"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=50, check=False)


def test_every_room_keeps_its_contracts() -> None:
    result = lint_imports(ROOT)
    assert result.returncode == 0, result.stdout + result.stderr
    assert " 0 broken" in result.stdout


def test_every_room_is_known_to_the_contracts() -> None:
    app = ROOT / "app"
    there = {
        path.relative_to(app).parts[0] for path in project_files() if app in path.parents and len(path.parents) > 1
    }
    assert {name for name in there if not name.endswith(".py")} <= set(ROOMS)


@pytest.fixture
def small_house(tmp_path: Path) -> Path:
    """A house with all the rooms, all of them empty, under the contracts of ours."""
    for room in ROOMS:
        (tmp_path / "app" / room).mkdir(parents=True)
        (tmp_path / "app" / room / "__init__.py").write_text("")
    (tmp_path / "app" / "__init__.py").write_text("")
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_a_house_of_empty_rooms_is_in_order(small_house: Path) -> None:
    result = lint_imports(small_house)
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize(
    ("room", "imported"),
    [
        ("text", "app.model"),
        ("model", "app.protocol"),
        ("sync", "app.hub"),
        ("hub", "app.sync"),
        ("cache", "app.store"),
        ("client", "app.server"),
        ("headless", "app.ui"),
        ("demo", "app.headless"),
        ("server", "app.cli"),
        ("text", "time"),
        ("model", "random"),
        ("protocol", "asyncio"),
        ("sync", "os"),
        ("hub", "sqlalchemy"),
        ("headless", "PySide6"),
        ("client", "qasync"),
        ("ui", "tests"),
        ("kitchen", "app.text"),
    ],
)
def test_a_breach_is_noticed(small_house: Path, room: str, imported: str) -> None:
    module = small_house / "app" / room / "__init__.py"
    module.parent.mkdir(exist_ok=True)
    module.write_text(f"import {imported}\n")
    result = lint_imports(small_house)
    assert result.returncode == 1, result.stdout + result.stderr
    assert "BROKEN" in result.stdout or "missing from layers" in result.stdout.lower() + result.stderr.lower()
