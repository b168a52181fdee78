"""What an employee's home page says of who will call."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.html import strip_tags
from django.utils.translation import override

from accounts.enums import Role
from accounts.tests.factories import UserFactory
from incidents.models import Incident
from incidents.tests.factories import IncidentFactory, InvolvementFactory
from supporters.contacts import flow, own_link
from supporters.enums import EventKind
from supporters.models import MeetingPlace, Offer
from supporters.offers import own_calls, own_support, worklist
from supporters.offers.opening import begin_term
from supporters.tests.factories import ContactFactory, OfferFactory, SupporterFactory

PROMISE = re.compile(
    r"(?:You’ll be called|You hear of it by|Nobody calls before) [^.]*\.|You should [^.]*\.[^.]*\."
)
#: 19:17 in Amsterdam: nobody calls any more.
FRIDAY = datetime(2026, 11, 20, 18, 17, tzinfo=UTC)
SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)
BY_MONDAY = "You’ll be called by Monday 23 November at 17:00."
NOT_BEFORE = f"{BY_MONDAY} Nobody calls before Monday 23 November at 08:00."
#: 13:00, an hour after the supporter's answer was wanted; and a minute past five.
MONDAY = datetime(2026, 11, 23, 12, tzinfo=UTC)
MONDAY_EVENING = datetime(2026, 11, 23, 16, 1, tzinfo=UTC)
SEES_TO_IT = (
    "You should have been called by now, and we are sorry. The coordinator sees to it from %s at 08:00 on."
)
COORDINATOR_KNOWS = "You should have been called by now. The coordinator knows."
ASKED_LATE = "You should have been called by now. The coordinator has asked a colleague to call you."
HEARD_LATE = "You should have heard of it by now. The coordinator knows."
#: A call by a colleague, in whichever words.
PROMISES = re.compile(r"(calls|calls you|called|a mail) by ")
pytestmark = [pytest.mark.django_db, pytest.mark.clock(FRIDAY)]


@pytest.fixture
def employee(client):
    user = UserFactory()
    client.force_login(user)
    return user


def home(client):
    return client.get("/").content.decode()


def squeezed(page):
    return " ".join(strip_tags(page.text).split())


def test_home_says_that_a_colleague_will_call_and_who_once_somebody_said_yes(client, employee):
    offer = OfferFactory(involvement__employee=employee)
    assert "A colleague will call you" in home(client)
    contact = ContactFactory(proposed=True, offer=offer, supporter__user__name="Sam de Wit")
    assert "Sam de Wit" not in home(client)
    type(contact).objects.filter(pk=contact.pk).update(state="accepted", accepted_at=contact.proposed_at)
    assert "Sam de Wit will call you" in home(client)


def test_home_says_nothing_of_what_has_ended_or_is_somebody_elses(client, employee):
    OfferFactory()
    ContactFactory(closed=True, offer__involvement__employee=employee)
    assert "will call you" not in home(client)
    assert "is there for you" not in home(client)


def test_several_offers_cost_no_more_queries(client, employee):
    OfferFactory(involvement__employee=employee)
    home(client)
    with CaptureQueriesContext(connection) as few:
        home(client)
    OfferFactory.create_batch(3, involvement__employee=employee)
    with CaptureQueriesContext(connection) as many:
        assert home(client).count("A colleague will call you") == 1  # one line of support
    assert len(many) == len(few)


def test_whoever_has_a_desk_lands_there(client):
    client.force_login(UserFactory(roles=[Role.COORDINATOR]))
    assert client.get("/").status_code == 302


class AskedOnFriday:
    """A colleague who is promised a call on a Friday evening, or from `begun` on; and what is said of it."""

    def __init__(self, client, time_machine, *, begun=FRIDAY, asked_after=timedelta(minutes=1)):
        self.client, self.time_machine = client, time_machine
        self.offer = OfferFactory(opened_at=begun)
        begin_term(self.offer, begun)
        self.offer.save()
        self.employee = self.offer.involvement.employee
        self.ask(begun + asked_after)

    def ask(self, at):
        self.contact = flow.propose(
            offer=self.offer,
            supporter=SupporterFactory(trained=True),
            by=UserFactory(roles=[Role.COORDINATOR]),
            at=at,
        )

    def take(self, kind, at, **fields):
        by = self.contact.supporter.user
        self.contact = flow.record(contact=self.contact, kind=EventKind(kind), by=by, at=at, **fields)

    def told(self, at):
        """What the employee reads at `at` of who calls when, the same on the home page and on the own page;
        and whether the coordinator's worklist has it as late.
        """
        self.time_machine.move_to(at, tick=False)
        self.client.force_login(self.employee)
        pages = [" ".join(strip_tags(self.client.get(page).text).split()) for page in ("/", "/me/")]
        [said] = {" ".join(PROMISE.findall(page)) for page in pages}
        [(_group, [row])] = worklist.read(after="", now=at).groups
        return said, row.due_at < at


@pytest.fixture
def asked(client, time_machine):
    return AskedOnFriday(client, time_machine)


class TestPromisedCall:
    def test_a_supporter_who_does_not_answer_is_late_when_the_call_was_promised(self, asked):
        assert asked.told(FRIDAY + HOUR) == (NOT_BEFORE, False)
        assert asked.told(FRIDAY + 2 * DAY) == (
            "You’ll be called by tomorrow at 17:00. Nobody calls before tomorrow at 08:00.",
            False,
        )
        assert asked.told(MONDAY) == ("You’ll be called by today at 17:00.", True)  # the answer is late
        assert asked.told(MONDAY_EVENING) == (SEES_TO_IT % "tomorrow", True)
        assert asked.told(MONDAY + DAY) == (COORDINATOR_KNOWS, True)

    def test_a_supporter_who_was_asked_too_late_may_still_answer(self, client, time_machine):
        tuesday = MONDAY - 3 * HOUR + DAY
        asked = AskedOnFriday(client, time_machine, asked_after=tuesday - FRIDAY)
        assert asked.told(tuesday + 2 * HOUR) == (ASKED_LATE, False)
        assert asked.told(tuesday + 5 * HOUR) == (COORDINATOR_KNOWS, True)

    def test_the_day_that_was_asked_for_is_the_promise(self, asked):
        wish = datetime(2026, 11, 26, 16, tzinfo=UTC)
        own_support.postpone(offer=asked.offer, planned_for=wish, by=asked.employee, at=FRIDAY + HOUR)
        on_that_day = "You’ll be called Thursday 26 November."
        assert asked.told(FRIDAY + DAY) == (on_that_day, False)  # nobody calls today, and nobody would
        assert asked.told(MONDAY) == (on_that_day, True)  # an answer is wanted all the same
        asked.take("handed_back", MONDAY, reason="no_time")
        assert asked.told(MONDAY + HOUR) == (on_that_day, False)
        asked.ask(MONDAY + 2 * HOUR)
        asked.take("accepted", MONDAY + 2 * HOUR)
        assert asked.told(MONDAY + 3 * HOUR) == (on_that_day, False)

    def test_that_the_coordinator_was_alerted_does_not_make_the_call_late(self, asked):
        asked.take("accepted", FRIDAY + HOUR / 6)
        asked.take("coordinator_called_in", FRIDAY + HOUR / 6)
        assert asked.told(FRIDAY + HOUR / 3) == (NOT_BEFORE, False)

    def test_who_was_called_and_wants_somebody_else_is_promised_a_call_and_the_next_keeps_it(self, asked):
        asked.take("accepted", FRIDAY + HOUR)
        asked.take("conversation", FRIDAY + HOUR, mode="telephone")
        assert asked.told(FRIDAY + 2 * HOUR) == ("", False)
        own_support.ask_somebody_else(offer=asked.offer, by=asked.employee, at=FRIDAY + 5 * DAY)
        by = "You’ll be called by tomorrow at 17:00."
        assert asked.told(FRIDAY + 5 * DAY + HOUR) == (f"{by} Nobody calls before tomorrow at 08:00.", False)
        morning = datetime(2026, 11, 26, 9, tzinfo=UTC)
        asked.ask(morning)
        assert asked.told(morning + HOUR) == ("You’ll be called by today at 17:00.", False)
        asked.take("accepted", morning + HOUR)
        assert asked.told(morning + 2 * HOUR) == ("You’ll be called by today at 17:00.", False)

    def test_who_asks_for_somebody_else_and_then_outside_at_night_is_promised_it_anew(
        self, client, time_machine
    ):
        thursday = FRIDAY.replace(day=19, hour=9, minute=0)
        asked = AskedOnFriday(client, time_machine, begun=thursday)
        asked.take("accepted", thursday + HOUR)
        friday = FRIDAY.replace(hour=15, minute=30)
        asked.take("attempt_failed", friday)
        asked.take("coordinator_called_in", friday)
        talk = {
            "planned_for": MONDAY + DAY,
            "mode": "in_person",
            "place": MeetingPlace.objects.create(name="Room B2.14"),
        }
        asked.take("appointment_planned", friday, **talk)
        night = FRIDAY.replace(day=21, hour=3, minute=0)
        own_support.cannot_then(offer=asked.offer, by=asked.employee, at=night)
        assert asked.told(night + SECOND)[0] == NOT_BEFORE
        own_support.ask_somebody_else(offer=asked.offer, by=asked.employee, at=night + SECOND)
        # What the coordinator was alerted about on Friday has no answer yet.
        assert asked.told(night + 2 * SECOND) == (NOT_BEFORE, True)
        own_support.ask_outside(offer=asked.offer, wanted=True, by=asked.employee, at=night + 2 * SECOND)
        assert asked.told(night + 3 * SECOND) == ("You hear of it by Monday 23 November at 17:00.", True)
        assert asked.told(MONDAY) == ("You hear of it by today at 17:00.", True)
        assert asked.told(MONDAY_EVENING) == (HEARD_LATE, True)

    @pytest.mark.parametrize("outside", [False, True])
    def test_who_was_not_called_in_time_and_asks_for_another_is_promised_it_anew(self, asked, outside):
        asked.take("accepted", MONDAY)
        tuesday = MONDAY + DAY
        assert asked.told(tuesday) == (COORDINATOR_KNOWS, True)
        if outside:
            own_support.ask_outside(offer=asked.offer, wanted=True, by=asked.employee, at=tuesday)
        else:
            own_support.ask_somebody_else(offer=asked.offer, by=asked.employee, at=tuesday)
        begins = "You hear of it by" if outside else "You’ll be called by"
        assert asked.told(tuesday + SECOND) == (f"{begins} tomorrow at 13:00.", False)

    def test_who_was_asked_for_in_vain_and_asks_outside_hears_of_it_in_a_new_term(self, asked):
        asked.take("handed_back", MONDAY, reason="no_time")
        tuesday = MONDAY + DAY
        assert asked.told(tuesday) == (COORDINATOR_KNOWS, True)
        own_support.ask_outside(offer=asked.offer, wanted=True, by=asked.employee, at=tuesday)
        hears = "You hear of it by tomorrow at 13:00."
        assert asked.told(tuesday + SECOND) == (hears, False)
        own_support.ask_outside(offer=asked.offer, wanted=True, by=asked.employee, at=tuesday + 2 * HOUR)
        assert asked.told(tuesday + 2 * HOUR) == (hears, False)  # a second tap is no second wish

    def test_nobody_was_asked_while_the_coordinator_looks_for_the_next_one(self, asked):
        asked.take("accepted", MONDAY)
        asked.take("coordinator_called_in", MONDAY)
        asked.take("handed_back", MONDAY_EVENING, reason="no_time")
        assert asked.told(MONDAY_EVENING + HOUR) == (SEES_TO_IT % "tomorrow", True)

    def test_who_cannot_at_the_moment_that_was_agreed_reads_by_when_another_is_agreed_on(self, asked):
        asked.take("accepted", MONDAY)
        asked.take("conversation", MONDAY, mode="telephone")
        asked.take("appointment_planned", MONDAY, mode="telephone", planned_for=MONDAY + 3 * DAY)
        own_support.cannot_then(offer=asked.offer, by=asked.employee, at=MONDAY + HOUR)
        assert asked.told(MONDAY + 2 * HOUR) == ("You’ll be called by tomorrow at 14:00.", False)

    def test_whoever_comes_back_is_promised_a_call_again(self, asked):
        asked.take("accepted", FRIDAY + HOUR)
        asked.take("conversation", FRIDAY + HOUR, mode="telephone")
        own_support.decline(offer=asked.offer, by=asked.employee, at=FRIDAY + 2 * HOUR)
        back = MONDAY + 7 * DAY
        own_support.come_back(offer=asked.offer, by=asked.employee, at=back)
        by_tomorrow = "You’ll be called by tomorrow at 13:00."
        assert asked.told(back + HOUR) == (by_tomorrow, False)
        asked.ask(back + HOUR)
        asked.take("accepted", back + HOUR)
        assert asked.told(back + 2 * HOUR) == (by_tomorrow, False)

    def test_in_dutch_too(self, asked):
        asked.told(FRIDAY + HOUR)
        with override("en"):  # what follows is not in Dutch
            page = asked.client.get("/me/", headers={"accept-language": "nl"}).text
        page = " ".join(strip_tags(page).split())
        assert "Je wordt uiterlijk maandag 23 november om 17:00 gebeld." in page
        assert "Vóór maandag 23 november om 08:00 belt er niemand." in page


def test_who_can_only_be_mailed_is_promised_a_mail(client, employee):
    type(employee).objects.filter(pk=employee.pk).update(telephone="")
    offer = OfferFactory(involvement__employee=employee)
    for page in (home(client), client.get("/me/").text):
        assert "You’ll get a mail by" in page
        assert "You’ll be called" not in page
    assert "A colleague will mail you" in home(client)
    contact = ContactFactory(accepted=True, offer=offer, supporter__user__name="Sam de Wit")
    assert "Sam de Wit will mail you" in home(client)
    client.force_login(contact.supporter.user)
    # Who gives a number is called.
    own_support.reach_me(offer=offer, wanted={"telephone": "0612345678"}, by=employee, at=FRIDAY)
    client.force_login(employee)
    assert "Sam de Wit will call you" in home(client)


def test_later_can_be_sooner_after_all(client, employee):
    offer = OfferFactory(involvement__employee=employee, opened_at=FRIDAY)
    assert "Sooner after all" not in client.get("/me/").text
    own_support.postpone(offer=offer, planned_for=FRIDAY + 14 * DAY, by=employee, at=FRIDAY)
    page = client.get("/me/").text
    assert "Sooner after all" in page
    [decide] = set(re.findall(r'action="(/me/[^"]+)"', page))
    client.post(decide, {"decision": "sooner"})
    offer.refresh_from_db()
    assert offer.first_contact_due_at < FRIDAY + 4 * DAY
    # The term of anybody who is named now, and no day before which nobody calls.
    assert offer.not_before is None
    page = client.get("/me/").text
    assert "Sooner after all" not in page
    assert "You’ll be called by" in page


@pytest.mark.parametrize(
    ("at", "by"),
    [(MONDAY, "tomorrow at 13:00"), (MONDAY_EVENING, "tomorrow at 17:00")],
)
@pytest.mark.parametrize("way", [[], ["accepted"], ["accepted", "reached"]])
def test_sooner_says_day_and_hour_to_both_of_them_and_to_who_is_asked_next(
    client, employee, time_machine, at, by, way
):
    time_machine.move_to(FRIDAY)
    offer = OfferFactory(involvement__employee=employee, opened_at=FRIDAY)
    coordinator = UserFactory(roles=[Role.COORDINATOR])

    def ask(moment):
        supporter = SupporterFactory(trained=True)
        return flow.propose(offer=offer, supporter=supporter, by=coordinator, at=moment)

    contact = ask(FRIDAY)
    for kind in way:
        contact = flow.record(contact=contact, kind=EventKind(kind), by=contact.supporter.user, at=FRIDAY)
    own_support.postpone(offer=offer, planned_for=FRIDAY + 14 * DAY, by=employee, at=FRIDAY)
    time_machine.move_to(at)
    own_support.sooner(offer=offer, by=employee, at=at)
    client.force_login(employee)
    for page in (home(client), client.get("/me/").text):
        assert f"You’ll be called by {by}." in " ".join(strip_tags(page).split())
    if way != ["accepted", "reached"]:
        contact.refresh_from_db()
        offer.refresh_from_db()
        flow.withdraw(contact=contact, by=coordinator, at=at)
        contact = flow.record(
            contact=(other := ask(at)), kind=EventKind.ACCEPTED, by=other.supporter.user, at=at
        )
        client.force_login(contact.supporter.user)
        words = f"Call by {by}" if at == MONDAY else "Call tomorrow from 08:00"
        assert words in squeezed(client.get(f"/contacts/{contact.pk}/"))
        assert contact.due_at == offer.first_contact_due_at


def test_later_and_then_outside_says_outside_alone(client, employee):
    offer = OfferFactory(involvement__employee=employee, opened_at=FRIDAY)
    own_support.postpone(offer=offer, planned_for=FRIDAY + 14 * DAY, by=employee, at=FRIDAY)
    own_support.ask_outside(offer=offer, wanted=True, by=employee, at=FRIDAY)
    for page in (home(client), client.get("/me/").text):
        assert "looks for help outside the hospital" in page
        assert "You hear of it by" in page
        assert "be called" not in page
        assert "A colleague will call you" not in page


class TestWhoAsksAgain:
    """While somebody calls already nobody is looked for, and no page says so."""

    SEARCH = "The coordinator looks for a colleague"
    PAGES = ("/", "/incidents/new/self/", "/incidents/{}/received/", "/incidents/{}/")

    @pytest.fixture
    def asks(self, client, employee):
        """What the pages say, before the support is asked for again and after."""

        def read():
            client.post("/incidents/new/self/", {"event_type": "", "send": "1"})
            reference = Incident.objects.filter(kind="self").latest("reported_at").reference
            return [squeezed(client.get(each.format(reference))) for each in self.PAGES]

        return read

    @pytest.mark.parametrize(
        ("state", "said"),
        [
            ("accepted", "The colleague who is there for you already hears it"),
            ("in_contact", "The colleague who is there for you already hears it"),
            ("proposed", "The colleague who has been asked for you already hears it"),
        ],
    )
    def test_reads_that_who_is_there_hears_it(self, asks, employee, state, said):
        offer = OfferFactory(involvement__employee=employee)
        ContactFactory(**{state: True}, offer=offer, open_for=employee)
        for page in asks():
            assert said in page
            assert self.SEARCH not in page

    def test_for_the_first_time_or_after_the_end_reads_that_somebody_is_looked_for(self, asks, employee):
        ContactFactory(closed=True, offer__involvement__employee=employee)
        home, *others = asks()
        assert "A colleague calls you by" in home
        for page in others:
            assert self.SEARCH in page
            assert "already hears it" not in page

    def test_what_they_asked_for_first_goes_on_saying_what_is_done(self, asks, employee):
        asks()
        offer = Offer.objects.get()
        ContactFactory(accepted=True, offer=offer, open_for=employee)
        assert own_calls.already_there(employee, offer.incident) == ""


@pytest.mark.whole_pool
class TestWhereNobodyCanBeAsked:
    """Nobody promises a call that nobody can make, on any page that says one."""

    @pytest.fixture
    def pages(self, client, employee):
        OfferFactory(involvement__employee=employee)
        offer = OfferFactory(involvement__by_hand=True)
        report = IncidentFactory(reporter=employee)
        InvolvementFactory(incident=report)
        addresses = [
            *("/", reverse("help"), reverse("me"), own_link.address(offer.involvement_id)),
            *(reverse("incidents:report", args=[kind]) for kind in ("vim", "self", "colleague")),
            *(reverse(f"incidents:{name}", args=[report.reference]) for name in ("received", "detail")),
        ]
        client.force_login(employee)

        def texts():
            return {each: client.get(each, headers={"accept-language": "en"}).text for each in addresses}

        return texts

    def test_the_coordinator_gets_in_touch(self, pages):
        UserFactory(roles=[Role.COORDINATOR])
        SupporterFactory(trained=True, absent=True)
        for address, text in pages().items():
            assert "A colleague is there for you" not in text
            assert "The coordinator gets in touch" in text, address
            assert not PROMISES.search(text), address

    def test_without_a_coordinator_no_call_is_promised(self, pages):
        SupporterFactory(trained=True)
        for address, text in pages().items():
            assert "There is nobody yet who can get in touch" in text, address
            assert not PROMISES.search(text), address

    def test_with_both_a_colleague_calls(self, pages):
        UserFactory(roles=[Role.COORDINATOR])
        SupporterFactory(trained=True)
        for address, text in pages().items():
            assert "nobody yet" not in text, address
            assert PROMISES.search(text), address
