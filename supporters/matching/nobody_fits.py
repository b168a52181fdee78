"""Why nobody fits an involved employee, and what to try then, step by step. Pure, as `matching.ranking`.

`supporters.matching.eligibility.ladder` says the same to the database; a test holds the two together.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from supporters.enums import LadderStep, Rule
from supporters.matching.ranking import Candidate, MatchingPolicy, Person, Ranked, rank


@dataclass(frozen=True, slots=True)
class Excluded:
    """A supporter who is left out, and every rule that says so."""

    candidate: Candidate
    rules: frozenset[Rule]


@dataclass(frozen=True, slots=True)
class RuleCount:
    """How many supporters a rule leaves out, and how many of those no other rule does."""

    rule: Rule
    count: int
    alone: int


@dataclass(frozen=True, slots=True)
class Offer:
    """A step of the ladder: whom it adds, best first, and which rules that sets aside."""

    step: LadderStep
    ranked: tuple[Ranked, ...]
    sets_aside: tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class Ladder:
    """Why nobody fits, and what can be done about it, in the order in which to try it."""

    counts: tuple[RuleCount, ...]
    emptied_by: Rule | None
    offers: tuple[Offer, ...]

    @property
    def next_offer(self) -> Offer | None:
        """The first step that gives somebody."""
        return next((offer for offer in self.offers if offer.ranked), None)


def ladder(person: Person, excluded: Sequence[Excluded], policy: MatchingPolicy, at: datetime) -> Ladder:
    """Why nobody fits `person`, and what each step of the ladder would give at the moment `at`.

    `emptied_by` is the rule that, lifted alone, gives most people back (or leaves out most, when lifting
    one is not enough). Each step adds to the one before and lists only who is new on it. What a step sets
    aside is the demand for a profession or for somebody outside; the wish for another department and the
    rules that protect somebody (involved in the event, the manager, an exclusion list …) hold on every step.
    """
    counts = count_rules(excluded)
    waiting = [each for each in excluded if all(rule.is_soft for rule in each.rules)]
    offers = []
    for step in LadderStep:
        added = [each for each in waiting if _step_allows(step, person, each)]
        waiting = [each for each in waiting if not _step_allows(step, person, each)]
        set_aside = {rule for each in added for rule in each.rules}
        offers.append(
            Offer(
                step,
                tuple(rank(person, (each.candidate for each in added), policy, at)),
                tuple(rule for rule in Rule if rule in set_aside),
            )
        )
    emptied_by = max(counts, key=lambda each: (each.alone, each.count), default=None)
    return Ladder(counts, emptied_by.rule if emptied_by else None, tuple(offers))


def count_rules(excluded: Iterable[Excluded]) -> tuple[RuleCount, ...]:
    """How many each rule leaves out, the most first; rules that leave out nobody are not listed."""
    counts: Counter[Rule] = Counter()
    alone: Counter[Rule] = Counter()
    for each in excluded:
        counts.update(each.rules)
        if len(each.rules) == 1:
            alone.update(each.rules)
    listed = (RuleCount(rule, counts[rule], alone[rule]) for rule in Rule if counts[rule])
    return tuple(sorted(listed, key=lambda each: -each.count))


def _step_allows(step: LadderStep, person: Person, excluded: Excluded) -> bool:
    candidate = excluded.candidate
    aside = {Rule.OTHER_PROFESSION, Rule.NOT_PHYSICIAN, Rule.INSIDE}
    match step:
        case LadderStep.SAME_PROFESSION_ELSEWHERE:
            fits = candidate.profession_id == person.profession_id
        case LadderStep.RELATED_PROFESSION:
            fits = candidate.profession_group == person.profession_group
        case LadderStep.ANY_PROFESSION:
            fits = True
        case LadderStep.OUTSIDE:
            fits = True
            aside.add(Rule.OUTSIDE)
    return fits and excluded.rules <= aside
