"""What an import of staff would change: the people of the file held against those in the database. Writes
nothing.
"""

import hashlib
import json
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from accounts.enums import Role
from accounts.models import Department, Location, Profession, User
from accounts.names import sort_key
from accounts.spreadsheets import Problem
from accounts.staff_rows import Person, Staff, Value
from accounts.staff_words import group_of

#: What an import may set on a person; "department" and "manager" as in the file, not as keys of the database.
FIELDS = (
    *("username", "employee_number", "name", "email", "telephone", "department", "profession"),
    *("in_profession_since", "manager", "language", "is_active"),
)

Place = tuple[str, str]  # a department and its location, in lower case


@dataclass
class Known:
    """Somebody in the database, with the fields of `FIELDS` as a file would say them."""

    id: uuid.UUID
    values: dict[str, Value]
    from_partner: bool


@dataclass
class Change:
    """One person who is new (`before` is empty), changes or leaves; `after` has what becomes different."""

    id: uuid.UUID
    number: str
    name: str
    before: dict[str, Value] = field(default_factory=dict)
    after: dict[str, Value] = field(default_factory=dict)


@dataclass
class Plan:
    """What would be done, and what stands in the way. What is missing is named as in the file."""

    added: list[Change] = field(default_factory=list)
    changed: list[Change] = field(default_factory=list)
    leaving: list[Change] = field(default_factory=list)
    unchanged: int = 0
    in_service: int = 0  # before the import, of those whom the file is about
    missing_locations: dict[str, str] = field(default_factory=dict)
    missing_departments: dict[Place, tuple[str, str]] = field(default_factory=dict)  # with their location
    missing_professions: dict[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    @property
    def missing(self) -> int:
        return len(self.missing_locations) + len(self.missing_departments) + len(self.missing_professions)

    @property
    def many_leave(self) -> bool:
        """More than a tenth of the staff: a file cut off half-way rather than a reorganisation."""
        return len(self.leaving) * 10 > self.in_service

    def digest(self) -> str:
        """The same for two plans that do the same, whenever and wherever they were made."""
        changes = sorted(
            [kind, change.number, change.name, sorted(change.after.items())]
            for kind, changes in (("+", self.added), ("~", self.changed), ("-", self.leaving))
            for change in changes
        )
        missing = [self.missing_locations, sorted(self.missing_departments), self.missing_professions]
        return hashlib.sha256(json.dumps([changes, missing], sort_keys=True).encode()).hexdigest()


def make(staff: Staff, *, complete: bool) -> Plan:
    """Hold `staff` against the database, in a few statements. `complete`: who is not in the file has left.

    Somebody is known by employee number, else by the e-mail address of an account that has no number yet.
    """
    known = {person.id: person for person in _known()}
    by_number = {str(person.values["employee_number"]): person for person in known.values()}
    by_number.pop("", None)
    by_email = {
        p.values["email"]: p for p in known.values() if p.values["email"] and not p.values["employee_number"]
    }
    plan = Plan()
    places = _Places(staff, plan)
    seen: dict[uuid.UUID, Person] = {}
    ids: dict[str, uuid.UUID] = {}
    for person in staff.people:
        match = by_number.get(person.number) or by_email.get(person.get("email"))
        ids[person.number] = match.id if match else uuid.uuid4()
        wanted = places.settle(person, match)
        if match is None:
            plan.added.append(
                Change(ids[person.number], person.number, str(wanted["name"]), after=_new(wanted))
            )
            continue
        seen[match.id] = person
        _compare(match, wanted, plan)
    staff_of_file = [p for p in known.values() if p.values["employee_number"] and not p.from_partner]
    plan.in_service = sum(bool(person.values["is_active"]) for person in staff_of_file)
    if complete:
        plan.leaving = [_leaver(p) for p in staff_of_file if p.id not in seen and p.values["is_active"]]
    plan.problems += _unknown_managers(staff, {*ids, *by_number})
    plan.problems += _manager_circles(staff, known.values())
    plan.problems += _taken(staff, plan, known, seen)
    if _last_admin_leaves(plan):
        plan.problems.append(Problem(0, "", "last_admin"))
    return plan


def _known() -> Iterator[Known]:
    rows = User.objects.values_list(
        "id", "username", "employee_number", "name", "email", "telephone", "in_profession_since", "language",
        "is_active", "department__name", "department__location__name", "department__location__is_partner",
        "profession__name", "manager__employee_number",
    )  # fmt: skip
    for (
        key,
        username,
        number,
        name,
        email,
        phone,
        since,
        language,
        active,
        dep,
        loc,
        partner,
        job,
        boss,
    ) in rows:
        yield Known(
            id=key,
            from_partner=bool(partner),
            values={
                "username": username,
                "employee_number": number,
                "name": name,
                "email": email,
                "telephone": phone,
                "department": f"{dep} · {loc}" if dep else "",
                "profession": job or "",
                "in_profession_since": since,
                "manager": boss or "",
                "language": language,
                "is_active": int(active),
            },
        )


def _new(wanted: dict[str, Value]) -> dict[str, Value]:
    """A sign-in name of their own, or else the employee number."""
    return {"username": str(wanted["employee_number"]).casefold(), **wanted}


def _compare(known: Known, wanted: dict[str, Value], plan: Plan) -> None:
    after = {name: value for name, value in wanted.items() if value != known.values[name]}
    if not after:
        plan.unchanged += 1
        return
    before = {name: known.values[name] for name in after}
    plan.changed.append(Change(known.id, str(wanted["employee_number"]), str(wanted["name"]), before, after))


def _leaver(known: Known) -> Change:
    return Change(
        known.id,
        str(known.values["employee_number"]),
        str(known.values["name"]),
        before={"department": known.values["department"]},
        after={"is_active": 0},
    )


class _Places:
    """Finds the department and the profession of each row, and notes which do not exist yet."""

    def __init__(self, staff: Staff, plan: Plan) -> None:
        self.staff, self.plan = staff, plan
        self.locations = {name.casefold(): name for name in Location.objects.values_list("name", flat=True)}
        self.partners = set(Location.objects.filter(is_partner=True).values_list("name", flat=True))
        self.departments: dict[Place, str] = {}
        self.where: dict[str, list[str]] = {}
        for name, location in Department.objects.values_list("name", "location__name"):
            self._add(name, location)
        self.professions = {
            name.casefold(): name for name in Profession.objects.values_list("name", flat=True)
        }
        self.unclear: set[str] = set()

    def settle(self, person: Person, known: Known | None) -> dict[str, Value]:
        """The values of `person` as `Known` has them: the department with its location, in service."""
        values = {name: value for name, value in person.values.items() if name != "location"}
        if "department" in values:
            values["department"] = self._department(person, known)
        if "profession" in values:
            values["profession"] = self._profession(person)
        return {**values, "is_active": 1}

    def _add(self, department: str, location: str) -> str:
        self.departments[department.casefold(), location.casefold()] = department
        self.where.setdefault(department.casefold(), []).append(location)
        return f"{department} · {location}"

    def _department(self, person: Person, known: Known | None) -> str:
        written, location = person.get("department"), person.get("location")
        if not written:
            return ""
        if not location:
            was, _separator, place = str(known.values["department"] if known else "").rpartition(" · ")
            if was.casefold() == written.casefold():
                location = place
        if not location:
            location = self._guessed_location(written)
            if not location:
                self._wrong(person, "department", "location_needed")
                return ""
        key = (written.casefold(), location.casefold())
        if key in self.departments:
            return f"{self.departments[key]} · {self.locations[key[1]]}"
        if key[1] not in self.locations:
            self.locations[key[1]] = location
            self.plan.missing_locations[key[1]] = location
        self.plan.missing_departments[key] = written, self.locations[key[1]]
        return self._add(written, self.locations[key[1]])

    def _guessed_location(self, department: str) -> str:
        """Where the only department of this name is, or else the hospital's only location."""
        places = self.where.get(department.casefold()) or [
            name for name in self.locations.values() if name not in self.partners
        ]
        return places[0] if len(places) == 1 else ""

    def _profession(self, person: Person) -> str:
        written = person.get("profession")
        key = written.casefold()
        if not written or key in self.professions:
            return self.professions.get(key, "")
        if group_of(written) is None:
            if key not in self.unclear:
                self.unclear.add(key)
                self._wrong(person, "profession", "profession_unknown")
            return ""
        self.professions[key] = self.plan.missing_professions[key] = written
        return written

    def _wrong(self, person: Person, name: str, code: str) -> None:
        self.plan.problems.append(Problem(person.line, self.staff.headers[name], code))


def _unknown_managers(staff: Staff, numbers: set[str]) -> Iterator[Problem]:
    for person in staff.people:
        manager = person.get("manager")
        if manager and manager == person.number:
            yield Problem(person.line, staff.headers["manager"], "manager_self")
        elif manager and manager not in numbers:
            yield Problem(person.line, staff.headers["manager"], "manager_unknown")


def _manager_circles(staff: Staff, known: Iterable[Known]) -> Iterator[Problem]:
    """The first of each circle of managers that this file makes or keeps."""
    if "manager" not in staff.headers:
        return
    above = {str(person.values["employee_number"]): str(person.values["manager"]) for person in known}
    above |= {person.number: person.get("manager") for person in staff.people if "manager" in person.values}
    done: set[str] = {""}
    for person in staff.people:
        way: dict[str, None] = {}
        number = person.number
        while number not in done and number not in way:
            way[number] = None
            number = above.get(number, "")
        circle = list(way)[list(way).index(number) :] if number in way else []
        if len(circle) > 1:
            first = next(one for one in staff.people if one.number in circle)
            yield Problem(first.line, staff.headers["manager"], "manager_circle")
        done.update(way)


def _taken(
    staff: Staff, plan: Plan, known: dict[uuid.UUID, Known], seen: dict[uuid.UUID, Person]
) -> Iterator[Problem]:
    """Addresses and sign-in names that somebody else keeps. Who is out of service keeps no address."""
    leaving = {change.id for change in plan.leaving}
    keeping = [
        p for p in known.values() if p.id not in seen and p.id not in leaving and p.values["is_active"]
    ]
    addresses = {p.values["email"] for p in keeping} - {""}
    names = {p.values["username"] for p in known.values() if p.id not in seen}
    names |= {
        known[key].values["username"] for key, person in seen.items() if "username" not in person.values
    }
    lines = {person.number: person.line for person in staff.people}
    for change in (*plan.added, *plan.changed):
        if change.after.get("email") in addresses:
            yield Problem(lines[change.number], staff.headers["email"], "email_taken")
        if change.after.get("username") in names:
            yield Problem(
                lines[change.number],
                staff.headers.get("username", staff.headers["employee_number"]),
                "username_taken",
            )


def _last_admin_leaves(plan: Plan) -> bool:
    admins = set(User.objects.filter(is_active=True, groups__name=Role.ADMIN).values_list("id", flat=True))
    return bool(admins) and admins <= {change.id for change in plan.leaving}


def preview(plan: Plan, *, cap: int) -> dict[str, Any]:
    """`plan` as the page shows it: counts, and the first `cap` people of each kind."""

    def people(changes: Iterable[Change]) -> list[dict[str, Any]]:
        return [
            {
                "number": change.number,
                "name": change.name,
                "department": change.after.get("department") or change.before.get("department") or "",
                "profession": change.after.get("profession") or "",
                "fields": [
                    [name, change.before[name], value]
                    for name, value in change.after.items()
                    if name in change.before
                ],
            }
            for change in sorted(changes, key=lambda each: (sort_key(each.name), each.number))[:cap]
        ]

    return {
        "counts": {
            "added": len(plan.added),
            "changed": len(plan.changed),
            "leaving": len(plan.leaving),
            "unchanged": plan.unchanged,
        },
        "added": people(plan.added),
        "changed": people(plan.changed),
        "leaving": people(plan.leaving),
        "missing": {
            "locations": sorted(plan.missing_locations.values())[:cap],
            "departments": sorted(map(" · ".join, plan.missing_departments.values()))[:cap],
            "professions": [
                [name, str(group_of(name))] for name in sorted(plan.missing_professions.values())[:cap]
            ],
        },
        "in_service": plan.in_service,
        "many_leave": plan.many_leave,
        "digest": plan.digest(),
    }
