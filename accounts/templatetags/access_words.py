"""The words of the access log. What it stores is short English; a page shows it in the reader's language."""

from django import template
from django.utils.translation import gettext_lazy as _

from accounts.enums import Role, SignIn
from accounts.models import AccessEvent
from hospital import names

register = template.Library()

WORDS = {
    # objects
    "access log": _("access log"),
    "delivery": _("delivery of messages"),
    "exclusion": _("who is never matched"),
    "incident": _("report"),
    "involvement": _("involved employee"),
    "policy": _("agreements"),
    "role": _("role"),
    "role grant": _("role that waits for a second person"),
    "session": _("session"),
    "sign-in": _("sign-in"),
    "staff import": _("staff import"),
    "support": _("support"),
    "supporter": _("peer supporter"),
    "vim import": _("VIM import"),
    "worklist": _("worklist"),
    # why
    "administration": _("administration"),
    "analyst of calamities": _("analyst of the case"),
    "analyst of the case": _("analyst of the case"),
    "back in service": _("back in service"),
    "broken before the upgrade": _("was broken before the upgrade"),
    "ccp of calamities": names.committee,
    "ccp of the case": names.committee,
    "coordinator": _("coordinator"),
    "coordinator of calamities": _("coordinator of the case"),
    "coordinator of the case": _("coordinator of the case"),
    "coordinator of the pool": _("coordinator of the pool"),
    "director of calamities": _("director"),
    "director of the case": _("director"),
    "group claim of SSO": _("group of the single sign-on"),
    "import": _("import"),
    "not confirmed in time": _("not confirmed in time"),
    "own account": _("own account"),
    "own contact": _("own contact"),
    "own record": _("own record"),
    "own report": _("own report"),
    "reporter": _("own report"),
    "retention": _("end of the retention term"),
    "rota of directors": _("rota of directors"),
    "seat of the committee": _("seat of the committee"),
    "second person": _("second person"),
    "server": _("by IT, on the server"),
    "supervision": _("supervision"),
    "team_leader of calamities": _("team leader of the department"),
    "team_leader of the case": _("team leader of the department"),
    "upgrade": _("upgrade"),
}

#: Where something was opened or changed: pages by the name of their address, and what is no page.
PLACES = {
    "": _("the system"),
    "access-log:list": _("access log"),
    "account_login": _("signing in"),
    "account_reset_password_from_key": _("a new password"),
    "account_logout": _("signing out"),
    "calamities:analysis": _("analysis of a calamity"),
    "calamities:detail": _("page of a calamity"),
    "calamities:disclosure": _("talks with patient and family"),
    "calamities:evidence": _("account of a calamity"),
    "calamities:team": names.analysis_team,
    "calamity-committee": _("seats of the committee"),
    "calamity-duty": _("rota of directors"),
    "calamity-policy": _("settings of calamities"),
    "confirm_waiting": _("by IT, on the server"),
    "confirmations": _("confirmations"),
    "contacts:detail": _("page of a contact"),
    "createsuperuser": _("by IT, on the server"),
    "delivery": _("delivery of messages"),
    "demo_sign_in": _("signing in to the demo"),
    "end_waiting": _("the system"),
    "evaluation-policy": _("settings of the evaluation"),
    "incidents:add-people": _("adding people to a report"),
    "incidents:detail": _("page of a report"),
    "incidents:import": _("VIM import"),
    "import_staff": _("staff import, on the server"),
    "incidents:report": _("reporting"),
    "incidents:withdraw": _("taking back a report"),
    "me": _("own page"),
    "mfa_activate_totp": _("sign-in and security"),
    "mfa_add_webauthn": _("sign-in and security"),
    "mfa_authenticate": _("signing in, in two steps"),
    "mfa_deactivate_totp": _("sign-in and security"),
    "mfa_generate_recovery_codes": _("sign-in and security"),
    "mfa_login_webauthn": _("signing in with a passkey"),
    "mfa_remove_webauthn": _("sign-in and security"),
    "migrate": _("upgrade"),
    "pool:exclusions": _("who is never matched"),
    "pool:policy": _("settings of support"),
    "pool:supporter": _("page of a supporter"),
    "reminder-policy": _("settings of mail"),
    "remove_second_factor": _("by IT, on the server"),
    "renew_second_factors": _("by IT, on the server"),
    "retention": _("end of the retention term"),
    "settings:hours": _("settings of working hours"),
    "settings:person": _("page of an employee"),
    "settings:staff-import": _("staff import"),
    "sso": _("single sign-on"),
    "support:join": _("joining two reports of one event"),
    "support:match": _("support for one colleague"),
    "support:roll-call": _("everybody involved in an event"),
    "support:worklist": _("worklist"),
}


@register.filter
def place_word(stored: str) -> str:
    """The page with this name, in the reader's language; as it is when it has no word."""
    return str(PLACES.get(stored, stored))


@register.filter
def word(stored: str) -> str:
    """`stored` (an object's kind, a basis) in the reader's language; as it is when it has no word."""
    return str(WORDS.get(stored, stored))


@register.filter
def role_word(role: str) -> str:
    """What a stored role is called."""
    return str(Role(role).label) if role in Role.values else role


@register.filter
def object_ref(line: AccessEvent, names: dict[str, str]) -> str:
    """The reference as people know it: a role by its word with whose it is, a supporter by name, everything
    else as stored.
    """
    if line.object_kind == "supporter":
        return names.get(line.object_ref, "")
    if line.object_kind not in {"role", "role grant", "sign-in"}:
        return line.object_ref
    what, _, person = line.object_ref.rpartition(" ")
    said = str(SignIn(what).label) if what in SignIn.values else role_word(what)
    return f"{said} · {names[person]}" if person in names else said
