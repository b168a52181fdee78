from datetime import date

import pytest

from training.meetings.validity import competent_until, months_after, valid_until


@pytest.mark.parametrize(
    ("day", "months", "until"),
    [
        (date(2026, 8, 31), 18, date(2028, 2, 29)),
        (date(2026, 1, 15), 12, date(2027, 1, 15)),
        (date(2026, 12, 31), 2, date(2027, 2, 28)),
        (date(2026, 11, 30), 1, date(2026, 12, 30)),
    ],
)
def test_a_training_is_valid_for_months(day, months, until):
    assert valid_until(day, months=months) == months_after(day, months) == until


def test_a_competence_is_held_for_years():
    assert competent_until(date(2024, 2, 29), years=5) == date(2029, 2, 28)
