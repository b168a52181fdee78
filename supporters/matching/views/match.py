"""The page on which a supporter is chosen for one person, and that person's contact is followed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import F, OuterRef, Q, Subquery
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods
from django.views.decorators.vary import vary_on_headers

from accounts.enums import AccessAction, Role
from accounts.models import User
from accounts.pages.access import SignedInRequest, allow
from accounts.pages.sealed_search import answered, typed
from accounts.people import directory as people
from hospital.enums import ProfessionGroup
from incidents.enums import IncidentKind
from notifications.reminders.stand_ins import mark_away
from supporters.contacts import alerts, conflicts, on_its_way, reminders, words
from supporters.contacts.allowed_steps import replay, talked_enough
from supporters.contacts.appointments.moments import is_late
from supporters.contacts.case_access import log_case
from supporters.enums import (
    AppointmentState,
    ContactState,
    EventKind,
    LadderStep,
    NextStep,
    Outcome,
    Rule,
    Waiting,
)
from supporters.matching import assignment, left_out, may_be_asked, reasons
from supporters.matching.assignment import Choice, WhyNobody
from supporters.matching.left_out import RuleCount
from supporters.matching.need import READ_OF_OFFER, need_of
from supporters.matching.views.case import offer_to
from supporters.models import Appointment, Contact, ContactEvent, Offer, Supporter, SupportPolicy
from supporters.offers import employee_left, referral, told_later
from supporters.offers.opening import was_tried
from supporters.offers.worklist import HERS, event_words
from supporters.pool import outside_help

#: So many candidates are shown; any other supporter is found by name.
SHOWN = 6
#: So many names are given for the rules that leave people out.
NAMED = 200
#: Of an offer, with whom and up to which line of the log (`seen`), the latest first.
_LINES = ContactEvent.objects.filter(contact=OuterRef("pk")).order_by("-id").values("id")
CONTACTS = (
    Contact.objects.select_related("supporter__user")
    .annotate(seen=Subquery(_LINES[:1]))
    .order_by("-proposed_at", "id")
)
LOG = ContactEvent.objects.filter(corrects=None, corrected_by=None).select_related("place").order_by("-id")


@dataclass(frozen=True, slots=True)
class SupporterCard:
    """A supporter as a card: reasons in words, each for (`True`) or against; the rules that asking breaks."""

    choice: Choice
    reasons: list[tuple[bool, str]]
    rules: tuple[Rule, ...] = ()

    @property
    def may_be_asked(self) -> bool:
        return may_be_asked.NEVER.isdisjoint(self.rules)


@allow(Role.COORDINATOR)
@require_http_methods(["GET", "POST"])
@vary_on_headers("HX-Request")
def match(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Who may be asked to support one involved employee, best first, and why; or the contact that runs.

    `step` shows a step of the ladder, `q` (posted) finds any supporter by name, `left_out` who is left out
    and why.
    """
    now = timezone.now()
    offers = Offer.objects.visible_to(request.user).select_related(*READ_OF_OFFER)
    offer = offer_to(offers, pk)
    if offer.involvement_id != pk:
        return redirect("support:match", offer.involvement_id)
    if offer.continues_id:
        return redirect("support:match", _leading(offer))
    if request.method == "POST":
        return answered(request, anchor="#anybody")
    if request.headers.get("HX-Request"):
        return render(request, "supporters/matching/_left_out.html", _left_out(offer, now))
    log_case(offer=offer, action=AccessAction.VIEW, page="support:match", by=request.user, at=now)
    context = {"now": now, "offer": offer, "person": offer.involvement, **_event(offer)}
    context["to_tell"] = told_later.by_telephone(offer, at=now)
    if not offer.closed_at:
        context |= _reached(offer, now)
    context |= _contacts(offer, now) | _besides(offer, request.user)
    if not offer.closed_at and context["can_ask"] and not context["elsewhere"]:
        context |= _candidates(offer, request.GET.get("step", ""), now)
        context |= _found(offer, typed(request), now)
        tell_apart([*context["cards"], *context.get("found", ())])
        context |= _left_out(offer, now) if "left_out" in request.GET else {}
        context |= _chosen(offer, context["cards"], now)
    if offer.closed_at:
        context["referred_to"] = referral.help_for(offer)
    elif offer.involvement.wish_outside or context.get("why"):
        context |= {"outside": True, "helps": outside_help.offered()}
    return render(request, "supporters/matching/match.html", context)


def _reached(offer: Offer, now: datetime) -> dict[str, Any]:
    """That the person left employment, or how far the message is to who was not told yet, in words."""
    employee = offer.involvement.employee
    if employee and not employee.is_active:
        left_at = employee_left.since([offer.pk]).get(offer.pk)
        return {"left": employee_left.in_words(left_at, offer.announced_at, now=now)}
    if offer.offered_at:
        return {}
    way = on_its_way.of([offer.involvement_id], at=now).get(offer.involvement_id)
    return {"on_its_way": way.words(now=now) if way else ""}


def _chosen(offer: Offer, cards: Sequence[SupporterCard], now: datetime) -> dict[str, Any]:
    """Whom the employee chose, where that one is not the first of the cards: she cannot be asked now."""
    wishes = getattr(offer, "wishes", None)
    key = wishes.supporter_id if wishes else None
    if key is None or (cards and cards[0].choice.supporter.pk == key):
        return {}
    found = assignment.chosen(offer=offer, at=now)
    return {"chosen": card(*found)} if found else {}


def _leading(offer: Offer) -> UUID:
    """The person's involvement in the event whose contact is for this one too."""
    return Offer.objects.values_list("involvement", flat=True).get(also=offer)


def card(choice: Choice, rules: Iterable[Rule] = ()) -> SupporterCard:
    """`choice` with its reasons in words."""
    words = [(reason.good, reasons.say(reason)) for reason in choice.reasons]
    return SupporterCard(choice, words, tuple(rules))


def tell_apart(cards: Iterable[SupporterCard]) -> None:
    """Say on `cards` what tells a supporter from a namesake: one query."""
    people.told_apart([each.choice.supporter.user for each in cards])


def _event(offer: Offer) -> dict[str, Any]:
    incident = offer.incident
    return {
        "incident": incident,
        "event": event_words(incident.kind, incident.event_type),
        # The colleague reads what happened, and not what the hospital takes it for.
        "read_as": incident.get_event_type_display() if incident.kind == IncidentKind.CALAMITY else "",
        "happened_at": incident.occurred_at or incident.reported_at,
    }


def _contacts(offer: Offer, now: datetime) -> dict[str, Any]:
    """The open contact and what may be done about it; who was asked before."""
    contacts = list(CONTACTS.filter(offer=offer))
    contact: Contact | None = next((each for each in contacts if each.state in ContactState.open()), None)
    asked = contact is not None and contact.state == ContactState.PROPOSED
    if contact:
        mark_away([contact.supporter.user], at=now)
    # What is the coordinator's own is due as the worklist says.
    due_at = contact.due_at if contact and offer.waiting_for not in HERS else offer.due_at
    log = _log(contacts) if contacts else []
    before = [each for each in contacts if each.state == ContactState.HANDED_BACK]
    return {
        "contact": contact,
        "conflict": conflicts.said(Q(pk=contact.pk)).get(offer.pk) if contact else "",
        "step": words.awaited(NextStep(contact.next_step)) if contact else "",
        "log": log,
        "reminded_today": contact is not None and reminders.asked_on(contact=contact, at=now),
        "due_at": due_at,
        "late": bool(contact and _is_late(offer, contact, due_at, now)),
        **_alert(offer, log),
        "off_at": _fell_out(offer, now) if before and not offer.closed_at else None,
        "can_ask": contact is None or asked,
        "before": before,
        "outcomes": _outcomes(offer, contact, asked_before=bool(contacts)),
        "unreached": offer.waiting_for == Waiting.UNREACHED,
        "talked_enough": contact is not None and _talked_enough(contact),
    }


def _is_late(offer: Offer, contact: Contact, due_at: datetime, now: datetime) -> bool:
    if offer.waiting_for in HERS:
        return due_at < now
    return is_late(NextStep(contact.next_step), due_at, now=now)


def _alert(offer: Offer, log: Sequence[ContactEvent]) -> dict[str, Any]:
    """What a supporter alerted her about and she has not answered, and in which contact she answers it."""
    was_alerted = any(line.kind == EventKind.COORDINATOR_CALLED_IN for line in log)
    may_stand = was_alerted if offer.closed_at else offer.waiting_for == Waiting.COORDINATOR
    line = alerts.standing(offer) if may_stand else None
    last = alerts.last_contact(offer) if line else None
    if line is None or last is None:
        return {"alert": None}
    alerted_by = Contact.objects.select_related("supporter__user").get(pk=line.contact_id)
    is_by_supporter = alerted_by == last and last.state in ContactState.open()
    return {"alert": line, "alerted_by": alerted_by, "answer_in": last, "by_supporter": is_by_supporter}


def _fell_out(offer: Offer, now: datetime) -> datetime | None:
    """When the person was to talk with a supporter before, if that is to come and no other is agreed."""
    talks = Appointment.objects.filter(contact__offer=offer, at__gt=now)
    states = dict(talks.order_by("planned_by").values_list("state", "at"))
    return None if AppointmentState.OPEN in states else states.get(AppointmentState.LAPSED)


def _besides(offer: Offer, user: User) -> dict[str, Any]:
    """What else there is of the same person: the contact that runs from another event (`elsewhere`), for
    which other events this one is too (`also`), and the other events whose names are not erased (`others`).
    """
    employee = offer.involvement.employee_id
    others = Offer.objects.filter(involvement__employee=employee).exclude(pk=offer.pk)
    in_order = others.select_related("incident").order_by(F("closed_at").desc(nulls_first=True), "pk")
    if employee is None or not (found := list(in_order)):
        return {"elsewhere": None, "also": (), "others": ()}
    is_open = not offer.closed_at and any(each.closed_at is None for each in found)
    running = assignment.running(offer) if is_open else None
    elsewhere = running if running and running.offer_id != offer.pk else None
    seen = set(
        Offer.objects.visible_to(user).filter(pk__in=[each.pk for each in found]).values_list("pk", flat=True)
    )
    visible = [each for each in found if each.pk in seen]
    return {
        "elsewhere": elsewhere,
        "no_physician": _is_no_physician(offer, elsewhere),
        "also": [_event(each) for each in visible if each.continues_id == offer.pk and not each.closed_at],
        "others": [
            {**_event(each), "offer": each}
            for each in visible
            if each.continues_id is None and not (elsewhere and each.pk == elsewhere.offer_id)
        ],
    }


def _is_no_physician(offer: Offer, elsewhere: Contact | None) -> bool:
    """Whether a physician is wished, and who supports already is none."""
    if elsewhere is None or not offer.involvement.wish_physician:
        return False
    profession = elsewhere.supporter.user.profession
    return profession is None or profession.group not in ProfessionGroup.physicians()


def _log(contacts: Sequence[Contact]) -> list[ContactEvent]:
    """What was noted of `contacts` and not undone, newest first; never what was said."""
    known = {each.pk: each for each in contacts}
    lines = list(LOG.filter(contact__in=known))
    for line in lines:
        line.contact = known[line.contact_id]
    return lines


def _talked_enough(contact: Contact) -> bool:
    """Whether one more talk is the coordinator's to allow."""
    if contact.state != ContactState.IN_CONTACT or not contact.conversations:
        return False
    facts = replay(list(contact.events.order_by("id")))
    return talked_enough(facts, SupportPolicy.current().max_conversations)


def _outcomes(offer: Offer, contact: Contact | None, *, asked_before: bool) -> list[Outcome]:
    """How the coordinator may end it now."""
    if contact is None:
        tried = asked_before and was_tried(offer)
        return [Outcome.DECLINED, *([Outcome.UNREACHABLE] if tried else []), Outcome.REFERRED]
    unreached = [Outcome.UNREACHABLE] if offer.waiting_for == Waiting.UNREACHED else []
    talked = [Outcome.COMPLETED] if contact.state == ContactState.IN_CONTACT else []
    # Who had a conversation had support, and declines none.
    declined = [] if contact.conversations else [Outcome.DECLINED]
    return [*talked, *declined, *unreached, Outcome.REFERRED]


def _candidates(offer: Offer, step: str, now: datetime) -> dict[str, Any]:
    """The cards; or, with nobody left, why, and the cards of the chosen step of the ladder."""
    choices = assignment.suggest(offer=offer, at=now, first=SHOWN)
    if choices:
        return {"cards": [card(each) for each in choices]}
    why = assignment.why_nobody(offer=offer, at=now, first=SHOWN)
    chosen = _step(why, step)
    return {
        "why": why,
        "step": chosen,
        "steps": [(each, len(found), each is chosen) for each, found in why.steps.items()],
        "any_step": any(why.steps.values()),
        "by_name": why.by_name,
        "cards": [card(each) for each in why.steps.get(chosen, [])] if chosen else [],
        "beyond": True,
    }


def _step(why: WhyNobody, asked: str) -> LadderStep | None:
    """The step asked for, or the first that gives somebody."""
    if asked in {str(step.value) for step in LadderStep}:
        return LadderStep(int(asked))
    return next((step for step, found in why.steps.items() if found), None)


def _found(offer: Offer, query: str, now: datetime) -> dict[str, Any]:
    if not query:
        return {}
    found = assignment.search(offer=offer, text=query, at=now, first=SHOWN)
    return {"query": query, "found": [card(choice, rules) for choice, rules in found]}


def _left_out(offer: Offer, now: datetime) -> dict[str, Any]:
    """Counts by rule, with names."""
    need = need_of(offer, now)
    names = left_out.names(need, first=NAMED)
    return {"left_out": [(each, *_named(each, names.get(each.rule, []))) for each in left_out.counts(need)]}


def _named(counted: RuleCount, people: list[Supporter]) -> tuple[list[Supporter], int]:
    """Who is named, and how many more there are; of some rules nothing but the count is said."""
    return people, 0 if counted.rule in left_out.UNNAMED else counted.count - len(people)
