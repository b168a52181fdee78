"""What is opened when, and what is left of it. Also covers evaluations.persons and evaluations.drawn_once."""

import logging
import threading
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from io import StringIO

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import IntegrityError, InternalError, connection, connections, transaction

from accounts.tests.factories import UserFactory
from evaluations import answers, batches, opening, persons
from evaluations.answer_tables import ANSWER_TABLES, FEELINGS
from evaluations.batch_keys import BatchKeyMissingError, BatchKeys
from evaluations.drawn import DrawnTable
from evaluations.models import Batch, Envelope, EvaluationPolicy, Invitation, Opening
from evaluations.opening import Repair, open_due
from evaluations.tests.factories import InvitationFactory, answer, person_of, ticket_of
from incidents.models import Involvement
from notifications.models import Mail

NOVEMBER = datetime(2026, 11, 22, 12, tzinfo=UTC)
#: Nights in which a period has just ended: Q4 2026, Q1 and Q2 2027.
JANUARY, APRIL, JULY = (
    datetime(*day, 3, 10, tzinfo=UTC) for day in ((2027, 1, 1), (2027, 4, 1), (2027, 7, 1))
)
Q4 = (date(2026, 10, 1), date(2026, 12, 31))
pytestmark = [pytest.mark.django_db, pytest.mark.clock(NOVEMBER)]


@pytest.fixture
def without_noise(monkeypatch):
    """What is opened is stored as it was counted."""
    monkeypatch.setattr(
        opening,
        "draw",
        lambda table, exact: DrawnTable(
            {cell: exact.get(cell, 0) for cell in table.cells}, dict.fromkeys(table.cells, table.variance)
        ),
    )


def answered(count, **changes):
    invitations = InvitationFactory.create_batch(count)
    for invitation in invitations:
        answer(invitation, **changes)
    return invitations


def invited_again(invitation, **fields):
    """The same person is invited for another contact."""
    employee = invitation.contact.offer.involvement.employee
    return InvitationFactory(contact__offer__involvement__employee=employee, **fields)


def tables(**period):
    """What was opened."""
    found = Opening.objects.get(**period).tables
    assert found is not None
    return found


def cells(table="mark", **period):
    return {cell: number for cell, number in tables(**period)[table]["cells"].items() if number}


def snapshot():
    """Every value of every row of every table, with the transaction that wrote the row."""
    found = {}
    with connection.cursor() as cursor:
        for model in apps.get_models(include_auto_created=True):
            cursor.execute(f'SELECT xmin::text, t::text FROM "{model._meta.db_table}" t')
            found[model._meta.db_table] = Counter(cursor.fetchall())
    return found


@pytest.mark.usefixtures("without_noise")
def test_at_the_end_of_a_period_the_answers_of_ten_people_become_tables_and_nothing_else():
    answered(9)
    answered(1, mark="3", blame="0-0", recommend="no")
    silent = InvitationFactory()
    old = batches.current()
    assert old is not None
    (ended,) = open_due(at=JANUARY)
    assert (ended.starts_on, ended.ends_on) == Q4
    assert cells() == {"8": 9, "3": 1}
    assert cells("recommend") == {"yes": 9, "no": 1}
    assert (cells(FEELINGS)["blame_before"], cells(FEELINGS)["blame_after"]) == (9 * 3 - 3, -9 - 3)
    assert not Envelope.objects.exists()
    assert set(Invitation.objects.filter(answered=False)) == {silent}
    old.refresh_from_db()
    new = batches.current()
    assert new is not None
    assert (old.released_at, bytes(new.public_key) == bytes(old.public_key)) == (JANUARY, False)
    assert batches.keys().batches() == {new.id}


def test_what_is_stored_has_the_declared_noise():
    answered(10)
    open_due(at=JANUARY)
    for table in ANSWER_TABLES:
        drawn = DrawnTable.from_json(tables()[table.name])
        assert set(drawn.cells) == set(table.cells)
        assert set(drawn.variances.values()) == {table.variance}
    assert len({number for table in tables().values() for number in table["cells"].values()}) > 5


def test_while_a_period_runs_nothing_is_opened():
    answered(12)
    assert open_due(at=datetime(2026, 12, 31, 22, 59, tzinfo=UTC)) == []
    assert (Envelope.objects.count(), Opening.objects.count()) == (12, 0)


def test_it_is_tried_once_for_a_period_and_never_each_night_until_the_tenth_comes():
    answered(9)
    (ended,) = open_due(at=JANUARY)
    assert ended.tables is None
    answered(1)
    assert open_due(at=JANUARY + timedelta(days=1)) == []
    assert Envelope.objects.count() == 10


@pytest.mark.usefixtures("without_noise")
def test_too_few_stay_sealed_and_go_on_in_the_same_batch():
    answered(9)
    batch = batches.current()
    before = set(Envelope.objects.values_list("id", flat=True))
    open_due(at=JANUARY)
    assert set(Envelope.objects.values_list("id", flat=True)) == before
    assert batches.current() == batch
    assert not Invitation.objects.filter(answered=True).exists()
    answered(1)
    (ended,) = open_due(at=APRIL)
    assert ended.ends_on == date(2027, 3, 31)
    assert cells(ends_on=ended.ends_on) == {"8": 10}


def test_a_worker_that_was_away_opens_once_for_the_last_period_that_ended():
    answered(10)
    ended = open_due(at=JULY)
    assert [(each.ends_on, each.tables is not None) for each in ended] == [
        (date(2026, 12, 31), False),
        (date(2027, 3, 31), False),
        (date(2027, 6, 30), True),
    ]


def test_a_period_is_as_long_as_the_policy_says():
    EvaluationPolicy.objects.create(period="year")
    answered(10)
    (ended,) = open_due(at=JANUARY)
    assert (ended.starts_on, ended.ends_on) == (date(2026, 1, 1), date(2026, 12, 31))


def test_periods_end_also_where_nobody_was_ever_invited():
    assert open_due(at=JANUARY) == []  # nobody works here
    UserFactory()
    (ended,) = open_due(at=JANUARY)
    assert ended.tables is None


@pytest.mark.usefixtures("without_noise")
def test_doubles_with_one_ticket_are_one_answer():
    for invitation in answered(9):
        answer(invitation)
    assert open_due(at=JANUARY)[0].tables is None


@pytest.mark.usefixtures("without_noise")
def test_five_invitations_of_one_person_count_once():
    (first,) = answered(1, mark="1")
    for _ in range(4):
        answer(invited_again(first), mark="1")
    answered(8)
    assert open_due(at=JANUARY)[0].tables is None  # nine people, thirteen envelopes
    answered(1)
    open_due(at=APRIL)
    assert cells(ends_on=date(2027, 3, 31)) == {"8": 9, "1": 1}
    assert Invitation.objects.filter(answered=True).count() == 14


@pytest.mark.usefixtures("without_noise")
def test_who_was_erased_between_two_invitations_counts_once():
    (first,) = answered(1, mark="1")
    again = invited_again(first)
    involvements = Involvement.objects.filter(pk=first.contact.offer.involvement_id)
    involvements.update(erased_at=NOVEMBER, employee=None, typed_name="", email="", telephone="")
    answer(again, mark="1")
    answered(9)
    open_due(at=JANUARY)
    assert cells() == {"8": 9, "1": 1}


def test_a_typed_address_of_an_employee_is_that_employee():
    employee = UserFactory(email="noor@umc.example")
    known = InvitationFactory(contact__offer__involvement__employee=employee)
    typed = InvitationFactory(
        contact__offer__involvement__employee=None, contact__offer__involvement__email="noor@umc.example"
    )
    batch = batches.current()
    assert batch is not None
    key = batches.keys().load(batch.id)
    assert persons.unseal(known.person, key) == persons.unseal(typed.person, key)


def test_who_may_still_answer_goes_on_into_the_next_batch_and_counts_once_there():
    december = datetime(2026, 12, 20, 12, tzinfo=UTC)
    answered(10)
    late, expired = InvitationFactory(invited_at=december), InvitationFactory()
    before = bytes(late.person)
    open_due(at=JANUARY)
    for each in (late, expired):
        each.refresh_from_db()
    assert expired.person is None
    assert bytes(late.person) != before
    batch = batches.current()
    assert batch is not None
    key = batches.keys().load(batch.id)
    again = persons.unseal(bytes(person_of(late.contact)), key)
    assert persons.unseal(bytes(late.person), key) == again
    assert set(Invitation.objects.filter(answered=True).values_list("person", flat=True)) == {None}


@pytest.mark.django_db(transaction=True)
def test_no_two_rows_show_that_they_are_of_one_person():
    first = InvitationFactory()
    again = invited_again(first)
    assert len({bytes(first.person), bytes(again.person), bytes(person_of(first.contact))}) == 3


@pytest.mark.django_db(transaction=True)
def test_two_dumps_around_the_opening_hold_no_exact_counts_of_a_unanimous_batch():
    for each in answered(10, mark="10", recommend="yes"):
        assert each.answered is False
    before = snapshot()
    open_due(at=JANUARY)
    after = snapshot()
    new = {table: after[table] - before[table] for table in after if after[table] - before[table]}
    assert set(new) == {
        "evaluations_batch",
        "evaluations_invitation",
        "evaluations_opening",
    }
    # One transaction wrote all of it, and what it wrote of answers is drawn.
    assert len({xmin for rows in new.values() for xmin, _row in rows}) == 1
    exact = {"mark": {"10": 10}, "recommend": {"yes": 10}}
    assert any(
        number != exact[table].get(cell, 0)
        for table in exact
        for cell, number in tables()[table]["cells"].items()
    )
    assert not Envelope.objects.exists()


def test_policy_may_ask_for_more_than_ten_people():
    EvaluationPolicy.objects.create(release_at_least=12)
    answered(11)
    assert open_due(at=JANUARY)[0].tables is None


def test_a_number_below_ten_that_was_put_into_the_database_is_not_believed():
    EvaluationPolicy.objects.create()
    with connection.cursor() as cursor:
        cursor.execute(
            "ALTER TABLE evaluations_evaluationpolicy DROP CONSTRAINT evaluation_policy_ten_at_least"
        )
    EvaluationPolicy.objects.update(release_at_least=1)
    answered(9)
    assert open_due(at=JANUARY)[0].tables is None


def test_what_others_wrote_into_the_database_is_left_out():
    invited = answered(10)
    batch = Batch.objects.get()
    Envelope.objects.create(batch=batch, sealed=b"x" * 560)
    Invitation.objects.filter(pk=invited[0].pk).update(person=b"x" * 80)
    assert open_due(at=JANUARY)[0].tables is None
    assert Invitation.objects.filter(answered=True).count() == 0


def test_an_opening_is_for_good_and_no_two_share_a_day():
    Opening.objects.create(starts_on=Q4[0], ends_on=Q4[1])
    with pytest.raises(IntegrityError, match="opening_period_once"), transaction.atomic():
        Opening.objects.create(starts_on=Q4[0], ends_on=Q4[1])
    with pytest.raises(IntegrityError, match="opening_periods_apart"), transaction.atomic():
        Opening.objects.create(starts_on=date(2026, 7, 1), ends_on=Q4[1])
    for change in (
        lambda: Opening.objects.update(tables={}),
        Opening.objects.all().delete,
        lambda: connection.cursor().execute("TRUNCATE evaluations_opening"),
    ):
        with pytest.raises((IntegrityError, InternalError)), transaction.atomic():
            change()


def test_no_line_is_logged_with_a_number(caplog):
    caplog.set_level(logging.INFO)
    answered(10)
    open_due(at=JANUARY)
    said = " ".join(record.getMessage() for record in caplog.records)
    assert "evaluations.period_ended" in said
    assert "10" not in said


def test_another_public_key_is_refused_by_the_web_and_by_the_opening():
    late = InvitationFactory()
    answered(10)
    Batch.objects.update(public_key=b"k" * 32)
    with pytest.raises(answers.NoBatchError):
        answers.submit(ticket=ticket_of(late), answers={"mark": "7"})
    with pytest.raises(opening.BatchKeyRefusedError):
        open_due(at=JANUARY)
    assert (Envelope.objects.count(), Opening.objects.count()) == (10, 0)


@pytest.mark.clock(JANUARY)
def test_the_command_says_that_it_changed_nothing():
    UserFactory(date_joined=NOVEMBER)
    answered(10)
    Batch.objects.update(public_key=b"k" * 32)
    with pytest.raises(CommandError, match="Nothing was changed"):
        call_command("release_evaluations")


def test_a_batch_of_somebody_else_is_refused():
    late = InvitationFactory()
    Batch.objects.update(released_at=NOVEMBER)
    Batch.objects.create(opened_at=NOVEMBER, public_key=b"k" * 32, key_mac=b"m" * 32)
    with pytest.raises(answers.NoBatchError):
        answers.submit(ticket=ticket_of(late), answers={"mark": "7"})
    with pytest.raises(opening.BatchKeyRefusedError):
        open_due(at=JANUARY)


def test_a_public_key_that_was_changed_is_put_right_by_the_private_one():
    answered(10)
    Batch.objects.update(public_key=b"k" * 32)
    assert opening.mend(at=NOVEMBER) == Repair.KEY_PUT_BACK
    assert opening.mend(at=NOVEMBER) == Repair.NOTHING_WRONG
    assert open_due(at=JANUARY)[0].tables is not None


def test_missing_key_is_said_and_leaves_everything_as_it_was():
    answered(10)
    batch = batches.current()
    assert batch is not None
    (batches.keys().directory / f"{batch.id}.key").unlink()
    with pytest.raises(BatchKeyMissingError):
        open_due(at=JANUARY)
    assert (Envelope.objects.count(), Opening.objects.count()) == (10, 0)
    assert batches.current() == batch


def test_where_the_key_is_gone_everybody_who_is_known_is_invited_again_and_nobody_is_exposed():
    first, second, *_others = answered(10)
    old, new_person = ticket_of(first), first.person
    involvements = Involvement.objects.filter(pk=second.contact.offer.involvement_id)
    involvements.update(erased_at=NOVEMBER, employee=None, typed_name="", email="", telephone="")
    batch = batches.current()
    assert batch is not None
    batches.keys().destroy(batch.id)
    out = StringIO()
    call_command("release_evaluations", "--discard", stdout=out)
    assert "invited again" in out.getvalue()
    assert (Envelope.objects.count(), batches.current() == batch) == (0, False)
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.version, first.answered, second.person) == (2, False, None)
    assert first.person not in {None, new_person}
    assert Mail.objects.filter(key=f"evaluation:{first.id}:2").exists()
    with pytest.raises(answers.TicketOverError):
        answers.check_ticket(text=old, at=NOVEMBER)
    answers.check_ticket(text=ticket_of(first), at=NOVEMBER)
    call_command("release_evaluations", "--discard", stdout=(out := StringIO()))
    assert "nothing was given up" in out.getvalue()


def test_killed_before_the_commit_nothing_happened_and_the_next_run_does_it(monkeypatch):
    answered(10)
    monkeypatch.setattr(batches, "open_new", lambda **_: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        open_due(at=JANUARY)
    monkeypatch.undo()
    assert (Envelope.objects.count(), Opening.objects.count()) == (10, 0)
    assert open_due(at=JANUARY)[0].tables is not None


def test_killed_between_commit_and_destruction_the_next_run_destroys_the_key(monkeypatch):
    answered(10)
    old = batches.current()
    assert old is not None
    with monkeypatch.context() as patch:
        patch.setattr(BatchKeys, "destroy", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            open_due(at=JANUARY)
    assert old.id in batches.keys().batches()
    assert Opening.objects.exists()
    assert open_due(at=JANUARY) == []
    assert old.id not in batches.keys().batches()


def test_key_of_a_batch_that_never_came_to_be_is_destroyed():
    answered(1)
    stray = Batch(opened_at=NOVEMBER)
    batches.keys().create(stray.id)
    open_due(at=NOVEMBER)
    current = batches.current()
    assert current is not None
    assert batches.keys().batches() == {current.id}


@pytest.mark.clock(JANUARY)
def test_command_says_what_became_of_the_period_and_no_number():
    UserFactory(date_joined=NOVEMBER)
    answered(10)
    call_command("release_evaluations", stdout=(out := StringIO()))
    assert out.getvalue() == "2026Q4: opened.\n"
    call_command("release_evaluations", stdout=(out := StringIO()))
    assert "No period has ended" in out.getvalue()


@pytest.mark.django_db(transaction=True)
def test_answer_that_comes_during_an_opening_goes_into_the_next_batch():
    answered(10)
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
        opening._end_next(JANUARY)
    thread.join()
    assert Envelope.objects.get().batch == batches.current()


@pytest.mark.django_db(transaction=True)
def test_two_openings_at_once_open_once():
    answered(12)
    start = threading.Barrier(2)

    def run():
        try:
            start.wait()
            open_due(at=JANUARY)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Opening.objects.get().tables is not None
    assert Batch.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_what_could_not_be_stored_is_not_drawn_again(monkeypatch):
    """A full disk, or somebody who makes the row fail each night: the next run stores the same numbers."""
    answered(10)
    drawn = []

    def fails(**fields):
        drawn.append(fields["tables"])
        raise OSError("no space left on device")

    for night in (JANUARY, JANUARY + timedelta(days=1)):
        with monkeypatch.context() as patched:
            patched.setattr(Opening.objects, "create", fails)
            with pytest.raises(OSError, match="no space"):
                open_due(at=night)
    late, other = InvitationFactory.create_batch(2, invited_at=JANUARY)
    answer(late)
    answer(other)
    open_due(at=JANUARY + timedelta(days=2))
    assert drawn == [tables()] * 2
    assert not list(batches.keys().directory.glob("*.drawn"))
    # What came since goes on with the next period's.
    assert Invitation.objects.filter(answered=True).count() == 10
    assert Envelope.objects.count() == 2
    answered(8)
    open_due(at=APRIL)
    assert tables(ends_on=date(2027, 3, 31))
    late.refresh_from_db()
    assert late.answered
