from datetime import timedelta

from allauth.usersessions.models import UserSession
from celery import shared_task
from django.contrib.sessions.models import Session
from django.utils import timezone

from accounts.derived_keys import fernet
from accounts.roles import giving
from accounts.sign_in import passwords, sign_in_changes

RESET = "accounts.tasks.mail_reset_link"


@shared_task
def mail_reset_link(sealed: str) -> None:
    """Mail the way to a new password to whoever has the address that is `sealed` for `RESET`, if anybody."""
    passwords.mail_reset_link(email=fernet(RESET).decrypt(sealed).decode())


@shared_task
def end_waiting() -> None:
    """Each night: roles that nobody confirmed in time, and new addresses that nobody objected to."""
    now = timezone.now()
    giving.expire(at=now)
    sign_in_changes.end_waiting(at=now)


@shared_task
def forget_sessions() -> None:
    """Each night: sessions that ended, with what was last said in them, and the addresses they came from."""
    now = timezone.now()
    Session.objects.filter(expire_date__lt=now).delete()
    # One of today may be of a session that is only being made.
    ended = UserSession.objects.exclude(session_key__in=Session.objects.values("session_key"))
    ended.filter(created_at__lt=now - timedelta(days=1)).delete()
