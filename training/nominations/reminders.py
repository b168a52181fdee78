"""What people hear of nominations, without a name; registered when the app starts."""

from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import datetime
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from accounts.enums import Role
from accounts.models import User
from notifications.enums import HandedOn
from notifications.models import Reminder
from notifications.reminders import kinds, reconcile
from notifications.reminders.kinds import Bundle, Kind
from notifications.reminders.schedule import cancel, cancel_each, remind, reminder
from training.enums import CandidateState
from training.models import Ballot, Candidate, HeadsAsked, PeerVote
from training.nominations import eligible

ASKED = "training.asked"
WILLING = "training.willing"
VOTE = "training.vote"
HEADS = "training.heads_asked"

Pairs = Sequence[tuple[User, UUID]]


def tell_asked(candidate: Candidate, at: datetime) -> None:
    """The candidate is asked something."""
    remind([_asked(candidate, at)])


def tell_willing(candidate: Candidate, at: datetime) -> None:
    """The coordinators hear that somebody would like to."""
    remind([_willing(candidate, at)])


def was_answered(candidate: Candidate, at: datetime) -> None:
    cancel(subject_id=candidate.pk, at=at, kinds=[ASKED, WILLING])


def tell_vote(vote: PeerVote, at: datetime) -> None:
    """Everybody in the department is asked to vote."""
    people = User.objects.filter(department=vote.department_id, is_active=True)
    remind(_vote(vote, pk, at) for pk in people.values_list("pk", flat=True))


def vote_over(vote: PeerVote, at: datetime) -> None:
    cancel(subject_id=vote.pk, at=at)


def tell_heads(asked: HeadsAsked, heads: Sequence[User], at: datetime) -> int:
    """The heads of department are asked; how many."""
    remind(
        reminder(
            key=f"{HEADS}:{asked.pk}:{head.pk}",
            kind=HEADS,
            due_at=at,
            subject_id=asked.pk,
            url=reverse("training:nominate"),
            recipient=head,
        )
        for head in heads
    )
    return len(heads)


def drop(candidates: Collection[UUID], at: datetime) -> None:
    """Nothing about these is told any more."""
    cancel_each(candidates, at=at)


def expected(at: datetime) -> Iterator[Reminder]:
    """What each candidate who was asked or is willing wants, for the nightly search for what is missing."""
    asked = Candidate.objects.filter(state=CandidateState.ASKED)
    willing = Candidate.objects.filter(state=CandidateState.WILLING)
    yield from (_asked(row, at) for row in asked.iterator(chunk_size=500))
    yield from (_willing(row, at) for row in willing.iterator(chunk_size=500))


def _asked(candidate: Candidate, at: datetime) -> Reminder:
    return reminder(
        key=f"{ASKED}:{candidate.pk}",
        kind=ASKED,
        due_at=at,
        subject_id=candidate.pk,
        url=reverse("training:asked"),
        recipient=candidate.user_id,
    )


def _willing(candidate: Candidate, at: datetime) -> Reminder:
    return reminder(
        key=f"{WILLING}:{candidate.pk}",
        kind=WILLING,
        due_at=at,
        subject_id=candidate.pk,
        url=f"{reverse('training:candidates')}?state=willing",
        role=Role.COORDINATOR,
    )


def _vote(vote: PeerVote, user: UUID, at: datetime) -> Reminder:
    return reminder(
        key=f"{VOTE}:{vote.pk}:{user}",
        kind=VOTE,
        due_at=at,
        subject_id=vote.pk,
        url=reverse("training:vote", args=[vote.pk]),
        recipient=user,
    )


def _is_asked(pairs: Pairs) -> list[bool]:
    rows = Candidate.objects.filter(pk__in={pk for _user, pk in pairs}, state=CandidateState.ASKED)
    asked = set(rows.values_list("user_id", "pk"))
    return [(user.pk, pk) in asked for user, pk in pairs]


def _is_willing(pairs: Pairs) -> list[bool]:
    rows = Candidate.objects.filter(pk__in={pk for _user, pk in pairs}, state=CandidateState.WILLING)
    willing = set(rows.values_list("pk", flat=True))
    return [user.has_role(Role.COORDINATOR) and pk in willing for user, pk in pairs]


def _some_are_willing(user: User) -> bool:
    willing = Candidate.objects.filter(state=CandidateState.WILLING)
    return user.has_role(Role.COORDINATOR) and willing.exists()


def _may_vote(pairs: Pairs) -> list[bool]:
    rows = PeerVote.objects.open().filter(pk__in={pk for _user, pk in pairs})
    votes = dict(rows.values_list("pk", "department"))
    marks = {eligible.mark("vote", pk, user.pk) for user, pk in pairs}
    cast = set(Ballot.objects.filter(mark__in=marks).values_list("mark", flat=True))
    return [
        pk in votes and user.department_id == votes[pk] and eligible.mark("vote", pk, user.pk) not in cast
        for user, pk in pairs
    ]


def _is_head(pairs: Pairs) -> list[bool]:
    asked = set(HeadsAsked.objects.values_list("pk", flat=True))
    return [user.has_role(Role.TEAM_LEADER) and pk in asked for user, pk in pairs]


def _one(concern: Callable[[Pairs], list[bool]]) -> Callable[[User, UUID], bool]:
    return lambda user, pk: concern([(user, pk)])[0]


KINDS = (
    Kind(
        code=ASKED,
        line=_("Colleagues would talk with you. The coordinator would like to ask you something."),
        concerns=_one(_is_asked),
        concern=_is_asked,
        handed_on=HandedOn.STAYS,
    ),
    Kind(
        code=WILLING,
        line=_("Somebody would like to become a supporter."),
        concerns=_one(_is_willing),
        concern=_is_willing,
        bundle=Bundle(
            line=ngettext_lazy(
                "%(count)d colleague would like to become a supporter.",
                "%(count)d colleagues would like to become a supporter.",
                "count",
            ),
            page="training:candidates",
            concerns=_some_are_willing,
        ),
    ),
    Kind(
        code=VOTE,
        line=_("Your department votes: with whom would you talk?"),
        concerns=_one(_may_vote),
        concern=_may_vote,
        handed_on=HandedOn.STAYS,
    ),
    Kind(
        code=HEADS,
        line=_("Whom in your department would you confide in? Name a colleague for peer support."),
        concerns=_one(_is_head),
        concern=_is_head,
        handed_on=HandedOn.STAYS,
    ),
)


def register() -> None:
    """Make known to `notifications` the kinds, and what must be there each night."""
    for kind in KINDS:
        kinds.register(kind)
    reconcile.expectations.append(expected)
