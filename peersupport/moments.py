"""Moments as people say them: "in 3 hours", "yesterday 16:20". Pure: the words of the active language."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext

AMSTERDAM = ZoneInfo("Europe/Amsterdam")


def in_words(moment: datetime | date, *, now: datetime) -> str:
    """How one says `moment` at `now` (both aware; a plain date is a day in Europe/Amsterdam).

    Within the hour in minutes, within eight hours of the same day in hours, else the day (today, yesterday,
    tomorrow, the name of a weekday within six days, a date beyond) and the time of day. The time of day is
    left out of dates more than six days away, the year of dates in this year.
    """
    if not isinstance(moment, datetime):
        return _day(moment, today=now.astimezone(AMSTERDAM).date())
    local, today = moment.astimezone(AMSTERDAM), now.astimezone(AMSTERDAM).date()
    distance = moment - now
    if abs(distance) < timedelta(minutes=1):
        return gettext("just now") if distance <= timedelta(0) else gettext("any moment")
    if abs(distance) < timedelta(minutes=55):
        return _minutes(round(abs(distance) / timedelta(minutes=1)), ahead=distance > timedelta(0))
    if abs(distance) < timedelta(hours=8) and local.date() == today:
        return _hours(round(abs(distance) / timedelta(hours=1)), ahead=distance > timedelta(0))
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
        return date_format(moment, "l j F Y")
    return date_format(moment.astimezone(AMSTERDAM), "l j F Y, H:i")


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
    near = {-1: gettext("yesterday"), 0: gettext("today"), 1: gettext("tomorrow")}
    if distance in near:
        return near[distance]
    if abs(distance) <= 6:
        return date_format(day, "l")
    return date_format(day, "j F" if day.year == today.year else "j F Y")
