"""The own support of somebody without an account, behind a link of their own and without sign-in.

The page names neither them nor the event: whoever reads their mail, or looks over their shoulder, learns from
it only that a colleague will call.
"""

from datetime import timedelta

from django import forms
from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.pages.access import allow_public
from accounts.pages.asked_again import asks_again
from accounts.pages.feedback import say
from hospital.models import WorkingHours
from incidents.enums import IncidentKind
from incidents.models import Policy
from supporters.contacts import own_link, words
from supporters.contacts.flow import NotAllowed
from supporters.models import Offer, SupportPolicy
from supporters.offers import retention, told_later
from supporters.offers.views import own_offer


@allow_public
@require_http_methods(["GET", "HEAD", "POST"])
def own_support(request: HttpRequest, signed: str) -> HttpResponse:
    """Who calls and when, and what may be chosen; 404 with the numbers for help once the case is over, which
    `erased` says was just done.
    """
    found = _found(signed)
    if not found:
        return _over(request)
    now, unsaved = timezone.now(), None
    if request.method == "POST":
        unsaved = own_offer.decide(request, found[0], by=None, at=now)
        if unsaved is None:
            return redirect("own-link", signed)
    mine = own_offer.own(
        [found[0]],
        SupportPolicy.current(),
        now,
        cover=WorkingHours.current().cover,
        decide_url=reverse("own-link", args=[signed]),
        erase_url=reverse("own-link-erase", args=[signed]),
        says_events=False,
        unsaved={found[0].pk: unsaved} if unsaved else None,
    )
    later = told_later.own([found[0].incident], at=now)
    context = {
        "each": mine,
        "is_nameless": _is_nameless(found[0]),
        "later": later,
        "numbers": Policy.current() if later else None,
        "now": now,
        "tomorrow": timezone.localdate(now) + timedelta(days=1),
        "last_day": own_offer.last_day(now),
    }
    return render(request, "supporters/offers/own_link.html", context)


@allow_public
@asks_again(does=gettext_lazy("Erase my name from this case, for good"))
@require_http_methods(["GET", "HEAD", "POST"])
def erase(request: HttpRequest, signed: str) -> HttpResponse:
    """Have one's name erased now instead of at the end of the term; after that the link has ended."""
    found = _found(signed)
    if not found:
        return _over(request)
    if not found[0].closed_at:
        return redirect("own-link", signed)
    if request.method == "POST":
        try:
            is_done = retention.erase_own(offer=found[0], by=None, at=timezone.now())
        except NotAllowed as error:
            say(request, words.refused(error), level=messages.WARNING)
        else:
            if is_done:
                return redirect(f"{reverse('own-link', args=[signed])}?erased=1")
            say(request, own_offer.erased_soon())
        return redirect("own-link", signed)
    context = {
        "form": forms.Form(),
        "signed": signed,
        "is_nameless": _is_nameless(found[0]),
        "falls_away": own_offer.falls_away(found[0], at=timezone.now()),
    }
    return render(request, "supporters/offers/own_link_erase.html", context)


def _over(request: HttpRequest) -> HttpResponse:
    context = {"is_erased": "erased" in request.GET}
    return render(request, "supporters/offers/own_link_over.html", context, status=404)


def _is_nameless(offer: Offer) -> bool:
    """Whether they asked for support without a name."""
    return offer.incident.kind == IncidentKind.SELF


def _found(signed: str) -> list[Offer]:
    """The offer behind the link, as long as a name stands in the case, also when two reports were joined
    since; nothing for one not made here.
    """
    pk = own_link.read(signed)
    offers = Offer.objects.filter(involvement__employee=None, involvement__erased_at=None)
    ways = [Q(involvement=pk), Q(involvement__joined_ids__contains=[pk])] if pk else []
    return next((found for way in ways if (found := own_offer.read(offers.filter(way)))), [])
