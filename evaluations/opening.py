"""Opening the envelopes, once for a closed period, straight into numbers with noise.

Exact counts exist in memory only, and there is no row for a respondent, ever.
"""

import random
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import Max, Min

from accounts.models import User
from evaluations import batches, invitations, persons, sealing, tickets
from evaluations.answer_tables import ANSWER_TABLES, counted
from evaluations.answers import MOST_WAITING
from evaluations.drawn import draw
from evaluations.drawn_once import drawn_once
from evaluations.enums import PeriodLength, Question
from evaluations.models import Batch, Envelope, EvaluationPolicy, Invitation, Opening, Survey, SurveyOpening
from evaluations.periods import Period, following

logger = structlog.get_logger(__name__)

Answers = Mapping[Question, str]


class BatchKeyRefusedError(Exception):
    """The public key in the database is not the one that we made."""


@dataclass(frozen=True, slots=True)
class _Invited:
    """An invitation that may have been answered."""

    id: UUID
    expires_at: datetime
    person: bytes


def open_due(*, at: datetime) -> list[Opening]:
    """End every period that is over at `at` and was not ended yet; what was stored of each, oldest first.

    The envelopes are opened for the last of them, if people enough have answered; else they wait for the end
    of the next. It is tried once: tried each night, the tenth answer would show by the day on which it came.
    Each period is one transaction; killed before its commit nothing has happened, but that what was drawn is
    kept: the next run stores the same. Killed after it, before the key is destroyed, the next run destroys
    it. Raises BatchKeyMissingError and BatchKeyRefusedError.
    """
    batches.destroy_spent_keys()
    ended = []
    while opening := _end_next(at):
        ended.append(opening)
        logger.info(
            "evaluations.period_ended", ends_on=str(opening.ends_on), opened=opening.tables is not None
        )
    batches.destroy_spent_keys()
    return ended


@transaction.atomic
def _end_next(at: datetime) -> Opening | None:
    batches.own()
    at_most = PeriodLength(EvaluationPolicy.current().period)
    period = _upcoming(at_most)
    if period is None or period.closes_at > at:
        return None
    after = following(period.ends_on, first_account=None, at_most=at_most)
    is_last = after is None or after.closes_at > at
    tables = _open_batch(at) if is_last else None
    return Opening.objects.create(starts_on=period.starts_on, ends_on=period.ends_on, tables=tables)


def _upcoming(at_most: PeriodLength) -> Period | None:
    last = Opening.objects.aggregate(last=Max("ends_on"))["last"]
    first = None if last else User.objects.aggregate(first=Min("date_joined"))["first"]
    return following(last, first_account=first, at_most=at_most)


def _open_batch(at: datetime) -> dict[str, Any] | None:
    """The drawn tables of everybody who answered; None when there are too few, who stay sealed."""
    batch, policy = batches.current(), EvaluationPolicy.current()
    if batch is None:
        return None
    if not batches.is_genuine(batch):
        raise BatchKeyRefusedError(f"The public key of batch {batch.id} is not the one that was made here.")
    sealed = {str(pk): bytes(box) for pk, box in batch.envelopes.values_list("id", "sealed")}
    if len(sealed) < policy.least:
        return None
    key = batches.keys().load(batch.id)
    invited = _by_ticket(key)
    answers, _answered = _one_of_each(sealed.values(), invited, key)
    if len(answers) < policy.least:
        return None
    drawn = drawn_once(f"batch-{batch.id}", lambda: {"tables": _drawn(answers), "of": sorted(sealed)})
    # What came after a night in which this could not be stored goes on with the others.
    late = [sealed.pop(pk) for pk in sealed.keys() - drawn["of"]]
    _answers, answered = _one_of_each(sealed.values(), invited, key)
    batch.envelopes.all().delete()
    batch.released_at = at
    batch.save(update_fields=["released_at"])
    new = batches.open_new(at=at)
    _go_on(invited.values(), answered=answered, at=at, batch=new)
    _seal_again(late, key=key, batch=new)
    tables: dict[str, Any] = drawn["tables"]
    return tables


def _seal_again(envelopes: Iterable[bytes], *, key: bytes, batch: Batch) -> None:
    contents = []
    for envelope in envelopes:
        try:
            contents.append(sealing.open_content(envelope, key))
        except sealing.UnreadableEnvelopeError:
            continue  # written by somebody else
    random.SystemRandom().shuffle(contents)
    public_key = bytes(batch.public_key)
    Envelope.objects.bulk_create(
        Envelope(batch=batch, sealed=sealing.seal_content(content, public_key)) for content in contents
    )


def _by_ticket(key: bytes) -> dict[str, _Invited]:
    """Everybody whose answer may be among the envelopes."""
    open_ones = Invitation.objects.filter(answered=False, person__isnull=False)
    found = {}
    for id_, version, expires_at, person in open_ones.values_list("id", "version", "expires_at", "person"):
        try:
            who = persons.unseal(bytes(person or b""), key)
        except persons.UnreadablePersonError:
            continue  # written by somebody else
        ticket = tickets.issue(id_, version, settings.EVALUATION_TICKET_KEY)
        found[ticket] = _Invited(id_, expires_at, who)
    return found


def _one_of_each(
    sealed: Iterable[bytes], invited: Mapping[str, _Invited], key: bytes
) -> tuple[Collection[Answers], set[UUID]]:
    """One answer of each person, and all invitations that were answered.

    Of several answers, with one ticket or with several, any: nobody knows which came first.
    """
    shuffled = list(sealed)
    random.SystemRandom().shuffle(shuffled)
    answers: dict[bytes, Answers] = {}
    answered = set()
    for envelope in shuffled:
        try:
            opened = sealing.open_envelope(envelope, key)
        except sealing.UnreadableEnvelopeError:
            continue  # written by somebody else
        if invitation := invited.get(opened.ticket):
            answers.setdefault(invitation.person, opened.answers)
            answered.add(invitation.id)
    return answers.values(), answered


def _go_on(invited: Iterable[_Invited], *, answered: set[UUID], at: datetime, batch: Batch) -> None:
    """Who answered is done, whose time is over at `at` too late; the others may answer into `batch`."""
    Invitation.objects.filter(answered=False, id__in=answered).update(answered=True, person=None)
    open_ones = [one for one in invited if one.id not in answered and one.expires_at > at]
    Invitation.objects.filter(answered=False).exclude(id__in=[one.id for one in open_ones]).update(
        person=None
    )
    random.SystemRandom().shuffle(open_ones)
    sealed = persons.seal((one.person for one in open_ones), bytes(batch.public_key))
    rows = [Invitation(id=one.id, person=person) for one, person in zip(open_ones, sealed, strict=True)]
    Invitation.objects.bulk_update(rows, ["person"], batch_size=1_000)


def _drawn(answers: Collection[Answers]) -> dict[str, Any]:
    given: dict[Question, Counter[str]] = {question: Counter() for question in Question}
    for answer in answers:
        for question, value in answer.items():
            given[question][value] += 1
    exact = counted(given)
    return {table.name: draw(table, exact[table.name]).as_json() for table in ANSWER_TABLES}


@transaction.atomic
def drop_doubles() -> int:
    """Where so many envelopes wait that soon no more would be taken, leave one for each code, any of them;
    how many are gone. In the worker.
    """
    batches.own()
    batch = batches.current()
    if batch is None or batch.envelopes.count() < MOST_WAITING // 2 or not batches.can_open(batch):
        return 0
    key = batches.keys().load(batch.id)
    waiting = [(pk, bytes(sealed)) for pk, sealed in batch.envelopes.values_list("id", "sealed")]
    random.SystemRandom().shuffle(waiting)
    kept: dict[str, UUID] = {}
    for pk, sealed in waiting:
        try:
            kept.setdefault(sealing.open_envelope(sealed, key).ticket, pk)
        except sealing.UnreadableEnvelopeError:
            continue  # written by somebody else
    batch.envelopes.exclude(id__in=kept.values()).delete()
    return len(waiting) - len(kept)


class Repair(StrEnum):
    """What became of a batch that could not be opened."""

    NOTHING_WRONG = "nothing wrong"
    KEY_PUT_BACK = "key put back"
    GIVEN_UP = "given up"


@transaction.atomic
def mend(*, at: datetime) -> Repair:
    """Put the public key of the batch right if its private key is there; nothing is lost then. Else give the
    batch up for a new one: whoever was invited for it and whose name is known yet is invited again, with a
    new ticket.
    """
    batches.own()
    found = batches.unusable()
    left = [one for one in found if not batches.put_key_back(one)]
    for survey in left:
        if isinstance(survey, Survey):
            survey.envelopes.all().delete()
            SurveyOpening.objects.create(survey=survey)
    batch = next((one for one in left if isinstance(one, Batch)), None)
    if batch is None:
        if left:
            return Repair.GIVEN_UP
        return Repair.KEY_PUT_BACK if found else Repair.NOTHING_WRONG
    batch.envelopes.all().delete()
    batch.released_at = at
    batch.save(update_fields=["released_at"])
    invitations.invite_again(batch=batches.open_new(at=at), at=at)
    return Repair.GIVEN_UP
