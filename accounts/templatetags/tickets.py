"""`{% csrf_token %}` as every template of the house has it: it also says whose page the form stands on."""

from django import template
from django.http import HttpRequest
from django.template.context import Context
from django.template.defaulttags import CsrfTokenNode
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.pages import kept_forms

register = template.Library()


@register.simple_tag(takes_context=True)
def typed_is_kept(context: Context) -> bool:
    """Whether what somebody typed comes back after signing in."""
    return kept_forms.waits_for_sign_in(context["request"])


@register.simple_tag(takes_context=True)
def csrf_token(context: Context) -> SafeString:
    """Django's token, and the ticket of who is signed in (accounts.pages.kept_forms)."""
    token = CsrfTokenNode().render(context)
    request: HttpRequest | None = context.get("request")
    if (
        not token
        or request is None
        or not getattr(request, "user", None)
        or not request.user.is_authenticated
    ):
        return SafeString(token)  # nosec B703  # Django's own
    ticket = kept_forms.ticket_of(request)
    return format_html('{}<input type="hidden" name="{}" value="{}">', token, kept_forms.FIELD, ticket)
