"""Everybody of a small demo hospital opens every page that they may open, and each of them is looked over."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from django.urls import NoReverseMatch, Resolver404, resolve, reverse
from django.utils import timezone
from playwright.sync_api import Page, ViewportSize

from accounts.models import User
from accounts.pages.asked_again import only_takes_post
from accounts.sign_in.demo_people import DEMO_PEOPLE
from accounts.tests.test_access_matrix import ALLAUTH, PAGES, PUBLIC, SIGNED_IN, allowed, pages
from demo.build import build
from e2e.browser import accessibility_problems, overflow, overflows
from e2e.visitor import DESK, PHONE

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(900)]

TABLET: ViewportSize = {"width": 800, "height": 1200}
LOOKS = [(PHONE, "light"), (DESK, "dark")]
#: The same for everybody, once it was looked over; other pages for everybody differ by role.
ALIKE = {SIGNED_IN, ALLAUTH}
DIFFER = {"home", "me", "notices", "notice-settings", "incidents:list", "incidents:detail"}
#: These have the roles of somebody else.
SECONDS = {"deputy", "supporter2"}
#: Signing out ends the visit; the others answer with a file, with a part of a page, or to a machine.
LEFT_ALONE = {
    "account_logout",
    "incidents:people",
    "live",
    "ready",
    "figures:export",
    "figures:workbook",
    "figures:report",
    "training:accreditation-export",
    "training:certificate",
    "mfa_download_recovery_codes",
}


def test_every_page_is_accessible_and_quiet_for_everybody(arrive, settings, tmp_path):
    settings.EVALUATION_KEY_DIR = tmp_path / "keys"
    build(seed=7, at=timezone.now(), size=900, reports=26)
    met: set[str] = set()
    problems: dict[str, list[str]] = {}
    for username in [one for one in DEMO_PEOPLE if one not in SECONDS]:
        visitor = arrive()
        visitor.page.goto(f"{visitor.site}/demo/")
        visitor.page.locator(f"button[value={username}]").click()
        user = User.objects.get(username=username)
        for name, address in addresses(visitor.page, visitor.site, user, met):
            found = look_over(visitor.page, LOOKS[:1] if name in met else LOOKS)
            met.add(name)
            if found:
                problems[f"{username} {address}"] = found
    assert problems == {}
    assert unmet(met) == set()


def addresses(page: Page, site: str, user: User, met: set[str]) -> Iterator[tuple[str, str]]:
    """Name and address of each page, opened in `page`, that `user` may open: one page of each name.

    Without those that were `met` and look the same for everybody.
    """
    known: list[str] = []
    for name, _pattern in pages():
        if (
            name not in LEFT_ALONE
            and PAGES[name] != PUBLIC
            and any(allowed(name, role) for role in user.roles or [None])
        ):
            try:
                known.append(reverse(name))
            except NoReverseMatch:
                continue  # about something: found by its link
    seen = {name for name in met - DIFFER if PAGES[name] in ALIKE}
    for path in known:
        found = resolve(path)
        name = found.view_name
        if name in seen or name in LEFT_ALONE or only_takes_post(found.func):
            continue
        seen.add(name)
        answer = page.request.get(site + path)
        if answer.status == 405 or "text/html" not in answer.headers["content-type"]:
            continue
        page.goto(site + path)
        address = urlsplit(page.url).path
        name = resolve(address).view_name
        seen.add(name)  # which another page may have led to
        known += links(page, site)
        yield name, address


def links(page: Page, site: str) -> list[str]:
    """Where the page leads within the site."""
    found: list[str] = page.locator("a[href]").evaluate_all("(all) => all.map((link) => link.href)")
    return [
        path for path in (urlsplit(link).path for link in found if link.startswith(site)) if is_page(path)
    ]


def is_page(path: str) -> bool:
    try:
        return bool(resolve(path).view_name)
    except Resolver404:
        return False


def look_over(page: Page, looks) -> list[str]:
    found: list[str] = []
    for size, scheme in looks:
        page.set_viewport_size(size)
        # Without motion: colours that are on their way to another are no colours of the page.
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        found += [f"{size['width']} {scheme}: {problem}" for problem in accessibility_problems(page)]
        found += [f"{width}: {over} pixels too wide" for width, over in overflows(page).items()]
    page.set_viewport_size(TABLET)
    if over := overflow(page):
        found.append(f"{TABLET['width']}: {over} pixels too wide")
    return found


def unmet(met: set[str]) -> set[str]:
    """Pages of the house that nobody met; allauth's and what a visit leaves alone are not counted."""
    house = {name for name, _pattern in pages() if PAGES[name] != PUBLIC}
    return {
        name
        for name in house - met
        if re.search(r":(list|detail|worklist|roll-call|match|board|home)$", name)
    }
