from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection

from accounts.tests.factories import DepartmentFactory, ProfessionFactory, UserFactory
from incidents.clocks.moment_checks import InTheFuture, OutOfOrder
from incidents.enums import EventType, IncidentKind
from incidents.models import Incident, Involvement, ReferenceCounter
from incidents.reports import report_writer
from incidents.reports.report_writer import Involved, add_involved, report_incident
from incidents.tests.factories import IncidentFactory

AT = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
pytestmark = pytest.mark.clock(AT)


def report(**changes: Any) -> Incident:
    given: dict[str, Any] = {
        "reporter": None,
        "kind": IncidentKind.VIM,
        "event_type": EventType.SAFETY,
        "involved": [],
        "submission_key": uuid4(),
        "at": AT,
    }
    return report_incident(**{**given, **changes})


@pytest.fixture
def heard(monkeypatch):
    """What a listener was told, in place of the listeners of other apps."""
    calls: list[list[Involvement]] = []

    def listen(rows: Sequence[Involvement], at: datetime) -> None:
        calls.append(list(rows))

    monkeypatch.setattr(report_writer, "involvement_listeners", [listen])
    return calls


@pytest.mark.django_db
class TestReport:
    def test_stores_who_is_involved_and_tells_the_listeners(self, heard):
        nurse = UserFactory(name="Fatima el Idrissi")
        student = Involved(
            name="Bram Visser",
            email="bram@voorbeeld.nl",
            profession=ProfessionFactory(),
            department=DepartmentFactory(),
            wish_physician=True,
        )

        incident = report(involved=[Involved(employee=nurse, wish_other_department=False), student])

        first, second = incident.involvements.order_by("-employee_id")
        assert {first.name, second.name} == {"Fatima el Idrissi", "Bram Visser"}
        typed = incident.involvements.get(employee=None)
        assert (typed.email, typed.wish_physician, typed.wish_other_department) == (
            "bram@voorbeeld.nl",
            True,
            True,
        )
        account = incident.involvements.get(employee=nurse)
        assert (account.department, account.profession) == (nurse.department, nurse.profession)
        assert (account.email, account.telephone, account.wish_other_department) == ("", "", False)
        assert [len(rows) for rows in heard] == [2]

    def test_without_anybody_involved_tells_no_listener(self, heard):
        report()
        assert heard == []

    def test_counts_references_within_the_local_year(self, heard):
        old_year = datetime(2026, 12, 31, 22, 59, tzinfo=UTC)
        new_year = datetime(2026, 12, 31, 23, 0, tzinfo=UTC)  # midnight in Amsterdam
        assert [report(at=at).reference for at in (old_year, old_year, new_year)] == [
            "2026-0001",
            "2026-0002",
            "2027-0001",
        ]

    def test_a_reference_grows_past_four_digits(self, heard):
        ReferenceCounter.objects.create(year=2026, last=9999)
        assert report().reference == "2026-10000"

    def test_the_same_submission_again_finds_the_first_report(self, heard):
        reporter, nurse, key = UserFactory(), UserFactory(), uuid4()
        first = report(reporter=reporter, submission_key=key, involved=[Involved(employee=nurse)])
        again = report(reporter=reporter, submission_key=key, involved=[Involved(employee=nurse)])
        assert again == first
        assert Involvement.objects.count() == 1
        assert ReferenceCounter.objects.get().last == 1
        assert len(heard) == 1

    @pytest.mark.parametrize(
        "other",
        [
            {"description": "De pomp viel uit"},
            {"event_type": EventType.AGGRESSION},
            {"occurred_at": AT - timedelta(hours=3)},
            {"involved": [Involved(name="Bram Jansma", telephone="0612345678")]},
        ],
        ids=lambda other: next(iter(other)),
    )
    def test_the_same_submission_with_something_else_on_it_is_not_taken_for_the_first(self, heard, other):
        reporter, key = UserFactory(), uuid4()
        first = report(reporter=reporter, submission_key=key)
        with pytest.raises(report_writer.SentBefore) as refused:
            report(reporter=reporter, submission_key=key, **other)
        assert refused.value.first == first
        assert Incident.objects.count() == 1

    def test_whose_names_were_erased_meanwhile_is_the_same(self, heard):
        reporter, nurse, key = UserFactory(), UserFactory(), uuid4()
        first = report(reporter=reporter, submission_key=key, involved=[Involved(employee=nurse)])
        first.involvements.update(employee=None, erased_at=AT)
        assert report(reporter=reporter, submission_key=key, involved=[Involved(employee=nurse)]) == first

    def test_somebody_elses_key_does_not_hand_out_their_report(self, heard):
        key = uuid4()
        report(reporter=UserFactory(), submission_key=key)
        with pytest.raises(report_writer.KeyTaken):
            report(reporter=UserFactory(), submission_key=key)

    def test_a_failing_listener_leaves_nothing_behind(self, monkeypatch):
        def fail(rows: Sequence[Involvement], at: datetime) -> None:
            raise RuntimeError("no offer")

        monkeypatch.setattr(report_writer, "involvement_listeners", [fail])
        with pytest.raises(RuntimeError):
            report(involved=[Involved(employee=UserFactory())])
        assert not Incident.objects.exists()
        assert not ReferenceCounter.objects.exists()

    @pytest.mark.parametrize("moment", ["occurred_at", "noticed_at", "established_at"])
    def test_no_moment_lies_in_the_future(self, moment):
        with pytest.raises(InTheFuture) as refused:
            report(kind=IncidentKind.CALAMITY, **{moment: AT + timedelta(minutes=1)})
        assert refused.value.moment == moment

    @pytest.mark.parametrize(
        ("earlier", "later"),
        [("occurred_at", "noticed_at"), ("noticed_at", "established_at"), ("occurred_at", "established_at")],
    )
    def test_moments_stand_in_order(self, earlier, later):
        with pytest.raises(OutOfOrder) as refused:
            report(kind=IncidentKind.CALAMITY, **{earlier: AT, later: AT - timedelta(minutes=1)})
        assert refused.value.moment == later

    @pytest.mark.parametrize("kind", [IncidentKind.SELF, IncidentKind.COLLEAGUE])
    @pytest.mark.parametrize("number", [0, 2])
    def test_a_question_for_support_is_about_one_person(self, kind, number):
        with pytest.raises(report_writer.WrongNumberInvolved):
            report(kind=kind, involved=[Involved(employee=UserFactory()) for _ in range(number)])

    def test_nobody_is_involved_twice(self):
        nurse = UserFactory(name="Joost de Wit")
        with pytest.raises(report_writer.AlreadyInvolved) as refused:
            report(involved=[Involved(employee=nurse), Involved(employee=nurse)])
        assert refused.value.name == "Joost de Wit"

    def test_two_who_share_a_telephone_or_a_mailbox_are_two(self):
        bram, noor, ab = (
            Involved(name=name, email="ic@ziekenhuis.example", telephone="010 1234567")
            for name in ("Bram Visser", "Noor Bakker", "Ab Kok")
        )
        incident = report(involved=[bram, noor])
        add_involved(incident=incident, involved=[ab], by=UserFactory(), at=AT)
        assert incident.involvements.count() == 3

    def test_who_is_on_the_list_by_account_is_not_added_by_hand(self):
        nurse = UserFactory(name="Joost de Wit", telephone="0612345678")
        incident = report(involved=[Involved(employee=nurse)])
        by_hand = Involved(name="Wit, Joost de", telephone="+31 6 12345678")
        with pytest.raises(report_writer.AlreadyInvolved):
            add_involved(incident=incident, involved=[by_hand], by=UserFactory(), at=AT)

    @pytest.mark.parametrize("given", [{"name": "Bram Visser"}, {"email": "bram@voorbeeld.nl"}])
    def test_somebody_typed_in_has_a_name_and_can_be_reached(self, given):
        with pytest.raises(report_writer.CannotBeReached):
            Involved(**given)

    def test_needs_as_many_statements_for_thirty_as_for_one(self, heard, django_assert_num_queries):
        one, thirty = [UserFactory()], UserFactory.create_batch(30)
        for people in (one, thirty):
            # Savepoint and its release (the transaction of a request), counter, incident, involved.
            with django_assert_num_queries(5):
                report(involved=[Involved(employee=person) for person in people])


@pytest.mark.django_db
class TestAddInvolved:
    def test_adds_and_tells_the_listeners(self, heard):
        incident, nurse = IncidentFactory(), UserFactory()
        (added,) = add_involved(
            incident=incident, involved=[Involved(employee=nurse)], by=UserFactory(), at=AT
        )
        assert added.employee == nurse
        assert heard == [[added]]

    @pytest.mark.parametrize(
        "again",
        [
            {"name": "B. Visser", "email": "BRAM@voorbeeld.nl"},
            {"name": "Bram", "telephone": "06-1234 5678"},
        ],
    )
    def test_refuses_who_is_on_the_list(self, heard, again):
        incident = report(
            involved=[
                Involved(name="Bram Visser", email="bram@voorbeeld.nl"),
                Involved(name="Bram Visser", telephone="0612345678"),
            ]
        )
        with pytest.raises(report_writer.AlreadyInvolved):
            add_involved(incident=incident, involved=[Involved(**again)], by=UserFactory(), at=AT)
        assert incident.involvements.count() == 2


def in_threads(number: int, work: Any) -> list[Any]:
    """What `work` gave or raised in each of `number` threads, each with its own connection."""

    def run(index: int) -> Any:
        try:
            return work(index)
        except Exception as error:  # noqa: BLE001 — the test looks at what was raised
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(number) as pool:
        return list(pool.map(run, range(number)))


@pytest.mark.django_db(transaction=True)
class TestAtTheSameTime:
    def test_many_clicks_on_one_form_make_one_report(self, heard):
        reporter, nurse, key = UserFactory(), UserFactory(), uuid4()
        found = in_threads(
            12,
            lambda _: (
                report(reporter=reporter, submission_key=key, involved=[Involved(employee=nurse)]).reference
            ),
        )
        assert set(found) == {"2026-0001"}
        assert Incident.objects.count() == Involvement.objects.count() == 1
        assert ReferenceCounter.objects.get().last == 1

    def test_reports_get_references_without_gap_or_double(self, heard):
        found = in_threads(20, lambda _: report().reference)
        assert sorted(found) == [f"2026-{number:04d}" for number in range(1, 21)]

    def test_one_person_added_by_two_coordinators_stands_there_once(self, heard):
        incident, nurse = IncidentFactory(), UserFactory()
        found = in_threads(
            2,
            lambda _: add_involved(incident=incident, involved=[Involved(employee=nurse)], by=nurse, at=AT),
        )
        assert sorted(type(result).__name__ for result in found) == ["AlreadyInvolved", "list"]
        assert incident.involvements.count() == 1
