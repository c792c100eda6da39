"""Before a session (FAULTS B): web pages, other names, old TLS, odd requests."""

import asyncio
import ssl
from pathlib import Path

import pytest

from app.server.listener import Gate
from tests.hostile.stage import stage
from tests.server.guest import Guest, running, trusting

UPGRADE = {
    "Host": "127.0.0.1",
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
}


async def asked(url: str, path: str = "/sync", method: str = "GET", raw: str = "", **headers: str | None) -> str:
    """The status line of the answer to a request; '' when the connection ends without one."""
    port = int(url.rpartition(":")[2])
    reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=trusting())
    merged = {**UPGRADE, **{name.replace("_", "-"): value for name, value in headers.items()}}
    lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in merged.items() if value is not None)]
    try:
        writer.write(("\r\n".join(lines) + "\r\n" + raw + "\r\n").encode())
        async with asyncio.timeout(10):
            return (await reader.readline()).decode().strip()
    except ConnectionError:
        return ""
    finally:
        writer.close()


async def test_only_a_plain_upgrade_at_the_right_place_gets_in(tmp_path: Path) -> None:
    async with stage(tmp_path) as scene:
        url = scene.url
        assert "101" in await asked(url)
        assert "403" in await asked(url, Origin="https://evil.example")
        assert "403" in await asked(url, Origin="null")
        assert "403" in await asked(url, Origin="https://127.0.0.1")
        assert "421" in await asked(url, Host="evil.example")
        assert "421" in await asked(url, Host="evil.example:443")
        assert "421" in await asked(url, Host=None)
        assert "421" in await asked(url, raw="Host: 127.0.0.1\r\n")
        assert "101" in await asked(url, Host="localhost:1234")
        assert "400" in await asked(url, Sec_WebSocket_Protocol="mqtt")
        assert "404" in await asked(url, path="/")
        assert "404" in await asked(url, path="/sync?token=abc")
        assert "404" in await asked(url, path="http://127.0.0.1/sync")
        assert "404" in await asked(url, path="/../sync")
        assert "426" in await asked(url, Upgrade=None, Connection=None)
        assert "101" not in await asked(url, method="POST")
        assert "101" not in await asked(url, Sec_WebSocket_Key="short")
        assert "101" not in await asked(url, Sec_WebSocket_Version="8")
        assert "101" not in await asked(url, Content_Length="5", Transfer_Encoding="chunked")
        assert "101" not in await asked(url, raw="X: " + "y" * 65_536 + "\r\n")
        assert "101" not in await asked(url, raw="".join(f"X-{place}: y\r\n" for place in range(1_000)))
        assert "101" not in await asked(url, raw="".join(f"X-{place}: y\r\n" for place in range(50)))
        assert "101" not in await asked(url, raw="broken header\r\n")


async def test_a_request_that_does_not_end_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.server.listener.HANDSHAKE_S", 0.5)
    async with running(tmp_path) as server:
        port = int(server.announcement["listening"].rpartition(":")[2])
        reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=trusting())
        writer.write(b"GET /sync HTTP/1.1\r\nHost: 127.0.0.1\r\n")
        reading = asyncio.create_task(reader.read())
        async with asyncio.timeout(10):
            while not reading.done():
                writer.write(b"X: y\r\n")
                await asyncio.wait([reading], timeout=0.1)
        writer.close()
        await asyncio.gather(reading, return_exceptions=True)


async def test_an_older_tls_is_refused_and_the_new_one_is_spoken(tmp_path: Path) -> None:
    async with stage(tmp_path) as scene:
        old = trusting()
        old.maximum_version = ssl.TLSVersion.TLSv1_2
        with pytest.raises((ssl.SSLError, ConnectionError)):
            async with Guest(scene.url, old):
                pass
        assert scene.honest.socket is not None
        shown = scene.honest.socket.transport.get_extra_info("ssl_object")
        assert shown.version() == "TLSv1.3"
        port = int(scene.url.rpartition(":")[2])
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET /sync HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        try:
            answer = await reader.read()
        except ConnectionError:
            answer = b""
        assert b"HTTP" not in answer, "nothing is said without TLS"
        writer.close()


@pytest.mark.parametrize(
    ("host", "ours"),
    [
        ("127.0.0.1", True),
        ("127.0.0.1:7464", True),
        ("[::1]:7464", True),
        ("10.1.2.3:1", True),
        ("localhost", True),
        ("Sync.Example.org:7464", True),
        ("sync.example.org.", True),
        ("team.wild.example", True),
        ("wild.example", False),
        ("a.team.wild.example", False),
        ("evil.example", False),
        ("sync.example.org.evil.example", False),
        ("", False),
    ],
)
def test_only_its_own_names_and_addresses_are_its(host: str, ours: bool) -> None:
    gate = Gate(("sync.example.org", "*.wild.example"), lambda: True, lambda: 0)
    assert gate._is_ours(host) is ours
