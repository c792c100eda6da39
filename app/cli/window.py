"""Opens the app; a second start raises the window of the first."""

import argparse
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class WindowOptions:
    """What the window opens with: an `etal://` link, and profiles in another place than the usual one."""

    link: str | None
    profiles: Path | None


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("link", nargs="?", type=link, metavar="etal://…", help="open what this link or invite names")
    parser.add_argument("--profiles", type=Path, metavar="DIR", help="keep everything in DIR, not in the usual place")


def link(text: str) -> str:
    """An `etal://` link; raises ArgumentTypeError for anything else."""
    if not text.startswith("etal://"):
        raise argparse.ArgumentTypeError(f"“{text}” is not a link that begins with etal://")
    return text


def run(arguments: argparse.Namespace) -> int:
    from app.cli import start
    from app.cli.display import check_window_can_open

    check_window_can_open()
    profiles = arguments.profiles
    return start(
        "ui.application",
        WindowOptions(
            link=arguments.link,
            profiles=profiles.expanduser().absolute() if profiles is not None else None,
        ),
    )
