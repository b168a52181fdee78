"""A staff file, from its bytes to who is in service: on the page and by the command.

Also covers accounts.files.cells and accounts.files.commands.
"""

import io
import re
import threading
from datetime import UTC, datetime

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse

from accounts.enums import ImportState, Role
from accounts.files.uploads import NotReady
from accounts.models import AccessEvent, StaffImport, User
from accounts.people import directory as people
from accounts.staff import carry_out, importing, plan, tasks
from accounts.staff.views.importing import UploadForm
from accounts.staff.words import REASONS
from accounts.tests.factories import DepartmentFactory, LocationFactory, ProfessionFactory, UserFactory
from accounts.tests.markup import squeezed
from hospital.enums import ProfessionGroup
from hospital.models import Department, Location, Profession
from hospital.one_worker import alone

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
COMPLETE = str(UploadForm.base_fields["complete"].label)
HEADER = "Personeelsnummer;Naam;E-mail;Telefoon;Locatie;Afdeling;Functie;In functie sinds;Leidinggevende"
pytestmark = pytest.mark.clock(AT)


def line(number, name="Noëlle Jansen", **changes):
    values = {
        "number": number,
        "name": name,
        "email": f"{number.lower()}@ziekenhuis.example",
        "telephone": "0612345678",
        "location": "Ziekenhuis Noord",
        "department": "Cardiologie",
        "profession": "Verpleegkundige",
        "since": "01-03-2015",
        "manager": "",
    }
    assert set(changes) < set(values)
    return ";".join({**values, **changes}.values())


def csv_of(*lines, header=HEADER):
    return "\r\n".join([header, *lines]).encode("cp1252")


def upload(*lines, complete=True, by=None, header=HEADER):
    return importing.upload(
        content=csv_of(*lines, header=header), file_name="staf.csv", complete=complete, by=by, at=AT
    )


def read(*lines, **options):
    return importing.work(import_id=upload(*lines, **options).id, at=AT)


def commit(current, *, make_missing=True, let_many_leave=True, by=None):
    confirmed = importing.confirm(
        staff_import=current,
        digest=current.preview["digest"],
        make_missing=make_missing,
        let_many_leave=let_many_leave,
        by=by,
        at=AT,
    )
    return importing.work(import_id=confirmed.id, at=AT)


def answer(current, answers=None, choices=(), by=None):
    chosen = importing.choose(
        staff_import=current,
        digest=current.preview["digest"],
        answers=answers or {},
        choices=choices,
        by=by,
        at=AT,
    )
    return importing.work(import_id=chosen.id, at=AT)


def bring(*lines, **options):
    current = commit(read(*lines, **options))
    assert current.state == ImportState.DONE
    return current


@pytest.fixture
def hospital(db):
    ward = DepartmentFactory(name="Cardiologie", location=LocationFactory(name="Ziekenhuis Noord"))
    ProfessionFactory(name="Verpleegkundige")
    return ward


@pytest.fixture
def administrator(client):
    """The browser of one."""
    client.force_login(UserFactory(office=True, employee_number="", roles=[Role.ADMIN]))
    return client


def page_of(current):
    return reverse("settings:staff-import-file", args=[current.pk])


def table_of(page, heading):
    """The rows of the table under `heading`, each as its cells by what they are called."""
    body = page.partition(f"<summary>{heading}</summary>")[2].partition("<tbody>")[2].partition("</tbody>")[0]
    cells = [re.findall(r'data-label="([^"]*)">(.*?)</t[hd]>', row, re.DOTALL) for row in body.split("</tr>")]
    return [
        {label: " ".join(re.sub("<[^>]*>", " ", cell).split()) for label, cell in row} for row in cells if row
    ]


def counts(current):
    return tuple(current.preview["counts"].values())


def test_first_import_makes_people_who_then_choose_a_password(hospital):
    current = read(line("P1", manager="P2"), line("P2", "Bram de Graaf", since=""))
    assert current.state == ImportState.PREVIEW
    assert counts(current) == (2, 0, 0, 0)
    assert User.objects.count() == 0
    commit(current)
    user = User.objects.get(employee_number="P1")
    assert (user.username, user.name, user.email, user.telephone) == (
        "p1",
        "Noëlle Jansen",
        "p1@ziekenhuis.example",
        "+31612345678",
    )
    assert (user.department, str(user.profession), user.in_profession_since) == (
        hospital,
        "Verpleegkundige",
        2015,
    )
    assert str(user.manager) == "Bram de Graaf"
    assert not user.has_usable_password()
    assert user.roles == set()


def test_the_same_file_twice_changes_nothing(hospital):
    lines = [line("P1", manager="P2"), line("P2", department="CARDIOLOGIE", profession="verpleegkundige")]
    bring(*lines)
    again = read(*lines)
    assert counts(again) == (0, 0, 0, 2)
    before = list(User.objects.order_by("id").values())
    commit(again)
    assert list(User.objects.order_by("id").values()) == before


def test_changes_are_shown_as_they_were_and_as_they_become(hospital):
    bring(line("P1"), line("P2"))
    current = read(line("P1", "Noëlle de Wit", since="2016", department="IC"), line("P2"))
    assert counts(current) == (0, 1, 0, 1)
    (change,) = current.preview["changed"]
    assert change["fields"] == [
        ["name", "Noëlle Jansen", "Noëlle de Wit"],
        ["department", "Cardiologie · Ziekenhuis Noord", "IC · Ziekenhuis Noord"],
        ["in_profession_since", 2015, 2016],
    ]
    commit(current)
    user = User.objects.get(employee_number="P1")
    assert (user.name, str(user.department), user.in_profession_since) == ("Noëlle de Wit", "IC", 2016)


def test_who_is_new_is_shown_with_how_to_reach_them_and_who_manages_them(hospital, administrator):
    bring(line("P1", "Noëlle Jansen"))
    rows = (line("P2", "Bram de Graaf", manager="P1"), line("P3", "Els Bakker", manager="P2"))
    current = read(*rows, line("P4", "Ab Aalbers", email="", telephone=""), complete=False)
    ab, els, bram = table_of(administrator.get(page_of(current)).content.decode(), "New: 3")
    assert [one["Name"] for one in (ab, els, bram)] == ["Ab Aalbers", "Els Bakker", "Bram de Graaf"]
    assert (bram["E-mail"], bram["Telephone"], bram["Manager"]) == (
        "p2@ziekenhuis.example",
        "06 12345678",
        "Noëlle Jansen (P1)",
    )
    assert els["Manager"] == "Bram de Graaf (P2)"
    assert (ab["E-mail"], ab["Telephone"], ab["Manager"]) == ("–", "–", "–")


def test_what_changes_is_shown_in_words(hospital, administrator):
    header = f"{HEADER};Taal"
    bring(line("P1", manager="P2"), line("P2", "Bram de Graaf"), line("P3", "Els Bakker"))
    UserFactory(employee_number="P8", name="Ab Aalbers", manager=UserFactory(employee_number="", name="Jo"))
    rows = [
        line("P1", manager="P3", telephone="0687654321") + ";en",
        line("P2", "Bram de Graaf", manager="P1") + ";",
        line("P3", "Els de Vries", manager="-") + ";",
        line("P8", "Ab Aalbers", manager="P1") + ";",
    ]
    current = read(*rows, header=header, complete=False)
    page = administrator.get(page_of(current)).content.decode()
    said = {row["Name"]: row["What changes"] for row in table_of(page, "Changed: 4")}
    assert said["Noëlle Jansen"] == (
        "Telephone: 06 12345678 → 06 87654321"
        " Manager: Bram de Graaf (P2) → Els de Vries (P3)"
        " Language: Nederlands → English"
    )
    assert said["Bram de Graaf"] == "Manager: – → Noëlle Jansen (P1)"
    assert "Manager: Jo → Noëlle Jansen (P1)" in said["Ab Aalbers"]


def test_as_many_queries_for_many_managers(hospital, django_assert_num_queries):
    bring(*(line(f"P{n}", f"Naam {n}") for n in range(40)))

    def statements(people):
        rows = [line(f"P{n}", f"Naam {n}", manager=f"P{n + 20}") for n in people]
        rows += [line(f"Q{n}", f"Ook {n}", manager=f"P{n}") for n in people]
        with django_assert_num_queries(100, exact=False) as counted:
            current = read(*rows, complete=False)
        assert counts(current) == (len(people), len(people), 0, 0)
        importing.discard(staff_import=current, by=None, at=AT)
        return len(counted)

    assert statements(range(1)) == statements(range(20))


def test_columns_that_are_not_there_leave_what_was(hospital):
    bring(line("P1", manager="P2"), line("P2"))
    bring(
        "P1;Noëlle Jansen;p1@ziekenhuis.example;Cardiologie;Verpleegkundige",
        "P2;Noëlle Jansen;p2@ziekenhuis.example;Cardiologie;Verpleegkundige",
        header="Persnr;Naam;Mail;Afdeling;Functie",
    )
    user = User.objects.get(employee_number="P1")
    assert (user.telephone, user.in_profession_since) == ("+31612345678", 2015)
    assert user.manager is not None


def test_a_new_name_is_found_and_sorted_as_it_is_now(hospital):
    bring(line("P1", "Noor Bakker"), line("P2", "Ab Coster"))
    bring(line("P1", "Noor van den Berg"), line("P2", "Ab Aalbers"))
    assert [user.name for user in User.objects.order_by("sort_key")] == ["Ab Aalbers", "Noor van den Berg"]
    assert [user.name for user in people.named(User.objects.all(), "vd berg")] == ["Noor van den Berg"]
    assert not people.named(User.objects.all(), "bakker").exists()


def test_a_leaver_loses_every_session_at_once(hospital):
    bring(line("P1"), line("P2"))
    leaver = User.objects.get(employee_number="P2")
    leaver.set_password("correct horse battery")
    leaver.save(update_fields=["password"])
    browsers = [Client(), Client()]
    for browser in browsers:
        browser.post("/account/sign-in/", {"login": "p2", "password": "correct horse battery"})
        assert browser.get("/account/devices/").status_code == 200
    current = read(line("P1"))
    assert [change["name"] for change in current.preview["leaving"]] == [leaver.name]
    commit(current)
    for browser in browsers:
        assert browser.get("/account/devices/").status_code == 302
    # Who comes back does not find the old sessions open.
    bring(line("P1"), line("P2"))
    assert User.objects.get(employee_number="P2").is_active
    for browser in browsers:
        assert browser.get("/account/devices/").status_code == 302


def test_only_a_complete_file_makes_leavers_and_only_of_the_hospitals_own_staff(hospital):
    bring(line("P1"), line("P2"))
    partner = UserFactory(partner=True, employee_number="X1")
    admin = UserFactory(office=True, employee_number="", roles=[Role.ADMIN])
    partial = read(line("P1"), complete=False)
    assert counts(partial) == (0, 0, 0, 1)
    importing.discard(staff_import=partial, by=None, at=AT)
    bring(line("P1"))
    assert set(User.objects.filter(is_active=True).exclude(employee_number="P1")) == {partner, admin}


def test_many_leavers_need_a_tick(hospital):
    bring(*(line(f"P{n}") for n in range(20)))
    current = read(*(line(f"P{n}") for n in range(17)))
    assert current.preview["many_leave"]
    with pytest.raises(importing.ManyLeave):
        commit(current, let_many_leave=False)
    assert User.objects.filter(is_active=True).count() == 20
    commit(current)
    assert User.objects.filter(is_active=True).count() == 17
    assert not read(*(line(f"P{n}") for n in range(16))).preview["many_leave"]


def test_where_many_would_leave_the_page_says_that_the_file_may_be_chosen_as_a_part(hospital, administrator):
    bring(*(line(f"P{n}") for n in range(20)))
    current = read(line("P1"))
    page = administrator.get(page_of(current)).content.decode()
    assert f"without the tick at “{COMPLETE}”" in page
    confirm = reverse("settings:staff-import-confirm", args=[current.pk])
    page = administrator.post(confirm, {"digest": current.preview["digest"]}, follow=True).content.decode()
    assert page.count(f"without the tick at “{COMPLETE}”") == 2


def test_the_last_administrator_is_not_put_out_of_service(hospital):
    bring(line("P1"), line("P2"))
    User.objects.get(employee_number="P2").groups.set(
        UserFactory(roles=[Role.ADMIN], leaver=True).groups.all()
    )
    current = read(line("P1"))
    assert current.errors == [{"line": 0, "column": "", "code": "last_admin"}]
    assert f"without the tick at “{COMPLETE}”" in str(REASONS["last_admin"])


def test_what_is_missing_is_made_when_asked(hospital):
    current = read(
        line("P1", location="Ziekenhuis Zuid", department="Dialyse", profession="Nefroloog"),
        line("P2", location="Ziekenhuis Zuid", department="dialyse", profession="nefroloog"),
    )
    assert current.preview["missing"] == {
        "locations": ["Ziekenhuis Zuid"],
        "departments": ["Dialyse · Ziekenhuis Zuid"],
        "professions": [["Nefroloog", "physician"]],
    }
    with pytest.raises(importing.MissingNotMade):
        commit(current, make_missing=False)
    assert not Location.objects.filter(name="Ziekenhuis Zuid").exists()
    commit(current)
    assert Department.objects.get(name="Dialyse").location.name == "Ziekenhuis Zuid"
    assert Profession.objects.get(name="Nefroloog").group == ProfessionGroup.PHYSICIAN
    assert {str(user.department) for user in User.objects.all()} == {"Dialyse"}


def test_a_department_without_a_location_is_found_where_it_is(hospital):
    header = "Persnr;Naam;Mail;Afdeling;Functie"
    bring("P1;A;;Cardiologie;Verpleegkundige", "P2;B;;Dialyse;Verpleegkundige", header=header)
    assert set(User.objects.values_list("department__location__name", flat=True)) == {"Ziekenhuis Noord"}
    DepartmentFactory(name="Cardiologie", location=LocationFactory(name="Ziekenhuis Zuid"))
    current = read("P1;A;;Cardiologie;Verpleegkundige", "P3;C;;Cardiologie;Verpleegkundige", header=header)
    assert [(each["written"], each["count"], each["must"]) for each in current.preview["unknown"]] == [
        ("Cardiologie", 1, True)
    ]


def test_an_empty_cell_leaves_what_was_and_a_hyphen_empties_it(hospital):
    bring(line("P1", manager="P2"), line("P2"))
    before = User.objects.filter(employee_number="P1").values()
    was = before.get()
    bring("P1;Noëlle Jansen;;;;;;;", line("P2"))
    bring("P1;Noëlle Jansen", line("P2"))
    bring("P1;", line("P2", ""))
    assert before.get() == was
    bring("P1;Noëlle Jansen;-;-;;-;-;-;-", line("P2"))
    user = User.objects.get(employee_number="P1")
    assert (user.email, user.telephone, user.in_profession_since) == ("", "", None)
    assert (user.department, user.profession, user.manager) == (None, None, None)


@pytest.mark.parametrize(
    ("names", "empty"), [("Naam", ""), ("Voornaam;Tussenvoegsel;Achternaam", ";;")], ids=["one", "parts"]
)
def test_an_empty_name_leaves_the_name_and_only_somebody_new_needs_one(hospital, administrator, names, empty):
    bring(line("P1"), line("P2", "Bram de Graaf"))
    header = f"Persnr;{names};Mail;Afdeling;Functie"
    known = f"P1;{empty};jansen@elders.example;Cardiologie;Verpleegkundige"
    current = read(known, header=header, complete=False)
    (change,) = current.preview["changed"]
    assert (change["name"], [name for name, *_ in change["fields"]]) == ("Noëlle Jansen", ["email"])
    commit(current)
    user = User.objects.get(employee_number="P1")
    assert (user.name, user.email) == ("Noëlle Jansen", "jansen@elders.example")

    refused = read(known, f"P3;{empty};;Cardiologie;Verpleegkundige", header=header, complete=False)
    page = squeezed(administrator.get(page_of(refused)).content.decode())
    assert [(each["line"], each["code"]) for each in refused.errors] == [(3, "required")]
    assert ">Na" in page.partition(">3</td>")[2][:60]
    assert page.count("Correct these in the file") == 1


def test_somebody_without_a_name_in_the_file_is_asked_about_by_mail_address(hospital):
    bring(line("P1"), line("P2"))
    rows = (line("P9", "", email="p1@ziekenhuis.example"), line("P2"))
    current = read(*rows)
    (question,) = current.preview["questions"]
    assert question["name"] == "p1@ziekenhuis.example"
    same = answer(current, {"P9": question["proposal"]})
    commit(same)
    assert User.objects.get(employee_number="P9").name == "Noëlle Jansen"


def test_a_manager_without_a_name_in_the_file_is_called_as_here(hospital):
    bring(line("P1", "Noëlle Jansen"), line("P2", "Bram de Graaf"))
    current = read(line("P1", ""), line("P2", "", manager="P1"))
    (change,) = current.preview["changed"]
    assert change["fields"] == [["manager", "", "Noëlle Jansen (P1)"]]


def test_what_was_mended_in_the_file_is_said(hospital):
    upload = importing.upload(
        content="\r\n".join([HEADER, line("P1", "No\u200belle\u202e Jansen")]).encode(),
        file_name="staf.csv",
        complete=True,
        by=None,
        at=AT,
    )
    current = importing.work(import_id=upload.id, at=AT)
    assert current.preview["mended"] == [{"code": "invisible", "where": "2 Naam", "more": 0}]
    commit(current)
    assert User.objects.get().name == "Noelle Jansen"


@pytest.mark.parametrize(
    ("lines", "error"),
    [
        ([line("P1", manager="P9")], (2, "Leidinggevende", "manager_unknown")),
        ([line("P1", manager="P1")], (2, "Leidinggevende", "manager_self")),
        (
            [line("P0", manager="P1"), line("P1", manager="P2"), line("P2", manager="P1")],
            (3, "Leidinggevende", "manager_circle"),
        ),
        ([line("P1"), line("P2", email="p1@ziekenhuis.example")], (3, "E-mail", "email_twice")),
        ([line("P1", telephone="3,16E+10")], (2, "Telefoon", "telephone_spoilt")),
        ([line("P1"), line("P2", telephone="'0612345678")], (3, "Telefoon", "telephone_spoilt")),
        ([line("P1", email="taken@ziekenhuis.example")], (2, "E-mail", "email_taken")),
        ([line("TAKEN", email="")], (2, "Personeelsnummer", "username_taken")),
    ],
    ids=lambda value: value[2] if isinstance(value, tuple) else "",
)
def test_one_error_refuses_the_whole_file_and_wipes_it(hospital, lines, error):
    UserFactory(employee_number="", username="taken", email="taken@elsewhere.example")
    UserFactory(partner=True, employee_number="X1", email="taken@ziekenhuis.example")
    before = User.objects.count()
    refused = read(*lines)
    assert refused.state == ImportState.REFUSED
    assert [(found["line"], found["column"], found["code"]) for found in refused.errors] == [error]
    assert StaffImport.objects.get().content is None
    assert User.objects.count() == before


def test_addresses_move_between_people_and_from_leavers(hospital):
    bring(line("P1", email="a@ziekenhuis.example"), line("P2", email="b@ziekenhuis.example"), line("P3"))
    current = read(
        line("P1", email="b@ziekenhuis.example"),
        line("P2", email="a@ziekenhuis.example"),
        line("P4", "Bram de Graaf", email="p3@ziekenhuis.example"),
    )
    commit(answer(current, {"P4": "new"}))
    emails = dict(User.objects.values_list("employee_number", "email"))
    assert emails == {
        "P1": "b@ziekenhuis.example",
        "P2": "a@ziekenhuis.example",
        "P3": "",
        "P4": "p3@ziekenhuis.example",
    }


def test_an_account_without_a_number_is_known_by_its_address(hospital):
    admin = UserFactory(office=True, employee_number="", email="p1@ziekenhuis.example", roles=[Role.ADMIN])
    bring(line("P1"))
    user = User.objects.get()
    assert (user.id, user.employee_number, user.username) == (admin.id, "P1", admin.username)
    assert user.roles == {Role.ADMIN}


def test_sign_in_names_from_the_file_may_swap(hospital):
    header = "Persnr;Naam;Mail;Afdeling;Functie;Inlognaam"
    bring("P1;A;;Cardiologie;Verpleegkundige;een", "P2;B;;Cardiologie;Verpleegkundige;twee", header=header)
    bring("P1;A;;Cardiologie;Verpleegkundige;TWEE", "P2;B;;Cardiologie;Verpleegkundige;een", header=header)
    assert dict(User.objects.values_list("employee_number", "username")) == {"P1": "twee", "P2": "een"}


def test_the_second_administrator_is_told_to_wait(hospital):
    first = UserFactory(name="Ilse Lammers", roles=[Role.ADMIN], employee_number="")
    upload(line("P1"), by=first)
    with pytest.raises(importing.ImportRunning) as told:
        upload(line("P2"))
    assert told.value.other
    assert told.value.other.created_by == first


def test_two_at_once_one_is_told_to_wait(transactional_db):
    outcomes = []

    def go():
        try:
            upload(line("P1"))
            outcomes.append("uploaded")
        except importing.ImportRunning:
            outcomes.append("told to wait")
        finally:
            connection.close()

    threads = [threading.Thread(target=go) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["told to wait"] * 3 + ["uploaded"]


def test_confirming_what_is_no_longer_shown_does_nothing(hospital):
    current = read(line("P1"))
    current.preview["digest"] = "of another preview"
    with pytest.raises(NotReady):
        commit(current)


def test_what_changed_since_the_preview_is_shown_again(hospital):
    current = read(line("P1"))
    importing.confirm(
        staff_import=current,
        digest=current.preview["digest"],
        make_missing=False,
        let_many_leave=False,
        by=None,
        at=AT,
    )
    UserFactory(employee_number="P1", email="p1@ziekenhuis.example", username="p1")
    again = importing.work(import_id=current.id, at=AT)
    assert again.state == ImportState.WAITING
    again = importing.work(import_id=current.id, at=AT)
    assert (again.state, counts(again)) == (ImportState.PREVIEW, (0, 1, 0, 0))


def test_thrown_away_and_done_leave_counts_only(hospital):
    admin = UserFactory(roles=[Role.ADMIN], employee_number="")
    thrown = read(line("P1"), by=admin)
    importing.discard(staff_import=thrown, by=admin, at=AT)
    done = commit(read(line("P1")), by=admin)
    for current in StaffImport.objects.all():
        assert current.content is None
        assert "Jansen" not in str(current.preview)
    assert done.preview == {"counts": {"added": 1, "changed": 0, "leaving": 0, "unchanged": 0}}
    assert list(AccessEvent.objects.values_list("object_kind", "action", "user")) == [
        ("staff import", "erase", admin.id),
        ("staff import", "change", admin.id),
    ]
    with pytest.raises(NotReady):
        importing.discard(staff_import=done, by=admin, at=AT)


@pytest.mark.parametrize("end", ["imported", "refused", "thrown away"])
@pytest.mark.parametrize(
    "wrong",
    [
        {"content": b"names"},
        {"answers": {"P2": "new"}},
        {"preview": {"added": [{"name": "Bram"}]}},
        {"preview": {"counts": {}, "leaving": []}},
        {"finished_at": None},
    ],
    ids=str,
)
def test_the_database_keeps_nobody_of_a_file_that_is_finished(hospital, end, wrong):
    current = read(line("P1", manager="P9") if end == "refused" else line("P1"))
    if end == "imported":
        commit(current)
    elif end == "thrown away":
        importing.discard(staff_import=current, by=None, at=AT)
    assert StaffImport.objects.get().finished_at == AT
    with pytest.raises(IntegrityError, match="finished_keeps_no_content"), transaction.atomic():
        StaffImport.objects.update(**wrong)


@pytest.mark.parametrize("wrong", [{"content": None}, {"finished_at": AT}], ids=["content", "finished"])
def test_the_database_keeps_a_file_until_it_is_finished(hospital, wrong):
    read(line("P1"))
    with pytest.raises(IntegrityError, match="finished_keeps_no_content"), transaction.atomic():
        StaffImport.objects.update(**wrong)


class Killed(BaseException):
    """What a test takes for SIGKILL."""


def test_a_killed_worker_leaves_nothing_half_done_and_the_sweep_goes_on(transactional_db, monkeypatch):
    current = upload(line("P1"), line("P2"))

    def die(*args, **kwargs):
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(plan, "make", die)
        with pytest.raises(Killed):
            importing.work(import_id=current.id, at=AT)
    assert StaffImport.objects.get().state == ImportState.READING
    tasks.sweep_imports()
    current = StaffImport.objects.get()
    assert current.state == ImportState.PREVIEW
    with monkeypatch.context() as patch:
        patch.setattr(carry_out, "_let_go", die)
        with pytest.raises(Killed):
            commit(current)
    assert StaffImport.objects.get().state == ImportState.COMMITTING
    assert User.objects.count() == Department.objects.count() == 0
    tasks.sweep_imports()
    assert StaffImport.objects.get().state == ImportState.DONE
    assert User.objects.count() == 2


def test_a_file_that_kills_every_worker_is_refused_in_the_end(hospital, monkeypatch):
    def die(*args, **kwargs):
        raise Killed

    current = upload(line("P1"))
    with monkeypatch.context() as patch:
        patch.setattr(plan, "make", die)
        for _ in range(3):
            with pytest.raises(Killed):
                importing.work(import_id=current.id, at=AT)
    current = importing.work(import_id=current.id, at=AT)
    assert (current.state, current.errors[0]["code"]) == (ImportState.REFUSED, "gave_up")


def test_one_worker_at_a_time(transactional_db):
    current = upload(line("P1"))
    held, go_on = threading.Event(), threading.Event()

    def another():
        with alone(importing._LOCK):
            held.set()
            go_on.wait(10)
        connection.close()

    thread = threading.Thread(target=another)
    thread.start()
    held.wait(10)
    assert importing.work(import_id=current.id, at=AT).state == ImportState.WAITING
    go_on.set()
    thread.join()
    assert importing.work(import_id=current.id, at=AT).state == ImportState.PREVIEW


def test_statements_do_not_grow_with_the_people(hospital, django_assert_num_queries):
    bring(*(line(f"P{n}") for n in range(20)))

    def statements(name, people):
        changed = [line(f"P{n}", name, telephone="0699999999") for n in people]
        current = read(*changed, *(line(f"{name}{n}") for n in people), complete=False)
        with django_assert_num_queries(100, exact=False) as counted:
            assert commit(current).state == ImportState.DONE
        return len(counted)

    assert statements("Een", range(1)) == statements("Tien", range(10, 20))


class TestCommand:
    @pytest.fixture
    def file(self, tmp_path):
        def write(*lines):
            path = tmp_path / "staf.csv"
            path.write_bytes(csv_of(*lines))
            return path

        return write

    def run(self, path, **options):
        out, err = io.StringIO(), io.StringIO()
        call_command("import_staff", path, stdout=out, stderr=err, **options)
        return out.getvalue()

    def test_imports(self, hospital, file):
        assert "1 new, 0 changed, 0 left" in self.run(file(line("P1")))
        assert User.objects.count() == 1

    def test_shows_without_changing(self, hospital, file):
        self.run(file(line("P1")), commit=False)
        assert User.objects.count() == 0
        assert importing.open_import() is None

    def test_asks_before_it_makes_departments(self, hospital, file):
        path = file(line("P1", department="Dialyse"))
        with pytest.raises(CommandError, match="--make-missing"):
            self.run(path)
        assert importing.open_import() is None
        self.run(path, make_missing=True)
        assert Department.objects.filter(name="Dialyse").exists()

    def test_says_the_group_of_a_new_profession_in_words(self, hospital, file):
        assert "Diëtist → Allied health" in self.run(file(line("P1", profession="Diëtist")), commit=False)

    def test_refuses_with_line_column_and_reason(self, hospital, file, capsys):
        err = io.StringIO()
        with pytest.raises(CommandError, match="Nothing was changed"):
            call_command("import_staff", file(line("P1", email="fout")), stderr=err)
        assert err.getvalue() == "Line 2: E-mail: This is not an e-mail address.\n"

    def test_names_columns_and_groups_as_the_page_does(self, hospital, tmp_path):
        path, err = tmp_path / "staf.csv", io.StringIO()
        path.write_text(
            "Personeelsnr;Voornaam;Achternaam;E-mail;Afdeling;Functie\nP1;A;" + "x" * 200 + ";;SEH;Arts\n"
        )
        with pytest.raises(CommandError):
            call_command("import_staff", str(path), stderr=err)
        assert err.getvalue() == "Line 2: Name: This is too long.\n"
        path.write_text('Personeelsnr;Naam;E-mail;Afdeling;Functie\nP1;"A;;SEH;Arts\n')
        with pytest.raises(CommandError):
            call_command("import_staff", str(path), stderr=(err := io.StringIO()))
        assert err.getvalue().startswith("Line 2: A quotation mark")

    def test_says_that_it_may_be_a_part_where_many_would_leave(self, hospital, file):
        bring(line("P1"), line("P2"))
        with pytest.raises(CommandError, match=r"--let-many-leave.*--partial"):
            self.run(file(line("P1")))
        User.objects.get(employee_number="P2").groups.set(
            UserFactory(roles=[Role.ADMIN], leaver=True).groups.all()
        )
        with pytest.raises(CommandError, match=r"Nothing was changed\. .*--partial"):
            self.run(file(line("P1")))

    def test_waits_for_another(self, hospital, file):
        upload(line("P9"))
        with pytest.raises(CommandError, match=r"staf\.csv"):
            self.run(file(line("P1")))

    def test_says_when_there_is_no_file(self, db):
        with pytest.raises(CommandError, match=r"nergens\.csv cannot be read"):
            call_command("import_staff", "nergens.csv")


def test_the_command_asks_on_the_page_what_it_cannot_answer(hospital, tmp_path, capsys):
    bring(line("P1"), line("P2", "Bram de Graaf"))
    User.objects.get(employee_number="P2").groups.set(
        UserFactory(roles=[Role.SUPPORTER], leaver=True).groups.all()
    )
    path = tmp_path / "staf.csv"
    path.write_bytes(csv_of(line("P9", email="p1@ziekenhuis.example"), line("P3", profession="Goochelaar")))
    with pytest.raises(CommandError, match="/settings/staff-import/"):
        call_command("import_staff", str(path), let_many_leave=True, make_missing=True)
    said = capsys.readouterr()
    assert "Who is Noëlle Jansen (P9)?" in said.err
    assert "Profession: Goochelaar (1)" in said.err
    assert "Bram de Graaf (P2): Has the role “Peer supporter”. Nobody takes it over by itself." in said.out
    assert StaffImport.objects.get(state=ImportState.PREVIEW).content is not None
    assert User.objects.filter(is_active=True).count() == 2


def test_a_second_tap_on_import_says_that_it_was_imported_and_shows_it(hospital, client):
    admin = UserFactory(roles=[Role.ADMIN], employee_number="")
    client.force_login(admin)
    current = read(line("P1"), by=admin)
    confirm = reverse("settings:staff-import-confirm", args=[current.pk])
    tapped = {"digest": current.preview["digest"]}
    client.post(confirm, tapped)
    assert "It is being imported already" in client.post(confirm, tapped, follow=True).content.decode()
    importing.work(import_id=current.pk, at=AT)
    for url in (confirm, reverse("settings:staff-import-discard", args=[current.pk])):
        page = client.post(url, tapped, follow=True).content.decode()
        assert "This file was imported already, today at 10:00. It is not imported again." in page
        assert "Everybody in the file is up to date" in page
    assert User.objects.filter(employee_number="P1").count() == 1


@pytest.mark.parametrize("complete", [True, False])
def test_leavers_are_spoken_of_only_when_somebody_left(hospital, administrator, complete):
    bring(line("P1"), line("P2"))
    done = bring(line("P1"), complete=complete)
    page = administrator.get(page_of(done)).content.decode()
    assert "Everybody in the file is up to date." in page
    assert ("Leavers have been signed out everywhere." in page) == complete
