"""The command line: one module a command, imported only when that command is given."""

import argparse
import importlib
import sys
from collections.abc import Sequence
from typing import NoReturn, Protocol, cast

from app.cli.failure import Failure, report

LINK = "etal://"
WINDOW = "window"  # the command that needs no name


class Command(Protocol):
    """What a module of this package offers when it is a command; its first docstring line is its help."""

    __doc__: str | None

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Declares the arguments; imports only the standard library."""

    def run(self, arguments: argparse.Namespace) -> int:
        """Does it and answers the exit status; everything it needs is imported inside."""


class Parser(argparse.ArgumentParser):
    """Says what is wrong with the arguments in one line that names the way to the help."""

    def error(self, message: str) -> NoReturn:
        raise Failure(f"{message}. See: {self.prog} --help", status=2)


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command and answers its exit status; whatever fails is one line on standard error.

    `argv` is without the program's name; it is the process's own when left out.
    """
    try:
        return _dispatch(list(sys.argv[1:] if argv is None else argv))
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        return 141  # who read our output has gone: as a shell reports SIGPIPE
    except Exception as error:  # noqa: BLE001 - the last place before the interpreter's own traceback
        return report(error)


def _dispatch(arguments: list[str]) -> int:
    first = arguments[0] if arguments else LINK
    if first in ("-h", "--help", "help"):
        print(_help())
        return 0
    if first == "--version":
        arguments, first = ["version"], "version"
    if first.startswith((LINK, "-")):
        return _run(WINDOW, "etal", arguments)
    if first != WINDOW and first in _modules():
        return _run(first, f"etal {first}", arguments[1:])
    raise Failure(f"There is no command “{first}”. See: etal --help", status=2)


def _run(name: str, program: str, arguments: list[str]) -> int:
    command = _command(name)
    if command is None:
        raise Failure(f"There is no command “{name}”. See: etal --help", status=2)
    parser = Parser(prog=program, description=_summary(command), allow_abbrev=False)
    command.add_arguments(parser)
    return command.run(parser.parse_args(arguments))


def start(room: str, options: object) -> int:
    """Hands over to `app.<room>`, whose `run(options)` answers the exit status when everything has ended."""
    module = importlib.import_module(f"app.{room}")
    return int(module.run(options))


def _modules() -> list[str]:
    import pkgutil

    return [module.name for module in pkgutil.iter_modules(__path__)]


def _command(name: str) -> Command | None:
    module = importlib.import_module(f"{__name__}.{name}")
    return cast(Command, module) if hasattr(module, "add_arguments") else None


def _summary(command: Command) -> str:
    return (command.__doc__ or "").partition("\n")[0]


def _help() -> str:
    commands = [(name, command) for name in _modules() if (command := _command(name)) and name != WINDOW]
    lines = [f"  {'etal ' + name:<16}{_summary(command)}" for name, command in commands]
    return "\n".join(
        [
            "Et'al: plan work together, at once when connected and on when not.",
            "",
            "  etal            Opens the app; a second start raises the window of the first.",
            "  etal etal://…   Opens what the link or the invite names.",
            *lines,
            "",
            "Each command has --help.",
        ]
    )
