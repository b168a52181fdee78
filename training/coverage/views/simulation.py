"""Whether last year's requests would find somebody today, and what is left when three leave."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.enums import Role
from accounts.models import User
from accounts.pages.access import SignedInRequest, allow
from accounts.pages.asked_again import asks_again, only_posted
from accounts.pages.feedback import say
from accounts.pages.sealed_search import answered, typed
from accounts.people import directory
from hospital.models import Department, Profession
from supporters.enums import SupporterStatus
from supporters.models import Supporter
from training.coverage import simulating
from training.coverage.simulating import Line, Result

#: The fields that hold who leaves.
LEAVES = ("first", "second", "third")


@dataclass(frozen=True, slots=True)
class Row:
    """Of one profession or department: requests, and how many find nobody today, without the worst three,
    and without those who were chosen.
    """

    of: str
    requests: int
    today: int
    worst: int
    chosen: int


@allow(Role.COORDINATOR)
@asks_again()
@require_http_methods(["GET", "POST"])
def simulation(request: SignedInRequest) -> HttpResponse:
    """What the last one found, how far the next is, and the form that begins one: who leaves is found by
    name, and stands in the address.
    """
    if request.method == "POST":
        return answered(request)
    query, leaving = typed(request), _leaving(request, request.GET)
    pool = Supporter.objects.visible_to(request.user).exclude(status=SupporterStatus.STOPPED)
    found = directory.search(
        query, near=request.user, among=User.objects.filter(is_active=True, supporter__in=pool)
    )
    latest, result = simulating.latest(), simulating.result()
    context = {
        "latest": latest,
        "runs": latest is not None and latest.finished_at is None,
        "gave_up": latest is not None and latest.finished_at is not None and not latest.result,
        "leaving": list(zip(LEAVES, leaving, strict=False)),
        "next": LEAVES[len(leaving)] if len(leaving) < len(LEAVES) else "",
        "query": query,
        "found": found,
        **(_shown(result) if result else {}),
    }
    return render(request, "training/coverage/simulation.html", context)


@allow(Role.COORDINATOR)
@only_posted("training:simulation", does=gettext_lazy("Try last year’s requests again"))
def simulate(request: SignedInRequest) -> HttpResponse:
    """Begin one."""
    leaving = [person.supporter.pk for person in _leaving(request, request.POST)]
    try:
        simulating.start(leaving=leaving, by=request.user, at=timezone.now())
    except simulating.AlreadyRunning:
        say(request, _("One is running already. This page shows what it finds."), level=messages.WARNING)
    return redirect("training:simulation")


def _leaving(request: SignedInRequest, data: QueryDict) -> list[User]:
    """Who was chosen, each once, in the order in which they were."""
    chosen = [key for key in (_id(data.get(name, "")) for name in LEAVES) if key]
    pool = Supporter.objects.visible_to(request.user).filter(user__in=chosen)
    people = User.objects.filter(supporter__in=pool).select_related(
        "supporter", "profession", "department__location"
    )
    by_id = {person.pk: person for person in directory.told_apart(people)}
    return [by_id[key] for key in dict.fromkeys(chosen) if key in by_id]


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _shown(result: Result) -> dict[str, Any]:
    professions = {str(pk): name for pk, name in Profession.objects.values_list("id", "name")}
    departments = {str(pk): name for pk, name in Department.objects.values_list("id", "name")}
    known = [line for line in result.lines if line.profession]
    return {
        "result": result,
        "all": _row("", known),
        "without_profession": sum(line.requests for line in result.lines if not line.profession),
        "professions": _rows(known, lambda line: professions.get(line.profession, "")),
        "departments": _rows(known, lambda line: departments.get(line.department, "")),
        "worst": sorted((professions.get(pk, ""), number) for pk, number in result.worst.items()),
    }


def _rows(lines: Iterable[Line], of: Callable[[Line], str]) -> list[Row]:
    """Where most find nobody first; what is not known last."""
    here: dict[str, list[Line]] = {}
    for line in lines:
        here.setdefault(of(line), []).append(line)
    rows = [_row(name, some) for name, some in here.items()]
    return sorted(rows, key=lambda row: (not row.of, -row.today, -row.worst, row.of))


def _row(of: str, lines: Iterable[Line]) -> Row:
    some = list(lines)
    requests = sum(line.requests for line in some)
    return Row(
        of,
        requests,
        requests - sum(line.today for line in some),
        requests - sum(line.worst for line in some),
        requests - sum(line.chosen for line in some),
    )
