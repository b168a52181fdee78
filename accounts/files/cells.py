"""What a cell of any import says, and what is wrong with it: a code of accounts.files.words.CELL_REASONS, ""
for nothing. Pure.
"""

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from accounts.people import telephones


def email(cell: str) -> tuple[str, str]:
    """The mail address in `cell`."""
    address = cell.removeprefix("mailto:").casefold()
    try:
        validate_email(address)
    except ValidationError:
        return "", "email_wrong"
    return address, ""


def telephone(cell: str) -> tuple[str, str]:
    """The telephone number in `cell`, as it is kept."""
    try:
        return telephones.from_file(cell), ""
    except telephones.NumberUnreadable as error:
        return "", "telephone_spoilt" if error.code == "spreadsheet" else "telephone_wrong"


def name(cell: str) -> tuple[str, str]:
    """The name of somebody in `cell`: there is a letter in it, of any script, and it is no mail address."""
    return cell, "" if any(map(str.isalpha, cell)) and "@" not in cell else "name_wrong"


def term(cell: str) -> tuple[str, str]:
    """What a department or a profession is called in `cell`: a word, or a code such as 4100."""
    return cell, "" if cell[:1].isalnum() else "name_wrong"
