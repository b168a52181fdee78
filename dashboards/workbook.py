"""The board's page as an Excel file: a sheet for each block, one at a glance, and one that says how people
are protected. Exactly the words and figures of the page.
"""

import io
import re
from collections.abc import Sequence

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from dashboards import protection
from dashboards.blocks import Block
from dashboards.board import Board
from dashboards.export import escaped

_WIDE, _NARROW = 60, 18
_TITLE, _BOLD = Font(bold=True, size=14), Font(bold=True)
_WRAPPED = Alignment(wrap_text=True, vertical="top")


def as_workbook(board: Board) -> bytes:
    """All of `board`, in the active language."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for block in board.blocks:
        _block(_sheet(book, block.title), board, block)
    glance = _sheet(book, _("At a glance"))
    _say(glance, board.label, _TITLE)
    for group in board.scoreboard:
        _say(glance)
        _row(glance, [group.title], _BOLD)
        for each in group.indicators:
            _row(glance, [each.label, each.value or each.why_not])
    glance.column_dimensions["B"].width = _WIDE
    protects = _sheet(book, _("How people are protected"))
    for sentence in protection.sentences():
        _say(protects, sentence)
    _say(protects, _("Sources"), _BOLD)
    for source in protection.sources():
        _say(protects, source)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _block(sheet: Worksheet, board: Board, block: Block) -> None:
    _say(sheet, f"{block.title}, {board.label}", _TITLE)
    _say(sheet, block.headline, _BOLD)
    for line in (block.more, block.compared, block.elsewhere):
        if line:
            _say(sheet, line)
    if block.words:
        _say(sheet, _("Words of the coordinator: %(text)s") % {"text": block.words})
    for chart in block.charts:
        _say(sheet)
        _row(sheet, [chart.title], _BOLD)
        _row(sheet, chart.table.headings, _BOLD)
        for row in chart.table.rows:
            _row(sheet, row)
        if chart.note:
            _say(sheet, chart.note)


def _sheet(book: Workbook, title: str) -> Worksheet:
    sheet: Worksheet = book.create_sheet(re.sub(r"[\[\]:*?/\\]", " ", title)[:31])
    sheet.column_dimensions["A"].width = _WIDE
    for column in range(2, 9):
        sheet.column_dimensions[get_column_letter(column)].width = _NARROW
    return sheet


def _say(sheet: Worksheet, text: str = "", font: Font | None = None) -> None:
    _row(sheet, [text], font)
    sheet.cell(sheet.max_row, 1).alignment = _WRAPPED


def _row(sheet: Worksheet, cells: Sequence[str], font: Font | None = None) -> None:
    """Whole numbers as numbers, everything else as text and never as a formula."""
    sheet.append([int(cell) if cell.isascii() and cell.isdigit() else escaped(cell) for cell in cells])
    if font:
        for cell in sheet[sheet.max_row]:
            cell.font = font
