import threading

import pytest
from django.db import connection
from django.utils import timezone

from accounts.enums import AccessAction, Role
from accounts.models import AccessEvent, User
from accounts.models.second_person import RoleGrant
from accounts.role_rules import BY_TWO
from accounts.roles import giving
from accounts.tests.factories import UserFactory


def set_roles(user, *wanted, by=None):
    return giving.set_roles(
        user=user, roles=wanted, by=by, access_point="test", basis="test", at=timezone.now()
    )


@pytest.mark.django_db
def test_given_and_taken_roles_are_written_down():
    admin = UserFactory(roles=[Role.ADMIN])
    user = UserFactory(roles=[Role.SUPPORTER, Role.ANALYST])
    changed = set_roles(user, Role.SUPPORTER, Role.BOARD, by=admin)
    assert changed.roles == {Role.SUPPORTER, Role.BOARD}
    lines = AccessEvent.objects.values_list("action", "object_ref", "user", "responsible")
    assert list(lines) == [
        (AccessAction.CREATE, f"board {user.id}", admin.id, Role.ADMIN),
        (AccessAction.ERASE, f"analyst {user.id}", admin.id, Role.ADMIN),
    ]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("wanted", "clash"),
    [
        ([Role.ADMIN, Role.COORDINATOR], (Role.ADMIN, Role.COORDINATOR)),
        ([Role.ADMIN, Role.SUPPORTER], (Role.ADMIN, Role.SUPPORTER)),
        ([Role.PRIVACY_OFFICER, Role.CCP], (Role.PRIVACY_OFFICER, Role.CCP)),
        ([Role.ADMIN, Role.PRIVACY_OFFICER], (Role.ADMIN, Role.PRIVACY_OFFICER)),
        ([Role.ADMIN, Role.BOARD], None),
        ([Role.COORDINATOR, Role.SUPPORTER, Role.DIRECTOR], None),
        ([], None),
    ],
)
def test_who_keeps_watch_reads_no_cases(wanted, clash):
    UserFactory(roles=[Role.ADMIN])
    user = UserFactory()
    if clash:
        with pytest.raises(giving.RolesConflict):
            set_roles(user, *wanted)
        assert User.objects.get(id=user.id).roles == set()
    else:
        given = set_roles(user, *wanted).roles
        assert given == set(wanted) - BY_TWO
        waiting = RoleGrant.objects.waiting().filter(user=user).values_list("role", flat=True)
        assert set(waiting) == set(wanted) & BY_TWO


@pytest.mark.django_db
def test_the_last_administrator_in_service_stays_one():
    admin = UserFactory(roles=[Role.ADMIN])
    UserFactory(roles=[Role.ADMIN], leaver=True)
    with pytest.raises(giving.LastAdmin):
        set_roles(admin)
    UserFactory(roles=[Role.ADMIN])
    assert set_roles(admin).roles == set()


def test_two_administrators_who_take_the_role_from_each_other_leave_one(transactional_db):
    first, second = UserFactory.create_batch(2, roles=[Role.ADMIN])
    refused = []

    def take(user):
        try:
            set_roles(user)
        except giving.LastAdmin:
            refused.append(user)
        finally:
            connection.close()

    threads = [threading.Thread(target=take, args=[user]) for user in (first, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 1
    assert User.objects.filter(groups__name=Role.ADMIN).count() == 1


@pytest.mark.django_db
def test_nobody_changes_the_own_roles():
    admin = UserFactory(roles=[Role.ADMIN])
    UserFactory(roles=[Role.ADMIN])
    for wanted in ([Role.BOARD, Role.ADMIN], []):
        with pytest.raises(giving.OwnRoles):
            set_roles(admin, *wanted, by=admin)
    assert set_roles(admin, Role.ADMIN, by=admin).roles == {Role.ADMIN}  # as they were


@pytest.mark.django_db
def test_giving_one_role_leaves_those_that_wait():
    admin, user = UserFactory(roles=[Role.ADMIN]), UserFactory()
    set_roles(user, Role.COORDINATOR, by=admin)

    def give(role):
        giving.give_and_take(
            user=user, give={role}, by=admin, access_point="test", basis="test", at=timezone.now()
        )

    give(Role.SUPPORTER)
    assert RoleGrant.objects.waiting().get().role == Role.COORDINATOR
    with pytest.raises(giving.RolesConflict):  # with what waits, too
        give(Role.PRIVACY_OFFICER)


@pytest.mark.django_db
def test_the_first_administrator_comes_from_the_server_which_is_logged():
    user = User.objects.create_superuser(
        "beheer", "correct horse battery", name="Beheer", email="b@x.example"
    )
    assert user.roles == {Role.ADMIN}
    line = AccessEvent.objects.get()
    assert (line.user, line.access_point, line.object_ref) == (None, "createsuperuser", f"admin {user.id}")
