"""Who was offered support, after what, how fast and what became of it, as blocks of the board's page."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from math import hypot

from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dashboards import charts, sharpened
from dashboards.blocks import Block, Chart
from dashboards.bound import SUPPORT_TABLES, TALKS, UNKNOWN
from dashboards.charts import Datum
from dashboards.organisation import kept
from dashboards.said import colleagues, count, range_of, share_of, worth_saying
from dashboards.sharpened import OF_90_PERCENT, Estimate
from dashboards.tables import Tables
from hospital.enums import ProfessionGroup
from incidents.enums import EventType, Step

TALKED = TALKS[1:]
#: What became of an offer, as cells of the table `course`.
ACCEPTED = (*TALKED, "referred")
_OUTCOME: Mapping[str, tuple[Promise, tuple[str, ...]]] = {
    "accepted": (gettext_lazy("Took it up: talked, or was referred on"), ACCEPTED),
    "declined": (gettext_lazy("Did not want it"), ("declined",)),
    "unreachable": (gettext_lazy("Could not be reached"), ("unreachable",)),
    "open": (gettext_lazy("Still going on"), ("open",)),
    "without": (gettext_lazy("Closed without a conversation"), ("talks_0",)),
}
_TALKS: Mapping[str, tuple[Promise, tuple[str, ...]]] = {
    "talks_1": (gettext_lazy("One conversation was enough"), ("talks_1",)),
    "talks_2": (gettext_lazy("Two conversations"), ("talks_2",)),
    "talks_3": (gettext_lazy("Three or more"), ("talks_3",)),
    "referred": (gettext_lazy("Referred on to professional help"), ("referred",)),
}
_FIRST_CONTACT: Mapping[str, tuple[Promise, tuple[str, ...]]] = {
    "day": (gettext_lazy("Within 24 hours"), ("day",)),
    "three_days": (gettext_lazy("Within 72 hours"), ("three_days",)),
    "later": (gettext_lazy("Later"), ("later",)),
    "declined": (gettext_lazy("Did not want it"), ("declined",)),
    "not_reached": (gettext_lazy("Not reached (yet)"), ("not_reached",)),
}
_FEW_CELLS = 8


@dataclass(frozen=True, slots=True)
class Support:
    """What the tables about support say together."""

    tables: Tables
    offered: Estimate

    @classmethod
    def of(cls, tables: Tables) -> "Support":
        offered = sharpened.whole(tables.drawn[table.name] for table in SUPPORT_TABLES)
        parts = [
            sharpened.part(tables.drawn[table.name], cells, offered)
            for table in SUPPORT_TABLES
            for cells in _shown(table.cells)
        ]
        return cls(tables, sharpened.fitted(offered, parts, []))

    @property
    def is_few(self) -> bool:
        """Whether so few were offered support that no more can be said."""
        return self.offered.about is None

    def part(self, name: str, *cells: str) -> Estimate:
        """With a band that fits those of what is shown beside it: its parts, and what it is a part of."""
        table, chosen = self.tables.drawn[name], set(cells)
        shown = [(set(each), sharpened.part(table, each, self.offered)) for each in _shown(table.cells)]
        return sharpened.fitted(
            sharpened.part(table, cells, self.offered),
            [part for each, part in shown if each < chosen],
            [whole for each, whole in shown if each > chosen],
        )

    def share(self, name: str, *cells: str, of: Collection[str] = ()) -> Estimate | None:
        """None where those that it is a share of are too few."""
        base = self.part(name, *of) if of else self.offered
        if base.about is None:
            return None
        return sharpened.share(self.tables.drawn[name], cells, self.offered, of=of)

    def is_sure(self, name: str, *cells: str) -> bool:
        """Whether it is worth saying how many these are of all."""
        share = self.share(name, *cells)
        return share is not None and worth_saying(share)

    def colleagues(self, name: str, *cells: str) -> str:
        """How many these are, in a sentence."""
        return colleagues(self.part(name, *cells), share=self.share(name, *cells))


@dataclass(frozen=True, slots=True)
class Compared:
    """What is shown, named `label`, and if it was published what was before, named `previous_label`."""

    label: str
    now: Support
    previous_label: str = ""
    then: Support | None = None

    def before(self, said: str) -> str:
        """What is said of before, as a sentence; empty where nothing is."""
        if not said:
            return ""
        return _("In %(period)s: %(said)s.") % {"period": self.previous_label, "said": said}

    def bars(
        self,
        id: str,  # noqa: A002  # as the component calls it
        title: str,
        rows: Mapping[str, tuple[str | Promise, Sequence[str]]],
        *,
        table: str,
        heading: str,
        of_all: bool = True,
    ) -> Chart:
        """Bars for what is not small, and of few for all; a line that names the rest; and everything in the
        table. Each of `rows` is a label with the cells of `table` that it counts.
        """
        then = self.then
        # A kind that is newer than what was published stands in no release of before.
        known = {
            str(label): cells
            for label, cells in rows.values()
            if any(cell in self.now.tables.drawn[table].cells for cell in cells)
        }
        data = [
            _datum(label, self.now.part(table, *cells), then.part(table, *cells) if then else None)
            for label, cells in known.items()
        ]
        if then and not all(then.is_sure(table, *cells) for cells in known.values()):
            data = [replace(datum, previous=None) for datum in data]
        shown = [datum for datum in data if datum.value is not None or len(data) <= _FEW_CELLS]
        hidden = [datum for datum in data if datum not in shown]
        together = _datum(_("Together"), self.now.offered, then.offered if then else None)
        headings = (heading, self.label, _("between"), *([self.previous_label] if then else []))
        return Chart(
            "bars",
            id,
            title,
            charts.table_of([*data, together] if of_all else data, headings),
            charts.bars(shown, whole=together.value) if shown else None,
            "; ".join(f"{datum.label}: {datum.text}" for datum in shown),
            note=_("Fewer than about %(number)s each: %(names)s.")
            % {
                "number": max(int(datum.text.removeprefix("<")) for datum in hidden),
                "names": ", ".join(_lower(datum.label) for datum in hidden),
            }
            if hidden
            else "",
            previous_label=self.previous_label,
            band_label=_("between these, in 9 of 10 cases"),
        ).if_sure(*(self.now.is_sure(table, *cells) for cells in known.values()))


def blocks(both: Compared, periods: Sequence[tuple[str, Tables]]) -> list[Block]:
    """In the order of the page; of few people only how few they are."""
    if both.now.is_few:
        return [_offered(both, periods)]
    return [_offered(both, periods), _event(both), _profession(both), _first_contact(both), _course(both)]


def _offered(both: Compared, periods: Sequence[tuple[str, Tables]]) -> Block:
    now, then = both.now, both.then
    title = _("Offered support")
    told = _told(now.tables)
    words = {"number": colleagues(now.offered)}
    before = both.before(colleagues(then.offered)) if then else ""
    headline = _("%(number)s colleagues were offered support.") % words
    if now.is_few:
        return Block("offered", title, capfirst(headline), [], more=told, compared=before, is_few=True)
    accepted = share_of(now.share("course", *ACCEPTED))
    if accepted:
        headline = _("%(number)s colleagues were offered support; %(share)s took it up.") % {
            **words,
            "share": accepted,
        }
    return Block(
        "offered",
        title,
        capfirst(headline),
        [
            *([_by_period(periods)] if len(periods) > 1 else []),
            both.bars(
                "outcome", _("What became of the offer"), _OUTCOME, table="course", heading=_("Outcome")
            ),
        ],
        more=told,
        compared=before,
        elsewhere=_(
            "Published: 18 to 71 colleagues a year in each university hospital took it up (UMCG 2018). "
            "Without an offer 85 of 100 never ask (Scott)."
        ),
    )


def _told(tables: Tables) -> str:
    """What was announced, which is exact where it is about calamities."""
    always = _("Everybody who is named is told of it before anybody calls.")
    step = next((row.internal for row in tables.steps if row.step == Step.SUPPORT), None)
    if step is None or not step.due:
        return always
    exact = _("After calamities everybody was told in time in %(kept)s (exact).") % {"kept": kept(step)}
    return f"{always} {exact}"


def _by_period(periods: Sequence[tuple[str, Tables]]) -> Chart:
    data = [_datum(label, Support.of(tables).offered) for label, tables in periods]
    return Chart(
        "columns",
        "by-period",
        _("Offered support, by period"),
        charts.table_of(data, (_("Period"), _("Offered"), _("between"))),
        charts.columns(data, height=230),
        "; ".join(f"{datum.label}: {datum.text}" for datum in data),
    )


def _event(both: Compared) -> Block:
    rows = {each.value: (str(each.label), (each.value,)) for each in EventType}
    largest = _largest(both.now, "event", rows)
    return Block(
        "event",
        _("After what"),
        _("Most often after: %(event)s.") % {"event": _lower(largest)}
        if largest
        else _("No kind of event stands out for certain."),
        [both.bars("events", _("After which event"), rows, table="event", heading=_("Event"))],
        elsewhere=_("Published: 9 out of 10 after a safety incident (UMCG 2018; 200 colleagues)."),
    )


def _profession(both: Compared) -> Block:
    rows = {
        **{each.value: (str(each.label), (each.value,)) for each in ProfessionGroup},
        UNKNOWN: (_("Not known"), (UNKNOWN,)),
    }
    largest = _largest(both.now, "profession", rows)
    return Block(
        "profession",
        _("Which profession"),
        _("Largest group: %(group)s.") % {"group": _lower(largest)}
        if largest
        else _("No profession stands out for certain."),
        [both.bars("professions", _("Which profession"), rows, table="profession", heading=_("Profession"))],
        elsewhere=_("Published: 4 out of 10 are physicians and residents (UMCG 2018; 200 colleagues)."),
    )


def _first_contact(both: Compared) -> Block:
    share = share_of(both.now.share("first_contact", "day"))
    then = both.then
    return Block(
        "first-contact",
        _("From report to first contact"),
        capfirst(_("%(share)s were reached within 24 hours.") % {"share": share})
        if share
        else _("How many were reached within 24 hours is not sure enough to say in one figure."),
        [
            both.bars(
                "hours",
                _("From report to first contact"),
                _FIRST_CONTACT,
                table="first_contact",
                heading=_("First contact"),
            )
        ],
        compared=both.before(share_of(then.share("first_contact", "day"))) if then else "",
        elsewhere=_("Norm: within 24 hours (UMCG 2019, PMC 2020); other programmes also use 72 hours."),
    )


def _course(both: Compared) -> Block:
    now, then = both.now, both.then
    words = {
        "number": now.colleagues("course", *TALKED),
        "share": share_of(now.share("course", "talks_1", of=TALKED)),
    }
    if words["share"]:
        headline = _("%(number)s colleagues completed the talks; for %(share)s one was enough.") % words
    else:
        headline = _("%(number)s colleagues completed the talks.") % words
    return Block(
        "course",
        _("Conversations"),
        capfirst(headline),
        [
            both.bars(
                "talks",
                _("How many conversations, and referred on"),
                _TALKS,
                table="course",
                heading=_("Conversations"),
                of_all=False,
            ).if_sure(now.is_sure("course", *TALKED))
        ],
        more=capfirst(
            _("%(number)s were referred on to professional help.")
            % {"number": now.colleagues("course", "referred")}
        ),
        compared=both.before(then.colleagues("course", *TALKED)) if then else "",
        elsewhere=_(
            "Published: one conversation is enough for more than half (UMCG 2019); about 1 out of 10 needs "
            "professional help (Scott)."
        ),
    )


def _shown(cells: Collection[str]) -> list[tuple[str, ...]]:
    """What is said of a table with these cells as one figure."""
    several = [each for each in (TALKED, ACCEPTED) if set(each) <= set(cells)]
    return [*((cell,) for cell in cells), *several]


def _datum(label: str, now: Estimate, then: Estimate | None = None) -> Datum:
    return Datum(
        label,
        now.about,
        count(now),
        previous=then.about if then else None,
        previous_text=count(then) if then else "",
        low=now.low,
        high=now.high,
        band_text=range_of(now),
    )


def _largest(now: Support, table: str, rows: Mapping[str, tuple[str, Sequence[str]]]) -> str:
    """The label of the largest figure; empty where another may be larger."""
    parts = [(now.part(table, cell), cell) for cell in now.tables.drawn[table].cells]
    *_rest, (second, _cell), (first, cell) = sorted(parts, key=lambda each: each[0].value)
    is_clear = first.value - second.value > OF_90_PERCENT * hypot(first.sd, second.sd)
    return rows[cell][0] if is_clear and first.about is not None else ""


def _lower(label: str) -> str:
    return label[:1].lower() + label[1:]
