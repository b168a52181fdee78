"""Reading a file with staff, as the personnel systems and Excel of Dutch hospitals write them.

CSV separated by semicolons, commas or tabs, in UTF-8, UTF-16 or Windows-1252, with or without a byte order
mark; or XLSX. Nothing here knows the database.
"""

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
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

#: What a column may be called; capitals, spaces, dots and hyphens make no difference.
SYNONYMS = {
    "employee_number": (
        *("personeelsnummer", "personeelsnr", "persnr", "pers nr", "medewerkernummer", "medewerkersnummer"),
        *("medewerkernr", "employee number", "employee no", "employee id", "personnel number"),
        "staff number",
    ),
    "name": ("naam", "volledige naam", "weergavenaam", "medewerker", "name", "full name", "display name"),
    "first_name": ("voornaam", "roepnaam", "first name", "given name"),
    "infix": ("tussenvoegsel", "tussenvoegsels", "voorvoegsel", "voorvoegsels", "infix", "prefix"),
    "last_name": ("achternaam", "geslachtsnaam", "last name", "surname", "family name"),
    "email": ("e-mail", "e-mailadres", "mail", "mailadres", "werkmail", "email address", "work email"),
    "telephone": (
        *("telefoon", "telefoonnummer", "telefoonnr", "tel", "telnr", "mobiel", "mobiel nummer"),
        *("phone", "telephone", "phone number", "telephone number", "mobile"),
    ),
    "location": ("locatie", "vestiging", "standplaats", "location", "site"),
    "department": (
        *("afdeling", "afdelingsnaam", "organisatorische eenheid", "organisatie eenheid", "org eenheid"),
        *("department", "ward", "unit"),
    ),
    "profession": ("functie", "functienaam", "beroep", "profession", "job title", "job", "function"),
    "in_profession_since": (
        *("in functie sinds", "in beroep sinds", "beroep sinds", "functie sinds", "jaar in beroep", "sinds"),
        *("in profession since", "in the profession since", "since"),
    ),
    "manager": (
        *("leidinggevende", "personeelsnummer leidinggevende", "persnr leidinggevende"),
        *("nummer leidinggevende", "manager", "manager number", "manager employee number"),
    ),
    "language": ("taal", "voertaal", "language"),
    "username": (
        *("inlognaam", "gebruikersnaam", "accountnaam"),
        *("sign-in name", "username", "user name", "account"),
    ),
}


class FileRefused(Exception):
    """The file as a whole cannot be read; `code` is one of accounts.staff_words.REASONS."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Sheet:
    """What a file holds: where each known column stands, its own header for it, and the rows with their
    lines.
    """

    columns: dict[str, int]
    headers: dict[str, str]
    ignored: list[str]
    rows: Iterator[tuple[int, list[str]]]
    about: int  # rows, as far as one can tell without reading them


def _key(header: str) -> str:
    return re.sub(r"[\W_]+", "", header.casefold())


FIELD_OF = {_key(word): name for name, words in SYNONYMS.items() for word in words}


def read(content: bytes, file_name: str) -> Sheet:
    """The sheet in `content`. Raises FileRefused; so may its rows, when they are read."""
    if len(content) > MAX_BYTES:
        raise FileRefused("too_large")
    if not content.strip():
        raise FileRefused("empty")
    if content[:4] == b"PK\x03\x04":
        return _sheet(*_workbook(content))
    if content[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" or not file_name.lower().endswith(
        (".csv", ".txt", ".tsv")
    ):
        raise FileRefused("unknown_kind")
    return _sheet(*_text(content))


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


def _text(content: bytes) -> tuple[Iterator[tuple[int, list[str]]], int]:
    text = decoded(content)
    skipped = 0
    if hint := re.match(r"sep=(.)\r?\n", text):
        text, skipped = text[hint.end() :], 1
    separator = hint[1] if hint else _separator(text)
    return _csv_rows(text, separator, skipped), text.count("\n")


def _separator(text: str) -> str:
    """The one under which the first rows name the most known columns."""

    def known(separator: str) -> int:
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
        try:
            return max((_known(row) for row in islice(rows, HEADER_WITHIN)), default=0)
        except csv.Error:
            return 0

    return max(";,\t|", key=known)


def _csv_rows(text: str, separator: str, skipped: int) -> Iterator[tuple[int, list[str]]]:
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


def _workbook(content: bytes) -> tuple[Iterator[tuple[int, list[str]]], int]:
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


def _workbook_rows(cells: Iterable[tuple[object, ...]]) -> Iterator[tuple[int, list[str]]]:
    try:
        for line, row in enumerate(cells, start=1):
            yield line, [_cell(value) for value in row]
    except (zipfile.BadZipFile, KeyError, ValueError, SyntaxError, OSError) as error:
        raise FileRefused("damaged") from error


def _cell(value: object) -> str:
    match value:
        case None:
            return ""
        case datetime():
            return value.date().isoformat()
        case date():
            return value.isoformat()
        case float() if value.is_integer():
            return str(int(value))
        case _:
            return _plain(str(value))


def _known(row: list[str]) -> int:
    return len({FIELD_OF[key] for key in map(_key, row) if key in FIELD_OF})


def _sheet(rows: Iterator[tuple[int, list[str]]], about: int) -> Sheet:
    for _line, row in islice(rows, HEADER_WITHIN):
        if _known(row) >= 2:
            return Sheet(*_columns(row), rows=_counted(rows), about=about)
    raise FileRefused("no_header")


def _columns(header: list[str]) -> tuple[dict[str, int], dict[str, str], list[str]]:
    columns: dict[str, int] = {}
    ignored = []
    for index, word in enumerate(header):
        name = FIELD_OF.get(_key(word))
        if name is None:
            ignored += [word] if word else []
        elif name in columns:
            raise FileRefused("column_twice")
        else:
            columns[name] = index
    return columns, {name: header[index] for name, index in columns.items()}, ignored


def _counted(rows: Iterator[tuple[int, list[str]]]) -> Iterator[tuple[int, list[str]]]:
    found = 0
    for line, row in rows:
        if not any(row):
            continue
        found += 1
        if found > MAX_ROWS:
            raise FileRefused("too_many_rows")
        yield line, row
