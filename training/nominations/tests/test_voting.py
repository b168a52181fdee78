"""A department votes, and the heads are asked.

Also covers training.nominations.heads and training.nominations.reminders.
"""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from accounts.enums import Role
from accounts.tests.factories import DepartmentFactory, UserFactory
from notifications.models import Reminder
from notifications.reminders import kinds
from supporters.tests.factories import SupporterFactory
from training import tasks
from training.models import Ballot, Candidate, HeadsAsked, PeerVote, TrainingPolicy
from training.nominations import eligible, heads, reminders, voting
from training.tests.factories import CandidateFactory, PeerVoteFactory

NOW = datetime(2026, 11, 18, 14, 0, tzinfo=UTC)
TODAY = date(2026, 11, 18)
pytestmark = [pytest.mark.django_db, pytest.mark.clock(NOW)]


@pytest.fixture
def ward():
    return DepartmentFactory()


@pytest.fixture
def people(ward):
    return UserFactory.create_batch(6, department=ward)


@pytest.fixture
def vote(ward):
    return PeerVoteFactory(department=ward)


def cast(vote, by, choice, at=NOW):
    voting.cast(vote=vote, choice=choice, by=by, at=at)


def test_a_vote_is_counted_by_itself_and_its_ballots_go(vote, people):
    one, two, three, *_rest = people
    cast(vote, one, two)
    cast(vote, two, three)
    cast(vote, three, two)
    tasks.keep_candidates()
    assert Ballot.objects.count() == 3  # it is not over yet
    after = NOW + timedelta(days=15)
    assert voting.count_due(at=after) == 1
    vote.refresh_from_db()
    assert (vote.ballots, vote.counted_on) == (3, date(2026, 12, 3))
    assert not Ballot.objects.exists()
    assert {*Candidate.objects.values_list("user", "votes", "named")} == {(two.pk, 2, 0), (three.pk, 1, 0)}
    assert voting.count(vote, at=after) is False
    with pytest.raises(voting.VoteOver):
        cast(vote, people[3], two, at=after)


def test_fewer_than_three_ballots_count_nothing(vote, people):
    one, two, *_rest = people
    cast(vote, one, two)
    cast(vote, two, one)
    voting.count(vote, at=NOW)
    vote.refresh_from_db()
    assert (vote.ballots, vote.counted_on) == (None, TODAY)
    assert not Candidate.objects.exists()
    assert not Ballot.objects.exists()


def test_votes_add_to_names_and_not_to_who_was_asked_or_supports(vote, people):
    named, asked, supports, *voters = people
    CandidateFactory(user=named, named=2)
    CandidateFactory(user=asked, asked=True)
    SupporterFactory(user=supports)
    for by, choice in zip(voters, (named, asked, supports), strict=True):
        cast(vote, by, choice)
    voting.count(vote, at=NOW)
    assert {*Candidate.objects.values_list("user", "named", "votes")} == {(named.pk, 2, 1), (asked.pk, 1, 0)}


def test_one_ballot_a_person_and_none_for_oneself_or_from_elsewhere(vote, people):
    one, two, *_rest = people
    cast(vote, one, two)
    with pytest.raises(voting.VotedAlready):
        cast(vote, one, people[2])
    with pytest.raises(eligible.IsSelf):
        cast(vote, two, two)
    with pytest.raises(voting.VoteOver):
        cast(vote, UserFactory(), two)
    with pytest.raises(eligible.FromOutside):
        cast(vote, two, UserFactory())
    [ballot] = Ballot.objects.all()
    assert {str(one.pk), str(one.pk.hex)} & {ballot.mark, str(ballot.choice_id)} == set()
    assert {field.name for field in Ballot._meta.get_fields()} == {"mark", "vote", "choice"}


def test_a_department_holds_one_vote_at_a_time_with_an_end(ward):
    coordinator = UserFactory(roles=[Role.COORDINATOR])

    def opened(closes_on):
        return voting.open_vote(department=ward, closes_on=closes_on, by=coordinator, at=NOW)

    for wrong in (TODAY, TODAY + timedelta(days=voting.LONGEST + 1)):
        with pytest.raises(voting.WrongDay):
            opened(wrong)
    opened(TODAY + timedelta(days=1))
    with pytest.raises(voting.AlreadyOpen):
        opened(TODAY + timedelta(days=2))


def test_everybody_in_the_department_is_asked_until_they_voted(ward, people):
    coordinator = UserFactory(roles=[Role.COORDINATOR])
    vote = voting.open_vote(department=ward, closes_on=TODAY + timedelta(days=3), by=coordinator, at=NOW)
    assert {*Reminder.objects.values_list("recipient", flat=True)} == {one.pk for one in people}
    kind, (one, two, *_rest) = kinds.get(reminders.VOTE), people
    cast(vote, one, two)
    asked = [(one, vote.pk), (two, vote.pk), (coordinator, vote.pk)]
    assert kind.concern is not None
    assert kind.concern(asked) == [False, True, False]
    voting.count(vote, at=NOW)
    assert not Reminder.objects.waiting().exists()


def test_the_database_keeps_quiet_about_few(vote):
    with pytest.raises(IntegrityError, match="peer_vote_few_are_not_told"), transaction.atomic():
        PeerVote.objects.filter(pk=vote.pk).update(counted_on=TODAY, ballots=2)


def test_heads_are_asked_first_by_the_coordinator_and_then_every_so_many_months():
    head = UserFactory(roles=[Role.TEAM_LEADER])
    UserFactory(roles=[Role.TEAM_LEADER], leaver=True)
    tasks.ask_heads()
    assert not Reminder.objects.exists()
    assert heads.ask_heads(at=NOW) == 1
    with pytest.raises(heads.AskedToday):
        heads.ask_heads(at=NOW)
    assert heads.next_on(TrainingPolicy.current()) == date(2027, 5, 18)
    assert heads.ask_heads_due(at=datetime(2027, 5, 17, 12, tzinfo=UTC)) == 0
    assert heads.ask_heads_due(at=datetime(2027, 5, 18, 12, tzinfo=UTC)) == 1
    assert HeadsAsked.objects.count() == 1
    assert {*Reminder.objects.values_list("recipient", flat=True)} == {head.pk}
    TrainingPolicy.objects.create(heads_asked_months=0)
    assert heads.ask_heads_due(at=datetime(2028, 5, 18, 12, tzinfo=UTC)) == 0
