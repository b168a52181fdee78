"""The board's page as a document to send and to keep: a tagged PDF, set by Typst from the same board. What is
typed by people goes in as data, never as markup.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import typst
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from dashboards import protection
from dashboards.blocks import Block, Chart
from dashboards.board import Board
from dashboards.charts import Bars, ColumnChart, Slopes, Stacks
from hospital.models import Hospital

_TEMPLATE = Path(__file__).with_suffix(".typ")


def as_pdf(
    board: Board, *, title: str, period: str, hospital: Hospital, published_at: datetime, language: str
) -> bytes:
    """All of `board` as a document (PDF/UA), in the active `language`."""
    data = {
        "language": language,
        "title": title,
        "period": period,
        "hospital": hospital.name,
        "logo": list(bytes(hospital.logo)),
        "line": _("Who supports whom stays between them. These figures say how it goes."),
        "published": _("Published on %(day)s.") % {"day": date_format(localtime(published_at), "j F Y")},
        "blocks": [_block(block) for block in board.blocks],
        "scoreboard": [
            {
                "title": group.title,
                "rows": [
                    [each.label, each.value or each.why_not, bool(each.value)] for each in group.indicators
                ],
            }
            for group in board.scoreboard
        ],
        "protection": protection.sentences(),
        "sources": protection.sources(),
        "words": {
            "summary": _("In short"),
            "scoreboard": _("The programme at a glance"),
            "after": _(
                "After the four groups of indicators of Guerra-Paiva et al. 2024 (Int J Public Health)."
            ),
            "indicator": _("Indicator"),
            "value": board.label,
            "protection": _("How these figures protect people"),
            "sources": _("Sources"),
            "said": _("Words of the coordinator"),
            "page": _("page"),
        },
    }
    made: bytes = typst.compile(
        _TEMPLATE.read_bytes(),
        format="pdf",
        sys_inputs={"data": json.dumps(data)},
        ignore_system_fonts=True,
        pdf_standards="ua-1",
        timestamp=int(published_at.timestamp()),
    )
    return made


def _block(block: Block) -> dict[str, Any]:
    return {
        "id": block.id,
        "title": block.title,
        "headline": block.heading,
        "more": block.more,
        "compared": block.compared,
        "elsewhere": block.elsewhere,
        "words": block.words,
        "charts": [_chart(chart) for chart in block.charts],
    }


def _chart(chart: Chart) -> dict[str, Any]:
    return {
        "title": chart.title,
        "description": chart.description or chart.title,
        "note": chart.note,
        "band": chart.band_label,
        "previous": chart.previous_label if isinstance(chart.chart, Bars) and chart.chart.has_marks else "",
        "legend": [{"tone": part["tone"], "label": str(part["label"])} for part in chart.legend],
        "headings": chart.table.headings,
        "rows": chart.table.rows,
        **_drawn(chart.chart),
    }


def _drawn(chart: object) -> Mapping[str, Any]:
    """What is drawn of it, everything in percent across."""
    match chart:
        case Bars():
            return {
                "kind": "bars",
                "ends": [end.text for end in chart.ends],
                "drawn": [
                    {
                        "label": " ".join(line.text for line in bar.label),
                        "text": bar.value.text,
                        "value": bar.width if bar.shown else None,
                        "low": bar.low if bar.low is not None else bar.width,
                        "high": bar.high if bar.high is not None else bar.width,
                        "exact": bar.low is None,
                        "previous": bar.previous,
                    }
                    for bar in chart.bars
                ],
            }
        case ColumnChart():
            highest = max([1.0, *(max(column.band, column.height) for column in chart.columns)])
            return {
                "kind": "bars",
                "ends": [],
                "drawn": [
                    {
                        "label": column.label.text,
                        "text": column.value.text,
                        "value": 100 * column.height / highest if column.shown else None,
                        "low": 100 * column.certain / highest,
                        "high": 100 * column.band / highest,
                        "exact": column.low is None,
                        "previous": None,
                    }
                    for column in chart.columns
                ],
            }
        case Stacks():
            return {
                "kind": "stacks",
                "drawn": [
                    {
                        "label": " ".join(line.text for line in stack.label),
                        "text": stack.value.text,
                        "parts": [
                            {
                                "width": part.width,
                                "tone": part.tone,
                                "text": part.text.text if part.text else "",
                            }
                            for part in stack.segments
                        ],
                    }
                    for stack in chart.stacks
                ],
            }
        case Slopes():
            return {
                "kind": "slopes",
                "ends": [tick.text for tick in chart.ticks],
                "drawn": [
                    {
                        "label": " ".join(line.text for line in slope.label),
                        "text": slope.value.text,
                        "before": slope.before,
                        "after": slope.after,
                        "around": [[band.x, band.width] for band in (slope.before_band, slope.after_band)],
                    }
                    for slope in chart.slopes
                ],
            }
    return {"kind": "none", "drawn": []}
