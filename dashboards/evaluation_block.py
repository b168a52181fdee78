"""What colleagues think of the support, from the evaluations of a period, as a block of the board's page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import fsum, sqrt

from django.utils.formats import number_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dashboards import charts, sharpened
from dashboards.blocks import Block, Chart
from dashboards.charts import ChartTable, Datum, Pair, Shares, Tick
from dashboards.said import colleagues, count, percent_between, range_of, share_of, worth_saying
from dashboards.sharpened import OF_90_PERCENT, Estimate
from dashboards.support_blocks import TALKED, Compared
from dashboards.tables import Tables
from evaluations.answer_tables import AFTER, BEFORE, FEELINGS
from evaluations.drawn import DrawnTable
from evaluations.enums import Question
from evaluations.models import EvaluationPolicy

_AGREE = (
    gettext_lazy("fully disagree"),
    gettext_lazy("disagree"),
    gettext_lazy("neutral"),
    gettext_lazy("agree"),
    gettext_lazy("fully agree"),
)
AGREES = ("4", "5")
YES = ("yes",)
#: Of a feeling: "very true".
MOST = 3
#: Tables in which whoever answers is counted once.
_COUNTS = (*Question.statements(), Question.MARK, Question.RECOMMEND)


@dataclass(frozen=True, slots=True)
class Opinion:
    """What the tables about answers say together. Who left a question open counts as if they had not."""

    drawn: Mapping[str, DrawnTable]
    answers: Estimate

    @classmethod
    def of(cls, tables: Tables) -> "Opinion | None":
        """None when no evaluations were opened."""
        if FEELINGS not in tables.drawn:
            return None
        answers = sharpened.whole(tables.drawn[question.value] for question in _COUNTS)
        return cls(tables.drawn, replace(answers, at_least=EvaluationPolicy.LEAST))

    def share(self, question: Question, cells: Sequence[str]) -> Estimate:
        """Which part of all gave one of these answers; those of all answers add up to 1."""
        table = self.drawn[question.value]
        fitting = sharpened.composition(table, self.answers)
        return Estimate(fsum(fitting[cell] for cell in cells), sharpened.share(table, cells, self.answers).sd)

    def shares(self, question: Question) -> list[Estimate]:
        return [self.share(question, [value]) for value in question.scale]

    @property
    def is_enough(self) -> bool:
        return self.answers.about is not None

    def mean_of_feelings(self, moment: str) -> Estimate:
        """All four together."""
        means = [self.feeling(question, moment) for question in Question.feelings()]
        number = len(means)
        spread = sqrt(sum(mean.sd**2 for mean in means)) / number
        return Estimate(round(sum(mean.value for mean in means) / number, 9), spread)

    def feeling(self, question: Question, moment: str) -> Estimate:
        return sharpened.mean_feeling(self.drawn[FEELINGS], f"{question.value}_{moment}", self.answers)


def block(now: Tables, before: Tables | None, previous_label: str) -> Block:
    """The block of what colleagues think, compared with the period before, whose name is `previous_label`."""
    opinion = Opinion.of(now)
    title = _("What colleagues think")
    if opinion is None:
        return Block("opinion", title, _("No answers were opened in this period."), [], more=_opened_when())
    if not opinion.is_enough:
        return Block("opinion", title, _("Few answers were opened."), [], more=_opened_when(), is_few=True)
    then = Opinion.of(before) if before else None
    compared = _said(then) if then and then.is_enough else ""
    answered = capfirst(_("%(number)s colleagues answered.") % {"number": colleagues(opinion.answers)})
    said = _said(opinion)
    return Block(
        "opinion",
        title,
        said or answered,
        [_statements(opinion), _feelings(opinion), _marks(opinion), _recommend(opinion)],
        more=" ".join([*([answered] if said else []), _opened_when()]),
        compared=_("In %(period)s: %(said)s") % {"period": previous_label, "said": compared}
        if compared
        else "",
        elsewhere=_(
            "Published: on average above 8 (n = 85), all would recommend it (UMCG 2019, PMC 2020); less "
            "blame, shame, incompetence and isolation after the support than before (n = 66)."
        ),
    )


def response(both: Compared) -> Block:
    """How many answered, beside how many completed the talks: neither is a part of the other."""
    title = _("How many answered")
    opinion = Opinion.of(both.now.tables)
    if opinion is None:
        return Block(
            "response",
            title,
            _("How many answered is not counted in this period."),
            [],
            more=_("It is known only from answers that were opened: until then nobody knows who answered."),
        )
    talked = both.now.part("course", *TALKED)
    data = [
        Datum(label, each.about, count(each), low=each.low, high=each.high, band_text=range_of(each))
        for label, each in ((_("Completed the talks"), talked), (_("Answered"), opinion.answers))
    ]
    return Block(
        "response",
        title,
        capfirst(_("%(number)s colleagues answered.") % {"number": colleagues(opinion.answers)}),
        [
            Chart(
                "bars",
                "answered",
                _("Talks that were completed, and answers"),
                charts.table_of(data, (_("Colleagues"), both.label, _("between"))),
                charts.bars(data),
                "; ".join(f"{datum.label}: {datum.text}" for datum in data),
                band_label=_("between these, in 9 of 10 cases"),
            ).if_sure(both.now.is_sure("course", *TALKED), opinion.is_enough)
        ],
        more=_(
            "It is no part of those who completed the talks: answers count in the period in which they are "
            "opened, and who was referred on is asked too."
        ),
    )


def _opened_when() -> str:
    return _("Answers are opened only when at least %(least)s different people answered.") % {
        "least": EvaluationPolicy.LEAST
    }


def _said(opinion: Opinion) -> str:
    """Who would recommend it, and whom it helped, as firmly as that is known."""
    recommend = share_of(opinion.share(Question.RECOMMEND, YES))
    helped = share_of(opinion.share(Question.HELPED, AGREES))
    said = []
    if recommend:
        said.append(_("%(share)s would recommend the support.") % {"share": recommend})
    if helped:
        said.append(_("%(share)s say that it helped.") % {"share": helped})
    return " ".join(map(capfirst, said))


def _statements(opinion: Opinion) -> Chart:
    shares = {question: opinion.shares(question) for question in Question.statements()}
    agree = {question: opinion.share(question, AGREES) for question in shares}
    tens = {question: _around(given, agree[question].tens) for question, given in shares.items()}
    rows = [Shares(str(question.label), tens[question], _agreeing(agree[question])) for question in shares]
    return Chart(
        "stacks",
        "statements",
        _("What colleagues think"),
        ChartTable(
            (_("Statement"), *map(str, _AGREE), _("Agree in all"), _("between")),
            tuple(
                (
                    str(question.label),
                    *(f"{share}%" for share in tens[question]),
                    f"{10 * agree[question].tens}%",
                    percent_between(agree[question]),
                )
                for question in shares
            ),
        ),
        charts.stacks(rows),
        "; ".join(f"{row.label} {row.text}" for row in rows),
        note=_give_or_take([each for given in shares.values() for each in given]),
        legend=[{"tone": tone, "label": label} for tone, label in enumerate(_AGREE, 1)],
    ).if_sure(*(worth_saying(each) for given in (*shares.values(), agree.values()) for each in given))


def _agreeing(agree: Estimate) -> str:
    return _("%(share)s agree") % {"share": share_of(agree)}


def _around(shares: Sequence[Estimate], agree: int) -> list[int]:
    """The parts of a statement in tens, those who agree adding up to so many tenths."""
    values = [each.value for each in shares]
    parts = values[: -len(AGREES)], values[-len(AGREES) :]
    tens = (10 - agree, agree)
    return [
        one for part, of in zip(parts, tens, strict=True) for one in sharpened.in_steps(part, 10, of=10 * of)
    ]


def _feelings(opinion: Opinion) -> Chart:
    pairs, rows, sure = [], [], []
    for question in Question.feelings():
        before, after = (opinion.feeling(question, moment) for moment in (BEFORE, AFTER))
        sure += [worth_saying(mean, of=MOST) for mean in (before, after)]
        text = _("from about %(before)s to %(after)s") % {
            "before": _decimal(before.value),
            "after": _decimal(after.value),
        }
        pairs.append(Pair(str(question.label), before.value, after.value, text, _ends(before), _ends(after)))
        rows.append(
            (
                str(question.label),
                *(
                    cell
                    for mean in (before, after)
                    for cell in (_decimal(mean.value), "–".join(map(_decimal, _ends(mean))))
                ),
            )
        )
    return Chart(
        "slopes",
        "feelings",
        _("How colleagues felt, before and after the support"),
        ChartTable(
            (_("Feeling"), _("Before (0–3)"), _("between"), _("After (0–3)"), _("between")), tuple(rows)
        ),
        charts.slopes(pairs, low=Tick(0, _("not true")), high=Tick(MOST, _("very true"))),
        "; ".join(f"{pair.label}: {pair.text}" for pair in pairs),
    ).if_sure(*sure)


def _marks(opinion: Opinion) -> Chart:
    shares = opinion.shares(Question.MARK)
    tens = _in_tens(shares)
    data = [
        Datum(
            mark,
            share,
            f"{share}%" if share else "",
            low=100 * each.low,
            high=min(100, 100 * each.high),
            band_text=percent_between(each),
        )
        for mark, share, each in zip(Question.MARK.scale, tens, shares, strict=True)
    ]
    rows = tuple((each.label, each.text or "0%", each.band_text) for each in data)
    return Chart(
        "columns",
        "marks",
        _("Marks, in percent of the answers"),
        ChartTable((_("Mark"), _("Share"), _("between")), rows),
        charts.columns(data, height=220),
        "; ".join(f"{each.label}: {each.text}" for each in data if each.text),
    ).if_sure(*map(worth_saying, shares))


def _recommend(opinion: Opinion) -> Chart:
    yes = opinion.share(Question.RECOMMEND, YES)
    no = Estimate(1 - yes.value, yes.sd)
    text = capfirst(share_of(yes))
    label = str(Question.RECOMMEND.label)
    return Chart(
        "stacks",
        "recommend",
        _("Whether they would recommend it"),
        ChartTable(
            (label, _("Share"), _("between")),
            (
                (_("Yes"), f"{10 * yes.tens}%", percent_between(yes)),
                (_("No"), f"{100 - 10 * yes.tens}%", percent_between(no)),
            ),
        ),
        charts.stacks([Shares(label, [100 - 10 * yes.tens, 10 * yes.tens], text)], tones=(1, 5)),
        text,
        note=_give_or_take([yes]),
        legend=[{"tone": 1, "label": _("No")}, {"tone": 5, "label": _("Yes")}],
    ).if_sure(worth_saying(yes))


def _in_tens(shares: Sequence[Estimate]) -> list[int]:
    return sharpened.in_steps([each.value for each in shares], 10)


def _give_or_take(shares: Sequence[Estimate]) -> str:
    points = 5 * round(100 * OF_90_PERCENT * max(each.sd for each in shares) / 5)
    return _("Each part may be up to %(points)s points larger or smaller.") % {"points": points}


def mean_said(mean: Estimate) -> str:
    """A mean with its band: "2.0 (1.6–2.4)"."""
    low, high = map(_decimal, _ends(mean))
    return f"{_decimal(mean.value)} ({low}–{high})"


def _ends(mean: Estimate) -> tuple[float, float]:
    return mean.low, min(float(MOST), mean.high)


def _decimal(number: float) -> str:
    return number_format(number, 1)
