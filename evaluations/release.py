"""Opening the envelopes of a batch, all at once, into tallies. There is no row for a respondent, ever."""

import random
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import structlog
from django.conf import settings
from django.db import connection, transaction

from evaluations import batches, sealing, tickets
from evaluations.enums import Question
from evaluations.models import EvaluationPolicy, Invitation
from hospital.clock import local_day

logger = structlog.get_logger(__name__)

Answers = Mapping[Question, str]


@dataclass(frozen=True)
class BatchRelease:
    """`opened` answers were added to the tallies; None when there were too few, which stay sealed."""

    opened: int | None


def release(*, at: datetime) -> BatchRelease:
    """Open the batch if there are enough answers, then destroy its private key.

    One transaction opens, drops doubles, adds to the tallies, marks the invitations answered and closes the
    batch for a new one; killed before its commit nothing has happened. Killed after it, before the key is
    destroyed, the next run destroys it. Raises BatchKeyMissingError.
    """
    batches.destroy_spent_keys()
    opened = _open_batch(at)
    if opened is not None:
        batches.destroy_spent_keys()
        logger.info("evaluations.released", answers=opened)
    return BatchRelease(opened)


@transaction.atomic
def _open_batch(at: datetime) -> int | None:
    batches.own()
    batch, least = batches.current(), EvaluationPolicy.current().release_at_least
    sealed = [bytes(box) for box in batch.envelopes.values_list("sealed", flat=True)] if batch else []
    if batch is None or len(sealed) < least:
        return None
    answers = _by_invitation(sealed, batches.keys().load(batch.id))
    if len(answers) < least:
        return None
    _add_to_tallies(answers.values(), quarter=quarter_of(at))
    Invitation.objects.filter(id__in=answers).update(answered=True)
    batch.envelopes.all().delete()
    batch.released_at = at
    batch.save(update_fields=["released_at"])
    batches.open_new(at=at)
    return len(answers)


def _by_invitation(sealed: list[bytes], private_key: bytes) -> dict[UUID, Answers]:
    """One answer for each open invitation: of doubles any, for nobody knows which came first."""
    random.SystemRandom().shuffle(sealed)
    invitations = Invitation.objects.filter(answered=False).values_list("id", "version")
    invitation_of = tickets.by_ticket(invitations, settings.EVALUATION_TICKET_KEY)
    answers: dict[UUID, Answers] = {}
    for envelope in sealed:
        try:
            opened = sealing.open_envelope(envelope, private_key)
        except sealing.UnreadableEnvelopeError:
            logger.error("evaluations.unreadable")  # noqa: TRY400  # the traceback says no more
            continue
        if invitation := invitation_of.get(opened.ticket):
            answers.setdefault(invitation, opened.answers)
    return answers


def _add_to_tallies(answers: Iterable[Answers], *, quarter: date) -> None:
    counts = Counter(pair for answer in answers for pair in answer.items())
    cells = sorted(counts.items())
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO evaluations_tally (quarter, question, value, count)
            SELECT %s, * FROM unnest(%s::text[], %s::text[], %s::int[])
            ON CONFLICT (quarter, question, value)
            DO UPDATE SET count = evaluations_tally.count + excluded.count
            """,
            [
                quarter,
                [question.value for (question, _value), _count in cells],
                [value for (_question, value), _count in cells],
                [count for _cell, count in cells],
            ],
        )


def quarter_of(at: datetime) -> date:
    """The first day of the quarter of `at` in Europe/Amsterdam: when it was opened, not when it was given."""
    local = local_day(at)
    return date(local.year, 3 * ((local.month - 1) // 3) + 1, 1)


@transaction.atomic
def discard_unreadable(*, at: datetime) -> int:
    """Give up a batch whose key is gone (a database that was restored), for a new one; how many answers."""
    batches.own()
    batch = batches.current()
    if batch is None or batch.id in batches.keys().batches():
        return 0
    count, _models = batch.envelopes.all().delete()
    batch.released_at = at
    batch.save(update_fields=["released_at"])
    batches.open_new(at=at)
    logger.warning("evaluations.discarded", answers=count)
    return count
