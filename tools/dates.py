"""`make test-dates`: every test, on days and at hours on which it might fail, with PostgreSQL, Redis and all.

Each run believes, by Debian's `faketime`, that it is another moment; what follows the command goes to pytest:
`python -m tools.dates supporters -x`. Exit code 1 when anything failed on any of them.
"""

import os
import shutil
import subprocess
import sys
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from time import monotonic

import holidays

from hospital.clock import local_day, moment_of, on_the_wall, start_of_day, start_of_week

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / ".data" / "dates"
LIBRARIES = ("/usr/lib/*/faketime/libfaketimeMT.so.1", "/usr/lib*/faketime/libfaketimeMT.so.1")
NO_FAKETIME = "peersupport: faketime is needed for this; Debian and Ubuntu: apt-get install faketime"


def moments(now: datetime) -> dict[str, datetime]:
    """What is tried, from `now` on: a name, and when the tests begin."""
    today, day = local_day(now), timedelta(days=1)
    years = range(today.year, today.year + 9)

    def coming(days: list[date]) -> date:
        return next(day for day in days if day > today)

    def last_sundays(month: int) -> list[date]:
        return [start_of_week(date(year, month, 31) + day) - day for year in years]

    new_year = coming([date(year, 1, 1) for year in years])
    days_off = holidays.country_holidays("NL", years=years, language="en_US")
    leap_years = [year for year in years if year % 4 == 0]
    return {
        "tomorrow": now + day,
        "in 40 days": now + 40 * day,
        "New Year's Eve": start_of_day(new_year) - timedelta(minutes=10),
        "New Year's Day": moment_of(new_year, time(10)),
        "the clock goes forward": moment_of(coming(last_sundays(3)), time(1, 55)),
        "the clock goes back": moment_of(coming(last_sundays(10)), time(2, 30)),
        "29 February": moment_of(coming([date(year, 2, 29) for year in leap_years]), time(12)),
        "Good Friday": moment_of(coming(sorted(days_off.get_named("Good Friday"))), time(14)),
        "a Sunday night": moment_of(start_of_week(today + day) + 6 * day, time(3)),
    }


def library() -> Path:
    """Where libfaketime lies. Exits with how to get it."""
    for pattern in LIBRARIES:
        if found := sorted(Path("/").glob(pattern.removeprefix("/"))):
            return found[0]
    sys.exit(NO_FAKETIME)


def run(moment: datetime, arguments: list[str], faketime: Path) -> bool:
    """The tests, as if it were `moment` now."""
    shutil.rmtree(DATA, ignore_errors=True)  # a server that was started at another moment is of no use
    offset = round((moment - datetime.now(UTC)).total_seconds())
    environment = {
        **os.environ,
        "DATA_DIR": str(DATA),
        "LD_PRELOAD": str(faketime),
        "FAKETIME": f"{offset:+d}s",  # an offset is the same for every process, whenever it starts
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",  # else what waits on that clock waits for decades
        "FAKETIME_FORCE_MONOTONIC_FIX": "0",  # a repair of old C libraries, that makes waiting threads spin
        "PYTHONPATH": os.pathsep.join([str(ROOT / "tools" / "faketime"), os.environ.get("PYTHONPATH", "")]),
    }
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode == 0


def main() -> None:
    faketime, arguments, lines = library(), sys.argv[1:], []
    only = [name.strip() for name in os.environ.get("DATES", "").split(",") if name.strip()]
    for name, moment in moments(datetime.now(UTC)).items():
        if only and name not in only:
            continue
        when = f"{on_the_wall(moment):%a %d %b %Y %H:%M}"
        print(f"\npeersupport: {name}, {when}", flush=True)
        started = monotonic()
        passed = run(moment, arguments, faketime)
        minutes = (monotonic() - started) / 60
        lines.append((passed, f"{name:24}{when:24}{'passed' if passed else 'FAILED':8}{minutes:5.1f} min"))
    print("", *(line for _, line in lines), sep="\n")
    sys.exit(not all(passed for passed, _ in lines))


if __name__ == "__main__":
    main()
