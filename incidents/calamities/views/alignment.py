"""The other departments of a calamity: named, taken off, and confirmed."""

from uuid import UUID

from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy

from accounts.enums import AccessAction, Role
from accounts.pages.access import SignedInRequest, allow
from accounts.pages.asked_again import only_posted
from accounts.pages.feedback import say
from hospital.models import Department
from incidents.calamities import alignment
from incidents.calamities.forms.steps import DepartmentForm
from incidents.calamities.milestones import Stale
from incidents.calamities.views.calamity_page import calamity_of, overtaken, page, record
from incidents.models import Alignment, Incident


def _department_name(pk: str) -> str:
    return next((str(one) for one in Department.objects.filter(is_active=True) if str(one.pk) == pk), "")


@allow(Role.CCP, Role.TEAM_LEADER)
@only_posted(
    "calamities:detail",
    "reference",
    does=gettext_lazy("Name another department"),
    shown={"department": (gettext_lazy("Department"), _department_name)},
)
def name(request: SignedInRequest, reference: str) -> HttpResponse:
    """Name another department, by the committee or the head of the calamity's own."""
    now = timezone.now()
    calamity = calamity_of(request, reference)
    _keeps_or_404(request, calamity)
    form = DepartmentForm(request.POST, calamity=calamity)
    if not form.is_valid():
        return page(request, calamity, now, {"department": form})
    department = form.cleaned_data["department"]
    try:
        with transaction.atomic():
            alignment.name(incident=calamity, department=department, by=request.user, at=now)
            record(request, calamity, AccessAction.CHANGE, now)
    except Stale:
        return overtaken(request, calamity)
    except alignment.AlreadyNamed:
        form.add_error("department", gettext("This department has already been named."))
        return page(request, calamity, now, {"department": form})
    say(request, gettext("%(department)s is asked to align.") % {"department": department.name})
    return redirect("calamities:detail", reference)


@allow(Role.CCP, Role.TEAM_LEADER)
@only_posted("calamities:detail", "reference", does=gettext_lazy("The department is aligned"))
def confirm(request: SignedInRequest, reference: str, pk: UUID) -> HttpResponse:
    """The department is aligned: its own head says so, or the committee records it."""
    now = timezone.now()
    calamity = calamity_of(request, reference)
    row = _row(calamity, pk)
    if not request.user.has_role(Role.CCP) and row.department_id != request.user.department_id:
        raise Http404
    try:
        with transaction.atomic():
            alignment.confirm(alignment=row, by=request.user, at=now)
            record(request, calamity, AccessAction.CHANGE, now)
    except Stale:
        return overtaken(request, calamity)
    say(request, gettext("%(department)s is aligned.") % {"department": row.department.name})
    return redirect("calamities:detail", reference)


@allow(Role.CCP, Role.TEAM_LEADER)
@only_posted("calamities:detail", "reference", does=gettext_lazy("Take this department off the list"))
def drop(request: SignedInRequest, reference: str, pk: UUID) -> HttpResponse:
    """Take a department off the list that was not concerned after all."""
    now = timezone.now()
    calamity = calamity_of(request, reference)
    _keeps_or_404(request, calamity)
    row = _row(calamity, pk)
    try:
        with transaction.atomic():
            alignment.drop(alignment=row, by=request.user, at=now)
            record(request, calamity, AccessAction.CHANGE, now)
    except Stale:
        return overtaken(request, calamity)
    say(request, gettext("%(department)s is off the list.") % {"department": row.department.name})
    return redirect("calamities:detail", reference)


def _keeps_or_404(request: SignedInRequest, calamity: Incident) -> None:
    """The list is kept by the committee and the head of the calamity's own department."""
    own = request.user.department_id is not None and request.user.department_id == calamity.department_id
    if not request.user.has_role(Role.CCP) and not own:
        raise Http404


def _row(calamity: Incident, pk: UUID) -> Alignment:
    return get_object_or_404(
        Alignment.objects.select_related("incident", "department"), incident=calamity, pk=pk
    )
