"""What somebody types in a search, kept out of the address.

Addresses end up in the logs of proxies and in the history of shared workstations, and what is typed is mostly
a name. So a search is posted, and answered with an address in which the words are sealed for who typed them:
the page can be paged, loaded again and gone back to as ever, and reads as noise to everybody else.
"""

from collections.abc import Collection
from urllib.parse import urlencode

from cryptography.fernet import InvalidToken
from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect

from accounts.derived_keys import fernet
from accounts.pages import kept_forms
from accounts.pages.access import SignedInRequest

_PURPOSE = "accounts.typed"
#: Characters of what is typed, and of what is chosen beside it: an address has no room for more.
_LONGEST = 200
_LONGEST_CHOICE = 60
_FORM = frozenset({"csrfmiddlewaretoken", kept_forms.FIELD})


def answered(request: SignedInRequest, *, words: Collection[str] = ("q",), anchor: str = "") -> HttpResponse:
    """The answer to a posted search: the same page, the fields in its address, those in `words` sealed."""
    query = {
        name: seal(request, value) if name in words else value[:_LONGEST_CHOICE]
        for name, value in request.POST.dict().items()
        if value.strip() and name not in _FORM
    }
    return redirect(f"{request.path}{'?' if query else ''}{urlencode(query)}{anchor}")


def typed(request: SignedInRequest, name: str = "q") -> str:
    """What this person typed in the field `name`; empty for nothing, somebody else's or too long ago."""
    try:
        text = fernet(_PURPOSE).decrypt(request.GET.get(name, ""), ttl=settings.SESSION_COOKIE_AGE).decode()
    except InvalidToken:
        return ""
    whose, _, words = text.partition(":")
    return words if whose == str(request.user.pk) else ""


def seal(request: SignedInRequest, text: str) -> str:
    """`text`, for an address of this person's."""
    words = text.strip().replace("\0", "")[:_LONGEST]
    return fernet(_PURPOSE).encrypt(f"{request.user.pk}:{words}".encode()).decode()
