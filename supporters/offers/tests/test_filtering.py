"""What of the worklist a coordinator chooses to see, and keeps."""

from datetime import timedelta

import pytest
from django.db import IntegrityError
from django.utils import timezone

from accounts.enums import Role
from accounts.tests.factories import DepartmentFactory, UserFactory
from incidents.enums import EventType
from incidents.tests.factories import IncidentFactory, InvolvementFactory
from supporters.enums import Waiting
from supporters.models import SavedFilter
from supporters.offers import filtering, worklist
from supporters.offers.filtering import WorklistFilter
from supporters.tests.factories import ContactFactory, OfferFactory, SupporterFactory

URL = "/support/"
FILTER = "/support/filter/"
pytestmark = pytest.mark.django_db


@pytest.fixture
def coordinator(client):
    user = UserFactory(roles=[Role.COORDINATOR])
    client.force_login(user)
    return user


@pytest.fixture
def hanneke():
    return SupporterFactory(trained=True, user__name="Hanneke Bos")


def names(client, **query):
    page = client.get(URL, query).context["page"]
    return {row.name for _group, rows in page.groups for row in rows}


def counts(client, **query):
    filters = client.get(URL, query).context["filters"]
    return {each.label: each.count for each in filters if each.label != "Nobody named"}


def test_by_supporter_only_whom_they_support_now(client, coordinator, hanneke):
    ContactFactory(supporter=hanneke, accepted=True, offer__involvement__name="Noor Bos")
    ContactFactory(supporter=hanneke, handed_back=True, offer__involvement__name="Niet Meer")
    ContactFactory(offer__involvement__name="Van Een Ander")
    assert names(client, supporter=hanneke.pk) == {"Noor Bos"}
    assert counts(client, supporter=hanneke.pk) == {"All": "1", "First contact": "1"}
    assert "Hanneke Bos" in client.get(URL, {"supporter": hanneke.pk}).text


def test_by_department(client, coordinator):
    ward = DepartmentFactory(name="Hematologie")
    OfferFactory(involvement__name="Noor Bos", involvement__department=ward)
    OfferFactory(involvement__name="Van Elders")
    assert names(client, department=ward.pk) == {"Noor Bos"}
    assert counts(client, department=ward.pk)["All"] == "1"


@pytest.mark.parametrize(
    ("event", "found"),
    [("calamity", {"Bij Calamiteit"}), ("aggression", {"Bij Agressie"}), ("self", set())],
)
def test_by_kind_of_event_as_the_list_says_it(client, coordinator, event, found):
    for name, trait in (("Bij Calamiteit", {"calamity": True}), ("Bij Agressie", {"event": True})):
        incident = IncidentFactory(**{**trait, "event_type": EventType.AGGRESSION})
        OfferFactory(involvement__name=name, involvement__incident=incident)
    assert names(client, event=event) == found
    assert counts(client, event=event)["All"] == str(len(found))


def test_filters_are_combined_with_each_other_and_with_what_is_waited_for(client, coordinator, hanneke):
    ward = DepartmentFactory()
    chosen = {"supporter": hanneke.pk, "department": ward.pk}
    ContactFactory(
        supporter=hanneke, offer__involvement=InvolvementFactory(employee__name="Noor Bos", department=ward)
    )
    ContactFactory(supporter=hanneke, offer__involvement__name="Van Elders")
    ContactFactory(
        supporter=hanneke,
        accepted=True,
        offer__involvement=InvolvementFactory(employee__name="Al Aangenomen", department=ward),
    )
    assert names(client, **chosen) == {"Noor Bos", "Al Aangenomen"}
    assert names(client, **chosen, waiting="acceptance") == {"Noor Bos"}
    (asked,) = [each for each in client.get(URL, chosen).context["filters"] if each.label == "Asked"]
    assert names(client, **dict(part.split("=") for part in asked.url.partition("?")[2].split("&"))) == {
        "Noor Bos"
    }


def test_supporter_who_calls_her_in_is_first_of_what_is_chosen_only(client, coordinator, hanneke):
    ContactFactory(offer__waiting_for=Waiting.COORDINATOR, offer__involvement__name="Van Een Ander")
    ContactFactory(
        supporter=hanneke, offer__waiting_for=Waiting.COORDINATOR, offer__involvement__name="Noor Bos"
    )
    assert names(client, supporter=hanneke.pk) == {"Noor Bos"}


def test_pages_by_key_go_on_within_what_is_chosen(client, coordinator):
    ward = DepartmentFactory()
    now = timezone.now()
    for number in range(worklist.PAGE + 3):
        OfferFactory(due_at=now + timedelta(minutes=number), involvement__department=ward)
        OfferFactory(due_at=now + timedelta(minutes=number))
    shown = WorklistFilter(department=ward.pk)
    first = worklist.read(shown=shown, after="", now=now)
    second = worklist.read(shown=shown, after=first.further, now=now)
    sizes = [sum(len(rows) for _group, rows in page.groups) for page in (first, second)]
    assert (sizes, second.further) == ([worklist.PAGE, 3], "")
    assert f"department={ward.pk}&amp;after=" in client.get(URL, {"department": ward.pk}).text


@pytest.fixture
def noor():
    """Somebody with two requests: not reached for the one, since yesterday, and unassigned for the other."""
    noor, now = UserFactory(name="Noor Bos"), timezone.now()
    wards = DepartmentFactory(name="Hematologie"), DepartmentFactory(name="Radiologie")
    for ward, waiting, due_at, event in (
        (wards[0], Waiting.UNREACHED, now - timedelta(days=1), EventType.AGGRESSION),
        (wards[1], Waiting.ASSIGNMENT, now + timedelta(days=1), EventType.RESUSCITATION),
    ):
        incident = IncidentFactory(event=True, event_type=event)
        involvement = InvolvementFactory(employee=noor, department=ward, incident=incident)
        OfferFactory(involvement=involvement, waiting_for=waiting, due_at=due_at)
    OfferFactory(involvement__name="Bram Dekker", waiting_for=Waiting.ASSIGNMENT)
    return noor


def test_every_count_is_of_the_people_in_its_list(client, coordinator, noor):
    assert counts(client) == {"All": "2", "To assign": "1", "Not reached": "1"}
    for waiting, who in (("", {"Noor Bos", "Bram Dekker"}), ("assignment", {"Bram Dekker"})):
        assert names(client, waiting=waiting) == who
    assert names(client, waiting="unreached") == {"Noor Bos"}
    page = client.get(URL).context["page"]
    assert sum(len(rows) for _group, rows in page.groups) == 2


def test_within_a_choice_somebody_stands_by_the_most_urgent_of_that(client, coordinator, noor):
    second = noor.involvements.get(department__name="Radiologie")
    for chosen in ({"department": second.department_id}, {"event": second.incident.event_type}):
        assert names(client, **chosen) == {"Noor Bos"}
        assert counts(client, **chosen) == {"All": "1", "To assign": "1"}
        assert names(client, **chosen, waiting="assignment") == {"Noor Bos"}


def test_alert_goes_before_what_is_due_sooner_for_the_same_person(client, coordinator, noor):
    second = noor.involvements.get(department__name="Radiologie").offer
    second.waiting_for = Waiting.COORDINATOR
    second.save(update_fields=["waiting_for"])
    assert counts(client) == {"All": "2", "Alerted": "1", "To assign": "1"}
    assert names(client, waiting="coordinator") == {"Noor Bos"}
    page = client.get(URL).context["page"]
    assert [row.name for _group, rows in page.groups for row in rows] == ["Noor Bos", "Bram Dekker"]


def test_what_is_open_in_the_own_event_hides_nothing_else_of_somebody(client, coordinator, noor):
    first = noor.involvements.get(department__name="Hematologie")
    InvolvementFactory(incident=first.incident, employee=coordinator)
    assert counts(client) == {"All": "2", "To assign": "2"}
    assert names(client) == names(client, waiting="assignment") == {"Noor Bos", "Bram Dekker"}


def test_what_makes_no_sense_is_left_out(client, coordinator):
    OfferFactory(involvement__name="Noor Bos")
    asked = {"supporter": "x", "department": "1' OR 1=1", "event": "nonsense", "waiting": "nothing"}
    assert names(client, **asked) == {"Noor Bos"}


def test_nothing_that_fits_says_so(client, coordinator, hanneke):
    OfferFactory()
    assert "Nobody is waiting for this" in client.get(URL, {"supporter": hanneke.pk}).text


def test_choice_leads_to_the_list_and_with_a_name_it_is_kept(client, coordinator, hanneke):
    ContactFactory(supporter=hanneke, offer__involvement__name="Noor Bos")
    chosen = {"supporter": str(hanneke.pk), "waiting": "acceptance"}
    answer = client.post(FILTER, chosen)
    assert answer.url == f"/support/?waiting=acceptance&supporter={hanneke.pk}"
    assert not SavedFilter.objects.exists()
    client.post(FILTER, chosen | {"name": "Mijn maandag"})
    (kept,) = [each for each in client.get(URL).context["kept"] if each.label == "Mijn maandag"]
    assert (kept.url, kept.current) == (answer.url, False)
    assert "Mijn maandag" in client.get(FILTER).text


def test_name_that_is_too_long_is_refused_and_not_cut_without_a_word(client, coordinator):
    page = client.get("/support/filter/").text
    assert "in at most 40 characters" in page
    assert "maxlength" not in page.partition('name="name"')[2].partition(">")[0]
    page = client.post("/support/filter/", {"name": "x" * 41}).text
    assert "at most 40" in page.replace("in at most 40 characters", "")
    assert not SavedFilter.objects.exists()


def test_name_is_hers_alone_and_there_once(client, coordinator):
    client.post(FILTER, {"event": "calamity", "name": "Zwaar"})
    assert "You have a choice of this name" in client.post(FILTER, {"event": "self", "name": "Zwaar"}).text
    client.force_login(UserFactory(roles=[Role.COORDINATOR]))
    assert "Zwaar" not in client.get(URL).text
    assert "Zwaar" not in client.get(FILTER).text
    with pytest.raises(IntegrityError, match="saved_filter_once"):
        SavedFilter.objects.create(user=coordinator, name="Zwaar")


def test_no_more_are_kept_than_are_found_at_a_glance(client, coordinator):
    for number in range(filtering.MOST_SAVED):
        filtering.save(WorklistFilter(event="calamity"), name=str(number), by=coordinator)
    assert "Throw one away first" in client.post(FILTER, {"event": "self", "name": "Nog een"}).text


def test_choice_is_thrown_away_by_who_kept_it(client, coordinator):
    mine = filtering.save(WorklistFilter(event="calamity"), name="Van mij", by=coordinator)
    hers = filtering.save(WorklistFilter(), name="Van haar", by=UserFactory(roles=[Role.COORDINATOR]))
    assert client.post(f"/support/filter/{mine.pk}/forget/").url == FILTER
    assert client.post(f"/support/filter/{hers.pk}/forget/").status_code == 404
    assert [one.name for one in SavedFilter.objects.all()] == ["Van haar"]


def test_who_may_be_chosen_comes_from_what_she_may_see(client, coordinator, hanneke):
    own = InvolvementFactory(employee=coordinator).incident
    ContactFactory(supporter=hanneke, offer__involvement__incident=own)
    assert "Hanneke Bos" not in client.get(FILTER).text


def test_filtered_list_asks_as_few_queries_as_the_whole(
    client, coordinator, hanneke, django_assert_max_num_queries
):
    ward = DepartmentFactory()
    filtering.save(WorklistFilter(event="calamity"), name="Zwaar", by=coordinator)
    ContactFactory(
        supporter=hanneke,
        offer__involvement__department=ward,
        offer__involvement__incident__calamity=True,
    )
    with django_assert_max_num_queries(9):
        client.get(URL, {"supporter": hanneke.pk, "department": ward.pk, "event": "calamity"})
    with django_assert_max_num_queries(8):
        client.get(URL)
