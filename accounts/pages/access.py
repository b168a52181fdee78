"""Who may open which page. Default deny: a view that declares nothing answers 403.

A declaration stands on the view itself, above every other decorator::

    @allow(Role.COORDINATOR)
    def worklist(request): ...

Which *rows* somebody sees on an allowed page is not decided here but by ``visible_to`` of each model.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, TypeVar, cast

from allauth.account.decorators import reauthentication_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

from accounts.enums import Role
from accounts.models import User
from accounts.pages import asked_again, kept_forms, language
from accounts.roles import second_factor_due

View = TypeVar("View", bound=Callable[..., Any])


class SignedInRequest(HttpRequest):
    """What a view is called with that asks for somebody signed in: `user` is never anonymous."""

    user: User
    htmx: HtmxDetails


@dataclass(frozen=True)
class Access:
    """What a view declares: open to all (`public`), to everybody signed in (no roles), or to `roles`.

    `at_once` is open before a second factor is set up, too, for whom the role asks for one.
    """

    public: bool = False
    roles: frozenset[Role] = frozenset()
    at_once: bool = field(default=False, compare=False)


def declare(access: Access) -> Callable[[View], View]:
    """Put `access` on a view."""

    def decorate(view: View) -> View:
        @wraps(view)
        def declared(*args: Any, **kwargs: Any) -> Any:
            return view(*args, **kwargs)

        declared.access = access  # type: ignore[attr-defined]  # read by AccessMiddleware
        return declared  # type: ignore[return-value]  # same signature as `view`

    return decorate


def allow(*roles: Role) -> Callable[[View], View]:
    """Only people with one of `roles`."""
    return declare(Access(roles=frozenset(roles)))


def allow_signed_in(view: View) -> View:
    """Every employee who is signed in."""
    return declare(Access())(view)


def allow_at_once(view: View) -> View:
    """Every employee who is signed in, also before setting up the second factor that the role asks for: help,
    and the page that says so.
    """
    return declare(Access(at_once=True))(view)


def allow_public(view: View) -> View:
    """Everybody, also without signing in: the sign-in, health, and the evaluation form."""
    return declare(Access(public=True))(view)


def recently_confirmed(view: View) -> View:
    """Asks for the password or second step again before `view`, when that was longer ago than
    ``ACCOUNT_REAUTHENTICATION_TIMEOUT``; stands under the declaration of who may open it.
    """
    confirmed: View = reauthentication_required(view)
    return confirmed


def access_of(view: Callable[..., Any]) -> Access | None:
    """The declaration on `view`, or None: then nobody may open it."""
    declared: Access | None = getattr(view, "access", None)
    if declared is None and _is_of_allauth(view):
        # allauth guards its own pages (sign-in, password, MFA) and cannot carry our declaration.
        return Access(public=True)
    return declared


def _is_of_allauth(view: Callable[..., Any]) -> bool:
    return view.__module__.partition(".")[0] == "allauth"


def to_sign_in(request: HttpRequest) -> HttpResponse:
    """The sign-in page, and back from there; what was posted with a ticket is kept (pages.kept_forms)."""
    kept = request.method == "POST" and kept_forms.keep(request)
    return go(request, lambda page: redirect_to_login(page).url, kept=kept)


def go(request: HttpRequest, to: Callable[[str], str], *, kept: bool) -> HttpResponse:
    """To where `to` leads from this page. A part of a page takes the whole page there; what was typed in the
    rest of it is not `kept` yet: static/js/page.js sends it after.
    """
    htmx = getattr(request, "htmx", None)
    if not htmx:
        return redirect(to(request.get_full_path()))
    response = HttpResponseClientRedirect(to(htmx.current_url_abs_path or request.get_full_path()))
    if not kept:
        response["X-Unsent"] = "1"
    return response


def somebody_else(request: HttpRequest) -> HttpResponse:
    """The page was another person's: nothing is done, and nothing of it shown to who is signed in now. The
    other may sign in and have it back.
    """
    context = {"sealed": kept_forms.sealed_for_its_owner(request)}
    return render(request, "accounts/pages/somebody_else.html", context, status=403)


def _to_second_factor(request: HttpRequest) -> HttpResponse:
    kept = request.method == "POST" and kept_forms.keep(request)
    return go(request, lambda _page: reverse("second-factor"), kept=kept)


class AccessMiddleware:
    """Hold each request against the declaration on its view, and bring back what did not arrive."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        match = request.resolver_match
        if match and response.status_code == 200 and _comes_back(request):
            # The page did not fill its form with it.
            return asked_again.ask(request, match.func) or response
        return response

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        access = access_of(view)
        if access is None:
            raise PermissionDenied
        if access.public:
            return _in_another_language(request) if _is_of_allauth(view) else None
        if not request.user.is_authenticated:
            return to_sign_in(request)
        kept_forms.let_go(request)
        return _instead(cast("SignedInRequest", request), view, access)


def _instead(request: SignedInRequest, view: Callable[..., Any], access: Access) -> HttpResponse | None:
    """What somebody who is signed in gets in place of the page, or None. Raises PermissionDenied."""
    if request.method == "POST" and kept_forms.is_of_somebody_else(request):
        return somebody_else(request)
    assert isinstance(request.user, User)
    if access.roles and not access.roles & request.user.roles:
        raise PermissionDenied
    if not access.at_once and second_factor_due.is_due(request):
        return _to_second_factor(request)
    if language.asked_along(request):
        return _in_another_language(request, kept=kept_forms.keep(request))
    if request.method == "POST" and kept_forms.LATER in request.POST:
        kept = kept_forms.keep(request)
        unseen = request.POST[kept_forms.LATER] in {kept_forms.QUIET, kept_forms.LEFT}
        return HttpResponse(status=204) if unseen else go(request, str, kept=kept)
    if request.method == "POST":
        kept_forms.arrived(request)
    if asked_again.only_takes_post(view) and _comes_back(request):
        return asked_again.ask(request, view)
    return None


def _in_another_language(request: HttpRequest, *, kept: bool = True) -> HttpResponse | None:
    """This page anew in the language that was chosen along with a form, or None; nothing is done with the
    form. What is typed on a page of allauth may be a password, and is not kept.
    """
    chosen = language.asked_along(request)
    if not chosen:
        return None
    if isinstance(request.user, User):
        User.objects.filter(pk=request.user.pk).update(language=chosen)
    return language.speak(go(request, str, kept=kept), chosen)


def _comes_back(request: HttpRequest) -> bool:
    """Whether something that did not arrive waits for this person at this address."""
    signed_in = request.method == "GET" and getattr(request, "user", None) and request.user.is_authenticated
    return bool(signed_in and kept_forms.waits(request))
