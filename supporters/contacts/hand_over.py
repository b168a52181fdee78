"""A supporter who is away all of a sudden hands every open contact to the coordinator at once, and is not
asked again until they say so.

Each is a hand-back of its own (supporters.contacts.flow), in a transaction of its own: locks are taken by
case, and one in which somebody else has just done something holds up none of the others.
"""

from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import datetime
from functools import partial

from django.db.models import Max

from accounts.models import User
from supporters.contacts.alerts import WITHOUT_SUPPORTER
from supporters.contacts.allowed_steps import UNDO_WITHIN
from supporters.contacts.flow import ContactError, record, undo
from supporters.enums import ContactState, EventKind, HandBackReason
from supporters.models import Contact, ContactEvent, ContactQuerySet, Offer
from supporters.pool import members


def hand_over(*, by: User, at: datetime) -> int:
    """Pause `by` and hand back what they have open, in whatever state; how many contacts that were."""
    with suppress(members.HasStopped):
        members.pause(user=by, at=at)
    mine = Contact.objects.open().filter(supporter__user=by)
    step = partial(record, kind=EventKind.HANDED_BACK, reason=HandBackReason.AWAY, by=by, at=at)
    return _count(mine.order_by("id"), step)


def take_back(*, by: User, at: datetime) -> int:
    """Undo what `by` handed over just now, as far as nobody else was asked meanwhile, and the pause that came
    with it; how many contacts.
    """
    found = list(returnable(by=by, at=at).order_by("id"))
    lines = ContactEvent.objects.filter(contact__in=found, kind=EventKind.HANDED_BACK, by=by)
    handed_over_at = lines.aggregate(last=Max("at"))["last"]
    taken = _count(found, partial(undo, by=by, at=at))
    if taken:
        with suppress(members.HasStopped):
            members.pause_no_more(user=by, since=handed_over_at, at=at)
    return taken


def returnable(*, by: User, at: datetime) -> ContactQuerySet:
    """The contacts that `by` handed over so short ago that it can be undone, unless somebody was asked."""
    return Contact.objects.filter(
        supporter__user=by,
        state=ContactState.HANDED_BACK,
        offer__in=Offer.objects.open().filter(WITHOUT_SUPPORTER),
        events__kind=EventKind.HANDED_BACK,
        events__reason=HandBackReason.AWAY,
        events__by=by,
        events__at__gte=at - UNDO_WITHIN,
        events__corrected_by=None,
    )


def _count(contacts: Iterable[Contact], step: Callable[..., Contact]) -> int:
    """In how many of `contacts` the `step` could be taken."""
    taken = 0
    for contact in contacts:
        try:
            step(contact=contact)
        except ContactError:
            continue
        taken += 1
    return taken
