"""What is lacking for calamities: who reads them, and who is told of them at once."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from accounts.enums import Role
from accounts.settings.readiness import Lack, Weight, held_and_waiting, waits_line
from incidents.calamities import duty
from incidents.models import Duty

#: A gap in the rota is shown so long before.
AHEAD = timedelta(days=14)


def lacks(at: datetime) -> Iterator[Lack]:
    """In two statements."""
    held, waiting = held_and_waiting(at)
    members, directors = held.get(Role.CCP, 0), held.get(Role.DIRECTOR, 0)
    seats = (reverse("calamity-committee"), _("Give a seat"))
    if not members:
        yield Lack(
            Weight.NOBODY_IS_HELPED,
            "users-group",
            _("Nobody sits on the calamity committee"),
            waits_line(
                _("Nobody decides about calamities, and the terms of the law run."), waiting.get(Role.CCP, 0)
            ),
            *seats,
        )
    if members == 1:
        alone = _("In a calamity in which this colleague is involved, and on holidays, nobody decides.")
        yield Lack(
            Weight.ONE_PERSON_SHORT,
            "user-plus",
            _("Only one colleague sits on the calamity committee"),
            waits_line(alone, waiting.get(Role.CCP, 0)),
            *seats,
        )
    if directors == 1:
        alone = _("Of a calamity in which this director is involved, and on holidays, no director is told.")
        yield Lack(
            Weight.ONE_PERSON_SHORT,
            "user-plus",
            _("There is only one director"),
            waits_line(alone, waiting.get(Role.DIRECTOR, 0)),
            reverse("settings:people"),
            _("Choose somebody"),
        )
    on_duty = Duty.objects.filter(ends_at__gt=at, starts_at__lt=at + AHEAD, director__is_active=True)
    on_duty = on_duty.filter(director__groups__name=Role.DIRECTOR).select_related("deputy")
    yield from _of_duty(list(on_duty.order_by("starts_at")), at)


def _of_duty(rota: list[Duty], at: datetime) -> Iterator[Lack]:
    url, label = reverse("calamity-duty"), _("Directors on duty")
    now = next((row for row in rota if row.starts_at <= at), None)
    if now is None:
        yield Lack(
            Weight.NOBODY_IS_HELPED,
            "user-question",
            _("No director is on duty"),
            _("Nobody of the board of directors is told at once of a calamity."),
            url,
            label,
        )
        return
    if now.deputy is None or not now.deputy.is_active:
        yield Lack(
            Weight.ONE_PERSON_SHORT,
            "user-plus",
            _("The director on duty has no deputy"),
            _("When the director does not answer, nobody is told instead."),
            url,
            label,
        )
    if gaps := duty.gaps(rota, since=at, until=at + AHEAD):
        day = date_format(localtime(gaps[0].starts_at), "j F")
        yield Lack(
            Weight.ONE_PERSON_SHORT,
            "calendar-x",
            _("From %(day)s no director is on duty") % {"day": day},
            _("Put somebody on the rota in time."),
            url,
            label,
        )
