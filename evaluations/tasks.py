from celery import shared_task
from django.utils import timezone

from evaluations import invitations, key_watch, surveys
from evaluations.opening import drop_doubles, open_due


@shared_task
def invite() -> None:
    """Once a day: invitations for the contacts that were closed, and reminders."""
    now = timezone.now()
    invitations.invite_closed(at=now)
    invitations.remind(at=now)


@shared_task
def watch_key() -> None:
    """Every few minutes: keys for new surveys, room for what comes in, and whether that can be opened, by
    nobody else.
    """
    surveys.make_keys()
    drop_doubles()
    key_watch.watch(at=timezone.now())


@shared_task
def release() -> None:
    """Each night, for what happens once at the end of a period or a survey: open the waiting answers, of the
    surveys also where those of the period cannot be.
    """
    now = timezone.now()
    try:
        open_due(at=now)
    finally:
        surveys.open_due(at=now)
