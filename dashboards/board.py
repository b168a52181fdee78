"""The page of the board: published tables as blocks, each a headline in words with its charts and tables.

Pure: from `Tables` and the words of the active language, without the database. Page, print and export show
the same blocks.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.enums import ProfessionGroup
from dashboards import charts
from dashboards.charts import Datum, Pair, Shares, Table, Tick
from dashboards.disclosure import Answers, Change, Figure, OneWay, Shown, organisation_share, published_share
from dashboards.periods import Period
from dashboards.tables import Clock, StepFigures, Tables
from evaluations.enums import Question
from incidents.enums import EventType, Step
from supporters.enums import Outcome

_FIRST_CONTACT: Mapping[str, Promise] = {
    "day": gettext_lazy("Within 24 hours"),
    "three_days": gettext_lazy("Within 72 hours"),
    "later": gettext_lazy("Later"),
    "declined": gettext_lazy("Did not want it"),
    "not_reached": gettext_lazy("Not reached (yet)"),
}
_CONVERSATIONS: Mapping[str, Promise] = {
    "0": gettext_lazy("No conversation"),
    "1": gettext_lazy("One conversation"),
    "2": gettext_lazy("Two conversations"),
    "3": gettext_lazy("Three conversations"),
}
_FOLLOW_UPS: Mapping[str, Promise] = {
    "1": gettext_lazy("Followed up once"),
    "2": gettext_lazy("Followed up twice or more"),
}
_ON_THE_WAY: Mapping[str, Promise] = {
    "handed_back": gettext_lazy("Another supporter was asked"),
    "called_in": gettext_lazy("The coordinator was called in"),
    "referred": gettext_lazy("Referred on to professional help"),
}
_AGREE = (
    gettext_lazy("fully disagree"),
    gettext_lazy("disagree"),
    gettext_lazy("neutral"),
    gettext_lazy("agree"),
    gettext_lazy("fully agree"),
)


@dataclass(frozen=True, slots=True)
class Chart:
    """One chart with its table, as templates/components/chart_*.html take it.

    `chart` is None when there is nothing to draw; `note` is a line under it.
    """

    kind: str
    id: str
    title: str
    table: Table
    chart: Any = None
    description: str = ""
    note: str = ""
    legend: Sequence[Mapping[str, object]] = ()
    previous_label: str = ""

    @property
    def is_wide(self) -> bool:
        """Its table needs the whole width of a desk."""
        return len(self.table.headings) > 6

    @property
    def template(self) -> str:
        return f"components/chart_{self.kind}.html"


@dataclass(frozen=True, slots=True)
class Block:
    """What one section of the page says: in words, compared with the period before, and elsewhere."""

    id: str
    headline: str
    charts: Sequence[Chart]
    compared: str = ""
    elsewhere: str = ""


@dataclass(frozen=True, slots=True)
class Board:
    """The tables of `period`, and of the period before if that was published."""

    period: Period
    now: Tables
    before: Tables | None = None
    blocks: Sequence[Block] = field(init=False)

    def __post_init__(self) -> None:
        made = [
            self._offered(),
            self._who(),
            self._course(),
            self._opinion(),
            self._calamities(),
            self._pool(),
        ]
        object.__setattr__(self, "blocks", made)

    @property
    def _previous_label(self) -> str:
        return self.period.previous.label if self.before else ""

    def _offered(self) -> Block:
        offered = self.now.offered
        in_time = published_share(_cell(self.now.first_contact, "day"), offered)
        if offered.value is None:
            headline = _(
                "Fewer than 10 colleagues were offered support: too few to show more without showing people."
            )
        elif in_time is None:
            headline = _("About %(number)s colleagues were offered support.") % {"number": offered}
        else:
            headline = _(
                "About %(number)s colleagues were offered support; %(share)s were reached within 24 hours."
            ) % {"number": offered, "share": out_of_ten(in_time)}
        return Block(
            "offered",
            headline,
            [
                self._bars(
                    "first-contact",
                    _("From report to first contact"),
                    _FIRST_CONTACT,
                    lambda tables: tables.first_contact,
                    _("First contact"),
                ),
                self._bars(
                    "outcome",
                    _("How it ended"),
                    {
                        **{each.value: _upper(str(each.label)) for each in Outcome},
                        "open": _("Still going on"),
                    },
                    lambda tables: tables.outcome,
                    _("Outcome"),
                ),
            ],
            compared=self._compared(),
            elsewhere=_("Norm: within 24 hours (UMCG 2019, PMC 2020); other programmes also use 72 hours."),
        )

    def _compared(self) -> str:
        if not self.before or self.before.offered.value is None:
            return ""
        then = published_share(_cell(self.before.first_contact, "day"), self.before.offered)
        words = {"period": self._previous_label, "number": self.before.offered}
        if then is None:
            return _("In %(period)s: about %(number)s.") % words
        return _("In %(period)s: about %(number)s, %(share)s within 24 hours.") % {
            **words,
            "share": out_of_ten(then),
        }

    def _who(self) -> Block:
        events = {each.value: str(each.label) for each in EventType}
        groups = {**{each.value: str(each.label) for each in ProfessionGroup}, "unknown": _("Not known")}
        event, group = _largest(self.now.event, events), _largest(self.now.profession, groups)
        if event and group:
            headline = _("Most often after: %(event)s. Largest group: %(group)s.") % {
                "event": _lower(event),
                "group": _lower(group),
            }
        else:
            headline = _("After which events, and which professions")
        return Block(
            "who",
            headline,
            [
                self._bars("event", _("After which event"), events, lambda tables: tables.event, _("Event")),
                self._bars(
                    "profession",
                    _("Which profession"),
                    groups,
                    lambda tables: tables.profession,
                    _("Profession"),
                ),
            ],
            elsewhere=_(
                "Published: 9 out of 10 after a safety incident, 4 out of 10 physicians and residents (UMCG "
                "2018; 200 colleagues)."
            ),
        )

    def _course(self) -> Block:
        supported = self.now.supported
        one = published_share(_cell(self.now.conversations, "1"), supported)
        if supported.value is None:
            headline = _("Fewer than 10 colleagues had a conversation.")
        elif one is None:
            headline = _("About %(number)s colleagues had support.") % {"number": supported}
        else:
            headline = _(
                "About %(number)s colleagues had support; for %(share)s one conversation was enough."
            ) % {"number": supported, "share": out_of_ten(one)}
        before = self.before.supported if self.before else None
        return Block(
            "course",
            headline,
            [
                self._bars(
                    "conversations",
                    _("Conversations, where support has ended"),
                    _CONVERSATIONS,
                    lambda tables: tables.conversations,
                    _("Conversations"),
                ),
                self._bars(
                    "on-the-way",
                    _("On the way"),
                    {**_FOLLOW_UPS, **_ON_THE_WAY},
                    lambda tables: OneWay(
                        tables.offered, (*tables.follow_ups.cells[1:], *tables.on_the_way.cells)
                    ),
                    _("What happened"),
                    total=False,
                ),
            ],
            compared=_("In %(period)s: about %(number)s.")
            % {"period": self._previous_label, "number": before}
            if before and before.value is not None
            else "",
            elsewhere=_("Published: one conversation is enough for more than half (UMCG 2019)."),
        )

    def _opinion(self) -> Block:
        mark, recommend = self._answers(Question.MARK), self._answers(Question.RECOMMEND)
        if mark.mean is None:
            headline = _("Too few evaluations to show what colleagues think, or they all think the same.")
        else:
            headline = _("Colleagues give the support %(mark)s out of 10.") % {"mark": _decimal(mark.mean)}
        if recommend.shares:
            headline += " " + _("%(percent)s%% would recommend it.") % {"percent": dict(recommend.shares)[1]}
        before = self.before.answers[Question.MARK] if self.before else None
        compared = ""
        if isinstance(before, Answers) and before.mean is not None:
            compared = _("In %(period)s: %(mark)s.") % {
                "period": self._previous_label,
                "mark": _decimal(before.mean),
            }
        return Block(
            "opinion",
            headline,
            [self._statements(), self._feelings(), self._marks(mark), self._recommend(recommend)],
            compared=compared,
            elsewhere=_(
                "Published: on average above 8 (n = 85), all would recommend it (UMCG 2019, PMC 2020); less "
                "blame, shame, incompetence and isolation after the support than before (n = 66)."
            ),
        )

    def _answers(self, question: Question) -> Answers:
        answers = self.now.answers[question]
        return answers if isinstance(answers, Answers) else Answers()

    def _feelings(self) -> Chart:
        pairs = []
        rows = []
        for question in Question.feelings():
            change = self.now.answers[question]
            if not isinstance(change, Change):
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
            Table(
                (_("Feeling"), _("Before (0–3)"), _("After (0–3)"), _("Less"), _("The same"), _("More")),
                tuple(rows),
            ),
            charts.slopes(pairs, low=Tick(0, _("not true")), high=Tick(3, _("very true"))),
            "; ".join(f"{pair.label}: {pair.text}" for pair in pairs),
        )

    def _statements(self) -> Chart:
        answers = [(question, self._answers(question)) for question in Question.statements()]
        shares = [_shares(question, given) for question, given in answers]
        return Chart(
            "stacks",
            "statements",
            _("What colleagues think"),
            Table(
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

    def _marks(self, answers: Answers) -> Chart:
        data = [Datum(str(value), share, str(share or "")) for value, share in answers.shares]
        rows = [(str(value), f"{share}%") for value, share in answers.shares]
        return Chart(
            "columns",
            "marks",
            _("Marks, in percent of the answers"),
            Table(
                (_("Mark"), _("Share")),
                (*rows, (_("Mean"), _decimal(answers.mean)), (_("Answers"), _number(answers))),
            ),
            charts.columns(data, height=180) if data else None,
            _("On average %(mark)s.") % {"mark": _decimal(answers.mean)} if answers.mean is not None else "",
            note="" if data else _nothing(),
        )

    def _recommend(self, answers: Answers) -> Chart:
        label = str(Question.RECOMMEND.label)
        shares = dict(answers.shares)
        row = Shares(label, [shares[0], shares[1]] if shares else None, None, _answers_text(answers))
        return Chart(
            "stacks",
            "recommend",
            _("Whether they would recommend it"),
            Table(
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

    def _calamities(self) -> Block:
        number = self.now.calamities
        igj = next((row for row in self.now.steps if row.step == Step.IGJ), None)
        headline = _("No calamities were reported.")
        if number:
            headline = ngettext(
                "%(number)d calamity was reported.", "%(number)d calamities were reported.", number
            ) % {"number": number}
        if igj and igj.statutory and igj.statutory.due:
            headline += " " + _("The inspectorate was notified within the law's term for %(kept)s.") % {
                "kept": _kept(igj.statutory)
            }
        return Block(
            "calamities",
            headline,
            [self._steps()] if number else [],
            compared=ngettext(
                "In %(period)s: %(number)d.", "In %(period)s: %(number)d.", self.before.calamities
            )
            % {"period": self._previous_label, "number": self.before.calamities}
            if self.before
            else "",
            elsewhere=_("Internal norms: UMCG 2019. Terms of the law: Wkkgz. Exact: about the organisation."),
        )

    def _steps(self) -> Chart:
        then = {row.step: row for row in self.before.steps} if self.before else {}
        data = [
            Datum(
                str(row.step.label),
                _percent(row.internal),
                _kept(row.internal),
                previous=_percent(then[row.step].internal) if row.step in then else None,
            )
            for row in self.now.steps
            if row.internal and row.internal.due
        ]
        return Chart(
            "bars",
            "steps",
            _("Steps done in time, by the hospital's own norms"),
            Table(
                (_("Step"), _("Own norm"), _("Law"), *([self._previous_label] if then else [])),
                tuple(self._step_row(row, then) for row in self.now.steps),
            ),
            charts.bars(data, whole=100) if data else None,
            "; ".join(f"{datum.label}: {datum.text}" for datum in data),
            previous_label=self._previous_label,
        )

    def _step_row(self, row: StepFigures, then: Mapping[Step, StepFigures]) -> tuple[str, ...]:
        cells = [str(row.step.label), _kept(row.internal), _kept(row.statutory)]
        if then:
            cells.append(_kept(then[row.step].internal))
        return tuple(cells)

    def _pool(self) -> Block:
        number = self.now.supporters
        known = [
            (row.group, row.people, row.supporters, row.wanted)
            for row in self.now.coverage
            if row.people is not None and row.supporters is not None and row.wanted is not None
        ]
        enough = sum(supporters >= wanted for _group, _people, supporters, wanted in known)
        headline = ngettext("%(number)d trained supporter.", "%(number)d trained supporters.", number) % {
            "number": number
        }
        if known:
            headline += " " + _("%(reached)s of %(groups)s profession groups reach the norm.") % {
                "reached": enough,
                "groups": len(known),
            }
        labels = {each.value: str(each.label) for each in ProfessionGroup}
        data = [
            Datum(
                labels[group],
                organisation_share(supporters, people),
                _("%(part)s of %(whole)s") % {"part": supporters, "whole": number_format(people)},
                previous=organisation_share(wanted, people),
            )
            for group, people, supporters, wanted in known
        ]
        rows = tuple(
            (
                labels[row.group],
                *("–" if each is None else str(each) for each in (row.people, row.supporters, row.wanted)),
            )
            for row in self.now.coverage
        )
        return Block(
            "pool",
            headline,
            [
                Chart(
                    "bars",
                    "coverage",
                    _("Part of each profession group that is a supporter"),
                    Table(
                        (_("Profession"), _("Employees"), _("Supporters"), _("Norm")),
                        rows,
                    ),
                    charts.bars(data) if data else None,
                    "; ".join(f"{datum.label}: {datum.text}" for datum in data),
                    previous_label=_("Norm"),
                )
            ],
            elsewhere=_(
                "Norm: 10 percent of each profession, 15 where people work shifts (PMC 2020). As it was on "
                "the day of publication. Exact: about the organisation."
            ),
        )

    def _data(self, labels: Mapping[str, str | Promise], table: Callable[[Tables], OneWay]) -> list[Datum]:
        now, then = dict(table(self.now).cells), dict(table(self.before).cells) if self.before else {}
        return [
            Datum(
                str(label),
                now[key].value,
                str(now[key]),
                previous=then[key].value if key in then else None,
                previous_text=str(then[key]) if key in then else "",
            )
            for key, label in labels.items()
        ]

    def _bars(
        self,
        id: str,  # noqa: A002  # as the component calls it
        title: str,
        labels: Mapping[str, str | Promise],
        table: Callable[[Tables], OneWay],
        heading: str,
        *,
        total: bool = True,
    ) -> Chart:
        """Bars for what may be shown, a line that names the rest, and everything in the table."""
        data = self._data(labels, table)
        shown = [datum for datum in data if datum.value is not None]
        hidden = [_lower(datum.label) for datum in data if datum.value is None]
        return Chart(
            "bars",
            id,
            title,
            self._table(data, table, heading, total=total),
            charts.bars(shown, whole=self._whole(table)) if shown else None,
            "; ".join(f"{datum.label}: {datum.text}" for datum in shown),
            note=_("Fewer than 10 each: %(names)s.") % {"names": ", ".join(hidden)} if hidden else "",
            previous_label=self._previous_label if any(each.previous is not None for each in shown) else "",
        )

    def _whole(self, table: Callable[[Tables], OneWay]) -> float:
        """Of how many the figures in `table` are parts, in this period or the one before."""
        return max(table(each).total.value or 0 for each in (self.now, self.before) if each)

    def _table(
        self,
        data: Sequence[Datum],
        table: Callable[[Tables], OneWay],
        heading: str,
        *,
        total: bool = True,
    ) -> Table:
        rows = list(data)
        if total:
            then = str(table(self.before).total) if self.before else ""
            rows.append(Datum(_("Together"), None, str(table(self.now).total), previous_text=then))
        return charts.table_of(
            rows, (heading, self.period.label, *([self._previous_label] if self.before else []))
        )


def out_of_ten(share: int) -> str:
    """A share in percent, to 10 points, as one says it."""
    if share >= 100:
        return _("nearly all")
    if share <= 0:
        return _("hardly anybody")
    return _("%(tens)s out of 10") % {"tens": share // 10}


def _cell(table: OneWay, key: str) -> Figure:
    return dict(table.cells)[key]


def _largest(table: OneWay, labels: Mapping[str, str]) -> str:
    """The label of the only largest figure; empty when there is none."""
    shown = sorted((figure.value, key) for key, figure in table.cells if figure.value is not None)
    if not shown or (len(shown) > 1 and shown[-2][0] == shown[-1][0]):
        return ""
    return labels[shown[-1][1]]


def _lower(label: str) -> str:
    return label[:1].lower() + label[1:]


def _upper(label: str) -> str:
    return label[:1].upper() + label[1:]


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


def _percent(clock: Clock | None) -> int | None:
    return round(100 * clock.in_time / clock.due) if clock and clock.due else None


def _kept(clock: Clock | None) -> str:
    """How many of how many: "7 of 8", and how many still have time, if any."""
    if clock is None:
        return "–"
    kept = _("%(part)s of %(whole)s") % {"part": clock.in_time, "whole": clock.due}
    if not clock.running:
        return kept
    return _("%(kept)s, %(running)s still have time") % {"kept": kept, "running": clock.running}
