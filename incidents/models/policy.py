from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext_lazy as _

from incidents.enums import Moment, Step


def default_remind_hours() -> list[int]:
    """Three days and half a working day before; the house's own choice, no source gives one."""
    return [72, 4]


#: What the law gives: (least, most), in the unit of the field (working days, weeks, weeks). A hospital may
#: keep to less.
LAW = {"igj_working_days": (1, 3), "establish_weeks": (1, 6), "final_report_weeks": (1, 8)}


def _starts(step: Step, moment: Moment) -> "models.CharField[str, str]":
    """From which moment the hospital's own clock of `step` runs; the law's is not ours to choose."""
    return models.CharField(
        step.label, max_length=11, choices=Moment.choices, default=moment, db_default=moment
    )


class Policy(models.Model):
    """The terms after a calamity: one row. Defaults: UMCG 2019 and the law."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    director_hours = models.PositiveSmallIntegerField(
        _("tell the director and the other departments (hours, 0: at once)"), default=0, db_default=0
    )
    igj_days = models.PositiveSmallIntegerField(_("notify IGJ, internal norm (days)"), default=1)
    support_days = models.PositiveSmallIntegerField(_("support offered (days)"), default=1)
    analysis_days = models.PositiveSmallIntegerField(_("analysis (days)"), default=28)
    feedback_days = models.PositiveSmallIntegerField(_("feedback (days)"), default=35)
    final_report_days = models.PositiveSmallIntegerField(_("final report, internal norm (days)"), default=42)
    igj_working_days = models.PositiveSmallIntegerField(_("notify IGJ, by law (working days)"), default=3)
    establish_weeks = models.PositiveSmallIntegerField(
        _("establish whether it is a calamity (weeks)"), default=6
    )
    final_report_weeks = models.PositiveSmallIntegerField(_("final report, by law (weeks)"), default=8)
    # The ladder of reminders. Defaults are the house's own choice: no source gives any.
    remind_hours = ArrayField(
        models.PositiveSmallIntegerField(),
        verbose_name=_("remind before the term ends (hours)"),
        default=default_remind_hours,
        db_default=RawSQL("'{72,4}'::smallint[]", []),
    )
    late_committee_hours = models.PositiveSmallIntegerField(
        _("tell the committee after the term has passed (hours)"), default=4, db_default=4
    )
    late_director_hours = models.PositiveSmallIntegerField(
        _("tell the director after the term has passed (hours)"), default=24, db_default=24
    )
    duty_deputy_minutes = models.PositiveSmallIntegerField(
        _("a new calamity: tell the deputy after (minutes)"), default=30, db_default=30
    )
    duty_all_minutes = models.PositiveSmallIntegerField(
        _("a new calamity: tell all directors after (minutes)"), default=60, db_default=60
    )
    director_starts = _starts(Step.DIRECTOR, Moment.REPORTED)
    alignment_starts = _starts(Step.ALIGNMENT, Moment.REPORTED)
    igj_starts = _starts(Step.IGJ, Moment.ESTABLISHED)
    support_starts = _starts(Step.SUPPORT, Moment.NOTICED)
    analysis_starts = _starts(Step.ANALYSIS, Moment.ESTABLISHED)
    feedback_starts = _starts(Step.FEEDBACK, Moment.ESTABLISHED)
    final_report_starts = _starts(Step.FINAL_REPORT, Moment.ESTABLISHED)
    # The hospital's own numbers on the page with help.
    company_doctor = models.CharField(_("company doctor"), max_length=32, blank=True, default="")
    social_work = models.CharField(_("social work"), max_length=32, blank=True, default="")
    chaplain = models.CharField(_("chaplain"), max_length=32, blank=True, default="")

    class Meta:
        constraints = (
            models.CheckConstraint(condition=models.Q(id=1), name="incidents_policy_one_row"),
            models.CheckConstraint(
                condition=models.Q(*((f"{name}__range", limits) for name, limits in LAW.items())),
                name="policy_within_the_law",
                violation_error_message=_("The law gives no more."),
            ),
            models.CheckConstraint(
                condition=models.Q(feedback_days__gte=models.F("analysis_days"))
                & models.Q(final_report_days__gte=models.F("analysis_days")),
                name="policy_analysis_comes_first",
                violation_error_message=_("Feedback and final report are not due before the analysis."),
            ),
            models.CheckConstraint(
                condition=models.Q(late_director_hours__gte=models.F("late_committee_hours"))
                & models.Q(duty_all_minutes__gte=models.F("duty_deputy_minutes")),
                name="policy_ladder_goes_up",
                violation_error_message=_("Who stands higher on the ladder is told later, not sooner."),
            ),
        )

    def __str__(self) -> str:
        return "policy of calamities"

    @classmethod
    def current(cls) -> "Policy":
        """The policy in force; made with the defaults on first use."""
        return cls.objects.get_or_create(id=1)[0]

    def help_numbers(self) -> list[tuple[str, str]]:
        """What to call these numbers, and the numbers, as far as they are given."""
        given = (
            (_("company doctor"), self.company_doctor),
            (_("social work"), self.social_work),
            (_("chaplain"), self.chaplain),
        )
        return [(str(label), number) for label, number in given if number]
