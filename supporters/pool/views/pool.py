"""The pool of supporters."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from django.contrib import messages
from django.db.models import Count, F, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from accounts import by_key
from accounts.enums import Role
from accounts.models import User
from accounts.pages import kept_forms
from accounts.pages.access import SignedInRequest, allow
from accounts.pages.asked_again import only_posted
from accounts.pages.feedback import say
from accounts.pages.sealed_search import answered, seal, typed
from accounts.people import directory
from accounts.policy_log import PolicyLog
from accounts.roles.giving import OwnRoles
from hospital.models import WorkingHours
from hospital.moment_words import hours_in_words
from supporters.enums import SupporterStatus
from supporters.models import Contact, Supporter, SupporterQuerySet, SupportPolicy
from supporters.pool import members as pools
from supporters.pool.forms import SupporterForm, SupportPolicyForm

PAGE = 50
LOG = PolicyLog("support", SupportPolicy, Role.COORDINATOR, "pool:policy", "coordinator of the pool")


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether a supporter can be asked, as a chip says it."""

    word: str
    icon: str
    tone: Literal["neutral", "good", "attention", "info"]


@allow(Role.COORDINATOR)
@require_http_methods(["GET", "POST"])
def pool(request: SignedInRequest) -> HttpResponse:
    """The supporters by name. `state` filters, `q` (posted) finds by name, `after` is the key of a further
    page.
    """
    if request.method == "POST":
        return answered(request)
    now = timezone.now()
    query, state = typed(request), request.GET.get("state", "")
    supporters = _filtered(Supporter.objects.visible_to(request.user), state, query, now)
    name, _separator, pk = typed(request, "after").rpartition("_")
    key = (name, pk) if name and _is_uuid(pk) else None
    found: by_key.Cut[Any] = by_key.cut(pools.listed(supporters), pools.BY_NAME, size=PAGE, behind=key)
    shown = found.rows
    directory.told_apart([each.user for each in shown])
    context = {
        "now": now,
        "lines": [(each, standing(each, now)) for each in shown],
        "further": seal(request, f"{shown[-1].sort_name}_{shown[-1].user_id}") if found.more_behind else "",
        "after": request.GET.get("after", ""),
        "sealed": request.GET.get("q", ""),
        "states": [(value, label, value == state) for value, label in _states()],
        "state": state,
        "query": query,
    }
    return render(request, "supporters/pool/pool.html", context)


@allow(Role.COORDINATOR)
@require_http_methods(["GET", "POST"])
def supporter(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Absence and capacity of one supporter; when it was trained is only shown."""
    found = _supporter(request, pk)
    form = SupporterForm(kept_forms.posted(request), instance=found)
    if request.method == "POST" and form.is_valid():
        try:
            pools.change(supporter=found, by=request.user, at=timezone.now(), **form.cleaned_data)
        except pools.BelowLoad as error:
            text = _("There are %(load)d open contacts now: not less than that.")
            form.add_error("capacity", text % {"load": error.load})
        else:
            say(request, _("Saved."))
            return redirect("pool:list")
    now = timezone.now()
    excluded = found.kept_apart.count()
    running = Contact.objects.open().filter(supporter=found)
    counted = running.aggregate(all=Count("id"), beyond=Count("id", filter=Q(takes_capacity=False)))
    context = {
        "supporter": found,
        "form": form,
        "standing": standing(found, now),
        "excluded": excluded,
        "has_open": counted["all"] > 0,
        "load": pools.load_in_words(load=found.load, capacity=found.capacity, beyond=counted["beyond"]),
        "now": now,
    }
    return render(request, "supporters/pool/supporter.html", context)


@allow(Role.COORDINATOR)
@only_posted(
    "pool:supporter",
    "pk",
    does=gettext_lazy("Change whether this supporter can be asked"),
    shown={"status": (gettext_lazy("State"), {str(one): one.label for one in SupporterStatus})},
)
def status(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Pause, resume or stop."""
    found = _supporter(request, pk)
    wanted = request.POST.get("status", "")
    if wanted in SupporterStatus.values:
        try:
            pools.set_status(
                supporter=found, status=SupporterStatus(wanted), by=request.user, at=timezone.now()
            )
        except pools.HasOpenContacts as error:
            text = ngettext(
                "%(name)s still has %(count)d open contact. Ask somebody else for it first.",
                "%(name)s still has %(count)d open contacts. Ask somebody else for them first.",
                error.count,
            )
            words = {"name": found.user.name, "count": error.count}
            say(request, text % words, level=messages.WARNING)
        except pools.NotTrained:
            text = _("%(name)s was not trained yet, and cannot be asked before that.")
            say(request, text % {"name": found.user.name}, level=messages.WARNING)
        except OwnRoles:
            text = _("Nobody changes the own roles. Another coordinator can do this for you.")
            say(request, text, level=messages.WARNING)
        else:
            words = {"name": found.user.name, "state": SupporterStatus(wanted).label}
            say(request, _("%(name)s: %(state)s.") % words)
    return redirect("pool:supporter", pk)


@allow(Role.COORDINATOR)
@require_http_methods(["GET", "POST"])
def policy(request: SignedInRequest) -> HttpResponse:
    """How this hospital gives support."""
    current = SupportPolicy.current()
    form = SupportPolicyForm(kept_forms.posted(request), instance=current)
    if request.method == "POST" and form.is_valid():
        LOG.keep(policy=current, fields=form.changed_data, by=request.user, at=timezone.now())
        if form.reaches:
            say(request, _("Saved. Beside each field stands from when it counts."))
        else:
            say(request, _("Saved. It counts for everything that starts from now on."))
        return redirect("pool:policy")
    cover = hours_in_words(WorkingHours.current().cover)
    context = {"form": form, "cover": cover, "history": LOG.history(request.GET)}
    return render(request, "supporters/pool/policy.html", context)


def standing(supporter: Supporter, now: datetime) -> Standing:
    """Whether this supporter can be asked at `now`, and if not, what stands in the way first."""
    today = timezone.localdate(now)
    trained, until = supporter.trained_on, supporter.current_until
    if supporter.status == SupporterStatus.STOPPED:
        found = Standing(_("Has stopped"), "user-x", "neutral")
    elif supporter.status == SupporterStatus.PAUSED:
        found = Standing(_("Pausing"), "player-pause", "neutral")
    elif trained is None or trained > today:
        found = Standing(_("Not trained yet"), "presentation", "info")
    elif until is None or until < today:
        found = Standing(_("Training has lapsed"), "alert-triangle", "attention")
    elif _is_away(supporter, today):
        found = Standing(_away(supporter), "beach", "neutral")
    elif supporter.load >= supporter.capacity:
        found = Standing(_("No room"), "users", "attention")
    elif supporter.rests_until and supporter.rests_until > now:
        found = Standing(_("Resting"), "armchair", "neutral")
    else:
        found = Standing(_("Can be asked"), "check", "good")
    return found


def _is_away(supporter: Supporter, today: date) -> bool:
    begun = supporter.absent_from is not None and supporter.absent_from <= today
    return begun and (supporter.absent_until is None or supporter.absent_until >= today)


def _away(supporter: Supporter) -> str:
    if supporter.absent_until is None:
        return _("Away")
    return _("Away until %(day)s") % {"day": date_format(supporter.absent_until, "j N")}


def _states() -> list[tuple[str, str]]:
    return [
        ("", _("All")),
        ("active", _("Active")),
        ("lapsed", _("Training lapsed or to come")),
        ("away", _("Away or pausing")),
        ("full", _("No room")),
        ("stopped", _("Stopped")),
    ]


def _filtered(supporters: SupporterQuerySet, state: str, query: str, now: datetime) -> QuerySet[Supporter]:
    today = timezone.localdate(now)
    away = Q(absent_from__lte=today) & (Q(absent_until__isnull=True) | Q(absent_until__gte=today))
    current = Q(trained_on__lte=today, current_until__gte=today)
    conditions = {
        "active": Q(status=SupporterStatus.ACTIVE) & current & ~away,
        "lapsed": ~Q(status=SupporterStatus.STOPPED) & ~current,
        "away": Q(status=SupporterStatus.PAUSED) | (Q(status=SupporterStatus.ACTIVE) & away),
        "full": Q(status=SupporterStatus.ACTIVE, load__gte=F("capacity")),
        "stopped": Q(status=SupporterStatus.STOPPED),
    }
    found: QuerySet[Supporter] = supporters.filter(conditions.get(state, ~Q(status=SupporterStatus.STOPPED)))
    if query:
        found = found.filter(user__in=directory.matching(User.objects.all(), query))
    return found


def _supporter(request: SignedInRequest, pk: UUID) -> Supporter:
    supporters = Supporter.objects.visible_to(request.user).select_related(
        "user__profession", "user__department"
    )
    return get_object_or_404(supporters, pk=pk)


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
