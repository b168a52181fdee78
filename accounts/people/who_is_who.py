"""Who is who: whether somebody who is named by hand is an employee, and whether two who are named are one.

The one place that decides it. A number or a mail address says who somebody is; a name with a department does
so too. A telephone or a mailbox may be shared by a ward, so it never makes two people one by itself.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from operator import or_
from uuid import UUID

from django.db.models import Q, QuerySet

from accounts.models import User
from accounts.people import names, telephones
from accounts.people.fields import MailField

SHARED = 5
"""A telephone number or a name of more employees than these tells nothing about who is meant."""


def mail(address: str) -> str:
    """A mail address as it is kept and compared."""
    return MailField.keep(address)


@dataclass(frozen=True, kw_only=True)
class Named:
    """What is said about somebody: any of it may be empty. `department` is the id of one."""

    name: str = ""
    email: str = ""
    telephone: str = ""
    department: UUID | None = None

    def is_also(self, other: "Named") -> bool:
        """Whether both are one person: a shared address or number, and a name that may be the other's."""
        mine, theirs = _reached_at(self), _reached_at(other)
        if not mine or not theirs:
            return names.same(self.name, other.name)
        fits = names.shortens(self.name, other.name) or names.shortens(other.name, self.name)
        return fits and bool(mine & theirs)


def named(user: User) -> Named:
    """What the account says about somebody."""
    return Named(name=user.name, email=user.email, telephone=user.telephone, department=user.department_id)


def employees_meant(named: Sequence[Named], *, among: QuerySet[User] | None = None) -> list[list[User]]:
    """For each of `named` the employees of `among` (those in service) who may be meant, likeliest first.

    By mail address; by telephone number, unless a whole ward has it; by name and department, or by the name
    alone when no department is said. One query for all.
    """
    people = User.objects.filter(is_active=True) if among is None else among
    wanted = [condition for each in named for condition in _conditions(each)]
    if not wanted:
        return [[] for _ in named]
    found = list(people.filter(reduce(or_, wanted)).order_by("sort_key", "id"))
    return [_meant(each, found) for each in named]


def certainly(named: Named, meant: Iterable[User]) -> User | None:
    """Of those who may be `meant` the one who is, without asking: by mail address, or by number and name."""
    address, telephone = mail(named.email), number(named.telephone)
    for one in meant:
        if (address and one.email == address) or (
            telephone and one.telephone == telephone and names.same(one.name, named.name)
        ):
            return one
    return None


def number(telephone: str) -> str:
    """A telephone number as it is kept and compared; empty for words without a number ("-")."""
    return telephones.kept(telephone) if telephones.may_be_one(telephone) else ""


def same_human(named: Named) -> Q:
    """The employees who may be the one that is `named`, for leaving them out: rather one too many."""
    anywhere = replace(named, department=None)
    return reduce(or_, _conditions(anywhere), Q(pk=None))


def _conditions(named: Named) -> list[Q]:
    found = [Q(email=named.email)] if mail(named.email) else []
    if number(named.telephone):
        found.append(Q(telephone=named.telephone))
    if names.words(named.name):
        by_name = Q(sort_key=names.sort_key(named.name))
        found.append(by_name & Q(department=named.department) if named.department else by_name)
    return found


def _meant(named: Named, people: Collection[User]) -> list[User]:
    address, telephone = mail(named.email), number(named.telephone)
    by_mail = [one for one in people if address and one.email == address]
    by_number = [one for one in people if telephone and one.telephone == telephone]
    by_name = [
        one
        for one in people
        if names.same(one.name, named.name) and named.department in {None, one.department_id}
    ]
    several = [group for group in (by_name, by_number) if len(group) <= SHARED]
    return list(dict.fromkeys([*by_mail, *(one for group in several for one in group)]))


def _reached_at(named: Named) -> set[str]:
    return {mail(named.email), number(named.telephone)} - {""}
