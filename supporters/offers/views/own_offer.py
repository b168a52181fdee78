"""One offer of support as its employee sees it, and what they decide about it: on the own page, and behind
the own link of who has no account.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from operator import attrgetter
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Exists, OuterRef, Q, prefetch_related_objects
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from accounts.pages.feedback import say
from hospital.clock import PLANNED_WITHIN, Cover, local_day, may_be_planned
from hospital.models import WorkingHours
from hospital.moment_words import at_moment, day_in_words, full_date
from incidents.enums import LaterMomentKind
from supporters.contacts import words
from supporters.contacts.flow import ContactError
from supporters.contacts.forms import DayForm, ReachMeForm, UnseenReachMeForm
from supporters.contacts.mailed_only import is_mailed
from supporters.contacts.wished_parts import parts_of, wished_by
from supporters.enums import ContactState, Outcome
from supporters.models import Contact, Offer, OfferQuerySet, OutsideHelp, ReachMe, SupportPolicy
from supporters.offers import choosing, own_support, referral, retention, told_later
from supporters.offers.choosing import ShownSupporter
from supporters.offers.own_calls import (
    PromisedCall,
    leading,
    promise_of,
    running_of,
    supporter_of,
    with_promise,
)
from supporters.offers.wishes_form import WishesForm

#: How a decision is asked again, when it did not arrive.
DECISION = {
    "decision": (
        gettext_lazy("Your choice"),
        {
            "decline": gettext_lazy("No support"),
            "later": gettext_lazy("Later"),
            "sooner": gettext_lazy("Sooner after all"),
            "cannot_then": gettext_lazy("I can’t then"),
            "somebody_else": gettext_lazy("Somebody else"),
            "come_back": gettext_lazy("Support after all"),
            "wishes": gettext_lazy("Other wishes"),
            "show": gettext_lazy("See whom I can choose"),
            "choose": gettext_lazy("Choose a colleague"),
            "outside": gettext_lazy("Somebody from outside the hospital"),
            "inside": gettext_lazy("Somebody of the hospital after all"),
            "reach_me": gettext_lazy("How to reach me"),
            "ask_again": gettext_lazy("Ask me again"),
            "ask_no_more": gettext_lazy("Do not ask me again"),
        },
    ),
    "days": (gettext_lazy("In days"), None),
    "on": (gettext_lazy("Day"), None),
}


#: Forms that come back with an error, by offer.
Unsaved = dict[UUID, ReachMeForm | WishesForm]


class WrongDay(Exception):
    """A day that is past, or too far ahead."""


@dataclass(frozen=True, slots=True)
class Own:
    """One line of support as its employee sees it; `supporter` only once somebody has said yes. `events` are
    those that it is for, said to who signed in.
    """

    offer: Offer
    events: Sequence[Offer]
    call: PromisedCall | None
    supporter: User | None
    somebody_asked: bool
    another_calls: bool
    wishes: WishesForm | None
    may_choose: bool
    shown: list[ShownSupporter] | None
    chosen: ShownSupporter | None
    referred_to: OutsideHelp | None
    reach_me: ReachMeForm | None
    is_noted: bool
    has_number: bool
    by_mail: bool
    is_postponed: bool
    erases_at: datetime | None
    erase_asked: bool
    may_be_asked_again: bool
    is_asked_again: bool
    is_held: bool
    decide_url: str
    erase_url: str


def read(offers: OfferQuerySet) -> list[Offer]:
    """`offers`, newest first, with all that `own` reads of them: two statements, and one where somebody was
    referred.
    """
    shown = offers.select_related("incident", "involvement__employee", "reach_me", "wishes")
    before = Contact.objects.filter(
        offer=OuterRef("pk"), state=ContactState.HANDED_BACK, accepted_at__isnull=False
    )
    shown = retention.with_feedback(shown).annotate(was_accepted=Exists(before))
    # Sorted here: an ORDER BY costs Django as much as the rest of so wide a statement, and these are few.
    found = sorted(with_promise(shown), key=attrgetter("opened_at"), reverse=True)
    prefetch_related_objects([each for each in found if each.outcome == Outcome.REFERRED], "referral__to")
    return found


def lines(offers: Sequence[Offer]) -> list[list[Offer]]:
    """`offers` of one person (of `read`) as lines of support: what is open is one, the offer that says who
    calls in front; then what is closed, each with those that went on with it.
    """
    still = [each for each in offers if not each.closed_at]
    open_line = leading(each for each in still if not each.continues_id)
    open_line += [each for each in still if each.continues_id]
    closed = [each for each in offers if each.closed_at]
    ended = [
        [each, *(other for other in closed if other.continues_id == each.pk)]
        for each in closed
        if not each.continues_id
    ]
    return [open_line, *ended] if open_line else ended


def own(
    line: Sequence[Offer],
    policy: SupportPolicy,
    now: datetime,
    *,
    cover: Cover,
    decide_url: str,
    erase_url: str = "",
    is_held: bool = False,
    says_events: bool = True,
    unsaved: Unsaved | None = None,
) -> Own:
    """One of `lines` for its page; `unsaved` are forms that come back with an error, by offer."""
    offer = line[0]
    asked, supporter = running_of(offer), supporter_of(offer)
    waits = asked is None and not offer.closed_at
    may_choose = waits and policy.employee_chooses and not offer.involvement.wish_outside
    noted = next((found for each in line if (found := getattr(each, "reach_me", None))), None)
    came_back = (unsaved or {}).get(offer.pk)
    # Who may have nothing but the link is not shown the number that somebody wrote there.
    form = (
        came_back
        if isinstance(came_back, ReachMeForm)
        else ReachMeForm(instance=noted, cover=cover, auto_id=f"%s-{offer.pk}")
        if says_events
        else UnseenReachMeForm(cover=cover, auto_id=f"%s-{offer.pk}")
    )
    if noted is None:
        form.fields.pop("forget", None)
    wishes = (
        came_back
        if isinstance(came_back, WishesForm)
        else WishesForm(offer=offer, auto_id=f"%s-{offer.pk}")
        if waits
        else None
    )
    number = offer.involvement.telephone_now or (noted.telephone if noted else "")
    shown = choosing.shown_in(getattr(offer, "wishes", None), at=now) if may_choose else None
    call = promise_of(offer, now=now, cover=cover)
    called_by = wished_by(policy.call_by(now, cover=cover), parts_of(offer), cover)
    return Own(
        offer=offer,
        events=line if says_events else (),
        call=call,
        supporter=supporter,
        somebody_asked=asked is not None,
        another_calls=bool(not supporter and offer.was_accepted),  # type: ignore[attr-defined]  # see `read`
        wishes=wishes,
        may_choose=may_choose,
        shown=shown,
        chosen=next((each for each in shown or () if each.is_chosen), None),
        referred_to=referral.help_for(offer),
        reach_me=None if offer.closed_at else form,
        is_noted=noted is not None,
        has_number=bool(number),
        by_mail=is_mailed(offer),
        is_postponed=bool(call and not call.mode and not call.outside and call.by > called_by),
        erases_at=retention.erases_at(offer, policy),
        erase_asked=retention.was_asked(offer),
        may_be_asked_again=any(each.incident.tracked_since for each in line),
        is_asked_again=any(each.ask_again_since for each in line),
        is_held=is_held,
        decide_url=decide_url,
        erase_url="" if is_held or retention.was_asked(offer) else erase_url,
    )


def decide(
    request: HttpRequest, offer: Offer, *, by: User | None, at: datetime
) -> ReachMeForm | WishesForm | None:
    """Do what was chosen about `offer`, and say so; a form that cannot be saved comes back."""
    data = request.POST
    try:
        if data.get("decision") == "wishes":
            wishes = WishesForm(data, offer=offer, auto_id=f"%s-{offer.pk}")
            if not wishes.is_valid():
                return wishes
            own_support.change_wishes(offer=offer, by=by, at=at, **wishes.wished())
            said = _("Your wishes are noted.")
        elif data.get("decision") == "reach_me":
            cover = WorkingHours.current().cover
            noted = ReachMe.objects.filter(offer=offer).first() if by else None
            made = ReachMeForm if by else UnseenReachMeForm
            form = made(data, instance=noted, cover=cover, auto_id=f"%s-{offer.pk}")
            if not form.is_valid():
                return form
            if isinstance(form, UnseenReachMeForm) and form.says_nothing:
                say(request, _("Nothing was filled in: all stays as it was."), level=messages.WARNING)
                return None
            wanted = form.wanted() if isinstance(form, UnseenReachMeForm) else form.cleaned_data
            own_support.reach_me(offer=offer, wanted=wanted, by=by, at=at)
            said = _("Noted. Only the colleague who supports you sees it.")
        else:
            decision = _DECISIONS.get(data.get("decision", ""))
            said = decision(data, offer, by, at) if decision else ""
    except WrongDay:
        days = {"last": full_date(last_day(at))}
        text = _("That day cannot be: it is past, or too far ahead. Choose one up to and including %(last)s.")
        say(request, text % days, level=messages.WARNING)
    except ContactError as error:
        say(request, words.refused(error), level=messages.WARNING)
    else:
        say(request, said or _("Choose a day first."), level=messages.SUCCESS if said else messages.WARNING)
    return None


def falls_away(offer: Offer, *, at: datetime) -> list[str]:
    """What somebody who has their name erased from `offer`, which has ended, is not told or asked any more:
    each moment to come, what was found where no moment is set for it, and being asked again.
    """
    line = Offer.objects.filter(Q(pk=offer.pk) | Q(continues=offer.pk)).select_related("incident")
    erased: list[Any] = list(retention.with_feedback(line))
    coming = [
        each
        for each in told_later.own((one.incident for one in erased), at=at)
        if each.planned_for > at and not each.cancelled_at
    ]
    said = [f"{each.get_kind_display()}, {at_moment(each.planned_for, now=at)}" for each in coming]
    is_set = any(each.kind == LaterMomentKind.FEEDBACK for each in coming)
    if not is_set and any(each.feedback_due_at for each in erased):
        said.append(_("What was found: you are not told of it."))
    if any(each.ask_again_since for each in erased):
        said.append(_("That a colleague gets in touch with you again when something comes up."))
    return said


def erased_soon() -> str:
    """What is said to who has their name erased while a reporter still sees it."""
    return _("Noted. Your name is erased as soon as whoever named you does not see it any more.")


def last_day(at: datetime) -> date:
    """The last that can be chosen at `at`."""
    return local_day(at) + PLANNED_WITHIN


def _decline(_data: QueryDict, offer: Offer, by: User | None, at: datetime) -> str:
    own_support.decline(offer=offer, by=by, at=at)
    return _("That’s fine. You can always come back, here on this page.")


def _later(data: QueryDict, offer: Offer, by: User | None, at: datetime) -> str:
    form = DayForm(data)
    planned_for = form.planned_for(at, cover=WorkingHours.current().cover) if form.is_valid() else None
    if planned_for is None and not form.errors:
        return ""
    if planned_for is None or not may_be_planned(planned_for, at=at):
        raise WrongDay
    own_support.postpone(offer=offer, planned_for=planned_for, by=by, at=at)
    noted = (
        _("Noted. You’ll get a mail %(day)s.") if is_mailed(offer) else _("Noted. You’ll be called %(day)s.")
    )
    noted %= {"day": day_in_words(planned_for, now=at)}
    picked = form.without_cover(planned_for)
    if picked is None:
        return noted
    return (
        _("Nobody calls %(day)s, so it is the next day on which we do.")
        % {"day": day_in_words(picked, now=at)}
        + f" {noted}"
    )


def _sooner(_data: QueryDict, offer: Offer, by: User | None, at: datetime) -> str:
    own_support.sooner(offer=offer, by=by, at=at)
    return _("Good that you said so. You hear from us as soon as we can.")


def _cannot_then(_data: QueryDict, offer: Offer, by: User | None, at: datetime) -> str:
    own_support.cannot_then(offer=offer, by=by, at=at)
    if is_mailed(offer):
        return _("That’s fine. Your colleague will mail you to agree on another moment.")
    return _("That’s fine. Your colleague will call you to agree on another moment.")


def _somebody_else(_data: QueryDict, offer: Offer, by: User | None, at: datetime) -> str:
    own_support.ask_somebody_else(offer=offer, by=by, at=at)
    return _("The coordinator will look for somebody else. Nobody asks why.")


def _come_back(_data: QueryDict, offer: Offer, by: User | None, at: datetime) -> str:
    if own_support.come_back(offer=offer, by=by, at=at).involvement.wish_outside:
        return _("Good that you said so. The coordinator looks for help outside the hospital for you.")
    return _("Good that you said so. The coordinator will look for a colleague for you.")


def _show(_data: QueryDict, offer: Offer, by: User | None, at: datetime) -> str:
    choosing.show(offer=offer, by=by, at=at)
    return _("You can choose now, or leave it to the coordinator.")


def _choose(data: QueryDict, offer: Offer, by: User | None, at: datetime) -> str:
    number = data.get("number", "")
    chosen = int(number) if number.isdecimal() else None
    choosing.choose(offer=offer, number=chosen, by=by, at=at)
    if chosen is None:
        return _("That’s fine. The coordinator chooses somebody for you.")
    return _(
        "Noted. The coordinator asks this colleague if it is possible, and else looks for somebody else."
    )


def _ask_again(_data: QueryDict, offer: Offer, by: User | None, at: datetime) -> str:
    own_support.ask_again(offer=offer, wanted=True, by=by, at=at)
    return _("Noted. When something comes up, a colleague gets in touch with you again.")


def _ask_no_more(_data: QueryDict, offer: Offer, by: User | None, at: datetime) -> str:
    own_support.ask_again(offer=offer, wanted=False, by=by, at=at)
    return _("Noted. You are not asked again.")


def _outside(_data: QueryDict, offer: Offer, by: User | None, at: datetime) -> str:
    own_support.ask_outside(offer=offer, wanted=True, by=by, at=at)
    return _("Noted. The coordinator looks for help outside the hospital. How to reach it, you read here.")


def _inside(_data: QueryDict, offer: Offer, by: User | None, at: datetime) -> str:
    own_support.ask_outside(offer=offer, wanted=False, by=by, at=at)
    return _("Noted. The coordinator looks for a colleague.")


_DECISIONS: dict[str, Callable[[QueryDict, Offer, User | None, datetime], str]] = {
    "decline": _decline,
    "later": _later,
    "sooner": _sooner,
    "cannot_then": _cannot_then,
    "somebody_else": _somebody_else,
    "come_back": _come_back,
    "outside": _outside,
    "inside": _inside,
    "show": _show,
    "choose": _choose,
    "ask_again": _ask_again,
    "ask_no_more": _ask_no_more,
}
