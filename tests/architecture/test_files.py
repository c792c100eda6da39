"""Files stay small and say what they are; nothing tracked names where packages come from."""

import ast
import re
from pathlib import Path

import pytest

from tests.architecture.sources import label, project_files, python_files

LINES_MAX = 500
MODULES = python_files("app", "tests", "scripts")

# Put together from pieces, so that this file does not name what it looks for.
ADDRESSES = re.compile(
    "|".join(
        [
            "--(?:extra-)?" + "index-url",
            r"pypi\." + "org/simple",
            "pythonhosted" + r"\.org",
            "registry" + r"\.npmjs",
            '"resolved": *"' + "http",
            r"^ *registry" + " = ",
        ]
    ),
    re.MULTILINE,
)
LOCKS_WITH_ADDRESSES = {"uv.lock", "pylock.toml", "poetry.lock", "package-lock.json"}


@pytest.mark.parametrize("path", MODULES, ids=label)
def test_a_module_says_in_one_line_what_it_is(path: Path) -> None:
    document = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    assert document, f"{label(path)} has no docstring"
    first = document.splitlines()[0]
    assert 10 <= len(first) <= 120, f"{label(path)}: the first line must do as its label: {first!r}"


@pytest.mark.parametrize("path", MODULES, ids=label)
def test_no_module_grows_past_its_limit(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LINES_MAX


def test_no_tracked_file_names_a_package_registry() -> None:
    found = []
    for path in project_files():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        found += [f"{label(path)}: {match[0].strip()}" for match in ADDRESSES.finditer(text)]
    assert found == []


def test_no_lock_that_writes_addresses_is_tracked() -> None:
    assert [label(path) for path in project_files() if path.name in LOCKS_WITH_ADDRESSES] == []


def test_every_locked_package_has_its_hashes() -> None:
    for name in ("requirements.txt", "requirements-dev.txt"):
        lock = next(path for path in project_files() if label(path) == name).read_text(encoding="utf-8")
        entries = re.split(r"\n(?=[a-z])", "\n" + lock)[1:]
        assert len(entries) > 30
        assert [entry.splitlines()[0] for entry in entries if "--hash=sha256:" not in entry] == []
