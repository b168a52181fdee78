"""The page on which a supporter is chosen, and the buttons on it."""

import re
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.enums import AccessAction, Role
from accounts.models import AccessEvent
from accounts.tests.factories import DepartmentFactory, ProfessionFactory, UserFactory
from accounts.tests.markup import squeezed
from incidents.tests.factories import InvolvementFactory, on_team
from notifications.models import Reminder
from notifications.tests.factories import AbsenceFactory
from supporters.contacts import flow
from supporters.enums import ContactState, EventKind, Outcome, SameProfession, Waiting
from supporters.matching import assignment
from supporters.models import Contact, ContactEvent, Exclusion, Offer, OutsideHelp, SupportPolicy
from supporters.tests.factories import ContactFactory, OfferFactory, SupporterFactory


@pytest.fixture
def coordinator(db, client):
    user = UserFactory(roles=[Role.COORDINATOR])
    client.force_login(user)
    return user


@pytest.fixture
def offer(db):
    return OfferFactory(involvement__name="Noor Bos")


def url(offer, what="match"):
    return f"/support/involved/{offer.involvement_id}/{what}/"


def text(response):
    return response.content.decode()


def ask(client, offer, supporter, **fields):
    return client.post(url(offer, "assign"), {"supporter": supporter.pk, **fields}, follow=True)


def asked(offer, coordinator, **supporter):
    """The contact of a supporter who was asked through the service."""
    chosen = SupporterFactory(trained=True, **supporter)
    return assignment.assign(offer=offer, supporter=chosen, by=coordinator, at=timezone.now())


@pytest.mark.parametrize("role", [None, Role.SUPPORTER, Role.CCP, Role.ADMIN, Role.DIRECTOR])
def test_only_the_coordinator_opens_the_page_and_uses_its_buttons(client, offer, role):
    client.force_login(UserFactory(roles=[role] if role else []))
    contact = ContactFactory()
    assert client.get(url(offer)).status_code == 403
    for button in ("assign", "close", "reopen"):
        assert client.post(url(offer, button)).status_code == 403
    for button in ("withdraw", "answer", "close", "undo"):
        assert client.post(f"/support/contact/{contact.pk}/{button}/").status_code == 403


@pytest.mark.clock(datetime(2026, 11, 20, 9, tzinfo=UTC))
def test_a_day_before_which_nobody_calls_stands_in_words(client, coordinator, offer):
    Offer.objects.filter(pk=offer.pk).update(not_before=timezone.now() + timedelta(days=12))
    page = text(client.get(url(offer)))
    assert "Not before 2 December" in page
    assert "&lt;" not in page


def test_candidates_come_with_their_reasons(client, coordinator, offer):
    SupporterFactory(trained=True, user__name="Hanneke Prins")
    page = text(client.get(url(offer)))
    assert "Ask Hanneke Prins" in page
    assert "same profession" in page
    assert "Suggestion" in page


def test_unknown_person_is_not_found(client, coordinator):
    assert client.get(f"/support/involved/{uuid4()}/match/").status_code == 404


def test_opening_is_in_the_access_log(client, coordinator, offer):
    client.get(url(offer))
    line = AccessEvent.objects.get()
    assert (line.action, line.user, line.record, line.object_ref) == (
        AccessAction.VIEW,
        coordinator,
        offer.involvement_id,
        offer.incident.reference,
    )


def test_asking_takes_two_clicks_from_the_worklist(client, coordinator, offer):
    supporter = SupporterFactory(trained=True, user__name="Hanneke Prins")
    assert url(offer) in text(client.get("/support/"))
    page = ask(client, offer, supporter)
    assert "Hanneke Prins has been asked" in text(page)
    assert page.redirect_chain[-1][0] == "/support/"
    assert Contact.objects.get().supporter == supporter


def test_asking_for_one_of_several_goes_on_to_the_others(client, coordinator, offer):
    OfferFactory(involvement__incident=offer.incident)
    page = ask(client, offer, SupporterFactory(trained=True))
    assert page.redirect_chain[-1][0] == f"/support/{offer.incident.reference}/"


def test_who_is_too_late_is_told_who_was_chosen(client, coordinator, offer):
    asked(offer, coordinator, user__name="Hanneke Prins")
    loser = SupporterFactory(trained=True, user__name="Gijs Dekker")
    page = text(ask(client, offer, loser))
    assert "A colleague has just asked Hanneke Prins. Gijs Dekker was not asked." in page
    assert Contact.objects.count() == 1


def test_asking_who_has_no_room_any_more_says_so(client, coordinator, offer):
    page = text(ask(client, offer, SupporterFactory(trained=True, full=True, user__name="Gijs Dekker")))
    assert "Gijs Dekker cannot be asked now: has no room for another contact." in page


@pytest.mark.parametrize("supporter", ["", "x", "00000000-0000-4000-8000-000000000000"])
def test_asking_nobody_is_not_found(client, coordinator, offer, supporter):
    assert client.post(url(offer, "assign"), {"supporter": supporter}).status_code == 404


def test_override_shows_the_rule_and_asks_all_the_same(client, coordinator, offer):
    supporter = SupporterFactory(trained=True, full=True, user__name="Gijs Zijlstra")
    page = text(client.post(url(offer), {"q": "zijlstra"}, follow=True))
    assert "has no room for another contact" in page
    assert "Ask Gijs Zijlstra anyway" in page
    ask(client, offer, supporter, beyond=1)
    assert Contact.objects.get().takes_capacity is False


@pytest.mark.parametrize(
    ("part", "said"),
    [
        ("reported", "reported the event"),
        ("was there", "is involved in the same event"),
        ("analyses", "analyses this event"),
        ("manages", "is the employee’s manager"),
        ("is managed", "works under the employee"),
        ("is it", "is the employee"),
        ("kept apart", "cannot be asked for this colleague"),
    ],
)
def test_who_has_a_part_in_it_is_not_asked_by_name_nor_by_a_forged_form(
    client, coordinator, offer, part, said
):
    employee, incident = offer.involvement.employee, offer.incident
    user = employee if part == "is it" else UserFactory()
    supporter = SupporterFactory(trained=True, full=True, user=user)
    match part:
        case "reported":
            incident.reporter = user
            incident.save()
        case "was there":
            InvolvementFactory(incident=incident, employee=user)
        case "analyses":
            on_team(incident, user)
        case "manages":
            employee.manager = user
            employee.save()
        case "is managed":
            user.manager = employee
            user.save()
        case "kept apart":
            Exclusion.objects.create(supporter=supporter, employee=employee, added_at=timezone.now())
    page = text(client.post(url(offer), {"q": user.name}, follow=True))
    assert said in page
    assert "Cannot be asked for this person." in page
    assert f"Ask {user.name}" not in page
    refused = text(ask(client, offer, supporter, beyond=1))
    assert f"{user.name} cannot be asked now: {said}." in refused
    assert not Contact.objects.exists()
    other = asked(offer, coordinator)
    ask(client, offer, supporter, beyond=1, replaces=other.pk)
    assert offer.contacts.open().get() == other


def test_who_is_left_out_and_why(client, coordinator, offer):
    SupporterFactory(trained=True, paused=True, user__name="Gijs Zijlstra")
    for page in (
        client.get(url(offer), {"left_out": 1}),
        client.get(url(offer), headers={"HX-Request": "true"}),
    ):
        assert "Is pausing" in text(page)
        assert "Gijs Zijlstra" in text(page)


def test_who_is_never_matched_is_counted_without_a_name_or_the_list(client, coordinator, offer):
    supporter = SupporterFactory(trained=True, user__name="Gijs Zijlstra")
    Exclusion.objects.create(
        supporter=supporter, employee=offer.involvement.employee, added_at=timezone.now()
    )
    page = text(client.get(url(offer), {"left_out": 1}))
    assert "Cannot be asked for this colleague" in page
    assert "Gijs Zijlstra" not in page
    found = text(client.post(url(offer), {"q": "zijlstra"}, follow=True))
    assert "cannot be asked for this colleague" in found
    assert "exclusion" not in found


def test_nobody_left_shows_the_rule_and_the_ladder(client, coordinator):
    SupportPolicy.objects.create(id=1, same_profession=SameProfession.REQUIRED)
    offer = OfferFactory(involvement__employee=UserFactory(midwife=True))
    nurse = SupporterFactory(trained=True, user__name="Gijs Zijlstra")
    page = text(client.get(url(offer)))
    assert "Nobody is left" in page
    assert "other profession" in page
    assert "Ask Gijs Zijlstra" in page  # the first step that gives somebody
    assert "This step gives nobody" in text(client.get(url(offer), {"step": 1}))
    ask(client, offer, nurse, beyond=1)
    assert Contact.objects.get().supporter == nurse


def test_with_every_step_empty_it_says_what_can_be_done(client, coordinator, offer):
    full = SupporterFactory(trained=True, full=True, user__name="Gijs Zijlstra")
    for step in ({}, {"step": 4}):
        page = text(client.get(url(offer), step))
        assert "No step gives anybody. What you can do now:" in page
        assert "Ask somebody by name who is left out for now" in page
        assert "Call your colleague yourself." in page
        assert reverse("help") in page
        assert "This step gives nobody" not in page
        assert "Widen the search" not in page
    assert "Gijs Zijlstra" in text(client.get(url(offer), {"left_out": 1}))
    Exclusion.objects.create(supporter=full, employee=offer.involvement.employee, added_at=timezone.now())
    assert "Ask somebody by name who is left out for now" not in text(client.get(url(offer)))


def test_empty_pool_leads_to_the_pool(client, coordinator, offer):
    page = text(client.get(url(offer)))
    assert "There is nobody in the pool yet." in page


def test_late_answer_shows_who_else_could_be_asked(client, coordinator, offer):
    earlier = timezone.now() - timedelta(days=3)
    first = SupporterFactory(trained=True, user__name="Hanneke Prins")
    contact = assignment.assign(offer=offer, supporter=first, by=coordinator, at=earlier)
    second = SupporterFactory(trained=True, user__name="Gijs Dekker")
    page = text(client.get(url(offer)))
    assert "The supporter’s answer" in page
    assert "late" in page
    assert "Ask Gijs Dekker instead" in page

    ask(client, offer, second, replaces=contact.pk)

    contact.refresh_from_db()
    first.refresh_from_db()
    assert (contact.state, first.load) == (ContactState.HANDED_BACK, 0)
    assert offer.contacts.open().get().supporter == second


def test_replacing_who_has_accepted_meanwhile_is_withdrawing_too(client, coordinator, offer):
    contact = asked(offer, coordinator)
    flow.record(contact=contact, kind=EventKind.ACCEPTED, by=contact.supporter.user, at=timezone.now())
    page = text(client.get(url(offer)))
    assert "is giving support" in page
    assert "instead" not in page


def test_withdraw_and_undo(client, coordinator, offer):
    contact = asked(offer, coordinator, user__name="Hanneke Prins")
    page = client.post(f"/support/contact/{contact.pk}/withdraw/", follow=True)
    assert "Hanneke Prins is no longer asked." in text(page)
    contact.refresh_from_db()
    assert contact.state == ContactState.HANDED_BACK
    page = client.post(f"/support/contact/{contact.pk}/undo/", follow=True)
    assert "Undone." in text(page)
    contact.refresh_from_db()
    assert contact.state == ContactState.PROPOSED


def test_withdraw_twice_says_that_something_changed(client, coordinator, offer):
    contact = asked(offer, coordinator)
    for _time in range(2):
        page = client.post(f"/support/contact/{contact.pk}/withdraw/", follow=True)
    assert "Something has changed in the meantime." in text(page)


def called_in(offer, coordinator):
    contact = asked(offer, coordinator, user__telephone="06 1234 5678")
    supporter = contact.supporter.user
    for kind in (EventKind.ACCEPTED, EventKind.COORDINATOR_CALLED_IN):
        contact = flow.record(contact=contact, kind=kind, by=supporter, at=timezone.now())
    return contact


def test_called_in_shows_whom_to_call_and_the_steps(client, coordinator, offer):
    called_in(offer, coordinator)
    page = text(client.get(url(offer)))
    assert "has alerted you" in page
    assert "tel:+31612345678" in page


def test_answer_gives_the_contact_back_to_the_supporter(client, coordinator, offer):
    contact = called_in(offer, coordinator)
    client.post(f"/support/contact/{contact.pk}/answer/")
    offer.refresh_from_db()
    assert offer.waiting_for == Waiting.FIRST_CONTACT


def test_other_help_closes_as_referred(client, coordinator, offer):
    contact = called_in(offer, coordinator)
    client.post(f"/support/contact/{contact.pk}/close/", {"outcome": "referred"})
    offer.refresh_from_db()
    assert (offer.outcome, bool(offer.closed_at)) == (Outcome.REFERRED, True)


@pytest.mark.parametrize("kinds", [(), (EventKind.ACCEPTED,), (EventKind.ACCEPTED, EventKind.REACHED)])
@pytest.mark.parametrize("outcome", [Outcome.DECLINED, Outcome.REFERRED])
def test_running_contact_ends_as_declined_or_referred(client, coordinator, offer, kinds, outcome):
    contact = asked(offer, coordinator)
    for kind in kinds:
        contact = flow.record(contact=contact, kind=kind, by=contact.supporter.user, at=timezone.now())
    assert f'name="outcome" value="{outcome}"' in text(client.get(url(offer)))
    page = client.post(f"/support/contact/{contact.pk}/close/", {"outcome": outcome}, follow=True)
    offer.refresh_from_db()
    assert (offer.outcome, bool(offer.closed_at)) == (outcome, True)
    # Support that never began is not rounded off.
    assert ("The support is closed." in text(page)) == (EventKind.REACHED in kinds)
    client.post(f"/support/contact/{contact.pk}/undo/")
    offer.refresh_from_db()
    assert offer.closed_at is None


def test_after_a_conversation_support_was_not_declined(client, coordinator, offer):
    contact = asked(offer, coordinator)
    supporter = contact.supporter.user
    contact = flow.record(contact=contact, kind=EventKind.ACCEPTED, by=supporter, at=timezone.now())
    flow.record(
        contact=contact, kind=EventKind.CONVERSATION, mode="telephone", by=supporter, at=timezone.now()
    )
    page = text(client.get(url(offer)))
    assert 'name="outcome" value="completed"' in page
    assert 'name="outcome" value="declined"' not in page


def test_close_and_reopen_without_a_supporter(client, coordinator, offer):
    page = client.post(url(offer, "close"), {"outcome": "referred"}, follow=True)
    assert "This offer has ended" in text(page)
    offer.refresh_from_db()
    assert (offer.outcome, offer.waiting_for) == (Outcome.REFERRED, Waiting.NOTHING)
    client.post(url(offer, "reopen"))
    offer.refresh_from_db()
    assert (offer.outcome, offer.waiting_for, offer.closed_at) == ("", Waiting.ASSIGNMENT, None)


def test_close_with_an_outcome_that_makes_no_sense_does_nothing(client, coordinator, offer):
    client.post(url(offer, "close"), {"outcome": "completed"})
    offer.refresh_from_db()
    assert offer.closed_at is None


def test_offer_with_an_open_contact_is_not_closed_over_it(client, coordinator, offer):
    asked(offer, coordinator)
    page = client.post(url(offer, "close"), {"outcome": "declined"}, follow=True)
    assert "Something has changed in the meantime." in text(page)
    offer.refresh_from_db()
    assert offer.closed_at is None


def test_erased_person_is_not_taken_up_again(client, coordinator):
    offer = OfferFactory(closed=True, involvement__erased=True)
    client.post(url(offer, "reopen"))
    assert Offer.objects.get().closed_at is not None
    assert "Take it up again" not in text(client.get(url(offer)))


def test_namesakes_in_the_pool_are_told_apart(client, coordinator, offer):
    ward, nurse = DepartmentFactory(), ProfessionFactory()
    for number in ("100111", "100222"):
        SupporterFactory(
            trained=True,
            user__name="Noor Bakker",
            user__department=ward,
            user__profession=nurse,
            user__employee_number=number,
        )
    for page in (client.get(url(offer)), client.post(url(offer), {"q": "bakker"}, follow=True)):
        assert page.text.count("…0111") == page.text.count("…0222") > 0
    assert "…0222" in client.get(reverse("pool:list")).text
    together = {"together": 1}
    OfferFactory(involvement__incident=offer.incident)
    roll_call = reverse("support:roll-call", args=[offer.incident.reference])
    assert "…0111" in client.get(roll_call, together).text


def test_running_case_says_how_to_reach_both_and_what_was_done_when(client, coordinator):
    contact = ContactFactory(
        accepted=True,
        supporter__user__name="Hanneke Bos",
        supporter__user__telephone="0612345678",
        offer__involvement=InvolvementFactory(by_hand=True, telephone="0687654321"),
    )
    AbsenceFactory(user=contact.supporter.user)
    page = client.get(url(contact.offer)).text
    for said in ("06 12345678", contact.supporter.user.email, "06 87654321", "away until", "Accepted"):
        assert said in page
    assert '<details class="fold section" open>' in page


def test_alerted_coordinator_reads_how_to_reach_both(client, coordinator):
    contact = ContactFactory(accepted=True, offer__waiting_for=Waiting.COORDINATOR)
    page = client.get(url(contact.offer)).text
    assert contact.supporter.user.email in page
    assert contact.offer.involvement.email_now in page


@pytest.mark.parametrize("accepts", [True, False])
def test_only_who_said_yes_is_said_to_carry_on_after_an_answer(client, coordinator, offer, accepts):
    contact = asked(offer, coordinator, user__name="Sam de Wit")
    now, by = timezone.now(), contact.supporter.user
    for kind in ((EventKind.ACCEPTED,) if accepts else ()) + (EventKind.COORDINATOR_CALLED_IN,):
        contact = flow.record(contact=contact, kind=kind, by=by, at=now)
    assert ("the supporter carries on" in client.get(url(offer)).text) == accepts
    done = client.post(reverse("support:answer", args=[contact.pk]), follow=True).text
    assert ("Sam de Wit will carry on with this contact." in done) == accepts
    assert ("Sam de Wit has been asked, and has not said yes yet." in done) == (not accepts)


def test_case_says_what_else_there_is_of_the_same_person(client, coordinator):
    nurse = UserFactory(name="Noor Bos")
    contact = ContactFactory(accepted=True, offer__involvement__employee=nurse)
    earlier = ContactFactory(
        closed=True, proposed_at=timezone.now() - timedelta(days=20), offer__involvement__employee=nurse
    ).offer
    goes_on = OfferFactory(involvement__employee=nurse, continues=contact.offer)
    hers = InvolvementFactory(employee=coordinator).incident
    hidden = OfferFactory(involvement__employee=nurse, involvement__incident=hers)
    page = client.get(url(contact.offer)).text
    assert url(earlier) in page
    assert f"/support/{goes_on.incident.reference}/" in page
    assert hidden.incident.reference not in page


def test_page_asks_as_few_queries_for_a_large_pool(client, coordinator, offer, django_assert_num_queries):
    SupportPolicy.current()
    SupporterFactory.create_batch(2, trained=True)
    client.get(url(offer))
    with django_assert_num_queries(13):
        client.get(url(offer))
    SupporterFactory.create_batch(12, trained=True)
    with django_assert_num_queries(13):
        client.get(url(offer))


def test_late_case_says_which_step_since_when_and_whom_to_phone(client, coordinator, offer):
    contact = asked(offer, coordinator, user__name="Sam de Wit", user__telephone="+31612345678")
    now = timezone.now()
    flow.record(contact=contact, kind=EventKind.ACCEPTED, by=contact.supporter.user, at=now)
    Contact.objects.update(due_at=now - timedelta(days=5))
    page = squeezed(text(client.get(url(offer))))
    assert "The first contact" in page
    assert "days late" in page
    assert "tel:+31612345678" in page
    assert "06 12345678" in page
    assert "Asked: Sam de Wit" in page
    assert "Accepted" in page


def test_what_was_undone_is_not_in_the_history(client, coordinator, offer):
    contact = asked(offer, coordinator)
    now = timezone.now()
    flow.record(contact=contact, kind=EventKind.COORDINATOR_CALLED_IN, by=contact.supporter.user, at=now)
    contact.refresh_from_db()
    flow.undo(contact=contact, by=contact.supporter.user, at=now)
    assert "Coordinator alerted" not in text(client.get(url(offer)))


def test_history_costs_as_many_queries_however_long_it_is(client, coordinator, offer):
    contact = asked(offer, coordinator)
    client.get(url(offer))
    with CaptureQueriesContext(connection) as few:
        client.get(url(offer))
    user, now = contact.supporter.user, timezone.now()
    contact = flow.record(contact=contact, kind=EventKind.ACCEPTED, by=user, at=now)
    for _attempt in range(5):
        contact = flow.record(contact=contact, kind=EventKind.ATTEMPT_FAILED, by=user, at=now)
    with CaptureQueriesContext(connection) as many:
        client.get(url(offer))
    assert len(many) <= len(few)


def test_supporter_is_reminded_once_a_day(client, coordinator, offer):
    contact = asked(offer, coordinator)
    address = f"/support/contact/{contact.pk}/remind/"
    assert "has been reminded" in text(client.post(address, follow=True))
    again = client.post(address, follow=True)
    assert "has already been reminded today" in text(again)
    assert "Reminded today" in text(again)
    reminders = Reminder.objects.filter(kind="contact.coordinator_asks")
    assert [each.recipient for each in reminders] == [contact.supporter.user]


def test_nobody_is_reminded_of_what_has_ended(client, coordinator, offer):
    contact = asked(offer, coordinator)
    flow.record(
        contact=contact,
        kind=EventKind.HANDED_BACK,
        by=contact.supporter.user,
        at=timezone.now(),
        reason="conflict",
    )
    client.post(f"/support/contact/{contact.pk}/remind/")
    assert not Reminder.objects.filter(kind="contact.coordinator_asks").exists()


@pytest.mark.parametrize("button", ["withdraw", "answer", "close", "remind", "refer"])
def test_an_older_tab_does_nothing_to_what_moved_on(client, coordinator, offer, button):
    """What a page shows comes along with each button on it."""
    contact = ContactFactory(offer=offer, in_contact=True, conversations=3)
    help_ = OutsideHelp.objects.create(name="Maatschappelijk werk", telephone="+31301234567")
    seen = re.search(r'name="seen" value="(\d+)"', text(client.get(url(offer))))
    assert seen
    other = UserFactory(roles=[Role.COORDINATOR])
    flow.record(contact=contact, kind=EventKind.TALK_GRANTED, by=other, at=timezone.now())

    def done():
        return ContactEvent.objects.count(), Reminder.objects.count()

    before = done()
    address = url(offer, button) if button == "refer" else f"/support/contact/{contact.pk}/{button}/"
    sent = {"seen": seen[1], "outcome": Outcome.REFERRED, "to": help_.pk}
    assert "Something has changed in the meantime" in text(client.post(address, sent, follow=True))
    assert done() == before
    client.post(address, {**sent, "seen": contact.events.latest("pk").pk})
    assert button == "answer" or done() != before


def test_taking_back_who_was_asked_does_not_undo_a_yes(client, coordinator, offer):
    page = text(ask(client, offer, SupporterFactory(trained=True)))
    undo = re.search(r'action="(/support/contact/[^"]+withdraw/\?seen=\d+)"', page)
    assert undo
    contact = Contact.objects.get()
    flow.record(contact=contact, kind=EventKind.ACCEPTED, by=contact.supporter.user, at=timezone.now())
    assert "Something has changed in the meantime" in text(client.post(undo[1], follow=True))
    assert Contact.objects.get().state == ContactState.ACCEPTED
