"""Reading a questionnaire from a table, CSV or XLSX: all of it, or what is wrong with it by line and column.

Each row is one thing: the questionnaire itself, a dimension, an answer of a scale, or a question
(docs/samples/README.md).
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from django.utils.translation import gettext_lazy as _

from accounts.files import spreadsheets
from accounts.files.columns import KnownColumns
from accounts.files.spreadsheets import Problem, Row
from accounts.files.words import CELL_REASONS
from evaluations import sealing
from evaluations.enums import Measure, SurveyKind
from evaluations.questionnaires import Definition, ScaleAnswer, SurveyQuestion, Texts

LONGEST = 300
#: Answers of 0 to 10, as marks are.
HIGHEST = 10
WHAT, CODE, DUTCH, ENGLISH = "what", "code", "dutch", "english"
SCALE, VALUE, DIMENSION, REVERSED = "scale", "value", "dimension", "reversed"
MEASURES = "measures"

COLUMNS = KnownColumns(
    {
        WHAT: ("wat", "what", "soort", "kind"),
        CODE: ("code",),
        DUTCH: ("nederlands", "dutch", "nl"),
        ENGLISH: ("engels", "english", "en"),
        SCALE: ("schaal", "scale"),
        VALUE: ("waarde", "value"),
        DIMENSION: ("dimensie", "dimension"),
        REVERSED: ("omgekeerd", "reversed"),
        MEASURES: ("meet", "measures"),
    }
)
#: What a column is called where the file has none.
FIELDS = {
    WHAT: _("what"),
    CODE: _("code"),
    DUTCH: _("Dutch"),
    ENGLISH: _("English"),
    SCALE: _("scale"),
    VALUE: _("value"),
    DIMENSION: _("dimension"),
    REVERSED: _("reversed"),
    MEASURES: _("measures"),
}
_REQUIRED = (WHAT, CODE, DUTCH, ENGLISH, SCALE, VALUE)
_THINGS = {
    "vragenlijst": "questionnaire",
    "questionnaire": "questionnaire",
    "dimensie": "dimension",
    "dimension": "dimension",
    "antwoord": "answer",
    "answer": "answer",
    "vraag": "question",
    "question": "question",
}
_KINDS = {
    "scholing": SurveyKind.TRAINING,
    "training": SurveyKind.TRAINING,
    "intervisie": SurveyKind.INTERVISION,
    "intervision": SurveyKind.INTERVISION,
    "personeel": SurveyKind.STAFF,
    "staff": SurveyKind.STAFF,
}
_YES_NO = {"": False, "nee": False, "no": False, "0": False, "ja": True, "yes": True, "1": True}
_MEASURES = {
    "kent": Measure.KNOWS,
    "knows": Measure.KNOWS,
    "gesteund": Measure.SUPPORTED,
    "supported": Measure.SUPPORTED,
    "waardevol": Measure.WORTHWHILE,
    "worthwhile": Measure.WORTHWHILE,
}
_CODE = re.compile(r"[a-z][a-z0-9_-]{0,19}")
#: The questions about support received are part of the program: the board's page is made of them.
_TAKEN = {"support"}

REASONS = {
    **CELL_REASONS,
    "thing_unknown": _("Write “questionnaire”, “dimension”, “answer” or “question”."),
    "code_wrong": _(
        "A code has 1 to 20 small letters, figures, hyphens or underscores; a letter comes first."
    ),
    "code_twice": _("This stands in the file twice."),
    "code_taken": _("The questions about support are part of the program. Choose another code."),
    "kind_unknown": _("Write “training”, “intervision” or “staff” here."),
    "value_wrong": _("Write a whole number from 0 to 10."),
    "yes_no": _("Write “yes” or “no”, or leave it empty."),
    "scale_unknown": _("No answers with this scale stand in the file."),
    "scales_mixed": _("The questions of one dimension have scales with the same ends."),
    "scale_short": _("A scale has two answers or more."),
    "dimension_unknown": _("No dimension with this code stands in the file."),
    "dimension_empty": _("No question belongs to this dimension."),
    "measure_unknown": _("Write “knows”, “supported” or “worthwhile”, or leave it empty."),
    "measure_elsewhere": _(
        "The board reads “knows” and “supported” of the staff, “worthwhile” of a training day or an "
        "intervision."
    ),
    "too_many": _("These are more questions than fit into an envelope."),
    "no_questionnaire": _("A row with “questionnaire” is missing."),
    "no_questions": _("A row with “question” is missing."),
}


class QuestionnaireRefused(Exception):
    """What is wrong with the file, in the order of its lines; nothing of it is taken."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(f"{len(problems)} problems")
        self.problems = problems


@dataclass
class _Reading:
    """What was read so far."""

    names: Mapping[str, str]
    problems: list[Problem] = field(default_factory=list)
    heads: list[tuple[str, SurveyKind, Texts]] = field(default_factory=list)
    dimensions: dict[str, Texts] = field(default_factory=dict)
    dimension_lines: dict[str, int] = field(default_factory=dict)
    scales: dict[str, list[ScaleAnswer]] = field(default_factory=dict)
    scale_lines: dict[str, int] = field(default_factory=dict)
    questions: list[tuple[int, SurveyQuestion]] = field(default_factory=list)

    def wrong(self, line: int, column: str, code: str) -> None:
        self.problems.append(Problem(line, self.names.get(column, column), code))


def read(content: bytes, file_name: str) -> Definition:
    """The questionnaire in a file. Raises FileRefused, or QuestionnaireRefused with all that is wrong."""
    table = spreadsheets.read(content, file_name, known=COLUMNS.count, at_once=True)
    columns = COLUMNS.guess(table.header)
    if missing := [name for name in _REQUIRED if name not in columns.of]:
        raise QuestionnaireRefused([Problem(0, name, "column_missing") for name in missing])
    reading = _Reading(columns.of)
    for row in table.rows:
        faults = list(table.faults(row, columns.used))
        reading.problems += faults
        if not faults:
            _take(reading, row, columns.cells(row))
    _check(reading)
    if reading.problems:
        raise QuestionnaireRefused(sorted(reading.problems, key=lambda each: each.line))
    ((code, kind, title),) = reading.heads
    return Definition(
        code=code,
        kind=kind,
        title=title,
        scales=reading.scales,
        dimensions=reading.dimensions,
        questions=[question for _line, question in reading.questions],
    )


def _take(reading: _Reading, row: Row, cells: Mapping[str, str]) -> None:
    thing = _THINGS.get(cells[WHAT].casefold())
    if thing is None:
        reading.wrong(row.line, WHAT, "thing_unknown")
        return
    texts = Texts(*(_text(reading, row.line, column, cells) for column in (DUTCH, ENGLISH)))
    code = cells[CODE].casefold()
    if thing != "answer" and not _CODE.fullmatch(code):
        reading.wrong(row.line, CODE, "required" if not code else "code_wrong")
    {"questionnaire": _head, "dimension": _dimension, "answer": _answer, "question": _question}[thing](
        reading, row.line, cells, code, texts
    )


def _head(reading: _Reading, line: int, cells: Mapping[str, str], code: str, texts: Texts) -> None:
    kind = _KINDS.get(cells[VALUE].casefold())
    if kind is None:
        reading.wrong(line, VALUE, "kind_unknown")
    if code in _TAKEN:
        reading.wrong(line, CODE, "code_taken")
    if reading.heads:
        reading.wrong(line, WHAT, "code_twice")
    reading.heads.append((code, kind or SurveyKind.STAFF, texts))


def _dimension(reading: _Reading, line: int, cells: Mapping[str, str], code: str, texts: Texts) -> None:
    if code in reading.dimensions:
        reading.wrong(line, CODE, "code_twice")
    reading.dimensions[code] = texts
    reading.dimension_lines.setdefault(code, line)


def _answer(reading: _Reading, line: int, cells: Mapping[str, str], code: str, texts: Texts) -> None:
    scale, value = cells[SCALE].casefold(), cells[VALUE]
    if not _CODE.fullmatch(scale):
        reading.wrong(line, SCALE, "required" if not scale else "code_wrong")
        return
    answers = reading.scales.setdefault(scale, [])
    reading.scale_lines.setdefault(scale, line)
    if not re.fullmatch(r"\d{1,2}", value, re.ASCII) or int(value) > HIGHEST:
        reading.wrong(line, VALUE, "value_wrong")
    elif int(value) in {answer.value for answer in answers}:
        reading.wrong(line, VALUE, "code_twice")
    else:
        answers.append(ScaleAnswer(int(value), texts))


def _question(reading: _Reading, line: int, cells: Mapping[str, str], code: str, texts: Texts) -> None:
    turned = cells.get(REVERSED, "").casefold()
    if turned not in _YES_NO:
        reading.wrong(line, REVERSED, "yes_no")
    if code in {question.code for _line, question in reading.questions}:
        reading.wrong(line, CODE, "code_twice")
    scale, dimension = cells[SCALE].casefold(), cells.get(DIMENSION, "").casefold()
    measure = _measure(reading, line, cells.get(MEASURES, "").casefold())
    question = SurveyQuestion(code, texts, scale, dimension, _YES_NO.get(turned, False), measure)
    reading.questions.append((line, question))


def _measure(reading: _Reading, line: int, written: str) -> Measure | None:
    measure = _MEASURES.get(written)
    if written and measure is None:
        reading.wrong(line, MEASURES, "measure_unknown")
    elif measure and measure in {question.measure for _line, question in reading.questions}:
        reading.wrong(line, MEASURES, "code_twice")
    return measure


def _text(reading: _Reading, line: int, column: str, cells: Mapping[str, str]) -> str:
    text = cells[column]
    if not text:
        reading.wrong(line, column, "required")
    elif len(text) > LONGEST:
        reading.wrong(line, column, "too_long")
    return text


def _check(reading: _Reading) -> None:
    """What shows only when everything was read: where a thing stands in the file does not matter."""
    if not reading.heads:
        reading.wrong(0, WHAT, "no_questionnaire")
    if not reading.questions:
        reading.wrong(0, WHAT, "no_questions")
    for scale, answers in reading.scales.items():
        if len(answers) == 1:
            reading.wrong(reading.scale_lines[scale], SCALE, "scale_short")
    for line, question in reading.questions:
        if question.scale not in reading.scales:
            reading.wrong(line, SCALE, "scale_unknown" if question.scale else "required")
    _check_measures(reading)
    _check_dimensions(reading)
    for line in _beyond(reading):
        reading.wrong(line, WHAT, "too_many")


def _check_measures(reading: _Reading) -> None:
    if not reading.heads or any(each.code == "kind_unknown" for each in reading.problems):
        return
    _code, kind, _title = reading.heads[0]
    for line, question in reading.questions:
        if question.measure and question.measure not in kind.measures:
            reading.wrong(line, MEASURES, "measure_elsewhere")


def _check_dimensions(reading: _Reading) -> None:
    firsts: dict[str, SurveyQuestion] = {}
    for line, question in reading.questions:
        first = firsts.setdefault(question.dimension, question)
        if question.dimension and question.dimension not in reading.dimensions:
            reading.wrong(line, DIMENSION, "dimension_unknown")
        elif question.dimension and _ends(reading, question) != _ends(reading, first):
            reading.wrong(line, SCALE, "scales_mixed")
    if reading.problems:
        return  # a question that could not be read may belong to it
    for dimension, line in reading.dimension_lines.items():
        if dimension not in firsts:
            reading.wrong(line, CODE, "dimension_empty")


def _ends(reading: _Reading, question: SurveyQuestion) -> tuple[int, int]:
    """The lowest and the highest answer: of the questions of a dimension a mean is taken."""
    values = [answer.value for answer in reading.scales.get(question.scale, ())]
    return min(values, default=0), max(values, default=0)


def _beyond(reading: _Reading) -> Iterator[int]:
    """The line of the first question with which the longest answers no longer fit into an envelope."""
    longest = {}
    for place, (line, question) in enumerate(reading.questions):
        values = [str(answer.value) for answer in reading.scales.get(question.scale, ())]
        longest[str(place)] = max(values, key=len, default="")
        try:
            sealing.pack(longest)
        except sealing.OversizedAnswersError:
            yield line
            return
