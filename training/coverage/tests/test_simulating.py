"""A simulation, recomputed by hand; and what becomes of one whose worker is killed.

Also covers training.coverage.asked_anew, training.models.simulation and training.tasks.
"""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.enums import Role
from accounts.tests.factories import DepartmentFactory, ProfessionFactory, UserFactory
from hospital.one_worker import alone
from incidents.tests.factories import InvolvementFactory
from supporters.models import SupportPolicy
from supporters.tests.factories import ContactFactory, OfferFactory, SupporterFactory
from training import tasks
from training.coverage import asked_anew, simulating
from training.models import Simulation

NOW = datetime(2026, 11, 18, 14, 0, tzinfo=UTC)
pytestmark = [pytest.mark.django_db, pytest.mark.clock(NOW)]


@pytest.fixture
def coordinator(db):
    return UserFactory(roles=[Role.COORDINATOR])


def request_of(profession, department, **of):
    person = UserFactory(profession=profession, department=department)
    involved = InvolvementFactory(employee=person, profession=profession, department=department)
    return OfferFactory(involvement=involved, opened_at=NOW - timedelta(days=100), **of)


def run(coordinator, *leaving):
    simulating.start(leaving=[each.pk for each in leaving], by=coordinator, at=NOW)
    tasks.simulate()
    return simulating.result()


def test_a_small_year_by_hand(coordinator):
    nurse, physician, midwife = (
        ProfessionFactory(),
        ProfessionFactory(physician=True),
        ProfessionFactory(midwife=True),
    )
    ward, clinic = DepartmentFactory(name="Ward"), DepartmentFactory(name="Clinic")

    def supporter(profession, department, **state):
        return SupporterFactory(
            **{"trained": True, **state}, user__profession=profession, user__department=department
        )

    nurses = [supporter(nurse, clinic), supporter(nurse, clinic)]
    supporter(nurse, ward)  # never somebody of the own department
    surgeon = supporter(physician, clinic)
    supporter(physician, clinic, full=True)
    supporter(physician, clinic, trained=False, lapsed=True)
    for _three in range(3):
        request_of(nurse, ward)
    request_of(physician, ward)
    request_of(physician, clinic)  # nobody elsewhere
    request_of(midwife, ward)  # no midwife supports
    request_of(nurse, ward, continues=request_of(nurse, clinic))
    OfferFactory(opened_at=NOW - timedelta(days=366))
    ContactFactory(closed=True, supporter=surgeon, offer=request_of(physician, ward, closed=True))
    found = run(coordinator, surgeon, nurses[0])
    lines = {
        (line.profession, line.department): (line.requests, line.today, line.worst, line.chosen)
        for line in found.lines
    }
    assert lines == {
        (str(nurse.pk), str(ward.pk)): (3, 3, 0, 3),
        (str(nurse.pk), str(clinic.pk)): (1, 1, 1, 1),
        (str(physician.pk), str(ward.pk)): (2, 2, 0, 0),
        (str(physician.pk), str(clinic.pk)): (1, 0, 0, 0),
        (str(midwife.pk), str(ward.pk)): (1, 0, 0, 0),
    }
    assert found.worst == {str(nurse.pk): 2, str(physician.pk): 1}
    assert found.chosen == 2
    row = Simulation.objects.get()
    assert (row.done, row.total, row.leaving) == (8, 8, [])
    assert not {str(each.pk) for each in (*nurses, surgeon)} & set(str(row.result).split("'"))


def test_one_runs_at_a_time_and_the_last_makes_room(coordinator):
    first = simulating.start(leaving=[], by=coordinator, at=NOW)
    with pytest.raises(simulating.AlreadyRunning):
        simulating.start(leaving=[], by=coordinator, at=NOW)
    tasks.simulate()
    assert simulating.latest() == first
    simulating.start(leaving=[], by=coordinator, at=NOW)
    assert Simulation.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_coordinators_at_once_one_begins():
    coordinator = UserFactory(roles=[Role.COORDINATOR])
    said: list[Simulation | None] = []

    def begin():
        try:
            said.append(simulating.start(leaving=[], by=coordinator, at=NOW))
        except simulating.AlreadyRunning:
            said.append(None)
        finally:
            connection.close()

    both = [threading.Thread(target=begin) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert said.count(None) == 1
    assert Simulation.objects.count() == 1


def test_more_than_three_do_not_leave(coordinator):
    leaving = [each.pk for each in SupporterFactory.create_batch(4)]
    with pytest.raises(simulating.TooMany):
        simulating.start(leaving=leaving, by=coordinator, at=NOW)


def test_a_killed_worker_is_followed_up_and_a_third_time_it_is_given_up(coordinator, monkeypatch):
    simulating.start(leaving=[SupporterFactory().pk], by=coordinator, at=NOW)

    def killed(*_args, **_kwargs):
        raise SystemExit

    with monkeypatch.context() as patched:
        patched.setattr(asked_anew, "found", killed)
        for _time in range(simulating.ATTEMPTS):
            with pytest.raises(SystemExit):
                tasks.simulate()
        assert Simulation.objects.get().finished_at is None
    tasks.simulate()
    row = Simulation.objects.get()
    assert (row.finished_at is None, row.result, row.leaving) == (False, {}, [])
    assert simulating.result() is None


def test_another_worker_leaves_it_alone(coordinator):
    simulating.start(leaving=[], by=coordinator, at=NOW)
    done = []

    def another():
        with alone(0x51A1):
            held.set()
            go_on.wait(20)
        connection.close()

    held, go_on = threading.Event(), threading.Event()
    thread = threading.Thread(target=another)
    thread.start()
    held.wait(20)
    tasks.simulate()
    done.append(Simulation.objects.get().finished_at)
    go_on.set()
    thread.join()
    assert done == [None]


def test_a_finished_one_names_nobody_whoever_writes_it(coordinator):
    row = simulating.start(leaving=[SupporterFactory().pk], by=coordinator, at=NOW)
    with pytest.raises(IntegrityError, match="simulation_finished_names_nobody"), transaction.atomic():
        Simulation.objects.filter(pk=row.pk).update(finished_at=NOW)


def test_each_request_costs_one_query(django_assert_num_queries, coordinator):
    SupportPolicy.current()
    nurse, ward = ProfessionFactory(), DepartmentFactory()
    SupporterFactory.create_batch(6, trained=True)
    for number in (2, 3):
        for _request in range(number):
            request_of(nurse, ward)
        offers = asked_anew.requests(NOW)
        with django_assert_num_queries(3 + len(offers)):
            list(asked_anew.found(offers, NOW, progress=lambda _done: None))
