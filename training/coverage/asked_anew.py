"""Last year's requests, asked anew today: whom each would find of the own profession elsewhere."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q

from supporters.enums import Rule
from supporters.matching import may_be_asked
from supporters.matching.need import READ_OF_OFFER, Need, needs_of
from supporters.matching.nobody_fits import FIT
from supporters.models import Offer
from training.coverage.losses import MOST

YEAR = timedelta(days=365)
CHUNK = 25

#: Who was asked then may be asked today; and wishes for another profession are not what is looked for.
ASIDE = FIT | {Rule.ALREADY_ASKED}


def requests(at: datetime) -> Sequence[UUID]:
    """The offers of the year before `at`, one for each line of support."""
    offers = Offer.objects.leading().filter(opened_at__gt=at - YEAR, opened_at__lte=at)
    return list(offers.order_by("id").values_list("id", flat=True))


def found(
    offers: Sequence[UUID], at: datetime, *, progress: Callable[[int], object]
) -> Iterator[tuple[Need, frozenset[UUID]]]:
    """For each of `offers` that is still there its need, and `MOST` supporters of the own profession in
    another department, all where they are fewer: by the rules of matching, one query each. In which order
    they would be suggested makes no difference to whether there is one. `progress` hears how many are done.
    """
    for start in range(0, len(offers), CHUNK):
        chunk = offers[start : start + CHUNK]
        rows = Offer.objects.filter(id__in=chunk).select_related(*READ_OF_OFFER).order_by("id")
        for need in needs_of(list(rows), at):
            yield need, _found(need)
        progress(start + len(chunk))


def _found(need: Need) -> frozenset[UUID]:
    if need.profession_id is None:
        return frozenset()
    elsewhere = Q(user__profession_id=need.profession_id)
    if need.department_id is not None:
        elsewhere &= ~Q(user__department_id=need.department_id)
    people = may_be_asked.supporters(need, aside=ASIDE).filter(elsewhere)
    return frozenset(people.order_by().values_list("id", flat=True)[:MOST])
