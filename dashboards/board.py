"""The page of the board: published tables as blocks, each a headline in words with its charts and tables.

Pure: from `Tables` and the words of the active language, without the database. Page, print and export show
the same blocks.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dashboards import charts, evaluation_block, organisation
from dashboards.blocks import Block, Chart
from dashboards.blurring import Figure, OneWay, published_share
from dashboards.charts import ChartTable, Datum
from dashboards.periods import Period
from dashboards.tables import Tables
from hospital.enums import ProfessionGroup
from incidents.enums import EventType
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
    "called_in": gettext_lazy("The coordinator was alerted"),
    "referred": gettext_lazy("Referred on to professional help"),
}


@dataclass(frozen=True, slots=True)
class Board:
    """The tables of `period`, and of the period before if that was published."""

    period: Period
    now: Tables
    before: Tables | None = None
    blocks: Sequence[Block] = field(init=False)

    def __post_init__(self) -> None:
        previous = self._previous_label
        made = [
            self._offered(),
            self._who(),
            self._course(),
            evaluation_block.block(self.now, self.before, previous),
            organisation.calamities(self.now, self.before, previous),
            organisation.pool(self.now),
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
            # A kind that is newer than what was published stands in no release of before.
            if key in now
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
    ) -> ChartTable:
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
