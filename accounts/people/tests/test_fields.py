"""What is kept in one way is kept and found so, whoever writes it: also past every form and service."""

import pytest

from accounts.models import User
from accounts.people import names
from accounts.tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def test_a_mail_address_is_kept_and_found_in_small_letters():
    user = UserFactory(email=" Noor.Bakker@Ziekenhuis.Example ")
    assert user.email == "noor.bakker@ziekenhuis.example"
    User.objects.filter(pk=user.pk).update(email="N.Bakker@Ziekenhuis.Example")
    assert User.objects.get(email="n.bakker@ZIEKENHUIS.example") == user


def test_a_telephone_number_is_kept_and_found_however_it_is_written():
    user = UserFactory(telephone="06-1234 5678")
    assert user.telephone == "+31612345678"
    assert User.objects.get(telephone="+31 (0)6 12345678") == user


def test_what_is_no_number_stays_as_it_is_and_no_longer_than_there_is_room():
    assert UserFactory(telephone="toestel 4711").telephone == "toestel 4711"
    assert UserFactory(telephone="toestel " + "4" * 99).telephone == "toestel " + "4" * 24


def test_the_keys_of_a_name_follow_it_each_time_that_it_is_saved():
    user = UserFactory(name="Noor Bakker")
    user.name = "Noor de Vries"
    user.save()
    user.refresh_from_db()
    assert (user.search_key, user.sort_key) == (names.search_key(user.name), names.sort_key(user.name))
    assert names.sort_key("Noor Bakker") != user.sort_key
