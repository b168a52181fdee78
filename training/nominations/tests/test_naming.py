"""Naming, applying, asking and answering; and that nobody can read who named whom.

Also covers training.nominations.asking, training.nominations.eligible and training.nominations.forgetting.
"""

import json
import threading
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.enums import Role
from accounts.models import AccessEvent
from accounts.staff import leaving
from accounts.tests.factories import UserFactory
from notifications.models import Reminder
from supporters.tests.factories import SupporterFactory
from training import tasks
from training.enums import CandidateState, Entry
from training.models import Candidate, NamingMark, TrainingPolicy
from training.nominations import asking, eligible, naming
from training.tests.factories import CandidateFactory

NOW = datetime(2026, 11, 18, 14, 0, tzinfo=UTC)
TODAY = date(2026, 11, 18)
pytestmark = [pytest.mark.django_db, pytest.mark.clock(NOW)]


def named(colleague, *names):
    for by in names:
        naming.name_colleague(colleague=colleague, by=by, at=NOW)
    return Candidate.objects.filter(user=colleague).first()


def test_several_names_add_up_and_each_counts_once():
    colleague, one, two = UserFactory.create_batch(3)
    candidate = named(colleague, one, one, two, one)
    assert (candidate.named, candidate.state, candidate.named_on) == (2, CandidateState.NAMED, TODAY)


def test_no_row_holds_who_named():
    colleague, by = UserFactory(), UserFactory()
    with connection.cursor() as cursor:
        before = _everything(cursor)
        named(colleague, by)
        written = [row for row in _everything(cursor) if row not in before]
    assert len(written) == 2  # the candidate, and the mark
    assert not [row for row in written if str(by.pk) in row]
    assert not [row for row in written if "14:00" in row]
    assert not AccessEvent.objects.exists()
    assert {field.get_internal_type() for field in NamingMark._meta.get_fields()} == {
        "CharField",
        "ForeignKey",
    }


def _everything(cursor):
    cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename")
    found = []
    for (table,) in cursor.fetchall():
        cursor.execute(f'SELECT to_jsonb(t)::text FROM "{table}" t')  # of the catalogue
        found += [f"{table}: {json.dumps(json.loads(row))}" for (row,) in cursor.fetchall()]
    return found


@pytest.mark.parametrize(
    ("who", "error"),
    [
        ({"leaver": True}, eligible.HasLeft),
        ({"partner": True}, eligible.FromOutside),
        ({"roles": [Role.COORDINATOR]}, eligible.HasRole),
        ({"roles": [Role.PRIVACY_OFFICER]}, eligible.HasRole),
        ({"roles": [Role.ADMIN]}, eligible.HasRole),
    ],
)
def test_who_cannot_be_named(who, error):
    with pytest.raises(error):
        named(UserFactory(**who), UserFactory())
    assert not Candidate.objects.exists()


def test_nobody_names_herself():
    somebody = UserFactory()
    with pytest.raises(eligible.IsSelf):
        named(somebody, somebody)


def test_the_hospital_says_which_way_it_goes():
    TrainingPolicy.objects.create(entry=Entry.APPLICATION)
    with pytest.raises(eligible.NotThisWay):
        named(UserFactory(), UserFactory())
    naming.apply(by=UserFactory(), at=NOW)
    TrainingPolicy.objects.update(entry=Entry.NOMINATION)
    with pytest.raises(eligible.NotThisWay):
        naming.apply(by=UserFactory(), at=NOW)


@pytest.mark.parametrize("state", ["asked", "willing", "declined"])
def test_nothing_more_is_kept_of_who_was_asked(state):
    candidate = CandidateFactory(**{state: True})
    named(candidate.user, UserFactory())
    candidate.refresh_from_db()
    assert (candidate.named, candidate.state) == (1, state)
    assert not NamingMark.objects.exists()


def test_nor_of_who_supports_already():
    assert named(SupporterFactory(trained=True).user, UserFactory()) is None


def test_asking_forgets_who_named_and_tells_without_a_name():
    coordinator, by = UserFactory(roles=[Role.COORDINATOR]), UserFactory()
    candidate = named(UserFactory(), by)
    asking.ask(candidate=candidate, by=coordinator, at=NOW)
    assert not NamingMark.objects.exists()
    [told] = Reminder.objects.all()
    assert (told.recipient, told.kind) == (candidate.user, "training.asked")
    assert [event.object_ref for event in AccessEvent.objects.all()] == [str(candidate.user_id)]
    with pytest.raises(asking.NotNow):
        asking.ask(candidate=candidate, by=coordinator, at=NOW)


def test_who_declines_leaves_no_word_and_who_is_willing_is_told_to_the_coordinator():
    silent, glad = CandidateFactory(asked=True), CandidateFactory(asked=True)
    asking.answer(candidate=silent, yes=False, at=NOW)
    assert not Reminder.objects.waiting().exists()
    asking.answer(candidate=glad, yes=True, at=NOW)
    [told] = Reminder.objects.waiting()
    assert (told.role, told.subject_id) == (Role.COORDINATOR, glad.pk)
    with pytest.raises(asking.NotNow):
        asking.answer(candidate=glad, yes=True, at=NOW)
    asking.answer(candidate=glad, yes=False, at=NOW)
    assert not Reminder.objects.waiting().exists()
    assert {*Candidate.objects.values_list("state", flat=True)} == {CandidateState.DECLINED}


def test_who_applies_is_willing_at_once_also_after_having_declined():
    TrainingPolicy.objects.create(entry=Entry.BOTH)
    declined, new = CandidateFactory(declined=True).user, UserFactory()
    for by in (declined, new, new):
        naming.apply(by=by, at=NOW)
    assert {*Candidate.objects.values_list("state", "applied")} == {(CandidateState.WILLING, True)}
    assert Candidate.objects.count() == Reminder.objects.waiting().count() == 2
    with pytest.raises(naming.AlreadySupports):
        naming.apply(by=SupporterFactory().user, at=NOW)


def test_what_is_over_is_forgotten():
    year_ago = TODAY - timedelta(days=366)
    stays = [
        CandidateFactory(),
        CandidateFactory(asked=True),
        CandidateFactory(declined=True, answered_on=TODAY - timedelta(days=365)),
        CandidateFactory(willing=True),
    ]
    silent = CandidateFactory(asked=True, asked_on=TODAY - timedelta(days=61))
    CandidateFactory(named_on=year_ago)
    CandidateFactory(declined=True, answered_on=year_ago)
    CandidateFactory(willing=True, answered_on=year_ago)
    CandidateFactory(willing=True, user=SupporterFactory(trained=True).user)
    tasks.keep_candidates()
    assert {*Candidate.objects.all()} == {*stays, silent}
    assert Candidate.objects.get(pk=silent.pk).state == CandidateState.DECLINED


def test_who_leaves_service_is_no_candidate():
    candidate = CandidateFactory()
    for listener in leaving.listeners:
        listener([candidate.user_id], NOW)
    assert not Candidate.objects.exists()


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ({"named": 0}, "candidate_has_a_reason"),
        ({"state": "asked"}, "candidate_state_has_its_day"),
        ({"state": "willing"}, "candidate_state_has_its_day"),
        ({"answered_on": TODAY}, "candidate_state_has_its_day"),
        ({"state": "pooled"}, "candidate_state_has_its_day"),
    ],
)
def test_the_database_refuses_what_cannot_be(change, constraint):
    candidate = CandidateFactory()
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Candidate.objects.filter(pk=candidate.pk).update(**change)


@pytest.mark.django_db(transaction=True)
def test_names_at_once_all_count():
    colleague, names = UserFactory(), UserFactory.create_batch(4)

    def name(by):
        try:
            named(colleague, by)
        finally:
            connection.close()

    threads = [threading.Thread(target=name, args=[by]) for by in (*names, names[0])]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert Candidate.objects.get().named == NamingMark.objects.count() == 4


@pytest.mark.django_db(transaction=True)
def test_two_coordinators_ask_once():
    candidate, said = CandidateFactory(), []
    both = UserFactory.create_batch(2, roles=[Role.COORDINATOR])

    def ask(by):
        try:
            asking.ask(candidate=candidate, by=by, at=NOW)
            said.append("asked")
        except asking.NotNow:
            said.append("was asked")
        finally:
            connection.close()

    threads = [threading.Thread(target=ask, args=[by]) for by in both]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(said) == ["asked", "was asked"]
    assert Reminder.objects.count() == 1
