"""The main job by other ways: by keyboard, without JavaScript, in English."""

import re

import pytest
from playwright.sync_api import expect

from accounts.enums import Role
from accounts.tests.factories import UserFactory
from e2e.browser import small_targets
from e2e.visitor import PASSWORD, PHONE, days_ago, nl
from incidents.models import Incident
from incidents.tests.factories import InvolvementFactory
from supporters.enums import ContactState
from supporters.models import Contact
from supporters.tests.factories import ContactFactory, OfferFactory, SupporterFactory

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(400)]


def person(**facts):
    return UserFactory(password=PASSWORD, **facts)


def test_coordinator_goes_by_keyboard_only(arrive):
    SupporterFactory(trained=True, user__name="Ilse Kuipers")
    first, second = OfferFactory(late=True), OfferFactory()
    desk = arrive(person(roles=[Role.COORDINATOR]))
    keys, page = desk.page.keyboard, desk.page
    keys.press("?")
    expect(page.get_by_role("dialog", name=nl("Keyboard shortcuts"))).to_be_visible()
    desk.looks()
    keys.press("Escape")
    keys.press("/")
    keys.type(second.incident.reference)
    with page.expect_navigation():
        keys.press("Enter")
    assert second.incident.reference in page.url
    desk.goes_to("/support/")
    keys.press("j")
    keys.press("j")
    expect(page.locator("[data-open]:focus")).to_contain_text(second.incident.reference)
    keys.press("k")
    expect(page.locator("[data-open]:focus")).to_contain_text(first.incident.reference)
    with page.expect_navigation():
        keys.press("Enter")
    asking = page.get_by_role("button", name="Ilse Kuipers")
    for _ in range(60):
        if asking.evaluate("(button) => button === document.activeElement"):
            break
        keys.press("Tab")
    with page.expect_navigation():
        keys.press("Enter")
    assert Contact.objects.get().offer == first
    expect(page.get_by_role("status").filter(has_text="Ilse Kuipers")).to_be_visible()


def test_report_assign_and_log_without_javascript(arrive, live_server):
    supporter = SupporterFactory(trained=True, user=person(name="Joost Jansma", roles=[Role.SUPPORTER]))
    colleague = UserFactory(name="Pieter Lammers")
    plain = {"java_script_enabled": False, "size": PHONE}

    nurse = without_scripts(arrive(**plain), person())
    nurse.goto(f"{live_server.url}/incidents/new/event/")
    nurse.locator("[name=event_type]").select_option("aggression")
    nurse.locator("[name=occurred_at]").fill(days_ago(3, "14:30"))
    nurse.locator("[name=q]").fill("pieter")
    nurse.locator("[name=q]").press("Enter")  # which searches, and does not send the report
    nurse.get_by_role("button", name=colleague.name).click()
    nurse.get_by_role("button", name=nl("Send the report"), exact=True).click()
    expect(nurse).to_have_url(re.compile("/received/$"))
    incident = Incident.objects.get()
    expect(nurse.get_by_text(incident.reference)).to_be_visible()

    desk = without_scripts(arrive(**plain), person(roles=[Role.COORDINATOR]))
    desk.locator("#worklist li").get_by_role("link", name=incident.reference).click()
    desk.get_by_role("button", name="Joost Jansma").click()
    contact = Contact.objects.get()
    assert contact.supporter == supporter

    phone = without_scripts(arrive(**plain), supporter.user)
    phone.get_by_role("main").get_by_role("link", name=nl("Say whether you can")).click()
    phone.get_by_role("button", name=nl("Yes, I will call"), exact=True).click()
    phone.get_by_role("button", name=nl("Reached: we talk another time"), exact=True).click()
    contact.refresh_from_db()
    assert contact.state == ContactState.IN_CONTACT


def without_scripts(visitor, user):
    """Sign in as `user`; axe needs scripts, so the page alone goes on."""
    page = visitor.page
    page.goto(visitor.site)
    page.locator("[name=login]").fill(user.username)
    page.locator("[name=password]").fill(PASSWORD)
    page.get_by_role("button", name=nl("Sign in"), exact=True).click()
    return page


def test_house_speaks_english(arrive):
    supporter = SupporterFactory(trained=True, user=person(roles=[Role.SUPPORTER]))
    ContactFactory(proposed=True, supporter=supporter, offer__involvement=InvolvementFactory())
    phone = arrive(supporter.user, size=PHONE, language="en")
    expect(phone.page.get_by_role("heading", name="My contacts")).to_be_visible()
    phone.follows("Say whether you can")
    phone.presses("Yes, I will call")
    assert small_targets(phone.page, least=44) == []
    for path in ("/help/", "/me/", "/incidents/new/", "/notices/", "/privacy/"):
        phone.goes_to(path)
