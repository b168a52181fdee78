"""The functional administrator's pages for places and professions, and what the installation lacks."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.forms import modelform_factory
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from accounts.enums import Role
from accounts.pages import kept_forms
from accounts.pages.access import SignedInRequest, allow
from accounts.pages.feedback import say
from accounts.settings.readiness import lacks
from hospital.models import Department, Location, Profession


@dataclass(frozen=True)
class Register:
    """A list that the administrator keeps. Nothing in it is deleted: what is no longer used is put out of
    use.
    """

    name: str  # of its addresses: settings:<name>, settings:<name>-add, settings:<name>-change
    model: type[Department | Location | Profession]
    fields: tuple[str, ...]
    title: Promise
    lead: Promise
    add: Promise
    people: str  # from a row to its employees
    related: tuple[str, ...] = ()

    def rows(self) -> QuerySet[Any]:
        """The rows, those in use first, each with its `people` in service."""
        in_service = Count(self.people, filter=Q(**{f"{self.people}__is_active": True}))
        rows = self.model.objects.annotate(people=in_service).order_by("-is_active", "name")
        return rows.select_related(*self.related) if self.related else rows


DEPARTMENTS = Register(
    "departments",
    Department,
    ("name", "location", "is_active"),
    gettext_lazy("Departments"),
    gettext_lazy("Where people work. The staff import adds new ones when you say so."),
    gettext_lazy("Add a department"),
    "employees",
    ("location",),
)
LOCATIONS = Register(
    "locations",
    Location,
    ("name", "is_partner", "is_active"),
    gettext_lazy("Locations"),
    gettext_lazy("The sites of the hospital, and partner organisations outside it that lend supporters."),
    gettext_lazy("Add a location"),
    "departments__employees",
)
PROFESSIONS = Register(
    "professions",
    Profession,
    ("name", "group", "works_shifts", "is_active"),
    gettext_lazy("Professions"),
    gettext_lazy("A supporter is sought in the same profession first, then in the same group."),
    gettext_lazy("Add a profession"),
    "employees",
)


@allow(Role.ADMIN)
@require_safe
def settings_home(request: SignedInRequest) -> HttpResponse:
    """What the installation lacks, and the way to every setting."""
    return render(request, "accounts/settings/settings.html", {"lacks": lacks(request, at=timezone.now())})


@allow(Role.ADMIN)
@require_safe
def register_list(request: SignedInRequest, register: Register) -> HttpResponse:
    return render(request, "accounts/settings/register.html", {"register": register, "rows": register.rows()})


@allow(Role.ADMIN)
@require_http_methods(["GET", "HEAD", "POST"])
def register_edit(request: SignedInRequest, register: Register, pk: UUID | None = None) -> HttpResponse:
    """Adds a row, or changes the one with `pk`."""
    row: Any = get_object_or_404(register.model.objects.all(), pk=pk) if pk else None
    form = modelform_factory(register.model, fields=register.fields)(kept_forms.posted(request), instance=row)
    if request.method == "POST" and form.is_valid():
        form.save()
        say(request, _("Saved."))
        return redirect(f"settings:{register.name}")
    return render(
        request, "accounts/settings/register_edit.html", {"register": register, "form": form, "row": row}
    )
