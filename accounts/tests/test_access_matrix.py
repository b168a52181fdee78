"""Who may open which page: the table of design.md §4, held against every address of the site.

A new page needs one line in PAGES. The test walks the URLconf, so a page without a line fails, and so does a
line without a page. Then every role, and nobody, really asks for every page.
"""

import uuid
from collections.abc import Iterator

import pytest
from django.apps import apps
from django.conf import settings
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from accounts.enums import Role
from accounts.pages.access import Access, access_of
from accounts.tests.factories import UserFactory

PUBLIC = "everybody, also without signing in"
SIGNED_IN = "everybody who is signed in"
ALLAUTH = "allauth guards it itself: about one's own account only"
COORDINATOR = {Role.COORDINATOR}
SUPPORTER = {Role.SUPPORTER}
ADMIN = {Role.ADMIN}
# That people are not reached is told to both, without saying who.
DELIVERY = {Role.ADMIN, Role.COORDINATOR}
CALAMITIES = {Role.CCP, Role.DIRECTOR, Role.COORDINATOR, Role.ANALYST, Role.TEAM_LEADER}

PAGES: dict[str, str | set[Role]] = {
    # peersupport
    "live": PUBLIC,
    "ready": PUBLIC,
    # accounts
    "home": SIGNED_IN,
    "privacy": PUBLIC,
    "take-along": PUBLIC,
    "favicon": PUBLIC,
    "hospital-logo": PUBLIC,
    "set_language": PUBLIC,
    "set_theme": PUBLIC,
    "demo": PUBLIC,
    "demo_sign_in": PUBLIC,
    "second-factor": SIGNED_IN,
    "confirmations": SIGNED_IN,
    "access-log:list": {Role.PRIVACY_OFFICER},
    "settings:home": ADMIN,
    "settings:hospital": ADMIN,
    "settings:people": ADMIN,
    "settings:person": ADMIN,
    "settings:staff-import": ADMIN,
    "settings:staff-import-file": ADMIN,
    "settings:staff-import-confirm": ADMIN,
    "settings:staff-import-discard": ADMIN,
    "settings:staff-import-forget": ADMIN,
    "settings:departments": ADMIN,
    "settings:departments-add": ADMIN,
    "settings:departments-change": ADMIN,
    "settings:locations": ADMIN,
    "settings:locations-add": ADMIN,
    "settings:locations-change": ADMIN,
    "settings:professions": ADMIN,
    "settings:professions-add": ADMIN,
    "settings:professions-change": ADMIN,
    # accounts: allauth's own pages
    "account_login": PUBLIC,
    "account_logout": PUBLIC,
    "account_inactive": PUBLIC,
    "account_reset_password": PUBLIC,
    "account_reset_password_done": PUBLIC,
    "account_reset_password_from_key": PUBLIC,
    "account_reset_password_from_key_done": PUBLIC,
    "account_reauthenticate": ALLAUTH,
    "account_change_password": ALLAUTH,
    "account_set_password": ALLAUTH,
    "usersessions_list": ALLAUTH,
    "mfa_authenticate": PUBLIC,
    "mfa_login_webauthn": PUBLIC,
    "mfa_index": ALLAUTH,
    "mfa_reauthenticate": ALLAUTH,
    "mfa_reauthenticate_webauthn": ALLAUTH,
    "mfa_activate_totp": ALLAUTH,
    "mfa_deactivate_totp": ALLAUTH,
    "mfa_view_recovery_codes": ALLAUTH,
    "mfa_generate_recovery_codes": ALLAUTH,
    "mfa_download_recovery_codes": ALLAUTH,
    "mfa_list_webauthn": ALLAUTH,
    "mfa_add_webauthn": ALLAUTH,
    "mfa_remove_webauthn": ALLAUTH,
    "mfa_edit_webauthn": ALLAUTH,
    # notifications
    "notices": SIGNED_IN,
    "notices-read": SIGNED_IN,
    "notice-open": SIGNED_IN,
    "notice-read": SIGNED_IN,
    "notice-settings": SIGNED_IN,
    "notice-mail": SIGNED_IN,
    "absence": SIGNED_IN,
    "absence-end": SIGNED_IN,
    "calendar-make": SIGNED_IN,
    "calendar-revoke": SIGNED_IN,
    "calendar-feed": PUBLIC,
    "reminder-policy": ADMIN,
    "bounce-over": {Role.ADMIN, Role.COORDINATOR},
    "delivery": DELIVERY,
    "delivery-trial": DELIVERY,
    "delivery-resend-all": ADMIN,
    "delivery-resend": ADMIN,
    "delivery-stop": ADMIN,
    # evaluations
    "evaluation": PUBLIC,
    "evaluation-mangled": PUBLIC,
    "evaluation-thanks": PUBLIC,
    "evaluation-policy": COORDINATOR,
    "questionnaires": COORDINATOR,
    "questionnaire": COORDINATOR,
    "questionnaire-use": COORDINATOR,
    "questionnaire-discard": COORDINATOR,
    "survey": COORDINATOR,
    "survey-form": PUBLIC,
    "survey-cut": PUBLIC,
    "survey-thanks": PUBLIC,
    # incidents
    "help": PUBLIC,
    "incidents:list": SIGNED_IN,
    "incidents:new": SIGNED_IN,
    "incidents:report": SIGNED_IN,
    "incidents:people": SIGNED_IN,
    "incidents:detail": SIGNED_IN,
    "incidents:received": SIGNED_IN,
    "incidents:withdraw": SIGNED_IN,
    "incidents:add-people": COORDINATOR,
    "incidents:import": COORDINATOR,
    "incidents:import-check": COORDINATOR,
    "incidents:import-commit": COORDINATOR,
    "incidents:import-discard": COORDINATOR,
    "incidents:import-forget": COORDINATOR,
    "calamities:list": CALAMITIES,
    "calamities:detail": CALAMITIES,
    "calamities:classify": {Role.CCP, Role.COORDINATOR},
    "calamities:moments": {Role.CCP},
    "calamities:told": {Role.DIRECTOR},
    "calamities:align": {Role.CCP, Role.TEAM_LEADER},
    "calamities:align-confirm": {Role.CCP, Role.TEAM_LEADER},
    "calamities:align-drop": {Role.CCP, Role.TEAM_LEADER},
    "calamities:term-ask": {Role.CCP},
    "calamities:term-answer": {Role.CCP},
    "calamities:term-letter": {Role.CCP},
    "calamities:term-confirm": {Role.CCP},
    "calamities:term-take-back": {Role.CCP},
    "calamity-committee": ADMIN,
    "calamity-committee-take": ADMIN,
    "calamity-committee-leave": ADMIN,
    "calamity-coaches": {Role.CCP},
    "calamity-duty": {Role.ADMIN, Role.CCP, Role.DIRECTOR},
    "calamity-duty-change": {Role.ADMIN, Role.CCP},
    "calamity-duty-off": {Role.ADMIN, Role.CCP},
    "calamities:step": {Role.CCP, Role.TEAM_LEADER},
    "calamities:team": {Role.CCP},
    "calamities:team-assign": {Role.CCP},
    "calamities:team-end": {Role.CCP, Role.ANALYST},
    "calamities:analysis": {Role.ANALYST},
    "calamities:analyses": {Role.ANALYST},
    "calamities:disclosure": {Role.CCP, Role.TEAM_LEADER},
    "calamities:later": {Role.CCP},
    "calamities:arrange": {Role.CCP, Role.TEAM_LEADER},
    "calamities:evidence": {Role.CCP, Role.DIRECTOR, Role.COORDINATOR},
    "calamity-policy": ADMIN,
    "settings:hours": ADMIN,
    # supporters: the coordinator's side
    "support:worklist": COORDINATOR,
    "support:who-was-there": SIGNED_IN,
    "support:head-settle": COORDINATOR,
    "support:roll-call": COORDINATOR,
    "support:join": COORDINATOR,
    "support:filter": COORDINATOR,
    "support:filter-forget": COORDINATOR,
    "support:intake": COORDINATOR,
    "support:intake-decide": COORDINATOR,
    "support:intake-ask": COORDINATOR,
    "support:intake-undo": COORDINATOR,
    "support:intake-take-up": COORDINATOR,
    "support:name-people": SIGNED_IN,
    "support:match": COORDINATOR,
    "support:assign-together": COORDINATOR,
    "support:assign": COORDINATOR,
    "support:close-offer": COORDINATOR,
    "support:go-on": COORDINATOR,
    "support:grant": COORDINATOR,
    "support:reopen": COORDINATOR,
    "support:withdraw": COORDINATOR,
    "support:answer": COORDINATOR,
    "support:remind": COORDINATOR,
    "support:desk": COORDINATOR,
    "support:desk-take-back": COORDINATOR,
    "support:remind-several": COORDINATOR,
    "support:propose": COORDINATOR,
    "support:propose-marked": COORDINATOR,
    "support:replace": COORDINATOR,
    "support:refer": COORDINATOR,
    "support:told": COORDINATOR,
    "pool:outside-help": COORDINATOR,
    "support:close": COORDINATOR,
    "support:undo": COORDINATOR,
    "pool:cover": COORDINATOR,
    "pool:places": COORDINATOR,
    "pool:intake-rules": COORDINATOR,
    "pool:list": COORDINATOR,
    "training:list": COORDINATOR,
    "training:plan": COORDINATOR,
    "training:meeting": COORDINATOR,
    "training:change": COORDINATOR,
    "training:call-off": COORDINATOR,
    "training:invite": COORDINATOR,
    "training:attendance": COORDINATOR,
    "training:was-there": COORDINATOR,
    "training:accreditation": COORDINATOR,
    "training:accreditation-export": COORDINATOR,
    "training:standing": COORDINATOR,
    "training:number": SIGNED_IN,
    "training:screen": COORDINATOR,
    "training:add": COORDINATOR,
    "training:here": SIGNED_IN,
    "training:certificate": SIGNED_IN,
    "training:mine": SIGNED_IN,
    "training:answer": SIGNED_IN,
    "training:coverage": COORDINATOR,
    "training:policy": COORDINATOR,
    "training:nominate": SIGNED_IN,
    "training:apply": SIGNED_IN,
    "training:vote": SIGNED_IN,
    "training:asked": SIGNED_IN,
    "training:candidates": COORDINATOR,
    "training:ask-heads": COORDINATOR,
    "training:open-vote": COORDINATOR,
    "training:ask": COORDINATOR,
    "training:invite-candidate": COORDINATOR,
    "training:recruit": COORDINATOR,
    "training:simulation": COORDINATOR,
    "training:simulate": COORDINATOR,
    "pool:exclusions": COORDINATOR,
    "pool:policy": COORDINATOR,
    "pool:status": COORDINATOR,
    "pool:supporter": COORDINATOR,
    # supporters: the supporter's side
    "contacts:list": SUPPORTER,
    "contacts:detail": SUPPORTER,
    "contacts:log": SUPPORTER,
    "contacts:undo": SUPPORTER,
    "contacts:availability": SUPPORTER,
    "contacts:showing": SUPPORTER,
    "contacts:corridor": SUPPORTER,
    "contacts:appointment": SUPPORTER,
    "contacts:corridor-undo": SUPPORTER,
    "contacts:hand-over": SUPPORTER,
    "contacts:take-back": SUPPORTER,
    # supporters: the involved employee's
    "own-link": PUBLIC,
    "own-link-erase": PUBLIC,
    "without-name": SIGNED_IN,
    "me": SIGNED_IN,
    "me-decide": SIGNED_IN,
    "me-erase": SIGNED_IN,
    # dashboards
    "figures:board": {Role.BOARD, Role.DIRECTOR, Role.COORDINATOR},
    "figures:export": {Role.BOARD, Role.DIRECTOR, Role.COORDINATOR},
    "figures:workbook": {Role.BOARD, Role.DIRECTOR, Role.COORDINATOR},
    "figures:report": {Role.BOARD, Role.DIRECTOR, Role.COORDINATOR},
    "figures:preview": COORDINATOR,
    "figures:publish": COORDINATOR,
    "figures:words": COORDINATOR,
    "figures:operations": COORDINATOR,
}

#: Addresses whose parameters cannot be guessed from the pattern.
PARAMETERS = {
    "account_reset_password_from_key": {"uidb36": "1", "key": "x-y"},
    "evaluation-mangled": {"mangled": "/%23K7QF-2M0X-9TBA-5DWE"},
    "survey-cut": {"rest": "/1b9d6bcd-bbfd"},
}

#: Models about cases that have no `visible_to`, and why that is safe.
NOT_FETCHED_BY_ITSELF = {
    "incidents.referencecounter": "a number",
    "incidents.alignment": "read through its incident",
    "incidents.policy": "no case",
    "incidents.termchange": "read through its incident",
    "incidents.trackevent": "read through its incident",
    "incidents.analysis": "read through its incident",
    "incidents.disclosuretalk": "read through its incident",
    "incidents.carearrangement": "read through its incident",
    "incidents.trainedcoach": "no case",
    "incidents.latermoment": "read through its incident",
    "incidents.disclosurecoach": "read through its incident",
    "incidents.vimmapping": "no case",
    "supporters.outsidehelp": "no case",
    "supporters.shownas": "one's own",
    "supporters.wishes": "read through its offer",
    "supporters.referral": "read through its offer",
    "supporters.reachme": "read through its offer",
    "supporters.supportpolicy": "no case",
    "supporters.intakerule": "no case",
    "supporters.exclusion": "shown to nobody",
    "supporters.corridortalk": "only counted, and names nobody",
    "supporters.contactevent": "read through its contact",
    "supporters.renewedoffer": "never shown",
    "supporters.toldofmoment": "read through its offer",
    "supporters.appointment": "read through its contact",
    "supporters.meetingplace": "no case",
    "notifications.heartbeat": "no case",
    "notifications.deliverypolicy": "no case",
    "notifications.mailoff": "one's own",
    "notifications.absence": "one's own",
    "notifications.calendaraddress": "one's own",
    "evaluations.batch": "no case",
    "evaluations.invitation": "never shown",
    "evaluations.envelope": "opened by nobody",
    "evaluations.evaluationpolicy": "settings",
    "evaluations.opening": "numbers with noise",
    "evaluations.questionnaire": "no case",
    "evaluations.survey": "no case",
    "evaluations.surveyenvelope": "opened by nobody",
    "evaluations.surveyopening": "numbers with noise",
    "dashboards.release": "published figures",
    "dashboards.publication": "no case",
    "dashboards.blockwords": "words about figures",
}
CASES = {"incidents", "supporters", "evaluations", "notifications", "dashboards"}


def pages(
    patterns: list[URLPattern | URLResolver] | None = None, namespace: str = ""
) -> Iterator[tuple[str, URLPattern]]:
    """Every page of the site with its name."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from pages(pattern.url_patterns, inner)
        else:
            yield f"{namespace}{pattern.name}", pattern


def address(name: str) -> str:
    """Where the page is, for an object that does not exist."""
    known: dict[str, object] = {
        "uuid": uuid.uuid4(),
        "int": 1,
        "string": "2026-0001",
        "slug": "x",
        "path": "x",
    }
    if name in PARAMETERS:
        return reverse(name, kwargs=PARAMETERS[name])
    return reverse(name, kwargs={key: known[kind] for key, kind in parameters(name).items()})


def parameters(name: str) -> dict[str, str]:
    """What the address of the page asks for, and of which kind: {"pk": "uuid"}."""
    *spaces, last = name.split(":")
    resolver = get_resolver()
    for space in spaces:
        resolver = resolver.namespace_dict[space][1]
    (possibility,) = resolver.reverse_dict.getlist(last)
    return {
        key: type(converter).__name__.removesuffix("Converter").lower()
        for key, converter in possibility[3].items()
    }


def allowed(name: str, role: Role | None) -> bool:
    who = PAGES[name]
    return who in (PUBLIC, SIGNED_IN, ALLAUTH) if isinstance(who, str) else role in who


def outcome(client: Client, url: str) -> str:
    """Asks for `url`, with POST when it takes nothing else: "sign in", "refused", "open", or the failure."""
    client.raise_request_exception = False
    response = client.get(url)
    if response.status_code == 405:
        response = client.post(url)
    if response.status_code == 302 and response.headers["Location"].startswith(
        f"{reverse(settings.LOGIN_URL)}?next="
    ):
        return "sign in"
    if response.status_code == 403:
        return "refused"
    # 404: allowed, but there is no such thing. 503: health is open to all, and the tests run no beat.
    opened = response.status_code < 400 or response.status_code in {404, 503}
    return "open" if opened else str(response.status_code)


def test_every_page_has_a_line_and_every_line_a_page():
    assert {name for name, _ in pages()} == set(PAGES)


def test_what_a_view_declares_is_what_the_table_says():
    public, signed_in = Access(public=True), Access()
    expected = {
        name: {PUBLIC: public, ALLAUTH: public, SIGNED_IN: signed_in}[who]
        if isinstance(who, str)
        else Access(roles=frozenset(who))
        for name, who in PAGES.items()
    }
    declared = {name: access_of(pattern.callback) for name, pattern in pages()}
    assert {name: found for name, found in declared.items() if found != expected.get(name)} == {}


@pytest.mark.django_db
@pytest.mark.parametrize("role", [None, *Role], ids=lambda role: role or "employee")
def test_each_role_opens_its_pages_and_no_others(client, role):
    # With a password, which the pages that ask for it again have to have.
    client.force_login(UserFactory(roles=[role] if role else [], password="correct horse battery"))
    found = {name: outcome(client, address(name)) for name, _ in pages() if name in PAGES}
    expected = {name: "open" if allowed(name, role) else "refused" for name in found}
    assert {name: answer for name, answer in found.items() if answer != expected[name]} == {}


@pytest.mark.django_db
def test_nobody_opens_a_page_without_signing_in_but_the_public_ones(client):
    found = {name: outcome(client, address(name)) for name, _ in pages() if name in PAGES}
    expected = {name: "open" if PAGES[name] == PUBLIC else "sign in" for name in found}
    assert {name: answer for name, answer in found.items() if answer != expected[name]} == {}


def test_every_model_about_cases_says_which_rows_somebody_sees():
    house = [model for model in apps.get_models() if model._meta.app_label in CASES]
    without = {
        model._meta.label_lower for model in house if not hasattr(model._default_manager, "visible_to")
    }
    assert without == set(NOT_FETCHED_BY_ITSELF)
