"""The coordinator goes through the reports that name nobody, with the keyboard; their reporter answers."""

import pytest
from playwright.sync_api import expect

from accounts.enums import Role
from accounts.tests.factories import UserFactory
from e2e.visitor import PASSWORD, PHONE
from supporters.enums import IntakeState
from supporters.models import UnnamedReport
from supporters.tests.factories import UnnamedReportFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def desk(arrive):
    return arrive(UserFactory(password=PASSWORD, roles=[Role.COORDINATOR]), language="en")


def test_rows_are_marked_by_keyboard_and_decided_together(desk):
    rows = [UnnamedReportFactory(late=True), *UnnamedReportFactory.create_batch(2)]
    desk.goes_to("/support/intake/")
    page = desk.page
    # The first, and past the second the third.
    for key in ("j", "x", "j", "j", "x"):
        page.keyboard.press(key)
    expect(page.locator("[data-mark]:checked")).to_have_count(2)
    expect(page.locator("[data-marked]")).to_have_text("(2)")
    page.keyboard.press("?")
    expect(page.get_by_text("Mark the row")).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Nobody was affected").click()
    expect(page.get_by_text("2 reports: no support needed.")).to_be_visible()
    left = UnnamedReport.objects.get(state=IntakeState.OPEN)
    assert left.pk in {row.pk for row in rows[1:]}
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("[data-mark]")).to_have_count(3)


def test_enter_on_a_mark_decides_nothing(desk):
    UnnamedReportFactory()
    desk.goes_to("/support/intake/")
    desk.page.locator("[data-mark]").press("Enter")
    desk.page.wait_for_timeout(200)
    assert UnnamedReport.objects.get().state == IntakeState.OPEN


def test_the_reporter_is_asked_and_answers_on_a_telephone(desk, arrive):
    row = UnnamedReportFactory(incident__reporter__password=PASSWORD)
    desk.goes_to("/support/intake/")
    desk.page.locator("button[name=one]").click()
    expect(desk.page.get_by_text("1 reporter was asked.")).to_be_visible()
    reporter = arrive(row.incident.reporter, size=PHONE, language="en")
    reporter.goes_to(f"/incidents/{row.incident.reference}/")
    page = reporter.page
    page.get_by_role("link", name="Say who was involved").click()
    expect(page.get_by_role("heading", name="Who was involved?", level=1)).to_be_visible()
    reporter.looks()
    page.get_by_role("button", name="Nobody was affected").click()
    expect(page.get_by_text("The coordinator reads that nobody was affected.")).to_be_visible()
    desk.goes_to("/support/intake/")
    expect(desk.page.get_by_text("The reporter says: nobody")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [375, 1280])
def test_every_list_of_it_is_readable_for_everybody(arrive, scheme, width):
    for state in ("late", "asked", "closing", "by_rule", "not_needed"):
        UnnamedReportFactory(**{state: True})
    coordinator = UserFactory(password=PASSWORD, roles=[Role.COORDINATOR])
    visitor = arrive(coordinator, size={"width": width, "height": 900}, language="nl", color_scheme=scheme)
    for path in ("", "?show=closing", "?show=by_rule", "?show=not_needed"):
        visitor.goes_to(f"/support/intake/{path}")
