"""Which system packages are missing: prints their Debian names on one line, or nothing.

Runs before there is an environment, so it knows only the standard library.
Usage: system_packages.py NEED…, where a need is one of packaging/system-packages.txt.
"""

import ctypes
import os
import shutil
import sys
from pathlib import Path

TABLE = Path(__file__).resolve().parents[2] / "packaging" / "system-packages.txt"
# A user's PATH often lacks the directories where `ip` lives.
SEARCHED = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin"])


def missing(needs: list[str]) -> list[str]:
    rows = [line.split() for line in TABLE.read_text(encoding="utf-8").splitlines() if line and line[0] != "#"]
    return [package for need, probe, package in rows if need in needs and not found(probe)]


def found(probe: str) -> bool:
    how, _, name = probe.partition(":")
    if how == "library":
        try:
            ctypes.CDLL(name)
        except OSError:
            return False
        return True
    if how == "command":
        return shutil.which(name, path=SEARCHED) is not None
    return Path(name).exists()


if __name__ == "__main__":
    print(*missing(sys.argv[1:]))
