"""Importing the export of a VIM system: upload, what the columns mean, what it would do, do it."""

import pytest
from playwright.sync_api import expect

from accounts.enums import Role
from accounts.tests.factories import UserFactory
from e2e.visitor import DESK, PASSWORD, PHONE
from incidents.models import Incident
from incidents.vim.tests import test_importing

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(400)]

#: The employees and departments that the samples name.
hospital = test_importing.hospital


@pytest.mark.parametrize(
    ("sample", "size"), [(test_importing.DUTCH, DESK), (test_importing.ENGLISH, PHONE)], ids=["csv", "xlsx"]
)
def test_sample_is_imported_once(arrive, hospital, sample, size):
    desk = arrive(UserFactory(password=PASSWORD, roles=[Role.COORDINATOR]), size=size)
    upload(desk, sample)
    desk.page.locator("[name=name]").fill("Meldsysteem")
    desk.presses("Save, and show what the import would do")
    assert Incident.objects.count() == 0
    for asked in desk.page.locator("[name=sure_new]").all():  # the samples are a year old one day
        asked.check()
    with desk.page.expect_navigation():
        desk.page.locator("form[action$='/commit/'] button").click()
    desk.looks()
    imported = Incident.objects.count()
    assert imported > 0

    upload(desk, sample)
    expect(desk.page.locator("[name=name]")).to_have_value("Meldsysteem")  # it knows the columns by now
    desk.presses("Save, and show what the import would do")
    expect(desk.page.get_by_text(desk.say("Everything in this file is already here."))).to_be_visible()
    assert Incident.objects.count() == imported


def upload(visitor, sample):
    visitor.goes_to("/incidents/import/")
    visitor.page.locator("input[type=file]").set_input_files(sample)
    visitor.presses("Look at the file")
