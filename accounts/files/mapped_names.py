"""What the names in an imported file stand for: locations, departments and professions that the house calls
otherwise. Chosen once in the preview, many at once, and remembered for the next file.

One way for every import: it finds each name that it does not know, says what may be chosen for it, and
remembers what was.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext

from accounts.enums import NameKind
from accounts.models import FileName, User
from accounts.policy_log import PolicyLog
from hospital.enums import ProfessionGroup
from hospital.models import Department, Location, Profession

STAFF = ""  # the source of the staff file
AT = " · "  # between a department and its location

Key = tuple[str, str]  # the kind of a name, and the name as it is compared
#: What a name stands for, as the history keeps it: what something is called, {"group": "support"} for a new
#: one in that group, {} for nothing.
Meaning = str | dict[str, str]


def key_of(*parts: str) -> str:
    """A name as it is compared; a department with its location, where the file says one."""
    return AT.join(" ".join(part.split()).casefold() for part in parts if part)


def key_of_written(written: str) -> str:
    """`written`, a department with its location where the file says one, as it is compared."""
    return key_of(*written.split(AT))


@dataclass(frozen=True)
class Unknown:
    """A name in a file that the house does not have, and in how many rows it stands.

    `proposal` is the group that the words of a profession point to. `must`: nothing can be made of it before
    somebody chooses.
    """

    kind: str
    written: str
    count: int
    proposal: str = ""
    must: bool = False

    @property
    def key(self) -> Key:
        return self.kind, key_of_written(self.written)


class UnknownNames:
    """The unknown names of a file, gathered row by row: each once, as it was noted first."""

    def __init__(self) -> None:
        self._found: dict[Key, Unknown] = {}

    def __iter__(self) -> Iterator[Unknown]:
        return iter(self._found.values())

    def note(self, kind: str, written: str, *, proposal: str = "", must: bool = False) -> None:
        """That one more row names `written`."""
        noted = Unknown(kind, written, 1, proposal, must)
        found = self._found.get(noted.key)
        self._found[noted.key] = replace(found, count=found.count + 1) if found else noted


Target = Location | Department | Profession | Unknown


@dataclass(frozen=True)
class NameChoice:
    """What a name stands for: one that is here, a new one in `group` or at `location`, or what another name
    of the file stands for (`same_as`); or nothing.
    """

    unknown: Unknown
    location: Location | None = None
    department: Department | None = None
    profession: Profession | None = None
    group: str = ""
    same_as: str = ""

    @classmethod
    def of(cls, unknown: Unknown, target: Target) -> "NameChoice":
        """That `unknown` is the same as `target`."""
        match target:
            case Unknown():
                return cls(unknown, same_as=target.written)
            case Location():
                return cls(unknown, location=target)
            case Department():
                return cls(unknown, department=target)
        return cls(unknown, profession=target)

    @property
    def is_new(self) -> bool:
        """Whether the name is still one of its own, of which something new is made."""
        place = self.location if self.unknown.kind == NameKind.DEPARTMENT else None
        return bool(self.group or place)

    @property
    def meaning(self) -> Meaning:
        return _meaning(self.location, self.department, self.profession, self.group, self.same_as)


def remembered(source: str) -> dict[Key, FileName]:
    """What was chosen for the names in the files of `source`, by kind and key."""
    return {(name.kind, name.key): name for name in known(source)}


def known(source: str) -> QuerySet[FileName]:
    """The names that were chosen for `source`, by kind and name."""
    return _with_what_they_stand_for().filter(source=source)


def known_of_exports() -> QuerySet[FileName]:
    """The names that were chosen for every source but the staff file, by source, kind and name."""
    return _with_what_they_stand_for().exclude(source=STAFF).order_by("source", "kind", "key")


def remember(*, source: str, choices: Iterable[NameChoice], log: PolicyLog, by: User, at: datetime) -> None:
    """Keep `choices` for the next files of `source` too, each with a line in `log`.

    What was the same as one of these names before goes along with it.
    """
    chosen = {choice.unknown.key: choice for choice in choices}
    with transaction.atomic():
        names = remembered(source)
        chosen = {**_going_along(names, chosen), **chosen}
        before = {name_key: _of(name) for name_key, name in names.items()}
        FileName.objects.bulk_create(
            [
                FileName(
                    source=source,
                    kind=choice.unknown.kind,
                    key=choice.unknown.key[1],
                    written=choice.unknown.written,
                    location=choice.location,
                    department=choice.department,
                    profession=choice.profession,
                    group=choice.group,
                    same_as=choice.same_as,
                )
                for choice in chosen.values()
            ],
            update_conflicts=True,
            unique_fields=["source", "kind", "key"],
            update_fields=["written", "location", "department", "profession", "group", "same_as"],
        )
        changes = {
            _field(source, choice.unknown.kind, choice.unknown.written): (
                before.get(name_key),
                choice.meaning,
            )
            for name_key, choice in chosen.items()
            if before.get(name_key) != choice.meaning
        }
        log.record(changes, by=by, at=at)


def forget(*, name: FileName, log: PolicyLog, by: User, at: datetime) -> None:
    """The name stands for nothing that was chosen any more; the next file asks again."""
    with transaction.atomic():
        if FileName.objects.filter(pk=name.pk).delete()[0]:
            field = _field(name.source, name.kind, name.written)
            log.record({field: (_of(name), None)}, by=by, at=at)


def listed(names: Iterable[FileName]) -> list[tuple[FileName, str]]:
    """`names`, each with what it stands for in words."""
    return [(name, stands_for(name)) for name in names]


def stands_for(name: FileName) -> str:
    """What `name` stands for, in words of the reader's language."""
    return said(_of(name))


def said(meaning: Meaning) -> str:
    """What a name stands for, as `remember` wrote it in a `PolicyLog`, in words of the reader's language."""
    if isinstance(meaning, str):
        return meaning
    if group := meaning.get("group"):
        return gettext("new, in %(group)s") % {"group": ProfessionGroup(group).label}
    return gettext("nothing: left empty")


def in_words(field: str) -> str:
    """How the history of a `PolicyLog` calls what `remember` wrote there."""
    parts = field.split(": ")
    start = 0 if parts[0] in NameKind.values else 1
    kind, written = parts[start], ": ".join(parts[start + 1 :])
    return ": ".join([*parts[:start], f"{NameKind(kind).label} “{written}”"])


def labels(kind: str) -> Mapping[str, Location | Department | Profession]:
    """What a name of `kind` can stand for, in use, as it is called: a department with its location."""
    match kind:
        case NameKind.LOCATION:
            return {each.name: each for each in Location.objects.filter(is_active=True, is_partner=False)}
        case NameKind.DEPARTMENT:
            here = Department.objects.filter(
                is_active=True, location__is_active=True, location__is_partner=False
            )
            found = here.select_related("location").order_by("name", "location__name")
            return {f"{each.name}{AT}{each.location.name}": each for each in found}
        case _:
            return {each.name: each for each in Profession.objects.filter(is_active=True)}


def _with_what_they_stand_for() -> QuerySet[FileName]:
    return FileName.objects.select_related("location", "department__location", "profession")


def _field(source: str, kind: str, written: str) -> str:
    return ": ".join([*([source] if source else []), kind, written])[:120]


def _going_along(names: Mapping[Key, FileName], chosen: Mapping[Key, NameChoice]) -> dict[Key, NameChoice]:
    """The `names` that are the same as one for which something else is `chosen` now, each with that."""
    found = {}
    for name_key, name in names.items():
        choice = chosen.get((name.kind, key_of_written(name.same_as))) if name.same_as else None
        if choice and not choice.is_new:
            found[name_key] = replace(choice, unknown=Unknown(name.kind, name.written, 0))
    return found


def _of(name: FileName) -> Meaning:
    return _meaning(name.location, name.department, name.profession, name.group, name.same_as)


def _meaning(
    location: Location | None,
    department: Department | None,
    profession: Profession | None,
    group: str,
    same_as: str,
) -> Meaning:
    if same_as:
        return same_as
    if department:
        return f"{department.name}{AT}{department.location.name}"
    if profession:
        return profession.name
    if group:
        return {"group": group}
    return location.name if location else {}
