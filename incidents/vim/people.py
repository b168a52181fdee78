"""Who the people of a VIM export are, of whom it gives no employee number that is known."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass, field, replace

from accounts.models import User
from accounts.people import directory, names, who_is_who
from accounts.people.who_is_who import Named
from incidents.models import Involvement
from incidents.reports.report_writer import Involved, are_one
from incidents.vim.rows import NamedPerson

#: The answer to a question when it is nobody who was meant.
NOBODY = "no"


@dataclass(frozen=True)
class Twin:
    """Somebody of much the same name, on the report already (`row`) or higher up in the file."""

    answer: str
    said: Involved
    row: Involvement | None = None

    @property
    def who(self) -> Involved | Involvement:
        return self.row or self.said


@dataclass(frozen=True)
class WhoIsMeant:
    """Whether somebody of the file, as it writes them down, is one of the employees who may be `meant` or one
    of the `twins` on the same report; `key` stays the same for the same words of the file. `numbers` are the
    reports that name this person.
    """

    key: str
    said: NamedPerson
    meant: tuple[User, ...] = ()
    twins: tuple[Twin, ...] = ()
    numbers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Same:
    """The answer that somebody of the file is the one of `row`; what the file says of how to reach who has no
    account takes the place of what stood there.
    """

    row: Involvement
    key: str
    email: str = ""
    telephone: str = ""


@dataclass
class Meant:
    """Who is known beyond doubt, or by an answer, and who may be meant."""

    known: dict[NamedPerson, User] = field(default_factory=dict)
    by_answer: dict[NamedPerson, User] = field(default_factory=dict)
    possible: dict[NamedPerson, tuple[User, ...]] = field(default_factory=dict)


def look_up(unknown: Sequence[NamedPerson], answers: Mapping[str, str]) -> Meant:
    """The employees whom `unknown` may be, as far as `answers` (an employee's id or `NOBODY`, by the key of a
    question), and those of an earlier import, leave it open: three queries.
    """
    result = Meant()
    each = list(dict.fromkeys(unknown))
    named = [Named(name=one.name, email=one.email, telephone=one.telephone) for one in each]
    in_service = User.objects.filter(is_active=True).select_related("profession", "department__location")
    found = who_is_who.employees_meant(named, among=in_service)
    directory.told_apart({user.pk: user for users in found for user in users}.values())
    earlier = _answered_before([key_of(one) for one in each])
    for one, said, meant in zip(each, named, found, strict=True):
        key = key_of(one)
        answered = {str(user.pk): user for user in meant}.get(answers.get(key) or earlier.get(key, ""))
        if user := who_is_who.certainly(said, meant):
            result.known[one] = user
        elif answered:
            result.by_answer[one] = answered
        elif meant and answers.get(key) != NOBODY:
            result.possible[one] = tuple(meant)
    return result


def twins_of(one: Involved, seen: Iterable[Involved], here: Iterable[Involvement]) -> tuple[Twin, ...]:
    """Those of the report, `here` and higher up in the file, whose name may be that of `one`."""
    rows = [Twin(str(row.pk), one, row) for row in here if _fits(one.called, row.name)]
    typed = [
        Twin(f"file-{place}", other)
        for place, other in enumerate(seen)
        if _fits(one.called, other.called) and not any(are_one(other, twin.who) for twin in rows)
    ]
    return (*rows, *typed)


def merged(twin: Involved, one: Involved) -> Involved:
    """Two whom the file names, who are one."""
    if twin.employee:
        return twin
    return replace(
        twin,
        email=twin.email or one.email,
        telephone=twin.telephone or one.telephone,
        profession=twin.profession or one.profession,
    )


def key_of(person: NamedPerson, number: str = "") -> str:
    """The key of a person of the file; with the `number` of a report, of the person on that one."""
    said = [*astuple(person), *filter(None, [number])]
    return hashlib.blake2b(json.dumps(said).encode(), digest_size=8).hexdigest()


def _answered_before(keys: Sequence[str]) -> dict[str, str]:
    """The id of the employee whom somebody chose for each of `keys`, where that is not erased."""
    rows = Involvement.objects.filter(file_keys__overlap=list(keys), employee__isnull=False)
    chosen = rows.order_by("added_at").values_list("file_keys", "employee")
    return {key: str(employee) for of, employee in chosen for key in of}


def _fits(one: str, other: str) -> bool:
    return names.same(one, other) or names.shortens(one, other) or names.shortens(other, one)
