"""Who the people of a staff file are: a number that changed, and one that was given out again."""

import pytest

from accounts.enums import ImportState, Role
from accounts.models import User
from accounts.staff import importing
from accounts.staff.tests.test_importing import AT, answer, bring, commit, counts, line, read
from accounts.tests.factories import DepartmentFactory, LocationFactory, ProfessionFactory, UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.clock(AT)]


@pytest.fixture(autouse=True)
def hospital():
    DepartmentFactory(name="Cardiologie", location=LocationFactory(name="Ziekenhuis Noord"))
    ProfessionFactory(name="Verpleegkundige")


def asked(current):
    return [
        (each["number"], each["why"], [candidate[2] for candidate in each["candidates"]])
        for each in current.preview["questions"]
    ]


def person(number):
    return User.objects.get(employee_number=number)


def test_who_has_another_number_and_the_same_mail_is_asked_and_carried_over():
    bring(line("P1", "Noëlle Jansen"), line("P2", "Bram de Graaf", manager="P1"))
    known = person("P1")
    known.groups.set(UserFactory(roles=[Role.COORDINATOR], leaver=True).groups.all())
    current = read(
        line("P9", "Noëlle de Wit", email="p1@ziekenhuis.example"), line("P2", "Bram de Graaf", manager="P9")
    )
    assert asked(current) == [("P9", "mail", ["P1"])]
    with pytest.raises(importing.NotSettled):
        commit(current)
    current = answer(current, {"P9": str(known.id)})
    assert counts(current) == (0, 1, 0, 1)  # the manager of P2 is the same one
    assert ["employee_number", "P1", "P9"] in current.preview["changed"][0]["fields"]
    commit(current)
    renumbered = person("P9")
    assert (renumbered.id, renumbered.name, renumbered.is_active) == (known.id, "Noëlle de Wit", True)
    assert renumbered.roles == {Role.COORDINATOR}
    assert person("P2").manager == renumbered


def test_who_has_another_number_and_another_mail_is_asked_by_name_department_and_profession():
    bring(line("P1", "Noëlle Jansen"), line("P2", "Bram de Graaf"))
    known = person("P1")
    current = read(line("P9", "NOELLE JANSEN", email="nj@ziekenhuis.example"), line("P2", "Bram de Graaf"))
    assert asked(current) == [("P9", "name", ["P1"])]
    commit(answer(current, {"P9": str(known.id)}))
    assert person("P9").id == known.id


@pytest.mark.parametrize("written", ["P1", "P9"])
def test_a_manager_with_another_number_is_the_same_manager_whichever_the_file_has(written):
    bring(line("P1", "Noëlle Jansen"), line("P2", "Bram de Graaf", manager="P1"))
    known = person("P1")
    current = read(
        line("P9", "Noëlle Jansen", email="p1@ziekenhuis.example"),
        line("P2", "Bram de Graaf", manager=written),
    )
    current = answer(current, {"P9": str(known.id)})
    assert counts(current) == (0, 1, 0, 1)
    commit(current)
    assert person("P2").manager == known


def test_a_managers_number_that_was_given_to_somebody_else_is_another_manager():
    bring(line("P1", "Noëlle Jansen"), line("P2", "Els Bakker", manager="P1"))
    current = read(
        line("P1", "Bram de Graaf", email="bram@ziekenhuis.example"), line("P2", "Els Bakker", manager="P1")
    )
    current = answer(current, {"P1": "new"})
    (change,) = current.preview["changed"]
    assert change["fields"] == [["manager", "Noëlle Jansen (P1)", "Bram de Graaf (P1)"]]
    commit(current)
    assert person("P2").manager.name == "Bram de Graaf"


def test_a_manager_without_a_number_is_left_and_emptied_as_any_other():
    bring(line("P2", "Els Bakker"))
    User.objects.update(manager=UserFactory(office=True, employee_number="", name="Jo de Wit"))
    same = read(line("P2", "Els Bakker"), complete=False)
    assert counts(same) == (0, 0, 0, 1)
    importing.discard(staff_import=same, by=None, at=AT)
    current = read(line("P2", "Els Bakker", manager="-"), complete=False)
    assert current.preview["changed"][0]["fields"] == [["manager", "Jo de Wit", ""]]
    commit(current)
    assert person("P2").manager is None


def test_two_people_of_one_name_are_both_offered():
    bring(line("P1"), line("P2"), line("P3"))
    current = read(line("P3"), line("P8", email="x@ziekenhuis.example"))
    assert asked(current) == [("P8", "name", ["P1", "P2"])]


def test_somebody_new_begins_without_anything():
    bring(line("P1"), line("P2"))
    known = person("P1")
    current = answer(read(line("P9", email="p1@ziekenhuis.example"), line("P2")), {"P9": "new"})
    assert counts(current) == (1, 0, 1, 1)
    commit(current)
    known.refresh_from_db()
    assert (known.is_active, known.employee_number, known.email) == (False, "P1", "")
    assert person("P9").id != known.id


def test_a_file_that_is_not_complete_asks_by_mail_only():
    bring(line("P1"), line("P2"))
    current = read(
        line("P8", email="p1@ziekenhuis.example"), line("P9", email="x@ziekenhuis.example"), complete=False
    )
    assert asked(current) == [("P8", "mail", ["P1"])]


def test_who_comes_back_under_another_number_is_asked():
    bring(line("P1"), line("P2", "Bram de Graaf"))
    bring(line("P2", "Bram de Graaf"))
    User.objects.filter(employee_number="P1").update(email="p1@ziekenhuis.example")
    known = person("P1")
    current = read(line("P2", "Bram de Graaf"), line("P9", email="p1@ziekenhuis.example"))
    assert asked(current) == [("P9", "mail", ["P1"])]
    commit(answer(current, {"P9": str(known.id)}))
    assert person("P9").id == known.id
    assert person("P9").is_active


def test_a_number_that_was_given_to_somebody_else_gives_no_account_away():
    """Else whoever has the number now has the contacts, the roles and the sessions of who had it before."""
    bring(line("P1", "Noëlle Jansen"), line("P2", "Els Bakker"))
    known = person("P1")
    current = read(line("P1", "Bram de Graaf", email="bram@ziekenhuis.example"), line("P2", "Els Bakker"))
    assert asked(current) == [("P1", "other", ["P1"])]
    current = answer(current, {"P1": "new"})
    assert counts(current) == (1, 0, 1, 1)
    commit(current)
    known.refresh_from_db()
    assert (known.name, known.is_active, known.employee_number) == ("Noëlle Jansen", False, "")
    bram = person("P1")
    assert (bram.name, bram.username, bram.id != known.id) == ("Bram de Graaf", "p1-2", True)


def test_a_number_that_moved_on_while_its_owner_has_another():
    bring(line("P1", "Noëlle Jansen"), line("P2", "Els Bakker"))
    known = person("P1")
    rows = (
        line("P1", "Bram de Graaf", email="bram@ziekenhuis.example"),
        line("P2", "Els Bakker"),
        line("P9", "Noëlle Jansen", email="p1@ziekenhuis.example"),
    )
    current = read(*rows)
    assert asked(current) == [("P1", "other", ["P1"]), ("P9", "mail", ["P1"])]
    current = answer(current, {"P1": "new", "P9": str(known.id)})
    assert counts(current) == (1, 1, 0, 1)
    commit(current)
    assert person("P9").id == known.id
    assert person("P1").name == "Bram de Graaf"


def test_whoever_changes_name_and_address_at_once_is_asked_and_stays():
    bring(line("P1", "Nour"))
    known = person("P1")
    current = read(line("P1", "Jansen", email="jansen@ziekenhuis.example"))
    assert asked(current) == [("P1", "other", ["P1"])]
    commit(answer(current, {"P1": str(known.id)}))
    assert (person("P1").id, person("P1").name) == (known.id, "Jansen")


@pytest.mark.parametrize("name", ["Noëlle de Wit", "N. Jansen", "JANSEN, Noelle", "Noëlle Jansen-de Wit"])
def test_a_changed_name_under_the_same_number_asks_nothing(name):
    bring(line("P1", "Noëlle Jansen"))
    assert asked(read(line("P1", name, email="nieuw@ziekenhuis.example"))) == []


def test_all_others_as_proposed():
    bring(*(line(f"P{n}", f"Iemand Nummer{n}") for n in range(4)))
    ids = set(User.objects.values_list("id", flat=True))
    rows = [line(f"Q{n}", f"Iemand Nummer{n}", email=f"p{n}@ziekenhuis.example") for n in range(4)]
    current = answer(read(*rows), {"*": "yes"})
    assert asked(current) == []
    assert commit(current).state == ImportState.DONE
    assert set(User.objects.values_list("id", flat=True)) == ids


def test_answers_are_wiped_with_the_file():
    bring(line("P1"), line("P2"))
    current = answer(read(line("P9", email="p1@ziekenhuis.example"), line("P2")), {"P9": "new"})
    assert commit(current).answers == {}


def test_nobody_in_the_file_takes_the_place_of_another_from_a_partner():
    bring(line("P1"))
    UserFactory(partner=True, employee_number="X1", name="Noëlle Jansen", email="x@partner.example")
    assert asked(read(line("P1"), line("P2"))) == []
