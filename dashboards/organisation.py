"""The figures about the organisation, exact, as blocks of the board's page: calamities and the pool."""

from collections.abc import Mapping

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dashboards import charts
from dashboards.blocks import Block, Chart
from dashboards.charts import ChartTable, Datum
from dashboards.tables import ClockFigures, Norm, StepFigures, Tables
from hospital.enums import ProfessionGroup
from incidents.enums import Step


def calamities(now: Tables, before: Tables | None, previous_label: str) -> Block:
    """How the terms after a calamity were kept, compared with the period named `previous_label`."""
    number = now.calamities
    igj = next((row for row in now.steps if row.step == Step.IGJ), None)
    headline = _("No calamities were reported.")
    if number:
        headline = ngettext(
            "%(number)d calamity was reported.", "%(number)d calamities were reported.", number
        ) % {"number": number}
    if igj and igj.statutory and igj.statutory.due:
        headline += " " + _("The inspectorate was notified within the legal term for %(kept)s.") % {
            "kept": kept(igj.statutory)
        }
    return Block(
        "calamities",
        _("After calamities"),
        headline,
        [_steps(now, before, previous_label)] if number else [],
        compared=ngettext("In %(period)s: %(number)d.", "In %(period)s: %(number)d.", before.calamities)
        % {"period": previous_label, "number": before.calamities}
        if before
        else "",
        elsewhere=_(
            "Internal norms: UMCG 2019. What is to be done at once counts as in time until, by our policy, "
            "the deputy is told. Terms of the law: Wkkgz. Exact: about the organisation."
        ),
    )


def _steps(now: Tables, before: Tables | None, previous_label: str) -> Chart:
    then = {row.step: row for row in before.steps} if before else {}
    data = [
        Datum(
            str(row.step.label),
            _percent(row.internal),
            kept(row.internal),
            previous=_percent(then[row.step].internal) if row.step in then else None,
        )
        for row in now.steps
        if row.internal and row.internal.due
    ]
    return Chart(
        "bars",
        "steps",
        _("Steps done in time, by the hospital’s own norms"),
        ChartTable(
            (_("Step"), _("Own norm"), _("Law"), *([previous_label] if then else [])),
            tuple(_step_row(row, then) for row in now.steps),
        ),
        charts.bars(data, whole=100) if data else None,
        "; ".join(f"{datum.label}: {datum.text}" for datum in data),
        previous_label=previous_label,
    )


def _step_row(row: StepFigures, then: Mapping[Step, StepFigures]) -> tuple[str, ...]:
    cells = [str(row.step.label), kept(row.internal), kept(row.statutory)]
    if row.unnamed:
        nobody = ngettext("%(number)d names nobody", "%(number)d name nobody", row.unnamed)
        cells[1] = ", ".join([*cells[1:2] * (row.internal is not None), nobody % {"number": row.unnamed}])
    if then:
        cells.append(kept(then[row.step].internal))
    return tuple(cells)


def _reaching(reached: int, groups: int) -> str:
    """How many profession groups have supporters enough, of how many."""
    if groups == 1:
        alone = _("The one profession group of that size reaches the norm.")
        return alone if reached else _("The one profession group of that size does not reach the norm.")
    text = ngettext(
        "%(reached)s of %(groups)s profession groups reaches the norm.",
        "%(reached)s of %(groups)s profession groups reach the norm.",
        reached,
    )
    return text % {"reached": reached, "groups": groups}


def _norm(norm: Norm) -> str:
    """The norm that was counted with."""
    text = _(
        "Norm: %(norm)s trained for each 1,000 employees of a profession, %(shifts)s where people work "
        "shifts."
    )
    return text % {"norm": norm.per_thousand, "shifts": norm.in_shifts}


def enough_of(now: Tables) -> tuple[int, int]:
    """How many profession groups of 10 and more have supporters enough, and of how many."""
    known = [row for row in now.coverage if row.supporters is not None and row.wanted is not None]
    return sum((row.supporters or 0) >= (row.wanted or 0) for row in known), len(known)


def pool(now: Tables) -> Block:
    """The supporters, and which part of each profession group they are."""
    number = now.supporters
    known = [
        (row.group, row.people, row.supporters, row.wanted)
        for row in now.coverage
        if row.people is not None and row.supporters is not None and row.wanted is not None
    ]
    enough, groups = enough_of(now)
    headline = ngettext("%(number)d trained supporter.", "%(number)d trained supporters.", number) % {
        "number": number
    }
    if groups:
        headline += " " + _reaching(enough, groups)
    labels = {each.value: str(each.label) for each in ProfessionGroup}
    data = [
        Datum(
            labels[group],
            100 * supporters / people,
            _("%(part)s of %(whole)s") % {"part": supporters, "whole": number_format(people)},
            previous=100 * wanted / people,
        )
        for group, people, supporters, wanted in known
    ]
    rows = tuple(
        (
            labels[row.group],
            *("–" if each is None else str(each) for each in (row.people, row.supporters, row.wanted)),
        )
        for row in now.coverage
    )
    return Block(
        "pool",
        _("The supporters"),
        headline,
        [
            Chart(
                "bars",
                "coverage",
                _("Part of each profession group that is a supporter"),
                ChartTable(
                    (_("Profession"), _("Employees"), _("Supporters"), _("Norm")),
                    rows,
                ),
                charts.bars(data, unit="%") if data else None,
                "; ".join(f"{datum.label}: {datum.text}" for datum in data),
                previous_label=_("Norm"),
            )
        ],
        more=_training(now),
        elsewhere=" ".join(
            [
                _norm(now.norm),
                _("As it was on the day the figures were drawn. Exact: about the organisation."),
            ]
        ),
    )


def _training(now: Tables) -> str:
    """How far the training reaches, and how often somebody came to an intervision."""
    if now.training is None:
        return ""
    trained, lapsing, lapsed = now.training.trained, now.training.lapsing, now.training.lapsed
    return " ".join(
        [
            ngettext(
                "%(number)d was trained in the period.", "%(number)d were trained in the period.", trained
            )
            % {"number": trained},
            _("The training of %(lapsing)d runs out within half a year, that of %(lapsed)d has run out.")
            % {"lapsing": lapsing, "lapsed": lapsed},
            _met(now.training.met),
        ]
    )


def _met(number: int | None) -> str:
    if number is None:
        return _("Who came to intervision was not kept yet.")
    text = ngettext(
        "%(number)d time somebody came to an intervision.",
        "%(number)d times somebody came to an intervision.",
        number,
    )
    return text % {"number": number}


def _percent(clock: ClockFigures | None) -> int | None:
    return round(100 * clock.in_time / clock.due) if clock and clock.due else None


def kept(clock: ClockFigures | None) -> str:
    """How many of how many: "7 of 8", and how many still have time, if any."""
    if clock is None:
        return "–"
    if not clock.due:
        return _("%(running)s still have time") % {"running": clock.running}
    kept = _("%(part)s of %(whole)s") % {"part": clock.in_time, "whole": clock.due}
    if not clock.running:
        return kept
    return _("%(kept)s, %(running)s still have time") % {"kept": kept, "running": clock.running}
