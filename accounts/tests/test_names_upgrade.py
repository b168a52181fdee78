"""The upgrade that makes the keys of names, on a hospital with people in it."""

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from accounts.models import User
from accounts.people import directory

BEFORE = [("accounts", "0008_sessions_end_with_service"), ("incidents", "0018_incident_moments_in_order")]


@pytest.mark.django_db(transaction=True)
def test_everybody_is_found_sorted_and_reached_after_the_upgrade():
    MigrationExecutor(connection).migrate(BEFORE)
    old = (
        MigrationExecutor(connection).loader.project_state(BEFORE).apps.get_model("accounts", "User").objects
    )
    old.create(username="a", name="Noor van den Berg", email="Noor@Z.example", telephone="06-12345678")
    old.create(username="b", name="Đặng Thị Hoa", email="", telephone="0612345678 / 0687654321")
    old.create(username="c", name="Ab Aalbers", email="", telephone="sein 1234")
    call_command("migrate", verbosity=0)
    listed = [(user.name, user.email, user.telephone) for user in User.objects.order_by("sort_key")]
    assert listed == [
        ("Ab Aalbers", "", "sein 1234"),
        ("Noor van den Berg", "noor@z.example", "+31612345678"),
        ("Đặng Thị Hoa", "", "0612345678 / 0687654321"),
    ]
    assert [user.name for user in directory.named(User.objects.all(), "dang hoa")] == ["Đặng Thị Hoa"]
