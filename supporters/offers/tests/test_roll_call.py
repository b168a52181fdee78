"""Everybody of one event on one page, and supporters for all at once."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.enums import Role
from accounts.models import AccessEvent
from accounts.tests.factories import UserFactory
from incidents.tests.factories import IncidentFactory, InvolvementFactory
from supporters.matching import assignment
from supporters.models import Contact, SupportPolicy
from supporters.tests.factories import ContactFactory, OfferFactory, SupporterFactory

URL = "/support/2026-0815/"


@pytest.fixture
def coordinator(db, client):
    user = UserFactory(roles=[Role.COORDINATOR])
    client.force_login(user)
    return user


@pytest.fixture
def incident(db):
    return IncidentFactory(reference="2026-0815")


def offers(incident, *names):
    return [OfferFactory(involvement__incident=incident, involvement__name=name) for name in names]


def text(response):
    return response.content.decode()


@pytest.mark.parametrize("role", [None, Role.SUPPORTER, Role.CCP, Role.ANALYST, Role.DIRECTOR])
def test_only_the_coordinator_sees_the_names_of_an_event(client, incident, role):
    client.force_login(UserFactory(roles=[role] if role else []))
    assert client.get(URL).status_code == 403
    assert client.post(f"{URL}assign/").status_code == 403


def test_unknown_reference_is_not_found(client, coordinator):
    assert client.get("/support/2026-9998/").status_code == 404


def test_everybody_with_state_and_share_offered_in_time(client, coordinator, incident):
    offers(incident, "Noor Bos")
    ContactFactory(
        offer__involvement__incident=incident,
        offer__involvement__name="Bram Dekker",
        supporter__user__name="Hanneke Prins",
    )
    late = timezone.now() - timedelta(hours=25)
    OfferFactory(
        involvement__incident=incident,
        opened_at=late,
        announced_at=None,
        offered_at=timezone.now(),
        involvement__name="Ilse Vos",
    )
    page = text(client.get(URL))
    for words in ("Noor Bos", "Bram Dekker", "Ilse Vos", "Hanneke Prins", "Asked, no answer yet"):
        assert words in page
    assert "Offered support within 24 hours: <strong>2 of 3</strong>." in page
    assert page.count("Told by a message") == 2
    assert page.count("Offered in person") == 1


def test_opening_is_in_the_access_log_of_everybody_involved(client, coordinator, incident):
    people = {each.involvement_id for each in offers(incident, "Noor Bos", "Bram Dekker")}
    client.get(URL)
    assert {(line.record, line.object_ref) for line in AccessEvent.objects.all()} == {
        (person, "2026-0815") for person in people
    }


def test_event_without_anybody_leads_to_adding_somebody(client, coordinator, incident):
    assert "Nobody is on the list yet" in text(client.get(URL))


def test_propose_for_all_and_accept_as_a_whole(client, coordinator, incident):
    waiting = offers(incident, "Noor Bos", "Bram Dekker")
    SupporterFactory.create_batch(3, trained=True)
    page = client.get(URL, {"together": 1})
    chosen = {
        f"supporter-{each.offer.pk}": each.cards[0].choice.supporter.pk for each in page.context["proposals"]
    }
    assert set(chosen) == {f"supporter-{each.pk}" for each in waiting}
    done = client.post(f"{URL}assign/", chosen, follow=True)
    assert "2 supporters have been asked." in text(done)
    assert Contact.objects.open().count() == 2


@pytest.mark.parametrize("some", [0, 1])
def test_all_are_asked_only_where_there_is_somebody_to_ask(client, coordinator, incident, some):
    offers(incident, "Noor Bos", "Bram Dekker")
    SupporterFactory.create_batch(some, trained=True)
    page = text(client.get(URL, {"together": 1}))
    assert ("Nobody is left for this person." in page) is (not some)
    assert ("Who suits this person is proposed for another here." in page) is bool(some)
    assert ("Ask all" in page) is bool(some)
    assert ("For none of them is anybody left." in page) is (not some)


def test_accept_one_line(client, coordinator, incident):
    first, second = offers(incident, "Noor Bos", "Bram Dekker")
    one, other = SupporterFactory.create_batch(2, trained=True)
    client.post(
        f"{URL}assign/",
        {f"supporter-{first.pk}": one.pk, f"supporter-{second.pk}": other.pk, "only": second.pk},
    )
    assert Contact.objects.get().offer == second


def test_what_was_taken_meanwhile_is_told_and_the_rest_is_asked(client, coordinator, incident):
    first, second = offers(incident, "Noor Bos", "Bram Dekker")
    one, other, theirs = SupporterFactory.create_batch(3, trained=True)
    colleague = UserFactory(roles=[Role.COORDINATOR])
    contact = assignment.assign(offer=first, supporter=theirs, by=colleague, at=timezone.now())
    done = client.post(
        f"{URL}assign/",
        {f"supporter-{first.pk}": one.pk, f"supporter-{second.pk}": other.pk},
        follow=True,
    )
    assert f"Noor Bos: A colleague has just asked {theirs.user.name}." in text(done)
    assert "1 supporter has been asked." in text(done)
    assert set(Contact.objects.values_list("offer", "supporter")) == {
        (first.pk, contact.supporter_id),
        (second.pk, other.pk),
    }


def test_supporter_who_filled_up_meanwhile_is_told(client, coordinator, incident):
    (offer,) = offers(incident, "Noor Bos")
    full = SupporterFactory(trained=True, full=True, user__name="Gijs Vos")
    done = client.post(f"{URL}assign/", {f"supporter-{offer.pk}": full.pk}, follow=True)
    assert "Noor Bos: Gijs Vos cannot be asked now" in text(done)


@pytest.mark.parametrize("value", ["", "x", "00000000-0000-0000-0000-000000000000"])
def test_nobody_chosen_asks_nobody(client, coordinator, incident, value):
    (offer,) = offers(incident, "Noor Bos")
    done = client.post(f"{URL}assign/", {f"supporter-{offer.pk}": value}, follow=True)
    assert "Nobody was chosen." in text(done)


def test_offer_of_another_event_is_not_assigned_here(client, coordinator, incident):
    elsewhere = OfferFactory()
    client.post(f"{URL}assign/", {f"supporter-{elsewhere.pk}": SupporterFactory(trained=True).pk})
    assert not Contact.objects.exists()


@pytest.mark.parametrize("query", [{}, {"together": 1}])
def test_roll_call_asks_as_few_queries_for_many_people(
    client, coordinator, incident, query, django_assert_num_queries
):
    SupportPolicy.current()
    SupporterFactory.create_batch(4, trained=True)
    offers(incident, "Noor Bos", "Bram Dekker")
    ContactFactory(offer__involvement__incident=incident)
    client.get(URL, query)
    with django_assert_num_queries(9 + 6 * len(query)):
        client.get(URL, query)
    SupporterFactory.create_batch(8, trained=True)
    offers(incident, *(f"Persoon {number}" for number in range(10)))
    for _number in range(5):
        ContactFactory(offer__involvement__incident=incident)
    with django_assert_num_queries(9 + 6 * len(query)):
        client.get(URL, query)


@pytest.mark.parametrize(
    ("person", "announce", "said"),
    [
        (
            {"email": "", "telephone": "0612345678"},
            "at_report",
            "No mail reaches them: they hear it by telephone.",
        ),
        ({"email": "s@example.org"}, "when_asked", "They hear it as soon as a supporter is asked."),
    ],
)
def test_why_no_message_has_left_is_said(client, coordinator, incident, person, announce, said):
    SupportPolicy.objects.update_or_create(id=1, defaults={"announce": announce})
    involvement = InvolvementFactory(by_hand=True, incident=incident, **person)
    OfferFactory(involvement=involvement, announced_at=None, offered_at=None)
    assert said in text(client.get(URL))


def test_who_wished_for_help_outside_waits_for_that(client, coordinator, incident):
    OfferFactory(involvement__incident=incident, involvement__wish_outside=True)
    for address in (URL, "/support/"):
        page = text(client.get(address))
        assert "Waiting for help outside" in page
        assert "Waiting for a supporter" not in page
