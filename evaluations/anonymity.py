"""On the evaluation form nobody is anybody."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

PATH = "/evaluation/"


def nobody(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Forget the session's cookie on the form's addresses, before any layer can read it.

    Whoever answers may be signed in, in the same browser. Without this a session would be loaded, and perhaps
    written, at the very moment at which an answer came in.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.path_info.startswith(PATH):
            request.COOKIES.pop(settings.SESSION_COOKIE_NAME, None)
        return get_response(request)

    return middleware
