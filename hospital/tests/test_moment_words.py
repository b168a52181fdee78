"""How moments are said: a table of cases in both languages, and what holds at any moment of two years."""

import re
from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.utils import translation
from django.utils.formats import date_format
from hypothesis import given
from hypothesis import strategies as st

from hospital.clock import AMSTERDAM, Cover, local_day, local_moment
from hospital.moment_words import (
    at_moment,
    by,
    day_in_words,
    duration,
    exact,
    full_date,
    hours_in_words,
    in_words,
    lateness,
    since,
    time_to_go,
)

NOW = datetime(2026, 11, 19, 13, 30, tzinfo=UTC)  # Thursday, 14:30 in Amsterdam


def at(text: str) -> datetime:
    return local_moment(datetime.fromisoformat(text))


# moment, English, Dutch
ALONE = [
    # around now
    (NOW - timedelta(seconds=20), "just now", "zojuist"),
    (NOW, "just now", "zojuist"),
    # minutes, to the nearest
    (at("2026-11-19T14:18"), "12 minutes ago", "12 minuten geleden"),
    (at("2026-11-19T14:29"), "1 minute ago", "1 minuut geleden"),
    # hours, to the nearest, within eight hours of the same day; "uur" has no plural
    (at("2026-11-19T11:20"), "3 hours ago", "3 uur geleden"),
    (at("2026-11-19T13:30"), "1 hour ago", "1 uur geleden"),
    # the day and the time
    (at("2026-11-19T06:00"), "today at 06:00", "vandaag om 06:00"),
    (at("2026-11-18T16:20"), "yesterday at 16:20", "gisteren om 16:20"),
    (at("2026-11-13T09:00"), "Friday 13 November at 09:00", "vrijdag 13 november om 09:00"),
    # further back: the day
    (at("2026-11-12T09:00"), "Thursday 12 November", "donderdag 12 november"),
    (at("2025-11-19T09:00"), "Wednesday 19 November 2025", "woensdag 19 november 2025"),
    # what is to come has its time of day, however near or far
    (NOW + timedelta(seconds=30), "today at 14:30", "vandaag om 14:30"),
    (at("2026-11-19T14:42"), "today at 14:42", "vandaag om 14:42"),
    (at("2026-11-19T23:00"), "today at 23:00", "vandaag om 23:00"),
    (at("2026-11-20T09:00"), "tomorrow at 09:00", "morgen om 09:00"),
    (at("2026-11-25T09:00"), "Wednesday 25 November at 09:00", "woensdag 25 november om 09:00"),
    (at("2026-11-26T09:00"), "Thursday 26 November at 09:00", "donderdag 26 november om 09:00"),
    (at("2026-12-03T16:00"), "Thursday 3 December at 16:00", "donderdag 3 december om 16:00"),
    (at("2027-01-21T23:59"), "Thursday 21 January 2027 at 23:59", "donderdag 21 januari 2027 om 23:59"),
    # the day in Amsterdam counts, not the day in UTC
    (datetime(2026, 11, 19, 23, 30, tzinfo=UTC), "tomorrow at 00:30", "morgen om 00:30"),
    # summer time
    (datetime(2026, 10, 24, 14, 20, tzinfo=UTC), "Saturday 24 October", "zaterdag 24 oktober"),
    # a day without a time
    (date(2026, 11, 19), "today", "vandaag"),
    (date(2026, 11, 20), "tomorrow", "morgen"),
    (date(2026, 11, 18), "yesterday", "gisteren"),
    (date(2026, 11, 23), "Monday 23 November", "maandag 23 november"),
    (date(2026, 11, 16), "Monday 16 November", "maandag 16 november"),
    (date(2027, 3, 4), "Thursday 4 March 2027", "donderdag 4 maart 2027"),
]

# What stands after "by" and before a term that is over: a point, never "3 hours ago".
POINTS = [
    (at("2026-11-19T11:20"), "today at 11:20", "vandaag om 11:20"),
    (at("2026-11-18T16:20"), "yesterday at 16:20", "gisteren om 16:20"),
    (at("2026-10-24T16:20"), "Saturday 24 October at 16:20", "zaterdag 24 oktober om 16:20"),
    (at("2026-11-20T09:00"), "tomorrow at 09:00", "morgen om 09:00"),
]

TERMS = [
    (at("2026-11-19T20:00"), "by today at 20:00", "uiterlijk vandaag om 20:00"),
    (at("2026-12-03T17:00"), "by Thursday 3 December at 17:00", "uiterlijk donderdag 3 december om 17:00"),
]

SINCE = [
    (at("2026-11-19T07:35"), "since 07:35", "sinds 07:35"),
    (at("2026-11-18T15:35"), "since yesterday at 15:35", "sinds gisteren om 15:35"),
    (at("2026-11-16T15:35"), "since Monday 16 November", "sinds maandag 16 november"),
    (at("2025-11-16T15:35"), "since Sunday 16 November 2025", "sinds zondag 16 november 2025"),
    (date(2026, 11, 12), "since Thursday 12 November", "sinds donderdag 12 november"),
    (date(2026, 11, 19), "since today", "sinds vandaag"),
]

SPANS = [
    (timedelta(seconds=5), "1 minute late", "1 minuut te laat"),
    (timedelta(minutes=12), "12 minutes late", "12 minuten te laat"),
    (timedelta(minutes=58), "1 hour late", "1 uur te laat"),
    (timedelta(hours=26), "26 hours late", "26 uur te laat"),
    (timedelta(hours=49), "2 days late", "2 dagen te laat"),
]

LEFT = [
    (timedelta(seconds=5), "1 minute left", "nog 1 minuut"),
    (timedelta(minutes=12), "12 minutes left", "nog 12 minuten"),
    (timedelta(minutes=58), "1 hour left", "nog 1 uur"),
    (timedelta(hours=26), "26 hours left", "nog 26 uur"),
    (timedelta(days=26, hours=3), "26 days left", "nog 26 dagen"),
]

TABLE = [
    *((in_words, *row) for row in ALONE),
    *((at_moment, *row) for row in POINTS),
    *((by, *row) for row in TERMS),
    *((since, *row) for row in SINCE),
]


@pytest.mark.parametrize(("said", "moment", "english", "dutch"), TABLE)
def test_moment_in_words(said, moment, english, dutch):
    with translation.override("en"):
        assert said(moment, now=NOW) == english
    with translation.override("nl"):
        assert said(moment, now=NOW) == dutch


@pytest.mark.parametrize(
    ("said", "span", "english", "dutch"),
    [*((lateness, *row) for row in SPANS), *((time_to_go, *row) for row in LEFT)],
)
def test_spans(said, span, english, dutch):
    with translation.override("en"):
        assert said(span) == english
    with translation.override("nl"):
        assert said(span) == dutch


def test_hours_do_not_cross_midnight():
    early = at("2026-11-20T00:30")
    with translation.override("en"):
        assert in_words(at("2026-11-19T22:30"), now=early) == "yesterday at 22:30"
        assert in_words(at("2026-11-19T23:40"), now=early) == "50 minutes ago"


def test_exact_moment_is_local_and_whole():
    with translation.override("en"):
        assert exact(datetime(2026, 7, 1, 22, 5, tzinfo=UTC)) == "Thursday 2 July 2026, 00:05"
        assert exact(date(2026, 7, 1)) == "Wednesday 1 July 2026"
    with translation.override("nl"):
        assert exact(datetime(2026, 7, 1, 22, 5, tzinfo=UTC)) == "donderdag 2 juli 2026, 00:05"


# hypothesis wants bounds without a zone, and gives each moment its own.
moments = st.datetimes(datetime(2026, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001  # see above
languages = st.sampled_from(["en", "nl"])
TIME_OF_DAY = re.compile(r" (?:at|om) (\d\d:\d\d)$")
WORDS = {
    "en": {"today": 0, "tomorrow": 1, "yesterday": -1},
    "nl": {"vandaag": 0, "morgen": 1, "gisteren": -1},
}


def day_meant(words: str, *, now: datetime, language: str) -> date:
    """The one day that a reader at `now` can take `words` for."""
    words = TIME_OF_DAY.sub("", words)
    if words in WORDS[language]:
        return local_day(now) + timedelta(days=WORDS[language][words])
    today = local_day(now)
    days = [today + timedelta(days=n) for n in range(-800, 801)]
    pattern = "l j F Y" if re.search(r"\d{4}$", words) else "l j F"
    in_year = [day for day in days if "Y" in pattern or day.year == today.year]
    (found,) = [day for day in in_year if date_format(day, pattern) == words]
    return found


@given(moments, moments, languages)
def test_the_day_is_unmistakable_and_the_time_that_of_the_clock(moment, now, language):
    with translation.override(language):
        for words in (at_moment(moment, now=now), day_in_words(moment, now=now)):
            assert day_meant(words, now=now, language=language) == local_day(moment)
        shown = TIME_OF_DAY.search(at_moment(moment, now=now))
    assert shown
    assert shown[1] == f"{moment.astimezone(AMSTERDAM):%H:%M}"


@given(moments, st.timedeltas(timedelta(seconds=1), timedelta(days=60)), languages)
def test_what_is_to_come_has_its_time_of_day(now, ahead, language):
    with translation.override(language):
        words = in_words(now + ahead, now=now)
        assert words == at_moment(now + ahead, now=now)
        assert TIME_OF_DAY.search(words)


@given(
    moments,
    st.timedeltas(timedelta(0), timedelta(days=40)),
    st.timedeltas(timedelta(minutes=1), timedelta(days=40)),
    languages,
)
def test_past_and_future_differ(now, back, ahead, language):
    past, future = now - back, now + ahead
    with translation.override(language):
        assert in_words(past, now=now) != in_words(future, now=now)


@given(moments, st.timedeltas(timedelta(0), timedelta(days=400)), languages)
def test_since_is_never_followed_by_how_long_ago(now, back, language):
    with translation.override(language):
        words = since(now - back, now=now)
    assert words.startswith({"en": "since ", "nl": "sinds "}[language])
    assert not re.search(r"\b(ago|geleden|now|zojuist|today|vandaag)\b", words)


@pytest.mark.parametrize(
    ("minutes", "said"),
    [
        (0, "1 minute"),
        (59, "59 minutes"),
        (60, "1 hour"),
        (61, "1 hour and 1 minute"),
        (179, "2 hours and 59 minutes"),
        (180, "3 hours"),
        (209, "3 hours"),
        (211, "4 hours"),
        (47 * 60, "47 hours"),
        (48 * 60, "2 days"),
        (71 * 60, "2 days"),
    ],
)
def test_how_long_something_took(minutes, said):
    with translation.override("en"):
        assert duration(timedelta(minutes=minutes)) == said


OFFICE, SATURDAY = (time(8), time(17)), (time(9), time(12, 30))


@pytest.mark.parametrize(
    ("cover", "english", "dutch"),
    [
        (
            Cover((OFFICE,) * 5 + (None, None)),
            "Monday to Friday from 08:00 until 17:00, not on public holidays",
            "maandag tot en met vrijdag van 08:00 tot 17:00, niet op feestdagen",
        ),
        (Cover((OFFICE,) * 7, OFFICE), "every day from 08:00 until 17:00", "elke dag van 08:00 tot 17:00"),
        (
            Cover((OFFICE, None, *(OFFICE,) * 3, SATURDAY, None), SATURDAY),
            (
                "Monday from 08:00 until 17:00, Wednesday to Friday from 08:00 until 17:00, "
                "Saturday from 09:00 until 12:30, on public holidays from 09:00 until 12:30"
            ),
            (
                "maandag van 08:00 tot 17:00, woensdag tot en met vrijdag van 08:00 tot 17:00, "
                "zaterdag van 09:00 tot 12:30, op feestdagen van 09:00 tot 12:30"
            ),
        ),
    ],
)
def test_hours_of_cover_in_words(cover, english, dutch):
    with translation.override("en"):
        assert hours_in_words(cover) == english
    with translation.override("nl"):
        assert hours_in_words(cover) == dutch


def test_a_date_with_its_year():
    with translation.override("en"):
        assert full_date(date(2026, 12, 3)) == "3 December 2026"
    with translation.override("nl"):
        assert full_date(date(2026, 12, 3)) == "3 december 2026"
