"""Which column of a file means what, guessed from the words of its header. Pure."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from accounts.files.spreadsheets import Row


@dataclass(frozen=True)
class Columns:
    """The header of a file with what each field is called in it; a field without a column is left out."""

    header: tuple[str, ...]
    of: Mapping[str, str]

    @cached_property
    def places(self) -> dict[str, int]:
        """Where the column of each field stands."""
        return {field: self.header.index(word) for field, word in self.of.items() if word in self.header}

    @property
    def used(self) -> Collection[int]:
        """Where the columns stand that mean something."""
        return self.places.values()

    def cells(self, row: Row) -> dict[str, str]:
        """What `row` says of each field that has a column; what cannot be read is left out."""
        return {
            field: row.cells[index] if index < len(row.cells) else ""
            for field, index in self.places.items()
            if index not in row.faults
        }


class KnownColumns:
    """What the columns of one kind of file may be called, by field (`names`); capitals, spaces, dots and
    hyphens make no difference.
    """

    def __init__(self, names: Mapping[str, Iterable[str]]) -> None:
        self._fields = {_key(name): field for field, of_field in names.items() for name in of_field}

    def fields(self, header: Iterable[str]) -> list[str]:
        """The fields that `header` names, in its order; one twice where two columns mean it."""
        return [self._fields[key] for key in map(_key, header) if key in self._fields]

    def count(self, row: Iterable[str]) -> int:
        """How many fields `row` names: what tells the header, and the separator of a CSV."""
        return len(set(self.fields(row)))

    def guess(self, header: Iterable[str]) -> Columns:
        """The fields that `header` names, each with its column; of two for one field the first."""
        cells = tuple(header)
        found: dict[str, str] = {}
        for cell in cells:
            for field in self.fields([cell]):
                found.setdefault(field, cell)
        return Columns(cells, found)


def _key(name: str) -> str:
    return re.sub(r"[\W_]+", "", name.casefold())
