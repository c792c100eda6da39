"""Measures what the program promises, and the limits of this machine beside it in the same run; prints ratios."""

import argparse
import asyncio
import importlib
import os
import sys
import tempfile
from pathlib import Path

from scripts.lib.bench.figures import Figure, as_json, as_row

ITEMS = ("latency", "drain", "reconnect", "start", "stalls")


def main() -> int:
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__)
    parser.add_argument("items", nargs="*", metavar="ITEM", help=f"{', '.join(ITEMS)} (default: all)")
    parser.add_argument("--quick", action="store_true", help="fewer rounds: rougher figures in a third of the time")
    parser.add_argument("--json", action="store_true", help="one JSON line a figure")
    arguments = parser.parse_args()
    unknown = [item for item in arguments.items if item not in ITEMS]
    if unknown:
        parser.error(f"there is no item “{unknown[0]}”: {', '.join(ITEMS)}")
    figures: list[Figure] = []
    for item in arguments.items or ITEMS:
        if not arguments.json:
            load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
            print(f"\n{item} ({os.cpu_count()} processors, load {load})", flush=True)
        found = measure(item, arguments.quick)
        figures += found
        for figure in found:
            print(as_json(figure) if arguments.json else as_row(figure), flush=True)
    if not arguments.json:
        missed = [figure for figure in figures if figure.met is False]
        print(f"\n{len(missed)} of {sum(figure.met is not None for figure in figures)} targets missed (marked -)")
    return 0


def measure(item: str, quick: bool) -> list[Figure]:
    """One item, in a folder of its own that is removed afterwards."""
    room = importlib.import_module(f"scripts.lib.bench.{item}")
    with tempfile.TemporaryDirectory(prefix="etal-bench-", ignore_cleanup_errors=True) as folder:
        found: list[Figure] = asyncio.run(room.run(Path(folder), quick))
        return found


if __name__ == "__main__":
    sys.exit(main())
