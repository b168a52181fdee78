"""What is looked for when a supporter is chosen."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils import timezone

from accounts.people.who_is_who import Named
from supporters.enums import SameProfession
from supporters.models import Offer, ReachMe, SupportPolicy, Wishes

#: What the need of an offer is read from.
READ_OF_OFFER = (
    "incident",
    "involvement__employee",
    "involvement__profession",
    "involvement__department",
    "wishes",
    "reach_me",
)


@dataclass(frozen=True, slots=True)
class Need:
    """One offer of support at the moment `at` (aware), as far as choosing a supporter goes; what is not known
    is None or empty. Without an account `employee_id` is None, and `named` says who it is. `incident_ids` are
    all events for which support is open for the same person.
    """

    offer_id: UUID
    incident_ids: frozenset[UUID]
    at: datetime
    employee_id: UUID | None = None
    works_in_id: UUID | None = None
    """The department of the account now; `department_id` is that at the time, or that of the event for who
    was typed in without one."""
    manager_id: UUID | None = None
    named: Named | None = None
    profession_id: UUID | None = None
    profession_group: str = ""
    department_id: UUID | None = None
    location_id: UUID | None = None
    language: str = ""
    years_in_profession: int | None = None
    wish_other_department: bool = True
    wish_physician: bool = False
    wish_outside: bool = False
    wish_profession_id: UUID | None = None
    wish_from_id: UUID | None = None
    wish_not_from_id: UUID | None = None
    chosen_id: UUID | None = None
    """The supporter whom the employee chose."""
    same_profession: SameProfession = SameProfession.PREFERRED
    """How the hospital matches: "required" makes a rule, "preferred" gives points (PMC; OPEN 2017)."""

    @property
    def minds_department(self) -> bool:
        """Whether the own department is left out: always, unless they say that it is fine or ask for it."""
        return self.wish_other_department and self.wish_from_id != self.department_id

    @property
    def year(self) -> int:
        """The local one."""
        return timezone.localtime(self.at).year


def need_of(offer: Offer, at: datetime) -> Need:
    """The need behind one offer, see `needs_of`."""
    return needs_of([offer], at)[0]


def needs_of(offers: Sequence[Offer], at: datetime) -> list[Need]:
    """The needs behind `offers` (read with `READ_OF_OFFER`), in their order: the queries of the policy and of
    what else is open for the same people.
    """
    same_profession = SameProfession(SupportPolicy.current().same_profession)
    events: dict[UUID | None, set[UUID]] = {}
    people = {offer.involvement.employee_id for offer in offers} - {None}
    besides = Offer.objects.open().filter(involvement__employee__in=people)
    for employee, incident in besides.values_list("involvement__employee", "incident"):
        events.setdefault(employee, set()).add(incident)
    return [
        _need(offer, at, same_profession, events.get(offer.involvement.employee_id, ())) for offer in offers
    ]


def _need(offer: Offer, at: datetime, same_profession: SameProfession, events: Iterable[UUID]) -> Need:
    involvement = offer.involvement
    employee, profession, department = involvement.employee, involvement.profession, involvement.department
    year = timezone.localtime(at).year
    wishes: Wishes | None = getattr(offer, "wishes", None)
    reach_me: ReachMe | None = getattr(offer, "reach_me", None)
    asked_for = reach_me.language if reach_me else ""
    return Need(
        offer_id=offer.id,
        incident_ids=frozenset({offer.incident_id, *events}),
        at=at,
        employee_id=involvement.employee_id,
        works_in_id=employee.department_id if employee else None,
        manager_id=employee.manager_id if employee else None,
        named=None if employee else involvement.named,
        profession_id=involvement.profession_id,
        profession_group=profession.group if profession else "",
        department_id=involvement.department_id or offer.incident.department_id,
        location_id=department.location_id if department else None,
        language=asked_for or (employee.language if employee else ""),
        years_in_profession=employee.years_in_profession(year=year) if employee else None,
        wish_other_department=involvement.wish_other_department,
        wish_physician=involvement.wish_physician,
        wish_outside=involvement.wish_outside,
        wish_profession_id=wishes.profession_id if wishes else None,
        wish_from_id=wishes.from_department_id if wishes else None,
        wish_not_from_id=wishes.not_department_id if wishes else None,
        chosen_id=wishes.supporter_id if wishes else None,
        same_profession=same_profession,
    )
