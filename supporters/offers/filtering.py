"""What of the worklist is shown: what is waited for, and of which supporter, department and kind of event."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar
from urllib.parse import urlencode
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy

from accounts.models import User
from hospital.refused import saying
from incidents.enums import EventType, IncidentKind
from supporters.enums import ContactState, Waiting
from supporters.models import Contact, SavedFilter

Offers = TypeVar("Offers", bound=QuerySet[Any])

#: What somebody may be waiting for, in the order of the filters.
WAITING = (
    Waiting.COORDINATOR,
    Waiting.ASSIGNMENT,
    Waiting.UNREACHED,
    Waiting.ACCEPTANCE,
    Waiting.FIRST_CONTACT,
    Waiting.FOLLOW_UP,
)
#: Kinds of report that a list names as such; of every other it says the type of event.
KINDS = {
    IncidentKind.CALAMITY: gettext_lazy("Calamity"),
    IncidentKind.SELF: gettext_lazy("Asked for support"),
    IncidentKind.COLLEAGUE: gettext_lazy("A colleague is worried"),
}
EVENTS = {**{str(kind): words for kind, words in KINDS.items()}, **dict(EventType.choices)}
#: So many choices a coordinator keeps: more are no longer found at a glance.
MOST_SAVED = 8


class TooManySaved(Exception):
    """A coordinator keeps `MOST_SAVED` choices already."""


class NameTaken(Exception):
    """This coordinator has a choice of this name."""


@dataclass(frozen=True, slots=True)
class WorklistFilter:
    """Each part may be left out; `supporter` and `department` are ids."""

    waiting: Waiting | None = None
    supporter: UUID | None = None
    department: UUID | None = None
    event: str = ""

    @classmethod
    def of(cls, query: Mapping[str, str]) -> "WorklistFilter":
        """What an address says; what makes no sense in it is left out."""
        waiting, event = query.get("waiting", ""), query.get("event", "")
        return cls(
            waiting=Waiting(waiting) if waiting in WAITING else None,
            supporter=_id(query.get("supporter", "")),
            department=_id(query.get("department", "")),
            event=event if event in EVENTS else "",
        )

    @property
    def narrows(self) -> bool:
        """Whether it says more than what is waited for."""
        return bool(self.supporter or self.department or self.event)

    @property
    def query(self) -> dict[str, str]:
        parts = {
            "waiting": self.waiting,
            "supporter": self.supporter,
            "department": self.department,
            "event": self.event,
        }
        return {name: str(value) for name, value in parts.items() if value}

    @property
    def address(self) -> str:
        return reverse("support:worklist") + (f"?{urlencode(self.query)}" if self.query else "")

    def waiting_for(self, waiting: Waiting | None) -> "WorklistFilter":
        return replace(self, waiting=waiting)

    def among(self, rows: Offers) -> Offers:
        """Those of `rows`, of offers, that it shows, whatever they wait for."""
        if self.supporter:
            rows = rows.filter(pk__in=Contact.objects.open().filter(supporter=self.supporter).values("offer"))
        if self.department:
            rows = rows.filter(involvement__department=self.department)
        if self.event in KINDS:
            rows = rows.filter(incident__kind=self.event)
        elif self.event:
            rows = rows.filter(incident__event_type=self.event).exclude(incident__kind__in=KINDS)
        return rows

    def condition(self) -> tuple[str, list[Any]]:
        """The same, as what follows in a condition about supporters_offer, which it calls {offer}."""
        text, values = "", list[Any]()
        if self.supporter:
            text += (
                " AND {offer}.id IN (SELECT offer_id FROM supporters_contact"
                " WHERE supporter_id = %s AND state = ANY(%s))"
            )
            values += [self.supporter, list(ContactState.open())]
        if self.department:
            text += (
                " AND EXISTS (SELECT 1 FROM incidents_involvement involvement"
                " WHERE involvement.id = {offer}.involvement_id AND involvement.department_id = %s)"
            )
            values.append(self.department)
        if self.event:
            text += (
                " AND EXISTS (SELECT 1 FROM incidents_incident incident"
                " WHERE incident.id = {offer}.incident_id"
                " AND CASE WHEN incident.kind = ANY(%s) THEN incident.kind ELSE incident.event_type END = %s)"
            )
            values += [list(KINDS), self.event]
        return text, values

    def words(self) -> list[str]:
        """What it narrows the list to, in words: one statement, or none where it has no ids."""
        names: list[str] = []
        if self.supporter or self.department:
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT (SELECT person.name FROM supporters_supporter supporter"
                    " JOIN accounts_user person ON person.id = supporter.user_id WHERE supporter.id = %s),"
                    " (SELECT name FROM hospital_department WHERE id = %s)",
                    [self.supporter, self.department],
                )
                names = [name for name in cursor.fetchone() if name]
        return [*names, *([str(EVENTS[self.event])] if self.event else [])]


def save(shown: WorklistFilter, *, name: str, by: User) -> SavedFilter:
    """Keep a choice for `by` alone, under its name. Raises NameTaken and TooManySaved."""
    if SavedFilter.objects.filter(user=by).count() >= MOST_SAVED:
        raise TooManySaved
    with saying({"saved_filter_once": NameTaken}):
        return SavedFilter.objects.create(
            user=by,
            name=name,
            waiting=shown.waiting or "",
            supporter_id=shown.supporter,
            department_id=shown.department,
            event=shown.event,
        )


def shown_by(saved: SavedFilter) -> WorklistFilter:
    """What a choice that was kept shows."""
    return WorklistFilter(
        waiting=Waiting(saved.waiting) if saved.waiting else None,
        supporter=saved.supporter_id,
        department=saved.department_id,
        event=saved.event,
    )


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
