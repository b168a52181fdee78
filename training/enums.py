from django.db import models
from django.utils.translation import gettext_lazy as _


class Entry(models.TextChoices):
    """How somebody becomes a supporter (PMC: named by colleagues; EMC: by applying)."""

    NOMINATION = "nomination", _("colleagues name them")
    APPLICATION = "application", _("they apply themselves")
    BOTH = "both", _("both")


class MeetingKind(models.TextChoices):
    """What people come together for."""

    TRAINING = "training", _("Training day")
    INTERVISION = "intervision", _("Intervision")


class MeetingState(models.TextChoices):
    """How far a meeting is."""

    PLANNED = "planned", _("planned")
    HELD = "held", _("held")
    CANCELLED = "cancelled", _("called off")


class Theme(models.TextChoices):
    """What an intervision is about: never a person."""

    LISTENING = "listening", _("listening without solving")
    LIMITS = "limits", _("your own limits")
    DEATH = "death", _("when a patient dies")
    AGGRESSION = "aggression", _("after aggression")
    CALAMITY = "calamity", _("during the analysis of a calamity")
    REFERRING = "referring", _("when more help is needed")
    SILENCE = "silence", _("who does not want to talk")
    TEAM = "team", _("when a whole team is touched")


class SeatState(models.TextChoices):
    """Where one person stands with one meeting."""

    INVITED = "invited", _("invited")
    WAITING = "waiting", _("on the waiting list")
    SEATED = "seated", _("takes part")
    EXCUSED = "excused", _("cannot come")
    ATTENDED = "attended", _("was there")
    MISSED = "missed", _("was not there")


class Competence(models.TextChoices):
    """What a supporter is able to do, by the list of RESCUE (ERNST)."""

    COMMUNICATION = "COM01", _("communication")
    LISTENING = "COM02", _("active and empathetic listening")
    CULTURE = "COM03", _("sensitivity to culture")
    GROUPS = "COM04", _("support of a group")
    FIRST_AID = "COM05", _("psychological first aid")
    TRIAGE = "COM06", _("assessment and triage")
    SECOND_VICTIM = "COM07", _("what an event does to who was involved")
    WORKPLACE = "COM08", _("the workplace")
    REFERRAL = "COM09", _("referral and who else can help")
    STRESS = "COM10", _("stress and trauma")
    PROBLEMS = "COM11", _("solving problems")
    ROLE = "COM12", _("the role of a supporter")
    CONFIDENTIALITY = "COM13", _("confidentiality")
    LEGAL = "COM14", _("legal support")


#: Without these nobody is a supporter (RESCUE).
CORE = (Competence.LISTENING, Competence.FIRST_AID, Competence.SECOND_VICTIM)


class CandidateState(models.TextChoices):
    """How far it is with somebody who may become a supporter."""

    NAMED = "named", _("named")
    ASKED = "asked", _("asked")
    WILLING = "willing", _("willing")
    DECLINED = "declined", _("would rather not")
