"""Shows the version of the app, the protocol and the cache schema."""

import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """None: there is one way to say it."""


def run(arguments: argparse.Namespace) -> int:
    from app import __version__
    from app.cache.versions import CACHE_SCHEMA, OUTBOX_FORMAT
    from app.protocol.versions import PROTOCOL_MAX, PROTOCOL_MIN

    print(f"etal {__version__}")
    print(f"protocol {PROTOCOL_MIN} to {PROTOCOL_MAX}")
    print(f"cache schema {CACHE_SCHEMA}, outbox format {OUTBOX_FORMAT}")
    return 0
