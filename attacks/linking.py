"""Somebody who may copy everything, as often as they like, says who gave which answer.

They know all the answers that were given, everybody who was invited with the code that the mail server saw,
and look in every copy for a trace of an answer: its own words in any form in which they were sent, sealed or
might be stored. What was written by the transaction that wrote something about somebody is theirs; else the
order of the one is held against the order of the other. Where no answer left a trace they can but guess.
"""

import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from math import sqrt
from random import Random
from urllib.parse import urlencode

from django.conf import settings
from django.db import connection, transaction

from accounts.tests.factories import UserFactory
from attacks.installation import DumpedRow, Installation
from evaluations import tickets
from evaluations.enums import PeriodLength, Question
from evaluations.models import EvaluationPolicy, Invitation, Opening
from evaluations.periods import Period
from evaluations.tickets import LENGTH
from hospital.clock import local_day
from supporters.tests.factories import ContactFactory

_CODE = re.compile(r"\b(?:[0-9A-HJKMNP-TV-Z]{4}-?){3}[0-9A-HJKMNP-TV-Z]{4}\b")
#: Where a code may stand, perhaps behind other letters and figures.
_RUN = re.compile(rf"[0-9A-HJKMNP-TV-Z-]{{{LENGTH},}}")
_ANSWER = re.compile(
    r'\{"blame":"\d-\d"(?:,"(?!ticket)\w+":"[^"]*")*|blame_before=\d&blame_after=\d(?:&\w+_(?:before|after)=\d)*'
)
#: How a row names somebody: by the id of the invitation, or by what stands for it in the naive tables.
_NAMED = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|\bperson-\d+\b")
#: So many copies are taken while answers come in.
COPIES = 5
#: Where there is nothing to go by, so often is guessed anew.
GUESSES = 100


@dataclass(frozen=True, slots=True)
class Linked:
    """Of `people` whose answers were opened together, of how many the answer was named rightly on average
    (`right`), and in how many places an answer (`answers`) or a code was found (`codes`, besides in mails).
    """

    people: int
    right: float
    answers: int
    codes: int

    @property
    def mean(self) -> float:
        return self.right / self.people

    @property
    def at_most(self) -> float:
        """The upper end of the 95% interval of `mean`, of so many guesses."""
        return self.mean + 1.645 * sqrt(self.mean * (1 - self.mean) / (GUESSES * self.people))

    @property
    def is_chance(self) -> bool:
        return self.at_most <= self.limit and not self.answers and not self.codes

    @property
    def limit(self) -> float:
        """A little above chance."""
        return 1 / self.people + 0.06


def attack(place: Installation, *, people: int, seed: int) -> Linked:
    """Invite, let everybody answer in a random order, open at the end of the period; then guess."""
    chance = Random(seed)
    codes = invite(place, [f"{seed}-{number}" for number in range(people)])
    answers = dict(zip(codes, _different(people, chance), strict=True))
    order = list(codes)
    chance.shuffle(order)
    copies = [place.dump()]
    for number, person in enumerate(order, 1):
        status, _body = place.send("/evaluation/", {**_typed(answers[person]), "ticket": codes[person]})
        assert status == 302
        if number % (people // COPIES) == 0:
            copies.append(place.dump())
    end_period(place)
    copies.append(place.dump())
    blobs = {"wal": place.wal().encode(), **dict(place.files())}
    return judge(copies, blobs, codes=codes, answers=answers, chance=chance)


@dataclass(frozen=True, slots=True)
class SentOften:
    """Whether `answers`, several of them of one person, were `opened` at the end of their period."""

    answers: int
    opened: bool


def one_person_often(place: Installation) -> SentOften:
    """Nine people answer, one of them for five contacts; the period ends."""
    codes = invite(place, [*map(str, range(8)), *["often"] * 5])
    for code in codes.values():
        place.send("/evaluation/", {"recommend": "yes", "ticket": code})
    return SentOften(len(codes), end_period(place).tables is not None)


def invite(place: Installation, names: Sequence[str]) -> dict[str, str]:
    """A contact of each of `names`, closed so long ago that they are invited next; the code that each is
    sent, by the id of the invitation.
    """
    people = {name: UserFactory(email=f"colleague-{name}@hospital.example") for name in set(names)}
    at = place.clock.now() - timedelta(days=14 + EvaluationPolicy.current().invite_after, hours=1)
    contacts = [
        ContactFactory(closed=True, proposed_at=at, offer__involvement__employee=people[name])
        for name in names
    ]
    place.mails.messages.clear()
    invited = Invitation.objects.filter(contact__in=[each.pk for each in contacts])
    place.pass_until(lambda: invited.count() == len(names) == len(_mailed(place)), "the invitations")
    codes = {
        str(pk): tickets.grouped(tickets.issue(pk, version, settings.EVALUATION_TICKET_KEY))
        for pk, version in invited.values_list("pk", "version")
    }
    assert set(codes.values()) == _mailed(place)
    return codes


def end_period(place: Installation) -> Opening:
    """Until the answers of the period that runs were opened, or carried over."""
    period = Period.holding(local_day(place.clock.now()), PeriodLength(EvaluationPolicy.current().period))
    place.clock.set(period.closes_at + timedelta(hours=1))
    opening = Opening.objects.filter(ends_on=period.ends_on)
    place.pass_until(opening.exists, "the opening")
    return opening.get()


def judge(
    copies: Sequence[Sequence[DumpedRow]],
    blobs: Mapping[str, bytes],
    *,
    codes: Mapping[str, str],
    answers: Mapping[str, Mapping[str, str]],
    chance: Random,
) -> Linked:
    """Guess by what lies in `copies` of the database and in `blobs`. `codes` and `answers` are by person: by
    the id of the invitation.
    """
    forms = {person: set(_forms(answer)) for person, answer in answers.items()}
    known = set().union(*forms.values())
    found = sum(form in known for copy in copies for row in copy for form in _answers_in(row.text))
    found += sum(form in known for blob in blobs.values() for form in _answers_in(blob.decode("latin-1")))
    matched = _matched(copies, forms)
    right = sum(giver == person for person, giver in matched.items())
    guessing = [person for person in answers if person not in matched]
    left = [person for person in answers if person not in matched.values()]
    guessed = 0
    for _guess in range(GUESSES):
        chance.shuffle(left)
        guessed += sum(giver == person for person, giver in zip(guessing, left, strict=True))
    in_files = sum(_codes_in(blob, codes.values()) for blob in blobs.values())
    return Linked(len(answers), right + guessed / GUESSES, found, in_files)


def attack_naively(place: Installation, *, people: int, seed: int) -> Linked:
    """The same of a form that stores the answer and, in the same transaction, that it was given."""
    chance = Random(seed)
    answers = {f"person-{number}": answer for number, answer in enumerate(_different(people, chance))}
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS naive_invitation, naive_answer")
        cursor.execute("CREATE TABLE naive_invitation (person text PRIMARY KEY, answered bool)")
        cursor.execute("CREATE TABLE naive_answer (content text)")
        cursor.executemany("INSERT INTO naive_invitation VALUES (%s, FALSE)", [[each] for each in answers])
        order = list(answers)
        chance.shuffle(order)
        for person in order:
            with transaction.atomic():
                cursor.execute("INSERT INTO naive_answer VALUES (%s)", [_written(answers[person]) + "}"])
                cursor.execute("UPDATE naive_invitation SET answered = TRUE WHERE person = %s", [person])
    copies = [[row for row in place.dump() if row.table.startswith("naive_")]]
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE naive_invitation, naive_answer")
    return judge(copies, {}, codes={}, answers=answers, chance=chance)


def _mailed(place: Installation) -> set[str]:
    """The codes in all mails."""
    found = set()
    for message in place.mails.messages:
        text = message.get_body(("plain",))
        if text is not None:
            found.update(_CODE.findall(text.get_content()))
    return found


def _different(people: int, chance: Random) -> list[dict[str, str]]:
    """So many answers, no two alike."""
    feelings = Question.feelings()
    scales = [question.scale for question in feelings]
    together = len(scales[0]) ** len(scales)
    answers = []
    for number in chance.sample(range(together), people):
        pairs = {}
        for position, (question, scale) in enumerate(zip(feelings, scales, strict=True)):
            pairs[question.value] = scale[number // len(scale) ** position % len(scale)]
        answers.append({**pairs, "helped": "4", "mark": "8", "recommend": "yes"})
    return answers


def _typed(answer: Mapping[str, str]) -> dict[str, str]:
    """`answer` as the form sends it."""
    fields: dict[str, str] = {}
    for name, value in answer.items():
        before, pair, after = value.partition("-")
        fields |= {f"{name}_before": before, f"{name}_after": after} if pair else {name: value}
    return fields


def _written(answer: Mapping[str, str]) -> str:
    """`answer` as it is sealed, without its last bracket: behind it follows the code."""
    return json.dumps(dict(answer), sort_keys=True, separators=(",", ":"))[:-1]


def _forms(answer: Mapping[str, str]) -> tuple[str, str]:
    """`answer` as it is sealed, and the feelings in it as they are sent."""
    return _written(answer), urlencode(_typed({name: pair for name, pair in answer.items() if "-" in pair}))


def _answers_in(text: str) -> list[str]:
    """What looks like an answer; in the text of a row PostgreSQL doubles quotes."""
    return _ANSWER.findall(text.replace('""', '"'))


def _matched(copies: Sequence[Sequence[DumpedRow]], forms: Mapping[str, set[str]]) -> dict[str, str]:
    """For each person of whom an answer is thought to be, whose it is: what one transaction wrote belongs
    together, else the order of the one is held against that of the other.
    """
    of_whom = {form: person for person, both in forms.items() for form in both}
    for copy in reversed(copies):
        answers = [(row, of_whom[form]) for row in copy for form in _answers_in(row.text) if form in of_whom]
        people = [(row, person) for row in copy for person in _NAMED.findall(row.text) if person in forms]
        answers.sort(key=_order)
        people.sort(key=_order)
        by_transaction = {row.transaction: person for row, person in people}
        if joined := {
            by_transaction[row.transaction]: giver
            for row, giver in answers
            if row.transaction in by_transaction
        }:
            return joined
        if answers:
            return {person: giver for (_row, person), (_other, giver) in zip(people, answers, strict=False)}
    return {}


def _order(written: tuple[DumpedRow, str]) -> tuple[int, float, str]:
    row, _text = written
    return row.transaction, row.at, row.place


def _codes_in(blob: bytes, codes: Collection[str]) -> int:
    """How many of `codes` stand in `blob`, with or without dashes, whatever stands right before them."""
    plain = {code.replace("-", "") for code in codes}
    found = set()
    for run in set(_RUN.findall(blob.decode("latin-1"))):
        letters = run.replace("-", "")
        found |= plain & {letters[start : start + LENGTH] for start in range(len(letters) - LENGTH + 1)}
    return len(found)
