from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import translation

from hospital.moment_words import exact, in_words, lateness

NOW = datetime(2026, 11, 19, 13, 30, tzinfo=UTC)  # Thursday, 14:30 in Amsterdam

MOMENTS = [
    # around now
    (datetime(2026, 11, 19, 13, 29, 40, tzinfo=UTC), "just now"),
    (NOW, "just now"),
    (datetime(2026, 11, 19, 13, 30, 30, tzinfo=UTC), "any moment"),
    # minutes, to the nearest
    (datetime(2026, 11, 19, 13, 31, tzinfo=UTC), "in 1 minute"),
    (datetime(2026, 11, 19, 13, 42, 10, tzinfo=UTC), "in 12 minutes"),
    (datetime(2026, 11, 19, 13, 18, tzinfo=UTC), "12 minutes ago"),
    (datetime(2026, 11, 19, 13, 29, tzinfo=UTC), "1 minute ago"),
    # hours, to the nearest, within eight hours of the same day
    (datetime(2026, 11, 19, 14, 26, tzinfo=UTC), "in 1 hour"),
    (datetime(2026, 11, 19, 16, 40, tzinfo=UTC), "in 3 hours"),
    (datetime(2026, 11, 19, 10, 20, tzinfo=UTC), "3 hours ago"),
    # the day and the time
    (datetime(2026, 11, 19, 22, 0, tzinfo=UTC), "today 23:00"),
    (datetime(2026, 11, 19, 5, 0, tzinfo=UTC), "today 06:00"),
    (datetime(2026, 11, 18, 15, 20, tzinfo=UTC), "yesterday 16:20"),
    (datetime(2026, 11, 20, 8, 0, tzinfo=UTC), "tomorrow 09:00"),
    (datetime(2026, 11, 25, 8, 0, tzinfo=UTC), "Wednesday 09:00"),
    (datetime(2026, 11, 13, 8, 0, tzinfo=UTC), "Friday 09:00"),
    # the day in Amsterdam counts, not the day in UTC
    (datetime(2026, 11, 19, 23, 30, tzinfo=UTC), "tomorrow 00:30"),
    # summer time
    (datetime(2026, 10, 24, 14, 20, tzinfo=UTC), "24 October"),
    # further away: the date, with its year when it is another
    (datetime(2026, 11, 26, 8, 0, tzinfo=UTC), "26 November"),
    (datetime(2027, 1, 4, 8, 0, tzinfo=UTC), "4 January 2027"),
    (datetime(2025, 11, 19, 8, 0, tzinfo=UTC), "19 November 2025"),
    # a day without a time
    (date(2026, 11, 19), "today"),
    (date(2026, 11, 20), "tomorrow"),
    (date(2026, 11, 23), "Monday"),
    (date(2026, 12, 3), "3 December"),
]

LATE = [
    (timedelta(seconds=5), "1 minute late"),
    (timedelta(minutes=12), "12 minutes late"),
    (timedelta(minutes=58), "1 hour late"),
    (timedelta(hours=26), "26 hours late"),
    (timedelta(hours=49), "2 days late"),
]

DUTCH = [
    (datetime(2026, 11, 19, 13, 29, 40, tzinfo=UTC), "zojuist"),
    (datetime(2026, 11, 19, 13, 30, 30, tzinfo=UTC), "zo meteen"),
    (datetime(2026, 11, 19, 13, 31, tzinfo=UTC), "over 1 minuut"),
    (datetime(2026, 11, 19, 13, 18, tzinfo=UTC), "12 minuten geleden"),
    # "uur" has no plural
    (datetime(2026, 11, 19, 14, 26, tzinfo=UTC), "over 1 uur"),
    (datetime(2026, 11, 19, 16, 40, tzinfo=UTC), "over 3 uur"),
    (datetime(2026, 11, 19, 10, 20, tzinfo=UTC), "3 uur geleden"),
    (datetime(2026, 11, 19, 22, 0, tzinfo=UTC), "vandaag 23:00"),
    (datetime(2026, 11, 18, 15, 20, tzinfo=UTC), "gisteren 16:20"),
    (datetime(2026, 11, 20, 8, 0, tzinfo=UTC), "morgen 09:00"),
    # days and months without a capital
    (datetime(2026, 11, 25, 8, 0, tzinfo=UTC), "woensdag 09:00"),
    (datetime(2026, 11, 26, 8, 0, tzinfo=UTC), "26 november"),
    (datetime(2027, 3, 4, 8, 0, tzinfo=UTC), "4 maart 2027"),
    (date(2026, 11, 20), "morgen"),
    (date(2026, 11, 23), "maandag"),
]

LATE_IN_DUTCH = [
    (timedelta(seconds=5), "1 minuut te laat"),
    (timedelta(minutes=12), "12 minuten te laat"),
    (timedelta(minutes=58), "1 uur te laat"),
    (timedelta(hours=26), "26 uur te laat"),
    (timedelta(hours=49), "2 dagen te laat"),
]


@pytest.mark.parametrize(("moment", "words"), MOMENTS)
def test_moment_in_words(moment, words):
    with translation.override("en"):
        assert in_words(moment, now=NOW) == words


@pytest.mark.parametrize(("moment", "words"), DUTCH)
def test_moment_in_dutch_words(moment, words):
    with translation.override("nl"):
        assert in_words(moment, now=NOW) == words


@pytest.mark.parametrize(("overdue", "words"), LATE_IN_DUTCH)
def test_lateness_in_dutch(overdue, words):
    with translation.override("nl"):
        assert lateness(overdue) == words


def test_hours_do_not_cross_midnight():
    late = datetime(2026, 11, 19, 21, 0, tzinfo=UTC)  # 22:00
    with translation.override("en"):
        assert in_words(datetime(2026, 11, 19, 23, 30, tzinfo=UTC), now=late) == "tomorrow 00:30"
        assert in_words(datetime(2026, 11, 19, 22, 30, tzinfo=UTC), now=late) == "in 2 hours"


@pytest.mark.parametrize(("overdue", "words"), LATE)
def test_lateness(overdue, words):
    with translation.override("en"):
        assert lateness(overdue) == words


def test_exact_moment_is_local_and_whole():
    with translation.override("en"):
        assert exact(datetime(2026, 7, 1, 22, 5, tzinfo=UTC)) == "Thursday 2 July 2026, 00:05"
        assert exact(date(2026, 7, 1)) == "Wednesday 1 July 2026"


def test_exact_moment_in_dutch():
    with translation.override("nl"):
        assert exact(datetime(2026, 7, 1, 22, 5, tzinfo=UTC)) == "donderdag 2 juli 2026, 00:05"
