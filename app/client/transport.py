"""One connection to a server: WebSocket over TLS, whole messages in and out, every failure said in a sentence."""

import asyncio
import errno
import socket
import ssl
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter

from websockets.asyncio.client import ClientConnection, connect
from websockets.asyncio.connection import broadcast
from websockets.exceptions import (
    ConnectionClosed,
    InvalidHandshake,
    InvalidMessage,
    InvalidProxy,
    InvalidStatus,
    ProxyError,
    WebSocketException,
)

from app.client.links import Address
from app.client.tls import PinMismatch, client_context
from app.protocol.codec import BadFrame, decode_from_server, encode
from app.protocol.limits import FRAME_BYTES_MAX, SEND_QUEUE_BYTES_MAX
from app.protocol.messages import ClientMessage, ServerMessage

PATH = "/sync"
OPEN_S = 10.0
"""From the first packet to the open WebSocket."""
CLOSE_S = 0.5
"""How long a polite end may take before the socket is cut."""
WRITE_NOW_BYTES_MAX = 64 << 10
"""While the socket holds less than this, messages go to it directly."""
SLICE_S = 0.004
"""Messages are handled for at most this long before others on the loop get their turn (SYNC 15)."""
NEXT_ADDRESS_S = 0.25
"""A host with several addresses: the next one is tried beside the first after this (RFC 8305)."""


class ConnectionFailed(Exception):
    """A connection could not be made or has ended: `code` is unreachable, certificate, protocol or closed."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code
        self.text = text


@dataclass
class Traffic:
    """What went over the wire since the start: bytes of frames, and messages."""

    bytes_in: int = 0
    bytes_out: int = 0
    messages_in: int = 0
    messages_out: int = 0


class _Connect(connect):
    def process_redirect(self, exc: Exception) -> Exception | str:
        return exc  # a redirect is never followed (FAULTS B39)


class Connection:
    """An open connection. `send` never waits; `run` hands over what comes, in order, until the end."""

    def __init__(self, socket_: ClientConnection, traffic: Traffic) -> None:
        self._socket = socket_
        self._traffic = traffic
        self._queue: deque[ClientMessage] = deque()
        self._more = asyncio.Event()
        self._ending = False
        self._idle = True
        self._writer = asyncio.create_task(self._write(), name="write to the server")

    def send(self, message: ClientMessage) -> None:
        """Sends one message, at once where the socket takes it.

        What cannot be sent any more is dropped; `run` says that the connection has ended.
        """
        if not self._queue and self._idle and self._socket.transport.get_write_buffer_size() < WRITE_NOW_BYTES_MAX:
            broadcast((self._socket,), self._frame(message))
            return
        self._queue.append(message)
        self._more.set()

    async def run(self, handle: Callable[[ServerMessage], None]) -> None:
        """Hands every message to `handle` until the connection ends, then raises ConnectionFailed.

        Cancelling it leaves the connection open; the caller closes it.
        """
        busy = 0.0
        while True:
            message = await self.receive()
            start = perf_counter()
            handle(message)
            busy += perf_counter() - start
            if busy > SLICE_S:
                await asyncio.sleep(0)
                busy = 0.0

    async def receive(self) -> ServerMessage:
        """The next message. Raises ConnectionFailed at the end, or on a frame that is no message."""
        try:
            frame = await self._socket.recv(decode=False)
        except ConnectionClosed as closed:
            raise _ended(closed) from None
        self._traffic.bytes_in += len(frame)
        self._traffic.messages_in += 1
        try:
            return decode_from_server(frame)
        except BadFrame as bad:
            raise ConnectionFailed("protocol", f"The server sent something that cannot be read: {bad}.") from None

    async def close(self) -> None:
        """Sends what is queued, says goodbye and ends; cuts the connection when that takes longer than CLOSE_S."""
        self._ending = True
        self._more.set()
        try:
            async with asyncio.timeout(CLOSE_S):
                await self._writer
                await self._socket.close()
        except TimeoutError:
            pass
        finally:
            self.cut()

    def cut(self) -> None:
        """Ends it at once, without a word."""
        self._writer.cancel()
        self._socket.transport.abort()

    async def _write(self) -> None:
        try:
            while True:
                while self._queue:
                    await self._write_one(self._queue.popleft())
                if self._ending:
                    return
                self._more.clear()
                self._idle = True
                await self._more.wait()
                self._idle = False
        except ConnectionClosed:
            return  # the reader says why

    async def _write_one(self, message: ClientMessage) -> None:
        await self._socket.send(self._frame(message))

    def _frame(self, message: ClientMessage) -> bytes:
        frame = encode(message)
        self._traffic.bytes_out += len(frame)
        self._traffic.messages_out += 1
        return frame


async def open_connection(address: Address, pins: tuple[str, ...], traffic: Traffic) -> Connection:
    """Connects to a server. Raises ConnectionFailed; when cancelled nothing stays open."""
    context: ssl.SSLContext | None = None
    if address.secure:
        context = await asyncio.to_thread(client_context, pins)
    elif not address.loopback:
        raise ConnectionFailed("protocol", "A plain ws:// connection is only allowed inside this machine.")
    try:
        opened = await _Connect(
            address.url + PATH,
            ssl=context,
            compression=None,
            proxy=None if address.loopback else True,
            user_agent_header=None,
            open_timeout=OPEN_S,
            ping_interval=None,  # own pings: the engine must know of them
            close_timeout=CLOSE_S,
            max_size=FRAME_BYTES_MAX,
            write_limit=SEND_QUEUE_BYTES_MAX,
            happy_eyeballs_delay=None if address.loopback else NEXT_ADDRESS_S,
        )
    except (OSError, WebSocketException, EOFError, ImportError) as error:
        raise _failure(error, address) from error
    return Connection(opened, traffic)


def _ended(closed: ConnectionClosed) -> ConnectionFailed:
    if closed.rcvd is not None and closed.rcvd.code in (1002, 1007, 1008, 1009):
        return ConnectionFailed("protocol", "The server ended the connection: it did not understand this program.")
    return ConnectionFailed("closed", "The connection was lost.")


def _failure(error: Exception, address: Address) -> ConnectionFailed:
    where = address.authority
    match error:
        case PinMismatch():
            expected = " or ".join(f"sha256:{pin}" for pin in error.pins)
            return ConnectionFailed(
                "certificate",
                "This is not the server you joined. Nothing was sent. "
                f"Its fingerprint is sha256:{error.found}, not {expected}.",
            )
        case ssl.SSLCertVerificationError():
            return ConnectionFailed("certificate", _unverified(error, address))
        case ssl.SSLError():
            return ConnectionFailed("certificate", f"No secure connection could be made to {where}: it needs TLS 1.3.")
        case InvalidProxy() | ProxyError() | ImportError():
            return ConnectionFailed(
                "unreachable", "The proxy that this computer is set to use does not let us through."
            )
        case InvalidStatus() if 300 <= error.response.status_code < 400:
            return ConnectionFailed("protocol", f"{where} points to another server. That is never followed.")
        case InvalidStatus() if error.response.status_code == 503:
            return ConnectionFailed("unreachable", "The server is busy.")
        case InvalidHandshake() | InvalidMessage() | EOFError():
            return ConnectionFailed("protocol", f"What answers at {where} is no Et'al server.")
        case TimeoutError():
            return ConnectionFailed("unreachable", f"No answer from {where}.")
        case OSError():
            return ConnectionFailed("unreachable", _unreachable(error, address))
        case _:
            return ConnectionFailed("protocol", f"{where} speaks otherwise than it should.")


def _unverified(error: ssl.SSLCertVerificationError, address: Address) -> str:
    # OpenSSL's numbers: 9 not yet valid, 10 expired. Either may be this computer's clock (FAULTS 2).
    if error.verify_code in (9, 10):
        return f"The certificate of {address.host} is not valid today. Is the clock of this computer right?"
    return f"Nobody that this computer trusts vouches for {address.host}. Nothing was sent."


def _unreachable(error: OSError, address: Address) -> str:
    if isinstance(error, socket.gaierror):
        return f"Can't find {address.host}."
    if error.errno in (errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN):
        return f"There is no way to {address.host} from this network."
    if isinstance(error, ConnectionRefusedError):
        return f"No server is running at {address.authority}."
    if isinstance(error, ConnectionError):
        return f"{address.authority} ended the connection before it was secure."
    return f"{address.authority} can't be reached."
