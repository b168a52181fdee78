"""Supporters for what was marked on the worklist, of several events in one proposal."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.enums import Role
from accounts.models import AccessEvent
from accounts.tests.factories import UserFactory
from incidents.tests.factories import IncidentFactory, InvolvementFactory
from supporters.contacts import flow
from supporters.enums import EventKind
from supporters.matching import assignment
from supporters.models import Contact, Supporter
from supporters.tests.factories import ContactFactory, OfferFactory, SupporterFactory

pytestmark = pytest.mark.django_db
PROPOSE, MARKED = reverse("support:propose"), reverse("support:propose-marked")
WORKLIST = reverse("support:worklist")


@pytest.fixture
def coordinator():
    return UserFactory(roles=[Role.COORDINATOR])


@pytest.fixture
def client(coordinator):
    client = Client()
    client.force_login(coordinator)
    return client


def mark(client, *offers):
    return client.post(MARKED, {"offer": [str(each.pk) for each in offers]}, follow=True)


def chosen(page):
    return {
        f"supporter-{each.offer.pk}": str(each.cards[0].choice.supporter.pk)
        for each in page.context["proposals"]
        if each.cards
    }


def test_each_of_several_events_gets_another_supporter_by_one_confirmation(client):
    offers = [OfferFactory() for _ in range(3)]
    SupporterFactory.create_batch(4, trained=True)
    page = mark(client, *offers)
    data = chosen(page)
    assert len(set(data.values())) == 3
    for offer in offers:
        assert offer.incident.reference in page.text
    done = client.post(page.context["ask_url"], data, follow=True)
    assert "3 supporters have been asked." in done.text
    assert done.redirect_chain[-1][0] == WORKLIST
    asked = Contact.objects.open()
    assert {str(each.supporter_id) for each in asked} == set(data.values())


def test_the_worklist_marks_who_waits_for_a_supporter(client):
    offer, running = OfferFactory(), ContactFactory(accepted=True).offer
    page = client.get(WORKLIST).text
    assert f'value="{offer.pk}"' in page
    assert PROPOSE in page
    found = mark(client, offer, running)
    assert "1 colleague of those you marked waits for no supporter now." in found.text
    assert [each.offer for each in found.context["proposals"]] == [offer]


def test_what_changed_in_between_is_said_and_proposed_anew(client):
    gone, full, fine = (OfferFactory() for _ in range(3))
    SupporterFactory.create_batch(6, trained=True)
    page = mark(client, gone, full, fine)
    data = chosen(page)
    ContactFactory(offer=gone)
    Supporter.objects.filter(pk=data[f"supporter-{full.pk}"]).update(capacity=0)
    again = client.post(page.context["ask_url"], data, follow=True)
    assert "cannot be asked now" in again.text
    assert "1 supporter has been asked." in again.text
    [line] = again.context["proposals"]
    assert line.offer == full
    assert str(line.cards[0].choice.supporter.pk) != data[f"supporter-{full.pk}"]


def test_after_one_line_the_others_are_proposed_for(client):
    one, other = OfferFactory(), OfferFactory()
    SupporterFactory.create_batch(3, trained=True)
    page = mark(client, one, other)
    again = client.post(page.context["ask_url"], {**chosen(page), "only": str(one.pk)}, follow=True)
    assert [each.offer for each in again.context["proposals"]] == [other]
    assert Contact.objects.open().get().offer == one


def test_own_event_is_not_proposed_for(client, coordinator):
    incident = IncidentFactory()
    InvolvementFactory(incident=incident, employee=coordinator)
    own = OfferFactory(involvement__incident=incident)
    supporter = SupporterFactory(trained=True)
    assert mark(client, own).redirect_chain[-1][0] == WORKLIST
    address = f"{PROPOSE}?offers={own.pk}"
    assert client.get(address).status_code == 302
    client.post(address, {f"supporter-{own.pk}": str(supporter.pk)})
    assert not Contact.objects.exists()


def test_each_name_shown_has_its_line_in_the_log(client, coordinator):
    offers = [OfferFactory() for _ in range(2)]
    mark(client, *offers)
    lines = AccessEvent.objects.filter(access_point="support:propose", user=coordinator)
    assert set(lines.values_list("record", flat=True)) == {each.involvement_id for each in offers}


def test_nothing_marked_and_nonsense_lead_back(client):
    assert client.post(MARKED, {"offer": "nonsense"}).url == WORKLIST
    assert client.get(PROPOSE).url == WORKLIST
    assert client.get(PROPOSE, {"offers": "x.y"}).url == WORKLIST


GOES_ON = "1 colleague goes on with who supports them already."
FOR_BOTH = "For 1 colleague a supporter had been asked, and is asked for both events."


@pytest.mark.parametrize(
    ("accepts", "words", "said", "unsaid"),
    [(True, "Go on with", GOES_ON, FOR_BOTH), (False, "Ask", FOR_BOTH, GOES_ON)],
)
def test_who_is_supported_already_goes_on_with_that_supporter(
    client, coordinator, accepts, words, said, unsaid
):
    first, waiting = OfferFactory(), OfferFactory()
    person = first.involvement.employee
    SupporterFactory.create_batch(4, trained=True)
    running = assignment.assign(
        offer=first, supporter=Supporter.objects.all()[0], by=coordinator, at=timezone.now()
    )
    if accepts:
        flow.record(contact=running, kind=EventKind.ACCEPTED, by=running.supporter.user, at=timezone.now())
    second = OfferFactory(involvement=InvolvementFactory(employee=person))
    shown = mark(client, second, waiting)
    assert f"{words} {running.supporter.user.name}" in shown.text
    data = chosen(shown) | {f"supporter-{second.pk}": str(running.supporter_id)}
    done = client.post(shown.context["ask_url"], data, follow=True)
    assert "1 supporter has been asked." in done.text
    assert said in done.text
    assert unsaid not in done.text
    second.refresh_from_db()
    assert second.continues == first
    assert Contact.objects.open().filter(open_for=person).get() == running
