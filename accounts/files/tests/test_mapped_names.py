"""What the names in a staff file stand for: chosen once, many at once, remembered."""

import pytest
from django.http import QueryDict
from django.urls import reverse
from django.utils import translation

from accounts.enums import ImportState, Role
from accounts.files import mapped_names
from accounts.files.forms import NamesForm
from accounts.files.mapped_names import NameChoice, Unknown
from accounts.files.uploads import NotReady
from accounts.models import FileName, StaffImport, User
from accounts.staff import importing
from accounts.staff.forms import SameForm
from accounts.staff.tests.test_importing import AT, answer, bring, commit, line, read
from accounts.tests.factories import DepartmentFactory, LocationFactory, ProfessionFactory, UserFactory
from hospital.models import Department, Location, Profession

pytestmark = [pytest.mark.django_db, pytest.mark.clock(AT)]


@pytest.fixture
def hospital():
    ProfessionFactory(name="Verpleegkundige")
    return DepartmentFactory(name="Cardiologie", location=LocationFactory(name="Ziekenhuis Noord"))


@pytest.fixture
def admin():
    return UserFactory(roles=[Role.ADMIN], employee_number="", department=None, profession=None)


def unknown(current):
    return {(each["kind"], each["written"]): each for each in current.preview["unknown"]}


@pytest.mark.parametrize(
    "header", ["Persnr;Naam;Mail;Afdeling;Functie", "Persnr;Naam;Mail;Afdeling;Functie;Locatie"]
)
def test_the_first_file_of_an_empty_hospital_is_imported(header):
    """Without a location in the file there is one to begin with, which can be given its name later."""
    rows = [f"P{n};Naam {n};;{ward};Verpleegkundige" for n, ward in enumerate(("IC", "SEH", "IC"))]
    current = read(*rows, header=header)
    assert (current.state, current.preview["settled"]) == (ImportState.PREVIEW, True)
    assert current.preview["missing"]["locations"] == ["Main location"]
    commit(current)
    assert {str(each) for each in Location.objects.all()} == {"Main location"}
    assert set(Department.objects.values_list("name", flat=True)) == {"IC", "SEH"}
    assert User.objects.filter(department__isnull=False).count() == 3


def test_unknown_professions_are_chosen_all_at_once(hospital, admin):
    current = read(
        line("P1", profession="Goochelaar"),
        line("P2", profession="goochelaar"),
        line("P3", profession="Zuster"),
        line("P4", profession="Nefroloog"),
    )
    assert {
        key: (each["count"], each["proposal"], each["must"]) for key, each in unknown(current).items()
    } == {
        ("profession", "Goochelaar"): (2, "", True),
        ("profession", "Zuster"): (1, "", True),
        ("profession", "Nefroloog"): (1, "physician", False),
    }
    with pytest.raises(importing.NotSettled):
        commit(current)
    current = answer(
        current,
        choices=[
            NameChoice(Unknown("profession", "Goochelaar", 2), group="support"),
            NameChoice(Unknown("profession", "Zuster", 1), profession=Profession.objects.get()),
        ],
        by=admin,
    )
    assert current.preview["settled"]
    commit(current)
    assert {user.employee_number: str(user.profession) for user in User.objects.exclude(pk=admin.pk)} == {
        "P1": "Goochelaar",
        "P2": "Goochelaar",
        "P3": "Verpleegkundige",
        "P4": "Nefroloog",
    }
    assert Profession.objects.get(name="Goochelaar").group == "support"
    again = read(line("P5", profession="zuster"), complete=False)
    assert again.preview["unknown"] == []


def test_a_department_and_a_location_under_another_name(hospital, admin):
    current = read(line("P1", location="HMC", department="Hart"), line("P2", location="HMC"))
    assert set(unknown(current)) == {
        ("location", "HMC"),
        ("department", "Hart · HMC"),
        ("department", "Cardiologie · HMC"),
    }
    current = answer(
        current,
        choices=[
            NameChoice(Unknown("location", "HMC", 2), location=Location.objects.get()),
            NameChoice(Unknown("department", "Hart · HMC", 1), department=hospital),
        ],
        by=admin,
    )
    assert current.preview["unknown"] == []
    commit(current)
    assert set(User.objects.exclude(pk=admin.pk).values_list("department", flat=True)) == {hospital.pk}


def test_a_department_at_two_sites_is_chosen(hospital, admin):
    south = DepartmentFactory(name="Cardiologie", location=LocationFactory(name="Ziekenhuis Zuid"))
    header = "Persnr;Naam;Mail;Afdeling;Functie"
    current = read("P1;A;;Cardiologie;Verpleegkundige", "P2;B;;Nieuw;Verpleegkundige", header=header)
    current = answer(
        current,
        choices=[
            NameChoice(Unknown("department", "Cardiologie", 1), department=south),
            NameChoice(Unknown("department", "Nieuw", 1), location=south.location),
        ],
        by=admin,
    )
    commit(current)
    found = User.objects.exclude(pk=admin.pk).order_by("employee_number")
    assert [*found.values_list("department__location__name", flat=True)] == ["Ziekenhuis Zuid"] * 2


def test_who_chose_what_is_kept_and_can_be_forgotten(hospital, admin):
    current = read(line("P1", profession="Goochelaar"))
    choice = NameChoice(Unknown("profession", "Goochelaar", 1), group="support")
    answer(current, choices=[choice], by=admin)
    (change,) = importing.NAMES.history(QueryDict()).changes
    assert (change.by, "Goochelaar" in change.what, change.old) == (admin.name, True, "–")
    mapped_names.forget(name=FileName.objects.get(), log=importing.NAMES, by=admin, at=AT)
    assert not FileName.objects.exists()
    assert len(importing.NAMES.history(QueryDict()).changes) == 2


def test_who_chose_what_is_told_in_the_language_of_who_reads_it(hospital, admin):
    current = read(line("P1", profession="Goochelaar"), line("P2", profession="Zuster"))
    nurse = NameChoice(Unknown("profession", "Zuster", 1), profession=Profession.objects.get())
    with translation.override("nl"):
        choice = NameChoice(Unknown("profession", "Goochelaar", 1), group="support")
        current = answer(current, choices=[choice, nurse], by=admin)
        mapped_names.forget(name=FileName.objects.get(group="support"), log=importing.NAMES, by=admin, at=AT)
    told = {}
    for language in ("nl", "en"):
        with translation.override(language):
            told[language] = [(each.old, each.new) for each in importing.NAMES.history(QueryDict()).changes]
    assert told["nl"] == [
        ("nieuw, bij Ondersteunende diensten", "–"),
        ("–", "Verpleegkundige"),
        ("–", "nieuw, bij Ondersteunende diensten"),
    ]
    assert told["en"] == [
        ("new, in Support services", "–"),
        ("–", "Verpleegkundige"),
        ("–", "new, in Support services"),
    ]


def test_the_same_choice_again_is_no_change(hospital, admin):
    choices = [NameChoice(Unknown("profession", "Goochelaar", 1), group="support")]
    choices.append(NameChoice(Unknown("department", "Kelder", 1)))
    for language in ("nl", "en"):
        with translation.override(language):
            mapped_names.remember(source="", choices=choices, log=importing.NAMES, by=admin, at=AT)
    assert len(importing.NAMES.history(QueryDict()).changes) == 2


def test_what_was_the_same_goes_along_when_its_name_becomes_another(db, admin):
    current = read(*(line(f"P{n}", profession=f"Arts {letter}") for n, letter in enumerate("ABC")))
    a, b, c = (Unknown("profession", f"Arts {letter}", 1) for letter in "ABC")
    current = answer(current, choices=[NameChoice.of(a, b)], by=admin)
    assert unknown(current)["profession", "Arts B"]["count"] == 2
    current = answer(current, choices=[NameChoice.of(b, c)], by=admin)
    assert unknown(current)["profession", "Arts C"]["count"] == 3
    assert set(FileName.objects.values_list("written", "same_as")) == {
        ("Arts A", "Arts C"),
        ("Arts B", "Arts C"),
    }
    commit(current)
    assert [each.name for each in Profession.objects.all()] == ["Arts C"]


def test_what_was_the_same_is_new_with_the_group_of_its_name(db, admin):
    current = read(line("P1", profession="Goochelaar"), line("P2", profession="Tovenaar"))
    wizard = Unknown("profession", "Tovenaar", 1)
    conjurer = NameChoice.of(Unknown("profession", "Goochelaar", 1), wizard)
    current = answer(current, choices=[conjurer, NameChoice(wizard, group="support")], by=admin)
    commit(current)
    assert [*Profession.objects.values_list("name", "group")] == [("Tovenaar", "support")]
    assert FileName.objects.get(written="Goochelaar").same_as == "Tovenaar"


def test_an_answer_to_names_that_were_asked_before_is_refused(db, admin):
    current = read(line("P1", profession="Goochelaar"), line("P2", profession="Tovenaar"))
    conjurer, wizard = (Unknown("profession", name, 1) for name in ("Goochelaar", "Tovenaar"))
    answer(current, choices=[NameChoice.of(conjurer, wizard)], by=admin)
    with pytest.raises(NotReady):
        answer(current, choices=[NameChoice.of(wizard, conjurer)], by=admin)
    assert [name.written for name in FileName.objects.all()] == ["Goochelaar"]


class TestPage:
    @pytest.fixture
    def browser(self, client, admin):
        client.force_login(admin)
        return client

    def page(self, current):
        return reverse("settings:staff-import-file", args=[current.pk])

    def post(self, browser, current, **data):
        data = {name.replace("__", "-", 1): value for name, value in data.items()}
        return browser.post(self.page(current), {"digest": current.preview["digest"], **data}, follow=True)

    def test_one_group_for_all_that_are_open(self, browser, hospital):
        current = read(line("P1", profession="Goochelaar"), line("P2", profession="Zuster"))
        assert "Goochelaar" in browser.get(self.page(current)).content.decode()
        self.post(browser, current, names__every="support", names__same_1="verpleegkundige")
        assert {name.key: (name.group, str(name.profession)) for name in FileName.objects.all()} == {
            "goochelaar": ("support", "None"),
            "zuster": ("", "Verpleegkundige"),
        }
        assert StaffImport.objects.get().state == ImportState.WAITING

    def test_a_name_that_is_not_in_the_list_is_said_beside_it_and_nothing_is_lost(self, browser, hospital):
        current = read(line("P1", profession="Goochelaar"), line("P2", profession="Zuster"))
        page = self.post(
            browser, current, names__same_0="Tovenaar", names__other_1="support"
        ).content.decode()
        assert "here: choose from the list." in page
        assert 'value="Tovenaar"' in page
        assert StaffImport.objects.get().state == ImportState.PREVIEW
        assert not FileName.objects.exists()

    def test_two_spellings_become_one_in_an_empty_hospital_and_in_the_next_file(self, browser, admin):
        rows = (
            line("P1", profession="Verpl. niv 4", department="Hart", location="HMC"),
            line("P2", profession="Verpleegkundige", department="Cardiologie", location="Noord"),
        )
        current = read(*rows)
        page = browser.get(self.page(current)).content.decode()
        for name in ("Verpleegkundige", "Cardiologie · Noord", "Noord"):
            assert f'<option value="{name}">' in page
        self.post(browser, current, **self.same(current, HMC="noord"))
        current = importing.work(import_id=current.id, at=AT)
        spellings = {"Hart · HMC": "Cardiologie · Noord", "Verpl. niv 4": "Verpleegkundige"}
        self.post(browser, current, **self.same(current, **spellings))
        current = importing.work(import_id=current.id, at=AT)
        commit(current)
        people = User.objects.exclude(pk=admin.pk)
        assert {(str(one.department), str(one.profession)) for one in people} == {
            (str(Department.objects.get()), "Verpleegkundige")
        }
        assert [place.name for place in Location.objects.all()] == ["Noord"]
        again = read(*rows)
        assert (again.preview["unknown"], again.preview["counts"]["unchanged"]) == ([], 2)
        assert "Verpl. niv 4" in browser.get(reverse("settings:staff-import")).content.decode()

    @pytest.mark.parametrize(
        ("chosen", "beside"),
        [
            ({"Arts A": "Arts B", "Arts B": "Arts A"}, {"Arts A", "Arts B"}),
            ({"Arts A": "Arts B", "Arts B": "Arts C"}, {"Arts A"}),
            ({"Arts A": "Arts A", "Arts B": "Arts C"}, {"Arts A"}),
        ],
    )
    def test_a_circle_or_a_chain_of_names_is_refused_beside_its_field(self, browser, chosen, beside):
        current = read(*(line(f"P{n}", profession=f"Arts {letter}") for n, letter in enumerate("ABC")))
        form = self.post(browser, current, **self.same(current, **chosen)).context["names"]
        numbers = {int(name.removeprefix("same_")) for name in form.errors}
        assert {form.unknown[number].written for number in numbers} == beside
        assert StaffImport.objects.get().state == ImportState.PREVIEW
        assert not FileName.objects.exists()

    def same(self, current, **chosen):
        """The fields in which names are said to be the same as others."""
        lines = NamesForm(
            unknown=[Unknown(**each) for each in current.preview["unknown"]], makes=True
        ).unknown
        return {
            f"names__same_{number}": chosen[each.written]
            for number, each in enumerate(lines)
            if each.written in chosen
        }

    def test_two_people_cannot_be_the_same_one(self, browser, hospital):
        bring(line("P1"), line("P2", "Bram de Graaf"))
        known = User.objects.get(employee_number="P1")
        current = read(
            line("P2", "Bram de Graaf"),
            line("P8", email="p1@ziekenhuis.example"),
            line("P9", email="x@ziekenhuis.example"),
        )
        assert [each["candidates"][0][0] for each in current.preview["questions"]] == [str(known.pk)]
        form = SameForm(
            QueryDict(f"same-who_0={known.pk}&same-who_1={known.pk}"),
            questions=[*current.preview["questions"]] * 2,
        )
        assert not form.is_valid()
        assert set(form.errors) == {"who_0", "who_1"}

    def test_a_choice_for_another_preview_is_refused(self, browser, hospital):
        current = read(line("P1", profession="Goochelaar"))
        self.post(browser, current, digest="another", names__other_0="support")
        assert not FileName.objects.exists()

    def test_a_known_name_is_forgotten(self, browser, hospital, admin):
        name = FileName.objects.create(
            kind="profession", key="zuster", written="Zuster", profession=Profession.objects.get()
        )
        assert "Zuster" in browser.get(reverse("settings:staff-import")).content.decode()
        browser.post(reverse("settings:staff-import-forget", args=[name.pk]))
        assert not FileName.objects.exists()

    def test_many_names_come_in_turns(self, browser, hospital):
        current = read(*(line(f"P{n}", profession=f"Beroep {n}") for n in range(120)))
        page = browser.get(self.page(current)).content.decode()
        assert page.count("<fieldset") == 100
        assert "20 more follow" in page

    def test_as_many_queries_for_many_names(self, browser, hospital, django_assert_max_num_queries):
        current = read(*(line(f"P{n}", profession=f"Beroep {n}") for n in range(50)))
        with django_assert_max_num_queries(14):
            browser.get(self.page(current))
