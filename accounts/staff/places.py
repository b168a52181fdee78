"""Which location, department and profession a row of a staff file means: one that is here, one that somebody
chose for that name, or a new one.
"""

from dataclasses import dataclass, field

from django.utils.translation import gettext

from accounts.enums import NameKind
from accounts.files import mapped_names
from accounts.files.mapped_names import AT, UnknownNames, key_of, key_of_written
from accounts.models import FileName
from accounts.staff.rows import StaffPerson
from accounts.staff.words import group_of
from hospital.models import Department, Hospital, Location, Profession

Place = tuple[str, str]  # a department and its location, as they are compared


@dataclass
class Missing:
    """What does not exist yet, named as in the file."""

    locations: dict[str, str] = field(default_factory=dict)
    departments: dict[Place, tuple[str, str]] = field(default_factory=dict)  # with their location
    professions: dict[str, tuple[str, str]] = field(default_factory=dict)  # with their group

    def __len__(self) -> int:
        return len(self.locations) + len(self.departments) + len(self.professions)


class Places:
    """Finds them for one row after the other. `missing` has what is to be made, `unknown` every name that
    nobody chose anything for.
    """

    def __init__(self) -> None:
        self.missing = Missing()
        self.chosen = mapped_names.remembered(mapped_names.STAFF)
        self.unknown = UnknownNames()
        locations = list(Location.objects.values_list("name", "is_partner"))
        self.locations = {key_of(name): name for name, _is_partner in locations}
        self.own = [name for name, is_partner in locations if not is_partner]
        self.departments: dict[Place, str] = {}
        self.where: dict[str, list[str]] = {}
        for name, location in Department.objects.values_list("name", "location__name"):
            self._add(name, location)
        self.professions = {key_of(name): name for name in Profession.objects.values_list("name", flat=True)}

    def department(self, person: StaffPerson, *, before: str) -> str:
        """The department of `person` with its location ("IC · Noord"); empty for none, or not known yet.

        `before` is the one they have here, whose location holds where the file says none.
        """
        if not person.get("department"):
            return ""
        chosen, written, location = self._meant_department(person)
        named = AT.join(filter(None, (written, location)))
        if chosen and chosen.department:
            return f"{chosen.department.name}{AT}{chosen.department.location.name}"
        was, _at, place = before.rpartition(AT)
        if chosen and chosen.location:
            location = chosen.location.name
        elif not location and key_of(was) == key_of(written):
            location = place
        location = self._location(location) if location else self._guessed_location(written)
        if not location:
            self.unknown.note(NameKind.DEPARTMENT, written, must=True)
            return ""
        return self._at(written, location, named)

    def profession(self, person: StaffPerson) -> str:
        """The profession of `person`; empty for none, or not known yet."""
        chosen, written = self._meant(NameKind.PROFESSION, person.get("profession"))
        key = key_of(written)
        if chosen and chosen.profession:
            return chosen.profession.name
        if not written or (key in self.professions and key not in self.missing.professions):
            return self.professions.get(key, "")
        proposal = str(group_of(written) or "")
        group = chosen.group if chosen else proposal
        self.unknown.note(NameKind.PROFESSION, written, proposal=group, must=not group)
        if not group:
            return ""
        self.professions.setdefault(key, written)
        self.missing.professions.setdefault(key, (written, group))
        return self.professions[key]

    def plain(self, person: StaffPerson) -> Place:
        """Department and profession of `person` as they are called here, and as they are compared."""
        department, ward, _location = self._meant_department(person)
        profession, job = self._meant(NameKind.PROFESSION, person.get("profession"))
        return (
            key_of(department.department.name if department and department.department else ward),
            key_of(profession.profession.name if profession and profession.profession else job),
        )

    def _meant(self, kind: str, written: str) -> tuple[FileName | None, str]:
        """What was chosen for a name, and the name of which it is the same: often the name itself."""
        chosen = self.chosen.get((kind, key_of_written(written)))
        if chosen and chosen.same_as:
            return self.chosen.get((kind, key_of_written(chosen.same_as))), chosen.same_as
        return chosen, written

    def _meant_department(self, person: StaffPerson) -> tuple[FileName | None, str, str]:
        written, location = person.get("department"), person.get("location")
        named = AT.join(filter(None, (written, location)))
        chosen, meant = self._meant(NameKind.DEPARTMENT, named)
        if meant != named:
            written, _at, location = meant.partition(AT)
        return chosen, written, location

    def _at(self, written: str, location: str, named: str) -> str:
        key = (key_of(written), key_of(location))
        if key not in self.departments or key in self.missing.departments:
            self.unknown.note(NameKind.DEPARTMENT, named)
        if key not in self.departments:
            self.missing.departments[key] = written, location
            self._add(written, location)
        return f"{self.departments[key]}{AT}{location}"

    def _location(self, written: str) -> str:
        chosen, written = self._meant(NameKind.LOCATION, written)
        key = key_of(written)
        if chosen and chosen.location:
            return chosen.location.name
        if key not in self.locations or key in self.missing.locations:
            self.unknown.note(NameKind.LOCATION, written)
            if key not in self.locations:
                self.locations[key] = self.missing.locations[key] = written
                self.own.append(written)
        return self.locations[key]

    def _guessed_location(self, department: str) -> str:
        """Where the only department of this name is, or else the hospital's only location; a first one where
        there is none yet.
        """
        places = self.where.get(key_of(department)) or self.own or [self._location(_first_location())]
        return places[0] if len(places) == 1 else ""

    def _add(self, department: str, location: str) -> None:
        self.departments[key_of(department), key_of(location)] = department
        self.where.setdefault(key_of(department), []).append(location)


def _first_location() -> str:
    """What the only site of a hospital is called until somebody gives it another name."""
    return Hospital.current().name or gettext("Main location")
