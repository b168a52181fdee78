"""A report is taken back by who made it, while nobody acted on it; nothing about people is left."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.urls import reverse

from accounts.enums import AccessAction, Role
from accounts.models import AccessEvent
from accounts.tests.factories import DepartmentFactory, UserFactory
from incidents.enums import EventType, IncidentKind
from incidents.models import Incident, Involvement
from incidents.reports import report_writer, withdrawal
from incidents.reports.report_writer import Involved, report_incident
from notifications.models import Reminder
from supporters.contacts.announcing import NOT_AFTER_ALL, mark_told
from supporters.enums import Outcome
from supporters.matching import assignment
from supporters.models import Offer
from supporters.offers import opening, own_support
from supporters.tests.factories import SupporterFactory

NOW = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
LATER = NOW + timedelta(minutes=10)
pytestmark = [pytest.mark.django_db, pytest.mark.clock(NOW)]
#: Whatever the reason: whoever reads it learns of nothing that was done.
STAYS = "This report stays as it is. Do you want to change something about it? Call the coordinator."


@pytest.fixture
def nurse():
    return UserFactory(name="Fatima el Idrissi")


def reported(reporter, kind=IncidentKind.VIM, involved=None, **fields):
    return report_incident(
        reporter=reporter,
        kind=kind,
        event_type=EventType.SAFETY,
        involved=[Involved(employee=UserFactory())] if involved is None else involved,
        submission_key=None,
        at=NOW,
        department=DepartmentFactory(),
        **fields,
    )


def test_leaves_the_reference_and_nobody(nurse):
    incident = reported(nurse, description="De pomp viel uit")
    named, record = incident.involvements.values_list("employee", "pk").get()
    mark_told(record, NOW)
    withdrawal.withdraw(incident=incident, by=nurse, at=LATER)
    incident.refresh_from_db()
    assert (incident.withdrawn_at, incident.description, incident.reporter) == (LATER, "", nurse)
    assert not Involvement.objects.exists()
    assert not Offer.objects.exists()
    # Who was told that a colleague calls is told that nobody does.
    news = Reminder.objects.get(done_at=None, cancelled_at=None)
    assert (news.kind, news.recipient_id, news.subject_id) == (NOT_AFTER_ALL, named, named)
    line = AccessEvent.objects.get(access_point="incidents:withdraw")
    assert (line.action, line.user, line.object_ref) == (AccessAction.ERASE, nurse, incident.reference)
    assert record not in AccessEvent.objects.filter(user=nurse).values_list("record", flat=True)


def test_nobody_is_added_to_it_any_more(nurse, client):
    incident = reported(nurse)
    add = reverse("incidents:add-people", args=[incident.reference])
    roll_call = reverse("support:roll-call", args=[incident.reference])
    client.force_login(UserFactory(roles=[Role.COORDINATOR]))
    assert add in client.get(roll_call).text
    withdrawal.withdraw(incident=incident, by=nurse, at=LATER)
    assert add not in client.get(roll_call).text
    answer = client.get(add, follow=True)
    assert answer.redirect_chain[-1][0] == reverse("incidents:detail", args=[incident.reference])
    assert "This report was taken back" in answer.text


@pytest.mark.parametrize("kind", [IncidentKind.SELF, IncidentKind.VIM])
def test_who_was_involved_themselves_is_not_its_reporter_any_more(nurse, kind):
    incident = reported(nurse, kind=kind, involved=[Involved(employee=nurse)])
    withdrawal.withdraw(incident=incident, by=nurse, at=LATER)
    incident.refresh_from_db()
    assert incident.reporter is None
    assert not AccessEvent.objects.filter(user=nurse).exists()


class TestSomebodyActed:
    @pytest.fixture
    def coordinator(self):
        return UserFactory(roles=[Role.COORDINATOR])

    @pytest.fixture
    def incident(self, nurse):
        return reported(nurse)

    def refused(self, incident, nurse):
        with pytest.raises(withdrawal.Acted):
            withdrawal.withdraw(incident=incident, by=nurse, at=LATER)
        assert Involvement.objects.exists()
        return True

    def test_asked_a_supporter(self, incident, nurse, coordinator):
        supporter = SupporterFactory(trained=True)
        assignment.assign(
            offer=Offer.objects.get(), supporter=supporter, by=coordinator, at=LATER, beyond_rules=True
        )
        assert self.refused(incident, nurse)

    def test_ended_an_offer(self, incident, nurse, coordinator):
        opening.close_offer(offer=Offer.objects.get(), outcome=Outcome.REFERRED, by=coordinator, at=LATER)
        assert self.refused(incident, nurse)

    def test_ended_it_though_the_employee_came_back(self, incident, nurse, coordinator):
        offer = Offer.objects.get()
        opening.close_offer(offer=offer, outcome=Outcome.REFERRED, by=coordinator, at=NOW)
        own_support.come_back(offer=offer, by=offer.involvement.employee, at=LATER)
        assert self.refused(incident, nurse)

    def test_added_somebody(self, incident, nurse, coordinator):
        report_writer.add_involved(
            incident=incident, involved=[Involved(employee=UserFactory())], by=coordinator, at=LATER
        )
        assert self.refused(incident, nurse)

    def test_took_it_for_a_calamity_already(self, nurse):
        assert self.refused(reported(nurse, kind=IncidentKind.CALAMITY, noticed_at=NOW), nurse)

    def test_took_it_back_before(self, incident, nurse):
        withdrawal.withdraw(incident=incident, by=nurse, at=LATER)
        with pytest.raises(withdrawal.Acted):
            withdrawal.withdraw(incident=incident, by=nurse, at=LATER)

    @pytest.mark.parametrize("chosen", ["no", "later", "how to reach me", "outside", "no, and then yes"])
    def test_what_somebody_who_was_named_chooses_is_no_act(self, incident, nurse, chosen):
        """Else the answer would say it, where only one is named."""
        offer = Offer.objects.get()
        by = offer.involvement.employee
        mark_told(offer.involvement_id, NOW)
        if chosen.startswith("no"):
            own_support.decline(offer=offer, by=by, at=NOW)
        if chosen == "no, and then yes":
            own_support.come_back(offer=offer, by=by, at=NOW)
        if chosen == "later":
            own_support.postpone(offer=offer, planned_for=NOW + timedelta(days=7), by=by, at=NOW)
        if chosen == "how to reach me":
            own_support.reach_me(offer=offer, wanted={"not_on_ward": True}, by=by, at=NOW)
        if chosen == "outside":
            own_support.ask_outside(offer=offer, wanted=True, by=by, at=NOW)
        withdrawal.withdraw(incident=incident, by=nurse, at=LATER)
        assert not Involvement.objects.exists()
        # Who had said no expects nobody.
        told = Reminder.objects.filter(kind=NOT_AFTER_ALL, cancelled_at=None)
        assert told.exists() == (chosen != "no")

    def test_reading_it_is_no_act(self, client, incident, nurse, coordinator):
        client.force_login(coordinator)
        client.get(reverse("incidents:detail", args=[incident.reference]))
        client.get(reverse("support:roll-call", args=[incident.reference]))
        withdrawal.withdraw(incident=incident, by=nurse, at=LATER)

    def test_which_of_these_is_not_told(self, client, incident, nurse, coordinator):
        """Asked, added, or simply a day later: one answer."""
        late = reported(nurse)
        Incident.objects.filter(pk=late.pk).update(reported_at=NOW - timedelta(hours=25))
        asked, added = incident, reported(nurse)
        assignment.assign(
            offer=Offer.objects.get(incident=asked),
            supporter=SupporterFactory(trained=True),
            by=coordinator,
            at=NOW,
            beyond_rules=True,
        )
        report_writer.add_involved(
            incident=added, involved=[Involved(employee=UserFactory())], by=coordinator, at=LATER
        )
        client.force_login(nurse)
        answers = {
            str(message)
            for one in (late, asked, added)
            for message in client.post(
                reverse("incidents:withdraw", args=[one.reference]), follow=True
            ).context["messages"]
        }
        [answer] = answers
        assert answer == STAYS

    def test_does_not_show_on_the_reporters_pages(self, client, incident, nurse, coordinator):
        """Only who presses the button learns it, and that costs the report if nobody did anything."""
        addresses = [
            reverse(f"incidents:{page}", args=[incident.reference])
            for page in ("detail", "received", "withdraw")
        ]
        client.force_login(nurse)
        before = [client.get(address).context["withdraws"] for address in addresses[:2]]
        opening.close_offer(offer=Offer.objects.get(), outcome=Outcome.REFERRED, by=coordinator, at=NOW)
        assert [client.get(address).context["withdraws"] for address in addresses[:2]] == before == [True] * 2
        question = client.get(addresses[2]).text
        assert "Take back report" in question
        assert "acted" not in question
        assert STAYS in client.post(addresses[2], follow=True).text

    def test_after_the_first_day_it_stays(self, incident, nurse):
        assert not withdrawal.may_ask(incident, user=nurse, at=NOW + timedelta(hours=25))
        with pytest.raises(withdrawal.Acted):
            withdrawal.withdraw(incident=incident, by=nurse, at=NOW + timedelta(hours=25))


class TestThePage:
    def url(self, incident, page="withdraw"):
        return reverse(f"incidents:{page}", args=[incident.reference])

    def test_asks_once_and_says_what_happened(self, client, nurse):
        incident = reported(nurse)
        client.force_login(nurse)
        for page in ("received", "detail"):
            assert self.url(incident) in client.get(self.url(incident, page)).text
        assert "Take back report 2026-0001?" in client.get(self.url(incident)).text
        page = client.post(self.url(incident), follow=True).text
        assert "Nobody is called." in page
        assert "Taken back" in page
        assert "Taken back by its reporter on 10 March 2026." in client.get(self.url(incident, "detail")).text
        assert client.get(self.url(incident, "received")).url == self.url(incident, "detail")

    def test_too_late_is_said(self, client, nurse):
        incident = reported(nurse, kind=IncidentKind.CALAMITY, noticed_at=NOW)
        client.force_login(nurse)
        assert self.url(incident) not in client.get(self.url(incident, "detail")).text
        assert STAYS in client.post(self.url(incident), follow=True).text

    def test_is_the_reporters_alone(self, client, nurse):
        incident = reported(nurse)
        client.force_login(UserFactory(roles=[Role.COORDINATOR]))
        assert client.post(self.url(incident)).status_code == 404

    def test_nothing_more_is_done_with_it(self, client, nurse):
        incident = reported(nurse)
        withdrawal.withdraw(incident=incident, by=nurse, at=LATER)
        client.force_login(UserFactory(roles=[Role.COORDINATOR]))
        page = client.get(self.url(incident, "detail")).text
        for name in ("incidents:add-people", "calamities:classify", "support:roll-call"):
            assert reverse(name, args=[incident.reference]) not in page
        with pytest.raises(report_writer.ReportEnded):
            report_writer.add_involved(incident=incident, involved=[], by=None, at=LATER)


@pytest.mark.django_db(transaction=True)
def test_who_is_asked_at_that_moment_wins_or_is_told(nurse):
    """Assigning and taking back at once: one of the two happens, and the other is refused in words."""
    coordinator, supporter = UserFactory(roles=[Role.COORDINATOR]), SupporterFactory(trained=True)
    for _ in range(5):
        incident = reported(nurse)
        offer = Offer.objects.get(incident=incident)
        steps = (
            lambda incident=incident: withdrawal.withdraw(incident=incident, by=nurse, at=LATER),
            lambda offer=offer: assignment.assign(
                offer=offer, supporter=supporter, by=coordinator, at=LATER, beyond_rules=True
            ),
        )
        with ThreadPoolExecutor(2) as pool:
            refusals = [error for error in pool.map(_refusal, steps) if error]
        assert refusals in ([withdrawal.Acted], [opening.OfferClosed])
        left = Offer.objects.filter(incident=incident).exists()
        assert left == (refusals == [withdrawal.Acted])
        assert Incident.objects.get(pk=incident.pk).has_ended != left


def _refusal(step):
    try:
        step()
    except (withdrawal.Acted, opening.OfferClosed) as error:
        return type(error)
    finally:
        connection.close()
    return None


def test_who_looks_after_people_is_led_to_what_became_of_a_report_that_was_taken_back(client, nurse):
    incident = reported(nurse)
    withdrawal.withdraw(incident=incident, by=nurse, at=LATER)
    client.force_login(UserFactory(roles=[Role.COORDINATOR]))
    page = client.get(reverse("support:roll-call", args=[incident.reference]), follow=True)
    assert page.redirect_chain[-1][0] == reverse("incidents:detail", args=[incident.reference])
    assert "Taken back by its reporter" in page.content.decode()
