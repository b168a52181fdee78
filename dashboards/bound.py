"""Every table about people that is published, and what all of them together tell of one (docs/privacy.md).

The list is the budget: whatever is published about people is drawn by it and by nothing else, once for a
period, and a table more needs more noise in the others. Pure.
"""

from collections.abc import Iterable
from fractions import Fraction
from math import sqrt
from statistics import NormalDist

from evaluations.answer_tables import ANSWER_TABLES
from evaluations.drawn import DeclaredTable
from hospital.enums import ProfessionGroup
from incidents.enums import EventType

#: 4.1 squared.
_OF_COUNTS = Fraction(1681, 100)

UNKNOWN = "unknown"
"""Profession of somebody typed in by hand, when it was not given."""
FIRST_CONTACT = ("day", "three_days", "later", "declined", "not_reached")
"""Within 24 hours of the report, within 72 (UMCG, PMC; peers), later; or did not want it, or not (yet)
reached."""
TALKS = ("talks_0", "talks_1", "talks_2", "talks_3")
"""Support that was completed, by conversations; the last means three or more."""
COURSE = ("declined", "unreachable", "referred", "open", *TALKS)
"""How it ended, or that it had not ended when the figures were published."""

SUPPORT_TABLES = (
    DeclaredTable("offered", ("all",), Fraction(25)),
    DeclaredTable("event", tuple(EventType.values), _OF_COUNTS),
    DeclaredTable("profession", (*ProfessionGroup.values, UNKNOWN), _OF_COUNTS),
    DeclaredTable("first_contact", FIRST_CONTACT, _OF_COUNTS),
    DeclaredTable("course", COURSE, _OF_COUNTS),
)
#: A line of support is counted in each of these once, at most.
TABLES = (*SUPPORT_TABLES, *ANSWER_TABLES)

MOST_OF_SUPPORT = 0.77
"""The most that `by_person` may come to: whether somebody was supported is guessed rightly in at most 65 of
100 cases.
"""
MOST_OF_ANSWERS = 1.35
"""The most that `by_answer` may come to: between two answers of somebody, in at most 75 of 100."""


def by_person(tables: Iterable[DeclaredTable] = TABLES) -> float:
    """How far one line of support moves all `tables` together, in standard deviations of the noise: the μ of
    Gaussian differential privacy.
    """
    return sqrt(sum(table.by_person / table.variance for table in tables))


def by_answer(tables: Iterable[DeclaredTable] = ANSWER_TABLES) -> float:
    """The same of another content of one person's answers."""
    return sqrt(sum(table.by_answer / table.variance for table in tables))


def right(mu: float) -> float:
    """How often the best guess between two worlds is right, if each was as likely before."""
    return NormalDist().cdf(mu / 2)
