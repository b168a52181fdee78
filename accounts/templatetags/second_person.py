from typing import Any

from django import template

from accounts.roles import second_factor_due

register = template.Library()


@register.simple_tag(takes_context=True)
def lacks_second_factor(context: dict[str, Any]) -> bool:
    """Whether the reader's role asks for a second factor that is not there yet."""
    return second_factor_due.is_lacking(context["request"].user)
