"""Finding a case on the coordinator's desk: by a name, by the number that phones back or its last figures, by
a mail address, or by reference. The number that somebody gave to their supporter alone is not looked in.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F, OuterRef, QuerySet, Subquery
from django.db.models.functions import Reverse
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.people import directory, names, who_is_who
from incidents.models import TYPED_WORDS, Incident, Involvement, full_reference
from supporters.contacts.case_access import log_found
from supporters.enums import ContactState
from supporters.models import Contact, Offer, OfferQuerySet
from supporters.offers.worklist import ROWS, WorklistRow, row_of

MOST = 30
#: So many figures of the end of a telephone number are enough. They may be a reference as well: then both are
#: shown.
FEWEST_FIGURES = 3
#: Who supports somebody or, once that ended, who did.
_SUPPORTER = (
    Contact.objects.filter(offer=OuterRef("pk"))
    .exclude(state=ContactState.HANDED_BACK)
    .order_by("-proposed_at")
    .values("supporter__user__name")[:1]
)
_CASES: QuerySet[Any] = ROWS.annotate(supported_by=Subquery(_SUPPORTER))


@dataclass(frozen=True, slots=True)
class FoundCases:
    """What a search gave: the `event` with the reference (`meant`: by all of it), and people, who is not
    done with first; whether there are `more`; `by_number` where a telephone number was looked for,
    `too_short` where nothing was.
    """

    event: Incident | None = None
    meant: bool = False
    rows: tuple[WorklistRow, ...] = ()
    more: bool = False
    by_number: bool = False
    too_short: bool = False

    @property
    def only(self) -> str:
        """The address of the only thing found; empty when there are several, or nothing, or an event by its
        number alone: the end of any telephone number is one.
        """
        if self.event:
            alone = self.meant and not self.rows
            return reverse("support:roll-call", args=[self.event.reference]) if alone else ""
        return self.rows[0].url if len(self.rows) == 1 else ""


def find(query: str, *, by: User, at: datetime) -> FoundCases:
    """Cases that are open or not erased yet and that `by` may see: of whoever has every word of `query` in
    their name, this number or this mail address, or is supported by somebody who has this name or number. And
    the event with this reference. The same few statements, however much is found.
    """
    event, meant = _event(query, by), not query.strip().isdigit()
    if not names.is_enough(query):
        return FoundCases(event=event, meant=meant, too_short=True)
    keys = [pk for pk, *_order in in_order(query, Offer.objects.visible_to(by))[: MOST + 1]]
    cases = {each["id"]: each for each in _CASES.filter(pk__in=keys[:MOST])}
    rows = tuple(_row(cases[key], at) for key in keys[:MOST])
    return FoundCases(
        event=event,
        meant=meant,
        rows=rows,
        more=len(keys) > MOST,
        by_number=bool(who_is_who.number(query) or _end_of_number(query)),
    )


def log(found: FoundCases, *, by: User, at: datetime) -> None:
    """Whose names `found` shows, in the access log."""
    log_found(cases=[(row.reference, row.involvement_id) for row in found.rows], by=by, at=at)


def in_order(query: str, offers: OfferQuerySet) -> QuerySet[Any]:
    """The keys of those of `offers` that `query` finds, with what they are sorted by. Each way has its own
    index, so each is asked for itself, in one statement.
    """
    offers = offers.leading().filter(involvement__erased_at=None)
    people = directory.named(User.objects.all(), query)
    typed = directory.with_words(Involvement.objects.exclude(typed_key=""), query, TYPED_WORDS)
    ways = [
        offers.filter(involvement__employee__in=people.values("pk")),
        offers.filter(involvement__in=typed.values("pk")),
        _supported_by(people, offers),
    ]
    if number := who_is_who.number(query):
        called = User.objects.exclude(telephone="").filter(telephone=number)
        by_hand = Involvement.objects.exclude(telephone="").filter(telephone=number)
        ways += [
            offers.filter(involvement__employee__in=called.values("pk")),
            offers.filter(involvement__in=by_hand.values("pk")),
            _supported_by(called, offers),
        ]
    if end := _end_of_number(query):
        called = _ending(User.objects.all(), end)
        ways += [
            offers.filter(involvement__employee__in=called.values("pk")),
            offers.filter(involvement__in=_ending(Involvement.objects.all(), end).values("pk")),
            _supported_by(called, offers),
        ]
    if "@" in query:
        address = who_is_who.mail(query)
        mailed = User.objects.filter(email=address)
        typed_mail = Involvement.objects.exclude(email="").filter(email=address)
        ways += [
            offers.filter(involvement__employee__in=mailed.values("pk")),
            offers.filter(involvement__in=typed_mail.values("pk")),
        ]
    first, *others = (way.values_list("id", "closed_at", "due_at") for way in ways)
    return first.union(*others).order_by(F("closed_at").desc(nulls_first=True), "due_at", "id")


def _supported_by(people: QuerySet[User], offers: OfferQuerySet) -> OfferQuerySet:
    """Those of `offers` for whom one of `people` is or was the supporter."""
    contacts = Contact.objects.exclude(state=ContactState.HANDED_BACK)
    return offers.filter(pk__in=contacts.filter(supporter__user__in=people.values("pk")).values("offer"))


def _end_of_number(query: str) -> str:
    """The figures of `query`, as the end of a telephone number; empty for anything else."""
    figures = query.translate({ord(sign): None for sign in " -.()"})
    return figures if figures.isascii() and figures.isdigit() and len(figures) >= FEWEST_FIGURES else ""


def _ending(people: QuerySet[Any], end: str) -> QuerySet[Any]:
    """Those of `people` whose telephone number ends so."""
    with_number: QuerySet[Any] = people.exclude(telephone="").alias(backwards=Reverse("telephone"))
    return with_number.filter(backwards__startswith=end[::-1])


def _event(query: str, by: User) -> Incident | None:
    """The event with this reference; its number alone is one of this year."""
    reference = full_reference(query, year=timezone.localdate().year)
    if not reference:
        return None
    return Incident.objects.in_role_of(by).filter(reference=reference).first()


def _row(case: dict[str, Any], at: datetime) -> WorklistRow:
    return row_of([case | {"supporter": case["supported_by"]}], at)
