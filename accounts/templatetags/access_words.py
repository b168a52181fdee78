"""The access log in words (accounts.access_log.words)."""

from django import template

from accounts.access_log import words
from accounts.enums import Role, SignIn
from accounts.models import AccessEvent

register = template.Library()

register.filter("word", words.word_of)
register.filter("place_word", words.place_of)


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
