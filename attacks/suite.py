"""All attacks, one after the other."""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

from attacks import cells, codes, linking, open_period, published_year, tampering
from attacks.installation import Installation
from attacks.published_year import Guesses
from benchmarks.report import Line, report
from evaluations.models import EvaluationPolicy


@dataclass(frozen=True, slots=True)
class Size:
    """How many people and draws an attack takes."""

    people: int
    seeds: tuple[int, ...]
    offers: tuple[int, ...]
    draws: int
    pairs: int


SMALL = Size(people=40, seeds=(1,), offers=(40, 600), draws=300, pairs=4)
FULL = Size(people=1_000, seeds=(1, 2), offers=(40, 120, 250, 600), draws=1_000, pairs=1_000)


def main(folder: Path, size: Size) -> int:
    """Attack, print the table, and give the exit code."""
    lines = []
    with Installation(folder) as place:
        for line in attacked(place, size):
            print(f"{line.what}: {line.measured}", file=sys.stderr, flush=True)
            lines.append(line)
        return report("attacks", lines)


def attacked(place: Installation, size: Size) -> Iterator[Line]:
    """Each line as soon as it is known; one in which an attack has to succeed says "naive"."""
    yield from _of_a_year(size)
    yield from _of_cells(size)
    yield from _of_links(place, size)
    yield from _of_one_person(place)
    yield from _of_codes(place, size)
    yield from _of_tampering(place)
    yield from _of_the_open_period(place)


def _of_a_year(size: Size) -> Iterator[Line]:
    for offers in size.offers:
        found = published_year.of_support(offers=offers, draws=size.draws, chance=Random(offers))
        yield _guessed(f"whether somebody was supported, a year of {offers} offers", found, 0.65)
        found = published_year.of_answer(answers=offers, draws=size.draws, chance=Random(offers))
        yield _guessed(f"what somebody answered, a year of {offers} answers", found, 0.75)
    found = published_year.of_support_naively(offers=size.offers[-1], draws=size.draws, chance=Random(1))
    yield Line(
        "naive: the same, each figure blurred for itself",
        _in_words(found),
        "right > 0.72, certain > 0.2",
        found.right > 0.72 and found.certain > 0.2,
    )


def _guessed(what: str, found: Guesses, most: float) -> Line:
    holds = found.right_at_most(most) and not found.certain
    return Line(what, _in_words(found), f"right ≤ {most} + 2 SE, certain 0", holds)


def _in_words(found: Guesses) -> str:
    return f"right {found.right:.3f}, certain {found.certain:.3f}"


def _of_cells(size: Size) -> Iterator[Line]:
    found = cells.of_release(people=160, draws=size.draws, chance=Random(1))
    yield Line(
        "cells of 1 to 4 worked out from a release",
        f"{found.exact} exact, {found.narrowed} below 3 values, of {found.small}",
        "0, 0",
        not found.exact and not found.narrowed,
    )
    found = cells.of_shares(answers=(20, 24), draws=size.draws, chance=Random(1))
    share = found.narrowed / found.small
    yield Line(
        "naive: the same from whole percents of 20 to 24 answers",
        f"{found.exact} exact, {share:.0%} below 3 values, of {found.small}",
        "> 60%",
        share > 0.6,
    )


def _of_links(place: Installation, size: Size) -> Iterator[Line]:
    place.start()
    for seed in size.seeds:
        found = linking.attack(place, people=size.people, seed=seed)
        yield Line(
            f"{size.people} answers linked or found in any copy, seed {seed}",
            f"right {found.mean:.4f}, its interval to {found.at_most:.3f}; "
            f"answers {found.answers}, codes {found.codes}",
            f"interval ≤ {found.limit:.3f}; 0, 0",
            found.is_chance,
        )
    naively = linking.attack_naively(place, people=size.people, seed=size.seeds[0])
    yield Line(
        "naive: an answer beside the mark that it was given",
        f"{naively.mean:.0%} right",
        "> 90%",
        naively.mean > 0.9,
    )


def _of_one_person(place: Installation) -> Iterator[Line]:
    sent = linking.one_person_often(place)
    yield Line(
        "nine people, one of them with five contacts: thirteen answers",
        "opened" if sent.opened else "carried over",
        "carried over: fewer than ten people",
        not sent.opened,
    )
    yield Line(
        "naive: the same by the number of answers",
        f"{sent.answers} answers",
        "≥ 10: opened",
        sent.answers >= EvaluationPolicy.LEAST,
    )


def _of_codes(place: Installation, size: Size) -> Iterator[Line]:
    for what, found in codes.attack(place, pairs=size.pairs):
        by_time = f", {found.first_is_slower:.3f} slower" if size is FULL else ""
        yield Line(
            f"codes told apart by the answer: {what}, {found.pairs} pairs",
            f"bytes {'differ' if found.by_bytes else 'the same'}{by_time}",
            "the same" + (", 0.5 ± 0.05" if size is FULL else ""),
            not found.by_bytes and not (size is FULL and found.by_time),
        )


def _of_tampering(place: Installation) -> Iterator[Line]:
    took_none, told = tampering.swapped_key(place)
    yield Line(
        "another public key in the database",
        f"answer {'refused' if took_none else 'taken'}, administrator {'told' if told else 'not told'}",
        "refused, told",
        took_none and told,
    )
    reads = tampering.swapped_key_reads_naively()
    yield Line("naive: the web trusts the key", "read" if reads else "not read", "read", reads)
    least = tampering.lowered_least()
    yield Line("the least number lowered in the database", f"{least} people", "≥ 10", least >= 10)
    for what, statement in tampering.ON_RELEASES.items():
        held = tampering.refused(statement)
        yield Line(f"a release {what}", "refused" if held else "carried out", "refused", held)
    draws = tampering.draws_read(nights=20)
    yield Line("draws of one period, storing it fails for twenty nights", str(draws), "1", draws == 1)
    draws = tampering.draws_read_naively(nights=20)
    yield Line("naive: the same, drawn anew each night", str(draws), "> 3", draws > 3)
    naively = not tampering.refused(tampering.ON_A_NAIVE_TABLE)
    yield Line("naive: a table of figures truncated", "carried out", "carried out", naively)


def _of_the_open_period(place: Installation) -> Iterator[Line]:
    pages, changed = open_period.changed(place)
    yield Line(
        "one contact more in the open period",
        f"{changed} of {pages} pages and files changed",
        "0 of at least 16",
        not changed and pages >= 16,
    )
    naively = open_period.changed_naively()
    yield Line("naive: figures counted for a page", "changed" if naively else "the same", "changed", naively)
