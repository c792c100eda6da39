"""How the server is started and what its data directory remembers: lock, port, addresses."""

import errno
import ipaddress
import os
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import msgspec
from filelock import FileLock, Timeout

from app.server.errors import ServerFailure

SETTINGS = "server.json"
LOCK = "server.lock"
PORT_FIRST = 7464
"""Tried at the first start; where another program has it, a free one is taken and remembered."""


class Options(Protocol):
    """What the command line hands over. `port` None keeps the one remembered, 0 takes a free one."""

    @property
    def data(self) -> Path: ...
    @property
    def host(self) -> str: ...
    @property
    def port(self) -> int | None: ...
    @property
    def name(self) -> str | None: ...
    @property
    def certificate(self) -> Path | None: ...
    @property
    def key(self) -> Path | None: ...


class Settings(msgspec.Struct, omit_defaults=True):
    """What a data directory remembers of its last start."""

    port: int = 0


@dataclass(frozen=True)
class Place:
    """An address: host as it is written in links (IPv6 without brackets) and port."""

    host: str
    port: int

    @property
    def authority(self) -> str:
        """`host:port`, IPv6 in brackets."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


class DataDirectory:
    """The server's folder, private and locked for as long as the server runs."""

    def __init__(self, path: Path) -> None:
        """Raises ServerFailure when it cannot be made, written or is in use by another server."""
        self.path = path
        os.umask(0o077)
        try:
            path.mkdir(mode=0o700, parents=True, exist_ok=True)
            path.chmod(0o700)
            self._lock = FileLock(path / LOCK, timeout=0, mode=0o600)
            self._lock.acquire()
        except Timeout:
            raise ServerFailure(f"Another server is running with the folder {path}.") from None
        except OSError as error:
            raise ServerFailure(_unusable(path, error)) from error

    def release(self) -> None:
        """Lets another server use the folder."""
        self._lock.release()

    def settings(self) -> Settings:
        """What was remembered; nothing when there is no such file or it is damaged."""
        try:
            return msgspec.json.decode((self.path / SETTINGS).read_bytes(), type=Settings)
        except (OSError, msgspec.MsgspecError):
            return Settings()

    def remember(self, settings: Settings) -> None:
        """Writes the settings whole or not at all. Raises ServerFailure."""
        try:
            new = self.path / (SETTINGS + ".new")
            new.write_bytes(msgspec.json.encode(settings))
            new.replace(self.path / SETTINGS)
        except OSError as error:
            raise ServerFailure(_unusable(self.path, error)) from error


def _unusable(path: Path, error: OSError) -> str:
    match error.errno:
        case errno.ENOSPC | errno.EDQUOT:
            return f"The disk is full: {path}."
        case errno.ENOTDIR | errno.EEXIST:
            return f"{path} is not a folder."
        case _:
            return f"The folder {path} cannot be written: {os.strerror(error.errno or 0)}."


def bind(options: Options, settings: Settings) -> socket.socket:
    """A listening socket: the port asked for, or the one remembered, or at the first start a usual one.

    Raises ServerFailure when the address or port cannot be had.
    """
    wanted = options.port if options.port is not None else settings.port
    if options.port is None and not settings.port:
        try:
            return _bound(options.host, PORT_FIRST)
        except ServerFailure:
            wanted = 0
    return _bound(options.host, wanted)


def _bound(host: str, port: int) -> socket.socket:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except OSError:
        raise ServerFailure(f"“{host}” is no name or address of this machine.") from None
    listener = socket.socket(family, kind, protocol)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6 and host == "::":
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        listener.bind(address)
        listener.listen(512)
        listener.setblocking(False)
    except OSError as error:
        listener.close()
        raise ServerFailure(_refused(host, port, error)) from error
    return listener


def _refused(host: str, port: int, error: OSError) -> str:
    match error.errno:
        case errno.EADDRINUSE:
            return f"Port {port} is in use by another program. Choose another with --port, or 0 for a free one."
        case errno.EADDRNOTAVAIL:
            return f"This machine does not have the address {host}."
        case errno.EACCES:
            return f"Port {port} needs more rights than this program has. Choose one above 1023."
        case _:
            return f"Cannot listen on {host}, port {port}: {os.strerror(error.errno or 0)}."


def reachable_host(host: str) -> str:
    """The host by which others reach a server that listens on `host`: for all addresses, that in the local network."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    return local_address(address.version) if address.is_unspecified else str(address)


def local_address(version: int = 4) -> str:
    """This machine's address in the local network; the loopback address where there is no network."""
    family, elsewhere, loopback = (
        (socket.AF_INET, "192.0.2.1", "127.0.0.1") if version == 4 else (socket.AF_INET6, "2001:db8::1", "::1")
    )
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((elsewhere, 9))  # asks the routing table; nothing is sent
            return str(probe.getsockname()[0])
        except OSError:
            return loopback
