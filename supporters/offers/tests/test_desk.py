"""The coordinator's desk in a deputy's hands.

Also covers supporters.offers.views.desk.
"""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from accounts.enums import Role
from accounts.tests.factories import UserFactory
from incidents.tests.factories import IncidentFactory, InvolvementFactory
from notifications.delivery import sweep
from notifications.models import Absence, Notice
from notifications.reminders import announcing_absence
from supporters.offers import desk
from supporters.offers.opening import open_offers
from supporters.offers.reminders import ASSIGNMENT_LATE, SOMEBODY_WAITS
from supporters.tests.factories import OfferFactory, UnnamedReportFactory

MONDAY = datetime(2026, 11, 16, 9, tzinfo=UTC)
TODAY = date(2026, 11, 16)
DAY = timedelta(days=1)
DESK = reverse("support:desk")
pytestmark = [pytest.mark.django_db, pytest.mark.clock(MONDAY)]


@pytest.fixture
def coordinator():
    return UserFactory(roles=[Role.COORDINATOR], name="Roos Timmer")


@pytest.fixture
def deputy():
    return UserFactory(roles=[Role.COORDINATOR], name="Daan Visser")


@pytest.fixture
def client(coordinator):
    return sign_in(coordinator)


def sign_in(user):
    client = Client()
    client.force_login(user)
    return client


def hand_over(client, deputy, first=TODAY, last=TODAY + 4 * DAY):
    data = {"first_day": first.isoformat(), "last_day": last.isoformat(), "substitute": str(deputy.pk)}
    return client.post(DESK, data, follow=True)


def told(user, kind):
    return Notice.objects.filter(user=user, kind=kind.code).count()


def test_everything_goes_to_the_deputy_in_one_action(client, coordinator, deputy):
    page = hand_over(client, deputy)
    assert "Daan Visser is told" in page.text
    sweep.sweep(at=MONDAY)
    assert Notice.objects.filter(user=deputy).count() == told(deputy, desk.BEGINS) == 1
    mail.outbox.clear()
    involvement = InvolvementFactory()
    open_offers([involvement], MONDAY)
    # The mail that says so goes to the deputy in her place.
    sweep.sweep(at=MONDAY + DAY)
    reached = {address for each in mail.outbox for address in each.to}
    assert deputy.email in reached
    assert coordinator.email not in reached


def test_deputy_reads_where_things_stand_and_no_mail_says_it(client, deputy):
    OfferFactory.create_batch(2, involvement__name="Noor Bos-Uniek")
    UnnamedReportFactory()
    hand_over(client, deputy)
    sweep.sweep(at=MONDAY)
    theirs = sign_in(deputy)
    notice = Notice.objects.get(user=deputy, kind=desk.BEGINS.code)
    assert notice.url == DESK
    counts = {each.label: each.count for each in theirs.get(DESK).context["counts"]}
    assert counts == {"Nobody named": "1", "All": "2", "To assign": "2"}
    text = " ".join(f"{each.subject} {each.body}" for each in mail.outbox)
    assert "Noor" not in text
    assert (
        "You stand in for Roos Timmer from 16 November 2026 to 20 November 2026."
        in theirs.get("/support/").text
    )


@pytest.mark.parametrize(("days", "count"), [(0, 0), (1, 1)])
def test_it_begins_by_itself(coordinator, deputy, days, count):
    first, last = TODAY + (1 - days) * DAY, TODAY + 4 * DAY
    announcing_absence.announce(
        user=coordinator, first_day=first, last_day=last, substitute=deputy, at=MONDAY - 3 * DAY
    )
    sweep.sweep(at=MONDAY)
    assert told(deputy, desk.BEGINS) == count


@pytest.mark.clock(MONDAY + 5 * DAY)
def test_who_is_back_hears_what_is_open_on_the_first_day_that_has_calls(coordinator, deputy):
    """Away until Friday: not on Saturday, nor on Sunday."""
    announcing_absence.announce(
        user=coordinator, first_day=TODAY, last_day=TODAY + 4 * DAY, substitute=deputy, at=MONDAY
    )
    sweep.sweep(at=MONDAY + 5 * DAY)
    assert told(coordinator, desk.BACK) == 0
    sweep.sweep(at=MONDAY + 7 * DAY)
    assert told(coordinator, desk.BACK) == 1


def test_one_tap_takes_it_back_sooner_too(client, coordinator, deputy):
    hand_over(client, deputy)
    OfferFactory()
    take_back = reverse("support:desk-take-back")
    assert take_back in client.get("/support/").text
    page = client.post(take_back, follow=True)
    assert "From now on everything comes to you again." in page.text
    assert "To assign" in [each.label for each in page.context["counts"]]
    assert not Absence.objects.exists()
    sweep.sweep(at=MONDAY + 10 * DAY)
    assert told(coordinator, desk.BACK) == 0
    assert told(deputy, announcing_absence.ENDED) == 1


def test_what_is_still_to_come_is_cancelled_not_taken_back(client, coordinator, deputy):
    hand_over(client, deputy, first=TODAY + DAY)
    page = client.get(DESK).text
    assert "Cancel it" in page
    assert "Take everything back" not in page
    page = client.post(reverse("support:desk-take-back"), follow=True).text
    assert "Cancelled: nothing is handed over." in page
    assert not Absence.objects.exists()


def test_away_until_a_slip_of_the_pen_is_refused(client, deputy):
    page = hand_over(client, deputy, last=date(2099, 11, 20))
    assert "More than a year ahead. Is the year right?" in page.text
    assert not Absence.objects.exists()
    hand_over(client, deputy, last=TODAY + 366 * DAY)
    assert "17 November 2027" in client.get(DESK).text


def test_announced_among_the_own_settings_it_is_the_same(client, coordinator, deputy):
    data = {"first_day": "2026-11-16", "last_day": "2026-11-20", "substitute": str(deputy.pk)}
    client.post(reverse("absence"), data)
    sweep.sweep(at=MONDAY)
    assert told(deputy, desk.BEGINS) == 1


def test_who_is_no_coordinator_hands_over_no_desk(deputy):
    member, other = (UserFactory(roles=[Role.CCP]) for _ in range(2))
    announcing_absence.announce(user=member, first_day=TODAY, last_day=TODAY, substitute=other, at=MONDAY)
    sweep.sweep(at=MONDAY)
    assert told(other, desk.BEGINS) == 0


def test_only_another_coordinator_takes_over(client, coordinator, deputy):
    coordinator.groups.add(*UserFactory(roles=[Role.CCP]).groups.all())
    member = UserFactory(roles=[Role.CCP])
    assert "Select a valid choice" in hand_over(client, member).text
    assert not Absence.objects.exists()


@pytest.fixture
def own_event(deputy):
    """The deputy was part of it, beside a colleague who waits."""
    incident = IncidentFactory()
    InvolvementFactory(incident=incident, employee=deputy)
    return OfferFactory(involvement__incident=incident, involvement__name="Noor Bos-Uniek")


def test_what_the_deputy_may_not_see_stays_and_is_said(client, coordinator, deputy, own_event):
    text = "1 open case is not for Daan Visser, who was part of that event, and there is nobody else"
    assert text in hand_over(client, deputy).text
    theirs = sign_in(deputy)
    for url in (DESK, "/support/"):
        page = theirs.get(url).text
        assert "Noor Bos-Uniek" not in page
        assert "is not for" not in page


def test_third_coordinator_sees_it(client, deputy, own_event):
    UserFactory(roles=[Role.COORDINATOR], name="Els Derde")
    text = "1 open case is not for Daan Visser, who was part of that event: Els Derde can see it."
    assert text in hand_over(client, deputy).text


def test_mail_of_it_comes_to_who_is_away(client, coordinator, deputy):
    hand_over(client, deputy)
    incident = IncidentFactory()
    InvolvementFactory(incident=incident, employee=deputy)
    open_offers([InvolvementFactory(incident=incident)], MONDAY)
    mail.outbox.clear()
    sweep.sweep(at=MONDAY + DAY)
    about_it = Notice.objects.filter(kind__in=[SOMEBODY_WAITS, ASSIGNMENT_LATE])
    assert set(about_it.values_list("user", flat=True)) == {coordinator.pk}
    assert coordinator.email in {address for each in mail.outbox for address in each.to}


@pytest.mark.parametrize(
    ("days", "said"),
    [
        ((3, 20), "and has everything but from "),
        ((-1, 30), "is away too on all these days: nobody stands in for you."),
    ],
)
def test_where_the_deputy_is_away_too_one_sentence_says_when_nobody_is_there(client, deputy, days, said):
    other = UserFactory(roles=[Role.CCP])
    first, last = (TODAY + n * DAY for n in days)
    Absence.objects.create(user=deputy, first_day=first, last_day=last, substitute=other)
    page = hand_over(client, deputy).text
    assert said in page
    assert "has everything while you are away" not in page
    for text in (page, client.get("/support/").text):
        assert " away too" in text or "away then too" in text
        assert "Daan Visser stands in for you." not in text
