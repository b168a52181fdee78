"""Mail that came back: read by IMAP from a mailbox of its own, and kept as *somebody's* address that fails.

A report of non-delivery (RFC 3464) is of whom its address names, or the Message-ID of what it returns, which
names the mail (hospital.mail). Of the address only a digest is kept: that mail to somebody with an account
fails hangs on the account, and of somebody without one on the mail, and goes with it. The mailbox keeps no
report that was read.
"""

import hashlib
import imaplib
import re
import ssl
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage, Message
from typing import Any
from uuid import UUID

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext

from accounts.models import User
from hospital.mail import mail_id
from notifications.models import Bounce, Heartbeat, Mail
from notifications.reminders import kinds
from notifications.reminders.failure import ADDRESS

logger = structlog.get_logger(__name__)

BATCH = 200
TIMEOUT = 20  # seconds
#: More of a message is not read: a report and the headers of what it returns are at its beginning.
LARGEST = 256 * 1024
SHOWN = 50


@dataclass(frozen=True)
class Returned:
    """One recipient of one mail, to whom it can never be delivered. `mail` is None when the report does not
    say which it was, `status` the code of RFC 3463 ("5.1.1"), or empty.
    """

    address: str
    mail: UUID | None
    status: str


def read_mailbox(*, at: datetime) -> int:
    """Read what came back since the last time; how many reports there were. Nothing without a mailbox.

    A report is deleted from the mailbox once it is kept here, whatever else lies there is marked as read.
    Raises OSError or imaplib.IMAP4.error when the mailbox cannot be read.
    """
    if not settings.BOUNCE_MAILBOX:
        return 0
    count = 0
    with _mailbox(settings.BOUNCE_MAILBOX) as mailbox:
        for uid in _answer(mailbox.uid("SEARCH", "UNSEEN"))[0].split()[:BATCH]:
            found = returned(_fetched(mailbox, uid))
            for each in found:
                keep(each, at=at)
            count += bool(found)
            mailbox.uid("STORE", uid.decode(), "+FLAGS", r"(\Deleted)" if found else r"(\Seen)")
        mailbox.expunge()
    forget_mended()
    Heartbeat.record(Heartbeat.BOUNCES, at=at, count=count)
    return count


def returned(content: bytes) -> list[Returned]:
    """Whom the report `content` says could not be reached; nobody if it is another message, or only late."""
    message = message_from_bytes(content, policy=policy.default)
    if message.get_content_type() != "multipart/report":
        return []
    parts = list(message.walk())
    status = next((part for part in parts if part.get_content_type() == "message/delivery-status"), None)
    if status is None or not status.is_multipart():
        return []
    mail = next(filter(None, map(_of_mail, parts)), None)
    return [
        Returned(address, mail, _code(fields))
        for fields in status.get_payload()
        if isinstance(fields, Message)
        and str(fields.get("Action", "")).strip().lower() == "failed"
        and (address := _address(fields))
    ]


@transaction.atomic
def keep(back: Returned, *, at: datetime) -> None:
    """Remember that mail to this address fails; once for each person, however often it comes back.

    What is neither to an account in service nor of a mail that another room can say something about is
    nobody's, and is forgotten.
    """
    mail = Mail.objects.select_related("user").filter(pk=back.mail).first() if back.mail else None
    user = mail.user if mail and mail.user else _user_at(back.address)
    kind = kinds.find(mail.kind) if mail else None
    if user:
        row: dict[str, User | Mail] = {"user": user}
    elif mail and kind and kind.about:
        row = {"mail": mail}
    else:
        logger.info("bounce.unknown", status=back.status)
        return
    # The account's own address, though the mail was forwarded to the one that fails.
    said = {"digest": digest_of(user.email if user else back.address), "status": back.status, "at": at}
    bounce, made = Bounce.objects.get_or_create(**row, defaults=said)
    if not made:
        Bounce.objects.filter(pk=bounce.pk).update(count=F("count") + 1, **said)


def _user_at(address: str) -> User | None:
    return User.objects.filter(email=address, is_active=True).first()


@dataclass(frozen=True)
class FailingAddress:
    """Somebody to whom mail comes back: the account, or without one the event that it was about, where that
    may be said. `line` says what is the matter.
    """

    bounce: Bounce
    about: str
    line: str


def failing(user: User) -> list[FailingAddress]:
    """To whom mail comes back, as far as `user` may know, at most 50, newest first."""
    rows = Bounce.objects.visible_to(user).select_related("user__department", "mail").order_by("-at", "-id")
    shown = [row for row in rows[:SHOWN] if not _is_mended(row)]
    asked: defaultdict[str, set[UUID]] = defaultdict(set)
    for row in shown:
        if row.mail:
            asked[row.mail.kind].add(row.mail.subject_id)
    about = {
        subject: words
        for code, subjects in asked.items()
        if (kind := kinds.find(code)) and kind.about
        for subject, words in kind.about(user, subjects).items()
    }
    return [
        FailingAddress(row, about.get(row.mail.subject_id, "") if row.mail else "", _line(row.status))
        for row in shown
    ]


def forget_mended() -> int:
    """Forget of whom the address has changed since; how many."""
    rows = Bounce.objects.exclude(user=None).select_related("user")
    return Bounce.objects.filter(pk__in=[row.pk for row in rows if _is_mended(row)]).delete()[0]


def _is_mended(bounce: Bounce) -> bool:
    return bounce.user is not None and bounce.digest != digest_of(bounce.user.email)


def _line(status: str) -> str:
    """What the receiving server said, by the codes of RFC 3463."""
    if status.startswith("5.1."):
        return gettext("This address does not exist.")
    if status in {"5.2.2", "4.2.2"}:
        return gettext("The mailbox is full.")
    if status.startswith("5.2."):
        return gettext("The mailbox takes no mail.")
    return gettext("The receiving server refuses the mail.")


def digest_of(address: str) -> str:
    return hashlib.sha256(address.lower().encode()).hexdigest()


@contextmanager
def _mailbox(of: dict[str, Any]) -> Iterator[imaplib.IMAP4]:
    context = ssl.create_default_context()
    mailbox = (
        imaplib.IMAP4_SSL(of["host"], of["port"], ssl_context=context, timeout=TIMEOUT)
        if of["tls"] == "ssl"
        else imaplib.IMAP4(of["host"], of["port"], timeout=TIMEOUT)
    )
    try:
        if of["tls"] == "tls":
            mailbox.starttls(context)
        mailbox.login(of["user"], of["password"])
        _answer(mailbox.select(f'"{of["folder"]}"'))
        yield mailbox
    finally:
        with suppress(OSError, imaplib.IMAP4.error):
            mailbox.logout()


def _answer(answered: tuple[str, Sequence[Any]]) -> list[bytes]:
    """The lines of an answer. Raises imaplib.IMAP4.error unless it is "OK"."""
    state, lines = answered
    if state != "OK":
        raise imaplib.IMAP4.error("The server refused.")
    return [line if isinstance(line, bytes) else b"" for line in lines]


def _fetched(mailbox: imaplib.IMAP4, uid: bytes) -> bytes:
    """The beginning of a message; it stays unread, so that what is not kept is read again."""
    _state, lines = mailbox.uid("FETCH", uid.decode(), f"(BODY.PEEK[]<0.{LARGEST}>)")
    return next((line[1] for line in lines if isinstance(line, tuple)), b"")


def _of_mail(part: Message) -> UUID | None:
    """Of which of our mails a part is, that returns its headers or all of it."""
    kind = part.get_content_type()
    if kind == "message/rfc822" and isinstance(part.get_payload(), list):
        headers: Message = part.get_payload(0)  # type: ignore[assignment]  # as the type says
    elif kind == "text/rfc822-headers":
        content = part.get_payload(decode=True)
        headers = message_from_bytes(content if isinstance(content, bytes) else b"", EmailMessage)
    else:
        return None
    return mail_id(str(headers.get("Message-ID", "")))


def _address(fields: Message) -> str:
    """Whom a report is about, in lower case: who it was first sent to, if it was forwarded."""
    for name in ("Original-Recipient", "Final-Recipient"):
        _kind, _semicolon, address = str(fields.get(name, "")).partition(";")
        if ADDRESS.fullmatch(found := address.strip().strip("<>").lower()):
            return found
    return ""


def _code(fields: Message) -> str:
    found = re.match(r"\d\.\d{1,3}\.\d{1,3}", str(fields.get("Status", "")).strip())
    return found[0] if found else ""
