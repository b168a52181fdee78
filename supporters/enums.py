from django.db import models
from django.utils.translation import gettext_lazy as _


class SupporterStatus(models.TextChoices):
    ACTIVE = "active", _("active")
    PAUSED = "paused", _("paused")
    STOPPED = "stopped", _("stopped")


class ContactState(models.TextChoices):
    """Of one supporter's contact with one involved employee (design: supporters.contact_flow)."""

    PROPOSED = "proposed", _("asked")
    ACCEPTED = "accepted", _("accepted")
    IN_CONTACT = "in_contact", _("in contact")
    HANDED_BACK = "handed_back", _("handed back")
    CLOSED = "closed", _("closed")

    @classmethod
    def open(cls) -> tuple["ContactState", ...]:
        return (cls.PROPOSED, cls.ACCEPTED, cls.IN_CONTACT)


class Outcome(models.TextChoices):
    COMPLETED = "completed", _("completed")
    DECLINED = "declined", _("declined")
    UNREACHABLE = "unreachable", _("not reached")
    REFERRED = "referred", _("referred on")


class EventKind(models.TextChoices):
    """What a contact's log holds: that something was done, and when. Never what was said."""

    ASSIGNED = "assigned", _("Asked")
    ACCEPTED = "accepted", _("Accepted")
    HANDED_BACK = "handed_back", _("Handed back")
    ATTEMPT_FAILED = "attempt_failed", _("Tried, not reached")
    REACHED = "reached", _("Reached")
    OFFER_DECLINED = "offer_declined", _("Does not want support")
    OFFER_LATER = "offer_later", _("Not now, later")
    CONVERSATION = "conversation", _("Conversation held")
    FOLLOW_UP_PLANNED = "follow_up_planned", _("Follow-up planned")
    FOLLOW_UP_HELD = "follow_up_held", _("Follow-up held")
    COORDINATOR_CALLED_IN = "coordinator_called_in", _("Coordinator called in")
    CLOSED = "closed", _("Closed")
    CORRECTED = "corrected", _("Undone")


class ConversationMode(models.TextChoices):
    IN_PERSON = "in_person", _("in person")
    TELEPHONE = "telephone", _("by telephone")
    VIDEO = "video", _("by video")


class HandBackReason(models.TextChoices):
    """One word, no reason behind it (Scott: "declare or conflict")."""

    CONFLICT = "conflict", _("Too close")
    NO_TIME = "no_time", _("No time")


class Waiting(models.TextChoices):
    """What an offer of support waits for; the groups of the coordinator's worklist."""

    ASSIGNMENT = "assignment", _("Assign a supporter")
    ACCEPTANCE = "acceptance", _("Supporter's answer")
    FIRST_CONTACT = "first_contact", _("First contact")
    FOLLOW_UP = "follow_up", _("Follow-up")
    COORDINATOR = "coordinator", _("You are called in")
    NOTHING = "nothing", _("Nothing")


class SameProfession(models.TextChoices):
    """How much the same profession weighs: hospitals differ (PMC; OPEN 2017)."""

    REQUIRED = "required", _("required")
    PREFERRED = "preferred", _("preferred")
    IGNORED = "ignored", _("not looked at")
