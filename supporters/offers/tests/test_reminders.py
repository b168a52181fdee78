"""What an import of many reports brings the coordinators."""

from datetime import UTC, datetime

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from accounts.enums import Role
from accounts.tests.factories import UserFactory
from incidents.models import Involvement
from incidents.tests.factories import InvolvementFactory
from notifications.delivery import sweep
from notifications.models import Notice
from notifications.notices import listing
from notifications.notices.listing import NoticeOpened
from supporters.enums import Waiting
from supporters.models import Offer
from supporters.offers.opening import open_offers

pytestmark = pytest.mark.django_db


@pytest.fixture
def coordinators():
    return UserFactory.create_batch(2, roles=[Role.COORDINATOR], language="en")


@pytest.fixture
def fifty(coordinators):
    """Fifty reports of one import, each with somebody involved."""
    now = timezone.now()
    for _ in range(50):
        InvolvementFactory()
    open_offers(list(Involvement.objects.select_related("incident")), now)
    return now


def said(user):
    with translation.override("en"):
        return [line.text for line in listing.page(user=user, at=timezone.now()).lines]


def test_fifty_reports_are_one_notice_each_that_leads_to_the_worklist(fifty, coordinators):
    sweep.sweep(at=fifty)
    for coordinator in coordinators:
        assert said(coordinator) == ["50 times somebody came to wait for a supporter."]
    told = Notice.objects.filter(user__in=coordinators)
    assert set(told.values_list("url", flat=True)) == {reverse("support:worklist")}
    sweep.sweep(at=Offer.objects.latest("due_at").due_at)
    assert said(coordinators[0])[0] == "50 people still wait for a supporter."


def test_notice_of_many_is_dealt_with_once_nobody_waits(fifty, coordinators):
    sweep.sweep(at=fifty)
    notice = Notice.objects.get(user=coordinators[0])
    first = Offer.objects.earliest("opened_at", "id")
    Offer.objects.exclude(pk=first.pk).update(waiting_for=Waiting.ACCEPTANCE)
    assert listing.open_notice(notice=notice, user=coordinators[0], at=fifty) is NoticeOpened.YOURS
    Offer.objects.update(waiting_for=Waiting.ACCEPTANCE)
    assert listing.open_notice(notice=notice, user=coordinators[0], at=fifty) is NoticeOpened.NO_LONGER_YOURS


def test_single_report_leads_to_its_own_page(coordinators):
    involvement = InvolvementFactory()
    now = timezone.now()
    open_offers([involvement], now)
    sweep.sweep(at=now)
    assert said(coordinators[0]) == ["Somebody is waiting for a supporter."]
    assert Notice.objects.filter(url=reverse("support:match", args=[involvement.pk])).count() == 2


@pytest.mark.clock(datetime(2026, 11, 18, 10, tzinfo=UTC))  # at night days off are asked for as well
def test_a_batch_of_reports_is_judged_in_as_many_statements_as_one(coordinators, django_assert_num_queries):
    now = timezone.now()

    def imported(number):
        involvements = [InvolvementFactory() for _ in range(number)]
        open_offers(involvements, now)

    imported(2)
    with django_assert_num_queries(21) as few:
        sweep.show_batch(at=now)
    imported(30)
    with django_assert_num_queries(len(few)):
        sweep.show_batch(at=now)
