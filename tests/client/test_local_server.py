"""A server of one's own: started, started again on the same port, ended with its program, and said when it cannot."""

import asyncio
import contextlib
import os
import select
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from app.client.links import parse_invite
from app.client.local_server import LocalServer, ServerPlace
from app.model.change import Refusal

ROOT = Path(__file__).parents[2]
OWNER = """
import asyncio, sys
from pathlib import Path
from app.client.local_server import LocalServer, ServerPlace
async def main():
    server = LocalServer(ServerPlace(Path(sys.argv[1]), port=0))
    await server.start()
    print(server.pid, flush=True)
    await asyncio.sleep(60)
asyncio.run(main())
"""


@contextlib.asynccontextmanager
async def running(folder: Path, said: list[str] | None = None) -> AsyncIterator[LocalServer]:
    server = LocalServer(ServerPlace(folder, port=0, name="Office"), (said if said is not None else []).append)
    try:
        yield server
    finally:
        await server.stop()


async def port_answers(port: int) -> None:
    """Until something listens there."""
    while True:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.05)
            continue
        writer.close()
        return


async def test_it_says_where_it_listens_and_ends_with_us(tmp_path: Path) -> None:
    async with running(tmp_path / "data") as server:
        announcement = await server.start()
        invite = parse_invite(announcement.invite)
        assert announcement.listening == f"wss://127.0.0.1:{invite.address.port}"
        assert announcement.fingerprint == f"sha256:{invite.pins[0]}"
        pid = server.pid
        assert pid is not None
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


async def test_it_is_started_again_on_the_same_port_when_it_dies(tmp_path: Path) -> None:
    said: list[str] = []
    async with running(tmp_path / "data", said) as server:
        port = parse_invite((await server.start()).invite).address.port
        first = server.pid
        assert first is not None
        os.kill(first, signal.SIGKILL)
        watch = os.pidfd_open(first)
        await asyncio.to_thread(select.select, [watch], [], [], 20)
        os.close(watch)
        await asyncio.wait_for(port_answers(port), 20)
        assert server.pid not in (None, first)
        assert said == ["The server on this computer stopped. It is being started again."]


async def test_one_that_runs_already_is_left_running(tmp_path: Path) -> None:
    async with running(tmp_path / "data") as server:
        await server.start()
        async with running(tmp_path / "data") as second:
            assert (await second.start()).listening == ""
            assert second.pid is None
        assert server.pid is not None
        os.kill(server.pid, 0)


async def test_why_it_cannot_start_is_its_own_sentence(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("not a folder")
    async with running(tmp_path / "data") as server:
        with pytest.raises(Refusal) as refused:
            await server.start()
    assert refused.value.code == "storage" and str(tmp_path / "data") in refused.value.text


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child of its parent's death")
def test_it_ends_when_its_program_is_killed(tmp_path: Path) -> None:
    owner = subprocess.Popen(
        [sys.executable, "-c", OWNER, str(tmp_path / "data")], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert owner.stdout is not None
    pid = int(owner.stdout.readline())
    watch = os.pidfd_open(pid)
    owner.kill()
    owner.communicate()
    assert select.select([watch], [], [], 20)[0]
    os.close(watch)
