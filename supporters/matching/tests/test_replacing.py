"""A supporter falls ill or leaves: all that is open with them goes to others, in one action.

Also covers supporters.matching.views.replacing and supporters.matching.views.together.
"""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.enums import Role
from accounts.models import AccessEvent, User
from accounts.tests.factories import UserFactory
from incidents.tests.factories import IncidentFactory, InvolvementFactory
from notifications.delivery import sweep
from notifications.models import Notice
from supporters.contacts import flow, own_link
from supporters.contacts.announcing import ANOTHER_CALLS
from supporters.enums import ContactState, EventKind, Waiting
from supporters.models import Contact, KeptApart, Supporter
from supporters.pool import members
from supporters.tests.factories import ContactFactory, SupporterFactory

MONDAY = datetime(2026, 11, 16, 9, tzinfo=UTC)
pytestmark = [pytest.mark.django_db, pytest.mark.clock(MONDAY)]
DAY = timedelta(days=1)


@pytest.fixture
def coordinator():
    return UserFactory(roles=[Role.COORDINATOR])


@pytest.fixture
def ill():
    return SupporterFactory(trained=True, capacity=9, user__name="Hanneke Prins")


@pytest.fixture
def client(coordinator):
    return sign_in(coordinator)


def sign_in(user):
    client = Client()
    client.force_login(user)
    return client


def page_of(supporter):
    return reverse("support:replace", args=[supporter.pk])


def form(client, supporter, **changes):
    """What the page sends as it stands: the proposed supporter for each, but for `changes` by contact."""
    found = client.get(page_of(supporter)).context
    supporter.refresh_from_db()
    shows = members.absence_of(supporter)
    data = {"until": "", "seen": shows, "contact": [str(line.contact.pk) for line in found["lines"]]}
    for line in found["lines"]:
        proposed = str(line.cards[0].choice.supporter.pk) if line.cards else "later"
        data[f"supporter-{line.contact.pk}"] = changes.get(str(line.contact.pk), proposed)
        data[f"seen-{line.contact.pk}"] = line.contact.seen
    return data


def open_with(supporter):
    return Contact.objects.open().filter(supporter=supporter)


def shown(response):
    return response.content.decode()


def test_everything_moves_each_to_another_in_one_action(client, ill):
    contacts = [
        ContactFactory(supporter=ill, **{state: True}) for state in ("proposed", "accepted", "in_contact")
    ]
    others = [SupporterFactory(trained=True) for _ in range(3)]
    until = timezone.localdate() + 7 * DAY
    page = client.post(page_of(ill), {**form(client, ill), "until": until.isoformat()}, follow=True)
    assert "3 supporters have been asked." in shown(page)
    assert page.redirect_chain[-1][0] == reverse("pool:supporter", args=[ill.pk])
    asked = Contact.objects.filter(offer__in=[each.offer for each in contacts], state=ContactState.PROPOSED)
    assert {each.supporter for each in asked} == set(others)
    ill.refresh_from_db()
    assert (ill.load, ill.absent_from, ill.absent_until) == (0, timezone.localdate(), until)
    assert not open_with(ill).exists()


def test_supporter_no_longer_sees_who_it_was(client, ill):
    contact = ContactFactory(supporter=ill, in_contact=True, offer__involvement__name="Noor Bos-Uniek")
    SupporterFactory(trained=True)
    client.post(page_of(ill), form(client, ill))
    mine = sign_in(ill.user)
    for url in (reverse("contacts:list"), reverse("contacts:detail", args=[contact.pk])):
        assert "Noor Bos-Uniek" not in shown(mine.get(url, follow=True))


def test_each_line_is_changed_by_hand(client, ill):
    to_other, later, stays = (ContactFactory(supporter=ill, in_contact=True) for _ in range(3))
    for _ in range(5):
        SupporterFactory(trained=True)
    wanted = SupporterFactory(trained=True, user__name="Bram Visser")
    changes = {str(to_other.pk): str(wanted.pk), str(later.pk): "later", str(stays.pk): ""}
    page = shown(client.post(page_of(ill), form(client, ill, **changes), follow=True))
    assert "1 supporter has been asked." in page
    assert "1 colleague waits on the worklist for somebody else." in page
    assert Contact.objects.open().get(offer=to_other.offer).supporter == wanted
    later.offer.refresh_from_db()
    assert later.offer.waiting_for == Waiting.ASSIGNMENT
    assert list(open_with(ill)) == [stays]


def test_nobody_left_puts_it_back_on_the_worklist(client, ill):
    contact = ContactFactory(supporter=ill, accepted=True)
    assert "Nobody is left for this person." in shown(client.get(page_of(ill)))
    client.post(page_of(ill), form(client, ill))
    contact.offer.refresh_from_db()
    assert contact.offer.waiting_for == Waiting.ASSIGNMENT


def test_conflicts_are_respected_also_by_who_sends_one_by_hand(client, ill, coordinator):
    contact = ContactFactory(supporter=ill, accepted=True)
    kept_apart = SupporterFactory(trained=True, user__name="Bram Visser")
    KeptApart.objects.create(
        supporter=kept_apart,
        employee=contact.offer.involvement.employee,
        added_at=timezone.now(),
        added_by=coordinator,
    )
    data = form(client, ill, **{str(contact.pk): str(kept_apart.pk)})
    page = shown(client.post(page_of(ill), data, follow=True))
    assert "Bram Visser cannot be asked now" in page
    assert list(open_with(ill)) == [contact]


def test_what_changed_in_between_is_said_and_proposed_anew(client, ill):
    """Whole or not at all for each: the others move."""
    changed, other = (ContactFactory(supporter=ill, accepted=True) for _ in range(2))
    for _ in range(4):
        SupporterFactory(trained=True)
    data = form(client, ill)
    flow.record(contact=changed, kind=EventKind.REACHED, by=ill.user, at=timezone.now())
    page = client.post(page_of(ill), data, follow=True)
    assert "Something was just noted for this contact." in shown(page)
    assert "1 supporter has been asked." in shown(page)
    assert [line.contact for line in page.context["lines"]] == [changed]
    assert page.context["lines"][0].cards
    assert Contact.objects.open().get(offer=other.offer).supporter != ill


def test_second_coordinator_hears_kindly_who_was_asked(client, ill):
    contact = ContactFactory(supporter=ill, accepted=True)
    first, second = (SupporterFactory(trained=True, user__name=name) for name in ("Anna Smit", "Bram Visser"))
    mine, theirs = (form(client, ill, **{str(contact.pk): str(each.pk)}) for each in (first, second))
    sign_in(UserFactory(roles=[Role.COORDINATOR])).post(page_of(ill), theirs)
    page = shown(client.post(page_of(ill), mine, follow=True))
    assert "A colleague has just asked Bram Visser. Anna Smit was not asked." in page
    assert Contact.objects.open().get(offer=contact.offer).supporter == second


def test_absence_that_a_colleague_just_noted_stands_and_is_said(client, ill):
    """What was asked for each contact is done all the same."""
    contact = ContactFactory(supporter=ill, accepted=True)
    other = SupporterFactory(trained=True)
    mine = {**form(client, ill), "until": "2026-11-20"}
    theirs = {"until": "2026-12-03", "seen": "/"}
    sign_in(UserFactory(roles=[Role.COORDINATOR])).post(page_of(ill), theirs)
    page = client.post(page_of(ill), mine, follow=True)
    assert "Hanneke Prins is away until 3 December 2026." in shown(page)
    assert page.redirect_chain[-1][0] == page_of(ill)
    ill.refresh_from_db()
    assert str(ill.absent_until) == "2026-12-03"
    assert Contact.objects.open().get(offer=contact.offer).supporter == other
    client.post(page_of(ill), {**form(client, ill), "until": "2026-11-20"})
    ill.refresh_from_db()
    assert str(ill.absent_until) == "2026-11-20"


@pytest.mark.parametrize(
    ("absence", "said"),
    [
        ({"absent_from": "2026-11-16"}, "is away."),
        ({"absent_from": "2026-11-30"}, "is away later on."),
        ({"absent_from": "2026-10-01", "absent_until": "2026-11-01"}, "is not away."),
    ],
)
def test_every_absence_that_stands_has_its_words(client, ill, absence, said):
    data = {**form(client, ill), "until": "2026-11-20"}
    Supporter.objects.filter(pk=ill.pk).update(**absence)
    assert said in shown(client.post(page_of(ill), data, follow=True))


def test_contact_that_was_put_back_meanwhile_waits_for_a_supporter(client, ill, coordinator):
    contact = ContactFactory(supporter=ill, accepted=True)
    SupporterFactory(trained=True)
    data = form(client, ill)
    flow.withdraw(contact=contact, by=coordinator, at=timezone.now())
    page = shown(client.post(page_of(ill), data, follow=True))
    assert "Waits on the worklist for somebody else by now." in page
    assert "no longer open" not in page


@pytest.mark.django_db(transaction=True)
def test_two_coordinators_at_once_move_each_contact_once(ill):
    contacts = [ContactFactory(supporter=ill, accepted=True) for _ in range(3)]
    for _ in range(8):
        SupporterFactory(trained=True)
    clients = [sign_in(UserFactory(roles=[Role.COORDINATOR])) for _ in range(2)]
    forms = [form(each, ill) for each in clients]

    def send(number):
        try:
            return clients[number].post(page_of(ill), forms[number]).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(send, range(2))) == [302, 302]
    for contact in contacts:
        assert Contact.objects.open().filter(offer=contact.offer).count() == 1
    assert not open_with(ill).exists()
    moved = Contact.objects.filter(offer__in=[each.offer for each in contacts]).exclude(supporter=ill)
    assert moved.count() == len(contacts)


def told(user):
    return Notice.objects.filter(kind=ANOTHER_CALLS, user=user).count()


def test_who_knew_who_calls_hears_of_another_without_a_reason(client, ill):
    knew, did_not = ContactFactory(supporter=ill, accepted=True), ContactFactory(supporter=ill, proposed=True)
    typed_in = InvolvementFactory(employee=None, typed_name="Sanne de Wit", email="sanne@example.org")
    ContactFactory(
        supporter=ill, in_contact=True, offer__involvement=typed_in, offer__incident=typed_in.incident
    )
    for _ in range(4):
        SupporterFactory(trained=True)
    client.post(page_of(ill), form(client, ill))
    sweep.sweep(at=timezone.now())
    assert told(knew.offer.involvement.employee) == 1
    assert told(did_not.offer.involvement.employee) == 0
    [sent] = [each for each in mail.outbox if each.to == ["sanne@example.org"]]
    assert own_link.address(typed_in.pk) in sent.body
    for text in [f"{each.subject} {each.body}" for each in mail.outbox]:
        assert "Hanneke" not in text
        assert "ill" not in text.lower().split()


def test_later_somebody_else_is_asked_and_the_employee_hears_then(client, ill, coordinator):
    contact = ContactFactory(supporter=ill, accepted=True)
    client.post(page_of(ill), form(client, ill, **{str(contact.pk): "later"}))
    sweep.sweep(at=timezone.now())
    employee = contact.offer.involvement.employee
    assert told(employee) == 0
    flow.propose(
        offer=contact.offer, supporter=SupporterFactory(trained=True), by=coordinator, at=timezone.now()
    )
    sweep.sweep(at=timezone.now())
    assert told(employee) == 1


def test_own_event_stays_for_another_coordinator(client, ill, coordinator):
    incident = IncidentFactory()
    InvolvementFactory(incident=incident, employee=coordinator)
    own = ContactFactory(supporter=ill, accepted=True, offer__involvement__incident=incident)
    ContactFactory(supporter=ill, accepted=True)
    for _ in range(3):
        SupporterFactory(trained=True)
    page = client.get(page_of(ill))
    name = own.offer.involvement.name
    assert name not in shown(page)
    assert "1 more contact is for another coordinator to move." in shown(page)
    data = form(client, ill)
    data["contact"].append(str(own.pk))
    data |= {f"supporter-{own.pk}": "later", f"seen-{own.pk}": own.events.last().pk}
    client.post(page_of(ill), data)
    assert list(open_with(ill)) == [own]


def test_who_left_is_not_put_down_as_away(client, ill):
    contact = ContactFactory(supporter=ill, accepted=True)
    SupporterFactory(trained=True)
    User.objects.filter(pk=ill.user_id).update(is_active=False)
    page = client.get(page_of(ill))
    assert page.context["form"] is None
    client.post(page_of(ill), form(client, ill))
    ill.refresh_from_db()
    assert ill.absent_from is None
    assert Contact.objects.open().get(offer=contact.offer).supporter != ill


def test_day_that_has_passed_is_refused_and_nothing_moves(client, ill):
    contact = ContactFactory(supporter=ill, accepted=True)
    SupporterFactory(trained=True)
    yesterday = timezone.localdate() - DAY
    page = client.post(page_of(ill), {**form(client, ill), "until": yesterday.isoformat()})
    assert "This day is in the past." in shown(page)
    assert list(open_with(ill)) == [contact]


def test_each_name_shown_has_its_line_in_the_log(client, ill, coordinator):
    contacts = [ContactFactory(supporter=ill, accepted=True) for _ in range(2)]
    client.get(page_of(ill))
    lines = AccessEvent.objects.filter(access_point="support:replace", user=coordinator)
    assert set(lines.values_list("record", flat=True)) == {each.offer.involvement_id for each in contacts}


def test_page_asks_as_many_queries_for_many_as_for_few(client, ill):
    SupporterFactory.create_batch(9, trained=True)
    ContactFactory(supporter=ill, accepted=True)
    client.get(page_of(ill))
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as asked:
            client.get(page_of(ill))
        counts.append(len(asked))
        ContactFactory.create_batch(4, supporter=ill, accepted=True)
    assert counts[0] == counts[1]


def test_pool_page_leads_there_while_anything_is_open(client, ill):
    pool_page = reverse("pool:supporter", args=[ill.pk])
    assert page_of(ill) not in shown(client.get(pool_page))
    ContactFactory(supporter=ill, proposed=True)
    assert page_of(ill) in shown(client.get(pool_page))
