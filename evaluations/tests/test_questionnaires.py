"""A questionnaire as data, and reading it from a file. Also covers evaluations.questionnaire_file."""

from math import sqrt
from pathlib import Path
from random import Random

import pytest
from django.conf import settings
from django.utils import translation

from accounts.files.spreadsheets import FileRefused
from accounts.files.words import in_words
from evaluations.drawn import DrawnTable, draw
from evaluations.enums import Measure
from evaluations.questionnaire_file import FIELDS, REASONS, QuestionnaireRefused, read
from evaluations.questionnaires import OPEN, Definition, answers_given, by_dimension, scored

SAMPLES = Path(settings.BASE_DIR) / "static" / "samples"
HEADER = "what;code;dutch;english;scale;value;dimension;reversed;measures"
RIGHT = [
    "questionnaire;mine;Titel;Title;;staff;;",
    "dimension;team;Team;Team;;;;",
    "answer;;Nee;No;yesno;0;;",
    "answer;;Ja;Yes;yesno;1;;",
    "question;q1;Een?;One?;yesno;;team;",
    "question;q2;Twee?;Two?;yesno;;team;yes",
]


def written(*lines):
    return "\n".join((HEADER, *lines)).encode()


def wrong(*lines):
    with pytest.raises(QuestionnaireRefused) as refused:
        read(written(*lines), "q.csv")
    return [(each.line, each.column, each.code) for each in refused.value.problems]


@pytest.fixture
def staff():
    return read((SAMPLES / "questionnaire-staff.csv").read_bytes(), "questionnaire-staff.csv")


def test_the_samples_are_read_and_come_back_from_the_database_as_they_were(staff):
    assert (staff.code, len(staff.questions), len(staff.dimensions)) == ("staff", 7, 3)
    assert staff.questions[4].is_reversed
    assert Definition.from_json(staff.as_json()).as_json() == staff.as_json()
    training = read((SAMPLES / "questionnaire-training.csv").read_bytes(), "t.csv")
    assert (training.kind, len(training.questions)) == ("training", 4)


def test_a_question_may_say_what_it_measures_and_which_answers_count_for_it(staff):
    measuring = {one.measure: one for one in staff.questions if one.measure}
    assert {measure: one.code for measure, one in measuring.items()} == {"knows": "knew", "supported": "care"}
    assert staff.agreeing(measuring[Measure.KNOWS]) == ["1"]
    assert staff.agreeing(measuring[Measure.SUPPORTED]) == ["4", "5"]
    assert staff.agreeing(staff.questions[4]) == ["1", "2"]  # put the other way round
    answer = staff.scales["agree"][0]
    assert [staff.counts_as(staff.questions[place], answer) for place in (3, 4)] == [1, 5]
    stored = staff.as_json()
    stored["questions"] = [each[:6] for each in stored["questions"]]  # as before there were measures
    assert not any(one.measure for one in Definition.from_json(stored).questions)


def test_it_is_shown_in_the_language_of_the_reader(staff):
    with translation.override("nl"):
        assert str(staff.title) == "Steun na een ingrijpende gebeurtenis"
    with translation.override("en"):
        assert str(staff.title) == "Support after a shocking event"


def test_the_rows_may_stand_in_any_order():
    assert len(read(written(*reversed(RIGHT)), "q.csv").questions) == 2


@pytest.mark.parametrize(
    ("lines", "problems"),
    [
        ([*RIGHT, "thing;x;A;A;;;;"], [(8, "what", "thing_unknown")]),
        ([*RIGHT, "question;q1;Drie?;Three?;yesno;;;"], [(8, "code", "code_twice")]),
        ([*RIGHT, "question;Q 3;Drie?;Three?;yesno;;;"], [(8, "code", "code_wrong")]),
        ([*RIGHT, "question;;Drie?;Three?;yesno;;;"], [(8, "code", "required")]),
        ([*RIGHT, "question;q3;;Three?;yesno;;;"], [(8, "dutch", "required")]),
        ([*RIGHT, f"question;q3;Drie?;{'x' * 301};yesno;;;"], [(8, "english", "too_long")]),
        ([*RIGHT, "question;q3;Drie?;Three?;other;;;"], [(8, "scale", "scale_unknown")]),
        ([*RIGHT, "question;q3;Drie?;Three?;;;;"], [(8, "scale", "required")]),
        ([*RIGHT, "question;q3;Drie?;Three?;yesno;;ward;"], [(8, "dimension", "dimension_unknown")]),
        ([*RIGHT, "question;q3;Drie?;Three?;yesno;;;maybe"], [(8, "reversed", "yes_no")]),
        ([*RIGHT, "question;q3;Drie?;Three?;yesno;;;;mood"], [(8, "measures", "measure_unknown")]),
        (
            [*RIGHT, "question;q3;C;C;yesno;;;;knows", "question;q4;D;D;yesno;;;;kent"],
            [(9, "measures", "code_twice")],
        ),
        ([*RIGHT, "question;q3;C;C;yesno;;;;waardevol"], [(8, "measures", "measure_elsewhere")]),
        (
            ["questionnaire;mine;T;T;;training;;", *RIGHT[1:], "question;q3;C;C;yesno;;;;knows"],
            [(8, "measures", "measure_elsewhere")],
        ),
        ([*RIGHT, "dimension;ward;Afdeling;Ward;;;;"], [(8, "code", "dimension_empty")]),
        ([*RIGHT, "answer;;Soms;Sometimes;yesno;1;;"], [(8, "value", "code_twice")]),
        ([*RIGHT, "answer;;Soms;Sometimes;yesno;11;;"], [(8, "value", "value_wrong")]),
        ([*RIGHT, "answer;;Soms;Sometimes;;2;;"], [(8, "scale", "required")]),
        ([*RIGHT, "answer;;Soms;Sometimes;lone;2;;"], [(8, "scale", "scale_short")]),
        ([*RIGHT, "dimension;team;Team;Team;;;;"], [(8, "code", "code_twice")]),
        ([*RIGHT, RIGHT[0]], [(8, "what", "code_twice")]),
        (
            [*RIGHT, "answer;;A;A;more;1;;", "answer;;B;B;more;5;;", "question;q3;C;C;more;;team;"],
            [(10, "scale", "scales_mixed")],
        ),
        (["questionnaire;support;T;T;;staff;;", *RIGHT[1:]], [(2, "code", "code_taken")]),
        (["questionnaire;mine;T;T;;ward;;", *RIGHT[1:]], [(2, "value", "kind_unknown")]),
        (RIGHT[1:], [(0, "what", "no_questionnaire")]),
        (RIGHT[:4], [(0, "what", "no_questions")]),
        ([*RIGHT[:-1], "question;q2;=A1+1;Two?;yesno;;;"], [(7, "dutch", "formula")]),
    ],
)
def test_what_is_wrong_is_said_by_line_and_column_and_nothing_is_taken(lines, problems):
    assert wrong(*lines) == problems
    assert all(str(each) for each in in_words([], REASONS, fields=FIELDS))


def test_everything_that_is_wrong_is_said_at_once():
    assert len(wrong("thing;x;A;A;;;;", *RIGHT, "question;q1;;;other;;ward;maybe")) == 7


def test_a_file_that_is_none_is_refused():
    with pytest.raises(FileRefused):
        read(b"nothing", "q.pdf")
    with pytest.raises(QuestionnaireRefused) as refused:
        read(b"what;code;dutch\nquestion;a;b", "q.csv")
    assert {each.code for each in refused.value.problems} == {"column_missing"}


def test_more_questions_than_fit_into_an_envelope_are_refused():
    questions = [f"question;q{n};Vraag?;Question?;yesno;;;" for n in range(3, 90)]
    ((line, column, code),) = wrong(*RIGHT, *questions)
    assert (column, code) == ("what", "too_many")
    assert line > 50


def test_the_noise_follows_from_the_number_of_tables(staff):
    for definition in (staff, read(written(*RIGHT), "q.csv")):
        tables = definition.tables(1)
        assert sqrt(sum(table.by_person / table.variance for table in tables)) <= 0.77
        assert sqrt(sum(table.by_answer / table.variance for table in tables)) <= 1.35


def test_versions_and_questionnaires_never_share_a_table(staff):
    names = [table.name for version in (1, 2) for table in staff.tables(version)]
    assert len(set(names)) == 14
    assert names[0] == "staff.1.lived"


def test_every_table_counts_everybody_once(staff):
    answers = [{"0": "1", "2": "4"}, {"1": "0"}]
    exact = staff.counted(answers, 1)
    assert exact["staff.1.lived"] == {"1": 1, OPEN: 1}
    assert {sum(counts.values()) for counts in exact.values()} == {2}


def exactly(definition, answers):
    exact = definition.counted(answers, 1)
    return [
        DrawnTable(
            {cell: exact[table.name][cell] for cell in table.cells},
            dict.fromkeys(table.cells, table.variance),
        )
        for table in definition.tables(1)
    ]


def test_scores_are_means_and_what_is_put_the_other_way_round_is_turned(staff):
    tables = exactly(staff, [{"0": "1", "3": "4", "4": "2"}] * 30 + [{"0": "0", "3": "4", "4": "2"}] * 10)
    scores = scored(staff, tables)
    assert scores[0] is not None
    assert scores[3] is not None
    assert (scores[0].mean, scores[3].mean, scores[1]) == (0.75, 4, None)
    (colleagues,) = by_dimension(staff, scores)
    assert colleagues.mean == 4  # of 4, and of 2 that counts as 4
    assert 1 <= colleagues.low < 4 < colleagues.high <= 5
    assert answers_given(tables) == pytest.approx(40)


def test_a_band_holds_the_true_mean_in_nine_of_ten_cases(staff):
    chance = Random(2026)
    answers = [{str(place): chance.choice("12345") for place in range(2, 7)} for _ in range(150)]
    exact = staff.counted(answers, 1)
    truth = scored(staff, exactly(staff, answers))[3]
    assert truth is not None
    held = 0
    for _draw in range(300):
        drawn = [draw(table, exact[table.name], below=chance.randrange) for table in staff.tables(1)]
        score = scored(staff, drawn)[3]
        held += score is not None and score.low <= truth.mean <= score.high
    assert 0.86 <= held / 300 <= 0.96
