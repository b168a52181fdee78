"""An export that calls things otherwise, and one that says that something is a calamity."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.http import QueryDict
from django.urls import reverse
from django.utils import translation

from accounts.enums import Role
from accounts.files.mapped_names import NameChoice, Unknown, remember
from accounts.models import FileName
from accounts.tests.factories import DepartmentFactory, LocationFactory, ProfessionFactory, UserFactory
from incidents.calamities import classification
from incidents.enums import Ground, IncidentKind, TrackEventKind, Verdict
from incidents.models import Incident, TrackEvent, VimImport
from incidents.vim import carry_out, importing
from incidents.vim import rows as vim_rows
from incidents.vim.carry_out import NotImportable
from incidents.vim.columns import KNOWN
from incidents.vim.plan import make
from incidents.vim.tests.test_importing import AT, confirm
from incidents.vim.views import LOG

HEADER = "Meldnr;Datum voorval;Tijd voorval;Afdeling;Locatie;Soort melding;Soort incident;Omschrijving"
SOURCE = "Meldsysteem"
pytestmark = pytest.mark.clock(AT)


def csv_of(*rows, header=HEADER):
    return "\r\n".join([header, *rows]).encode()


def planned(*rows, header=HEADER, at=AT):
    table = importing.read(csv_of(*rows, header=header), "export.csv")
    return make(table, source=SOURCE, columns=KNOWN.guess(table.header), at=at)


def row(number="1", department="", location="", kind="", event="Medicatie", text=""):
    return f"{number};05-01-2026;14:30;{department};{location};{kind};{event};{text}"


class TestColumns:
    @pytest.mark.parametrize(
        ("header", "field"),
        [
            ("Tijd voorval", "time"),
            ("Tijdstip van het incident", "time"),
            ("Tijd gebeurtenis", "time"),
            ("Voorval tijd", "time"),
            ("Time of the event", "time"),
            ("Datum voorval", "date"),
            ("Voorvaldatum", "date"),
            ("Incidentsdatum", "date"),
            ("Datum/tijd incident", "date"),
            ("Date and time of incident", "date"),
            ("Soort melding", "kind"),
            ("Calamiteit", "kind"),
            ("Vestiging", "location"),
            ("Datum melding", None),
            ("Tijd melding", None),
        ],
    )
    def test_are_recognised_as_systems_call_them(self, header, field):
        assert {name for name, word in KNOWN.guess([header]).of.items() if word == header} == {field} - {None}

    @pytest.mark.parametrize(
        ("said", "meant"),
        [("2:30 PM", "14:30"), ("12:05 am", "00:05"), ("12.05 p.m.", "12:05"), ("13:00 pm", None)],
    )
    def test_times_as_english_systems_write_them(self, said, meant):
        found = vim_rows._time(said)
        assert (found and f"{found:%H:%M}") == meant


@pytest.mark.parametrize(
    ("said", "column", "meant"),
    [
        ("Calamiteit", "", True),
        ("mogelijke calamiteit", "", True),
        ("Vermoeden van een calamiteit", "", True),
        ("Sentinel event", "", True),
        ("Serious incident", "", True),
        ("Geen calamiteit", "", False),
        ("not a calamity", "", False),
        ("VIM", "", False),
        ("n.v.t.", "Calamiteit", False),
        ("Ja", "Calamiteit?", True),
        ("nee", "Calamiteit?", False),
        ("True", "Possible calamity", True),
        ("ja", "Soort melding", False),
        ("", "Calamiteit", False),
    ],
)
def test_what_an_export_calls_a_calamity(said, column, meant):
    assert vim_rows.is_calamity(said, column=column) is meant


@pytest.mark.django_db
class TestCalamities:
    def test_are_proposed_and_reported_where_somebody_says_so(self):
        plan = planned(row("1", kind="Calamiteit"), row("2", event="Calamiteit"), row("3", kind="VIM"))
        assert [each.number for each in plan.calamities] == ["1", "2"]
        carry_out.apply(plan, take=[], calamities=["1", "3"], by=None, at=AT)
        found = {each.external_number: each for each in Incident.objects.all()}
        assert {number: each.kind for number, each in found.items()} == {
            "1": IncidentKind.CALAMITY,
            "2": IncidentKind.VIM,
            "3": IncidentKind.VIM,
        }
        assert found["1"].verdict == Verdict.REPORTED
        assert found["1"].milestones.count() > 0

    def test_what_the_kind_says_goes_before_what_happened(self):
        assert planned(row(kind="VIM", event="Calamiteit")).calamities == []

    def test_a_report_that_came_in_as_an_incident_is_proposed_once_the_file_says_so(self):
        carry_out.apply(planned(row()), take=[], by=None, at=AT)
        plan = planned(row(kind="Calamiteit"))
        assert [each.number for each in plan.calamities] == ["1"]
        coordinator = UserFactory(roles=[Role.COORDINATOR])
        carry_out.apply(plan, take=[], calamities=["1"], by=coordinator, at=AT)
        incident = Incident.objects.get()
        assert (incident.kind, incident.reported_as) == (IncidentKind.CALAMITY, IncidentKind.VIM)
        assert TrackEvent.objects.get(kind=TrackEventKind.MADE_CALAMITY).by == coordinator
        assert planned(row(kind="Calamiteit")).counts == {"new": 0, "known": 1, "changed": 0}

    def test_what_the_committee_decided_is_not_proposed_again(self):
        carry_out.apply(planned(row(kind="Calamiteit")), take=[], calamities=["1"], by=None, at=AT)
        incident = Incident.objects.get()
        classification.classify(
            incident=incident,
            verdict=Verdict.NONE,
            ground=Ground.NO_HARM,
            by=UserFactory(roles=[Role.CCP]),
            at=AT,
            seen=classification.standing(incident),
        )
        assert planned(row(kind="Calamiteit")).calamities == []

    def test_the_page_ticks_them_and_reports_what_stays_ticked(self, client, time_machine):
        time_machine.move_to(AT)
        client.force_login(UserFactory(roles=[Role.COORDINATOR]))
        kept, page = uploaded(client, row("1", kind="Calamiteit"), row("2", kind="Calamiteit"))
        assert page.count('name="calamity"') == page.count(" checked>") == 2
        done = confirm(client, kept, calamity="2").text
        assert "1 is reported to the committee as a calamity." in done
        assert Incident.objects.get(kind=IncidentKind.CALAMITY).external_number == "2"

    def test_the_command_wants_it_said(self, tmp_path, capsys):
        path = tmp_path / "export.csv"
        path.write_bytes(csv_of(row(kind="Calamiteit")))
        with pytest.raises(CommandError, match="--calamities=report"):
            call_command("import_vim", str(path), "--mapping", SOURCE)
        assert "1 is a calamity, by the file." in capsys.readouterr().out
        assert not Incident.objects.exists()
        call_command("import_vim", str(path), "--mapping", SOURCE, "--calamities=report")
        assert Incident.objects.get().kind == IncidentKind.CALAMITY


@pytest.mark.django_db
class TestNames:
    @pytest.fixture
    def sites(self):
        return [
            DepartmentFactory(name="Cardiologie", location=LocationFactory(name=name))
            for name in ("Ziekenhuis Noord", "Ziekenhuis Zuid")
        ]

    def test_a_department_at_two_sites_is_found_by_the_location(self, sites):
        plan = planned(row(department="cardiologie", location="Ziekenhuis Zuid"))
        assert (plan.unknown, plan.new[0].department) == ([], sites[1])

    def test_without_a_location_somebody_chooses_once(self, sites):
        rows = row("1", department="Cardiologie"), row("2", department="CARDIOLOGIE")
        plan = planned(*rows)
        assert [(each.written, each.count) for each in plan.unknown] == [("Cardiologie", 2)]
        with pytest.raises(NotImportable):
            carry_out.apply(plan, take=[], by=None, at=AT)
        choice = NameChoice(Unknown("department", "Cardiologie", 2), department=sites[0])
        by = UserFactory(roles=[Role.COORDINATOR])
        remember(source=SOURCE, choices=[choice], log=LOG, by=by, at=AT)
        plan = planned(*rows)
        assert {each.department for each in plan.new} == {sites[0]}

    def test_what_was_chosen_holds_for_that_system_alone(self, sites):
        by = UserFactory(roles=[Role.COORDINATOR])
        choice = NameChoice(Unknown("department", "Hart", 1), department=sites[0])
        remember(source="Ander systeem", choices=[choice], log=LOG, by=by, at=AT)
        assert [each.written for each in planned(row(department="Hart")).unknown] == ["Hart"]

    def test_who_chose_what_is_told_in_the_language_of_who_reads_it(self, sites):
        by = UserFactory(roles=[Role.COORDINATOR])
        with translation.override("nl"):
            choice = NameChoice(Unknown("department", "Kelder", 1))
            remember(source=SOURCE, choices=[choice], log=LOG, by=by, at=AT)
            (dutch,) = LOG.history(QueryDict()).changes
        with translation.override("en"):
            (english,) = LOG.history(QueryDict()).changes
        assert (dutch.new, english.new) == ("niets: leeg gelaten", "nothing: left empty")

    def test_the_page_asks_for_all_and_remembers(self, client, sites, time_machine):
        time_machine.move_to(AT)
        ProfessionFactory(name="Verpleegkundige")
        client.force_login(UserFactory(roles=[Role.COORDINATOR]))
        header = f"{HEADER};Naam betrokkene;Mail betrokkene;Functie betrokkene"
        kept, page = uploaded(
            client,
            f"{row('1', department='Hart')};Jan;jan@flex.example;Zuster",
            f"{row('2', department='Kelder')};;;",
            header=header,
        )
        assert "Names that are not here yet" in page
        assert reverse("incidents:import-commit", args=[kept.pk]) not in page
        check = reverse("incidents:import-check", args=[kept.pk])
        choices = {
            "of_names": "1",
            "names-same_0": "cardiologie · ziekenhuis noord",
            "names-other_1": "nothing",
            "names-same_2": "Verpleegkundig",
        }
        page = client.post(check, choices).content.decode()
        assert "here: choose from the list." in page
        page = client.post(
            check, {**choices, "names-same_2": "Verpleegkundige"}, follow=True
        ).content.decode()
        assert "Import 2 reports" in page
        confirm(client, kept)
        reports = {each.external_number: each for each in Incident.objects.all()}
        assert (reports["1"].department, reports["2"].department) == (sites[0], None)
        assert str(reports["1"].involvements.get().profession) == "Verpleegkundige"
        listed = client.get(reverse("incidents:import")).content.decode()
        assert "Kelder" in listed
        client.post(reverse("incidents:import-forget", args=[FileName.objects.get(written="Kelder").pk]))
        assert not FileName.objects.filter(written="Kelder").exists()

    def test_the_names_of_the_staff_file_are_not_the_coordinators(self, client):
        client.force_login(UserFactory(roles=[Role.COORDINATOR]))
        name = FileName.objects.create(kind="profession", key="x", written="X", group="support")
        response = client.post(reverse("incidents:import-forget", args=[name.pk]))
        assert response.status_code == 404
        assert FileName.objects.exists()


def uploaded(client, *rows, header=HEADER):
    """The file on the page that shows what importing it would do."""
    file = SimpleUploadedFile("export.csv", csv_of(*rows, header=header))
    client.post(reverse("incidents:import"), {"file": file})
    kept = VimImport.objects.get(finished_at=None)
    table = importing.read(csv_of(*rows, header=header), "export.csv")
    columns = {f"column_{name}": word for name, word in KNOWN.guess(table.header).of.items()}
    check = reverse("incidents:import-check", args=[kept.pk])
    page = client.post(check, {"name": SOURCE, **columns}, follow=True)
    return kept, page.content.decode()
