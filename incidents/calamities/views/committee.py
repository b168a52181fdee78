"""The twelve seats of the calamity committee, kept by the functional administrator."""

from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.enums import Role
from accounts.models import User
from accounts.pages.access import SignedInRequest, allow, recently_confirmed
from accounts.pages.asked_again import asks_again, name_of, only_posted
from accounts.pages.feedback import say
from accounts.people import directory
from accounts.roles.giving import RolesConflict
from hospital.form_fields import DayField
from incidents.calamities import committee
from incidents.calamities.milestones import Stale
from incidents.models import SEATS, Seat


class SeatForm(forms.Form):
    """From which day."""

    since = DayField(label=_("From"))


@allow(Role.ADMIN)
@require_safe
def seats(request: SignedInRequest) -> HttpResponse:
    """Who has which seat, who had it before, and who reads calamities without a seat."""
    today = timezone.localdate()
    rows = Seat.objects.visible_to(request.user).select_related("holder__profession", "holder__department")
    held = {seat.number: seat for seat in rows.held_on(today).filter(until__isnull=True)}
    members = User.objects.filter(is_active=True, groups__name=Role.CCP)
    context = {
        "seats": [(number, held.get(number)) for number in range(1, SEATS + 1)],
        "reading": {member.pk for member in members},
        "without_seat": members.exclude(pk__in=[seat.holder_id for seat in held.values()]).order_by(
            "sort_key", "id"
        ),
        "history": committee.LOG.history(request.GET),
    }
    return render(request, "incidents/calamities/committee.html", context)


def _asked(data: Mapping[str, str]) -> str:
    return gettext("Give this colleague a seat on the committee") if "since" in data else ""


@allow(Role.ADMIN)
@recently_confirmed
@asks_again(does=_asked, shown={"user": (_("Colleague"), name_of), "since": (_("From"), None)})
@require_http_methods(["GET", "POST"])
def take(request: SignedInRequest, number: int) -> HttpResponse:
    """Find an employee by name, and give that person the seat."""
    if not 1 <= number <= SEATS:
        raise Http404
    query = request.POST.get("q", "").strip()
    chosen = _employee(request.POST.get("user", ""))
    given = "since" in request.POST
    form = SeatForm(request.POST if given else None, initial={"since": timezone.localdate()})
    if chosen and given and form.is_valid() and _taken(request, number, chosen, form):
        return redirect("calamity-committee")
    context = {
        "number": number,
        "query": query,
        "found": directory.search(query, near=request.user),
        "chosen": chosen,
        "form": form,
    }
    return render(request, "incidents/calamities/committee_take.html", context)


@allow(Role.ADMIN)
@recently_confirmed
@only_posted("calamity-committee", does=_("Vacate this seat"))
def leave(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """The holder leaves the seat, which somebody else can have from today, and the role with it."""
    seat = get_object_or_404(Seat.objects.visible_to(request.user).select_related("holder"), pk=pk)
    yesterday = timezone.localdate() - timedelta(days=1)
    try:
        committee.leave(seat=seat, until=yesterday, by=request.user, at=timezone.now())
    except Stale:
        say(request, gettext("This seat was already vacant."), level=messages.WARNING)
    else:
        say(request, gettext("Seat %(number)d is vacant.") % {"number": seat.number})
    return redirect("calamity-committee")


def _taken(request: SignedInRequest, number: int, holder: User, form: SeatForm) -> bool:
    try:
        committee.take(
            number=number,
            holder=holder,
            since=form.cleaned_data["since"],
            by=request.user,
            at=timezone.now(),
        )
    except committee.Taken:
        form.add_error(None, gettext("Somebody has this seat then, or this colleague has one already."))
    except committee.InTheFutureError:
        form.add_error("since", gettext("The role comes with the seat at once: choose today or earlier."))
    except RolesConflict:
        text = gettext("%(name)s keeps watch over the system, and can therefore not read calamities.")
        form.add_error(None, text % {"name": holder.name})
    else:
        say(request, gettext("Seat %(number)d: %(name)s.") % {"number": number, "name": holder.name})
        return True
    return False


def _employee(pk: str) -> User | None:
    try:
        key = UUID(pk)
    except ValueError:
        return None
    return User.objects.filter(is_active=True, pk=key).select_related("profession", "department").first()
