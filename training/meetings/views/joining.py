"""Adding a supporter: whoever attended a training day, or is taken over as trained elsewhere."""

from collections.abc import Mapping
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.enums import Role
from accounts.models import User
from accounts.pages.access import SignedInRequest, allow
from accounts.pages.asked_again import asks_again, name_of
from accounts.pages.feedback import say
from accounts.pages.sealed_search import answered, typed
from accounts.people import directory
from accounts.roles.giving import OwnRoles, RolesConflict
from supporters.models import Supporter
from supporters.pool import members
from training.meetings import joining
from training.meetings.forms import TakenOverForm


def _asked(data: Mapping[str, str]) -> str:
    return _("Put this colleague in the pool") if "user" in data else ""


@allow(Role.COORDINATOR)
@asks_again(does=_asked, shown={"user": (gettext_lazy("Colleague"), name_of)})
@require_http_methods(["GET", "POST"])
def add(request: SignedInRequest) -> HttpResponse:
    """Find an employee by name, and put that person in the pool."""
    if "q" in request.POST:
        return answered(request)
    query, now = typed(request), timezone.now()
    chosen = _employee(request.POST.get("user") or request.GET.get("user", ""))
    elsewhere = request.method == "POST" and "attended" not in request.POST
    form = TakenOverForm(request.POST if elsewhere and chosen else None, at=now)
    if request.method == "POST" and chosen and (not elsewhere or form.is_valid()):
        supporter = _joined(request, chosen, form, elsewhere=elsewhere)
        if supporter is not None:
            say(request, _("%(name)s is in the pool.") % {"name": chosen.name})
            return redirect("pool:supporter", supporter.pk)
    context = {
        "query": query,
        "found": directory.search(query, near=request.user),
        "chosen": chosen,
        "attended": joining.attended_day(chosen) if chosen else None,
        "is_in": chosen is not None and bool(members.in_pool([chosen.pk])),
        "form": form,
    }
    return render(request, "training/meetings/add.html", context)


def _joined(
    request: SignedInRequest, employee: User, form: TakenOverForm, *, elsewhere: bool
) -> Supporter | None:
    """The supporter, or None with what stands in the way said in the form."""
    by, at = request.user, timezone.now()
    words = {"name": employee.name}
    try:
        if elsewhere:
            return joining.take_over(user=employee, **form.cleaned_data, by=by, at=at)
        return joining.let_in(user=employee, by=by, at=at)
    except joining.NotAttended:
        said = _("%(name)s attended no training day here.") % words
    except members.AlreadySupporter:
        said = _("%(name)s is already in the pool.") % words
    except RolesConflict:
        said = _("%(name)s keeps watch over the system, and can therefore not be a supporter.") % words
    except OwnRoles:
        said = _("Nobody changes the own roles. Another coordinator can do this for you.")
    form.refuse(said)
    return None


def _employee(pk: str) -> User | None:
    try:
        found = UUID(pk)
    except ValueError:
        return None
    employees = User.objects.filter(is_active=True).select_related("profession", "department__location")
    return next(iter(directory.told_apart(employees.filter(pk=found))), None)
