"""Who the people of a staff file are: by employee number, and, where that changed hands or changed itself, by
mail address, or by name with department and profession. What is not certain is asked.

A wrong answer gives somebody the contacts and the roles of another, so nothing here decides by itself that a
number has changed.
"""

import uuid
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from accounts.files.mapped_names import AT, key_of
from accounts.models import User
from accounts.people import names
from accounts.staff.places import Places
from accounts.staff.rows import Staff, StaffPerson, Value

NEW = "new"  # the answer that it is somebody who is not here yet
AS_PROPOSED = "*"  # answers whatever nobody answered by itself


@dataclass
class Known:
    """Somebody in the database, with the fields of `plan.FIELDS` as a file would say them; `manager` as he or
    she is `called`.
    """

    id: uuid.UUID
    values: dict[str, Value]
    from_partner: bool
    manager: str

    def get(self, name: str) -> str:
        return str(self.values[name] or "")

    @property
    def number(self) -> str:
        return self.get("employee_number")

    @property
    def is_staff(self) -> bool:
        """Whether a staff file is about this person."""
        return bool(self.values["employee_number"]) and not self.from_partner


@dataclass(frozen=True)
class WhoIsThis:
    """Who the person of a row is: one of `candidates`, or somebody new.

    `why` is "mail" or "name" for a number that may have changed, with `proposal` as the likeliest; "other"
    for a number under which somebody else is known, which has none.
    """

    line: int
    number: str
    name: str
    why: str
    candidates: list[Known]

    @property
    def proposal(self) -> str:
        return "" if self.why == "other" else str(self.candidates[0].id)


@dataclass
class Matches:
    """For each row (by its number) the account it is about, None for somebody new; what is still to be asked;
    and who had a number that is somebody else's now.
    """

    people: dict[str, Known | None] = field(default_factory=dict)
    questions: list[WhoIsThis] = field(default_factory=list)
    released: set[uuid.UUID] = field(default_factory=set)


_PLAIN = ("username", "employee_number", "name", "email", "telephone", "in_profession_since", "language")


def read_known() -> Iterator[Known]:
    """Everybody in the database, by employee number."""
    rows = User.objects.order_by("employee_number", "id").values_list(
        "id", *_PLAIN, "is_active", "department__name", "department__location__name",
        "department__location__is_partner", "profession__name", "manager__employee_number", "manager__name",
    )  # fmt: skip
    for key, *values, active, department, location, is_partner, profession, manager, manager_name in rows:
        yield Known(
            id=key,
            from_partner=bool(is_partner),
            manager=called(manager_name or "", manager or ""),
            values={
                **dict(zip(_PLAIN, values, strict=True)),
                "department": f"{department}{AT}{location}" if department else "",
                "profession": profession or "",
                "manager": None if manager == "" else manager or "",  # None: one that no file can name
                "is_active": int(active),
            },
        )


def called(name: str, number: str) -> str:
    """Somebody by name, and by employee number where there is one: "Bram de Graaf (100539)"."""
    return f"{name} ({number})" if number else name


def match(
    staff: Staff, known: Collection[Known], places: Places, *, complete: bool, answers: Mapping[str, str]
) -> Matches:
    """Hold the people of `staff` against `known`. `complete`: whose number is not in the file would leave.

    `answers` has the id of an account, or `NEW`, by the employee number in the file.
    """
    return _Matcher(staff, known, places, complete=complete, answers=answers).matches


class _Matcher:
    def __init__(
        self,
        staff: Staff,
        known: Collection[Known],
        places: Places,
        *,
        complete: bool,
        answers: Mapping[str, str],
    ) -> None:
        self.answers = answers
        self.matches = Matches()
        self.taken: set[uuid.UUID] = set()
        left = self._by_number(staff, known)
        numbers = {person.number for person in staff.people}
        free = [
            each
            for each in known
            if each.is_staff and (each.number not in numbers or each.id in self.matches.released)
        ]
        self.by_mail = {each.get("email"): each for each in free if each.get("email")}
        self.by_name: dict[tuple[str, str, str], list[Known]] = {}
        for each in free:
            if complete and each.values["is_active"]:
                self.by_name.setdefault(_name_key(each), []).append(each)
        for person in left:
            self._by_the_rest(person, places)

    def _by_number(self, staff: Staff, known: Collection[Known]) -> list[StaffPerson]:
        """Settles who has the number of an account, and returns the others."""
        by_number = {each.number: each for each in known if each.number}
        unnumbered = {each.get("email"): each for each in known if each.get("email") and not each.number}
        left = []
        for person in staff.people:
            holder, answer = by_number.get(person.number), self.answers.get(person.number)
            if holder and _is_somebody_else(holder, person) and answer != str(holder.id):
                self.matches.released.add(holder.id)
                if answer is None:
                    self._ask(person, "other", [holder])
                    self.matches.people[person.number] = None
                    continue
                holder = None
            elif holder is None:
                holder = unnumbered.get(person.get("email"))
            if holder:
                self._settle(person, holder)
            else:
                left.append(person)
        return left

    def _by_the_rest(self, person: StaffPerson, places: Places) -> None:
        key = (names.sort_key(person.get("name")), *places.plain(person))
        by_mail = self.by_mail.get(person.get("email"))
        found = {each.id: each for each in ([by_mail] if by_mail else []) if each.id not in self.taken}
        found |= {
            each.id: each for each in self.by_name.get(key, []) if all(key) and each.id not in self.taken
        }
        if not found:
            self.matches.people[person.number] = None
            return
        candidates = list(found.values())
        answer = self.answers.get(person.number)
        if answer is None and AS_PROPOSED in self.answers:
            answer = str(candidates[0].id)
        chosen = next((each for each in candidates if str(each.id) == answer), None)
        if chosen is None and answer == NEW:
            self.matches.people[person.number] = None
            return
        if chosen is None:
            self._ask(person, "mail" if candidates[0] is by_mail else "name", candidates)
        self._settle(person, chosen or candidates[0])

    def _ask(self, person: StaffPerson, why: str, candidates: list[Known]) -> None:
        name = person.get("name") or person.get("email")
        question = WhoIsThis(person.line, person.number, name, why, candidates)
        self.matches.questions.append(question)

    def _settle(self, person: StaffPerson, known: Known) -> None:
        self.matches.people[person.number] = known
        self.taken.add(known.id)


def _name_key(known: Known) -> tuple[str, str, str]:
    department = known.get("department").rpartition(AT)[0]
    return names.sort_key(known.get("name")), key_of(department), key_of(known.get("profession"))


def _is_somebody_else(known: Known, person: StaffPerson) -> bool:
    """Whether nothing of the name is left, and the mail address is another: a number given out again."""
    mail, name = person.get("email"), person.get("name")
    if not name or not mail or not known.get("email") or mail == known.get("email"):
        return False
    return not _own_names(known.get("name")) & _own_names(name)


def _own_names(name: str) -> set[str]:
    """The words of a name but its prefixes."""
    parts = names.split(name)
    return {word for part in (parts.given, parts.surname) for word in names.words(part.replace("-", " "))}
