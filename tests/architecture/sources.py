"""The files that the architecture tests read: those that git tracks or would, or all where there is no git."""

import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LEFT_OUT = {".git", ".venv", "__pycache__", ".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis"}


def project_files() -> list[Path]:
    """Every file that belongs to the project, whether already committed or not."""
    command = ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        listed = subprocess.run(command, capture_output=True, check=True, text=True).stdout.split("\0")
    except (OSError, subprocess.CalledProcessError):
        return [path for path in ROOT.rglob("*") if path.is_file() and not LEFT_OUT & set(path.parts)]
    return [path for name in listed if name and (path := ROOT / name).is_file()]


def python_files(*folders: str) -> list[Path]:
    """Python files below these folders of the project, sorted."""
    tops = [ROOT / folder for folder in folders]
    return sorted(p for p in project_files() if p.suffix == ".py" and any(top in p.parents for top in tops))


def label(path: Path) -> str:
    """How a file is named in a message of a test."""
    return path.relative_to(ROOT).as_posix()
