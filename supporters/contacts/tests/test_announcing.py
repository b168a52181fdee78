"""Who is involved hears that a colleague will call: by whom, when, and in words that give nothing away."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail
from django.urls import reverse

from accounts.enums import Role
from accounts.tests.factories import UserFactory
from hospital.models import Hospital
from incidents.enums import Step
from incidents.tests.factories import InvolvementFactory, MilestoneFactory
from notifications.delivery import channels, sweep
from notifications.enums import Group
from notifications.models import Mail, Notice, Reminder
from notifications.notices import listing
from notifications.reminders import kinds, reconcile
from supporters.contacts import flow, on_its_way, own_link
from supporters.contacts.announcing import ANNOUNCED
from supporters.enums import Announce, EventKind, Outcome
from supporters.models import Offer, SupportPolicy
from supporters.offers import own_calls
from supporters.offers.opening import close_offer, open_offers
from supporters.tests.factories import SupporterFactory

MONDAY = datetime(2026, 11, 16, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
pytestmark = [pytest.mark.django_db, pytest.mark.clock(MONDAY)]


@pytest.fixture
def coordinator():
    return UserFactory(roles=[Role.COORDINATOR])


def agency_nurse(**fields):
    fields = {"email": "sanne@example.org", **fields}
    return InvolvementFactory(employee=None, typed_name="Sanne de Wit", **fields)


def propose(offer, by, at=MONDAY + HOUR):
    return flow.propose(offer=offer, supporter=SupporterFactory(trained=True), by=by, at=at)


def notices(user):
    return list(Notice.objects.filter(user=user, kind=ANNOUNCED))


def test_who_has_an_account_is_told_at_once_in_the_app_and_by_mail():
    involvement = InvolvementFactory(employee__name="Noor Bakker", incident__event_type="aggression")
    open_offers([involvement], MONDAY)
    sweep.sweep(at=MONDAY)
    [notice] = notices(involvement.employee)
    assert listing.page(user=involvement.employee, at=MONDAY).lines[0].text == (
        "A colleague will get in touch. You can choose when, who, or not at all."
    )
    assert notice.url == "/me/"
    [sent] = [each for each in mail.outbox if each.to == [involvement.employee.email]]
    text = sent.subject + str(sent.message())
    assert "Noor" not in text
    assert "Aggression" not in text
    offer = Offer.objects.get()
    assert (offer.announced_at, offer.offered_at, offer.reached_at) == (MONDAY, MONDAY, None)


def test_who_has_no_account_gets_a_link_that_nothing_keeps():
    Hospital.objects.create(name="Ziekenhuis Noorderdijk")
    involvement = agency_nurse()
    open_offers([involvement], MONDAY)
    assert Mail.objects.get().url == ""
    sweep.sweep(at=MONDAY)
    [sent] = [each for each in mail.outbox if each.to == ["sanne@example.org"]]
    assert own_link.address(involvement.pk) in sent.body
    assert "Ziekenhuis Noorderdijk" in sent.body
    assert "Sanne" not in f"{sent.subject} {sent.body}"
    assert Offer.objects.get().announced_at == MONDAY


def test_a_mail_that_waits_for_the_morning_told_nobody_yet():
    """Neither the leader nor the inspectorate reads that somebody was told who sleeps: one rule for all."""
    night, seven = (datetime(2026, 11, 17, hour, 0, tzinfo=UTC) for hour in (2, 6))
    step = MilestoneFactory(step=Step.SUPPORT)
    involved = [InvolvementFactory(incident=step.incident), agency_nurse(incident=step.incident)]
    open_offers(involved, night)
    offers = Offer.objects.filter(incident=step.incident)
    sweep.sweep(at=night)
    assert set(offers.values_list("announced_at", "offered_at")) == {(None, None)}
    step.refresh_from_db()
    assert (step.offered, step.announced, step.involved, step.done_at) == (0, 0, 2, None)
    ways = on_its_way.of([each.pk for each in involved], at=night)
    assert {way.words(now=night) for way in ways.values()} == {
        "A message is ready and leaves today at 07:00."
    }
    sweep.sweep(at=seven)
    step.refresh_from_db()
    assert (step.offered, step.announced, step.involved, step.done_at) == (2, 2, 2, seven)
    sweep.sweep(at=seven + HOUR)
    assert set(offers.values_list("announced_at", "offered_at")) == {(seven, seven)}


def opens_the_notice(client, involvement):
    client.get(reverse("notice-open", args=[notices(involvement.employee)[0].pk]))


def opens_the_own_page(client, involvement):
    client.get(reverse("me"))


@pytest.mark.parametrize("reads", [opens_the_notice, opens_the_own_page])
def test_who_reads_it_before_the_mail_leaves_was_told_then(client, reads):
    night, seven = (datetime(2026, 11, 17, hour, 0, tzinfo=UTC) for hour in (2, 6))
    involvement = InvolvementFactory()
    open_offers([involvement], night)
    sweep.sweep(at=night)
    client.force_login(involvement.employee)
    reads(client, involvement)
    offer = Offer.objects.get()
    assert offer.announced_at
    assert offer.offered_at == offer.announced_at
    assert notices(involvement.employee)[0].read_at
    assert offer.announced_at != notices(involvement.employee)[0].read_at
    sweep.sweep(at=seven)
    assert [each for each in mail.outbox if each.to == [involvement.employee.email]] == []


def test_who_wants_no_such_mail_is_told_when_they_read_it(client):
    involvement = InvolvementFactory()
    channels.choose(user=involvement.employee, groups=[Group.DEADLINES, Group.NEWS])
    open_offers([involvement], MONDAY)
    sweep.sweep(at=MONDAY)
    assert Offer.objects.get().announced_at is None
    [way] = on_its_way.of([involvement.pk], at=MONDAY).values()
    assert way.words(now=MONDAY) == "A notice waits in the app, not read yet; no mail leaves for it."
    listing.mark_read(user=involvement.employee, at=MONDAY + HOUR)
    assert Offer.objects.get().announced_at == MONDAY + HOUR


def test_a_mail_that_the_server_refuses_told_nobody(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    people = [InvolvementFactory(), agency_nurse()]
    open_offers(people, MONDAY)
    sweep.sweep(at=MONDAY)
    assert set(Offer.objects.values_list("announced_at", "offered_at")) == {(None, None)}
    ways = on_its_way.of([each.pk for each in people], at=MONDAY)
    assert {way.words(now=MONDAY) for way in ways.values()} == {
        "A message is ready. The mail server has not taken it yet; it is tried again."
    }


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        (
            {"employee": None, "typed_name": "Sanne", "email": "", "telephone": "+31612345678"},
            "No mail reaches them: they hear it by telephone.",
        ),
        (
            {"employee__email": "", "employee__telephone": ""},
            "No number and no address: reach them through the ward.",
        ),
        ({"employee__is_active": False}, "No message reaches them: no longer employed."),
    ],
)
def test_whom_no_mail_reaches_is_somebody_else_s_to_tell(fields, words):
    involvement = InvolvementFactory(**fields)
    open_offers([involvement], MONDAY)
    sweep.sweep(at=MONDAY)
    [way] = on_its_way.of([involvement.pk], at=MONDAY).values()
    assert way.words(now=MONDAY) == words


def test_what_was_to_be_told_and_is_missing_is_found_at_night(coordinator):
    """Of who reads the own page before, nothing is missing."""
    SupportPolicy.objects.create(announce=Announce.WHEN_ASKED)
    reader, asked = InvolvementFactory(), InvolvementFactory()
    open_offers([reader, asked], MONDAY)
    own_calls.read(reader.employee, at=MONDAY)
    propose(asked.offer, coordinator)
    Reminder.objects.filter(kind=ANNOUNCED).delete()
    reconcile.reconcile(at=MONDAY + HOUR)
    assert Reminder.objects.get(kind=ANNOUNCED).recipient == asked.employee
    propose(reader.offer, coordinator)
    assert Reminder.objects.filter(kind=ANNOUNCED).count() == 2


@pytest.mark.parametrize(
    "fields", [{"employee": None, "email": "", "telephone": "+31612345678"}, {"employee__email": ""}]
)
def test_without_an_address_the_first_call_is_the_offer(coordinator, fields):
    involvement = InvolvementFactory(**fields)
    open_offers([involvement], MONDAY)
    contact = propose(involvement.offer, coordinator)
    offer = Offer.objects.get()
    assert (offer.announced_at, offer.offered_at) == (None, None)
    for kind in (EventKind.ACCEPTED, EventKind.ATTEMPT_FAILED):
        contact = flow.record(contact=contact, kind=kind, by=contact.supporter.user, at=MONDAY + 2 * HOUR)
    offer.refresh_from_db()
    assert offer.offered_at is None
    flow.record(contact=contact, kind=EventKind.REACHED, by=contact.supporter.user, at=MONDAY + 3 * HOUR)
    offer = Offer.objects.get()
    assert (offer.announced_at, offer.offered_at) == (None, MONDAY + 3 * HOUR)


def test_the_answer_of_who_could_not_be_mailed_shows_that_they_had_the_offer(coordinator):
    involvement = InvolvementFactory(employee__email="")
    open_offers([involvement], MONDAY)
    contact = propose(involvement.offer, coordinator)
    flow.record(contact=contact, kind=EventKind.OFFER_DECLINED, by=coordinator, at=MONDAY + 2 * HOUR)
    assert Offer.objects.get().offered_at == MONDAY + 2 * HOUR


def test_the_policy_may_wait_until_a_supporter_is_asked(coordinator):
    SupportPolicy.objects.create(announce=Announce.WHEN_ASKED)
    involvement = InvolvementFactory()
    open_offers([involvement], MONDAY)
    sweep.sweep(at=MONDAY)
    assert notices(involvement.employee) == []
    propose(involvement.offer, coordinator)
    sweep.sweep(at=MONDAY + HOUR)
    assert len(notices(involvement.employee)) == 1
    offer = Offer.objects.get()
    assert (offer.announced_at, offer.offered_at) == (MONDAY + HOUR, MONDAY + HOUR)


def test_another_supporter_is_no_second_announcement(coordinator):
    involvement = InvolvementFactory()
    open_offers([involvement], MONDAY)
    contact = propose(involvement.offer, coordinator)
    flow.withdraw(contact=contact, by=coordinator, at=MONDAY + 2 * HOUR)
    propose(Offer.objects.get(), coordinator, at=MONDAY + 3 * HOUR)
    sweep.sweep(at=MONDAY + 3 * HOUR)
    assert len(notices(involvement.employee)) == 1


@pytest.mark.parametrize("outside", [False, True])
def test_nobody_is_told_of_an_offer_that_ended_meanwhile(coordinator, outside):
    involvement = agency_nurse() if outside else InvolvementFactory()
    open_offers([involvement], MONDAY)
    close_offer(offer=Offer.objects.get(), outcome=Outcome.REFERRED, by=coordinator, at=MONDAY)
    sweep.sweep(at=MONDAY)
    assert not Notice.objects.filter(kind=ANNOUNCED).exists()
    assert mail.outbox == []


def test_it_concerns_nobody_else():
    involvement = InvolvementFactory()
    open_offers([involvement], MONDAY)
    kind = kinds.get(ANNOUNCED)
    assert kind.concerns(involvement.employee, involvement.pk)
    assert not kind.concerns(UserFactory(), involvement.pk)
    assert not kind.is_handed_on


def test_what_was_lost_is_found_at_night():
    involvement = InvolvementFactory()
    open_offers([involvement], MONDAY)
    involvement.employee.reminders.all().delete()
    assert reconcile.reconcile(at=MONDAY + HOUR) == 1
    sweep.sweep(at=MONDAY + HOUR)
    assert len(notices(involvement.employee)) == 1


def test_a_calamity_counts_how_people_were_told():
    milestone = MilestoneFactory(step=Step.SUPPORT)
    involved = [InvolvementFactory(incident=milestone.incident), agency_nurse(incident=milestone.incident)]
    involved.append(agency_nurse(incident=milestone.incident, email="", telephone="+31612345678"))
    open_offers(involved, MONDAY)
    sweep.sweep(at=MONDAY)
    milestone.refresh_from_db()
    assert (milestone.offered, milestone.announced, milestone.involved) == (2, 2, 3)
    assert milestone.done_at is None
