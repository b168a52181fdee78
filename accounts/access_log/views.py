from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts import audit
from accounts.access_log import reading
from accounts.enums import AccessAction, Role
from accounts.pages.access import SignedInRequest, allow
from accounts.pages.sealed_search import answered, typed

#: What is typed: sealed in the address.
WORDS = ("reference", "person")


@allow(Role.PRIVACY_OFFICER)
@require_http_methods(["GET", "HEAD", "POST"])
def access_log_list(request: SignedInRequest) -> HttpResponse:
    """The access log, which also says that it was read, and which reference was looked for."""
    if request.method == "POST":
        return answered(request, words=WORDS)
    asked = {**request.GET.dict(), **{name: typed(request, name) for name in WORDS}}
    form = reading.FilterForm(asked if request.GET else None)
    wanted = form.cleaned_data if form.is_valid() else {}
    audit.record(
        action=AccessAction.VIEW,
        user=request.user,
        role=Role.PRIVACY_OFFICER,
        access_point="access-log:list",
        object_kind="access log",
        object_ref=reading.known_reference(wanted.get("reference", "")),
        basis="supervision",
        at=timezone.now(),
    )
    lines = reading.matching(
        reader=request.user,
        reference=wanted.get("reference", ""),
        person=wanted.get("person", ""),
        since=wanted.get("since"),
        until=wanted.get("until"),
    )
    page = reading.page(lines, before=_number(request, "before"), after=_number(request, "after"))
    kept = {name: value for name, value in request.GET.items() if name in form.fields and value}
    return render(
        request,
        "accounts/access_log/access_log.html",
        {
            "form": form,
            "lines": page.lines,
            "names": page.names,
            "filtered": bool(kept),
            "newer_url": page.newer and f"?{urlencode({**kept, 'after': page.newer})}",
            "older_url": page.older and f"?{urlencode({**kept, 'before': page.older})}",
            "now": timezone.now(),
        },
    )


def _number(request: SignedInRequest, name: str) -> int | None:
    value = request.GET.get(name, "")
    return int(value) if value.isdecimal() and len(value) < 19 else None
