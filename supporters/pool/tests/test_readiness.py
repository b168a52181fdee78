from datetime import UTC, datetime, timedelta

import pytest

from accounts.enums import Role
from accounts.tests.factories import UserFactory
from supporters.enums import SupporterStatus
from supporters.pool.readiness import lacks
from supporters.tests.factories import SupporterFactory

AT = datetime(2026, 3, 9, 8, 0, tzinfo=UTC)
pytestmark = [pytest.mark.django_db, pytest.mark.clock(AT)]
TODAY = AT.date()
DAY = timedelta(days=1)


def titles():
    return [lack.title for lack in lacks(AT)]


def supporter(**fields):
    return SupporterFactory(**{"trained_on": TODAY - 400 * DAY, "current_until": TODAY + 300 * DAY, **fields})


def test_the_role_alone_fills_no_pool():
    UserFactory(roles=[Role.SUPPORTER])
    supporter(status=SupporterStatus.STOPPED)
    supporter(user=UserFactory(leaver=True))
    assert titles() == ["There are no peer supporters"]


@pytest.mark.parametrize(
    "fields",
    [
        {"status": SupporterStatus.PAUSED},
        {"current_until": TODAY - DAY},
        {"trained_on": None, "current_until": None, "status": SupporterStatus.PAUSED},
        {"trained_on": TODAY + DAY},
    ],
)
def test_who_cannot_be_asked_is_nobody_to_ask(fields):
    supporter(**fields)
    assert titles() == ["None of the peer supporters can be asked"]
    supporter()
    assert titles() == []
