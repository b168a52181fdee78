"""Erasing who was involved, once the term after closing is over or the employee asks for it.

What goes: name, e-mail, telephone and the link to the account, on the involvement; the pairs on the
exclusion list that this case put there (they would tell who handed back whom; a supporter or an employee
can say it again, with one tap); how they wished to be reached; appointments; reminders, and what reached
the employee about it; and the reporter, where people reported what they were involved in themselves. What
stays is the case without content for the figures: kind of event, profession, department, outcome, moments.
No line of the contact's log or of the access log names the employee, so none has to go. Pairs that the
coordinator put on the exclusion list stay: they say nothing of a case.
peersupport/tests/test_nobody_is_left.py walks the whole database for more.

While a reporter sees the names that they gave, none of these goes: that one is missing would tell them
that this support has ended. It is so for everybody, whoever reported it; what was asked meanwhile is done
then.

Who has a role in which they would decide about the event waits for its end: that they are known to be
involved is what puts them aside for it (incidents.calamities.put_aside).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Case, CharField, Exists, F, Max, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Cast, Coalesce, Concat, Greatest

from accounts import audit
from accounts.enums import AccessAction, Role
from accounts.models import AccessEvent, User
from incidents.calamities import put_aside
from incidents.enums import IncidentKind, Step
from incidents.models import Incident, Involvement, LaterMoment, Milestone, Policy
from notifications.delivery import forgetting
from notifications.models import Mail, Reminder
from notifications.reminders import schedule
from supporters.contacts.announcing import STILL_OPEN
from supporters.contacts.flow import NotAllowed
from supporters.enums import EventKind, Outcome
from supporters.intake import head_questions
from supporters.models import (
    Appointment,
    Contact,
    ContactEvent,
    Exclusion,
    Offer,
    OfferQuerySet,
    ReachMe,
    Referral,
    SupportPolicy,
    ToldOfMoment,
    Wishes,
)

BATCH = 200

#: Who wished to be erased, and whose support was not taken up again since.
_ASKED = Q(erase_asked_at__gte=F("closed_at"))

#: When a reporter or a head of department last named them; nobody, who asked for themselves.
_NAMED_AT = Case(
    When(incident__kind=IncidentKind.SELF, then=Value(None)),
    default=Greatest(
        F("involvement__added_at"),
        Subquery(
            AccessEvent.objects.filter(
                record=OuterRef("involvement"), action=AccessAction.CREATE, access_point=head_questions.PAGE
            )
            .values("record")
            .annotate(last=Max("at"))
            .values("last")
        ),
    ),
)

#: Everybody who was involved is told of a calamity's feedback, with or without support: until it is given,
#: and at most until it is due, their names stay.
_FEEDBACK_TO_COME = Milestone.objects.filter(
    step=Step.FEEDBACK, done_at=None, incident__kind=IncidentKind.CALAMITY
)


#: So is each of what may come later (feedback, a hearing): a day longer than the last that is set.
_LAST_MOMENT = (
    LaterMoment.objects.filter(incident=OuterRef("incident"), cancelled_at=None)
    .order_by("-planned_for")
    .values("planned_for")[:1]
)
_AFTER_MOMENT = timedelta(days=1)


#: So long who was offered it once more has to answer: without the name nobody could be called.
_TO_ANSWER = timedelta(days=14)


def _second_offer_at() -> Coalesce:
    """When who was not reached was offered it once more, or will be."""
    key = Concat(Value(f"{STILL_OPEN}:"), Cast(OuterRef("involvement"), CharField()))
    notices = Reminder.objects.filter(key=key, cancelled_at=None)
    mails = Mail.objects.filter(key=key, dropped_at=None)
    return Coalesce(
        Subquery(notices.annotate(moment=Coalesce("done_at", "due_at")).values("moment")),
        Subquery(mails.annotate(moment=Coalesce("sent_at", "due_at")).values("moment")),
    )


@dataclass(frozen=True)
class Erased:
    """How many involved employees, and how many pairs on the exclusion list."""

    involvements: int = 0
    exclusions: int = 0

    def __add__(self, other: "Erased") -> "Erased":
        return Erased(self.involvements + other.involvements, self.exclusions + other.exclusions)


def with_feedback(offers: OfferQuerySet) -> OfferQuerySet:
    """`offers`, with the moment until which their names wait for a calamity's feedback, the last that is set
    for later, when somebody last gave them, and that of the second offer (`erases_at`).
    """
    return offers.annotate(
        feedback_due_at=Subquery(_FEEDBACK_TO_COME.filter(_of_offer()).values("internal_due_at")),
        last_moment_at=Subquery(_LAST_MOMENT),
        named_at=_NAMED_AT,
        second_offer_at=_second_offer_at(),
    )


def erases_at(offer: Offer, policy: SupportPolicy) -> datetime | None:
    """When the names of `offer` (of `with_feedback`) go; None while it is open."""
    if not offer.closed_at:
        return None
    named_at: datetime | None = offer.named_at  # type: ignore[attr-defined]  # see `with_feedback`
    shown_until = named_at + _shown_for() if named_at else offer.closed_at
    if offer.erase_asked_at and was_asked(offer):
        return max(offer.erase_asked_at, shown_until)
    days = policy.retention_days
    if offer.ask_again_since:
        days = max(days, policy.ask_again_days)
    ends = offer.closed_at + timedelta(days=days)
    feedback: datetime | None = offer.feedback_due_at  # type: ignore[attr-defined]  # see `with_feedback`
    again: datetime | None = offer.second_offer_at  # type: ignore[attr-defined]  # see `with_feedback`
    answered_by = again + _TO_ANSWER if again and offer.outcome == Outcome.UNREACHABLE else ends
    moment: datetime | None = offer.last_moment_at  # type: ignore[attr-defined]  # see `with_feedback`
    told_until = moment + _AFTER_MOMENT if moment else ends
    return max(ends, shown_until, feedback or ends, told_until, answered_by)


def was_asked(offer: Offer) -> bool:
    """Whether the person of `offer` wished to be erased, and did not come back since."""
    return bool(offer.erase_asked_at and offer.closed_at and offer.erase_asked_at >= offer.closed_at)


def due(*, at: datetime) -> int:
    """How many involved employees `erase_due` would erase at `at`."""
    return _due(at).count()


def erase_due(*, at: datetime) -> Erased:
    """Erase every case whose term is over at `at`, a few hundred in each transaction; how much went."""
    total, more = Erased(), True
    while more:
        with transaction.atomic():
            # The involvement too: whether somebody is erased is asked again of what is locked.
            due = _due(at).select_related("involvement")
            offers = list(due.select_for_update(of=("self", "involvement"), skip_locked=True)[:BATCH])
            for offer in offers:
                total += _erase(offer, own=was_asked(offer), at=at)
            more = len(offers) == BATCH
    return total


def held(offers: OfferQuerySet, *, at: datetime) -> set[UUID]:
    """Those of `offers`, by id, that are not erased at `at`, however long closed: see `Held`."""
    return set(offers.filter(_held(_closed_before(at))).values_list("pk", flat=True))


class Held(NotAllowed):
    """The event is not over, and by a role this person would decide in it, if nobody knew them involved."""


@transaction.atomic
def erase_own(*, offer: Offer, by: User | None, at: datetime) -> bool:
    """The employee's own wish, once the offer is closed, with what went on with it; `by` is None by the own
    link. Whether it was done at once: else it is as soon as no reporter sees the name any more. Raises
    NotAllowed: it is open, erased, or somebody else's; and Held.
    """
    line = Offer.objects.filter(Q(pk=offer.pk) | Q(continues=offer.pk), closed_at__isnull=False)
    own = line.filter(involvement__employee=by, involvement__erased_at=None)
    found = list(own.select_related("involvement").select_for_update(of=("self", "involvement")))
    if offer not in found:
        raise NotAllowed
    if held(own, at=at):
        raise Held
    own.update(erase_asked_at=at)
    now = set(own.annotate(named_at=_NAMED_AT).exclude(_shown(at)).values_list("pk", flat=True))
    for each in found:
        if each.pk in now:
            _erase(each, own=True, at=at)
    return offer.pk in now


def _due(at: datetime) -> OfferQuerySet:
    before = _closed_before(at)
    kept = SupportPolicy.current().ask_again_days
    asked = Q(ask_again_since__isnull=False, closed_at__gt=at - timedelta(days=kept))
    moments = LaterMoment.objects.filter(cancelled_at=None, planned_for__gt=at - _AFTER_MOMENT)
    waits = Q(Exists(_FEEDBACK_TO_COME.filter(_of_offer(), internal_due_at__gt=at)))
    waits |= Q(Exists(moments.filter(_of_offer())))
    answers = Q(
        outcome=Outcome.UNREACHABLE, second_offer_at__isnull=False, second_offer_at__gt=at - _TO_ANSWER
    )
    over = Q(closed_at__lte=before) & ~asked & ~waits & ~answers
    due = Offer.objects.filter(closed_at__lte=at, involvement__erased_at=None)
    due = due.annotate(named_at=_NAMED_AT, second_offer_at=_second_offer_at())
    due = due.filter(_ASKED | over)
    return due.exclude(_held(before) | _shown(at)).order_by("closed_at", "id")


def _shown(at: datetime) -> Q:
    """Whose name a reporter may still see at `at`; of offers with `named_at`."""
    return Q(named_at__isnull=False, named_at__gte=at - _shown_for())


def _shown_for() -> timedelta:
    return timedelta(days=Policy.current().support_days)


def _held(before: datetime) -> Q:
    """Of who has a role in the event: while a clock of it runs; of a coordinator also while somebody else of
    it is neither erased nor due to be (closed `before`), for she would see them.
    """
    running = Incident.objects.running().filter(pk=OuterRef("incident"))
    others = Offer.objects.filter(
        Q(closed_at=None) | Q(closed_at__gt=before),
        incident=OuterRef("incident"),
        involvement__erased_at=None,
    ).exclude(pk=OuterRef("pk"))
    decides, coordinates = (_has_role(*put_aside.ROLES), _has_role(Role.COORDINATOR))
    return (decides & Q(Exists(running))) | (coordinates & Q(Exists(others)))


def _has_role(*roles: Role) -> Q:
    held_by = User.groups.through.objects.filter(user=OuterRef("involvement__employee"))
    return Q(Exists(held_by.filter(group__name__in=roles)))


def _of_offer() -> Q:
    return Q(incident=OuterRef("incident"))


def _closed_before(at: datetime) -> datetime:
    return at - timedelta(days=SupportPolicy.current().retention_days)


def _erase(offer: Offer, *, own: bool, at: datetime) -> Erased:
    """Erase who `offer` is for, locked with its involvement, with a line in the access log that does not say
    who: it would tie the person to the case.
    """
    involvement = offer.involvement
    contacts = list(Contact.objects.filter(offer=offer).values_list("pk", flat=True))
    subjects = [involvement.pk, offer.pk, *contacts]
    schedule.cancel_each(subjects, at=at)
    ReachMe.objects.filter(offer=offer).delete()
    Appointment.objects.filter(contact__in=contacts).delete()
    Referral.objects.filter(offer=offer).delete()
    Wishes.objects.filter(offer=offer).delete()
    ToldOfMoment.objects.filter(offer=offer).delete()
    if offer.announced_at is None and involvement.email_now:
        # They ended it before the message left: how many have one must not change by that.
        Offer.objects.filter(pk=offer.pk).update(announced_at=at)
    exclusions = 0
    if employee := involvement.employee:
        exclusions = _exclude_no_more(offer, employee)
        forgetting.forget(user=employee, subjects=subjects)
        _report_no_more(involvement, employee)
    involvement.employee = None
    involvement.typed_name = involvement.email = involvement.telephone = ""
    involvement.erased_at, involvement.joined_ids, involvement.file_keys = at, [], []
    involvement.save(
        update_fields=[
            *("employee", "typed_name", "email", "telephone"),
            *("erased_at", "joined_ids", "file_keys"),
        ]
    )
    audit.record(
        action=AccessAction.ERASE,
        user=None,
        role=None,
        access_point="me" if own else "retention",
        object_kind="involvement",
        object_ref=involvement.incident.reference,
        record=involvement.pk,
        basis="own record" if own else "retention",
        at=at,
    )
    return Erased(1, exclusions)


def _report_no_more(involvement: Involvement, employee: User) -> None:
    """Whoever asks for support, or named themselves on the report, is its reporter too.

    Who was added to the own report later stays its reporter: the line in the access log that says who
    reported it is there already, and a reporter who is missing there alone would be worth a look.
    """
    own = Q(kind=IncidentKind.SELF) | Q(reported_at=involvement.added_at)
    # What was joined to it was reported by who was involved themselves, or says so of nobody.
    on_it = Q(pk=involvement.incident_id) & own | Q(joined_into=involvement.incident_id)
    Incident.objects.filter(on_it, reporter=employee).update(reporter=None)


def _exclude_no_more(offer: Offer, employee: User) -> int:
    """Take off the exclusion list what this case put there, known by the moment of the line that did."""
    handed_back = ContactEvent.objects.filter(contact__offer=offer, kind=EventKind.HANDED_BACK)
    pairs = Exclusion.objects.filter(
        employee=employee,
        supporter__in=offer.contacts.values("supporter"),
        added_at__in=handed_back.values("at"),
    )
    return pairs.delete()[0]
