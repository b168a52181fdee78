"""Mails that speak for several notices: the mail of the day, and that of what came in the quiet hours.

What is only news shows in the app at once, and is mailed as counts in the morning.

News waits on its notice (`awaits_digest`). Every few minutes it is asked whether the moment has come. Then
one statement writes the mail of each person who has some and marks the notices as being in it; the next pass
sends it. The mail's key names person and day, so that two workers at once, or two moments on one day, write
no second; what came too late waits for the next day. What the mail says is counted when it is sent: what is
still unread and still this person's business.

What comes in the quiet hours is mailed once, when they are over: its mail is written with the first of it
(notifications.delivery.sweep), and the notices are marked as being in it. So is what leaves at once, where
it is more than one thing for a person.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from uuid import UUID

from django.db import connection, transaction
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from accounts.models import User
from hospital.clock import is_working_day, local_day, moment_of
from hospital.models import WorkingHours
from notifications.enums import HandedOn
from notifications.models import DeliveryPolicy, Mail, Notice
from notifications.reminders import kinds, still_concerns
from notifications.reminders.kinds import Kind
from notifications.reminders.schedule import nudge

#: Each person's own business, by definition.
KIND = Kind(
    code="notifications.digest",
    line="",
    concerns=lambda _user, _subject: True,
    handed_on=HandedOn.STAYS,
)

#: What came in the quiet hours, for one person: as one mail.
WAITED = Kind(
    code="notifications.waited",
    line=_("What came in meanwhile."),
    concerns=lambda _user, _subject: True,
    handed_on=HandedOn.STAYS,
)

#: What came to one person in one pass, to be mailed at once: as one mail, where some of it is urgent.
TOGETHER = Kind(
    code="notifications.together",
    line=_("What came in."),
    concerns=lambda _user, _subject: True,
    urgent=True,
    handed_on=HandedOn.STAYS,
)
#: The kinds that speak for several notices.
SEVERAL = frozenset({KIND.code, WAITED.code, TOGETHER.code})


def gather(*, at: datetime) -> int:
    """Write the mail of the day of everybody who has news to be mailed at `at` (aware); how many."""
    policy = DeliveryPolicy.current()
    until = news_until(at, digest_at=policy.digest_at, decreed=WorkingHours.current().office.decreed)
    # A moment missed until the quiet hours is made up for with the next: not two mails on the day after.
    if until is None or policy.quiet_hours.holds(at):
        return 0
    with transaction.atomic():
        written = _write(at, until)
        if written:
            nudge()
    return written


def news_until(at: datetime, *, digest_at: time, decreed: frozenset[date] = frozenset()) -> datetime | None:
    """At `at` (aware) news from before the answer is mailed: today's moment `digest_at` (Europe/Amsterdam)
    when it has come and today is a working day (`decreed`: extra days off), else None.
    """
    today = local_day(at)
    moment = moment_of(today, digest_at)
    return moment if moment <= at and is_working_day(today, decreed) else None


def _write(at: datetime, until: datetime) -> int:
    """In one statement, whatever the number of people."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH waiting AS MATERIALIZED (
                SELECT id, user_id FROM notifications_notice
                 WHERE awaits_digest AND created_at < %(until)s
                   FOR UPDATE SKIP LOCKED
            ), written AS (
                INSERT INTO notifications_mail
                       (id, key, kind, user_id, subject_id, url, due_at, attempts, last_error)
                SELECT gen_random_uuid(), 'digest:' || user_id || ':' || %(day)s, %(kind)s, user_id, user_id,
                       %(url)s, %(at)s, 0, ''
                  FROM (SELECT DISTINCT user_id FROM waiting ORDER BY user_id) people
                ON CONFLICT (key) DO NOTHING
                RETURNING id, user_id
            ), gathered AS (
                UPDATE notifications_notice notice SET awaits_digest = false, digest_id = written.id
                  FROM waiting JOIN written USING (user_id)
                 WHERE notice.id = waiting.id
            )
            SELECT count(*) FROM written
            """,
            {
                "until": until,
                "day": local_day(at).isoformat(),
                "kind": KIND.code,
                "url": reverse("notices"),
                "at": at,
            },
        )
        (count,) = cursor.fetchone()
    return int(count)


@dataclass
class Left:
    """What a mail that speaks for several notices has to say; `error`: why one could not be judged."""

    notices: list[Notice] = field(default_factory=list)
    error: Exception | None = None

    @property
    def count(self) -> int:
        return sum(notice.count for notice in self.notices)


def left(mails: Sequence[Mail], users: Mapping[UUID, User]) -> dict[UUID, Left]:
    """Of each of `mails` the notices that it speaks for, but for what was read meanwhile or is no longer its
    reader's.
    """
    found = {mail.id: Left() for mail in mails}
    notices = list(Notice.objects.unread().filter(digest__in=found).order_by("created_at", "id"))
    answers = still_concerns.ask([(each.kind, users[each.user_id], each.subject_id) for each in notices])
    for notice, answer in zip(notices, answers, strict=True):
        assert notice.digest_id is not None
        if answer is True:
            found[notice.digest_id].notices.append(notice)
        elif isinstance(answer, Exception):
            found[notice.digest_id].error = answer
    return found


def lines(notices: Iterable[Notice], *, language: str) -> list[str]:
    """What a mail of the day says of `notices`, a line for each kind."""
    counts: Counter[str] = Counter()
    for notice in notices:
        counts[notice.kind] += notice.count
    with override(language):
        return list(_words(counts.items()))


def _words(counts: Iterable[tuple[str, int]]) -> Iterable[str]:
    for code, count in counts:
        kind = kinds.find(code)
        if kind and kind.digest is not None:
            yield kind.digest % {"count": count}
