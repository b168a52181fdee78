"""The seats of the committee.

Also covers incidents.calamities.one_at_a_time.
"""

import threading
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from accounts.enums import Role
from accounts.models import PolicyChange, User
from accounts.models.second_person import RoleGrant
from accounts.roles import confirming
from accounts.roles.giving import RolesConflict
from accounts.tests.factories import UserFactory
from incidents.calamities import committee
from incidents.calamities.committee import InTheFutureError, Taken
from incidents.calamities.milestones import Stale
from incidents.models import Seat
from incidents.tests.factories import SeatFactory

AT = datetime(2026, 3, 9, 8, 0, tzinfo=UTC)
TODAY = date(2026, 3, 9)
DAY = timedelta(days=1)
URL = reverse("calamity-committee")
pytestmark = [pytest.mark.django_db, pytest.mark.clock(AT)]


@pytest.fixture
def admin():
    return UserFactory(roles=[Role.ADMIN])


@pytest.fixture
def surgeon():
    return UserFactory(name="Joost Hoekstra", roles=[Role.TEAM_LEADER])


def roles_of(user):
    return User.objects.get(pk=user.pk).roles


def waits(user):
    return RoleGrant.objects.waiting().filter(user=user, role=Role.CCP).exists()


def confirm_all(by):
    for grant in RoleGrant.objects.waiting():
        confirming.confirm(grant_id=grant.pk, by=by, access_point="test", at=AT)


class TestSeats:
    def test_a_seat_left_before_a_second_person_confirmed_leaves_nothing_waiting(self, admin, surgeon):
        seat = committee.take(number=3, holder=surgeon, since=TODAY, by=admin, at=AT)
        assert waits(surgeon)
        committee.leave(seat=seat, until=TODAY, by=admin, at=AT)
        assert not waits(surgeon)
        assert roles_of(surgeon) == {Role.TEAM_LEADER}

    def test_come_and_go_with_the_role(self, admin, surgeon):
        seat = committee.take(number=3, holder=surgeon, since=TODAY, by=admin, at=AT)
        assert roles_of(surgeon) == {Role.TEAM_LEADER}
        confirm_all(UserFactory(roles=[Role.PRIVACY_OFFICER]))
        assert roles_of(surgeon) == {Role.TEAM_LEADER, Role.CCP}
        committee.leave(seat=seat, until=TODAY, by=admin, at=AT)
        assert roles_of(surgeon) == {Role.TEAM_LEADER}
        lines = PolicyChange.objects.order_by("id").values_list("field", "old", "new")
        assert list(lines) == [("3", None, "Joost Hoekstra"), ("3", "Joost Hoekstra", None)]
        with pytest.raises(Stale):
            committee.leave(seat=seat, until=TODAY, by=admin, at=AT)

    def test_a_seat_has_one_holder_and_a_holder_one_seat(self, admin, surgeon):
        committee.take(number=3, holder=surgeon, since=TODAY - DAY, by=admin, at=AT)
        with pytest.raises(Taken):
            committee.take(number=3, holder=UserFactory(), since=TODAY, by=admin, at=AT)
        with pytest.raises(Taken):
            committee.take(number=4, holder=surgeon, since=TODAY, by=admin, at=AT)
        assert Seat.objects.count() == 1

    def test_a_seat_that_was_left_is_taken_by_another_the_day_after(self, admin, surgeon):
        seat = committee.take(number=3, holder=surgeon, since=TODAY - 9 * DAY, by=admin, at=AT)
        committee.leave(seat=seat, until=TODAY - DAY, by=admin, at=AT)
        committee.take(number=3, holder=UserFactory(), since=TODAY, by=admin, at=AT)
        assert Seat.objects.held_on(TODAY).get().holder != surgeon

    def test_a_day_to_come_is_refused_for_the_role_comes_at_once(self, admin, surgeon):
        with pytest.raises(InTheFutureError):
            committee.take(number=3, holder=surgeon, since=TODAY + DAY, by=admin, at=AT)
        late = datetime(2026, 3, 9, 23, 30, tzinfo=UTC)  # the tenth, here
        committee.take(number=3, holder=surgeon, since=TODAY + DAY, by=admin, at=late)

    def test_who_keeps_watch_has_no_seat(self, admin):
        with pytest.raises(RolesConflict):
            committee.take(number=3, holder=UserFactory(roles=[Role.ADMIN]), since=TODAY, by=admin, at=AT)
        assert not Seat.objects.exists()

    @pytest.mark.django_db(transaction=True)
    def test_two_who_give_the_same_seat_at_once(self, admin):
        people = [UserFactory(), UserFactory()]
        ready, outcomes = threading.Barrier(2), []

        def take(holder):
            ready.wait(10)
            try:
                committee.take(number=3, holder=holder, since=TODAY, by=admin, at=AT)
                outcomes.append("taken")
            except Taken:
                outcomes.append("told")
            finally:
                connection.close()

        threads = [threading.Thread(target=take, args=[person]) for person in people]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(20)
        assert sorted(outcomes) == ["taken", "told"]
        assert sum(waits(person) for person in people) == 1

    @pytest.mark.django_db(transaction=True)
    def test_who_is_second_waits_and_is_told(self, admin):
        people = UserFactory.create_batch(3)
        written, answered, outcomes = threading.Event(), threading.Event(), []

        def first():
            with transaction.atomic():
                committee.take(number=3, holder=people[0], since=TODAY, by=admin, at=AT)
                written.set()
                answered.wait(1)  # it is not: the second waits until this transaction ends
                committee.take(number=4, holder=people[1], since=TODAY, by=admin, at=AT)
            outcomes.append("taken")
            connection.close()

        def second():
            written.wait(10)
            try:
                committee.take(number=4, holder=people[2], since=TODAY, by=admin, at=AT)
            except Taken:
                outcomes.append("told")
            finally:
                answered.set()
                connection.close()

        threads = [threading.Thread(target=each) for each in (first, second)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(20)
        assert sorted(outcomes) == sorted(["taken", "told"])

    @pytest.mark.parametrize(
        ("wrong", "constraint"),
        [
            ({"number": 13}, "seat_is_one_of_twelve"),
            ({"number": 0}, "seat_is_one_of_twelve"),
            ({"until": date(2020, 1, 1)}, "seat_has_length"),
        ],
    )
    def test_the_database_holds_what_makes_no_sense(self, wrong, constraint):
        SeatFactory()
        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            Seat.objects.update(**wrong)


class TestPages:
    @pytest.fixture(autouse=True)
    def _signed_in(self, client, admin):
        client.force_login(admin)

    def test_from_finding_somebody_to_leaving(self, client, surgeon):
        take = reverse("calamity-committee-take", args=[3])
        assert "Joost Hoekstra" in client.post(take, {"q": "hoekstra"}).content.decode()
        assert 'name="since"' in client.post(take, {"user": surgeon.pk}).content.decode()
        assert client.post(take, {"user": surgeon.pk, "since": "2026-03-09"}).url == URL
        page = client.get(URL).content.decode()
        assert page.count("Joost Hoekstra") >= 2
        assert page.count("Give this seat") == 11
        client.post(reverse("calamity-committee-leave", args=[Seat.objects.get().pk]))
        assert client.get(URL).content.decode().count("Give this seat") == 12

    def test_what_cannot_be_is_said_kindly(self, client, surgeon):
        SeatFactory(number=3)
        take = reverse("calamity-committee-take", args=[3])
        taken = client.post(take, {"user": surgeon.pk, "since": "2026-03-09"}).content.decode()
        assert "Somebody has this seat then" in taken
        late = client.post(take, {"user": surgeon.pk, "since": "2026-03-10"}).content.decode()
        assert "choose today or earlier" in late
        watcher = UserFactory(roles=[Role.PRIVACY_OFFICER])
        refused = client.post(
            reverse("calamity-committee-take", args=[4]), {"user": watcher.pk, "since": "2026-03-09"}
        )
        assert "keeps watch over the system" in refused.content.decode()
        assert "Nobody found" in client.post(take, {"q": "zzz"}).content.decode()
        assert client.get(reverse("calamity-committee-take", args=[13])).status_code == 404

    @pytest.mark.parametrize("since", ["2026-03-01", "2026-03-09"])
    def test_a_seat_that_was_left_today_is_given_again_today(self, client, surgeon, since):
        take = reverse("calamity-committee-take", args=[3])
        for holder, day in ((surgeon, since), (UserFactory(), "2026-03-09"), (surgeon, "2026-03-09")):
            assert client.post(take, {"user": holder.pk, "since": day}).url == URL
            seat = Seat.objects.get(until__isnull=True)
            assert (seat.holder, waits(holder)) == (holder, True)
            client.post(reverse("calamity-committee-leave", args=[seat.pk]))
            assert not waits(holder)
        assert PolicyChange.objects.count() == 6

    def test_giving_and_freeing_a_seat_asks_for_the_password_again(self, client, surgeon):
        client.logout()
        UserFactory(username="beheer", password="correct horse battery", roles=[Role.ADMIN])
        client.post("/account/sign-in/", {"login": "beheer", "password": "correct horse battery"})
        confirm, seat = reverse("account_reauthenticate"), SeatFactory(number=4)
        leave = reverse("calamity-committee-leave", args=[seat.pk])
        take = reverse("calamity-committee-take", args=[3])
        assert client.post(take, {"user": surgeon.pk, "since": "2026-03-09"}).url.startswith(confirm)
        assert client.post(leave).url.startswith(confirm)
        assert Seat.objects.get().until is None
        client.post(f"{confirm}?next={leave}", {"password": "correct horse battery"})
        assert Seat.objects.get().until is not None
        client.post(take, {"user": surgeon.pk, "since": "2026-03-09"})
        assert Seat.objects.get(until__isnull=True).holder == surgeon

    def test_who_reads_calamities_without_a_seat_is_shown(self, client):
        outsider = UserFactory(name="Ilse Kuipers", roles=[Role.CCP])
        assert "Ilse Kuipers" in client.get(URL).content.decode()
        SeatFactory(holder=outsider)
        assert "without a seat" not in client.get(URL).content.decode()
