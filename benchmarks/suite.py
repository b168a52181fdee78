"""The whole measurement: three sizes of hospital, one after the other, in a database of its own."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from django.core.management import call_command
from django.db import connections
from django.utils import timezone

from benchmarks import data, evaluations, every_page, figures, matching, pages, reminders, training
from benchmarks.report import Line, report
from demo.build import SIZES as HOSPITALS
from demo.build import build

QUICK = bool(os.environ.get("QUICK"))
#: incidents, supporters
SIZES = ((1_000, 70), (100_000, 7_000), (1_000_000, 100_000))[: 2 if QUICK else 3]
DATABASE = "peersupport_benchmark"


@contextmanager
def own_database() -> Iterator[str]:
    """The address of a new, migrated database, which is dropped after the run."""
    connection = connections["default"]
    creation = connection.creation
    connection.settings_dict["TEST"]["NAME"] = DATABASE
    creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    call_command("migrate", run_syncdb=True, verbosity=0)
    settings = connection.settings_dict
    host = settings["HOST"] or settings["OPTIONS"].get("host", "")
    place = f"{host}:{settings['PORT']}" if host and not host.startswith("/") else ""
    socket = f"?host={host}" if host.startswith("/") else ""
    if socket and settings["PORT"]:
        socket += f"&port={settings['PORT']}"
    login = f"{settings['USER']}:{settings['PASSWORD']}" if settings["PASSWORD"] else settings["USER"]
    try:
        yield f"postgres://{login}@{place}/{DATABASE}{socket}"
    finally:
        connection.close()
        creation.destroy_test_db(None, verbosity=0)


def measured() -> Iterator[Line]:
    """Each line as soon as it is known."""
    with own_database() as url:
        staff, reports = HOSPITALS["small"]
        build(seed=2026, at=timezone.now(), size=staff, reports=reports)
        data.staff()
        data.grow_supporters(SIZES[0][1])
        data.roll_call()
        for incidents, supporters in SIZES:
            print(f"filling up to {incidents:,} incidents and {supporters:,} supporters", file=sys.stderr)
            data.grow_supporters(supporters)
            data.grow_incidents(incidents)
            data.open_work()
            yield from pages.measure(url, incidents, rounds=5 if QUICK else 15)
            if incidents == SIZES[1][0]:
                yield from training.measure()
            if incidents in {SIZES[0][0], SIZES[-1][0]}:
                yield from every_page.measure(url, incidents, rounds=4 if QUICK else 7)
        yield from pages.growth()
        yield from figures.count()
        yield from figures.first_view(url, starts=3 if QUICK else 7)
        yield from matching.measure(SIZES[-1][1], rounds=3 if QUICK else 9)
        yield from evaluations.measure(10_000)
        yield from reminders.measure(future=100_000 if QUICK else 1_000_000, rounds=5 if QUICK else 15)


def main() -> int:
    """Measure, print the table, and give the exit code."""
    lines = []
    for line in measured():
        print(f"{line.what}: {line.measured}", file=sys.stderr)
        lines.append(line)
    return report("bench", lines)
