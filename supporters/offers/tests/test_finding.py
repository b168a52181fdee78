"""Finding a case on the coordinator's desk."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from accounts.enums import Role
from accounts.models import AccessEvent, User
from accounts.tests.factories import UserFactory
from hospital.models import Department
from incidents.models import Incident, Involvement
from incidents.tests.factories import IncidentFactory, InvolvementFactory
from supporters.models import Contact, Offer
from supporters.offers import finding
from supporters.tests.factories import ContactFactory, OfferFactory, SupporterFactory

NOW = datetime(2026, 11, 18, 14, 0, tzinfo=UTC)
URL = "/support/"
pytestmark = [pytest.mark.clock(NOW), pytest.mark.django_db]


@pytest.fixture
def coordinator(client):
    user = UserFactory(roles=[Role.COORDINATOR])
    client.force_login(user)
    return user


def case_of(offer):
    return f"/support/involved/{offer.involvement_id}/match/"


def search(client, query):
    """Where a search leads."""
    return client.post(URL, {"q": query}, follow=True)


def found(client, query):
    """The names that a search shows, in their order."""
    return [row.name for row in search(client, query).context["found"].rows]


@pytest.mark.parametrize("query", ["Noëlle", "jansen vries", "de Vries, noelle", "NOEL jan"])
def test_colleague_with_an_account_who_phones_back_is_one_step_away(client, coordinator, query):
    offer = OfferFactory(involvement__name="Noëlle Jansen-de Vries")
    OfferFactory(involvement__name="Bram Dekker")
    assert client.post(URL, {"q": query}).url == case_of(offer)


@pytest.mark.parametrize("query", ["sanne", "van Vliet", "vliet sanne"])
def test_colleague_without_an_account_is_found_too(client, coordinator, query):
    offer = OfferFactory(involvement=InvolvementFactory(by_hand=True))
    assert client.post(URL, {"q": query}).url == case_of(offer)


def test_mail_address_opens_the_case(client, coordinator):
    known = OfferFactory(involvement__employee__email="noor@merwede.example")
    typed = OfferFactory(involvement=InvolvementFactory(by_hand=True, email="p.agency@bureau.example"))
    assert client.post(URL, {"q": "Noor@Merwede.example "}).url == case_of(known)
    assert client.post(URL, {"q": "p.agency@bureau.example"}).url == case_of(typed)
    assert found(client, "merwede.example") == []


@pytest.mark.parametrize("query", ["06 12345678", "+31612345678", "0031 6-1234 5678"])
def test_number_that_phones_back_opens_the_case(client, coordinator, query):
    offer = OfferFactory(involvement__employee__telephone="0612345678")
    OfferFactory(involvement__employee__telephone="0687654321")
    assert client.post(URL, {"q": query}).url == case_of(offer)


def test_number_of_who_has_no_account_opens_the_case(client, coordinator):
    offer = OfferFactory(involvement=InvolvementFactory(by_hand=True, telephone="06 1234 5678"))
    assert client.post(URL, {"q": "0612345678"}).url == case_of(offer)


@pytest.mark.parametrize("query", ["678", "5678", "345678", "34 56 78"])
def test_end_of_a_number_is_enough(client, coordinator, query):
    noor = OfferFactory(involvement__employee__telephone="0612345678", involvement__name="Noor Bos")
    OfferFactory(involvement=InvolvementFactory(by_hand=True, telephone="06 2234 5678"))
    OfferFactory(involvement__employee__telephone="0656781234")
    assert sorted(found(client, query)) == ["Noor Bos", "Sanne van Vliet"]
    assert client.post(URL, {"q": "12345678"}).url == case_of(noor)
    assert "Nothing found" in search(client, "78").text


@pytest.mark.parametrize(("query", "reference"), [("0042", "2026-0042"), ("117", "2026-0117")])
def test_end_of_a_number_that_is_a_reference_too_shows_both(client, coordinator, query, reference):
    OfferFactory(involvement__name="Noor Bos", involvement__employee__telephone=f"0612340000{query}"[-10:])
    IncidentFactory(reference=reference)
    page = search(client, query)
    assert [row.name for row in page.context["found"].rows] == ["Noor Bos"]
    assert f"Roll-call {reference}" in page.text


@pytest.mark.parametrize("query", ["2026-117", "2026-0117", "2026 0117", " 2026-0117 "])
def test_reference_opens_its_event_where_nobody_has_such_a_number(client, coordinator, query):
    IncidentFactory(reference="2026-0117")
    OfferFactory(involvement__employee__telephone="0611712345")
    assert client.post(URL, {"q": query}).url == "/support/2026-0117/"
    assert "Nothing found" in search(client, "017").text


@pytest.mark.parametrize("query", ["7", "117", "0117"])
def test_number_alone_opens_no_event_but_shows_it(client, coordinator, query):
    reference = f"2026-{int(query):04}"
    IncidentFactory(reference=reference)
    page = search(client, query)
    assert page.redirect_chain[-1][0].startswith("/support/?")
    assert f"Roll-call {reference}" in page.text


@pytest.mark.parametrize("query", ["1368", "06 3333 1368", "+31633331368"])
def test_supporter_who_phones_back_is_found_by_number(client, coordinator, query):
    supporter = SupporterFactory(trained=True, user__name="Hanneke Bos", user__telephone="0633331368")
    for name in ("Ilse Prins", "Bram Dekker"):
        ContactFactory(supporter=supporter, accepted=True, offer__involvement__name=name)
    ContactFactory(supporter=supporter, handed_back=True, offer__involvement__name="Niet Meer")
    assert sorted(found(client, query)) == ["Bram Dekker", "Ilse Prins"]


def test_number_that_is_the_end_of_a_supporters_opens_no_case_of_that_reference(client, coordinator):
    ContactFactory(
        accepted=True, offer__involvement__name="Ilse Prins", supporter__user__telephone="0633330004"
    )
    IncidentFactory(reference="2026-0004")
    page = search(client, "0004")
    assert [row.name for row in page.context["found"].rows] == ["Ilse Prins"]
    assert "Roll-call 2026-0004" in page.text


def test_where_no_number_is_found_it_says_which_are_not_looked_in(client, coordinator):
    said = "Numbers that people gave to their supporter alone are not looked in."
    for query in ("1368", "06 3333 1368"):
        assert said in search(client, query).text
    assert said not in search(client, "noor").text


def test_number_inside_the_house_that_is_a_reference_too_shows_both(client, coordinator):
    OfferFactory(involvement__name="Noor Bos", involvement__employee__telephone="5712")
    IncidentFactory(reference="2026-5712")
    page = search(client, "5712")
    assert [row.name for row in page.context["found"].rows] == ["Noor Bos"]
    assert "Roll-call 2026-5712" in page.text


def test_supporter_is_found_with_everybody_they_support(client, coordinator):
    supporter = SupporterFactory(trained=True, user__name="Hanneke Bos")
    for name in ("Ilse Prins", "Bram Dekker"):
        ContactFactory(supporter=supporter, accepted=True, offer__involvement__name=name)
    ContactFactory(supporter=supporter, handed_back=True, offer__involvement__name="Niet Meer")
    page = search(client, "hanneke")
    assert {row.name for row in page.context["found"].rows} == {"Ilse Prins", "Bram Dekker"}
    assert page.text.count("Hanneke Bos") == 2


def test_ended_case_is_found_until_its_names_are_erased_behind_what_is_open(client, coordinator):
    ContactFactory(
        closed=True,
        proposed_at=NOW - timedelta(days=30),
        offer__involvement__name="Noor Bos",
        supporter__user__name="Hanneke Prins",
    )
    OfferFactory(involvement__name="Noor Visser")
    OfferFactory(involvement=InvolvementFactory(erased=True), closed=True)
    page = search(client, "noor")
    assert [row.name for row in page.context["found"].rows] == ["Noor Visser", "Noor Bos"]
    assert "Completed" in page.text
    assert "Hanneke Prins" in page.text


def test_several_are_listed_with_state_and_supporter(client, coordinator):
    ContactFactory(offer__involvement__name="Noor Bos", supporter__user__name="Hanneke Prins")
    OfferFactory(involvement__name="Noor Visser")
    page = search(client, "noor")
    assert "2 cases fit “noor”" in page.text
    for said in (
        "Noor Bos",
        "Hanneke Prins",
        "Asked, no answer yet",
        "Noor Visser",
        "Waiting for a supporter",
    ):
        assert said in page.text


def test_whoever_goes_on_with_one_supporter_for_two_events_is_found_once(client, coordinator):
    nurse = UserFactory(name="Noor Bos")
    first = ContactFactory(offer__involvement__employee=nurse, accepted=True).offer
    OfferFactory(involvement__employee=nurse, continues=first)
    assert client.post(URL, {"q": "noor bos"}).url == case_of(first)


def test_event_in_which_she_is_involved_is_not_found(client, coordinator):
    incident = IncidentFactory(reference="2026-0007")
    InvolvementFactory(incident=incident, employee=coordinator)
    offer = OfferFactory(involvement__incident=incident, involvement__name="Noor Bos")
    ContactFactory(offer=offer, supporter__user__name="Hanneke Prins")
    for query in ("noor", "hanneke", "2026-0007", "7"):
        assert "Nothing found" in search(client, query).text


@pytest.mark.parametrize("query", ["2026-0007", " 2026-0007 ", "2026-7"])
def test_search_by_reference_opens_the_event(client, coordinator, query):
    IncidentFactory(reference="2026-0007")
    assert client.post(URL, {"q": query}).url == "/support/2026-0007/"


def test_search_that_finds_nothing_says_so(client, coordinator):
    page = search(client, "2026-0999<b>").text
    assert "Nothing found for “2026-0999&lt;b&gt;”" in page


def test_one_letter_is_not_looked_for(client, coordinator):
    OfferFactory(involvement__name="Noor Bos")
    assert "at least two letters" in search(client, "N").text


@pytest.mark.parametrize("query", ["9" * 5000, "2026\x000001", "x", "--", "()|&:*!"])
def test_search_for_what_makes_no_sense_finds_nothing(client, coordinator, query):
    OfferFactory()
    assert "Nothing found" in search(client, query).text


def test_name_stands_in_no_address(client, coordinator):
    OfferFactory.create_batch(2, involvement__employee__name="Noor Bos")
    assert "oor" not in client.post(URL, {"q": "Noor"}).url


def test_whose_names_were_shown_is_in_the_access_log(client, coordinator):
    offers = [OfferFactory(involvement__name=name) for name in ("Noor Bos", "Noor Visser")]
    search(client, "noor")
    lines = AccessEvent.objects.filter(object_kind="support", access_point="support:worklist")
    assert {(line.record, line.object_ref, line.user) for line in lines} == {
        (offer.involvement_id, offer.incident.reference, coordinator) for offer in offers
    }


def test_search_asks_as_many_queries_for_many_as_for_few(client, coordinator, django_assert_num_queries):
    for many in (2, finding.MOST):
        for _one in range(many):
            ContactFactory(offer__involvement__employee__name="Noor Bos", accepted=True)
        address = client.post(URL, {"q": "noor bos"}).url
        with django_assert_num_queries(7):
            page = client.get(address)
    assert "There are more" in page.text


def test_search_goes_by_index_however_many_offers_there_are(coordinator):
    template = OfferFactory(involvement__name="Noor Bos")
    people = User.objects.bulk_create(
        User(username=f"u{n}", name=f"Voornaam{n} Achternaam{n % 977}") for n in range(5_000)
    )
    now = template.opened_at
    events = Incident.objects.bulk_create(
        Incident(
            reference=f"2020-{n:05}",
            kind=template.incident.kind,
            event_type=template.incident.event_type,
            reported_at=now,
        )
        for n in range(5_000)
    )
    named = Involvement.objects.bulk_create(
        Involvement(incident=event, employee=person, added_at=now)
        for event, person in zip(events, people, strict=True)
    )
    Offer.objects.bulk_create(
        Offer(
            involvement=row,
            incident=row.incident,
            due_at=now,
            opened_at=now,
            first_contact_due_at=now,
        )
        for row in named
    )
    with connection.cursor() as cursor:
        for model in (User, Incident, Involvement, Offer, Contact, Department):
            cursor.execute(f"ANALYZE {model._meta.db_table}")
    for query in ("noor bos", "0612345678", "5678", "voornaam77"):
        plan = finding.in_order(query, Offer.objects.visible_to(coordinator)).explain()
        assert "Seq Scan on supporters_offer" not in plan
        assert "Seq Scan on incidents_involvement" not in plan
        assert "Seq Scan on accounts_user" not in plan
