"""Training days and intervisions, as the coordinator plans and keeps them."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_http_methods

from accounts import by_key
from accounts.enums import AccessAction, Role
from accounts.pages import kept_forms
from accounts.pages.access import SignedInRequest, allow
from accounts.pages.asked_again import asks_again, name_of
from accounts.pages.feedback import say
from accounts.pages.sealed_search import answered, seal, typed
from accounts.people import directory
from hospital.clock import local_day
from hospital.refused import saying
from supporters.pool import members
from training.enums import MeetingKind, SeatState
from training.meetings import grouping, inviting, planning, seating
from training.meetings.forms import (
    CallOffForm,
    ChangeMeetingForm,
    MaterialForm,
    PlanMeetingForm,
    TrainerForm,
)
from training.models import Meeting, MeetingSeat, TrainingPolicy

PAGE = 50
BY_NAME = ("user__sort_key", "id")
#: The states of which each has a list, in their order; those who came stand with those who would.
LISTS = {
    "seated": (SeatState.SEATED, SeatState.ATTENDED, SeatState.MISSED),
    "waiting": (SeatState.WAITING,),
    "invited": (SeatState.INVITED,),
    "excused": (SeatState.EXCUSED,),
}
Forms = dict[str, forms.Form | forms.BaseForm]


class _AlreadyListed(Exception):
    """This trainer, or this address, is on the list."""


ONCE = {"trainer_once": _AlreadyListed, "material_once": _AlreadyListed}


@allow(Role.COORDINATOR)
@require_GET
def meetings(request: SignedInRequest) -> HttpResponse:
    """All of them, the newest first."""
    rows = Meeting.objects.visible_to(request.user)
    context = {
        "page": by_key.page(rows, request.GET, by="starts_at"),
        "now": timezone.now(),
        "policy": TrainingPolicy.current(),
    }
    return render(request, "training/meetings/meetings.html", context)


@allow(Role.COORDINATOR)
@require_http_methods(["GET", "POST"])
def plan(request: SignedInRequest, kind: str) -> HttpResponse:
    """Plan a training day or an intervision."""
    if kind not in MeetingKind.values:
        raise Http404
    now, chosen = timezone.now(), MeetingKind(kind)
    form = PlanMeetingForm(kept_forms.posted(request), kind=chosen, at=now)
    if request.method == "POST" and form.is_valid():
        try:
            meeting = planning.plan(form.meeting(), by=request.user, at=now)
        except planning.MeetingThere:
            form.add_error("day", _("There is one at this moment in this place already."))
        else:
            say(request, _("Planned. Now invite who comes."))
            return redirect("training:meeting", meeting.pk)
    return render(request, "training/meetings/plan.html", {"form": form, "kind": chosen})


def _asked(data: Mapping[str, str]) -> str:
    said = {
        "trainer": _("Add this trainer"),
        "trainer-off": _("Take this trainer off the list"),
        "material": _("Add this material"),
        "material-off": _("Take this material off the list"),
        "groups": _("Make the groups of the afternoon"),
    }
    return said.get(data.get("do", ""), "")


@allow(Role.COORDINATOR)
@asks_again(does=_asked, shown={"name": (gettext_lazy("Name"), None), "title": (gettext_lazy("Title"), None)})
@require_http_methods(["GET", "POST"])
def meeting(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Who comes to one of them, who leads it and what is read. POST does what the button named `do` says."""
    found, now = _meeting(request, pk), timezone.now()
    forms: Forms = {}
    action = ACTIONS.get(request.POST.get("do", ""))
    if action is not None and (said := action(request, found, now, forms)) is not None:
        say(request, said)
        return redirect("training:meeting", pk)
    lacks_trainers, lacks_actor = planning.lacking(found, TrainingPolicy.current())
    shown = request.GET.get("show", "")
    shown = shown if shown in LISTS else "seated"
    counts = _counts(found)
    context = {
        "meeting": found,
        "now": now,
        "is_today": local_day(found.starts_at) <= local_day(now),
        "is_open": found.is_planned and found.starts_at > now,
        "trainers": found.trainers.order_by("name", "pk"),
        "materials": found.materials.order_by("title", "pk"),
        "trainer_form": forms.get("trainer", TrainerForm(prefix="trainer")),
        "material_form": forms.get("material", MaterialForm(prefix="material")),
        "lacks_trainers": lacks_trainers,
        "lacks_actor": lacks_actor,
        "policy": TrainingPolicy.current(),
        "groups": grouping.of(found),
        "filters": [
            {"label": label, "url": f"?show={name}", "current": name == shown, "count": counts[name]}
            for name, label in _labels()
        ],
        **_people(request, found, shown),
    }
    return render(request, "training/meetings/meeting.html", context)


def _trainer(request: SignedInRequest, meeting: Meeting, now: datetime, forms: Forms) -> str | None:
    form = TrainerForm(request.POST, prefix="trainer")
    forms["trainer"] = form
    return _kept(request, meeting, form, "name", now) if form.is_valid() else None


def _material(request: SignedInRequest, meeting: Meeting, now: datetime, forms: Forms) -> str | None:
    form = MaterialForm(request.POST, prefix="material")
    forms["material"] = form
    return _kept(request, meeting, form, "url", now) if form.is_valid() else None


def _kept(request: SignedInRequest, meeting: Meeting, form: Any, field: str, now: datetime) -> str | None:
    row = form.save(commit=False)
    row.meeting = meeting
    try:
        with saying(ONCE):
            row.save()
            planning.log(meeting, AccessAction.CHANGE, request.user, now)
    except _AlreadyListed:
        form.add_error(field, _("This is on the list already."))
        return None
    return _("Saved.")


def _trainer_off(request: SignedInRequest, meeting: Meeting, now: datetime, _forms: Forms) -> str:
    meeting.trainers.filter(pk=_number(request)).delete()
    planning.log(meeting, AccessAction.CHANGE, request.user, now)
    return _("Taken off the list.")


def _material_off(request: SignedInRequest, meeting: Meeting, now: datetime, _forms: Forms) -> str:
    meeting.materials.filter(pk=_number(request)).delete()
    planning.log(meeting, AccessAction.CHANGE, request.user, now)
    return _("Taken off the list.")


def _groups(request: SignedInRequest, meeting: Meeting, now: datetime, _forms: Forms) -> str:
    number = grouping.make(meeting=meeting, by=request.user, at=now)
    text = ngettext("%(count)d group is made.", "%(count)d groups are made.", number)
    return text % {"count": number}


ACTIONS: dict[str, Callable[[SignedInRequest, Meeting, datetime, Forms], str | None]] = {
    "trainer": _trainer,
    "trainer-off": _trainer_off,
    "material": _material,
    "material-off": _material_off,
    "groups": _groups,
}


@allow(Role.COORDINATOR)
@require_http_methods(["GET", "POST"])
def change(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Place, seats and what it gives; another day is a new date (`call_off`)."""
    found, now = _meeting(request, pk), timezone.now()
    form = ChangeMeetingForm(kept_forms.posted(request), meeting=found)
    if request.method == "POST" and form.is_valid():
        try:
            planning.change(meeting=found, wanted=form.wanted(), by=request.user, at=now)
        except seating.FewerThanTaken as error:
            text = ngettext(
                "%(count)d colleague takes part already: not fewer seats than that.",
                "%(count)d colleagues take part already: not fewer seats than that.",
                error.taken,
            )
            form.add_error("seats", text % {"count": error.taken})
        except planning.MeetingThere:
            form.add_error("place", _("There is one at this moment in this place already."))
        except seating.MeetingOver:
            _say_over(request)
            return redirect("training:meeting", pk)
        else:
            say(request, _("Saved."))
            return redirect("training:meeting", pk)
    return render(request, "training/meetings/change.html", {"form": form, "meeting": found})


@allow(Role.COORDINATOR)
@require_http_methods(["GET", "POST"])
def call_off(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Call it off, with the new date at once."""
    found, now = _meeting(request, pk), timezone.now()
    form = CallOffForm(kept_forms.posted(request), meeting=found, at=now)
    if request.method == "POST" and form.is_valid():
        try:
            new = planning.call_off(meeting=found, new=form.new(), by=request.user, at=now)
        except planning.MeetingThere:
            form.add_error("day", _("There is one at this moment in this place already."))
        except seating.MeetingOver:
            _say_over(request)
            return redirect("training:meeting", pk)
        else:
            if new is None:
                say(request, _("Called off. Everybody who would have come is told."))
            else:
                say(request, _("Called off. Everybody who would have come is invited to the new date."))
            return redirect("training:meeting", (new or found).pk)
    return render(request, "training/meetings/call_off.html", {"form": form, "meeting": found, "now": now})


def _asked_to_invite(data: Mapping[str, str]) -> str:
    return _("Invite to this day") if {"user", "everybody"} & data.keys() else ""


@allow(Role.COORDINATOR)
@asks_again(does=_asked_to_invite, shown={"user": (gettext_lazy("Colleague"), name_of)})
@require_http_methods(["GET", "POST"])
def invite(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Invite everybody who needs it, or colleagues who are found by name."""
    found, now = _meeting(request, pk), timezone.now()
    if "q" in request.POST:
        return answered(request)
    needing = inviting.who_need(found)
    if request.method == "POST":
        people = (
            list(needing.values_list("pk", flat=True)) if "everybody" in request.POST else _chosen(request)
        )
        try:
            number = inviting.invite(meeting=found, people=people, by=request.user, at=now)
        except seating.MeetingOver:
            _say_over(request)
            return redirect("training:meeting", pk)
        text = ngettext("%(count)d colleague is invited.", "%(count)d colleagues are invited.", number)
        say(request, text % {"count": number})
        return redirect("training:invite", pk) if "user" in request.POST else redirect("training:meeting", pk)
    query = typed(request)
    people_found = directory.search(query, near=request.user, among=inviting.may_be_invited())
    states = dict(
        MeetingSeat.objects.filter(meeting=found, user__in=[one.pk for one in people_found]).values_list(
            "user", "state"
        )
    )
    context = {
        "meeting": found,
        "needing": needing.count(),
        "query": query,
        "found": people_found,
        "lines": [(one, SeatState(states[one.pk]).label if one.pk in states else "") for one in people_found],
    }
    return render(request, "training/meetings/invite.html", context)


def _people(request: SignedInRequest, meeting: Meeting, shown: str) -> dict[str, Any]:
    """One page of the list that is shown: by name, or who waits longest."""
    waiting = shown == "waiting"
    order = ("queued_at", "id") if waiting else BY_NAME
    first, _separator, pk = typed(request, "after").rpartition("_")
    since = parse_datetime(first) if waiting and first else first
    behind = (since, pk) if since and _uuid(pk) else None
    seats = MeetingSeat.objects.visible_to(request.user).filter(meeting=meeting, state__in=LISTS[shown])
    rows = seats.select_related("user__profession", "user__department__location")
    found: by_key.Cut[Any] = by_key.cut(rows, order, size=PAGE, behind=behind)
    directory.told_apart([each.user for each in found.rows])
    further = ""
    if found.more_behind:
        last = found.rows[-1]
        further = seal(request, f"{last.queued_at.isoformat() if waiting else last.user.sort_key}_{last.pk}")
    return {
        "shown": shown,
        "seats": found.rows,
        "in_pool": set(members.in_pool([each.user_id for each in found.rows])),
        "further": further,
        "after": request.GET.get("after", ""),
    }


def _counts(meeting: Meeting) -> dict[str, int]:
    states = list(MeetingSeat.objects.filter(meeting=meeting).values_list("state", flat=True))
    return {name: sum(state in among for state in states) for name, among in LISTS.items()}


def _labels() -> list[tuple[str, str]]:
    return [
        ("seated", _("Takes part")),
        ("waiting", _("Waiting list")),
        ("invited", _("Invited")),
        ("excused", _("Cannot come")),
    ]


def _say_over(request: SignedInRequest) -> None:
    text = _("This has just been changed, by somebody else or in another tab. This is how it is now.")
    say(request, text, level=messages.WARNING)


def _meeting(request: SignedInRequest, pk: UUID) -> Meeting:
    return get_object_or_404(Meeting.objects.visible_to(request.user), pk=pk)


def _chosen(request: SignedInRequest) -> list[UUID]:
    pk = _uuid(request.POST.get("user", ""))
    found = inviting.may_be_invited().filter(pk=pk).first() if pk else None
    if found is None:
        raise Http404
    return [found.pk]


def _number(request: SignedInRequest) -> int:
    text = request.POST.get("row", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
