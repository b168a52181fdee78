"""The columns of a file with staff, as the personnel systems of Dutch hospitals name them."""

from accounts.files import spreadsheets
from accounts.files.columns import Columns, KnownColumns
from accounts.files.spreadsheets import FileRefused, Table

_NAMES = {
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
KNOWN = KnownColumns(_NAMES)


def read(content: bytes, file_name: str) -> tuple[Table, Columns]:
    """The table in `content`, and its columns. Raises FileRefused; so may its rows, when they are read."""
    table = spreadsheets.read(content, file_name, known=KNOWN.count)
    fields = KNOWN.fields(table.header)
    if len(set(fields)) < len(fields):
        raise FileRefused("column_twice")
    return table, KNOWN.guess(table.header)
