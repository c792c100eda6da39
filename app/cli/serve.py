"""Runs the server."""

import argparse
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class ServeOptions:
    """How the server is started; `port` None keeps the one that the data directory remembers, 0 takes a free one."""

    data: Path
    host: str
    port: int | None
    name: str | None
    certificate: Path | None
    key: Path | None


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", type=Path, required=True, metavar="DIR", help="where the server keeps everything")
    parser.add_argument("--host", default="127.0.0.1", metavar="H", help="address to listen on (default: 127.0.0.1)")
    parser.add_argument("--port", type=port, metavar="P", help="0 takes a free one (default: the one used before)")
    parser.add_argument("--name", metavar="TEXT", help="name of the workspace, at the first start")
    parser.add_argument("--certificate", type=Path, metavar="PEM", help="own certificate instead of a made one")
    parser.add_argument("--key", type=Path, metavar="PEM", help="private key of --certificate")


def port(text: str) -> int:
    """A port number, 0 to 65535; raises ArgumentTypeError for anything else."""
    if not text.isascii() or not text.isdigit() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"“{text}” is not a port (0 to 65535)")
    return int(text)


def options(arguments: argparse.Namespace) -> ServeOptions:
    from app.cli.failure import Failure

    if (arguments.certificate is None) != (arguments.key is None):
        raise Failure("--certificate and --key belong together: give both or neither.", status=2)
    return ServeOptions(
        data=arguments.data.expanduser().absolute(),
        host=arguments.host,
        port=arguments.port,
        name=arguments.name,
        certificate=arguments.certificate,
        key=arguments.key,
    )


def run(arguments: argparse.Namespace) -> int:
    from app.cli import start

    return start("server", options(arguments))
