"""The door to the network: TLS 1.3, one path, no web page's origin, bounds on everything before a session."""

import http
import ipaddress
import logging
import socket
import ssl
from collections.abc import Awaitable, Callable

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import WebSocketException
from websockets.http11 import Request, Response

from app.protocol.limits import FRAME_BYTES_MAX, HELLO_WAIT_S
from app.server.wire import Wire

PATH, HEALTH = "/sync", "/healthz"
HANDSHAKE_S = 5.0
"""For TLS and for the upgrade, each."""
CLOSE_S = 1.0
HEADERS_MAX = 32
FRAMES_UNREAD_MAX = 16
"""Frames of one connection read ahead from the network."""
WRITE_BYTES_MAX = 64 << 10
CONNECTIONS_MAX = 20_000

assert HANDSHAKE_S <= HELLO_WAIT_S


class Gate:
    """Decides on the upgrade. `names` are host names by which clients may call this server; addresses always are."""

    def __init__(self, names: tuple[str, ...], is_healthy: Callable[[], bool], connections: Callable[[], int]) -> None:
        self._names = {"localhost", socket.gethostname().lower(), *names}
        self._is_healthy, self._connections = is_healthy, connections

    def check(self, wire: ServerConnection, request: Request) -> Response | None:
        """The answer that refuses the upgrade, or None to go on with it."""
        if len(request.headers) > HEADERS_MAX:
            return wire.respond(http.HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "Too many headers.\n")
        if request.headers.get_all("Origin"):
            # A web page on any machine can reach a server on this one; our client sends no origin (FAULTS B31).
            return wire.respond(http.HTTPStatus.FORBIDDEN, "Not for web pages.\n")
        hosts = request.headers.get_all("Host")
        if len(hosts) != 1 or not self._is_ours(hosts[0]):
            return wire.respond(http.HTTPStatus.MISDIRECTED_REQUEST, "Not the name of this server.\n")
        if request.path == HEALTH:
            if self._is_healthy():
                return wire.respond(http.HTTPStatus.OK, "ok\n")
            return wire.respond(http.HTTPStatus.SERVICE_UNAVAILABLE, "The database cannot be written.\n")
        if request.path != PATH:
            return wire.respond(http.HTTPStatus.NOT_FOUND, "Nothing here.\n")
        if request.headers.get_all("Sec-WebSocket-Protocol"):
            return wire.respond(http.HTTPStatus.BAD_REQUEST, "No subprotocol is spoken here.\n")
        if self._connections() >= CONNECTIONS_MAX:
            return wire.respond(http.HTTPStatus.SERVICE_UNAVAILABLE, "Too many connections.\n")
        return None

    def _is_ours(self, host: str) -> bool:
        """Against rebinding: another's name that was made to lead here is not ours."""
        name = host.lower()
        if name.startswith("["):
            name = name[1:].partition("]")[0]
        else:
            name = name.partition(":")[0]
        try:
            ipaddress.ip_address(name)
        except ValueError:
            name = name.rstrip(".")
            return name in self._names or f"*.{name.partition('.')[2]}" in self._names
        return True


async def listen(
    listener: socket.socket,
    context: ssl.SSLContext,
    gate: Gate,
    handler: Callable[[Wire, str], Awaitable[None]],
) -> Server:
    """Accepts connections on a bound socket and hands each open one to `handler` with the address it comes from."""

    async def accepted(wire: ServerConnection) -> None:
        assert isinstance(wire, Wire)
        peer = wire.remote_address
        try:
            await handler(wire, str(peer[0]) if peer else "")
        except WebSocketException:
            return

    return await serve(
        accepted,
        sock=listener,
        ssl=context,
        create_connection=Wire,
        process_request=gate.check,
        compression=None,
        server_header=None,
        open_timeout=HANDSHAKE_S,
        ping_interval=None,
        close_timeout=CLOSE_S,
        max_size=FRAME_BYTES_MAX,
        max_queue=FRAMES_UNREAD_MAX,
        write_limit=WRITE_BYTES_MAX,
        logger=_quiet(),
    )


def _quiet() -> logging.Logger:
    """The library tells failed handshakes with a traceback; what matters of them is counted by the door itself."""
    logger = logging.getLogger("app.server.websockets")
    logger.setLevel(logging.CRITICAL)
    return logger
