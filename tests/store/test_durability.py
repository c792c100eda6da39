"""An answer leaves only after the disk has the change: seen in the calls of a real process."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from app.store.sqlite import SqliteStore
from tests.store.office import DIRECTORY, check_channel, uuid

ROOT = Path(__file__).parents[2]
PROJECT = "p:" + uuid(1005)  # the fifth id that the process counts
COUNT = 20
TRACED = "trace=fdatasync,fsync,write,pwrite64"

pytestmark = [
    pytest.mark.root,
    pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed"),
]


def traced(directory: Path, log: Path, *options: str) -> subprocess.CompletedProcess[bytes]:
    strace = ["strace", "-f", "-y", "-o", str(log), *options]
    process = [sys.executable, "-m", "tests.store.committing", str(directory), str(COUNT)]
    return subprocess.run([*strace, *process], cwd=ROOT, capture_output=True, timeout=50, check=False)


def test_every_commit_is_synced_before_it_is_answered(tmp_path: Path) -> None:
    finished = traced(tmp_path / "data", tmp_path / "log", "-e", TRACED)
    assert finished.returncode == 0, finished.stderr.decode()
    calls = (tmp_path / "log").read_text().split("begin\\n", 1)[1]
    stretches = re.split(r"write\(1<[^>]*>, \"done\\n\"", calls)[:-1]
    assert len(stretches) == COUNT
    for stretch in stretches:
        written = stretch.rfind("pwrite64(")
        synced = stretch.rfind("fdatasync(")
        assert 0 <= written < synced, stretch
        assert "etal.db-wal" in stretch[synced:].splitlines()[0]


@pytest.mark.parametrize("when", [3, 20])
def test_a_failed_sync_is_never_answered_as_done(tmp_path: Path, when: int) -> None:
    """The sync fails in the middle; nothing is called done after it, and the file is sound for the next start."""
    options = ["-e", TRACED, "-e", f"inject=fdatasync:error=EIO:when={when}"]
    finished = traced(tmp_path / "data", tmp_path / "log", *options)
    calls = (tmp_path / "log").read_text()
    assert "EIO" in calls, "the fault was not brought about"
    assert finished.returncode != 0
    assert '"done' not in calls[calls.index("EIO") :]
    store = SqliteStore(tmp_path / "data")
    for ch in (DIRECTORY, PROJECT):
        check_channel(store, ch)
    store.close()


@pytest.mark.parametrize("when", [11, 170, 301])
def test_a_server_killed_at_any_write_keeps_all_that_it_answered(tmp_path: Path, when: int) -> None:
    finished = traced(
        tmp_path / "data", tmp_path / "log", "-e", TRACED, "-e", f"inject=pwrite64:signal=KILL:when={when}"
    )
    assert finished.returncode != 0, "the fault was not brought about"
    answered = finished.stdout.count(b"done\n")
    assert answered or when < 140, "killed before the first commit"
    store = SqliteStore(tmp_path / "data")
    if answered:
        assert store.delta(PROJECT, 0, 1).head.seq >= 1 + answered
    check_channel(store, PROJECT)
    store.close()
