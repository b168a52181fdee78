"""Reading the tables that Excel and the systems of Dutch hospitals write, as rows of text with their lines.

CSV separated by semicolons, commas, tabs or bars, in UTF-8, UTF-16 or Windows-1252, with or without a byte
order mark; or XLSX. A moment reads "2026-01-31 14:30", a day "2026-01-31". Nothing here knows the database.

What cannot be seen is taken out of a cell, and noted; what cannot be read is a fault of that cell.
"""

import csv
import io
import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from itertools import islice
from typing import NamedTuple

from accounts.files import workbooks
from accounts.files.workbooks import MEGABYTE

MAX_BYTES = 10 * MEGABYTE
MAX_ROWS = 100_000
#: Filled ones. 20,000 people with 20 columns have 400,000, which takes a worker some seconds.
MAX_CELLS = 500_000
#: Where somebody waits for the page: many years of reports.
MAX_ROWS_AT_ONCE = 25_000
MAX_CELLS_AT_ONCE = 200_000
HEADER_WITHIN = 10  # rows: exports often begin with a title
EXACT = 10**15  # Excel keeps fifteen figures of a number

#: What a cell holds that is to be emptied; an empty cell leaves what was.
CLEAR = "-"

Known = Callable[[list[str]], int]


class FileRefused(Exception):
    """The file as a whole cannot be read; `code` (accounts.files.words.FILE_REASONS) says why, `line` where.

    too_large, unpacks_too_large, empty, unknown_kind, damaged, quote_open, no_header, too_many_rows,
    too_many_cells (and these two "_at_once"), too_many_stored, no_rows.
    """

    def __init__(self, code: str, line: int = 0) -> None:
        super().__init__(code)
        self.code = code
        self.line = line


@dataclass(frozen=True)
class Problem:
    """`code` at `line` of the file (0: the file as a whole), under the header `column`."""

    line: int
    column: str
    code: str


class Row(NamedTuple):
    """The cells of a line, and what is wrong with those that cannot be read (a code, by where they stand)."""

    line: int
    cells: list[str]
    faults: Mapping[int, str]


@dataclass
class Table:
    """The header of a file, its rows, and about how many there are.

    `cleaned` grows while the rows are read: what was taken out of cells, or read in another encoding.
    """

    header: list[str]
    rows: Iterable[Row]
    about: int
    cleaned: list[Problem] = field(default_factory=list)

    def column(self, index: int) -> str:
        """What the column at `index` is called; its letter, as Excel shows it, where it has no name."""
        named = self.header[index] if index < len(self.header) else ""
        return named or workbooks.letter(index)

    def unused(self, used: Collection[int]) -> list[str]:
        """The names of the columns that are not among `used`."""
        return [word for index, word in enumerate(self.header) if word and index not in used]

    def faults(self, row: Row, used: Collection[int]) -> Iterator[Problem]:
        """What cannot be read of `row`, in the columns that are `used` or beside all of them."""
        for index, code in row.faults.items():
            if index in used or index >= len(self.header):
                yield Problem(row.line, self.column(index), code)


def read(content: bytes, file_name: str, *, known: Known, at_once: bool = False) -> Table:
    """The table in `content`; `at_once` when somebody waits for it, so it may hold less.

    `known` counts how many names of columns a row holds: it tells the header (two at least) and the
    separator. Empty rows are left out. Raises FileRefused; so may the rows, while they are read.
    """
    limits = (
        _Limits(MAX_ROWS_AT_ONCE, MAX_CELLS_AT_ONCE, "_at_once") if at_once else _Limits(MAX_ROWS, MAX_CELLS)
    )
    source = _source(content, file_name, known, limits)
    for _line, raw in islice(source.lines, HEADER_WITHIN):
        header = [_read(cell).text for cell in raw]
        while header and not header[-1]:
            header.pop()
        if known(header) >= 2:
            table = Table(header, (), source.about)
            table.rows = _rows(table, source)
            return table
    raise FileRefused("no_header")


def is_scientific(cell: str) -> bool:
    """Whether `cell` is a number as Excel shows a long one (3,16E+10): some of its figures are lost."""
    return re.fullmatch(r"[+-]?\d+([.,]\d+)?[eE]\+?\d+", cell) is not None


def spoilt_number(cell: str) -> str:
    """What a spreadsheet did to the number in `cell` (accounts.files.words.CELL_REASONS); "" for nothing."""
    if is_scientific(cell):
        return "number_scientific"
    return "number_quoted" if cell.startswith(("'", "’", "‘", "`")) else ""  # noqa: RUF001  # signs that look like an apostrophe


def decoded(content: bytes) -> tuple[str, list[int]]:
    """`content` as text, by its byte order mark, else as UTF-8, else as Windows-1252.

    A file in which both stand is read line by line; then the lines in Windows-1252 are returned too.
    """
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if content.startswith(mark) and (encoding == "utf-16" or _is_utf8(content)):
            return content.decode(encoding, errors="replace"), []
    content = content.removeprefix(b"\xef\xbb\xbf")
    start = content[:200]
    if start.count(0) > len(start) // 4:
        little = start[1::2].count(0) > start[::2].count(0)
        return content.decode("utf-16-le" if little else "utf-16-be", "replace"), []
    if _is_utf8(content):
        return content.decode(), []
    lines = content.split(b"\n")
    other = [number for number, line in enumerate(lines, start=1) if not _is_utf8(line)]
    if sum(not line.isascii() for line in lines) == len(other):
        return content.decode("cp1252", errors="replace"), []
    texts = (line.decode() if _is_utf8(line) else line.decode("cp1252", "replace") for line in lines)
    return "\n".join(texts), other


def _is_utf8(content: bytes) -> bool:
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True


class _Limits(NamedTuple):
    """How many rows and filled cells are read; `code` ends the codes of what is refused by them."""

    rows: int
    cells: int
    code: str = ""


Lines = Iterator[tuple[int, Sequence[object]]]


@dataclass(frozen=True)
class _Source:
    """The lines of a file as they are, about how many there are, and those that were in another encoding.

    In text a separator too many moves every cell after it; in a workbook cells have their place.
    """

    lines: Lines
    about: int
    limits: _Limits
    is_text: bool
    mended: Collection[int] = ()


def _source(content: bytes, file_name: str, known: Known, limits: _Limits) -> _Source:
    if len(content) > MAX_BYTES:
        raise FileRefused("too_large")
    if not content.strip():
        raise FileRefused("empty")
    if content[:4] == b"PK\x03\x04":
        return _Source(_workbook_lines(content, limits), len(content) // 50, limits, is_text=False)
    if content[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" or not file_name.lower().endswith(
        (".csv", ".txt", ".tsv")
    ):
        raise FileRefused("unknown_kind")
    text, mended = decoded(content)
    skipped = 0
    if hint := re.match(r"sep=(.)\r?\n", text):
        text, skipped = text[hint.end() :], 1
    separator = hint[1] if hint else _separator(text, known)
    lines = _csv_lines(text, separator, skipped)
    return _Source(lines, text.count("\n"), limits, is_text=True, mended=frozenset(mended))


def _workbook_lines(content: bytes, limits: _Limits) -> Lines:
    try:
        yield from workbooks.rows(content, most=limits.cells)
    except workbooks.Damaged as error:
        raise FileRefused("damaged") from error
    except workbooks.TooMuch as error:
        raise FileRefused("unpacks_too_large") from error
    except workbooks.TooManyCells as error:
        raise FileRefused(f"too_many_cells{limits.code}") from error
    except workbooks.TooManyStored as error:
        raise FileRefused("too_many_stored") from error
    except workbooks.TooManyLines as error:
        raise FileRefused("too_many_rows") from error


def _separator(text: str, known: Known) -> str:
    """The one under which one of the first rows holds the most names of columns."""

    def found(separator: str) -> int:
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
        try:
            first = ([_read(cell).text for cell in row] for row in islice(rows, HEADER_WITHIN))
            return max(map(known, first), default=0)
        except csv.Error:
            return 0

    return max(";,\t|", key=found)


def _csv_lines(text: str, separator: str, skipped: int) -> Lines:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    line = skipped + 1
    try:
        for row in reader:
            yield line, row
            line = skipped + reader.line_num + 1
    except csv.Error as error:
        raise FileRefused("quote_open", line) from error


def _rows(table: Table, source: _Source) -> Iterator[Row]:
    found, filled, limits = 0, 0, source.limits
    for line, raw in source.lines:
        cells = [_read(value) if value is not None and value != "" else _EMPTY for value in raw]
        while cells and not (cells[-1].text or cells[-1].fault):  # a workbook pads its rows
            cells.pop()
        if not cells:
            continue
        found += 1
        if found > limits.rows:
            raise FileRefused(f"too_many_rows{limits.code}")
        filled += len(cells) - cells.count(_EMPTY)
        if filled > limits.cells:
            raise FileRefused(f"too_many_cells{limits.code}")
        faults = {index: cell.fault for index, cell in enumerate(cells) if cell.fault}
        if source.is_text and len(cells) > len(table.header):
            faults[len(table.header)] = "extra_cells"
        table.cleaned += (
            Problem(line, table.column(index), "invisible")
            for index, cell in enumerate(cells)
            if cell.is_cleaned
        )
        if line in source.mended:
            table.cleaned.append(Problem(line, "", "other_encoding"))
        yield Row(line, [cell.text for cell in cells], faults)
    if not found:
        raise FileRefused("no_rows")


class _Cell(NamedTuple):
    """What a cell says, what is wrong with it, and whether something unseen was taken out."""

    text: str
    fault: str = ""
    is_cleaned: bool = False


_EMPTY = _Cell("")
_KEPT = re.compile(r'="([^"]*)"')  # how an export keeps Excel from eating zeros
_FORMULA = re.compile(r"""=[\w"'(@{+.-]""")
#: In English and in Dutch; a row of # is a date or a number in a column that was too narrow.
_ERROR = re.compile(
    r"#(N/A|REF!|VALUE!|NAME\?|DIV/0!|NULL!|NUM!|SPILL!|CALC!|N/B|VERW!|WAARDE!|NAAM\?|DEEL/0!|LEEG!|GETAL!|#+)"
)
#: UTF-8 that was read as Windows-1252 and written again: "NoÃ«lle".
_GARBLED = re.compile("Ã[\u0080-\u00bf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]")  # noqa: RUF001  # these very characters
_ESCAPED = re.compile(r"_x00([01][0-9A-Fa-f])_")  # a control character in a workbook


def _read(value: object) -> _Cell:
    match value:
        case str():
            return _text(value)
        case None:
            return _EMPTY
        case workbooks.NO_VALUE:
            return _Cell("", "formula")
        case int() | float() if not isinstance(value, bool):
            return _number(value)
        case datetime():
            has_time = value.time() != time()
            return _Cell(value.isoformat(" ", "minutes") if has_time else value.date().isoformat())
    return _Cell(value.isoformat() if isinstance(value, date) else str(value))


def _number(value: float) -> _Cell:
    text = str(int(value)) if value == int(value) else str(value)
    return _Cell(text, "figures_lost" if abs(value) >= EXACT else "")


def _text(written: str) -> _Cell:
    text, is_cleaned = written, False
    if "_x00" in text:
        text = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
    if not text.isprintable():
        text, is_cleaned = _visible(text)
    text = unicodedata.normalize("NFC", text).strip()
    if kept := _KEPT.fullmatch(text):
        text = kept[1].strip()
    elif _FORMULA.match(text):
        return _Cell(text, "formula", is_cleaned)
    if _ERROR.fullmatch(text):
        return _Cell(text, "error_value", is_cleaned)
    if "\ufffd" in text or _GARBLED.search(text):
        return _Cell(text, "garbled", is_cleaned)
    return _Cell(text, is_cleaned=is_cleaned)


def _visible(text: str) -> tuple[str, bool]:
    """`text` without what cannot be seen, and whether there was any: control characters, marks of direction,
    spaces without width. Other spaces become plain ones.
    """
    kept = []
    is_cleaned = False
    for character in text:
        category = unicodedata.category(character)
        if character in "\t\n\r" or category[0] not in "CZ":
            kept.append(character)
        elif category[0] == "Z":
            kept.append(" " if category == "Zs" else "\n")
        elif category in {"Cc", "Cf"}:
            is_cleaned = True
        else:
            kept.append("\ufffd" if category == "Cs" else character)
    return "".join(kept), is_cleaned
