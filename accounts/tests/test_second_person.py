"""Roles that one person cannot give: who confirms them, who may not, and what happens meanwhile."""

import threading
from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from accounts.enums import Role
from accounts.models import AccessEvent, User
from accounts.models.second_person import GRANT_WAITS, GrantOutcome, RoleGrant, SignInChange
from accounts.role_rules import BY_TWO
from accounts.roles import confirming, giving
from accounts.tests.counting import statements
from accounts.tests.factories import UserFactory

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def admin():
    return UserFactory(name="Ilse Lammers", roles=[Role.ADMIN])


@pytest.fixture
def officer():
    return UserFactory(name="Faisal Kuipers", roles=[Role.PRIVACY_OFFICER])


def give(user, role, by, at=None):
    at = at or timezone.now()
    giving.give_and_take(user=user, give={role}, by=by, access_point="test", basis="test", at=at)
    return RoleGrant.objects.waiting().filter(user=user, role=role).first()


def decide(how, grant, by, at=None):
    return how(grant_id=grant.pk, by=by, access_point="confirmations", at=at or timezone.now())


def roles_of(user):
    return User.objects.get(pk=user.pk).roles


class TestConfirming:
    @pytest.mark.parametrize("role", sorted(BY_TWO))
    def test_a_second_person_makes_it_count(self, admin, officer, role):
        user = UserFactory()
        grant = give(user, role, admin)
        assert roles_of(user) == set()
        decide(confirming.confirm, grant, officer)
        assert roles_of(user) == {role}
        line = AccessEvent.objects.latest("id")
        assert (line.user, line.responsible, line.object_kind, line.object_ref, line.basis) == (
            officer,
            Role.PRIVACY_OFFICER,
            "role",
            f"{role} {user.id}",
            "second person",
        )

    def test_is_for_another_administrator_the_privacy_officer_or_a_holder(self, admin, officer):
        user = UserFactory()
        grant = give(user, Role.COORDINATOR, admin)
        allowed = [officer, UserFactory(roles=[Role.ADMIN]), UserFactory(roles=[Role.COORDINATOR])]
        assert set(confirming.confirmers(grant)) == set(allowed)
        others = [admin, user, *(UserFactory(roles=[role]) for role in set(Role) - {*BY_TWO} | {Role.CCP})]
        others.append(UserFactory(roles=[Role.PRIVACY_OFFICER], leaver=True))
        for one in others:
            for answer in (confirming.confirm, confirming.refuse):
                with pytest.raises(confirming.NotTheSecond):
                    decide(answer, grant, one)
        assert roles_of(user) == set()

    def test_who_lost_the_say_meanwhile_has_none(self, admin, officer):
        grant = give(UserFactory(), Role.COORDINATOR, admin)
        asked = User.objects.get(pk=officer.pk)
        assert confirming.may_confirm(grant, asked)
        officer.groups.clear()
        with pytest.raises(confirming.NotTheSecond):
            decide(confirming.confirm, grant, asked)

    def test_nobody_gets_a_role_after_leaving_service(self, admin, officer):
        user = UserFactory()
        grant = give(user, Role.COORDINATOR, admin)
        User.objects.filter(pk=user.pk).update(is_active=False)
        with pytest.raises(confirming.LeftService):
            decide(confirming.confirm, grant, officer)

    def test_what_no_longer_goes_together_is_not_confirmed(self, admin, officer):
        user = UserFactory()
        grant = give(user, Role.ADMIN, admin)
        user.groups.add(Group.objects.get(name=Role.SUPPORTER))
        with pytest.raises(giving.RolesConflict):
            decide(confirming.confirm, grant, officer)

    def test_refused_withdrawn_and_expired_ones_stay_without_the_role(self, admin, officer):
        user, now = UserFactory(), timezone.now()
        refused = decide(confirming.refuse, give(user, Role.CCP, admin), officer)
        withdrawn = decide(confirming.withdraw, give(user, Role.CCP, admin), admin)
        late = give(user, Role.CCP, admin, at=now - GRANT_WAITS)
        with pytest.raises(confirming.NotOpen):
            decide(confirming.confirm, late, officer)
        assert giving.expire(at=now) == 1
        late.refresh_from_db()
        assert [one.outcome for one in (refused, withdrawn, late)] == ["refused", "withdrawn", "expired"]
        assert roles_of(user) == set()
        assert give(user, Role.CCP, admin)  # and it can be asked again

    def test_only_who_gave_it_takes_it_back(self, admin, officer):
        grant = give(UserFactory(), Role.CCP, admin)
        with pytest.raises(confirming.NotTheSecond):
            decide(confirming.withdraw, grant, officer)

    def test_what_ran_out_unseen_does_not_stand_in_the_way_of_a_new_one(self, admin):
        user, now = UserFactory(), timezone.now()
        give(user, Role.CCP, admin, at=now - GRANT_WAITS)
        assert give(user, Role.CCP, admin, at=now).expires_at == now + GRANT_WAITS

    @pytest.mark.parametrize("who", ["user", "granted_by"])
    def test_the_database_holds_that_there_are_two(self, admin, who):
        grant = give(UserFactory(), Role.COORDINATOR, admin)
        grant.outcome, grant.decided_at = GrantOutcome.CONFIRMED, timezone.now()
        grant.decided_by = getattr(grant, who)
        with pytest.raises(IntegrityError, match="role_grant_by_a_second_person"), transaction.atomic():
            grant.save()
        with pytest.raises(IntegrityError, match="role_grant_not_to_oneself"), transaction.atomic():
            RoleGrant.objects.filter(pk=grant.pk).update(granted_by=grant.user)


def test_of_two_who_confirm_at_once_one_is_told_kindly(transactional_db):
    admin = UserFactory(roles=[Role.ADMIN])
    officers = UserFactory.create_batch(2, roles=[Role.PRIVACY_OFFICER])
    user = UserFactory()
    grant = give(user, Role.COORDINATOR, admin)
    late = []

    def confirm(officer):
        try:
            decide(confirming.confirm, grant, officer)
        except confirming.NotOpen:
            late.append(officer)
        finally:
            connection.close()

    threads = [threading.Thread(target=confirm, args=[officer]) for officer in officers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(late) == 1
    assert roles_of(user) == {Role.COORDINATOR}
    assert AccessEvent.objects.filter(object_kind="role").count() == 1


class TestOnTheServer:
    def test_it_confirms_what_nobody_else_can(self, admin, officer, capsys):
        user = UserFactory(username="c.oordinator")
        call_command("confirm_waiting", "c.oordinator")
        assert "Nothing is waiting" in capsys.readouterr().out
        give(user, Role.COORDINATOR, admin)
        call_command("confirm_waiting", "c.oordinator")
        assert roles_of(user) == set()
        call_command("confirm_waiting", "C.Oordinator", "--yes")
        assert "Confirmed" in capsys.readouterr().out
        assert roles_of(user) == {Role.COORDINATOR}
        line = AccessEvent.objects.latest("id")
        assert (line.user, line.access_point, line.basis) == (None, "confirm_waiting", "server")
        with pytest.raises(CommandError, match="Nobody signs in"):
            call_command("confirm_waiting", "niemand")


class TestPage:
    URL = "/confirmations/"

    def shown(self, client, user):
        client.force_login(user)
        return [
            (one.what.role, one.may_confirm, one.may_withdraw)
            for one in client.get(self.URL).context["grants"]
        ]

    def test_shows_each_what_concerns_them(self, client, admin, officer):
        user, peer = UserFactory(), UserFactory(roles=[Role.COORDINATOR])
        give(user, Role.COORDINATOR, admin)
        assert self.shown(client, officer) == [("coordinator", True, False)]
        assert self.shown(client, peer) == [("coordinator", True, False)]
        assert self.shown(client, admin) == [("coordinator", False, True)]
        assert self.shown(client, user) == [("coordinator", False, False)]
        assert self.shown(client, UserFactory(roles=[Role.CCP])) == []
        assert self.shown(client, UserFactory()) == []

    @pytest.mark.parametrize(
        ("answer", "held"), [("confirm", {Role.COORDINATOR}), ("refuse", set()), ("nonsense", set())]
    )
    def test_takes_an_answer(self, client, admin, officer, answer, held):
        user = UserFactory()
        grant = give(user, Role.COORDINATOR, admin)
        client.force_login(officer)
        page = client.post(self.URL, {"grant": grant.pk, "answer": answer}, follow=True)
        assert page.status_code == 200
        assert roles_of(user) == held
        if answer != "nonsense":
            assert [(one.what, one.begun_by, one.by) for one in page.context["history"]] == [
                (grant, "Ilse Lammers", "Faisal Kuipers")
            ]
            again = client.post(self.URL, {"grant": grant.pk, "answer": answer}, follow=True)
            assert "meanwhile" in again.content.decode()

    def test_says_of_what_is_over_who_began_it_when_no_person_did(self, client, officer):
        grant = give(UserFactory(), Role.COORDINATOR, None)
        decide(confirming.confirm, grant, officer)
        SignInChange.objects.create(
            user=officer,
            what="second factor",
            at=timezone.now(),
            is_guarded=True,
            closing="replaced",
            closed_at=timezone.now(),
        )
        client.force_login(officer)
        assert [(one.begun_by, one.by) for one in client.get(self.URL).context["history"]] == [
            ("IT, on the server", "by itself"),
            ("the directory of the single sign-on", "Faisal Kuipers"),
        ]

    def test_says_that_the_first_administrator_was_made_on_the_server(self, client, admin):
        User.objects.create_superuser(username="eerste", password="een lang wachtwoord")
        client.force_login(admin)
        assert [one.begun_by for one in client.get(self.URL).context["history"]] == ["IT, on the server"]

    def test_lets_nobody_decide_who_may_not(self, client, admin):
        grant = give(UserFactory(), Role.COORDINATOR, admin)
        for one in (admin, UserFactory(), grant.user):
            client.force_login(one)
            client.post(self.URL, {"grant": grant.pk, "answer": "confirm"})
        assert roles_of(grant.user) == set()
        client.force_login(admin)
        client.post(self.URL, {"grant": grant.pk, "answer": "withdraw"})
        grant.refresh_from_db()
        assert grant.outcome == "withdrawn"

    @pytest.mark.parametrize("sent", [{"grant": "x"}, {"change": "x"}, {}])
    def test_takes_nonsense_calmly(self, client, officer, sent):
        client.force_login(officer)
        assert client.post(self.URL, sent).status_code == 302

    def test_asks_for_the_password_again(self, client):
        user = UserFactory(username="fg", password="correct horse battery", roles=[Role.PRIVACY_OFFICER])
        client.post("/account/sign-in/", {"login": "fg", "password": "correct horse battery"})
        session = client.session
        session["account_authentication_methods"] = []
        session.save()
        assert user.roles
        assert client.get(self.URL).url.startswith("/account/confirm/")

    def test_takes_as_many_statements_for_few_as_for_many(self, client, admin, officer):
        client.force_login(officer)

        def more(count):
            for user in UserFactory.create_batch(count):
                give(user, Role.COORDINATOR, admin)
                decide(confirming.refuse, give(user, Role.CCP, admin), officer)

        more(1)
        few = statements(client, self.URL)
        more(5)
        assert statements(client, self.URL) == few
