"""Another language, chosen with a form half filled in, keeps what was typed: on every page that has one."""

import pytest
from django.urls import NoReverseMatch, resolve, reverse
from django.utils import timezone
from playwright.sync_api import expect

from accounts.enums import Role
from accounts.models import User
from accounts.pages.asked_again import only_takes_post
from accounts.tests.factories import UserFactory
from accounts.tests.test_access_matrix import PAGES, PUBLIC, allowed, pages
from e2e.visitor import PASSWORD

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(600)]

#: A field in which somebody types, of a form that is theirs; what is looked for is not kept.
FIELDS = """
main form[method=post]:has([name=ticket]):not([role=search]) :is(
  textarea, input:not([type]), input[type=text], input[type=number], input[type=tel],
  input[type=date], input[type=time]
):not([name=q])
"""
ROLES = (Role.ADMIN, Role.COORDINATOR, Role.SUPPORTER, Role.CCP, Role.PRIVACY_OFFICER)
#: Pages on which there is a form to fill in for sure.
SURELY = {
    *("settings:hospital", "settings:hours", "settings:departments-add"),
    *("calamity-policy", "reminder-policy", "evaluation-policy", "pool:policy", "pool:intake-rules"),
    "training:policy",
}


def test_every_form_keeps_what_was_typed(arrive):
    kept, lost = set(), []
    for role in ROLES:
        visitor = arrive(UserFactory(password=PASSWORD, roles=[role]))
        for name in [one for one in addresses(role) if one not in kept]:
            page = visitor.page
            page.goto(visitor.site + reverse(name))
            field = page.locator(FIELDS).locator("visible=true").first
            if not field.count():
                continue
            named, language = field.get_attribute("name"), page.locator("html").get_attribute("lang")
            kind = field.get_attribute("type") or ""
            typed = {"date": timezone.localdate().isoformat(), "time": "06:45"}.get(kind, "77")
            field.fill(typed)
            chooses(page, "en" if language == "nl" else "nl")
            values = page.locator(f"[name='{named}']").evaluate_all("(all) => all.map((one) => one.value)")
            if typed not in values:
                lost.append(name)
            kept.add(name)
    assert lost == []
    assert kept >= SURELY


def test_a_password_is_neither_kept_nor_changed(arrive):
    user = UserFactory(password=PASSWORD)
    visitor = arrive(user)
    page = visitor.page
    page.goto(visitor.site + reverse("account_change_password"))
    for name, typed in (
        ("oldpassword", PASSWORD),
        ("password1", "a new one 12345"),
        ("password2", "a new one 12345"),
    ):
        page.locator(f"[name={name}]").fill(typed)
    chooses(page, "en")
    expect(page.locator("[name=oldpassword]")).to_have_value("")
    assert User.objects.get(pk=user.pk).check_password(PASSWORD)


def addresses(role):
    """The pages of the house that this role may open, and that are about nothing in particular."""
    for name, _pattern in pages():
        if PAGES[name] == PUBLIC or not allowed(name, role) or name.startswith(("account_", "mfa_", "users")):
            continue
        try:
            path = reverse(name)
        except NoReverseMatch:
            continue
        if not only_takes_post(resolve(path).func):
            yield name


def chooses(page, language):
    page.locator("details.menu summary").click()
    with page.expect_navigation():
        page.locator(f".menu-sheet button[lang={language}]").click()
    expect(page.locator("html")).to_have_attribute("lang", language)
