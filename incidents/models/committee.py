import uuid
from datetime import date, datetime
from typing import Self

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, DateTimeRangeField, IntegerRangeField
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from incidents.models import visible_rows

#: Of the calamity committee: fixed (UMCG 2019).
SEATS = 12


class SeatQuerySet(models.QuerySet["Seat"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(visible_rows.seats(user))

    def held_on(self, day: date) -> Self:
        """The seats that somebody has on this local day."""
        return self.filter(Q(until__isnull=True) | Q(until__gte=day), since__lte=day)


class Seat(models.Model):
    """One of the twelve seats of the calamity committee, and who has it from `since` up to and including
    `until` (local days; None: still). Written by incidents.calamities.committee.

    The right to read calamities comes from the role alone; taking a seat gives it, leaving takes it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    number = models.PositiveSmallIntegerField(_("seat"))
    holder = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("holder"))
    since = models.DateField(_("from"))
    until = models.DateField(_("up to and including"), null=True, blank=True)

    objects = SeatQuerySet.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(number__gte=1, number__lte=SEATS),
                name="seat_is_one_of_twelve",
                violation_error_message=_("There are twelve seats."),
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")),
                name="seat_has_length",
                violation_error_message=_("The last day comes before the first."),
            ),
            ExclusionConstraint(
                name="seat_one_holder",
                expressions=[
                    (
                        Func(
                            "number",
                            "number",
                            Value("[]"),
                            function="int4range",
                            output_field=IntegerRangeField(),
                        ),
                        "&&",
                    ),
                    (
                        Func(
                            "since", "until", Value("[]"), function="daterange", output_field=DateRangeField()
                        ),
                        "&&",
                    ),
                ],
                violation_error_message=_("Somebody has this seat at that time."),
            ),
            models.UniqueConstraint(
                fields=["holder"],
                condition=Q(until__isnull=True),
                name="seat_one_each",
                violation_error_message=_("This colleague already has a seat."),
            ),
        )

    def __str__(self) -> str:
        return f"seat {self.number}: {self.holder_id}"


class DutyQuerySet(models.QuerySet["Duty"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(visible_rows.duties(user))

    def at(self, moment: datetime) -> Self:
        """Who is on duty at `moment`: one row, or none where the rota has a gap."""
        return self.filter(starts_at__lte=moment, ends_at__gt=moment)


class Duty(models.Model):
    """One stretch of the rota: who is director on duty from `starts_at` until `ends_at` (UTC), and who is the
    deputy. Written by incidents.calamities.duty.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"))
    director = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("director on duty"))
    deputy = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("deputy")
    )

    objects = DutyQuerySet.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")),
                name="duty_has_length",
                violation_error_message=_("The duty must end after it starts."),
            ),
            models.CheckConstraint(
                condition=Q(deputy__isnull=True) | ~Q(deputy=F("director")),
                name="duty_deputy_is_another",
                violation_error_message=_("The deputy is somebody else than the director."),
            ),
            ExclusionConstraint(
                name="duty_no_overlap",
                expressions=[
                    (
                        Func("starts_at", "ends_at", function="tstzrange", output_field=DateTimeRangeField()),
                        "&&",
                    )
                ],
                violation_error_message=_("Somebody is already on duty at that time."),
            ),
        )

    def __str__(self) -> str:
        return f"duty from {self.starts_at:%Y-%m-%d %H:%M}"
