"""Asking for support without a name: a number or an address, and when. Nothing else is kept, and nothing of
who asked: no reporter, no line in the access log, nothing in the session.
"""

from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.pages import kept_forms
from accounts.pages.access import SignedInRequest, allow_signed_in
from hospital.models import WorkingHours
from incidents.enums import EventType, IncidentKind
from incidents.models import NAMELESS
from incidents.reports.report_writer import Involved, report_incident
from supporters.contacts import own_link
from supporters.contacts.forms import NamelessForm
from supporters.models import ReachMe


@allow_signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: SignedInRequest) -> HttpResponse:
    """A form of three fields, and then the own link: the only way back to what was asked."""
    form = NamelessForm(kept_forms.posted(request), cover=WorkingHours.current().cover)
    if request.method != "POST" or not form.is_valid():
        return render(request, "supporters/offers/without_name.html", {"form": form})
    wanted = form.cleaned_data
    somebody = Involved(name=NAMELESS, telephone=wanted["telephone"], email=wanted["email"])
    with transaction.atomic():
        incident = report_incident(
            reporter=None,
            kind=IncidentKind.SELF,
            event_type=EventType.OTHER,
            involved=[somebody],
            submission_key=kept_forms.ticket_of(request).key,
            at=timezone.now(),
        )
        offer = incident.offers.get()
        ReachMe.objects.get_or_create(offer=offer, defaults={"parts_of_day": wanted["parts_of_day"]})
    return redirect(own_link.address(offer.involvement_id))
