"""Questionnaires that a hospital loads itself, the surveys that ask them, and the form of one open link."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from accounts.enums import Role
from accounts.files.spreadsheets import FileRefused
from accounts.files.words import Wrong, in_words, refusal
from accounts.pages import kept_forms, language
from accounts.pages.access import SignedInRequest, allow, allow_public
from accounts.pages.asked_again import only_posted
from accounts.pages.body_limits import takes_a_file
from accounts.pages.feedback import say
from evaluations import questionnaire_file, surveys
from evaluations.answers import NoBatchError
from evaluations.enums import SurveyKind
from evaluations.models import EvaluationPolicy, Questionnaire, Survey
from evaluations.questionnaires import Definition, Score, Texts, answers_given, by_dimension, scored
from evaluations.survey_forms import QuestionnaireFileForm, SurveyAnswersForm, SurveyForm
from hospital.clock import local_day

#: So many problems of a file, and surveys, are shown.
SHOWN = 50
_NUMBER = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True)
class QuestionnaireRow:
    """A questionnaire in words."""

    pk: UUID
    code: str
    title: str
    kind: str
    version: int | None
    questions: int
    loaded_at: datetime
    loaded_by: str
    used_at: datetime | None

    @classmethod
    def of(cls, questionnaire: Questionnaire) -> "QuestionnaireRow":
        definition = surveys.definition_of(questionnaire)
        return cls(
            questionnaire.pk,
            questionnaire.code,
            str(definition.title),
            str(SurveyKind(definition.kind).label),
            questionnaire.version,
            len(definition.questions),
            questionnaire.loaded_at,
            questionnaire.loaded_by.name if questionnaire.loaded_by else "",
            questionnaire.used_at,
        )


@dataclass(frozen=True)
class QuestionRow:
    """A question in both languages; of each answer its texts, its value, and as what it counts in the
    dimension.
    """

    texts: Texts
    dimension: Texts | None
    is_reversed: bool
    measure: str
    answers: Sequence[tuple[Texts, int, int]]


def _question_rows(definition: Definition) -> list[QuestionRow]:
    return [
        QuestionRow(
            one.texts,
            definition.dimensions.get(one.dimension),
            one.is_reversed,
            str(one.measure.label) if one.measure else "",
            [
                (answer.texts, answer.value, definition.counts_as(one, answer))
                for answer in definition.scales[one.scale]
            ],
        )
        for one in definition.questions
    ]


@takes_a_file
@allow(Role.COORDINATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def questionnaires(request: SignedInRequest) -> HttpResponse:
    """What was loaded and asked; and loading another: all of a file or nothing of it."""
    form = QuestionnaireFileForm(kept_forms.posted(request), request.FILES or None)
    problems: list[Wrong] = []
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            definition = questionnaire_file.read(file.read(), file.name)
        except FileRefused as refused:
            form.add_error("file", refusal(refused))
        except questionnaire_file.QuestionnaireRefused as refused:
            problems = in_words(
                refused.problems, questionnaire_file.REASONS, fields=questionnaire_file.FIELDS
            )
        else:
            try:
                loaded = surveys.load(definition, by=request.user, at=timezone.now())
            except surveys.SameAgain as error:
                say(request, _loaded_before(error.questionnaire), level=messages.INFO)
                return redirect("questionnaire", error.questionnaire.pk)
            return redirect("questionnaire", loaded.pk)
    found = Questionnaire.objects.select_related("loaded_by").order_by("code", "version")
    context = {
        "form": form,
        "problems": problems[:SHOWN],
        "total": len(problems),
        "questionnaires": list(map(QuestionnaireRow.of, found)),
        "surveys": Survey.objects.select_related("opening")[:SHOWN],
    }
    return render(request, "evaluations/questionnaires.html", context)


@allow(Role.COORDINATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def questionnaire(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """As it is asked; and asking it, once it is in use."""
    shown = get_object_or_404(Questionnaire.objects.select_related("loaded_by"), pk=pk)
    now = timezone.now()
    definition = surveys.definition_of(shown)
    form = SurveyForm(kept_forms.posted(request), kind=definition.kind, today=local_day(now))
    if request.method == "POST" and shown.used_at and form.is_valid():
        survey = surveys.begin(questionnaire=shown, by=request.user, at=now, **form.cleaned_data)
        return redirect("survey", survey.pk)
    context = {
        "row": QuestionnaireRow.of(shown),
        "questions": _question_rows(definition),
        "preview": SurveyAnswersForm(definition=definition),
        "form": form if shown.used_at else None,
    }
    return render(request, "evaluations/questionnaire.html", context)


@allow(Role.COORDINATOR)
@only_posted("questionnaire", "pk", does=gettext_lazy("Take this questionnaire into use"))
def use_questionnaire(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """From now on it can be asked, and never changes."""
    shown = get_object_or_404(Questionnaire, pk=pk)
    surveys.take_into_use(questionnaire=shown, by=request.user, at=timezone.now())
    say(request, _("In use. You can ask it now."))
    return redirect("questionnaire", pk)


@allow(Role.COORDINATOR)
@only_posted("questionnaires", does=gettext_lazy("Throw this questionnaire away"))
def discard_questionnaire(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """One that is not in use goes; in use it stays, for its answers refer to it."""
    Questionnaire.objects.filter(pk=pk, used_at=None).delete()
    say(request, _("Thrown away."))
    return redirect("questionnaires")


@allow(Role.COORDINATOR)
@require_safe
def survey(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Its link, and what came of it. Never how many answered so far: from it one could see when."""
    shown = get_object_or_404(Survey.objects.select_related("questionnaire", "opening"), pk=pk)
    definition, tables = surveys.definition_of(shown.questionnaire), surveys.drawn(shown)
    scores = scored(definition, tables) if tables else []
    context = {
        "survey": shown,
        "row": QuestionnaireRow.of(shown.questionnaire),
        "link": f"{settings.SITE_URL}{reverse('survey-form', args=[shown.pk])}",
        "is_opened": hasattr(shown, "opening"),
        "given": max(EvaluationPolicy.LEAST, 10 * round(answers_given(tables) / 10)) if tables else None,
        "dimensions": list(map(_in_words, by_dimension(definition, scores))) if scores else [],
        "questions": [
            (question, _in_words(score) if score else None)
            for question, score in zip(definition.questions, scores, strict=False)
        ],
    }
    return render(request, "evaluations/survey.html", context)


@allow_public
@csrf_exempt  # as the evaluation of support: nobody is signed in whose name a forged form could use
@require_http_methods(["GET", "HEAD", "POST"])
def survey_form(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The questions, for whoever has the link. Bad input comes back with status 200: an error status would
    leave a line in the log.
    """
    asked = Survey.objects.select_related("questionnaire").filter(pk=pk).first()
    return _answer(request, asked) if asked else _cut(request)


def _answer(request: HttpRequest, asked: Survey) -> HttpResponse:
    now = timezone.now()
    if chosen := language.asked_along(request):
        language.at_once(request, chosen)
    definition = surveys.definition_of(asked.questionnaire)
    try:
        surveys.check_open(asked, at=now)
    except surveys.SurveyOver:
        return render(request, "evaluations/survey_over.html", {"survey": asked})
    form = SurveyAnswersForm(request.POST if request.method == "POST" else None, definition=definition)
    if chosen or "stay" in request.POST:
        form.leave_unjudged()
        page = _form_page(request, asked, definition, form)
        return language.speak(page, chosen) if chosen else page
    if not form.is_valid():
        return _form_page(request, asked, definition, form)
    try:
        surveys.submit(survey=asked, answers=form.answers, at=now)
    except surveys.SurveyOver:
        return render(request, "evaluations/survey_over.html", {"survey": asked})
    except NoBatchError:
        form.add_error(None, _("Answers cannot be taken at the moment. Please try again later."))
        return _form_page(request, asked, definition, form)
    return redirect("survey-thanks")


@allow_public
@require_safe
def survey_cut(request: HttpRequest, rest: str) -> HttpResponse:
    """What became of a survey's link on its way: on to the survey where its number is whole yet."""
    if whole := re.search(_NUMBER, rest.lower()):
        found = Survey.objects.filter(pk=whole[0]).first()
        if found:
            return redirect("survey-form", found.pk)
    return _cut(request)


def _cut(request: HttpRequest) -> HttpResponse:
    return render(request, "evaluations/survey_cut.html", status=404)


@allow_public
@require_safe
def survey_thanks(request: HttpRequest) -> HttpResponse:
    return render(request, "evaluations/survey_thanks.html")


def _form_page(
    request: HttpRequest, asked: Survey, definition: Definition, form: SurveyAnswersForm
) -> HttpResponse:
    context = {
        "survey": asked,
        "title": str(definition.title),
        "form": form,
        "least": EvaluationPolicy.LEAST,
        "kept_form": "components/default_button.html",
    }
    return render(request, "evaluations/survey_form.html", context)


def _loaded_before(same: Questionnaire) -> str:
    words = {"day": date_format(local_day(same.loaded_at), "j F Y"), "version": same.version}
    if same.version:
        return _("Nothing was loaded: this is version %(version)s, which is here since %(day)s.") % words
    return _("Nothing was loaded: the same questionnaire is here since %(day)s, not in use yet.") % words


def _in_words(score: Score) -> dict[str, str]:
    """A mean and its band; of yes and no, counted as 1 and 0, a share."""
    if (score.lowest, score.highest) == (0, 1):
        low, mean, high = (f"{round(100 * each)}%" for each in (score.low, score.mean, score.high))
    else:
        low, mean, high = (number_format(each, 1) for each in (score.low, score.mean, score.high))
    band = (_("%(low)s to %(high)s") % {"low": low, "high": high}).replace(" ", "\u00a0")
    scale = "" if mean.endswith("%") else f"{score.lowest}–{score.highest}"
    return {"called": score.called, "mean": mean, "band": band, "scale": scale}
