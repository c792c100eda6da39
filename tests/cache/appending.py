"""A process that appends to an outbox and says each change that was saved; tests kill it. Arguments: folder, count."""

import os
import sys
from pathlib import Path

from app.cache.interface import Made, StorageFailed, StorageFull
from app.cache.outbox import SqliteOutbox
from tests.cache.samples import KEY, made


def say(*words: object) -> None:
    os.write(1, " ".join(map(str, words)).encode() + b"\n")


def main(folder: str, count: int) -> None:
    outbox = SqliteOutbox(Path(folder) / "outbox.db", KEY)
    first = outbox.load().highest + 1
    say("begin", first)
    for n in range(first, first + count):
        try:
            outbox.append([made(n, "content " * 60)])
            say("saved", n)
        except StorageFull:
            say("full", n)
        except StorageFailed:
            say("failed", n)
            contents = outbox.load()
            say("damage", contents.damage)
            say("found", *(record.n for record in contents.records if isinstance(record, Made)))
    say("end")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
