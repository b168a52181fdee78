"""Taking a questionnaire into use, asking it by an open link, and opening the answers once when that is over.

Sealed as the evaluations of support are, to a key of the survey's own. Whoever has the link may answer, so
nobody is invited, nothing is known of who answered, and who answers twice counts twice.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import structlog
from celery import current_app
from django.db import transaction
from django.db.models import Max

from accounts import audit
from accounts.enums import AccessAction, Role
from accounts.models import User
from evaluations import batches, sealing
from evaluations.answers import MOST_WAITING, NoBatchError
from evaluations.drawn import DrawnTable, draw
from evaluations.drawn_once import drawn_once
from evaluations.enums import Measure, SurveyKind
from evaluations.models import EvaluationPolicy, Questionnaire, Survey, SurveyEnvelope, SurveyOpening
from evaluations.questionnaires import Definition
from hospital.clock import local_day

logger = structlog.get_logger(__name__)


class SurveyOver(Exception):
    """It has not begun, or its last day is over."""


class SameAgain(Exception):
    """This is loaded already, as `questionnaire`."""

    def __init__(self, questionnaire: Questionnaire) -> None:
        super().__init__(str(questionnaire))
        self.questionnaire = questionnaire


@transaction.atomic
def load(definition: Definition, *, by: User | None, at: datetime) -> Questionnaire:
    """Keep a questionnaire that was read, not in use yet. Raises SameAgain."""
    batches.own()
    content = definition.as_json()
    if same := Questionnaire.objects.filter(code=definition.code, content=content).first():
        raise SameAgain(same)
    return Questionnaire.objects.create(code=definition.code, content=content, loaded_at=at, loaded_by=by)


def definition_of(questionnaire: Questionnaire) -> Definition:
    """What is asked."""
    return Definition.from_json(questionnaire.content)


@transaction.atomic
def take_into_use(*, questionnaire: Questionnaire, by: User, at: datetime) -> Questionnaire:
    """Give a loaded questionnaire its version; one that is in use is left as it is."""
    batches.own()
    current = Questionnaire.objects.get(pk=questionnaire.pk)
    if current.used_at is None:
        same = Questionnaire.objects.filter(code=current.code)
        current.version = (same.aggregate(last=Max("version"))["last"] or 0) + 1
        current.used_at = at
        current.save(update_fields=["version", "used_at"])
        _record(current.pk, by=by, at=at)
    return current


@transaction.atomic
def begin(
    *,
    questionnaire: Questionnaire,
    name: str,
    starts_on: date,
    ends_on: date,
    everybody: bool = False,
    by: User,
    at: datetime,
) -> Survey:
    """Ask `questionnaire`, which is in use, by an open link. The worker makes its keys, within minutes."""
    survey = Survey.objects.create(
        questionnaire=questionnaire, name=name, starts_on=starts_on, ends_on=ends_on, everybody=everybody
    )
    _record(survey.pk, by=by, at=at)
    transaction.on_commit(_ask_for_keys, robust=True)
    return survey


@transaction.atomic
def make_keys() -> int:
    """Give surveys that have none their keys, in the worker; how many. A private key is on disk before its
    public one can be seen.
    """
    batches.own()
    without = list(Survey.objects.filter(public_key=None, opening=None))
    for survey in without:
        survey.public_key = batches.keys().public_of(survey.id)
        survey.key_mac = batches.mac(survey)
        survey.save(update_fields=["public_key", "key_mac"])
    return len(without)


def check_open(survey: Survey, *, at: datetime) -> None:
    """Raises SurveyOver where no answers are taken at `at`."""
    if not survey.starts_on <= local_day(at) <= survey.ends_on:
        raise SurveyOver


@transaction.atomic
def submit(*, survey: Survey, answers: Mapping[int, str], at: datetime) -> None:
    """Seal `answers`, by the place of the question: one envelope more, and nothing else changes.

    Raises SurveyOver, NoBatchError, and what `sealing.pack` raises.
    """
    check_open(survey, at=at)
    batches.share()
    current = Survey.objects.filter(pk=survey.pk, opening=None).first()
    if current is None:
        raise SurveyOver
    if current.public_key is None or not batches.is_genuine(current):
        raise NoBatchError
    if current.envelopes.count() >= MOST_WAITING:
        raise NoBatchError
    content = {str(place): value for place, value in answers.items()}
    sealed = sealing.seal_content(content, bytes(current.public_key))
    SurveyEnvelope(survey=current, sealed=sealed).save(force_insert=True)


def open_due(*, at: datetime) -> list[SurveyOpening]:
    """Open every survey whose last day is over at `at`, once; where fewer than ten answered, its envelopes go
    unread. A survey whose key is gone or not ours waits.
    """
    over = Survey.objects.filter(ends_on__lt=local_day(at), opening=None).values_list("id", flat=True)
    opened = [found for pk in over if (found := _open(pk))]
    if opened:
        batches.destroy_spent_keys()
        logger.info("evaluations.surveys_opened")
    return opened


@transaction.atomic
def _open(pk: UUID) -> SurveyOpening | None:
    batches.own()
    survey = Survey.objects.select_related("questionnaire").get(pk=pk)
    if SurveyOpening.objects.filter(survey=survey).exists() or not batches.can_open(survey):
        return None
    key, definition = batches.keys().load(survey.id), definition_of(survey.questionnaire)
    answers = []
    for sealed in survey.envelopes.values_list("sealed", flat=True):
        try:
            answers.append(_allowed(definition, sealing.open_content(bytes(sealed), key)))
        except sealing.UnreadableEnvelopeError:
            continue  # written by somebody else
    version = survey.questionnaire.version or 0
    tables = None
    if len(answers) >= EvaluationPolicy.current().least:
        tables = drawn_once(f"survey-{survey.id}", lambda: _drawn(definition, version, answers))
    survey.envelopes.all().delete()
    return SurveyOpening.objects.create(survey=survey, tables=tables)


def _drawn(definition: Definition, version: int, answers: Sequence[Mapping[str, str]]) -> dict[str, Any]:
    exact = definition.counted(answers, version)
    return {table.name: draw(table, exact[table.name]).as_json() for table in definition.tables(version)}


def drawn(survey: Survey) -> list[DrawnTable] | None:
    """What was opened, in the order of the questions; None where nothing was, or nothing yet."""
    opening = SurveyOpening.objects.filter(survey=survey, tables__isnull=False).first()
    if opening is None or opening.tables is None:
        return None
    version = survey.questionnaire.version or 0
    tables = definition_of(survey.questionnaire).tables(version)
    return [DrawnTable.from_json(opening.tables[table.name]) for table in tables]


@dataclass(frozen=True, slots=True)
class MeasuredAnswers:
    """The answers to the question of a questionnaire that measures something, as they were opened, and which
    of them count as above the middle of its scale.
    """

    kind: SurveyKind
    measure: Measure
    ends_on: date
    counting: Sequence[str]
    table: DrawnTable


def measured() -> list[MeasuredAnswers]:
    """Of each kind and measure what was opened last; of the staff, of what the whole of it was asked."""
    found: dict[tuple[SurveyKind, Measure], MeasuredAnswers] = {}
    opened = Survey.objects.filter(opening__tables__isnull=False).select_related("questionnaire")
    opened = opened.exclude(questionnaire__content__kind=SurveyKind.STAFF, everybody=False)
    for survey in opened.order_by("-ends_on", "-id").iterator():
        definition = definition_of(survey.questionnaire)
        for question, table in zip(definition.questions, drawn(survey) or (), strict=True):
            if question.measure:
                counting = definition.agreeing(question)
                newest = MeasuredAnswers(definition.kind, question.measure, survey.ends_on, counting, table)
                found.setdefault((newest.kind, newest.measure), newest)
    return list(found.values())


def kinds_in_use() -> set[SurveyKind]:
    """For whom a questionnaire is in use."""
    used = Questionnaire.objects.filter(used_at__isnull=False).values_list("content__kind", flat=True)
    return {SurveyKind(kind) for kind in used.distinct()}


def _allowed(definition: Definition, content: Mapping[str, str]) -> dict[str, str]:
    """Of what was in an envelope that which is an answer to a question."""
    return {
        str(place): content[str(place)]
        for place, question in enumerate(definition.questions)
        if content.get(str(place)) in definition.values(question)
    }


def _ask_for_keys() -> None:
    current_app.send_task("evaluations.tasks.watch_key", retry=False, expires=60)


def _record(pk: UUID, *, by: User, at: datetime) -> None:
    audit.record(
        action=AccessAction.CHANGE,
        user=by,
        role=Role.COORDINATOR,
        access_point="questionnaires",
        object_kind="questionnaire",
        object_ref=str(pk),
        basis="coordinator of the pool",
        at=at,
    )
