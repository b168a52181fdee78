from allauth.account.utils import get_next_redirect_url
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.templatetags.static import static
from django.views.decorators.http import require_safe

from accounts.models import User
from accounts.pages import kept_forms, places
from accounts.pages.access import SignedInRequest, allow_public, allow_signed_in
from accounts.pages.asked_again import only_posted
from accounts.roles import second_factor_due
from accounts.sign_in.adapters import AccountAdapter
from accounts.sign_in.demo_people import DEMO_PEOPLE


@allow_signed_in
@require_safe
def start(request: SignedInRequest) -> HttpResponse:
    """The page one came for by role; for an employee or a team leader three choices and the own reports. What
    was typed when the session had ended goes before all of it.
    """
    if unsent := kept_forms.leads_to(request):
        return redirect(unsent)
    if page := places.first_page_of(request.user):
        return redirect(page)
    return render(request, "accounts/pages/home.html", {"panels": places.panels_for(request.user)})


@allow_public
@require_safe
def favicon(request: HttpRequest) -> HttpResponse:
    """The icon, for what asks for it where browsers used to look: a file that is opened, an error page."""
    return redirect(static("favicon.svg"))


@allow_public
@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """What is kept, who sees it, and when it goes: for everybody, also for who fills in an evaluation."""
    return render(request, "accounts/pages/privacy.html")


@allow_public
@require_safe
def demo(request: HttpRequest) -> HttpResponse:
    """The people of the demo hospital, one a role, each with a button to sign in."""
    _only_in_the_demo()
    names = dict(User.objects.filter(username__in=DEMO_PEOPLE).values_list("username", "name"))
    people = [
        (username, names[username], *words) for username, words in DEMO_PEOPLE.items() if username in names
    ]
    context = {"people": people, "next": get_next_redirect_url(request)}
    return render(request, "accounts/sign_in/demo.html", context)


@allow_public
@only_posted("demo")
def demo_sign_in(request: HttpRequest) -> HttpResponse:
    """Sign in as `username`, one of the demo people, and go on to `next`; 404 for anybody else."""
    _only_in_the_demo()
    username = request.POST.get("username", "")
    if username not in DEMO_PEOPLE:
        raise Http404
    user = get_object_or_404(User, username=username, is_active=True)
    adapter = AccountAdapter(request)
    adapter.login(request, user)
    # Only here: see accounts.roles.second_factor_due.
    request.session[second_factor_due.SKIPPED] = True
    return adapter.post_login(
        request,
        user,
        email_verification="none",
        signal_kwargs=None,
        email=None,
        signup=False,
        redirect_url=get_next_redirect_url(request),
    )


def _only_in_the_demo() -> None:
    """These addresses are not in the URLconf without DEMO; this holds when somebody puts them there."""
    if not settings.DEMO:
        raise Http404
