from django.db import models
from django.utils.translation import gettext_lazy as _


class IncidentKind(models.TextChoices):
    """What a report is about; the five choices of the report page."""

    VIM = "vim", _("Incident (VIM)")
    CALAMITY = "calamity", _("Calamity")
    EVENT = "event", _("Other shocking event")
    SELF = "self", _("I would like support myself")
    COLLEAGUE = "colleague", _("I am worried about a colleague")

    @classmethod
    def personal(cls) -> frozenset["IncidentKind"]:
        """Kinds that are a question for support and nothing else: only the coordinator sees them."""
        return frozenset({cls.SELF, cls.COLLEAGUE})


class EventType(models.TextChoices):
    """What happened, in the only detail that a supporter and the figures see."""

    SAFETY = "safety", _("Safety incident in care")
    RESUSCITATION = "resuscitation", _("Resuscitation")
    AGGRESSION = "aggression", _("Aggression or violence")
    COMPLAINT = "complaint", _("Complaint or claim")
    DISCIPLINARY = "disciplinary", _("Disciplinary case")
    VIOLENT_DEATH = "violent_death", _("Violent death of a patient")
    SUDDEN_DEATH = "sudden_death", _("Sudden death of a patient")
    COLLEAGUE_DEATH = "colleague_death", _("Death of a colleague")
    NON_MEDICAL = "non_medical", _("Non-medical incident")
    OTHER = "other", _("Something else")


class AlreadyOffered(models.TextChoices):
    """Whether support was offered before the report (OPEN 2017: the report form asks)."""

    YES = "yes", _("Yes")
    NO = "no", _("No")
    UNKNOWN = "unknown", _("I do not know")


class Step(models.TextChoices):
    """The seven steps after a calamity (UMCG 2019), in their order."""

    DIRECTOR = "director", _("Report to the director on duty")
    ALIGNMENT = "alignment", _("Align with the other departments")
    IGJ = "igj", _("Notify the inspectorate (IGJ)")
    SUPPORT = "support", _("Support for the employees")
    ANALYSIS = "analysis", _("Analysis (PRISMA)")
    FEEDBACK = "feedback", _("Feedback to those involved")
    FINAL_REPORT = "final_report", _("Final report to IGJ")


class TrackEventKind(models.TextChoices):
    """What the log of a calamity holds."""

    STEP_DONE = "step_done", _("Step done")
    STEP_CORRECTED = "step_corrected", _("Step corrected")
    STEP_REOPENED = "step_reopened", _("Step open again")
    ESTABLISHED = "established", _("Established as a calamity")
    ESTABLISHED_CORRECTED = "established_corrected", _("Moment of establishing corrected")


class Moment(models.TextChoices):
    """The moments that start the clocks of a calamity (law: kept apart)."""

    OCCURRED = "occurred", _("it happened")
    NOTICED = "noticed", _("it was noticed")
    ESTABLISHED = "established", _("it was established as a calamity")
