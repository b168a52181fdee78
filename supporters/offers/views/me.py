"""One's own page: what support is offered to me, by whom, and who looked at my case."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django import forms
from django.contrib import messages
from django.db.models import Count, Max, Q
from django.db.models.functions import TruncDate
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from accounts.enums import AccessAction, Role
from accounts.models import AccessEvent, User
from accounts.pages.access import SignedInRequest, allow_signed_in
from accounts.pages.asked_again import asks_again, only_posted
from accounts.pages.feedback import say
from hospital.models import WorkingHours
from incidents.models import Policy
from incidents.reports.report_as_seen import OWN_REPORT
from supporters.contacts import words
from supporters.contacts.case_access import worklist_opened
from supporters.contacts.flow import MovedOn, NotAllowed
from supporters.models import Offer, OfferQuerySet, SupportPolicy
from supporters.offers import own_calls, retention, told_later
from supporters.offers.views import own_offer

#: So many of the latest days and people that opened the case are shown.
LINES = 50
#: Who did what about cases on one day, in one role, the latest first (see `_opened`).
OPENED = (
    AccessEvent.objects.exclude(basis__in=["own record", "own contact", OWN_REPORT])
    .exclude(~Q(responsible=Role.COORDINATOR), access_point="incidents:detail")
    .exclude(access_point__in=["support:name-people", "support:who-was-there"])
    .annotate(day=TruncDate("at"))
    .values("day", "user_id", "user__name", "responsible", "action")
    .annotate(times=Count("id"), last=Max("at"))
    .order_by("-last", "user_id", "action")
)


@dataclass(frozen=True, slots=True)
class OpenedOnDay:
    """What one person (none: the system) did about the own cases in one role, on one day: how often, and when
    last.
    """

    name: str | None
    role: str
    action: str
    times: int
    last: datetime


@allow_signed_in
@require_safe
def me(request: SignedInRequest) -> HttpResponse:
    """What is offered to me, who opened my case, and when it is erased. Who reads it was told."""
    if request.method == "GET":
        own_calls.read(request.user, at=timezone.now())
    return _page(request, {})


@allow_signed_in
@only_posted("me", does=gettext_lazy("What you chose about your support"), shown=own_offer.DECISION)
def decide(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """What the employee decides, by one button."""
    if _is_gone(pk):
        return _moved_on(request)
    offer = get_object_or_404(_offers(request.user), pk=pk)
    unsaved = own_offer.decide(request, offer, by=request.user, at=timezone.now())
    return _page(request, {pk: unsaved}) if unsaved else redirect("me")


def _page(request: SignedInRequest, unsaved: own_offer.Unsaved) -> HttpResponse:
    now = timezone.now()
    policy = SupportPolicy.current()
    offers = own_offer.read(_offers(request.user))
    held = retention.held(_offers(request.user), at=now) if request.user.roles else set()
    later = told_later.own((offer.incident for offer in offers), at=now)
    if later and request.method == "GET":
        told_later.read(offers, later, at=now)
    cover = WorkingHours.current().cover
    own = [
        own_offer.own(
            line,
            policy,
            now,
            cover=cover,
            decide_url=reverse("me-decide", args=[line[0].pk]),
            erase_url=reverse("me-erase", args=[line[0].pk]),
            is_held=any(offer.pk in held for offer in line),
            unsaved=unsaved,
        )
        for line in own_offer.lines(offers)
    ]
    return render(
        request,
        "supporters/offers/me.html",
        {
            "own": own,
            "later": later,
            "numbers": Policy.current() if later else None,
            "opened": _opened(request.user, offers),
            "worklist": worklist_opened(offers=offers, besides=request.user, at=now),
            "now": now,
            "tomorrow": timezone.localdate(now) + timedelta(days=1),
            "last_day": own_offer.last_day(now),
        },
    )


@allow_signed_in
@asks_again(does=gettext_lazy("Erase my name from this case, for good"))
@require_http_methods(["GET", "HEAD", "POST"])
def erase(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Have one's name erased now instead of at the end of the term."""
    if _is_gone(pk):
        return _moved_on(request)
    offer = get_object_or_404(_offers(request.user).filter(closed_at__isnull=False), pk=pk)
    if request.method == "POST":
        try:
            is_done = retention.erase_own(offer=offer, by=request.user, at=timezone.now())
        except retention.Held:
            text = _("Not yet: you have a role in this event, and it is not over.")
            say(request, text, level=messages.WARNING)
        except NotAllowed as error:
            say(request, words.refused(error), level=messages.WARNING)
        else:
            if is_done:
                say(request, _("Your name is erased. Nothing ties you to this case any more."))
            else:
                say(request, own_offer.erased_soon())
        return redirect("me")
    line = _("Your name and how to reach you go now, for good. After that you cannot come back to this case.")
    context = {
        "title": _("Erase my name now?"),
        "line": line,
        "falls_away": own_offer.falls_away(offer, at=timezone.now()),
        "action": _("Erase my name"),
        "danger": True,
        "form": forms.Form(),
        "cancel_url": reverse("me"),
    }
    return render(request, "supporters/offers/me_erase.html", context)


def _is_gone(pk: UUID) -> bool:
    """Whether the offer went while the page was open: its report was joined with another, or taken back."""
    return not Offer.objects.filter(pk=pk).exists()


def _moved_on(request: SignedInRequest) -> HttpResponse:
    say(request, words.refused(MovedOn()), level=messages.WARNING)
    return redirect("me")


def _offers(user: User) -> OfferQuerySet:
    """What is offered to `user`: a coordinator sees here, too, only the own."""
    return Offer.objects.filter(involvement__employee=user)


def _opened(user: User, own: Iterable[Offer]) -> list[OpenedOnDay]:
    """What the access log says of the own cases, the latest first, in one statement: not what `user` did, nor
    the supporter, whose name the page says once there is one, and whom nobody is to count on every look at a
    telephone number. Nor who reported it and looked at the names on it: "your name is not mentioned" holds
    here too. Of a report's page only the coordinator's lines are anybody else's.
    """
    records = [pk for offer in own for pk in (offer.involvement_id, *offer.involvement.joined_ids)]
    counted = OPENED.filter(record__in=records).exclude(user=user)
    return [
        OpenedOnDay(
            name=line["user__name"],
            role=line["responsible"],
            action=str(AccessAction(line["action"]).label),
            times=line["times"],
            last=line["last"],
        )
        for line in counted[:LINES]
    ]
