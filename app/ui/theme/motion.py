"""Durations of everything that moves, all zero when a person asked for less motion."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtGui import QGuiApplication


@dataclass(frozen=True, slots=True)
class Motion:
    """Durations in ms."""

    tint: int = 1200
    entry: int = 180
    move: int = 200
    cursor: int = 80
    flag_fade: int = 200
    flag_shown: int = 2000
    popover_in: int = 120
    popover_out: int = 80
    slide: int = 180
    toast: int = 160
    light_fade: int = 150
    turn: int = 1200
    progress: int = 120
    chart: int = 240

    @property
    def reduced(self) -> bool:
        """Whether nothing moves."""
        return self.turn == 0


FULL = Motion()
REDUCED = Motion(
    tint=0,
    entry=0,
    move=0,
    cursor=0,
    flag_fade=0,
    flag_shown=2000,
    popover_in=0,
    popover_out=0,
    slide=0,
    toast=0,
    light_fade=0,
    turn=0,
    progress=0,
    chart=0,
)


def system_prefers_less_motion() -> bool:
    """What the desktop asks for; False where Qt cannot tell (before Qt 6.12)."""
    hints = QGuiApplication.styleHints()
    accessibility = getattr(hints, "accessibility", None)
    if accessibility is None:
        return False
    preference = getattr(accessibility(), "motionPreference", None)
    if preference is None:
        return False
    return bool(getattr(preference(), "name", "") == "ReducedMotion")
