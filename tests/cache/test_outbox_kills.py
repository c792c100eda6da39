"""A change that was answered as saved is there after any kill, and after a disk that reports an error."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from app.cache.interface import Made
from app.cache.outbox import SqliteOutbox
from tests.cache.samples import KEY, made

ROOT = Path(__file__).parents[2]
STRACE = shutil.which("strace")
WRITES = 14
needs_strace = pytest.mark.skipif(
    STRACE is None or os.name == "nt" or os.geteuid() != 0, reason="needs strace, as root"
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A profile's folder with an outbox that holds one change; made here, so that a traced process starts fast."""
    outbox = SqliteOutbox(tmp_path / "outbox.db", KEY)
    outbox.load()
    outbox.append([made(1)])
    outbox.close()
    return tmp_path


def appending(folder: Path, count: int, *wrapper: str) -> subprocess.Popen[bytes]:
    command = [*wrapper, sys.executable, "-m", "tests.cache.appending", str(folder), str(count)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)


def traced(folder: Path, count: int, *options: str) -> tuple[list[str], str]:
    """Lines said and the trace."""
    assert STRACE is not None
    log = folder / "trace"
    process = appending(folder, count, STRACE, "-f", "-qq", "-o", str(log), *options)
    said, _ = process.communicate(timeout=30)
    return said.decode().splitlines(), log.read_text(errors="replace")


def saved(lines: list[str]) -> list[int]:
    return [int(line.split()[1]) for line in lines if re.fullmatch(r"saved \d+", line)]


def check_after_kill(folder: Path, answered: list[int]) -> None:
    outbox = SqliteOutbox(folder / "outbox.db", KEY)
    contents = outbox.load()
    outbox.close()
    found = [record.n for record in contents.records if isinstance(record, Made)]
    assert contents.damage == ""
    assert found[: len(answered) + 1] == [1, *answered]
    assert len(found) <= len(answered) + 2  # at most the one that was not answered yet
    assert contents.highest == found[-1]


def test_a_killed_process_has_kept_all_that_it_answered(folder: Path) -> None:
    answered: list[int] = []
    for lines_before_kill in (1, 3, 40):
        process = appending(folder, 100_000)
        assert process.stdout is not None
        lines = [process.stdout.readline().decode().strip() for _ in range(lines_before_kill + 1)]
        process.kill()
        rest = process.stdout.read().decode()
        process.wait()
        process.stdout.close()
        begin = int(lines[0].split()[1])
        assert begin - 1 - len(answered) in (1, 2)
        answered = [*range(2, begin), *saved(lines), *saved(rest.splitlines())]
        assert len(answered) >= lines_before_kill
        check_after_kill(folder, answered)


@pytest.mark.root
@needs_strace
def test_every_answer_comes_after_the_journal_and_the_second_file_are_on_the_disk(folder: Path) -> None:
    lines, trace = traced(folder, 10, "-y", "-e", "trace=fdatasync,fsync,write")
    assert len(saved(lines)) == 10
    synced: set[str] = set()
    answers = 0
    for line in trace.splitlines():
        if found := re.search(r"f(?:data)?sync\(\d+<[^>]*/(outbox[^>]*)>\)\s+= 0", line):
            synced.add(found[1])
        elif '"saved' in line:
            assert synced >= {"outbox.db-wal", "outbox.head"}, line
            answers += 1
            synced.clear()
    assert answers == 10


@pytest.mark.root
@pytest.mark.slow
@pytest.mark.parametrize("call", ["pwrite64", "write", "fsync"])
@needs_strace
def test_a_kill_at_any_write_loses_nothing_that_was_answered(folder: Path, call: str) -> None:
    kept = folder / "kept"
    names = ("outbox.db", "outbox.head")
    kept.mkdir()
    for name in names:
        shutil.copy(folder / name, kept / name)
    lines, trace = traced(folder, WRITES, "-e", f"trace={call}")
    total = trace.count(f"{call}(")
    assert "end" in lines
    points = range(1, total + 1, max(1, total // 7))
    fired = 0
    for when in points:
        run = folder / f"{when}"
        shutil.copytree(kept, run)
        lines, trace = traced(run, WRITES, "-e", f"trace={call}", "-e", f"inject={call}:signal=KILL:when={when}")
        fired += "killed by SIGKILL" in trace
        check_after_kill(run, saved(lines))
    assert fired == len(points) >= 7


@pytest.mark.root
@needs_strace
@pytest.mark.parametrize(("call", "when"), [("fsync", 3), ("fsync", 4), ("fdatasync", 1), ("fdatasync", 2)])
def test_a_disk_error_is_reported_and_what_it_hit_never_comes_back(folder: Path, call: str, when: int) -> None:
    """SQLite syncs the journal by fsync, the second file is synced by fdatasync."""
    lines, trace = traced(folder, 4, "-e", f"trace={call}", "-e", f"inject={call}:error=EIO:when={when}")
    assert trace.count("INJECTED") == 1
    failed = [int(line.split()[1]) for line in lines if re.fullmatch(r"failed \d+", line)]
    assert len(failed) == 1
    assert "damage " in lines
    found = next(line for line in lines if line.startswith("found"))
    assert str(failed[0]) not in found.split()
    check_found(folder, saved(lines))
    assert failed[0] not in saved(lines)


@pytest.mark.root
@needs_strace
def test_a_full_disk_is_reported_and_work_goes_on_when_there_is_room(folder: Path) -> None:
    lines, trace = traced(folder, 6, "-e", "trace=pwrite64", "-e", "inject=pwrite64:error=ENOSPC:when=8")
    assert trace.count("INJECTED") == 1
    full = [int(line.split()[1]) for line in lines if line.startswith("full")]
    assert len(full) == 1
    assert "end" in lines
    check_found(folder, saved(lines))
    assert not set(full) & set(saved(lines))


@pytest.mark.root
@needs_strace
@pytest.mark.parametrize("when", [2, 5, 9, 12])
def test_a_write_that_the_disk_only_pretended_is_no_silent_loss(folder: Path, when: int) -> None:
    lines, trace = traced(folder, 6, "-e", "trace=pwrite64", "-e", f"inject=pwrite64:retval=10:when={when}")
    assert trace.count("INJECTED") == 1
    outbox = SqliteOutbox(folder / "outbox.db", KEY)
    contents = outbox.load()
    outbox.close()
    found = [record.n for record in contents.records if isinstance(record, Made)]
    assert contents.damage or found == [1, *saved(lines)]
    assert contents.highest >= max(saved(lines), default=1)


def check_found(folder: Path, answered: list[int]) -> None:
    outbox = SqliteOutbox(folder / "outbox.db", KEY)
    contents = outbox.load()
    outbox.close()
    assert contents.damage == ""
    assert [record.n for record in contents.records if isinstance(record, Made)] == [1, *answered]
