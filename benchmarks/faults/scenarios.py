"""The faults, one function each: it breaks something, and says what came of `size.count` reminders."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

from accounts.models import User
from benchmarks.faults.apps import BROKEN
from benchmarks.faults.ledger import Measured
from benchmarks.faults.stage import STEP, Program, Stage
from benchmarks.report import Line
from hospital.clock import AMSTERDAM
from notifications.frame import state_for
from notifications.models import Reminder
from notifications.tasks import sweep

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
#: What one mail takes the server, in seconds, so that there is a middle to be killed in.
SLOW = 0.01


@dataclass(frozen=True)
class Size:
    """How many reminders a fault meets, how often a worker is killed, how often PostgreSQL, and what lies
    between two moments of a night.
    """

    count: int
    kills: int
    restarts: int
    night_step: timedelta


FULL = Size(count=500, kills=20, restarts=4, night_step=HOUR / 2)
SMALL = Size(count=40, kills=2, restarts=1, night_step=3 * HOUR)


def local(text: str) -> datetime:
    """A moment on the clock of Europe/Amsterdam."""
    return datetime.fromisoformat(text).replace(tzinfo=AMSTERDAM)


def killed_worker(stage: Stage, size: Size) -> Line:
    """Reminders keep coming, and at random moments the only worker is killed."""
    stage.begin(local("2026-03-10T09:00"), seconds=120 + 20 * size.kills)
    stage.post.seconds = SLOW
    moments = random.Random(size.kills)
    (worker,) = stage.workers
    for part in _shares(size.count, size.kills):
        stage.remind(part)
        stage.watch(moments.uniform(0, 1.0))
        worker.kill()
        stage.clock.move(timedelta(seconds=moments.uniform(0, 60)))
        worker.start()
        stage.await_workers()
    stage.settle()
    measured = stage.ledger.measured()
    return _line(f"kill -9 of the worker at {size.kills} random moments", measured, 5 * MINUTE, extra=1)


def killed_between_250_and_commit(stage: Stage, size: Size) -> Line:
    """The server has the mail, and the worker dies before it can know."""
    stage.begin(local("2026-03-11T09:00"), seconds=120 + 20 * size.kills)
    kills = max(1, size.kills // 4)
    dead: list[Program] = []
    (worker,) = stage.workers

    def die() -> Callable[[], None] | None:
        if dead or len(stage.post.arrivals) % 10 != 5:
            return None
        dead.append(worker)
        worker.freeze()
        return worker.kill

    for part in _shares(size.count, kills):
        stage.post.before_250 = die
        stage.remind(part)
        stage.wait(lambda: dead and not worker.is_alive(), "the worker to be killed")
        stage.post.before_250 = lambda: None
        dead.clear()
        worker.start()
        stage.await_workers()
        stage.settle()
    measured = stage.ledger.measured()
    line = _line(f"kill -9 between SMTP's 250 and the commit, {kills}×", measured, 5 * MINUTE, extra=1)
    # Each kill left a mail that the server had and the worker did not know of; else nothing was tried here.
    return line if measured.mailed_again == kills else _untried(line)


def flushed_redis(stage: Stage, size: Size) -> Line:
    """Everything in Redis is thrown away in the middle of the work: queue, cache, and what workers hold."""
    stage.begin(local("2026-03-12T09:00"), seconds=240)
    stage.post.seconds = SLOW
    for part in _shares(size.count, 4):
        stage.remind(part)
        stage.watch(0.2)
        stage.redis().flushall()
    stage.settle()
    return _line("Redis FLUSHALL, 4×", stage.ledger.measured(), 2 * MINUTE)


def redis_gone(stage: Stage, size: Size) -> Line:
    """Redis is killed, and comes back empty or not after an hour of moved clock."""
    stage.begin(local("2026-03-13T09:00"), seconds=240)
    stage.post.seconds = SLOW
    before, during = _shares(size.count, 2)
    stage.remind(before)
    stage.watch(0.3)
    stage.end_redis()
    stage.remind(during)
    stage.await_rest()  # a clock that jumps in the middle of a pass is another fault
    for _ in range(6):
        stage.watch(0.5)
        stage.clock.move(HOUR / 6)
    stage.start_servers()
    back = stage.clock.now()
    stage.settle()
    return _line("Redis gone for an hour", stage.ledger.measured(since=back), 2 * MINUTE)


def restarted_postgres(stage: Stage, size: Size) -> Line:
    """PostgreSQL is restarted in immediate mode under a worker that is sending."""
    stage.begin(local("2026-03-16T09:00"), seconds=120 + 60 * size.restarts)
    stage.post.seconds = SLOW
    for part in _shares(size.count, size.restarts):
        stage.remind(part)
        stage.wait(lambda: stage.look() or stage.post.arrivals, "the first mail")
        stage.watch(0.1)
        stage.end_postgres_immediately()
        stage.watch(1)
        stage.start_servers()
        stage.settle()
    what = f"PostgreSQL restarted in immediate mode, {size.restarts}×"
    return _line(what, stage.ledger.measured(), 5 * MINUTE, extra=1)


def two_beats_four_workers(stage: Stage, size: Size) -> Line:
    """Twice the clock, four times the hands, and all of them asked for the same passes at once."""
    stage.begin(local("2026-03-17T09:00"), seconds=240, workers=4, beats=2)
    stage.post.seconds = SLOW
    for part in _shares(size.count, 5):
        stage.remind(part // 2, due_at=stage.clock.now() + MINUTE)
        stage.remind(part - part // 2)
        for _ in range(16):  # as many commits would
            sweep.apply_async()
        stage.watch(0.3)
    stage.settle()
    return _line("two beats and four workers", stage.ledger.measured(), 2 * MINUTE)


def stopped_for_three_days(stage: Stage, size: Size) -> Line:
    """Workers, beats, PostgreSQL and Redis are away for 72 hours, in which everything falls due."""
    stage.begin(local("2026-03-18T09:00"), seconds=240)
    for number, part in enumerate(_shares(size.count, 12)):
        stage.remind(part, due_at=stage.clock.now() + HOUR + number * 6 * HOUR)
    stage.stop_all()
    stage.stop_servers()
    stage.clock.move(3 * DAY)
    start = stage.clock.now()
    stage.start_servers()
    stage.start_all()
    stage.settle()
    return _line("everything stopped for 72 h", stage.ledger.measured(since=start), 5 * MINUTE)


def moved_clock(stage: Stage, size: Size) -> Line:
    """Somebody sets the clock a day forth, and an hour later back again."""
    stage.begin(local("2026-03-24T09:00"), seconds=240)
    start = stage.clock.now()
    now, after, next_day = _shares(size.count, 3)
    stage.remind(now)
    # 10:30 of the next day: not due when the clock stands at 9:00 of that day, or at 10:00.
    stage.remind(next_day, due_at=start + DAY + 90 * MINUTE)
    stage.settle(lambda: stage.ledger.is_complete(stage.clock.now()))
    stage.clock.move(DAY)
    stage.settle(lambda: stage.clock.now() > start + DAY + HOUR, step=5 * MINUTE)
    stage.clock.move(-DAY)
    stage.remind(after // 2)
    soon = stage.clock.now() + 2 * MINUTE
    stage.remind(after - after // 2, due_at=soon)
    stage.settle(lambda: stage.ledger.is_complete(soon))
    stage.clock.set(start + DAY + 90 * MINUTE - STEP)
    stage.settle()
    return _line(
        "clock a day forth and back", stage.ledger.measured(), 5 * MINUTE, wrong=_at_another_hour(stage)
    )


def spring_night(stage: Stage, size: Size) -> Line:
    """After 1:59 it is 3:00, and 7:00 is 5:00 UTC."""
    morning = datetime(2026, 3, 29, 5, tzinfo=UTC)
    return _night(stage, size, local("2026-03-28T21:30"), morning, "the night of 29 March: clock forward")


def autumn_night(stage: Stage, size: Size) -> Line:
    """The hour from 2:00 comes twice, and 7:00 is 6:00 UTC."""
    morning = datetime(2026, 10, 25, 6, tzinfo=UTC)
    return _night(stage, size, local("2026-10-24T21:30"), morning, "the night of 25 October: clock back")


def _night(stage: Stage, size: Size, evening: datetime, morning: datetime, what: str) -> Line:
    """What falls due between 21:30 and 6:30 is shown at its own hour, and mailed at 7:00: at `morning`."""
    stage.begin(evening - HOUR, seconds=240)
    moments = [evening.astimezone(UTC)]
    while moments[-1] + size.night_step < morning:
        moments.append(moments[-1] + size.night_step)
    for part, due_at in zip(_shares(size.count, len(moments)), moments, strict=True):
        stage.remind(part, due_at=due_at, mail_at=morning)
    for moment in (*moments, morning):
        stage.clock.set(moment - STEP)
        stage.settle(partial(stage.ledger.is_complete, moment))
    return _line(what, stage.ledger.measured(), 5 * MINUTE, wrong=_at_another_hour(stage))


def refusing_mail_server(stage: Stage, size: Size) -> Line:
    """The mail server answers 4xx for a day."""
    stage.begin(local("2026-11-10T09:00"), seconds=240 + size.count / 2)
    start = stage.clock.now()
    coordinator = User.objects.get(pk=stage.people[0])
    stage.post.answer = lambda _address: "451 4.3.0 try again later"
    stage.remind(size.count)
    stage.settle(lambda: state_for(coordinator, at=stage.clock.now()).failing, step=MINUTE)
    alarmed = stage.clock.now() - start
    while stage.clock.now() < start + DAY:
        tried = stage.tries() + size.count
        stage.clock.move(min(4 * HOUR, start + DAY - stage.clock.now()))
        if local_hour(stage.clock.now()) in range(7, 21):
            stage.settle(partial(_has_tried, stage, tried), step=MINUTE)
        stage.await_rest()
    assert not stage.post.arrivals
    stage.post.answer = lambda _address: "250 OK"
    well = stage.clock.now()
    stage.settle(step=MINUTE)
    measured = stage.ledger.measured(since=well)
    gone = not state_for(coordinator, at=stage.clock.now()).failing
    return Line(
        "SMTP answers 4xx for a day, then well",
        f"{_said(measured)}, alarm after {_minutes(alarmed)}, {'gone' if gone else 'still there'} when well",
        "lost 0, twice 0, no extra mail, alarm within 15:00",
        _is_whole(measured, extra=0) and alarmed <= 15 * MINUTE and gone,
    )


def always_raises(stage: Stage, size: Size) -> Line:
    """One reminder that cannot be judged lies in front of all the others."""
    stage.begin(local("2026-11-12T09:00"), seconds=240)
    stage.remind(1, kind=BROKEN, due_at=stage.clock.now() - MINUTE)
    for part in _shares(size.count, 4):
        stage.remind(part)
        stage.settle()
        stage.clock.move(4 * MINUTE)
    broken = Reminder.objects.waiting().filter(kind=BROKEN, attempts__gt=1)
    line = _line("one reminder that always raises: the others", stage.ledger.measured(), 5 * MINUTE)
    return line if broken.count() == 1 else _untried(line)


FAULTS: tuple[Callable[[Stage, Size], Line], ...] = (
    killed_worker,
    killed_between_250_and_commit,
    flushed_redis,
    redis_gone,
    restarted_postgres,
    two_beats_four_workers,
    stopped_for_three_days,
    moved_clock,
    spring_night,
    autumn_night,
    refusing_mail_server,
    always_raises,
)


def _shares(count: int, parts: int) -> list[int]:
    """`count` in `parts` that differ by one at most."""
    return [count // parts + (number < count % parts) for number in range(parts)]


def _has_tried(stage: Stage, tries: int) -> bool:
    return stage.tries() >= tries


def local_hour(at: datetime) -> int:
    return at.astimezone(AMSTERDAM).hour


def _at_another_hour(stage: Stage) -> int:
    """How many were shown or mailed at another local hour than they were due, or before they were."""
    return sum(
        local_hour(due) != local_hour(seen) or seen < due
        for due_at, shown_at, mail_at, mailed_at in stage.ledger.moments()
        for due, seen in ((due_at, shown_at), (mail_at, mailed_at))
    )


def _is_whole(measured: Measured, *, extra: int) -> bool:
    return not (measured.lost or measured.twice) and measured.extra <= extra and measured.same_id


def _line(
    what: str, measured: Measured, goal: timedelta, *, extra: int = 0, wrong: int | None = None
) -> Line:
    """`extra` mails are allowed for one reminder: where a worker or the database dies, one."""
    found = f"{_said(measured)}, late {_minutes(measured.late)}"
    asked = f"lost 0, twice 0, {'1' if extra else 'no'} extra mail, late ≤ {_minutes(goal)}"
    if wrong is not None:
        found, asked = f"{found}, at another hour {wrong}", f"{asked}, another hour 0"
    return Line(what, found, asked, _is_whole(measured, extra=extra) and measured.late <= goal and not wrong)


def _untried(line: Line) -> Line:
    return Line(line.what, f"{line.measured}; the fault did not happen", line.goal, holds=False)


def _said(measured: Measured) -> str:
    said = f"lost {measured.lost}, twice {measured.twice}"
    if measured.mailed_again:
        ids = "same Message-ID" if measured.same_id else "ANOTHER Message-ID"
        said += f", {measured.mailed_again} mailed again (at most {measured.extra} extra, {ids})"
    return said


def _minutes(length: timedelta) -> str:
    seconds = round(length.total_seconds())
    return f"{seconds // 60}:{seconds % 60:02}"
