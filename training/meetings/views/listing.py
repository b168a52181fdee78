"""Lists for the coordinator: whose training lapses, and who was there for the accreditation."""

import csv
from datetime import date
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts import by_key
from accounts.enums import AccessAction, Role
from accounts.pages.access import SignedInRequest, allow
from supporters.models import Supporter
from training.enums import MeetingState
from training.meetings import accreditation as listed
from training.meetings import planning, standing
from training.models import Meeting, TrainingPolicy

PAGE = 50


@allow(Role.COORDINATOR)
@require_GET
def lapsing(request: SignedInRequest) -> HttpResponse:
    """Whose training is over or ends soon, the first to lapse first; `after` is the key of a further page."""
    now, policy = timezone.now(), TrainingPolicy.current()
    supporters = standing.lapsing(now, policy).select_related("user__profession", "user__department")
    key = _key(request.GET.get("after", ""))
    found: by_key.Cut[Supporter] = by_key.cut(supporters, standing.BY_DAY, size=PAGE, behind=key)
    last = found.rows[-1] if found.more_behind else None
    context = {
        "supporters": found.rows,
        "today": timezone.localdate(now),
        "policy": policy,
        "after": key,
        "further": f"{last.current_until}_{last.pk}" if last else "",
    }
    return render(request, "training/meetings/standing.html", context)


@allow(Role.COORDINATOR)
@require_GET
def accreditation(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Who was there, to print."""
    meeting = _held(request, pk)
    context = {"meeting": meeting, "seats": listed.attended(meeting)}
    return render(request, "training/meetings/accreditation.html", context)


@allow(Role.COORDINATOR)
@require_GET
def export(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """The same as a file."""
    meeting = _held(request, pk)
    planning.log(meeting, AccessAction.EXPORT, request.user, timezone.now())
    response = HttpResponse("\ufeff", content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="accreditation.csv"'
    csv.writer(response, delimiter=";").writerows(listed.rows(meeting))
    return response


def _held(request: SignedInRequest, pk: UUID) -> Meeting:
    return get_object_or_404(Meeting.objects.visible_to(request.user), pk=pk, state=MeetingState.HELD)


def _key(text: str) -> tuple[date, UUID] | None:
    day, _separator, pk = text.partition("_")
    try:
        return date.fromisoformat(day), UUID(pk)
    except ValueError:
        return None
