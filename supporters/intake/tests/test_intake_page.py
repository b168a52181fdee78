"""The coordinator's intake as a page: without a keyboard, without JavaScript, several at once."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from accounts.enums import Role
from accounts.tests.factories import UserFactory
from incidents.enums import Harm
from supporters.enums import IntakeState, NotNeededReason
from supporters.intake import unnamed_reports
from supporters.models import UnnamedReport
from supporters.tests.factories import UnnamedReportFactory

NOW = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
URL = "/support/intake/"
pytestmark = [pytest.mark.django_db, pytest.mark.clock(NOW)]


@pytest.fixture
def coordinator(client):
    user = UserFactory(roles=[Role.COORDINATOR])
    client.force_login(user)
    return user


def state_of(row):
    return UnnamedReport.objects.get(pk=row.pk).state


def decide(client, *rows, reason=NotNeededReason.NOBODY, **more):
    data = {"report": [row.pk for row in rows], "reason": reason, **more}
    return client.post(reverse("support:intake-decide"), data, follow=True)


def ask(client, **data):
    return client.post(reverse("support:intake-ask"), data, follow=True).text


class TestShowing:
    def test_kind_harm_department_moment_and_what_the_reporter_was_told(self, client, coordinator):
        row = UnnamedReportFactory(incident__harm=Harm.SERIOUS, incident__department__name="Verloskunde")
        page = client.get(URL).text
        assert row.incident.reference in page
        for said in ("Safety incident in care", "Serious harm or death", "Verloskunde", "1 hour ago"):
            assert said in page
        assert "The reporter reads: “Nobody is named on it yet." in page
        assert f'aria-label="Mark: {row.incident.reference}"' in page
        for name in ("incidents:add-people", "support:join", "incidents:detail"):
            assert reverse(name, args=[row.incident.reference]) in page

    def test_late_ones_under_a_heading_of_their_own(self, client, coordinator):
        UnnamedReportFactory(late=True)
        assert ">Late</h2>" in client.get(URL).text

    def test_the_description_is_not_on_the_list(self, client, coordinator):
        UnnamedReportFactory(incident__description="De pomp viel uit")
        assert "De pomp" not in client.get(URL).text

    def test_without_a_reporter_nobody_can_be_asked(self, client, coordinator):
        UnnamedReportFactory(incident__reporter=None)
        page = client.get(URL).text
        assert "Came without a reporter" in page
        assert 'name="one"' not in page

    @pytest.mark.parametrize("show", ["", "closing", "by_rule", "not_needed", "other"])
    def test_nothing_there_is_said(self, client, coordinator, show):
        found = client.get(URL, {"show": show})
        assert ("Nothing waits here" if show in {"", "other"} else "There are none") in found.text

    def test_what_was_decided_says_why_and_by_whom(self, client, coordinator):
        UnnamedReportFactory(not_needed=True, decided_by__name="Noor de Wit")
        page = client.get(URL, {"show": "not_needed"}).text
        assert "Nobody was affected" in page
        assert "Noor de Wit" in page

    def test_not_what_one_is_involved_in(self, client, coordinator):
        row = UnnamedReportFactory()
        row.incident.involvements.create(employee=coordinator, added_at=NOW)
        assert row.incident.reference not in client.get(URL).text

    def test_what_one_reported_oneself_is_there(self, client, coordinator):
        row = UnnamedReportFactory(incident__reporter=coordinator)
        assert row.incident.reference in client.get(URL).text

    def test_is_reached_from_the_worklist_with_its_number(self, client, coordinator):
        UnnamedReportFactory(late=True)
        page = client.get(reverse("support:worklist")).text
        assert f'href="{URL}"' in page
        assert "1<span> late</span>" in page


class TestDeciding:
    def test_several_at_once_in_one_of_four_words(self, client, coordinator):
        rows = UnnamedReportFactory.create_batch(2)
        page = decide(client, *rows, reason=NotNeededReason.NOT_OURS).text
        assert "2 reports: no support needed." in page
        assert {state_of(row) for row in rows} == {IntakeState.NOT_NEEDED}

    def test_is_undone_with_one_button(self, client, coordinator):
        rows = UnnamedReportFactory.create_batch(2)
        page = decide(client, *rows).text
        (undo_url,) = {url for row in rows if (url := reverse("support:intake-undo", args=[row.pk])) in page}
        assert "Undone." in client.post(undo_url, follow=True).text
        assert {state_of(row) for row in rows} == {IntakeState.OPEN}

    def test_not_after_ten_minutes(self, client, coordinator, time_machine):
        row = UnnamedReportFactory()
        decide(client, row)
        time_machine.move_to(NOW + timedelta(minutes=11))
        page = client.post(reverse("support:intake-undo", args=[row.pk]), follow=True).text
        assert "This can no longer be undone." in page
        assert state_of(row) == IntakeState.NOT_NEEDED

    @pytest.mark.parametrize("reason", ["", "because"])
    def test_a_word_of_ones_own_is_none(self, client, coordinator, reason):
        row = UnnamedReportFactory()
        assert "Mark a report first" in decide(client, row, reason=reason).text
        assert state_of(row) == IntakeState.OPEN

    def test_with_nothing_marked_it_is_asked_to_mark(self, client, coordinator):
        assert "Mark a report first" in decide(client).text

    def test_who_comes_second_reads_what_a_colleague_did(self, client, coordinator):
        row = UnnamedReportFactory(not_needed=True)
        page = decide(client, row).text
        said = f"A colleague was just before you with report {row.incident.reference}: No support needed."
        assert said in page
        assert "Undo" not in page

    def test_comes_back_to_the_list_it_was_done_on(self, client, coordinator):
        row = UnnamedReportFactory(closing=True)
        found = decide(client, row, show="closing")
        assert found.redirect_chain[-1][0] == f"{URL}?show=closing"


class TestAsking:
    def test_one_by_its_button(self, client, coordinator):
        row, other = UnnamedReportFactory.create_batch(2)
        assert "1 reporter was asked." in ask(client, one=row.pk, report=[other.pk])
        assert UnnamedReport.objects.get(pk=other.pk).asked_at is None
        page = client.get(URL).text
        assert "Reporter asked" in page
        assert f'value="{row.pk}" formaction' not in page

    def test_what_is_marked(self, client, coordinator):
        rows = [
            *UnnamedReportFactory.create_batch(2),
            UnnamedReportFactory(asked=True),
            UnnamedReportFactory(incident__reporter=None),
            UnnamedReportFactory(by_rule=True),
        ]
        page = ask(client, report=[row.pk for row in rows])
        for said in (
            "2 reporters were asked.",
            "1 reporter was asked today already.",
            "1 report came without a reporter who can be asked.",
            "A colleague was just before you",
        ):
            assert said in page

    def test_nothing_marked(self, client, coordinator):
        assert "Mark a report first." in ask(client, one="x")


class TestTakingUp:
    def test_what_a_rule_closed_waits_again(self, client, coordinator):
        row = UnnamedReportFactory(by_rule=True)
        page = client.get(URL, {"show": "by_rule"}).text
        url = reverse("support:intake-take-up", args=[row.pk])
        assert url in page
        assert "It waits for you again." in client.post(url, {"show": "by_rule"}, follow=True).text
        assert state_of(row) == IntakeState.OPEN

    def test_a_colleague_was_faster(self, client, coordinator):
        row = UnnamedReportFactory(by_rule=True)
        unnamed_reports.take_up(report=row, by=UserFactory(roles=[Role.COORDINATOR]), at=NOW)
        url = reverse("support:intake-take-up", args=[row.pk])
        assert "A colleague was just before you" in client.post(url, follow=True).text

    def test_not_what_one_is_involved_in(self, client, coordinator):
        row = UnnamedReportFactory(by_rule=True)
        row.incident.involvements.create(employee=coordinator, added_at=NOW)
        for name in ("support:intake-take-up", "support:intake-undo"):
            assert client.post(reverse(name, args=[row.pk])).status_code == 404
