"""Who hears of a role that waits, of one that IT gave, and of a changed way to sign in."""

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from accounts.enums import Role, SignIn
from accounts.models import User
from accounts.models.second_person import RoleGrant, SignInChange
from accounts.roles import confirming, giving
from accounts.sign_in import sign_in_changes
from accounts.tests.factories import UserFactory
from notifications.delivery import outbox, sweep
from notifications.models import Mail, Notice, Reminder
from notifications.reminders.second_person import TOLD

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
OLD, NEW = "p1@ziekenhuis.example", "ilse@elders.example"


@pytest.fixture
def admin():
    return UserFactory(roles=[Role.ADMIN])


@pytest.fixture
def officer():
    return UserFactory(roles=[Role.PRIVACY_OFFICER])


def give(user, role, by):
    giving.give_and_take(user=user, give={role}, by=by, access_point="test", basis="test", at=timezone.now())
    return RoleGrant.objects.waiting().get(user=user, role=role)


def change(user, by, **fields):
    with sign_in_changes.watched(by=by, access_point="test", at=timezone.now()):
        User.objects.filter(pk=user.pk).update(**fields)
    return SignInChange.objects.get(user=user, closing="")


def told():
    """The only mail that is to leave, as it would be worded now."""
    assert TOLD.outside
    content = TOLD.outside(Mail.objects.get().subject_id)
    assert content
    return content


def waiting():
    return {(one.kind, one.recipient) for one in Reminder.objects.waiting()}


class TestRoles:
    def test_who_may_confirm_is_asked_and_asked_again(self, admin, officer):
        user = UserFactory()
        grant = give(user, Role.COORDINATOR, admin)
        asked = Reminder.objects.filter(subject_id=grant.pk)
        assert {one.recipient for one in asked} == {officer}
        assert sorted(one.due_at - grant.granted_at for one in asked) == [timedelta(), 7 * DAY]
        confirming.confirm(grant_id=grant.pk, by=officer, access_point="test", at=timezone.now())
        assert waiting() == {("accounts.role_decided", admin), ("accounts.role_given", user)}

    def test_who_took_it_back_is_not_told_so(self, admin, officer):
        grant = give(UserFactory(), Role.COORDINATOR, admin)
        confirming.withdraw(grant_id=grant.pk, by=admin, access_point="test", at=timezone.now())
        assert waiting() == set()

    def test_the_privacy_officer_hears_of_what_it_gave_on_the_server(self, officer):
        user = User.objects.create_superuser("beheer", "correct horse battery", name="B", email="b@x.example")
        assert waiting() == {("accounts.role_on_server", officer), ("accounts.role_given", user)}

    def test_it_comes_as_a_notice_that_leads_to_the_page(self, admin, officer, client):
        give(UserFactory(), Role.COORDINATOR, admin)
        sweep.sweep(at=timezone.now())
        notice = Notice.objects.get(user=officer)
        assert notice.url == "/confirmations/"
        client.force_login(officer)
        assert "as the second person" in client.get("/notices/").content.decode()

    def test_who_may_confirm_from_now_on_is_told_at_once_of_what_waits(self, admin, client):
        grants = [give(UserFactory(), role, admin) for role in (Role.COORDINATOR, Role.CCP)]
        change(UserFactory(roles=[Role.SUPPORTER]), admin, email=NEW)
        officer = UserFactory()
        giving.given_on_the_server(
            user=officer, role=Role.PRIVACY_OFFICER, access_point="test", at=timezone.now()
        )
        sweep.sweep(at=timezone.now())
        told = Notice.objects.filter(user=officer).values_list("kind", flat=True)
        assert sorted(told) == ["accounts.role_given", "accounts.role_waits", "accounts.sign_in_changed"]
        client.force_login(officer)
        assert "2 roles wait for a second person" in client.get("/notices/").content.decode()
        assert {one.subject_id for one in Reminder.objects.waiting().filter(recipient=officer)} == {
            grant.pk for grant in grants
        }

    def test_who_gets_a_role_that_confirms_nothing_of_it_is_not(self, admin, officer):
        give(UserFactory(), Role.COORDINATOR, admin)
        user = UserFactory()
        grant = give(user, Role.CCP, admin)
        confirming.confirm(grant_id=grant.pk, by=officer, access_point="test", at=timezone.now())
        assert {one.kind for one in Reminder.objects.filter(recipient=user)} == {"accounts.role_given"}


class TestSignIn:
    def test_the_privacy_officer_and_the_person_are_told(self, admin, officer):
        user = UserFactory(email=OLD, roles=[Role.COORDINATOR])
        row = change(user, admin, email=NEW)
        assert waiting() == {("accounts.sign_in_changed", officer), ("accounts.own_sign_in_changed", user)}
        sign_in_changes.confirm(change_id=row.pk, by=officer, access_point="test", at=timezone.now())
        assert waiting() == set()

    def test_without_a_privacy_officer_who_else_may_confirm_is(self, admin):
        other, peer = UserFactory(roles=[Role.ADMIN]), UserFactory(roles=[Role.CCP])
        user = UserFactory(roles=[Role.CCP])
        change(user, admin, email=NEW)
        told = {who for kind, who in waiting() if kind == "accounts.sign_in_changed"}
        assert told == {other, peer}

    def test_of_the_privacy_officer_another_one_hears(self, admin, officer):
        other = UserFactory(roles=[Role.PRIVACY_OFFICER])
        change(officer, admin, email=NEW)
        assert {who for kind, who in waiting() if kind == "accounts.sign_in_changed"} == {other}

    @pytest.mark.parametrize("held", [[Role.COORDINATOR], []], ids=["guarded", "ordinary"])
    def test_the_old_address_is_told_by_mail_without_name_or_event(self, admin, held, smtp):
        user = UserFactory(email=OLD, name="Noëlle Jansen", roles=held)
        change(user, admin, email=NEW)
        content = told()
        assert (content.address, content.language) == (OLD, user.language)
        assert "was changed" in content.text
        assert ("second person" in content.text) == bool(held)
        assert not [word for word in (user.name, user.username, NEW, "oordinator") if word in content.text]
        outbox.send_due(at=timezone.now())
        assert [message["To"] for message in smtp.messages] == [OLD]

    @pytest.mark.parametrize("what", [SignIn.USERNAME, SignIn.SECOND_FACTOR])
    def test_another_change_goes_to_the_address_that_is_there(self, admin, what):
        user = UserFactory(email=OLD, roles=[Role.SUPPORTER])
        if what == SignIn.USERNAME:
            change(user, admin, username="p9")
        else:
            sign_in_changes.second_factor_changed(
                user, by=user, access_point="test", is_first=False, at=timezone.now()
            )
        assert told().address == OLD

    def test_the_first_second_factor_is_told_to_its_owner_alone(self, officer):
        user = UserFactory(email=OLD, roles=[Role.SUPPORTER])
        sign_in_changes.second_factor_changed(
            user, by=user, access_point="test", is_first=True, at=timezone.now()
        )
        assert told().address == OLD
        assert waiting() == set()

    def test_without_an_address_of_before_the_privacy_officer_hears(self, admin, officer):
        user = UserFactory(email="", roles=[Role.SUPPORTER])
        change(user, admin, email=NEW)
        assert ("accounts.sign_in_changed", officer) in waiting()

    def test_of_a_leaver_whose_address_was_given_away_nobody_hears_before_the_next_one(self, admin, officer):
        user = UserFactory(email=OLD, leaver=True)
        change(user, admin, email="")
        assert waiting() == set()
        change(user, admin, is_active=True, email=NEW)
        assert ("accounts.sign_in_changed", officer) in waiting()
        assert not Mail.objects.exists()

    def test_of_an_ordinary_employee_nobody_else_hears(self, admin, officer):
        change(UserFactory(email=OLD), admin, email=NEW)
        assert waiting() == set()
        assert Mail.objects.count() == 1
        assert mail.outbox == []
