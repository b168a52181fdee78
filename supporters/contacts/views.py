"""The supporter's own contacts, made for one thumb."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from operator import attrgetter
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_safe

from accounts.enums import Role
from accounts.models import User
from accounts.pages import kept_forms
from accounts.pages.access import SignedInRequest, allow
from accounts.pages.addresses import address_of
from accounts.pages.asked_again import only_posted
from accounts.pages.feedback import say
from hospital.clock import Cover, local_day
from hospital.models import WorkingHours
from incidents.clocks.moment_field import as_typed
from incidents.enums import event_in_words
from incidents.models import Incident, Involvement, department_of, name_of, profession_of
from notifications.reminders import stand_ins
from supporters.contacts import due_moments, flow, hand_over, words
from supporters.contacts.allowed_steps import (
    UNDO_WITHIN,
    ContactFacts,
    Party,
    is_same_follow_up,
    may_take,
    replay,
    talked_enough,
)
from supporters.contacts.appointments.keeping import with_others
from supporters.contacts.appointments.moments import is_late, suggested
from supporters.contacts.case_access import log_contact
from supporters.contacts.course import course_of
from supporters.contacts.flow import ContactError, NotAllowed
from supporters.contacts.forms import AvailabilityForm, ReachMeForm, StepForm
from supporters.contacts.mailed_only import is_mailed, mailed_only
from supporters.contacts.wished_parts import parts_of
from supporters.enums import (
    AppointmentState,
    ContactState,
    ConversationMode,
    EventKind,
    HandBackReason,
    NextStep,
    Outcome,
    SupporterStatus,
    Waiting,
)
from supporters.models import (
    Appointment,
    Contact,
    ContactEvent,
    ContactQuerySet,
    MeetingPlace,
    Offer,
    Supporter,
    SupportPolicy,
)
from supporters.pool import members

#: Contacts that were closed so lately stay in sight.
LATELY = timedelta(days=30)
#: Next steps for which nobody calls.
AT_A_DESK = {NextStep.PLAN, NextStep.CLOSE}
#: Next steps at which moments for a talk are offered: after the days of the policy, or soon.
OFFERED = AT_A_DESK | {NextStep.TALK, NextStep.ARRANGE}
SOON = (1, 2)
#: Next steps with "No answer" among the first buttons, or with nothing to try.
TRIED_ABOVE = {
    *(NextStep.CALL, NextStep.CALL_AGAIN, NextStep.CALL_LATER, NextStep.FOLLOW_UP),
    *(NextStep.ARRANGE, NextStep.WAIT),
}
#: So long before its moment it is asked once whether a talk was held already.
AHEAD = timedelta(hours=1)
#: Next steps that are due at a moment; the others on a day.
AT_A_MOMENT = {NextStep.ANSWER, NextStep.CALL, NextStep.CALL_AGAIN}
#: So many of those that were closed are shown.
MOST = 20
#: How a step is asked again, when it did not arrive.
STEP = {
    "kind": (gettext_lazy("Step"), {str(kind): kind.label for kind in EventKind}),
    "mode": (gettext_lazy("How"), {str(mode): mode.label for mode in ConversationMode}),
    "reason": (gettext_lazy("Reason"), {str(reason): reason.label for reason in HandBackReason}),
    "outcome": (gettext_lazy("Outcome"), {str(outcome): outcome.label for outcome in Outcome}),
}
#: The appointment that stands.
AGREED = Appointment.objects.filter(contact=OuterRef("pk"), state=AppointmentState.OPEN)
#: Whether the support is for another event too.
HAS_MORE = Exists(Offer.objects.filter(continues=OuterRef("offer")))
#: What the cards are made of. The list is opened many times a day: values, not models of six tables, and
#: joined once, here, instead of for each request.
CARDS: QuerySet[Contact, Any] = (
    Contact.objects.annotate(
        name=name_of("offer__involvement"),
        profession=profession_of("offer__involvement"),
        department=department_of("offer__involvement"),
        mode=AGREED.values("mode"),
        has_more=HAS_MORE,
    )
    .order_by("due_at", "id")
    .values_list(
        "pk",
        "next_step",
        "due_at",
        "proposed_at",
        "accepted_at",
        "closed_at",
        "offer__waiting_for",
        "offer__incident__kind",
        "offer__incident__event_type",
        "offer__incident__occurred_at",
        "profession",
        "department",
        "name",
        "mode",
        "offer__involvement__telephone",
        "offer__involvement__employee__telephone",
        "offer__involvement__email",
        "offer__involvement__employee__email",
        "offer__reach_me__telephone",
        "offer__reach_me__email",
        "offer__reach_me__parts_of_day",
        "has_more",
        named=True,
    )
)
#: What the page of one contact shows, in two statements: PostgreSQL spends more time on one plan of nine
#: tables than on carrying out both.
PAGES = (
    Contact.objects.select_related("offer__incident", "offer__reach_me", "alert")
    .only(
        *("state", "outcome", "conversations", "offer__involvement", "alert__at", "alert__contact"),
        *(f"offer__reach_me__{name}" for name in ReachMeForm.Meta.fields),
        *("offer__incident__reference", "offer__incident__kind"),
        *("offer__incident__event_type", "offer__incident__occurred_at"),
    )
    .annotate(
        has_more=HAS_MORE,
        has_places=Exists(MeetingPlace.objects.filter(in_use=True)),
    )
)
PEOPLE = Involvement.objects.select_related("employee", "profession", "department").only(
    *("typed_name", "email", "telephone", "employee__name", "employee__email", "employee__telephone"),
    *("profession__name", "department__name"),
)
LOG = ContactEvent.objects.select_related("place").order_by("id")
#: Those to call.
COORDINATORS = (
    User.objects.filter(groups__name=Role.COORDINATOR, is_active=True)
    .exclude(telephone="")
    .order_by("sort_key", "id")
    .only("name", "telephone")
)


@dataclass(frozen=True, slots=True)
class ContactCard:
    """A contact as the list shows it; `timed`: what is next is due at a moment, not on a day."""

    url: str
    headline: str
    name: str
    profession: str | None
    department: str | None
    event: str
    occurred_on: date | None
    closed_at: datetime | None
    closed_on: date | None
    called_in: bool
    since: datetime
    due_at: datetime
    asks: bool
    late: bool
    timed: bool


@allow(Role.SUPPORTER)
@require_safe
def contacts(request: SignedInRequest) -> HttpResponse:
    """One's own contacts, what is next first, and those closed lately: in one statement, and the cover."""
    now, cover = timezone.now(), WorkingHours.current().cover
    lately = Q(state=ContactState.CLOSED, closed_at__gte=now - LATELY, accepted_at__isnull=False)
    shown = Q(state__in=ContactState.open()) | lately
    cards = [_card(row, now, cover) for row in CARDS.filter(shown, supporter__user=request.user)]
    closed = sorted((card for card in cards if card.closed_at), key=attrgetter("closed_at"), reverse=True)
    return render(
        request,
        "supporters/contacts/contacts.html",
        {"cards": [card for card in cards if not card.closed_at], "closed": closed[:MOST], "now": now},
    )


@allow(Role.SUPPORTER)
@require_safe
def contact(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """One contact: whom to call and how, the next step, the guide. Who handed it back, or never took it on,
    sees no more of it once that cannot be undone.
    """
    now, cover = timezone.now(), WorkingHours.current().cover
    mine = get_object_or_404(PAGES, supporter__user=request.user, pk=pk)
    person = PEOPLE.get(pk=mine.offer.involvement_id)
    log = list(LOG.filter(contact=pk))
    policy, parts = SupportPolicy.current(), parts_of(mine.offer)
    facts = due_moments.as_wished(replay(log, alert=mine.alert), parts, cover)
    can_undo = (
        facts.last.kind != EventKind.ASSIGNED
        and facts.last.by_id == request.user.pk
        and now - facts.last.at <= UNDO_WITHIN
    )
    if not (facts.is_open or (facts.closed_at and facts.accepted_at) or can_undo):
        return render(request, "supporters/contacts/contact_over.html")
    log_contact(contact=mine, by=request.user, at=now)
    late = facts.is_open and is_late(facts.next_step, facts.due_at, now=now)
    at_a_desk, opens = facts.next_step in AT_A_DESK, cover.opens_from(now)
    mine.offer.involvement = person
    by_mail = is_mailed(mine.offer)
    events = _events(mine)
    days = [event.occurred_at and local_day(event.occurred_at) for event in events]
    return render(
        request,
        "supporters/contacts/contact.html",
        {
            "contact": mine,
            "events": events,
            "course": course_of(days, today=local_day(now)),
            "person": person,
            "facts": facts,
            "headline": words.headline(
                facts.next_step,
                facts.due_at,
                now=now,
                cover=cover,
                mode=facts.agreed.line.mode if facts.agreed else "",
                by_mail=by_mail,
                parts=parts,
            ),
            "by_mail": by_mail,
            "asked_for": words.asked_for(getattr(mine.offer, "reach_me", None), cover=cover),
            "late": late,
            "timed": late or _is_timed(facts.next_step, facts.due_at, opens),
            # Known once accepted; after what is next where that is no call.
            "call_first": mine.state != ContactState.PROPOSED and not at_a_desk,
            "call_after": at_a_desk,
            "seen": log[-1].pk,
            "log": reversed(log),
            "dots": words.way_so_far(facts, now=now),
            "can": _steps(facts, policy, now),
            "can_undo": can_undo,
            "most_conversations": policy.max_conversations,
            "policy": policy,
            "talked_enough": talked_enough(facts, policy.max_conversations),
            # A fourth talk is the coordinator's to allow; a short call later on is not counted.
            "held_kind": EventKind.FOLLOW_UP_HELD if facts.conversations else EventKind.CONVERSATION,
            "offered": _offered(mine, facts, policy, now, cover) if facts.next_step in OFFERED else [],
            "tried_above": facts.next_step in TRIED_ABOVE or _by_telephone(facts),
            "coordinators": _coordinators(mine.offer.incident_id, now) if facts.is_open else [],
            "is_ahead": bool(facts.agreed) and facts.due_at - now > AHEAD,
            # From when on the coordinator calls, where nobody does now.
            "opens": opens if opens != now else None,
            "now": now,
        },
    )


def _events(contact: Contact) -> list[Incident]:
    """What the support is for: kind and date of one event, or of several."""
    if not contact.has_more:  # type: ignore[attr-defined]  # see PAGES
        return [contact.offer.incident]
    also = Incident.objects.filter(offers__continues=contact.offer_id).only(
        "kind", "event_type", "occurred_at"
    )
    return [contact.offer.incident, *also.order_by("occurred_at", "pk")]


def _coordinators(incident: UUID, now: datetime) -> list[User]:
    """Two to call: nobody who is involved in the event (incidents.calamities.put_aside), and who is away only
    where nobody else is there.
    """
    found = list(COORDINATORS.exclude(involvements__incident=incident))
    stand_ins.mark_away(found, at=now)
    there = [one for one in found if one.away_until is None]
    return (there or found)[:2]


@allow(Role.SUPPORTER)
@only_posted("contacts:detail", "pk", does=gettext_lazy("Note this step"), shown=STEP)
def log(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Take one step."""
    mine = get_object_or_404(_own(request.user), pk=pk)
    form = StepForm(request.POST)
    if not form.is_valid():
        say(request, words.refused(NotAllowed()), level=messages.WARNING)
        return redirect("contacts:detail", pk)
    step = form.step()
    try:
        mine = flow.record(contact=mine, by=request.user, at=timezone.now(), **step)
    except ContactError as error:
        say(request, words.refused(error), level=messages.WARNING)
        return redirect("contacts:detail", pk)
    line = mine.events.latest("id")
    undo_url = reverse("contacts:undo", args=[pk, line.pk])
    said = words.done(EventKind(line.kind))
    if line.kind == EventKind.COORDINATOR_CALLED_IN:
        said = words.alerted(now=line.at, cover=WorkingHours.current().cover)
    say(request, said, undo_url=undo_url)
    return redirect("contacts:detail", pk) if mine.state in ContactState.open() else redirect("contacts:list")


@allow(Role.SUPPORTER)
@only_posted("contacts:detail", "pk", does=gettext_lazy("Undo the last entry"))
def undo(request: SignedInRequest, pk: UUID, seen: int) -> HttpResponse:
    """Take back one's last entry."""
    mine = get_object_or_404(_own(request.user), pk=pk)
    try:
        flow.undo(contact=mine, by=request.user, at=timezone.now(), seen=seen)
    except ContactError as error:
        say(request, words.refused(error), level=messages.WARNING)
    else:
        say(request, _("Undone."))
    return redirect("contacts:detail", pk)


@allow(Role.SUPPORTER)
@require_http_methods(["GET", "HEAD", "POST"])
def availability(request: SignedInRequest) -> HttpResponse:
    """When one can be asked, and for how many at a time."""
    pool = Supporter.objects.exclude(status=SupporterStatus.STOPPED)
    supporter = get_object_or_404(pool, user=request.user)
    form = AvailabilityForm(kept_forms.posted(request), instance=supporter)
    if request.method == "POST" and form.is_valid() and _noted(request, form):
        return redirect("contacts:list")
    context = {
        "form": form,
        "running": Contact.objects.open().filter(supporter=supporter).count(),
        "returnable": hand_over.returnable(by=request.user, at=timezone.now()).count(),
        "may_show": SupportPolicy.current().employee_chooses,
    }
    return render(request, "supporters/contacts/availability.html", context)


def _noted(request: SignedInRequest, form: AvailabilityForm) -> bool:
    try:
        members.set_availability(user=request.user, **form.cleaned_data, at=timezone.now())
    except members.HasStopped as stopped:
        raise Http404 from stopped
    except members.NotTrained:
        form.add_error(None, _("You were not trained yet: colleagues can ask you after that."))
        return False
    except members.BelowLoad as error:
        form.add_error("capacity", form.bounds(error.load))
        return False
    say(request, _("Thank you, that’s noted."))
    return True


@allow(Role.SUPPORTER)
@only_posted("contacts:availability", does=gettext_lazy("Hand all your contacts over to the coordinator"))
def hand_all_over(request: SignedInRequest) -> HttpResponse:
    """Every open contact goes back to the coordinator, in one tap."""
    count = hand_over.hand_over(by=request.user, at=timezone.now())
    if count:
        text = ngettext(
            "Handed over: %(count)d contact. Nobody asks you again until you say you are back. Take care.",
            "Handed over: %(count)d contacts. Nobody asks you again until you say you are back. Take care.",
            count,
        )
        say(request, text % {"count": count})
    else:
        say(
            request,
            _("There is nothing left to hand over. Nobody asks you again until you say that you are back."),
        )
    return redirect("contacts:availability")


@allow(Role.SUPPORTER)
@only_posted("contacts:availability", does=gettext_lazy("Take back the contacts that you handed over"))
def take_back(request: SignedInRequest) -> HttpResponse:
    """What was just handed over is one's own again."""
    count = hand_over.take_back(by=request.user, at=timezone.now())
    if count:
        text = ngettext("%(count)d contact is yours again.", "%(count)d contacts are yours again.", count)
        say(request, text % {"count": count})
    else:
        say(request, _("This can no longer be undone."), level=messages.WARNING)
    return redirect("contacts:availability")


def _own(user: User) -> ContactQuerySet:
    """One's own contacts: nobody sees another's here, coordinator or not."""
    return Contact.objects.filter(supporter__user=user)


def _card(row: Any, now: datetime, cover: Cover) -> ContactCard:
    """The card of a row of `CARDS`."""
    step = NextStep(row.next_step)
    late = row.closed_at is None and is_late(step, row.due_at, now=now)
    return ContactCard(
        url=address_of("contacts:detail", row.pk),
        headline=words.headline(
            step,
            row.due_at,
            now=now,
            cover=cover,
            mode=row.mode or "",
            by_mail=mailed_only(
                numbers=(
                    row.offer__reach_me__telephone,
                    row.offer__involvement__telephone,
                    row.offer__involvement__employee__telephone,
                ),
                addresses=(
                    row.offer__reach_me__email,
                    row.offer__involvement__email,
                    row.offer__involvement__employee__email,
                ),
            ),
            parts=row.offer__reach_me__parts_of_day or (),
        ),
        name=row.name,
        profession=row.profession,
        department=row.department,
        event=_event(row),
        occurred_on=_day(row.offer__incident__occurred_at),
        closed_at=row.closed_at,
        closed_on=_day(row.closed_at),
        called_in=row.offer__waiting_for == Waiting.COORDINATOR,
        since=row.accepted_at or row.proposed_at,
        due_at=row.due_at,
        asks=step == NextStep.ANSWER,
        late=late,
        timed=late or _is_timed(step, row.due_at, cover.opens_from(now)),
    )


def _event(row: Any) -> str:
    words = event_in_words(row.offer__incident__kind, row.offer__incident__event_type)
    return _("%(event)s, and another event") % {"event": words} if row.has_more else words


def _is_timed(step: NextStep, due_at: datetime, opens: datetime) -> bool:
    """Whether the moment stands beside the headline: not where that says already from when to call."""
    return step == NextStep.ANSWER or (step in AT_A_MOMENT and due_at > opens)


def _day(moment: datetime | None) -> date | None:
    """The day of `moment` in Amsterdam."""
    return timezone.localdate(moment) if moment else None


def _offered(
    contact: Contact, facts: ContactFacts, policy: SupportPolicy, now: datetime, cover: Cover
) -> list[dict[str, Any]]:
    """Moments for the next talk as buttons, each as a form sends it and as it is said."""
    days = policy.follow_up_days if facts.next_step in AT_A_DESK else SOON
    return [
        {
            "day": each.day,
            "instead_of": each.instead_of,
            "moments": [(as_typed(moment), moment) for moment in each.moments],
        }
        for each in suggested(
            days, now=now, cover=cover, parts=parts_of(contact.offer), taken=with_others(contact)
        )
    ]


def _by_telephone(facts: ContactFacts) -> bool:
    return facts.agreed is not None and facts.agreed.line.mode == ConversationMode.TELEPHONE


def _steps(facts: ContactFacts, policy: SupportPolicy, now: datetime) -> set[str]:
    """The steps that the supporter may take now."""
    return {
        kind.value
        for kind in EventKind
        if may_take(kind, facts, Party.SUPPORTER, most_conversations=lambda: policy.max_conversations)
        and not is_same_follow_up(kind, facts, at=now)
    }
