"""`make mutants`: change the pure modules in every small way, and see whether a test notices.

Uses cosmic-ray, from an environment of its own. Each mutant is tried in a copy of the checkout, two at once,
with the tests that stand beside the module. `make mutants MODULES=hospital/clock.py` tries one module,
`EACH=10` each tenth mutant. Prints what was killed and what survived; a survivor is either mended by a test
or judged in `JUDGED`. Exit code 1 below the floor, or with a survivor that nobody judged.
"""

import os
import shutil
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from queue import SimpleQueue

ROOT = Path(__file__).resolve().parent.parent
WORK = ROOT / ".data" / "mutants"
COSMIC_RAY = WORK / "environment" / "bin" / "cosmic-ray"
WORKERS = 2
EACH = int(os.environ.get("EACH", "1"))
#: Percent of a module's mutants.
FLOOR = 95.0
#: What is changed, and the tests that have to notice.
TARGETS = {
    "accounts/people/names.py": "accounts/people/tests/test_names.py",
    "accounts/role_rules.py": "accounts/tests/test_role_rules.py",
    "dashboards/sharpened.py": "dashboards/tests/test_sharpened.py",
    "evaluations/drawn.py": "evaluations/tests/test_drawn.py",
    "evaluations/sealing.py": "evaluations/tests/test_sealing.py",
    "evaluations/tickets.py": "evaluations/tests/test_tickets.py",
    "hospital/clock.py": "hospital/tests/test_clock.py hospital/tests/test_quiet_hours.py",
    "hospital/moment_words.py": "hospital/tests/test_moment_words.py",
    "incidents/calamities/escalation.py": "incidents/calamities/tests/test_escalation.py",
    "incidents/clocks/deadlines.py": "incidents/clocks/tests/test_deadlines.py",
    "incidents/clocks/moment_checks.py": "incidents/clocks/tests/test_moment_checks.py",
    "notifications/delivery/mail_hours.py": "notifications/delivery/tests/test_mail_hours.py",
    "supporters/contacts/allowed_steps.py": "supporters/contacts/tests/test_allowed_steps.py",
}
#: Survivors that are no fault: module, operator and definition, with the reason.
JUDGED: dict[tuple[str, str, str], str] = {
    ("notifications/delivery/mail_hours.py", "core/ReplaceComparisonOperator_Is_Eq", "mailed_at"): (
        "there is one kind of that code: the same and equal are one"
    ),
}
CONFIG = """
[cosmic-ray]
module-path = "{module}"
timeout = 120.0
excluded-modules = []
test-command = "{python} -m pytest -q -x -p no:cacheprovider {tests}"
[cosmic-ray.distributor]
name = "local"
"""


def copies() -> "SimpleQueue[Path]":
    """The checkout, as often as mutants are tried at a time: cosmic-ray changes the file where it lies."""
    ready: SimpleQueue[Path] = SimpleQueue()
    files = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    for number in range(WORKERS):
        copy = WORK / f"copy{number}"
        shutil.rmtree(copy, ignore_errors=True)
        for name in files.decode().split("\0")[:-1]:
            target = copy / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target)
        ready.put(copy)
    return ready


def tried(module: str, free: "SimpleQueue[Path]") -> Path:
    """Every mutant of `module`, tried; the database with what became of each."""
    copy = free.get()
    try:
        name = module.replace("/", ".")
        config, session = WORK / f"{name}.toml", WORK / f"{name}.sqlite"
        config.write_text(CONFIG.format(module=module, python=sys.executable, tests=TARGETS[module]))
        session.unlink(missing_ok=True)
        environment = {**os.environ, "DATA_DIR": str(ROOT / ".data")}
        run = partial(subprocess.run, cwd=copy, env=environment, check=True)
        run([COSMIC_RAY, "init", config, session])
        with sqlite3.connect(session) as found:
            found.execute("DELETE FROM work_items WHERE rowid % ?", [EACH])
            found.execute("DELETE FROM mutation_specs WHERE job_id NOT IN (SELECT job_id FROM work_items)")
        run([COSMIC_RAY, "exec", config, session])
        return session
    finally:
        free.put(copy)


def report(module: str, session: Path) -> list[str]:
    """Print the figures of one module; what is wrong with them."""
    rows = (
        sqlite3.connect(session)
        .execute(
            "SELECT operator_name, definition_name, start_pos_row, test_outcome FROM mutation_specs"
            " JOIN work_results USING (job_id)"
        )
        .fetchall()
    )
    survivors = [row for row in rows if row[3] == "SURVIVED"]
    unjudged = [row for row in survivors if (module, row[0], row[1]) not in JUDGED]
    share = 100 * (len(rows) - len(survivors)) / len(rows)
    print(f"{module:50} {len(rows):5} mutants {share:5.1f}% killed {len(survivors):4} survive", flush=True)
    found = [f"{module}:{row} {operator} in {place}" for operator, place, row, _ in unjudged]
    return found + ([f"{module}: {share:.1f}%, {FLOOR:g}% is the floor"] if share < FLOOR else [])


def main() -> None:
    modules = sys.argv[1:] or list(TARGETS)
    free = copies()
    with ThreadPoolExecutor(WORKERS) as pool:
        sessions = pool.map(lambda module: (module, tried(module, free)), modules)
        problems = [problem for module, session in sessions for problem in report(module, session)]
    if problems:
        sys.exit("\n".join(problems))


if __name__ == "__main__":
    main()
