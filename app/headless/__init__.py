"""The client without a window: requests and events of HEADLESS.md as JSON lines."""

from pathlib import Path
from typing import Protocol


class Options(Protocol):
    """What the command line hands over."""

    @property
    def profile(self) -> Path: ...
    @property
    def token_file(self) -> Path | None: ...


def run(options: Options) -> int:
    """Reads requests until standard input ends, `quit` or SIGTERM; answers the exit status.

    Raises Refusal when the profile cannot be used.
    """
    import asyncio

    from app.headless.loop import main

    return asyncio.run(main(options.profile, options.token_file))
