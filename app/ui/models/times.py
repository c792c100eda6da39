"""Days and moments in words, as short as they can be understood."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from PySide6.QtCore import QDate, QDateTime, QLocale

from app.ui.strings import tr

SOON_DAYS = 7
JUST_NOW_S = 45


def day_of(value: object) -> date | None:
    """The local day of a `start` or `due` as it is stored: a date, or a moment with its offset."""
    if not isinstance(value, str):
        return None
    try:
        if len(value) == 10:
            return date.fromisoformat(value)
        return datetime.fromisoformat(value).astimezone().date()
    except ValueError:
        return None


def due_words(day: date, today: date) -> str:
    """Such as "Today", "Fri 27" within a week, else "1 Dec", with the year when it is another one."""
    if day == today:
        return tr("Today")
    if today < day <= today + timedelta(days=SOON_DAYS):
        return _local(day, tr("ddd d"))
    return _local(day, tr("d MMM") if day.year == today.year else tr("d MMM yyyy"))


def long_due_words(day: date, today: date) -> str:
    """Such as "Today", "Fri 27 Nov": for a field with room."""
    if day == today:
        return tr("Today")
    return _local(day, tr("ddd d MMM") if day.year == today.year else tr("d MMM yyyy"))


def ago_words(moment: float, now: float) -> str:
    """Such as "Just now", "3 min ago", "2 h ago", then the time or the day."""
    passed = max(0.0, now - moment)
    if passed < JUST_NOW_S:
        return tr("Just now")
    if passed < 3600:
        return tr("{n} min ago|{n} min ago", n=max(1, round(passed / 60)))
    if passed < 6 * 3600:
        return tr("{n} h ago|{n} h ago", n=max(1, round(passed / 3600)))
    return clock_words(moment, now)


def clock_words(moment: float, now: float) -> str:
    """Such as "16:20", "Yesterday", "12 Nov"."""
    then = datetime.fromtimestamp(moment).astimezone()
    today = datetime.fromtimestamp(now).astimezone().date()
    if then.date() == today:
        shown = QDateTime.fromSecsSinceEpoch(int(moment)).time()
        return QLocale().toString(shown, QLocale.FormatType.ShortFormat)
    if then.date() == today - timedelta(days=1):
        return tr("Yesterday")
    return _local(then.date(), tr("d MMM") if then.year == today.year else tr("d MMM yyyy"))


def _local(day: date, form: str) -> str:
    return QLocale().toString(QDate(day.year, day.month, day.day), form)
