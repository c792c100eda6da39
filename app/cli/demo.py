"""Try it out: a sample workspace, two windows (Sarah and Mike) and a simulated teammate."""

import argparse
from pathlib import Path

READY = "The demo is running: Sarah and Mike are at work, and Nora with them. Close both windows to end it."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--keep", type=Path, metavar="DIR", help="keep the workspace in DIR for the next time")


def run(arguments: argparse.Namespace) -> int:
    import tempfile

    from app.cli.display import check_window_can_open

    check_window_can_open()
    if arguments.keep is not None:
        return _play(arguments.keep.expanduser().absolute())
    with tempfile.TemporaryDirectory(prefix="etal-demo-", ignore_cleanup_errors=True) as folder:
        return _play(Path(folder))


def _play(folder: Path) -> int:
    """The scene knows no window and the window no scene: they meet here."""
    from app.demo.scene import DemoScene
    from app.ui.application import run_scene

    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return run_scene(DemoScene(folder), folder, READY)
