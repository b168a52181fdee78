import threading
from datetime import UTC, date, datetime
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, connections, transaction

from evaluations import batches, release
from evaluations.answers import submit
from evaluations.batch_keys import BatchKeyMissingError, BatchKeys
from evaluations.enums import Question
from evaluations.models import Batch, Envelope, EvaluationPolicy, Invitation, Tally
from evaluations.release import quarter_of
from evaluations.tallies import tallies
from evaluations.tests.factories import InvitationFactory, answer, ticket_of

NOVEMBER = datetime(2026, 11, 22, 12, tzinfo=UTC)
QUARTER = date(2026, 10, 1)
pytestmark = [pytest.mark.django_db, pytest.mark.clock(NOVEMBER)]


def answered(count, **changes):
    invitations = InvitationFactory.create_batch(count)
    for invitation in invitations:
        answer(invitation, **changes)
    return invitations


def test_five_answers_become_counts_and_nothing_else():
    answered(4)
    answered(1, mark="3", blame="0-0", recommend="no")
    silent = InvitationFactory()
    old = batches.current()
    assert old is not None
    assert release.release(at=NOVEMBER).opened == 5
    counts = tallies(starts_on=QUARTER, ends_on=QUARTER)
    assert {value: n for value, n in counts[Question.MARK].items() if n} == {"8": 4, "3": 1}
    assert {value: n for value, n in counts[Question.BLAME].items() if n} == {"3-1": 4, "0-0": 1}
    assert counts[Question.RECOMMEND] == {"yes": 4, "no": 1}
    assert not Envelope.objects.exists()
    assert set(Invitation.objects.filter(answered=False)) == {silent}
    old.refresh_from_db()
    new = batches.current()
    assert new is not None
    assert (old.released_at, bytes(new.public_key) == bytes(old.public_key)) == (NOVEMBER, False)
    assert batches.keys().batches() == {new.id}


def test_four_answers_stay_sealed_and_are_carried_over():
    answered(4)
    before = list(Envelope.objects.order_by("id").values_list("id", "sealed"))
    assert release.release(at=NOVEMBER).opened is None
    assert [(i, bytes(s)) for i, s in before] == [
        (i, bytes(s)) for i, s in Envelope.objects.order_by("id").values_list("id", "sealed")
    ]
    assert not Tally.objects.exists()
    assert not Invitation.objects.filter(answered=True).exists()
    answered(1)
    assert release.release(at=NOVEMBER).opened == 5


def test_doubles_do_not_make_five():
    for invitation in answered(3):
        answer(invitation)
    assert Envelope.objects.count() == 6
    assert release.release(at=NOVEMBER).opened is None


def test_of_doubles_one_counts():
    first, *_others = answered(5, mark="8")
    answer(first, mark="2")
    assert release.release(at=NOVEMBER).opened == 5
    assert sum(tallies(starts_on=QUARTER, ends_on=QUARTER)[Question.MARK].values()) == 5


def test_releases_of_one_quarter_add_up():
    answered(5)
    release.release(at=NOVEMBER)
    answered(6)
    release.release(at=NOVEMBER)
    assert tallies(starts_on=QUARTER, ends_on=QUARTER)[Question.MARK]["8"] == 11
    assert tallies(starts_on=date(2026, 1, 1), ends_on=date(2026, 9, 30))[Question.MARK]["8"] == 0


def test_open_questions_are_left_out_of_the_counts():
    batches.ensure_one(at=NOVEMBER)
    for invitation in InvitationFactory.create_batch(5):
        submit(ticket=ticket_of(invitation), answers={"mark": "7"})
    release.release(at=NOVEMBER)
    assert set(Tally.objects.values_list("question", "value", "count")) == {("mark", "7", 5)}


def test_policy_may_ask_for_more_than_five_and_never_for_less():
    EvaluationPolicy.objects.create(release_at_least=7)
    answered(6)
    assert release.release(at=NOVEMBER).opened is None
    with pytest.raises(IntegrityError), transaction.atomic():
        EvaluationPolicy.objects.update(release_at_least=4)


def test_damaged_envelope_is_left_out():
    answered(5)
    Envelope.objects.create(batch=Batch.objects.get(), sealed=b"x" * 560)
    assert release.release(at=NOVEMBER).opened == 5


def test_missing_key_is_said_and_leaves_everything_as_it_was():
    answered(5)
    batch = batches.current()
    assert batch is not None
    batches.keys().destroy(batch.id)
    with pytest.raises(BatchKeyMissingError):
        release.release(at=NOVEMBER)
    with pytest.raises(CommandError, match="Nothing was changed"):
        call_command("release_evaluations")
    assert (Envelope.objects.count(), Tally.objects.count()) == (5, 0)
    assert batches.current() == batch


def test_answers_whose_key_is_gone_for_good_can_be_given_up():
    answered(5)
    batch = batches.current()
    assert batch is not None
    batches.keys().destroy(batch.id)
    out = StringIO()
    call_command("release_evaluations", "--discard", stdout=out)
    assert "5 unreadable answers discarded" in out.getvalue()
    assert (Envelope.objects.count(), batches.current() == batch) == (0, False)
    call_command("release_evaluations", "--discard", stdout=(out := StringIO()))
    assert "0 unreadable answers discarded" in out.getvalue()


def test_killed_before_the_commit_nothing_happened_and_the_next_run_does_it(monkeypatch):
    answered(5)
    monkeypatch.setattr(batches, "open_new", lambda **_: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        release.release(at=NOVEMBER)
    monkeypatch.undo()
    assert (Envelope.objects.count(), Tally.objects.count()) == (5, 0)


def test_killed_between_commit_and_destruction_the_next_run_destroys_the_key(monkeypatch):
    answered(5)
    old = batches.current()
    assert old is not None
    with monkeypatch.context() as patch:
        patch.setattr(BatchKeys, "destroy", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            release.release(at=NOVEMBER)
    assert old.id in batches.keys().batches()
    assert Tally.objects.exists()
    assert release.release(at=NOVEMBER).opened is None
    assert old.id not in batches.keys().batches()


def test_key_of_a_batch_that_never_came_to_be_is_destroyed():
    answered(1)
    stray = Batch(opened_at=NOVEMBER)
    batches.keys().create(stray.id)
    release.release(at=NOVEMBER)
    current = batches.current()
    assert current is not None
    assert batches.keys().batches() == {current.id}


def test_command_says_what_it_did():
    out = StringIO()
    call_command("release_evaluations", stdout=out)
    assert "Not enough answers yet" in out.getvalue()
    answered(5)
    call_command("release_evaluations", stdout=out)
    assert "5 answers added" in out.getvalue()


@pytest.mark.parametrize(
    ("at", "quarter"),
    [
        (datetime(2026, 1, 1, 0, tzinfo=UTC), date(2026, 1, 1)),
        (datetime(2026, 3, 31, 21, 59, tzinfo=UTC), date(2026, 1, 1)),
        # Already April in Amsterdam.
        (datetime(2026, 3, 31, 22, 0, tzinfo=UTC), date(2026, 4, 1)),
        (datetime(2026, 12, 31, 23, 0, tzinfo=UTC), date(2027, 1, 1)),
    ],
)
def test_quarter_is_that_of_the_release_in_local_time(at, quarter):
    assert quarter_of(at) == quarter


@pytest.mark.django_db(transaction=True)
def test_answer_that_comes_during_a_release_goes_into_the_next_batch():
    answered(5)
    late = InvitationFactory()
    sent = threading.Event()

    def send():
        try:
            answer(late)
        finally:
            sent.set()
            connections.close_all()

    thread = threading.Thread(target=send)
    with transaction.atomic():
        batches.own()
        thread.start()
        assert not sent.wait(0.5)
        release._open_batch(NOVEMBER)
    thread.join()
    assert Tally.objects.get(question=Question.MARK).count == 5
    envelope = Envelope.objects.get()
    assert envelope.batch == batches.current()


@pytest.mark.django_db(transaction=True)
def test_two_releases_at_once_count_each_answer_once():
    answered(8)
    start = threading.Barrier(2)

    def run():
        try:
            start.wait()
            release.release(at=NOVEMBER)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Tally.objects.get(question=Question.MARK).count == 8


@pytest.mark.django_db(transaction=True)
def test_no_trace_joins_an_answer_to_a_person_after_the_release():
    """All that a release wrote bears one transaction: neither its number nor the place of a row says who."""
    answered(6)
    release.release(at=NOVEMBER)
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT xmin::text FROM evaluations_invitation WHERE answered")
        assert len(cursor.fetchall()) == 1
        cursor.execute("SELECT count(*) FROM evaluations_envelope")
        assert cursor.fetchone() == (0,)
