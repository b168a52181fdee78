"""The rota of directors on duty: who is told at once when a calamity comes in."""

from datetime import datetime, timedelta
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.enums import Role
from accounts.pages import kept_forms
from accounts.pages.access import SignedInRequest, allow
from accounts.pages.asked_again import only_posted
from accounts.pages.feedback import say
from incidents.calamities import duty as duties
from incidents.calamities.forms.duty import DutyForm
from incidents.calamities.milestones import Stale
from incidents.models import Duty

KEEPERS = (Role.ADMIN, Role.CCP)
#: Gaps are shown this far ahead.
AHEAD = timedelta(weeks=8)


@allow(Role.ADMIN, Role.CCP, Role.DIRECTOR)
@require_http_methods(["GET", "POST"])
def rota(request: SignedInRequest) -> HttpResponse:
    """Who is on duty now and to come, where there is nobody, and for who keeps it a form for one more."""
    now = timezone.now()
    if not request.user.has_role(*KEEPERS):
        return _page(request, now, None)
    form = DutyForm(kept_forms.posted(request), at=now, initial=_next(now))
    if request.method == "POST" and form.is_valid() and _kept(request, form, now):
        return redirect("calamity-duty")
    return _page(request, now, form)


@allow(*KEEPERS)
@require_http_methods(["GET", "POST"])
def change(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Change one duty that is not over."""
    now = timezone.now()
    row = get_object_or_404(Duty.objects.visible_to(request.user).filter(ends_at__gt=now), pk=pk)
    form = DutyForm(kept_forms.posted(request), at=now, instance=row)
    if request.method == "POST" and form.is_valid() and _kept(request, form, now):
        return redirect("calamity-duty")
    return render(
        request,
        "incidents/calamities/duty_change.html",
        {"form": form, "duty": row, "begun": row.starts_at <= now},
    )


@allow(*KEEPERS)
@only_posted("calamity-duty-change", "pk", does=gettext_lazy("Take this duty off the rota"))
def take_off(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Take a duty that has not begun off the rota."""
    row = get_object_or_404(Duty.objects.visible_to(request.user), pk=pk)
    try:
        duties.take_off(duty=row, by=request.user, at=timezone.now())
    except duties.Over:
        text = gettext("This duty has begun. Shorten it instead.")
        say(request, text, level=messages.WARNING)
        return redirect("calamity-duty-change", pk)
    except Stale:
        say(request, gettext("It has just been taken off."), level=messages.WARNING)
    else:
        say(request, gettext("It is off the rota."))
    return redirect("calamity-duty")


def _kept(request: SignedInRequest, form: DutyForm, now: datetime) -> bool:
    try:
        duties.keep(duty=form.instance, by=request.user, at=now)
    except (duties.Overlaps, duties.Over):
        form.add_error(None, gettext("Somebody is already on duty at that time."))
        return False
    except Stale:
        say(request, gettext("It has just been taken off."), level=messages.WARNING)
        return True
    say(request, gettext("The rota has been saved."))
    return True


def _page(request: SignedInRequest, now: datetime, form: DutyForm | None) -> HttpResponse:
    rows = list(
        Duty.objects.visible_to(request.user)
        .filter(ends_at__gt=now)
        .select_related("director", "deputy")
        .order_by("starts_at")
    )
    duties.mark_away(rows)
    lines: list[tuple[datetime, Duty | None, duties.Gap | None]] = [
        (row.starts_at, row, None) for row in rows
    ]
    lines += [(gap.starts_at, None, gap) for gap in duties.gaps(rows, since=now, until=now + AHEAD)]
    context = {
        "lines": sorted(lines, key=lambda line: line[0]),
        "has_gap_now": not any(row.starts_at <= now for row in rows),
        "form": form,
        "nobody_to_choose": form is not None and not form.has_directors,
        "gaps_until": now + AHEAD,
        "now": now,
        "is_admin": request.user.has_role(Role.ADMIN),
        "history": duties.LOG.history(request.GET) if form else None,
    }
    return render(request, "incidents/calamities/duty.html", context)


def _next(now: datetime) -> dict[str, datetime]:
    """A new duty begins where the last one ends, and lasts a week."""
    last = Duty.objects.order_by("-ends_at").values_list("ends_at", flat=True).first()
    starts = max(last or now, now)
    return {"starts_at": starts, "ends_at": starts + timedelta(weeks=1)}
