import hashlib
import uuid
from datetime import time
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from hospital.clock import Cover, DayHours, OfficeHours
from hospital.enums import ProfessionGroup

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

PNG = b"\x89PNG\r\n\x1a\n"
#: A logo stands 28 pixels high on each page; this is plenty, and small enough for every page.
LARGEST_LOGO = 100 * 1024


def validate_logo(content: bytes) -> None:
    """A PNG of at most `LARGEST_LOGO` bytes; an SVG may hold scripts. Raises ValidationError."""
    if not content.startswith(PNG):
        raise ValidationError(_("Choose a PNG picture."), code="no_png")
    if len(content) > LARGEST_LOGO:
        raise ValidationError(_("The picture may be at most 100 KB."), code="too_large")


class Hospital(models.Model):
    """What the hospital calls itself and is known by: one row.

    `logo` is a PNG, or empty; `logo_version` changes with it and is empty without one.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    name = models.CharField(_("name of the hospital"), max_length=60, blank=True, default="")
    committee = models.CharField(
        _("name of the calamity committee"),
        max_length=80,
        blank=True,
        default="",
        db_default="",
        help_text=_(
            "As in a Dutch sentence, with its article: de Calamiteitencommissie Patiëntenzorg. Empty: the "
            "calamity committee."
        ),
    )
    analysis_team = models.CharField(
        _("name of the analysis team"),
        max_length=80,
        blank=True,
        default="",
        db_default="",
        help_text=_(
            "As in a Dutch sentence, with its article: het calamiteitenanalyseteam. Empty: the analysis team."
        ),
    )
    logo = models.BinaryField(_("logo"), blank=True, default=b"", validators=[validate_logo])
    logo_version = models.CharField(max_length=12, blank=True, default="", editable=False)

    class Meta:
        constraints = (models.CheckConstraint(condition=models.Q(id=1), name="hospital_one_row"),)

    def __str__(self) -> str:
        return self.name

    @classmethod
    def current(cls) -> "Hospital":
        """The row; unsaved and empty until the hospital has set something."""
        return cls.objects.filter(id=1).first() or cls()

    def show(self, logo: bytes) -> None:
        """Make `logo` (a PNG, or nothing) the hospital's; unsaved."""
        self.logo = logo
        self.logo_version = hashlib.sha256(logo).hexdigest()[:12] if logo else ""


#: Of each day on which calls may be made, Monday first and the holidays last, the field with its hours.
COVER_DAYS = (
    "cover_monday",
    "cover_tuesday",
    "cover_wednesday",
    "cover_thursday",
    "cover_friday",
    "cover_saturday",
    "cover_sunday",
    "cover_holidays",
)


def _hours_of(day: "StrPromise") -> "ArrayField[Any, Any]":
    return ArrayField(models.TimeField(), verbose_name=day, size=2, null=True, blank=True)


def _has_length(field: str) -> models.Q:
    hours = {f"{field}__len": 2, f"{field}__0__lt": models.F(f"{field}__1")}
    return models.Q(**{f"{field}__isnull": True}) | models.Q(**hours)


class WorkingHours(models.Model):
    """When the hospital's offices work, and in which hours calls to colleagues are made: one row.

    Every term in working days or hours follows the first (`office`), every call the second (`cover`): the
    working hours, or with `cover_is_office` off the hours of each day, empty where nobody calls.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    starts = models.TimeField(_("working day starts"), default=time(8))
    ends = models.TimeField(_("working day ends"), default=OfficeHours().ends)
    decreed_days = ArrayField(
        models.DateField(), verbose_name=_("extra days off by decree"), default=list, blank=True
    )
    cover_is_office = models.BooleanField(
        _("calls are made while the offices work"), default=True, db_default=True
    )
    cover_monday = _hours_of(_("Monday"))
    cover_tuesday = _hours_of(_("Tuesday"))
    cover_wednesday = _hours_of(_("Wednesday"))
    cover_thursday = _hours_of(_("Thursday"))
    cover_friday = _hours_of(_("Friday"))
    cover_saturday = _hours_of(_("Saturday"))
    cover_sunday = _hours_of(_("Sunday"))
    cover_holidays = _hours_of(_("public holidays and days off by decree"))

    class Meta:
        constraints = (
            models.CheckConstraint(condition=models.Q(id=1), name="working_hours_one_row"),
            models.CheckConstraint(
                condition=models.Q(cover_is_office=True)
                | reduce(or_, (models.Q(**{f"{day}__isnull": False}) for day in COVER_DAYS[:7])),
                name="cover_on_some_day",
                violation_error_message=_("Calls must be made on at least one day of the week."),
            ),
            *(
                models.CheckConstraint(
                    condition=_has_length(day),
                    name=f"{day}_has_length",
                    violation_error_message=_("The hours of a day must end after they start."),
                )
                for day in COVER_DAYS
            ),
            models.CheckConstraint(
                condition=models.Q(starts__lt=models.F("ends")),
                name="working_day_has_length",
                violation_error_message=_("The working day must end after it starts."),
            ),
        )

    def __str__(self) -> str:
        return "working hours"

    @classmethod
    def current(cls) -> "WorkingHours":
        """The hours in force; made with the defaults on first use."""
        return cls.objects.get_or_create(id=1)[0]

    @property
    def office(self) -> OfficeHours:
        """These hours and days, to compute with."""
        return OfficeHours(self.starts, self.ends, frozenset(self.decreed_days))

    @property
    def cover(self) -> Cover:
        """In which hours calls are made."""
        if self.cover_is_office:
            return self.office.cover
        *week, holidays = (_pair(getattr(self, day)) for day in COVER_DAYS)
        return Cover(tuple(week), holidays, frozenset(self.decreed_days))


def _pair(hours: list[time] | None) -> DayHours | None:
    return (hours[0], hours[1]) if hours else None


class Location(models.Model):
    """A site of the hospital, or a partner organisation outside it that lends supporters."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(_("name"), max_length=120)
    is_partner = models.BooleanField(_("outside the hospital"), default=False)
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                Lower("name"), name="location_name_once", violation_error_message=_("This location exists.")
            ),
        )
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class Department(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(_("name"), max_length=120)
    location = models.ForeignKey(
        Location, models.PROTECT, related_name="departments", verbose_name=_("location")
    )
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                Lower("name"),
                "location",
                name="department_name_once_per_location",
                violation_error_message=_("This department exists at this location."),
            ),
        )
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class Profession(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(_("name"), max_length=120)
    group = models.CharField(_("group"), max_length=20, choices=ProfessionGroup.choices)
    works_shifts = models.BooleanField(
        _("works shifts"), default=False, help_text=_("Where people work shifts more supporters are trained.")
    )
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                Lower("name"),
                name="profession_name_once",
                violation_error_message=_("This profession exists."),
            ),
        )
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name
