"""Joining two reports of one event: everybody involved stands on it once, with the support that runs.

Who was named on both has two offers of support, of which one stays: the one under which somebody is asked or
at work, else the one that ended, of two that ended last, for the person or the coordinator decided it, else
that of the report that stays. The contacts of both stay, with their logs, and so do the earliest moments:
when support was first offered, and until when it had to be. What the person asked for on either stays too;
of two wishes the newest.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F

from accounts import audit
from accounts.enums import AccessAction, Role
from accounts.models import User
from incidents.calamities import put_aside
from incidents.models import Incident, Involvement
from incidents.reports import joining
from incidents.reports.report_writer import are_one
from notifications.reminders.schedule import cancel, cancel_each
from supporters.contacts import alerts, analyst_conflict, flow, involved_conflict
from supporters.enums import Waiting
from supporters.intake import head_questions, unnamed_reports
from supporters.models import Contact, Offer, ReachMe, Referral, RenewedOffer, ToldOfMoment, Wishes
from supporters.offers import told_later
from supporters.offers.line_wishes import SHOWN, WHO, WISHED, says
from supporters.offers.opening import push_counts

#: What an involvement says of what the person wishes.
WISHES = (*WHO, "wish_outside")


class TwoAtWork(Exception):
    """Two supporters are asked or at work for one person, `name`: first one of them ends."""

    def __init__(self, name: str) -> None:
        super().__init__("Two supporters are at work for one person.")
        self.name = name


def join(*, one: Incident, other: Incident, by: User, at: datetime) -> Incident:
    """Join the two reports; the one that stays. It cannot be undone.

    Effects: everybody of the other report stands on it, once; its reference leads to it. Lines in the access
    log for both and for everybody who moved; in a calamity's log that a report was joined, and its count of
    offers; an analyst on its team who turns out to be involved is off it; reminders about an offer that went
    are cancelled.

    Raises what `joining.in_order` raises, and TwoAtWork.
    """
    with transaction.atomic():
        rows = Incident.objects.select_for_update(no_key=True).filter(pk__in=[one.pk, other.pk])
        locked = {row.pk: row for row in rows.order_by("pk")}
        stays, goes = joining.in_order(locked[one.pk], locked[other.pk])
        offers = _offers(stays, goes)
        mine = [offer for offer in offers if offer.incident_id == stays.pk]
        moved = [offer for offer in offers if offer.incident_id == goes.pk]
        people = [_settled(offer, mine, at) for offer in moved]
        for person in people:
            _move(person, stays)
        cancel(subject_id=goes.pk, at=at)
        added = stays.involvements.filter(pk__in=[person.pk for person in people]).select_related("employee")
        put_aside.follow(stays, added, at=at)
        joining.put_together(stays=stays, goes=goes, by=by, at=at)
        unnamed_reports.joined(stays=stays, goes=goes, by=by, at=at)
        head_questions.joined(stays=stays, goes=goes, at=at)
        involved_conflict.tell_of([stays.pk], at)
        analyst_conflict.tell_of(stays, at)
        told_later.tell_of(stays, at)
        push_counts(stays, at=at)
        _log(stays, [None, *added.values_list("pk", flat=True)], by, at)
        _log(goes, [None], by, at)
    return stays


def _offers(*incidents: Incident) -> list[Offer]:
    """Every offer of these, locked, in one order for everybody who joins."""
    offers = Offer.objects.filter(incident__in=incidents).select_for_update(of=("self",), no_key=True)
    return list(offers.select_related("involvement__employee").order_by("pk"))


def _of_one(one: Offer, other: Offer) -> bool:
    mine, theirs = one.involvement, other.involvement
    return mine.erased_at is None and theirs.erased_at is None and are_one(mine, theirs)


def _settled(offer: Offer, mine: Sequence[Offer], at: datetime) -> Involvement:
    """The one row that is left of the person of `offer`, who may be among `mine` too."""
    twin = next((each for each in mine if _of_one(each, offer)), None)
    return offer.involvement if twin is None else _merged(twin, offer, at)


def _merged(twin: Offer, offer: Offer, at: datetime) -> Involvement:
    """Of the two offers to one person, that on the report that stays (`twin`) and the other, leave one."""
    keeps, ends = (twin, offer) if _weight(twin) >= _weight(offer) else (offer, twin)
    if keeps.closed_at and ends.closed_at and ends.closed_at > keeps.closed_at:
        keeps, ends = ends, keeps
    if ends.contacts.open().exists():
        raise TwoAtWork(keeps.involvement.name)
    alert = alerts.standing(ends) if ends.waiting_for == Waiting.COORDINATOR else None
    ends.contacts.update(offer=keeps)
    _take_over_line(keeps, ends)
    _keep_wishes(keeps, ends)
    for name in ("opened_at", "norm_due_at", "announced_at", "offered_at", "reached_at", "ask_again_since"):
        earliest = [moment for each in (keeps, ends) if (moment := getattr(each, name)) is not None]
        setattr(keeps, name, min(earliest, default=None))
    if ends.waiting_for == Waiting.COORDINATOR:
        # What she was alerted about stands, whoever supports.
        keeps.contacts.open().filter(alert=None).update(alert=alert)
        keeps.waiting_for, keeps.due_at = Waiting.COORDINATOR, ends.due_at
    if keeps.waiting_for == ends.waiting_for == Waiting.ASSIGNMENT:
        first = min(keeps, ends, key=lambda each: each.due_at)
        keeps.due_at, keeps.first_contact_due_at = first.due_at, first.first_contact_due_at
        keeps.not_before = first.not_before
    person, gone = keeps.involvement, ends.involvement
    cancel_each([ends.pk, gone.pk], at=at)
    person.joined_ids = [*person.joined_ids, gone.pk, *gone.joined_ids]
    if person.employee is None and gone.employee is not None:
        # Typed in by hand on one, found as a colleague on the other.
        person.employee, person.typed_name, person.email, person.telephone = gone.employee, "", "", ""
        if not Contact.objects.filter(open_for=gone.employee).exists():
            keeps.contacts.open().update(open_for=gone.employee)
    if person.employee is None:
        person.email, person.telephone = person.email or gone.email, person.telephone or gone.telephone
    person.file_keys = [*person.file_keys, *gone.file_keys]
    gone.delete()
    person.save(
        update_fields=[*("employee", "typed_name", "email", "telephone", "joined_ids", "file_keys"), *WISHES]
    )
    keeps.save()
    _heed_wish(keeps, at)
    return person


def _take_over_line(keeps: Offer, ends: Offer) -> None:
    """What went on, or was counted, with the one that ends does so with the other; `keeps` is unsaved."""
    ends.also.exclude(pk=keeps.pk).update(continues=keeps)
    if keeps.continues_id == ends.pk:
        keeps.continues = None
    if keeps.counted_with_id in {None, ends.pk}:
        keeps.counted_with = None if ends.counted_with_id == keeps.pk else ends.counted_with
    ends.counted_along.exclude(pk=keeps.pk).update(counted_with=keeps.counted_with or keeps)


def _heed_wish(offer: Offer, at: datetime) -> None:
    for contact in offer.contacts.open():
        flow.heed_wish(contact=contact, at=at)


def _keep_wishes(keeps: Offer, ends: Offer) -> None:
    """What the person asked for on either, and what was arranged with them, hangs on `keeps`."""
    # What is open was asked later than what ended.
    newest, older = sorted(
        (keeps, ends), key=lambda each: (each.closed_at is None, each.opened_at), reverse=True
    )
    said = newest.involvement if says(newest.involvement, *WISHES) else older.involvement
    for name in WISHES:
        setattr(keeps.involvement, name, getattr(said, name))
    _keep_newest(ReachMe, newest, keeps, ends)
    referral = Referral.objects.filter(offer__in=[keeps, ends]).order_by("-at").first()
    if referral:
        _keep_newest(Referral, keeps if referral.offer_id == keeps.pk else ends, keeps, ends)
    rows = Wishes.objects.filter(offer__in=[keeps, ends])
    by_offer = {row.offer_id: row for row in rows.order_by(F("shown_at").asc(nulls_first=True))}
    if by_offer:
        shown = list(by_offer.values())[-1]
        wishes = [by_offer[each.pk] for each in (newest, older) if each.pk in by_offer]
        wished = next((row for row in wishes if any(getattr(row, name) for name in WISHED)), wishes[0])
        kept = {name: getattr(wished, name) for name in WISHED} | {
            name: getattr(shown, name) for name in SHOWN
        }
        Wishes.objects.update_or_create(offer=keeps, defaults=kept)
    told_of = set(keeps.told_of.values_list("moment", "changed_at"))
    ToldOfMoment.objects.bulk_create(
        ToldOfMoment(offer=keeps, moment_id=row.moment_id, changed_at=row.changed_at, at=row.at)
        for row in ends.told_of.all()
        if (row.moment_id, row.changed_at) not in told_of
    )
    told = keeps.renewed.values("moment")
    RenewedOffer.objects.bulk_create(
        RenewedOffer(offer=keeps, moment_id=row.moment_id, at=row.at)
        for row in ends.renewed.exclude(moment__in=told)
    )


def _keep_newest(model: type[ReachMe | Referral], newest: Offer, keeps: Offer, ends: Offer) -> None:
    """Of the rows of both, that of `newest`; of one, that one."""
    theirs, mine = model.objects.filter(offer=ends), model.objects.filter(offer=keeps)
    if newest == ends and theirs.exists():
        mine.delete()
    if not mine.exists():
        theirs.update(offer=keeps)


def _move(person: Involvement, stays: Incident) -> None:
    Involvement.objects.filter(pk=person.pk).update(incident=stays)
    Offer.objects.filter(involvement=person).update(incident=stays)


def _weight(offer: Offer) -> int:
    """How far an offer is: somebody at work, for it or for the event that it goes on with, or a coordinator
    who was alerted, outweighs an end, and that what was handed back or only waits.
    """
    if offer.contacts.open().exists():
        return 4
    if not offer.closed_at and (offer.continues_id or offer.waiting_for == Waiting.COORDINATOR):
        return 3
    if offer.closed_at:
        return 2
    return 1 if offer.contacts.exists() else 0


def _log(incident: Incident, records: Sequence[UUID | None], by: User, at: datetime) -> None:
    audit.record_each(
        records,
        action=AccessAction.CHANGE,
        user=by,
        role=Role.COORDINATOR,
        access_point="support:join",
        object_kind="incident",
        object_ref=incident.reference,
        basis="coordinator of the case",
        at=at,
    )
