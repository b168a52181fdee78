"""Reports of an export that name nobody come into the intake as those of the form do.

Also covers incidents.vim.plan and incidents.vim.carry_out.
"""

from datetime import UTC, datetime, timedelta

import pytest

from accounts.files.spreadsheets import Row, Table
from accounts.tests.factories import UserFactory
from incidents.enums import Harm
from incidents.models import Incident
from incidents.vim import carry_out
from incidents.vim.columns import KNOWN
from incidents.vim.plan import make
from supporters.enums import IntakeState
from supporters.models import UnnamedReport

NOW = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)
HEADER = ["Meldnr", "Datum", "Schade", "E-mail betrokkene"]
pytestmark = [pytest.mark.django_db, pytest.mark.clock(NOW)]


def bring(*rows, at=NOW):
    """An export of (number, harm, e-mail of who was involved), all of it taken over."""
    read = [
        Row(line, [number, "09-03-2026", harm, email], {})
        for line, (number, harm, email) in enumerate(rows, start=2)
    ]
    table = Table(HEADER, read, len(read))
    plan = make(table, source="VIM", columns=KNOWN.guess(HEADER), at=at)
    carry_out.apply(plan, take=[row[0] for row in rows], by=None, at=at)
    return plan


def row(number):
    return UnnamedReport.objects.get(incident__external_number=number)


def test_each_without_people_has_a_row_by_what_it_did():
    UserFactory(email="noor@merwede.example")
    bring(
        ("1", "Ernstig letsel", ""),
        ("2", "Geen schade", ""),
        ("3", "", ""),
        ("4", "", "noor@merwede.example"),
    )
    harms = dict(Incident.objects.values_list("external_number", "harm"))
    assert harms == {"1": Harm.SERIOUS, "2": Harm.NONE, "3": Harm.UNKNOWN, "4": Harm.UNKNOWN}
    assert (row("1").due_at, row("1").weight) == (NOW + DAY, 3)
    assert row("2").closes_at == NOW + 14 * DAY
    assert row("3").due_at == NOW + DAY
    assert UnnamedReport.objects.count() == 3


def test_people_in_a_later_export_end_it():
    UserFactory(email="noor@merwede.example")
    bring(("1", "", ""))
    bring(("1", "", "noor@merwede.example"), at=NOW + DAY)
    assert row("1").state == IntakeState.NAMED


def test_harm_that_a_later_export_knows_makes_it_wait():
    bring(("1", "Geen schade", ""))
    plan = bring(("1", "Blijvend letsel", ""), at=NOW + DAY)
    (change,) = plan.changed[0].changes
    assert (change.here_said, change.there_said) == ("No harm", "Serious harm or death")
    assert (row("1").due_at, row("1").closes_at, row("1").weight) == (NOW + 2 * DAY, None, 3)


def test_what_a_later_export_does_not_know_takes_nothing_away():
    bring(("1", "Ernstig letsel", ""))
    assert bring(("1", "onbekend", ""), at=NOW + DAY).changed == []
    assert Incident.objects.get().harm == Harm.SERIOUS
