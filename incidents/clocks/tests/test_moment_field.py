from datetime import UTC, datetime, timedelta

import pytest
from django import forms
from django.forms import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from hospital.clock import AMSTERDAM, comes_twice
from incidents.clocks.moment_field import LocalMomentField, as_typed

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
        ("2026-03-29T01:59", datetime(2026, 3, 29, 0, 59, tzinfo=UTC)),
        ("2026-03-29T03:00", datetime(2026, 3, 29, 1, 0, tzinfo=UTC)),
        # Doubled, with the choice which of the two it was.
        ("2026-10-25T02:30|1", FIRST),
        ("2026-10-25T02:30|2", SECOND),
        ("2026-10-25T03:00", datetime(2026, 10, 25, 2, 0, tzinfo=UTC)),
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


@pytest.mark.parametrize("typed", ["2026-03-29T02:00", "29-03-2026 02:30", "2026-03-29T02:59|2"])
def test_the_hour_that_march_skips_is_refused_kindly(field, typed):
    with pytest.raises(ValidationError, match="this hour did not exist"):
        field.clean(typed)


def test_of_the_hour_that_comes_twice_it_is_asked_which(field):
    with pytest.raises(ValidationError, match="this hour came twice"):
        field.clean("2026-10-25T02:30")


def test_while_the_second_is_still_to_come_it_was_the_first():
    field = LocalMomentField(at=FIRST + timedelta(minutes=10))
    assert field.clean("2026-10-25T02:30") == FIRST
    with pytest.raises(ValidationError, match="still to come"):
        field.clean("2026-10-25T02:30|2")


class MomentForm(forms.Form):
    moment = LocalMomentField(at=AT)


def test_the_choice_shows_for_that_hour_only_and_keeps_what_was_chosen():
    def shown(**given):
        return str(MomentForm(**given)["moment"])

    assert "moment-hour" not in shown(initial={"moment": datetime(2026, 10, 25, 3, 0, tzinfo=UTC)})
    assert 'value="2" selected' in shown(initial={"moment": SECOND})
    assert 'value="1" selected' in shown(initial={"moment": FIRST})
    asked = MomentForm({"moment": "2026-10-25T02:30"})
    assert not asked.is_valid()
    assert 'value="2026-10-25T02:30"' in str(asked["moment"])
    assert 'name="moment-hour"' in str(asked["moment"])
    answered = MomentForm({"moment": "2026-10-25T02:30", "moment-hour": "2"})
    assert answered.is_valid()
    assert answered.cleaned_data["moment"] == SECOND


@pytest.mark.parametrize("typed", ["1026-03-09T09:00", "0001-01-01T00:00", "1999-12-31T23:59"])
def test_before_the_year_2000_is_a_slip_of_the_pen(typed):
    for field in (LocalMomentField(at=AT), LocalMomentField(at=AT, to_come=True)):
        with pytest.raises(ValidationError, match="before the year 2000"):
            field.clean(typed)


def test_more_than_a_year_ago_is_asked_about_and_the_answer_is_for_that_moment_only():
    last_year = (AT - timedelta(days=366)).astimezone(AMSTERDAM).strftime("%Y-%m-%dT%H:%M")
    asked = MomentForm({"moment": last_year})
    assert asked.errors["moment"] == [LocalMomentField.default_error_messages["long_ago"]]
    assert f'name="moment-sure" value="{last_year}:00"' in str(asked["moment"])
    assert MomentForm({"moment": last_year, "moment-sure": f"{last_year}:00"}).is_valid()
    assert not MomentForm({"moment": last_year, "moment-sure": f"{last_year[:4]}-12-31T10:00:00"}).is_valid()
    within = (AT - timedelta(days=364)).astimezone(AMSTERDAM).strftime("%Y-%m-%dT%H:%M")
    assert MomentForm({"moment": within}).is_valid()
    assert "moment-sure" not in str(MomentForm({"moment": within})["moment"])
    # What stands there already was said to be right before.
    assert "checked" in str(MomentForm(initial={"moment": AT - timedelta(days=500)})["moment"])


def test_what_comes_to_may_be_told_where_that_is_asked():
    soon = AT + timedelta(days=1)
    assert LocalMomentField(at=AT, to_come=True).clean(as_typed(soon)) == soon


NAIVE = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1))  # noqa: DTZ001 — hypothesis wants it so


@given(NAIVE)
def test_a_local_time_is_read_once_refused_or_asked_about(naive):
    field = LocalMomentField(at=AT, to_come=True)
    moment = naive.replace(second=0, microsecond=0, tzinfo=UTC)
    twice = comes_twice(moment.astimezone(AMSTERDAM).replace(tzinfo=None, fold=0))
    again = field.clean(field.prepare_value(moment))
    assert again == moment
    if not twice:
        assert field.clean(as_typed(moment)) == moment
