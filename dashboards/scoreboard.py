"""The core indicators of programmes for second victims, in their four groups (Guerra-Paiva et al. 2024): what
is known of each here, or why it is not.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from dashboards import measured
from dashboards.evaluation_block import AGREES, MOST, YES, Opinion, mean_said
from dashboards.organisation import enough_of, kept
from dashboards.said import colleagues, share_of, worth_saying
from dashboards.support_blocks import ACCEPTED, Support
from dashboards.tables import Tables, TrainingFigures
from evaluations.answer_tables import AFTER, BEFORE
from evaluations.enums import Measure, Question, SurveyKind
from incidents.enums import Step


@dataclass(frozen=True, slots=True)
class Indicator:
    """What it is about, its value in words, or why there is none."""

    label: str
    value: str
    why_not: str = ""


@dataclass(frozen=True, slots=True)
class IndicatorGroup:
    title: str
    indicators: Sequence[Indicator]


def scoreboard(now: Support) -> list[IndicatorGroup]:
    """From what was published alone."""
    tables = now.tables
    opinion = Opinion.of(tables)
    return [
        IndicatorGroup(_("Awareness and activation"), _activation(now)),
        IndicatorGroup(_("Organisation"), _organisation(now)),
        IndicatorGroup(_("Training"), _training(tables)),
        IndicatorGroup(_("Outcomes"), _outcomes(now, opinion if opinion and opinion.is_enough else None)),
    ]


def _activation(now: Support) -> list[Indicator]:
    tables = now.tables
    return [
        _measured(_("Staff who know the programme"), tables, SurveyKind.STAFF, Measure.KNOWS),
        _measured(_("Staff who feel supported after an event"), tables, SurveyKind.STAFF, Measure.SUPPORTED),
        Indicator(_("Colleagues who were offered support"), colleagues(now.offered)),
        _share(_("Of these, took it up"), share_of(now.share("course", *ACCEPTED))),
    ]


def _organisation(now: Support) -> list[Indicator]:
    step = next((row.internal for row in now.tables.steps if row.step == Step.SUPPORT), None)
    told = _("Calamities after which everybody was told in time")
    enough, groups = enough_of(now.tables)
    at_norm = _("Profession groups with supporters enough, by the hospital’s own norm")
    return [
        _share(_("First contact within 24 hours"), share_of(now.share("first_contact", "day"))),
        Indicator(told, kept(step))
        if step and step.due
        else _missing(told, _("There was none in this period.")),
        Indicator(at_norm, _("%(part)s of %(whole)s") % {"part": enough, "whole": groups})
        if groups
        else _missing(at_norm, _("No group has 10 employees or more.")),
    ]


def _training(tables: Tables) -> list[Indicator]:
    trained = _("Supporters who were trained in the period")
    current = _("Supporters whose training is valid")
    training = tables.training
    return [
        Indicator(trained, number_format(training.trained))
        if training
        else _missing(trained, _("Too few supporters to say so, or not counted in all of these figures.")),
        Indicator(
            current,
            _("%(part)s of %(whole)s")
            % {"part": tables.supporters, "whole": tables.supporters + training.lapsed},
        )
        if training
        else Indicator(current, number_format(tables.supporters)),
        _measured(
            _("Participants who found the training worthwhile"),
            tables,
            SurveyKind.TRAINING,
            Measure.WORTHWHILE,
        ),
        _measured(
            _("Participants who found intervision worthwhile"),
            tables,
            SurveyKind.INTERVISION,
            Measure.WORTHWHILE,
        ),
        _met(training),
    ]


def _outcomes(now: Support, opinion: Opinion | None) -> list[Indicator]:
    none_opened = _("No answers were opened in this period, or too few to say more.")
    recommend, helped, feelings = (
        _("Would recommend the support"),
        _("Say that it helped"),
        _("Blame, shame, incompetence, isolation (0–3), before and after"),
    )
    answers = (
        [
            _share(recommend, share_of(opinion.share(Question.RECOMMEND, YES))),
            _share(helped, share_of(opinion.share(Question.HELPED, AGREES))),
            _share(feelings, _change(opinion)),
        ]
        if opinion
        else [_missing(label, none_opened) for label in (recommend, helped, feelings)]
    )
    return [
        *answers,
        Indicator(_("Referred on to professional help"), now.colleagues("course", "referred")),
        _missing(
            _("Sick leave, and leaving, after an event"),
            _("Not measured on purpose: it would tie who was supported to the personnel file."),
        ),
    ]


def _change(opinion: Opinion) -> str:
    """The mean of the four feelings, before and after; empty where one of them may be nearly anything."""
    before, after = means = [opinion.mean_of_feelings(moment) for moment in (BEFORE, AFTER)]
    if not all(worth_saying(mean, of=MOST) for mean in means):
        return ""
    words = {"before": mean_said(before), "after": mean_said(after)}
    return _("from about %(before)s to %(after)s") % words


def _measured(label: str, tables: Tables, kind: SurveyKind, measure: Measure) -> Indicator:
    value = measured.said(tables, kind, measure)
    return Indicator(label, value) if value else _missing(label, measured.why_not(tables, kind, measure))


def _share(label: str, said: str) -> Indicator:
    return Indicator(label, said) if said else _missing(label, _("Not sure enough to say in this period."))


def _met(training: TrainingFigures | None) -> Indicator:
    label = _("How often supporters came to an intervision")
    if training is None or training.met is None:
        return _missing(label, _("Who came to intervision was not kept yet."))
    return Indicator(label, number_format(training.met))


def _missing(label: str, why_not: str) -> Indicator:
    return Indicator(label, "", why_not)
