"""Whether there are enough supporters, now and in a year."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.enums import Role
from accounts.pages.access import SignedInRequest, allow
from supporters.models import SupportPolicy
from training.coverage import counting
from training.coverage.forecast import forecast
from training.coverage.planned_seats import planned_seats


@allow(Role.COORDINATOR)
@require_GET
def coverage(request: SignedInRequest) -> HttpResponse:
    """Whether there are enough supporters of each profession and in each place, and what a year brings."""
    now, policy = timezone.now(), SupportPolicy.current()
    cells = counting.cells(now)
    ahead = forecast(now, policy=policy, planned=planned_seats(now))
    groups = counting.by_group(cells, policy)
    context = {
        "policy": policy,
        "groups": [(each, ahead.in_a_year[each.of]) for each in groups],
        "months": ahead.months,
        "wanted": sum(each.wanted for each in groups),
        "professions": counting.short_first(cells, lambda cell: cell.profession, policy),
        "locations": counting.short_first(cells, lambda cell: cell.department.location, policy),
        "departments": counting.short_first(cells, lambda cell: cell.department, policy),
    }
    return render(request, "training/coverage/coverage.html", context)
