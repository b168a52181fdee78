"""All that is open with one supporter, and a proposal of others for all of it."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from accounts.enums import Role
from accounts.models import User
from accounts.pages import kept_forms
from accounts.pages.access import SignedInRequest, allow
from accounts.pages.feedback import say
from hospital.form_fields import DayField
from supporters.contacts import flow, words
from supporters.contacts.case_access import log_found
from supporters.enums import NextStep, SupporterStatus
from supporters.matching import assignment, replacing
from supporters.matching.assignment import AlreadyAssigned, NotEligible
from supporters.matching.views import together
from supporters.matching.views.case import not_eligible, taken
from supporters.matching.views.match import SupporterCard
from supporters.models import Contact, Offer, Supporter
from supporters.offers.opening import OfferClosed
from supporters.pool import members

#: What a line may say instead of a supporter: that it waits for somebody else; empty is that it stays.
LATER = "later"


class AwayForm(forms.Form):
    """Until when nobody asks the supporter."""

    until = DayField(
        label=gettext_lazy("Away up to and including"),
        required=False,
        help_text=gettext_lazy("Until then nobody asks them. Empty: until they or you say they are back."),
    )

    #: The absence that the page showed.
    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def clean_until(self) -> object:
        until = self.cleaned_data["until"]
        if until and until < timezone.localdate():
            raise forms.ValidationError(_("This day is in the past."))
        return until


@dataclass(frozen=True, slots=True)
class LineToMove:
    """One contact: what it waits for, and who could take it over, the proposed one first."""

    contact: Contact
    cards: list[SupporterCard]

    @property
    def offer(self) -> Offer:
        return self.contact.offer

    @property
    def step(self) -> str:
        return words.awaited(NextStep(self.contact.next_step))


@allow(Role.COORDINATOR)
@require_http_methods(["GET", "POST"])
def replace(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Somebody else for everything that is open with this supporter, whom nobody asks for a while."""
    supporters = Supporter.objects.visible_to(request.user).select_related("user")
    supporter = get_object_or_404(supporters, pk=pk)
    can_be_away = supporter.user.is_active and supporter.status != SupporterStatus.STOPPED
    form = None
    if can_be_away:
        shows = {"until": supporter.absent_until, "seen": members.absence_of(supporter)}
        form = AwayForm(kept_forms.posted(request), initial=shows)
    now = timezone.now()
    if request.method == "POST" and (form is None or form.is_valid()):
        kept = form is None or _kept(request, supporter, form, now)
        moved = _move_all(request, supporter, now, kept=kept)
        if kept and moved:
            return redirect("pool:supporter", pk)
        return redirect("support:replace", pk)
    lines = _lines(supporter, request.user, now)
    shown = [(each.offer.incident.reference, each.offer.involvement_id) for each in lines]
    log_found(cases=shown, page="support:replace", by=request.user, at=now)
    context = {
        "supporter": supporter,
        "now": now,
        "lines": lines,
        "more": replacing.how_many_more(supporter=supporter, by=request.user),
        "form": form,
        "later": LATER,
    }
    return render(request, "supporters/matching/replace.html", context)


def _kept(request: SignedInRequest, supporter: Supporter, form: AwayForm, now: datetime) -> bool:
    """Whether the absence was noted; one that a colleague noted meanwhile stands, and is said."""
    try:
        members.away(supporter=supporter, **form.cleaned_data, by=request.user, at=now)
    except members.AbsenceChanged as error:
        say(request, _stands(error.supporter, timezone.localdate(now)), level=messages.WARNING)
        return False
    return True


def _stands(supporter: Supporter, today: date) -> str:
    begins, ends = supporter.absent_from, supporter.absent_until
    if begins is None or (ends and ends < today):
        text = _("A colleague has just noted that %(name)s is not away. Look whether that is right.")
    elif begins > today:
        text = _("A colleague has just noted that %(name)s is away later on. Look whether that is right.")
    elif ends is None:
        text = _("A colleague has just noted that %(name)s is away. Look whether that is right.")
    else:
        text = _(
            "A colleague has just noted that %(name)s is away until %(day)s. Look whether that is right."
        )
    return text % {"name": supporter.user.name, "day": date_format(ends, "j F Y") if ends else ""}


def _lines(supporter: Supporter, user: User, now: datetime) -> list[LineToMove]:
    contacts = list(replacing.open_contacts(supporter=supporter, by=user)[: assignment.TOGETHER])
    offers = [each.offer for each in contacts]
    proposals = assignment.propose_together(offers=offers, at=now) if offers else []
    choices = together.choices(proposals)
    return [LineToMove(contact, each.cards) for contact, each in zip(contacts, choices, strict=True)]


def _move_all(request: SignedInRequest, supporter: Supporter, now: datetime, *, kept: bool) -> bool:
    """Move what was sent, and say what became of it; whether all of that could be moved. `kept`: the absence
    was noted.
    """
    sent = _sent(request, supporter)
    people = together.supporters_of(to for _contact, to, _seen in sent if to)
    asked = waits = 0
    for contact, key, seen in sent:
        to = people.get(key) if key else None
        try:
            replacing.move(contact=contact, to=to, by=request.user, at=now, seen=seen)
        except NotEligible as error:
            together.warn(request, contact.offer, not_eligible(error, (to or supporter).user))
        except (AlreadyAssigned, OfferClosed, flow.ContactError):
            together.warn(request, contact.offer, _moved_on(contact, to))
        else:
            asked, waits = asked + bool(to), waits + (to is None)
    together.say_asked(request, asked)
    if waits:
        text = ngettext(
            "%(count)d colleague waits on the worklist for somebody else.",
            "%(count)d colleagues wait on the worklist for somebody else.",
            waits,
        )
        say(request, text % {"count": waits})
    if kept and not sent:
        say(request, _("Saved."))
    return asked + waits == len(sent)


def _moved_on(contact: Contact, to: Supporter | None) -> str:
    """What happened meanwhile, as far as it can be said in a sentence."""
    running = assignment.running(contact.offer)
    if running and running.supporter_id != contact.supporter_id:
        return taken(AlreadyAssigned(running), to.user if to else running.supporter.user)
    if running:
        return _("Something was just noted for this contact. It was not moved; look at it again.")
    if Offer.objects.open().filter(pk=contact.offer_id).exists():
        return _("Waits on the worklist for somebody else by now.")
    return _("This contact is no longer open.")


def _sent(request: SignedInRequest, supporter: Supporter) -> list[tuple[Contact, UUID | None, int]]:
    """Each contact that was to move, with to whom, if to anybody yet, and the last line that was seen."""
    contacts = Contact.objects.visible_to(request.user).filter(supporter=supporter)
    lines = contacts.select_related("offer__incident", "offer__involvement", "supporter").order_by("id")
    found: list[tuple[Contact, UUID | None, int]] = []
    for contact in lines.filter(pk__in=_keys(request)):
        to = request.POST.get(f"supporter-{contact.pk}", "")
        seen = request.POST.get(f"seen-{contact.pk}", "")
        try:
            key = None if to == LATER else UUID(to)
            found.append((contact, key, int(seen)))
        except ValueError:
            continue  # it stays
    return found


def _keys(request: SignedInRequest) -> list[UUID]:
    found = []
    for value in request.POST.getlist("contact"):
        try:
            found.append(UUID(value))
        except ValueError:
            continue
    return found
