"""One's own training days and intervisions."""

from collections.abc import Mapping
from uuid import UUID

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.pages import kept_forms
from accounts.pages.access import SignedInRequest, allow_signed_in
from accounts.pages.asked_again import only_posted
from accounts.pages.feedback import say
from hospital.models import Hospital
from training.enums import MeetingState, SeatState
from training.meetings import accreditation, certificates, seating
from training.meetings.forms import NumberForm
from training.meetings.own_seats import coming_of, held_by, standing_of
from training.models import MeetingSeat

#: So many of what lies behind are shown.
PAST = 10


@allow_signed_in
@require_GET
def mine(request: SignedInRequest) -> HttpResponse:
    """What comes, with what to say to it; and what was."""
    now = timezone.now()
    behind = MeetingSeat.objects.filter(user=request.user).filter(
        Q(state__in=(SeatState.ATTENDED, SeatState.MISSED))
        | Q(meeting__state=MeetingState.CANCELLED, meeting__starts_at__gt=now)
    )
    context = {
        "now": now,
        "seats": coming_of(request.user, now),
        "standing": standing_of(request.user, now),
        "competences": held_by(request.user, now),
        "past": behind.select_related("meeting").order_by("-meeting__starts_at", "-id")[:PAST],
    }
    return render(request, "training/meetings/mine.html", context)


@allow_signed_in
@require_GET
def certificate(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """That somebody was there, to keep."""
    attended = MeetingSeat.objects.filter(user=request.user, state=SeatState.ATTENDED)
    seat = get_object_or_404(attended.select_related("meeting", "user"), pk=pk)
    made = certificates.as_pdf(seat, hospital=Hospital.current(), language=get_language() or "nl")
    response = HttpResponse(made, content_type="application/pdf")
    response["Content-Disposition"] = 'attachment; filename="certificate.pdf"'
    return response


@allow_signed_in
@require_http_methods(["GET", "POST"])
def number(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """The own number in the register, for the accreditation of one meeting."""
    seats = MeetingSeat.objects.filter(user=request.user, state__in=(SeatState.SEATED, SeatState.ATTENDED))
    seat = get_object_or_404(seats.select_related("meeting"), pk=pk)
    form = NumberForm(kept_forms.posted(request), initial={"number": seat.big_number})
    if request.method == "POST" and form.is_valid():
        accreditation.keep_number(seat=seat, number=form.cleaned_data["number"])
        say(request, _("Saved."))
        return redirect("training:mine")
    return render(request, "training/meetings/number.html", {"form": form, "meeting": seat.meeting})


def _asked(data: Mapping[str, str]) -> str:
    return _("Say that you come") if data.get("say") == "yes" else _("Say that you cannot come")


@allow_signed_in
@only_posted("training:mine", does=_asked)
def answer(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """`say` yes or no to an invitation, or no after all."""
    seat = get_object_or_404(MeetingSeat.objects.select_related("meeting"), pk=pk, user=request.user)
    yes = request.POST.get("say") == "yes"
    try:
        seat = (seating.accept if yes else seating.excuse)(seat=seat, at=timezone.now())
    except seating.SeatingError:
        text = _("This has just been changed, by somebody else or in another tab. This is how it is now.")
        say(request, text, level=messages.WARNING)
    else:
        said = {
            SeatState.SEATED: _("You have a seat. See you there."),
            SeatState.WAITING: _(
                "All seats are taken. You are on the waiting list, and hear it at once when there is one."
            ),
            SeatState.EXCUSED: _("Thank you for saying so. Your seat goes to somebody else."),
        }
        say(request, said[SeatState(seat.state)])
    return redirect("training:mine")
