"""An export of the VIM system, from its rows to reports.

Also covers incidents.vim.lookup and incidents.vim.people.
"""

import threading
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import F
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from accounts.enums import Role
from accounts.files import uploads
from accounts.files.columns import Columns
from accounts.files.spreadsheets import Row, Table
from accounts.files.uploads import NotReady
from accounts.models import AccessEvent
from accounts.tests.factories import DepartmentFactory, ProfessionFactory, UserFactory
from incidents.calamities.classification import classify, standing
from incidents.enums import (
    CorrectionReason,
    EventType,
    IncidentKind,
    Moment,
    Step,
    TrackEventKind,
    Verdict,
)
from incidents.models import (
    Incident,
    Involvement,
    Milestone,
    Policy,
    TrackEvent,
    VimImport,
    VimMapping,
)
from incidents.tests.factories import InvolvementFactory
from incidents.vim import carry_out, importing
from incidents.vim import rows as vim_rows
from incidents.vim.carry_out import NotImportable, NotSure
from incidents.vim.columns import KNOWN
from incidents.vim.plan import make

SAMPLES = Path(__file__).parents[3] / "docs" / "samples"
DUTCH, ENGLISH = SAMPLES / "vim-export-nl.csv", SAMPLES / "vim-export-en.xlsx"
AT = datetime(2026, 2, 1, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
HEADER = ("Meldnr", "Datum", "Tijd", "Afdeling", "Soort", "Omschrijving", "Betrokkene")
pytestmark = pytest.mark.clock(AT)


@pytest.fixture
def hospital():
    """The departments, professions and employees that the samples name."""
    for name in (
        *("Intensive care", "Spoedeisende hulp", "Verloskunde", "Operatiekamers", "Geriatrie", "Cardiologie"),
        *("Radiologie", "Psychiatrie", "Neonatologie", "Urologie"),
    ):
        DepartmentFactory(name=name)
    for name in ("Verloskundige", "Verpleegkundige", "Arts-assistent"):
        ProfessionFactory(name=name)
    people = [UserFactory(employee_number=str(number)) for number in range(100001, 100008)]
    return [*people, UserFactory(email="Lars.Gokdemir@merwede.example")]


def planned(path, source="Meldsysteem", at=AT):
    table = importing.read(path.read_bytes(), path.name)
    return make(table, source=source, columns=KNOWN.guess(table.header), at=at)


def imported(path, source="Meldsysteem"):
    return carry_out.apply(planned(path, source), take=[], by=None, at=AT)


def parsed(*rows, header=HEADER, at=AT):
    return vim_rows.parse(table_of(*rows, header=header), KNOWN.guess(header), at=at)


def table_of(*rows, header=HEADER):
    read = [Row(line, list(cells), {}) for line, cells in enumerate(rows, start=2)]
    return Table(list(header), read, len(read))


@pytest.mark.django_db
class TestSamples:
    def test_the_dutch_one_becomes_reports(self, hospital):
        new = imported(DUTCH)
        assert [incident.external_number for incident in new] == [
            *("V-26-00118", "V-26-00121", "V-26-00124", "V-26-00129", "V-26-00133", "V-26-00140"),
        ]
        assert {incident.kind for incident in new} == {IncidentKind.VIM}
        assert [incident.involvements.count() for incident in new] == [1, 2, 1, 0, 1, 2]
        by_number = {incident.external_number: incident for incident in new}
        assert by_number["V-26-00118"].occurred_at == datetime(2026, 1, 5, 6, 40, tzinfo=UTC)
        assert by_number["V-26-00121"].event_type == EventType.AGGRESSION
        assert by_number["V-26-00140"].event_type == EventType.RESUSCITATION
        typed = by_number["V-26-00124"].involvements.get()
        assert (typed.name, typed.email, typed.profession.name, typed.employee) == (
            "Noëlle Brouwers-Café",
            "n.brouwers@flexzorg.example",
            "Verloskundige",
            None,
        )
        assert by_number["V-26-00133"].involvements.get().employee == hospital[-1]
        assert (
            by_number["V-26-00133"].description
            == 'Gevallen naast het bed; "geen letsel" volgens de röntgenfoto.'
        )

    def test_the_english_one_becomes_reports(self, hospital):
        new = imported(ENGLISH)
        assert [incident.external_number for incident in new] == [
            "20260017",
            "20260023",
            "20260031",
            "20260032",
        ]
        assert new[0].occurred_at == datetime(2026, 1, 8, 8, 12, tzinfo=UTC)
        assert [incident.involvements.count() for incident in new] == [1, 2, 1, 0]

    def test_a_second_time_nothing_is_new(self, hospital):
        imported(DUTCH)
        again = planned(DUTCH)
        assert again.counts == {"new": 0, "known": 6, "changed": 0}
        carry_out.apply(again, take=[], by=None, at=AT)
        assert Incident.objects.count() == 6

    def test_the_same_number_of_another_system_is_another_report(self, hospital):
        imported(DUTCH)
        assert planned(DUTCH, source="Ander systeem").counts["new"] == 6

    def test_what_changed_is_shown_and_taken_over_only_when_asked(self, hospital):
        imported(DUTCH)
        changed = Incident.objects.get(external_number="V-26-00121")
        Incident.objects.filter(pk=changed.pk).update(description="Anders", event_type=EventType.SAFETY)
        changed.involvements.all()[0].delete()

        plan = planned(DUTCH)
        (found,) = plan.changed
        assert [(change.name, change.here_said) for change in found.changes] == [
            ("event_type", "Safety incident in care"),
            ("description", "Anders"),
        ]
        assert len(found.new_people) == 1

        carry_out.apply(plan, take=[], by=None, at=AT)
        assert Incident.objects.get(pk=changed.pk).description == "Anders"
        carry_out.apply(plan, take=["V-26-00121"], by=None, at=AT)
        assert Incident.objects.get(pk=changed.pk).event_type == EventType.AGGRESSION
        assert changed.involvements.count() == 2
        assert planned(DUTCH).changed == []

    def test_a_moment_that_cannot_be_is_shown_and_stays_while_the_rest_is_taken_over(self, hospital):
        """The input that jammed a calamity: it happens after it was noticed, by the newer file."""
        imported(DUTCH)
        incident = Incident.objects.get(external_number="V-26-00121")
        occurred = incident.occurred_at
        assert occurred
        Incident.objects.filter(pk=incident.pk).update(
            kind=IncidentKind.CALAMITY,
            tracked_since=AT,
            occurred_at=occurred - 96 * HOUR,
            noticed_at=occurred - 90 * HOUR,
            established_at=occurred - 72 * HOUR,
            description="Anders",
        )

        plan = planned(DUTCH)
        (found,) = plan.changed
        refused, description = found.changes
        assert (refused.name, description.name, description.refused) == ("occurred_at", "description", "")
        assert refused.refused.startswith("This is later than when it was noticed:")
        carry_out.apply(plan, take=["V-26-00121"], by=None, at=AT)
        incident.refresh_from_db()
        assert incident.occurred_at == occurred - 96 * HOUR
        assert incident.description != "Anders"
        (again,) = planned(DUTCH).changed
        assert not again.has_something

    def test_a_moment_that_can_be_is_a_correction_in_the_log_and_moves_what_starts_there(self, hospital):
        imported(DUTCH)
        incident = Incident.objects.get(external_number="V-26-00121")
        occurred = incident.occurred_at
        assert occurred
        Policy.current()
        Policy.objects.update(support_starts=Moment.OCCURRED)
        classify(
            incident=incident,
            verdict=Verdict.REPORTED,
            noticed_at=occurred + HOUR,
            by=UserFactory(roles=[Role.CCP]),
            at=AT,
            seen=standing(incident),
        )
        Incident.objects.filter(pk=incident.pk).update(occurred_at=occurred - HOUR)
        coordinator = UserFactory(roles=[Role.COORDINATOR])
        carry_out.apply(planned(DUTCH), take=["V-26-00121"], by=coordinator, at=AT)
        line = TrackEvent.objects.latest("id")
        assert (line.kind, line.moment, line.previous, line.by, line.reason) == (
            TrackEventKind.OCCURRED_CORRECTED,
            occurred,
            occurred - HOUR,
            coordinator,
            CorrectionReason.IMPORT,
        )
        step = Milestone.objects.get(incident=incident, step=Step.SUPPORT)
        assert step.internal_due_at == occurred + 24 * HOUR

    def test_what_was_corrected_meanwhile_stops_the_whole_import(self, hospital):
        imported(DUTCH)
        incident = Incident.objects.get(external_number="V-26-00121")
        Incident.objects.filter(pk=incident.pk).update(occurred_at=F("occurred_at") - HOUR)
        plan = planned(DUTCH)
        Incident.objects.filter(pk=incident.pk).update(occurred_at=F("occurred_at") - HOUR)
        with pytest.raises(NotImportable):
            carry_out.apply(plan, take=["V-26-00121"], by=None, at=AT)

    def test_a_moment_a_year_off_is_taken_over_only_when_somebody_is_sure(self, hospital):
        imported(DUTCH)
        incident = Incident.objects.get(external_number="V-26-00121")
        occurred = incident.occurred_at
        assert occurred
        Incident.objects.filter(pk=incident.pk).update(
            kind=IncidentKind.CALAMITY,
            tracked_since=AT,
            noticed_at=occurred + HOUR,
            established_at=occurred + HOUR,
            description="Anders",
        )
        later, number = occurred + timedelta(days=366), "V-26-00121"
        (found,) = planned(DUTCH, at=later).changed
        assert [change.name for change in found.changes] == ["description"]
        Incident.objects.update(occurred_at=occurred + HOUR / 2)
        plan = planned(DUTCH, at=later)
        changed = next(one for one in plan.changed if one.number == number)
        assert [(one.name, one.asks) for one in changed.changes] == [
            ("occurred_at", True),
            ("description", False),
        ]
        assert (plan.taken([number], ()), plan.taken([number], [number])) == (1, 1)
        carry_out.apply(plan, take=[number], by=None, at=later)
        incident.refresh_from_db()
        assert (incident.occurred_at, incident.description == "Anders") == (occurred + HOUR / 2, False)
        again = planned(DUTCH, at=later)
        assert (again.taken([number], ()), again.taken([number], [number])) == (0, 1)
        carry_out.apply(again, take=[number], sure=[number], by=None, at=later)
        incident.refresh_from_db()
        assert incident.occurred_at == occurred

    def test_new_reports_of_more_than_a_year_ago_come_in_only_when_somebody_is_sure(self, hospital):
        later = AT + timedelta(days=400)
        plan = planned(DUTCH, at=later)
        assert len(plan.long_ago) == len(plan.new) == 6
        with pytest.raises(NotSure):
            carry_out.apply(plan, take=[], by=None, at=later)
        assert not Incident.objects.exists()
        carry_out.apply(plan, take=[], sure=[one.number for one in plan.long_ago], by=None, at=later)
        assert Incident.objects.count() == 6

    def test_people_whose_names_were_erased_do_not_come_back(self, hospital):
        imported(DUTCH)
        incident = Incident.objects.get(external_number="V-26-00118")
        incident.involvements.all().delete()
        InvolvementFactory(incident=incident, erased=True)
        assert planned(DUTCH).changed == []

    def test_all_or_nothing(self, hospital, monkeypatch):
        plan = planned(DUTCH)
        plan.new.append(plan.new[0])  # the same number twice: the database refuses the last of seven
        with pytest.raises(NotImportable):
            carry_out.apply(plan, take=[], by=None, at=AT)
        assert not Incident.objects.exists()
        assert not Involvement.objects.exists()

    def test_a_file_with_problems_is_not_imported(self):
        plan = planned(DUTCH)  # a hospital without these departments and people
        assert {(each.kind, each.written, each.count) for each in plan.unknown} >= {
            ("department", "Intensive care", 1),
            ("profession", "Verloskundige", 1),
        }
        assert {(problem.line, problem.column, problem.code) for problem in plan.problems} >= {
            (2, "Personeelsnr. betrokkene", "number_unknown"),
            (6, "E-mail betrokkene", "no_name"),
        }
        with pytest.raises(NotImportable):
            carry_out.apply(plan, take=[], by=None, at=AT)

    def test_needs_few_queries_to_plan_however_long_it_is(self, hospital, django_assert_max_num_queries):
        with django_assert_max_num_queries(10):
            planned(DUTCH)


class TestRows:
    @pytest.mark.parametrize(
        ("date", "time", "meant"),
        [
            ("31-01-2026", "14:30", datetime(2026, 1, 31, 13, 30, tzinfo=UTC)),
            ("31/1/2026", "14.30 uur", datetime(2026, 1, 31, 13, 30, tzinfo=UTC)),
            ("31.01.2026", "1430", datetime(2026, 1, 31, 13, 30, tzinfo=UTC)),
            ("2026-01-31 14:30", "", datetime(2026, 1, 31, 13, 30, tzinfo=UTC)),
            ("2026-01-31T14:30:00", "", datetime(2026, 1, 31, 13, 30, tzinfo=UTC)),
            ("2026-01-31", "9u05", datetime(2026, 1, 31, 8, 5, tzinfo=UTC)),
            ("31-01-2026", "", datetime(2026, 1, 30, 23, 0, tzinfo=UTC)),
        ],
    )
    def test_moments(self, date, time, meant):
        (report,), problems = parsed(["1", date, time])
        assert (report.occurred_at, problems) == (meant, [])

    @pytest.mark.parametrize(
        ("row", "column", "code"),
        [
            (["", "31-01-2026"], "Meldnr", "required"),
            (["x" * 61, "31-01-2026"], "Meldnr", "too_long"),
            (["1", ""], "Datum", "required"),
            (["1", "31-02-2026"], "Datum", "date_wrong"),
            (["1", "gisteren"], "Datum", "date_wrong"),
            (["1", "31-01-2026", "25:00"], "Tijd", "time_wrong"),
            (["1", "31-01-2026", "rond de middag"], "Tijd", "time_wrong"),
            (["1", "31-01-2026", "", "x" * 121], "Afdeling", "too_long"),
            (["1", "02-02-2026", "10:00"], "Datum", "future"),
            (["1", "31-01-1026", "10:00"], "Datum", "too_old"),
            (["1", "31-01-2026", "", "", "", "x" * 2001], "Omschrijving", "too_long"),
        ],
    )
    def test_what_is_wrong_is_said_by_line_and_column(self, row, column, code):
        reports, problems = parsed(row)
        assert reports == []
        assert [(problem.line, problem.column, problem.code) for problem in problems] == [(2, column, code)]

    def test_rows_with_one_number_are_one_report(self):
        row = ["1", "31-01-2026", "14:30", "IC", "Val", "Tekst"]
        (report,), problems = parsed([*row, "Jan"], [*row, "Els|Jan"])
        assert [person.name for _line, person in report.people] == ["Jan", "Els"]
        assert problems == []

    def test_rows_with_one_number_that_differ_are_refused(self):
        _reports, problems = parsed(["1", "31-01-2026"], ["1", "30-01-2026"])
        assert [(problem.line, problem.code) for problem in problems] == [(3, "differs")]

    def test_a_column_that_is_missing_is_named(self):
        _reports, problems = parsed(["1"], header=("Meldnr", "Afdeling"))
        assert [(problem.column, problem.code) for problem in problems] == [
            ("Date of the event", "column_missing")
        ]

    @given(st.lists(st.text(max_size=20), max_size=9))
    def test_no_row_does_harm(self, row):
        reports, problems = parsed(row)
        assert reports or problems

    def test_a_saved_mapping_takes_other_words(self):
        columns = Columns(("A", "B"), {"number": "A", "date": "B"})
        (report,), _problems = vim_rows.parse(
            table_of(["7", "31-01-2026"], header=columns.header), columns, at=AT
        )
        assert report.number == "7"


def confirm(client, kept, **ticked):
    """Says yes to what the page shows."""
    shown = client.get(reverse("incidents:import-check", args=[kept.pk])).context["plan"]
    commit = reverse("incidents:import-commit", args=[kept.pk])
    return client.post(commit, {"digest": shown.digest(), **ticked}, follow=True)


@pytest.mark.django_db
class TestPages:
    @pytest.fixture
    def coordinator(self, client, hospital):
        user = UserFactory(roles=[Role.COORDINATOR])
        client.force_login(user)
        return user

    @pytest.fixture
    def kept(self, client, coordinator):
        client.post(reverse("incidents:import"), {"file": SimpleUploadedFile("nl.csv", DUTCH.read_bytes())})
        return VimImport.objects.get()

    def mapping(self, **changes):
        table = importing.read(DUTCH.read_bytes(), "nl.csv")
        given = {f"column_{name}": word for name, word in KNOWN.guess(table.header).of.items()}
        return {"name": "Meldsysteem", **given, **changes}

    def test_from_file_to_reports(self, client, kept):
        check = reverse("incidents:import-check", args=[kept.pk])
        page = client.get(check).content.decode()
        assert "For example: V-26-00118" in page
        assert "Import 6 reports" not in page

        assert client.post(check, self.mapping()).url == check
        preview = " ".join(client.get(check).content.decode().split())
        assert "Import 6 reports" in preview
        assert ">Tuesday 6 January at 22:15<" in preview
        assert "(typed in) · n.brouwers@flexzorg.example<" in preview
        assert "(typed in) · 06 12345678<" in preview
        assert VimMapping.objects.get().columns["number"] == "Meldnr."

        response = confirm(client, kept)
        assert "6 reports are imported." in response.content.decode()
        assert Incident.objects.count() == 6
        kept.refresh_from_db()
        assert (kept.content, kept.counts) == (None, {"new": 6, "known": 0, "changed": 0})
        assert AccessEvent.objects.filter(object_kind="vim import").count() == 1

    @pytest.mark.parametrize("how", ["a second tap", "back", "thrown away in another tab"])
    def test_what_was_imported_already_says_so_and_shows_the_reports(self, client, kept, how):
        check = reverse("incidents:import-check", args=[kept.pk])
        client.post(check, self.mapping())
        confirm(client, kept)
        urls = {
            "a second tap": reverse("incidents:import-commit", args=[kept.pk]),
            "back": check,
            "thrown away in another tab": reverse("incidents:import-discard", args=[kept.pk]),
        }
        response = (client.get if how == "back" else client.post)(urls[how], follow=True)
        assert response.redirect_chain == [(reverse("incidents:list"), 302)]
        assert "This file was imported already" in response.content.decode()
        assert Incident.objects.count() == 6

    @pytest.mark.parametrize("by", ["other columns", "a changed report"])
    def test_what_is_no_longer_as_it_was_shown_is_looked_at_again(self, client, kept, by):
        if by == "a changed report":
            imported(DUTCH)
            Incident.objects.filter(external_number="V-26-00121").update(description="Eerst zo")
        check = reverse("incidents:import-check", args=[kept.pk])
        client.post(check, self.mapping())
        shown = client.get(check).context["plan"]
        if by == "a changed report":
            Incident.objects.filter(external_number="V-26-00121").update(description="Nu zo")
        else:
            VimMapping.objects.update(columns={"number": "Meldnr.", "date": "Datum incident"})
        ticked = {"digest": shown.digest(), "take": "V-26-00121"}
        said = client.post(reverse("incidents:import-commit", args=[kept.pk]), ticked, follow=True)
        assert said.redirect_chain == [(check, 302)]
        assert "something has changed in the meantime. Check it again." in said.text
        now = {*Incident.objects.filter(external_number="V-26-00121").values_list("description", flat=True)}
        assert now == ({"Nu zo"} if by == "a changed report" else set())

    def test_what_was_thrown_away_says_so(self, client, kept):
        client.post(reverse("incidents:import-discard", args=[kept.pk]))
        response = client.post(reverse("incidents:import-commit", args=[kept.pk]), follow=True)
        assert response.redirect_chain == [(reverse("incidents:import"), 302)]
        assert "nothing of it was imported" in response.content.decode()
        assert not Incident.objects.exists()

    def test_says_what_was_brought_up_to_date_and_beside_the_row_what_cannot_be(
        self, client, kept, hospital, time_machine
    ):
        time_machine.move_to(AT)
        imported(DUTCH)
        Incident.objects.filter(external_number="V-26-00121").update(description="Anders")
        Incident.objects.filter(external_number="V-26-00124").update(
            igj_form="violence",
            tracked_since=AT,
            established_at=F("occurred_at") - HOUR,
            occurred_at=F("occurred_at") - HOUR,
        )
        check = reverse("incidents:import-check", args=[kept.pk])
        client.post(check, self.mapping())
        page = client.get(check).content.decode()
        assert "Not taken over: This is later than when it was established" in " ".join(page.split())
        assert page.count('name="take"') == 1
        assert "Take over what is ticked" in page
        assert "Import 0 reports" not in page
        page = confirm(client, kept, take=["V-26-00121", "V-26-00124"]).text
        assert "1 report is brought up to date." in page
        assert "imported" not in page.split("messages", 1)[1].split("</ul>")[0]

    def test_asks_beside_the_row_whether_a_moment_a_year_off_is_right(
        self, client, kept, hospital, time_machine
    ):
        imported(DUTCH)
        number = "V-26-00121"
        Incident.objects.filter(external_number=number).update(occurred_at=F("occurred_at") + HOUR)
        check = reverse("incidents:import-check", args=[kept.pk])
        time_machine.move_to(AT + timedelta(days=400))
        client.force_login(VimImport.objects.get().created_by)
        client.post(check, self.mapping())
        page = client.get(check).text
        assert "Yes, 6 January 2026 is right" in page
        assert f'name="sure" value="{number}"' in page
        assert "sure_new" not in page
        said = confirm(client, kept, take=[number]).text
        assert "the reports stay as they are" in said

    @pytest.mark.parametrize("sure", [True, False])
    def test_asks_once_whether_new_reports_of_long_ago_are_right(self, client, kept, time_machine, sure):
        check = reverse("incidents:import-check", args=[kept.pk])
        time_machine.move_to(AT + timedelta(days=400))
        client.force_login(VimImport.objects.get().created_by)
        client.post(check, self.mapping())
        assert "6 new reports are of more than a year ago" in client.get(check).text
        said = confirm(client, kept, **({"sure_new": "on"} if sure else {})).text
        assert ("say first that the dates" in said) is not sure
        assert Incident.objects.count() == (6 if sure else 0)

    def test_a_mapping_once_saved_is_found_again(self, client, kept):
        table = importing.read(DUTCH.read_bytes(), "nl.csv")
        VimMapping.objects.create(name="Ons systeem", columns=dict(KNOWN.guess(table.header).of))
        assert (
            'value="Ons systeem"'
            in client.get(reverse("incidents:import-check", args=[kept.pk])).content.decode()
        )

    def test_one_column_cannot_mean_two_things(self, client, kept):
        check = reverse("incidents:import-check", args=[kept.pk])
        page = client.post(check, self.mapping(column_time="Meldnr.")).content.decode()
        assert "This column has already been chosen." in page
        assert not VimMapping.objects.exists()

    def test_problems_stand_by_line_and_nothing_can_be_imported(self, client, kept, hospital):
        UserFactory._meta.model.objects.filter(employee_number="100001").update(is_active=False)
        check = reverse("incidents:import-check", args=[kept.pk])
        client.post(check, self.mapping())
        page = client.get(check).content.decode()
        assert "No employee has this number." in page
        assert reverse("incidents:import-commit", args=[kept.pk]) not in page
        client.post(reverse("incidents:import-commit", args=[kept.pk]))
        assert not Incident.objects.exists()

    def test_of_many_problems_it_is_said_that_only_the_first_are_shown(self, client, coordinator):
        rows = "".join(f"{number};31-13-2026\n" for number in range(60))
        file = SimpleUploadedFile("x.csv", f"Meldnr;Datum\n{rows}".encode())
        check = client.post(reverse("incidents:import"), {"file": file}).url
        client.post(check, {"name": "Meldsysteem", "column_number": "Meldnr", "column_date": "Datum"})
        page = " ".join(client.get(check).text.split())
        assert "60 rows need your attention · the first 50" in page
        assert page.count("This is not a date such as") == 50

    def test_a_file_with_nothing_below_its_columns_is_refused(self, client, coordinator):
        file = SimpleUploadedFile("x.csv", b"Meldnr;Datum\n;\n")
        page = client.post(reverse("incidents:import"), {"file": file}).text
        assert "column names and nothing below them" in page
        assert not VimImport.objects.exists()

    def test_a_file_that_is_none_is_refused_kindly(self, client, coordinator):
        response = client.post(
            reverse("incidents:import"), {"file": SimpleUploadedFile("x.pdf", b"%PDF-1.7 something")}
        )
        assert "neither a CSV nor an XLSX" in response.content.decode()
        assert not VimImport.objects.exists()

    def test_thrown_away_the_content_is_gone(self, client, kept):
        client.post(reverse("incidents:import-discard", args=[kept.pk]))
        kept.refresh_from_db()
        assert kept.content is None

    def test_another_coordinators_file_is_not_found(self, client, kept):
        client.force_login(UserFactory(roles=[Role.COORDINATOR]))
        for name in ("import-check", "import-commit", "import-discard"):
            url = reverse(f"incidents:{name}", args=[kept.pk])
            assert client.post(url).status_code == 404
        assert client.get(reverse("incidents:import-check", args=[uuid4()])).status_code == 404

    def test_a_new_file_takes_the_place_of_the_old(self, client, kept):
        client.post(reverse("incidents:import"), {"file": SimpleUploadedFile("nl.csv", DUTCH.read_bytes())})
        kept.refresh_from_db()
        assert kept.content is None
        assert VimImport.objects.filter(finished_at=None).count() == 1


@pytest.mark.django_db
class TestCommand:
    def test_imports_and_keeps_the_mapping(self, hospital, capsys):
        call_command("import_vim", str(ENGLISH), "--mapping", "Eventlog", "--dry-run")
        assert not Incident.objects.exists()
        call_command("import_vim", str(ENGLISH), "--mapping", "Eventlog")
        assert "4 imported, 0 changed." in capsys.readouterr().out
        assert VimMapping.objects.get().name == "Eventlog"
        Incident.objects.filter(external_number="20260032").update(description="Anders")
        call_command("import_vim", str(ENGLISH), "--mapping", "Eventlog", "--take-changes")
        assert "0 imported, 1 changed." in capsys.readouterr().out

    def test_wants_to_hear_that_old_dates_are_right(self, hospital, time_machine):
        time_machine.move_to(AT + timedelta(days=400))
        with pytest.raises(CommandError, match="--old-dates"):
            call_command("import_vim", str(ENGLISH), "--mapping", "Eventlog")
        assert not Incident.objects.exists()
        call_command("import_vim", str(ENGLISH), "--mapping", "Eventlog", "--old-dates")
        assert Incident.objects.count() == 4

    def test_problems_stop_it(self, capsys):
        with pytest.raises(CommandError, match="Nothing is imported"):
            call_command("import_vim", str(ENGLISH), "--mapping", "Eventlog")
        said = capsys.readouterr().err
        assert "Department: Psychiatrie (1)" in said
        assert "Line 4: " in said
        assert not VimMapping.objects.exists()

    def test_what_is_about_no_line_names_none(self, db, tmp_path, capsys):
        path = tmp_path / "x.csv"
        path.write_text("Meldnr;Afdeling\n1;IC\n")
        with pytest.raises(CommandError, match="Nothing is imported"):
            call_command("import_vim", str(path), "--mapping", "Eventlog")
        assert capsys.readouterr().err == "Date of the event: This column is missing.\n"

    def test_a_file_that_is_not_there(self, tmp_path):
        with pytest.raises(CommandError, match="cannot be read"):
            call_command("import_vim", str(tmp_path / "no.csv"), "--mapping", "Eventlog")


def test_the_samples_are_not_in_the_future_of_their_own_test():
    assert datetime(2026, 1, 21, tzinfo=UTC) + timedelta(days=1) < AT


@pytest.mark.django_db
def test_an_upload_that_nobody_finished_is_thrown_away():
    ages = {"old": uploads.KEPT, "new": uploads.KEPT - timedelta(hours=1)}
    for name, age in ages.items():
        VimImport.objects.create(
            file_name=name, content=b"names", created_by=UserFactory(), created_at=AT - age
        )
    assert uploads.discard_forgotten(at=AT) == 1
    assert VimImport.objects.get(content=None).file_name == "old"


@pytest.mark.django_db(transaction=True)
def test_what_is_being_imported_is_not_thrown_away_meanwhile(monkeypatch):
    by = UserFactory(roles=[Role.COORDINATOR])
    kept = importing.upload(content=DUTCH.read_bytes(), file_name="nl.csv", by=by, at=AT)
    thrown = []

    def throw_away():
        thrown.append(VimImport.throw_away(at=AT, pk=kept.pk))
        connection.close()

    other_tab = threading.Thread(target=throw_away)
    monkeypatch.setattr(carry_out, "apply", lambda *args, **kwargs: other_tab.start())
    table = importing.opened(kept)
    columns = dict(KNOWN.guess(table.header).of)
    kept.mapping = VimMapping.objects.create(name="Meldsysteem", columns=columns)
    plan = importing.plan_of(kept, table, at=AT)
    says_yes = partial(
        importing.confirm,
        answers={},
        vim_import=kept,
        digest=plan.digest(),
        by=by,
        at=AT,
        sure_of_new=False,
        **dict.fromkeys(("take", "calamities", "sure"), ()),
    )
    says_yes()
    other_tab.join()
    assert (thrown, VimImport.objects.get().counts) == ([0], plan.counts)
    with pytest.raises(NotReady):
        says_yes()


PEOPLE = ("Meldnr", "Datum", "Afdeling", "Betrokkene", "Telefoon betrokkene", "E-mail betrokkene")


def plan_of(*rows, answers=None):
    table = table_of(*rows, header=PEOPLE)
    columns = KNOWN.guess(table.header)
    return make(table, source="Meldsysteem", columns=columns, at=AT, answers=answers)


def row(number, name, telephone="", email=""):
    return (number, "05-01-2026", "", name, telephone, email)


@pytest.mark.django_db
class TestWhoIsWho:
    def test_two_who_share_the_telephone_of_a_ward_are_two(self):
        plan = plan_of(row("1", "Bram Visser", "010 1234567"), row("1", "Noor Bakker", "010 1234567"))
        assert [one.called for one in plan.new[0].people] == ["Bram Visser", "Noor Bakker"]

    @pytest.mark.parametrize(
        "said",
        [
            {"name": "Noor", "email": "N.Bakker@ziekenhuis.example"},
            {"name": "Bakker, Noor", "telephone": "+31 (0)6 12345678"},
        ],
    )
    def test_an_employee_beyond_doubt_is_linked(self, said):
        noor = UserFactory(name="Noor Bakker", email="n.bakker@ziekenhuis.example", telephone="0612345678")
        plan = plan_of(row("1", **said))
        assert [one.employee for one in plan.new[0].people] == [noor]
        assert plan.questions == []

    def test_who_may_be_an_employee_is_asked_about_once(self):
        noor = UserFactory(name="Noor Bakker", telephone="0612345678")
        rows = [row(number, "N.B.", "06-12345678") for number in ("1", "2")]
        (question,) = plan_of(*rows).questions
        assert (question.said.name, question.meant, question.numbers) == ("N.B.", (noor,), ("1", "2"))
        yes = plan_of(*rows, answers={question.key: str(noor.pk)})
        assert {one.employee for one in yes.new_people} == {noor}
        no = plan_of(*rows, answers={question.key: "no"})
        assert {one.employee for one in no.new_people} == {None}
        assert yes.questions == no.questions == []
        assert plan_of(*rows, answers={question.key: str(UserFactory().pk)}).questions == [question]

    def test_an_answer_is_remembered(self):
        noor = UserFactory(name="Noor Bakker", telephone="0612345678")
        rows = [row("1", "N.B.", "06-12345678")]
        (question,) = plan_of(*rows).questions
        carry_out.apply(plan_of(*rows, answers={question.key: str(noor.pk)}), take=[], by=None, at=AT)
        again = plan_of(*rows)
        assert (again.questions, again.changed, len(again.known)) == ([], [], 1)
        elsewhere = plan_of(row("2", "N.B.", "06-12345678"))
        assert elsewhere.questions == []
        assert [one.employee for one in elsewhere.new_people] == [noor]

    def test_an_answer_about_somebody_who_was_on_the_report_is_remembered_too(self):
        noor = UserFactory(name="Noor Bakker", telephone="0612345678")
        carry_out.apply(plan_of(row("1", "Noor", email=noor.email)), take=[], by=None, at=AT)
        rows = [row("1", "N.B.", "06-12345678")]
        (question,) = plan_of(*rows).questions
        carry_out.apply(plan_of(*rows, answers={question.key: str(noor.pk)}), take=[], by=None, at=AT)
        again = plan_of(*rows)
        assert (again.questions, again.changed) == ([], [])
        assert Involvement.objects.count() == 1

    def test_who_is_typed_with_a_corrected_address_is_asked_about_and_not_added_twice(self):
        carry_out.apply(plan_of(row("1", "Sam Student", email="sam@scool.example")), take=[], by=None, at=AT)
        corrected = row("1", "Sam Student", email="sam@school.example")
        (question,) = plan_of(corrected).questions
        (twin,) = question.twins
        same = plan_of(corrected, answers={question.key: twin.answer})
        assert (same.questions, same.changed) == ([], [])
        carry_out.apply(same, take=[], by=None, at=AT)
        assert Involvement.objects.get().email == "sam@school.example"
        assert len(plan_of(corrected).known) == 1
        other = plan_of(row("1", "Sam Student", "0687654321"))
        (question,) = other.questions
        other = plan_of(row("1", "Sam Student", "0687654321"), answers={question.key: "no"})
        carry_out.apply(other, take=["1"], by=None, at=AT)
        assert Involvement.objects.count() == 2

    def test_one_typed_name_twice_on_a_report_is_asked_about(self):
        rows = [row("1", "Sam Student", "0687654321"), row("1", "Student, Sam", email="sam@school.example")]
        (question,) = plan_of(*rows).questions
        assert (question.said.email, question.numbers) == ("sam@school.example", ("1",))
        (twin,) = question.twins
        one = plan_of(*rows, answers={question.key: twin.answer})
        carry_out.apply(one, take=[], by=None, at=AT)
        sam = Involvement.objects.get()
        assert (sam.email, sam.telephone) == ("sam@school.example", "+31687654321")
        assert (plan_of(*rows).questions, len(plan_of(*rows).known)) == ([], 1)

    def test_nothing_is_asked_about_who_is_here_already(self):
        UserFactory(name="Noor Bakker", telephone="0612345678")
        rows = [row("1", "N.B.", "06-12345678")]
        carry_out.apply(plan_of(*rows), take=[], by=None, at=AT)
        assert plan_of(*rows).questions == []

    def test_a_number_that_a_spreadsheet_has_spoilt_is_an_error_with_its_line(self):
        plan = plan_of(row("1", "Noor", "0612345678"), row("2", "Bram", "3,16E+10"))
        (problem,) = plan.problems
        assert (problem.line, problem.column, problem.code) == (3, "Telefoon betrokkene", "telephone_spoilt")

    @pytest.mark.parametrize(
        ("said", "column", "code"),
        [
            ({"name": "-5", "telephone": "0612345678"}, "Betrokkene", "name_wrong"),
            ({"name": "Noor", "telephone": "@x"}, "Telefoon betrokkene", "telephone_wrong"),
            ({"name": "Noor", "telephone": "-5"}, "Telefoon betrokkene", "telephone_wrong"),
            ({"name": "Noor", "email": "@x"}, "E-mail betrokkene", "email_wrong"),
            ({"name": "Noor; 12", "email": "n@x.example; b@x.example"}, "Betrokkene", "name_wrong"),
        ],
    )
    def test_what_is_no_name_number_or_address_is_an_error_with_its_line(self, said, column, code):
        plan = plan_of(row("1", "Noor", "57123", "noor@ziekenhuis.example"), row("2", **said))
        assert [(each.line, each.column, each.code) for each in plan.problems] == [(3, column, code)]

    def test_a_hyphen_says_nothing(self):
        (report,) = plan_of(("1", "05-01-2026", "-", "Noor;李小明", "-;0612345678", "noor@x.example;-")).new
        assert [(one.name, one.telephone, one.email) for one in report.people] == [
            ("Noor", "", "noor@x.example"),
            ("李小明", "+31612345678", ""),
        ]
        assert plan_of(("1", "05-01-2026", "-", "-", "-", "-")).new[0].people == ()

    def test_an_apostrophe_before_a_number_is_an_error_with_its_line(self):
        (problem,) = plan_of(row("'V-1", "Noor", "0612345678")).problems
        assert (problem.line, problem.code) == (2, "number_quoted")

    def test_the_page_asks_before_it_imports(self, client):
        noor = UserFactory(name="Noor Bakker", telephone="0612345678")
        client.force_login(UserFactory(roles=[Role.COORDINATOR]))
        lines = "\n".join(map(";".join, (PEOPLE, row("1", "N.B.", "06-12345678"))))
        file = SimpleUploadedFile("export.csv", lines.encode())
        check = client.post(reverse("incidents:import"), {"file": file}).url
        columns = {f"column_{name}": column for name, column in KNOWN.guess(PEOPLE).of.items()}
        page = client.post(check, {"name": "Meldsysteem", **columns}, follow=True)
        (question,) = page.context["plan"].questions
        assert "Who is this?" in page.text
        assert "06 12345678" in page.text
        kept = page.context["kept"]
        refused = confirm(client, kept)
        assert "Say of everybody who is asked about who it is." in refused.text
        assert not Incident.objects.exists()
        confirm(client, kept, **{f"who-{question.key}": str(noor.pk)})
        assert Involvement.objects.get().employee == noor


@pytest.mark.django_db
class TestOwnEvent:
    """A coordinator imports a change to an event in which she is involved."""

    def changed(self, hospital, by):
        imported(DUTCH)
        incident = Incident.objects.get(external_number="V-26-00118")
        InvolvementFactory(incident=incident, employee=by)
        Incident.objects.filter(pk=incident.pk).update(description="Zoals het hier stond.")
        table = importing.read(DUTCH.read_bytes(), DUTCH.name)
        plan = make(table, source="Meldsysteem", columns=KNOWN.guess(table.header), at=AT, by=by)
        return incident, plan

    def test_it_stays_as_it_is_and_names_nobody(self, hospital):
        by = UserFactory(roles=[Role.COORDINATOR])
        incident, plan = self.changed(hospital, by)
        assert (plan.changed, plan.own) == ([], [incident])
        carry_out.apply(plan, take=["V-26-00118"], by=by, at=AT)
        incident.refresh_from_db()
        assert incident.description == "Zoals het hier stond."

    def test_another_coordinator_takes_it_over(self, hospital):
        incident, _plan = self.changed(hospital, UserFactory(roles=[Role.COORDINATOR]))
        other = UserFactory(roles=[Role.COORDINATOR])
        table = importing.read(DUTCH.read_bytes(), DUTCH.name)
        plan = make(table, source="Meldsysteem", columns=KNOWN.guess(table.header), at=AT, by=other)
        assert [each.incident for each in plan.changed] == [incident]
        assert plan.own == []
