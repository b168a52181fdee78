"""Who is mailed at night: one rule, for the mail that is written (sweep) and that leaves (outbox)."""

from datetime import datetime

from hospital.clock import is_working_day, local_day, moment_of
from hospital.models import WorkingHours
from notifications.delivery import digest
from notifications.models import DeliveryPolicy
from notifications.reminders import kinds
from notifications.reminders.kinds import Kind


def mailed_at(kind: Kind, *, at: datetime, policy: DeliveryPolicy) -> datetime:
    """When what comes up at `at` is mailed: what is urgent at once, a term of the law when the night is over,
    everything else when the quiet hours are, of the weekend too.

    The one mail for what waited is due when that something's quiet hours were over: it waits for nights only.
    """
    if kind.urgent:
        return at
    if kind.legal or kind is digest.WAITED:
        return policy.quiet_nights.over_at(at)
    return policy.quiet_hours.over_at(at)


def mailed_at_of_each(*, at: datetime, policy: DeliveryPolicy) -> dict[str, datetime]:
    """The same of every kind, by its code."""
    return {kind.code: mailed_at(kind, at=at, policy=policy) for kind in kinds.registered()}


def before_the_morning(at: datetime, *, policy: DeliveryPolicy) -> bool:
    """Whether `at` (aware) lies in quiet hours that end on a working day before the mail of that day."""
    over = policy.quiet_hours.over_at(at)
    day = local_day(over)
    # Days off by decree are asked for in quiet hours alone.
    return at < over <= moment_of(day, policy.digest_at) and is_working_day(
        day, WorkingHours.current().office.decreed
    )


def waiting(*, at: datetime, policy: DeliveryPolicy) -> list[str]:
    """The kinds of which no mail leaves at `at`."""
    return [code for code, moment in mailed_at_of_each(at=at, policy=policy).items() if moment > at]
