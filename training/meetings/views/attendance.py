"""Who was there: the list, and the code on the screen."""

from io import BytesIO
from uuid import UUID

import qrcode
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods
from qrcode.image.svg import SvgPathImage

from accounts.enums import Role
from accounts.pages.access import SignedInRequest, allow, allow_signed_in
from accounts.pages.asked_again import asks_again, only_posted
from accounts.pages.feedback import say
from accounts.people import directory
from training.enums import SeatState
from training.meetings import attendance as keeping
from training.meetings import seating
from training.models import Meeting, MeetingSeat


@allow(Role.COORDINATOR)
@asks_again(does=gettext_lazy("Keep who was there"))
@require_http_methods(["GET", "POST"])
def attendance(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Who is there, ticked by hand or checked in. POST keeps it, and with `close` closes it for good."""
    meeting, now = _meeting(request, pk), timezone.now()
    if request.method == "POST":
        ticked, seen = (
            {found for text in request.POST.getlist(name) if (found := _uuid(text))}
            for name in ("present", "seen")
        )
        # What was changed here: who checked in since stays there.
        changed = {"present": ticked - seen, "absent": seen - ticked}
        try:
            if "close" in request.POST:
                keeping.close(meeting=meeting, **changed, by=request.user, at=now)
                say(request, _("Closed. Whoever was there has the certificate on the own page."))
                return redirect("training:meeting", pk)
            keeping.mark(meeting=meeting, **changed, at=now)
        except keeping.NotYet:
            say(request, _("That day has not come yet."), level=messages.WARNING)
        except keeping.AlreadyClosed:
            _say_changed(request)
            return redirect("training:meeting", pk)
        else:
            say(request, _("Saved."))
        return redirect("training:attendance", pk)
    seats = MeetingSeat.objects.visible_to(request.user).filter(meeting=meeting, state=SeatState.SEATED)
    people = seats.select_related("user__profession", "user__department__location")
    rows = list(people.order_by("user__sort_key", "id"))
    directory.told_apart([each.user for each in rows])
    context = {"meeting": meeting, "seats": rows, "now": now, "has_begun": meeting.starts_at <= now}
    return render(request, "training/meetings/attendance.html", context)


@allow(Role.COORDINATOR)
@only_posted("training:meeting", "pk", does=gettext_lazy("Say that this colleague was there after all"))
def was_there(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Of somebody who was missed on the list: `seat`."""
    meeting = _meeting(request, pk)
    seat = get_object_or_404(meeting.places, pk=_uuid(request.POST.get("seat", "")))
    try:
        keeping.was_there(seat=seat, by=request.user, at=timezone.now())
    except seating.NotFromThere:
        _say_changed(request)
    else:
        say(request, _("Noted: this colleague was there."))
    return redirect("training:meeting", pk)


@allow(Role.COORDINATOR)
@require_GET
def screen(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """The code for the screen in the room."""
    meeting = _meeting(request, pk)
    if not meeting.is_planned:
        raise Http404
    page = reverse("training:here", args=[meeting.pk, keeping.code_of(meeting)])
    drawn = BytesIO()
    qrcode.make(f"{settings.SITE_URL}{page}", image_factory=SvgPathImage, box_size=12).save(drawn)
    svg = drawn.getvalue().decode().partition("?>")[2]
    here = MeetingSeat.objects.filter(meeting=meeting, state=SeatState.SEATED, checked_in_at__isnull=False)
    context = {"meeting": meeting, "svg": svg, "here": here.count()}
    return render(request, "training/meetings/screen.html", context)


@allow_signed_in
@asks_again(does=gettext_lazy("Say that you are here"))
@require_http_methods(["GET", "POST"])
def here(request: SignedInRequest, pk: UUID, code: str) -> HttpResponse:
    """Whoever has a seat and opened the code of the screen says so with one tap."""
    meeting, now = get_object_or_404(Meeting, pk=pk), timezone.now()
    try:
        if request.method == "POST":
            keeping.check_in(meeting=meeting, code=code, user=request.user, at=now)
            say(request, _("Welcome. You are on the list."))
            return redirect("training:mine")
        seat = keeping.own_seat(meeting=meeting, code=code, user=request.user, at=now)
    except keeping.WrongCode as wrong:
        raise Http404 from wrong
    except keeping.NoSeat:
        text = _("You have no seat on this list. Please tell the trainer.")
        say(request, text, level=messages.WARNING)
        return redirect("training:mine")
    except keeping.AlreadyClosed:
        say(request, _("The list of this day is closed already."), level=messages.WARNING)
        return redirect("training:mine")
    return render(request, "training/meetings/here.html", {"meeting": meeting, "seat": seat})


def _say_changed(request: SignedInRequest) -> None:
    text = _("This has just been changed, by somebody else or in another tab. This is how it is now.")
    say(request, text, level=messages.WARNING)


def _meeting(request: SignedInRequest, pk: UUID) -> Meeting:
    return get_object_or_404(Meeting.objects.visible_to(request.user), pk=pk)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
