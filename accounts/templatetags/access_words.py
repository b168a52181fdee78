"""The words of the access log. What it stores is short English; a page shows it in the reader's language."""

from django import template
from django.utils.translation import gettext

from accounts.enums import Role
from accounts.models import AccessEvent

register = template.Library()


@register.filter
def word(stored: str) -> str:
    """`stored` (an object's kind, a basis) in the reader's language, as far as it is known there."""
    return gettext(stored) if stored else ""


@register.filter
def role_word(role: str) -> str:
    """What a stored role is called."""
    return str(Role(role).label) if role in Role.values else role


@register.filter
def object_ref(line: AccessEvent) -> str:
    """The reference as people know it: a role by its word, everything else as stored."""
    return role_word(line.object_ref) if line.object_kind == "role" else line.object_ref
