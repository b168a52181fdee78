"""What was sent does not come back, with Back, Forward or by loading again, with and without JavaScript.

And what was not sent is not sent by Enter, nor left without a word.
"""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Dialog, expect

from accounts.tests.factories import UserFactory
from e2e.test_evaluation import PHONE, fill_in
from e2e.visitor import days_ago
from evaluations import batches, tickets
from evaluations.models import Envelope
from evaluations.tests.factories import InvitationFactory, ticket_of
from incidents.models import Incident
from supporters.tests.factories import OfferFactory

pytestmark = pytest.mark.django_db(transaction=True)
TEXT = "The pump stopped at night"


@pytest.fixture
def ticket(settings, tmp_path):
    settings.EVALUATION_KEY_DIR = tmp_path / "keys"
    batches.ensure_one(at=timezone.now())
    return ticket_of(InvitationFactory())


@pytest.fixture(params=[True, False], ids=["script", "no script"])
def visit(request, browser, live_server, client):
    """A page of somebody signed in, with JavaScript and without."""
    client.force_login(UserFactory())
    with browser.new_context(java_script_enabled=request.param, viewport=PHONE, locale="en") as context:
        session = client.cookies["session"].value
        context.add_cookies([{"name": "session", "value": session, "url": live_server.url}])
        page = context.new_page()
        page.has_script = request.param
        yield page


def everywhere_in_the_history(page):
    """The address, what is ticked and what is typed on each page that one can go back and forth to."""
    shown = []
    for go in (page.go_back, page.go_back, page.go_forward, page.go_forward):
        go(timeout=5_000)
        shown.append(
            (
                page.url,
                page.locator("input[type=radio]:checked").count(),
                [box.input_value() for box in page.locator("textarea, input[type=datetime-local]").all()],
            )
        )
    return shown


def test_an_evaluation_that_was_sent_is_nowhere_filled_in(visit, live_server, ticket):
    visit.goto(f"{live_server.url}/privacy/")
    visit.goto(f"{live_server.url}/evaluation/#{tickets.grouped(ticket)}")
    if not visit.has_script:
        visit.get_by_label("Your code").fill(ticket)
    fill_in(visit)
    visit.get_by_role("button", name="Send").click()
    expect(visit.get_by_role("heading", name="Thank you")).to_be_visible()
    assert [ticked for _url, ticked, _typed in everywhere_in_the_history(visit)] == [0, 0, 0, 0]
    assert Envelope.objects.count() == 1


def test_nor_after_something_had_to_be_filled_in_still(page, live_server, ticket):
    page.goto(f"{live_server.url}/privacy/")
    page.goto(f"{live_server.url}/evaluation/#{tickets.grouped(ticket)}")
    page.get_by_role("radio", name="Very much").first.check()
    page.get_by_role("button", name="Send").click()
    expect(page.locator("[data-takes-focus]")).to_be_focused()
    page.locator("input[type=radio][name$=_after]").first.check()
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
    shown = everywhere_in_the_history(page)
    assert [url.rpartition("/")[0].rpartition("/")[2] for url, _ticked, _typed in shown][-1] == "thanks"
    assert not any(ticked for _url, ticked, _typed in shown)


def test_a_report_that_was_sent_is_nowhere_filled_in(visit, live_server):
    visit.goto(f"{live_server.url}/incidents/new/")
    visit.goto(f"{live_server.url}/incidents/new/vim/")
    visit.locator("input[name=occurred_at]").fill(days_ago(3, "08:15"))
    visit.locator("textarea").fill(TEXT)
    visit.get_by_role("button", name="Send the report").click()
    expect(visit.get_by_role("heading", name="Your report came in")).to_be_visible()
    shown = everywhere_in_the_history(visit)
    assert not any(any(typed) for _url, _ticked, typed in shown)
    assert Incident.objects.count() == 1


def test_enter_does_not_send_a_report(visit, live_server):
    visit.goto(f"{live_server.url}/incidents/new/vim/")
    visit.locator("textarea").fill(TEXT)
    visit.locator("input[name=occurred_at]").fill(days_ago(3, "08:15"))
    visit.locator("input[name=occurred_at]").press("Enter")
    visit.wait_for_load_state()
    expect(visit.locator("textarea")).to_have_value(TEXT)
    assert re.search("/new/vim/", visit.url)
    assert not Incident.objects.exists()
    visit.get_by_role("button", name="Send the report").click()
    expect(visit.get_by_role("heading", name="Your report came in")).to_be_visible()


def test_enter_in_the_code_does_not_send_an_evaluation(visit, live_server, ticket):
    visit.goto(f"{live_server.url}/evaluation/")
    visit.get_by_role("radio", name="Very much").first.check()
    visit.get_by_label("Your code").fill(ticket)
    visit.get_by_label("Your code").press("Enter")
    visit.wait_for_load_state()
    assert visit.locator("input[type=radio]:checked").count() == 1
    assert visit.get_by_text("needs your attention").count() == 0
    assert not Envelope.objects.exists()


def test_leaving_half_a_report_is_asked_first(page, live_server, client):
    client.force_login(UserFactory())
    page.context.add_cookies(
        [{"name": "session", "value": client.cookies["session"].value, "url": live_server.url}]
    )
    page.goto(f"{live_server.url}/incidents/new/vim/")
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    page.locator("textarea").press_sequentially(TEXT)
    page.get_by_role("link", name="Something else").click()
    page.wait_for_timeout(500)
    assert asked == ["beforeunload"]
    expect(page.locator("textarea")).to_have_value(TEXT)


HIDE = """() => {
    Object.defineProperty(document, "visibilityState", { value: "hidden", configurable: true });
    document.dispatchEvent(new Event("visibilitychange"));
}"""


def put_away(page):
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        page.evaluate(HIDE)


def test_a_phone_that_forgets_the_page_has_lost_no_report(page, live_server, client):
    client.force_login(UserFactory())
    page.context.add_cookies(
        [{"name": "session", "value": client.cookies["session"].value, "url": live_server.url}]
    )
    page.goto(f"{live_server.url}/incidents/new/vim/")
    page.locator("textarea").press_sequentially(TEXT)
    put_away(page)
    again = page.context.new_page()
    again.goto(f"{live_server.url}/")
    expect(again.get_by_text("This is not sent yet")).to_be_visible()
    expect(again.locator("textarea")).to_have_value(TEXT)
    put_away(again)
    again.locator("input[name=occurred_at]").fill(days_ago(3, "08:15"))
    again.get_by_role("button", name="Send the report").click()
    expect(again.get_by_role("heading", name="Your report came in")).to_be_visible()
    # What was sent from the page does not wait any more.
    again.goto(f"{live_server.url}/incidents/new/vim/")
    expect(again.locator("textarea")).to_have_value("")
    assert Incident.objects.count() == 1


def test_who_needs_help_now_has_lost_no_report(page, live_server, client):
    client.force_login(UserFactory())
    page.context.add_cookies(
        [{"name": "session", "value": client.cookies["session"].value, "url": live_server.url}]
    )
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto(f"{live_server.url}/incidents/new/vim/")
    page.locator("textarea").press_sequentially(TEXT)
    page.get_by_role("link", name="Help now", exact=True).click()
    page.wait_for_url("**/help/")
    # Left on purpose: home is home. The report is where it was.
    page.goto(f"{live_server.url}/")
    assert page.url == f"{live_server.url}/"
    page.goto(f"{live_server.url}/incidents/new/vim/")
    expect(page.locator("textarea")).to_have_value(TEXT)


def test_who_reloads_the_page_has_lost_no_report(page, live_server, client):
    client.force_login(UserFactory())
    page.context.add_cookies(
        [{"name": "session", "value": client.cookies["session"].value, "url": live_server.url}]
    )
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto(f"{live_server.url}/incidents/new/vim/")
    page.locator("textarea").press_sequentially(TEXT)
    page.reload()
    expect(page.locator("textarea")).to_have_value(TEXT)
    expect(page.get_by_text("This is not sent yet")).to_be_visible()


def test_without_a_connection_the_report_stays(page, live_server, client):
    client.force_login(UserFactory())
    page.context.add_cookies(
        [{"name": "session", "value": client.cookies["session"].value, "url": live_server.url}]
    )
    page.goto(f"{live_server.url}/incidents/new/vim/")
    page.locator("textarea").fill(TEXT)
    page.locator("input[name=occurred_at]").fill(days_ago(3, "08:15"))
    page.context.set_offline(True)
    page.get_by_role("button", name="Send the report").click()
    expect(page.get_by_text("there is no connection")).to_be_visible()
    page.context.set_offline(False)
    # Put away then, it is kept.
    put_away(page)
    page.get_by_role("button", name="Send the report").click()
    expect(page.get_by_role("heading", name="Your report came in")).to_be_visible()


def test_enter_does_not_put_support_off(page, live_server, client):
    offer = OfferFactory()
    client.force_login(offer.involvement.employee)
    session = client.cookies["session"].value
    page.context.add_cookies([{"name": "session", "value": session, "url": live_server.url}])
    page.goto(f"{live_server.url}/me/")
    page.locator("summary", has_text="Not now, maybe later").click()
    page.get_by_label("Or on").fill(str(timezone.localdate() + timedelta(days=9)))
    page.get_by_label("Or on").press("Enter")
    expect(page.get_by_role("button", name="Call me then")).to_be_focused()
    was = offer.first_contact_due_at
    offer.refresh_from_db()
    assert offer.first_contact_due_at == was
