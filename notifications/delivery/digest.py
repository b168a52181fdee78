"""Mails that speak for several notices: the mail of the day, and that of what came in the quiet hours.

What is only news shows in the app at once, and is mailed as counts in the morning.

News waits on its notice (`awaits_digest`). Every few minutes it is asked whether the moment has come. Then
one statement writes the mail of each person who has some and marks the notices as being in it; the next pass
sends it. The mail's key names person and day, so that two workers at once, or two moments on one day, write
no second; what came too late waits for the next day. What the mail says is counted when it is sent: what is
still unread and still this person's business.

Who has a role with a morning of its own (`mornings`: the coordinator) gets this mail every working day on
which anything waits: it begins with how much of what does. What comes to that role in the quiet hours before
it is in it too (`mail_hours.before_the_morning`), and is no mail of its own.

What else comes in the quiet hours is mailed once, when they are over: its mail is written with the first of
it (notifications.delivery.sweep), and the notices are marked as being in it. So is what leaves at once, where
it is more than one thing for a person.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from uuid import UUID

from django.db import connection, transaction
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, override

from accounts.enums import Role
from accounts.models import User
from hospital.clock import is_working_day, local_day, moment_of
from hospital.models import WorkingHours
from notifications.enums import Group, HandedOn
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


@dataclass(frozen=True)
class Morning:
    """What the mail of the day of everybody with a role begins with: `waits` says to a user how much of what
    waits at a moment (aware), without name or event, in the language that is active; `page` is the name of
    the page where it stands.
    """

    page: str
    waits: Callable[[User, datetime], Sequence[str]]


#: Other rooms add theirs when they start.
mornings: dict[Role, Morning] = {}
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
    """In one statement, whatever the number of people. Who holds a role with a morning gets one without news
    too, unless they are away or want none.
    """
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
                  FROM (SELECT user_id FROM waiting UNION
                        SELECT member.user_id
                          FROM accounts_user_groups member
                          JOIN auth_group role ON role.id = member.group_id AND role.name = ANY(%(roles)s)
                          JOIN accounts_user ON accounts_user.id = member.user_id AND is_active
                         WHERE NOT EXISTS (SELECT FROM notifications_mailoff off
                                            WHERE off.user_id = member.user_id AND off."group" = %(news)s)
                           AND NOT EXISTS (SELECT FROM notifications_absence away
                                            WHERE away.user_id = member.user_id
                                              AND %(day)s::date BETWEEN first_day AND last_day)
                         ORDER BY user_id) people
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
                "roles": list(mornings),
                "news": Group.NEWS,
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
    """What a mail of the day says of `notices`: a line for each kind of news, and one for all work."""
    counts: Counter[str] = Counter()
    for notice in notices:
        counts[notice.kind] += notice.count
    with override(language):
        return list(_words(counts.items()))


def _words(counts: Iterable[tuple[str, int]]) -> Iterable[str]:
    work = 0
    for code, count in counts:
        kind = kinds.find(code)
        if kind and kind.digest is not None:
            yield kind.digest % {"count": count}
        elif kind:
            work += count
    if work:
        yield ngettext(
            "%(count)d thing to do that came in overnight",
            "%(count)d things to do that came in overnight",
            work,
        ) % {"count": work}


def morning_of(user: User, *, at: datetime) -> tuple[list[str], str]:
    """What waits for `user` by their roles at `at` (aware), a line each, and the way there (a path); nothing
    and an empty way for everybody else.
    """
    found: list[str] = []
    url = ""
    with override(user.language):
        for role, morning in mornings.items():
            if role in user.roles and (waits := morning.waits(user, at)):
                found += waits
                url = url or reverse(morning.page)
    return found, url
