"""A short message for the bottom of the window."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Message:
    """What it says; `act` belongs to its button."""

    words: str
    icon: str = "check"
    button: str = ""
    act: Callable[[], object] | None = None
