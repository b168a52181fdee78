"""On the evaluation form nobody is anybody, and nothing is written of who comes there when."""

import logging
from collections.abc import Callable
from contextvars import ContextVar

from django.conf import settings
from django.http import HttpRequest, HttpResponse

#: With and without what follows: a scanner of mail may have turned the slash and the # into something else.
PATH = "/evaluation"
_here = ContextVar("evaluations.here", default=False)


class Silence(logging.Filter):
    """Lets nothing through that is said while somebody is at the form, or about a request for it: whatever
    goes wrong there, a line would say when somebody answered.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        return not _here.get() and not is_here(getattr(record, "request", None))


def is_here(request: object) -> bool:
    """Whether this is a request for one of the form's addresses."""
    return str(getattr(request, "path_info", "")).lower().startswith(PATH)


def nobody(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Forget the session's cookie on the form's addresses, before any layer can read it.

    Whoever answers may be signed in, in the same browser. Without this a session would be loaded, and perhaps
    written, at the very moment at which an answer came in. Nor does an address with a ticket in it go on
    as the referrer of what the page loads, which a proxy may log.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        if not is_here(request):
            return get_response(request)
        request.COOKIES.pop(settings.SESSION_COOKIE_NAME, None)
        before = _here.set(True)
        try:
            response = get_response(request)
        finally:
            _here.reset(before)
        # The origin alone: with no referrer at all the form's check of where it comes from would fail.
        response.headers["Referrer-Policy"] = "strict-origin"
        return response

    return middleware
