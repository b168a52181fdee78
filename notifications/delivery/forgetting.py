"""What reached people does not stay: it would tell who had to do with what, long after nobody needs it."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import F, Q

from accounts.models import User
from hospital.clock import local_day
from notifications.models import Absence, Bounce, Mail, Notice, Reminder
from notifications.reminders import reconcile

#: Mails that left, notices that were read and reminders that are done stay so long, to answer questions.
KEPT = timedelta(days=90)
BATCH = 5_000


def forget(*, user: User, subjects: Iterable[UUID], kinds: Iterable[str] | None = None) -> None:
    """Delete what reminded `user` of `subjects`, as if it had never been, or of `kinds` only; call it inside
    the transaction.
    """
    meant = Q(subject_id__in=list(subjects))
    if kinds is not None:
        meant &= Q(kind__in=list(kinds))
    notices = Notice.objects.filter(meant, user=user)
    # A mail for what waited names no subject, but was written together with what it was made for.
    together = set(notices.exclude(digest=None).values_list("digest", flat=True))
    Mail.objects.filter(meant, user=user).delete()
    notices.delete()
    Mail.objects.filter(pk__in=together, news=None).delete()
    Reminder.objects.filter(meant, recipient=user).delete()


def prune(*, at: datetime) -> int:
    """Delete what was over longer ago than `KEPT` at `at`; how many mails, notices and reminders.

    A mail that waits is written anew, in one transaction with all that wait: by the one that wrote it last
    (`xmin`) it would be known what was shown in that minute, also when that was forgotten since. A notice
    that nobody read stays, with its reminder. So does a reminder that would be written anew because its
    thing still runs. An absence goes when it is over.
    """
    Absence.objects.filter(last_day__lt=local_day(at)).delete()
    before = at - KEPT
    Mail.objects.waiting().update(due_at=F("due_at"))
    Bounce.objects.filter(at__lte=before).delete()
    mails, _ = Mail.objects.filter(Q(sent_at__lte=before) | Q(dropped_at__lte=before)).delete()
    notices, _ = Notice.objects.filter(read_at__lte=before).delete()
    over = Reminder.objects.filter(Q(done_at__lte=before) | Q(cancelled_at__lte=before), notices=None)
    still_wanted = reconcile.expected_keys(at=at)
    gone = [pk for pk, key in over.values_list("pk", "key") if key not in still_wanted]
    for start in range(0, len(gone), BATCH):
        Reminder.objects.filter(pk__in=gone[start : start + BATCH]).delete()
    return mails + notices + len(gone)
