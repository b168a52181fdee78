"""What the coordinator does about one person's support: one address for each button.

What a page shows of a contact comes along as `seen`, the last line of its log then: where somebody did
something since, nothing is done and the page says so.
"""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.enums import AccessAction, Role
from accounts.models import User
from accounts.pages.access import SignedInRequest, allow
from accounts.pages.asked_again import only_posted
from accounts.pages.feedback import say
from hospital.moment_words import at_moment
from supporters.contacts import alerts, flow, reminders
from supporters.contacts.case_access import log_case
from supporters.enums import ContactState, EventKind, Outcome
from supporters.matching import assignment
from supporters.matching.assignment import AlreadyAssigned, NotEligible
from supporters.models import Contact, Offer, OfferQuerySet, OutsideHelp, Supporter
from supporters.offers import opening, referral, told_later
from supporters.offers.opening import NotTried, OfferClosed, OfferRuns

#: How the outcome is asked again, when it did not arrive.
OUTCOME = {"outcome": (gettext_lazy("Outcome"), {str(one): one.label for one in Outcome})}


def _place(pk: UUID) -> str:
    """The page of the person whose contact this is."""
    found = Contact.objects.filter(pk=pk).values_list("offer__involvement", flat=True).first()
    return reverse("support:match", args=[found]) if found else reverse("support:worklist")


def _supporter_name(pk: str) -> str:
    return next((one.user.name for one in Supporter.objects.select_related("user") if str(one.pk) == pk), "")


@allow(Role.COORDINATOR)
@only_posted(
    "support:match",
    "pk",
    does=gettext_lazy("Ask this supporter"),
    shown={"supporter": (gettext_lazy("Supporter"), _supporter_name)},
)
def assign(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Ask a supporter; with `replaces`, in the place of who was asked before."""
    offer = offer_to(Offer.objects.visible_to(request.user).select_related("involvement"), pk)
    supporter = get_object_or_404(Supporter.objects.select_related("user"), pk=_uuid(request, "supporter"))
    replaced = offer.contacts.filter(pk=_uuid(request, "replaces")).first()
    service, now = _asking(offer, replaced, _seen(request)), timezone.now()
    try:
        contact = service(
            supporter=supporter,
            by=request.user,
            at=now,
            beyond_rules=request.POST.get("beyond") == "1",
        )
    except AlreadyAssigned as error:
        say(request, taken(error, supporter.user), level=messages.WARNING)
    except NotEligible as error:
        say(request, not_eligible(error, supporter.user), level=messages.WARNING)
    except (OfferClosed, flow.ContactError):
        moved_on(request)
    else:
        text = _("%(name)s has been asked. Answer expected by %(moment)s.")
        words = {"name": supporter.user.name, "moment": at_moment(contact.due_at, now=now)}
        undo_url = f"{reverse('support:withdraw', args=[contact.pk])}?seen={contact.events.latest('id').pk}"
        say(request, text % words, undo_url=undo_url)
        return redirect(_after(offer))
    return redirect("support:match", pk)


@allow(Role.COORDINATOR)
@only_posted("support:match", "pk", does=gettext_lazy("Go on with the supporter this colleague has"))
def go_on(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """The contact that runs from another event is for this one too."""
    offer = offer_to(Offer.objects.visible_to(request.user).select_related("involvement"), pk)
    try:
        contact = assignment.go_on(offer=offer, by=request.user, at=timezone.now())
    except NotEligible as error:
        running = assignment.running(offer)
        say(request, not_eligible(error, running.supporter.user) if running else "", level=messages.WARNING)
    except (OfferClosed, assignment.NothingRuns):
        moved_on(request)
    else:
        asked = contact.state == ContactState.PROPOSED
        text = _("%(name)s is asked for both events.") if asked else _("%(name)s goes on, for both events.")
        say(request, text % {"name": contact.supporter.user.name})
        return redirect(_after(offer))
    return redirect("support:match", pk)


@allow(Role.COORDINATOR)
@only_posted(_place, does=gettext_lazy("Ask somebody else"))
def withdraw(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Somebody else will be asked."""
    contact = _contact(request, pk)
    if _recorded(request, contact, EventKind.HANDED_BACK):
        text = _("%(name)s is no longer asked. You can choose somebody else.")
        say(request, text % {"name": contact.supporter.user.name}, undo_url=_undo_url(contact))
    return redirect("support:match", contact.offer.involvement_id)


@allow(Role.COORDINATOR)
@only_posted(_place, does=gettext_lazy("Remind the supporter"))
def remind(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Ask the supporter how far it is; once a day."""
    contact = _contact(request, pk)
    if contact.state not in ContactState.open() or _moved_on_since(contact, _seen(request)):
        moved_on(request)
        return redirect("support:match", contact.offer.involvement_id)
    with transaction.atomic():
        asked = reminders.ask_on(contact=contact, at=timezone.now())
        _log(request, contact)
    text = _("%(name)s has been reminded.") if asked else _("%(name)s has already been reminded today.")
    say(request, text % {"name": contact.supporter.user.name})
    return redirect("support:match", contact.offer.involvement_id)


@allow(Role.COORDINATOR)
@only_posted(_place, does=gettext_lazy("Settled"))
def answer(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """The coordinator, called in, has answered: who supports goes on, who was asked has still to say so."""
    contact = _contact(request, pk)
    if _recorded(request, contact, EventKind.COORDINATOR_ANSWERED):
        if contact.state == ContactState.PROPOSED:
            text = _("Noted: you have answered. %(name)s has been asked, and has not said yes yet.")
        elif contact.state in ContactState.open():
            text = _("%(name)s will carry on with this contact.")
        else:
            text = _("Noted: you have answered.")
        say(request, text % {"name": contact.supporter.user.name}, undo_url=_undo_url(contact))
    return redirect("support:match", contact.offer.involvement_id)


@allow(Role.COORDINATOR)
@only_posted(_place, does=gettext_lazy("Allow one more talk"))
def grant(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """One more talk than agreed, for this person."""
    contact = _contact(request, pk)
    if _recorded(request, contact, EventKind.TALK_GRANTED):
        text = _("%(name)s can have one more talk.")
        say(request, text % {"name": contact.supporter.user.name}, undo_url=_undo_url(contact))
    return redirect("support:match", contact.offer.involvement_id)


@allow(Role.COORDINATOR)
@only_posted(_place, does=gettext_lazy("Close the support"), shown=OUTCOME)
def close(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """The contact ends, with an outcome; that no support is wanted is a step of its own."""
    contact = _contact(request, pk)
    outcome, began = request.POST.get("outcome", ""), contact.reached_at is not None
    if outcome == Outcome.DECLINED:
        closed = _recorded(request, contact, EventKind.OFFER_DECLINED)
    else:
        closed = _recorded(request, contact, EventKind.CLOSED, outcome=outcome)
    if closed:
        text = _("The support is closed.") if began else _("The offer is closed.")
        say(request, text, undo_url=_undo_url(contact))
    return redirect("support:match", contact.offer.involvement_id)


@allow(Role.COORDINATOR)
@only_posted(_place, does=gettext_lazy("Undo the last entry"))
def undo(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Take back one's own last entry."""
    contact = _contact(request, pk)
    try:
        with transaction.atomic():
            flow.undo(contact=contact, by=request.user, at=timezone.now())
            _log(request, contact)
    except flow.ContactError:
        say(request, _("This can no longer be undone."), level=messages.WARNING)
    else:
        say(request, _("Undone."))
    return redirect("support:match", contact.offer.involvement_id)


def _help_name(pk: str) -> str:
    return next((each.name for each in OutsideHelp.objects.filter(is_active=True) if str(each.pk) == pk), "")


@allow(Role.COORDINATOR)
@only_posted(
    "support:match",
    "pk",
    does=gettext_lazy("Refer to help outside the hospital"),
    shown={"to": (gettext_lazy("To"), _help_name)},
)
def refer(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Support here ends, and the employee hears how to reach the help outside the hospital."""
    offer = offer_to(Offer.objects.visible_to(request.user).select_related("involvement", "incident"), pk)
    to = get_object_or_404(OutsideHelp, pk=_uuid(request, "to"), is_active=True)
    try:
        ended = referral.refer(offer=offer, to=to, by=request.user, at=timezone.now(), seen=_seen(request))
    except (OfferClosed, OfferRuns, flow.ContactError):
        moved_on(request)
    else:
        undo_url = _undo_url(ended) if ended else reverse("support:reopen", args=[pk])
        say(request, _("Referred to %(name)s.") % {"name": to.name}, undo_url=undo_url)
    return redirect("support:match", pk)


@allow(Role.COORDINATOR)
@only_posted("support:match", "pk", does=gettext_lazy("I told them"))
def told(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """The person heard of a moment after the event from the coordinator, whom no mail reaches."""
    offers = Offer.objects.visible_to(request.user)
    offer = offer_to(offers.select_related("incident", "involvement__employee"), pk)
    try:
        told_later.note_told(
            offer=offer,
            moment=_uuid(request, "moment"),
            seen=datetime.fromisoformat(request.POST.get("seen", "")),
            by=request.user,
            at=timezone.now(),
        )
    except (ValueError, flow.MovedOn):
        moved_on(request)
    else:
        say(request, _("Noted that you told them."))
    return redirect("support:match", pk)


@allow(Role.COORDINATOR)
@only_posted("support:match", "pk", does=gettext_lazy("Close the offer"), shown=OUTCOME)
def close_offer(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """The offer ends without a supporter."""
    offer = offer_to(Offer.objects.visible_to(request.user), pk)
    outcome = request.POST.get("outcome", "")
    if outcome in {Outcome.DECLINED, Outcome.UNREACHABLE, Outcome.REFERRED}:
        try:
            opening.close_offer(offer=offer, outcome=Outcome(outcome), by=request.user, at=timezone.now())
        except (OfferClosed, OfferRuns, NotTried):
            moved_on(request)
        else:
            say(request, _("The offer is closed."), undo_url=reverse("support:reopen", args=[pk]))
    return redirect("support:match", pk)


@allow(Role.COORDINATOR)
@only_posted("support:match", "pk", does=gettext_lazy("Open the offer again"))
def reopen(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Take up an ended offer again."""
    offer = offer_to(Offer.objects.visible_to(request.user), pk)
    try:
        opening.reopen_offer(offer=offer, by=request.user, at=timezone.now())
    except (OfferClosed, OfferRuns):
        moved_on(request)
    else:
        say(request, _("The offer is open again."))
    return redirect("support:match", pk)


def offer_to(offers: OfferQuerySet, pk: UUID) -> Offer:
    """The offer to the person with this involvement: also by the id of one that went when two reports were
    joined. Raises Http404.
    """
    for way in ({"involvement": pk}, {"involvement__joined_ids__contains": [pk]}):
        for found in offers.filter(**way)[:1]:
            return found
    raise Http404


def taken(error: AlreadyAssigned, wanted: User) -> str:
    """Somebody was faster: who was chosen."""
    chosen = error.contact.supporter.user
    if chosen == wanted:
        return _("%(name)s has just been asked.") % {"name": chosen.name}
    return _("A colleague has just asked %(chosen)s. %(wanted)s was not asked.") % {
        "chosen": chosen.name,
        "wanted": wanted.name,
    }


def not_eligible(error: NotEligible, wanted: User) -> str:
    """What stands in the way now."""
    rules = ", ".join(str(rule.label) for rule in error.rules)
    return _("%(name)s cannot be asked now: %(rules)s.") % {"name": wanted.name, "rules": rules}


def _asking(offer: Offer, replaced: Contact | None, seen: int | None) -> Callable[..., Contact]:
    if replaced:
        return lambda **choice: assignment.replace(contact=replaced, seen=seen, **choice)
    return lambda **choice: assignment.assign(offer=offer, **choice)


def _after(offer: Offer) -> str:
    """Where the coordinator goes on: the others of the event, else the worklist."""
    others = Offer.objects.open().filter(alerts.WITHOUT_SUPPORTER, incident=offer.incident_id)
    if others.exists():
        return reverse("support:roll-call", args=[offer.incident.reference])
    return reverse("support:worklist")


def _contact(request: SignedInRequest, pk: UUID) -> Contact:
    contacts = Contact.objects.visible_to(request.user).select_related(
        "supporter__user", "offer__incident", "offer__involvement__employee"
    )
    return get_object_or_404(contacts, pk=pk)


def _recorded(request: SignedInRequest, contact: Contact, kind: EventKind, *, outcome: str = "") -> bool:
    """Whether the step was taken; if not, the page says so."""
    try:
        with transaction.atomic():
            flow.record(
                contact=contact,
                kind=kind,
                by=request.user,
                at=timezone.now(),
                outcome=outcome,
                seen=_seen(request),
            )
            _log(request, contact)
    except flow.ContactError:
        moved_on(request)
        return False
    return True


def _log(request: SignedInRequest, contact: Contact) -> None:
    log_case(
        offer=contact.offer,
        action=AccessAction.CHANGE,
        page="support:match",
        by=request.user,
        at=timezone.now(),
    )


def moved_on(request: SignedInRequest) -> None:
    text = _("Something has changed in the meantime. Nothing was done; this is how it is now.")
    say(request, text, level=messages.WARNING)


def _seen(request: SignedInRequest) -> int | None:
    """The last line of the contact's log that the page showed, 0 where it showed no contact; None where it
    says nothing.
    """
    sent = request.POST.get("seen") or request.GET.get("seen", "")
    return int(sent) if sent.isdecimal() and len(sent) < 19 else None


def _moved_on_since(contact: Contact, seen: int | None) -> bool:
    return seen is not None and contact.events.latest("id").pk != seen


def _undo_url(contact: Contact) -> str:
    return reverse("support:undo", args=[contact.pk])


def _uuid(request: SignedInRequest, field: str) -> UUID:
    """The id in `field`; one that nothing has, where it makes no sense."""
    try:
        return UUID(request.POST.get(field, ""))
    except ValueError:
        return UUID(int=0)
