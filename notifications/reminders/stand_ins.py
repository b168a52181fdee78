"""Who stands in for somebody who is away: nobody who has left, and nobody who is away as well."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Q

from accounts.models import User
from hospital.clock import local_day
from notifications.models import Absence

READ = (
    Absence.objects.select_related("substitute")
    .only("user", "first_day", "last_day", "substitute__name", "substitute__is_active")
    .distinct()
)


@dataclass(frozen=True)
class StandIns:
    """Who stands in for some people, to be asked about any number of moments."""

    absences: Mapping[UUID, Absence]

    @classmethod
    def of(cls, people: Iterable[UUID]) -> "StandIns":
        """Those of `people`, in one statement."""
        ids = list(people)
        rows = READ.filter(Q(user__in=ids) | Q(user__stands_in_for__user__in=ids))
        return cls({row.user_id: row for row in rows})

    def at(self, user: UUID, moment: datetime) -> UUID | None:
        """Who stands in for `user` on the local day of `moment`."""
        day = local_day(moment)
        absence = self._between(user, day, day)
        found = self._substitute(absence, day, day) if absence else None
        return found.pk if found else None

    def until(self, user: UUID, moment: datetime) -> date | None:
        """Until when `user`, who is away on the local day of `moment`, is."""
        day = local_day(moment)
        absence = self._between(user, day, day)
        return absence.last_day if absence else None

    def mark(self, person: User, first_day: date, last_day: date | None = None) -> None:
        """Say on `person` that they are away on one of these local days, and who stands in all that time."""
        absence = self._between(person.pk, first_day, last_day or first_day)
        if absence is None:
            return
        person.away_until = absence.last_day
        first, last = max(first_day, absence.first_day), min(last_day or first_day, absence.last_day)
        if found := self._substitute(absence, first, last):
            person.stood_in_by = found.name

    def _substitute(self, absence: Absence, first_day: date, last_day: date) -> User | None:
        """Who stands in on these days of `absence`, on each of them: in service, and there."""
        found = absence.substitute
        is_there = found.is_active and self._between(found.pk, first_day, last_day) is None
        return found if is_there else None

    def _between(self, user: UUID, first_day: date, last_day: date) -> Absence | None:
        absence = self.absences.get(user)
        is_away = absence and absence.first_day <= last_day and first_day <= absence.last_day
        return absence if is_away else None


def mark_away(people: Iterable[User], *, at: datetime) -> None:
    """Say on each of `people` who is away at `at` until when, and who stands in; in one statement."""
    each = list(people)
    stand_ins = StandIns.of(one.pk for one in each) if each else StandIns({})
    for one in each:
        stand_ins.mark(one, local_day(at))
