from django.db import models
from django.utils.translation import gettext_lazy as _


class CountedIn(models.TextChoices):
    """What the hours of the first contact are."""

    COVER = "cover", _("time in which we call")
    ELAPSED = "elapsed", _("time that passes, nights and weekends too")


class SupporterStatus(models.TextChoices):
    ACTIVE = "active", _("active")
    PAUSED = "paused", _("paused")
    STOPPED = "stopped", _("stopped")


class ContactState(models.TextChoices):
    """Of one supporter's contact with one involved employee (design: supporters.contacts.flow)."""

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


class NextStep(models.TextChoices):
    """What a supporter has to do next: the main line of a card."""

    ANSWER = "answer", _("Say whether you can")
    CALL = "call", _("Call")
    CALL_AGAIN = "call_again", _("Try again")
    CALL_LATER = "call_later", _("Call, as agreed")
    APPOINTMENT = "planned", _("Talk, as agreed")
    ARRANGE = "arrange", _("Agree on another moment")
    TALK = "talk", _("Have the conversation")
    PLAN = "plan", _("Plan a follow-up call")
    #: Of before appointments: a day on which to follow up.
    FOLLOW_UP = "follow_up", _("Follow up")
    CLOSE = "close", _("Close, or plan another call")
    WAIT = "wait", _("Wait: the coordinator decides")
    NOTHING = "nothing", _("Nothing")


class EventKind(models.TextChoices):
    """What a contact's log holds: that something was done, and when. Never what was said."""

    ASSIGNED = "assigned", _("Asked")
    ACCEPTED = "accepted", _("Accepted")
    HANDED_BACK = "handed_back", _("Handed back")
    ATTEMPT_FAILED = "attempt_failed", _("Tried, not reached")
    REACHED = "reached", _("Reached")
    OFFER_DECLINED = "offer_declined", _("Does not want support")
    OFFER_LATER = "offer_later", _("Not now, later")
    OFFER_SOONER = "offer_sooner", _("Sooner after all")
    CONVERSATION = "conversation", _("Conversation held")
    #: Of before appointments; nobody takes it any more.
    FOLLOW_UP_PLANNED = "follow_up_planned", _("Follow-up planned")
    FOLLOW_UP_HELD = "follow_up_held", _("Follow-up held")
    APPOINTMENT_PLANNED = "appointment_planned", _("Talk planned")
    APPOINTMENT_MOVED = "appointment_moved", _("Talk moved")
    APPOINTMENT_CANCELLED = "appointment_cancelled", _("Talk cancelled")
    APPOINTMENT_MISSED = "appointment_missed", _("Talk did not happen")
    COORDINATOR_CALLED_IN = "coordinator_called_in", _("Coordinator alerted")
    COORDINATOR_ANSWERED = "coordinator_answered", _("Coordinator answered")
    #: Written with the attempt that made it enough (allowed_steps.tried_enough).
    UNREACHED = "unreached", _("Not reached after several attempts")
    TALK_GRANTED = "talk_granted", _("One more talk agreed")
    CLOSED = "closed", _("Closed")
    CORRECTED = "corrected", _("Undone")


class ConversationMode(models.TextChoices):
    IN_PERSON = "in_person", _("in person")
    TELEPHONE = "telephone", _("by telephone")
    VIDEO = "video", _("by video")


class AppointmentState(models.TextChoices):
    """What became of an appointment."""

    OPEN = "open", _("planned")
    HELD = "held", _("held")
    MISSED = "missed", _("did not happen")
    CANCELLED = "cancelled", _("cancelled")
    #: Its contact was handed back: another supporter agrees on another moment.
    LAPSED = "lapsed", _("off")


class HandBackReason(models.TextChoices):
    """One word, no reason behind it (Scott: "declare or conflict")."""

    CONFLICT = "conflict", _("Too close")
    NO_TIME = "no_time", _("No time")
    AWAY = "away", _("Away")


class TalkLength(models.TextChoices):
    """About how long a talk took."""

    MINUTES = "minutes", _("a few minutes")
    QUARTER = "quarter", _("a quarter of an hour")
    HALF_HOUR = "half_hour", _("half an hour")
    LONGER = "longer", _("longer")


class Announce(models.TextChoices):
    """When somebody who was named is told that a colleague will call."""

    AT_REPORT = "at_report", _("as soon as they are named")
    WHEN_ASKED = "when_asked", _("when a supporter is asked for them")


class PartOfDay(models.TextChoices):
    """When somebody would like to be called."""

    MORNING = "morning", _("in the morning")
    AFTERNOON = "afternoon", _("in the afternoon")
    EVENING = "evening", _("early in the evening")
    AFTER_NIGHT = "after_night", _("not before 15:00: I work nights")


class Waiting(models.TextChoices):
    """What an offer of support waits for; the groups of the coordinator's worklist."""

    ASSIGNMENT = "assignment", _("Assign a supporter")
    ACCEPTANCE = "acceptance", _("Supporter’s answer")
    FIRST_CONTACT = "first_contact", _("First contact")
    FOLLOW_UP = "follow_up", _("Follow-up")
    COORDINATOR = "coordinator", _("You have been alerted")
    UNREACHED = "unreached", _("Not reached: decide")
    NOTHING = "nothing", _("Nothing")


class Experience(models.TextChoices):
    """What a supporter who shows herself knows from experience."""

    MISTAKE = "mistake", _("a mistake of one’s own")
    CALAMITY = "calamity", _("a calamity and its analysis")
    RESUSCITATION = "resuscitation", _("a resuscitation")
    CHILD = "child", _("the death of a child")
    SUICIDE = "suicide", _("the suicide of a patient")
    AGGRESSION = "aggression", _("aggression or violence")
    COMPLAINT = "complaint", _("a complaint or a disciplinary case")
    COLLEAGUE = "colleague", _("the death of a colleague")


class SameProfession(models.TextChoices):
    """How much the same profession weighs: hospitals differ (PMC; OPEN 2017)."""

    REQUIRED = "required", _("required")
    PREFERRED = "preferred", _("preferred")
    IGNORED = "ignored", _("not looked at")


class Rule(models.TextChoices):
    """Why a supporter is left out for an involved employee; the label says it to the coordinator."""

    NOT_TRAINED = "not_trained", _("has not completed the training")
    TRAINING_EXPIRED = "training_expired", _("training has lapsed")
    STOPPED = "stopped", _("has stopped")
    PAUSED = "paused", _("is pausing")
    ABSENT = "absent", _("is away")
    AT_CAPACITY = "at_capacity", _("has no room for another contact")
    COOLING_DOWN = "cooling_down", _("is resting after a contact")
    IS_SELF = "is_self", _("is the employee")
    INVOLVED_IN_EVENT = "involved_in_event", _("is involved in the same event")
    IS_MANAGER = "is_manager", _("is the employee’s manager")
    IS_MANAGED = "is_managed", _("works under the employee")
    REPORTED_EVENT = "reported_event", _("reported the event")
    IS_ANALYST = "is_analyst", _("analyses this event")
    ON_EXCLUSION_LIST = "on_exclusion_list", _("cannot be asked for this colleague")
    ALREADY_ASKED = "already_asked", _("was already asked for this employee")
    SAME_DEPARTMENT = "same_department", _("same department")
    OTHER_PROFESSION = "other_profession", _("other profession")
    NOT_PHYSICIAN = "not_physician", _("not a physician, and that was asked for")
    INSIDE = "inside", _("works in the hospital, and somebody outside was asked for")
    OUTSIDE = "outside", _("from outside the hospital, and that was not asked for")
    NOT_PROFESSION = "not_profession", _("not of the profession that was asked for")
    NOT_FROM = "not_from", _("not from the department that was asked for")
    UNWANTED_FROM = "unwanted_from", _("from the department that was not wanted")


class ReasonCode(models.TextChoices):
    """What speaks for or against a candidate; matching.reasons.say puts names and numbers to the label."""

    CHOSEN = "chosen", _("chosen by the colleague")
    NOT_CHOSEN = "not_chosen", _("somebody else was chosen")
    SAME_PROFESSION = "same_profession", _("same profession")
    AS_ASKED = "as_asked", _("the profession that was asked for")
    RELATED_PROFESSION = "related_profession", _("related profession")
    OTHER_PROFESSION = "other_profession", _("other profession")
    PHYSICIAN = "physician", _("a physician, as asked")
    OTHER_DEPARTMENT = "other_department", _("other department")
    SAME_DEPARTMENT = "same_department", _("same department")
    SAME_LOCATION = "same_location", _("same location")
    OTHER_LOCATION = "other_location", _("other location")
    OUTSIDE = "outside", _("from outside the hospital")
    LANGUAGE = "language", _("speaks the language")
    OTHER_LANGUAGE = "other_language", _("does not speak the language")
    SIMILAR_EXPERIENCE = "similar_experience", _("about as long in the profession")
    MORE_EXPERIENCE = "more_experience", _("longer in the profession")
    LESS_EXPERIENCE = "less_experience", _("shorter in the profession")
    UNKNOWN_EXPERIENCE = "unknown_experience", _("years in the profession not known")
    OPEN_CONTACTS = "open_contacts", _("no open contacts")
    LAST_ASKED = "last_asked", _("last asked")
    NEVER_ASKED = "never_asked", _("never asked yet")


class LadderStep(models.IntegerChoices):
    """What to try, in this order, when nobody fits (supporters.matching.nobody_fits)."""

    SAME_PROFESSION_ELSEWHERE = 1, _("same profession elsewhere")
    RELATED_PROFESSION = 2, _("related profession")
    ANY_PROFESSION = 3, _("any profession")
    OUTSIDE = 4, _("outside the hospital")


class IntakeState(models.TextChoices):
    """How far a report is that named nobody when it came in."""

    OPEN = "open", _("Open")
    NAMED = "named", _("People were added")
    NOT_NEEDED = "not_needed", _("No support needed")
    BY_RULE = "by_rule", _("Closed by a rule")
    WITHDRAWN = "withdrawn", _("Taken back")
    JOINED = "joined", _("Joined")


class HeadAnswer(models.TextChoices):
    """What the head of department said who was asked who was there."""

    NAMED = "named", _("Named people")
    NOBODY_MISSING = "nobody", _("Nobody is missing")
    SETTLED = "settled", _("Settled by the coordinator")


class NotNeededReason(models.TextChoices):
    """Why nobody on it is offered support, in one of four words."""

    NOBODY = "nobody", _("Nobody was affected")
    DEPARTMENT = "department", _("The department looks after its people")
    ELSEWHERE = "elsewhere", _("Already supported elsewhere")
    NOT_OURS = "not_ours", _("Not about our staff")
