"""The pages on which something is reported.

Also covers accounts.people.colleagues and accounts.pages.language.
"""

import re
from datetime import UTC, datetime, time, timedelta
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.html import strip_tags
from django.utils.translation import override

from accounts.models import AccessEvent
from accounts.pages.kept_forms import Ticket
from accounts.tests.factories import DepartmentFactory, ProfessionFactory, UserFactory
from accounts.tests.markup import squeezed
from hospital.models import WorkingHours
from incidents.enums import AlreadyOffered, EventType, IncidentKind
from incidents.models import Incident, Involvement
from incidents.reports.forms.report import FIELDS
from incidents.tests.factories import IncidentFactory

NOW = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)  # 10:00 in Amsterdam
pytestmark = [pytest.mark.django_db, pytest.mark.clock(NOW)]


@pytest.fixture
def nurse(client):
    user = UserFactory(name="Fatima el Idrissi")
    client.force_login(user)
    return user


def url(kind):
    return reverse("incidents:report", args=[kind])


def filled(user, **changes):
    """A VIM incident that can be sent."""
    given = {
        "ticket": str(Ticket.new(user)),
        "event_type": EventType.SAFETY,
        "occurred_at": "2026-03-10T08:15",
        "already_offered": AlreadyOffered.NO,
        "send": "1",
    }
    return {**given, **changes}


def by_hand(number, **typed):
    """Somebody typed in, on a form."""
    row = {"seen": "1", "name": "Bram Visser", "profession": ProfessionFactory().pk, **typed}
    return {f"hand-{number}-{name}": value for name, value in row.items()}


def text(response):
    return response.content.decode()


def plain(response):
    """What is read."""
    return " ".join(strip_tags(text(response)).split())


class TestKinds:
    def test_the_five_are_cards(self, client, nurse):
        page = text(client.get(reverse("incidents:new")))
        for kind in IncidentKind:
            assert url(kind) in page

    def test_a_link_that_names_the_kind_goes_on(self, client, nurse):
        assert client.get(reverse("incidents:new"), {"kind": "self"}).url == url("self")

    def test_another_kind_is_not_found(self, client, nurse):
        assert client.get(url("party")).status_code == 404

    @pytest.mark.parametrize("kind", IncidentKind)
    def test_asks_at_most_eight_things_and_says_what_happens(self, client, nurse, kind):
        fields = FIELDS[kind]
        assert len(fields.required) + len(fields.optional) + 1 <= 8
        page = text(client.get(url(kind)))
        for heading in ("Support is standard", "What happens next", "Who sees this"):
            assert heading in page


class TestSending:
    def test_makes_a_report_and_says_what_happens_now(self, client, nurse):
        response = client.post(url("vim"), filled(nurse, description="De pomp viel uit"), follow=True)
        incident = Incident.objects.get()
        assert response.redirect_chain[-1][0] == reverse("incidents:received", args=[incident.reference])
        assert (incident.kind, incident.reporter, incident.reported_at) == (IncidentKind.VIM, nurse, NOW)
        assert incident.occurred_at == datetime(2026, 3, 10, 7, 15, tzinfo=UTC)
        assert incident.already_offered == AlreadyOffered.NO
        page = text(response)
        assert "2026-0001" in page
        assert "Nobody is named on it yet. The coordinator looks at it by tomorrow at 10:00." in page
        assert "colleague calls" not in page
        assert "tel:113" in page

    def test_who_named_somebody_reads_until_when_they_are_called(self, client, nurse, time_machine):
        page = plain(client.get(url("vim")))
        assert "If you send this now, that colleague calls by tomorrow at 10:00." in page
        form = filled(nurse, person=[str(UserFactory().pk)])
        page = plain(client.post(url("vim"), form, follow=True))
        assert "That colleague calls by tomorrow at 10:00" in page
        assert "Nobody is named" not in page
        assert "Nobody makes calls" not in page
        time_machine.move_to(NOW + timedelta(days=3))
        client.force_login(nurse)
        page = text(client.get(reverse("incidents:received", args=["2026-0001"])))
        assert "That colleague calls</li>" in page

    @pytest.mark.parametrize(
        ("at", "by", "seen_from"),
        [
            ("2026-03-13T22:00", "Monday 16 March at 17:00", "Monday 16 March at 08:00"),
            ("2026-03-15T12:00", "tomorrow at 17:00", "tomorrow at 08:00"),
            ("2026-04-02T16:30", "Tuesday 7 April at 17:00", "Tuesday 7 April at 08:00"),
            ("2026-12-24T18:00", "Monday 28 December at 17:00", "Monday 28 December at 08:00"),
        ],
    )
    def test_at_night_and_at_the_weekend_the_pages_say_who_is_there(
        self, client, nurse, time_machine, at, by, seen_from
    ):
        time_machine.move_to(datetime.fromisoformat(at).replace(tzinfo=UTC), tick=False)
        client.force_login(nurse)
        for kind in IncidentKind.values:
            page = client.get(url(kind))
            assert f"by {by}" in plain(page)
            assert f"the coordinator looks at new reports from {seen_from} on" in plain(page)
            assert f'href="{reverse("help")}"' in text(page)
        form = filled(nurse, person=[str(UserFactory().pk)])
        page = client.post(url("vim"), form, follow=True)
        assert f"That colleague calls by {by}" in plain(page)
        assert f"The coordinator looks at your report from {seen_from} on" in plain(page)
        assert "tel:113" in text(page)
        assert f"A colleague calls you by {by}." in plain(client.get("/"))
        assert f"you are called by {by}." in plain(client.get(reverse("help")))

    def test_what_was_promised_when_it_was_sent_stays_when_the_hours_of_calling_change(self, client, nurse):
        client.force_login(nurse)
        page = client.post(url("vim"), filled(nurse, person=[str(UserFactory().pk)]), follow=True)
        (said,) = re.findall(r"That colleague calls by [^.]*?\d\d:\d\d", plain(page))
        WorkingHours.current()
        WorkingHours.objects.update(cover_is_office=False, cover_monday=[time(9), time(12)])
        reference = Incident.objects.get().reference
        for name in ("received", "detail"):
            assert said in plain(client.get(reverse(f"incidents:{name}", args=[reference])))
        assert said not in plain(client.get(url("vim")))

    def test_at_night_in_dutch_too(self, client, nurse, time_machine):
        time_machine.move_to(datetime(2026, 3, 13, 22, tzinfo=UTC), tick=False)
        client.force_login(nurse)
        with override("en"):  # what follows is not in Dutch
            page = plain(client.get(url("self"), headers={"accept-language": "nl"}))
        assert "belt die collega je uiterlijk maandag 16 maart om 17:00" in page
        assert "de coördinator kijkt vanaf maandag 16 maart om 08:00 naar nieuwe meldingen" in page

    def test_what_it_did_to_the_patient_is_asked_and_need_not_be_known(self, client, nurse):
        client.post(url("vim"), filled(nurse))
        client.post(url("vim"), filled(nurse, harm="serious"))
        assert [one.harm for one in Incident.objects.order_by("reference")] == ["unknown", "serious"]

    def test_a_second_click_finds_the_first_report(self, client, nurse):
        form = filled(nurse)
        first, second = client.post(url("vim"), form), client.post(url("vim"), form)
        assert first.url == second.url
        assert Incident.objects.count() == 1

    def test_sent_again_later_it_is_said_to_be_the_same(self, client, nurse, time_machine):
        form = filled(nurse)
        client.post(url("vim"), form)
        time_machine.move_to(NOW + timedelta(minutes=3))
        assert "You had sent this already." in text(client.post(url("vim"), form, follow=True))

    def test_sent_again_with_something_else_on_it_is_asked_and_not_lost(self, client, nurse):
        form = filled(nurse)
        client.post(url("vim"), form)
        response = client.post(url("vim"), {**form, "description": "De pomp viel uit"})
        assert "You sent this form before: it is report 2026-0001." in text(response)
        assert "De pomp viel uit" in text(response)
        assert Incident.objects.count() == 1
        ticket = re.search(r'name="ticket" value="([^"]+)"', text(response))
        assert ticket is not None
        client.post(url("vim"), {**form, "description": "De pomp viel uit", "ticket": ticket[1]})
        assert Incident.objects.count() == 2

    def test_errors_come_back_filled_in_beside_the_field(self, client, nurse):
        response = client.post(
            url("vim"), filled(nurse, occurred_at="2026-03-10T10:30", description="De pomp")
        )
        page = text(response)
        assert response.status_code == 200
        assert "This moment is still to come." in page
        assert 'value="2026-03-10T10:30"' in page
        assert "De pomp" in page
        assert not Incident.objects.exists()

    def test_in_the_language_of_whoever_reads_it(self, client, nurse):
        client.cookies["language"] = "nl"
        assert 'lang="nl"' in text(client.get(url("vim"), headers={"accept-language": "nl"}))

    def test_moments_of_a_calamity_stand_in_order(self, client, nurse):
        ward = DepartmentFactory()
        form = filled(
            nurse,
            department=ward.pk,
            occurred_at="2026-03-10T08:00",
            noticed_at="2026-03-10T07:00",
        )
        page = text(client.post(url("calamity"), form))
        assert "This is earlier than when it happened: 10 March 2026 08:00." in page
        client.post(url("calamity"), {**form, "noticed_at": "2026-03-10T08:30"})
        assert Incident.objects.get().milestones.count() == 7

    def test_a_calamity_may_be_in_doubt(self, client, nurse):
        form = filled(
            nurse,
            department=DepartmentFactory().pk,
            noticed_at="2026-03-10T08:30",
            in_doubt="on",
        )
        client.post(url("calamity"), form)
        incident = Incident.objects.get()
        assert incident.in_doubt
        assert incident.milestones.count() == 8

    def test_of_a_doubled_hour_it_is_asked_which(self, client, nurse, time_machine):
        time_machine.move_to(datetime(2026, 10, 26, 9, 0, tzinfo=UTC))
        client.force_login(nurse)
        form = filled(
            nurse,
            department=DepartmentFactory().pk,
            occurred_at="2026-10-25T01:30",
            noticed_at="2026-10-25T02:10",
        )
        page = text(client.post(url("calamity"), form))
        assert "this hour came twice" in page
        assert 'name="noticed_at-hour"' in page
        client.post(url("calamity"), {**form, "noticed_at-hour": "2"})
        assert Incident.objects.get().noticed_at == datetime(2026, 10, 25, 1, 10, tzinfo=UTC)

    def test_a_form_that_somebody_else_had_opened_is_neither_sent_nor_shown(self, client, nurse):
        response = client.post(url("vim"), filled(UserFactory(), description="De pomp viel uit"))
        assert response.status_code == 403
        assert "De pomp" not in text(response)
        assert not Incident.objects.exists()

    def test_its_statements_are_few_and_do_not_grow_with_the_people(
        self, client, nurse, django_assert_max_num_queries
    ):
        people = [str(person.pk) for person in UserFactory.create_batch(20)]
        client.post(url("vim"), filled(nurse, person=people[:1]))  # the first one also makes the policies
        for chosen in (people[:2], people):
            with django_assert_max_num_queries(18):
                client.post(url("vim"), {**filled(nurse), "person": chosen})
        assert Involvement.objects.count() == 23

    def test_it_is_in_the_access_log_without_a_name(self, client, nurse):
        client.post(url("vim"), filled(nurse, person=[str(UserFactory().pk)]))
        line = AccessEvent.objects.get(object_kind="incident")
        assert (line.action, line.user, line.object_ref, line.record) == ("create", nurse, "2026-0001", None)


class TestPeople:
    def test_a_colleague_from_the_picker_starts_with_everybodys_wish(self, client, nurse):
        colleague = UserFactory()
        client.post(url("vim"), filled(nurse, person=[str(colleague.pk)]))
        row = Involvement.objects.get()
        assert (row.employee, row.wish_other_department, row.wish_physician) == (colleague, True, False)

    def test_wishes_are_each_persons_own(self, client, nurse):
        one, other = UserFactory(), UserFactory()
        form = filled(nurse, person=[str(one.pk), str(other.pk)])
        form |= {f"{one.pk}-seen": "1", f"{one.pk}-wish_physician": "on", f"{other.pk}-seen": "1"}
        form[f"{other.pk}-wish_outside"] = "on"
        client.post(url("vim"), form)
        wishes = {
            row.employee: (row.wish_other_department, row.wish_physician, row.wish_outside)
            for row in Involvement.objects.all()
        }
        assert wishes == {one: (True, True, False), other: (True, False, True)}

    def test_somebody_without_an_account_is_typed_in(self, client, nurse):
        profession, ward = ProfessionFactory(), DepartmentFactory()
        form = filled(nurse, person=["hand-1"]) | {
            "hand-1-seen": "1",
            "hand-1-name": "Bram Visser",
            "hand-1-telephone": "06-12345678",
            "hand-1-profession": profession.pk,
            "hand-1-department": ward.pk,
            "hand-1-wish_same_department": "on",
        }
        client.post(url("vim"), form)
        row = Involvement.objects.get()
        assert not row.wish_other_department
        assert (row.employee, row.name, row.telephone, row.profession, row.department) == (
            None,
            "Bram Visser",
            "+31612345678",
            profession,
            ward,
        )

    @pytest.mark.parametrize(
        ("typed", "said"),
        [
            ("06-1234", "Give a telephone number, such as 06 12345678."),
            ("0612345678 / 0687654321", "Give one telephone number: the one to call first."),
            ("06-12345678 privé", "Give the telephone number alone, without words."),
        ],
    )
    def test_what_is_no_telephone_number_is_said_beside_it(self, client, nurse, typed, said):
        page = text(client.post(url("vim"), filled(nurse, person=["hand-1"]) | by_hand(1, telephone=typed)))
        assert said in page
        assert f'value="{typed}"' in page
        assert not Incident.objects.exists()

    def test_two_who_share_the_telephone_and_mailbox_of_a_ward_are_two(self, client, nurse):
        shared = {"telephone": "010 1234567", "email": "ic@ziekenhuis.example"}
        form = filled(nurse, person=["hand-1", "hand-2"])
        form |= by_hand(1, name="Bram Visser", **shared) | by_hand(2, name="Noor Bakker", **shared)
        client.post(url("vim"), form)
        assert {row.name for row in Involvement.objects.all()} == {"Bram Visser", "Noor Bakker"}

    @pytest.mark.parametrize(
        "typed",
        [
            {"name": "Joost H.", "email": "J.Hoekstra@ziekenhuis.example"},
            {"name": "Joost H.", "telephone": "+31 (0)6 1234 5678"},
            {"name": "HOEKSTRA, Joost"},
        ],
        ids=["mail", "telephone", "name"],
    )
    def test_an_employee_who_is_typed_in_is_asked_about_and_linked(self, client, nurse, typed):
        ward = DepartmentFactory(name="Dialyse")
        joost = UserFactory(
            name="Joost Hoekstra",
            email="j.hoekstra@ziekenhuis.example",
            telephone="0612345678",
            department=ward,
        )
        form = filled(nurse, description="De pomp", person=["hand-1"])
        form |= by_hand(1, **{"telephone": "0687654321", "department": ward.pk, **typed})
        page = text(client.post(url("vim"), form))
        assert "Yes, this is Joost Hoekstra (Verpleegkundige · Dialyse)" in page
        assert "Choose who this is, so that nobody is asked twice." in page
        assert "De pomp" in page
        assert joost.email not in page.replace(typed.get("email", ""), "")
        assert not Incident.objects.exists()
        client.post(url("vim"), {**form, "hand-1-is_who": str(joost.pk), "hand-1-wish_physician": "on"})
        row = Involvement.objects.get()
        assert (row.employee, row.name, row.email, row.telephone) == (joost, "Joost Hoekstra", "", "")
        assert row.wish_physician

    def test_somebody_else_stays_typed_in_and_another_number_is_asked_about_anew(self, client, nurse):
        joost = UserFactory(name="Joost Hoekstra", telephone="0612345678")
        other = UserFactory(name="Ilse Vos", telephone="0687654321")
        form = filled(nurse, person=["hand-1"]) | by_hand(1, name="Bram", telephone="0612345678")
        form["hand-1-is_who"] = f"no {joost.pk}"
        changed = {**form, "hand-1-telephone": "06-87654321"}
        assert f"Yes, this is {other.name}" in text(client.post(url("vim"), changed))
        assert not Incident.objects.exists()
        client.post(url("vim"), form)
        assert Involvement.objects.get().employee is None

    def test_a_number_that_two_share_offers_each_and_that_of_a_ward_nobody(self, client, nurse):
        two = UserFactory.create_batch(2, telephone="010 1234567")
        form = filled(nurse, person=["hand-1"]) | by_hand(1, name="Bram", telephone="010 1234567")
        page = text(client.post(url("vim"), form))
        assert all(f"Yes, this is {one.name}" in page for one in two)
        UserFactory.create_batch(4, telephone="010 1234567")
        client.post(url("vim"), form)
        assert Involvement.objects.get().employee is None

    def test_who_is_chosen_and_typed_in_is_on_the_list_once(self, client, nurse):
        joost = UserFactory(name="Joost Hoekstra", telephone="0612345678")
        form = filled(nurse, person=["hand-1", str(joost.pk)]) | by_hand(1, telephone="0612345678")
        client.post(url("vim"), {**form, "hand-1-is_who": str(joost.pk)})
        assert Involvement.objects.get().employee == joost

    def test_the_question_and_its_answer_stay_while_others_are_added(self, client, nurse):
        joost = UserFactory(name="Joost Hoekstra", telephone="0612345678")
        form = filled(nurse, person=["hand-1"]) | by_hand(1, telephone="0612345678")
        form["hand-1-is_who"] = str(joost.pk)
        page = text(client.post(url("vim"), {**form, "add": "hand"}))
        assert re.search(rf'value="{joost.pk}"[^>]*checked', page)
        assert "Choose who this is" not in page

    def test_one_query_asks_about_everybody_who_is_typed_in(self, client, nurse, django_assert_num_queries):
        single = {**filled(nurse, person=["hand-1"]), **by_hand(1), "add": "hand"}
        client.post(url("vim"), single)
        with CaptureQueriesContext(connection) as one:
            client.post(url("vim"), single)
        many = filled(nurse, person=[f"hand-{n}" for n in range(1, 20)])
        for n in range(1, 20):
            many |= by_hand(n, name=f"Bram {n}", telephone=f"0612345{n:03}")
        with django_assert_num_queries(len(one)):
            client.post(url("vim"), {**many, "add": "hand"})

    def test_what_is_missing_about_somebody_is_said_beside_it(self, client, nurse):
        form = filled(nurse, person=["hand-1"]) | {"hand-1-seen": "1", "hand-1-name": "Bram Visser"}
        page = text(client.post(url("vim"), form))
        assert "Give a telephone number or an e-mail address." in page
        assert 'value="Bram Visser"' in page
        assert not Incident.objects.exists()

    def test_the_same_person_twice_by_hand_is_said(self, client, nurse):
        row = {"seen": "1", "name": "Bram", "telephone": "0612345678", "profession": ProfessionFactory().pk}
        form = filled(nurse, person=["hand-1", "hand-2"])
        form |= {f"hand-{number}-{name}": value for number in (1, 2) for name, value in row.items()}
        assert "Bram is on the list twice." in text(client.post(url("vim"), form))

    def test_the_sections_buttons_send_nothing_and_lose_nothing(self, client, nurse):
        colleague = UserFactory(name="Joost Hoekstra")
        form = filled(nurse, description="De pomp") | {"person": [str(colleague.pk)]}
        del form["send"]
        for button in ({"add": "hand"}, {"add": str(nurse.pk)}, {"search": "person", "q": "joost"}):
            page = text(client.post(url("vim"), {**form, **button}))
            assert "Joost Hoekstra" in page
            assert "De pomp" in page
            assert "required" not in re.findall(r"invalid-feedback[^<]*<", page)
        page = text(client.post(url("vim"), {**form, "remove": str(colleague.pk)}))
        assert "Joost Hoekstra" not in page
        assert not Incident.objects.exists()

    def test_htmx_gets_the_section_alone(self, client, nurse):
        page = text(client.post(url("vim"), {"add": "hand"}, headers={"hx-request": "true"}))
        assert 'name="hand-1-name"' in page
        assert "<html" not in page

    def test_nobody_outside_the_hospital_or_out_of_service_can_be_named(self, client, nurse):
        people = [UserFactory(partner=True), UserFactory(leaver=True)]
        client.post(url("vim"), filled(nurse, person=[str(one.pk) for one in people] + [str(uuid4()), "x"]))
        assert Incident.objects.get().involvements.count() == 0


class TestSearch:
    def test_finds_ten_by_name_or_department_and_says_no_more_than_needed(self, client, nurse):
        ward = DepartmentFactory(name="Hartbewaking")
        UserFactory.create_batch(12, name="Ilse Kuipers", department=ward)
        page = text(client.post(reverse("incidents:people"), {"q": "ilse hart"}))
        assert page.count("data-id=") == 10
        assert "Hartbewaking" in page
        assert "@" not in page

    @pytest.mark.parametrize("q", ["", "i", "  i "])
    def test_needs_two_characters(self, client, nurse, q):
        page = text(client.post(reverse("incidents:people"), {"q": q}))
        assert "data-id" not in page
        assert "Nobody found" not in page
        assert ("Type at least two letters." in page) is bool(q)

    def test_says_so_without_scripts_too(self, client, nurse):
        for q, said in (("i", "Type at least two letters."), ("zz", "Nobody found.")):
            form = {"ticket": str(Ticket.new(nurse)), "search": "person", "q": q}
            assert said in text(client.post(url("vim"), form))

    def test_does_not_find_who_left_or_who_belongs_elsewhere(self, client, nurse):
        UserFactory(name="Gijs Lammers", leaver=True)
        UserFactory(name="Gijs Lammers", partner=True)
        assert "data-id" not in text(client.post(reverse("incidents:people"), {"q": "gijs"}))


class TestForOneself:
    def test_the_reporter_is_the_involved(self, client, nurse):
        client.post(url("self"), {"ticket": str(Ticket.new(nurse)), "own-wish_physician": "on", "send": "1"})
        incident = Incident.objects.get()
        row = incident.involvements.get()
        assert (incident.kind, incident.department) == (IncidentKind.SELF, nurse.department)
        assert (row.employee, row.wish_other_department, row.wish_physician) == (nurse, True, True)


class TestForAColleague:
    def send(self, client, nurse, **changes):
        return client.post(url("colleague"), {"ticket": str(Ticket.new(nurse)), "send": "1", **changes})

    def test_names_one_and_gives_nothing_of_the_reporter_away(self, client, nurse):
        colleague = UserFactory()
        self.send(client, nurse, person=[str(colleague.pk)])
        incident = Incident.objects.get()
        assert incident.involvements.get().employee == colleague
        assert incident.department == colleague.department
        assert incident.involvements.get().wish_other_department

    def test_nobody_chosen_is_said(self, client, nurse):
        assert "Choose the colleague you are worried about." in text(self.send(client, nurse))

    def test_a_second_choice_takes_the_place_of_the_first(self, client, nurse):
        first, second = UserFactory(), UserFactory()
        self.send(client, nurse, person=[str(first.pk), str(second.pk)])
        assert Incident.objects.get().involvements.get().employee == second


class TestExpiredSession:
    def test_returns_to_the_filled_form_after_sign_in(self, client, nurse):
        client.logout()
        response = client.post(url("vim"), filled(nurse, description="De pomp viel uit"))
        assert response.status_code == 302
        assert not Incident.objects.exists()
        client.force_login(nurse)
        page = text(client.get(url("vim")))
        assert "De pomp viel uit" in page
        assert "Nothing is lost" in page
        assert "invalid-feedback" not in page
        assert "De pomp" not in text(client.get(url("vim")))

    def test_somebody_else_at_the_same_workstation_sees_nothing_of_it(self, client, nurse):
        client.logout()
        client.post(url("vim"), filled(nurse, description="De pomp viel uit"))
        client.force_login(UserFactory())
        assert "De pomp" not in text(client.get(url("vim")))

    def test_what_comes_back_and_is_sent_is_one_report(self, client, nurse):
        form = filled(nurse)
        client.post(url("vim"), form)
        client.logout()
        client.post(url("vim"), form)
        client.force_login(nurse)
        page = text(client.get(url("vim")))
        assert form["ticket"] in page
        client.post(url("vim"), form)
        assert Incident.objects.count() == 1


def test_only_the_reporter_reads_the_confirmation(client, nurse):
    incident = IncidentFactory()
    assert client.get(reverse("incidents:received", args=[incident.reference])).status_code == 404


def test_needs_csrf_protection(nurse):
    client = Client(enforce_csrf_checks=True)
    client.force_login(nurse)
    assert client.post(url("vim"), filled(nurse)).status_code == 403


class TestTheOrderOfMoments:
    def test_is_said_before_it_is_asked_whether_one_is_long_ago(self, client, nurse):
        moments = {"noticed_at": "2025-03-01T09:00", "occurred_at": "2026-03-01T08:00"}
        form = filled(nurse, department=DepartmentFactory().pk, **moments)
        page = text(client.post(url("calamity"), form))
        assert "This is earlier than when it happened: 1 March 2026 08:00." in page
        assert "more than a year ago" not in page
        page = text(client.post(url("calamity"), {**form, "occurred_at": "2025-03-01T08:00"}))
        assert page.count("This is more than a year ago. Is it right?") >= 2
        assert not Incident.objects.exists()


class TestAnotherLanguage:
    """Chosen in the menu while the form is half filled in: its button sends the form along."""

    def test_keeps_what_was_typed(self, client, nurse):
        page = squeezed(text(client.get(url("vim"))))
        assert '<form id="kept-form"' in page
        assert 'form="kept-form" formnovalidate name="speak" value="nl"' in page
        typed = filled(nurse, speak="nl", person=["hand-1"], **by_hand(1))
        del typed["send"]
        answer = client.post(url("vim"), typed)
        assert (answer.status_code, answer.url) == (302, url("vim"))
        page = text(client.get(url("vim")))
        assert '<html lang="nl"' in page
        assert "2026-03-10T08:15" in page
        assert "Bram Visser" in page
        assert not Incident.objects.exists()
        nurse.refresh_from_db()
        assert nurse.language == "nl"

    def test_that_is_none_is_no_choice(self, client, nurse):
        answer = client.post(url("vim"), {"speak": "xx"})
        assert answer.status_code == 200
        assert settings.LANGUAGE_COOKIE_NAME not in answer.cookies


def test_who_is_worried_about_themselves_is_led_to_support_for_themselves(client, nurse):
    page = client.post(url("colleague"), filled(nurse, person=[str(nurse.pk)]))
    assert "This is about yourself: ask for support for yourself instead." in plain(page)
    assert f'href="{url("self")}"' in text(page)
    assert not Incident.objects.exists()
