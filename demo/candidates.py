"""Whom colleagues would confide in: some named, some asked, and a department that votes."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from accounts.models import User
from demo.timeline import Year
from hospital.clock import local_day
from training.models import Candidate, HeadsAsked, PeerVote
from training.nominations import asking, eligible, naming, voting

#: Of each hundred employees so many were named, and by at most so many.
NAMED, MOST = 2, 4
#: The heads were asked so many days ago.
ASKED = 95


def name(year: Year, demo: Mapping[str, User]) -> None:
    """The past year's names, what became of them, and the vote at which the demo's employee is asked."""
    chance, at = year.chance, year.now
    HeadsAsked.objects.create(asked_on=local_day(at) - timedelta(days=ASKED))
    pool = set(eligible.in_pool().values_list("user", flat=True))
    able = {*eligible.able().values_list("pk", flat=True)} - pool
    staff = [person for person in year.staff if person.pk in able]
    named = chance.sample(staff, max(8, len(staff) * NAMED // 100))
    for person in named:
        colleagues = [one for one in staff if one.department_id == person.department_id and one != person]
        for by in chance.sample(colleagues, min(len(colleagues), chance.randint(1, MOST))):
            naming.name_colleague(colleague=person, by=by, at=at - year.hours(24, 24 * ASKED))
    _answer(year, named)
    _vote(year, demo, staff)


def _answer(year: Year, named: Sequence[User]) -> None:
    """Every third was asked: one of these waits, the next is willing, the next would rather not."""
    for number, person in enumerate(named[::3]):
        candidate = Candidate.objects.select_related("user__department__location").filter(user=person).first()
        if candidate is None:
            continue
        asked_at = year.now - year.hours(24 * 3, 24 * 20)
        asking.ask(candidate=candidate, by=year.coordinator, at=asked_at)
        if number % 3:
            asking.answer(candidate=candidate, yes=number % 3 == 1, at=asked_at + timedelta(days=2))


def _vote(year: Year, demo: Mapping[str, User], staff: Sequence[User]) -> None:
    """Opened last week; some voted, the demo's own people not yet."""
    today, department = local_day(year.now), demo["employee"].department
    assert department is not None
    vote = PeerVote.objects.create(
        department=department,
        opened_on=today - timedelta(days=7),
        closes_on=today + timedelta(days=7),
        opened_by=year.coordinator,
    )
    voters = [person for person in staff if person.department_id == department.pk]
    for by in voters[: len(voters) // 3]:
        choice = year.chance.choice([person for person in voters if person != by])
        voting.cast(vote=vote, choice=choice, by=by, at=year.now)
