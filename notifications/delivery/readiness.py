"""What is lacking for messages to reach people."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.settings.readiness import Lack, Weight
from notifications.frame import SILENT_AFTER
from notifications.models import Bounce, Heartbeat, Mail

#: The mailbox for what comes back is read every ten minutes.
READ_WITHIN = timedelta(hours=1)
#: More than this are not counted.
COUNTED = 1000


def lacks(at: datetime) -> Iterator[Lack]:
    """In five statements."""
    url, label = reverse("delivery"), _("Delivery")
    swept = Heartbeat.objects.filter(name=Heartbeat.SWEEP).first()
    if swept is None or abs(at - swept.at) > SILENT_AFTER:
        yield Lack(
            Weight.NOBODY_IS_HELPED,
            "clock-pause",
            _("Reminders stand still"),
            _("Nobody is reminded and no mail leaves. Have IT look at the worker and beat."),
            url,
            label,
        )
    if failing := Mail.objects.failing()[:COUNTED].count():
        yield Lack(
            Weight.SOMETHING_FAILS,
            "mail-x",
            ngettext(
                "%(count)d mail could not be delivered", "%(count)d mails could not be delivered", failing
            )
            % {"count": failing},
            _("The page about delivery says what the mail server answered."),
            url,
            label,
        )
    if back := Bounce.objects.of_role_holders()[:COUNTED].count():
        yield Lack(
            Weight.SOMETHING_FAILS,
            "mail-x",
            ngettext(
                "Mail to %(count)d colleague with a task comes back",
                "Mail to %(count)d colleagues with a task comes back",
                back,
            )
            % {"count": back},
            _("They hear nothing outside the app. Have their addresses put right."),
            url,
            label,
        )
    read = Heartbeat.objects.filter(name=Heartbeat.BOUNCES).first() if settings.BOUNCE_MAILBOX else None
    if settings.BOUNCE_MAILBOX and (read is None or at - read.at > READ_WITHIN):
        yield Lack(
            Weight.SOMETHING_FAILS,
            "mail-x",
            _("The mailbox for mail that comes back is not read"),
            _("Nobody sees which addresses fail. Have IT look at BOUNCE_IMAP_URL."),
            url,
            label,
        )
    if not failing and (
        settings.EMAIL_BACKEND.endswith("smtp.EmailBackend")
        and not Mail.objects.exclude(sent_at=None).exists()
    ):
        yield Lack(
            Weight.SOMETHING_FAILS,
            "send",
            _("No mail has left yet"),
            _("Send yourself a trial, and see whether it arrives."),
            url,
            label,
        )
