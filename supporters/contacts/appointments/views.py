"""The supporter plans and moves a talk; the coordinator keeps the places for it."""

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.enums import Role
from accounts.pages import kept_forms
from accounts.pages.access import SignedInRequest, allow
from accounts.pages.asked_again import asks_again
from accounts.pages.feedback import say
from hospital.models import WorkingHours
from incidents.clocks.moment_field import as_typed
from supporters.contacts import flow, words
from supporters.contacts.appointments import keeping, moments, places
from supporters.contacts.appointments.forms import AppointmentForm, PlaceForm
from supporters.contacts.flow import ContactError, PlaceTaken
from supporters.enums import AppointmentState, ContactState, EventKind
from supporters.models import Appointment, Contact, MeetingPlace, ReachMe


@allow(Role.SUPPORTER)
@require_http_methods(["GET", "HEAD", "POST"])
def appointment(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Plan a talk, or give the one that stands another moment. Of a moment at which nobody calls, or the
    supporter has another talk, it says so, once, with another instead.
    """
    now, cover = timezone.now(), WorkingHours.current().cover
    own = Contact.objects.filter(supporter__user=request.user)
    begun = own.filter(state__in=(ContactState.ACCEPTED, ContactState.IN_CONTACT))
    mine = get_object_or_404(begun if request.method != "POST" else own, pk=pk)
    standing = mine.appointments.select_related("place").filter(state=AppointmentState.OPEN).first()
    seen = mine.events.latest("id").pk
    form = AppointmentForm(kept_forms.posted(request), at=now, seen=seen, standing=standing)
    doubtful = busy = None
    if form.is_bound and form.is_valid():
        moment = form.cleaned_data["moment"]
        if request.method == "POST" and standing and form.is_as(standing):
            say(request, _("That is how it stands already. Nothing changed, and nobody is told again."))
            return redirect("contacts:detail", pk)
        busy = not moments.is_free(moment, keeping.with_others(mine))
        if (busy or not cover.holds(moment)) and form.cleaned_data["anyway"] != as_typed(moment):
            doubtful = moment
        elif request.method == "POST" and (done := _planned(request, mine, form, standing, now)):
            return done
    context = {
        "form": form,
        "contact": mine,
        "standing": standing,
        "now": now,
    }
    if doubtful:
        wish = ReachMe.objects.filter(offer=mine.offer_id).first()
        parts = wish.parts_of_day if wish else ()
        taken = keeping.with_others(mine)
        instead = moments.instead_of(doubtful, now=now, cover=cover, parts=parts, taken=taken)
        context |= {"doubtful_at": doubtful, "doubtful": as_typed(doubtful), "busy": busy}
        context |= {"instead": instead, "instead_typed": as_typed(instead) if instead else ""}
    return render(request, "supporters/contacts/appointment.html", context)


def _planned(
    request: SignedInRequest,
    contact: Contact,
    form: AppointmentForm,
    standing: Appointment | None,
    now: datetime,
) -> HttpResponse | None:
    """Where it goes on; nowhere when others meet at the place about then, which `form` says."""
    kind = EventKind.APPOINTMENT_MOVED if standing else EventKind.APPOINTMENT_PLANNED
    try:
        contact = flow.record(contact=contact, kind=kind, by=request.user, at=now, **form.step())
    except PlaceTaken:
        form.place_is_taken(list(places.free_at(form.cleaned_data["moment"], besides=contact)))
        return None
    except ContactError as error:
        say(request, words.refused(error), level=messages.WARNING)
    else:
        line = contact.events.latest("id")
        say(request, words.done(kind), undo_url=reverse("contacts:undo", args=[contact.pk, line.pk]))
    return redirect("contacts:detail", contact.pk)


def _asked(data: Mapping[str, str]) -> str:
    asked = {
        "out": _("Put this place out of use"),
        "in": _("Put this place in use"),
        "one": _("One talk at a time in this place"),
        "several": _("Several talks at a time in this place"),
    }
    return next((said for word, said in asked.items() if word in data), "")


@allow(Role.COORDINATOR)
@asks_again(does=_asked)
@require_http_methods(["GET", "HEAD", "POST"])
def meeting_places(request: SignedInRequest) -> HttpResponse:
    """Where talks can be; POST adds a place, puts one out of use (`out`) or in again (`in`), or says that one
    talk fits there at a time (`one`) or `several`.
    """
    now = timezone.now()
    steps = {
        "out": partial(places.put, in_use=False),
        "in": partial(places.put, in_use=True),
        "one": partial(places.fit, one_at_a_time=True),
        "several": partial(places.fit, one_at_a_time=False),
    }
    for word, step in steps.items():
        if word in request.POST:
            if step(_id(request.POST[word]), by=request.user, at=now):
                say(request, _("Saved. It counts for what is planned from now on."))
            return redirect("pool:places")
    form = PlaceForm(kept_forms.posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            places.add(form.save(commit=False), by=request.user, at=now)
        except places.PlaceThere:
            form.add_error("name", _("This place is on the list already."))
        else:
            say(request, _("Saved. It counts for what is planned from now on."))
            return redirect("pool:places")
    context = {
        "form": form,
        "places": MeetingPlace.objects.order_by("-in_use", "name"),
        "history": places.LOG.history(request.GET),
    }
    return render(request, "supporters/contacts/places.html", context)


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        return UUID(int=0)
