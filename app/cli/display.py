"""Whether a window can open here, found out before Qt aborts the process over it."""

import os
import re
import socket
import sys
from importlib.util import find_spec
from pathlib import Path

from app.cli.failure import Failure

WITHOUT_ONE = "“etal serve” and “etal headless” work without one."
NO_SCREEN = ("offscreen", "minimal", "vnc", "linuxfb", "eglfs")  # platforms of Qt that ask for no display server


def check_window_can_open() -> None:
    """Raises Failure with what to do when Qt is unsound here or there is no display."""
    _check_pair()
    if sys.platform.startswith("linux"):
        _check_display()


def _check_pair() -> None:
    """PySide6 6.12 on Python 3.11 drops references of None and True until the interpreter aborts."""
    if sys.version_info >= (3, 12):
        return
    version = _installed()
    if not sound(sys.version_info[:2], version):
        python = f"{sys.version_info[0]}.{sys.version_info[1]}"
        raise Failure(
            f"PySide6 {version} crashes on Python {python}. Install PySide6-Essentials 6.11.3 (scripts/run does), "
            "or use Python 3.12 or newer."
        )


def _installed() -> str:
    """The version of PySide6, by the name of its folder of metadata: the library for that takes 25 ms to import."""
    spec = find_spec("PySide6")
    if spec is not None and spec.origin is not None:
        for folder in Path(spec.origin).parent.parent.glob("[pP]y[sS]ide6_[eE]ssentials-*.dist-info"):
            return folder.name.split("-")[1]
    from importlib import metadata

    try:
        return metadata.version("PySide6-Essentials")
    except metadata.PackageNotFoundError:
        raise Failure("PySide6-Essentials is not installed: start the app with scripts/run.") from None


def sound(python: tuple[int, int], pyside: str) -> bool:
    """Whether this Python and this PySide6 go together, as far as is known."""
    numbers = tuple(int(part) for part in re.findall(r"\d+", pyside)[:2])
    return python >= (3, 12) or numbers < (6, 12)


def _check_display() -> None:
    platform = os.environ.get("QT_QPA_PLATFORM", "").partition(":")[0].partition(";")[0]
    if platform in NO_SCREEN or os.environ.get("WAYLAND_DISPLAY"):
        return
    display = os.environ.get("DISPLAY")
    if not display:
        raise Failure(
            "There is no display to open a window on. Start it in a desktop session, or install Xvfb "
            f"(apt-get install xvfb) and use xvfb-run; {WITHOUT_ONE}"
        )
    if not _answers(display):
        raise Failure(f"The display {display} does not answer: nothing listens there. {WITHOUT_ONE}")


def _answers(display: str) -> bool:
    """Whether a local X server listens; a display on another machine is believed."""
    local = re.fullmatch(r"(?:unix)?:(\d+)(?:\.\d+)?", display)
    if local is None:
        return True
    path = f"/tmp/.X11-unix/X{local[1]}"
    return any(_connects(address) for address in (path, f"\0{path}"))


def _connects(address: str) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        try:
            probe.connect(address)
        except OSError:
            return False
    return True
