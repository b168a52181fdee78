"""Reading the tables that Excel and the systems of Dutch hospitals write, as rows of text with their lines.

CSV separated by semicolons, commas, tabs or bars, in UTF-8, UTF-16 or Windows-1252, with or without a byte
order mark; or XLSX. A moment reads "2026-01-31 14:30", a day "2026-01-31". Nothing here knows the database.
"""

import csv
import io
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, time
from itertools import islice

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

MEGABYTE = 1024 * 1024
MAX_BYTES = 10 * MEGABYTE
MAX_UNPACKED = 120 * MEGABYTE  # of an XLSX; 20,000 people unpack to about 15
MAX_MEMBERS = 500
MAX_ROWS = 100_000
MAX_COLUMNS = 80
HEADER_WITHIN = 10  # rows: exports often begin with a title

Row = tuple[int, list[str]]
Known = Callable[[list[str]], int]


class FileRefused(Exception):
    """The file as a whole cannot be read; `code` says why.

    too_large, unpacks_too_large, empty, unknown_kind, damaged, no_header, too_many_rows.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def read(content: bytes, file_name: str, *, known: Known) -> tuple[list[str], Iterator[Row], int]:
    """The header of the table in `content`, its rows with their lines, and about how many there are.

    `known` counts how many names of columns a row holds: it tells the header (two at least) and the
    separator. Empty rows are left out. Raises FileRefused; so may the rows, while they are read.
    """
    rows, about = _rows(content, file_name, known)
    for _line, row in islice(rows, HEADER_WITHIN):
        if known(row) >= 2:
            return row, _counted(rows), about
    raise FileRefused("no_header")


def decoded(content: bytes) -> str:
    """`content` as text: by its byte order mark, else UTF-8 if it can be, else Windows-1252."""
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if content.startswith(mark):
            return content.decode(encoding, errors="replace")
    start = content[:200]
    if start.count(0) > len(start) // 4:
        return content.decode(
            "utf-16-le" if start[1::2].count(0) > start[::2].count(0) else "utf-16-be", "replace"
        )
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def _rows(content: bytes, file_name: str, known: Known) -> tuple[Iterator[Row], int]:
    if len(content) > MAX_BYTES:
        raise FileRefused("too_large")
    if not content.strip():
        raise FileRefused("empty")
    if content[:4] == b"PK\x03\x04":
        return _workbook(content)
    if content[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" or not file_name.lower().endswith(
        (".csv", ".txt", ".tsv")
    ):
        raise FileRefused("unknown_kind")
    return _text(content, known)


def _text(content: bytes, known: Known) -> tuple[Iterator[Row], int]:
    text = decoded(content)
    skipped = 0
    if hint := re.match(r"sep=(.)\r?\n", text):
        text, skipped = text[hint.end() :], 1
    separator = hint[1] if hint else _separator(text, known)
    return _csv_rows(text, separator, skipped), text.count("\n")


def _separator(text: str, known: Known) -> str:
    """The one under which one of the first rows holds the most names of columns."""

    def found(separator: str) -> int:
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
        try:
            return max((known(row) for row in islice(rows, HEADER_WITHIN)), default=0)
        except csv.Error:
            return 0

    return max(";,\t|", key=found)


def _csv_rows(text: str, separator: str, skipped: int) -> Iterator[Row]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    line = skipped + 1
    try:
        for row in reader:
            yield line, [_plain(cell) for cell in row[:MAX_COLUMNS]]
            line = skipped + reader.line_num + 1
    except csv.Error as error:
        raise FileRefused("damaged") from error


def _plain(cell: str) -> str:
    """Without the `="…"` with which an export keeps Excel from eating zeros."""
    kept = re.fullmatch(r'="(.*)"', cell.strip())
    return (kept[1] if kept else cell).replace("\x00", "").strip()


def _workbook(content: bytes) -> tuple[Iterator[Row], int]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            members = package.infolist()
        if len(members) > MAX_MEMBERS or sum(member.file_size for member in members) > MAX_UNPACKED:
            raise FileRefused("unpacks_too_large")
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
        sheet = book.worksheets[0]
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, IndexError, OSError) as error:
        raise FileRefused("damaged") from error
    cells = sheet.iter_rows(max_col=MAX_COLUMNS, max_row=MAX_ROWS + HEADER_WITHIN + 1, values_only=True)
    return _workbook_rows(cells), min(sheet.max_row or 0, MAX_ROWS)


def _workbook_rows(cells: Iterable[tuple[object, ...]]) -> Iterator[Row]:
    try:
        for line, row in enumerate(cells, start=1):
            texts = [_cell(value) for value in row]
            while texts and not texts[-1]:  # a workbook pads its rows
                texts.pop()
            yield line, texts
    except (zipfile.BadZipFile, KeyError, ValueError, SyntaxError, OSError) as error:
        raise FileRefused("damaged") from error


def _cell(value: object) -> str:
    match value:
        case None:
            return ""
        case datetime() if value.time() != time():
            return value.isoformat(" ", "minutes")
        case datetime():
            return value.date().isoformat()
        case date():
            return value.isoformat()
        case float() if value.is_integer():
            return str(int(value))
        case _:
            return _plain(str(value))


def _counted(rows: Iterator[Row]) -> Iterator[Row]:
    found = 0
    for line, row in rows:
        if not any(row):
            continue
        found += 1
        if found > MAX_ROWS:
            raise FileRefused("too_many_rows")
        yield line, row
