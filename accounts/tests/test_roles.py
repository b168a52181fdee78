import threading

import pytest
from django.db import connection
from django.utils import timezone

from accounts import roles
from accounts.enums import AccessAction, Role
from accounts.models import AccessEvent, User
from accounts.tests.factories import UserFactory


def set_roles(user, *wanted, by=None):
    return roles.set_roles(
        user=user, roles=wanted, by=by, access_point="test", basis="test", at=timezone.now()
    )


@pytest.mark.django_db
def test_given_and_taken_roles_are_written_down():
    admin = UserFactory(roles=[Role.ADMIN])
    user = UserFactory(roles=[Role.SUPPORTER, Role.ANALYST])
    changed = set_roles(user, Role.SUPPORTER, Role.COORDINATOR, by=admin)
    assert changed.roles == {Role.SUPPORTER, Role.COORDINATOR}
    lines = AccessEvent.objects.values_list("action", "object_ref", "user", "responsible")
    assert list(lines) == [
        (AccessAction.CREATE, f"coordinator {user.id}", admin.id, Role.ADMIN),
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
    assert roles.conflict(wanted) == clash
    UserFactory(roles=[Role.ADMIN])
    user = UserFactory()
    if clash:
        with pytest.raises(roles.RolesConflict):
            set_roles(user, *wanted)
        assert User.objects.get(id=user.id).roles == set()
    else:
        assert set_roles(user, *wanted).roles == set(wanted)


@pytest.mark.django_db
def test_the_last_administrator_in_service_stays_one():
    admin = UserFactory(roles=[Role.ADMIN])
    UserFactory(roles=[Role.ADMIN], leaver=True)
    with pytest.raises(roles.LastAdmin):
        set_roles(admin)
    UserFactory(roles=[Role.ADMIN])
    assert set_roles(admin).roles == set()


def test_two_administrators_who_take_the_role_from_each_other_leave_one(transactional_db):
    first, second = UserFactory.create_batch(2, roles=[Role.ADMIN])
    refused = []

    def take(user):
        try:
            set_roles(user)
        except roles.LastAdmin:
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
