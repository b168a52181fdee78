from typing import Any

from django import template

from accounts.sign_in import second_factor

register = template.Library()


@register.simple_tag(takes_context=True)
def lacks_second_factor(context: dict[str, Any]) -> bool:
    """Whether the reader's role asks for a second factor that is not there yet."""
    return second_factor.is_lacking(context["request"].user)
