"""Shows the version of the app, the protocol and the cache schema."""

import argparse
import importlib


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """None: there is one way to say it."""


def run(arguments: argparse.Namespace) -> int:
    from app import __version__

    protocol = importlib.import_module("app.protocol.versions")
    cache = importlib.import_module("app.cache.versions")
    print(f"etal {__version__}")
    print(f"protocol {protocol.PROTOCOL_MIN} to {protocol.PROTOCOL_MAX}")
    print(f"cache schema {cache.CACHE_SCHEMA}, outbox format {cache.OUTBOX_FORMAT}")
    return 0
