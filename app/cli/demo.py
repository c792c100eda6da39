"""Try it out: a sample workspace, two windows (Sarah and Mike) and a simulated teammate."""

import argparse
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class DemoOptions:
    """Where the sample workspace is kept; None makes a temporary one that goes at the end."""

    keep: Path | None


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--keep", type=Path, metavar="DIR", help="keep the workspace in DIR for the next time")


def run(arguments: argparse.Namespace) -> int:
    from app.cli import start
    from app.cli.display import check_window_can_open

    check_window_can_open()
    keep = arguments.keep
    return start("demo", DemoOptions(keep=keep.expanduser().absolute() if keep is not None else None))
