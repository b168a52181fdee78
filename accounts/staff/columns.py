"""The columns of a file with staff, as the personnel systems of Dutch hospitals name them."""

from dataclasses import dataclass

from accounts.files import spreadsheets
from accounts.files.spreadsheets import FileRefused, Table, column_key

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
    """What a file holds: where each known column stands, its own header for it, and its table."""

    table: Table
    columns: dict[str, int]

    @property
    def headers(self) -> dict[str, str]:
        return {name: self.table.header[index] for name, index in self.columns.items()}

    @property
    def ignored(self) -> list[str]:
        """The columns that mean nothing here."""
        return self.table.unused(self.columns.values())


FIELD_OF = {column_key(word): name for name, words in SYNONYMS.items() for word in words}


def read(content: bytes, file_name: str) -> Sheet:
    """The sheet in `content`. Raises FileRefused; so may its rows, when they are read."""
    table = spreadsheets.read(content, file_name, known=_known)
    return Sheet(table, _columns(table.header))


def _known(row: list[str]) -> int:
    return len({FIELD_OF[key] for key in map(column_key, row) if key in FIELD_OF})


def _columns(header: list[str]) -> dict[str, int]:
    columns: dict[str, int] = {}
    for index, word in enumerate(header):
        name = FIELD_OF.get(column_key(word))
        if name in columns:
            raise FileRefused("column_twice")
        if name is not None:
            columns[name] = index
    return columns
