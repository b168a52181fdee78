"""What a page of figures is made of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dashboards.charts import ChartTable


@dataclass(frozen=True, slots=True)
class Chart:
    """One chart with its table, as templates/components/chart_*.html take it.

    `chart` is None when there is nothing to draw, or (`is_unsure`) nothing that is worth saying; `note` is a
    line under it, `band_label` says what its bands are.
    """

    kind: str
    id: str
    title: str
    table: ChartTable
    chart: Any = None
    description: str = ""
    note: str = ""
    legend: Sequence[Mapping[str, object]] = ()
    previous_label: str = ""
    band_label: str = ""
    is_unsure: bool = False

    def if_sure(self, *each: bool) -> "Chart":
        """As it is where `each` figure in it is worth saying (dashboards.said); else its table alone."""
        if all(each):
            return self
        return Chart(self.kind, self.id, self.title, self.table, is_unsure=True)

    @property
    def is_wide(self) -> bool:
        """Its table needs the whole width of a desk."""
        return len(self.table.headings) > 6

    @property
    def template(self) -> str:
        return f"components/chart_{self.kind}.html"


@dataclass(frozen=True, slots=True)
class Block:
    """What one section of the page says, named `title`: in words, compared with the period
    before, and elsewhere; and what a coordinator wrote beside it. `more` is what else is to be said.
    """

    id: str
    title: str
    headline: str
    charts: Sequence[Chart]
    more: str = ""
    compared: str = ""
    elsewhere: str = ""
    words: str = ""
    is_few: bool = False

    @property
    def is_unsure(self) -> bool:
        """Whether something of it is not worth saying: its people are too few (`is_few`), or a chart is left
        to its table.
        """
        return self.is_few or any(chart.is_unsure for chart in self.charts)

    @property
    def heading(self) -> str:
        """The headline, with no line broken within "8–10"."""
        return self.headline.replace("–", "\u2060–\u2060")
