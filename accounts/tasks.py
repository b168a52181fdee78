from celery import shared_task

from accounts import passwords


@shared_task
def mail_reset_link(email: str) -> None:
    """Mail the way to a new password to whoever has `email`, if anybody has."""
    passwords.mail_reset_link(email=email)
