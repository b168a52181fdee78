from datetime import UTC, datetime, timedelta

import pytest
from django.forms import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from incidents.local_moments import LocalMomentField, as_typed, from_local, in_order, second_reading

AT = datetime(2026, 12, 1, 12, 0, tzinfo=UTC)
# The night of 25 October 2026: 2:00–3:00 comes twice, in UTC from 0:00 and from 1:00.
FIRST = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
SECOND = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


@pytest.fixture
def field():
    return LocalMomentField(at=AT, required=False)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("2026-01-31T14:30", datetime(2026, 1, 31, 13, 30, tzinfo=UTC)),
        ("2026-07-01T14:30", datetime(2026, 7, 1, 12, 30, tzinfo=UTC)),
        ("31-01-2026 14:30", datetime(2026, 1, 31, 13, 30, tzinfo=UTC)),
        ("31-01-2026 14.30", datetime(2026, 1, 31, 13, 30, tzinfo=UTC)),
        # Skipped: the clock went from 2:00 to 3:00, and it was 3:30.
        ("2026-03-29T02:30", datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),
        # Doubled: the first.
        ("2026-10-25T02:30", FIRST),
        ("", None),
    ],
)
def test_what_is_typed_is_a_moment(field, typed, meant):
    assert field.clean(typed) == meant


@pytest.mark.parametrize("typed", ["yesterday", "2026-02-30T10:00", "0001-01-01T00:00:00Z", "2026-01-31"])
def test_what_is_no_moment_is_said_kindly(field, typed):
    with pytest.raises(ValidationError, match="like 31-01-2026"):
        field.clean(typed)


def test_what_is_still_to_come_is_refused(field):
    with pytest.raises(ValidationError, match="still to come"):
        field.clean(as_typed(AT + timedelta(minutes=1)))


def test_the_second_of_a_doubled_hour_is_taken_where_only_that_fits():
    noticed_first = datetime(2026, 10, 25, 0, 10, tzinfo=UTC)
    # Occurred 2:30, noticed 2:10: that can only be after the clock was put back.
    assert in_order([FIRST, noticed_first], at=AT) == [FIRST, noticed_first + timedelta(hours=1)]
    assert in_order([FIRST, None, FIRST], at=AT) == [FIRST, None, FIRST]
    # Not when that has yet to come.
    soon = noticed_first + timedelta(minutes=30)
    assert in_order([FIRST, noticed_first], at=soon) == [FIRST, noticed_first]


def test_only_the_first_of_a_doubled_hour_has_a_second_reading():
    assert second_reading(FIRST) == SECOND
    assert second_reading(SECOND) is None


NAIVE = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1))  # noqa: DTZ001 — hypothesis wants it so


@given(NAIVE)
def test_every_local_time_means_something(typed):
    moment = from_local(typed)
    assert abs(moment - typed.replace(tzinfo=UTC)) <= timedelta(hours=2)


@given(NAIVE)
def test_only_the_doubled_hour_is_read_twice(naive):
    moment = naive.replace(tzinfo=UTC)
    second = second_reading(moment)
    assert second is None or (second - moment == timedelta(hours=1) and as_typed(second) == as_typed(moment))
