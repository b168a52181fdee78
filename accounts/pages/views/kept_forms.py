"""What becomes of a form that the check against forged forms refused, and of one that is somebody else's."""

from urllib.parse import urlencode, urlsplit

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.pages import kept_forms
from accounts.pages.access import access_of, allow_public, go, somebody_else, to_sign_in
from accounts.pages.asked_again import only_posted
from accounts.pages.feedback import say


def refused(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Django's answer to a form with the token of another session (CSRF_FAILURE_VIEW).

    Most are no forgery: somebody signed in anew in another tab. What was typed is kept for whom its ticket
    was signed for, and shown again to be sent; a site elsewhere knows no such ticket, and is refused anyhow.
    """
    match = request.resolver_match
    access = access_of(match.func) if match else None
    if access is None or not _comes_from_here(request):
        return render(request, "403_csrf.html", status=403)
    if access.public:
        return _once_more(request)
    if not request.user.is_authenticated:
        return to_sign_in(request)
    if kept_forms.is_of_somebody_else(request):
        return somebody_else(request)
    kept = kept_forms.keep(request)
    if not kept and not getattr(request, "htmx", None):
        return render(request, "403_csrf.html", {"again": request.get_full_path()}, status=403)
    return go(request, str, kept=kept)


@allow_public
@only_posted("home")
def take_along(request: HttpRequest) -> HttpResponse:
    """Sign in as who typed it: what another person's session would not show comes back then."""
    return redirect(kept_forms.take_along(request, request.POST.get("sealed", "")) or "home")


def _once_more(request: HttpRequest) -> HttpResponse:
    """A page that anybody may open, such as the sign-in: opened anew, without what was typed there, which
    may be a password.
    """
    say(request, _("That page had been open too long. Please try once more."), level=messages.WARNING)
    query = {"next": request.POST["next"]} if request.POST.get("next") else {}
    return redirect(f"{request.path}{'?' if query else ''}{urlencode(query)}")


def _comes_from_here(request: HttpRequest) -> bool:
    sent_by = request.headers.get("Origin") or request.headers.get("Referer", "")
    return urlsplit(sent_by).netloc == request.get_host()
