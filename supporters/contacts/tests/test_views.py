"""The supporter's pages.

Also covers accounts.pages.feedback and supporters.contacts.hand_over.
"""

import re
from datetime import UTC, datetime, time, timedelta

import pytest
from django.db import connection, models
from django.forms import CharField, ModelForm
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.enums import Role
from accounts.models import AccessEvent, User
from accounts.tests.factories import UserFactory
from hospital.clock import moment_of
from incidents.tests.factories import InvolvementFactory
from notifications.delivery import sweep
from notifications.models import Notice, Reminder
from notifications.tests.factories import AbsenceFactory
from supporters.contacts import flow, forms, reminders
from supporters.contacts.allowed_steps import UNDO_WITHIN
from supporters.contacts.announcing import ANNOUNCED
from supporters.contacts.forms import AvailabilityForm
from supporters.enums import ContactState, EventKind, HandBackReason, SupporterStatus, Waiting
from supporters.models import Contact, Exclusion, ReachMe, Supporter
from supporters.offers import retention
from supporters.tests.factories import ContactFactory, OfferFactory, SupporterFactory

pytestmark = pytest.mark.django_db

LIST = reverse("contacts:list")


@pytest.fixture
def supporter():
    return SupporterFactory(trained=True, capacity=9)


@pytest.fixture
def client(supporter):
    client = Client()
    client.force_login(supporter.user)
    return client


@pytest.fixture
def contact(supporter):
    return propose(supporter)


def propose(supporter, **offer):
    now = timezone.now()
    return flow.propose(
        offer=OfferFactory(opened_at=now - timedelta(hours=2), **offer),
        supporter=supporter,
        by=UserFactory(roles=[Role.COORDINATOR]),
        at=now - timedelta(hours=1),
    )


def page(client, contact):
    return client.get(reverse("contacts:detail", args=[contact.pk]))


def tap(client, contact, kind, follow=True, **fields):
    """Tap a button of the page as it is now."""
    seen = contact.events.latest("id").pk
    address = reverse("contacts:log", args=[contact.pk])
    return client.post(address, {"kind": kind, "seen": seen, **fields}, follow=follow)


def said(response):
    return [str(message) for message in response.context["messages"]]


def state(contact):
    return Contact.objects.get(pk=contact.pk).state


def test_the_list_says_what_is_next_first(client, supporter):
    later, sooner = propose(supporter), propose(supporter)
    tap(client, later, "accepted")
    tap(client, later, "conversation", mode="telephone")
    tap(client, sooner, "accepted")
    cards = client.get(LIST).context["cards"]
    assert [card.url for card in cards] == [f"{LIST}{each.pk}/" for each in (sooner, later)]
    assert [card.headline for card in cards][1] == "Plan a follow-up call"


def test_the_list_is_warm_when_nobody_waits(client):
    assert "Nobody is waiting for you" in client.get(LIST).text


def test_the_list_shows_what_was_closed_lately_and_nothing_older(client, supporter):
    now = timezone.now()
    lately = ContactFactory(closed=True, supporter=supporter, proposed_at=now - timedelta(days=20))
    ContactFactory(closed=True, supporter=supporter, proposed_at=now - timedelta(days=60))
    ContactFactory(handed_back=True, supporter=supporter)
    assert [card.url for card in client.get(LIST).context["closed"]] == [f"{LIST}{lately.pk}/"]


@pytest.mark.parametrize("contacts", [1, 8])
def test_the_list_takes_as_many_queries_for_one_contact_as_for_many(
    client, supporter, contacts, django_assert_num_queries
):
    for _ in range(contacts):
        propose(supporter)
        ContactFactory(closed=True, supporter=supporter)
    # session, user, roles; contacts, the hours of cover; unread notices
    with django_assert_num_queries(5):
        client.get(LIST)


def test_another_supporters_contact_does_not_exist(client):
    other = propose(SupporterFactory(trained=True))
    assert page(client, other).status_code == 404
    assert tap(client, other, "accepted").status_code == 404
    assert client.post(reverse("contacts:undo", args=[other.pk, 1])).status_code == 404


def test_a_coordinator_who_supports_too_sees_her_own_here_only(contact):
    both = SupporterFactory(trained=True, user__roles=[Role.SUPPORTER, Role.COORDINATOR])
    client = Client()
    client.force_login(both.user)
    assert page(client, contact).status_code == 404


def test_a_contact_shows_nothing_of_the_incident_but_kind_and_date(client, supporter):
    contact = propose(
        supporter,
        involvement__incident__description="De infuuspomp stond verkeerd",
        involvement__incident__reporter__name="Melder de Vries",
    )
    tap(client, contact, "accepted")
    incident = contact.offer.incident
    for text in (page(client, contact).text, client.get(LIST).text):
        assert "infuuspomp" not in text
        assert "Melder de Vries" not in text
        assert incident.reference not in text
        assert incident.department.name not in text.replace(contact.offer.involvement.department.name, "")
        assert "Safety incident in care" in text


@pytest.mark.clock(datetime(2026, 6, 15, 9, tzinfo=UTC))
def test_the_date_of_the_event_is_that_of_amsterdam(client, supporter):
    """Half past midnight on Monday in Amsterdam is Sunday in UTC."""
    propose(
        supporter,
        involvement__incident__occurred_at=datetime(2026, 6, 14, 22, 30, tzinfo=UTC),
    )
    assert 'datetime="2026-06-15"' in client.get(LIST).text


def test_the_list_says_that_it_is_for_another_event_too(client, supporter, contact):
    event = str(contact.offer.incident.get_event_type_display())
    assert f"{event}, and another event" not in client.get(LIST).text
    OfferFactory(involvement__employee=contact.offer.involvement.employee, continues=contact.offer)
    assert f"{event}, and another event" in client.get(LIST).text


def test_how_to_reach_somebody_is_shown_once_accepted(client, contact):
    employee = contact.offer.involvement.employee
    assert employee.telephone not in page(client, contact).text
    response = tap(client, contact, "accepted")
    assert f"tel:{employee.telephone}" in response.text
    assert f"mailto:{employee.email}" in response.text


def test_accepting_takes_one_tap(client, contact):
    response = tap(client, contact, "accepted")
    assert state(contact) == ContactState.ACCEPTED
    assert said(response) == ["Thank you. Here is how to reach your colleague."]


def test_handing_back_takes_one_word_and_leads_to_the_list(client, contact):
    response = tap(client, contact, "handed_back", reason="conflict")
    assert state(contact) == ContactState.HANDED_BACK
    assert response.redirect_chain[-1][0] == LIST


def test_opening_is_in_the_access_log_and_does_not_say_after_which_event_support_runs(
    client, supporter, contact
):
    page(client, contact)
    line = AccessEvent.objects.get()
    assert (line.action, line.user, line.responsible) == ("view", supporter.user, Role.SUPPORTER)
    assert (line.record, line.object_ref) == (contact.offer.involvement_id, "")


def test_who_handed_it_back_sees_whom_it_was_about_as_long_as_it_can_be_undone(client, contact, time_machine):
    name = contact.offer.involvement.name
    tap(client, contact, "handed_back", reason="conflict")
    assert name in page(client, contact).text
    time_machine.move_to(timezone.now() + UNDO_WITHIN + timedelta(seconds=1))
    client.force_login(contact.supporter.user)
    shown = page(client, contact)
    assert shown.status_code == 200
    assert "Nothing more is asked of you here" in shown.text
    for told in (name, str(contact.offer.incident.get_event_type_display())):
        assert told not in shown.text


@pytest.mark.parametrize("accepted", [False, True])
def test_who_was_not_needed_sees_nothing_of_it(client, supporter, contact, accepted):
    """The employee wanted somebody else, or no support: only who took it on sees what was closed."""
    employee, now = contact.offer.involvement.employee, timezone.now()
    if accepted:
        contact = flow.record(contact=contact, kind=EventKind.ACCEPTED, by=supporter.user, at=now)
    flow.record(contact=contact, kind=EventKind.OFFER_DECLINED, by=employee, at=now)
    assert (employee.name in page(client, contact).text) == accepted
    assert (employee.name in client.get(LIST).text) == accepted
    other = propose(supporter)
    flow.record(contact=other, kind=EventKind.HANDED_BACK, by=other.offer.involvement.employee, at=now)
    assert other.offer.involvement.name not in page(client, other).text


def test_the_first_tap_of_two_counts(client, contact):
    tap(client, contact, "accepted")
    seen = contact.events.latest("id").pk
    address = reverse("contacts:log", args=[contact.pk])
    for _ in range(2):
        response = client.post(address, {"kind": "attempt_failed", "seen": seen}, follow=True)
    assert contact.events.filter(kind=EventKind.ATTEMPT_FAILED).count() == 1
    assert said(response)[-1].startswith("Something has changed in the meantime")


def test_undo_right_after(client, contact):
    tap(client, contact, "accepted")
    response = tap(client, contact, "attempt_failed")
    undo = re.search(r'action="(/contacts/[^"]+/undo/\d+/)"', response.text)
    assert undo
    client.post(undo[1], follow=True)
    again = client.post(undo[1], follow=True)
    assert said(again)[-1].startswith("Something has changed in the meantime")
    assert state(contact) == ContactState.ACCEPTED
    assert contact.events.filter(kind=EventKind.CORRECTED).count() == 1


def test_a_step_that_is_not_possible_is_told_kindly(client, contact):
    response = tap(client, contact, "reached")
    assert said(response) == ["That isn’t possible right now."]
    assert state(contact) == ContactState.PROPOSED


def test_a_fourth_conversation_is_refused_with_the_way_to_the_coordinator(client, contact):
    tap(client, contact, "accepted")
    for _ in range(3):
        tap(client, contact, "conversation", mode="telephone")
    shown = page(client, contact).text
    assert 'value="conversation"' not in shown
    assert "One more is the coordinator’s to allow." in shown
    assert '<a href="#coordinator">' in shown
    response = tap(client, contact, "conversation", mode="telephone")
    assert "alert the coordinator" in said(response)[0]


@pytest.mark.clock(datetime(2026, 11, 16, 9, tzinfo=UTC))
@pytest.mark.parametrize("before", [[], ["accepted"], ["accepted", "reached"]])
def test_the_coordinator_and_the_emergency_numbers_are_always_in_sight(client, contact, before):
    for kind in before:
        tap(client, contact, kind)
    text = page(client, contact).text
    assert "Alert the coordinator" in text
    for number in ("tel:112", "tel:113", "tel:08000113"):
        assert number in text
    response = tap(client, contact, "coordinator_called_in")
    assert said(response) == ["The coordinator has been alerted and will call you."]


@pytest.mark.clock(datetime(2026, 11, 21, 9, tzinfo=UTC))
def test_outside_the_hours_of_cover_it_says_from_when_on_the_coordinator_calls(client, contact):
    assert "The coordinator calls you from" in page(client, contact).text
    [words] = said(tap(client, contact, "coordinator_called_in"))
    assert words.startswith(
        "The coordinator has been alerted, and calls you Monday 23 November from 08:00 on."
    )
    assert "113" in words
    text = re.sub(r"<[^>]+>", "", page(client, contact).text)
    assert "You are called from Monday 23 November at 08:00 on." in re.sub(r"\s+", " ", text)


def test_a_second_follow_up_within_half_an_hour_is_not_offered_and_refused(client, contact):
    for kind, fields in (("accepted", {}), ("conversation", {"mode": "telephone"})):
        tap(client, contact, kind, **fields)
    assert "It does not count as a conversation" in page(client, contact).text
    tap(client, contact, "follow_up_held", mode="telephone")
    assert 'value="follow_up_held"' not in page(client, contact).text
    [words] = said(tap(client, contact, "follow_up_held", mode="telephone"))
    assert "within half an hour it is one" in words
    assert contact.events.filter(kind="follow_up_held").count() == 1


def test_a_coordinator_who_is_away_is_named_only_where_nobody_else_is_there(client, contact):
    away, there = (
        UserFactory(roles=[Role.COORDINATOR], name=name, telephone="0612345678")
        for name in ("Anna Weg", "Bram Hier")
    )
    AbsenceFactory(user=away, substitute=there)
    text = page(client, contact).text
    assert ("Anna Weg" in text, "Bram Hier" in text) == (False, True)
    User.objects.exclude(pk=away.pk).update(telephone="")
    text = page(client, contact).text
    assert "Anna Weg" in text
    assert "away until" in text
    assert "Bram Hier stands in" in text


def buttons(text):
    """What each form of a contact's page sends."""
    for form in re.findall(r"<form[^>]*/log/.*?</form>", text, re.DOTALL):
        fields = dict(re.findall(r'name="(\w+)" value="(\w+)"', form))
        yield {name: fields[name] for name in fields.keys() - {"seen", "csrfmiddlewaretoken"}}


def test_every_button_on_the_page_works_and_can_be_undone(client, supporter):
    """From the page after each kind of step, press each button, and take it back."""
    waiting: list[list[dict[str, str]]] = [[]]
    visited = {"assigned"}
    while waiting:
        steps = waiting.pop()
        contact = propose(supporter)
        for step in steps:
            tap(client, contact, **step)
        before = page(client, contact).text
        for fields in buttons(before):
            lines = contact.events.count()
            tap(client, contact, follow=False, **fields)
            assert contact.events.count() == lines + 1, (steps, fields)
            if fields["kind"] not in visited and state(contact) in ContactState.open():
                visited.add(fields["kind"])
                waiting.append([*steps, fields])
            client.post(reverse("contacts:undo", args=[contact.pk, contact.events.latest("id").pk]))
            assert contact.events.count() == lines + 2, (steps, fields)
        assert list(buttons(page(client, contact).text)) == list(buttons(before))
        Supporter.objects.update(load=0)
    assert visited >= {"accepted", "reached", "conversation", "follow_up_held"}


@pytest.mark.parametrize(
    ("days", "told", "not_told"),
    [
        (3, ["after 3 days?", "The first days"], ["After two weeks", "After four weeks"]),
        (20, ["after 20 days?", "After two weeks"], ["The first days", "After four weeks"]),
        (40, ["after 40 days?", "After four weeks"], ["The first days", "After two weeks"]),
        (None, ["What is normal now?", "The first days", "After two weeks", "After four weeks"], []),
    ],
)
def test_the_guide_tells_what_belongs_to_so_many_days_after_the_event(
    client, supporter, days, told, not_told
):
    at = None if days is None else moment_of(timezone.localdate() - timedelta(days=days), time(12))
    text = page(client, propose(supporter, involvement__incident__occurred_at=at)).text
    assert [line for line in told if line not in text] == []
    assert [line for line in not_told if line in text] == []


def test_no_form_of_a_contact_takes_free_text():
    for name, form in vars(forms).items():
        if isinstance(form, type) and hasattr(form, "base_fields"):
            free = [field for field in form.base_fields.values() if type(field) is CharField]
            assert free == [], name
        if isinstance(form, type) and issubclass(form, ModelForm) and getattr(form, "_meta", None):
            for field in form._meta.fields or ():
                assert not isinstance(form._meta.model._meta.get_field(field), models.TextField)


def test_no_page_of_a_contact_has_a_field_for_text(client, contact):
    for kind, fields in [("accepted", {}), ("conversation", {"mode": "telephone"})]:
        text = tap(client, contact, kind, **fields).text
        assert "<textarea" not in text
        assert set(re.findall(r'<input[^>]*type="(\w+)"', text)) <= {"hidden", "date"}


def test_an_erased_contact_shows_no_name(client, contact):
    tap(client, contact, "accepted")
    tap(client, contact, "closed", outcome="referred")
    name = contact.offer.involvement.name
    assert name in client.get(LIST).text
    retention.erase_own(
        offer=contact.offer, by=contact.offer.involvement.employee, at=timezone.now() + timedelta(days=2)
    )
    for text in (client.get(LIST).text, page(client, contact).text):
        assert name not in text
        assert "Name erased" in text


def test_availability_is_kept(client, supporter):
    address = reverse("contacts:availability")
    today = timezone.localdate()
    client.post(
        address,
        {"paused": "on", "absent_from": str(today), "absent_until": str(today), "capacity": 2},
    )
    supporter.refresh_from_db()
    assert (supporter.status, supporter.absent_from, supporter.capacity) == (SupporterStatus.PAUSED, today, 2)
    client.post(address, {"absent_from": "", "absent_until": "", "capacity": 2})
    supporter.refresh_from_db()
    assert (supporter.status, supporter.absent_from) == (SupporterStatus.ACTIVE, None)


def test_availability_goes_not_below_what_one_has(client, supporter):
    propose(supporter), propose(supporter)
    response = client.post(reverse("contacts:availability"), {"capacity": 1})
    assert "capacity" in response.context["form"].errors
    assert Supporter.objects.get(pk=supporter.pk).capacity == 9


def test_what_changes_of_availability_is_in_the_access_log_once(client, supporter):
    fields = {"paused": "on", "absent_from": "", "absent_until": "", "capacity": supporter.capacity}
    for _again in range(2):
        client.post(reverse("contacts:availability"), fields)
    lines = AccessEvent.objects.filter(object_kind="supporter")
    assert list(lines.values_list("action", "user", "responsible", "access_point", "object_ref")) == [
        ("change", supporter.user_id, Role.SUPPORTER, "contacts:availability", str(supporter.user_id))
    ]


def test_who_hands_everything_over_pauses_with_a_line_in_the_log(client, contact):
    hand_over(client)
    hand_over(client)
    line = AccessEvent.objects.get(object_kind="supporter")
    assert (line.user_id, line.basis) == (contact.supporter.user_id, "own availability")


def test_availability_is_looked_at_without_a_lock(client, supporter):
    with CaptureQueriesContext(connection) as asked:
        client.get(reverse("contacts:availability"))
    assert not [each for each in asked.captured_queries if "FOR UPDATE" in each["sql"]]


def test_who_was_asked_meanwhile_keeps_room_for_it(client, supporter, monkeypatch):
    propose(supporter), propose(supporter)
    monkeypatch.setattr(AvailabilityForm, "clean_capacity", lambda form: form.cleaned_data["capacity"])
    response = client.post(reverse("contacts:availability"), {"capacity": 1})
    assert response.context["form"].errors["capacity"] == ["Between 2, what you have now, and 9."]
    supporter.refresh_from_db()
    assert (supporter.capacity, supporter.status) == (9, SupporterStatus.ACTIVE)


@pytest.mark.parametrize(
    ("starts", "ends", "asked"),
    [
        (-10, -1, "This day is in the past. Is the year right?"),
        (1, 400, "More than a year ahead. Is the year right?"),
        (400, None, "More than a year ahead. Is the year right?"),
        (-400, None, "More than a year ago. Is the year right?"),
        (-1, 10, ""),
    ],
)
def test_odd_days_of_an_absence_are_asked_back(client, supporter, starts, ends, asked):
    today = timezone.localdate()
    days = {"absent_from": starts, "absent_until": ends}
    sent = {name: str(today + timedelta(days=n)) if n else "" for name, n in days.items()}
    text = client.post(reverse("contacts:availability"), {**sent, "capacity": 9}, follow=True).text
    assert (asked or "that’s noted") in text
    supporter.refresh_from_db()
    assert bool(supporter.absent_from) != bool(asked)


def test_an_absence_of_long_ago_is_in_nobodys_way(client, supporter):
    long_ago = timezone.localdate() - timedelta(days=900)
    Supporter.objects.update(absent_from=long_ago, absent_until=long_ago)
    sent = {"absent_from": str(long_ago), "absent_until": str(long_ago), "capacity": 8}
    client.post(reverse("contacts:availability"), sent)
    supporter.refresh_from_db()
    assert supporter.capacity == 8


def test_an_absence_ends_after_it_starts(client):
    today = timezone.localdate()
    response = client.post(
        reverse("contacts:availability"),
        {"absent_from": str(today), "absent_until": str(today - timedelta(days=1)), "capacity": 3},
    )
    assert response.context["form"].errors


def hand_over(client):
    return client.post(reverse("contacts:hand-over"), follow=True)


def test_who_falls_ill_hands_everything_over_in_one_tap(client, supporter):
    asked, accepted, reached = (propose(supporter) for _ in range(3))
    for contact in (accepted, reached):
        tap(client, contact, "accepted")
    tap(client, reached, "reached")
    other = propose(SupporterFactory(trained=True))
    page = client.get(reverse("contacts:availability")).text
    assert "Hand all 3 contacts over" in page
    response = hand_over(client)
    assert said(response)[0].startswith("Handed over: 3 contacts.")
    for contact in (asked, accepted, reached):
        contact.offer.refresh_from_db()
        assert (state(contact), contact.offer.waiting_for) == ("handed_back", Waiting.ASSIGNMENT)
        assert contact.events.latest("id").reason == HandBackReason.AWAY
        notices = Reminder.objects.filter(subject_id=contact.pk, done_at=None, cancelled_at=None)
        assert [each.kind for each in notices] == [reminders.HANDED_BACK]
    assert state(other) == ContactState.PROPOSED
    assert not Exclusion.objects.exists()
    supporter.refresh_from_db()
    assert (supporter.load, supporter.status) == (0, SupporterStatus.PAUSED)
    page = client.get(reverse("contacts:availability")).text
    assert "contacts over" not in page
    assert "Take 3 contacts back" in page


def test_the_employee_hears_nothing_new_when_it_is_handed_over(client, contact):
    tap(client, contact, "accepted")
    tap(client, contact, "reached")
    employee = contact.offer.involvement.employee
    hand_over(client)
    assert not Reminder.objects.filter(recipient=employee).exclude(kind=ANNOUNCED).exists()
    own = Client()
    own.force_login(employee)
    assert contact.supporter.user.name not in own.get(reverse("me")).text


def test_handing_over_twice_or_after_the_coordinator_does_no_harm(client, supporter):
    one, other = propose(supporter), propose(supporter)
    coordinator = UserFactory(roles=[Role.COORDINATOR])
    flow.withdraw(contact=one, by=coordinator, at=timezone.now())
    assert said(hand_over(client))[0].startswith("Handed over: 1 contact.")
    lines = [each.events.count() for each in (one, other)]
    assert "nothing left to hand over" in said(hand_over(client))[0]
    assert [each.events.count() for each in (one, other)] == lines


def test_what_was_handed_over_is_taken_back_but_where_somebody_else_was_asked(client, supporter):
    mine, theirs, before = propose(supporter), propose(supporter), propose(supporter)
    tap(client, before, "handed_back", reason="no_time")
    hand_over(client)
    flow.propose(
        offer=theirs.offer,
        supporter=SupporterFactory(trained=True),
        by=UserFactory(roles=[Role.COORDINATOR]),
        at=timezone.now(),
    )
    response = client.post(reverse("contacts:take-back"), follow=True)
    assert said(response) == ["1 contact is yours again."]
    assert [state(each) for each in (mine, theirs, before)] == ["proposed", "handed_back", "handed_back"]


@pytest.mark.parametrize("before", [SupporterStatus.ACTIVE, SupporterStatus.PAUSED])
def test_who_takes_back_can_be_asked_as_before_and_nobody_waits_any_more(client, supporter, before):
    contact = propose(supporter)
    Supporter.objects.update(status=before)
    coordinator = UserFactory(roles=[Role.COORDINATOR])
    hand_over(client)
    sweep.sweep(at=timezone.now())
    news = Notice.objects.unread().filter(user=coordinator, kind=reminders.HANDED_BACK)
    assert news.exists()
    client.post(reverse("contacts:take-back"))
    supporter.refresh_from_db()
    assert (state(contact), supporter.status) == (ContactState.PROPOSED, before)
    assert not news.exists()


def test_what_was_handed_over_stays_so_after_ten_minutes(client, contact, time_machine):
    hand_over(client)
    time_machine.move_to(timezone.now() + UNDO_WITHIN + timedelta(seconds=1))
    client.force_login(contact.supporter.user)
    assert "Take 1 contact back" not in client.get(reverse("contacts:availability")).text
    client.post(reverse("contacts:take-back"))
    assert state(contact) == ContactState.HANDED_BACK


def test_who_has_stopped_has_no_availability(client, supporter):
    Supporter.objects.update(status=SupporterStatus.STOPPED)
    assert client.get(reverse("contacts:availability")).status_code == 404


def test_who_gave_an_address_only_is_mailed_on_the_page_and_in_the_list(client, supporter):
    somebody = InvolvementFactory(employee=None, typed_name="Somebody", email="s@example.org", telephone="")
    contact = propose(supporter, involvement=somebody)
    tap(client, contact, "accepted")
    for text in (page(client, contact).text, client.get(LIST).text):
        assert "Mail " in text
        assert "Call " not in text.partition("<main")[2].partition("</h2>")[0]
    assert "Mailed? Just note how it went:" in page(client, contact).text
    ReachMe.objects.create(offer=contact.offer, telephone="+31612345678")
    assert "Mailed?" not in page(client, contact).text
