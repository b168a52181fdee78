"""Whoever can change an address, a sign-in name or a second factor must not get into an account by it.

Also covers accounts.sign_in.reset_tokens.
"""

from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp
from django.core import mail
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.enums import Role, SignIn
from accounts.models import AccessEvent, User
from accounts.models.second_person import ADDRESS_WAITS, RoleGrant, SignInChange
from accounts.role_rules import GUARDED
from accounts.roles import confirming, giving
from accounts.sign_in import passwords, sign_in_changes, tasks
from accounts.staff import importing
from accounts.staff.tests.test_importing import csv_of, line
from accounts.tests.counting import statements
from accounts.tests.factories import DepartmentFactory, LocationFactory, ProfessionFactory, UserFactory

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
OLD, NEW = "p1@ziekenhuis.example", "ilse@elders.example"


@pytest.fixture
def admin():
    return UserFactory(roles=[Role.ADMIN])


@pytest.fixture
def officer():
    return UserFactory(roles=[Role.PRIVACY_OFFICER])


def person(**fields):
    """Somebody as in the staff file of `imported`."""
    fields = {"employee_number": "P1", "username": "p1", "name": "Noëlle Jansen", "email": OLD, **fields}
    return UserFactory(**fields)


def change(user, at=None, by=None, **fields):
    with sign_in_changes.watched(by=by, access_point="test", at=at or timezone.now()):
        User.objects.filter(pk=user.pk).update(**fields)
    user.refresh_from_db()


def imported(by, **columns):
    """A partial staff file with one row, imported by `by`."""
    DepartmentFactory(name="Cardiologie", location=LocationFactory())
    ProfessionFactory()
    now = timezone.now()
    current = importing.upload(
        content=csv_of(line("P1", **columns)), file_name="staf.csv", complete=False, by=by, at=now
    )
    current = importing.work(import_id=current.pk, at=now)
    assert current.errors == []
    importing.confirm(
        staff_import=current,
        digest=current.preview["digest"],
        make_missing=True,
        let_many_leave=False,
        by=by,
        at=now,
    )
    assert importing.work(import_id=current.pk, at=now).state == "done"


def given_away(user, *, by):
    """`user` leaves, and somebody new has the address; returns who."""
    change(user, by=by, is_active=False)
    change(user, by=by, email="")
    return UserFactory(email=OLD)


def is_mailed(user):
    """Whether asking for a new password brings a link to where `user` has their mail now."""
    mail.outbox.clear()
    passwords.mail_reset_link(email=user.email)
    return [message.to for message in mail.outbox] == [[user.email]]


def confirm(by, **changes):
    found = SignInChange.objects.open().get(**changes)
    return sign_in_changes.confirm(change_id=found.pk, by=by, access_point="confirmations", at=timezone.now())


class TestByAStaffFile:
    @pytest.mark.parametrize("role", sorted(GUARDED))
    def test_a_new_address_opens_nothing_before_a_second_person_looked(self, admin, officer, role):
        user = person(roles=[role])
        imported(admin, email=NEW)
        user.refresh_from_db()
        assert user.email == NEW
        assert not is_mailed(user)
        row = SignInChange.objects.get(what=SignIn.EMAIL)
        assert (row.old, row.new, row.told, row.by) == (OLD, NEW, OLD, admin)
        told = AccessEvent.objects.filter(object_kind="sign-in").values_list(
            "user", "object_ref", "access_point"
        )
        assert list(told) == [(admin.pk, f"email {user.pk}", "settings:staff-import")]
        with pytest.raises(confirming.NotTheSecond):
            confirm(admin)
        confirm(officer)
        assert is_mailed(user)

    def test_a_new_sign_in_name_does_the_same(self, admin, officer):
        user = person(roles=[Role.SUPPORTER], email="p1@ziekenhuis.example")
        change(user, by=admin, username="p9")
        assert not is_mailed(user)
        assert confirm(officer).what == SignIn.USERNAME
        assert is_mailed(user)

    def test_that_of_an_ordinary_employee_waits_a_week(self, admin, time_machine):
        user = person()
        imported(admin, email=NEW)
        user.refresh_from_db()
        assert not is_mailed(user)
        time_machine.move_to(timezone.now() + ADDRESS_WAITS + DAY)
        assert is_mailed(user)
        tasks.end_waiting()
        assert SignInChange.objects.get().closing == "lapsed"

    def test_a_first_address_of_an_ordinary_employee_works_at_once(self, admin):
        user = person(email="")
        imported(admin, email=NEW)
        user.refresh_from_db()
        assert is_mailed(user)
        assert not SignInChange.objects.exists()

    def test_one_that_follows_on_an_address_taken_away_waits_as_well(self, admin, time_machine):
        user = person()
        imported(admin, email="-")
        user.refresh_from_db()
        assert user.email == ""
        change(user, by=admin, email=NEW)
        assert not is_mailed(user)
        row = SignInChange.objects.open().get()
        assert (row.old, row.new, row.told) == (OLD, NEW, OLD)
        time_machine.move_to(timezone.now() + ADDRESS_WAITS + DAY)
        assert is_mailed(user)

    def test_a_first_address_of_a_coordinator_does_not(self, admin, officer):
        user = person(email="", roles=[Role.COORDINATOR])
        imported(admin, email=NEW)
        user.refresh_from_db()
        assert not is_mailed(user)

    def test_two_who_swap_addresses_both_wait(self, admin):
        one, two = person(roles=[Role.COORDINATOR]), UserFactory(roles=[Role.CCP], email=NEW)
        with sign_in_changes.watched(by=admin, access_point="test", at=timezone.now()):
            User.objects.filter(pk=one.pk).update(email="")
            User.objects.filter(pk=two.pk).update(email=OLD)
            User.objects.filter(pk=one.pk).update(email=NEW)
        for user in (one, two):
            user.refresh_from_db()
            assert not is_mailed(user)

    def test_a_role_given_later_keeps_a_fresh_address_waiting(self, admin, officer, time_machine):
        user = person()
        change(user, by=admin, email=NEW)
        giving.give_and_take(
            user=user,
            give={Role.SUPPORTER},
            by=admin,
            access_point="test",
            basis="test",
            at=timezone.now(),
        )
        time_machine.move_to(timezone.now() + ADDRESS_WAITS + DAY)
        assert not is_mailed(user)

    def test_who_is_to_have_a_role_is_guarded_already(self, admin, officer):
        user = person()
        now = timezone.now()
        RoleGrant.objects.create(
            user=user, role=Role.COORDINATOR, granted_by=admin, granted_at=now, expires_at=now + DAY
        )
        change(user, by=admin, email=NEW)
        assert SignInChange.objects.get().is_guarded

    def test_back_to_what_it_was_needs_nobody(self, admin, officer):
        user = person(roles=[Role.COORDINATOR])
        change(user, by=admin, email=NEW)
        change(user, by=admin, email=OLD)
        assert is_mailed(user)
        assert set(SignInChange.objects.values_list("closing", flat=True)) == {"replaced", "taken back"}

    def test_a_leaver_who_comes_back_needs_two_people_for_the_role_again(self, admin, officer):
        user = person(roles=[Role.COORDINATOR, Role.SUPPORTER], leaver=True)
        imported(admin, email=NEW)
        user = User.objects.get(pk=user.pk)
        assert user.is_active
        assert user.roles == {Role.SUPPORTER}
        grant = RoleGrant.objects.waiting().get()
        assert (grant.role, grant.granted_by) == ("coordinator", admin)
        assert not is_mailed(user)
        confirming.confirm(grant_id=grant.pk, by=officer, access_point="test", at=timezone.now())
        assert User.objects.get(pk=user.pk).roles == {Role.COORDINATOR, Role.SUPPORTER}

    def test_who_comes_back_after_the_address_was_given_away_waits_whatever_the_role(self, admin, officer):
        for held in ([], [Role.SUPPORTER], [Role.COORDINATOR]):
            user = UserFactory(email=OLD, roles=held)
            other = given_away(user, by=admin)
            change(user, by=admin, is_active=True)
            change(user, by=admin, email=f"{user.username}@elders.example")
            assert not is_mailed(user)
            row = SignInChange.objects.open().get(user=user)
            assert (row.old, row.told, row.is_guarded, row.by) == (OLD, "", True, admin)
            confirm(officer, user=user)
            assert is_mailed(user)
            other.delete()

    def test_who_comes_back_to_the_address_of_before_needs_nobody(self, admin):
        user = person()
        given_away(user, by=admin).delete()
        change(user, by=admin, is_active=True, email=OLD)
        assert is_mailed(user)

    def test_an_address_given_away_asks_nobody_anything_yet(self, client, admin, officer):
        given_away(person(), by=admin)
        client.force_login(officer)
        assert OLD not in client.get("/confirmations/").content.decode()
        with pytest.raises(confirming.NotOpen):
            confirm(officer)

    def test_the_preview_says_which_addresses_wait_for_a_second_person(self, client, admin):
        person(roles=[Role.COORDINATOR])
        UserFactory(employee_number="P2", username="p2", email="p2@elders.example")
        DepartmentFactory(name="Cardiologie", location=LocationFactory())
        ProfessionFactory()
        file = csv_of(line("P1", email=NEW), line("P2"))
        now = timezone.now()
        current = importing.upload(content=file, file_name="staf.csv", complete=False, by=admin, at=now)
        waits = {
            one["number"]: one["waits"]
            for one in importing.work(import_id=current.pk, at=now).preview["changed"]
        }
        assert waits == {"P1": ["email"], "P2": []}
        client.force_login(admin)
        page = client.get(f"/settings/staff-import/{current.pk}/").content.decode()
        assert page.count("only when a second person has confirmed it") == 1
        assert "after a week" not in page

    def test_the_preview_says_that_the_address_of_an_ordinary_employee_waits_a_week(self, client, admin):
        person()
        DepartmentFactory(name="Cardiologie", location=LocationFactory())
        ProfessionFactory()
        now = timezone.now()
        file = csv_of(line("P1", email=NEW))
        current = importing.upload(content=file, file_name="staf.csv", complete=False, by=admin, at=now)
        importing.work(import_id=current.pk, at=now)
        client.force_login(admin)
        page = client.get(f"/settings/staff-import/{current.pk}/").content.decode()
        assert page.count("Opens the account after a week") == 1
        assert "only when a second person has confirmed it" not in page

    def test_a_file_that_changes_nothing_of_the_kind_leaves_no_trace(self, admin):
        user = person(roles=[Role.COORDINATOR])
        change(user, by=admin, telephone="0612345678", name="Noëlle de Vries")
        assert not SignInChange.objects.exists()

    def test_statements_do_not_grow_with_who_is_ordinary(self, admin, django_assert_max_num_queries):
        people = UserFactory.create_batch(30)
        for user in people:
            user.email = f"nieuw.{user.email}"
        watched = sign_in_changes.watched(by=admin, access_point="test", at=timezone.now())
        with django_assert_max_num_queries(12), transaction.atomic(), watched:
            User.objects.bulk_update(people, ["email"])
        assert SignInChange.objects.count() == 30


class TestConfirming:
    def test_is_for_the_person_who_watches_or_has_the_same_role(self, admin, officer):
        user = person(roles=[Role.COORDINATOR])
        change(user, by=admin, email=NEW)
        row = SignInChange.objects.get()
        allowed = [officer, user, UserFactory(roles=[Role.ADMIN]), UserFactory(roles=[Role.COORDINATOR])]
        others = [admin, UserFactory(), UserFactory(roles=[Role.SUPPORTER]), UserFactory(roles=[Role.CCP])]
        assert [sign_in_changes.may_confirm(row, one) for one in allowed] == [True] * 4
        assert [sign_in_changes.may_confirm(row, one) for one in others] == [False] * 4

    def test_of_supporters_is_not_for_other_supporters(self, admin):
        row_of = person(roles=[Role.SUPPORTER])
        change(row_of, by=admin, email=NEW)
        peer = UserFactory(roles=[Role.SUPPORTER])
        assert not sign_in_changes.may_confirm(SignInChange.objects.get(), peer)

    def test_an_administrator_cannot_confirm_the_own_address_that_she_changed(self, admin, officer):
        change(admin, by=admin, email=NEW)
        with pytest.raises(confirming.NotTheSecond):
            confirm(admin)
        confirm(officer)

    def test_of_something_that_was_changed_once_more_is_refused(self, admin, officer):
        user = person(roles=[Role.COORDINATOR])
        change(user, by=admin, email=NEW)
        seen = SignInChange.objects.open().get()
        change(user, by=admin, email="weer@elders.example")
        with pytest.raises(confirming.NotOpen):
            sign_in_changes.confirm(change_id=seen.pk, by=officer, access_point="test", at=timezone.now())
        assert SignInChange.objects.open().get().old == OLD

    def test_by_who_made_it_is_refused_by_the_database(self, admin):
        user = person(roles=[Role.COORDINATOR])
        change(user, by=admin, email=NEW)
        with pytest.raises(IntegrityError, match="sign_in_change_by_a_second_person"), transaction.atomic():
            SignInChange.objects.update(closing="confirmed", closed_by=admin, closed_at=timezone.now())

    def test_on_the_page(self, client, admin, officer):
        user = person(roles=[Role.COORDINATOR])
        change(user, by=admin, email=NEW)
        row = SignInChange.objects.get()
        client.force_login(officer)
        page = client.get("/confirmations/").content.decode()
        assert OLD in page
        assert NEW in page
        client.force_login(UserFactory(roles=[Role.SUPPORTER]))
        assert NEW not in client.get("/confirmations/").content.decode()
        client.post("/confirmations/", {"change": row.pk})
        assert not is_mailed(user)
        client.force_login(officer)
        client.post("/confirmations/", {"change": row.pk})
        assert is_mailed(user)
        again = client.post("/confirmations/", {"change": row.pk}, follow=True)
        assert "meanwhile" in again.content.decode()

    def test_page_lists_an_address_that_was_only_taken_away(self, client, admin, officer):
        user = person(roles=[Role.COORDINATOR])
        change(user, by=admin, email="")
        row = SignInChange.objects.get()
        client.force_login(officer)
        page = client.get("/confirmations/")
        assert [(one.what, one.may_confirm) for one in page.context["changes"]] == [(row, False)]
        assert OLD in page.text
        assert "nothing to confirm" in page.text
        client.post("/confirmations/", {"change": row.pk})
        assert SignInChange.objects.open().get() == row
        change(user, by=admin, email=NEW)
        page = client.get("/confirmations/")
        assert [(one.what.new, one.may_confirm) for one in page.context["changes"]] == [(NEW, True)]

    def test_page_takes_as_many_statements_for_few_as_for_many(self, client, admin, officer):
        client.force_login(officer)

        def more(count):
            for user in UserFactory.create_batch(count, roles=[Role.COORDINATOR, Role.DIRECTOR]):
                change(user, by=admin, email=f"nieuw.{user.email}")

        more(1)
        few = statements(client, "/confirmations/")
        more(6)
        assert statements(client, "/confirmations/") == few

    def test_it_can_where_there_is_nobody_else(self, admin, capsys):
        change(admin, by=admin, email=NEW)
        call_command("confirm_waiting", admin.username)
        assert f"→ {NEW}" in capsys.readouterr().out
        assert not is_mailed(admin)
        call_command("confirm_waiting", admin.username, "--yes")
        assert is_mailed(admin)


class TestLinks:
    def test_one_that_was_mailed_before_is_worth_nothing(self, client, admin):
        user = person(roles=[Role.COORDINATOR])
        assert is_mailed(user)
        link = next(word for word in str(mail.outbox[0].body).split() if "/password/reset/" in word)
        link = link[link.index("/account/") :]
        change(user, by=admin, username="p9")
        assert client.get(link, follow=True).context["token_fail"]
        user.refresh_from_db()

    def test_the_page_after_asking_says_why_none_may_come(self, client):
        page = client.get(reverse("account_reset_password_done")).content.decode()
        assert "was changed of late" in page


class TestSecondFactors:
    PASSWORD = "correct horse battery"

    @pytest.fixture
    def coordinator(self, client):
        user = person(roles=[Role.COORDINATOR], password=self.PASSWORD)
        client.post("/account/sign-in/", {"login": "p1", "password": self.PASSWORD})
        return user

    def activate(self, client, capture):
        client.post(reverse("account_reauthenticate"), {"password": self.PASSWORD})
        page = client.get(reverse("mfa_activate_totp"))
        secret = page.context["form"].secret
        code = totp.format_hotp_value(totp.hotp_value(secret, next(totp.yield_hotp_counters_from_time())))
        with capture(execute=True):
            assert client.post(reverse("mfa_activate_totp"), {"code": code}).status_code == 302

    def test_the_first_is_told_and_stops_nothing(
        self, client, coordinator, officer, django_capture_on_commit_callbacks
    ):
        self.activate(client, django_capture_on_commit_callbacks)
        assert is_mailed(coordinator)
        assert SignInChange.objects.get().told == OLD
        assert AccessEvent.objects.filter(object_kind="sign-in", user=coordinator).count() == 1

    def test_a_change_of_it_stops_resets(
        self, client, coordinator, officer, django_capture_on_commit_callbacks
    ):
        self.activate(client, django_capture_on_commit_callbacks)
        with django_capture_on_commit_callbacks(execute=True):
            client.post(reverse("mfa_deactivate_totp"))
        assert not Authenticator.objects.exists()
        assert not is_mailed(coordinator)
        with pytest.raises(confirming.NotTheSecond):
            confirm(coordinator)
        confirm(officer)
        assert is_mailed(coordinator)

    def test_new_recovery_codes_are_a_change(
        self, client, coordinator, officer, django_capture_on_commit_callbacks
    ):
        self.activate(client, django_capture_on_commit_callbacks)
        with django_capture_on_commit_callbacks(execute=True):
            client.post(reverse("mfa_generate_recovery_codes"))
        assert SignInChange.objects.open().get().what == SignIn.SECOND_FACTOR

    def test_of_an_ordinary_employee_are_nobodys_business(self, client, django_capture_on_commit_callbacks):
        person(password=self.PASSWORD)
        client.post("/account/sign-in/", {"login": "p1", "password": self.PASSWORD})
        self.activate(client, django_capture_on_commit_callbacks)
        assert not SignInChange.objects.exists()

    @pytest.mark.parametrize("command", ["remove_second_factor", "renew_second_factors"])
    def test_removed_on_the_server_are_told(self, coordinator, officer, settings, command):
        totp.TOTP.activate(coordinator, totp.generate_totp_secret())
        RecoveryCodes.activate(coordinator)
        settings.MFA_KEYS = ["another key, which opens nothing of it all"]
        if command == "remove_second_factor":
            call_command(command, "P1")
        else:
            call_command(command, forget=True)
        assert not Authenticator.objects.exists()
        assert not is_mailed(coordinator)
        row = SignInChange.objects.get()
        assert (row.by, row.told) == (None, OLD)

    def test_the_page_says_what_can_be_done_about_a_second_factor_and_who_did_it(
        self, client, admin, officer, coordinator, django_capture_on_commit_callbacks
    ):
        self.activate(client, django_capture_on_commit_callbacks)
        client.force_login(officer)
        page = client.get("/confirmations/").text
        assert "told, and nobody objected" not in page
        assert coordinator.name in page.partition("What became of it")[2]
        call_command("remove_second_factor", "P1")
        page = client.get("/confirmations/").text
        assert "Let IT remove this second factor" in page
        assert "staff file" not in page
        assert "IT, on the server" in page
        assert "the system" not in page

    def test_while_an_address_waits_the_last_that_did_not_is_told(self, admin, officer):
        user = person(roles=[Role.COORDINATOR])
        totp.TOTP.activate(user, totp.generate_totp_secret())
        imported(admin, email=NEW)
        call_command("remove_second_factor", "P1")
        user.refresh_from_db()
        sign_in_changes.second_factor_changed(
            user, by=user, access_point="test", is_first=True, at=timezone.now()
        )
        change(user, by=admin, email="nog.een@elders.example", username="p9")
        rows = SignInChange.objects.order_by("at").values_list("what", "told")
        assert {told for _what, told in rows} == {OLD}
        assert len(rows) == 5
        confirm(officer, what=SignIn.EMAIL)
        change(user, by=admin, username="p8")
        assert SignInChange.objects.open().get(what=SignIn.USERNAME).told == "nog.een@elders.example"


def test_what_was_closed_long_ago_is_forgotten(admin):
    user = person(roles=[Role.COORDINATOR])
    change(user, at=timezone.now() - 100 * DAY, by=admin, email=NEW)
    change(user, at=timezone.now() - 99 * DAY, by=admin, email=OLD)
    tasks.end_waiting()
    assert not SignInChange.objects.exists()
    assert AccessEvent.objects.filter(object_kind="sign-in").count() == 2
