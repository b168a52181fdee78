"""Every address of the site, held against: what is typed or tapped after the session ended is not lost."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.urls import reverse

from accounts.enums import Role
from accounts.pages.access import Access, access_of
from accounts.pages.asked_again import only_takes_post
from accounts.pages.kept_forms import Ticket
from accounts.tests.factories import UserFactory
from accounts.tests.test_access_matrix import address, pages, parameters
from supporters.models import SupportPolicy
from supporters.tests.factories import SupporterFactory

pytestmark = pytest.mark.django_db
WORD = "Zevenbergh"
EVERY = {name: pattern.callback for name, pattern in pages()}
OURS = {
    name
    for name, view in EVERY.items()
    if view.__module__.partition(".")[0] not in {"allauth", "peersupport"}
}
ONLY_POST = sorted(name for name in OURS if only_takes_post(EVERY[name]))
#: Those with a form that stand at an address of their own.
FORMS = {
    "settings:departments-add": {"name": WORD},
    "settings:locations-add": {"name": WORD},
    "settings:professions-add": {"name": WORD},
    "settings:people": {"q": WORD},
    "access-log:list": {"person": WORD},
    "calamities:list": {"q": WORD},
    "settings:hours": {"starts": WORD},
    "settings:hospital": {"name": WORD},
    "reminder-policy": {"quiet_from": WORD},
    "evaluation-policy": {"valid_days": WORD},
    "calamity-policy": {},
    "calamity-duty": {"starts_at": WORD},
    "calamity-coaches": {"q": WORD},
    "incidents:list": {"q": WORD},
    "support:worklist": {"q": WORD},
    "support:filter": {"name": WORD},
    "support:desk": {"first_day": WORD},
    "pool:list": {"q": WORD},
    "training:add": {"q": WORD},
    "pool:policy": {},
    "pool:cover": {"cover_monday_0": WORD},
    "pool:places": {"name": WORD},
    "pool:outside-help": {"name": WORD},
    "pool:intake-rules": {"closes_after_days": WORD},
    "contacts:availability": {"capacity": WORD},
    "training:policy": {"group_size": WORD},
    "training:simulation": {"q": WORD},
    "training:nominate": {"q": WORD},
    "training:open-vote": {"closes_on": WORD},
    "training:asked": {"answer": WORD},
    "contacts:showing": {},
    "without-name": {"telephone": WORD},
    "contacts:corridor": {"on": WORD},
}


def somebody_for(name):
    """Who may open the page."""
    access = access_of(EVERY[name])
    return UserFactory(roles=sorted(access.roles)[:1] if access else [], password="correct horse battery")


def takes(client, name, method):
    client.force_login(somebody_for(name))
    return getattr(client, method)(address(name)).status_code != 405


def test_every_address_takes_a_visit(client):
    """None answers 405 to who comes back from the sign-in, from the history, or by a link."""
    assert [name for name in OURS if not takes(client, name, "get")] == []


@pytest.mark.parametrize("name", ONLY_POST)
def test_an_address_that_takes_post_leads_a_visit_to_its_place(client, name):
    client.force_login(somebody_for(name))
    response = client.get(address(name))
    assert response.status_code == 302
    assert client.get(response.url).status_code in {200, 302, 404}  # 404: there is no such thing


@pytest.mark.parametrize(
    "name", [name for name in ONLY_POST if access_of(EVERY[name]) != Access(public=True)]
)
def test_a_tap_without_a_session_is_asked_again_after_sign_in(client, name):
    somebody, page = somebody_for(name), address(name)
    answer = client.post(page, {"word": WORD, "ticket": str(Ticket.new(somebody))})
    assert answer.url == f"{reverse(settings.LOGIN_URL)}?next={page}"
    client.force_login(somebody)
    asked = client.get(page).text
    assert "Not sent yet" in asked
    assert f'<input type="hidden" name="word" value="{WORD}">' in asked


@pytest.mark.parametrize("name", FORMS)
def test_a_form_without_a_session_comes_back_after_sign_in(client, name):
    somebody, page = somebody_for(name), address(name)
    typed = FORMS[name]
    if name == "support:desk":
        UserFactory(roles=[Role.COORDINATOR])
    if name in {"contacts:availability", "contacts:showing"}:
        SupporterFactory(trained=True, user=somebody)
        SupportPolicy.objects.create(employee_chooses=True)
    client.post(page, {**typed, "ticket": str(Ticket.new(somebody))})
    client.force_login(somebody)
    back = client.get(page, follow=True).text
    assert "not sent yet" in back.lower()
    assert all(WORD in back for _field in typed)


def test_every_form_at_an_address_of_its_own_is_tried_here(client):
    elsewhere = {
        "evaluation",  # knows nobody
        "evaluation-mangled",
        "second-factor",  # nothing is typed there
        "support:propose",  # for whom stands behind the question mark
        "figures:publish",  # which figures, the same
        "figures:words",
        "confirmations",  # the password is asked for first
        "incidents:import",  # a file is never kept
        "questionnaires",
        "settings:staff-import",
    }
    fixed = [name for name in OURS - {*ONLY_POST} if not parameters(name)]
    assert {name for name in fixed if takes(client, name, "post")} == {*FORMS, *elsewhere}


def test_no_form_asks_the_browser_to_remember():
    """A sent form never comes back filled; the browser's own memory of the sign-in is another matter."""
    templates = Path(__file__).parents[2] / "templates"
    own = {"account", "allauth", "mfa", "usersessions"}
    posted = re.compile(
        r'<form\b(?:[^>{]|\{%.*?%\}|\{\{.*?\}\})*method="post"(?:[^>{]|\{%.*?%\}|\{\{.*?\}\})*>'
    )
    without = [
        (page.name, tag)
        for page in templates.rglob("*.html")
        if page.relative_to(templates).parts[0] not in own
        for tag in posted.findall(page.read_text())
        if 'autocomplete="off"' not in tag
    ]
    assert without == []
