"""What is lacking for messages to reach people."""

from collections.abc import Iterator
from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.lacks import Lack, Weight
from notifications.context import SILENT_AFTER
from notifications.models import Heartbeat, Mail

#: More than this are not counted.
COUNTED = 1000


def lacks(at: datetime) -> Iterator[Lack]:
    """In three statements."""
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
    elif (
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
