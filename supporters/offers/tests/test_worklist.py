"""The coordinator's worklist."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.translation import override

from accounts.enums import Role
from accounts.models import AccessEvent
from accounts.tests.factories import UserFactory
from incidents.models import NAMELESS
from incidents.tests.factories import IncidentFactory, InvolvementFactory
from notifications.models import Reminder
from supporters.enums import Waiting
from supporters.models import Offer
from supporters.offers import worklist
from supporters.offers.filtering import WorklistFilter
from supporters.offers.roll_call import lines_of
from supporters.offers.worklist import WaitingGroup
from supporters.tests.factories import ContactFactory, OfferFactory, SupporterFactory

NOW = datetime(2026, 11, 18, 14, 0, tzinfo=UTC)  # 15:00 in Amsterdam
URL = "/support/"
pytestmark = pytest.mark.clock(NOW)


@pytest.fixture
def coordinator(db, client):
    user = UserFactory(roles=[Role.COORDINATOR])
    client.force_login(user)
    return user


def read(**filters):
    return worklist.read(**{"after": "", "now": NOW, **filters})


def names(page):
    return [(group, [row.name for row in rows]) for group, rows in page.groups]


@pytest.mark.parametrize(
    ("due", "group"),
    [
        (NOW - timedelta(days=3), WaitingGroup.NOW),
        (NOW + timedelta(hours=4), WaitingGroup.NOW),
        (NOW + timedelta(hours=4, seconds=1), WaitingGroup.TODAY),
        (datetime(2026, 11, 18, 22, 59, tzinfo=UTC), WaitingGroup.TODAY),  # 23:59 in Amsterdam
        (datetime(2026, 11, 18, 23, 0, tzinfo=UTC), WaitingGroup.LATER),
    ],
)
def test_group_by_when_something_is_due(due, group):
    assert worklist.group_of(due, NOW) is group


@pytest.mark.django_db
def test_most_urgent_first_and_closed_left_out():
    for name, hours in (("Later", 40), ("Vandaag", 5), ("Te laat", -2)):
        OfferFactory(involvement__name=name, due_at=NOW + timedelta(hours=hours))
    OfferFactory(closed=True)
    assert names(read()) == [
        (WaitingGroup.NOW, ["Te laat"]),
        (WaitingGroup.TODAY, ["Vandaag"]),
        (WaitingGroup.LATER, ["Later"]),
    ]


@pytest.mark.django_db
def test_supporter_who_calls_in_the_coordinator_comes_before_everything():
    OfferFactory(involvement__name="Te laat", due_at=NOW - timedelta(days=3))
    OfferFactory(involvement__name="Roept", due_at=NOW, waiting_for=Waiting.COORDINATOR)
    assert names(read(called_in=True)) == [
        (WaitingGroup.CALLED_IN, ["Roept"]),
        (WaitingGroup.NOW, ["Te laat"]),
    ]


@pytest.mark.django_db
def test_people_of_one_event_fold_into_one_row_that_opens_the_roll_call():
    incident = IncidentFactory(reference="2026-0815")
    for number, name in enumerate(["Noor Bos", "Bram Dekker", "Ilse Prins"]):
        OfferFactory(
            involvement__incident=incident,
            involvement__name=name,
            due_at=NOW + timedelta(hours=number),
        )
    ((_group, (row,)),) = read().groups
    assert (row.people, row.url, row.due_at) == (3, "/support/2026-0815/", NOW)
    assert (row.name, row.profession) == ("3 colleagues", "Noor Bos, Bram Dekker and 1 more")


@pytest.mark.django_db
def test_somebody_without_a_name_is_called_so_in_the_language_of_each_who_reads():
    offer = OfferFactory(involvement__by_hand=True, involvement__name=NAMELESS)
    for language, word in (("en", "Somebody"), ("nl", "Iemand"), ("en", "Somebody")):
        with override(language):
            ((_group, rows),) = names(read())
            assert rows == [word]
            assert [line.name for line in lines_of(offer.incident, NOW)] == [word]


@pytest.mark.django_db
def test_row_says_what_waits_and_who_supports():
    contact = ContactFactory(accepted=True, supporter__user__name="Hanneke Bos")
    ((_group, (row,)),) = read(now=timezone.now()).groups
    assert (row.state.word, row.supporter) == ("First contact", "Hanneke Bos")
    assert row.url == f"/support/involved/{contact.offer.involvement_id}/match/"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("conversations", "next_step", "word"),
    [(0, "talk", "Talk"), (0, "planned", "Talk"), (2, "planned", "Talk"), (1, "plan", "Follow-up")],
)
def test_of_who_was_reached_it_says_whether_a_talk_is_to_come_or_a_follow_up(conversations, next_step, word):
    ContactFactory(in_contact=True, conversations=conversations, next_step=next_step)
    ((_group, (row,)),) = read(now=timezone.now()).groups
    assert row.state.word == word


@pytest.mark.django_db
def test_ended_contact_is_not_the_supporter_of_the_row():
    ContactFactory(handed_back=True)
    ((_group, (row,)),) = read(now=timezone.now()).groups
    assert (row.state.word, row.supporter) == ("Waiting for a supporter", "")


@pytest.mark.django_db
def test_pages_by_key_show_every_row_once():
    due = [NOW + timedelta(minutes=number // 3) for number in range(worklist.PAGE * 2 + 5)]
    made = {OfferFactory(due_at=each).involvement.name for each in due}
    assert len(made) <= len(due)
    seen: list[str] = []
    after, pages = "", 0
    while pages == 0 or after:
        page = read(after=after)
        seen += [row.url for _group, rows in page.groups for row in rows]
        after, pages = page.further, pages + 1
    assert pages == 3
    assert len(seen) == len(set(seen)) == len(due)


@pytest.mark.django_db
@pytest.mark.parametrize("after", ["x", "2026-11-18T14:00:00_x", "2026-11-18_", "_"])
def test_key_that_makes_no_sense_gives_the_first_page(after):
    OfferFactory()
    assert not read(after=after).is_empty


@pytest.mark.django_db
def test_version_changes_when_a_row_waits_for_something_else():
    offer = OfferFactory()
    before = read().version
    assert read().version == before
    Offer.objects.filter(id=offer.id).update(waiting_for=Waiting.ACCEPTANCE)
    assert read().version != before


@pytest.mark.django_db
def test_counts_stop_at_the_cap(monkeypatch):
    monkeypatch.setattr(worklist, "CAP", 3)
    OfferFactory.create_batch(4)
    OfferFactory(waiting_for=Waiting.FOLLOW_UP)
    assert [(each.label, each.count) for each in worklist.count(now=timezone.now())] == [
        ("Nobody named", "0"),
        ("All", "2+"),
        ("To assign", "2+"),
        ("Follow-up", "1"),
    ]


# --- the page ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", [None, Role.SUPPORTER, Role.BOARD, Role.CCP, Role.ADMIN])
@pytest.mark.django_db
def test_only_the_coordinator_opens_the_worklist(client, role):
    client.force_login(UserFactory(roles=[role] if role else []))
    assert client.get(URL).status_code == 403


def test_empty_worklist_is_warm(client, coordinator):
    SupporterFactory(trained=True)
    page = client.get(URL).content.decode()
    assert "Everybody is looked after" in page


def test_empty_worklist_with_an_empty_pool_does_not_say_that_all_is_well(client, coordinator):
    SupporterFactory(lapsed=True)
    page = client.get(URL).content.decode()
    assert "there is nobody to ask either" in page
    assert "looked after" not in page
    assert "/training/add/" in page


@pytest.mark.parametrize("fields", [{"lapsed": True}, {"trained": True, "absent": True}])
def test_who_waits_while_there_is_nobody_to_ask_is_said_on_top(client, coordinator, fields):
    OfferFactory()
    SupporterFactory(**fields)
    page = client.get(URL).content.decode()
    assert "There is nobody to ask" in page
    assert "/training/add/" in page
    SupporterFactory(trained=True)
    assert "There is nobody to ask" not in client.get(URL).content.decode()


def test_empty_filter_says_when_the_next_thing_is_due(client, coordinator):
    OfferFactory()
    page = client.get(URL, {"waiting": "acceptance"}).content.decode()
    assert "Nobody is waiting for this" in page
    assert "The next thing is due" in page


def test_empty_filter_says_that_something_else_is_late(client, coordinator):
    OfferFactory(late=True)
    page = client.get("/support/?waiting=follow_up").text
    assert "Something else is late." in page
    assert "The next thing is due" not in page


def test_filter_shows_only_what_waits_for_that(client, coordinator):
    OfferFactory(involvement__name="Wacht Nog")
    ContactFactory(offer__involvement__name="Is Gevraagd")
    page = client.get(URL, {"waiting": "acceptance"}).content.decode()
    assert "Is Gevraagd" in page
    assert "Wacht Nog" not in page


def ask_again(client, page, **query):
    """What the page asks for half a minute later."""
    headers = {"HX-Request": "true", "X-Opened": page.context["opened"]} if page else {"HX-Request": "true"}
    return client.get(URL, query, headers=headers)


def test_opening_is_in_the_access_log_once_and_asking_again_is_not(client, coordinator):
    OfferFactory()
    page = client.get(URL)
    again = ask_again(client, page)
    assert again.status_code == 200
    assert again.context["opened"] == page.context["opened"]
    line = AccessEvent.objects.get()
    assert (line.action, line.object_kind, line.user, line.record) == ("view", "worklist", coordinator, None)
    client.get(URL, {"waiting": "assignment"})
    assert AccessEvent.objects.count() == 2


def test_names_are_not_had_without_opening_the_page(client, coordinator, time_machine):
    OfferFactory(involvement__name="Noor Bos")
    page = client.get(URL)
    for answer in (ask_again(client, None), ask_again(client, None, version="x")):
        assert (answer.content, answer.headers["HX-Refresh"]) == (b"", "true")
    client.force_login(UserFactory(roles=[Role.COORDINATOR]))
    assert ask_again(client, page).headers["HX-Refresh"] == "true"
    client.force_login(coordinator)
    assert "Noor Bos" in ask_again(client, page).text
    time_machine.move_to(timezone.now() + timedelta(hours=9))
    client.force_login(coordinator)
    assert ask_again(client, page).headers["HX-Refresh"] == "true"


def test_page_that_asks_again_gets_nothing_when_nothing_changed(client, coordinator):
    OfferFactory()
    first = client.get(URL)
    again = ask_again(client, first, version=first.context["page"].version)
    assert (again.status_code, again.content, "HX-Refresh" in again.headers) == (204, b"", False)


def test_page_that_asks_again_gets_the_new_row_and_says_so(client, coordinator):
    first = client.get(URL)
    OfferFactory(involvement__name="Nieuw Hier")
    page = ask_again(client, first, version=first.context["page"].version).content.decode()
    assert "Nieuw Hier" in page
    assert "The list has changed" in page
    assert "<html" not in page


def test_worklist_asks_as_few_queries_for_many_rows(client, coordinator, django_assert_max_num_queries):
    for rows in (3, worklist.PAGE):
        ContactFactory.create_batch(rows)
        OfferFactory.create_batch(rows)
        ContactFactory(offer__waiting_for=Waiting.COORDINATOR)
        # One of them asks whether there is anybody to ask, for who waits.
        with django_assert_max_num_queries(9) as queries:
            client.get(URL)
        assert len(queries) == 9


# --- several at once ---------------------------------------------------------------------------------------

REMIND = "/support/remind/"


def said(client, *offers, **fields):
    """What the page says after the supporters of `offers` were reminded."""
    marked = [str(offer.pk) for offer in offers]
    answer = client.post(REMIND, {"offer": marked, **fields}, follow=True)
    return [str(message) for message in answer.context["messages"]]


def test_rows_that_wait_for_a_supporter_or_its_step_can_be_marked_and_no_others(client, coordinator):
    waits = OfferFactory()
    ContactFactory(offer__waiting_for=Waiting.COORDINATOR)
    asked = ContactFactory().offer
    page = client.get(URL).text
    assert page.count("data-mark>") == 2
    assert f'value="{asked.pk}"' in page
    assert f'value="{waits.pk}"' in page


def test_several_supporters_are_reminded_at_once_each_once_a_day(client, coordinator):
    first, second, third = (ContactFactory(accepted=True) for _ in range(3))
    assert said(client, first.offer, second.offer) == ["2 reminders have been sent."]
    assert said(client, second.offer, third.offer) == [
        "1 reminder has been sent.",
        "For 1 colleague the supporter was reminded today already.",
    ]
    asked = Reminder.objects.filter(kind="contact.coordinator_asks")
    assert {one.recipient for one in asked} == {one.supporter.user for one in (first, second, third)}
    lines = AccessEvent.objects.filter(action="change", access_point="support:worklist", user=coordinator)
    assert lines.filter(record=third.offer.involvement_id).count() == 1


def test_people_of_one_event_are_marked_together(client, coordinator):
    incident = IncidentFactory()
    offers = [ContactFactory(offer__involvement__incident=incident).offer for _ in range(2)]
    OfferFactory(involvement__incident=incident)
    ((_group, (row,)),) = read(now=timezone.now()).groups
    assert set(row.to_remind) == {offer.pk for offer in offers}
    assert len(row.to_assign) == 1
    answer = client.post(REMIND, {"offer": " ".join(map(str, row.to_remind))}, follow=True)
    assert "2 reminders have been sent." in answer.text


def test_what_moved_on_meanwhile_is_not_reminded_of(client, coordinator):
    waits, ended = OfferFactory(), ContactFactory(handed_back=True).offer
    assert said(client, waits, ended) == ["For 2 colleagues no supporter has to do anything now."]
    assert said(client) == ["Mark a row first."]
    assert client.post(REMIND, {"offer": "nonsense"}).status_code == 302
    assert not Reminder.objects.exists()


def test_supporter_of_her_own_event_is_not_reminded(client, coordinator):
    own = InvolvementFactory(employee=coordinator).incident
    contact = ContactFactory(offer__involvement__incident=own)
    said(client, contact.offer)
    assert not Reminder.objects.exists()


def test_reminding_leads_back_to_what_was_shown(client, coordinator):
    answer = client.post(REMIND, {"offer": str(ContactFactory().offer.pk), "waiting": "acceptance"})
    assert answer.url == "/support/?waiting=acceptance"


def test_reminding_asks_as_few_queries_for_many(client, coordinator):
    counts = []
    for many in (1, 10):
        offers = [str(ContactFactory().offer.pk) for _ in range(many)]
        with CaptureQueriesContext(connection) as queries:
            client.post(REMIND, {"offer": offers})
        counts.append(len(queries))
    assert counts[0] == counts[1]


@pytest.mark.django_db
def test_two_open_contacts_of_one_person_from_before_each_stand_at_their_own_event():
    """As a database of before one line of support holds them: only the first holds the place."""
    nurse = UserFactory()
    first = ContactFactory(accepted=True, open_for=nurse, offer__involvement__employee=nurse)
    second = ContactFactory(accepted=True, offer__involvement__employee=nurse)
    for one in (first, second):
        page = read(shown=WorklistFilter(supporter=one.supporter_id), now=timezone.now())
        assert [(row.reference, row.supporter) for _group, rows in page.groups for row in rows] == [
            (one.offer.incident.reference, one.supporter.user.name)
        ]
