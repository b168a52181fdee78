"""Whether the tests go through the rooms: what `make test` measured, against a floor that only rises.

Reads the report in `.data/coverage.json`. Exit code 1, with what falls short, below the floor.
"""

import json
import sys
from pathlib import Path
from typing import Any

REPORT = Path(__file__).resolve().parent.parent / ".data" / "coverage.json"
#: Percent of the rooms' lines, and of their branches.
LINES, BRANCHES = 97.9, 96.0
#: Without database and clock, so that nothing excuses a line that no test goes through.
PURE = (
    "accounts/people/names.py",
    "accounts/role_rules.py",
    "dashboards/bound.py",
    "dashboards/sharpened.py",
    "evaluations/answer_tables.py",
    "evaluations/discrete_gaussian.py",
    "evaluations/drawn.py",
    "evaluations/periods.py",
    "hospital/clock.py",
    "hospital/moment_words.py",
    "incidents/calamities/analysis/analyst_ranking.py",
    "incidents/calamities/escalation.py",
    "incidents/calamities/steps_on_page.py",
    "incidents/clocks/deadlines.py",
    "incidents/clocks/moment_checks.py",
    "incidents/vim/rows.py",
    "notifications/calendar/icalendar.py",
    "supporters/contacts/allowed_steps.py",
    "supporters/contacts/course.py",
    "supporters/contacts/words.py",
)


def short_of(report: dict[str, Any]) -> list[str]:
    """What falls short in a report of coverage.py, in words; nothing when all is well."""
    totals, files = report["totals"], report["files"]
    lines, branches = totals["percent_statements_covered"], totals["percent_branches_covered"]
    found = []
    if lines < LINES:
        found.append(f"{lines:.1f}% of the lines, {LINES:g}% is the floor")
    if branches < BRANCHES:
        found.append(f"{branches:.1f}% of the branches, {BRANCHES:g}% is the floor")
    for path in PURE:
        summary = files[path]["summary"]
        if missed := int(summary["missing_lines"] + summary["missing_branches"]):
            found.append(f"{path}: {missed} lines or branches of a module that needs nothing to be tested")
    return found


def main() -> None:
    report = json.loads(REPORT.read_text())
    totals = report["totals"]
    print(
        f"peersupport: tests go through {totals['percent_statements_covered']:.1f}% of the lines and "
        f"{totals['percent_branches_covered']:.1f}% of the branches of the rooms"
    )
    if found := short_of(report):
        sys.exit("\n".join(f"peersupport: too little is tested: {what}" for what in found))


if __name__ == "__main__":
    main()
