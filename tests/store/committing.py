"""A process for strace: commits changes one by one and says `done` after each; `python committing.py DIR COUNT`."""

import os
import sys
from pathlib import Path

from app.store.sqlite import SqliteStore
from tests.store.office import Office


def main() -> None:
    store = SqliteStore(Path(sys.argv[1]))
    office = Office(store)
    ch = office.owner.project()
    os.write(1, b"begin\n")
    for place in range(int(sys.argv[2])):
        assert office.owner.sets(ch, ch[2:], kind="project", name=f"Q{place}").status == "applied"
        os.write(1, b"done\n")
    store.close()


if __name__ == "__main__":
    main()
