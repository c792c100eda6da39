"""The client without a window, driven by JSON lines on standard input."""

import argparse
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class HeadlessOptions:
    """Where the profile is; with a `token_file` the keyring is not asked, neither for the key of the cache."""

    profile: Path
    token_file: Path | None


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--profile", type=Path, required=True, metavar="DIR", help="where cache and queue are kept")
    parser.add_argument("--token-file", type=Path, metavar="FILE", help="keep the token here, not in the keyring")


def run(arguments: argparse.Namespace) -> int:
    from app.cli import start

    token_file = arguments.token_file
    return start(
        "headless",
        HeadlessOptions(
            profile=arguments.profile.expanduser().absolute(),
            token_file=token_file.expanduser().absolute() if token_file is not None else None,
        ),
    )
