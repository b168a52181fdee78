"""The parts of the day in which somebody likes to be called go before the term of the call."""

from datetime import UTC, datetime, time, timedelta

import pytest
from django.http import QueryDict
from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags

from accounts.enums import Role
from accounts.tests.factories import UserFactory
from hospital.clock import Cover, OfficeHours
from notifications.models import Reminder
from supporters.contacts import flow, reminders, words
from supporters.contacts.forms import NamelessForm, ReachMeForm
from supporters.contacts.wished_parts import met, wished_by, wished_from
from supporters.enums import EventKind
from supporters.models import Contact, Offer, ReachMe
from supporters.offers import own_support
from supporters.tests.factories import OfferFactory, SupporterFactory

OFFICE = OfficeHours().cover
#: Until eight in the evening on Monday and Thursday, until five on the other working days.
LATE, DAY = (time(8), time(20)), (time(8), time(17))
EVENINGS = Cover((LATE, DAY, DAY, LATE, DAY, None, None))
HOUR = timedelta(hours=1)


def at(day, hour, minute=0):
    """A moment of November 2026, by the clock in Amsterdam; the 23rd is a Monday."""
    return datetime(2026, 11, day, hour - 1, minute, tzinfo=UTC)


pytestmark = pytest.mark.clock(at(23, 10))


@pytest.mark.parametrize(
    ("due", "parts", "cover", "wanted"),
    [
        (at(24, 8), [], OFFICE, at(24, 8)),
        (at(24, 8), ["after_night"], OFFICE, at(24, 17)),
        (at(24, 8), ["afternoon"], OFFICE, at(24, 17)),
        (at(24, 9), ["morning"], OFFICE, at(24, 12)),
        (at(24, 14), ["morning"], OFFICE, at(24, 14)),
        (at(24, 9), ["evening", "morning"], EVENINGS, at(24, 12)),
        (at(24, 14), ["evening", "morning"], EVENINGS, at(24, 14)),
        (at(23, 17), ["evening"], EVENINGS, at(23, 20)),
        (at(23, 8), ["after_night"], EVENINGS, at(23, 20)),
        # On Tuesday nobody calls in the evening, on Thursday somebody does.
        (at(24, 17), ["evening"], EVENINGS, at(26, 20)),
        # Where nobody ever does, the term stays.
        (at(24, 17), ["evening"], OFFICE, at(24, 17)),
    ],
)
def test_a_term_ends_with_the_first_part_of_the_day_that_is_wished(due, parts, cover, wanted):
    assert wished_by(due, parts, cover) == wanted
    assert wished_by(wanted, parts, cover) == wanted


def test_only_parts_of_the_day_in_which_somebody_calls_can_be_chosen():
    assert "evening" not in met(OFFICE)
    assert "after_night" in met(OFFICE)
    assert "evening" in met(EVENINGS)
    shown = ReachMeForm(cover=OFFICE)
    assert "early in the evening" not in str(shown["parts_of_day"])
    assert "We call Monday to Friday from 08:00 until 17:00" in shown["parts_of_day"].help_text
    assert not ReachMeForm(cover=EVENINGS)["parts_of_day"].help_text
    assert "early in the evening" not in str(NamelessForm(cover=OFFICE)["parts_of_day"])
    # Of a page that was made under other hours.
    sent = QueryDict("telephone=0612345678&parts_of_day=evening")
    assert NamelessForm(sent, cover=OFFICE).is_valid()


def test_what_was_chosen_before_stays_with_a_word_that_nobody_calls_then():
    wish = ReachMe(parts_of_day=["evening", "morning"])
    shown = ReachMeForm(instance=wish, cover=OFFICE)["parts_of_day"]
    assert "early in the evening" in str(shown)
    assert "until 17:00, not on public holidays: not early in the evening." in shown.help_text
    assert words.asked_for(wish, cover=OFFICE) == [
        "Call in the morning.",
        "Would rather be called early in the evening, when nobody calls: agree on a moment.",
    ]
    assert words.asked_for(wish, cover=EVENINGS) == ["Call early in the evening, in the morning."]
    sent = {"parts_of_day": ["evening"]}
    assert not ReachMeForm(sent, instance=wish, cover=OFFICE)["parts_of_day"].errors


@pytest.mark.parametrize(
    ("now", "due", "parts", "begins"),
    [
        (at(23, 10), at(24, 17), [], at(23, 10)),
        (at(23, 10), at(24, 17), ["after_night"], at(23, 15)),
        (at(23, 16), at(24, 17), ["after_night"], at(23, 16)),
        (at(23, 18), at(24, 17), ["after_night"], at(24, 15)),
        (at(23, 18), at(24, 17), [], at(24, 8)),
        # It is late: as soon as calls are made.
        (at(24, 17, 30), at(24, 17), ["after_night"], at(25, 8)),
        (at(24, 10), at(24, 9), ["after_night"], at(24, 10)),
    ],
)
def test_from_when_on_to_call(now, due, parts, begins):
    assert wished_from(now, due, parts, OFFICE) == begins


@pytest.mark.django_db
class TestOfWhoWorksNights:
    """Promised a call by Tuesday at 8:00, and "not before 15:00: I work nights"."""

    @pytest.fixture
    def offer(self):
        return OfferFactory(opened_at=at(23, 8), first_contact_due_at=at(24, 8), involvement__typed_name="")

    @pytest.fixture
    def contact(self, offer):
        contact = flow.propose(
            offer=offer,
            supporter=SupporterFactory(trained=True),
            by=UserFactory(roles=[Role.COORDINATOR]),
            at=at(23, 9),
        )
        return self.take(contact, EventKind.ACCEPTED, at(23, 10))

    def take(self, contact, kind, moment):
        return flow.record(contact=contact, kind=kind, by=contact.supporter.user, at=moment)

    def wish(self, offer, *parts):
        employee = offer.involvement.employee
        own_support.reach_me(offer=offer, wanted={"parts_of_day": list(parts)}, by=employee, at=at(23, 10))

    def page(self, user, url, language="en"):
        client = Client(headers={"accept-language": language})
        client.force_login(user)
        return " ".join(strip_tags(client.get(url).text).split())

    def late(self, contact):
        return (
            Reminder.objects.waiting().get(subject_id=contact.pk, kind=reminders.CALL_LATE).due_at,
            Reminder.objects.waiting().get(subject_id=contact.pk, kind=reminders.NOT_CALLED).due_at,
        )

    def test_the_running_term_follows_a_wish_and_comes_back_without_it(self, offer, contact):
        figures = (offer.first_contact_due_at, offer.norm_due_at, offer.offered_at)
        assert (contact.due_at, self.late(contact)) == (at(24, 8), (at(24, 8), at(24, 10)))
        self.wish(offer, "after_night")
        contact, offer = Contact.objects.get(), Offer.objects.get()
        assert contact.due_at == offer.due_at == at(24, 17)
        assert self.late(contact) == (at(25, 8), at(25, 10))
        assert (offer.first_contact_due_at, offer.norm_due_at, offer.offered_at) == figures
        self.wish(offer)
        assert Contact.objects.get().due_at == Offer.objects.get().due_at == at(24, 8)
        assert self.late(contact) == (at(24, 8), at(24, 10))

    def test_a_wish_from_before_holds_for_the_first_call_and_for_the_next(self, offer):
        self.wish(offer, "after_night")
        contact = flow.propose(
            offer=offer,
            supporter=SupporterFactory(trained=True),
            by=UserFactory(roles=[Role.COORDINATOR]),
            at=at(23, 9),
        )
        contact = self.take(contact, EventKind.ACCEPTED, at(23, 10))
        assert contact.due_at == at(24, 17)
        contact = self.take(contact, EventKind.ATTEMPT_FAILED, at(24, 15, 30))
        assert contact.due_at == at(25, 17)
        contact = flow.undo(contact=contact, by=contact.supporter.user, at=at(24, 15, 35))
        assert contact.due_at == at(24, 17)

    def test_what_is_missing_is_written_with_the_same_moment(self, offer, contact):
        self.wish(offer, "after_night")
        found = {row.kind: row.due_at for row in reminders.expected(at(23, 11))}
        assert found[reminders.CALL_LATE] == at(25, 8)

    def test_both_sides_read_the_same(self, offer, contact):
        self.wish(offer, "after_night")
        theirs = self.page(contact.supporter.user, reverse("contacts:detail", args=[contact.pk]))
        assert "Call by tomorrow at 17:00" in theirs
        assert "Call not before 15:00: I work nights." in theirs
        assert "Call by tomorrow at 17:00" in self.page(contact.supporter.user, reverse("contacts:list"))
        employee = offer.involvement.employee
        for url in ("/me/", "/"):
            assert "You’ll be called by tomorrow at 17:00." in self.page(employee, url)
        assert "Je wordt uiterlijk morgen om 17:00 gebeld." in self.page(employee, "/me/", "nl")
        assert "Sooner after all" not in self.page(employee, "/me/")

    def test_the_own_page_says_so_while_nobody_is_asked(self, offer):
        self.wish(offer, "after_night")
        assert "You’ll be called by tomorrow at 17:00." in self.page(offer.involvement.employee, "/me/")

    @pytest.mark.clock(at(24, 9))
    def test_nobody_is_late_before_that_part_of_the_day_is_over(self, offer, contact):
        self.wish(offer, "after_night")
        theirs = self.page(contact.supporter.user, reverse("contacts:detail", args=[contact.pk]))
        assert "Call today from 15:00" in theirs
        mine = self.page(offer.involvement.employee, "/me/")
        assert "You’ll be called by today at 17:00. Nobody calls before today at 15:00." in mine
