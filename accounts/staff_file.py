"""The columns of a file with staff, as the personnel systems of Dutch hospitals name them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from accounts import spreadsheets
from accounts.spreadsheets import FileRefused

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
    header, rows, about = spreadsheets.read(content, file_name, known=_known)
    return Sheet(*_columns(header), rows=rows, about=about)


def _known(row: list[str]) -> int:
    return len({FIELD_OF[key] for key in map(_key, row) if key in FIELD_OF})


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
