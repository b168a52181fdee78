"""The coordinator's mail of the day."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import translation

from accounts.enums import Role
from accounts.tests.factories import UserFactory
from incidents.tests.factories import InvolvementFactory
from notifications.delivery import digest, sweep
from notifications.enums import Group
from notifications.models import Absence, Mail, MailOff, Notice
from notifications.reminders import schedule
from supporters.enums import Waiting
from supporters.models import Offer
from supporters.offers import morning
from supporters.offers.reminders import SOMEBODY_WAITS
from supporters.tests.factories import HeadQuestionFactory, OfferFactory, UnnamedReportFactory

#: A Thursday, 22:30 in Amsterdam; the morning after it, and the Friday evening.
NIGHT = datetime(2026, 11, 19, 21, 30, tzinfo=UTC)
SEVEN, EIGHT = (datetime(2026, 11, 20, hour, tzinfo=UTC) for hour in (6, 7))
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("smtp"), pytest.mark.clock(NIGHT)]


@pytest.fixture
def coordinator():
    return UserFactory(roles=[Role.COORDINATOR], language="nl")


def engine(at):
    digest.gather(at=at)
    sweep.sweep(at=at)


def reported(at):
    """Somebody waits for a supporter, and coordinators hear of it at `at`."""
    offer = OfferFactory(due_at=at + 12 * HOUR)
    schedule.remind(
        [
            schedule.reminder(
                key=f"test:{offer.pk}",
                kind=SOMEBODY_WAITS,
                due_at=at,
                subject_id=offer.incident_id,
                url="/support/",
                role=Role.COORDINATOR,
            )
        ]
    )
    engine(at)
    return offer


def lines(message):
    body = message.get_body(("plain",)).get_content()
    return [line[2:] for line in body.splitlines() if line.startswith("- ")]


def test_what_came_at_night_is_in_the_one_mail_of_the_morning(coordinator, smtp, settings):
    settings.SITE_URL = "https://steun.example"
    reported(NIGHT)
    reported(NIGHT + HOUR)
    assert Notice.objects.filter(user=coordinator).count() == 2
    engine(SEVEN)
    assert smtp.messages == []
    engine(EIGHT)
    engine(EIGHT + HOUR)
    (message,) = smtp.messages
    assert message["To"] == coordinator.email
    assert lines(message) == ["Toewijzen: 2", "Nieuw: vannacht kwamen er 2 dingen bij om te doen"]
    assert "https://steun.example/support/" in message.get_body(("plain",)).get_content()


def test_by_day_work_is_mailed_at_once(coordinator, smtp):
    engine(EIGHT)
    reported(EIGHT + HOUR)
    assert len(smtp.messages) == 1


def test_before_a_day_off_nothing_waits_longer_than_the_night(coordinator, smtp):
    reported(NIGHT + DAY)
    engine(SEVEN + DAY)
    assert len(smtp.messages) == 1


def test_nothing_waits_no_mail(coordinator, smtp):
    engine(EIGHT)
    assert smtp.messages == []
    assert Mail.objects.get().dropped_at == EIGHT


def test_a_silent_head_alone_is_no_mail_every_day_and_counts_beside_what_waits(coordinator, smtp):
    HeadQuestionFactory(due_at=EIGHT - HOUR)
    for day in range(3):
        engine(EIGHT + day * DAY)
    assert smtp.messages == []
    OfferFactory(due_at=EIGHT + 3 * DAY)
    with translation.override("nl"):
        assert morning.waits(coordinator, EIGHT + 3 * DAY) == [
            "Toewijzen: 1",
            "Wacht op hoofd: 1",
        ]


def test_who_is_away_or_wants_none_gets_none(coordinator, smtp):
    OfferFactory(due_at=EIGHT)
    away, other = UserFactory.create_batch(2, roles=[Role.COORDINATOR])
    MailOff.objects.create(user=coordinator, group=Group.NEWS)
    Absence.objects.create(user=away, first_day=EIGHT.date(), last_day=EIGHT.date(), substitute=coordinator)
    engine(EIGHT)
    assert [message["To"] for message in smtp.messages] == [other.email]


def test_what_is_said_of_each_step(coordinator, django_assert_num_queries):
    for waiting, due in (
        (Waiting.ASSIGNMENT, EIGHT - HOUR),
        (Waiting.ASSIGNMENT, EIGHT + HOUR),
        (Waiting.UNREACHED, EIGHT + HOUR),
        (Waiting.FIRST_CONTACT, EIGHT - HOUR),
        (Waiting.FOLLOW_UP, EIGHT + HOUR),
    ):
        Offer.objects.filter(pk=OfferFactory().pk).update(waiting_for=waiting, due_at=due)
    UnnamedReportFactory(due_at=EIGHT - HOUR)
    HeadQuestionFactory(due_at=EIGHT - HOUR)
    HeadQuestionFactory(due_at=EIGHT + HOUR)
    own = OfferFactory(due_at=EIGHT)
    InvolvementFactory(incident=own.incident, employee=coordinator)
    with translation.override("nl"), django_assert_num_queries(4):
        said = morning.waits(coordinator, EIGHT)
    assert said == [
        "Toewijzen: 2, waarvan 1 te laat",
        "Niet bereikt: 1",
        "Zonder namen: 1, waarvan 1 te laat",
        "Wacht op hoofd: 1",
        "Te laat bij een collega: 1",
    ]
