"""How long ago in the short words of a detail, and when they must be said anew."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from PySide6.QtCore import QDateTime, QLocale

from app.ui.models.times import JUST_NOW_S, ago_words, clock_words
from app.ui.strings import tr

HOURS_SHOWN: Final = 6
TICK_MOST_S: Final = 3600.0


def short_ago(moment: float, now: float) -> str:
    """Such as "Just now", "2 min", "1 h", then the time or the day."""
    passed = max(0.0, now - moment)
    if passed < JUST_NOW_S:
        return tr("Just now")
    if passed < 3600:
        return tr("{n} min|{n} min", n=max(1, int(passed // 60)))
    if passed < HOURS_SHOWN * 3600:
        return tr("{n} h|{n} h", n=int(passed // 3600))
    return clock_words(moment, now)


def when_words(moment: float, now: float) -> str:
    """The same inside a sentence: "just now", "2 min ago", "12 Nov"."""
    words = ago_words(moment, now)
    return words[:1].lower() + words[1:] if now - moment < JUST_NOW_S else words


def full_words(moment: float) -> str:
    """The full date and time, for a tooltip."""
    return QLocale().toString(QDateTime.fromSecsSinceEpoch(int(moment)), QLocale.FormatType.LongFormat)


def next_tick(moments: Iterable[float], now: float) -> float:
    """Seconds until one of the labels says something else, at least 1 and at most an hour."""
    wait = TICK_MOST_S
    for moment in moments:
        passed = max(0.0, now - moment)
        if passed < JUST_NOW_S:
            wait = min(wait, JUST_NOW_S - passed)
        elif passed < 3600:
            wait = min(wait, 60 - passed % 60)
        elif passed < HOURS_SHOWN * 3600:
            wait = min(wait, 3600 - passed % 3600)
    return max(1.0, wait)
