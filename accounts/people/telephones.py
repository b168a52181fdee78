"""Telephone numbers: read by `phonenumbers`, kept as E.164 (RFC 3966 where there is an extension).

What is dialled is one valid number, or there is nothing to dial. A number inside the house ("57123") is kept
as it is and not dialled: it means something on the hospital's own telephones only.
"""

import re
from unicodedata import category, normalize

import phonenumbers
from phonenumbers import Leniency, PhoneNumber, PhoneNumberFormat, PhoneNumberMatcher
from phonenumbers.shortnumberinfo import is_emergency_number

COUNTRY = "NL"

_EXTENSION = re.compile(
    r"[\s,;(]*\b(?:toestel|tst|doorkiesnummer|doorkies|ext)\b[\s.:]*(\d{1,6})\)?", re.IGNORECASE
)
_INSIDE = re.compile(r"\d{3,6}")
#: Thinking of suicide (113), and domestic violence and child abuse: as short as a number inside the house.
_HELPLINES = frozenset({"113", "116111", "116123"})
_PLAIN = re.compile(r"\+?[\d\s().-]+")
_KEPT = re.compile(r"\+(?!310)[1-9]\d{6,14}(?:;ext=\d{1,7})?")
_NOTATION = re.compile(r"\d[.,]\d+e\+?\d+", re.IGNORECASE)


class NumberUnreadable(ValueError):
    """Not one telephone number. `code`: "none"; "several"; "words" around one; "emergency" for one that
    nobody is called back at; "unused" where no number begins so ("06-9…"); "spreadsheet" where a
    spreadsheet has changed it ("3,16E+10", "'06…").
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def read(text: str) -> str:
    """The number that somebody typed, as it is kept; empty for nothing. Raises NumberUnreadable."""
    text = _tidy(text)
    figures = text.replace(" ", "")
    if is_emergency_number(figures, COUNTRY) or figures in _HELPLINES:
        raise NumberUnreadable("emergency")
    if not text or _INSIDE.fullmatch(text):
        return text
    number, rest = _find(text)
    if any(character.isalpha() for character in rest):
        raise NumberUnreadable("words")
    return _kept(number)


def from_file(text: str) -> str:
    """The number in a cell of a file, as it is kept. Words around one number go; what holds two, or none that
    is valid, stays as it is and is not dialled. Raises NumberUnreadable for what a spreadsheet has spoilt and
    for what cannot be a number.
    """
    tidy = _tidy(text)
    if _NOTATION.search(tidy) or re.match(r"['`\u2018\u2019]\s*[+\d]", tidy):
        raise NumberUnreadable("spreadsheet")
    if tidy and not may_be_one(tidy):
        raise NumberUnreadable("none")
    try:
        return _kept(_find(tidy)[0])
    except NumberUnreadable:
        return tidy


def may_be_one(text: str) -> bool:
    """Whether `text` has the figures of a number, if only of one inside the house."""
    return sum(map(str.isdigit, text)) >= 3


def kept(text: str) -> str:
    """`text` as it is kept when it is one number and nothing else; else as it is."""
    if _KEPT.fullmatch(text):
        return text
    try:
        return read(text)
    except NumberUnreadable:
        return _tidy(text)


def dialled(text: str) -> str:
    """What follows ``tel:`` to reach `text`: one valid number; empty when it is not, or holds two."""
    try:
        return _kept(_find(_tidy(text))[0])
    except NumberUnreadable:
        return ""


def shown(text: str) -> str:
    """`text` as people read it: "06 12345678", "+32 475 12 34 56"; as it is when it is not one number."""
    try:
        number = phonenumbers.parse(text, COUNTRY) if text.startswith("+") else None
    except phonenumbers.NumberParseException:
        number = None
    if number is None or not phonenumbers.is_valid_number(number):
        return text
    at_home = phonenumbers.region_code_for_number(number) == COUNTRY
    form = PhoneNumberFormat.NATIONAL if at_home else PhoneNumberFormat.INTERNATIONAL
    number_alone = PhoneNumber(country_code=number.country_code, national_number=number.national_number)
    plain: str = phonenumbers.format_number(number_alone, form)
    return f"{plain}, {number.extension}" if number.extension else plain


def _tidy(text: str) -> str:
    """Without signs that nobody sees, and with figures that a keyboard has."""
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    plain = normalize("NFKC", text)
    return " ".join("".join(" " if category(sign)[0] in "CZ" else sign for sign in plain).split())


def _find(text: str) -> tuple[PhoneNumber, str]:
    """The one valid number in `text`, and what stands around it. Raises NumberUnreadable."""
    if _PLAIN.fullmatch(text):
        try:
            return _whole(text), ""
        except NumberUnreadable:
            pass  # the matcher may still make sense of it: "+31 06 12345678"
    text = _EXTENSION.sub(r" x\1", text)
    found = list(PhoneNumberMatcher(text, COUNTRY, leniency=Leniency.VALID))
    if len(found) > 1:
        raise NumberUnreadable("several")
    if not found:
        return _whole(text), ""
    rest = text[: found[0].start] + text[found[0].end :]
    if re.search(r"\d{3}|[/;,+&]\s*\d", rest):
        raise NumberUnreadable("several")
    return found[0].number, rest


def _whole(text: str) -> PhoneNumber:
    """`text` as a number by itself: a spreadsheet may have eaten its first zero."""
    try:
        number = phonenumbers.parse(text, COUNTRY)
    except phonenumbers.NumberParseException as error:
        raise NumberUnreadable("none") from error
    if any(character.isalpha() for character in text):
        raise NumberUnreadable("none")
    if not phonenumbers.is_valid_number(number):
        is_whole = phonenumbers.is_possible_number(number) and len(str(number.national_number)) >= 9
        raise NumberUnreadable("unused" if is_whole else "none")
    return number


def _kept(number: PhoneNumber) -> str:
    plain: str = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    return f"{plain};ext={number.extension}" if number.extension else plain
