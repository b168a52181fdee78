"""The words of the access log. What it stores is short English; a page shows it in the reader's language."""

from django import template
from django.utils.translation import gettext_lazy as _

from accounts.enums import Role
from accounts.models import AccessEvent

register = template.Library()

WORDS = {
    # objects
    "access log": _("access log"),
    "delivery": _("delivery of messages"),
    "incident": _("report"),
    "involvement": _("involved employee"),
    "policy": _("agreements"),
    "role": _("role"),
    "session": _("session"),
    "staff import": _("staff import"),
    "support": _("support"),
    "supporter": _("peer supporter"),
    "vim import": _("VIM import"),
    "worklist": _("worklist"),
    # why
    "administration": _("administration"),
    "analyst of the case": _("analyst of the case"),
    "broken before the upgrade": _("was broken before the upgrade"),
    "ccp of calamities": _("calamity committee"),
    "ccp of the case": _("calamity committee"),
    "coordinator of the case": _("coordinator of the case"),
    "coordinator of the pool": _("coordinator of the pool"),
    "director of the case": _("director"),
    "group claim of SSO": _("group of the single sign-on"),
    "import": _("import"),
    "own account": _("own account"),
    "own contact": _("own contact"),
    "own record": _("own record"),
    "own report": _("own report"),
    "reporter": _("own report"),
    "retention": _("end of the retention term"),
    "supervision": _("supervision"),
    "team_leader of the case": _("team leader of the department"),
    "upgrade": _("upgrade"),
}


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
    if line.object_kind != "role":
        return line.object_ref
    role, _, person = line.object_ref.partition(" ")
    return f"{role_word(role)} · {names[person]}" if person in names else role_word(role)
