"""On the evaluation form nobody is anybody."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

#: With and without what follows: a scanner of mail may have turned the slash and the # into something else.
PATH = "/evaluation"


def nobody(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Forget the session's cookie on the form's addresses, before any layer can read it.

    Whoever answers may be signed in, in the same browser. Without this a session would be loaded, and perhaps
    written, at the very moment at which an answer came in. Nor does an address with a ticket in it go on
    as the referrer of what the page loads, which a proxy may log.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        if not request.path_info.lower().startswith(PATH):
            return get_response(request)
        request.COOKIES.pop(settings.SESSION_COOKIE_NAME, None)
        response = get_response(request)
        # The origin alone: with no referrer at all the form's check of where it comes from would fail.
        response.headers["Referrer-Policy"] = "strict-origin"
        return response

    return middleware
