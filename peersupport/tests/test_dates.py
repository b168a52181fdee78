"""Which moments `make test-dates` tries."""

from datetime import UTC, datetime

import pytest

from tools.dates import moments


@pytest.mark.parametrize(
    ("now", "when"),
    [
        (
            datetime(2026, 11, 27, 9, tzinfo=UTC),
            {
                "tomorrow": "2026-11-28T10:00+01:00",
                "in 40 days": "2027-01-06T10:00+01:00",
                "New Year's Eve": "2026-12-31T23:50+01:00",
                "New Year's Day": "2027-01-01T10:00+01:00",
                "the clock goes forward": "2027-03-28T01:55+01:00",
                "the clock goes back": "2027-10-31T02:30+02:00",
                "29 February": "2028-02-29T12:00+01:00",
                "Good Friday": "2027-03-26T14:00+01:00",
                "a Sunday night": "2026-11-29T03:00+01:00",
            },
        ),
        # On such a day itself, the next one: all of them are still to come.
        (
            datetime(2028, 2, 29, 12, tzinfo=UTC),
            {"29 February": "2032-02-29T12:00+01:00", "Good Friday": "2028-04-14T14:00+02:00"},
        ),
        (datetime(2027, 3, 28, 9, tzinfo=UTC), {"the clock goes forward": "2028-03-26T01:55+01:00"}),
        (datetime(2026, 12, 31, 9, tzinfo=UTC), {"New Year's Eve": "2026-12-31T23:50+01:00"}),
    ],
)
def test_all_are_still_to_come(now, when):
    found = moments(now)
    assert {name: found[name].timestamp() for name in when} == {
        name: datetime.fromisoformat(text).timestamp() for name, text in when.items()
    }
    assert min(found.values()) > now
