"""What is lacking for messages to reach people."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.enums import Role
from accounts.models import User
from accounts.settings.readiness import Lack, Weight
from hospital.clock import local_day
from notifications.frame import SILENT_AFTER
from notifications.models import Absence, Bounce, Heartbeat, Mail

#: The mailbox for what comes back is read every ten minutes.
READ_WITHIN = timedelta(hours=1)
#: More than this are not counted.
COUNTED = 1000
#: Days on which everybody with a role is away are shown so long before.
AHEAD = timedelta(days=14)
#: The roles that answer for the whole hospital.
FOR_EVERYBODY = (Role.COORDINATOR, Role.CCP, Role.DIRECTOR, Role.ADMIN, Role.PRIVACY_OFFICER)


def lacks(at: datetime) -> Iterator[Lack]:
    """In at most seven statements."""
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
    for role, day in _all_away(at).items():
        title = _("From %(day)s everybody with the role “%(role)s” is away")
        yield Lack(
            Weight.SOMETHING_FAILS,
            "beach",
            title % {"day": date_format(day, "j F"), "role": role.label},
            _("Nobody takes up what comes in. Give a colleague the role too, or let them agree who stays."),
            reverse("settings:people"),
            _("Choose somebody"),
        )


def _all_away(at: datetime) -> dict[Role, date]:
    """The roles of which nobody is there on a day soon, with the first such day."""
    today = local_day(at)
    soon = [today + timedelta(days=days) for days in range(AHEAD.days)]
    absences = list(Absence.objects.between(soon[0], soon[-1]))
    if not absences:
        return {}
    held = User.groups.through.objects.filter(user__is_active=True, group__name__in=FOR_EVERYBODY)
    holders: defaultdict[Role, set[UUID]] = defaultdict(set)
    for name, user in held.values_list("group__name", "user"):
        holders[Role(name)].add(user)
    found: dict[Role, date] = {}
    for day in soon:
        away = {row.user_id for row in absences if row.first_day <= day <= row.last_day}
        for role in sorted(holders):
            if holders[role] <= away:
                found.setdefault(role, day)
    return found
