from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme

from accounts.models import User
from accounts.pages import language
from accounts.pages.access import allow_public
from accounts.pages.asked_again import only_posted

THEMES = frozenset({"light", "dark", "system"})


@allow_public
@only_posted("home")
def set_language(request: HttpRequest) -> HttpResponse:
    """Speak `language` from now on, on this browser and, when signed in, in this person's mail too."""
    response = _back(request)
    if chosen := language.known(request.POST.get("language", "")):
        language.speak(response, chosen)
        if isinstance(request.user, User):
            User.objects.filter(pk=request.user.pk).update(language=chosen)
    return response


@allow_public
@only_posted("home")
def set_theme(request: HttpRequest) -> HttpResponse:
    """Light, dark, or as the device is set."""
    response = _back(request)
    theme = request.POST.get("theme", "")
    if theme in THEMES:
        language.remember(response, "theme", theme)
    return response


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
