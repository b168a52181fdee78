"""Offers of support: opened for every involved employee in the transaction of the report."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Count, F, Max, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse

from accounts.enums import AccessAction, Role
from accounts.models import User
from hospital.clock import Cover
from hospital.models import WorkingHours
from incidents.calamities.milestones import SupportCounts, keep_support_step, support_norm
from incidents.enums import IncidentKind
from incidents.models import Incident, Involvement
from incidents.reports.report_as_seen import CallPromise, Told
from notifications.delivery import mail_hours
from notifications.models import DeliveryPolicy, Reminder
from notifications.reminders import kinds
from notifications.reminders.schedule import cancel, remind, reminder
from supporters.contacts import alerts, announcing, flow
from supporters.contacts.allowed_steps import UNDO_WITHIN
from supporters.contacts.case_access import log_case, was_closed_by_coordinator
from supporters.enums import Announce, ContactState, EventKind, Outcome, Waiting
from supporters.models import Contact, ContactEvent, Offer, SupportPolicy
from supporters.offers import line_wishes, told_later
from supporters.offers.reminders import ASSIGNMENT_LATE, SOMEBODY_WAITS


class OfferClosed(Exception):
    """The offer of support has ended."""


def open_offers(involvements: Sequence[Involvement], at: datetime) -> None:
    """Offer support to each of `involvements`, all of them new at `at` (aware).

    Each is told that a colleague will call, where the policy says so at once. The first contact is due
    within the hours of the policy (PMC/UMCG: 24), which run while calls are made. The first half of that
    term is the coordinator's, to find a supporter; the second half is the supporter's, to answer and to call.
    The norm of a calamity is another clock, and runs on: it is met by telling them. The coordinators hear of
    it at once, in one line for each report, and again for each person still without a supporter when the
    first half is over.
    """
    if not involvements:
        return
    policy, cover = SupportPolicy.current(), WorkingHours.current().cover
    told = [each for each in involvements if policy.announce == Announce.AT_REPORT]
    norms = {incident: support_norm(incident) for incident in {each.incident for each in involvements}}
    offers = [
        Offer(
            involvement=involvement,
            incident_id=involvement.incident_id,
            due_at=policy.assign_by(at, cover=cover),
            opened_at=at,
            first_contact_due_at=policy.call_by(at, cover=cover),
            norm_due_at=at + norms[involvement.incident],
        )
        for involvement in involvements
    ]
    _count_once(offers)
    Offer.objects.bulk_create(offers)
    line_wishes.carry(offers)
    by_incident: dict[Incident, list[Offer]] = {}
    for offer in offers:
        by_incident.setdefault(offer.involvement.incident, []).append(offer)
    reminders = [_news(incident, mine, at) for incident, mine in by_incident.items()]
    remind([*reminders, *(_late(offer, cover) for offer in offers), *announcing.notices(told, at=at)])
    announcing.mail(told, at=at)
    told_later.tell_named(involvements, at)
    for incident in by_incident:
        push_counts(incident, at=at)


_ACCOUNT_MAIL = "involvement__employee__email"


def _count_once(offers: Sequence[Offer]) -> None:
    """Of whom an offer is open already the new one is counted with that; unsaved. Somebody is one by account,
    and by mail address: as those who are asked to evaluate (evaluations.persons).
    """
    people = {each.involvement.employee_id for each in offers} - {None}
    mails = {mail for each in offers if (mail := each.involvement.email_now)}
    of_them = Q(involvement__employee__in=people) | Q(involvement__email__in=mails)
    of_them |= Q(**{f"{_ACCOUNT_MAIL}__in": mails})
    still = Offer.objects.open().filter(of_them).order_by("opened_at", "pk")
    first: dict[object, UUID] = {}
    for pk, root, *keys in still.values_list(
        "pk", "counted_with_id", "involvement__employee_id", "involvement__email", _ACCOUNT_MAIL
    ):
        _note(first, keys, root or pk)
    for offer in offers:
        person = offer.involvement
        keys = [person.employee_id, person.email_now]
        offer.counted_with_id = next((first[key] for key in keys if key and key in first), None)
        _note(first, keys, offer.counted_with_id or offer.pk)


def forget_counted(*, since: datetime, until: datetime) -> None:
    """Offers opened from `since` on, before `until`, are counted: that two of them were of one person is not
    kept any longer, for it would tie cases whose names are erased.
    """
    counted = Offer.objects.filter(opened_at__gte=since, opened_at__lt=until, counted_with__isnull=False)
    counted.update(counted_with=None)


def _note(first: dict[object, UUID], keys: Iterable[object], root: UUID) -> None:
    """Whoever has one of these `keys` is counted with the offer `root`, or with what stands for another."""
    root = next((first[key] for key in keys if key and key in first), root)
    for key in filter(None, keys):
        first.setdefault(key, root)


def push_counts(incident: Incident, *, at: datetime) -> None:
    """Tell a calamity's milestone how many were offered support within the norm, by a message or in person,
    of how many involved.

    These counts, and when the last of them was offered it, are all that the calamity committee learns of
    support: an offer that was accepted counts as one that was declined. Who is past the norm is counted for
    good, for both moments that are compared are set once (see `Offer`). An offer that ended without having
    been made keeps nobody waiting, and counts as not made. Call it in the transaction of what changed.
    """
    if incident.kind == IncidentKind.CALAMITY:
        keep_support_step(incident=incident, count=lambda: _counted(incident), at=at)


#: Who had the offer by a message; the others had it in person.
BY_MESSAGE = Q(announced_at__lte=F("offered_at"))


def told_of(incident: Incident) -> Told:
    """How many on `incident` are told by a message, for there is an address; it stays so whatever they
    choose, also before it left, and when they are erased. Nothing where they are told only when somebody is
    asked for them.
    """
    if SupportPolicy.current().announce != Announce.AT_REPORT:
        return Told(0, 0, when_asked=incident.involvements.exists())
    address = Coalesce("involvement__employee__email", "involvement__email")
    told = Q(announced_at__isnull=False) | ~Q(address="")
    offers = Offer.objects.filter(incident=incident).alias(address=address)
    found = offers.aggregate(told=Count("id", filter=told), involved=Count("id"))
    policy = DeliveryPolicy.current()
    leaves = mail_hours.mailed_at(kinds.get(announcing.ANNOUNCED), at=incident.reported_at, policy=policy)
    return Told(**found, leaves=leaves)


def _counted(incident: Incident) -> SupportCounts:
    settled_at = Coalesce("offered_at", "closed_at")
    in_time = Q(offered_at__lte=F("norm_due_at"))
    counts = Offer.objects.filter(incident=incident).aggregate(
        offered=Count("id", filter=in_time),
        announced=Count("id", filter=in_time & BY_MESSAGE),
        involved=Count("id"),
        waiting=Count("id", filter=Q(offered_at=None, closed_at=None)),
        last=Max(settled_at),
    )
    return SupportCounts(
        offered=counts["offered"],
        announced=counts["announced"],
        involved=counts["involved"],
        settled_at=None if counts["waiting"] else counts["last"],
    )


class OfferRuns(Exception):
    """Somebody is asked or at work: it is the contact that ends."""


class NotTried(Exception):
    """Nobody called this person often enough to say that they were not reached."""


def was_tried(offer: Offer) -> bool:
    """Whether a supporter called the person of `offer` in vain as often as the policy asks."""
    lines = ContactEvent.objects.filter(contact__offer=offer, kind=EventKind.UNREACHED, corrected_by=None)
    return lines.exists()


@transaction.atomic
def close_offer(*, offer: Offer, outcome: Outcome, by: User, at: datetime) -> Offer:
    """The coordinator ends an offer without an open contact. Raises OfferRuns, OfferClosed once ended, and
    NotTried of somebody who is to count as not reached and was not called often enough.
    """
    offer = _locked(offer)
    if offer.closed_at:
        raise OfferClosed
    if offer.contacts.open().exists():
        raise OfferRuns
    if outcome == Outcome.UNREACHABLE and not was_tried(offer):
        raise NotTried
    if (last := alerts.last_contact(offer)) and alerts.standing(offer):
        # Who ends it has answered what she was alerted about.
        flow.record(contact=last, kind=EventKind.COORDINATOR_ANSWERED, by=by, at=at)
    offer.waiting_for, offer.closed_at, offer.outcome = Waiting.NOTHING, at, outcome
    if outcome != Outcome.UNREACHABLE:
        offer.offered_at = offer.offered_at or at
    offer.save(update_fields=["waiting_for", "closed_at", "outcome", "offered_at"])
    take_along(offer)
    if outcome == Outcome.UNREACHABLE:
        announcing.second_offer(offer, at=at, days=SupportPolicy.current().second_offer_days)
    cancel(subject_id=offer.pk, at=at)
    push_counts(offer.incident, at=at)
    log_case(offer=offer, action=AccessAction.CHANGE, page="support:match", by=by, at=at)
    return offer


@transaction.atomic
def reopen_offer(*, offer: Offer, by: User, at: datetime) -> Offer:
    """The coordinator takes up an ended offer again, with a new term for the first contact.

    Taken up within minutes, before the norm was over, it is a slip put right: an offer that was made by
    nothing but that closing was not made. What the employee declined was offered, and stays so.

    Raises OfferRuns when it is open, OfferClosed when the person is erased: nobody is left to call.
    """
    offer = _locked(offer)
    if not offer.closed_at:
        raise OfferRuns
    if offer.involvement.erased_at:
        raise OfferClosed
    in_time = at <= min(offer.closed_at + UNDO_WITHIN, offer.norm_due_at)
    if offer.offered_at == offer.closed_at and in_time and was_closed_by_coordinator(offer):
        offer.offered_at = None
    offer.waiting_for, offer.closed_at, offer.outcome = alerts.waiting(offer), None, ""
    line_wishes.rejoin(offer)
    begin_term(offer, at)
    offer.save(
        update_fields=[
            *("waiting_for", "closed_at", "outcome"),
            *("due_at", "first_contact_due_at", "not_before", "offered_at"),
        ]
    )
    take_along(offer)
    tell_when_late(offer)
    push_counts(offer.incident, at=at)
    log_case(offer=offer, action=AccessAction.CHANGE, page="support:match", by=by, at=at)
    return offer


def take_along(offer: Offer) -> None:
    """Those that go on with `offer` are what it is."""
    Offer.objects.filter(continues=offer).update(
        waiting_for=offer.waiting_for, due_at=offer.due_at, closed_at=offer.closed_at, outcome=offer.outcome
    )


def _locked(offer: Offer) -> Offer:
    """Raises OfferClosed when it is gone: its report was taken back, or joined with another."""
    offers = Offer.objects.select_for_update(of=("self",)).select_related("incident", "involvement__employee")
    found = offers.filter(pk=offer.pk).first()
    if found is None:
        raise OfferClosed
    return found


def match_url(offer: Offer) -> str:
    """The page on which the coordinator chooses a supporter for this offer."""
    return reverse("support:match", args=[offer.involvement_id])


def _news(incident: Incident, offers: list[Offer], at: datetime) -> Reminder:
    """To the coordinators: somebody waits for a supporter."""
    url = (
        match_url(offers[0]) if len(offers) == 1 else reverse("support:roll-call", args=[incident.reference])
    )
    return reminder(
        key=f"offer:{offers[0].id}:waits",
        kind=SOMEBODY_WAITS,
        due_at=at,
        subject_id=incident.id,
        url=url,
        role=Role.COORDINATOR,
    )


def begin_term(offer: Offer, at: datetime) -> None:
    """A new term for the first contact, from `at` on; unsaved."""
    policy, cover = SupportPolicy.current(), WorkingHours.current().cover
    assign_by = policy.assign_by(at, cover=cover)
    # What she was alerted about is wanted of her as before.
    offer.due_at = min(offer.due_at, assign_by) if offer.waiting_for == Waiting.COORDINATOR else assign_by
    offer.not_before = None
    offer.first_contact_due_at = policy.call_by(at, cover=cover)


def promised(at: datetime) -> CallPromise:
    """What who is named at `at` is promised: the same as `open_offers` stores."""
    policy, cover = SupportPolicy.current(), WorkingHours.current().cover
    return CallPromise(policy.call_by(at, cover=cover), cover.opens_from(at))


def tell_when_late(offer: Offer) -> None:
    """The coordinators hear if still nobody was asked by `due_at`, of a term that began anew."""
    remind([_late(offer, WorkingHours.current().cover)])


def expected(at: datetime) -> Iterator[Reminder]:
    """What each offer wants that waits for a supporter, for the nightly search for what is missing. One that
    was handed back has its own (contact_reminders).
    """
    last = Contact.objects.filter(offer=OuterRef("pk")).order_by("-proposed_at").values("state")[:1]
    waiting = Offer.objects.leading().filter(waiting_for=Waiting.ASSIGNMENT, closed_at=None)
    waiting = waiting.annotate(last=Subquery(last)).filter(Q(last=None) | ~Q(last=ContactState.HANDED_BACK))
    cover = WorkingHours.current().cover
    return (_late(offer, cover) for offer in waiting.iterator(chunk_size=500))


def _late(offer: Offer, cover: Cover) -> Reminder:
    """To the coordinators, if still nobody was asked when half of the term is over.

    Once for each term: one that began anew (`own_support`, `reopen_offer`) has a name of its own.
    """
    began = offer.due_at - (offer.first_contact_due_at - offer.due_at)
    term = "" if began == offer.opened_at else f":{offer.due_at.astimezone(UTC):%Y%m%dT%H%M%S}"
    return reminder(
        key=f"offer:{offer.id}:assignment-late{term}",
        kind=ASSIGNMENT_LATE,
        due_at=cover.opens_from(offer.due_at),
        subject_id=offer.id,
        url=match_url(offer),
        role=Role.COORDINATOR,
    )
