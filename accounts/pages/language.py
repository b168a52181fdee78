"""The language of pages: chosen in the menu, or along with a form that is half filled in.

The buttons then send that form with `FIELD` (components/language.html), and it comes back as it was typed.
"""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation

FIELD = "speak"
YEAR = 365 * 24 * 60 * 60  # seconds


def known(language: str) -> str:
    """`language` when pages can be had in it, else ""."""
    return language if language in dict(settings.LANGUAGES) else ""


def asked_along(request: HttpRequest) -> str:
    """The language that was chosen with what was posted; "" when it was sent for another reason."""
    return known(request.POST.get(FIELD, "")) if request.method == "POST" else ""


def speak(response: HttpResponse, language: str) -> HttpResponse:
    """Have this browser get pages in `language` from now on."""
    remember(response, settings.LANGUAGE_COOKIE_NAME, language)
    return response


def at_once(request: HttpRequest, language: str) -> None:
    """Make the page of this request in `language`."""
    translation.activate(language)
    request.LANGUAGE_CODE = language


def remember(response: HttpResponse, name: str, value: str) -> None:
    """For a year, in a cookie that scripts cannot read."""
    response.set_cookie(
        name,
        value,
        max_age=YEAR,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
