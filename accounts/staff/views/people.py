"""The functional administrator's pages about people: who there is, and which roles they hold."""

from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts import by_key
from accounts.enums import Role
from accounts.models import User
from accounts.models.second_person import RoleGrant
from accounts.pages import kept_forms
from accounts.pages.access import SignedInRequest, allow, recently_confirmed
from accounts.pages.feedback import say
from accounts.pages.sealed_search import answered, typed
from accounts.people import directory
from accounts.roles import giving
from accounts.sign_in import sign_in_changes

PAGE = 50


class PeopleFilter(forms.Form):
    q = forms.CharField(
        label=gettext_lazy("Name, department or employee number"), max_length=100, required=False
    )
    role = forms.ChoiceField(
        label=gettext_lazy("Role"),
        choices=[("", gettext_lazy("every role")), *Role.choices],
        required=False,
    )
    without = forms.ChoiceField(
        label=gettext_lazy("Show"),
        choices=[
            ("", gettext_lazy("in service")),
            ("service", gettext_lazy("out of service")),
            ("email", gettext_lazy("without e-mail address")),
        ],
        required=False,
    )


class RolesForm(forms.Form):
    roles = forms.MultipleChoiceField(
        label=gettext_lazy("Roles"),
        choices=Role.choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=gettext_lazy("Everybody is an employee; that needs no role."),
    )


@allow(Role.ADMIN)
@require_http_methods(["GET", "HEAD", "POST"])
def people_list(request: SignedInRequest) -> HttpResponse:
    """Everybody by name, searched and filtered, paged by key."""
    if request.method == "POST":
        return answered(request)
    form = PeopleFilter({**request.GET.dict(), "q": typed(request)})
    wanted = form.cleaned_data if form.is_valid() else {}
    found = _matching(**{name: wanted.get(name, "") for name in form.fields})
    after = _uuid(request.GET.get("after", ""))
    anchor = User.objects.filter(id=after).first() if after else None
    shown = found.select_related("department", "profession").prefetch_related("groups")
    page = by_key.cut(
        shown.only("name", "sort_key", "employee_number", "department__name", "profession__name"),
        ("sort_key", "id"),
        size=PAGE,
        behind=(anchor.sort_key, anchor.id) if anchor else None,
    )
    kept = {name: request.GET[name] for name, value in wanted.items() if value}
    older = f"?{urlencode({**kept, 'after': page.rows[-1].id})}" if page.more_behind else ""
    context = {"form": form, "people": page.rows, "next_url": older, "filtered": bool(kept)}
    return render(request, "accounts/staff/people.html", context)


@allow(Role.ADMIN)
@recently_confirmed
@require_http_methods(["GET", "HEAD", "POST"])
def person(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """One person, with the roles to give and take; each change goes into the access log."""
    somebody = get_object_or_404(
        User.objects.select_related("department__location", "profession", "manager"), pk=pk
    )
    waiting = list(RoleGrant.objects.waiting().filter(user=somebody).order_by("role"))
    standing = sorted({*somebody.roles, *(grant.role for grant in waiting)})
    form = RolesForm(kept_forms.posted(request), initial={"roles": standing})
    if request.method == "POST" and form.is_valid() and _give(request, somebody, form):
        return redirect("settings:people")
    stopped = sign_in_changes.stopped(at=timezone.now()).to_confirm().filter(user=somebody)
    context = {"person": somebody, "form": form, "waiting": waiting, "stopped": stopped.order_by("at")}
    return render(request, "accounts/staff/person.html", context)


def _give(request: SignedInRequest, somebody: User, form: RolesForm) -> bool:
    """Whether the chosen roles were given, which the next page says; why not stands on the form."""
    earlier = set(RoleGrant.objects.waiting().filter(user=somebody).values_list("role", flat=True))
    try:
        giving.set_roles(
            user=somebody,
            roles=[Role(name) for name in form.cleaned_data["roles"]],
            by=request.user,
            access_point="settings:person",
            basis="administration",
            at=timezone.now(),
        )
    except giving.RolesConflict as clash:
        form.add_error("roles", _why_not(clash))
        return False
    except giving.LastAdmin:
        form.add_error(
            "roles", _("This is the only functional administrator. Give somebody else the role first.")
        )
        return False
    except giving.OwnRoles:
        form.add_error("roles", _("Nobody changes the own roles. Another administrator can change yours."))
        return False
    waiting = RoleGrant.objects.waiting().filter(user=somebody).exclude(role__in=earlier)
    names = [grant.get_role_display() for grant in waiting.order_by("role")]
    if names:
        text = _("Saved. Waiting for a second person before it counts: %(roles)s.")
        say(request, text % {"roles": ", ".join(names)}, level=messages.INFO)
    else:
        say(request, _("The roles of %(name)s have been saved.") % {"name": somebody.name})
    return True


def _why_not(clash: giving.RolesConflict) -> str:
    return _(
        "“%(first)s” and “%(second)s” do not go together:"
        " who gives out roles or checks the access log reads no cases."
    ) % {"first": clash.first.label, "second": clash.second.label}


def _matching(*, q: str, role: str, without: str) -> QuerySet[User]:
    found = User.objects.filter(is_active=without != "service")
    if without == "email":
        found = found.filter(email="")
    if role:
        found = found.filter(groups__name=role)
    if q:
        numbered = found.filter(Q(employee_number__iexact=q.strip()) | Q(username=q.strip().lower()))
        found = numbered if numbered.exists() else directory.matching(found, q)
    return found


def _uuid(value: str) -> UUID | None:
    try:
        return UUID(value)
    except ValueError:
        return None
