"""Importing staff: who is who and what names stand for are answered in the preview, then it is done."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from accounts.enums import Role
from accounts.models import StaffImport, User
from accounts.staff import importing, tasks
from accounts.staff.tests.test_importing import bring, csv_of, line
from accounts.tests.factories import DepartmentFactory, LocationFactory, ProfessionFactory, UserFactory
from e2e.visitor import DESK, PHONE
from supporters.tests.factories import ContactFactory

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(400)]


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_who_is_who_and_unknown_names_are_answered_in_the_preview(arrive, client, monkeypatch, size):
    monkeypatch.setattr(tasks.work_on_import, "apply_async", lambda *args, **kwargs: None)
    DepartmentFactory(name="Cardiologie", location=LocationFactory(name="Ziekenhuis Noord"))
    ProfessionFactory(name="Verpleegkundige")
    bring(line("P1"), line("P2", "Bram de Graaf"))
    leaver = ContactFactory(in_contact=True).supporter.user
    User.objects.exclude(employee_number__in=("P1", "P2")).update(employee_number="")
    User.objects.filter(pk=leaver.pk).update(employee_number="P7")
    known = User.objects.get(employee_number="P1")
    admin = arrive(size=size)
    client.force_login(UserFactory(office=True, employee_number="", roles=[Role.ADMIN]))
    cookies = [{"name": name, "value": one.value, "url": admin.site} for name, one in client.cookies.items()]
    admin.page.context.add_cookies(cookies)

    admin.goes_to("/settings/staff-import/")
    rows = (
        line("P9", "No\u00eblle de Wit", email="p1@ziekenhuis.example", profession="Zuster"),
        line("P2", "Bram de Graaf", profession="Goochelaar"),
        line("P3", "Els Bakker", department="Hart", location="HMC", profession="Clown"),
    )
    file = {"name": "staf.csv", "mimeType": "text/csv", "buffer": csv_of(*rows)}
    admin.page.locator("input[type=file]").set_input_files(file)
    admin.presses("Read the file")
    works(admin)
    expect(admin.page.get_by_text(leaver.name)).to_be_visible()
    expect(admin.button("Import")).to_have_count(0)

    admin.page.locator("[name=names-same_0]").fill("Ziekenhuis Noor")
    admin.presses("Keep this, and read the file again")
    expect(admin.page.locator("[name=names-same_0]")).to_have_value("Ziekenhuis Noor")
    admin.page.locator("[name=names-same_0]").fill("")
    admin.page.locator("[list=names-location]").fill("Ziekenhuis Noord")
    admin.page.locator("fieldset").filter(has_text="Zuster").locator("input").fill("Verpleegkundige")
    admin.page.locator("[name=names-every]").select_option("support")
    admin.presses("Keep this, and read the file again")
    works(admin)
    admin.page.locator("[name=make_missing]").check()
    admin.page.locator("[name=let_many_leave]").check()
    admin.presses("Import")
    works(admin)
    expect(admin.page.get_by_text(admin.say("Imported."))).to_be_visible()
    known.refresh_from_db()
    assert (known.employee_number, known.name, str(known.profession)) == (
        "P9",
        "No\u00eblle de Wit",
        "Verpleegkundige",
    )
    assert {str(user.profession) for user in User.objects.filter(employee_number__in=("P2", "P3"))} == {
        "Goochelaar",
        "Clown",
    }
    admin.goes_to("/settings/staff-import/")


def works(visitor):
    """What a worker does meanwhile, and the page as it is then."""
    importing.work(import_id=StaffImport.objects.latest("created_at").pk, at=timezone.now())
    visitor.goes_to(visitor.page.url)
