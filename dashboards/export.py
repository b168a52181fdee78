"""The board's page as a spreadsheet: exactly the words and figures that stand on it."""

import csv
import io
from collections.abc import Iterator

from django.utils.translation import gettext as _

from dashboards import protection
from dashboards.board import Board

BOM = "\ufeff"
"""Excel in the Netherlands reads UTF-8 only behind it, and columns only between semicolons."""


def as_csv(board: Board) -> str:
    """Headlines and tables of `board`, in the active language."""
    out = io.StringIO()
    out.write(BOM)
    csv.writer(out, delimiter=";", lineterminator="\r\n").writerows(
        [escaped(cell) for cell in row] for row in _rows(board)
    )
    return out.getvalue()


def escaped(cell: str) -> str:
    """`cell` so that a spreadsheet takes it for text and never for a formula."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell


def _rows(board: Board) -> Iterator[list[str]]:
    yield [board.label]
    yield from _blocks(board)
    yield []
    yield [_("The programme at a glance")]
    for group in board.scoreboard:
        yield []
        yield [group.title]
        yield from ([each.label, each.value or each.why_not] for each in group.indicators)
    yield []
    yield from ([sentence] for sentence in protection.sentences())


def _blocks(board: Board) -> Iterator[list[str]]:
    for block in board.blocks:
        yield []
        yield [block.headline]
        yield from ([line] for line in (block.more, block.compared, block.elsewhere) if line)
        if block.words:
            yield [_("Words of the coordinator: %(text)s") % {"text": block.words}]
        for chart in block.charts:
            yield []
            yield [chart.title]
            yield list(chart.table.headings)
            yield from map(list, chart.table.rows)
