from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.enums import Role
from accounts.pages.access import SignedInRequest, allow
from dashboards import published
from dashboards.export import as_csv
from dashboards.models import Release
from dashboards.operations import read
from incidents.models import events_of

#: So many stand on the page to choose from, a year with its quarters; the older ones behind a fold.
RECENT = 6


@allow(Role.BOARD, Role.DIRECTOR, Role.COORDINATOR)
@require_GET
def board(request: SignedInRequest) -> HttpResponse:
    """The published figures of one period or year (`period`, the newest year by default)."""
    taken = _take(request)
    chosen = taken.chosen.span if taken.chosen else None
    choices = [
        {"label": each.label, "url": f"?period={each.code}", "current": each == chosen}
        for each in taken.spans
    ]
    context = {
        "published": taken.chosen,
        "recent": choices[:RECENT],
        "older": choices[RECENT:],
        "may_operate": request.user.has_role(Role.COORDINATOR),
    }
    return render(request, "dashboards/board.html", context)


@allow(Role.BOARD, Role.DIRECTOR, Role.COORDINATOR)
@require_GET
def export(request: SignedInRequest) -> HttpResponse:
    """What the page of the period shows, as CSV."""
    taken = _take(request)
    if taken.chosen is None:
        raise Http404
    name = f"peersupport-{taken.chosen.span.code}.csv"
    return HttpResponse(
        as_csv(taken.chosen.board),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@allow(Role.COORDINATOR)
@require_GET
def operations(request: SignedInRequest) -> HttpResponse:
    """How support goes now: live and exact, for who knows the cases anyway."""
    shown = read(now=timezone.now(), besides=events_of(request.user))
    return render(request, "dashboards/operations.html", {"operations": shown})


def _take(request: SignedInRequest) -> published.Shelf:
    try:
        return published.take(request.GET.get("period", ""))
    except Release.DoesNotExist as error:
        raise Http404 from error
