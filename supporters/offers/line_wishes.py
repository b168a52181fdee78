"""What somebody wishes of a supporter, and how they would like to be reached: wishes of one person, for all
that is open for them, through whichever event a supporter is asked.

They are kept with each open offer and are the same on each. What becomes open takes over what was wished
before (`carry`, `rejoin`); what is wished later is written to all of it (supporters.offers.own_support). Who
asks for support themselves once more, and wishes something, wishes it for all of it.
"""

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from django.db.models import Q

from incidents.enums import IncidentKind
from incidents.models import Involvement
from supporters.contacts.forms import ReachMeForm
from supporters.enums import Outcome
from supporters.models import Contact, Offer, ReachMe, Wishes

#: What an involvement says of whom they would like to talk to.
WHO = ("wish_other_department", "wish_physician")
#: The two parts of `Wishes`: each is kept as a whole.
WISHED = ("profession_id", "from_department_id", "not_department_id")
SHOWN = ("shown", "shown_at", "supporter_id")
_KEPT: tuple[tuple[str, type[ReachMe | Wishes], Sequence[str]], ...] = (
    ("reach_me", ReachMe, ReachMeForm.Meta.fields),
    ("wishes", Wishes, (*WISHED, *SHOWN)),
)


def says(person: Involvement, *names: str) -> bool:
    """Whether one of these wishes of `person` is another than everybody has who says nothing."""
    usual = Involvement()
    return any(getattr(person, name) != getattr(usual, name) for name in names)


def carry(offers: Sequence[Offer]) -> None:
    """`offers` are new, and take over what is wished. Help outside the hospital is wished also by who was
    referred to it before.
    """
    new = [each for each in offers if each.involvement.employee_id]
    lines = _lines(Q(closed_at=None) | Q(outcome=Outcome.REFERRED), besides=new)
    for offer in new:
        line = lines[offer.involvement.employee_id]
        still = [each for each in line if not each.closed_at]
        asks = offer.involvement.incident.kind == IncidentKind.SELF
        if line and line[0].involvement.wish_outside:
            _wish([offer], wish_outside=True)
        elif still and asks and offer.involvement.wish_outside and not _is_supported(offer):
            _wish(still, wish_outside=True)
        _agree([offer, *still] if asks else [*still, offer], new=new)
        line.insert(0, offer)


def rejoin(offer: Offer) -> None:
    """`offer` had ended and is open again: what is open meanwhile says what is wished now."""
    still = _lines(Q(closed_at=None), besides=[offer])[offer.involvement.employee_id]
    if still:
        _wish([offer], wish_outside=still[0].involvement.wish_outside)
        _agree([*still, offer])


def _lines(which: Q, *, besides: Sequence[Offer]) -> dict[UUID | None, list[Offer]]:
    """What else there is for the people of these offers, by person, the latest first."""
    found: dict[UUID | None, list[Offer]] = defaultdict(list)
    people = {each.involvement.employee_id for each in besides} - {None}
    if people:
        offers = Offer.objects.leading().filter(which, involvement__employee__in=people)
        offers = offers.exclude(pk__in=[each.pk for each in besides])
        offers = offers.select_related("involvement", "reach_me", "wishes")
        for each in offers.order_by("-opened_at", "-pk"):
            found[each.involvement.employee_id].append(each)
    return found


def _is_supported(offer: Offer) -> bool:
    return Contact.objects.open().filter(open_for=offer.involvement.employee_id).exists()


def _agree(line: Sequence[Offer], *, new: Sequence[Offer] = ()) -> None:
    """Of everything the first of `line` that says something says it for all; the `new` have nothing yet but
    what stands on the involvement.
    """
    if len(line) < 2:
        return
    if said := next((each.involvement for each in line if says(each.involvement, *WHO)), None):
        _wish(line, **{name: getattr(said, name) for name in WHO})
    for name, model, fields in _KEPT:
        rows = {each.pk: None if each in new else getattr(each, name, None) for each in line}
        if kept := next((row for row in rows.values() if row), None):
            values = {field: getattr(kept, field) for field in fields}
            for pk, row in rows.items():
                if row is None or any(getattr(row, field) != value for field, value in values.items()):
                    model.objects.update_or_create(offer_id=pk, defaults=values)


def _wish(offers: Sequence[Offer], **wishes: bool) -> None:
    for person in (each.involvement for each in offers):
        if any(getattr(person, name) != value for name, value in wishes.items()):
            for name, value in wishes.items():
                setattr(person, name, value)
            person.save(update_fields=list(wishes))
