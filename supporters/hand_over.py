"""A supporter who is away all of a sudden hands every open contact to the coordinator at once.

Each is a hand-back of its own (supporters.contact_flow), in a transaction of its own: locks are taken by
case, and one in which somebody else has just done something holds up none of the others.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from functools import partial

from accounts.models import User
from supporters.contact_flow import ContactError, record, undo
from supporters.contact_log import UNDO_WITHIN
from supporters.enums import ContactState, EventKind, HandBackReason
from supporters.models import Contact


def hand_over(*, by: User, at: datetime) -> int:
    """Hand back what `by` has open, in whatever state; how many contacts that were."""
    mine = Contact.objects.open().filter(supporter__user=by)
    step = partial(record, kind=EventKind.HANDED_BACK, reason=HandBackReason.AWAY, by=by, at=at)
    return _count(mine.order_by("id"), step)


def take_back(*, by: User, at: datetime) -> int:
    """Undo what `by` handed over just now, as far as nobody else was asked meanwhile; how many contacts."""
    mine = Contact.objects.filter(
        supporter__user=by,
        state=ContactState.HANDED_BACK,
        events__kind=EventKind.HANDED_BACK,
        events__reason=HandBackReason.AWAY,
        events__by=by,
        events__at__gte=at - UNDO_WITHIN,
        events__corrected_by=None,
    )
    return _count(mine.order_by("id"), partial(undo, by=by, at=at))


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
