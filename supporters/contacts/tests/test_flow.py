"""The one writer of a contact: each effect, who may, who comes second, and that the log is the truth.

Also covers supporters.contacts.due_moments.
"""

from datetime import UTC, date, datetime, time, timedelta
from itertools import product
from threading import Barrier, Thread

import pytest
from django.db import connection, models
from django.db.utils import IntegrityError, InternalError, ProgrammingError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.enums import Role
from accounts.people.fields import MailField, TelephoneField
from accounts.tests.factories import UserFactory
from hospital.models import WorkingHours
from notifications.models import Reminder
from notifications.reminders import kinds, reconcile
from supporters.contacts import announcing, flow, reminders
from supporters.contacts.allowed_steps import TRANSITIONS, UNDO_WITHIN, Party, replay
from supporters.enums import ContactState, EventKind, HandBackReason, Outcome, Waiting
from supporters.models import Contact, ContactEvent, Exclusion, Offer, ReachMe, Supporter, SupportPolicy
from supporters.offers.opening import begin_term
from supporters.tests.factories import ContactFactory, OfferFactory, SupporterFactory

MONDAY = datetime(2026, 11, 16, 9, tzinfo=UTC)
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
pytestmark = [pytest.mark.django_db, pytest.mark.clock(MONDAY)]


class Case:
    """A contact that was just proposed, and its people."""

    def __init__(self, **offer):
        self.coordinator = UserFactory(roles=[Role.COORDINATOR])
        self.supporter = SupporterFactory(trained=True)
        self.offer = OfferFactory(
            opened_at=MONDAY - HOUR, involvement__incident__reported_at=MONDAY - HOUR, **offer
        )
        self.employee = self.offer.involvement.employee
        self.contact = self.propose()
        self.at = MONDAY

    def propose(self):
        return flow.propose(offer=self.offer, supporter=self.supporter, by=self.coordinator, at=MONDAY)

    def person(self, party):
        return {
            Party.SUPPORTER: self.supporter.user,
            Party.EMPLOYEE: self.employee,
            Party.COORDINATOR: self.coordinator,
        }[party]

    def take(self, kind, party=Party.SUPPORTER, after=HOUR, **fields):
        """Take one step, an hour after the last one."""
        self.at += after
        self.contact = flow.record(
            contact=self.contact,
            kind=EventKind(kind),
            by=self.person(party),
            at=self.at,
            **{**needed(kind, party, self.contact.state, self.at), **fields},
        )
        return self.contact

    def take_all(self, *kinds):
        for kind in kinds:
            self.take(kind)
        return self

    def undo(self, party=Party.SUPPORTER, after=timedelta(minutes=1)):
        self.at += after
        self.contact = flow.undo(contact=self.contact, by=self.person(party), at=self.at)
        return self.contact

    def open_kinds(self):
        return sorted(
            Reminder.objects.filter(subject_id=self.contact.pk, done_at=None, cancelled_at=None).values_list(
                "kind", flat=True
            )
        )


def needed(kind, party, state, at):
    """What a step cannot go without."""
    return {
        "handed_back": {"reason": HandBackReason.NO_TIME if party == Party.SUPPORTER else ""},
        "offer_later": {"planned_for": at + 5 * DAY},
        "offer_sooner": {"planned_for": at + DAY},
        "appointment_planned": {"planned_for": at + 3 * DAY, "mode": "telephone"},
        "appointment_moved": {"planned_for": at + 4 * DAY, "mode": "video"},
        "conversation": {"mode": "telephone"},
        "follow_up_held": {"mode": "telephone"},
        "closed": {"outcome": Outcome.COMPLETED if state == ContactState.IN_CONTACT else Outcome.REFERRED},
    }.get(kind, {})


@pytest.fixture
def case():
    return Case()


WAYS = {
    ContactState.PROPOSED: [],
    ContactState.ACCEPTED: ["accepted"],
    ContactState.IN_CONTACT: ["accepted", "reached"],
    ContactState.HANDED_BACK: ["handed_back"],
    ContactState.CLOSED: ["accepted", "closed"],
}


#: What needs an appointment that stands, and where there can be one.
STANDS = {"appointment_moved", "appointment_cancelled", "appointment_missed"}
WHILE_STANDING = {ContactState.ACCEPTED, ContactState.IN_CONTACT}


@pytest.mark.parametrize(("state", "kind", "party"), list(product(ContactState, EventKind, Party)))
def test_every_step_in_every_state_by_everybody(case, state, kind, party):
    ends = {ContactState.HANDED_BACK: ["handed_back"], ContactState.CLOSED: ["accepted", "offer_declined"]}
    if kind == EventKind.COORDINATOR_ANSWERED:
        *way, last = ends.get(state, [*WAYS[state], None])
        case.take_all(*way, "coordinator_called_in", *([last] if last else []))
    else:
        case.take_all(*WAYS[state])
    after = HOUR
    if kind in STANDS and state in WHILE_STANDING:
        case.take("appointment_planned")
        after = 4 * DAY
    step = TRANSITIONS[state].get(kind)
    lines = case.contact.events.count()
    if step and party in step.parties:
        assert case.take(kind, party, after=after).state == step.to
        assert Contact.objects.get(pk=case.contact.pk).state == step.to
        assert case.contact.events.count() == lines + 1
    else:
        with pytest.raises(flow.NotAllowed):
            case.take(kind, party)
        assert case.contact.events.count() == lines


@pytest.mark.parametrize("state", ContactState)
def test_a_stranger_takes_no_step(case, state):
    case.take_all(*WAYS[state])
    stranger = SupporterFactory(trained=True).user
    for kind in EventKind:
        with pytest.raises(flow.NotAllowed):
            flow.record(contact=case.contact, kind=kind, by=stranger, at=case.at)


def test_proposing_tells_the_offer_the_supporter_and_the_reminders(case):
    offer, supporter = Offer.objects.get(), Supporter.objects.get()
    assert (offer.waiting_for, offer.reached_at) == (Waiting.ACCEPTANCE, None)
    assert offer.due_at == case.contact.due_at
    assert (supporter.load, supporter.last_asked_at) == (1, MONDAY)
    assert case.open_kinds() == [reminders.ANSWER_LATE, reminders.ASSIGNED]


def test_proposing_beyond_what_was_agreed_takes_no_capacity():
    offer, supporter = OfferFactory(), SupporterFactory(trained=True, full=True)
    by = UserFactory(roles=[Role.COORDINATOR])
    with pytest.raises(flow.NoCapacity):
        flow.propose(offer=offer, supporter=supporter, by=by, at=MONDAY)
    flow.propose(offer=offer, supporter=supporter, by=by, at=MONDAY, takes_capacity=False)
    supporter.refresh_from_db()
    assert supporter.load == supporter.capacity


def test_a_second_open_contact_is_refused_by_the_database(case):
    with pytest.raises(flow.AlreadyProposed):
        case.propose()
    assert Contact.objects.count() == 1
    assert Supporter.objects.get().load == 1


def test_a_closed_offer_is_not_proposed(case):
    case.take("offer_declined", Party.EMPLOYEE)
    with pytest.raises(flow.NotAllowed):
        case.propose()


def test_accepting_makes_the_first_contact_due_when_the_offer_says(case):
    case.take("accepted")
    offer = Offer.objects.get()
    assert (offer.waiting_for, offer.due_at) == (Waiting.FIRST_CONTACT, offer.first_contact_due_at)
    assert case.contact.due_at == offer.first_contact_due_at
    assert case.open_kinds() == [
        reminders.CALL_LATE,
        reminders.CALL_SOON,
        reminders.NOT_CALLED,
    ]


def test_an_attempt_gives_another_day(case):
    case.take_all("accepted", "attempt_failed")
    assert case.contact.due_at == case.at + DAY


def test_reaching_somebody_is_told_to_the_offer_and_undone_there(case):
    case.take_all("accepted", "reached")
    assert Offer.objects.get().reached_at == case.at
    case.undo()
    assert Offer.objects.get().reached_at is None


def test_a_second_supporter_keeps_when_the_first_one_reached_somebody(case):
    case.take_all("accepted", "reached")
    reached = case.at
    case.take("handed_back", Party.COORDINATOR)
    flow.propose(offer=case.offer, supporter=SupporterFactory(trained=True), by=case.coordinator, at=case.at)
    offer = Offer.objects.get()
    assert (offer.offered_at, offer.reached_at) == (MONDAY - HOUR, reached)


def test_follow_ups_are_due_after_the_days_of_the_policy_by_the_end_of_the_day(case):
    case.take_all("accepted", "conversation")
    assert case.contact.due_at == datetime(2026, 11, 19, 16, tzinfo=UTC)
    case.take_all("follow_up_held")
    assert case.contact.due_at == datetime(2026, 11, 30, 16, tzinfo=UTC)
    case.take_all("follow_up_held")
    assert case.contact.due_at == datetime(2026, 11, 30, 16, tzinfo=UTC)


@pytest.mark.parametrize(
    ("at", "days", "close"),
    [
        (datetime(2026, 3, 28, 9, tzinfo=UTC), 1, datetime(2026, 3, 30, 15, tzinfo=UTC)),  # Sunday: Monday
        (datetime(2026, 3, 28, 9, tzinfo=UTC), 3, datetime(2026, 4, 1, 15, tzinfo=UTC)),  # off by decree
        (datetime(2026, 3, 28, 9, tzinfo=UTC), 6, datetime(2026, 4, 7, 15, tzinfo=UTC)),  # Good Friday
        (datetime(2026, 12, 22, 9, tzinfo=UTC), 3, datetime(2026, 12, 28, 16, tzinfo=UTC)),  # Christmas
    ],
)
def test_a_follow_up_is_wanted_on_a_day_on_which_we_call(case, at, days, close):
    WorkingHours.objects.update(decreed_days=[date(2026, 3, 31)])
    SupportPolicy.objects.update_or_create(id=1, defaults={"follow_up_days": [days]})
    case.take("accepted")
    case.at = at
    case.take("conversation", after=HOUR)
    assert case.contact.due_at == close


def test_a_hospital_that_calls_at_the_weekend_follows_up_then():
    WorkingHours.objects.create(cover_is_office=False, cover_saturday=[time(9), time(12)])
    case = Case()
    case.take_all("accepted", "conversation")
    assert case.contact.due_at == datetime(2026, 11, 21, 11, tzinfo=UTC)


def test_three_conversations_and_no_fourth(case):
    case.take_all("accepted", "conversation", "conversation", "conversation")
    with pytest.raises(flow.TooManyConversations):
        case.take("conversation")
    assert case.contact.conversations == 3


def test_as_many_conversations_as_the_hospital_agreed(case):
    SupportPolicy.current()
    SupportPolicy.objects.update(max_conversations=1)
    case.take_all("accepted", "conversation")
    with pytest.raises(flow.TooManyConversations):
        case.take("conversation")


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("conversation", {"mode": ""}),
        ("follow_up_held", {"mode": ""}),
        ("appointment_planned", {"planned_for": None}),
        ("appointment_planned", {"planned_for": MONDAY}),
        ("appointment_planned", {"planned_for": MONDAY + 1000 * DAY}),
        ("appointment_planned", {"mode": "in_person"}),
        ("closed", {"outcome": ""}),
        ("closed", {"outcome": "declined"}),
    ],
)
def test_a_step_without_what_it_needs_is_refused(case, kind, fields):
    case.take_all("accepted", "reached")
    with pytest.raises(flow.NotAllowed):
        case.take(kind, **fields)


def test_a_supporter_says_one_word_when_handing_back(case):
    with pytest.raises(flow.NotAllowed):
        case.take("handed_back", reason="")


@pytest.mark.parametrize("reason", HandBackReason)
def test_who_has_begun_may_still_find_that_it_is_too_close(case, reason):
    case.take_all("accepted", "reached")
    assert case.take("handed_back", reason=reason).state == ContactState.HANDED_BACK
    assert Offer.objects.get().waiting_for == Waiting.ASSIGNMENT


def test_who_called_in_the_coordinator_and_hands_back_leaves_somebody_who_is_wanted_at_once(case):
    case.take_all("accepted", "reached", "coordinator_called_in", "handed_back")
    offer = Offer.objects.get()
    # An hour after it was made, which is when it was handed back.
    assert (offer.waiting_for, offer.due_at) == (Waiting.COORDINATOR, case.at)


def test_handing_back_waits_for_another_supporter(case):
    case.take_all("accepted", "handed_back")
    offer, supporter = Offer.objects.get(), Supporter.objects.get()
    assert (offer.waiting_for, offer.due_at) == (Waiting.ASSIGNMENT, offer.first_contact_due_at)
    assert (supporter.load, supporter.rests_until) == (0, None)
    assert case.open_kinds() == [reminders.HANDED_BACK]
    assert not Exclusion.objects.exists()


def test_too_close_excludes_and_undoing_it_includes_again(case):
    case.take("handed_back", reason=HandBackReason.CONFLICT)
    assert Exclusion.objects.get().employee == case.employee
    case.undo()
    assert not Exclusion.objects.exists()
    assert Supporter.objects.get().load == 1


def test_undoing_leaves_an_older_exclusion(case):
    Exclusion.objects.create(supporter=case.supporter, employee=case.employee, added_at=MONDAY - DAY)
    case.take("handed_back", reason=HandBackReason.CONFLICT)
    case.undo()
    assert Exclusion.objects.count() == 1


def test_an_employee_who_would_rather_have_somebody_else_is_not_matched_with_this_one_again(case):
    case.take_all("accepted", "conversation")
    case.take("handed_back", Party.EMPLOYEE)
    assert Exclusion.objects.filter(supporter=case.supporter, employee=case.employee).exists()
    assert case.open_kinds() == [reminders.ENDED, reminders.HANDED_BACK]


def test_the_coordinator_asks_somebody_else(case):
    contact = flow.withdraw(contact=case.contact, by=case.coordinator, at=MONDAY + HOUR)
    assert contact.state == ContactState.HANDED_BACK
    assert not Exclusion.objects.exists()
    assert case.open_kinds() == [reminders.ENDED, reminders.HANDED_BACK]
    # She knows it; it is said when nobody else was asked by the time the call is due.
    assert Reminder.objects.get(kind=reminders.HANDED_BACK).due_at == case.offer.first_contact_due_at


def test_no_line_names_the_employee(case):
    case.take("offer_later", Party.EMPLOYEE)
    case.undo(Party.EMPLOYEE)
    case.take("handed_back", Party.EMPLOYEE)
    assert set(case.contact.events.values_list("by", flat=True)) == {case.coordinator.pk, None}


def test_an_answer_is_wanted_within_four_working_hours():
    case = Case()
    assert case.contact.due_at == MONDAY + 4 * HOUR
    case.take("handed_back")
    friday_at_four = datetime(2026, 11, 20, 15, tzinfo=UTC)
    contact = flow.propose(
        offer=case.offer, supporter=SupporterFactory(trained=True), by=case.coordinator, at=friday_at_four
    )
    assert contact.due_at == datetime(2026, 11, 23, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("opened", "asked", "answer_by", "told"),
    [
        # Four hours of work end on Tuesday at 11:00, the call was promised by 10:00: that leaves time.
        ("2026-11-16T09:00", "2026-11-16T15:00", "2026-11-17T07:00", "2026-11-17T07:00"),
        # Friday evening: the call was promised by Monday at 17:00.
        ("2026-11-20T18:17", "2026-11-20T18:18", "2026-11-23T11:00", "2026-11-23T11:00"),
        ("2026-11-20T18:17", "2026-11-23T13:30", "2026-11-23T14:45", "2026-11-23T14:45"),
        # The promise is broken already: as long as anybody has.
        ("2026-11-19T08:00", "2026-11-21T09:00", "2026-11-23T11:00", "2026-11-23T11:00"),
    ],
)
def test_an_answer_is_wanted_before_the_promised_call(opened, asked, answer_by, told):
    opened, asked, answer_by, told = (
        datetime.fromisoformat(each).replace(tzinfo=UTC) for each in (opened, asked, answer_by, told)
    )
    offer, by = OfferFactory(opened_at=opened), UserFactory(roles=[Role.COORDINATOR])
    begin_term(offer, opened)
    offer.save()
    contact = flow.propose(offer=offer, supporter=SupporterFactory(trained=True), by=by, at=asked)
    assert contact.due_at == Offer.objects.get().due_at == answer_by
    assert Reminder.objects.get(kind=reminders.ANSWER_LATE).due_at == told


def test_the_day_that_was_asked_for_holds_for_the_next_supporter_too(case):
    case.take("offer_later", Party.EMPLOYEE)
    wish = case.at + 5 * DAY
    case.take("handed_back")
    assert Offer.objects.get().due_at == wish
    other = flow.propose(
        offer=case.offer, supporter=SupporterFactory(trained=True), by=case.coordinator, at=case.at
    )
    flow.record(contact=other, kind=EventKind.ACCEPTED, by=other.supporter.user, at=case.at)
    assert Contact.objects.get(pk=other.pk).due_at == wish


def test_another_supporter_has_time_to_call_whoever_was_reached_before(case):
    case.take_all("accepted", "conversation")
    case.at += 10 * DAY
    case.take("handed_back", Party.EMPLOYEE)
    assert Offer.objects.get().due_at == case.at + DAY
    other = flow.propose(
        offer=case.offer, supporter=SupporterFactory(trained=True), by=case.coordinator, at=case.at
    )
    flow.record(contact=other, kind=EventKind.ACCEPTED, by=other.supporter.user, at=case.at)
    assert Contact.objects.get(pk=other.pk).due_at == case.at + DAY


def test_too_close_to_somebody_without_an_account_excludes_nobody():
    case = Case(involvement__by_hand=True)
    case.take("handed_back", reason=HandBackReason.CONFLICT)
    assert not Exclusion.objects.exists()


def test_closing_closes_the_offer_and_gives_the_supporter_rest(case):
    case.take_all("accepted", "conversation", "closed")
    offer, supporter = Offer.objects.get(), Supporter.objects.get()
    assert (offer.waiting_for, offer.closed_at, offer.outcome) == (
        Waiting.NOTHING,
        case.at,
        Outcome.COMPLETED,
    )
    assert (supporter.load, supporter.rests_until) == (0, case.at + 7 * DAY)
    assert case.open_kinds() == []


def test_undoing_a_close_opens_everything_again(case):
    case.take_all("accepted", "conversation", "closed")
    case.undo()
    offer, supporter = Offer.objects.get(), Supporter.objects.get()
    assert (offer.waiting_for, offer.closed_at, offer.outcome) == (Waiting.FOLLOW_UP, None, "")
    assert (supporter.load, supporter.rests_until) == (1, None)
    assert case.open_kinds() == [reminders.FOLLOW_UP, reminders.NOT_FOLLOWED_UP]


def test_a_reminder_that_was_delivered_stays_delivered_after_an_undo(case):
    Reminder.objects.filter(kind=reminders.ASSIGNED).update(done_at=MONDAY)
    case.take("accepted")
    case.undo()
    assert case.open_kinds() == [reminders.ANSWER_LATE]


def test_calling_in_the_coordinator_is_urgent_and_changes_nothing_else(case):
    case.take_all("accepted", "reached")
    due = case.contact.due_at
    case.take("coordinator_called_in")
    offer = Offer.objects.get()
    assert (offer.waiting_for, offer.due_at) == (Waiting.COORDINATOR, case.at + HOUR)
    assert (case.contact.state, case.contact.due_at) == (ContactState.IN_CONTACT, due)
    assert reminders.CALLED_IN in case.open_kinds()
    case.take("coordinator_answered", Party.COORDINATOR)
    assert Offer.objects.get().waiting_for == Waiting.FOLLOW_UP
    assert reminders.CALLED_IN not in case.open_kinds()


def test_whoever_called_in_the_coordinator_does_not_close_before_she_answered(case):
    case.take_all("accepted", "reached", "coordinator_called_in")
    with pytest.raises(flow.NotAllowed):
        case.take("closed")
    assert case.take("closed", Party.COORDINATOR).state == ContactState.CLOSED


def test_the_coordinator_still_hears_of_a_call_when_the_employee_stops(case):
    case.take_all("accepted", "reached", "coordinator_called_in")
    case.take("offer_declined", Party.EMPLOYEE)
    assert reminders.CALLED_IN in case.open_kinds()


def test_a_reminder_that_is_missing_is_found_at_night(case):
    case.take_all("accepted", "conversation")
    handed_back = ContactFactory(handed_back=True)
    ContactFactory(closed=True)
    before = set(Reminder.objects.values_list("key", flat=True))
    # Asking a supporter wrote to the person; the factories wrote nothing for the one that was handed back.
    assert announcing.key_of(case.offer.involvement_id) in before
    assert reconcile.reconcile(at=case.at) == 2
    assert set(Reminder.objects.exclude(key__in=before).values_list("kind", "subject_id")) == {
        (reminders.HANDED_BACK, handed_back.pk),
        (announcing.ANNOUNCED, handed_back.offer.involvement_id),
    }
    Reminder.objects.filter(kind=reminders.FOLLOW_UP).delete()
    assert reconcile.reconcile(at=case.at) == 1
    assert reminders.FOLLOW_UP in case.open_kinds()


@pytest.mark.parametrize("state", ContactState)
def test_a_contact_of_the_factory_says_what_its_log_says(state):
    contact = ContactFactory(**{state: True})
    facts = replay(list(contact.events.order_by("id")))
    for field in ("state", "next_step", "outcome", "accepted_at", "closed_at", "conversations"):
        assert getattr(contact, field) == getattr(facts, field), field
    assert (contact.reached_at is None) == (facts.reached_at is None)


def test_who_is_called_in_is_asked_until_she_answered(case):
    kind = kinds.get(reminders.CALLED_IN)
    case.take_all("accepted", "reached", "coordinator_called_in")
    assert kind.concerns(case.coordinator, case.contact.pk)
    assert not kind.concerns(case.supporter.user, case.contact.pk)
    case.take("closed", Party.COORDINATOR)
    assert not kind.concerns(case.coordinator, case.contact.pk)


def test_many_calls_for_the_coordinator_are_asked_about_at_once(case, django_assert_num_queries):
    concern = kinds.get(reminders.CALLED_IN).concern
    assert concern is not None
    case.take_all("accepted", "reached", "coordinator_called_in")
    other, answered = Case(), Case()
    other.take_all("accepted", "coordinator_called_in", "handed_back")
    answered.take_all("accepted", "coordinator_called_in")
    answered.take("coordinator_answered", Party.COORDINATOR)
    asked = [(each.coordinator, each.contact.pk) for each in (case, other, answered)]
    for user, _contact in asked:
        assert user.has_role(Role.COORDINATOR)
    supporter = case.supporter.user
    assert not supporter.has_role(Role.COORDINATOR)
    with django_assert_num_queries(3):
        assert concern(asked) == [True, True, False]
    with django_assert_num_queries(3):
        assert concern([*asked[2:], (supporter, case.contact.pk)]) == [False, False]


def test_reminders_concern_the_supporter_while_the_step_is_to_be_taken(case):
    assigned, late = kinds.get(reminders.ASSIGNED), kinds.get(reminders.ANSWER_LATE)
    assert assigned.concerns(case.supporter.user, case.contact.pk)
    assert not assigned.concerns(case.coordinator, case.contact.pk)
    assert late.concerns(case.coordinator, case.contact.pk)
    case.take("accepted")
    assert not assigned.concerns(case.supporter.user, case.contact.pk)
    assert not late.concerns(case.coordinator, case.contact.pk)


def test_the_coordinator_answers_only_when_called(case):
    with pytest.raises(flow.NotAllowed):
        case.take("coordinator_answered", Party.COORDINATOR)


def test_undo_is_one_more_line(case):
    case.take("accepted")
    case.take("attempt_failed", after=timedelta(minutes=1))
    case.undo()
    assert list(case.contact.events.order_by("id").values_list("kind", flat=True)) == [
        "assigned",
        "accepted",
        "attempt_failed",
        "corrected",
    ]
    case.undo()
    assert case.contact.state == ContactState.PROPOSED


def test_undo_within_ten_minutes_only(case):
    case.take("accepted")
    case.undo(after=UNDO_WITHIN)
    case.take("accepted")
    with pytest.raises(flow.EntryStands):
        case.undo(after=UNDO_WITHIN + timedelta(seconds=1))


def test_nobody_undoes_what_somebody_else_did(case):
    case.take("accepted")
    with pytest.raises(flow.NotAllowed):
        case.undo(Party.COORDINATOR)


def test_being_asked_is_not_undone(case):
    with pytest.raises(flow.NotAllowed):
        case.undo(Party.COORDINATOR)


def test_undo_after_somebody_else_was_asked_is_refused(case):
    case.take("handed_back")
    flow.propose(offer=case.offer, supporter=SupporterFactory(trained=True), by=case.coordinator, at=case.at)
    with pytest.raises(flow.AlreadyProposed):
        case.undo()


def test_undo_when_the_supporter_took_on_something_else_meanwhile_is_refused(case):
    case.take("handed_back")
    Supporter.objects.update(load=3)
    with pytest.raises(flow.NoCapacity):
        case.undo()


def test_the_log_is_append_only_in_the_database(case):
    with pytest.raises((IntegrityError, InternalError, ProgrammingError)):
        ContactEvent.objects.update(at=MONDAY)


def test_a_stale_contact_changes_nothing(case):
    seen = Contact.objects.get()
    case.take("accepted")
    with pytest.raises(flow.MovedOn):
        flow.record(contact=seen, kind=EventKind.ACCEPTED, by=case.supporter.user, at=case.at)
    assert case.contact.events.count() == 2


def test_a_second_tap_in_the_same_state_changes_nothing(case):
    case.take("accepted")
    seen = case.contact.events.latest("id").pk
    case.take("attempt_failed", seen=seen)
    with pytest.raises(flow.MovedOn):
        case.take("attempt_failed", seen=seen)
    assert case.contact.events.count() == 3


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("taps", [2, 8])
def test_taps_at_the_same_moment_are_one(taps):
    case = Case()
    case.take("accepted")
    seen = case.contact.events.latest("id").pk
    outcomes: list[str] = []
    start = Barrier(taps)

    def tap():
        start.wait()
        try:
            flow.record(
                contact=Contact.objects.get(pk=case.contact.pk),
                kind=EventKind.REACHED,
                by=case.supporter.user,
                at=case.at,
                seen=seen,
            )
            outcomes.append("done")
        except flow.MovedOn:
            outcomes.append("stale")
        finally:
            connection.close()

    threads = [Thread(target=tap) for _ in range(taps)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["done", *["stale"] * (taps - 1)]
    assert case.contact.events.filter(kind=EventKind.REACHED).count() == 1


@pytest.mark.django_db(transaction=True)
def test_supporter_accepts_while_the_coordinator_takes_it_back():
    for _ in range(5):
        case = Case()
        outcomes: list[str] = []
        start = Barrier(2)

        def take(kind, party, case=case, outcomes=outcomes, start=start):
            start.wait()
            try:
                case.take(kind, party)
                outcomes.append(kind)
            except flow.MovedOn:
                pass
            finally:
                connection.close()

        threads = [
            Thread(target=take, args=("accepted", Party.SUPPORTER)),
            Thread(target=take, args=("handed_back", Party.COORDINATOR)),
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        stored = Contact.objects.get(pk=case.contact.pk)
        assert outcomes == [stored.state]
        assert Supporter.objects.get(pk=case.supporter.pk).load == int(stored.state == ContactState.ACCEPTED)


@pytest.mark.django_db(transaction=True)
def test_many_hands_at_once_leave_the_load_right_and_nobody_waits_for_ever():
    """Supporter and coordinator act on eight contacts of one supporter, all at the same moment."""
    supporter = SupporterFactory(trained=True, capacity=8)
    coordinator = UserFactory(roles=[Role.COORDINATOR])
    offers = [OfferFactory(opened_at=MONDAY) for _ in range(8)]
    start = Barrier(16)
    unexpected: list[Exception] = []

    def act(offer, kind, by):
        start.wait()
        try:
            contact = flow.propose(offer=offer, supporter=supporter, by=coordinator, at=MONDAY)
            flow.record(contact=contact, kind=kind, by=by, at=MONDAY)
        except flow.ContactError:
            pass
        except Exception as error:  # noqa: BLE001 — a deadlock in a thread must not pass unseen
            unexpected.append(error)
        finally:
            connection.close()

    threads = [
        Thread(target=act, args=(offer, *step))
        for offer in offers
        for step in [(EventKind.ACCEPTED, supporter.user), (EventKind.HANDED_BACK, coordinator)]
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert unexpected == []
    supporter.refresh_from_db()
    assert supporter.load == Contact.objects.open().count()
    assert not [offer for offer in offers if offer.contacts.open().count() > 1]


def test_a_hospital_follows_up_at_least_once():
    with pytest.raises(IntegrityError):
        SupportPolicy.objects.create(follow_up_days=[])


STEPS = st.lists(
    st.tuples(
        st.sampled_from([*EventKind, "undo", "undo"]),
        st.sampled_from(Party),
        st.sampled_from([timedelta(minutes=1), HOUR, 2 * DAY]),
    ),
    max_size=14,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_whatever_is_done_the_rows_say_what_the_log_says(case, steps):
    Contact.objects.filter(pk=case.contact.pk).delete()
    Offer.objects.filter(pk=case.offer.pk).update(
        closed_at=None, outcome="", waiting_for=Waiting.ASSIGNMENT, reached_at=None
    )
    Supporter.objects.update(load=0, rests_until=None)
    Exclusion.objects.all().delete()
    Reminder.objects.all().delete()
    case.contact, case.at = case.propose(), MONDAY
    for kind, party, after in steps:
        try:
            if kind == "undo":
                case.undo(party, after)
            else:
                case.take(kind, party, after)
        except flow.ContactError:
            pass
    agrees_with_its_log(case)


STORED = (
    "state",
    "next_step",
    "outcome",
    "due_at",
    "accepted_at",
    "reached_at",
    "closed_at",
    "conversations",
)


def agrees_with_its_log(case):
    contact = Contact.objects.select_related("offer__incident", "offer__involvement", "supporter__user").get(
        pk=case.contact.pk
    )
    facts = replay(list(contact.events.order_by("id")))
    for field in (
        "state",
        "next_step",
        "outcome",
        "due_at",
        "accepted_at",
        "reached_at",
        "closed_at",
        "conversations",
    ):
        assert getattr(contact, field) == getattr(facts, field), field
        assert getattr(case.contact, field) == getattr(facts, field), field
    offer = contact.offer
    assert (offer.waiting_for, offer.due_at) == (
        facts.waiting_for,
        facts.wanted_by(WorkingHours.current().cover),
    )
    assert (offer.closed_at, offer.outcome) == (facts.closed_at, facts.outcome)
    assert (offer.offered_at, offer.reached_at) == (offer.opened_at, facts.reached_at)
    assert contact.supporter.load == int(facts.is_open)
    rests = facts.state == ContactState.CLOSED and facts.reached_at is not None
    assert contact.supporter.rests_until == (facts.closed_at + 7 * DAY if rests and facts.closed_at else None)
    waiting = Reminder.objects.filter(subject_id=contact.pk, done_at=None, cancelled_at=None)
    wanted = reminders.wanted(contact, facts, cover=WorkingHours.current().cover)
    assert sorted(waiting.values_list("key", "due_at")) == sorted((r.key, r.due_at) for r in wanted)


@pytest.mark.parametrize("model", [Offer, Contact, ContactEvent, Exclusion, ReachMe])
def test_there_is_nowhere_to_write_what_was_said(model):
    for field in model._meta.get_fields():
        if isinstance(field, models.TextField | models.JSONField | models.BinaryField):
            pytest.fail(f"{model.__name__}.{field.name} takes free text")
        if isinstance(field, models.CharField) and not isinstance(field, TelephoneField | MailField):
            assert field.choices, f"{model.__name__}.{field.name} takes free text"


def test_a_step_costs_no_more_statements_than_it_needs(django_assert_num_queries):
    """Three are read, locked, and four written, in a savepoint, and the hours of cover are read; then
    what the step itself asks for.
    """
    case = Case()
    own = {
        EventKind.ACCEPTED: 0,
        EventKind.ATTEMPT_FAILED: 1,  # the policy
        EventKind.REACHED: 2,  # the policy, who was reached first
        EventKind.CONVERSATION: 1,  # the policy
        # Its row, looked for and written, and the mails about it: dropped, woken, looked for and written.
        EventKind.APPOINTMENT_PLANNED: 7,
        # The last contact that ended, the policy, the supporter; and the appointment that is off by it.
        EventKind.CLOSED: 3 + 3,
    }
    for kind, statements in own.items():
        with django_assert_num_queries(10 + statements):
            case.take(kind)
