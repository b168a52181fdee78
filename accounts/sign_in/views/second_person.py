"""Pages for what one person alone cannot do: giving roles that open cases, changing how their holders sign
in, and signing in to such a role without a second factor.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.enums import Role
from accounts.models import User
from accounts.models.second_person import Closing, GrantOutcome, RoleGrant, SignInChange
from accounts.pages.access import SignedInRequest, allow_at_once, allow_signed_in, recently_confirmed
from accounts.pages.asked_again import asks_again
from accounts.pages.feedback import say
from accounts.people import directory
from accounts.roles import confirming, giving, second_factor_due
from accounts.sign_in import sign_in_changes

#: How many decided ones are shown.
HISTORY = 50
NOBODY = UUID(int=0)


@dataclass(frozen=True)
class Asked:
    """Something that waits, and what the reader may do about it."""

    what: RoleGrant | SignInChange
    may_confirm: bool
    may_withdraw: bool = False


@dataclass(frozen=True)
class Decided:
    """Something that waited, with its end in a word: begun by whoever gave the role or made the change."""

    what: RoleGrant | SignInChange
    begun_by: str
    word: str
    by: str
    at: datetime


@allow_at_once
@asks_again(does=gettext_lazy("Leave the second step for later"))
@require_http_methods(["GET", "HEAD", "POST"])
def second_factor_first(request: SignedInRequest) -> HttpResponse:
    """Why this role needs a second factor, and the ways to one; in the demo, and only there, it can wait."""
    if request.method == "POST" and settings.DEMO:
        request.session[second_factor_due.SKIPPED] = True
        return redirect("home")
    if not second_factor_due.is_lacking(request.user):
        return redirect("home")
    return render(request, "accounts/sign_in/second_factor.html", {"can_skip": settings.DEMO})


def _asked(data: Mapping[str, str]) -> str:
    """What the button that was tapped does."""
    answers = {
        "confirm": _("Confirm this role"),
        "refuse": _("Refuse this role"),
        "withdraw": _("Take this role back"),
    }
    if "change" in data:
        return _("Confirm this change to how somebody signs in")
    return answers.get(data.get("answer", ""), "")


def _grant_in_words(pk: str) -> str:
    found = RoleGrant.objects.filter(pk=_uuid(pk) or NOBODY).select_related("user").first()
    return f"{found.user.name}, {found.get_role_display()}" if found else ""


def _change_in_words(pk: str) -> str:
    found = SignInChange.objects.filter(pk=_uuid(pk) or NOBODY).select_related("user").first()
    return f"{found.user.name}, {found.get_what_display()}" if found else ""


@allow_signed_in
@recently_confirmed
@asks_again(
    does=_asked,
    shown={
        "grant": (gettext_lazy("Role"), _grant_in_words),
        "change": (gettext_lazy("Whose"), _change_in_words),
    },
)
@require_http_methods(["GET", "HEAD", "POST"])
def confirmations(request: SignedInRequest) -> HttpResponse:
    """What waits for a second person, and what became of it, as far as it concerns the reader."""
    if request.method == "POST":
        _decide(request)
        return redirect("confirmations")
    context = {
        "grants": list(_grants(request.user, timezone.now())),
        "changes": list(_changes(request.user)),
        "history": list(islice(_history(request.user), HISTORY)),
    }
    return render(request, "accounts/sign_in/confirmations.html", context)


def _grants(user: User, now: datetime) -> Iterator[Asked]:
    waiting = RoleGrant.objects.visible_to(user).waiting().filter(expires_at__gt=now)
    waiting = waiting.select_related("user__department__location", "user__profession", "granted_by")
    grants = list(waiting.order_by("expires_at", "id"))
    directory.told_apart([grant.user for grant in grants])
    for grant in grants:
        mine = grant.granted_by_id == user.pk
        yield Asked(grant, confirming.may_confirm(grant, user), may_withdraw=mine)


def _changes(user: User) -> Iterator[Asked]:
    found = SignInChange.objects.visible_to(user).that_wait().select_related("user", "by")
    for change in found.prefetch_related("user__groups").order_by("at", "id"):
        change.user.roles = Role.among(group.name for group in change.user.groups.all())
        may_confirm = change.can_be_confirmed and sign_in_changes.may_confirm(change, user)
        yield Asked(change, may_confirm)


def _history(user: User) -> Iterator[Decided]:
    """Newest first."""
    grants = RoleGrant.objects.visible_to(user).exclude(outcome="")
    grants = grants.select_related("user", "granted_by", "decided_by")
    changes = SignInChange.objects.visible_to(user).exclude(closing="")
    changes = changes.select_related("user", "by", "closed_by")
    ended = [
        *(
            Decided(
                grant,
                _given_by(grant),
                grant.get_outcome_display(),
                _by(grant.decided_by, by_itself=grant.outcome == GrantOutcome.EXPIRED),
                grant.decided_at,
            )
            for grant in grants.order_by("-decided_at", "-id")[:HISTORY]
            if grant.decided_at
        ),
        *(
            Decided(
                change,
                _by(change.by, by_itself=False),
                change.get_closing_display(),
                _by(change.closed_by, by_itself=change.closing != Closing.CONFIRMED),
                change.closed_at,
            )
            for change in changes.order_by("-closed_at", "-id")[:HISTORY]
            if change.closed_at
        ),
    ]
    yield from sorted(ended, key=lambda one: one.at, reverse=True)


def _given_by(grant: RoleGrant) -> str:
    if grant.granted_by:
        return grant.granted_by.name
    if grant.given_on_the_server:
        return _("IT, on the server")
    return _("the directory of the single sign-on")


def _by(person: User | None, *, by_itself: bool) -> str:
    """Who did it; else IT did, unless it ends `by_itself`."""
    if person is not None:
        return person.name
    return _("by itself") if by_itself else _("IT, on the server")


def _decide(request: SignedInRequest) -> None:
    """Do what a button of the page asks for, and say what came of it."""
    grant, change = (_uuid(request.POST.get(name, "")) for name in ("grant", "change"))
    how: dict[str, Any] = {"by": request.user, "access_point": "confirmations", "at": timezone.now()}
    try:
        if grant and RoleGrant.objects.visible_to(request.user).filter(pk=grant).exists():
            answers = {
                "confirm": (confirming.confirm, _("Confirmed: the role counts from now on.")),
                "refuse": (confirming.refuse, _("Refused: the role was not given.")),
                "withdraw": (confirming.withdraw, _("Taken back: the role was not given.")),
            }
            answer = answers.get(request.POST.get("answer", ""))
            if answer:
                answer[0](grant_id=grant, **how)
                say(request, answer[1])
        elif change and SignInChange.objects.visible_to(request.user).filter(pk=change).exists():
            sign_in_changes.confirm(change_id=change, **how)
            say(request, _("Confirmed. A new password can be asked for again."))
    except confirming.NotOpen:
        say(request, _("This was decided or changed meanwhile."), level=messages.INFO)
    except confirming.NotTheSecond:
        text = _("Somebody else has to decide this: not who asked for it, nor who is to have it.")
        say(request, text, level=messages.WARNING)
    except confirming.LeftService:
        say(request, _("This person is out of service, so the role was not given."), level=messages.WARNING)
    except giving.RolesConflict as clash:
        text = _("“%(first)s” and “%(second)s” do not go together, so the role was not given.")
        words = {"first": clash.first.label, "second": clash.second.label}
        say(request, text % words, level=messages.WARNING)


def _uuid(value: str) -> UUID | None:
    try:
        return UUID(value)
    except ValueError:
        return None
