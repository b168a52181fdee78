from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from accounts.enums import Role
from accounts.models import AccessEvent
from accounts.tests.factories import DepartmentFactory, UserFactory
from accounts.tests.markup import squeezed
from incidents.enums import EventType, Ground, IncidentKind, Step, Verdict
from incidents.models import Milestone
from incidents.reports.report_writer import Involved, report_incident
from incidents.tests.factories import DutyFactory

NOTICED = datetime(2026, 3, 9, 8, 0, tzinfo=UTC)  # Monday 9:00
NOW = NOTICED + timedelta(hours=2)
pytestmark = [pytest.mark.django_db, pytest.mark.clock(NOW)]


def reported(kind=IncidentKind.CALAMITY, **changes):
    given = {"noticed_at": NOTICED, "involved": [], "department": DepartmentFactory(), **changes}
    return report_incident(
        reporter=UserFactory(),
        kind=kind,
        event_type=EventType.SAFETY,
        submission_key=None,
        at=NOTICED + timedelta(hours=1),
        **given,
    )


@pytest.fixture
def sign_in(client):
    def as_(*roles, **fields):
        user = UserFactory(roles=roles, **fields)
        client.force_login(user)
        return user

    return as_


def page_of(incident, name="detail"):
    return reverse(f"calamities:{name}", args=[incident.reference])


def decide(client, incident, verdict, **data):
    form = client.get(page_of(incident, "classify")).context["form"]
    data = {"verdict": verdict, "seen": form["seen"].value(), **data}
    return client.post(page_of(incident, "classify"), data)


class TestTheCommittee:
    def test_establishes_and_what_starts_then_is_computed_anew(self, client, sign_in):
        sign_in(Role.CCP)
        calamity = reported()
        response = decide(client, calamity, Verdict.CALAMITY, moment="2026-03-09T10:00")
        assert response.url == page_of(calamity)
        analysis = Milestone.objects.get(incident=calamity, step=Step.ANALYSIS)
        assert analysis.internal_due_at == datetime(2026, 4, 6, 8, 0, tzinfo=UTC)
        page = client.get(page_of(calamity)).content.decode()
        assert "Recorded: Calamity." in page
        assert "Established as a calamity" in page
        assert AccessEvent.objects.filter(action="change", object_ref=calamity.reference).count() == 1

    def test_not_known_when_noticed_it_is_not_established_before_the_report(self, client, sign_in):
        sign_in(Role.COORDINATOR)
        incident = reported(kind=IncidentKind.EVENT, noticed_at=None)
        decide(client, incident, Verdict.REPORTED, noticed_at="")
        sign_in(Role.CCP)
        response = decide(client, incident, Verdict.CALAMITY, moment="2026-03-08T10:00", noticed_at="")
        assert "earlier than when it was reported: 9 March 2026 10:00" in response.content.decode()
        response = decide(
            client, incident, Verdict.CALAMITY, moment="2026-03-08T10:00", noticed_at="2026-03-08T09:00"
        )
        assert response.url == page_of(incident)

    def test_sees_the_time_to_establish_as_a_clock_of_its_own(self, client, sign_in):
        sign_in(Role.CCP)
        calamity = reported(in_doubt=True)
        page = client.get(page_of(calamity)).content.decode()
        assert "In doubt" in page
        assert "Establish whether it is a calamity" in page
        assert "20 April 2026" in page
        assert "After the decision" in page

    def test_ends_it_with_a_ground_and_takes_it_up_again(self, client, sign_in):
        sign_in(Role.CCP)
        calamity = reported()
        assert "Choose why." in decide(client, calamity, Verdict.NONE).content.decode()
        decide(client, calamity, Verdict.NONE, ground=Ground.EXPECTED)
        page = squeezed(client.get(page_of(calamity)).content.decode())
        assert "No calamity after all" in page
        assert "An expected course or a known complication" in page
        assert page.count("track-state") == page.count(">Ended<") == 7
        assert "Set or correct a step" not in page
        assert calamity.reference in client.get(reverse("calamities:list")).content.decode()
        decide(client, calamity, Verdict.CALAMITY, moment="2026-03-09T10:00")
        assert "No calamity after all" not in client.get(page_of(calamity)).content.decode()

    def test_reads_once_at_the_field_that_an_earlier_moment_is_kept(self, client, sign_in):
        sign_in(Role.CCP)
        calamity = reported()
        decide(client, calamity, Verdict.CALAMITY, moment="2026-03-09T10:00")
        decide(client, calamity, Verdict.NONE, ground=Ground.EXPECTED)
        said = "taken up again it keeps that moment"
        assert client.get(page_of(calamity, "classify")).text.count(said) == 1
        refused = decide(client, calamity, Verdict.CALAMITY, moment="2026-03-09T10:30").text
        form_alone = refused.split("error-summary", 1)[1].split("</ul>", 1)[1]
        assert form_alone.count(said) == 1

    def test_reads_that_a_notice_stays_made_whatever_form_it_is(self, client, sign_in):
        member = sign_in(Role.CCP)
        calamity = reported()
        said = "The inspectorate was notified already"
        assert said not in client.get(page_of(calamity, "classify")).text
        calamity.milestones.filter(step=Step.IGJ).update(done_at=NOW, done_by=member)
        assert said in client.get(page_of(calamity, "classify")).text
        decide(client, calamity, Verdict.VIOLENCE, moment="2026-03-09T10:00")
        assert calamity.milestones.get(step=Step.IGJ).done_at == NOW

    @pytest.mark.parametrize(
        ("data", "said"),
        [
            ({"verdict": Verdict.CALAMITY}, "Say when this was established."),
            ({"verdict": Verdict.CALAMITY, "moment": "2026-03-09T08:00"}, "earlier than when it was noticed"),
            ({"verdict": Verdict.CALAMITY, "moment": "2025-03-01T09:00"}, "earlier than when it was noticed"),
            ({"verdict": Verdict.CALAMITY, "moment": "2026-03-09T12:00"}, "still to come"),
            ({"verdict": "party"}, "Select a valid choice"),
            ({"verdict": ""}, "This field is required."),
        ],
    )
    def test_what_cannot_be_comes_back_with_words(self, client, sign_in, data, said):
        sign_in(Role.CCP)
        calamity = reported()
        assert said in decide(client, calamity, **data).content.decode()
        calamity.refresh_from_db()
        assert calamity.verdict == Verdict.REPORTED

    def test_nothing_chosen_is_said(self, client, sign_in):
        sign_in(Role.CCP)
        assert "What is it?: This field is required." in client.post(page_of(reported(), "classify"), {}).text

    def test_who_is_second_is_told(self, client, sign_in):
        sign_in(Role.CCP)
        calamity = reported()
        stale = {"verdict": Verdict.NONE, "ground": Ground.MISTAKE, "seen": "reported"}
        decide(client, calamity, Verdict.CALAMITY, moment="2026-03-09T10:00")
        response = client.post(page_of(calamity, "classify"), stale)
        assert response.url == page_of(calamity)
        assert (
            "This has just been changed, by somebody else" in client.get(page_of(calamity)).content.decode()
        )

    def test_notifies_violence_on_its_own_form(self, client, sign_in):
        sign_in(Role.CCP)
        calamity = reported()
        decide(client, calamity, Verdict.VIOLENCE, moment="2026-03-09T10:00")
        page = squeezed(client.get(page_of(calamity)).content.decode())
        assert "Violence in the care relationship" in page
        assert page.count(">Ended<") == 6
        assert "Choose the team" not in page

    def test_cannot_decide_what_it_does_not_follow(self, client, sign_in):
        sign_in(Role.CCP)
        assert client.get(page_of(reported(kind=IncidentKind.VIM), "classify")).status_code == 404


class TestTheCoordinator:
    def test_brings_an_incident_before_the_committee(self, client, sign_in):
        sign_in(Role.COORDINATOR)
        incident = reported(
            kind=IncidentKind.VIM, noticed_at=None, involved=[Involved(employee=UserFactory(email=""))]
        )
        detail = client.get(reverse("incidents:detail", args=[incident.reference])).content.decode()
        assert page_of(incident, "classify") in detail
        decide(client, incident, Verdict.DOUBT, noticed_at="2026-03-09T09:30")
        page = client.get(page_of(incident)).content.decode()
        assert "In doubt" in page
        assert "Incident (VIM)" in page
        support = Milestone.objects.get(incident=incident, step=Step.SUPPORT)
        assert (support.offered, support.involved) == (0, 1)
        assert client.get(page_of(incident, "classify")).status_code == 404
        late = client.post(page_of(incident, "classify"), {"verdict": Verdict.DOUBT, "seen": "none"})
        assert late.url == page_of(incident)
        assert "This has just been changed, by somebody else" in client.get(late.url).content.decode()

    def test_does_not_with_a_question_for_support(self, client, sign_in):
        sign_in(Role.COORDINATOR)
        incident = reported(
            kind=IncidentKind.SELF, noticed_at=None, involved=[Involved(employee=UserFactory())]
        )
        assert client.get(page_of(incident, "classify")).status_code == 404
        for posted in ({}, {"verdict": Verdict.DOUBT}, {"verdict": Verdict.DOUBT, "seen": "none"}):
            assert client.post(page_of(incident, "classify"), posted).status_code == 404
        incident.refresh_from_db()
        assert incident.kind == IncidentKind.SELF


class TestTheDirector:
    def test_confirms_to_have_been_told(self, client, sign_in):
        director = sign_in(Role.DIRECTOR)
        calamity = reported()
        DutyFactory(starts_at=NOTICED, director=director)
        page = client.get(page_of(calamity)).content.decode()
        assert "I have been told" in page
        assert f"Director on duty: {director.name}, deputy " in " ".join(page.split())
        client.post(page_of(calamity, "told"))
        step = Milestone.objects.get(incident=calamity, step=Step.DIRECTOR)
        assert (step.done_at, step.done_by) == (NOW, director)
        assert "I have been told" not in client.get(page_of(calamity)).content.decode()
        client.post(page_of(calamity, "told"))
        assert (
            "This has just been changed, by somebody else" in client.get(page_of(calamity)).content.decode()
        )

    def test_reads_that_the_rota_had_a_gap(self, client, sign_in):
        sign_in(Role.DIRECTOR)
        assert "Nobody was on the rota" in client.get(page_of(reported())).content.decode()
