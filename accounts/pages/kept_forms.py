"""What was sent without reaching anything is kept, and comes back to whoever sent it.

The session had ended, somebody signed in anew in another tab, or a phone was put away half-way. Hospital
workstations are shared, so what is kept comes back to the same person only: every form that somebody signed
in is shown carries a ticket, signed for them (`{% csrf_token %}` writes it). The form is kept on the server,
encrypted, in the session that sign-in carries over. It is taken out when read, cannot be read after an hour,
and a session of somebody else lets go of it at the first request.
"""

import json
import time
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import TypedDict
from uuid import UUID, uuid4

from cryptography.fernet import InvalidToken
from django.contrib import messages
from django.contrib.auth import logout
from django.core import signing
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext

from accounts.derived_keys import fernet
from accounts.models import User
from accounts.pages import language
from accounts.pages.feedback import say

FIELD = "ticket"
#: A form that holds this field is kept and shown again, not sent: for static/js/page.js, and for Enter in a
#: field where that must not send (components/default_button.html).
LATER = "unsent"
#: Its values from a page that is put away, or left on purpose: nobody looks at the answer.
QUIET, LEFT = "quiet", "left"
KEPT_FOR = timedelta(hours=1)
#: Bytes: as much as a form may hold (accounts.pages.body_limits).
LARGEST = 256 * 1024
_SESSION = "unsent"
_SALT = "accounts.unsent"
_ALONG = "accounts.unsent.along"
_META = "PEERSUPPORT_TICKET"


class Kept(TypedDict):
    """As it lies in a session: whose, until when (seconds since 1970), where it was posted to, what, and
    whether somebody was led to it, or left it on purpose.
    """

    owner: str
    until: float
    path: str
    sealed: str
    led: bool


@dataclass(frozen=True)
class Ticket:
    """Of one page shown to one person; `key` is new for each, and tells a second click from a new report."""

    user_id: UUID
    key: UUID

    @classmethod
    def new(cls, user: User) -> "Ticket":
        return cls(user.id, uuid4())

    @classmethod
    def read(cls, signed: str) -> "Ticket | None":
        """The ticket in a form's field; None when it is missing or was not signed here."""
        try:
            user_id, key = signing.loads(signed, salt=_SALT)
            return cls(UUID(user_id), UUID(key))
        except (signing.BadSignature, ValueError):
            return None

    @cached_property
    def signed(self) -> str:
        """As each form of the page carries it."""
        return signing.dumps([str(self.user_id), str(self.key)], salt=_SALT, compress=False)

    def __str__(self) -> str:
        return self.signed


def ticket_of(request: HttpRequest) -> Ticket:
    """The ticket of this page, for the person signed in: the one that was sent, as long as it is theirs."""
    assert isinstance(request.user, User)
    ticket: Ticket | None = request.META.get(_META)
    if ticket is None:
        ticket = Ticket.read(request.POST.get(FIELD, ""))
        if ticket is None or ticket.user_id != request.user.pk:
            ticket = Ticket.new(request.user)
        request.META[_META] = ticket
    return ticket


def renew(request: HttpRequest) -> None:
    """Give this page a new ticket: what is sent with it next is something else than what was sent."""
    assert isinstance(request.user, User)
    request.META[_META] = Ticket.new(request.user)


def is_of_somebody_else(request: HttpRequest) -> bool:
    """Whether what was posted was typed on a page that was shown to another person than is signed in now."""
    ticket = Ticket.read(request.POST.get(FIELD, ""))
    return ticket is not None and ticket.user_id != request.user.pk


def keep(request: HttpRequest) -> bool:
    """Keep what was posted, if it carries a ticket; whether it is kept. Files are never kept."""
    kept = _kept(request)
    if kept is not None:
        request.session[_SESSION] = kept
    return kept is not None


def sealed_for_its_owner(request: HttpRequest) -> str:
    """What was posted, for a page that somebody else may see: readable to nobody. Empty for nothing."""
    kept = _kept(request)
    return fernet(_ALONG).encrypt(json.dumps(kept).encode()).decode() if kept is not None else ""


def take_along(request: HttpRequest, sealed: str) -> str:
    """Keep what was sealed for its owner, who signs in now; the address it comes back at, empty for nothing.

    Who is signed in, if that is another, is signed out.
    """
    try:
        kept: Kept = json.loads(fernet(_ALONG).decrypt(sealed.encode(), ttl=int(KEPT_FOR.total_seconds())))
    except InvalidToken:
        return ""
    if kept["owner"] != str(request.user.pk):
        logout(request)
    request.session[_SESSION] = kept
    return kept["path"]


def _kept(request: HttpRequest) -> Kept | None:
    ticket = Ticket.read(request.POST.get(FIELD, ""))
    data = request.POST.copy()
    for reason in (LATER, language.FIELD):
        data.pop(reason, None)
    text = data.urlencode().encode()
    if ticket is None or len(text) > LARGEST:
        return None
    return {
        "owner": str(ticket.user_id),
        "until": time.time() + KEPT_FOR.total_seconds(),
        "path": request.path,
        "sealed": fernet(_SALT).encrypt(text).decode(),
        "led": request.POST.get(LATER) == LEFT,
    }


def arrived(request: HttpRequest) -> None:
    """Let go of what waits to come back at this address: this person sends it now."""
    if waits(request):
        del request.session[_SESSION]


def waits(request: HttpRequest) -> bool:
    """Whether something of this person waits to come back at this address."""
    kept = request.session.get(_SESSION)
    return kept is not None and (kept["path"], kept["owner"]) == (request.path, str(request.user.pk))


def leads_to(request: HttpRequest) -> str:
    """Where something of this person waits to come back, said once; empty for nothing."""
    kept = request.session.get(_SESSION)
    if kept is None or kept.get("led") or kept["owner"] != str(request.user.pk):
        return ""
    request.session[_SESSION] = {**kept, "led": True}
    path: str = kept["path"]
    return path


def waits_for_sign_in(request: HttpRequest) -> bool:
    """Whether something that was typed before the session went waits for whoever typed it."""
    kept = request.session.get(_SESSION)
    return kept is not None and not request.user.is_authenticated and kept["until"] > time.time()


def take_back(request: HttpRequest) -> QueryDict | None:
    """What this person had posted to this address, once; None when there is nothing."""
    if not waits(request):
        return None
    kept = request.session.pop(_SESSION)
    try:
        posted = fernet(_SALT).decrypt(kept["sealed"].encode(), ttl=int(KEPT_FOR.total_seconds()))
    except InvalidToken:
        return None
    data = QueryDict(posted)
    ticket = Ticket.read(data.get(FIELD, ""))
    if ticket is None or ticket.user_id != request.user.pk:
        return None
    # It may have arrived after all: sent again, it finds what it made then.
    request.META[_META] = ticket
    return data


def posted(request: HttpRequest) -> QueryDict | None:
    """What a form is filled with: what was sent now, or what came back; None on a page just opened.

    Only what was sent with POST may be acted on.
    """
    if request.method == "POST":
        return request.POST
    data = take_back(request)
    if data is not None:
        text = gettext("This is not sent yet. Nothing is lost: check it, and send it.")
        say(request, text, level=messages.WARNING)
    return data


def let_go(request: HttpRequest) -> None:
    """Drop what is kept in a signed-in session if it is another person's, or too old."""
    kept = request.session.get(_SESSION)
    if kept is not None and (kept["owner"] != str(request.user.pk) or kept["until"] < time.time()):
        del request.session[_SESSION]
