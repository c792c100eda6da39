"""The raw path: a WebSocket over TLS and one fsynced SQLite commit on each side, without any of our code between."""

import argparse
import asyncio
import sqlite3
import ssl
import sys
from contextlib import AsyncExitStack
from pathlib import Path
from time import perf_counter

import uvloop
from websockets.asyncio.client import ClientConnection, connect
from websockets.asyncio.server import ServerConnection, serve

from scripts.lib.bench.child import answer_requests

SIZE = 250
"""Bytes of a message: about those of one changed field."""


class Journal:
    """A table to which rows are added, each by a commit that is on the disk when it returns."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None)
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = FULL")
        self._connection.execute("CREATE TABLE IF NOT EXISTS row (content BLOB)")

    def add(self, *contents: bytes) -> None:
        """One commit."""
        self._connection.execute("BEGIN IMMEDIATE")
        self._connection.executemany("INSERT INTO row VALUES (?)", [(content,) for content in contents])
        self._connection.execute("COMMIT")

    def close(self) -> None:
        """Close the file."""
        self._connection.close()


class RawClient:
    """The other end: commits, sends, and waits for the echo."""

    def __init__(self, url: str, journal: Path) -> None:
        self._url = url
        self._journal = Journal(journal)
        self._socket: ClientConnection | None = None

    async def open(self) -> float:
        """Connect; how long that took, in seconds."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        began = perf_counter()
        self._socket = await connect(self._url, ssl=context, compression=None, ping_interval=None, proxy=None)
        return perf_counter() - began

    async def echo(self) -> float:
        """One round, in seconds."""
        assert self._socket is not None
        began = perf_counter()
        self._journal.add(b"x" * SIZE)
        await self._socket.send(b"x" * SIZE)
        await self._socket.recv()
        return perf_counter() - began

    async def pour(self, count: int) -> float:
        """So many messages at once, one commit each at the other end: seconds until the last echo."""
        assert self._socket is not None
        began = perf_counter()

        async def send() -> None:
            assert self._socket is not None
            for _ in range(count):
                await self._socket.send(b"x" * SIZE)

        sending = asyncio.create_task(send())
        for _ in range(count):
            await self._socket.recv()
        await sending
        return perf_counter() - began

    async def close(self) -> None:
        """Hang up."""
        if self._socket is not None:
            await self._socket.close()
        self._journal.close()


async def main(folder: Path) -> None:
    journal = Journal(folder / "raw-server.db")

    async def echo(socket: ServerConnection) -> None:
        async for message in socket:
            assert isinstance(message, bytes)
            journal.add(message)
            await socket.send(message)

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.load_cert_chain(folder / "certificate.pem", folder / "key.pem")
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(
            serve(echo, "127.0.0.1", 0, ssl=context, compression=None, ping_interval=None)
        )
        port = next(iter(server.sockets)).getsockname()[1]

        async def url() -> str:
            return f"wss://127.0.0.1:{port}"

        await answer_requests({"url": url})


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    sys.exit(uvloop.run(main(parser.parse_args().folder)))
