"""What needs no window loads no Qt, and the pure rooms take time and chance only as values."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.sources import ROOT, label, python_files

PURE = python_files("app/text", "app/model", "app/protocol", "app/sync", "app/hub")
# What the import contracts cannot see: a call of a harmless module that reads the clock, chance or the disk.
IMPURE_CALLS = {"now", "utcnow", "today", "uuid1", "uuid4"}
IMPURE_NAMES = {"open", "input", "print", "exec", "eval", "__import__"}


def impure_calls(source: str) -> list[str]:
    found = []
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id=owner), attr=name)) if name in IMPURE_CALLS:
                if owner in ("datetime", "date", "uuid"):
                    found.append(f"{node.lineno}: {owner}.{name}()")
            case ast.Call(func=ast.Name(id=name)) if name in IMPURE_NAMES | {"uuid1", "uuid4"}:
                found.append(f"{node.lineno}: {name}()")
            case _:
                pass
    return found


@pytest.mark.parametrize("path", PURE, ids=label)
def test_a_pure_room_asks_nobody_for_time_chance_or_files(path: Path) -> None:
    assert impure_calls(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("source", ["datetime.now(UTC)", "uuid.uuid4()", "uuid4()", "open('x')", "print(1)"])
def test_an_impure_call_is_noticed(source: str) -> None:
    assert len(impure_calls(source)) == 1


def test_the_command_line_loads_no_qt_and_no_database() -> None:
    code = "import sys; from app.cli import main; main(['--help']); print(*sys.modules, file=sys.stderr)"
    result = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=50, check=True
    )
    loaded = {name.partition(".")[0] for name in result.stderr.split()}
    assert not loaded & {"PySide6", "qasync", "sqlalchemy", "sqlmodel", "websockets", "asyncio", "cryptography"}
