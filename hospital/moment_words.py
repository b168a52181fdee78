"""Moments as people say them: "in 3 hours", "yesterday 16:20". Pure: the words of the active language."""

from datetime import date, datetime, timedelta
from functools import lru_cache

from django.utils.formats import date_format
from django.utils.translation import get_language, gettext, ngettext

from hospital.clock import local_day, on_the_wall


def in_words(moment: datetime | date, *, now: datetime) -> str:
    """How one says `moment` at `now` (both aware; a plain date is a day in Europe/Amsterdam).

    Within the hour in minutes, within eight hours of the same day in hours, else the day (today, yesterday,
    tomorrow, the name of a weekday within six days, a date beyond) and the time of day. The time of day is
    left out of dates more than six days away, the year of dates in this year.
    """
    if not isinstance(moment, datetime):
        return _day(moment, today=local_day(now))
    seconds = (moment - now).total_seconds()
    if abs(seconds) < 60:
        return gettext("any moment") if seconds > 0 else gettext("just now")
    if abs(seconds) < 55 * 60:
        return _minutes(round(abs(seconds) / 60), ahead=seconds > 0)
    local, today = on_the_wall(moment), local_day(now)
    if abs(seconds) < 8 * 3600 and local.date() == today:
        return _hours(round(abs(seconds) / 3600), ahead=seconds > 0)
    day = _day(local.date(), today=today)
    if abs((local.date() - today).days) > 6:
        return day
    return gettext("%(day)s %(time)s") % {"day": day, "time": f"{local:%H:%M}"}


def lateness(overdue: timedelta) -> str:
    """How late something is: minutes within the hour, hours within two days, then days."""
    if overdue < timedelta(minutes=55):
        count = max(1, round(overdue / timedelta(minutes=1)))
        return ngettext("%(count)d minute late", "%(count)d minutes late", count) % {"count": count}
    if overdue < timedelta(hours=48):
        count = round(overdue / timedelta(hours=1))
        return ngettext("%(count)d hour late", "%(count)d hours late", count) % {"count": count}
    count = overdue.days
    return ngettext("%(count)d day late", "%(count)d days late", count) % {"count": count}


def exact(moment: datetime | date) -> str:
    """The whole moment, for hovering and for paper: "Thursday 19 November 2026, 16:20"."""
    if not isinstance(moment, datetime):
        return _dated(moment, "l j F Y", get_language())
    local = on_the_wall(moment)
    return f"{_dated(local.date(), 'l j F Y', get_language())}, {local:%H:%M}"


def _minutes(count: int, *, ahead: bool) -> str:
    if ahead:
        return ngettext("in %(count)d minute", "in %(count)d minutes", count) % {"count": count}
    return ngettext("%(count)d minute ago", "%(count)d minutes ago", count) % {"count": count}


def _hours(count: int, *, ahead: bool) -> str:
    if ahead:
        return ngettext("in %(count)d hour", "in %(count)d hours", count) % {"count": count}
    return ngettext("%(count)d hour ago", "%(count)d hours ago", count) % {"count": count}


def _day(day: date, *, today: date) -> str:
    distance = (day - today).days
    if distance == 0:
        return gettext("today")
    if abs(distance) == 1:
        return gettext("tomorrow") if distance > 0 else gettext("yesterday")
    if abs(distance) <= 6:
        return _dated(day, "l", get_language())
    return _dated(day, "j F" if day.year == today.year else "j F Y", get_language())


@lru_cache(maxsize=4096)
def _dated(day: date, pattern: str, language: str | None) -> str:
    """Django's `date_format`, remembered: it takes 30 µs, and a list says the same few days in every row."""
    return date_format(day, pattern)
