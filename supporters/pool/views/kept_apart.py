"""With whom a supporter is never matched, as far as coordinators put it by hand."""

import re
from collections.abc import Mapping
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.enums import Role
from accounts.models import User
from accounts.pages.access import SignedInRequest, allow
from accounts.pages.asked_again import asks_again, name_of
from accounts.pages.feedback import say
from accounts.people import directory
from supporters.models import KeptApart, Supporter
from supporters.pool import kept_apart as lists


def _asked(data: Mapping[str, str]) -> str:
    if "add" in data:
        return _("Never match this supporter with this colleague")
    return _("Take this colleague off the list") if "remove" in data else ""


def _pair_in_words(pk: str) -> str:
    pair = KeptApart.objects.filter(pk=_number(pk) or 0).select_related("employee").first()
    return pair.employee.name if pair else ""


@allow(Role.COORDINATOR)
@asks_again(
    does=_asked,
    shown={
        "add": (gettext_lazy("Colleague"), name_of),
        "remove": (gettext_lazy("Colleague"), _pair_in_words),
    },
)
@require_http_methods(["GET", "POST"])
def exclusions(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """The pairs by name. POST searches (`q`), adds (`add`, an employee) or takes one off (`remove`)."""
    supporters = Supporter.objects.visible_to(request.user).select_related("user")
    supporter = get_object_or_404(supporters, pk=pk)
    if "add" in request.POST or "remove" in request.POST:
        _change(request, supporter)
        return redirect("pool:exclusions", pk)
    query = request.POST.get("q", "").strip()
    mine = KeptApart.objects.visible_to(request.user).filter(supporter=supporter)
    pairs = list(mine.select_related("employee__profession", "employee__department__location", "added_by"))
    directory.told_apart([pair.employee for pair in pairs])
    listed = {supporter.user_id, *(pair.employee_id for pair in pairs)}
    employees = User.objects.filter(is_active=True).exclude(pk__in=listed)
    context = {
        "supporter": supporter,
        "pairs": sorted(pairs, key=lambda pair: pair.employee.sort_key),
        "query": query,
        "found": directory.search(query, near=request.user, among=employees),
        "now": timezone.now(),
    }
    return render(request, "supporters/pool/kept_apart.html", context)


def _change(request: SignedInRequest, supporter: Supporter) -> None:
    now = timezone.now()
    if "remove" in request.POST:
        pair = _number(request.POST["remove"])
        if pair is not None and lists.remove(supporter=supporter, pair=pair, by=request.user, at=now):
            say(request, _("Taken off the list."))
        return
    employee = get_object_or_404(User.objects.filter(is_active=True), pk=_uuid(request.POST["add"]))
    try:
        lists.add(supporter=supporter, employee=employee, by=request.user, at=now)
    except lists.ExcludesSelf:
        say(request, _("Nobody is matched with themselves."), level=messages.WARNING)
    else:
        words = {"supporter": supporter.user.name, "employee": employee.name}
        say(request, _("%(supporter)s and %(employee)s are never matched.") % words)


def _number(text: str) -> int | None:
    """The id of a pair; None for what is none."""
    return int(text) if re.fullmatch(r"[0-9]{1,18}", text) else None


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        return UUID(int=0)
