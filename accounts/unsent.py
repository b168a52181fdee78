"""A form that was sent after its session had expired is kept, and comes back filled in after sign-in.

Hospital workstations are shared, so it comes back to the same person only: a form that wants this carries a
ticket, signed for whom it was shown to. The form is kept on the server, encrypted, in the anonymous session
that sign-in carries over. It is taken out when read, cannot be read after half an hour, and a session of
somebody else lets go of it at the first request.
"""

import time
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4

from cryptography.fernet import InvalidToken
from django.core import signing
from django.http import HttpRequest, QueryDict

from accounts.models import User
from accounts.sealing import fernet

FIELD = "ticket"
KEPT_FOR = timedelta(minutes=30)
_LARGEST = 64 * 1024
_SESSION = "unsent"
_SALT = "accounts.unsent"


@dataclass(frozen=True)
class Ticket:
    """Of one form shown to one person; `key` is new for each, and tells a second click from a new report."""

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

    def __str__(self) -> str:
        return signing.dumps([str(self.user_id), str(self.key)], salt=_SALT, compress=False)


def keep(request: HttpRequest) -> None:
    """Keep what was posted without a session, if it carries a ticket. Files are never kept."""
    ticket = Ticket.read(request.POST.get(FIELD, ""))
    posted = request.POST.urlencode().encode()
    if ticket is None or len(posted) > _LARGEST:
        return
    request.session[_SESSION] = {
        "owner": str(ticket.user_id),
        "until": time.time() + KEPT_FOR.total_seconds(),
        "path": request.path,
        "sealed": fernet(_SALT).encrypt(posted).decode(),
    }


def take_back(request: HttpRequest) -> QueryDict | None:
    """What this person had posted to this address before signing in, once; None when there is nothing."""
    kept = request.session.get(_SESSION)
    if kept is None or kept["path"] != request.path:
        return None
    del request.session[_SESSION]
    try:
        posted = fernet(_SALT).decrypt(kept["sealed"].encode(), ttl=int(KEPT_FOR.total_seconds()))
    except InvalidToken:
        return None
    data = QueryDict(posted)
    ticket = Ticket.read(data.get(FIELD, ""))
    return data if ticket is not None and ticket.user_id == request.user.pk else None


def let_go(request: HttpRequest) -> None:
    """Drop what is kept in a signed-in session if it is another person's, or too old."""
    kept = request.session.get(_SESSION)
    if kept is not None and (kept["owner"] != str(request.user.pk) or kept["until"] < time.time()):
        del request.session[_SESSION]
