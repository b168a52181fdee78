"""What colleagues think of the support, from the evaluations of a period, as a block of the board's page."""

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dashboards import charts
from dashboards.blocks import Block, Chart
from dashboards.blurring import AnswerChange, Answers, Shown
from dashboards.charts import ChartTable, Datum, Pair, Shares, Tick
from dashboards.tables import Tables
from evaluations.enums import Question

_AGREE = (
    gettext_lazy("fully disagree"),
    gettext_lazy("disagree"),
    gettext_lazy("neutral"),
    gettext_lazy("agree"),
    gettext_lazy("fully agree"),
)


def block(now: Tables, before: Tables | None, previous_label: str) -> Block:
    """The block of what colleagues think, compared with the period before, whose name is `previous_label`."""
    mark, recommend = _of(now, Question.MARK), _of(now, Question.RECOMMEND)
    if mark.mean is None:
        headline = _("Too few evaluations to show what colleagues think, or they all think the same.")
    else:
        headline = _("Colleagues give the support %(mark)s out of 10.") % {"mark": _decimal(mark.mean)}
    if recommend.shares:
        headline += " " + _("%(percent)s%% would recommend it.") % {"percent": dict(recommend.shares)[1]}
    then = before.answers[Question.MARK] if before else None
    compared = ""
    if isinstance(then, Answers) and then.mean is not None:
        compared = _("In %(period)s: %(mark)s.") % {
            "period": previous_label,
            "mark": _decimal(then.mean),
        }
    return Block(
        "opinion",
        headline,
        [_statements(now), _feelings(now), _marks(mark), _recommend(recommend)],
        compared=compared,
        elsewhere=_(
            "Published: on average above 8 (n = 85), all would recommend it (UMCG 2019, PMC 2020); less "
            "blame, shame, incompetence and isolation after the support than before (n = 66)."
        ),
    )


def _of(now: Tables, question: Question) -> Answers:
    answers = now.answers[question]
    return answers if isinstance(answers, Answers) else Answers()


def _feelings(now: Tables) -> Chart:
    pairs = []
    rows = []
    for question in Question.feelings():
        change = now.answers[question]
        if not isinstance(change, AnswerChange):
            continue
        before, after = change.before.mean, change.after.mean
        text = _nothing()
        if before is not None and after is not None:
            text = _("from %(before)s to %(after)s") % {
                "before": _decimal(before),
                "after": _decimal(after),
            }
        pairs.append(Pair(str(question.label), before, after, text))
        moved = dict(change.moved.shares)
        rows.append(
            (
                str(question.label),
                _decimal(before),
                _decimal(after),
                *(f"{moved[way]}%" if moved else "–" for way in (-1, 0, 1)),
            )
        )
    return Chart(
        "slopes",
        "feelings",
        _("How colleagues felt, before and after the support"),
        ChartTable(
            (_("Feeling"), _("Before (0–3)"), _("After (0–3)"), _("Less"), _("The same"), _("More")),
            tuple(rows),
        ),
        charts.slopes(pairs, low=Tick(0, _("not true")), high=Tick(3, _("very true"))),
        "; ".join(f"{pair.label}: {pair.text}" for pair in pairs),
    )


def _statements(now: Tables) -> Chart:
    answers = [(question, _of(now, question)) for question in Question.statements()]
    shares = [_shares(question, given) for question, given in answers]
    return Chart(
        "stacks",
        "statements",
        _("What colleagues think"),
        ChartTable(
            (_("Statement"), *map(str, _AGREE), _("Mean (1–5)"), _("Answers")),
            tuple(
                (
                    str(question.label),
                    *([f"{share}%" for _value, share in given.shares] or ["–"] * 5),
                    _decimal(given.mean),
                    _number(given),
                )
                for question, given in answers
            ),
        ),
        charts.stacks(shares, low=1, high=5),
        "; ".join(f"{row.label} {row.text}" for row in shares),
        legend=[{"tone": tone, "label": label} for tone, label in enumerate(_AGREE, 1)],
    )


def _marks(answers: Answers) -> Chart:
    data = [Datum(str(value), share, str(share or "")) for value, share in answers.shares]
    rows = [(str(value), f"{share}%") for value, share in answers.shares]
    return Chart(
        "columns",
        "marks",
        _("Marks, in percent of the answers"),
        ChartTable(
            (_("Mark"), _("Share")),
            (*rows, (_("Mean"), _decimal(answers.mean)), (_("Answers"), _number(answers))),
        ),
        charts.columns(data, height=180) if data else None,
        _("On average %(mark)s.") % {"mark": _decimal(answers.mean)} if answers.mean is not None else "",
        note="" if data else _nothing(),
    )


def _recommend(answers: Answers) -> Chart:
    label = str(Question.RECOMMEND.label)
    shares = dict(answers.shares)
    row = Shares(label, [shares[0], shares[1]] if shares else None, None, _answers_text(answers))
    return Chart(
        "stacks",
        "recommend",
        _("Whether they would recommend it"),
        ChartTable(
            (label, _("Share")),
            (
                (_("Yes"), f"{shares[1]}%" if shares else "–"),
                (_("No"), f"{shares[0]}%" if shares else "–"),
                (_("Answers"), _number(answers)),
            ),
        ),
        charts.stacks([row], low=0, high=1, tones=(1, 5)),
        row.text,
        legend=[{"tone": 1, "label": _("No")}, {"tone": 5, "label": _("Yes")}],
    )


def _decimal(number: float | None) -> str:
    return "–" if number is None else number_format(number, 1)


def _number(answers: Answers) -> str:
    return "–" if answers.number is None else str(answers.number)


def _nothing() -> str:
    return _("too few answers, or all the same")


def _answers_text(answers: Answers) -> str:
    if answers.shown == Shown.NOTHING:
        return _nothing()
    return _("about %(number)s answers") % {"number": answers.number}


def _shares(question: Question, answers: Answers) -> Shares:
    text = _answers_text(answers)
    if answers.mean is not None:
        text = _("%(mean)s on average · %(answers)s") % {"mean": _decimal(answers.mean), "answers": text}
    shares = [share for _value, share in answers.shares] or None
    return Shares(str(question.label), shares, answers.mean, text)
