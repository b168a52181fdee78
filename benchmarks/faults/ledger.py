"""What was expected and what came of it: seen from outside, not as the engine itself tells it."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from benchmarks.faults.post import Arrival
from hospital.mail import message_id


@dataclass(frozen=True)
class Measured:
    """Of all expected reminders: `lost` without notice or without mail; `twice`: shown more than once;
    `extra`: the most mails that one got beside the first, `mailed_again`: mails that came again; `same_id`:
    whether the mails of one reminder carry one Message-ID; `late`: the longest from its moment to a notice
    that could be read, or to the mail server's 250.
    """

    lost: int
    twice: int
    extra: int
    mailed_again: int
    same_id: bool
    late: timedelta


@dataclass
class Ledger:
    """The moments are those of the moved clock, when somebody looked: never earlier than it happened."""

    #: By subject: due in the app, and by mail.
    expected: dict[UUID, tuple[datetime, datetime]] = field(default_factory=dict)
    #: By notice: its subject, and when it was first seen.
    notices: dict[UUID, tuple[UUID, datetime]] = field(default_factory=dict)
    #: The subjects of the notices that one mail speaks for, by its Message-ID.
    spoken_for: defaultdict[str, set[UUID]] = field(default_factory=lambda: defaultdict(set))
    arrivals: list[Arrival] = field(default_factory=list)

    def expect(self, subjects: Iterable[UUID], due_at: datetime, mail_at: datetime) -> None:
        self.expected.update(dict.fromkeys(subjects, (due_at, mail_at)))

    def take_down(
        self, rows: Sequence[tuple[UUID, UUID, UUID | None]], arrivals: Sequence[Arrival], at: datetime
    ) -> bool:
        """The notices (id, subject, and the mail that speaks for it among others) and mails that are there at
        `at`; whether there is a new one.
        """
        before = len(self.notices) + len(self.arrivals)
        for notice, subject, mail in rows:
            self.notices.setdefault(notice, (subject, at))
            if mail:
                self.spoken_for[message_id(mail)].add(subject)
        self.arrivals = list(arrivals)
        return len(self.notices) + len(self.arrivals) > before

    def is_complete(self, at: datetime | None = None) -> bool:
        """Whether everything expected was shown and mailed, or what is due at `at`."""
        shown, mailed = self._shown(), self._mailed()
        return all(
            ((at and due_at > at) or subject in shown) and ((at and mail_at > at) or subject in mailed)
            for subject, (due_at, mail_at) in self.expected.items()
        )

    def measured(self, *, since: datetime | None = None) -> Measured:
        """What came of everything expected; lateness counts from `since` where the moment was before."""
        shown, mailed = self._shown(), self._mailed()
        waits = [timedelta(0)]
        for subject, moments in self.expected.items():
            for moment, seen in zip(moments, (shown[subject], [a.at for a in mailed[subject]]), strict=True):
                waits += [min(seen) - max(moment, since or moment)] if seen else []
        mails = list(mailed.values())
        arrived = Counter(arrival.message_id for arrival in self.arrivals)
        return Measured(
            lost=sum(not (shown[subject] and mailed[subject]) for subject in self.expected),
            twice=sum(len(seen) > 1 for seen in shown.values()),
            extra=max((len(found) - 1 for found in mails), default=0),
            mailed_again=sum(times > 1 for times in arrived.values()),
            same_id=all(len({arrival.message_id for arrival in found}) <= 1 for found in mails),
            late=max(waits),
        )

    def moments(self) -> list[tuple[datetime, datetime, datetime, datetime]]:
        """Of each that arrived: due in the app and shown, due by mail and mailed."""
        shown, mailed = self._shown(), self._mailed()
        return [
            (due_at, min(shown[subject]), mail_at, min(arrival.at for arrival in mailed[subject]))
            for subject, (due_at, mail_at) in self.expected.items()
            if shown[subject] and mailed[subject]
        ]

    def _shown(self) -> defaultdict[UUID, list[datetime]]:
        shown: defaultdict[UUID, list[datetime]] = defaultdict(list)
        for subject, at in self.notices.values():
            shown[subject].append(at)
        return shown

    def _mailed(self) -> defaultdict[UUID, list[Arrival]]:
        mailed: defaultdict[UUID, list[Arrival]] = defaultdict(list)
        for arrival in self.arrivals:
            if arrival.notice in self.notices:
                mailed[self.notices[arrival.notice][0]].append(arrival)
            elif arrival.notice is None:
                for subject in self.spoken_for[arrival.message_id]:
                    mailed[subject].append(arrival)
        return mailed
