"""How many supporters there will be, recomputed by hand."""

from datetime import UTC, date, datetime

import pytest

from accounts.tests.factories import ProfessionFactory
from hospital.enums import ProfessionGroup
from supporters.models import SupportPolicy
from supporters.tests.factories import SupporterFactory
from training.coverage.forecast import Going, ahead, forecast

NOW = datetime(2026, 11, 18, 14, 0, tzinfo=UTC)
pytestmark = [pytest.mark.django_db, pytest.mark.clock(NOW)]


def supporter(until, **also):
    return SupporterFactory(trained=True, current_until=until, **also)


def test_a_small_year():
    physician = ProfessionFactory(physician=True)
    supporter(date(2026, 11, 29))  # lapses on 30 November
    supporter(date(2026, 11, 30))  # lapses on 1 December
    supporter(date(2027, 10, 30), user__profession=physician)  # in the last month of the year
    supporter(date(2027, 10, 31), user__profession=physician)  # after it
    supporter(date(2028, 5, 1), absent_from=date(2026, 6, 1))  # away, and nobody knows until when
    supporter(date(2028, 5, 1), absent_from=date(2027, 2, 3))
    supporter(date(2027, 1, 4), absent_from=date(2027, 2, 3))  # lapses before that
    supporter(date(2028, 5, 1), absent_from=date(2027, 2, 3), absent_until=date(2027, 9, 1))  # comes back
    supporter(date(2028, 5, 1), paused=True)
    supporter(date(2026, 11, 17))  # lapsed yesterday
    supporter(date(2028, 5, 1), stopped=True)
    supporter(date(2028, 5, 1), user__partner=True)
    supporter(date(2028, 5, 1), user__leaver=True)
    found = forecast(NOW, policy=SupportPolicy.current(), planned={date(2027, 3, 1): 12})
    lines = {(each.begins.year, each.begins.month): each for each in found.months}
    assert list(lines) == [(2026, 11), (2026, 12), *((2027, month) for month in range(1, 11))]
    changes = {key: (each.lapse, each.leave, each.trained) for key, each in lines.items()}
    assert {key: change for key, change in changes.items() if any(change)} == {
        (2026, 11): (1, 1, 0),
        (2026, 12): (1, 0, 0),
        (2027, 1): (1, 0, 0),
        (2027, 2): (0, 1, 0),
        (2027, 3): (0, 0, 12),
        (2027, 10): (1, 0, 0),
    }
    assert [each.supporters for each in found.months] == [7, 6, 5, 4, *[16] * 7, 15]
    assert found.in_a_year[ProfessionGroup.PHYSICIAN] == 1
    assert found.in_a_year[ProfessionGroup.NURSE] == 2
    assert found.in_a_year[ProfessionGroup.MIDWIFE] == 0


def test_a_training_that_is_short_valid_lapses_within_the_year():
    planned = {date(2026, 12, 1): 10}
    going = [Going("nurse", 2, lapses=date(2027, 5, 1))]
    found = ahead(going, from_day=date(2026, 11, 18), planned=planned, valid_months=3)
    assert [each.supporters for each in found.months] == [2, 12, 12, 12, 2, 2, *[0] * 6]


def test_it_asks_once_for_many_as_for_few(django_assert_num_queries):
    policy = SupportPolicy.current()
    for _few_then_many in range(2):
        with django_assert_num_queries(1):
            forecast(NOW, policy=policy)
        SupporterFactory.create_batch(5, trained=True)
