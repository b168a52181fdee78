from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import check_for_language

from accounts.access import allow_public
from accounts.asked_again import only_posted
from accounts.models import User

THEMES = frozenset({"light", "dark", "system"})
YEAR = 365 * 24 * 60 * 60  # seconds


@allow_public
@only_posted("home")
def set_language(request: HttpRequest) -> HttpResponse:
    """Speak `language` from now on, on this browser and, when signed in, in this person's mail too."""
    response = _back(request)
    language = request.POST.get("language", "")
    if language in dict(settings.LANGUAGES) and check_for_language(language):
        _remember(response, settings.LANGUAGE_COOKIE_NAME, language)
        if isinstance(request.user, User):
            User.objects.filter(pk=request.user.pk).update(language=language)
    return response


@allow_public
@only_posted("home")
def set_theme(request: HttpRequest) -> HttpResponse:
    """Light, dark, or as the device is set."""
    response = _back(request)
    theme = request.POST.get("theme", "")
    if theme in THEMES:
        _remember(response, "theme", theme)
    return response


def _remember(response: HttpResponse, name: str, value: str) -> None:
    response.set_cookie(
        name,
        value,
        max_age=YEAR,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _back(request: HttpRequest) -> HttpResponseRedirect:
    """To `next` when it is a page of this site, else to where the person came from, else to the start."""
    for url in (request.POST.get("next", ""), request.headers.get("referer", "")):
        if url and url_has_allowed_host_and_scheme(
            url, allowed_hosts={request.get_host()}, require_https=request.is_secure()
        ):
            parts = urlsplit(url)
            # Two slashes at the start would be another site again.
            path = "/" + parts.path.lstrip("/\\")
            return HttpResponseRedirect(parts._replace(scheme="", netloc="", path=path, fragment="").geturl())
    return HttpResponseRedirect("/")
