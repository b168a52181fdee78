"""How a moment is said: one rule for every page and mail. Pure: the words of the active language.

- The day is unmistakable, whenever it is read: today, yesterday, tomorrow, else weekday and date.
- What is to come, and every term, has its time of day: "Thursday 3 December at 16:00".
- What is past is said by how long ago within the hour and on the same day, with its time of day within a
  week, and by its day before that. A plain date is a day and no more.
- What stands behind a preposition is never "3 hours ago": `since` brings its own,
  `at_moment` fits after "by".

Moments and `now` are aware; a plain date is a day in the hospital.
"""

from datetime import date, datetime, timedelta
from functools import lru_cache

from django.utils.dates import WEEKDAYS
from django.utils.formats import date_format
from django.utils.translation import get_language, gettext, ngettext

from hospital.clock import Cover, DayHours, local_day, on_the_wall

#: So many days back a past moment has its time of day.
WEEK = 6


def in_words(moment: datetime | date, *, now: datetime) -> str:
    """How one says `moment`, standing for itself: "12 minutes ago", "tomorrow at 09:00"."""
    if not isinstance(moment, datetime):
        return day_in_words(moment, now=now)
    ago = now - moment
    if ago < timedelta(0):
        return at_moment(moment, now=now)
    if ago < timedelta(minutes=1):
        return gettext("just now")
    if ago < timedelta(minutes=55):
        count = round(ago / timedelta(minutes=1))
        return ngettext("%(count)d minute ago", "%(count)d minutes ago", count) % {"count": count}
    days = (local_day(now) - local_day(moment)).days
    if ago < timedelta(hours=8) and days == 0:
        count = round(ago / timedelta(hours=1))
        return ngettext("%(count)d hour ago", "%(count)d hours ago", count) % {"count": count}
    return at_moment(moment, now=now) if days <= WEEK else day_in_words(moment, now=now)


def at_moment(moment: datetime, *, now: datetime) -> str:
    """The day and the time of day, past or to come: "today at 16:00"; for terms, and to stand after "by"."""
    words = {"day": day_in_words(moment, now=now), "time": f"{on_the_wall(moment):%H:%M}"}
    return gettext("%(day)s at %(time)s") % words


def by(moment: datetime, *, now: datetime) -> str:
    """A term with its preposition: "by today at 16:00"."""
    return gettext("by %(moment)s") % {"moment": at_moment(moment, now=now)}


def since(moment: datetime | date, *, now: datetime) -> str:
    """With its preposition: "since 15:35" today, "since yesterday at 15:35", "since Thursday 12 November"."""
    if not isinstance(moment, datetime):
        words = day_in_words(moment, now=now)
    elif local_day(moment) == local_day(now):
        words = f"{on_the_wall(moment):%H:%M}"
    elif local_day(now) - local_day(moment) == timedelta(days=1):
        words = at_moment(moment, now=now)
    else:
        words = day_in_words(moment, now=now)
    return gettext("since %(moment)s") % {"moment": words}


def day_in_words(moment: datetime | date, *, now: datetime) -> str:
    """The day alone: today, yesterday, tomorrow, else "Thursday 3 December", with its year in another."""
    day = local_day(moment) if isinstance(moment, datetime) else moment
    today = local_day(now)
    match (day - today).days:
        case 0:
            return gettext("today")
        case 1:
            return gettext("tomorrow")
        case -1:
            return gettext("yesterday")
    return _dated(day, "l j F" if day.year == today.year else "l j F Y", get_language())


def hours_in_words(cover: Cover) -> str:
    """In which hours of which days calls are made: "Monday to Friday from 08:00 until 17:00"."""
    days = [str(day) for day in WEEKDAYS.values()]
    runs: list[tuple[DayHours, list[str]]] = []
    before: DayHours | None = None
    for day, hours in zip(days, cover.week, strict=True):
        if hours and hours == before:
            runs[-1][1].append(day)
        elif hours:
            runs.append((hours, [day]))
        before = hours
    said = [_with_hours(_days(run), hours) for hours, run in runs]
    if cover.holidays is None:
        said.append(gettext("not on public holidays"))
    elif {cover.holidays} != set(cover.week):
        said.append(_with_hours(gettext("on public holidays"), cover.holidays))
    return ", ".join(said)


def _days(run: list[str]) -> str:
    if len(run) == 7:
        return gettext("every day")
    return run[0] if len(run) == 1 else gettext("%(first)s to %(last)s") % {"first": run[0], "last": run[-1]}


def _with_hours(days: str, hours: DayHours) -> str:
    words = {"days": days, "from": f"{hours[0]:%H:%M}", "until": f"{hours[1]:%H:%M}"}
    return gettext("%(days)s from %(from)s until %(until)s") % words


def full_date(day: date) -> str:
    """The day with its year: "3 December 2026"."""
    return _dated(day, "j F Y", get_language())


def time_to_go(left: timedelta) -> str:
    """How long there still is: minutes within the hour, hours within two days, then days."""
    if left < timedelta(minutes=55):
        count = max(1, round(left / timedelta(minutes=1)))
        return ngettext("%(count)d minute left", "%(count)d minutes left", count) % {"count": count}
    if left < timedelta(hours=48):
        count = round(left / timedelta(hours=1))
        return ngettext("%(count)d hour left", "%(count)d hours left", count) % {"count": count}
    return ngettext("%(count)d day left", "%(count)d days left", left.days) % {"count": left.days}


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


def duration(span: timedelta) -> str:
    """How long something took, for who has to account for it: in hours and minutes under 3 hours, then in
    hours within two days, then in days.
    """
    minutes = max(1, round(span / timedelta(minutes=1)))
    hours, rest = divmod(minutes, 60)
    said = ngettext("%(count)d minute", "%(count)d minutes", rest) % {"count": rest}
    if not hours:
        return said
    if span >= timedelta(hours=48):
        return ngettext("%(count)d day", "%(count)d days", span.days) % {"count": span.days}
    if minutes >= 180:
        hours, rest = round(span / timedelta(hours=1)), 0
    in_hours = ngettext("%(count)d hour", "%(count)d hours", hours) % {"count": hours}
    return gettext("%(hours)s and %(minutes)s") % {"hours": in_hours, "minutes": said} if rest else in_hours


def exact(moment: datetime | date) -> str:
    """The whole moment, for hovering and for paper: "Thursday 19 November 2026, 16:20"."""
    if not isinstance(moment, datetime):
        return _dated(moment, "l j F Y", get_language())
    local = on_the_wall(moment)
    return f"{_dated(local.date(), 'l j F Y', get_language())}, {local:%H:%M}"


@lru_cache(maxsize=4096)
def _dated(day: date, pattern: str, language: str | None) -> str:
    """Django's `date_format`, remembered: it takes 30 µs, and a list says the same few days in every row."""
    return date_format(day, pattern)
