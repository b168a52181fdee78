"""The gallery of all components in a real browser: accessible, within the policy, by keyboard and thumb."""

from copy import deepcopy

import pytest
from django.contrib.auth.models import Group
from playwright.sync_api import expect

from accounts.enums import Role
from accounts.models import User
from e2e.browser import Watch, accessibility_problems, overflow, small_targets
from hospital.models import Hospital

pytestmark = pytest.mark.django_db(transaction=True)

PAGES = [
    "/gallery/",
    "/gallery/?failed",
    "/gallery/bare/",
    "/gallery/charts/",
    "/privacy/",
    "/not-a-page/",
]
ERRORS = ["400", "403", "403_csrf", "429", "500"]
PHONE = {"width": 375, "height": 812}
DESK = {"width": 1280, "height": 900}


@pytest.fixture(autouse=True)
def _gallery(settings):
    templates = deepcopy(settings.TEMPLATES)
    templates[0]["DIRS"] += [settings.BASE_DIR / "e2e" / "look" / "templates"]
    settings.TEMPLATES = templates
    settings.ROOT_URLCONF = "e2e.look.urls"


@pytest.fixture
def open_page(page, live_server):
    """Opens a path of the site."""

    def go(path):
        answer = page.goto(live_server.url + path)
        assert answer.status < 500  # an error page is accessible too
        return page

    return go


@pytest.fixture
def signed_in(page, live_server, client):
    """`page` carries the session of a coordinator."""
    user = User.objects.create_user("noor", name="Noor van den Berg", email="noor@example.org")
    user.groups.add(Group.objects.get_or_create(name=Role.COORDINATOR)[0])
    client.force_login(user)
    page.context.add_cookies(
        [
            {"name": name, "value": morsel.value, "url": live_server.url}
            for name, morsel in client.cookies.items()
        ]
    )
    return user


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", PAGES)
def test_page_is_accessible_and_within_the_policy(open_page, watch, path, scheme, size):
    page = watch.page
    page.set_viewport_size(size)
    page.emulate_media(color_scheme=scheme)
    open_page(path)
    assert accessibility_problems(page) == []
    assert overflow(page) == 0


@pytest.mark.parametrize("name", ERRORS)
def test_error_page_stands_alone(open_page, page, watch, name):
    page.set_viewport_size(PHONE)
    open_page(f"/gallery/error/{name}/")
    assert accessibility_problems(page) == []
    assert overflow(page) == 0
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.get_by_role("link", name="help").or_(page.get_by_role("link", name="113"))).not_to_have_count(
        0
    )


def test_control_page_is_caught(page, open_page):
    watching = Watch(page)
    open_page("/gallery/violation/")
    rules = [problem.partition(":")[0] for problem in accessibility_problems(page)]
    assert "image-alt" in rules
    assert any("img-src" in complaint for complaint in watching.complaints)
    assert any("style-src" in complaint for complaint in watching.complaints)


def test_targets_are_large_enough_for_a_thumb(open_page, page, watch):
    page.set_viewport_size(PHONE)
    open_page("/gallery/")
    page.locator("details[data-menu] > summary").click()
    assert small_targets(page, least=40) == []
    page.keyboard.press("Escape")
    assert small_targets(page, least=44) == []


def test_places_stand_within_reach_of_the_thumb(open_page, page, watch, signed_in):
    page.set_viewport_size(PHONE)
    open_page("/gallery/")
    bar = page.get_by_role("navigation", name="Main")
    box = bar.bounding_box()
    assert box["y"] + box["height"] == PHONE["height"]
    page.set_viewport_size(DESK)
    assert bar.bounding_box()["y"] < 64
    assert accessibility_problems(page) == []


def test_menu_opens_and_closes_by_keyboard(open_page, page, watch, signed_in):
    open_page("/gallery/")
    summary = page.locator("details[data-menu] > summary")
    summary.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Dark")).to_be_visible()
    assert accessibility_problems(page) == []
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Dark")).to_be_hidden()
    expect(summary).to_be_focused()


def test_theme_and_language_are_chosen_without_javascript(browser, live_server):
    context = browser.new_context(java_script_enabled=False, color_scheme="light", locale="en-GB")
    page = context.new_page()
    page.goto(live_server.url + "/gallery/?failed")
    page.locator("details[data-menu] > summary").click()
    page.get_by_role("button", name="Dark").click()
    expect(page).to_have_url(live_server.url + "/gallery/?failed")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(page.locator("body")).to_have_css("background-color", "rgb(20, 25, 26)")
    page.locator("details[data-menu] > summary").click()
    page.get_by_role("button", name="Nederlands").click()
    expect(page.locator("html")).to_have_attribute("lang", "nl")
    context.close()


def test_double_click_sends_once_and_back_makes_the_form_usable_again(open_page, page, watch):
    sent = []
    page.on("request", lambda request: sent.append(request) if request.method == "POST" else None)
    open_page("/gallery/")
    button = page.get_by_role("button", name="Verstuur de melding")
    button.evaluate("(button) => { button.click(); button.click(); }")
    page.wait_for_url("**/gallery/sent/")
    assert len(sent) == 1
    page.go_back()
    expect(page.get_by_role("button", name="Verstuur de melding")).not_to_have_attribute("aria-busy", "true")


def test_error_summary_takes_the_focus_and_leads_to_the_field(open_page, page, watch):
    open_page("/gallery/?failed")
    summary = page.locator(".error-summary")
    expect(summary).to_be_focused()
    summary.get_by_role("link", name="Name:").click()
    expect(page.get_by_role("textbox", name="Name")).to_be_focused()


def test_person_is_picked_by_typing_and_removed_again(open_page, page, watch):
    open_page("/gallery/")
    picker = page.locator("[data-picker]")
    before = picker.locator(".picked li").count()
    picker.locator(".picked button").first.click()
    expect(picker.locator(".picked li")).to_have_count(before - 1)
    box = page.get_by_role("combobox", name="Wie waren erbij?")
    box.fill("noor")
    expect(page.get_by_role("option", name="Noor van den Berg")).to_have_attribute("aria-selected", "true")
    assert accessibility_problems(page) == []
    box.press("Enter")
    expect(picker.locator(".picked li")).to_have_count(before)
    expect(box).to_be_focused()
    expect(box).to_have_value("")
    chosen = picker.locator("input[name=involved]").evaluate_all("(all) => all.map((one) => one.value)")
    assert sorted(chosen) == ["p1", "p2"]
    box.fill("nobody here")
    expect(picker.get_by_role("option", name="Nobody found")).to_be_visible()
    box.press("Enter")
    expect(page).to_have_url(page.url)
    expect(picker.locator(".picked li")).to_have_count(before)


def test_worklist_is_walked_by_keyboard(open_page, page, watch):
    open_page("/gallery/")
    rows = page.locator("[data-worklist] > li")
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(rows.nth(1).locator("[data-open]")).to_be_focused()
    page.keyboard.press("k")
    expect(rows.nth(0).locator("[data-open]")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{page.url.partition('#')[0]}#row-1")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    assert accessibility_problems(page) == []
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_hidden()


def test_keys_do_nothing_while_typing(open_page, page, watch):
    open_page("/gallery/")
    box = page.get_by_role("combobox", name="Wie waren erbij?")
    box.press_sequentially("j?")
    expect(box).to_have_value("j?")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_hidden()


def test_paper_shows_exact_moments_and_no_frame(open_page, page, watch):
    page.emulate_media(media="print", color_scheme="dark")
    open_page("/gallery/")
    moment = page.locator("time[title]").first
    assert moment.evaluate("(time) => getComputedStyle(time, '::after').content") == (
        '"' + moment.get_attribute("title") + '"'
    )
    expect(page.locator(".help-now")).to_be_hidden()
    expect(page.locator("body")).to_have_css("background-color", "rgb(255, 255, 255)")
    expect(page.locator("h1").first).to_have_css("color", "rgb(0, 0, 0)")


def test_motion_stops_for_who_asks(open_page, page, watch):
    page.emulate_media(reduced_motion="reduce")
    open_page("/gallery/")
    expect(page.locator(".btn").first).to_have_css("transition-duration", "0s")


def test_chosen_segment_stands_out_in_forced_colours(open_page, page, watch):
    page.emulate_media(forced_colors="active")
    open_page("/gallery/bare/")
    backgrounds = page.locator(".segments-marks label").evaluate_all(
        "(all) => all.map((one) => getComputedStyle(one).backgroundColor)"
    )
    assert len(set(backgrounds)) == 2


@pytest.mark.parametrize("named", [True, False])
def test_name_in_front_of_the_door_stands_there_whole_or_not_at_all(open_page, page, watch, named):
    Hospital.objects.update_or_create(defaults={"name": "Merwede Ziekenhuis" if named else ""})
    open_page("/account/sign-in/")
    for width in (320, 375, 480, 600):
        page.set_viewport_size({"width": width, "height": 700})
        room, name, end = (
            page.locator(part).bounding_box() for part in (".wordmark", ".wordmark svg", ".top-end")
        )
        assert room["width"] in {30, name["width"]}, width
        before = page.locator(".hospital").bounding_box() if named else room
        assert before["x"] + before["width"] <= end["x"], width
