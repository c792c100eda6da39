"""What real disks and real networks do to a client: full, read-only, silent. Nothing is called saved that is not."""

import asyncio
import errno
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.processes.driving import HeadlessProcess, Refused, Team, team

pytestmark = pytest.mark.timeout(120)
as_root = pytest.mark.skipif(
    os.name != "posix" or os.geteuid() != 0 or shutil.which("mount") is None, reason="needs root, to mount a small disk"
)


@contextmanager
def small_disk(folder: Path, size: str) -> Iterator[Path]:
    folder.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", folder], capture_output=True)
    if made.returncode != 0:
        pytest.skip("no small disk can be mounted here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


def make_read_only(disk: Path) -> None:
    subprocess.run(["mount", "-o", "remount,ro", disk], check=True)


def fill(disk: Path) -> Path:
    """Takes all the room that is left; the file that does."""
    ballast = disk / "ballast"
    descriptor = os.open(ballast, os.O_WRONLY | os.O_CREAT)
    try:
        while os.write(descriptor, b"x" * 4096):
            pass
    except OSError as full:
        assert full.errno == errno.ENOSPC
    finally:
        os.close(descriptor)
    return ballast


async def living_on(there: Team, disk: Path) -> HeadlessProcess:
    """Sarah, with her profile on another disk."""
    sarah = HeadlessProcess(disk / "Sarah")
    there.started.append(sarah)
    await sarah.start()
    invite = there.server.hello["invite"]
    who = {"name": "Sarah", "email": "sarah@example.org", "password": "pass phrase of Sarah"}
    sarah.user = (await sarah.do("join", invite=invite, **who))["user"]
    await sarah.until("synced")
    return sarah


@pytest.mark.root
@as_root
async def test_on_a_full_disk_an_edit_is_refused_and_works_again_once_there_is_room(tmp_path):
    with small_disk(tmp_path / "disk", "3m") as disk:
        async with team(tmp_path) as there:
            sarah = await living_on(there, disk)
            project = (await sarah.do("create", kind="project", fields={"name": "Q1"}))["item"]
            await sarah.do("sync")
            ballast = fill(disk)
            saved, refused = [], None
            for n in range(200):
                try:
                    saved.append(
                        (
                            await sarah.do(
                                "create", kind="task", fields={"project": project, "title": f"{n} " + "x" * 400}
                            )
                        )["item"]
                    )
                except Refused as error:
                    refused = error
                    break
            assert refused is not None and refused.code == "disk_full"
            assert refused.error["message"] == "Disk full: this change is not saved."
            shown = [row["item"] for row in (await sarah.do("list", kind="task", project=project))["items"]]
            assert shown == saved, "what was refused is not shown, and nothing else is gone"
            ballast.unlink()
            late = (await sarah.do("create", kind="task", fields={"project": project, "title": "late"}))["item"]
            await sarah.do("sync")
            fresh = await there.sign_in("Sarah", "Fresh")
            held = [row["item"] for row in (await fresh.do("list", kind="task", project=project))["items"]]
            assert held == [*saved, late]


@pytest.mark.root
@as_root
async def test_a_profile_on_a_read_only_disk_is_refused_in_one_line(tmp_path):
    with small_disk(tmp_path / "disk", "3m") as disk:
        async with team(tmp_path) as there:
            sarah = await living_on(there, disk)
            assert await sarah.quit() == 0
            make_read_only(disk)
            again = HeadlessProcess(disk / "Sarah")
            there.started.append(again)
            await again.start()
            assert await again.gone() == 1
            assert len(again.complaints.decode().splitlines()) == 1
            assert b"can't be written" in again.complaints


@pytest.mark.slow
async def test_a_server_that_falls_silent_is_noticed_within_ten_seconds(tmp_path):
    async with team(tmp_path) as there:
        sarah = await there.join("Sarah")
        loop = asyncio.get_running_loop()
        since, began = len(sarah.events), loop.time()
        there.server.process.send_signal(signal.SIGSTOP)
        try:
            away = await sarah.until("status", lambda line: line["state"] != "connected", since)
            assert loop.time() - began < 10
            assert away["reason"]
            assert (await sarah.do("create", kind="project", fields={"name": "apart"}))["item"]
        finally:
            there.server.process.send_signal(signal.SIGCONT)
        await sarah.do("sync")
        assert (await sarah.do("pending"))["pending"] == []


@pytest.mark.slow
async def test_after_a_sleep_the_client_is_current_within_two_seconds(tmp_path):
    async with team(tmp_path) as there:
        sarah, mike = await there.join("Sarah"), await there.join("Mike")
        project = (await mike.do("create", kind="project", fields={"name": "Q1"}))["item"]
        await sarah.sees("project", project)
        sarah.process.send_signal(signal.SIGSTOP)
        await there.server.kill()  # what was said to the sleeper is lost with the old connection
        await there.restart_server()
        await mike.do("sync")
        task = (await mike.do("create", kind="task", fields={"project": project, "title": "meanwhile"}))["item"]
        await mike.do("sync")
        loop = asyncio.get_running_loop()
        sarah.process.send_signal(signal.SIGCONT)
        began = loop.time()
        await sarah.sees("task", task, title="meanwhile")
        assert loop.time() - began < 2
