"""Who fits an involved employee best, and why: ranking, and rules between two people.

Everything here is a function of its arguments: no database, no clock. `supporters/matching/together.py`
computes the same scores over large pools and matches several people at once.

A score is a sum of points, an integer, and *lower is better*. Every point belongs to a reason that can be
said in words (`say`), so a coordinator sees the whole of what the ranking knows.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

from django.utils.translation import get_language_info, ngettext
from django.utils.translation import gettext as _

from hospital.enums import ProfessionGroup
from supporters.enums import ReasonCode, Rule, SameProfession

SIMILAR_YEARS = 3
"""A difference of up to this many years in the profession is said as "about as long"."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the involved employee asked for; another department unless asked otherwise."""

    other_department: bool = True
    physician: bool = False
    outside: bool = False


@dataclass(frozen=True, slots=True)
class Person:
    """What matching needs to know of an involved employee; what is not known is None or empty."""

    profession_id: UUID | None = None
    profession_group: str = ""
    department_id: UUID | None = None
    location_id: UUID | None = None
    language: str = ""
    years_in_profession: int | None = None
    wishes: Wishes = Wishes()


@dataclass(frozen=True, slots=True)
class Candidate:
    """A supporter, with the names that the reasons mention (empty: the reason is said without one).

    `open_contacts` counts contacts that are not closed; `last_asked_at` is aware, None when never asked.
    """

    supporter_id: UUID
    profession_id: UUID
    profession_group: str
    department_id: UUID | None
    location_id: UUID | None
    is_partner: bool = False
    language: str = ""
    years_in_profession: int | None = None
    open_contacts: int = 0
    last_asked_at: datetime | None = None
    profession_name: str = ""
    department_name: str = ""
    location_name: str = ""


@dataclass(frozen=True, slots=True)
class Weights:
    """Points for each thing that makes a candidate fit less. Not negative."""

    related_profession: int = 30
    other_profession: int = 60
    same_department: int = 50
    other_location: int = 10
    other_language: int = 80
    outside_unasked: int = 40
    fewer_years: int = 2
    """For each year less in the profession than the employee; half of it for each year more."""
    years_counted: int = 15
    unknown_years: int = 6
    open_contact: int = 15
    asked_today: int = 40
    """Falls evenly to 0 over `rest_days`."""
    rest_days: int = 40

    def __post_init__(self) -> None:
        if self.rest_days < 1 or any(getattr(self, name) < 0 for name in self.__slots__):
            raise ValueError("Weights are not negative, and rest_days is at least 1.")


@dataclass(frozen=True, slots=True)
class MatchingPolicy:
    """How a hospital wants to match. "Required" makes a rule, "preferred" gives points (PMC; OPEN 2017)."""

    same_profession: SameProfession = SameProfession.PREFERRED
    physician_groups: frozenset[str] = field(default_factory=ProfessionGroup.physicians)
    weights: Weights = field(default_factory=Weights)


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that speaks for (`good`) or against a candidate, with the points it costs."""

    code: ReasonCode
    good: bool
    points: int = 0
    number: int = 0
    """Days, contacts or years, as the code needs."""
    name: str = ""
    """Name of a profession, department or location, or a language code."""


@dataclass(frozen=True, slots=True)
class Ranked:
    """A candidate with the score (lower is better) and the reasons that add up to it."""

    candidate: Candidate
    score: int
    reasons: tuple[Reason, ...]


def rank(
    person: Person, candidates: Iterable[Candidate], policy: MatchingPolicy, at: datetime
) -> list[Ranked]:
    """All `candidates`, best first, each with score and reasons at the moment `at` (aware).

    Ties go to who was asked longest ago (never asked before all), then by id; the order of the input does
    not matter. Who may not be asked at all is left out before, see `pair_rules` and `matching.eligibility`.
    """
    ranked = []
    for candidate in candidates:
        reasons = explain(person, candidate, policy, at)
        ranked.append(Ranked(candidate, sum(reason.points for reason in reasons), reasons))
    ranked.sort(key=lambda each: (each.score, *tie_order(each.candidate)))
    return ranked


def tie_order(candidate: Candidate) -> tuple[datetime, UUID]:
    """Sort key among equals: never asked, then asked longest ago, then by id."""
    return candidate.last_asked_at or datetime.min.replace(tzinfo=UTC), candidate.supporter_id


def explain(person: Person, candidate: Candidate, policy: MatchingPolicy, at: datetime) -> tuple[Reason, ...]:
    """Every reason for or against this candidate; their points add up to the score."""
    return (
        *trade_reasons(person, candidate, policy),
        *place_reasons(person, candidate, policy),
        *experience_reasons(person, candidate, policy),
        load_reason(candidate, policy),
        asked_reason(candidate, policy, at),
    )


def is_physician(profession_group: str, policy: MatchingPolicy) -> bool:
    return profession_group in policy.physician_groups


def trade_reasons(person: Person, candidate: Candidate, policy: MatchingPolicy) -> Iterator[Reason]:
    """What profession and language say."""
    weights, name = policy.weights, candidate.profession_name
    if person.profession_id is not None and candidate.profession_id == person.profession_id:
        yield Reason(ReasonCode.SAME_PROFESSION, good=True)
    elif person.wishes.physician and is_physician(candidate.profession_group, policy):
        yield Reason(ReasonCode.PHYSICIAN, good=True)
    elif person.profession_id is None or policy.same_profession == SameProfession.IGNORED:
        pass
    elif candidate.profession_group == person.profession_group:
        yield Reason(ReasonCode.RELATED_PROFESSION, good=True, points=weights.related_profession, name=name)
    else:
        yield Reason(ReasonCode.OTHER_PROFESSION, good=False, points=weights.other_profession, name=name)
    if person.language and candidate.language:
        if candidate.language == person.language:
            yield Reason(ReasonCode.LANGUAGE, good=True, name=person.language)
        else:
            points = weights.other_language
            yield Reason(ReasonCode.OTHER_LANGUAGE, good=False, points=points, name=person.language)


def place_reasons(person: Person, candidate: Candidate, policy: MatchingPolicy) -> Iterator[Reason]:
    """What department and location say, or working outside the hospital."""
    weights = policy.weights
    if candidate.is_partner:
        asked = person.wishes.outside
        yield Reason(ReasonCode.OUTSIDE, good=asked, points=0 if asked else weights.outside_unasked)
        return
    if person.department_id is not None:
        if candidate.department_id != person.department_id:
            yield Reason(ReasonCode.OTHER_DEPARTMENT, good=True, name=candidate.department_name)
        else:
            minds = person.wishes.other_department
            points = weights.same_department if minds else 0
            yield Reason(ReasonCode.SAME_DEPARTMENT, good=not minds, points=points)
    if person.location_id is not None:
        if candidate.location_id == person.location_id:
            yield Reason(ReasonCode.SAME_LOCATION, good=True)
        else:
            points, name = weights.other_location, candidate.location_name
            yield Reason(ReasonCode.OTHER_LOCATION, good=False, points=points, name=name)


def experience_reasons(person: Person, candidate: Candidate, policy: MatchingPolicy) -> Iterator[Reason]:
    """How the years in the profession compare."""
    weights = policy.weights
    if person.years_in_profession is None:
        return
    if candidate.years_in_profession is None:
        yield Reason(ReasonCode.UNKNOWN_EXPERIENCE, good=False, points=weights.unknown_years)
        return
    more = candidate.years_in_profession - person.years_in_profession
    points = min(abs(more), weights.years_counted) * weights.fewer_years
    if more > 0:
        points //= 2
    if abs(more) <= SIMILAR_YEARS:
        code = ReasonCode.SIMILAR_EXPERIENCE
    else:
        code = ReasonCode.MORE_EXPERIENCE if more > 0 else ReasonCode.LESS_EXPERIENCE
    yield Reason(code, good=more >= -SIMILAR_YEARS, points=points, number=abs(more))


def load_reason(candidate: Candidate, policy: MatchingPolicy) -> Reason:
    count = candidate.open_contacts
    points = count * policy.weights.open_contact
    return Reason(ReasonCode.OPEN_CONTACTS, good=count == 0, points=points, number=count)


def asked_reason(candidate: Candidate, policy: MatchingPolicy, at: datetime) -> Reason:
    if candidate.last_asked_at is None:
        return Reason(ReasonCode.NEVER_ASKED, good=True)
    days = max(0, (at - candidate.last_asked_at).days)
    points = asked_points(days, policy.weights)
    return Reason(ReasonCode.LAST_ASKED, good=points == 0, points=points, number=days)


def asked_points(days: int, weights: Weights) -> int:
    """Points for who was asked so many whole periods of 24 hours ago."""
    return weights.asked_today * max(0, weights.rest_days - days) // weights.rest_days


def pair_rules(person: Person, candidate: Candidate, policy: MatchingPolicy) -> frozenset[Rule]:
    """The rules that policy and wishes make for these two people and that this pair breaks.

    A wish comes before policy: who asked for a physician or for somebody outside is not held to the own
    profession. All of these can be set aside by the coordinator (`Rule.is_soft`).
    """
    return frozenset((*trade_rules(person, candidate, policy), *place_rules(person, candidate)))


def trade_rules(person: Person, candidate: Candidate, policy: MatchingPolicy) -> Iterator[Rule]:
    """The part of `pair_rules` that looks at professions."""
    wishes = person.wishes
    if wishes.physician:
        if not is_physician(candidate.profession_group, policy):
            yield Rule.NOT_PHYSICIAN
    elif (
        policy.same_profession == SameProfession.REQUIRED
        and not wishes.outside
        and person.profession_id is not None
        and candidate.profession_id != person.profession_id
    ):
        yield Rule.OTHER_PROFESSION


def place_rules(person: Person, candidate: Candidate) -> Iterator[Rule]:
    """The part of `pair_rules` that looks at where people work."""
    wishes = person.wishes
    if candidate.is_partner and not wishes.outside:
        yield Rule.OUTSIDE
    if wishes.outside and not candidate.is_partner:
        yield Rule.INSIDE
    if (
        wishes.other_department
        and person.department_id is not None
        and candidate.department_id == person.department_id
    ):
        yield Rule.SAME_DEPARTMENT


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
