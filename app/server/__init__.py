"""The server's shell: sockets, TLS, accounts, threads; what it carries out is decided by the hub."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.server.configuration import Options


def run(options: "Options") -> int:
    """Serves until SIGTERM or SIGINT and answers the exit status; what fails at the start is one sentence."""
    from app.server.server import serve

    return serve(options)
