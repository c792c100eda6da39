"""A bare server with TLS that the transport is tried on, and the keys for it."""

import asyncio
import datetime
import ipaddress
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from websockets.asyncio.server import ServerConnection, serve

from app.client.links import Address
from app.client.tls import spki_pin


@dataclass(frozen=True)
class Key:
    """A self-signed certificate for this machine's own address, its pin, and a server's context with it."""

    pin: str
    path: Path

    def context(self, highest: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.maximum_version = highest
        context.load_cert_chain(self.path)
        return context


def make_key(folder: Path, name: str = "server") -> Key:
    private = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder(subject, subject, private.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .sign(private, hashes.SHA256())
    )
    path = folder / f"{name}.pem"
    path.write_bytes(
        private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    return Key(spki_pin(certificate.public_bytes(serialization.Encoding.DER)), path)


@dataclass
class Listening:
    """A server that listens; `requests` are the upgrade requests that reached it."""

    address: Address
    requests: list[Any] = field(default_factory=list)


@asynccontextmanager
async def listening(
    context: ssl.SSLContext | None,
    talk: Callable[[ServerConnection], Awaitable[None]] | None = None,
    answer: Callable[[ServerConnection], Any] | None = None,
) -> AsyncIterator[Listening]:
    """`talk` has the connection; `answer` may answer the upgrade request with something else."""

    async def nothing(socket: ServerConnection) -> None:
        await socket.wait_closed()

    def seen(socket: ServerConnection, request: Any) -> Any:
        there.requests.append(request)
        return answer(socket) if answer is not None else None

    there = Listening(Address("127.0.0.1", 0))
    async with serve(
        talk or nothing, "127.0.0.1", 0, ssl=context, process_request=seen, compression=None, close_timeout=0.2
    ) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        there.address = Address("127.0.0.1", port, secure=context is not None)
        yield there


async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Speaks no TLS."""
    await reader.read(10)
    writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
    writer.close()
