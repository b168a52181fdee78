from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _


class IncidentKind(models.TextChoices):
    """What a report is about; the five choices of the report page."""

    VIM = "vim", _("Incident (VIM)")
    CALAMITY = "calamity", _("Calamity")
    EVENT = "event", _("Other shocking event")
    SELF = "self", _("Request for support")
    COLLEAGUE = "colleague", _("Worry about a colleague")

    @classmethod
    def personal(cls) -> frozenset["IncidentKind"]:
        """Kinds that are a question for support and nothing else: only the coordinator sees them."""
        return frozenset({cls.SELF, cls.COLLEAGUE})

    @property
    def said(self) -> str:
        """As who reports it says it, on the cards and above the form; the label is for lists."""
        match self:
            case IncidentKind.SELF:
                return gettext("I would like support myself")
            case IncidentKind.COLLEAGUE:
                return gettext("I am worried about a colleague")
            case _:
                return str(self.label)


class EventType(models.TextChoices):
    """What happened, in the only detail that a supporter and the figures see."""

    SAFETY = "safety", _("Safety incident in care")
    RESUSCITATION = "resuscitation", _("Resuscitation")
    AGGRESSION = "aggression", _("Aggression or violence")
    COMPLAINT = "complaint", _("Complaint or claim")
    DISCIPLINARY = "disciplinary", _("Disciplinary case")
    VIOLENT_DEATH = "violent_death", _("Violent death of a patient")
    SUDDEN_DEATH = "sudden_death", _("Sudden death of a patient")
    CHILD_DEATH = "child_death", _("Death of a child")
    SUICIDE = "suicide", _("Suicide or attempt")
    COLLEAGUE_DEATH = "colleague_death", _("Death of a colleague")
    LARGE_ACCIDENT = "large_accident", _("Large accident or disaster")
    NON_MEDICAL = "non_medical", _("Non-medical incident")
    OTHER = "other", _("Something else")


def event_in_words(kind: str, event_type: str) -> str:
    """What happened; who asks for support, or is worried, need not say it."""
    if kind in IncidentKind.personal() and event_type == EventType.OTHER:
        return gettext("An event that was not named")
    return str(EventType(event_type).label)


class Harm(models.TextChoices):
    """What it did to the patient, as far as is known; a VIM system asks it in many more degrees."""

    UNKNOWN = "unknown", _("Not known")
    NONE = "none", _("No harm")
    SOME = "some", _("Some harm")
    SERIOUS = "serious", _("Serious harm or death")


class AlreadyOffered(models.TextChoices):
    """Whether support was offered before the report (OPEN 2017: the report form asks)."""

    YES = "yes", _("Yes")
    NO = "no", _("No")
    UNKNOWN = "unknown", _("I don’t know")


class IgjForm(models.TextChoices):
    """The forms of the inspectorate (since October 2023 one for each duty of Wkkgz art. 11 (1))."""

    CALAMITY = "calamity", _("Calamity")
    VIOLENCE = "violence", _("Violence in the care relationship")
    DISMISSAL = "dismissal", _("Dismissal for dysfunctioning")

    @classmethod
    def apart(cls) -> frozenset["IgjForm"]:
        """The forms of what is no calamity: one step and its clock, not the whole track."""
        return frozenset({cls.VIOLENCE, cls.DISMISSAL})


class Verdict(models.TextChoices):
    """What the committee takes a report to be."""

    REPORTED = "reported", _("Reported as a calamity")
    DOUBT = "doubt", _("In doubt")
    CALAMITY = "calamity", _("Calamity")
    VIOLENCE = "violence", _("Violence in the care relationship")
    DISMISSAL = "dismissal", _("Dismissal for dysfunctioning")
    NONE = "none", _("No calamity")


class Ground(models.TextChoices):
    """Why it is no calamity after all; the parts of the definition in Wkkgz art. 1 that can be missing."""

    NO_HARM = "no_harm", _("No death and no serious harm")
    EXPECTED = "expected", _("An expected course or a known complication")
    NOT_CARE = "not_care", _("Not about the quality of care")
    DOUBLE = "double", _("Reported under another reference already")
    MISTAKE = "mistake", _("Reported as a calamity by mistake")


class CorrectionReason(models.TextChoices):
    """Why a moment was corrected; people choose of the first three."""

    TYPED = "typed", _("Typing error")
    LEARNED = "learned", _("Known better since")
    READ = "read", _("Another moment is the one that counts")
    IMPORT = "import", _("As the VIM system has it")
    UPDATE = "update", _("Put in order by an update of Peersupport")

    @classmethod
    def given(cls) -> tuple["CorrectionReason", ...]:
        """Those that somebody can give."""
        return (cls.TYPED, cls.LEARNED, cls.READ)


class Step(models.TextChoices):
    """The seven steps after a calamity (UMCG 2019), in their order; before them, in doubt, `ESTABLISH`."""

    ESTABLISH = "establish", _("Establish whether it is a calamity")
    DIRECTOR = "director", _("Report to the director on duty")
    ALIGNMENT = "alignment", _("Align with the other departments")
    IGJ = "igj", _("Notify the inspectorate (IGJ)")
    SUPPORT = "support", _("Support for the employees")
    ANALYSIS = "analysis", _("Analysis (PRISMA)")
    FEEDBACK = "feedback", _("Feedback to those involved")
    FINAL_REPORT = "final_report", _("Final report to IGJ")

    @classmethod
    def track(cls) -> tuple["Step", ...]:
        """The seven steps, without the time to establish."""
        return tuple(step for step in cls if step != cls.ESTABLISH)


class Clock(models.TextChoices):
    """Whose term it is: the hospital's own norm, or the law's."""

    INTERNAL = "internal", _("Our norm")
    STATUTORY = "statutory", _("By law")


class Rung(models.TextChoices):
    """Of the ladder of reminders: before, at and after a due moment; the last three of a new calamity."""

    SOON = "soon", _("before")
    DUE = "due", _("at the due moment")
    COMMITTEE = "committee", _("late: the committee")
    DIRECTOR = "director", _("late: the director on duty")
    ON_DUTY = "on_duty", _("new: the director on duty")
    DEPUTY = "deputy", _("new: the deputy")
    EVERYBODY = "everybody", _("new: all directors")


class TrackEventKind(models.TextChoices):
    """What the log of a calamity holds."""

    STEP_DONE = "step_done", _("Step done")
    STEP_CORRECTED = "step_corrected", _("Step corrected")
    STEP_REOPENED = "step_reopened", _("Step open again")
    ESTABLISHED = "established", _("Established as a calamity")
    ESTABLISHED_CORRECTED = "established_corrected", _("Moment of establishing corrected")
    NOTICED_GIVEN = "noticed_given", _("Moment of noticing given")
    NOTICED_CORRECTED = "noticed_corrected", _("Moment of noticing corrected")
    OCCURRED_CORRECTED = "occurred_corrected", _("Moment it happened corrected")
    IN_DOUBT = "in_doubt", _("In doubt whether it is a calamity")
    MADE_CALAMITY = "made_calamity", _("Taken as a calamity")
    NO_CALAMITY = "no_calamity", _("No calamity: the clocks have ended")
    VIOLENCE = "violence", _("Notice due: violence in the care relationship")
    DISMISSAL = "dismissal", _("Notice due: dismissal for dysfunctioning")
    DEPARTMENT_NAMED = "department_named", _("Other department named")
    DEPARTMENT_DROPPED = "department_dropped", _("Other department taken off")
    DEPARTMENT_CONFIRMED = "department_confirmed", _("Other department aligned")
    EXTENSION_ASKED = "extension_asked", _("Extension asked for")
    EXTENSION_GRANTED = "extension_granted", _("Extension granted")
    EXTENSION_REFUSED = "extension_refused", _("Extension refused")
    LETTER = "letter", _("Term set by the inspectorate’s letter")
    REPORT_ASKED = "report_asked", _("The inspectorate asks for the report")
    REPORT_NOT_ASKED = "report_not_asked", _("The inspectorate asks for no report")
    TERM_TAKEN_BACK = "term_taken_back", _("Extension, confirmation or letter taken back")
    ANALYSIS_STARTED = "analysis_started", _("Analysis: started")
    ANALYSIS_INTERVIEWS = "analysis_interviews", _("Analysis: interviews begun")
    ANALYSIS_CONCEPT = "analysis_concept", _("Analysis: draft report ready")
    DISCLOSURE_PLANNED = "disclosure_planned", _("Talk planned")
    DISCLOSURE_CANCELLED = "disclosure_cancelled", _("Talk cancelled")
    DISCLOSURE_HELD = "disclosure_held", _("Talk held")
    COACH_ASKED = "coach_asked", _("Disclosure coach asked for")
    COACH_FOUND = "coach_found", _("Disclosure coach found")
    REPORT_JOINED = "report_joined", _("Another report of the same event joined")
    TERM_COMPUTED = "term_computed", _("Legal term, by the corrected moments")
    ARRANGED = "arranged", _("Arranged")
    ARRANGED_NO_MORE = "arranged_no_more", _("Not arranged after all")
    LATER_SET = "later_set", _("Moment for those involved set")
    LATER_CANCELLED = "later_cancelled", _("Moment for those involved cancelled")

    @classmethod
    def of_clocks(cls) -> tuple["TrackEventKind", ...]:
        """What the clocks rest on: decisions, corrected moments, and what the inspectorate said."""
        return (
            cls.ESTABLISHED,
            cls.ESTABLISHED_CORRECTED,
            cls.NOTICED_GIVEN,
            cls.NOTICED_CORRECTED,
            cls.OCCURRED_CORRECTED,
            cls.IN_DOUBT,
            cls.MADE_CALAMITY,
            cls.NO_CALAMITY,
            cls.VIOLENCE,
            cls.DISMISSAL,
            cls.REPORT_ASKED,
            cls.REPORT_NOT_ASKED,
            cls.LETTER,
            cls.EXTENSION_ASKED,
            cls.EXTENSION_GRANTED,
            cls.EXTENSION_REFUSED,
            cls.TERM_TAKEN_BACK,
            cls.TERM_COMPUTED,
        )

    @classmethod
    def of_departments(cls) -> tuple["TrackEventKind", ...]:
        return (cls.DEPARTMENT_NAMED, cls.DEPARTMENT_DROPPED, cls.DEPARTMENT_CONFIRMED)

    @classmethod
    def of_a_step(cls) -> tuple["TrackEventKind", ...]:
        return (
            cls.STEP_DONE,
            cls.STEP_CORRECTED,
            cls.STEP_REOPENED,
            *cls.of_departments(),
            cls.EXTENSION_ASKED,
            cls.EXTENSION_GRANTED,
            cls.EXTENSION_REFUSED,
            cls.LETTER,
            cls.REPORT_ASKED,
            cls.REPORT_NOT_ASKED,
            cls.TERM_TAKEN_BACK,
            cls.TERM_COMPUTED,
        )

    @classmethod
    def with_reason(cls) -> tuple["TrackEventKind", ...]:
        """Moments that were corrected, and what followed from it."""
        return (cls.OCCURRED_CORRECTED, cls.NOTICED_CORRECTED, cls.ESTABLISHED_CORRECTED, cls.TERM_COMPUTED)

    @classmethod
    def with_moment(cls) -> tuple["TrackEventKind", ...]:
        """What is set to a moment; of what is in neither this nor `without_moment` it may be either."""
        return (
            cls.STEP_DONE,
            cls.STEP_CORRECTED,
            cls.ESTABLISHED,
            cls.VIOLENCE,
            cls.DISMISSAL,
            cls.NOTICED_GIVEN,
            cls.OCCURRED_CORRECTED,
            cls.NOTICED_CORRECTED,
            cls.ESTABLISHED_CORRECTED,
            cls.EXTENSION_ASKED,
            cls.DISCLOSURE_PLANNED,
            cls.DISCLOSURE_HELD,
            cls.COACH_ASKED,
            cls.COACH_FOUND,
            cls.REPORT_JOINED,
        )

    @classmethod
    def without_moment(cls) -> tuple["TrackEventKind", ...]:
        return (
            cls.STEP_REOPENED,
            cls.IN_DOUBT,
            cls.MADE_CALAMITY,
            cls.NO_CALAMITY,
            *cls.of_departments(),
            cls.DISCLOSURE_CANCELLED,
        )

    @classmethod
    def with_previous(cls) -> tuple["TrackEventKind", ...]:
        """What takes the place of another moment; what is in neither this nor `without_previous` may."""
        return (
            cls.STEP_CORRECTED,
            cls.STEP_REOPENED,
            cls.ESTABLISHED_CORRECTED,
            cls.DISCLOSURE_CANCELLED,
        )

    @classmethod
    def without_previous(cls) -> tuple["TrackEventKind", ...]:
        return (
            cls.STEP_DONE,
            cls.NOTICED_GIVEN,
            *cls.of_departments(),
            cls.EXTENSION_ASKED,
            cls.COACH_ASKED,
            cls.REPORT_JOINED,
        )

    @classmethod
    def of_arrangements(cls) -> tuple["TrackEventKind", ...]:
        return (cls.ARRANGED, cls.ARRANGED_NO_MORE)

    @classmethod
    def of_later_moments(cls) -> tuple["TrackEventKind", ...]:
        return (cls.LATER_SET, cls.LATER_CANCELLED)

    @classmethod
    def of_disclosure(cls) -> tuple["TrackEventKind", ...]:
        """What stands with the talks with patient and family, apart from the steps."""
        return (
            cls.DISCLOSURE_PLANNED,
            cls.DISCLOSURE_CANCELLED,
            cls.DISCLOSURE_HELD,
            cls.COACH_ASKED,
            cls.COACH_FOUND,
        )


class LookedAfter(models.TextChoices):
    """What is to be arranged around a calamity, in the order of the checklist."""

    PATIENT = "patient", _("Patient")
    FAMILY = "family", _("Family")
    DEPARTMENT = "department", _("Department")
    STAFF = "staff", _("Staff")
    HOSPITAL = "hospital", _("Hospital")
    SPOKESPERSON = "spokesperson", _("Speaks for the hospital")
    FAMILY_CONTACT = "family_contact", _("The family’s contact person")
    PATIENT_SUPPORT = "patient_support", _("Patient support")
    CASE_MEETING = "case_meeting", _("M&M meeting")

    @classmethod
    def five(cls) -> tuple["LookedAfter", ...]:
        """On whom a calamity has its impact, each looked after by somebody or not in need of it (UMCG)."""
        return (cls.PATIENT, cls.FAMILY, cls.DEPARTMENT, cls.STAFF, cls.HOSPITAL)

    @classmethod
    def people(cls) -> tuple["LookedAfter", ...]:
        return (cls.SPOKESPERSON, cls.FAMILY_CONTACT)

    @classmethod
    def days(cls) -> tuple["LookedAfter", ...]:
        """Of these only the day is kept."""
        return (cls.PATIENT_SUPPORT, cls.CASE_MEETING)


class LaterMomentKind(models.TextChoices):
    """What may come after a calamity for everybody who was involved in it."""

    FEEDBACK = "feedback", _("Feedback: what was found")
    INTERVIEW = "interview", _("Interview for the analysis")
    HEARING = "hearing", _("Hearing")
    VERDICT = "verdict", _("Verdict")
    PUBLIC = "public", _("The report is made public")
    PRESS = "press", _("Attention in the press")

    @classmethod
    def met(cls) -> tuple["LaterMomentKind", ...]:
        """Those at which people meet, so that it is said how and where."""
        return (cls.FEEDBACK, cls.INTERVIEW, cls.HEARING)


class LaterMomentWay(models.TextChoices):
    """How those involved meet."""

    MEETING = "meeting", _("In a meeting")
    WARD = "ward", _("On the ward")
    TELEPHONE = "telephone", _("By telephone")


class Moment(models.TextChoices):
    """The moments that start the clocks of a calamity (law: kept apart), in their usual order."""

    OCCURRED = "occurred", _("it happened")
    NOTICED = "noticed", _("it was noticed")
    REPORTED = "reported", _("it was reported")
    ESTABLISHED = "established", _("it was established as a calamity")


class TermChangeKind(models.TextChoices):
    """What can move the end of a statutory term."""

    EXTENSION = "extension", _("Extension")
    LETTER = "letter", _("Letter of the inspectorate")
    CONFIRMATION = "confirmation", _("Confirmation of the notification")


class TermAnswer(models.TextChoices):
    """What the inspectorate said to it."""

    WAITING = "waiting", _("waiting for an answer")
    GRANTED = "granted", _("granted")
    REFUSED = "refused", _("refused")
    NOT_ASKED = "not_asked", _("no report asked")


class ReportState(models.TextChoices):
    """Whether the inspectorate wants a final report: it says so when it confirms the notification."""

    UNKNOWN = "unknown", _("Not known yet")
    ASKED = "asked", _("Asked")
    NOT_ASKED = "not_asked", _("Not asked")


class AnalysisState(models.TextChoices):
    """How far an analysis is, in this order; nothing of what it finds is kept here."""

    WAITING = "waiting", _("Not started")
    STARTED = "started", _("Started")
    INTERVIEWS = "interviews", _("Interviews")
    CONCEPT = "concept", _("Draft report")
    DONE = "done", _("Done")

    @classmethod
    def marked(cls) -> tuple["AnalysisState", ...]:
        """Those that the team marks with a moment."""
        return (cls.STARTED, cls.INTERVIEWS, cls.CONCEPT, cls.DONE)


class TeamRule(models.TextChoices):
    """What speaks against an analyst for one calamity so much that the committee has to say it aloud."""

    SAME_DEPARTMENT = "same_department", _("works in a department that it concerns")


class TeamReason(models.TextChoices):
    """What speaks for or against an analyst; `analyst_ranking.say` puts names and numbers to the label."""

    OTHER_DEPARTMENT = "other_department", _("other department")
    RUNNING = "running", _("no analysis running")
    LAST_ASKED = "last_asked", _("last on a team")
    NEVER_ASKED = "never_asked", _("never on a team yet")
