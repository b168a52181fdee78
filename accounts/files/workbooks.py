"""The cells of an XLSX workbook, whatever was put into it. Nothing here knows what they mean.

What a workbook says of its own size is not believed. Before anything is made of its XML, every part is looked
through as bytes: how much there is of it, and that it has no document type, in which all entities are. What
is only formatted is cut out there.
"""

import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final

import openpyxl
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._read_only import ReadOnlyWorksheet

MEGABYTE = 1024 * 1024
MAX_UNPACKED = 120 * MEGABYTE  # 20,000 people unpack to about 15
MAX_MEMBERS = 500
MAX_LINES = 100_100
MAX_COLUMNS = 100
#: The empty ones with only a format are counted too; they cost less to cut out than a filled one to read.
MAX_STORED = 1_000_000
#: Of XML, opening and closing. 20,000 people with 20 columns have two million.
MAX_TAGS = 4_000_000
MAX_TAGS_PER_CELL = 8  # of those that may be filled, with their shared texts
MAX_TAGS_IN_ROW = 5_000
MAX_TAGS_ASIDE = 2_000_000  # in a part without rows, such as the texts or the styles

#: Stands where a formula has never been worked out.
NO_VALUE: Final = object()

#: Only those that say where they stand: without, the next one is counted from them.
_EMPTY_CELL = re.compile(rb"""<(?:\w+:)?c\s(?:[^>]*\s)?r=["'][A-Z]+\d+["'][^>]*?(?:/>|>\s*</(?:\w+:)?c>)""")
_EMPTY_ROW = re.compile(rb"""<(?:\w+:)?row\s(?:[^>]*\s)?r=["']\d+["'][^>]*?(?:/>|>\s*</(?:\w+:)?row>)""")
_CELL = re.compile(rb"<(?:\w+:)?c[\s/>]")
_ENCODING = re.compile(rb"""^(?:\xef\xbb\xbf)?<\?xml[^>]*encoding=["']([^"']*)["']""")
_ENCODINGS = frozenset({b"utf-8", b"us-ascii", b"iso-8859-1", b"windows-1252"})  # in which "<" is one byte
_ROW = re.compile(rb"<(?:\w+:)?row(?=[\s/>])([^>]*)")
_LINE = re.compile(rb"""\br=["']([^"']*)["']""")
_FORMULA = re.compile(rb"<(?:\w+:)?f[\s/>]")
_NOTHING = (None,) * MAX_COLUMNS


class Damaged(Exception):
    """It is no workbook, or what is in it makes no sense."""


class TooMuch(Exception):
    """Unpacked it is more than any hospital's staff or reports can be."""


class TooManyCells(Exception):
    """More of them are filled than may be."""


class TooManyStored(Exception):
    """More than `MAX_STORED`, the empty ones with a format included."""


class TooManyLines(Exception):
    """Something stands below `MAX_LINES`."""


def rows(content: bytes, *, most: int) -> Iterator[tuple[int, Sequence[object]]]:
    """The lines of the first visible sheet that hold something, with their cells: None for an empty one.

    `NO_VALUE` is a formula without a value; `most` how many cells of a sheet may be filled, counted before
    any is read. Raises Damaged, TooMuch, TooManyCells, TooManyStored and TooManyLines, before the first line
    or later.
    """
    try:
        yield from _rows(content, most)
    except (TooMuch, TooManyCells, TooManyStored, TooManyLines):
        raise
    except Exception as error:
        # What malformed XML makes of openpyxl has no end: nine kinds of errors were seen.
        raise Damaged from error


def letter(index: int) -> str:
    """What Excel calls the column at `index`, counted from 0."""
    return get_column_letter(index + 1)


def _rows(content: bytes, most: int) -> Iterator[tuple[int, Sequence[object]]]:
    package, has_formulas = _looked_through(content, most)
    values = _cells(package, data_only=True)
    if not has_formulas:
        yield from ((line, row) for line, row in enumerate(values, start=1) if row != _NOTHING)
        return
    formulas = _cells(package, data_only=False)
    for line, (row, written) in enumerate(zip(values, formulas, strict=True), start=1):
        if written != _NOTHING:
            cells = zip(row, written, strict=True)
            yield line, [NO_VALUE if cell is None and one is not None else cell for cell, one in cells]


def _cells(package: bytes, *, data_only: bool) -> Iterator[tuple[object, ...]]:
    book = openpyxl.load_workbook(io.BytesIO(package), read_only=True, data_only=data_only, keep_links=False)
    sheet = next((sheet for sheet in book.worksheets if sheet.sheet_state == "visible"), None)
    if not isinstance(sheet, ReadOnlyWorksheet):
        raise Damaged
    sheet.reset_dimensions()
    return iter(sheet.iter_rows(max_col=MAX_COLUMNS, values_only=True))


def _looked_through(content: bytes, most: int) -> tuple[bytes, bool]:
    """The XML of `content`, packed anew without what is empty, and whether there are formulas in it."""
    tags, has_formulas = 0, False
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as package, zipfile.ZipFile(packed, "w") as kept:
        members = package.infolist()
        if len(members) > MAX_MEMBERS or sum(member.file_size for member in members) > MAX_UNPACKED:
            raise TooMuch
        for member in members:
            if not member.filename.endswith((".xml", ".rels")):
                continue
            part = package.read(member)
            encoding = _ENCODING.match(part)
            if encoding and encoding[1].lower() not in _ENCODINGS:
                raise Damaged
            if b"<!DOCTYPE" in part or b"\x00" in part:
                raise Damaged
            if _has_more_cells(part, MAX_STORED):
                raise TooManyStored
            if part.count(b"<") > MAX_TAGS:
                raise TooMuch
            part = _EMPTY_ROW.sub(b"", _EMPTY_CELL.sub(b"", part))
            _look_at_rows(part)
            if _has_more_cells(part, most):
                raise TooManyCells
            tags += part.count(b"<")
            if tags > min(MAX_TAGS, most * MAX_TAGS_PER_CELL):
                raise TooMuch
            has_formulas = has_formulas or _FORMULA.search(part) is not None
            kept.writestr(member.filename, part)
    return packed.getvalue(), has_formulas


def _has_more_cells(part: bytes, most: int) -> bool:
    return next(islice(_CELL.finditer(part), most, None), None) is not None


def _look_at_rows(part: bytes) -> None:
    """That its rows follow each other, as openpyxl takes for granted, and that none is without end."""
    before, start = 0, 0
    for found in _ROW.finditer(part):
        number = _LINE.search(found[1])
        line = int(number[1]) if number else before + 1
        if line <= before:
            raise Damaged
        if line > MAX_LINES:
            raise TooManyLines
        _measure(part, start, found.start(), in_row=before > 0)
        before, start = line, found.start()
    end = part.find(b"sheetData>", start) if before else len(part)
    _measure(part, start, end, in_row=before > 0)


def _measure(part: bytes, start: int, end: int, *, in_row: bool) -> None:
    if part.count(b"<", start, end) > (MAX_TAGS_IN_ROW if in_row else MAX_TAGS_ASIDE):
        raise TooMuch
