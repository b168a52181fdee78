"""What somebody who leaves service leaves open around calamities (accounts.staff.leaving)."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db.models import Q
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from accounts.staff import leaving
from accounts.staff.leaving import LeftOpen
from hospital import names
from hospital.clock import local_day
from incidents.calamities import reminders
from incidents.calamities.analysis import team
from incidents.models import Duty, Seat, TeamMember
from incidents.models.analysis import RUNS


def register() -> None:
    """Make known to `accounts` what is left open, and who hears of it."""
    leaving.listeners += [reminders.heads_left, team.end_for_leavers]
    leaving.kinds += [
        LeftOpen(
            "calamity:seat",
            format_lazy(
                _("Has a seat of {committee}. It stays taken until you end it there."),
                committee=names.the_committee,
            ),
            _with_seat,
        ),
        LeftOpen(
            "calamity:duty",
            _("Is on the rota of directors on duty. Put somebody else there: nobody is told instead."),
            _on_duty,
        ),
        LeftOpen(
            "calamity:team",
            format_lazy(
                _("Is on {team} of a calamity. It is told to {committee} that somebody else is needed."),
                team=names.the_analysis_team,
                committee=names.the_committee,
            ),
            _on_team,
        ),
    ]


def _with_seat(people: Collection[UUID], at: datetime) -> Collection[UUID]:
    held = Seat.objects.filter(Q(until=None) | Q(until__gte=local_day(at)), holder__in=people)
    return set(held.values_list("holder", flat=True))


def _on_duty(people: Collection[UUID], at: datetime) -> Collection[UUID]:
    coming = Duty.objects.filter(ends_at__gt=at)
    found = coming.filter(Q(director__in=people) | Q(deputy__in=people)).values_list("director", "deputy")
    return {key for pair in found for key in pair} & set(people)


def _on_team(people: Collection[UUID], at: datetime) -> Collection[UUID]:
    places = TeamMember.objects.filter(RUNS, analyst__in=people).current()
    return set(places.values_list("analyst", flat=True))
