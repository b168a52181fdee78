"""What an import of staff would change: the people of the file held against those in the database. Writes
nothing.
"""

import uuid
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from itertools import chain, count
from typing import Any

from accounts.enums import Role, SignIn
from accounts.files import uploads
from accounts.files.mapped_names import AT, Unknown
from accounts.files.spreadsheets import Problem
from accounts.models import User
from accounts.people.names import sort_key
from accounts.sign_in import sign_in_changes
from accounts.staff import leaving
from accounts.staff.places import Missing, Places
from accounts.staff.rows import Staff, StaffPerson, Value
from accounts.staff.same_person import Known, WhoIsThis, called, match, read_known

#: What an import may set on a person; "department" and "manager" as in the file, not as keys of the database.
FIELDS = (
    *("username", "employee_number", "name", "email", "telephone", "department", "profession"),
    *("in_profession_since", "manager", "language", "is_active"),
)


@dataclass
class StaffChange:
    """One person who is new (`before` is empty), changes or leaves; `after` has what becomes different."""

    id: uuid.UUID
    number: str
    name: str
    before: dict[str, Value] = field(default_factory=dict)
    after: dict[str, Value] = field(default_factory=dict)


@dataclass
class StaffPlan:
    """What would be done, and what stands in the way. What is missing is named as in the file."""

    added: list[StaffChange] = field(default_factory=list)
    changed: list[StaffChange] = field(default_factory=list)
    leaving: list[StaffChange] = field(default_factory=list)
    unchanged: int = 0
    in_service: int = 0  # before the import, of those whom the file is about
    missing: Missing = field(default_factory=Missing)
    unknown: list[Unknown] = field(default_factory=list)  # names for which something may be chosen
    questions: list[WhoIsThis] = field(default_factory=list)
    left_open: dict[uuid.UUID, list[str]] = field(
        default_factory=dict
    )  # by who leaves (accounts.staff.leaving)
    waits: dict[uuid.UUID, set[str]] = field(default_factory=dict)  # fields that wait for a second person
    week: dict[uuid.UUID, set[str]] = field(default_factory=dict)  # fields that wait for a week
    names: dict[str, str] = field(default_factory=dict)  # of everybody afterwards, by employee number
    managers: dict[uuid.UUID, str] = field(default_factory=dict)  # of who gets another: who it was
    problems: list[Problem] = field(default_factory=list)

    @property
    def is_settled(self) -> bool:
        """Whether everything that must be chosen is."""
        return not self.questions and not any(each.must for each in self.unknown)

    @property
    def many_leave(self) -> bool:
        """More than a tenth of the staff: a file cut off half-way rather than a reorganisation."""
        return len(self.leaving) * 10 > self.in_service

    def digest(self) -> str:
        """As accounts.files.uploads.digest: what is done, and what is asked."""
        changes = sorted(
            [kind, change.number, change.name, sorted(change.after.items())]
            for kind, changes in (("+", self.added), ("~", self.changed), ("-", self.leaving))
            for change in changes
        )
        missing = [
            self.missing.locations,
            sorted(self.missing.departments.values()),
            sorted(self.missing.professions.values()),
        ]
        left_open = sorted([str(key), *codes] for key, codes in self.left_open.items())
        asked = sorted(each.key for each in self.unknown)
        return uploads.digest([changes, missing, left_open, asked, self.is_settled])


def make(staff: Staff, *, complete: bool, answers: Mapping[str, str], at: datetime) -> StaffPlan:
    """Hold `staff` against the database at `at`, in few statements; `complete`: who is not in it has left.

    Who is who is told by accounts.staff.same_person, with `answers` to what it asks.
    """
    known = list(read_known())
    places = Places()
    matches = match(staff, known, places, complete=complete, answers=answers)
    plan = StaffPlan(questions=matches.questions, missing=places.missing)
    plan.names = {each.number: each.get("name") for each in known}
    renumbered: dict[Value, Value] = {each.number: None for each in known if each.id in matches.released}
    renumbered |= {each.number: number for number, each in matches.people.items() if each}
    taken_names = {each.values["username"] for each in known}
    numbers = {each.number for each in known}
    seen: dict[uuid.UUID, StaffPerson] = {}
    for person in staff.people:
        found = matches.people[person.number]
        plan.names[person.number] = person.get("name") or (found.get("name") if found else "")
        wanted = _wanted(person, places, before=found.get("department") if found else "")
        manager = person.get("manager")
        if manager and manager not in matches.people:  # a file may still have a manager's former number
            wanted["manager"] = renumbered.get(manager, manager)
        if found is None:
            after = _new(wanted, taken_names if person.number in numbers else set())
            plan.added.append(StaffChange(uuid.uuid4(), person.number, person.get("name"), after=after))
            continue
        seen[found.id] = person
        _compare(found, wanted, plan, renumbered)
    staff_of_file = [each for each in known if each.is_staff]
    plan.in_service = sum(bool(each.values["is_active"]) for each in staff_of_file)
    for each in staff_of_file:
        if each.id not in seen:
            _without_row(each, plan, leaves=complete, is_released=each.id in matches.released)
    plan.unknown = list(places.unknown)
    plan.left_open = leaving.left_open([change.id for change in plan.leaving], at=at)
    plan.waits, plan.week = _waits(plan.changed)
    plan.problems = list(_problems(staff, plan, {each.id: each for each in known}, seen))
    return plan


def _wanted(person: StaffPerson, places: Places, *, before: str) -> dict[str, Value]:
    """The values of `person` as `Known` has them: the department with its location, in service."""
    values = {name: value for name, value in person.values.items() if name != "location"}
    if "department" in values:
        values["department"] = places.department(person, before=before)
    if "profession" in values:
        values["profession"] = places.profession(person)
    return {**values, "is_active": 1}


def _new(wanted: dict[str, Value], taken: Collection[Value]) -> dict[str, Value]:
    """A sign-in name of their own, or else the employee number; another one where `taken` has that."""
    number = str(wanted["employee_number"]).casefold()
    names = chain([number], (f"{number}-{n}" for n in count(2)))
    return {"username": next(name for name in names if name not in taken), **wanted}


def _compare(
    known: Known, wanted: dict[str, Value], plan: StaffPlan, renumbered: Mapping[Value, Value]
) -> None:
    """Notes what becomes different; a manager under another number (`renumbered`) is the same manager, and
    whoever has a former one's number is another.
    """
    manager = known.values["manager"]
    here = {**known.values, "manager": renumbered.get(manager, manager)}
    after = {name: value for name, value in wanted.items() if value != here[name]}
    if not after:
        plan.unchanged += 1
        return
    before = {name: known.values[name] for name in after}
    if "manager" in after:
        plan.managers[known.id] = known.manager
    name = str(wanted.get("name") or known.get("name"))
    plan.changed.append(StaffChange(known.id, str(wanted["employee_number"]), name, before, after))


def _without_row(known: Known, plan: StaffPlan, *, leaves: bool, is_released: bool) -> None:
    """Of somebody whom no row is about: who leaves, and whose number is somebody else's now."""
    after: dict[str, Value] = {"employee_number": ""} if is_released else {}
    before = {name: known.values[name] for name in after}
    if leaves and known.values["is_active"]:
        before["department"] = known.values["department"]
        after["is_active"] = 0
        plan.leaving.append(StaffChange(known.id, known.number, known.get("name"), before, after))
    elif after:
        plan.changed.append(StaffChange(known.id, known.number, known.get("name"), before, after))


def _waits(
    changed: Iterable[StaffChange],
) -> tuple[dict[uuid.UUID, set[str]], dict[uuid.UUID, set[str]]]:
    """The fields of each person that would wait for a second person, and for a week."""
    noted = [
        sign_in_changes.Noted(
            change.id,
            what,
            str(change.before[what]),
            str(change.after[what]),
            told=str(change.before[what]) if what == SignIn.EMAIL else "",
        )
        for change in changed
        for what in (SignIn.EMAIL, SignIn.USERNAME)
        if what in change.after
    ]
    for_two: dict[uuid.UUID, set[str]] = {}
    for_a_week: dict[uuid.UUID, set[str]] = {}
    for (key, what), is_guarded in sign_in_changes.would_wait(noted).items():
        (for_two if is_guarded else for_a_week).setdefault(key, set()).add(what)
    return for_two, for_a_week


def _problems(
    staff: Staff, plan: StaffPlan, known: dict[uuid.UUID, Known], seen: dict[uuid.UUID, StaffPerson]
) -> Iterator[Problem]:
    numbers = {each.number for each in known.values()} | {person.number for person in staff.people}
    yield from _nameless(staff, plan)
    yield from _unknown_managers(staff, numbers)
    yield from _manager_circles(staff, known.values())
    yield from _taken(staff, plan, known, seen)
    if _last_admin_leaves(plan):
        yield Problem(0, "", "last_admin")


def _nameless(staff: Staff, plan: StaffPlan) -> Iterator[Problem]:
    """Who is new and has no name; of who is known an empty cell leaves it."""
    nameless = {change.number for change in plan.added if not change.name}
    for person in staff.people:
        if person.number in nameless:
            yield Problem(person.line, staff.headers.get("name", "name"), "required")


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
    above = {person.number: person.get("manager") for person in known}
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
    staff: Staff, plan: StaffPlan, known: dict[uuid.UUID, Known], seen: dict[uuid.UUID, StaffPerson]
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
        if change.number not in lines or change.after.get("employee_number") == "":
            continue
        if change.after.get("email") in addresses:
            yield Problem(lines[change.number], staff.headers["email"], "email_taken")
        if change.after.get("username") in names:
            yield Problem(
                lines[change.number],
                staff.headers.get("username", staff.headers["employee_number"]),
                "username_taken",
            )


def _last_admin_leaves(plan: StaffPlan) -> bool:
    admins = set(User.objects.filter(is_active=True, groups__name=Role.ADMIN).values_list("id", flat=True))
    return bool(admins) and admins <= {change.id for change in plan.leaving}


def preview(plan: StaffPlan, *, cap: int) -> dict[str, Any]:
    """`plan` as the page shows it: counts, and the first `cap` people of each kind; before the others all who
    leave something open, and all whose address or sign-in name waits for a second person.
    """
    first = plan.left_open.keys() | plan.waits.keys()

    def manager(change: StaffChange) -> str:
        number = str(change.after.get("manager") or "")
        return called(plan.names[number], number) if number else ""

    def compared(change: StaffChange, name: str) -> list[Value]:
        if name == "manager":
            return [name, plan.managers[change.id], manager(change)]
        return [name, change.before[name], change.after[name]]

    def people(changes: Iterable[StaffChange]) -> list[dict[str, Any]]:
        by_name = sorted(changes, key=lambda each: (each.id not in first, sort_key(each.name), each.number))
        return [
            {
                "number": change.number,
                "name": change.name,
                "department": change.after.get("department") or change.before.get("department") or "",
                "profession": change.after.get("profession") or "",
                "email": change.after.get("email") or "",
                "telephone": change.after.get("telephone") or "",
                "manager": manager(change),
                "left_open": plan.left_open.get(change.id, []),
                "waits": sorted(plan.waits.get(change.id, ())),
                "week": sorted(plan.week.get(change.id, ())),
                "fields": [compared(change, name) for name in change.after if name in change.before],
            }
            for change in by_name[: max(cap, len(first))]
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
            "locations": sorted(plan.missing.locations.values())[:cap],
            "departments": sorted(map(AT.join, plan.missing.departments.values()))[:cap],
            "professions": [list(each) for each in sorted(plan.missing.professions.values())[:cap]],
        },
        "unknown": [asdict(each) for each in plan.unknown],
        "questions": [
            {
                "number": each.number,
                "name": each.name,
                "why": each.why,
                "proposal": each.proposal,
                "candidates": [
                    [str(one.id), one.get("name"), one.number, one.get("department"), one.get("profession")]
                    for one in each.candidates
                ],
            }
            for each in plan.questions
        ],
        "settled": plan.is_settled,
        "in_service": plan.in_service,
        "many_leave": plan.many_leave,
        "digest": plan.digest(),
    }
