"""Who is supported chooses among supporters who show themselves, where the policy lets them.

They are shown once: a handful, drawn by chance from those who are free, at most half of them, and nobody
where there are few. What was drawn stays for as long as the case is open, and is shown again in a next case
of the same person within a month. So nobody learns from a list, or from two, that somebody supports a
colleague, or was part of an event: whoever does not stand on it may as well not have been drawn. Only who no
longer shows herself is left out of it later.

Whoever wishes for somebody outside the hospital chooses nobody, and nothing is drawn for them: that wish is
theirs to take back, and a draw stays.

What they choose is a wish; the coordinator asks.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import SystemRandom
from uuid import UUID

from django.db import transaction

from accounts.models import User
from supporters.contacts.flow import NotAllowed, OutsideWished
from supporters.enums import SupporterStatus
from supporters.models import Offer, ShownAs, SupportPolicy, Wishes
from supporters.offers.own_support import OwnLine, line_of
from supporters.pool import showing

#: So many are shown at most, of twice as many who are free, and of no fewer than so many.
HANDFUL, FEWEST = 5, 4
#: In a next case of the same person the same are shown for so long.
SAME_FOR = timedelta(days=30)

#: Who could be asked for an offer now, of those who show themselves (supporters.matching.free_to_choose).
free: list[Callable[[Offer, datetime], Sequence[UUID]]] = []
#: Those of the own profession group who show themselves, free or not.
of_own_group: list[Callable[[Offer, datetime], Sequence[UUID]]] = []


@dataclass(frozen=True, slots=True)
class ShownSupporter:
    """One of those who are shown: its place in the list, and what is said of her."""

    number: int
    lines: list[str]
    is_chosen: bool


@transaction.atomic
def show(*, offer: Offer, by: User | None, at: datetime) -> Offer:
    """Draw whom to show, once. Raises OutsideWished, NotAllowed (not one's own, not now, not by policy)."""
    mine = _waiting(offer, by)
    before = Wishes.objects.filter(offer__in=mine.open, shown__isnull=False).first()
    if before:
        drawn, drawn_at = before.shown, before.shown_at
    else:
        lately = _shown_lately(by, at) if by else None
        drawn, drawn_at = _draw(mine.offer, at) if lately is None else lately, at
    for each in mine.open:
        Wishes.objects.update_or_create(offer=each, defaults={"shown": drawn, "shown_at": drawn_at})
    return mine.offer


@transaction.atomic
def choose(*, offer: Offer, number: int | None, by: User | None, at: datetime) -> Offer:
    """The one with that number, or none of them. Raises NotAllowed, OutsideWished."""
    mine = _waiting(offer, by)
    wishes = Wishes.objects.filter(offer=mine.offer, shown__isnull=False).first()
    if wishes is None:
        raise NotAllowed
    keys = {each.number: key for key, each in _lines(wishes, at)}
    if number is not None and number not in keys:
        raise NotAllowed
    supporter = None if number is None else keys[number]
    Wishes.objects.filter(offer__in=mine.open, shown__isnull=False).update(supporter=supporter)
    return mine.offer


def shown_in(wishes: Wishes | None, *, at: datetime) -> list[ShownSupporter] | None:
    """Whom the person of these wishes is shown; None when they did not ask yet."""
    if wishes is None or wishes.shown is None:
        return None
    return [each for _key, each in _lines(wishes, at)]


def _waiting(offer: Offer, by: User | None) -> OwnLine:
    mine = line_of(offer, by)
    if mine.contact or mine.offer not in mine.open or not SupportPolicy.current().employee_chooses:
        raise NotAllowed
    if mine.offer.involvement.wish_outside:
        raise OutsideWished
    return mine


def _lines(wishes: Wishes, at: datetime) -> list[tuple[UUID, ShownSupporter]]:
    """One statement, or none where nobody was drawn."""
    if not wishes.shown:
        return []
    people = ShownAs.objects.filter(supporter__in=wishes.shown, supporter__user__is_active=True)
    people = people.exclude(supporter__status=SupporterStatus.STOPPED)
    found = people.select_related("supporter__user__profession", "supporter__user__department")
    by_key = {each.pk: each for each in found}
    return [
        (key, ShownSupporter(number, showing.words(by_key[key], at=at), key == wishes.supporter_id))
        for number, key in enumerate(wishes.shown, start=1)
        if key in by_key
    ]


def _draw(offer: Offer, at: datetime) -> list[UUID]:
    found = [key for source in free for key in source(offer, at)]
    count = min(HANDFUL, len(found) // 2) if len(found) >= FEWEST else 0
    if not count:
        return []
    group = [key for source in of_own_group for key in source(offer, at)]
    chance, half = SystemRandom(), -(-count // 2)
    # Of many who are free a few by chance tell nothing; of few those who are not free are drawn as well.
    free_ones = [key for key in group if key in set(found)]
    like_them = free_ones if len(free_ones) >= 2 * half else group
    own = chance.sample(like_them, min(half, len(like_them)))
    drawn = own + chance.sample([key for key in found if key not in own], count - len(own))
    chance.shuffle(drawn)
    return drawn


def _shown_lately(user: User, at: datetime) -> list[UUID] | None:
    lately = Wishes.objects.filter(offer__involvement__employee=user, shown_at__gte=at - SAME_FOR)
    return lately.order_by("-shown_at").values_list("shown", flat=True).first()
