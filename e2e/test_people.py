"""Signing in with a passkey, importing staff, and the administrator's and privacy officer's pages."""

import pytest
from allauth.mfa.models import Authenticator
from playwright.sync_api import expect

from accounts.enums import Role
from accounts.models import User
from accounts.staff import tasks
from accounts.staff.tests.test_importing import csv_of, line
from accounts.tests.factories import DepartmentFactory, UserFactory
from e2e.browser import accessibility_problems, overflow, small_targets

pytestmark = pytest.mark.django_db(transaction=True)

PHONE = {"width": 375, "height": 812}
DESK = {"width": 1280, "height": 900}
PASSWORD = "correct horse battery"
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
}


@pytest.fixture
def enter(page, live_server, client):
    """Puts the session of somebody into the browser."""

    def enter(user, site=live_server.url):
        client.force_login(user)
        cookies = [
            {"name": name, "value": morsel.value, "url": site} for name, morsel in client.cookies.items()
        ]
        page.context.add_cookies(cookies)

    return enter


@pytest.fixture
def no_queue(monkeypatch):
    """The worker's part is done by the test."""
    monkeypatch.setattr(tasks.work_on_import, "apply_async", lambda *args, **kwargs: None)


def test_a_passkey_is_added_and_signs_in_alone(page, live_server, watch, settings):
    settings.MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True
    site = live_server.url.replace("127.0.0.1", "localhost")
    UserFactory(username="h.devries", password=PASSWORD)
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    page.goto(f"{site}/account/sign-in/")
    page.get_by_label("Sign-in name or e-mail").fill("h.devries")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.goto(f"{site}/account/two-step/webauthn/add/")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    page.goto(f"{site}/account/sign-out/")
    page.get_by_role("main").get_by_role("button", name="Sign out").click()
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_role("heading", name="Hello")).to_be_visible()


def test_a_passkey_that_does_not_work_says_why(page, live_server, enter, settings):
    settings.MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True
    site = live_server.url.replace("127.0.0.1", "localhost")
    enter(UserFactory(), site=site)  # single sign-on let her in: she has no password
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    added = devtools.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    finger = {"authenticatorId": added["authenticatorId"]}
    page.goto(f"{site}/account/two-step/webauthn/add/")

    def says(line):
        expect(page.locator("[data-passkey-failed]")).to_have_text(line, use_inner_text=True)

    devtools.send("WebAuthn.setUserVerified", {**finger, "isUserVerified": False})
    page.get_by_role("button", name="Add a passkey").click()
    says("No passkey was added: it was cancelled, or took too long. Try again.")
    devtools.send("WebAuthn.setUserVerified", {**finger, "isUserVerified": True})
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_text("10 of 10 are left.")).to_be_visible()
    page.goto(f"{site}/account/two-step/webauthn/add/")
    page.get_by_role("button", name="Add a passkey").click()
    says("This device has a passkey for you already.")
    page.context.clear_cookies()
    page.goto(f"{site}/account/sign-in/")
    page.context.set_offline(True)
    page.get_by_role("button", name="Sign in with a passkey").click()
    says("The server did not answer. Are you connected? Try again in a moment.")
    page.context.set_offline(False)
    Authenticator.objects.all().delete()
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_text("This passkey is not known here, or no longer.")).to_be_visible()
    devtools.send("WebAuthn.clearCredentials", finger)
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_text("this device has no passkey for it")).to_be_visible()


def test_staff_import_from_file_to_people(page, live_server, watch, enter, no_queue):
    enter(UserFactory(office=True, employee_number="", roles=[Role.ADMIN]))
    page.goto(f"{live_server.url}/settings/staff-import/")
    content = csv_of(line("P1"), line("P2", manager="P1"))
    page.get_by_label("Personnel file").set_input_files(
        {"name": "staf.csv", "mimeType": "text/csv", "buffer": content}
    )
    page.get_by_role("button", name="Read the file").click()
    expect(page.get_by_role("progressbar")).to_be_visible()
    tasks.sweep_imports()
    page.get_by_label("Make these. They are spelled right.").check()
    assert accessibility_problems(page) == []
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_role("progressbar")).to_be_visible()
    tasks.sweep_imports()
    expect(page.get_by_text("Imported.")).to_be_visible()
    assert User.objects.filter(employee_number__startswith="P", is_active=True).count() >= 2


@pytest.mark.parametrize("look", [(PHONE, "dark"), (DESK, "light")])
@pytest.mark.parametrize(
    ("role", "path"),
    [
        (None, "/"),
        (None, "/account/two-step/"),
        (None, "/account/devices/"),
        (Role.PRIVACY_OFFICER, "/access-log/"),
        (Role.ADMIN, "/settings/"),
        (Role.ADMIN, "/settings/people/"),
        (Role.ADMIN, "/settings/staff-import/"),
        (Role.ADMIN, "/settings/departments/"),
        (Role.ADMIN, "/settings/professions/add/"),
        (Role.ADMIN, "one person"),
        ("nobody", "/account/sign-in/"),
        ("nobody", "/account/password/reset/"),
        ("nobody", "/demo/"),
    ],
)
def test_page_is_accessible(live_server, watch, enter, role, path, look):
    page, (size, scheme) = watch.page, look
    user = UserFactory(roles=[role] if role in Role.values else [])
    DepartmentFactory()
    if role != "nobody":
        enter(user)
    page.set_viewport_size(size)
    page.emulate_media(color_scheme=scheme)
    page.goto(live_server.url + (f"/settings/people/{user.pk}/" if path == "one person" else path))
    assert accessibility_problems(page) == []
    assert overflow(page) == 0
    if size == PHONE:
        assert small_targets(page, least=44) == []
