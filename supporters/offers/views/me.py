"""One's own page: what support is offered to me, by whom, and who looked at my case."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django import forms
from django.contrib import messages
from django.db.models import Count, Max, Prefetch, Q
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
from hospital.moment_words import day_in_words
from incidents.reports.report_as_seen import OWN_REPORT
from supporters.contacts import words
from supporters.contacts.case_access import worklist_opened
from supporters.contacts.flow import ContactError, NotAllowed, Stale
from supporters.contacts.forms import DayForm, WishesForm
from supporters.enums import ContactState, Waiting
from supporters.models import Contact, Offer, OfferQuerySet, SupportPolicy
from supporters.offers import own_support, retention
from supporters.offers.own_calls import PromisedCall, promise_of, with_promise

#: So many of the latest days and people that opened the case are shown.
LINES = 50
#: How a decision is asked again, when it did not arrive.
DECISION = {
    "decision": (
        gettext_lazy("Your choice"),
        {
            "decline": gettext_lazy("No support"),
            "later": gettext_lazy("Later"),
            "somebody_else": gettext_lazy("Somebody else"),
            "come_back": gettext_lazy("Support after all"),
            "wishes": gettext_lazy("Other wishes"),
        },
    ),
    "days": (gettext_lazy("In days"), None),
    "on": (gettext_lazy("Day"), None),
}


@dataclass(frozen=True, slots=True)
class Own:
    """One offer of support as its employee sees it; `supporter` only once somebody has said yes."""

    offer: Offer
    call: PromisedCall | None
    supporter: User | None
    somebody_asked: bool
    wishes: WishesForm | None
    erases_at: datetime | None
    is_held: bool


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
    """What is offered to me, who opened my case, and when it is erased."""
    now = timezone.now()
    policy = SupportPolicy.current()
    own = list(with_promise(_offers(request.user)))
    held = retention.held(_offers(request.user), at=now) if request.user.roles else set()
    return render(
        request,
        "supporters/offers/me.html",
        {
            "own": [_own(offer, policy, now, is_held=offer.pk in held) for offer in own],
            "opened": _opened(request.user, own),
            "worklist": worklist_opened(offers=own, besides=request.user, at=now),
            "now": now,
            "tomorrow": timezone.localdate(now) + timedelta(days=1),
        },
    )


@allow_signed_in
@only_posted("me", does=gettext_lazy("What you chose about your support"), shown=DECISION)
def decide(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """What the employee decides, by one button."""
    if _is_gone(pk):
        return _moved_on(request)
    offer = get_object_or_404(_offers(request.user), pk=pk)
    decision = DECISIONS.get(request.POST.get("decision", ""))
    try:
        said = decision(request, offer, timezone.now()) if decision else ""
    except ContactError as error:
        say(request, words.refused(error), level=messages.WARNING)
    else:
        say(request, said or _("Choose a day first."), level=messages.SUCCESS if said else messages.WARNING)
    return redirect("me")


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
            retention.erase_own(offer=offer, by=request.user, at=timezone.now())
        except retention.Held:
            text = _("Not yet: you have a role in this event, and it is not over.")
            say(request, text, level=messages.WARNING)
        except NotAllowed as error:
            say(request, words.refused(error), level=messages.WARNING)
        else:
            say(request, _("Your name is erased. Nothing ties you to this case any more."))
        return redirect("me")
    line = _("Your name and how to reach you go now, for good. After that you cannot come back to this case.")
    context = {
        "title": _("Erase my name now?"),
        "line": line,
        "action": _("Erase my name"),
        "danger": True,
        "form": forms.Form(),
        "cancel_url": reverse("me"),
    }
    return render(request, "confirm.html", context)


def _is_gone(pk: UUID) -> bool:
    """Whether the offer went while the page was open: its report was joined with another, or taken back."""
    return not Offer.objects.filter(pk=pk).exists()


def _moved_on(request: SignedInRequest) -> HttpResponse:
    say(request, words.refused(Stale()), level=messages.WARNING)
    return redirect("me")


def _decline(request: SignedInRequest, offer: Offer, now: datetime) -> str:
    own_support.decline(offer=offer, by=request.user, at=now)
    return _("That’s fine. You can always come back, here on this page.")


def _later(request: SignedInRequest, offer: Offer, now: datetime) -> str:
    form = DayForm(request.POST)
    planned_for = form.planned_for(now) if form.is_valid() else None
    if planned_for is None:
        return ""
    own_support.postpone(offer=offer, planned_for=planned_for, by=request.user, at=now)
    return _("Noted. You’ll be called %(day)s.") % {"day": day_in_words(planned_for, now=now)}


def _somebody_else(request: SignedInRequest, offer: Offer, now: datetime) -> str:
    own_support.ask_somebody_else(offer=offer, by=request.user, at=now)
    return _("The coordinator will look for somebody else. Nobody asks why.")


def _come_back(request: SignedInRequest, offer: Offer, now: datetime) -> str:
    own_support.come_back(offer=offer, by=request.user, at=now)
    return _("Good that you said so. The coordinator will look for a colleague for you.")


def _wish(request: SignedInRequest, offer: Offer, now: datetime) -> str:
    form = WishesForm(request.POST)
    form.is_valid()
    wishes = form.cleaned_data
    own_support.change_wishes(
        offer=offer,
        other_department=wishes["wish_other_department"],
        physician=wishes["wish_physician"],
        outside=wishes["wish_outside"],
        by=request.user,
        at=now,
    )
    return _("Your wishes are noted.")


DECISIONS: dict[str, Callable[[SignedInRequest, Offer, datetime], str]] = {
    "decline": _decline,
    "later": _later,
    "somebody_else": _somebody_else,
    "come_back": _come_back,
    "wishes": _wish,
}


def _offers(user: User) -> OfferQuerySet:
    """What is offered to `user`: a coordinator sees here, too, only the own."""
    people = Contact.objects.open().select_related(
        "supporter__user__profession", "supporter__user__department__location"
    )
    return (
        Offer.objects.filter(involvement__employee=user)
        .select_related("incident", "involvement")
        .prefetch_related(Prefetch("contacts", people, to_attr="open_contacts"))
        .order_by("-opened_at")
    )


def _opened(user: User, own: Iterable[Offer]) -> list[OpenedOnDay]:
    """What the access log says of the own cases, the latest first, in one statement: not what `user` did, nor
    the supporter, whose name the page says once there is one, and whom nobody is to count on every look at a
    telephone number. Nor who reported it and looked at the names on it: "your name is not mentioned" holds
    here too. Of a report's page only the coordinator's lines are anybody else's.
    """
    records = [pk for offer in own for pk in (offer.involvement_id, *offer.involvement.joined_ids)]
    lines = AccessEvent.objects.filter(record__in=records)
    others = lines.exclude(user=user).exclude(basis__in=["own record", "own contact", OWN_REPORT])
    others = others.exclude(~Q(responsible=Role.COORDINATOR), access_point="incidents:detail")
    days = others.annotate(day=TruncDate("at")).values(
        "day", "user_id", "user__name", "responsible", "action"
    )
    counted = days.annotate(times=Count("id"), last=Max("at")).order_by("-last", "user_id", "action")
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


def _own(offer: Offer, policy: SupportPolicy, now: datetime, *, is_held: bool) -> Own:
    contact: Contact | None = next(iter(offer.open_contacts), None)  # type: ignore[attr-defined]  # see _offers
    accepted = contact and contact.state != ContactState.PROPOSED
    waits = offer.waiting_for == Waiting.ASSIGNMENT
    return Own(
        offer=offer,
        call=promise_of(offer, now=now),
        supporter=contact.supporter.user if contact and accepted else None,
        somebody_asked=contact is not None,
        wishes=WishesForm(instance=offer.involvement, auto_id=f"%s-{offer.pk}") if waits else None,
        erases_at=retention.erases_at(offer, policy),
        is_held=is_held,
    )
