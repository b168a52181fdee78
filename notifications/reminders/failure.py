"""What failed, in words that carry no personal data, and when it is tried again."""

import re
import smtplib
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from pathlib import Path
from traceback import extract_tb
from uuid import NAMESPACE_URL, uuid5

from django.db.models import Q
from django.urls import reverse
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from accounts.enums import Role
from hospital.clock import local_day
from notifications.enums import HandedOn
from notifications.models import FAILURES_BEFORE_ALARM, Reminder
from notifications.reminders.kinds import Kind

#: The longest wait between two tries; there is no last one.
LONGEST_WAIT = timedelta(minutes=30)
#: What the alarm is about: delivery itself.
DELIVERY = uuid5(NAMESPACE_URL, "peersupport:delivery")
ADDRESS = re.compile(r"<[^>]*>|\S*@\S*")

ALARM = Kind(
    code="delivery.failing",
    line=_("Messages do not arrive. See which, and what the mail server says."),
    concerns=lambda user, _subject: user.has_role(Role.ADMIN, Role.COORDINATOR),
    by_mail=False,  # it is the mail that fails
)
TRIAL = Kind(
    code="delivery.trial",
    line=_("This is a trial: reminders reach you."),
    concerns=lambda user, _subject: user.has_role(Role.ADMIN, Role.COORDINATOR),
    urgent=True,  # whoever asks for it waits for it
    handed_on=HandedOn.STAYS,
)
#: That a role has nobody: of no case, and for who gives out roles. Who decides at once is wanted at night
#: too.
NOBODY_LEFT: dict[Role, Kind] = {
    role: Kind(
        code=f"delivery.nobody_left_{role}",
        line=format_lazy(
            _("Something waits, and nobody can take it up in this role: {role}. Give it to a colleague too."),
            role=role.label,
        ),
        concerns=lambda user, _subject: user.has_role(Role.ADMIN),
        urgent=role in {Role.CCP, Role.DIRECTOR},
    )
    for role in Role
    if role != Role.ADMIN
}


def wait_after(attempts: int) -> timedelta:
    """How long to wait after so many failures: 1, 2, 3 … minutes, so that the fifth comes after 10."""
    return min(timedelta(minutes=attempts), LONGEST_WAIT)


def is_past(field: str, *, at: datetime) -> Q:
    """Whether nothing has to be waited for at `at`: the moment in `field` is over, or there is none."""
    over = Q(**{field: None}) | Q(**{f"{field}__lte": at})
    # No wait and no lease is this long: it was written before the clock was put back.
    return over | Q(**{f"{field}__gt": at + LONGEST_WAIT})


def describe(error: BaseException) -> str:
    """The server’s answer without addresses; of any other error its class and the line it was raised in."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        answers = list(error.recipients.items())
        if not answers:
            return "recipients refused"
        (address, (code, text)) = answers[0]
        return _answer(code, text, without=address)
    if isinstance(error, smtplib.SMTPResponseException):
        return _answer(error.smtp_code, error.smtp_error)
    if isinstance(error, OSError):
        return f"{type(error).__name__}: {error.strerror or 'no answer'}"[:300]
    frames = extract_tb(error.__traceback__)
    where = f" ({Path(frames[-1].filename).name}:{frames[-1].lineno})" if frames else ""
    return f"{type(error).__name__}{where}"[:300]


def _answer(code: int, text: bytes | str, *, without: str = "") -> str:
    """The server's words, without addresses and without the name that the address `without` is made of."""
    words = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    name = without.partition("@")[0]
    for part in (name, *re.findall(r"\w{3,}", name.replace("_", " "))):
        words = re.sub(rf"(?i)\b{re.escape(part)}\b", "…", words) if part else words
    return ADDRESS.sub("…", f"{code} {' '.join(words.split())}")[:300]


def alarm(*, attempts: int, at: datetime) -> None:
    """After the fifth failure tell the administrator and the coordinator, once a day (Europe/Amsterdam)."""
    if attempts < FAILURES_BEFORE_ALARM:
        return
    _once_a_day(
        at, [(ALARM, role, reverse("delivery"), f"failing:{role}") for role in (Role.ADMIN, Role.COORDINATOR)]
    )


def nobody_left(*, roles: Iterable[str], at: datetime) -> None:
    """Something is for `roles` in which nobody can take it up: tell the administrator, once a day for each
    (Europe/Amsterdam), and nothing of what it is.
    """
    told = [NOBODY_LEFT[Role(role)] for role in sorted(roles) if role in NOBODY_LEFT]
    _once_a_day(at, [(kind, Role.ADMIN, reverse("settings:people"), kind.code) for kind in told])


def _once_a_day(at: datetime, told: Iterable[tuple[Kind, Role, str, str]]) -> None:
    """Reminders now, of a kind, for a role, leading to a page, under a name of this day."""
    day: date = local_day(at)
    reminders = [
        Reminder(
            key=f"delivery:{day}:{name}", kind=kind.code, role=role, subject_id=DELIVERY, url=url, due_at=at
        )
        for kind, role, url, name in told
    ]
    if reminders:
        Reminder.objects.bulk_create(reminders, ignore_conflicts=True)
