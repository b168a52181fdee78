"""Sending the mails that are due: claimed by lease, sent over one connection, marked after the server's 250.

A worker that is killed leaves its mails leased; when the lease ends another takes them. One killed between
the server's 250 and the mark sends that one mail again, with the same Message-ID.
"""

import smtplib
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import TracebackType
from typing import Any, Self
from uuid import UUID

import structlog
from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.db import transaction
from django.urls import reverse

from accounts.models import User
from notifications.delivery import digest, mail_hours, mails
from notifications.delivery.digest import Left
from notifications.models import DeliveryPolicy, Mail
from notifications.reminders import failure, kinds, still_concerns

logger = structlog.get_logger(__name__)

BATCH = 100
#: A pass sends during this share of its lease; the rest is for the last mail, whose server may be slow.
SENDING_SHARE = 0.4


@dataclass
class Sent:
    sent: int = 0
    failed: int = 0
    dropped: int = 0


def send_due(*, at: datetime) -> Sent:
    """Send what is due at `at` (aware), until nothing is left or the time is up: the next pass goes on."""
    result = Sent()
    until = time.monotonic() + settings.MAIL_LEASE_SECONDS * SENDING_SHARE
    with MailServer() as server:
        try:
            while time.monotonic() < until and (batch := claim(at=at)):
                _send_batch(batch, server, at, until, result)
        except ServerAway:
            # Whatever is left would wait for the same silence.
            return result
    return result


@transaction.atomic
def claim(*, at: datetime) -> list[Mail]:
    """At most 100 due mails, nobody else's while the lease lasts; in quiet hours only what does not wait."""
    waits = mail_hours.waiting(at=at, policy=DeliveryPolicy.current())
    due = Mail.objects.waiting().filter(due_at__lte=at).exclude(kind__in=waits)
    free = failure.is_past("lease_until", at=at) & failure.is_past("retry_at", at=at)
    batch = list(due.filter(free).order_by("due_at").select_for_update(skip_locked=True)[:BATCH])
    Mail.objects.filter(id__in=[mail.id for mail in batch]).update(
        lease_until=at + timedelta(seconds=settings.MAIL_LEASE_SECONDS), retry_at=None
    )
    return batch


def _send_batch(batch: list[Mail], server: "MailServer", at: datetime, until: float, result: Sent) -> None:
    users = still_concerns.users_with_roles(mail.user_id for mail in batch if mail.user_id)
    wanted = _wanted(batch, users)
    left = _left(batch, users)
    for position, mail in enumerate(batch):
        if time.monotonic() > until:
            Mail.objects.filter(id__in=[left.id for left in batch[position:]]).update(lease_until=None)
            return
        try:
            message = _compose(mail, users, wanted, left, at)
            if message:
                server.send(message)
        except ServerAway as away:
            _fail(batch[position:], away.reason, at)
            result.failed += len(batch) - position
            raise
        except Exception as error:  # noqa: BLE001  # one mail that always fails must not keep the others
            _fail([mail], error, at)
            result.failed += 1
        else:
            _mark(mail, at, left.get(mail.id), sent=message is not None)
            result.sent += message is not None
            result.dropped += message is None


def _wanted(batch: list[Mail], users: dict[UUID, User]) -> dict[UUID, still_concerns.Answer]:
    """What the kinds say about each mail to a user, asked again because it may be hours since the notice."""
    asked = [mail for mail in batch if mail.user_id]
    answers = still_concerns.ask([(mail.kind, users[mail.user_id], mail.subject_id) for mail in asked])  # type: ignore[index]  # see asked
    return {mail.id: answer for mail, answer in zip(asked, answers, strict=True)}


def _left(batch: list[Mail], users: dict[UUID, User]) -> dict[UUID, Left]:
    """What those of `batch` have to say that speak for several notices."""
    several = [mail for mail in batch if mail.kind in digest.SEVERAL]
    return digest.left(several, users) if several else {}


def _compose(
    mail: Mail,
    users: dict[UUID, User],
    wanted: dict[UUID, still_concerns.Answer],
    left: dict[UUID, Left],
    at: datetime,
) -> EmailMultiAlternatives | None:
    """The message, or None when it is no longer wanted. Raises what its kind raises."""
    if mail.user_id is None:
        kind = kinds.get(mail.kind)
        content = kind.outside(mail.subject_id) if kind.outside else None
        return mails.outside(mail_id=mail.id, content=content) if content else None
    user, answer = users[mail.user_id], wanted[mail.id]
    if isinstance(answer, Exception):
        raise answer
    if not (answer and user.is_active and user.email):
        return None
    if mail.kind == digest.KIND.code:
        return _of_the_day(mail, user, left[mail.id], at)
    if mail.kind in digest.SEVERAL:
        return _waited(mail, user, left[mail.id])
    return mails.something_for_you(mail_id=mail.id, address=user.email, language=user.language, url=mail.url)


def _of_the_day(mail: Mail, user: User, left: Left, at: datetime) -> EmailMultiAlternatives | None:
    news = digest.lines(left.notices, language=user.language)
    waits, page = digest.morning_of(user, at=at)
    if not (news or waits):
        return None
    return mails.mail_of_the_day(mail_id=mail.id, user=user, waits=waits, news=news, url=page or mail.url)


def _waited(mail: Mail, user: User, left: Left) -> EmailMultiAlternatives | None:
    """One thing is mailed with its own way, several with the way to the list."""
    if not left.notices:
        if left.error:
            raise left.error
        return None
    (first, *others) = left.notices
    url = mail.url if others else reverse("notice-open", args=[first.pk])
    return mails.something_for_you(
        mail_id=mail.id, address=user.email, language=user.language, url=url, count=left.count
    )


def _mark(mail: Mail, at: datetime, several: Left | None, *, sent: bool) -> None:
    if sent:
        about = [(each.kind, each.subject_id) for each in several.notices] if several else []
        # Before the mark: killed in between, it is said twice rather than never.
        kinds.say_told(about or [(mail.kind, mail.subject_id)], at)
    moment = {"sent_at": at} if sent else {"dropped_at": at}
    Mail.objects.filter(id=mail.id).update(lease_until=None, last_error="", **moment)


@transaction.atomic
def _fail(failing: list[Mail], error: BaseException, at: datetime) -> None:
    answer = failure.describe(error)
    for mail in failing:
        mail.attempts += 1
        mail.lease_until = None
        mail.retry_at = at + failure.wait_after(mail.attempts)
        mail.last_error = answer
    Mail.objects.bulk_update(failing, ["attempts", "lease_until", "retry_at", "last_error"])
    if failing:
        attempts = max(mail.attempts for mail in failing)
        logger.error("mail.failed", mails=len(failing), attempts=attempts, error=answer)
        failure.alarm(attempts=attempts, at=at)


class ServerAway(Exception):
    """No connection to the mail server; `reason` is why."""

    def __init__(self, reason: BaseException) -> None:
        super().__init__(str(reason))
        self.reason = reason


class MailServer:
    """One connection to the mail server for a whole pass: opened at the first mail, renewed when broken."""

    def __init__(self) -> None:
        self._connection: Any = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()

    def send(self, message: EmailMultiAlternatives) -> None:
        """Hand `message` over; returns after the server's 250. Raises ServerAway, or the server's refusal."""
        reused = self._connection is not None
        try:
            self._hand_over(message)
        except smtplib.SMTPServerDisconnected:
            # Many servers hang up after so many mails or seconds: that is no failure of this mail.
            if not reused:
                raise
            self._hand_over(message)

    def _hand_over(self, message: EmailMultiAlternatives) -> None:
        if self._connection is None:
            self._open()
        try:
            self._connection.send_messages([message])
        except (smtplib.SMTPRecipientsRefused, smtplib.SMTPSenderRefused, smtplib.SMTPDataError) as refusal:
            if getattr(refusal, "smtp_code", None) == 421:  # "closing transmission channel"
                self._close()
            raise
        except Exception:  # whatever broke it, no other mail goes over this connection
            self._close()
            raise

    def _open(self) -> None:
        connection = get_connection()
        try:
            connection.open()
        except (OSError, smtplib.SMTPException) as reason:
            raise ServerAway(reason) from reason
        self._connection = connection

    def _close(self) -> None:
        if self._connection is not None:
            connection, self._connection = self._connection, None
            try:
                connection.close()
            except (OSError, smtplib.SMTPException):
                logger.info("mail.connection_broken")
