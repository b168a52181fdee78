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
#: Lines that say nothing of what is done: whether a row can be changed, and how arguments are given.
SAY_NOTHING = ("@dataclass(", "def ", "table: DrawnTable, cells: Collection[str], of_all: Estimate, /")
#: Survivors that are no fault: of a module the changed lines, spaces aside, with the reason.
JUDGED: dict[str, dict[str, str]] = {
    "accounts/people/names.py": {
        'return[*parts,*("".join(parts[start:])forstartinrange(0,len(parts)))]': "a double is left out",
        "return[found[1],found[2]]iffoundand_is_small(found[0])andfound[2][0].isupper()else[token]": (
            "both begin with the same letter"
        ),
        "start=end=max(len(tokens)-1-has_suffix,-1)": "of no words none is taken",
        "forplaceinrange(1,len(tokens)*1):": "the last word alone is never a prefix",
        "forplaceinrange(1,len(tokens)//1):": "the last word alone is never a prefix",
        "forplaceinrange(1,len(tokens)**1):": "the last word alone is never a prefix",
        "forplaceinrange(1,len(tokens)-0):": "the last word alone is never a prefix",
    },
    "dashboards/sharpened.py": {
        "ifnumber<=(above-everybody)//place:": "a whole number is not above a number or not above its floor",
        "returnEstimate(min(1.0,value),sqrt(max(-1.0,spread))/base.value)": "it is below 0 by rounding only",
    },
    "evaluations/drawn.py": {
        "{cell:exact.get(cell,0)-noise(table.variance,below=below)forcellintable.cells},": (
            "noise is as likely above as below"
        ),
    },
    "evaluations/sealing.py": {
        "SEALED_BYTES=CONTENT_BYTES^48": "512 and 48 have no bit in common",
        "SEALED_BYTES=CONTENT_BYTES|48": "512 and 48 have no bit in common",
    },
    "evaluations/tickets.py": {
        "iflen(ticket)isnotLENGTHorset(ticket)-set(ALPHABET)or_check(ticket[:-1])!=ticket[-1]:": (
            "a small number is one object"
        ),
    },
    "notifications/delivery/mail_hours.py": {
        "ifkind.legalorkind==digest.WAITED:": "there is one kind of that code: the same and equal are one",
    },
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


def changed(diff: str) -> str:
    """The line that a mutant changed, as it became."""
    lines = (line for line in diff.splitlines() if line.startswith("+") and not line.startswith("+++"))
    return next(lines, "").removeprefix("+").strip()


def report(module: str, session: Path) -> list[str]:
    """Print the figures of one module; what is wrong with them."""
    rows = (
        sqlite3.connect(session)
        .execute(
            "SELECT operator_name, start_pos_row, test_outcome, diff FROM mutation_specs"
            " JOIN work_results USING (job_id)"
        )
        .fetchall()
    )
    rows = [row for row in rows if not changed(row[3]).startswith(SAY_NOTHING)]
    survivors = [row for row in rows if row[2] == "SURVIVED"]
    judged = JUDGED.get(module, {})
    unjudged = [row for row in survivors if changed(row[3]).replace(" ", "") not in judged]
    share = 100 * (len(rows) - len(survivors)) / len(rows)
    print(f"{module:50} {len(rows):5} mutants {share:5.1f}% killed {len(survivors):4} survive", flush=True)
    found = [f"{module}:{row} {operator}: {changed(diff)}" for operator, row, _outcome, diff in unjudged]
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
