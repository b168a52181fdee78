"""Another's object is a 404, on every page that is about one object and not open to all who have the role.

A page whose address names an object needs a line in FOREIGN, or in WHOLE with the reason why whoever may open
the page may open it for every object.
"""

import re
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.urls import resolve, reverse
from django.utils import timezone

from accounts.enums import Role
from accounts.pages.asked_again import only_takes_post
from accounts.tests.factories import UserFactory
from accounts.tests.test_access_matrix import PAGES, PUBLIC, address, parameters
from incidents.enums import Step
from incidents.models import VimImport
from incidents.tests.factories import AlignmentFactory, IncidentFactory, InvolvementFactory, on_team
from notifications.tests.factories import BounceFactory, NoticeFactory
from supporters.models import SavedFilter
from supporters.tests.factories import ContactFactory, HeadQuestionFactory, OfferFactory, UnnamedReportFactory
from training.tests.factories import PeerVoteFactory, SeatFactory

COORDINATOR_SEES_ALL = "the coordinator sees every case"
ADMIN_SEES_ALL = "people and places are the administrator's"
OWN_ACCOUNT = "allauth looks among one's own"

WHOLE = {
    "calamity-committee-take": "a number from one to twelve",
    "calamity-committee-leave": ADMIN_SEES_ALL,
    "calamity-duty-change": "the rota is the administrator's and the committee's",
    "calamity-duty-off": "the rota is the administrator's and the committee's",
    "incidents:add-people": COORDINATOR_SEES_ALL,
    "incidents:report": "a kind of report, no object",
    **dict.fromkeys(
        ("questionnaire", "questionnaire-use", "questionnaire-discard", "survey"),
        "what is asked; the coordinators keep it together",
    ),
    "incidents:import-forget": "a name in exports; the coordinators keep them together",
    "delivery-resend": "how delivery goes, without names",
    "delivery-stop": "how delivery goes, without names",
    "mfa_remove_webauthn": OWN_ACCOUNT,
    "mfa_edit_webauthn": OWN_ACCOUNT,
    **{
        name: COORDINATOR_SEES_ALL
        for name in PAGES
        if name.startswith(("support:", "pool:"))
        and name not in {"support:name-people", "support:filter-forget"}
    },
    **{
        name: "the coordinators keep it together"
        for name in PAGES
        if name.startswith("training:")
        and name not in {"training:answer", "training:certificate", "training:number", "training:vote"}
    },
    **{name: ADMIN_SEES_ALL for name in PAGES if name.startswith("settings:")},
}


def contact() -> dict[str, Any]:
    return {"pk": ContactFactory(in_contact=True).pk}


def report(**kind: Any) -> dict[str, Any]:
    return {"reference": IncidentFactory(**kind).reference}


def alignment() -> dict[str, Any]:
    row = AlignmentFactory()
    return {"reference": row.incident.reference, "pk": row.pk}


def saved_filter() -> dict[str, Any]:
    """What another coordinator keeps."""
    return {"pk": SavedFilter.objects.create(user=UserFactory(roles=[Role.COORDINATOR]), name="Mijn").pk}


def offer() -> dict[str, Any]:
    return {"pk": OfferFactory().pk}


def asked_head():
    question = HeadQuestionFactory()
    return {"reference": question.incident.reference}


def asked_report() -> dict[str, Any]:
    """The question who was involved is for its reporter alone."""
    return {"reference": UnnamedReportFactory(asked=True).incident.reference}


def involved_in() -> dict[str, Any]:
    """Being involved is no way to a report that somebody else made."""
    return {"reference": InvolvementFactory().incident.reference}


def place_on_team() -> dict[str, Any]:
    (member,) = on_team(IncidentFactory(established=True), UserFactory(roles=[Role.ANALYST]))
    return {"reference": member.incident.reference, "pk": member.pk}


def vim_import() -> dict[str, Any]:
    uploaded = VimImport.objects.create(
        file_name="vim.csv",
        content=b"",
        created_by=UserFactory(roles=[Role.COORDINATOR]),
        created_at=timezone.now(),
    )
    return {"pk": uploaded.pk}


#: (page, role of the stranger, another's object)
FOREIGN: list[tuple[str, Role | None, Callable[[], dict[str, Any]]]] = [
    ("contacts:detail", Role.SUPPORTER, contact),
    ("contacts:log", Role.SUPPORTER, contact),
    ("contacts:appointment", Role.SUPPORTER, contact),
    ("contacts:undo", Role.SUPPORTER, lambda: {**contact(), "seen": 1}),
    ("notice-open", None, lambda: {"pk": NoticeFactory().pk}),
    ("notice-read", None, lambda: {"pk": NoticeFactory().pk}),
    # An employee without a role: the administrator must not see that there was mail.
    ("bounce-over", Role.ADMIN, lambda: {"pk": BounceFactory().pk}),
    ("me-decide", None, offer),
    ("training:certificate", None, lambda: {"pk": SeatFactory(state="attended").pk}),
    ("training:number", None, lambda: {"pk": SeatFactory(state="attended").pk}),
    ("training:answer", None, lambda: {"pk": SeatFactory().pk}),
    ("training:vote", None, lambda: {"pk": PeerVoteFactory().pk}),
    ("me-erase", None, offer),
    ("support:filter-forget", Role.COORDINATOR, saved_filter),
    ("support:name-people", None, asked_report),
    ("support:who-was-there", Role.TEAM_LEADER, asked_head),
    ("support:name-people", Role.COORDINATOR, asked_report),
    ("incidents:detail", None, report),
    ("incidents:detail", None, involved_in),
    ("incidents:detail", Role.SUPPORTER, report),
    ("incidents:detail", Role.TEAM_LEADER, lambda: report(established=True)),
    ("incidents:detail", Role.CCP, report),
    ("incidents:detail", Role.DIRECTOR, report),
    ("incidents:detail", Role.ANALYST, lambda: report(established=True)),
    ("incidents:detail", Role.BOARD, lambda: report(established=True)),
    ("incidents:detail", Role.ADMIN, lambda: report(established=True)),
    ("incidents:detail", Role.PRIVACY_OFFICER, lambda: report(established=True)),
    ("incidents:received", None, report),
    ("incidents:received", Role.COORDINATOR, report),
    ("incidents:withdraw", None, report),
    ("incidents:withdraw", Role.COORDINATOR, report),
    ("incidents:import-check", Role.COORDINATOR, vim_import),
    ("incidents:import-commit", Role.COORDINATOR, vim_import),
    ("incidents:import-discard", Role.COORDINATOR, vim_import),
    ("calamities:detail", Role.CCP, report),
    ("calamities:detail", Role.DIRECTOR, lambda: report(for_self=True)),
    ("calamities:detail", Role.ANALYST, lambda: report(established=True)),
    ("calamities:classify", Role.CCP, report),
    ("calamities:told", Role.DIRECTOR, report),
    ("calamities:align", Role.CCP, report),
    ("calamities:align", Role.TEAM_LEADER, lambda: report(established=True)),
    ("calamities:align-confirm", Role.TEAM_LEADER, alignment),
    ("calamities:align-drop", Role.TEAM_LEADER, alignment),
    ("calamities:term-ask", Role.CCP, report),
    ("calamities:term-confirm", Role.CCP, report),
    ("calamities:moments", Role.CCP, report),
    ("calamities:term-answer", Role.CCP, lambda: {**report(), "pk": uuid4()}),
    ("calamities:term-letter", Role.CCP, report),
    ("calamities:term-take-back", Role.CCP, lambda: {**report(), "pk": uuid4()}),
    ("calamities:step", Role.CCP, lambda: {**report(), "step": Step.IGJ}),
    ("calamities:step", Role.TEAM_LEADER, lambda: {**report(established=True), "step": Step.DIRECTOR}),
    ("calamities:team", Role.CCP, report),
    ("calamities:team-assign", Role.CCP, report),
    ("calamities:team-end", Role.ANALYST, place_on_team),
    ("calamities:disclosure", Role.CCP, report),
    ("calamities:later", Role.CCP, report),
    ("calamities:arrange", Role.CCP, lambda: {**report(), "what": "patient"}),
    ("calamities:arrange", Role.TEAM_LEADER, lambda: {**report(established=True), "what": "patient"}),
    ("calamities:evidence", Role.DIRECTOR, report),
    ("calamities:disclosure", Role.TEAM_LEADER, lambda: report(established=True)),
    ("calamities:analysis", Role.ANALYST, lambda: report(established=True)),
]


def test_every_page_about_an_object_has_a_line():
    about = {name for name, who in PAGES.items() if who != PUBLIC and parameters(name)}
    assert about == {name for name, _, _ in FOREIGN} | {name for name in WHOLE if parameters(name)}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("page_name", "role", "another"),
    [pytest.param(*line, id=f"{line[0]}-{line[1] or 'employee'}-{n}") for n, line in enumerate(FOREIGN)],
)
def test_anothers_object_is_not_found(client, page_name, role, another):
    kwargs = another()
    client.force_login(UserFactory(roles=[role] if role else []))
    url = reverse(page_name, kwargs=kwargs)
    only_post = only_takes_post(resolve(url).func)
    assert (client.post(url) if only_post else client.get(url)).status_code == 404


@pytest.mark.django_db
def test_a_page_that_is_not_there_reads_like_anothers_object(client):
    """Nobody can tell by the answer whether a case exists."""
    client.force_login(UserFactory(roles=[Role.SUPPORTER]))
    foreign = client.get(reverse("contacts:detail", kwargs=contact()))
    missing = client.get(address("contacts:detail"))
    changing = re.compile(rb"[A-Za-z0-9]{64}|[0-9a-f-]{36}")  # CSRF tokens, and the address itself
    assert changing.sub(b"", foreign.content) == changing.sub(b"", missing.content)
