"""Who received support is forgotten, the case without content stays."""

from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection

from accounts import audit
from accounts.enums import AccessAction, Role
from accounts.models import AccessEvent
from accounts.tests.factories import UserFactory
from incidents.enums import IncidentKind
from incidents.models import Incident, Involvement
from notifications.models import Reminder
from supporters.contacts import flow
from supporters.contacts.flow import NotAllowed
from supporters.enums import EventKind, HandBackReason
from supporters.intake import head_questions
from supporters.models import Contact, ContactEvent, Exclusion, Offer, SupportPolicy
from supporters.offers import own_support, retention
from supporters.tests.factories import OfferFactory, SupporterFactory

MONDAY = datetime(2026, 9, 14, 9, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
pytestmark = [pytest.mark.django_db, pytest.mark.clock(MONDAY)]


def propose(offer, supporter=None):
    return flow.propose(
        offer=offer,
        supporter=supporter or SupporterFactory(trained=True),
        by=UserFactory(roles=[Role.COORDINATOR]),
        at=MONDAY,
    )


@pytest.fixture
def closed():
    """A case that was handed back once, rejected once by the employee, and declined on Monday."""
    offer = OfferFactory(opened_at=MONDAY)
    employee = offer.involvement.employee
    first = propose(offer)
    flow.record(
        contact=first,
        kind=EventKind.HANDED_BACK,
        by=first.supporter.user,
        at=MONDAY,
        reason=HandBackReason.CONFLICT,
    )
    second = propose(offer)
    flow.record(contact=second, kind=EventKind.HANDED_BACK, by=employee, at=MONDAY + timedelta(minutes=1))
    third = propose(offer)
    flow.record(contact=third, kind=EventKind.OFFER_DECLINED, by=employee, at=MONDAY)
    return Offer.objects.get()


def test_names_go_after_the_term_and_not_before(closed):
    assert retention.erase_due(at=MONDAY + 30 * DAY - timedelta(seconds=1)) == retention.Erased(0, 0)
    assert retention.erase_due(at=MONDAY + 30 * DAY) == retention.Erased(1, 2)
    involvement = Involvement.objects.get()
    assert involvement.employee is None
    assert involvement.name == involvement.email == involvement.telephone == ""
    assert involvement.erased_at == MONDAY + 30 * DAY
    assert involvement.profession is not None
    assert Contact.objects.count() == 3
    assert retention.erase_due(at=MONDAY + 31 * DAY) == retention.Erased(0, 0)


def test_an_open_case_keeps_its_names():
    propose(OfferFactory(opened_at=MONDAY))
    assert retention.erase_due(at=MONDAY + 400 * DAY) == retention.Erased(0, 0)


def test_nothing_points_to_the_employee_afterwards(closed):
    employee = closed.involvement.employee
    retention.erase_due(at=MONDAY + 30 * DAY)
    pointing = []
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if field.related_model is type(employee):
                pointing += list(model._default_manager.filter(**{field.name: employee}))
    assert pointing == []
    with connection.cursor() as cursor:
        for table in (
            "supporters_contact",
            "supporters_contactevent",
            "supporters_offer",
            "incidents_involvement",
        ):
            cursor.execute(f"SELECT count(*) FROM {table} t WHERE t::text LIKE %s", [f"%{employee.name}%"])
            assert cursor.fetchone() == (0,)


def test_pairs_of_the_coordinator_and_of_other_cases_stay(closed):
    mine = closed.involvement.employee
    by_hand = Exclusion.objects.create(
        supporter=SupporterFactory(), employee=mine, added_at=MONDAY - 100 * DAY
    )
    other = propose(OfferFactory(opened_at=MONDAY))
    flow.record(
        contact=other,
        kind=EventKind.HANDED_BACK,
        by=other.supporter.user,
        at=MONDAY,
        reason=HandBackReason.CONFLICT,
    )
    retention.erase_due(at=MONDAY + 30 * DAY)
    assert set(Exclusion.objects.all()) == {by_hand, Exclusion.objects.get(supporter=other.supporter)}


@pytest.mark.parametrize(
    ("kind", "added_later", "stays"),
    [(IncidentKind.SELF, False, False), (IncidentKind.EVENT, False, False), (IncidentKind.EVENT, True, True)],
)
def test_who_reported_the_own_case_is_forgotten_as_the_reporter_too(kind, added_later, stays):
    employee = UserFactory()
    offer = OfferFactory(
        opened_at=MONDAY,
        involvement__employee=employee,
        involvement__incident__kind=kind,
        involvement__incident__reporter=employee,
        involvement__incident__reported_at=MONDAY,
        involvement__added_at=MONDAY + added_later * DAY,
    )
    flow.record(contact=propose(offer), kind=EventKind.OFFER_DECLINED, by=employee, at=MONDAY)
    retention.erase_due(at=MONDAY + 30 * DAY)
    reporter = Incident.objects.get(pk=offer.incident_id).reporter
    assert reporter == (employee if stays else None)


def test_open_reminders_go_with_the_names(closed):
    assert Reminder.objects.filter(cancelled_at=None, done_at=None).exists()
    retention.erase_due(at=MONDAY + 30 * DAY)
    assert not Reminder.objects.filter(cancelled_at=None, done_at=None).exists()


def test_the_employee_erases_early_once_closed(closed):
    employee = closed.involvement.employee
    retention.erase_own(offer=closed, by=employee, at=MONDAY + 2 * DAY)
    assert Involvement.objects.get().erased_at == MONDAY + 2 * DAY
    line = AccessEvent.objects.get(action=AccessAction.ERASE)
    assert (line.access_point, line.user, line.record) == ("me", None, closed.involvement_id)
    with pytest.raises(NotAllowed):
        retention.erase_own(offer=closed, by=employee, at=MONDAY + 2 * DAY)


class TestWhileAReporterSeesTheName:
    """For a day; for so long one name less would say that this support has ended."""

    @pytest.fixture
    def offer(self):
        offer = OfferFactory(opened_at=MONDAY, involvement__added_at=MONDAY)
        own_support.decline(offer=offer, by=offer.involvement.employee, at=MONDAY + HOUR)
        return offer

    def ask(self, offer, at):
        return retention.erase_own(offer=offer, by=offer.involvement.employee, at=at)

    def test_who_asks_to_be_erased_is_when_it_is_over(self, offer):
        assert not self.ask(offer, MONDAY + 2 * HOUR)
        assert retention.erase_due(at=MONDAY + DAY) == retention.Erased(0, 0)
        shown = retention.with_feedback(Offer.objects.all()).get()
        assert retention.erases_at(shown, SupportPolicy.current()) == MONDAY + DAY
        assert retention.erase_due(at=MONDAY + DAY + HOUR) == retention.Erased(1, 0)
        line = AccessEvent.objects.get(action=AccessAction.ERASE)
        assert (line.access_point, line.basis, line.user) == ("me", "own record", None)

    def test_after_that_it_is_done_at_once(self, offer):
        assert self.ask(offer, MONDAY + DAY + HOUR)
        assert Involvement.objects.get().erased_at == MONDAY + DAY + HOUR

    def test_a_head_who_named_them_later_counts_too(self, offer):
        named_at = MONDAY + 2 * DAY
        audit.record(
            action=AccessAction.CREATE,
            user=UserFactory(),
            role=Role.TEAM_LEADER,
            access_point=head_questions.PAGE,
            object_kind="incident",
            object_ref=offer.incident.reference,
            record=offer.involvement_id,
            basis="own report",
            at=named_at,
        )
        assert not self.ask(offer, named_at + HOUR)
        assert retention.erase_due(at=named_at + DAY + HOUR) == retention.Erased(1, 0)

    def test_no_term_of_the_policy_is_shorter(self, offer):
        SupportPolicy.objects.update_or_create(id=1, defaults={"retention_days": 0})
        assert retention.erase_due(at=MONDAY + 3 * HOUR) == retention.Erased(0, 0)
        assert retention.erase_due(at=MONDAY + DAY + HOUR) == retention.Erased(1, 0)

    def test_who_comes_back_meanwhile_stays(self, offer):
        self.ask(offer, MONDAY + 2 * HOUR)
        person = offer.involvement.employee
        own_support.come_back(offer=offer, by=person, at=MONDAY + 3 * HOUR)
        own_support.decline(offer=offer, by=person, at=MONDAY + 4 * HOUR)
        assert retention.erase_due(at=MONDAY + 2 * DAY) == retention.Erased(0, 0)

    def test_who_asked_for_support_themselves_waits_for_nobody(self):
        offer = OfferFactory(opened_at=MONDAY, involvement__incident__kind=IncidentKind.SELF)
        own_support.decline(offer=offer, by=offer.involvement.employee, at=MONDAY)
        assert self.ask(offer, MONDAY)

    def test_what_went_on_with_it_is_erased_with_it(self, offer):
        other = OfferFactory(
            opened_at=MONDAY,
            involvement__employee=offer.involvement.employee,
            **{name: getattr(fresh(offer), name) for name in ("closed_at", "outcome", "waiting_for")},
            continues=offer,
        )
        assert self.ask(offer, MONDAY + 2 * DAY)
        assert Involvement.objects.get(offer=other).erased_at


def fresh(offer):
    return Offer.objects.get(pk=offer.pk)


def test_nobody_erases_an_open_case_or_somebody_elses(closed):
    offer = OfferFactory()
    with pytest.raises(NotAllowed):
        retention.erase_own(offer=offer, by=offer.involvement.employee, at=MONDAY)
    with pytest.raises(NotAllowed):
        retention.erase_own(offer=closed, by=UserFactory(roles=[Role.COORDINATOR]), at=MONDAY)


def test_what_is_erased_is_not_opened_again_by_an_undo(closed):
    employee = UserFactory()
    contact = propose(OfferFactory(opened_at=MONDAY, involvement__employee=employee))
    supporter = contact.supporter.user
    contact = flow.record(contact=contact, kind=EventKind.ACCEPTED, by=supporter, at=MONDAY)
    contact = flow.record(contact=contact, kind=EventKind.CLOSED, by=supporter, at=MONDAY, outcome="referred")
    retention.erase_own(offer=contact.offer, by=employee, at=MONDAY + 2 * DAY)
    with pytest.raises(NotAllowed):
        flow.undo(contact=contact, by=supporter, at=MONDAY)


@pytest.mark.clock(MONDAY + 31 * DAY)
def test_the_command_counts_before_and_after(closed):
    out = StringIO()
    call_command("retention", dry_run=True, stdout=out)
    assert Involvement.objects.get().erased_at is None
    call_command("retention", stdout=out)
    assert out.getvalue().splitlines() == [
        "1 involved employees would be erased.",
        "1 involved employees and 2 excluded pairs erased.",
        "0 old mails, notices and reminders deleted.",
    ]


def test_the_log_survives(closed):
    lines = ContactEvent.objects.count()
    retention.erase_due(at=MONDAY + 30 * DAY)
    assert ContactEvent.objects.count() == lines
