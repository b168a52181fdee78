"""The lines of an event's roll-call: everybody who was involved, and how it is with the support of each."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import F, Q, UUIDField
from django.utils.translation import gettext as _

from accounts.pages.addresses import address_of
from accounts.people.names import sort_key
from hospital.moment_words import in_words
from hospital.written_once import Given, Statement
from incidents.models import Incident
from supporters.contacts import conflicts, on_its_way
from supporters.contacts.on_its_way import OnItsWay
from supporters.offers import employee_left
from supporters.offers.worklist import ASSIGNS, ROWS, SupportState, state_of_row

#: Rows of one event, and when somebody had the offer.
_PEOPLE = Statement(
    lambda: ROWS.filter(incident=Given("incident", UUIDField())).annotate(
        had_at=F("offered_at"), told_at=F("announced_at"), norm=F("norm_due_at")
    )
)


@dataclass(frozen=True, slots=True)
class RollCallLine:
    """One person of an event, on its roll-call."""

    offer_id: UUID
    involvement_id: UUID
    is_erased: bool
    url: str
    name: str
    profession: str
    department: str
    supporter: str
    conflict: str
    state: SupportState
    waits: bool
    in_time: bool
    offered: str
    left: str
    since: datetime
    due_at: datetime
    closed_at: datetime | None


def lines_of(incident: Incident, now: datetime) -> list[RollCallLine]:
    """Everybody of `incident`, by name: one statement, or two where somebody is asked or at work; three more
    where somebody was not told yet, and one where somebody left employment.
    """
    people = _PEOPLE.rows(incident=incident.pk)
    in_order = sorted(people, key=lambda each: (sort_key(each["name"]), each["id"]))
    is_asked = any(each["supporter"] for each in in_order)
    said = conflicts.said(Q(offer__incident=incident.pk)) if is_asked else {}
    untold = [each["involvement_id"] for each in in_order if not (each["had_at"] or each["closed_at"])]
    ways = on_its_way.of(untold, at=now)
    left = {each["id"]: each["told_at"] for each in in_order if each["has_left"] and not each["closed_at"]}
    since = employee_left.since(left) if left else {}
    gone = {pk: employee_left.in_words(since.get(pk), told_at, now=now) for pk, told_at in left.items()}
    return [
        _line(
            each,
            now,
            conflict=said.get(each["id"], ""),
            way=ways.get(each["involvement_id"]),
            left=gone.get(each["id"], ""),
        )
        for each in in_order
    ]


def _line(
    person: dict[str, Any], now: datetime, *, conflict: str, way: OnItsWay | None, left: str
) -> RollCallLine:
    offered_at, due_at = person["had_at"], person["due_at"]
    return RollCallLine(
        offer_id=person["id"],
        involvement_id=person["involvement_id"],
        is_erased=not person["name"],
        url=address_of("support:match", person["involvement_id"]),
        name=person["name"] or _("Erased"),
        profession=person["profession"] or "",
        department=person["department"] or "",
        supporter=person["supporter"] or "",
        conflict=conflict,
        state=state_of_row(person, now),
        waits=person["waiting_for"] in ASSIGNS and not person["supporter"],
        in_time=offered_at is not None and offered_at <= person["norm"],
        offered="" if left and offered_at is None else _offered(offered_at, person["told_at"], way, now),
        left=left,
        since=person["opened_at"],
        due_at=due_at,
        closed_at=person["closed_at"],
    )


def _offered(
    offered_at: datetime | None, announced_at: datetime | None, way: OnItsWay | None, now: datetime
) -> str:
    """When this person had the offer, and how; or how far the message is (`way`)."""
    if offered_at is None:
        return way.words(now=now) if way else _("It ended before they heard of it.")
    if announced_at is not None and announced_at <= offered_at:
        return _("Told by a message, %(when)s.") % {"when": in_words(announced_at, now=now)}
    return _("Offered in person, %(when)s.") % {"when": in_words(offered_at, now=now)}
