import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from accounts.enums import Role
from accounts.models import AccessEvent, PolicyChange
from accounts.tests.factories import DepartmentFactory, ProfessionFactory, UserFactory
from incidents.calamities import duty as duties
from incidents.calamities.duty import Gap, Over, Overlaps
from incidents.calamities.milestones import Stale
from incidents.models import Duty
from incidents.tests.factories import DutyFactory
from notifications.tests.factories import AbsenceFactory

AT = datetime(2026, 3, 9, 8, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
URL = reverse("calamity-duty")
pytestmark = pytest.mark.clock(AT)


@pytest.fixture
def admin(db):
    return UserFactory(roles=[Role.ADMIN])


@pytest.fixture
def directors(db):
    return [UserFactory(roles=[Role.DIRECTOR]) for _ in range(2)]


def unsaved(directors, starts=AT, ends=AT + 7 * DAY):
    return Duty(starts_at=starts, ends_at=ends, director=directors[0], deputy=directors[1])


def test_directors_of_one_name_are_told_apart_in_the_form(client, admin):
    shared = {"department": DepartmentFactory(), "profession": ProfessionFactory()}
    for number in ("100111", "100222"):
        UserFactory(name="Noor Bakker", roles=[Role.DIRECTOR], employee_number=number, **shared)
    client.force_login(admin)
    page = client.get(URL).text
    assert page.count("…0111)</option>") == page.count("…0222)</option>") == 2


class TestKeeping:
    def test_is_in_its_log_with_who(self, admin, directors):
        row = duties.keep(duty=unsaved(directors), by=admin, at=AT)
        row.deputy = None
        duties.keep(duty=row, by=admin, at=AT)
        lines = PolicyChange.objects.order_by("id")
        assert [(line.old is None, line.new is None, line.by) for line in lines] == [
            (True, False, admin),
            (False, False, admin),
        ]
        assert directors[1].name not in str(lines[1].new)
        assert AccessEvent.objects.filter(object_ref="duty").count() == 2

    def test_two_in_one_time_are_refused(self, admin, directors):
        duties.keep(duty=unsaved(directors), by=admin, at=AT)
        with pytest.raises(Overlaps):
            duties.keep(duty=unsaved(directors, starts=AT + DAY, ends=AT + 2 * DAY), by=admin, at=AT)
        duties.keep(duty=unsaved(directors, starts=AT + 7 * DAY, ends=AT + 8 * DAY), by=admin, at=AT)

    def test_what_is_over_stays_as_it_was(self, admin, directors):
        row = duties.keep(duty=unsaved(directors), by=admin, at=AT)
        row.ends_at = AT + 30 * DAY
        with pytest.raises(Over):
            duties.keep(duty=row, by=admin, at=AT + 8 * DAY)

    def test_what_has_begun_is_shortened_and_not_taken_off(self, admin, directors):
        row = duties.keep(duty=unsaved(directors), by=admin, at=AT)
        with pytest.raises(Over):
            duties.take_off(duty=row, by=admin, at=AT + HOUR)
        row.ends_at = AT + 2 * HOUR
        duties.keep(duty=row, by=admin, at=AT + HOUR)
        later = duties.keep(duty=unsaved(directors, starts=AT + DAY, ends=AT + 2 * DAY), by=admin, at=AT)
        duties.take_off(duty=later, by=admin, at=AT + HOUR)
        with pytest.raises(Stale):
            duties.take_off(duty=later, by=admin, at=AT + HOUR)
        assert PolicyChange.objects.latest("id").new is None

    def test_changing_one_that_was_taken_off_meanwhile_is_told(self, admin, directors):
        row = duties.keep(duty=unsaved(directors, starts=AT + DAY), by=admin, at=AT)
        duties.take_off(duty=Duty.objects.get(pk=row.pk), by=admin, at=AT)
        with pytest.raises(Stale):
            duties.keep(duty=row, by=admin, at=AT)

    @pytest.mark.django_db(transaction=True)
    def test_two_who_fill_the_same_gap_at_once(self, admin, directors):
        ready, outcomes = threading.Barrier(2), []

        def fill():
            row = unsaved(directors)
            ready.wait(10)
            try:
                duties.keep(duty=row, by=admin, at=AT)
                outcomes.append("kept")
            except Overlaps:
                outcomes.append("told")
            finally:
                connection.close()

        threads = [threading.Thread(target=fill) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(20)
        assert sorted(outcomes) == ["kept", "told"]

    @pytest.mark.django_db(transaction=True)
    def test_who_is_second_waits_and_is_told(self, admin, directors):
        written, answered, outcomes = threading.Event(), threading.Event(), []

        def first():
            with transaction.atomic():
                duties.keep(duty=unsaved(directors), by=admin, at=AT)
                written.set()
                answered.wait(1)  # it is not: the second waits until this transaction ends
                duties.keep(duty=unsaved(directors, starts=AT + 7 * DAY, ends=AT + 14 * DAY), by=admin, at=AT)
            outcomes.append("kept")
            connection.close()

        def second():
            written.wait(10)
            try:
                duties.keep(duty=unsaved(directors, starts=AT + 7 * DAY, ends=AT + 14 * DAY), by=admin, at=AT)
            except Overlaps:
                outcomes.append("told")
            finally:
                answered.set()
                connection.close()

        threads = [threading.Thread(target=each) for each in (first, second)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(20)
        assert sorted(outcomes) == sorted(["kept", "told"])


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("wrong", "constraint"),
    [
        ({"ends_at": AT - DAY}, "duty_has_length"),
        ({"same": True}, "duty_deputy_is_another"),
    ],
)
def test_the_database_holds_what_makes_no_sense(wrong, constraint):
    row = DutyFactory(starts_at=AT)
    changes = {"deputy": row.director} if "same" in wrong else wrong
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Duty.objects.update(**changes)


class TestGaps:
    def test_are_before_between_and_after(self):
        rows = [
            Duty(starts_at=AT + DAY, ends_at=AT + 2 * DAY),
            Duty(starts_at=AT + 3 * DAY, ends_at=AT + 4 * DAY),
        ]
        assert duties.gaps(rows, since=AT, until=AT + 5 * DAY) == [
            Gap(AT, AT + DAY),
            Gap(AT + 2 * DAY, AT + 3 * DAY),
            Gap(AT + 4 * DAY, AT + 5 * DAY),
        ]

    def test_there_are_none_in_a_full_rota(self):
        rows = [Duty(starts_at=AT - DAY, ends_at=AT + DAY), Duty(starts_at=AT + DAY, ends_at=AT + 9 * DAY)]
        assert duties.gaps(rows, since=AT, until=AT + 5 * DAY) == []

    @given(st.lists(st.integers(0, 40), max_size=12, unique=True))
    def test_with_the_duties_they_make_up_the_whole_time(self, hours):
        ends = sorted(hours)
        rows = [
            Duty(starts_at=AT + one * HOUR, ends_at=AT + two * HOUR)
            for one, two in zip(ends[::2], ends[1::2], strict=False)
        ]
        found = duties.gaps(rows, since=AT, until=AT + 40 * HOUR)
        on_duty = sum((row.ends_at - row.starts_at for row in rows), timedelta())
        assert on_duty + sum((gap.ends_at - gap.starts_at for gap in found), timedelta()) == 40 * HOUR


@pytest.mark.django_db
class TestPages:
    def form(self, directors, **changes):
        return {
            "starts_at": "2026-03-09T09:00",
            "ends_at": "2026-03-16T09:00",
            "director": directors[0].pk,
            "deputy": directors[1].pk,
            **changes,
        }

    @pytest.mark.parametrize("role", [Role.ADMIN, Role.CCP])
    def test_admin_and_committee_fill_the_rota(self, client, directors, role):
        client.force_login(UserFactory(roles=[role]))
        assert "Nobody is on duty now" in client.get(URL).content.decode()
        assert client.post(URL, self.form(directors)).url == URL
        page = client.get(URL).content.decode()
        assert "Nobody is on duty now" not in page
        assert directors[0].name in page
        assert "Who changed what" in page
        assert AccessEvent.objects.get(object_ref="duty").responsible == role

    def test_an_empty_list_says_that_the_role_comes_first_and_a_gap_without_end_has_none(self, client, admin):
        client.force_login(admin)
        page = client.get(URL).text
        assert "first give somebody the role of director" in page
        assert "4 May" not in page.partition("is-gap")[2].partition("</tr>")[0]
        UserFactory(roles=[Role.DIRECTOR])
        assert "first give somebody the role of director" not in client.get(URL).text

    def test_names_who_stands_in_for_who_is_away(self, client, admin, directors):
        duties.keep(duty=unsaved(directors), by=admin, at=AT)
        client.force_login(admin)
        assert "away until" not in client.get(URL).text
        AbsenceFactory(user=directors[0], substitute=UserFactory(name="Inge Invaller"))
        assert "Inge Invaller stands in" in client.get(URL).text
        client.force_login(directors[1])
        assert "Inge Invaller stands in" in client.get(reverse("calamities:list")).text

    def test_a_director_reads_it_and_changes_nothing(self, client, directors):
        client.force_login(directors[0])
        DutyFactory(starts_at=AT, director=directors[0], deputy=directors[1])
        page = client.get(URL).content.decode()
        assert directors[1].name in page
        assert "Put somebody on duty" not in page
        client.post(URL, self.form(directors))
        assert Duty.objects.count() == 1

    @pytest.mark.parametrize(
        ("changes", "said"),
        [
            ({"ends_at": "2026-03-09T08:59"}, "over already"),
            ({"ends_at": "2026-03-29T02:30"}, "did not exist"),
            ({"starts_at": ""}, "required"),
        ],
    )
    def test_what_cannot_be_is_said_kindly(self, client, admin, directors, changes, said):
        client.force_login(admin)
        assert said in client.post(URL, self.form(directors, **changes)).content.decode()
        assert not Duty.objects.exists()

    def test_an_overlap_or_a_deputy_of_oneself_is_said_kindly(self, client, admin, directors):
        client.force_login(admin)
        client.post(URL, self.form(directors))
        assert "already on duty at that time" in client.post(URL, self.form(directors)).content.decode()
        same = self.form(
            directors, starts_at="2026-03-16T09:00", ends_at="2026-03-17T09:00", deputy=directors[0].pk
        )
        assert "somebody else than the director" in client.post(URL, same).content.decode()

    def test_a_duty_is_changed_or_taken_off(self, client, admin, directors):
        client.force_login(admin)
        now = DutyFactory(starts_at=AT - DAY, ends_at=AT + DAY)
        later = DutyFactory(starts_at=AT + 2 * DAY, ends_at=AT + 3 * DAY)
        change = reverse("calamity-duty-change", args=[now.pk])
        assert "Take it off" not in client.get(change).content.decode()
        client.post(
            change,
            self.form(directors, starts_at="2026-03-08T09:00", ends_at="2026-03-09T12:00", deputy=""),
        )
        now.refresh_from_db()
        assert (now.deputy, now.ends_at) == (None, AT + 3 * HOUR)
        off = reverse("calamity-duty-off", args=[now.pk])
        assert client.post(off).url == change
        client.post(reverse("calamity-duty-off", args=[later.pk]))
        assert list(Duty.objects.all()) == [now]

    def test_the_same_statements_for_a_short_rota_and_a_long_one(
        self, client, admin, django_assert_max_num_queries
    ):
        client.force_login(admin)
        for week in range(6):
            DutyFactory(starts_at=AT + 7 * week * DAY)
        with django_assert_max_num_queries(13):
            client.get(URL)
