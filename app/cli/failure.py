"""What is said when a command fails: one sentence on standard error, and where the rest is written."""

import errno
import os
import sys
from pathlib import Path

DEBUG = "ETAL_DEBUG"  # set to 1, a traceback is shown as well


class Failure(Exception):
    """A command cannot do what was asked; `sentence` tells a person why and what to do."""

    def __init__(self, sentence: str, *, status: int = 1) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.status = status


def report(error: Exception) -> int:
    """Says `error` in one line and answers the exit status."""
    if os.environ.get(DEBUG) == "1":
        import traceback

        traceback.print_exception(error)
    if isinstance(error, Failure):
        say(error.sentence)
        return error.status
    known = _of_the_system(error) or _of_a_room(error)
    if known is not None:
        say(known)
        return 1
    say(f"Something went wrong that should not have ({type(error).__name__}). {_written_down(error)}")
    return 70


def say(sentence: str) -> None:
    """One line on standard error, whatever the sentence contains."""
    print("etal:", " ".join(sentence.split()), file=sys.stderr, flush=True)


def _of_the_system(error: Exception) -> str | None:
    """The sentence for what people meet outside of the program: files, ports, disks."""
    if not isinstance(error, OSError):
        return None
    where = str(error.filename) if error.filename is not None else ""
    match error.errno:
        case errno.EADDRINUSE:
            return "The port is in use by another program. Choose another with --port, or 0 for a free one."
        case errno.EADDRNOTAVAIL:
            return "This machine does not have the address given with --host."
        case errno.EACCES | errno.EPERM | errno.EROFS:
            return f"Not allowed to write or open {where or 'a file that is needed'}."
        case errno.ENOSPC | errno.EDQUOT:
            return f"The disk is full{': ' + where if where else ''}."
        case errno.ENOTDIR | errno.EISDIR | errno.ENOENT if where:
            return f"{where}: {os.strerror(error.errno)}."
        case _:
            return None


def _of_a_room(error: Exception) -> str | None:
    """The sentence for the errors that the rooms below name."""
    try:
        from app.cache.interface import StorageDamaged, StorageFailed, StorageFull, StorageTooNew
        from app.model.change import Refusal
        from app.store.interface import StoreBroken, StoreFull, StoreTooNew
    except ImportError:  # what failed may be just this
        return None
    match error:
        case Refusal():
            return error.text
        case StorageTooNew() | StoreTooNew():
            return "The data was written by a newer version of Et'al. It was left as it is: start that version."
        case StorageFull() | StoreFull():
            return "The disk is full. Nothing that was saved is lost; make room and start again."
        case StorageFailed() | StorageDamaged() | StoreBroken():
            return "The data could not be read or written. It was left as it is: check the disk, then start again."
        case _:
            return None


def _written_down(error: Exception) -> str:
    """Appends the traceback to the log of failures and answers the sentence that names the file."""
    import datetime
    import traceback

    import platformdirs

    log = Path(platformdirs.user_log_dir("etal", appauthor=False)) / "failures.log"
    try:
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("a", encoding="utf-8") as file:
            file.write(f"{datetime.datetime.now(datetime.UTC).isoformat()}\n")
            traceback.print_exception(error, file=file)
    except OSError:
        return f"Start it with {DEBUG}=1 to see where."
    return f"It is written down in {log}."
