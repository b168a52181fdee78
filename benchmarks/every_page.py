"""Every address that answers a GET, as somebody of the demo who may open it, against the bare page."""

import re
from collections.abc import Iterable, Iterator
from functools import partial
from urllib.parse import urlsplit

from django.conf import settings
from django.test import Client as InProcess
from django.urls import NoReverseMatch, Resolver404, resolve, reverse

from accounts.enums import Role
from accounts.models import User
from accounts.sign_in.demo_people import DEMO_PEOPLE
from accounts.tests.test_access_matrix import PAGES, allowed, pages
from benchmarks.measure import Ratio, ratio
from benchmarks.report import Line
from benchmarks.server import Client, serving, session_of

#: What people open each day, and how many times the bare page one of these may cost; and any other.
DAILY = {
    "calamities:detail",
    "contacts:detail",
    "contacts:list",
    "incidents:report",
    "me",
    "notices",
    "support:match",
    "support:roll-call",
    "support:worklist",
}
DAILY_GOAL, GOAL = 1.3, 2.0
#: So many of the slowest are named.
SLOWEST = 12
#: Signing out ends the visit.
LEFT_ALONE = {"account_logout"}
LINK = re.compile(r'<a\b[^>]*\bhref="(/[^"#]*)')


def measure(url: str, incidents: int, *, rounds: int) -> list[Line]:
    """The daily pages and the slowest of all others, at this number of incidents."""
    found: dict[str, Ratio] = {}
    with serving(url) as port:
        floor = partial(Client(port, "coordinator").get, "/bare/")
        for username in DEMO_PEOPLE:
            client = Client(port, username)
            for name, path in _met_by(username):
                if name not in found:
                    found[name] = ratio(partial(client.get, path), floor, rounds=rounds, each=6)
    slowest = sorted(set(found) - DAILY, key=lambda name: -found[name].median)
    lines = [_line(name, found[name], incidents, DAILY_GOAL) for name in sorted(DAILY & set(found))]
    return lines + [_line(name, found[name], incidents, GOAL) for name in slowest[:SLOWEST]]


def _line(what: str, found: Ratio, incidents: int, goal: float) -> Line:
    measured = f"{found.median:.2f}× ({found.low:.2f}–{found.high:.2f}; {found.ms:.1f} ms)"
    return Line(f"{what} at {incidents:,} incidents / bare page", measured, f"≤ {goal}×", found.low <= goal)


def _met_by(username: str) -> Iterator[tuple[str, str]]:
    """Name and path of one page of each kind that this person comes to: by address, or by a link."""
    client = InProcess(headers={"host": "localhost"})
    client.cookies[settings.SESSION_COOKIE_NAME] = session_of(username)
    roles = User.objects.get(username=username).roles or [None]
    ahead, met = [*_without_object(roles)], set(LEFT_ALONE)
    for path in ahead:
        try:
            name = resolve(path).view_name
        except Resolver404:
            continue
        if name in met:
            continue
        answer = client.get(path)
        if answer.status_code == 200:
            met.add(name)
            if not answer.streaming:
                links = LINK.findall(answer.content.decode(errors="replace"))
                ahead += [urlsplit(link).path for link in links]
                yield name, path


def _without_object(roles: Iterable[Role | None]) -> Iterator[str]:
    for name, _pattern in pages():
        if name in PAGES and any(allowed(name, role) for role in roles):
            try:
                yield reverse(name)
            except NoReverseMatch:
                continue  # about something: found by its link
