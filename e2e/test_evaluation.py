"""The evaluation as somebody fills it in on a phone, with and without JavaScript."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from accounts.enums import Role
from accounts.tests.factories import UserFactory
from e2e.browser import accessibility_problems, overflow, small_targets
from evaluations import batches, sealing, tickets
from evaluations.enums import Question
from evaluations.models import Envelope
from evaluations.tests.factories import InvitationFactory, ticket_of
from notifications.tests.factories import MailFactory, NoticeFactory, ReminderFactory

pytestmark = pytest.mark.django_db(transaction=True)

PHONE = {"width": 375, "height": 812}
DESK = {"width": 1280, "height": 900}


@pytest.fixture
def ticket(settings, tmp_path):
    settings.EVALUATION_KEY_DIR = tmp_path / "keys"
    batches.ensure_one(at=timezone.now())
    return ticket_of(InvitationFactory())


def answers():
    batch = batches.current()
    assert batch is not None
    return sealing.open_envelope(bytes(Envelope.objects.get().sealed), batches.keys().load(batch.id))


def fill_in(page):
    for question in Question.feelings():
        page.locator(f"#id_{question}_before").get_by_role("radio", name="Very much").check()
        page.locator(f"#id_{question}_after").get_by_role("radio", name="Slightly").check()
    for question in Question.statements():
        page.locator(f"#id_{question}").get_by_role("radio", name="Agree", exact=True).check()
    page.locator("#id_mark").get_by_role("radio", name="9").check()
    page.locator("#id_recommend").get_by_role("radio", name="Yes").check()


def test_link_brings_the_code_which_leaves_the_address(page, live_server, watch, ticket):
    page.set_viewport_size(PHONE)
    page.goto(f"{live_server.url}/evaluation/#{tickets.grouped(ticket)}")
    expect(page.get_by_label("Your code")).to_be_hidden()
    assert page.url == f"{live_server.url}/evaluation/"
    fill_in(page)
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
    opened = answers()
    assert (opened.ticket, len(opened.answers), opened.answers[Question.SHAME]) == (ticket, 9, "3-1")
    assert {cookie["name"] for cookie in page.context.cookies()} <= {"csrf"}
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0


@pytest.mark.parametrize("scripts", [True, False])
def test_another_language_keeps_what_was_filled_in_and_sends_nothing(browser, live_server, ticket, scripts):
    context = browser.new_context(java_script_enabled=scripts, locale="en-GB", viewport=PHONE)
    page = context.new_page()
    page.goto(f"{live_server.url}/evaluation/")
    page.get_by_label("Your code").fill(tickets.grouped(ticket))
    fill_in(page)
    page.get_by_role("button", name="Nederlands").click()
    expect(page.get_by_role("heading", name="Wat had je aan de steun?")).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", "nl")
    expect(page.locator("#id_mark").get_by_role("radio", name="9")).to_be_checked()
    assert not Envelope.objects.exists()
    page.get_by_role("button", name="Versturen").click()
    expect(page.get_by_role("heading", name="Dank je wel")).to_be_visible()
    assert len(answers().answers) == 9
    assert {cookie["name"] for cookie in context.cookies()} <= {"csrf", "language"}
    context.close()


def test_link_opened_where_the_page_stands_already_brings_the_code_too(page, live_server, ticket):
    page.goto(f"{live_server.url}/evaluation/")
    page.goto(f"{live_server.url}/evaluation/#{tickets.grouped(ticket)}")
    expect(page.get_by_label("Your code")).to_be_hidden()
    assert page.url == f"{live_server.url}/evaluation/"


@pytest.mark.parametrize("mangled", ["%23{}", "%2523{}", "#{}%3E"])
def test_address_that_a_scanner_changed_is_filled_in_and_cleaned(page, live_server, ticket, mangled):
    page.goto(f"{live_server.url}/evaluation/{mangled.format(tickets.grouped(ticket).lower())}")
    expect(page.get_by_label("Your code")).to_be_hidden()
    assert page.url == f"{live_server.url}/evaluation/"
    fill_in(page)
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
    assert answers().ticket == ticket


def test_code_is_typed_where_there_is_no_javascript(browser, live_server, ticket):
    with browser.new_context(java_script_enabled=False, viewport=PHONE, locale="en") as context:
        page = context.new_page()
        page.goto(f"{live_server.url}/evaluation/")
        fill_in(page)
        page.get_by_role("button", name="Send").click()
        expect(page.get_by_text("Something needs your attention")).to_be_visible()
        page.get_by_label("Your code").fill(tickets.grouped(ticket).lower())
        page.get_by_role("button", name="Send").click()
        expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
    assert answers().answers[Question.MARK] == "9"


@pytest.fixture
def administrator(page, live_server, client):
    """`page` carries the session of an administrator to whom something has happened."""
    admin = UserFactory(roles=[Role.ADMIN])
    NoticeFactory(user=admin, kind="delivery.trial")
    NoticeFactory(user=admin, kind="delivery.failing", read=True)
    MailFactory(failing=True, kind="delivery.trial")
    ReminderFactory(failing=True, kind="delivery.trial")
    client.force_login(admin)
    cookies = [{"name": name, "value": m.value, "url": live_server.url} for name, m in client.cookies.items()]
    page.context.add_cookies(cookies)


@pytest.mark.usefixtures("administrator")
@pytest.mark.parametrize("look", [(PHONE, "light"), (PHONE, "dark"), (DESK, "light"), (DESK, "dark")])
@pytest.mark.parametrize("path", ["/evaluation/", "/evaluation/thanks/", "/notices/", "/settings/delivery/"])
def test_page_is_accessible(live_server, watch, path, look):
    page, (size, scheme) = watch.page, look
    page.set_viewport_size(size)
    page.emulate_media(color_scheme=scheme)
    page.goto(live_server.url + path)
    assert accessibility_problems(page) == []
    assert overflow(page) == 0
    if size == PHONE:
        assert small_targets(page, least=44) == []
