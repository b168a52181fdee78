"""The pages, held against the bare page and the bare POST."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from itertools import cycle

from django.conf import settings
from django.db import connection
from django.test import Client as InProcess
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from accounts.pages.kept_forms import Ticket
from benchmarks import evaluations
from benchmarks.data import ROLL_CALL
from benchmarks.measure import Ratio, ratio
from benchmarks.report import Line
from benchmarks.server import Client, serving, session_of
from evaluations import tickets
from evaluations.enums import Question
from evaluations.models import Invitation
from incidents.clocks.moment_field import as_typed
from supporters.enums import ContactState
from supporters.models import Contact

_medians: dict[str, list[Ratio]] = defaultdict(list)


@dataclass(frozen=True)
class Page:
    """A page, who opens it, and how many times the bare page it may cost (None: only measured); and how many
    statements.
    """

    what: str
    path: str
    username: str | None
    goal: float | None
    statements: int | None = None


PAGES = (
    Page("worklist", "/support/", "bench-coordinator", 1.5, 8),
    Page("roll-call of 30", f"/support/{ROLL_CALL}/", "bench-coordinator", None),
    Page("supporter's list", "/contacts/", "bench-supporter", 1.2),
    Page("coverage", "/training/coverage/", "bench-coordinator", 1.5),
    Page("report form", "/incidents/new/vim/", "bench-supporter", None),
    Page("evaluation form", "/evaluation/", None, 1.2),
    Page("figures for the board", "/figures/", "bench-board", 1.2),
)
GROWTH = 1.15


def measure(url: str, incidents: int, *, rounds: int) -> list[Line]:
    """All pages at this number of incidents."""
    lines = []
    at = f"at {incidents:,} incidents"
    with serving(url) as port:
        floor = partial(Client(port, "bench-coordinator").get, "/bare/")
        for page in PAGES:
            found = ratio(partial(Client(port, page.username).get, page.path), floor, rounds=rounds)
            _medians[page.what].append(found)
            lines.append(_line(f"{page.what} {at} / bare page", found, page.goal))
            if page.statements:
                count = _statements(page)
                lines.append(
                    Line(
                        f"{page.what} {at}: statements",
                        str(count),
                        f"≤ {page.statements}",
                        count <= page.statements,
                    )
                )
        client = Client(port, "bench-coordinator")
        bare = partial(client.post, "/bare/post/", {"name": "somebody"})
        lines.append(_line(f"report submit {at} / bare POST", ratio(_report(port), bare, rounds=rounds), 4))
        lines.append(
            _line(f"evaluation submit {at} / bare POST", ratio(_evaluation(port), bare, rounds=rounds), 3)
        )
    return lines


def growth() -> list[Line]:
    """How the worklist's cost moved from the smallest to the largest size: median against median."""
    first, *_, last = _medians["worklist"]
    times = last.median / first.median
    return [Line("worklist, largest / smallest", f"{times:.2f}×", f"≤ {GROWTH}×", times <= GROWTH)]


def _line(what: str, found: Ratio, goal: float | None) -> Line:
    measured = f"{found.median:.2f}× ({found.low:.2f}–{found.high:.2f}; {found.ms:.1f} ms)"
    if goal is None:
        return Line(what, measured, "–", holds=True)
    return Line(what, measured, f"≤ {goal}×", found.low <= goal)


def _statements(page: Page) -> int:
    client = InProcess(headers={"host": "localhost"})
    if page.username:
        client.cookies[settings.SESSION_COOKIE_NAME] = session_of(page.username)
    client.get(page.path)  # what is made on first use is made
    with CaptureQueriesContext(connection) as captured:
        client.get(page.path)
    return len(captured)


def _report(port: int) -> Callable[[], object]:
    """A new report each time, with one involved employee, another one where there are enough."""
    client = Client(port, "bench-coordinator")
    reporter = User.objects.get(username="bench-coordinator")
    colleagues = cycle(User.objects.filter(username__startswith="s-").order_by("?")[:200])
    fields = {
        "event_type": "safety",
        "occurred_at": as_typed(timezone.now() - timedelta(hours=2)),
        "department": str(reporter.department_id),
        "already_offered": "no",
    }

    def report() -> None:
        person = str(next(colleagues).pk)
        client.post("/incidents/new/vim/", {**fields, "person": person, "ticket": str(Ticket.new(reporter))})

    return report


def _evaluation(port: int) -> Callable[[], object]:
    """A full form each time, while 300 people are invited."""
    closed = Contact.objects.filter(state=ContactState.CLOSED).select_related("offer__involvement")
    newest = list(closed.order_by("-closed_at")[:300])
    invited = Invitation.objects.bulk_create(evaluations.invite(newest), ignore_conflicts=True)
    known = Invitation.objects.get(contact=invited[0].contact)
    fields = {"helped": "4", "same_field": "3", "for_everybody": "5", "mark": "8", "recommend": "yes"}
    fields |= {f"{feeling}_before": "2" for feeling in Question.feelings()}
    fields |= {f"{feeling}_after": "1" for feeling in Question.feelings()}
    fields["ticket"] = tickets.issue(known.id, known.version, settings.EVALUATION_TICKET_KEY)
    client = Client(port, None)
    return lambda: client.post("/evaluation/", fields)
