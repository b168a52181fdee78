"""Who the people of a VIM export are, of whom it gives no employee number that is known."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass, field

from accounts.models import User
from accounts.people import directory, who_is_who
from accounts.people.who_is_who import Named
from incidents.vim.rows import Person

#: The answer to a question when it is nobody who was meant.
NOBODY = "no"


@dataclass(frozen=True)
class Question:
    """Whether somebody of the file is one of the employees who may be `meant`; `key` stays the same for the
    same words of the file.
    """

    key: str
    name: str
    meant: tuple[User, ...]


@dataclass
class Meant:
    """Who is known beyond doubt, or by an answer, and whom to ask about."""

    known: dict[Person, User] = field(default_factory=dict)
    questions: dict[Person, Question] = field(default_factory=dict)


def look_up(unknown: Sequence[Person], answers: Mapping[str, str]) -> Meant:
    """The employees whom `unknown` may be, as far as `answers` (an employee's id or `NOBODY`, by the key of a
    question) leave it open: two queries.
    """
    result = Meant()
    each = list(dict.fromkeys(unknown))
    named = [Named(name=one.name, email=one.email, telephone=one.telephone) for one in each]
    in_service = User.objects.filter(is_active=True).select_related("profession", "department__location")
    found = who_is_who.employees_meant(named, among=in_service)
    directory.told_apart({user.pk: user for users in found for user in users}.values())
    for one, said, meant in zip(each, named, found, strict=True):
        key = _key(one)
        answered = {str(user.pk): user for user in meant}.get(answers.get(key, ""))
        if user := who_is_who.certainly(said, meant) or answered:
            result.known[one] = user
        elif meant and answers.get(key) != NOBODY:
            result.questions[one] = Question(key, one.name, tuple(meant))
    return result


def _key(person: Person) -> str:
    return hashlib.blake2b(json.dumps(astuple(person)).encode(), digest_size=8).hexdigest()
