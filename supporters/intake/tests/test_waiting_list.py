"""The order of the intake, its pages by key, and the count above the worklist."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from incidents.enums import Harm
from supporters.intake import waiting_list
from supporters.intake.waiting_list import IntakeCount, IntakeShown, read
from supporters.models import UnnamedReport
from supporters.offers import worklist
from supporters.tests.factories import UnnamedReportFactory

NOW = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
pytestmark = [pytest.mark.django_db, pytest.mark.clock(NOW)]


def row(*, harm=Harm.UNKNOWN, ago=HOUR, **fields):
    return UnnamedReportFactory(opened_at=NOW - ago, incident__harm=harm, **fields).pk


def page(shown=IntakeShown.WAITING, after=""):
    return read(UnnamedReport.objects.all(), shown=shown, after=after, now=NOW)


def ids(rows):
    return [each.report.pk for each in rows]


def counted():
    """What stands first above the worklist."""
    first = worklist.count(now=NOW)[0]
    assert isinstance(first, IntakeCount)
    return first


def through(shown):
    """Every row, page by page, and whether each page began where the one before ended."""
    found, after = [], ""
    while True:
        shows = page(shown, after)
        found += ids(shows.late) + ids(shows.others)
        if not shows.further:
            return found
        after = shows.further


def test_late_ones_stand_on_top_then_it_goes_by_harm_newest_first():
    old, new = row(harm=Harm.SOME, ago=3 * HOUR), row(harm=Harm.SOME, ago=HOUR)
    serious, none = row(harm=Harm.SERIOUS, ago=5 * HOUR), row(harm=Harm.NONE)
    late, later = row(ago=2 * DAY), row(harm=Harm.SOME, ago=3 * DAY)
    calamity = UnnamedReportFactory(incident__calamity=True, opened_at=NOW - 6 * HOUR).pk
    shows = page()
    assert ids(shows.late) == [later, late]
    assert ids(shows.others) == [calamity, serious, new, old, none]
    assert all(each.is_late for each in shows.late)


def test_what_a_rule_closes_or_somebody_decided_about_is_apart():
    row(closing=True), row(by_rule=True), row(not_needed=True)
    waiting = row()
    assert ids(page().others) == [waiting]
    for shown in (IntakeShown.CLOSING, IntakeShown.BY_RULE, IntakeShown.NOT_NEEDED):
        assert len(page(shown).others) == 1


@pytest.mark.parametrize("late", [0, 1, 2, 3, 4, 5, 7])
@pytest.mark.parametrize("others", [0, 1, 2, 3, 5])
def test_every_row_is_on_one_page_in_order(monkeypatch, late, others):
    monkeypatch.setattr(waiting_list, "PAGE", 2)
    expected = [row(ago=2 * DAY + number * HOUR) for number in range(late)]
    expected += [row(ago=number * HOUR, harm=Harm.SOME) for number in range(others)]
    assert through(IntakeShown.WAITING) == expected


@pytest.mark.parametrize(
    ("shown", "trait"),
    [
        (IntakeShown.CLOSING, {"closing": True}),
        (IntakeShown.BY_RULE, {"by_rule": True}),
        (IntakeShown.NOT_NEEDED, {"not_needed": True}),
    ],
)
def test_the_other_lists_are_paged_as_well(monkeypatch, shown, trait):
    monkeypatch.setattr(waiting_list, "PAGE", 2)
    made = [row(ago=number * HOUR, **trait) for number in range(5)]
    assert through(shown) == (made[::-1] if shown == IntakeShown.CLOSING else made)


@pytest.mark.parametrize(
    "after", ["x", "late_1_x_y", "late_999_2026-03-10T09:00:00+00:00_1", "_", "soon_1__"]
)
def test_a_key_that_makes_no_sense_gives_the_first_page(after):
    one = row()
    assert ids(page(after=after).others) == [one]
    row(by_rule=True)
    assert not page(IntakeShown.BY_RULE, after=after).is_empty


@pytest.mark.parametrize("shown", [each for each in IntakeShown if each != IntakeShown.HEADS])
def test_the_statements_are_as_many_for_few_rows_as_for_many(shown):
    trait = {shown.value: True} if shown else {}
    asked = []
    for number in (1, 8):
        for _ in range(number):
            row(**trait), row(ago=3 * DAY, **trait)
        with CaptureQueriesContext(
            connection,
        ) as statements:
            page(shown)
        asked.append(len(statements))
    # One of them reads what was asked of heads, for all rows.
    assert asked == ([3, 3] if shown == IntakeShown.WAITING else [2, 2])


def test_is_counted_first_above_the_worklist_with_what_is_late():
    row(), row(ago=2 * DAY), row(ago=3 * DAY), row(closing=True), row(by_rule=True)
    first = counted()
    assert (first.label, first.url) == ("Nobody named", "/support/intake/")
    assert (first.count, first.late) == ("3", "2")


def test_the_count_stops_and_is_silent_about_what_is_not_late(monkeypatch):
    monkeypatch.setattr(worklist, "CAP", 2)
    row(), row()
    first = counted()
    assert (first.count, first.late) == ("1+", "")
