"""What speaks for and against a supporter, in words: the lines of supporters.matching.order that count."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import get_language_info, ngettext
from django.utils.translation import gettext as _

from supporters.enums import ReasonCode
from supporters.matching import order
from supporters.matching.need import Need
from supporters.matching.order import Aspect
from supporters.models import Supporter

#: What the words of a supporter are read from.
READ_OF_SUPPORTER = ("user__profession", "user__department__location")


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that speaks for (`good`) or against a supporter."""

    code: ReasonCode
    good: bool
    number: int = 0
    """Days, contacts or years, as the code needs."""
    name: str = ""
    """Name of a profession, department or location, or a language code."""


def with_lines(people: QuerySet[Supporter], aspects: Mapping[str, Aspect]) -> QuerySet[Any]:
    """`people` with what `reasons_of` reads of `aspects`, and with what a card shows."""
    columns: dict[str, Any] = {}
    for name, aspect in aspects.items():
        columns[f"{name}_line"] = order.of_line(aspect, lambda place, _line: place)
        columns[f"{name}_number"] = order.of_line(aspect, lambda _place, line: line.number)
    found: QuerySet[Any] = people.select_related(*READ_OF_SUPPORTER).annotate(**columns)
    return found


def reasons_of(supporter: Any, need: Need, aspects: Mapping[str, Aspect]) -> tuple[Reason, ...]:
    """Every reason for or against `supporter`, who was read by `with_lines`."""
    reasons = []
    for name, aspect in aspects.items():
        line, number = aspect[getattr(supporter, f"{name}_line")], getattr(supporter, f"{name}_number")
        if line.code:
            reasons.append(Reason(line.code, line.good, number, _name(line.code, supporter, need)))
    return tuple(reasons)


def _name(code: ReasonCode, supporter: Supporter, need: Need) -> str:
    """Who or what the words of `code` name."""
    profession, department = supporter.user.profession, supporter.user.department
    match code:
        case ReasonCode.LANGUAGE | ReasonCode.OTHER_LANGUAGE:
            return need.language
        case ReasonCode.RELATED_PROFESSION | ReasonCode.OTHER_PROFESSION:
            return profession.name if profession else ""
        case ReasonCode.OTHER_DEPARTMENT:
            return department.name if department else ""
        case ReasonCode.OTHER_LOCATION:
            return department.location.name if department else ""
        case _:
            return ""


def say(reason: Reason) -> str:
    """The reason in plain words of the active language, as it stands on a candidate's card."""
    number = {"number": reason.number}
    match reason.code:
        case ReasonCode.LANGUAGE:
            words = _("speaks %(language)s") % {"language": _language_name(reason.name)}
        case ReasonCode.OTHER_LANGUAGE:
            words = _("does not speak %(language)s") % {"language": _language_name(reason.name)}
        case ReasonCode.MORE_EXPERIENCE:
            text = ngettext(
                "%(number)d year longer in the profession",
                "%(number)d years longer in the profession",
                reason.number,
            )
            words = text % number
        case ReasonCode.LESS_EXPERIENCE:
            text = ngettext(
                "%(number)d year shorter in the profession",
                "%(number)d years shorter in the profession",
                reason.number,
            )
            words = text % number
        case ReasonCode.OPEN_CONTACTS if reason.number:
            words = ngettext("%(number)d open contact", "%(number)d open contacts", reason.number) % number
        case ReasonCode.LAST_ASKED if reason.number:
            words = (
                ngettext("last asked %(number)d day ago", "last asked %(number)d days ago", reason.number)
                % number
            )
        case ReasonCode.LAST_ASKED:
            words = _("last asked less than a day ago")
        case ReasonCode.OUTSIDE if reason.good:
            words = _("from outside the hospital, as asked")
        case _:
            words = str(reason.code.label)
            if reason.name:
                words = f"{words}: {reason.name}"
    return words


def _language_name(code: str) -> str:
    try:
        return str(get_language_info(code)["name_translated"])
    except KeyError:
        return code
