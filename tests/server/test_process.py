"""`etal serve` as a process: one line that says where, a second start that keeps it, an orderly end."""

import asyncio
import json
import signal
import socket
import ssl
import stat
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from time import perf_counter
from typing import Any

import pytest

from app.model.change import encode_change
from app.protocol.messages import Ack, Bye, Granted, Push, Refused
from app.server import certificates
from app.server.configuration import local_address
from tests.server.guest import Guest, secret_of, trusting

ROOT = Path(__file__).parents[2]


@asynccontextmanager
async def etal_serve(*arguments: object) -> AsyncIterator[tuple[asyncio.subprocess.Process, dict[str, Any]]]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "app",
        "serve",
        *map(str, arguments),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    try:
        async with asyncio.timeout(20):
            line = await process.stdout.readline()
        yield process, json.loads(line) if line else {}
    finally:
        if process.returncode is None:
            process.kill()
            await process.communicate()


async def ended(process: asyncio.subprocess.Process) -> tuple[int, str]:
    process.send_signal(signal.SIGTERM)
    async with asyncio.timeout(5):
        _, errors = await process.communicate()
    assert process.returncode is not None
    return process.returncode, errors.decode()


async def refused(*arguments: object) -> str:
    """The one line of a start that fails."""
    async with etal_serve(*arguments) as (process, line):
        assert line == {}
        _, errors = await process.communicate()
        assert process.returncode == 1
        lines = errors.decode().splitlines()
        assert len(lines) == 1, errors
        return lines[0]


async def test_it_says_where_it_listens_and_a_second_start_keeps_port_and_key(tmp_path: Path) -> None:
    async with etal_serve("--data", tmp_path / "d", "--port", 0) as (process, first):
        assert set(first) == {"listening", "fingerprint", "invite"}
        assert first["listening"].startswith("wss://127.0.0.1:")
        assert first["invite"].startswith(first["listening"].replace("wss:", "etal:") + "/j/")
        assert f"&pin={first['fingerprint'].removeprefix('sha256:')}" in first["invite"]
        code, errors = await ended(process)
        assert code == 0
        assert [json.loads(line)["event"] for line in errors.splitlines()][-1] == "stopped"
    async with etal_serve("--data", tmp_path / "d") as (_, second):
        assert (second["listening"], second["fingerprint"]) == (first["listening"], first["fingerprint"])
        assert second["invite"] != first["invite"], "the owner has not joined: a new invite is printed"
        async with Guest(second["listening"]) as guest:
            assert isinstance(await guest.join(first["invite"]), Granted), "the older invite stays good until then"
        async with Guest(second["listening"]) as guest:
            answer = await guest.join(second["invite"], "Mallory")
            assert isinstance(answer, Refused) and answer.code == "invite_used", "there is one first owner"
    async with etal_serve("--data", tmp_path / "d") as (_, third):
        assert set(third) == {"listening", "fingerprint"}


async def test_sigterm_commits_what_was_accepted_says_goodbye_and_ends_with_0(tmp_path: Path) -> None:
    async with etal_serve("--data", tmp_path / "d", "--port", 0) as (process, line):
        async with Guest(line["listening"]) as guest:
            await guest.join(line["invite"])
            await guest.hello()
            _, change = guest.project()
            await guest.push(change)
            project = change.ch[2:]
            await guest.say(*[Push([encode_change(guest.task(project)[1])]) for _ in range(20)])
            started = perf_counter()
            process.send_signal(signal.SIGTERM)
            bye = await guest.get(Bye)
            assert bye.code == "restart"
            assert 0 <= bye.retry_after <= 1
            assert await guest.ending() == 1012
            acked = [one.n for ack in guest.arrived if isinstance(ack, Ack) for one in ack.results]
        async with asyncio.timeout(5):
            await process.communicate()
        assert process.returncode == 0
        assert perf_counter() - started < 5
    async with etal_serve("--data", tmp_path / "d") as (_, line):
        async with Guest(line["listening"]).takes_over(guest) as again:
            welcome = await again.hello()
            assert welcome.heads[f"p:{project}"][1] >= len(acked), "nothing acknowledged is lost"
            assert welcome.highest >= max(acked)


async def test_what_is_wrong_at_the_start_is_one_sentence(tmp_path: Path) -> None:
    async with etal_serve("--data", tmp_path / "d", "--port", 0) as (_, line):
        port = line["listening"].rpartition(":")[2]
        assert "Another server is running" in await refused("--data", tmp_path / "d")
        assert "in use" in await refused("--data", tmp_path / "e", "--port", port)
    (tmp_path / "file").write_text("x")
    assert "is not a folder" in await refused("--data", tmp_path / "file")
    assert "does not have the address" in await refused("--data", tmp_path / "f", "--host", "192.0.2.7", "--port", 0)


async def test_a_folder_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    import sqlite3

    (tmp_path / "d").mkdir()
    with sqlite3.connect(tmp_path / "d" / "etal.db") as database:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA user_version = 999")
    database.close()
    before = (tmp_path / "d" / "etal.db").read_bytes()
    assert "newer version" in await refused("--data", tmp_path / "d", "--port", 0)
    assert (tmp_path / "d" / "etal.db").read_bytes() == before


async def test_a_given_certificate_is_shown_and_pinned_where_no_authority_vouches_for_it(tmp_path: Path) -> None:
    made = certificates.load(tmp_path, None, None)
    given = {"--certificate": tmp_path / "certificate.pem", "--key": tmp_path / "key.pem"}
    flat = [part for pair in given.items() for part in pair]
    async with etal_serve("--data", tmp_path / "d", "--port", 0, *flat) as (_, line):
        assert line["fingerprint"] == made.fingerprint
        assert made.pin in line["invite"]
    (tmp_path / "key.pem").write_text("no key")
    assert "cannot be read" in await refused("--data", tmp_path / "d", "--port", 0, *flat)


async def test_a_server_for_the_network_names_this_machines_address_in_its_invite(tmp_path: Path) -> None:
    async with etal_serve("--data", tmp_path / "d", "--host", "0.0.0.0", "--port", 0) as (_, line):
        port = line["listening"].rpartition(":")[2]
        assert line["invite"].startswith(f"etal://{local_address()}:{port}/j/")
        async with Guest(f"wss://{local_address()}:{port}") as guest:
            assert isinstance(await guest.join(line["invite"]), Granted)


async def test_nobody_else_can_read_its_folder_and_no_secret_is_in_it(tmp_path: Path) -> None:
    async with etal_serve("--data", tmp_path / "d", "--port", 0) as (process, line):
        async with Guest(line["listening"]) as guest:
            granted = await guest.join(line["invite"])
            assert isinstance(granted, Granted)
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "d").iterdir()}
        assert stat.S_IMODE((tmp_path / "d").stat().st_mode) == 0o700
        assert set(modes.values()) == {0o600}, modes
        _, errors = await ended(process)
    held = b"".join(path.read_bytes() for path in (tmp_path / "d").iterdir()) + errors.encode()
    assert b"sarah@example.org" in held, "the search finds what is there"
    for secret in (granted.token, secret_of(line["invite"]), "correct horse battery"):
        assert secret.encode() not in held


async def test_its_health_is_told_to_who_asks(tmp_path: Path) -> None:
    async with etal_serve("--data", tmp_path / "d", "--port", 0) as (_, line):
        port = int(line["listening"].rpartition(":")[2])
        reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=trusting())
        writer.write(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        assert (await reader.read()).startswith(b"HTTP/1.1 200 ")
        writer.close()


async def test_it_starts_where_its_usual_port_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from app.server import configuration

    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        monkeypatch.setattr(configuration, "PORT_FIRST", other.getsockname()[1])
        from tests.server.guest import Options

        taken = configuration.bind(Options(tmp_path, port=None), configuration.Settings())
        assert taken.getsockname()[1] not in (0, other.getsockname()[1])
        taken.close()


def test_its_certificate_satisfies_a_strict_checker_by_name_and_address(tmp_path: Path) -> None:
    certificates.load(tmp_path, None, None)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(tmp_path / "certificate.pem", tmp_path / "key.pem")
    client = ssl.create_default_context(cafile=str(tmp_path / "certificate.pem"))
    client.verify_flags |= ssl.VERIFY_X509_STRICT
    for name in ("localhost", "127.0.0.1"):
        a, b, c, d = ssl.MemoryBIO(), ssl.MemoryBIO(), ssl.MemoryBIO(), ssl.MemoryBIO()
        ours, theirs = server.wrap_bio(a, b, server_side=True), client.wrap_bio(c, d, server_hostname=name)
        for _ in range(4):
            for end, out, into in ((theirs, d, a), (ours, b, c)):
                try:
                    end.do_handshake()
                except ssl.SSLWantReadError:
                    pass
                into.write(out.read())
        assert theirs.version() == "TLSv1.3"


async def test_a_log_that_nobody_reads_does_not_stop_the_server(tmp_path: Path) -> None:
    async with etal_serve("--data", tmp_path / "d", "--port", 0) as (process, line):
        assert process.stderr is not None
        process.stderr._transport.pause_reading()  # type: ignore[attr-defined]
        for _ in range(700):  # two lines each: more than a pipe holds
            async with Guest(line["listening"]):
                pass
        async with Guest(line["listening"]) as guest:
            assert isinstance(await guest.join(line["invite"]), Granted)
        process.stderr._transport.resume_reading()  # type: ignore[attr-defined]
        code, errors = await ended(process)
        assert code == 0
        assert errors.count('"connected"') > 700
