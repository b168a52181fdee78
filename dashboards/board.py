"""The page of the board: published tables as blocks, each a headline in words with its charts and tables.

Pure: from `Tables` and the words of the active language, without the database. Page, print and export show
the same blocks. Every figure about people comes from dashboards.sharpened.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import hypot

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dashboards import charts, evaluation_block, organisation, sharpened
from dashboards.blocks import Block, Chart
from dashboards.bound import SUPPORT_TABLES, TALKS, UNKNOWN
from dashboards.charts import Datum
from dashboards.said import between, count, out_of_ten, range_of, tens_between, worth_saying
from dashboards.sharpened import OF_90_PERCENT, Estimate
from dashboards.tables import Tables
from hospital.enums import ProfessionGroup
from incidents.enums import EventType

_FIRST_CONTACT: Mapping[str, Promise] = {
    "day": gettext_lazy("Within 24 hours"),
    "three_days": gettext_lazy("Within 72 hours"),
    "later": gettext_lazy("Later"),
    "declined": gettext_lazy("Did not want it"),
    "not_reached": gettext_lazy("Not reached (yet)"),
}
_COURSE: Mapping[str, Promise] = {
    "talks_1": gettext_lazy("Completed after one conversation"),
    "talks_2": gettext_lazy("Completed after two conversations"),
    "talks_3": gettext_lazy("Completed after three or more"),
    "talks_0": gettext_lazy("Completed without a conversation"),
    "referred": gettext_lazy("Referred on to professional help"),
    "declined": gettext_lazy("Did not want it"),
    "unreachable": gettext_lazy("Not reached"),
    "open": gettext_lazy("Still going on"),
}
_FEW_CELLS = 8


@dataclass(frozen=True, slots=True)
class Support:
    """What the tables about support say together."""

    tables: Tables
    offered: Estimate

    @classmethod
    def of(cls, tables: Tables) -> "Support":
        return cls(tables, sharpened.whole(tables.drawn[table.name] for table in SUPPORT_TABLES))

    def part(self, name: str, *cells: str) -> Estimate:
        return sharpened.part(self.tables.drawn[name], cells, self.offered)

    def share(self, name: str, *cells: str, of: Collection[str] = ()) -> Estimate | None:
        """None where it is not worth saying."""
        found = sharpened.share(self.tables.drawn[name], cells, self.offered, of=of)
        base = self.part(name, *of) if of else self.offered
        return found if base.about is not None and worth_saying(found) else None


@dataclass(frozen=True, slots=True)
class Board:
    """The tables of what is named `label`, by `periods` (each with its name, oldest first), and those of
    before if they were published; with what a coordinator wrote beside the blocks.
    """

    label: str
    periods: Sequence[tuple[str, Tables]]
    previous_label: str = ""
    before: Tables | None = None
    words: Mapping[str, str] = field(default_factory=dict)
    blocks: Sequence[Block] = field(init=False)
    #: Whether so few were offered support that little can be said.
    is_few: bool = field(init=False)

    def __post_init__(self) -> None:
        tables = Tables.together([each for _label, each in self.periods])
        now, then = Support.of(tables), Support.of(self.before) if self.before else None
        few = now.offered.about is None
        made = [
            self._offered(now, then),
            *([] if few else [self._course(now, then), self._who(now, then)]),
            evaluation_block.block(tables, self.before, self.previous_label),
            organisation.calamities(tables, self.before, self.previous_label),
            organisation.pool(tables),
        ]
        worded = [replace(block, words=self.words.get(block.id, "")) for block in made]
        object.__setattr__(self, "blocks", worded)
        object.__setattr__(self, "is_few", few)

    def _offered(self, now: Support, then: Support | None) -> Block:
        in_time = now.share("first_contact", "day")
        number = now.offered.about
        if number is None:
            headline = _(
                "Fewer than 10 colleagues were offered support: too few for more figures to be sure."
            )
            return Block("offered", _("Offered support"), headline, [], compared=self._compared(then))
        sure = [_("Between %(low)s and %(high)s colleagues.") % between(now.offered)]
        if in_time is None:
            headline = _("About %(number)s colleagues were offered support.") % {"number": number}
        else:
            headline = _(
                "About %(number)s colleagues were offered support; %(share)s were reached within 24 hours."
            ) % {"number": number, "share": out_of_ten(in_time.tens)}
            sure += tens_between(in_time)
        return Block(
            "offered",
            _("Offered support"),
            headline,
            [
                *([self._by_period()] if len(self.periods) > 1 else []),
                self._bars(
                    "first-contact",
                    _("From report to first contact"),
                    _FIRST_CONTACT,
                    (now, then),
                    table="first_contact",
                    heading=_("First contact"),
                ),
            ],
            sure=" ".join(sure),
            compared=self._compared(then),
            elsewhere=_("Norm: within 24 hours (UMCG 2019, PMC 2020); other programmes also use 72 hours."),
        )

    def _compared(self, then: Support | None) -> str:
        if not then:
            return ""
        words = {"period": self.previous_label, "number": then.offered.about}
        in_time = then.share("first_contact", "day")
        if then.offered.about is None:
            return _("In %(period)s: fewer than 10.") % words
        if in_time is None:
            return _("In %(period)s: about %(number)s.") % words
        return _("In %(period)s: about %(number)s, %(share)s within 24 hours.") % {
            **words,
            "share": out_of_ten(in_time.tens),
        }

    def _by_period(self) -> Chart:
        data = [_datum(label, Support.of(tables).offered) for label, tables in self.periods]
        return Chart(
            "columns",
            "by-period",
            _("Offered support, by period"),
            charts.table_of(data, (_("Period"), _("Offered"), _("between"))),
            charts.columns(data, height=230),
            "; ".join(f"{datum.label}: {datum.text}" for datum in data),
        )

    def _who(self, now: Support, then: Support | None) -> Block:
        events = {each.value: str(each.label) for each in EventType}
        groups = {**{each.value: str(each.label) for each in ProfessionGroup}, UNKNOWN: _("Not known")}
        event, group = _largest(now, "event", events), _largest(now, "profession", groups)
        said = [
            *([_("Most often after: %(event)s.") % {"event": _lower(event)}] if event else []),
            *([_("Largest group: %(group)s.") % {"group": _lower(group)}] if group else []),
        ]
        return Block(
            "who",
            _("After what, and who"),
            " ".join(said) or _("After which events, and which professions"),
            [
                self._bars(
                    "event", _("After which event"), events, (now, then), table="event", heading=_("Event")
                ),
                self._bars(
                    "profession",
                    _("Which profession"),
                    groups,
                    (now, then),
                    table="profession",
                    heading=_("Profession"),
                ),
            ],
            elsewhere=_(
                "Published: 9 out of 10 after a safety incident, 4 out of 10 physicians and residents (UMCG "
                "2018; 200 colleagues)."
            ),
        )

    def _course(self, now: Support, then: Support | None) -> Block:
        talked = TALKS[1:]
        one, number = now.share("course", "talks_1", of=talked), now.part("course", *talked)
        sure = [_("Between %(low)s and %(high)s colleagues.") % between(number)]
        if number.about is None:
            headline, sure = _("Fewer than 10 colleagues completed the talks."), []
        elif one is None:
            headline = _("About %(number)s colleagues completed the talks.") % {"number": number.about}
        else:
            headline = _(
                "About %(number)s colleagues completed the talks; for %(share)s one conversation was enough."
            ) % {"number": number.about, "share": out_of_ten(one.tens)}
            sure += tens_between(one)
        before = then.part("course", *talked).about if then else None
        return Block(
            "course",
            _("How it went"),
            headline,
            [
                self._bars(
                    "course-of-support",
                    _("How it went"),
                    _COURSE,
                    (now, then),
                    table="course",
                    heading=_("Course"),
                )
            ],
            sure=" ".join(sure),
            compared=_("In %(period)s: about %(number)s.") % {"period": self.previous_label, "number": before}
            if before
            else "",
            elsewhere=_("Published: one conversation is enough for more than half (UMCG 2019)."),
        )

    def _bars(
        self,
        id: str,  # noqa: A002  # as the component calls it
        title: str,
        labels: Mapping[str, str | Promise],
        both: tuple[Support, Support | None],
        *,
        table: str,
        heading: str,
    ) -> Chart:
        """Bars for what is not small, and in a table of few cells for all; a line that names the rest; and
        everything in the table.
        """
        now, then = both
        # A kind that is newer than what was published stands in no release of before.
        data = [
            _datum(str(label), now.part(table, cell), then.part(table, cell) if then else None)
            for cell, label in labels.items()
            if cell in now.tables.drawn[table].cells
        ]
        shown = [datum for datum in data if datum.value is not None or len(data) <= _FEW_CELLS]
        hidden = [_lower(datum.label) for datum in data if datum not in shown]
        together = _datum(_("Together"), now.offered, then.offered if then else None)
        headings = (heading, self.label, _("between"), *([self.previous_label] if then else []))
        return Chart(
            "bars",
            id,
            title,
            charts.table_of([*data, together], headings),
            charts.bars(shown, whole=together.value) if shown else None,
            "; ".join(f"{datum.label}: {datum.text}" for datum in shown),
            note=_("Fewer than 10 each: %(names)s.") % {"names": ", ".join(hidden)} if hidden else "",
            previous_label=self.previous_label if any(each.previous is not None for each in shown) else "",
            band_label=_("between these, in 9 of 10 cases"),
        )


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


def _largest(now: Support, table: str, labels: Mapping[str, str]) -> str:
    """The label of the largest figure; empty where another may be larger."""
    parts = [(now.part(table, cell), cell) for cell in now.tables.drawn[table].cells]
    *_rest, (second, _cell), (first, cell) = sorted(parts, key=lambda each: each[0].value)
    is_clear = first.value - second.value > OF_90_PERCENT * hypot(first.sd, second.sd)
    return labels[cell] if is_clear and first.about is not None else ""


def _lower(label: str) -> str:
    return label[:1].lower() + label[1:]
