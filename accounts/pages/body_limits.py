"""How much anybody may send: held before a byte of it is read, so nothing large ever reaches memory or disk.

A page takes what a form holds. Only a view that says so (`takes_a_file`) takes a file, and only from who may
open it: from everybody else it takes no more than any other page.
"""

from collections.abc import Callable
from typing import Any, TypeVar

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.files.spreadsheets import MAX_BYTES
from accounts.pages.access import access_of

View = TypeVar("View", bound=Callable[..., Any])

#: Bytes. The longest form, a report with 40 people typed in by hand, has some 40 thousand.
LARGEST_FORM = 256 * 1024
#: Bytes: the largest file, and the form around it.
LARGEST_FILE = MAX_BYTES + LARGEST_FORM


def takes_a_file(view: View) -> View:
    """This page takes a file of up to ten megabytes; stands above the declaration of who may open it."""
    view.takes_a_file = True  # type: ignore[attr-defined]  # read by BodyMiddleware
    return view


class BodyMiddleware:
    """Answer 413 to what is too large, and 411 to what does not say how large it is, unread.

    Stands before whatever reads a body first: that is the check against forged forms.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.META.get("CONTENT_LENGTH") and "HTTP_TRANSFER_ENCODING" in request.META:
            return render(request, "413.html", {"code": 411}, status=411)
        if _length(request) > LARGEST_FILE:
            return _too_large(request)
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        if _length(request) <= LARGEST_FORM or (hasattr(view, "takes_a_file") and _may_open(request, view)):
            return None
        return _too_large(request)


def _may_open(request: HttpRequest, view: Callable[..., Any]) -> bool:
    access = access_of(view)
    return (
        access is not None
        and request.user.is_authenticated
        and (not access.roles or bool(access.roles & request.user.roles))
    )


def _length(request: HttpRequest) -> int:
    """What the request says it holds; Django reads no more than that. Nonsense is nothing, as there."""
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 0


def _too_large(request: HttpRequest) -> HttpResponse:
    return render(request, "413.html", {"code": 413}, status=413)
