"""How this hospital gives peer support."""

from datetime import datetime, timedelta

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext_lazy as _

from hospital.clock import Cover
from incidents.enums import EventType
from supporters.enums import (
    Announce,
    CountedIn,
    SameProfession,
)


def default_always_offered() -> list[str]:
    """After these whoever was there is offered support, onlookers too; the house's own choice of the list."""
    return [
        EventType.RESUSCITATION,
        EventType.AGGRESSION,
        EventType.VIOLENT_DEATH,
        EventType.SUDDEN_DEATH,
        EventType.CHILD_DEATH,
        EventType.SUICIDE,
        EventType.COLLEAGUE_DEATH,
        EventType.LARGE_ACCIDENT,
    ]


def default_follow_up_days() -> list[int]:
    """After 3 days (EMC: 2–3) and after two weeks (UMCG)."""
    return [3, 14]


#: The same as the database gives it, to what was there before the field.
_ALWAYS_OFFERED = (
    "'{resuscitation,aggression,violent_death,sudden_death,child_death,suicide,colleague_death,"
    "large_accident}'::varchar(20)[]"
)


class SupportPolicy(models.Model):
    """How this hospital gives peer support: one row, kept by the coordinator.

    `norm` and `norm_in_shifts`: of each profession a tenth is trained, 15% where people work shifts (PMC).
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    first_contact_hours = models.PositiveSmallIntegerField(_("first contact within (hours)"), default=24)
    first_contact_counted_in = models.CharField(
        _("these hours are"),
        max_length=7,
        choices=CountedIn.choices,
        default=CountedIn.COVER,
        db_default=CountedIn.COVER,
    )
    accept_working_hours = models.PositiveSmallIntegerField(
        _("supporter answers within (working hours)"), default=4
    )
    follow_up_days = ArrayField(
        models.PositiveSmallIntegerField(),
        verbose_name=_("follow-up after (days)"),
        default=default_follow_up_days,
    )
    max_conversations = models.PositiveSmallIntegerField(_("conversations at most"), default=3)
    capacity = models.PositiveSmallIntegerField(_("open contacts for one supporter at most"), default=3)
    cool_down_days = models.PositiveSmallIntegerField(_("rest after a contact (days)"), default=7)
    current_months = models.PositiveSmallIntegerField(
        _("training stays valid without intervision for (months)"), default=18
    )
    norm = models.PositiveSmallIntegerField(
        _("trained for each 1,000 employees of a profession"), default=100, db_default=100
    )
    norm_in_shifts = models.PositiveSmallIntegerField(
        _("trained for each 1,000 where people work shifts"), default=150, db_default=150
    )
    same_profession = models.CharField(
        _("same profession"), max_length=10, choices=SameProfession.choices, default=SameProfession.PREFERRED
    )
    attempts = models.PositiveSmallIntegerField(_("not reached after attempts"), default=3, db_default=3)
    attempt_days = models.PositiveSmallIntegerField(_("on at least so many days"), default=2, db_default=2)
    attempt_parts = models.PositiveSmallIntegerField(
        _("in at least so many parts of the day"),
        default=2,
        db_default=2,
        help_text=_("Morning until 12, afternoon until 17, evening."),
    )
    second_offer_days = models.PositiveSmallIntegerField(
        _("second offer to who was not reached after (days)"),
        default=28,
        db_default=28,
        help_text=_("Once, and only while the name is not erased; 0 for none."),
    )
    announce = models.CharField(
        _("tell who is involved"),
        max_length=10,
        choices=Announce.choices,
        default=Announce.AT_REPORT,
        db_default=Announce.AT_REPORT,
        help_text=_("That a colleague will call, and what they can choose."),
    )
    employee_chooses = models.BooleanField(
        _("who is supported may choose among supporters who show themselves"),
        default=False,
        db_default=False,
        help_text=_("You still ask them: the choice stands on top, where somebody is chosen."),
    )
    retention_days = models.PositiveSmallIntegerField(_("names erased after closing (days)"), default=30)
    ask_again_days = models.PositiveSmallIntegerField(
        _("who asked to be asked again is erased after (days)"),
        default=730,
        db_default=730,
        help_text=_("After a calamity, where a hearing or a verdict may come late. They can take it back."),
    )
    intake_days = models.PositiveSmallIntegerField(
        _("a report that names nobody is looked at within (working days)"), default=1, db_default=1
    )
    always_offered = ArrayField(
        models.CharField(max_length=20, choices=EventType.choices),
        verbose_name=_("after these the head of department is asked who was there"),
        default=default_always_offered,
        db_default=RawSQL(_ALWAYS_OFFERED, []),  # nosec B611  # a constant of this module
        blank=True,
    )
    head_answers_days = models.PositiveSmallIntegerField(
        _("the head says so within (working days)"), default=1, db_default=1
    )
    forgotten_days = models.PositiveSmallIntegerField(
        _("a head of department adds a forgotten colleague within (days)"), default=14, db_default=14
    )
    unharmed_days = models.PositiveSmallIntegerField(
        _("one in which no patient was harmed closes by itself after (days)"),
        null=True,
        blank=True,
        default=14,
        db_default=14,
    )

    class Meta:
        constraints = (
            models.CheckConstraint(condition=models.Q(id=1), name="support_policy_one_row"),
            models.CheckConstraint(
                condition=models.Q(follow_up_days__len__gt=0),
                name="support_policy_follows_up",
                violation_error_message=_("Give at least one number of days."),
            ),
        )

    def __str__(self) -> str:
        return "policy of support"

    @classmethod
    def current(cls) -> "SupportPolicy":
        """The policy in force; made with the defaults on first use."""
        return cls.objects.get_or_create(id=1)[0]

    def call_by(self, at: datetime, *, cover: Cover) -> datetime:
        """Until when a colleague calls whose term begins at `at`: what is stored, and what is promised."""
        return self._after(at, timedelta(hours=self.first_contact_hours), cover)

    def assign_by(self, at: datetime, *, cover: Cover) -> datetime:
        """Until when somebody is asked to: the first half of that term."""
        return self._after(at, timedelta(hours=self.first_contact_hours) / 2, cover)

    def _after(self, at: datetime, term: timedelta, cover: Cover) -> datetime:
        elapsed = self.first_contact_counted_in == CountedIn.ELAPSED
        return cover.add_elapsed(at, term) if elapsed else cover.add(at, term)
