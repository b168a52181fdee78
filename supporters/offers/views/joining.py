"""Joining a report with another of the same event, by the coordinator."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django import forms
from django.contrib import messages
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.enums import Role
from accounts.pages import kept_forms
from accounts.pages.access import SignedInRequest, allow
from accounts.pages.feedback import say
from incidents.calamities import ended_report
from incidents.enums import IncidentKind
from incidents.models import Incident, Involvement, full_reference
from incidents.reports import joining
from supporters.offers.joining import TwoAtWork, join

#: Suggested are reports of so many days around, of the same department or with somebody who is on both.
AROUND = timedelta(days=7)
OFFERED = 6


class OtherForm(forms.Form):
    """Which report is about the same event."""

    other = forms.CharField(
        label=gettext_lazy("Reference of the other report"),
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "placeholder": "2026-0042"}),
    )

    def __init__(self, *args: object, incidents: QuerySet[Incident], this: Incident) -> None:
        super().__init__(*args)  # type: ignore[arg-type]  # the posted data
        self.incidents = incidents
        self.this = this
        self.joined_before: Incident | None = None

    def clean_other(self) -> Incident:
        reference = full_reference(self.cleaned_data["other"], year=timezone.localtime().year)
        other = self.incidents.filter(reference=reference).first()
        if other is None:
            raise forms.ValidationError(_("There is no such report."))
        if other.joined_into_id == self.this.pk:
            self.joined_before = other
        try:
            joining.in_order(self.this, other)
        except joining.NotJoinable as refused:
            raise forms.ValidationError(_why_not(refused)) from None
        return other


@allow(Role.COORDINATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def join_reports(request: SignedInRequest, reference: str) -> HttpResponse:
    """Name the other report, look at both, and (`sure`) join them; nobody who is put aside for either."""
    incidents = Incident.objects.in_role_of(request.user).select_related("department", "joined_into")
    this = get_object_or_404(incidents, reference=reference)
    if this.kind in IncidentKind.personal():
        raise Http404
    if this.joined_into:
        return _is_joined(request, this, this.joined_into)
    if this.withdrawn_at:
        return ended_report.lead_on(request, this)
    form = OtherForm(kept_forms.posted(request), incidents=incidents, this=this)
    context = {"incident": this, "form": form}
    if request.method == "POST" and form.is_valid():
        other: Incident = form.cleaned_data["other"]
        if "sure" in request.POST:
            return _joined(request, this, other)
        stays, goes = joining.in_order(this, other)
        context |= {"stays": stays, "both": (stays, goes), "other": other}
        return render(request, "supporters/offers/join_sure.html", context)
    if form.joined_before:
        return _is_joined(request, form.joined_before, this)
    return render(request, "supporters/offers/join.html", context | {"likely": _likely(this, incidents)})


def _joined(request: SignedInRequest, this: Incident, other: Incident) -> HttpResponse:
    try:
        stays = join(one=this, other=other, by=request.user, at=timezone.now())
    except joining.NotJoinable as refused:
        say(request, _why_not(refused), level=messages.WARNING)
        return redirect("support:roll-call", this.reference)
    except TwoAtWork as refused:
        text = _("Two supporters are asked or at work for %(name)s. End one of the contacts first.")
        say(request, text % {"name": refused.name}, level=messages.WARNING)
        return redirect("support:roll-call", this.reference)
    return _is_joined(request, other if stays.pk == this.pk else this, stays)


def _is_joined(request: SignedInRequest, goes: Incident, stays: Incident) -> HttpResponse:
    """To where both are now: whoever joined them, and whoever comes a moment later."""
    text = _("Report %(goes)s is joined to %(stays)s. Everybody involved stands on it once.")
    say(request, text % {"goes": goes.reference, "stays": stays.reference})
    return redirect("support:roll-call", stays.reference)


def _why_not(refused: joining.NotJoinable) -> str:
    match refused:
        case joining.SameReport():
            return _("This is the same report, or one that was taken back or joined already.")
        case joining.BothFollowed():
            return _("The calamity committee follows both. It decides first that one of them is not for it.")
        case _other:
            return _("A question for support is no report of an event: it stands by itself.")


def _likely(this: Incident, incidents: QuerySet[Incident]) -> Sequence[Incident]:
    """The reports that may be of the same event: somebody is on both, then those that happened nearest."""
    around = (this.reported_at - AROUND, this.reported_at + AROUND)
    people = this.involvements.exclude(employee=None).values("employee")
    on_both = Exists(Involvement.objects.filter(incident=OuterRef("pk"), employee__in=people))
    same = Q(on_both=True)
    if this.department_id:
        same |= Q(department=this.department_id)
    events = incidents.annotate(on_both=on_both).filter(same, reported_at__range=around)
    open_ones = events.filter(withdrawn_at=None, joined_into=None).exclude(pk=this.pk)
    found = list(open_ones.exclude(kind__in=IncidentKind.personal()))
    found.sort(key=lambda each: (not each.on_both, abs(_moment(each) - _moment(this)), each.reference))
    return found[:OFFERED]


def _moment(incident: Incident) -> datetime:
    return incident.occurred_at or incident.reported_at
