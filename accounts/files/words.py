"""What every import says in the same words, on its page and on the command line: why a file or a cell is
refused, and what was mended in it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.files.spreadsheets import FileRefused, Problem

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

FILE_REASONS = {
    "too_large": _("The file is larger than 10 MB. Leave out what is not needed."),
    "unpacks_too_large": _(
        "Unpacked, the file is far larger than it should be. Save it again, or save it as CSV."
    ),
    "empty": _("The file is empty."),
    "unknown_kind": _("This is neither a CSV nor an XLSX file. Save it in Excel as CSV or XLSX."),
    "damaged": _("The file cannot be read. Save it again, or save it as CSV."),
    "quote_open": _("A quotation mark is opened here and never closed, or closed too early."),
    "no_header": _(
        "The first rows name no columns that are known, such as an employee number and a name, or a report"
        " number and a date."
    ),
    "column_twice": _("Two columns mean the same. Leave one out."),
    "too_many_rows": _("The file has more than 100,000 rows. Delete what stands far below the others."),
    "too_many_rows_at_once": _("The file has more than 25,000 rows. Import it a period at a time."),
    "too_many_cells": _(
        "The file has more than 500,000 filled cells. Leave out columns that are not needed."
    ),
    "too_many_cells_at_once": _(
        "The file has more than 200,000 filled cells. Import it a period at a time, or leave out columns that"
        " are not needed."
    ),
    "too_many_stored": _(
        "The file has more than 1,000,000 cells, most of them empty with only a format. Copy what is filled"
        " into a new file, or save it as CSV."
    ),
    "no_rows": _("The file has column names and nothing below them."),
}

CELL_REASONS = {
    "column_missing": _("This column is missing."),
    "required": _("This must be filled in."),
    "too_long": _("This is too long."),
    "extra_cells": _("This row has more cells than there are columns: a separator too many?"),
    "formula": _("This is a formula without a value. Open the file in Excel, save it, and try again."),
    "error_value": _("Excel shows an error here."),
    "figures_lost": _("This number is so long that Excel has lost figures of it. Make the column text."),
    "number_scientific": _("Excel has shortened this number. Format the column as text and enter it again."),
    "number_quoted": _(
        "An apostrophe stands before this number. Take it out, and format the column as text."
    ),
    "name_wrong": _("This is not a name. Is it in the right column?"),
    "email_wrong": _("This is not an e-mail address."),
    "telephone_wrong": _("This is not a telephone number: it has fewer than three figures."),
    "telephone_spoilt": _(
        "A spreadsheet has changed this telephone number. Format the column as text and enter it again."
    ),
    "garbled": _("This cannot be read: letters were lost when the file was saved. Save it as CSV UTF-8."),
}

MENDED = {
    "invisible": _("signs that nobody sees were taken out"),
    "other_encoding": _("written in another encoding than the rest of the file, and read as that"),
}
MENDED_SHOWN = 20


@dataclass(frozen=True)
class Wrong:
    """A problem in words; `line` is 0 and `column` empty where it is about the file as a whole."""

    line: int
    column: str
    reason: str

    def __str__(self) -> str:
        said = ": ".join(filter(None, (self.column, self.reason)))
        if not self.line:
            return said
        return gettext("Line %(line)d: %(reason)s") % {"line": self.line, "reason": said}


def in_words(
    problems: Iterable[Problem],
    reasons: "Mapping[str, StrOrPromise]",
    *,
    fields: "Mapping[str, StrOrPromise] | None" = None,
) -> list[Wrong]:
    """`problems` by an import's own `reasons`; `fields` are its words for a column that has no header."""
    words = fields or {}
    return [
        Wrong(each.line, str(words.get(each.column, each.column)), str(reasons[each.code]))
        for each in problems
    ]


def refusal(refused: FileRefused) -> str:
    """Why a file is refused, with the line where there is one."""
    return str(*in_words([Problem(refused.line, "", refused.code)], FILE_REASONS))


@dataclass(frozen=True)
class Mended:
    """One kind of what was mended in a file: where ("3 Naam, 7 Naam"), and how often beside these."""

    code: str
    where: str
    more: int

    @property
    def what(self) -> str:
        return str(MENDED[self.code])


def mended(cleaned: Iterable[Problem]) -> list[Mended]:
    """What was mended, by kind."""
    by_kind: dict[str, list[str]] = {}
    for each in cleaned:
        by_kind.setdefault(each.code, []).append(f"{each.line} {each.column}".strip())
    return [
        Mended(code, ", ".join(places[:MENDED_SHOWN]), max(0, len(places) - MENDED_SHOWN))
        for code, places in by_kind.items()
    ]
