"""Headers that neither Django nor its add-ons set, and addresses that no view can read."""

from collections.abc import Callable

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse

Handler = Callable[[HttpRequest], HttpResponse]


def isolation(get_response: Handler) -> Handler:
    """No other site may embed or read anything of ours, static files included."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        response.setdefault("Cross-Origin-Embedder-Policy", "require-corp")
        return response

    return middleware


def no_store(get_response: Handler) -> Handler:
    """Nothing of a page stays in the browser: hospital workstations are shared.

    Stands after whitenoise, so that static files may be kept.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.setdefault("Cache-Control", "no-store")
        return response

    return middleware


def no_nul(get_response: Handler) -> Handler:
    """An address with a NUL character is a bad request: PostgreSQL takes none, whatever a view looks up."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if "\0" in request.path_info or "%00" in request.META.get("QUERY_STRING", ""):
            raise BadRequest("An address holds no NUL character.")
        return get_response(request)

    return middleware
